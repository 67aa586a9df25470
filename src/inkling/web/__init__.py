"""The web application: a page to draw on, and an API that others build on."""

import logging
import re
import time
import uuid
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, Response, current_app, g, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.exceptions import HTTPException

from ..settings import Settings
from . import api, charts, exchanging, jobs, learning, models, pages, problems
from .callers import Callers
from .limits import RateLimit
from .loading import Loader
from .metrics import Metrics
from .schemas import Problem
from .streams import Streams

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["create_app"]

_log = logging.getLogger(__name__)

_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

#: A field of a form that is no picture: an own alphabet is the longest one.
_MOST_FORM_TEXT_BYTES = 500_000

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def create_app(settings: Settings, recognizer: "Recognizer | None" = None) -> Flask:
    """Make the application.

    Args:
        settings: the settings in force.
        recognizer: what reads; by default the bundle of the settings, loaded when it is first needed.

    Example:
        >>> create_app(Settings.load()).test_client().get("/healthz").json
        {'status': 'ok'}
    """
    app = OpenAPI(
        __name__,
        info=Info(
            title="Inkling",
            version="1",
            description="Reads handwriting: characters that were drawn, scanned or photographed.",
        ),
        security_schemes={},  # null would be no OpenAPI
        doc_ui=False,  # its own pages load scripts inline, which our Content-Security-Policy forbids
        validation_error_model=Problem,
        validation_error_status=500,
    )
    app.config["MAX_CONTENT_LENGTH"] = settings.max_request_bytes
    app.config["MAX_FORM_PARTS"] = settings.max_images + 16  # so many pictures, and the few options beside them
    app.config["MAX_FORM_MEMORY_SIZE"] = _MOST_FORM_TEXT_BYTES
    app.url_map.merge_slashes = False  # a redirect would be HTML
    app.json.sort_keys = False  # type: ignore[attr-defined]
    loader = Loader(settings, recognizer)
    app.extensions["inkling"] = loader
    app.extensions["inkling.metrics"] = Metrics(loader)
    app.extensions["inkling.callers"] = Callers(settings)
    app.extensions["inkling.rate"] = RateLimit(settings.max_reads_per_minute)
    app.extensions["inkling.streams"] = Streams(settings.threads // 4)  # the others read
    app.register_api(api.blueprint)
    app.register_api(charts.blueprint)
    app.register_api(learning.blueprint)
    app.register_api(exchanging.blueprint)
    app.register_api(models.blueprint)
    app.register_api(jobs.blueprint)
    app.register_api(api.probes)
    app.register_blueprint(pages.blueprint)
    app.add_url_rule("/api/v1/openapi.json", "openapi", lambda: app.api_doc)
    app.register_error_handler(HTTPException, problems.answer_http)
    app.register_error_handler(Exception, problems.answer)
    app.before_request(_begin)
    app.after_request(_finish)
    return app


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]
    g.began = time.perf_counter()
    current_app.extensions["inkling.callers"].check(request)
    if request.method == "POST" and request.path.startswith("/api/v1/"):
        current_app.extensions["inkling.rate"].take(request.remote_addr or "")


def _finish(response: Response) -> Response:
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = g.request_id
    if problems.wants_json():
        response.headers["Cache-Control"] = "no-store"
    elapsed_s = time.perf_counter() - g.began
    rule = request.url_rule.rule if request.url_rule else None
    current_app.extensions["inkling.metrics"].answered(request.method, rule, response.status_code, elapsed_s)
    _log.info(
        "%s %s %d %.1f ms id=%s",
        request.method,
        quote(request.path),  # without line ends, which would begin another entry
        response.status_code,
        elapsed_s * 1000,
        g.request_id,
    )
    return response
