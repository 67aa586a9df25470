"""The API of the model's versions: look at them, promote one, go back, take one out and in."""

import io
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request, send_file, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ..errors import BundleError, ModelNotFound
from .answers import finite, hidden, utc
from .api import PROBLEMS, component
from .bodies import form_of, json_body, json_or_nothing, refuse_query
from .loading import service
from .model_schemas import BundleForm, ModelDetails, ModelEntry, ModelList, Promote, PromotionAnswer, RollBack
from .problems import RequestError
from .schemas import Problem

if TYPE_CHECKING:
    from ..store import Promotion
    from ..versions import Version

__all__ = ["blueprint"]

blueprint = APIBlueprint("models", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="versions of the model")])

_VERSION = r"\w[\w.+-]{0,99}"
_COMPARED = ("name", "alphabet", "samples", "before", "after", "fixed", "broken", "p_worse", "verdict")
_ONE: dict[str, Any] = {
    "parameters": [
        {
            "name": "version",
            "in": "path",
            "required": True,
            "description": "A version's name.",
            "schema": {"type": "string", "pattern": f"^{_VERSION}$"},
        }
    ]
}
_CHANGE_PROBLEMS: dict[int | str, Any] = {400: Problem, 409: Problem, 413: Problem, 415: Problem, 429: Problem}
_ZIP = {
    "description": "The bundle: a zip of normalize.onnx, network.onnx and card.json.",
    "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
}
_FORM = {"required": True, "content": {"multipart/form-data": {"schema": component(BundleForm)}}}


@blueprint.get("/models", summary="All versions of the model, newest first", responses={200: ModelList, **PROBLEMS})
def models() -> Response:
    """List them, and say which reads and which one would go back to."""
    versions = service().versions
    return jsonify(
        {
            "current": versions.current(),
            "rollback": versions.rollback_target(),
            "pinned": versions.pinned,
            "models": [_entry(one) for one in versions.all()],
        }
    )


@blueprint.get(
    "/models/<version>",
    summary="One version, with all that is known of it",
    openapi_extensions=_ONE,
    responses={200: ModelDetails, 404: Problem, **PROBLEMS},
)
def model() -> Response:
    """Give a version's card, how training went, and what the gate looked at."""
    return jsonify(_details(service().versions.get(_version())))


@blueprint.post(
    "/models/<version>/promote",
    summary="Make a version the one that reads",
    openapi_extensions={**_ONE, **json_body(component(Promote), required=False)},
    responses={200: PromotionAnswer, 404: Problem, **_CHANGE_PROBLEMS, **PROBLEMS},
)
def promote() -> Response:
    """Promote it; every process reads with it from its next reading on."""
    given, versions = json_or_nothing(Promote), service().versions
    with _refusing_damaged():
        return jsonify(_promotion(versions.promote(_version(), reason=given.reason, force=given.force)))


@blueprint.post(
    "/models/rollback",
    summary="Go back to the version before",
    openapi_extensions=json_body(component(RollBack), required=False),
    responses={200: PromotionAnswer, 404: Problem, **_CHANGE_PROBLEMS, **PROBLEMS},
)
def roll_back() -> Response:
    """Make the version current that was before the last promotion."""
    given, versions = json_or_nothing(RollBack), service().versions
    with _refusing_damaged():
        return jsonify(_promotion(versions.roll_back(reason=given.reason)))


@blueprint.get(
    "/models/<version>/bundle",
    summary="A version as a file",
    openapi_extensions=_ONE,
    responses={200: _ZIP, 404: Problem, 409: Problem, **PROBLEMS},
)
def bundle() -> Response:
    """Give the bundle, as a zip to save."""
    version, versions = _version(), service().versions
    with _refusing_damaged():
        content = versions.bundle(version).to_zip()
    return send_file(
        io.BytesIO(content),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"inkling-{version}.zip",
        conditional=False,
        etag=False,
    )


