"""What the API of learning takes and gives."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..alphabet import parse_symbol
from ..profiles import parse_profile
from ..reading import Reason
from ..store import GREATEST_ID, CorrectionQuery
from .schemas import Drawn, Options, Probability, ProfileQuery, ReadingAnswer

__all__ = [
    "GREATEST_ID",
    "CorrectionAnswer",
    "CorrectionList",
    "ExportQuery",
    "Filter",
    "ImportForm",
    "Imported",
    "ListQuery",
    "Patch",
    "ProfileList",
    "Relabelled",
    "Several",
    "SeveralAre",
    "SymbolList",
    "Taught",
    "Teach",
    "TeachForm",
]

Id = Annotated[int, Field(ge=1, le=GREATEST_ID)]
Truth = Literal["true", "false"]
_SYMBOL = "What it is: one character, or a name of one word; the model need not know it."


def _time(value: object) -> object:
    """Read a time as ISO 8601 writes it; without a zone it is in UTC, and a date is the beginning of its day."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is not None:
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("expected a date or a time, such as 2026-11-21 or 2026-11-21T09:30:00Z")


def _end(value: object) -> object:
    """Read a time; a date is the end of its day."""
    found = _time(value)
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return found
    try:
        return found + timedelta(days=1)  # type: ignore[operator]
    except OverflowError:
        return found


class Teach(Drawn):
    """Ink, and what it is by a person's word."""

    model_config = ConfigDict(title="Teach")

    symbol: str = Field(description=_SYMBOL)


class TeachForm(Options):
    """A picture, and what it is by a person's word."""

    symbol: str = Field(description=_SYMBOL)
    image: Annotated[str, Field(json_schema_extra={"format": "binary"})] = Field(
        description="The picture: PNG, JPEG, WebP, BMP, TIFF or GIF."
    )


class Filter(BaseModel):
    """Which corrections are asked for, in an address."""

    model_config = ConfigDict(extra="forbid")

    profile: str = Field("", description="Of this profile only; empty for all.")
    symbol: str = Field("", description="Of this symbol only; empty for all.")
    since: Annotated[datetime | None, BeforeValidator(_time)] = Field(
        None, description="Made at this time or later; a date counts from its beginning, in UTC."
    )
    until: Annotated[datetime | None, BeforeValidator(_end)] = Field(
        None, description="Made before this time; a date counts to its end, in UTC."
    )
    wrong: Truth | None = Field(None, description="true for those that were read wrongly, false for those read right.")

    doubtful: Truth = Field(
        "false",
        description="true for those only that disagree with others like them, each among what its profile reads with.",
    )

    def to_query(self, **more: Any) -> CorrectionQuery:
        """Give what the store is asked.

        Raises:
            BadSymbol: the symbol is none.
            InvalidProfile: the profile's name is none.
        """
        return CorrectionQuery(
            profile=parse_profile(self.profile) if self.profile else None,
            symbol=parse_symbol(self.symbol) if self.symbol else None,
            since=self.since,
            until=self.until,
            wrong=None if self.wrong is None else self.wrong == "true",
            **more,
        )


class ListQuery(Filter):
    """Which corrections are listed, and which page of them."""

    deleted: Truth = Field("false", description="true for those that were deleted and can be restored.")
    limit: int = Field(50, ge=1, le=500, description="How many at most.")
    after: Id | None = Field(None, description="Only those behind this id: the next of the page before.")


class NamesQuery(BaseModel):
    """Which page of a list of names."""

    model_config = ConfigDict(extra="forbid")

    limit: int | None = Field(None, ge=1, le=1000, description="How many at most; all where it is left out.")
    after: str | None = Field(None, description="Only those behind this name: the next of the page before.")


class SymbolsQuery(ProfileQuery, NamesQuery):
    """Whose symbols, and which page of them."""


class ExportQuery(Filter):
    """Which corrections are exported, and in which form."""

    form: Literal["npz", "zip"] = Field(
        "npz", description="npz for a data pack, zip for PNGs in a folder a symbol, with a table of them."
    )


