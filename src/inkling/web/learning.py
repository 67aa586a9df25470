"""The API of learning: teach, look corrections up, change them, take them back."""

from typing import Any

from flask import Response, current_app, jsonify, request, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ..alphabet import parse_symbol
from ..ink import Ink
from .api import CHANGE_PROBLEMS, POST_PROBLEMS, PROBLEMS, component
from .bodies import content_of, form_of, ink_of, json_body, json_of, parameters, query_of, refuse_query
from .learning_answers import correction_json, reading_json, was_wrong
from .learning_schemas import (
    CorrectionAnswer,
    CorrectionList,
    ListQuery,
    NamesQuery,
    Patch,
    ProfileList,
    Relabelled,
    Several,
    SeveralAre,
    SymbolList,
    SymbolsQuery,
    Taught,
    Teach,
    TeachForm,
)
from .loading import service
from .problems import RequestError
from .schemas import Problem, ReadingAnswer

__all__ = ["blueprint", "counted"]

blueprint = APIBlueprint("learning", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="learning")])

_TEACH_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": component(Teach)},
        "multipart/form-data": {"schema": component(TeachForm)},
    },
}
_INK_PROBLEMS: dict[int | str, Any] = {400: Problem, 413: Problem, 415: Problem, 422: Problem, **POST_PROBLEMS}
_CHANGE_PROBLEMS: dict[int | str, Any] = {400: Problem, 404: Problem, 413: Problem, 415: Problem}
_NO_CONTENT = {"description": "It is deleted."}
_ONE = {"parameters": parameters(path_id="A correction's id.")}


@blueprint.post(
    "/corrections",
    summary="Say what some ink is; it is read so from now on",
    openapi_extensions={"requestBody": _TEACH_BODY},
    responses={201: Taught, **_INK_PROBLEMS},
)
def teach() -> Response:
    """Keep a correction, and read the same ink again with it."""
    refuse_query()
    given: Teach | TeachForm
    source: bytes | Ink
    if request.mimetype == "application/json":
        given = json_of(Teach)
        source = ink_of(given)
    elif request.mimetype == "multipart/form-data":
        given, file = form_of(TeachForm, "image")
        source = content_of(file)
    else:
        raise RequestError(
            415,
            "unsupported_media_type",
            f"The body is {request.mimetype or 'of no type'}, which is neither JSON nor multipart/form-data.",
            "Send application/json, or multipart/form-data with the picture as image.",
        )
    alphabet = None if given.alphabet == "" else given.alphabet
    taught = service().correct(source, given.symbol, alphabet, given.alternatives, given.profile)
    counted("taught" if was_wrong(taught.correction) else "confirmed")
    answer = jsonify(
        {
            "correction": correction_json(taught.correction),
            "before": reading_json(taught.before, given),
            "reading": reading_json(taught.reading, given),
        }
    )
    answer.status_code = 201
    answer.headers["Location"] = url_for("learning.correction", id=taught.correction.id)
    return answer


@blueprint.get(
    "/corrections",
    summary="Corrections, newest first, a page at a time",
    openapi_extensions={"parameters": parameters(ListQuery)},
    responses={200: CorrectionList, 400: Problem, 422: Problem, **PROBLEMS},
)
def corrections() -> Response:
    """Find corrections, all or the doubtful ones only."""
    given = query_of(ListQuery)
    doubtful = given.doubtful == "true"
    query = given.to_query(deleted=given.deleted == "true", limit=given.limit, after=given.after)
    page = service().find(query, doubtful)
    doubts = service().doubtful(query.profile) if doubtful else {}
    listed = [correction_json(one, doubts.get(one.id)) for one in page.corrections]
    return jsonify({"corrections": listed, "profile": query.profile, "total": page.total, "next": page.after})


@blueprint.get(
    "/corrections/<int:id>",
    summary="One correction",
    openapi_extensions=_ONE,
    responses={200: CorrectionAnswer, 404: Problem, **PROBLEMS},
)
def correction() -> Response:
    """Give a correction that was not deleted."""
    refuse_query()
    return jsonify(correction_json(service().store.get(_id())))


@blueprint.get(
    "/corrections/<int:id>/reading",
    summary="What the ink of a correction is read as now",
    openapi_extensions=_ONE,
    responses={200: ReadingAnswer, 404: Problem, **PROBLEMS},
)
def reading() -> Response:
    """Read the ink again, with all that is known by now."""
    refuse_query()
    return jsonify(service().reread(_id()).to_json())


