"""The API of the model's versions: look at them, promote one, go back, take one out and in."""

import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Response, jsonify, request, send_file, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ..errors import BundleError, ModelNotFound
from .answers import hidden
from .api import POST_PROBLEMS, PROBLEMS, component
from .bodies import form_of, json_body, json_or_nothing, refuse_query
from .loading import service
from .model_answers import details_json, entry_json, promotion_json
from .model_schemas import BundleForm, ModelDetails, ModelEntry, ModelList, Promote, PromotionAnswer, RollBack
from .problems import RequestError
from .schemas import Problem

__all__ = ["blueprint"]

blueprint = APIBlueprint("models", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="versions of the model")])

_VERSION = r"\w[\w.+-]{0,99}"
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
_CHANGE_PROBLEMS: dict[int | str, Any] = {400: Problem, 409: Problem, 413: Problem, 415: Problem}
_ZIP = {
    "description": "The bundle: a zip of normalize.onnx, network.onnx and card.json.",
    "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
}
_FORM = {"required": True, "content": {"multipart/form-data": {"schema": component(BundleForm)}}}


@blueprint.get("/models", summary="All versions of the model, newest first", responses={200: ModelList, **PROBLEMS})
def models() -> Response:
    """List them, and say which reads and which one would go back to."""
    refuse_query()
    versions = service().versions
    return jsonify(
        {
            "current": versions.current(),
            "rollback": versions.rollback_target(),
            "pinned": versions.pinned,
            "models": [entry_json(one) for one in versions.all()],
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
    refuse_query()
    return jsonify(details_json(service().versions.get(_version())))


@blueprint.post(
    "/models/<version>/promote",
    summary="Make a version the one that reads",
    openapi_extensions={**_ONE, **json_body(component(Promote), required=False)},
    responses={200: PromotionAnswer, 404: Problem, **_CHANGE_PROBLEMS, **POST_PROBLEMS},
)
def promote() -> Response:
    """Promote it; every process reads with it from its next reading on."""
    given, versions = json_or_nothing(Promote), service().versions
    with _refusing_damaged():
        return jsonify(promotion_json(versions.promote(_version(), reason=given.reason, force=given.force)))


@blueprint.post(
    "/models/rollback",
    summary="Go back to the version before",
    openapi_extensions=json_body(component(RollBack), required=False),
    responses={200: PromotionAnswer, 404: Problem, **_CHANGE_PROBLEMS, **POST_PROBLEMS},
)
def roll_back() -> Response:
    """Make the version current that was before the last promotion."""
    given, versions = json_or_nothing(RollBack), service().versions
    with _refusing_damaged():
        return jsonify(promotion_json(versions.roll_back(reason=given.reason)))


@blueprint.get(
    "/models/<version>/bundle",
    summary="A version as a file",
    openapi_extensions=_ONE,
    responses={200: _ZIP, 404: Problem, 409: Problem, **PROBLEMS},
)
def bundle() -> Response:
    """Give the bundle, as a zip to save."""
    refuse_query()
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
    responses={200: ModelEntry, 201: ModelEntry, 422: Problem, **_CHANGE_PROBLEMS, **POST_PROBLEMS},
)
def import_() -> Response:
    """Keep a bundle beside the others; it reads once it is promoted. 200 says that the version is here already."""
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
            imported = versions.import_(path)
        except BundleError as error:  # it names a file that nobody but us knows
            message = hidden(error.message.replace(str(path), "the file"))
            raise RequestError(422, error.code, message, "Send a zip that an export of a version gave.") from error
    version = imported.model.version
    answer = jsonify(entry_json(versions.get(version)))
    answer.status_code = 201 if imported.new else 200
    answer.headers["Location"] = url_for("models.model", version=version)
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