@blueprint.post(
    "/models",
    summary="Take in a version from elsewhere",
    openapi_extensions={"requestBody": _FORM},
    responses={201: ModelEntry, 422: Problem, **_CHANGE_PROBLEMS, **PROBLEMS},
)
def import_() -> Response:
    """Keep a bundle beside the others; it reads once it is promoted."""
    refuse_query()
    if request.mimetype != "multipart/form-data":
        raise RequestError(
            415,
            "unsupported_media_type",
            "The body is no form.",
            "Send multipart/form-data with one file named bundle.",
        )
    _, file = form_of(BundleForm, "bundle")
    versions = service().versions
    with tempfile.TemporaryDirectory(prefix="inkling-import-") as folder:
        path = Path(folder) / "bundle.zip"
        file.save(path)
        try:
            added = versions.import_(path)
        except BundleError as error:  # it names a file that nobody but us knows
            message = hidden(error.message.replace(str(path), "the file"))
            raise RequestError(422, error.code, message, "Send a zip that an export of a version gave.") from error
    answer = jsonify(_entry(versions.get(added.version)))
    answer.status_code = 201
    answer.headers["Location"] = url_for("models.model", version=added.version)
    return answer


@contextmanager
def _refusing_damaged() -> Iterator[None]:
    """Answer for the one version whose files cannot be used; the model that reads has nothing to do with it."""
    try:
        yield
    except BundleError as error:
        raise RequestError(
            409, error.code, "The files of this version are damaged or too new.", "Nothing was changed."
        ) from error


def _version() -> str:
    """Give the version in the address."""
    version: str = (request.view_args or {})["version"]
    if not re.fullmatch(_VERSION, version):  # nothing that a database or a file's name could not take
        raise ModelNotFound("There is no version of that name.", "Look at the list again.")
    return version


def _entry(version: "Version") -> dict[str, Any]:
    model = version.model
    training = _mapping(model.card.get("training"))
    data = _data(training)
    return {
        "version": model.version,
        "parent": model.parent,
        "origin": model.origin,
        "reason": model.reason,
        "profile": model.profile,
        "state": model.state,
        "added_at": utc(model.added_at),
        "current": version.current,
        "shipped": version.shipped,
        "held": model.held,
        "size_bytes": model.size_bytes,
        "sha256": model.sha256,
        "figures": _figures(model.card),
        "training": {
            "kind": str(training.get("kind") or "training"),
            "corrections": finite(_mapping(training.get("corrections"))),
            "base_data": [pack["name"] for pack in data],
            "data": data,
            "note": str(training.get("note") or ""),
            "recipe": finite(_mapping(training.get("recipe"))),
        },
        "decision": None if model.report is None else _decision(model.report),
    }


def _details(version: "Version") -> dict[str, Any]:
    model = version.model
    report = None if model.report is None else finite(model.report)
    return {**_entry(version), "report": report, "history": _history(model.card), "card": finite(model.card)}


def _promotion(promotion: "Promotion") -> dict[str, Any]:
    return {
        "version": promotion.version,
        "previous": promotion.previous,
        "at": utc(promotion.at),
        "reason": promotion.reason,
        "rollback": promotion.rollback,
    }


# A card may come from elsewhere, and then hold anything where only its own fields were checked.


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _number(value: object) -> float | int | None:
    return finite(value) if isinstance(value, float | int) and not isinstance(value, bool) else None


def _data(training: Mapping[str, Any]) -> list[dict[str, Any]]:
    named = training.get("base_data")
    if isinstance(named, list | tuple):
        return [{"name": str(name), "samples": None} for name in named]
    return [
        {"name": str(pack["name"]), "samples": _whole(pack.get("samples"))}
        for pack in _mappings(training.get("data"))
        if "name" in pack
    ]


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _figures(card: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    figures = {}
    for name, figure in _mapping(card.get("figures")).items():
        numbers = {key: number for key, value in _mapping(figure).items() if (number := _number(value)) is not None}
        if "accuracy" in numbers:
            figures[str(name)] = numbers
    return figures


def _history(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    training = _mapping(card.get("training"))
    looks = [
        (_whole(look.get("step", look.get("epoch"))), _number(look.get("loss")), _number(look.get("accuracy")))
        for look in _mappings(training.get("history") or training.get("epochs"))
    ]
    return [{"step": step, "loss": loss, "accuracy": accuracy} for step, loss, accuracy in looks if step is not None]


def _decision(report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "passed": bool(report.get("passed")),
        "reasons": [str(reason) for reason in report.get("reasons", ())],
        "comparisons": [
            {field: finite(one.get(field)) for field in _COMPARED} for one in _mappings(report.get("comparisons"))
        ],
    }
