"""What the API takes and gives. The same models check requests and describe themselves in OpenAPI."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from ..service import EVERYBODY
from .problems import RequestError

__all__ = [
    "AlphabetList",
    "DrawingOrImage",
    "Drawn",
    "Health",
    "ModelCard",
    "Options",
    "Problem",
    "ProfileQuery",
    "ReadForm",
    "ReadOptions",
    "Readiness",
    "ReadingAnswer",
    "check",
]

Point = Annotated[
    list[FiniteFloat], Field(min_length=2, max_length=3, description="x right and y down in px, then time in ms")
]
_STROKES = (
    "The strokes of a drawing, each a list of points. Times are kept of those strokes of which every point has one."
)
Length = Annotated[FiniteFloat, Field(gt=0)]
Model = TypeVar("Model", bound=BaseModel)
Probability = Annotated[float, Field(ge=0, le=1)]


class ProfileQuery(BaseModel):
    """Whose hand it is, in an address."""

    model_config = ConfigDict(extra="forbid")

    profile: str = Field(EVERYBODY, description="Whose hand it is: what this profile taught counts too.")


class Options(BaseModel):
    """What may be said about a reading, beside the ink."""

    model_config = ConfigDict(extra="forbid")

    alphabet: str | list[str] | None = Field(
        None,
        description="The name of an alphabet (see /alphabets), or an own list of symbols; "
        "all that the model and the profile know where it is empty or left out.",
    )
    alternatives: Annotated[int, Field(ge=0)] | Literal["all"] = Field(
        5, description="How many other symbols to give for each character, or all."
    )
    profile: str = Field(
        EVERYBODY, description="Whose hand it is: it is read with what this profile taught, and everybody."
    )
    glyph: bool = Field(False, description="Whether to give each character's glyph, the picture the model saw.")


class ReadOptions(Options):
    """What may be said about a reading that is all that is asked for."""

    heat: bool = Field(
        False, description="Whether to give each character's heat map: which of its parts speak for the answer."
    )


class Drawn(Options):
    """One drawing as strokes, or one picture as a data URL."""

    model_config = ConfigDict(extra="forbid", strict=True)

    image: str = Field("", description="A picture as a data URL: data:image/png;base64,...")
    strokes: list[list[Point]] | None = Field(None, description=_STROKES)
    width: Length | None = Field(None, description="The width of the drawing area in px.")
    height: Length | None = Field(None, description="The height of the drawing area in px.")
    pen_width: Length | None = Field(None, description="The width of the pen in px; by default one that suits.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "Drawn":
        if (self.strokes is None) == (not self.image):
            raise ValueError("give either image or strokes")
        if self.image and (self.width or self.height or self.pen_width):
            raise ValueError("width, height and pen_width belong to strokes, not to an image")
        return self


class DrawingOrImage(ReadOptions, Drawn):
    """One drawing as strokes, or one picture as a data URL."""

    model_config = ConfigDict(title="Read")


class ReadForm(ReadOptions):
    """One picture or several, as files of a form."""

    image: list[Annotated[str, Field(json_schema_extra={"format": "binary"})]] = Field(
        description="The pictures: PNG, JPEG, WebP, BMP, TIFF or GIF."
    )


class AlternativeAnswer(BaseModel):
    """Another symbol that the character could be."""

    symbol: str
    probability: Probability


class HeatAnswer(BaseModel):
    """Which parts of a character speak for the answer, found by covering them one after the other."""

    image: str = Field(
        description="Base64 of a 28×28 grey PNG: black where covering changes nothing, white where it does most."
    )
    box: list[float] = Field(min_length=4, max_length=4, description="Where it lies: x, y, width, height in px.")
    drop: Probability = Field(description="How far the probability falls when what matters most is covered.")


class CharacterAnswer(BaseModel):
    """One character that was read."""

    symbol: str
    probability: Probability = Field(description="How likely the symbol is, of those of the alphabet.")
    membership: Probability = Field(description="How far the ink is a character of the alphabet at all.")
    reason: Literal["unknown", "look-alike", "doubtful"] | None = Field(
        description="Why a person should look at it: unknown, it is no character of the alphabet and symbol only the "
        "closest one; look-alike, it is one of symbols that share a shape; doubtful, else. Null where it is sure."
    )
    look_alikes: list[str] = Field(description="Where that is the reason: the other symbols of one shape.")
    box: list[float] = Field(min_length=4, max_length=4, description="x, y, width and height in px of the input.")
    alternatives: list[AlternativeAnswer] = Field(description="The next symbols, likeliest first.")
    glyph: str = Field(
        "", description="When asked for: what the model saw, as base64 of a 28×28 grey PNG, black ink on white paper."
    )
    heat: HeatAnswer | None = Field(None, description="When asked for.")


class ReadingAnswer(BaseModel):
    """What the ink says."""

    model_config = ConfigDict(title="Reading", protected_namespaces=())

    text: str
    status: Literal["sure", "unsure"] = Field(description="Whether a person should look; the characters say why.")
    alphabet: str
    model: str = Field(description="The version of the model that read it.")
    elapsed_ms: float = Field(ge=0, description="From ink to answer, decoding included.")
    characters: list[CharacterAnswer]


class ProblemDetails(BaseModel):
    """What went wrong."""

    code: str = Field(description="Its name for programs, which does not change.")
    message: str = Field(description="What was got and what was expected.")
    hint: str = Field(description="What to do about it; may be empty.")


class Problem(BaseModel):
    """The one shape of every error."""

    error: ProblemDetails


class AlphabetEntry(BaseModel):
    """One alphabet that has a name."""

    name: str
    description: str
    symbols: list[str]


class AlphabetList(BaseModel):
    """The alphabets that have names, as far as the model knows their symbols, and what was taught."""

    alphabets: list[AlphabetEntry]


class ModelCard(BaseModel):
    """The card of the model: version, alphabet, training data with licences, measured figures."""

    model_config = ConfigDict(extra="allow")

    version: str


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"]


class Readiness(BaseModel):
    """The process can read, and look up corrections."""

    status: Literal["ready"]
    model: str


def check(model: type[Model], given: bytes | dict[str, Any]) -> Model:
    """Read a request's JSON, or a form's fields.

    Raises:
        RequestError: 400, naming the fields that are unknown or wrong.
    """
    try:
        return model.model_validate_json(given) if isinstance(given, bytes) else model.model_validate(given)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    unknown = [".".join(map(str, p["loc"])) for p in problems if p["type"] == "extra_forbidden"]
    if unknown:
        message = f"Unknown {'fields' if len(unknown) > 1 else 'field'} {', '.join(map(repr, unknown[:8]))}."
    else:
        places = [[p for p in problem["loc"] if isinstance(p, int) or p in model.model_fields] for problem in problems]
        where = ".".join(map(str, places[0]))
        # of a field that may be one thing or another, what it is of neither
        said = dict.fromkeys(
            p["msg"].removeprefix("Value error, ") for p, at in zip(problems, places, strict=True) if at == places[0]
        )
        what = ", or: ".join(said)
        message = f"{where}: {what}." if where else f"{what[0].upper()}{what[1:]}."
    code = "malformed_json" if problems[0]["type"] == "json_invalid" else "malformed_request"
    raise RequestError(400, code, message, f"Fields: {', '.join(model.model_fields)}.")
