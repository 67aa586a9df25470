"""The pages that a person sees."""

from flask import Blueprint, current_app, render_template

from ..alphabet import NAMED, Alphabet
from . import reference

__all__ = ["blueprint"]

blueprint = Blueprint("pages", __name__)

#: What the named alphabets are called on the page, in the order in which they are offered.
_LABELS = {
    "digits": "Digits 0–9",
    "lowercase": "Small letters a–z",
    "uppercase": "Capitals A–Z",
    "letters": "Letters A–Z, a–z",
    "letters-caseless": "Letters, any case",
    "digits+lowercase": "Digits, a–z",
    "alphanumeric": "Digits, A–Z, a–z",
}


@blueprint.get("/")
def draw() -> str:
    """Show the page to draw on."""
    return render_template("draw.html", alphabets=_alphabets())


@blueprint.get("/upload")
def upload() -> str:
    """Show the page that reads pictures."""
    limit = current_app.extensions["inkling"].settings.max_image_bytes
    return render_template("upload.html", alphabets=_alphabets(), max_bytes=limit)


def _alphabets() -> list[dict[str, str]]:
    """Give the alphabets that have names, as the pages offer them."""
    names = [*(name for name in _LABELS if name in NAMED), *(name for name in NAMED if name not in _LABELS)]
    return [
        {"name": name, "label": _LABELS.get(name, name), "symbols": " ".join(Alphabet.parse(name).symbols)}
        for name in names
    ]


@blueprint.get("/api/docs")
def api_docs() -> str:
    """Show what the API takes and gives."""
    document = current_app.api_doc  # type: ignore[attr-defined]
    return render_template(
        "api.html",
        operations=list(reference.operations(document)),
        schemas=list(reference.schemas(document)),
    )
