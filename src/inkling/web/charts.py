"""The probability chart as a picture to save."""

import functools
import io
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ..alphabet import parse_symbol
from ..errors import BadSymbol
from .api import POST_PROBLEMS, PROBLEMS, chosen_alphabet, component
from .bodies import ink_of, json_of
from .loading import service
from .schemas import DrawingOrImage, Problem, check

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["blueprint", "draw_chart"]

blueprint = APIBlueprint("charts", __name__, url_prefix="/api/v1/charts", abp_tags=[Tag(name="charts")])

_FEW = 10  # bars of a reading, as on the page
_INK, _ACCENT, _FILL = "#1d1f26", "#3a4fd6", "#b6bac8"
_drawing = threading.Lock()  # Matplotlib's fonts are shared by all threads


class ChartQuery(BaseModel):
    """The bars of a chart, as an address tells them."""

    model_config = ConfigDict(extra="forbid")

    probability: list[str] = Field(min_length=1, max_length=128)

    @field_validator("probability")
    @classmethod
    def _are_pairs(cls, pairs: list[str]) -> list[str]:
        for pair in pairs:
            _bar(pair)
        return pairs


_QUERY = [
    {
        "name": "probability",
        "in": "query",
        "required": True,
        "description": "A bar, symbol:probability such as 3:0.97; give one for each symbol.",
        "schema": {"type": "array", "minItems": 1, "maxItems": 128, "items": {"type": "string"}},
        "style": "form",
        "explode": True,
    }
]
_ANSWER: dict[int | str, Any] = {
    200: {
        "description": "The chart, 1200 px wide.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    },
    400: Problem,
    **PROBLEMS,
}
_BODY = {"required": True, "content": {"application/json": {"schema": component(DrawingOrImage)}}}


@blueprint.get(
    "/probabilities.png",
    summary="A chart of probabilities that are known",
    openapi_extensions={"parameters": _QUERY},
    responses=_ANSWER,
)
def of_numbers() -> Response:
    """Draw the probabilities of the address, in their order."""
    query = check(ChartQuery, request.args.to_dict(flat=False))
    return _png([_bar(pair) for pair in query.probability])


@blueprint.post(
    "/probabilities.png",
    summary="A chart of what a drawing or a picture may be",
    openapi_extensions={"requestBody": _BODY},
    responses={**_ANSWER, 413: Problem, 415: Problem, 422: Problem, **POST_PROBLEMS},
)
def of_ink() -> Response:
    """Read, and draw the ten likeliest symbols of the first character."""
    given = json_of(DrawingOrImage)
    reader = service().reader(given.profile)
    alphabet = chosen_alphabet(given, reader)
    reading = reader.recognizer.read(ink_of(given), alphabet, _FEW - 1, reader.memory)
    first = reading.characters[0]
    others = [(one.symbol, one.probability) for one in first.alternatives]
    return _png([(first.symbol, first.probability), *others], first.reason == "unknown")


def draw_chart(bars: Sequence[tuple[str, float]], strange: bool = False) -> "Figure":
    """Draw horizontal bars, the largest in the accent colour.

    Args:
        bars: symbol and probability in [0, 1], from top to bottom.
        strange: the ink is no character of the alphabet; the chart says so, and no bar stands out.
    """
    from matplotlib.figure import Figure  # not pyplot, which keeps every figure

    figure = Figure(figsize=(6, 1 + 0.32 * len(bars)), dpi=200, layout="constrained")
    axes = figure.add_subplot()
    values = [value for _, value in bars]
    places = range(len(bars))
    colours = [_ACCENT if value == max(values) and not strange else _FILL for value in values]
    axes.barh(places, values, color=colours, height=0.62)
    for place, value in zip(places, values, strict=True):
        axes.text(value + 0.015, place, f"{value:.1%}", va="center", color=_INK, fontsize=9)
    axes.set_yticks(places, [_drawable(symbol) for symbol, _ in bars], fontsize=12, parse_math=False)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xlim(0, 1.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    about = "It does not look like any of these. Probability if it were one" if strange else "Probability"
    axes.set_xlabel(about, color=_INK)
    axes.tick_params(length=0, colors=_INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def _png(bars: Sequence[tuple[str, float]], strange: bool = False) -> Response:
    file = io.BytesIO()
    with _drawing:
        draw_chart(bars, strange).savefig(file, format="png")
    response = Response(file.getvalue(), mimetype="image/png")
    response.headers["Content-Disposition"] = 'inline; filename="probabilities.png"'
    return response


def _bar(pair: str) -> tuple[str, float]:
    symbol, _, number = pair.rpartition(":")
    try:
        name, probability = parse_symbol(symbol), float(number)
    except (BadSymbol, ValueError):
        name, probability = "", -1
    if not 0 <= probability <= 1:
        raise ValueError("expected symbol:probability, such as 3:0.97")
    return name, probability


def _drawable(symbol: str) -> str:
    """Put a box where the font has no such character."""
    return "".join(c if ord(c) in _charmap() else "\u25a1" for c in symbol)


@functools.cache
def _charmap() -> frozenset[int]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_charmap())
