"""What a request holds: its ink, its JSON, the options in its address; and how OpenAPI is told."""

import base64
import os
import re
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel
from werkzeug.datastructures import FileStorage, MultiDict

from ..errors import ImageTooLarge
from ..ink import LATEST_MS, Ink
from .loading import loader
from .problems import RequestError
from .schemas import Drawn, check

__all__ = [
    "content_of",
    "fields_of_form",
    "form_of",
    "ink_of",
    "json_body",
    "json_of",
    "json_or_nothing",
    "parameters",
    "query_of",
    "refuse_query",
]

Model = TypeVar("Model", bound=BaseModel)

_DATA_URL = re.compile(r"data:[\w.+/-]*(?:;[\w.=+-]+)*;base64,", re.IGNORECASE)


def refuse_query() -> None:
    """Refuse options in an address that takes none, where they would be passed over in silence."""
    if request.args:
        names = ", ".join(map(repr, list(request.args)[:8]))
        hint = "Put it into the body." if request.method in ("POST", "PATCH") else "Leave it out."
        raise RequestError(400, "malformed_request", f"Unknown in the address: {names}.", hint)


def query_of(model: type[Model]) -> Model:
    """Read the options in the address.

    Raises:
        RequestError: 400, naming what is unknown, wrong or given twice.
    """
    return check(model, _once(request.args, "address"))


def json_of(model: type[Model]) -> Model:
    """Read a body that must be JSON.

    Raises:
        RequestError: 415, it is none; 400, naming the fields that are unknown or wrong.
    """
    refuse_query()
    if request.mimetype != "application/json":
        raise RequestError(415, "unsupported_media_type", "The body is not JSON.", "Send application/json.")
    return check(model, request.get_data())


def json_or_nothing(model: type[Model]) -> Model:
    """Read a body that is JSON or missing; where it is missing, all is as by default.

    Raises:
        RequestError: as :func:`json_of` does.
    """
    if not request.mimetype and not request.get_data():
        refuse_query()
        return model()
    return json_of(model)


def form_of(model: type[Model], name: str) -> tuple[Model, FileStorage]:
    """Read a form that holds one file of this name.

    Raises:
        RequestError: 400, the file is missing or not the only one, or fields are unknown or wrong.
    """
    files = request.files.getlist(name)
    given = check(model, {**fields_of_form(), **dict.fromkeys(request.files, "")})
    if len(files) != 1 or name in request.form:
        raise RequestError(400, "malformed_request", f"{name}: expected one file.", f"Send one file, named {name}.")
    return given, files[0]


def fields_of_form() -> dict[str, str]:
    """Give the fields of a form, without its files.

    Raises:
        RequestError: 400, one is given twice.
    """
    return _once(request.form, "form")


def _once(given: MultiDict[str, str], where: str) -> dict[str, str]:
    twice = [name for name, values in given.lists() if len(values) > 1]
    if twice:
        raise RequestError(
            400, "malformed_request", f"{twice[0]!r} stands more than once in the {where}.", "Give it once."
        )
    return given.to_dict()


def ink_of(given: Drawn) -> bytes | Ink:
    """Give a request's picture as the file it was, or its strokes as ink.

    Raises:
        RequestError: 400, what should be a data URL is none.
        InkError: the picture is too large, or the strokes are no ink.
    """
    if given.strokes is None:
        return _decode(given.image)
    # a stroke has times for all of its points or for none
    strokes = [stroke if _timed(stroke) else [point[:2] for point in stroke] for stroke in given.strokes]
    return Ink.from_strokes(strokes, given.pen_width, loader().settings)


def content_of(file: FileStorage) -> bytes:
    """Give the bytes of a picture that came in a form.

    Raises:
        ImageTooLarge: there are too many.
    """
    _check_size(file.stream.seek(0, os.SEEK_END))
    file.stream.seek(0)
    return file.stream.read()


def json_body(schema: dict[str, str], required: bool = True) -> dict[str, Any]:
    """Lay out, for OpenAPI, a body of JSON."""
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def parameters(model: type[BaseModel] | None = None, *, path_id: str = "") -> list[dict[str, Any]]:
    """Lay out, for OpenAPI, the options that an address takes, and the id that stands in it, if it is named."""
    listed: list[dict[str, Any]] = []
    if path_id:
        schema = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
        listed.append({"name": "id", "in": "path", "required": True, "description": path_id, "schema": schema})
    described = model.model_json_schema() if model else {}
    for name, part in described.get("properties", {}).items():
        part.pop("title", None)
        either = [one for one in part.pop("anyOf", []) if one.get("type") != "null"]
        part |= either[0] if len(either) == 1 else {"anyOf": either} if either else {}
        if part.get("default", 0) is None:
            del part["default"]
        description = part.pop("description", "")
        listed.append({"name": name, "in": "query", "required": False, "description": description, "schema": part})
    return listed


def _timed(stroke: list[list[float]]) -> bool:
    return all(len(point) == 3 and abs(point[2]) <= LATEST_MS for point in stroke)


def _decode(url: str) -> bytes:
    match = _DATA_URL.match(url)
    if not match:
        raise RequestError(
            400, "malformed_request", "image: expected a data URL.", "It looks like data:image/png;base64,iVBORw0..."
        )
    text = "".join(url[match.end() :].split())  # some break it into lines
    _check_size(len(text) * 3 // 4)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # no base64, or no ASCII
        raise RequestError(
            400, "malformed_request", "image: the base64 of the data URL is broken.", "Send the whole picture again."
        ) from None


def _check_size(size_bytes: int) -> None:
    limit = loader().settings.max_image_bytes
    if size_bytes > limit:
        raise ImageTooLarge(
            f"The picture has {size_bytes:,} bytes; at most {limit:,} are read.", "Scale it down, or send a JPEG."
        )
