"""The worker: looks for jobs, and has each done in a process of its own, so that its memory goes back."""

import logging
import math
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import InklingError, JobNotFound, QueueError
from ..queue import answers, listen, open_queue
from ..settings import Settings
from .ends import died, log_end, reason_of
from .processes import COMMAND, orphaned, start, stop
from .retrainings import STALE_AFTER_S, check_available
from .run import ATTEMPTS
from .schedule import due

if TYPE_CHECKING:
    from ..store import Job, Store

__all__ = ["work"]

_LOOK_EVERY_S = 10.0
_ASK_AGAIN_S = 300.0
_NOTICE_WITHIN_S = 0.2
_QUEUE_WITHIN_S = 1.0  # how soon a message is noticed
_END_WITHIN_S = 4.0  # a step and its checkpoint
_BEGIN_WITHIN_S = 60.0  # until it has loaded what it needs, and taken the job up
_LEAVE_WITHIN_S = 10.0  # after its job was cancelled, taken over or ended, or it was not heard of for too long
_ASK_WITHIN_S = 120.0
_WATCH_EVERY_S = 1.0

_log = logging.getLogger(__name__)


def work(settings: Settings, *, parent: int = 0, command: Sequence[str] = COMMAND) -> None:
    """Do background jobs until SIGTERM or SIGINT; the job under way is then put back, to be gone on with.

    Any number of workers may share a database, on any number of machines.

    Args:
        settings: name database and queue, and say when to retrain unasked.
        parent: the process to end with; 0 for none.
        command: what does a job, given the words of :mod:`inkling.jobs.__main__`.

    Raises:
        TrainingExtraMissing: this machine has not what training needs.
        StoreError: the database cannot be used.
    """
    from ..store import Store

    check_available()
    with closing(Store.open(settings.database_url, settings.keep_deleted_days)) as store:
        worker = _Worker(store, settings, parent, command)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.leave)
        consumer = _listening(settings, worker.look)
        while not worker.leaving:
            worker.look()
            worker.rest()
            if consumer is not None and not answers(consumer.huey):
                consumer.stop()
                consumer = None
            if consumer is None:
                consumer = _listening(settings, worker.look)
            else:
                consumer.check_worker_health()
        if consumer is not None:
            consumer.stop(graceful=True)
        worker.finish()


def _listening(settings: Settings, look: Callable[[], None]) -> Any:
    """Start to listen to the queue; None where there is none to listen to at the moment."""
    try:
        queue = open_queue(settings)
    except QueueError as error:
        _log.warning("Jobs are looked for every %.0f s: %s", _LOOK_EVERY_S, error)
        return None
    listen(queue, look)
    consumer = queue.create_consumer(workers=1, periodic=False, scheduler_interval=60, max_delay=_QUEUE_WITHIN_S)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    consumer.start()
    for number, handler in handlers.items():  # it has taken these for itself
        signal.signal(number, handler)
    return consumer


