"""The API: read pictures and drawings, and say with what."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any

from flask import Response, current_app, jsonify, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.schema import Schema
from flask_openapi3.models.tag import Tag
from flask_openapi3.utils import get_model_schema
from pydantic import BaseModel
from werkzeug.datastructures import FileStorage

from ..alphabet import NAMED, TAUGHT, Alphabet
from ..errors import InklingError, UnknownAlphabet
from ..ink import Ink
from ..reader import Reader
from . import pictures
from .answers import finite
from .bodies import content_of, fields_of_form, ink_of, parameters, query_of, refuse_query
from .loading import loader, service
from .metrics import CONTENT_TYPE
from .problems import RequestError, error_json, status_of
from .schemas import (
    AlphabetList,
    DrawingOrImage,
    Health,
    ModelCard,
    Options,
    Problem,
    ProfileQuery,
    ReadForm,
    Readiness,
    ReadingAnswer,
    ReadOptions,
    check,
)

__all__ = [
    "CHANGE_PROBLEMS",
    "POST_PROBLEMS",
    "PROBLEMS",
    "blueprint",
    "chosen_alphabet",
    "component",
    "named_alphabets",
    "probes",
]

#: Errors that any address may answer.
PROBLEMS: dict[int | str, Any] = {400: Problem, 500: Problem, 503: Problem}
#: Errors that any address may answer that changes something, or is sent something; and one that takes POST.
CHANGE_PROBLEMS: dict[int | str, Any] = {403: Problem, **PROBLEMS}
POST_PROBLEMS: dict[int | str, Any] = {429: Problem, **CHANGE_PROBLEMS}

blueprint = APIBlueprint("api", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="reading")])
probes = APIBlueprint("probes", __name__, abp_tags=[Tag(name="probes")])


def component(model: type[BaseModel]) -> dict[str, str]:
    """Add a model to the OpenAPI document; give the reference to it."""
    schema = get_model_schema(model)
    parts = {**schema.pop("$defs", {}), schema["title"]: schema}
    blueprint.components_schemas.update({name: Schema(**part) for name, part in parts.items()})
    return {"$ref": f"#/components/schemas/{schema['title']}"}


# One address takes two kinds of body, and answers one reading or several, so its entry is written out.
_READ_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": component(DrawingOrImage)},
        "multipart/form-data": {"schema": component(ReadForm)},
    },
}
_READ_ANSWER = {
    "description": "The reading; for several pictures a list, in which an error stands where a picture was bad.",
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [
                    component(ReadingAnswer),
                    {"type": "array", "items": {"anyOf": [component(ReadingAnswer), component(Problem)]}},
                ]
            }
        }
    },
}


@blueprint.post(
    "/read",
    summary="Read a drawing, a picture, or several pictures",
    openapi_extensions={"requestBody": _READ_BODY},
    responses={200: _READ_ANSWER, 400: Problem, 413: Problem, 415: Problem, 422: Problem, **POST_PROBLEMS},
)
def read() -> Response:
    """Answer what the ink of the request says."""
    refuse_query()
    if request.mimetype == "application/json":
        return jsonify(_read_json(request.get_data()))
    if request.mimetype == "multipart/form-data":
        answers = _read_form()
        return jsonify(answers if len(answers) > 1 else answers[0])
    raise RequestError(
        415,
        "unsupported_media_type",
        f"The body is {request.mimetype or 'of no type'}, which is neither JSON nor multipart/form-data.",
        "Send application/json, or multipart/form-data with the pictures as image.",
    )


@blueprint.get(
    "/alphabets",
    summary="The named alphabets that the model knows, and what a profile was taught",
    openapi_extensions={"parameters": parameters(ProfileQuery)},
    responses={200: AlphabetList, 400: Problem, 422: Problem, **PROBLEMS},
)
def alphabets() -> Response:
    """Name the alphabets, each with what it is and its symbols."""
    query = query_of(ProfileQuery)
    recognizer, memory = service().reader(query.profile)
    taught = memory.taught
    entries = [
        {"name": alphabet.name, "description": NAMED[alphabet.name], "symbols": alphabet.symbols}
        for alphabet in named_alphabets(recognizer.symbols)
    ]
    if taught:
        entries.append({"name": TAUGHT, "description": f"what was taught ({len(taught)})", "symbols": taught})
    return jsonify({"alphabets": entries})


@blueprint.get("/model", summary="The card of the model that reads", responses={200: ModelCard, **PROBLEMS})
def model() -> Response:
    """Give the bundle's card: version, alphabet, training data with licences, measured figures."""
    refuse_query()
    return jsonify(finite(loader().get().card))


