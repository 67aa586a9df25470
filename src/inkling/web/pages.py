"""The pages that a person sees."""

from flask import Blueprint, current_app, render_template

from ..alphabet import SYMBOLS
from ..errors import BundleError
from . import reference
from .api import named_alphabets
from .loading import loader

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


@blueprint.get("/corrections")
def corrections() -> str:
    """Show what was taught."""
    return render_template("corrections.html")


@blueprint.get("/models")
def models() -> str:
    """Show the versions of the model, and retraining."""
    return render_template("models.html")


def _alphabets() -> list[dict[str, str]]:
    """Give what the pages offer: the named alphabets that the model knows, and all its symbols if none has them all."""
    try:
        symbols = loader().get().symbols
    except BundleError:  # the page is shown all the same, and says that nothing can be read now
        symbols = SYMBOLS
    named = {alphabet.name: alphabet for alphabet in named_alphabets(symbols)}
    offered = [(name, label, named[name].symbols) for name, label in _LABELS.items() if name in named]
    if all(set(shown) != set(symbols) for _, _, shown in offered):
        offered.append(("", "All symbols", symbols))
    return [{"name": name, "label": label, "symbols": " ".join(shown)} for name, label, shown in offered]


@blueprint.get("/api/docs")
def api_docs() -> str:
    """Show what the API takes and gives."""
    document = current_app.api_doc  # type: ignore[attr-defined]
    return render_template(
        "api.html",
        operations=list(reference.operations(document)),
        schemas=list(reference.schemas(document)),
    )