@blueprint.get(
    "/corrections/<int:id>/picture",
    summary="The ink of a correction as a picture",
    openapi_extensions=_ONE,
    responses={
        200: {
            "description": "A grey PNG, black ink on white paper: as it was cut out, 640 px a side at most, or drawn.",
            "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        },
        404: Problem,
        **PROBLEMS,
    },
)
def picture() -> Response:
    """Give the ink, cut out: the picture that it came in, or its strokes drawn."""
    refuse_query()
    return Response(service().picture(_id()), mimetype="image/png")


@blueprint.patch(
    "/corrections/<int:id>",
    summary="Change the symbol of a correction, or restore one that was deleted",
    openapi_extensions={**_ONE, **json_body(component(Patch))},
    responses={200: CorrectionAnswer, 422: Problem, **_CHANGE_PROBLEMS, **CHANGE_PROBLEMS},
)
def patch() -> Response:
    """Relabel, or restore."""
    given = json_of(Patch)
    if given.symbol is not None:
        changed = service().relabel(_id(), given.symbol)
        counted("relabelled")
    else:
        service().restore([_id()])
        counted("restored")
        changed = service().store.get(_id())
    return jsonify(correction_json(changed))


@blueprint.delete(
    "/corrections/<int:id>",
    summary="Take a correction back",
    openapi_extensions=_ONE,
    responses={204: _NO_CONTENT, 404: Problem, **CHANGE_PROBLEMS},
)
def delete() -> Response:
    """Delete a correction: from now on it is read as if it had never been."""
    refuse_query()
    service().delete([_id()])
    counted("deleted")
    answer = Response(status=204)
    del answer.headers["Content-Type"]
    return answer


@blueprint.post(
    "/corrections/relabel",
    summary="Change the symbol of several corrections, all or none",
    openapi_extensions=json_body(component(SeveralAre)),
    responses={200: Relabelled, 422: Problem, **_CHANGE_PROBLEMS, **POST_PROBLEMS},
)
def relabel_several() -> Response:
    """Relabel corrections, and name them and their symbol."""
    given = json_of(SeveralAre)
    symbol = parse_symbol(given.symbol)
    ids = service().relabel_several(given.ids, symbol)
    counted("relabelled", len(ids))
    return jsonify({"ids": ids, "symbol": symbol})


@blueprint.post(
    "/corrections/delete",
    summary="Take several corrections back, all or none",
    openapi_extensions=json_body(component(Several)),
    responses={200: Several, **_CHANGE_PROBLEMS, **POST_PROBLEMS},
)
def delete_several() -> Response:
    """Delete corrections, and name them."""
    ids = service().delete(json_of(Several).ids)
    counted("deleted", len(ids))
    return jsonify({"ids": ids})


@blueprint.post(
    "/corrections/restore",
    summary="Restore several corrections that were deleted, all or none",
    openapi_extensions=json_body(component(Several)),
    responses={200: Several, **_CHANGE_PROBLEMS, **POST_PROBLEMS},
)
def restore_several() -> Response:
    """Restore corrections, and name them."""
    ids = service().restore(json_of(Several).ids)
    counted("restored", len(ids))
    return jsonify({"ids": ids})


@blueprint.get(
    "/symbols",
    summary="All symbols that a profile may be read in",
    openapi_extensions={"parameters": parameters(SymbolsQuery)},
    responses={200: SymbolList, 400: Problem, 422: Problem, **PROBLEMS},
)
def symbols() -> Response:
    """List the model's symbols and those that were taught, each with how many corrections there are."""
    given = query_of(SymbolsQuery)
    listed = [
        {"symbol": symbol, "known": known, "corrections": count}
        for symbol, known, count in service().symbols(given.profile)
    ]
    return _page_of("symbols", listed, "symbol", given)


@blueprint.get(
    "/profiles",
    summary="Everybody, and who taught something",
    openapi_extensions={"parameters": parameters(NamesQuery)},
    responses={200: ProfileList, 400: Problem, **PROBLEMS},
)
def profiles() -> Response:
    """List the profiles, each with how many corrections it has."""
    given = query_of(NamesQuery)
    listed = [{"name": name, "corrections": count} for name, count in service().profiles()]
    return _page_of("profiles", listed, "name", given)


def counted(change: str, count: int = 1) -> None:
    """Count corrections that were changed."""
    current_app.extensions["inkling.metrics"].corrected(change, count)


def _page_of(what: str, listed: list[dict[str, Any]], name: str, given: NamesQuery) -> Response:
    """Give the part of a list that was asked for, how long the list is, and what the next part follows."""
    first = 0
    if given.after is not None:
        places = [i for i, entry in enumerate(listed, 1) if entry[name] == given.after]
        if not places:
            raise RequestError(
                400, "malformed_request", f"after: {given.after!r} is not in the list.", "Begin again without after."
            )
        first = places[0]
    page = listed[first : None if given.limit is None else first + given.limit]
    more = first + len(page) < len(listed)
    return jsonify({what: page, "total": len(listed), "next": page[-1][name] if more else None})


def _id() -> int:
    """Give the id in the address."""
    number: int = (request.view_args or {})["id"]
    return number
