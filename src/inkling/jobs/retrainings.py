"""Retrainings: what can be asked of them."""

import importlib.util
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ..errors import NothingToLearn, TrainingExtraMissing
from ..extras import way_to_add
from ..profiles import EVERYBODY, parse_profile
from ..queue import wake
from ..versions import check_reason
from .schedule import AUTOMATIC, KIND, due, fresh, is_automatic, time_of_day

if TYPE_CHECKING:
    from ..service import Service
    from ..store import Job, JobPage, Store

__all__ = ["STALE_AFTER_S", "RetrainingState", "Retrainings", "check_available", "missing_packages"]

#: After how long without a word a running job has lost whoever did it, seconds.
STALE_AFTER_S = 30.0

_PINNED = (
    "The settings name the bundle that reads, so that what comes of a retraining is kept and judged, but does not read "
    "here. To have it read, leave out the setting bundle (INKLING_BUNDLE, --bundle) and start again."
)

_NEEDED = ("torch", "lightning_fabric", "onnx", "onnxscript", "safetensors")


@dataclass(frozen=True)
class RetrainingState:
    """How retraining stands.

    Args:
        available: whether this machine can retrain.
        why_not: what is missing and what to do about it; empty where nothing is.
        automatic: whether it is switched on to retrain by itself.
        after: after how many new corrections it does so; 0 for never, as where the settings name the bundle that reads.
        at: at what time of day it does so, such as 03:30; empty for never, as there.
        new: how many corrections came since the last retraining that was about them and ended, however it did;
            ``after`` counts these.
        unlearned: how many came since the last one about them that was finished.
        last: how the last one ended: ``done``, ``failed`` or ``cancelled``; None where there was none.
        parent: the version that one would start from, which is the one that reads.
        job: the retraining that waits or runs.
        warning: why what comes of one cannot read here; empty where it can.
    """

    available: bool
    why_not: str
    automatic: bool
    after: int
    at: str
    new: int
    unlearned: int
    last: str | None
    parent: str
    job: "Job | None"
    warning: str


class Retrainings:
    """The retrainings of a service. Many threads may use it at once.

    Args:
        service: names database and settings, and reads with the current version.
    """

    def __init__(self, service: "Service") -> None:
        self._service = service

    @property
    def _store(self) -> "Store":
        return self._service.store

    def state(self) -> RetrainingState:
        """Tell how retraining stands.

        Raises:
            StoreError: the database cannot be used.
        """
        store, settings = self._store, self._service.settings
        missing, at = missing_packages(), time_of_day(settings)
        found = fresh(store)
        return RetrainingState(
            available=not missing,
            why_not=str(_extra_missing(missing)) if missing else "",
            automatic=is_automatic(store),
            after=0 if settings.bundle else settings.retrain_after,
            at=f"{at:%H:%M}" if at and not settings.bundle else "",
            new=found.new,
            unlearned=found.unlearned,
            last=found.last.state if found.last else None,
            parent=self._service.versions.current(),
            job=store.jobs.latest(KIND, ("queued", "running")),
            warning=self.warning,
        )

    @property
    def warning(self) -> str:
        """Why what comes of a retraining cannot read here; empty where it can."""
        return _PINNED if self._service.versions.pinned else ""

    def start(self, profile: str | None = None, reason: str = "asked for") -> "Job":
        """Ask for a retraining; a worker takes it up.

        Args:
            profile: learn from the corrections of this profile and of everybody; None for those of all profiles.
            reason: why, in a person's words.

        Raises:
            TrainingExtraMissing: this machine has not what training needs.
            InvalidProfile: the profile's name is none.
            NothingToLearn: no correction that counts is of a symbol that the network knows.
            JobRunning: another one waits or runs.
            ModelError: the reason is too long.
            StoreError: it was not kept.
        """
        check_available()
        check_reason(reason)
        profile = None if profile is None else parse_profile(profile)
        self._check_lessons(profile)
        parent = self._service.versions.current()
        job = self._store.jobs.add(KIND, profile=profile, reason=reason, parent=parent)
        wake(self._service.settings)
        return job

    def job(self, id: int) -> "Job":  # noqa: A002 - the field's name
        """Give one job.

        Raises:
            JobNotFound: there is none of that id.
        """
        return self._store.jobs.get(id)

    def find(self, limit: int = 20, after: int | None = None) -> "JobPage":
        """Give jobs, newest first; ``after`` is that of the page before."""
        return self._store.jobs.find(limit, after)

    def cancel(self, id: int) -> "Job":  # noqa: A002
        """Ask that a job be no more: one that waits is none at once, one that runs in a second or so.

        Raises:
            JobNotFound: there is none of that id.
        """
        return self._store.jobs.cancel(id, STALE_AFTER_S)

    def set_automatic(self, on: bool) -> None:
        """Switch retraining by itself on or off, for all processes."""
        self._store.prefer(AUTOMATIC, "on" if on else "off")

    def due(self, now: datetime) -> str | None:
        """Say why a retraining is due by itself; None where it is not.

        Args:
            now: with the time zone that the setting ``retrain_at`` is meant in.
        """
        return None if missing_packages() else due(self._store, self._service.settings, now)

    def _check_lessons(self, profile: str | None) -> None:
        whose = (None,) if profile is None else dict.fromkeys((profile, EVERYBODY))
        taught = {symbol for one in whose for symbol, _ in self._store.symbols(one)}
        if not taught & set(self._service.recognizer.symbols):
            others = f", only of {', '.join(sorted(taught)[:10])}, which it does not know" if taught else ""
            raise NothingToLearn(
                f"There is no correction of a symbol that the network knows{others}.",
                "Correct some readings first; symbols that the network does not know are read by memory.",
            )


def missing_packages() -> list[str]:
    """Give the packages that training needs and that are not installed; nothing is loaded to find out."""
    return [name for name in _NEEDED if importlib.util.find_spec(name) is None]


def check_available() -> None:
    """Make sure that this machine can retrain.

    Raises:
        TrainingExtraMissing: it has not what training needs.
    """
    if missing := missing_packages():
        raise _extra_missing(missing)


def _extra_missing(missing: list[str]) -> TrainingExtraMissing:
    noun = "is" if len(missing) == 1 else "are"
    return TrainingExtraMissing(
        f"Training needs the extra packages; {', '.join(missing)} {noun} not installed.",
        way_to_add("train"),
    )
