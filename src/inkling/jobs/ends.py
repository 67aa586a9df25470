"""How a job ended: the reason that stands in it where it failed, and what the log says of every end."""

import logging
from typing import TYPE_CHECKING

from ..errors import InklingError

if TYPE_CHECKING:
    from ..store import Job

__all__ = ["died", "log_end", "reason_of"]

_log = logging.getLogger(__name__)


def reason_of(error: Exception) -> dict[str, str]:
    """Give what stands in a job that failed by an error: code, message and hint."""
    if isinstance(error, InklingError):
        return {"code": error.code, "message": error.message, "hint": error.hint}
    if isinstance(error, MemoryError):
        return {
            "code": "out_of_memory",
            "message": "The retraining found too little memory.",
            "hint": "End other programs, or set INKLING_RETRAIN_THREADS to 1, and retrain again.",
        }
    return {
        "code": "retraining_failed",
        "message": f"The retraining ended by an error of the program: {type(error).__name__}.",
        "hint": "The log of the worker says more; retrain again, and tell us if it happens again.",
    }


def died(attempts: int, how: str) -> InklingError:
    """Give the error of a retraining whose process died each time."""
    error = InklingError(
        f"The process of the retraining ended {attempts} times before it was done{how}.",
        "The machine may have too little memory, or its disk may not answer: see to that, then retrain again.",
    )
    error.code = "retraining_died"
    return error


def log_end(job: "Job") -> None:
    """Say in the log what became of a job; nothing of one that has not ended."""
    if job.state == "failed":
        error = job.error or {}
        _log.warning("Job %d, a %s, failed: %s %s", job.id, job.kind, error.get("message", ""), error.get("hint", ""))
    elif job.state == "cancelled":
        _log.info("Job %d, a %s, was cancelled.", job.id, job.kind)
    elif job.state == "done":
        outcome = job.outcome or {}
        gate = "passed the gate" if outcome.get("passed") else "was refused by the gate"
        reads = "It reads now." if outcome.get("promoted") else "It does not read."
        said = " ".join(filter(None, (reads, outcome.get("note"), *outcome.get("reasons", ()))))
        _log.info("Job %d, a %s, is done: version %s %s. %s", job.id, job.kind, job.version, gate, said)
