"""Running a retraining: from its corrections to a version that passed the gate, and reads."""

import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import (
    CheckpointError,
    DataError,
    InklingError,
    ModelError,
    SettingsError,
    StoreError,
    TrainingExtraMissing,
)
from ..extras import way_to_add
from ..folders import expanded
from ..settings import Settings
from .course import Course
from .ends import died, reason_of
from .gather import gather, gather_others
from .heart import Heart
from .retrainings import STALE_AFTER_S

if TYPE_CHECKING:
    from ..bundle import Bundle
    from ..service import Service
    from ..store import Job, ModelVersion
    from ..training.gate import Decision
    from ..training.lessons import Lessons

__all__ = ["ATTEMPTS", "run_job"]

#: How often a retraining is taken up, where what runs it dies, before it counts as failed.
ATTEMPTS = 3

_TRIES_TO_SAY = 5

_log = logging.getLogger(__name__)


class _Left(Exception):
    """The work stops here, and whoever stopped it knows why."""


def run_job(
    settings: Settings,
    id: int,  # noqa: A002 - the field's name
    lease: str | None = None,
    *,
    told: Callable[[], bool] = lambda: False,
    watch: Callable[[Mapping[str, Any]], None] = lambda progress: None,
) -> "Job | None":
    """Do a retraining, from its start or from where its checkpoint left it, here and now.

    Whatever happens is told in the job: done, failed with its reason, cancelled, or put back to be gone on with.

    Args:
        settings: name the database.
        id: the job.
        lease: a text that nobody else has; made where there is none.
        told: says whether to stop and put the job back; asked at every step.
        watch: is given the progress, about twice a second.

    Returns:
        The job as it is then; None where it has ended before, or where another is at work.

    Raises:
        JobNotFound: there is none of that id.
        StoreError: the database cannot be used.
    """
    from ..service import Service
    from ..store import Store

    lease = lease or uuid.uuid4().hex
    with closing(Store.open(settings.database_url, settings.keep_deleted_days)) as store:
        job = store.jobs.claim(id, lease, STALE_AFTER_S)
        if job is None:
            return None
        with Heart(store, job, lease, told, watch, Course(_has_data(settings))) as heart:
            end = _end_of(job, lambda: Service(settings, store=store), heart, lease)
        _say(end, store.jobs)
        return store.jobs.get(id)


def _end_of(job: "Job", service: "Callable[[], Service]", heart: Heart, lease: str) -> Callable[[Any], object]:
    """Do the work, and give what is to be said of it to the store's jobs."""
    try:
        if job.attempts > ATTEMPTS:
            raise died(ATTEMPTS, "")
        version, outcome = _Run(service(), job, heart).go()
    except _Left:
        if heart.cancelled:
            return lambda jobs: jobs.stopped(job.id, lease)
        return lambda jobs: jobs.put_back(job.id, lease)
    except Exception as error:  # whatever it was, the job must say so
        if not isinstance(error, InklingError):
            _log.exception("Job %d failed.", job.id)
        reason = reason_of(error)
        return lambda jobs: jobs.fail(job.id, lease, reason)
    return lambda jobs: jobs.finish(job.id, lease, version, outcome) or jobs.stopped(job.id, lease)


def _say(end: Callable[[Any], object], jobs: Any) -> None:
    """Say how it ended, a few times where the database cannot be written to at the moment."""
    for left in reversed(range(_TRIES_TO_SAY)):
        try:
            end(jobs)
        except StoreError:
            if not left:
                raise
            time.sleep(1)
        else:
            return


class _Run:
    """One retraining under way."""

    def __init__(self, service: "Service", job: "Job", heart: Heart) -> None:
        self._service, self._job, self._heart = service, job, heart
        self._parent = job.parent or service.versions.current()

    def go(self) -> tuple[str, dict[str, Any]]:
        """Give the version that came of it, and the outcome; where that reads by now, the job has ended by it."""
        made = self._made_before() or self._made()
        if self._heart.stopping:
            raise _Left
        reasons = list((made.report or {}).get("reasons", ()))
        outcome = {"passed": made.state == "passed", "reasons": reasons, "promoted": False, "note": ""}
        if outcome["passed"]:
            outcome |= self._promoted(made, outcome)
        with contextlib.suppress(InklingError):  # there will be another time
            self._service.versions.prune()
        return made.version, outcome

    def _made_before(self) -> "ModelVersion | None":
        """Give the version that this job had made before it was interrupted."""
        versions = self._service.store.models.all()
        return next((one for one in versions if one.report and one.report.get("job") == self._job.id), None)

    def _made(self) -> "ModelVersion":
        self._tell("preparing")
        service, folder = self._service, _data_folder(self._service.settings)
        parent = service.versions.bundle(self._parent)
        lessons = gather(service, self._job, self._parent)
        self._tell("preparing")
        candidate = self._trained(parent, lessons, folder)
        decision = self._judged(parent, candidate, lessons, folder)
        return service.versions.add(
            candidate,
            parent=self._parent,
            origin="retrained",
            reason=self._job.reason,
            profile=self._job.profile,
            state="passed" if decision.passed else "refused",
            report={**decision.to_json(), "job": self._job.id},
        )

    def _trained(self, parent: "Bundle", lessons: "Lessons", folder: Path | None) -> "Bundle":
        try:
            from ..training import retrain
        except ImportError as error:
            raise TrainingExtraMissing(
                f"Training needs the extra packages; {error.name} is not installed.",
                way_to_add("train"),
            ) from error

        def report(step: retrain.Step) -> bool:
            return self._heart.tell(asdict(step))

        saved = self._service.store.jobs.checkpoint(self._job.id)
        for checkpoint in dict.fromkeys((saved, None)):
            try:
                return retrain.retrain(parent, lessons, folder, saved=checkpoint, save=self._heart.save, report=report)
            except retrain.Stopped:
                raise _Left from None
            except CheckpointError as error:
                if checkpoint is None:
                    raise
                _log.warning("Job %d starts afresh: %s", self._job.id, error)
        raise AssertionError  # the round without a checkpoint returns or raises

    def _judged(self, parent: "Bundle", candidate: "Bundle", lessons: "Lessons", folder: Path | None) -> "Decision":
        from ..recognizer import Recognizer
        from ..training.gate import judge

        settings = self._service.settings
        self._tell("judging", share=0.0)
        before, after = Recognizer(parent, settings), Recognizer(candidate, settings)
        others = gather_others(self._service, self._job)
        return judge(before, after, lessons, folder, lambda share: self._tell("judging", share=share), others)

    def _promoted(self, made: "ModelVersion", outcome: Mapping[str, Any]) -> dict[str, Any]:
        """Have the version read from now on, and say whether it does."""
        from ..store import Finish

        reads = {"promoted": True}
        end = Finish(self._job.id, self._heart.lease, {**outcome, **reads})
        try:
            self._service.versions.promote(made.version, self._job.reason, expected=self._parent, job=end)
        except ModelError as error:
            return {"note": error.message}
        return reads

    def _tell(self, phase: str, **more: Any) -> None:
        if not self._heart.tell({"phase": phase, **more}):
            raise _Left


def _data_folder(settings: Settings) -> Path | None:
    try:
        return expanded(settings.data)
    except SettingsError:  # an account without a home has no data sets
        return None


def _has_data(settings: Settings) -> bool:
    from ..data.packs import find_packs

    folder = _data_folder(settings)
    try:
        return folder is not None and bool(find_packs(folder))
    except DataError:  # it is told where the data are needed
        return False