@probes.get("/healthz", summary="Whether the process is alive", responses={200: Health, **PROBLEMS})
def healthz() -> Response:
    """Answer, which is all that is asked."""
    return jsonify({"status": "ok"})


@probes.get("/readyz", summary="Whether the process can read and learn", responses={200: Readiness, **PROBLEMS})
def readyz() -> Response:
    """Answer 200 once the model is loaded and the database of corrections can be used, 503 else."""
    service().ready()
    return jsonify({"status": "ready", "model": loader().get().version})


@probes.get(
    "/metrics",
    summary="What was counted, for Prometheus",
    responses={
        200: {"description": "Prometheus's text form.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **PROBLEMS,
    },
)
def metrics() -> Response:
    """Give requests, their latency, readings by status, and the model's version."""
    return Response(current_app.extensions["inkling.metrics"].text(), content_type=CONTENT_TYPE)


def named_alphabets(symbols: Sequence[str]) -> list[Alphabet]:
    """Give the alphabets that have names and hold none but these symbols."""
    alphabets = []
    for name in NAMED:
        with suppress(UnknownAlphabet):
            alphabets.append(Alphabet.parse(name, symbols))
    return alphabets


def chosen_alphabet(options: Options, reader: Reader) -> Alphabet:
    """Give the alphabet that a request chooses: all that the reader's model and memory know where it names none.

    Raises:
        UnknownAlphabet: they do not know it.
    """
    return reader.recognizer.alphabet(None if options.alphabet == "" else options.alphabet, reader.memory)


@contextmanager
def _counting() -> Iterator[None]:
    """Count a reading that ends in an error of the ink; others are counted by their status."""
    try:
        yield
    except InklingError as error:
        current_app.extensions["inkling.metrics"].read(error.code)
        raise


def _read_json(body: bytes) -> dict[str, Any]:
    given = check(DrawingOrImage, body)
    with _counting():
        return _read(lambda: ink_of(given), given)


def _read_form() -> list[dict[str, Any]]:
    files = request.files.getlist("image")
    limit = loader().settings.max_images
    if len(files) > limit:
        raise RequestError(413, "too_many_images", f"{len(files)} pictures came; at most {limit} are read at a time.")
    fields: dict[str, Any] = {**fields_of_form(), **dict.fromkeys(request.files, "")}
    if "image" in request.files:
        fields["image"] = [""] * len(files)
    options = check(ReadForm, fields)
    if not files:
        raise RequestError(
            400, "malformed_request", "image: expected a file.", "Send each picture as a file named image."
        )
    if len(files) == 1:
        with _counting():
            return [_read(lambda: content_of(files[0]), options)]
    chosen_alphabet(options, service().reader(options.profile))  # wrong for one, wrong for all
    return [_read_or_say_why(file, options) for file in files]


def _read_or_say_why(file: FileStorage, options: ReadOptions) -> dict[str, Any]:
    try:
        with _counting():
            return _read(lambda: content_of(file), options)
    except InklingError as error:
        if status_of(error) >= 500:
            raise
        return error_json(error)


def _read(take: "Callable[[], bytes | Ink]", options: ReadOptions) -> dict[str, Any]:
    began = perf_counter()
    reader = service().reader(options.profile)
    alphabet = chosen_alphabet(options, reader)
    reading = reader.recognizer.read(take(), alphabet, options.alternatives, reader.memory)
    answer = reading.to_json()
    answer["elapsed_ms"] = round((perf_counter() - began) * 1000, 3)  # the recognizer's own leaves out drawing strokes
    current_app.extensions["inkling.metrics"].read(reading.status)
    if options.glyph:
        pictures.add_glyphs(answer, reading)
    if options.heat:
        pictures.add_heat(answer, reading, reader, alphabet)
    return answer