class _Worker:
    def __init__(self, store: "Store", settings: Settings, parent: int, command: Sequence[str]) -> None:
        self._store, self._settings, self._parent, self._command = store, settings, parent, command
        self._told = self._woken = False
        self._looking = threading.Lock()
        self._ask_from = -math.inf  # not before this moment, after one that failed
        self._asked: int | None = None  # the revision at which a retraining was last asked for unasked

    @property
    def leaving(self) -> bool:
        """Whether to stop: what runs is put back."""
        return self._told or orphaned(self._parent)

    def leave(self, *_: object) -> None:
        """Have it stop."""
        self._told = True  # no event: its lock might be held by what this interrupts

    def finish(self) -> None:
        """Wait until the job under way is put back, in whichever thread it was begun."""
        if self._looking.acquire(timeout=2 * _END_WITHIN_S):
            self._looking.release()

    def rest(self) -> None:
        """Wait until it is time to look again."""
        until = time.monotonic() + _LOOK_EVERY_S
        while not self.leaving and time.monotonic() < until:
            time.sleep(_NOTICE_WITHIN_S)

    def look(self) -> None:
        """Do what there is to do. Whoever wakes this worker while it is busy has it look once more."""
        if not self._looking.acquire(blocking=False):
            self._woken = True
            return
        try:
            more = True
            while more and not self.leaving:
                self._woken = False
                for job in self._store.jobs.waiting(STALE_AFTER_S):
                    self._do(job)
                more = self._ask() or self._woken
        except InklingError as error:
            _log.warning("Jobs cannot be looked up: %s", error)
        finally:
            self._looking.release()

    def _do(self, job: "Job") -> None:
        """Have a job done, again where its process dies."""
        lease = uuid.uuid4().hex
        while not self.leaving:
            code = self._wait(
                start(self._settings, "run", str(job.id), lease, command=self._command),
                _BEGIN_WITHIN_S,
                partial(self._under_way, job.id, lease),
            )
            job = self._store.jobs.get(job.id)
            if code == 0 or job.state != "running":
                return
            if job.cancelling:
                if stopped := self._store.jobs.stopped(job.id, lease):
                    log_end(stopped)
                return
            if self.leaving:
                self._store.jobs.put_back(job.id, lease)
                return
            by = "hanging" if code is None else f"signal {-code}" if code < 0 else f"code {code}"
            how = f" (the last time by {by})"
            if job.attempts >= ATTEMPTS:
                if failed := self._store.jobs.fail(job.id, lease, reason_of(died(ATTEMPTS, how))):
                    log_end(failed)
                return
            _log.warning("The process of job %d ended%s; it is taken up again.", job.id, how)

    def _ask(self) -> bool:
        """Ask for a retraining where one is due by itself; gives whether it did."""
        if self.leaving or time.monotonic() < self._ask_from:
            return False
        reason = due(self._store, self._settings, datetime.now().astimezone())
        revision = self._store.revision()
        if reason is None or revision == self._asked:
            return False
        if self._wait(start(self._settings, "ask", reason, command=self._command), _ASK_WITHIN_S) != 0:
            self._ask_from = time.monotonic() + _ASK_AGAIN_S
            return False
        self._asked = revision  # where nothing comes of it, nothing will before something changes
        return True

    def _under_way(self, number: int, lease: str) -> bool | None:
        """Say whether the process that has a job does it still, or None: it has not begun.

        Where that cannot be known, it may go on.
        """
        try:
            return self._store.jobs.under_way(number, lease, STALE_AFTER_S)
        except JobNotFound:  # another database was put in its place
            return False
        except InklingError as error:
            _log.info("Job %d cannot be looked up: %s", number, error)
            return True

    def _wait(
        self, child: "subprocess.Popen[bytes]", within_s: float, under_way: Callable[[], bool | None] = lambda: None
    ) -> int | None:
        """Wait for a process, and end it where this one leaves, or where it hangs: nobody else would.

        Gives its exit code, None where it hung.

        Args:
            child: the process.
            within_s: how long it may take until it is under way.
            under_way: says whether it is, or None: not yet; once it is so no more, it has a while to leave by itself.
        """
        watch_at = time.monotonic() + _WATCH_EVERY_S
        leave_by = time.monotonic() + within_s
        while True:
            try:
                return child.wait(_NOTICE_WITHIN_S)
            except subprocess.TimeoutExpired:
                if self.leaving:
                    return stop(child, _END_WITHIN_S)
            now = time.monotonic()
            if now < watch_at:
                continue
            watch_at = now + _WATCH_EVERY_S
            at_work = under_way()
            if at_work:
                leave_by = now + _LEAVE_WITHIN_S
            elif at_work is False:  # perhaps it never was seen at work
                leave_by = min(leave_by, now + _LEAVE_WITHIN_S)
            if now > leave_by:
                _log.warning("The process %d hangs; it is ended.", child.pid)
                stop(child, _END_WITHIN_S)
                return None
