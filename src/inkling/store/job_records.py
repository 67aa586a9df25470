"""What is known of background work: plain records, which never change once made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["Finish", "Job", "JobPage"]


@dataclass(frozen=True)
class Job:
    """Background work.

    Args:
        id: its number; later ones are greater, and none is given twice.
        kind: what work: ``retraining``.
        state: ``queued``, ``running``, ``done``, ``failed`` or ``cancelled``; the last three are ends.
        profile: whose corrections it is about; None for everyone's.
        reason: why it was asked for, in a person's words.
        parent: the version of the model that it starts from; None where none was named.
        created_at: when it was asked for, in UTC.
        started_at: when it was first taken up; None while nobody did.
        finished_at: when it ended; None while it has not.
        beat_at: when whoever does it was last heard of; None while nobody does.
        attempts: how often it was taken up.
        progress: how far it is, as whoever does it says.
        cancelling: whether it was cancelled while it ran, and should stop.
        error: why it failed: code, message, hint.
        version: the version of the model that came of it.
        outcome: what came of it, as whoever did it says.
        revision: the store's revision when it was asked for.
    """

    id: int
    kind: str
    state: str
    profile: str | None
    reason: str
    parent: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    beat_at: datetime | None
    attempts: int
    progress: Mapping[str, Any] | None
    cancelling: bool
    error: Mapping[str, Any] | None
    version: str | None
    outcome: Mapping[str, Any] | None
    revision: int

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True)
class JobPage:
    """Some jobs, newest first.

    Args:
        jobs: those of this page.
        total: how many there are on all pages.
        after: the next page's ``after``; None where this page is the last.
    """

    jobs: tuple[Job, ...]
    total: int
    after: int | None = None


@dataclass(frozen=True)
class Finish:
    """A job that ends as done by what is committed with it.

    Args:
        id: the job's number.
        lease: of whoever does it.
        outcome: what came of it.
    """

    id: int
    lease: str
    outcome: Mapping[str, Any] | None
