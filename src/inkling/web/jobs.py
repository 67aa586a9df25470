"""The API of retraining: ask for one, watch it, stop it; whether it happens by itself."""

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ..errors import JobNotFound, TrainingExtraMissing
from ..extras import way_to_add
from .answers import finite, hidden, utc
from .api import CHANGE_PROBLEMS, PROBLEMS, component
from .bodies import json_body, json_of, json_or_nothing, parameters, query_of, refuse_query
from .learning_schemas import GREATEST_ID
from .loading import loader
from .model_schemas import Automatic, JobAnswer, JobList, JobQuery, Retrain, RetrainAnswer, RetrainingAnswer
from .schemas import Problem
from .streams import EVENT_STREAM, answer_stream

if TYPE_CHECKING:
    from ..jobs import Retrainings
    from ..store import Job

__all__ = ["blueprint", "job_json"]

blueprint = APIBlueprint("jobs", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="retraining")])

_ENDED = ("done", "failed", "cancelled")
_ONE: dict[str, Any] = {"parameters": parameters(path_id="A job's id.")}
_BODY_PROBLEMS: dict[int | str, Any] = {400: Problem, 413: Problem, 415: Problem, **CHANGE_PROBLEMS}
_STREAM = {
    "description": "Server-sent events: progress with the job whenever it changes, at last end with the job.",
    "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
}


@blueprint.get(
    "/retraining", summary="Whether and when the network is retrained", responses={200: RetrainingAnswer, **PROBLEMS}
)
def retraining() -> Response:
    """Say whether it can be, whether it happens by itself, and what is new."""
    refuse_query()
    return _state()


@blueprint.patch(
    "/retraining",
    summary="Switch automatic retraining on or off",
    openapi_extensions=json_body(component(Automatic)),
    responses={200: RetrainingAnswer, **_BODY_PROBLEMS},
)
def automatic() -> Response:
    """Keep the choice for all processes."""
    _retrainings().set_automatic(json_of(Automatic).automatic)
    return _state()


@blueprint.post(
    "/retrainings",
    summary="Retrain the network in the background, from what was taught",
    openapi_extensions=json_body(component(Retrain), required=False),
    responses={
        202: RetrainAnswer,
        409: Problem,
        422: Problem,
        429: Problem,
        501: Problem,
        **_BODY_PROBLEMS,
    },
)
def retrain() -> Response:
    """Ask for a retraining; it waits for a worker."""
    found = _retrainings()
    try:
        job = found.start(profile=json_or_nothing(Retrain).profile)
    except TrainingExtraMissing as error:
        raise TrainingExtraMissing(error.message, _without_places(error.hint)) from error
    answer = jsonify({**job_json(job), "warning": found.warning})
    answer.status_code = 202
    answer.headers["Location"] = url_for("jobs.job", id=job.id)
    return answer


@blueprint.get(
    "/jobs",
    summary="Jobs, newest first, a page at a time",
    openapi_extensions={"parameters": parameters(JobQuery)},
    responses={200: JobList, 400: Problem, **PROBLEMS},
)
def jobs() -> Response:
    """List what was and is done in the background."""
    given = query_of(JobQuery)
    page = _retrainings().find(limit=given.limit, after=given.after)
    return jsonify({"jobs": [job_json(one) for one in page.jobs], "total": page.total, "next": page.after})


@blueprint.get(
    "/jobs/<int:id>", summary="One job", openapi_extensions=_ONE, responses={200: JobAnswer, 404: Problem, **PROBLEMS}
)
def job() -> Response:
    """Give a job as it is now."""
    refuse_query()
    return jsonify(job_json(_retrainings().job(_id())))


@blueprint.delete(
    "/jobs/<int:id>",
    summary="Cancel a job",
    openapi_extensions=_ONE,
    responses={200: JobAnswer, 202: JobAnswer, 404: Problem, **CHANGE_PROBLEMS},
)
def cancel() -> Response:
    """Tell a job to stop: 202 where it runs and will, 200 where it is over. One that had ended before stays as it is.

    What waits is cancelled at once; the job's state says how it ended.
    """
    refuse_query()
    job = _retrainings().cancel(_id())
    answer = jsonify(job_json(job))
    answer.status_code = 200 if job.ended else 202
    return answer


@blueprint.get(
    "/jobs/<int:id>/events",
    summary="A job as it goes on",
    openapi_extensions=_ONE,
    responses={200: _STREAM, 404: Problem, **PROBLEMS},
)
def job_events() -> Response:
    """Tell each change of a job until it ends."""
    refuse_query()
    found, number = _retrainings(), _id()
    found.job(number)  # an unknown one is answered as such, not by a stream
    return answer_stream(lambda: job_json(found.job(number)), lambda job: job["state"] in _ENDED)


def job_json(job: "Job") -> dict[str, Any]:
    """Give a job as the API tells it."""
    error = job.error
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "profile": job.profile,
        "reason": job.reason,
        "parent": job.parent,
        "created_at": utc(job.created_at),
        "started_at": utc(job.started_at) if job.started_at else None,
        "finished_at": utc(job.finished_at) if job.finished_at else None,
        "attempts": job.attempts,
        "cancelling": job.cancelling,
        "progress": None if job.progress is None else finite(job.progress),
        "error": None
        if error is None
        else {
            "code": str(error.get("code", "internal_error")),
            "message": hidden(str(error.get("message", ""))),
            "hint": hidden(str(error.get("hint", ""))),
        },
        "version": job.version,
        "outcome": None if job.outcome is None else finite(job.outcome),
    }


def _without_places(text: str) -> str:
    """Give a sentence about a missing extra as it is told to those who may sit at another machine."""
    return text.replace(way_to_add("train"), way_to_add("train", places=False))


def _state() -> Response:
    state = _retrainings().state()
    return jsonify(
        {
            "available": state.available,
            "why_not": _without_places(state.why_not),
            "automatic": state.automatic,
            "after": state.after,
            "at": state.at,
            "new": state.new,
            "unlearned": state.unlearned,
            "last": state.last,
            "parent": state.parent,
            "job": job_json(state.job) if state.job else None,
            "warning": state.warning,
        }
    )


def _retrainings() -> "Retrainings":
    return loader().retrainings()


def _id() -> int:
    """Give the id in the address."""
    number: int = (request.view_args or {})["id"]
    if not 1 <= number <= GREATEST_ID:  # no database could take it
        raise JobNotFound(f"There is no job {number}.", "Look at the list again.")
    return number
