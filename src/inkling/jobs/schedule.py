"""When a retraining is due by itself."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from ..errors import InvalidSetting
from ..settings import Settings

if TYPE_CHECKING:
    from ..store import Job, Store

__all__ = ["AUTOMATIC", "KIND", "Fresh", "due", "fresh", "is_automatic", "time_of_day"]

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
    """What was taught since the last retraining.

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
    last = store.jobs.latest(KIND)
    new = store.count(last.revision if last else 0)
    if last is None or last.state == "done":
        return Fresh(new, new, last)
    finished = store.jobs.latest(KIND, ("done",))
    return Fresh(new, store.count(finished.revision if finished else 0), last)


def due(store: "Store", settings: Settings, now: datetime) -> str | None:
    """Say why a retraining is due by itself; None where it is not.

    Args:
        store: corrections and jobs.
        settings: ``retrain_after`` and ``retrain_at`` say when.
        now: with time zone, that of ``retrain_at``.

    Raises:
        InvalidSetting: ``retrain_at`` is no time of day.
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
    """Give the time of day at which it retrains by itself; None for never.

    Raises:
        InvalidSetting: it is none.
    """
    given = str(settings.retrain_at).strip()
    if not given:
        return None
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", given, re.ASCII):
        raise InvalidSetting(
            f"The setting retrain_at is {given!r}; expected a time of day such as 03:30.",
            "Set INKLING_RETRAIN_AT to one, or to nothing.",
        )
    hours, minutes = given.split(":")
    return time(int(hours), int(minutes))
