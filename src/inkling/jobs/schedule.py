"""When a retraining is due by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from ..profiles import EVERYBODY
from ..settings import Settings

if TYPE_CHECKING:
    from ..store import Job, Store

__all__ = ["AUTOMATIC", "KIND", "Fresh", "due", "fresh", "is_automatic", "learns_from", "time_of_day"]

#: The kind of job that a retraining is.
KIND = "retraining"

#: The preference that switches automatic retraining on and off.
AUTOMATIC = "automatic_retraining"

#: How long after its time of day a retraining is still begun: later, the hour is no longer the quiet one.
_LATEST = timedelta(hours=1)


def is_automatic(store: "Store") -> bool:
    """Say whether retraining by itself is switched on; it is until someone switches it off."""
    return store.preference(AUTOMATIC) != "off"


@dataclass(frozen=True)
class Fresh:
    """What was taught since the last retraining that was about it: one of a profile leaves others' as new as they were.

    Args:
        new: corrections since one was last asked for that has ended, however it did: they are what makes the next one
            due, so that one which was cancelled is not begun again at once.
        unlearned: corrections since the last that was finished; more than ``new`` where one failed or was cancelled.
        last: the newest one that has ended, however it did.
    """

    new: int
    unlearned: int
    last: "Job | None"


def fresh(store: "Store") -> Fresh:
    """Count what was taught since the last retraining."""
    new = _since(store, store.jobs.revisions(KIND, ("done", "failed", "cancelled")))
    return Fresh(new, _since(store, store.jobs.revisions(KIND, ("done",))), store.jobs.latest(KIND))


def learns_from(whose: str | None, profile: str) -> bool:
    """Say whether a retraining of one profile (None: of all) learns from the corrections of another."""
    return whose is None or profile in (whose, EVERYBODY)


def _since(store: "Store", revisions: Mapping[str | None, int]) -> int:
    """Count the corrections that are later than the last of the retrainings that learn from them."""
    of_all = revisions.get(None, 0)
    new = store.count(of_all)
    for profile in {*revisions, EVERYBODY} - {None}:
        last = max((revision for whose, revision in revisions.items() if learns_from(whose, str(profile))), default=0)
        new -= store.count(of_all, profile) - store.count(last, profile) if last > of_all else 0
    return max(new, 0)  # something may be taught meanwhile


def due(store: "Store", settings: Settings, now: datetime) -> str | None:
    """Say why a retraining is due by itself; None where it is not.

    Args:
        store: corrections and jobs.
        settings: ``retrain_after`` and ``retrain_at`` say when.
        now: with time zone, that of ``retrain_at``.
    """
    at = time_of_day(settings)
    if settings.bundle or not (settings.retrain_after or at):
        return None  # what the settings name reads, whatever would come of it
    if not is_automatic(store) or store.jobs.latest(KIND, ("queued", "running")):
        return None
    found = fresh(store)
    new, last = found.new, found.last
    if settings.retrain_after and new >= settings.retrain_after:
        return f"{new} new corrections"
    if at is None or not new:
        return None
    moment = datetime.combine(now.date(), at, now.tzinfo)
    if moment > now:
        moment -= timedelta(days=1)
    if now - moment > _LATEST or (last is not None and last.created_at >= moment):
        return None
    return f"it is past {at:%H:%M}"


def time_of_day(settings: Settings) -> time | None:
    """Give the time of day at which it retrains by itself; None for never."""
    if not settings.retrain_at:
        return None
    hours, minutes = settings.retrain_at.split(":")
    return time(int(hours), int(minutes))