class Patch(BaseModel):
    """What is to be changed about a correction."""

    model_config = ConfigDict(extra="forbid", strict=True)

    symbol: str | None = Field(None, description="The symbol that it is after all.")
    deleted: bool | None = Field(
        None, json_schema_extra={"enum": [False, None]}, description="false to restore a correction that was deleted."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "Patch":
        if (self.symbol is None) == (self.deleted is None) or self.deleted:
            raise ValueError("give either symbol, or deleted as false")
        return self


class Several(BaseModel):
    """Some corrections."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[Id] = Field(min_length=1, max_length=10_000, description="Their ids.")


class SeveralAre(Several):
    """Some corrections, and what they are after all."""

    symbol: str = Field(description="The symbol that they are after all.")


class Relabelled(Several):
    """Some corrections, and what they are now."""

    symbol: str = Field(description="The symbol that they are now, as it is kept.")


class ImportForm(BaseModel):
    """A file of corrections."""

    model_config = ConfigDict(extra="forbid")

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})] = Field(
        description="A data pack (.npz), or a .zip with a folder of PNGs a symbol."
    )
    profile: str | None = Field(None, description="Whose hand they are; by default what the file says.")


class Imported(BaseModel):
    """What came of an import."""

    added: int = Field(ge=0, description="How many are new.")
    skipped: int = Field(ge=0, description="How many were there already.")
    problems: list[str] = Field(description="A sentence for each that could not be taken.")


class ReadBefore(BaseModel):
    """What the ink was read as before the correction."""

    model_config = ConfigDict(protected_namespaces=())

    symbol: str
    probability: Probability | None
    reason: Reason | None = Field(
        description="Why that was unsure: `unknown` where the ink was no character, and `symbol` is what came closest; "
        "null where it was sure, or where that is not known."
    )
    alphabet: str
    model: str = Field(description="The version of the model that read it.")


class CorrectionAnswer(BaseModel):
    """A person's word on one character."""

    model_config = ConfigDict(title="Correction")

    id: int
    profile: str
    symbol: str
    created_at: str = Field(description="When it was said: ISO 8601, UTC.")
    deleted_at: str | None = Field(description="When it was deleted, where it was.")
    read: ReadBefore | None = Field(description="What it was read as before, where that is known.")
    wrong: bool = Field(description="Whether it was read as another symbol, or was unknown.")
    glyph: str = Field(description="Base64 of a 28×28 grey PNG, black ink on white paper.")
    strokes: list[list[list[float]]] | None = Field(description="The strokes, where it was drawn.")
    pen_width: float | None = Field(description="The width of the pen in px, where it is known.")
    doubt: Probability | None = Field(
        None, description="How far it disagrees with others like it, where doubtful ones were asked for."
    )


class CorrectionList(BaseModel):
    """A page of corrections, newest first."""

    corrections: list[CorrectionAnswer]
    profile: str | None = Field(description="The profile that was asked for, as its name is kept; null for all.")
    total: int = Field(ge=0, description="How many there are on all pages.")
    next: int | None = Field(description="What after must be for the next page; null on the last one.")


class Taught(BaseModel):
    """What came of a correction."""

    correction: CorrectionAnswer
    before: ReadingAnswer = Field(description="The reading without it.")
    reading: ReadingAnswer = Field(description="The same ink, read with it.")


class SymbolEntry(BaseModel):
    """A symbol that may be read."""

    symbol: str
    known: bool = Field(description="Whether the model knows it; else it was taught.")
    corrections: int = Field(ge=0, description="How many corrections the profile reads it with.")


class SymbolList(BaseModel):
    """All symbols that a profile may be read in."""

    symbols: list[SymbolEntry]
    total: int = Field(ge=0, description="How many there are on all pages.")
    next: str | None = Field(description="What after must be for the next page; null on the last one.")


class ProfileEntry(BaseModel):
    """A profile."""

    name: str
    corrections: int = Field(ge=0, description="How many corrections it has.")


class ProfileList(BaseModel):
    """Everybody, and the profiles that taught something."""

    profiles: list[ProfileEntry]
    total: int = Field(ge=0, description="How many there are on all pages.")
    next: str | None = Field(description="What after must be for the next page; null on the last one.")
