"""The API of corrections as files: out as a data pack or a zip of pictures, and in again."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from flask import Response, jsonify, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ..errors import DataError
from .api import POST_PROBLEMS, PROBLEMS, component
from .bodies import form_of, parameters, query_of, refuse_query
from .learning import counted
from .learning_schemas import ExportQuery, Imported, ImportForm
from .loading import service
from .problems import RequestError
from .schemas import Problem

__all__ = ["blueprint"]

_CHUNK_BYTES = 2**20

blueprint = APIBlueprint(
    "exchanging", __name__, url_prefix="/api/v1/corrections", abp_tags=[Tag(name="corrections as files")]
)

_FILE = {
    "description": "The file: in both forms a zip archive.",
    "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
}
_BODY = {"required": True, "content": {"multipart/form-data": {"schema": component(ImportForm)}}}


@blueprint.get(
    "/export",
    summary="Corrections as a file",
    openapi_extensions={"parameters": parameters(ExportQuery)},
    responses={200: _FILE, 400: Problem, 422: Problem, **PROBLEMS},
)
def export() -> Response:
    """Give the corrections that are asked for, as a file to save."""
    given = query_of(ExportQuery)
    query = given.to_query()
    if given.doubtful == "true":
        query = replace(query, ids=tuple(service().doubtful(query.profile)))
    with tempfile.TemporaryDirectory(prefix="inkling-export-") as folder:
        path = Path(folder) / f"inkling-corrections.{given.form}"
        service().export(path, query)
        size_bytes = path.stat().st_size
        file = path.open("rb")  # it stays readable when its name is gone
    answer = Response(_chunks(file), mimetype="application/zip")
    answer.call_on_close(file.close)
    answer.content_length = size_bytes
    answer.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return answer


@blueprint.post(
    "/import",
    summary="Add the corrections of a file",
    openapi_extensions={"requestBody": _BODY},
    responses={200: Imported, 400: Problem, 413: Problem, 415: Problem, 422: Problem, **POST_PROBLEMS},
)
def import_() -> Response:
    """Add those that are sound and new, and say what is wrong with the others."""
    refuse_query()
    if request.mimetype != "multipart/form-data":
        raise RequestError(
            415, "unsupported_media_type", "The body is no form.", "Send multipart/form-data with one file named file."
        )
    given, file = form_of(ImportForm, "file")
    with tempfile.TemporaryDirectory(prefix="inkling-import-") as folder:
        path = Path(folder) / "corrections"
        file.save(path)
        try:
            imported = service().import_(path, given.profile)
        except DataError as error:  # it names a file that nobody but us knows
            raise RequestError(422, error.code, error.message.replace(str(path), "The file"), error.hint) from error
    counted("imported", imported.added)
    return jsonify({"added": imported.added, "skipped": imported.skipped, "problems": list(imported.problems)})


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
