"""How errors leave the house: one JSON shape, one table of status codes, a plain page for people."""

import logging
from typing import Any

from flask import Response, current_app, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from ..errors import (
    AlphabetError,
    BlankInk,
    BundleError,
    CorrectionNotFound,
    ImageTooLarge,
    InkError,
    InklingError,
    InvalidProfile,
    JobNotFound,
    JobRunning,
    ModelError,
    ModelNotFound,
    NotAnImage,
    NothingToLearn,
    QueueError,
    StoreError,
    TrainingExtraMissing,
)

__all__ = ["RequestError", "answer", "answer_http", "error_json", "status_of", "wants_json"]

_log = logging.getLogger(__name__)

#: The status code of each branch of our tree of errors; the first that fits counts. What is not here is our fault.
STATUS: tuple[tuple[type[InklingError], int], ...] = (
    (NotAnImage, 415),
    (ImageTooLarge, 413),
    (BlankInk, 422),
    (InkError, 422),
    (AlphabetError, 422),
    (InvalidProfile, 422),
    (CorrectionNotFound, 404),
    (JobNotFound, 404),
    (JobRunning, 409),
    (ModelNotFound, 404),
    (ModelError, 409),
    (NothingToLearn, 422),
    (TrainingExtraMissing, 501),
    (QueueError, 503),
    (BundleError, 503),
    (StoreError, 503),
)

#: When to ask again what cannot be answered now; the bundle is looked for again at each request.
_RETRY_AFTER_S = 5

#: Why the database of corrections cannot be used; its own messages name folders and servers.
_STORE_PROBLEMS: dict[str, str] = {
    "store_read_only": "nothing can be written to the database",
    "store_full": "there is no space left for the database",
    "store_too_new": "the database was changed by a newer version of Inkling",
    "store_unusable": "the database cannot be used",
}

#: Addresses that are about retraining and what came of it.
_BACKGROUND = tuple(f"/api/v1/{name}" for name in ("jobs", "models", "retraining"))

_HTTP_PROBLEMS: dict[int, tuple[str, str, str]] = {
    400: ("malformed_request", "The request is malformed.", "The fields are described in /api/v1/openapi.json."),
    404: ("not_found", "There is nothing at this address.", "The addresses are listed in /api/v1/openapi.json."),
    405: ("method_not_allowed", "This address does not take that method.", "See /api/v1/openapi.json."),
    413: ("request_too_large", "The request is larger than this server takes.", "Send fewer or smaller pictures."),
    415: (
        "unsupported_media_type",
        "The body is neither JSON nor multipart/form-data.",
        "Send application/json, or multipart/form-data with the pictures as image.",
    ),
    500: ("internal_error", "Something went wrong in the server.", "The server's log tells more under the request id."),
}


class RequestError(InklingError):
    """A request that is turned away at the door, with the status code that says why."""

    def __init__(self, status: int, code: str, message: str, hint: str = "", retry_after_s: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s


def status_of(error: InklingError) -> int:
    """Give the status code of an error."""
    if isinstance(error, RequestError):
        return error.status
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def error_json(error: InklingError) -> dict[str, Any]:
    """Give the JSON form of an error; what only the server's keeper should know is left out."""
    status = status_of(error)
    if status == 500:
        code, message, hint = _HTTP_PROBLEMS[500]
    elif isinstance(error, BundleError):  # its message names folders of this machine
        code = error.code
        message = "The model cannot be loaded, so nothing can be read."
        hint = "The server's log says why; try again when it is put right."
    elif isinstance(error, StoreError):
        code = error.code
        message = f"{_undone()}: {_STORE_PROBLEMS.get(code, _STORE_PROBLEMS['store_unusable'])}."
        hint = "Reading goes on. The server's log says why; try again when it is put right."
    elif isinstance(error, QueueError):  # its message names a file or a server
        code = error.code
        message = "The queue of background jobs cannot be used, so nothing can be started."
        hint = "The server's log says why; try again when it is put right."
    else:
        code, message, hint = error.code, error.message, error.hint
    return {"error": {"code": code, "message": message, "hint": hint}}


def _undone() -> str:
    """Say what did not happen where the database failed."""
    if request.method in ("GET", "HEAD"):
        corrections = not request.path.startswith(_BACKGROUND)
        return "Corrections cannot be looked up" if corrections else "Versions and jobs cannot be looked up"
    return "The correction was not kept" if request.path.endswith("/corrections") else "Nothing was changed"


def wants_json() -> bool:
    """Say whether the address asked for is for programs, which never get HTML."""
    return request.path.startswith("/api") or request.path in ("/healthz", "/readyz", "/metrics")


def answer(error: Exception) -> Response:
    """Answer an error that a view raised."""
    if not isinstance(error, InklingError) or status_of(error) == 500:
        _log.exception("Request %s failed", g.get("request_id", "-"), exc_info=error)
    if isinstance(error, StoreError | QueueError):
        _log.error("Request %s: %s", g.get("request_id", "-"), error)
    if not isinstance(error, InklingError):
        error = InklingError(*_HTTP_PROBLEMS[500][1:])
    if not wants_json():
        said = f"{error.message} {error.hint}" if isinstance(error, RequestError) else ""
        return _page(status_of(error), said)
    response = make_response(jsonify(error_json(error)), status_of(error))
    if response.status_code in (429, 503):
        response.headers["Retry-After"] = str(getattr(error, "retry_after_s", 0) or _RETRY_AFTER_S)
    return response


def answer_http(error: HTTPException) -> Response:
    """Answer an error of HTTP itself: no such address, a wrong method, a body that is too large."""
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if not wants_json():
        return _page(status)
    reason = HTTP_STATUS_CODES.get(status, "Error")
    code, message, hint = _HTTP_PROBLEMS.get(status, (reason.lower().replace(" ", "_"), f"{reason}.", ""))
    response = make_response(jsonify({"error": {"code": code, "message": message, "hint": hint}}), status)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    if status == 413:
        response.headers["Connection"] = "close"  # the rest of the body is not read
        said = {"code": code, "message": f"{message[:-1]}: {_most()}.", "hint": hint}
        response.set_data(jsonify({"error": said}).get_data())
    return response


def _most() -> str:
    """Say which limit a request is over."""
    config, length = current_app.config, request.content_length
    whole = f"at most {config['MAX_CONTENT_LENGTH']:,} bytes"
    if request.mimetype != "multipart/form-data" or (length or 0) > config["MAX_CONTENT_LENGTH"]:
        return whole
    form = f"at most {config['MAX_FORM_PARTS']:,} parts of a form, a text of {config['MAX_FORM_MEMORY_SIZE']:,} bytes"
    return form if length is not None else f"{whole}, {form}"


def _page(status: int, said: str = "") -> Response:
    title = "Nothing here" if status == 404 else HTTP_STATUS_CODES.get(status, "Something went wrong")
    return make_response(render_template("problem.html", title=title, status=status, said=said), status)
