"""The heart of a job at work: it beats, tells how far the work is, and hears whether to stop."""

import logging
import math
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..errors import JobNotFound, StoreError
from .course import Course

if TYPE_CHECKING:
    from ..store import Job, Store

__all__ = ["Heart"]

_BEAT_EVERY_S = 0.5

_log = logging.getLogger(__name__)


class Heart:
    """Beats in a thread of its own, from entering until leaving.

    Args:
        store: holds the job.
        job: the one at work.
        lease: whose it is.
        told: says that the work should stop, though nobody cancelled it.
        watch: is given the progress with each beat.
        course: knows how much of the whole that is, and how long the rest will take.

    Attributes:
        cancelled: someone cancelled the job.
        lost: another has taken it up, or it has ended.
    """

    def __init__(
        self,
        store: "Store",
        job: "Job",
        lease: str,
        told: Callable[[], bool],
        watch: Callable[[Mapping[str, Any]], None],
        course: Course,
    ) -> None:
        self._course = course
        self._store, self._id, self._told, self._watch = store, job.id, told, watch
        self._before: Mapping[str, Any] = job.progress or {}
        self._progress: Mapping[str, Any] | None = None  # nothing was told yet
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)
        self.lease = lease
        self.cancelled, self.lost = job.cancelling, False

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def stopping(self) -> bool:
        """Whether the work should stop, for whichever reason."""
        return self.cancelled or self.lost or self._told()

    def tell(self, progress: Mapping[str, Any]) -> bool:
        """Say how far the work is; gives whether it should go on."""
        known = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in progress.items()}
        self._progress = known
        return not self.stopping

    def save(self, checkpoint: bytes) -> None:
        """Keep what the work needs to go on from here; where that fails, it goes on all the same."""
        try:
            self.lost |= not self._store.jobs.save_checkpoint(self._id, self.lease, checkpoint)
        except StoreError as error:
            _log.warning("No checkpoint was kept: %s", error)

    def _run(self) -> None:
        while True:
            try:
                progress = None if self._progress is None else self._course.of(self._progress)
                job = self._store.jobs.beat(self._id, self.lease, progress)
                self.lost |= job is None
                self.cancelled |= job is not None and job.cancelling
            except JobNotFound:  # another database was put in its place
                self.lost = True
            except StoreError as error:
                _log.info("No beat: %s", error)  # the next one is soon
            except Exception:  # without a beat, another would take the job up as well
                _log.exception("No beat.")
            try:
                self._watch(self._before if progress is None else progress)
            except Exception as error:  # such as a terminal that was closed
                _log.info("Nobody watches: %s", error)
            if self._over.wait(_BEAT_EVERY_S):
                return
