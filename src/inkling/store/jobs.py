"""Background work in the database: who does it, how far it is, and what came of it.

A job is queued, then running, then done, failed or cancelled. Whoever takes one up names a lease, a text that nobody
else has, and beats; where no beat comes any more, another takes it up with a lease of its own, and whatever the first
one still says is not heard.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, true

from ..errors import JobRunning
from .database import Database
from .job_records import Finish, Job, JobPage
from .job_rows import changed, end_values, finish, job_of, may, row_of
from .tables import checkpoints, counter, jobs

__all__ = ["Jobs"]

_OPEN = jobs.c.state.in_(["queued", "running"])


class Jobs:
    """The jobs in a database, as ``Store.jobs``. Any number of threads and processes may use them at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, *, profile: str | None = None, reason: str = "", parent: str | None = None) -> Job:
        """Ask for work.

        Raises:
            JobRunning: a job of that kind waits or runs.
        """

        def work(connection: Connection) -> Job:
            other = connection.execute(select(jobs).where(jobs.c.kind == kind, _OPEN)).first()
            if other is not None:
                doing = "waits" if other.state == "queued" else "runs"
                raise JobRunning(
                    f"The {kind} of job {other.id} {doing} already; there is one at a time.",
                    "Wait for it, or cancel it.",
                )
            row = {
                "kind": kind,
                "state": "queued",
                "profile": profile,
                "reason": reason,
                "parent": parent,
                "created_at": self._database.now(connection),
                "attempts": 0,
                "cancelling": False,
                "revision": connection.execute(select(counter.c.revision)).scalar_one(),
            }
            return job_of(connection.execute(insert(jobs).returning(jobs), row).one())

        return self._database.write(work, alone=True)

    def get(self, id: int) -> Job:  # noqa: A002 - the field's name
        """One job.

        Raises:
            JobNotFound: there is none of that id.
        """
        return self._database.read(lambda connection: job_of(row_of(connection, id)))

    def find(self, limit: int = 20, after: int | None = None) -> JobPage:
        """Jobs, newest first.

        Args:
            limit: how many at most.
            after: only those behind this id, as a page's ``after`` says.
        """
        behind = true() if after is None else jobs.c.id < after
        query = select(jobs).where(behind).order_by(jobs.c.id.desc()).limit(limit + 1)

        def work(connection: Connection) -> JobPage:
            total = connection.execute(select(func.count()).select_from(jobs)).scalar_one()
            found = [job_of(row) for row in connection.execute(query)]
            page, more = tuple(found[:limit]), len(found) > limit
            return JobPage(page, total, page[-1].id if page and more else None)

        return self._database.read(work)

    def latest(self, kind: str, states: Sequence[str] = ("done", "failed", "cancelled")) -> Job | None:
        """The newest job of a kind that is in one of these states; None where there is none."""
        query = select(jobs).where(jobs.c.kind == kind, jobs.c.state.in_(states)).order_by(jobs.c.id.desc()).limit(1)
        row = self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else job_of(row)

    def revisions(self, kind: str, states: Sequence[str]) -> dict[str | None, int]:
        """Up to which revision there was a job of a kind that is in one of these states, by whom it is about."""
        mine = (jobs.c.kind == kind) & jobs.c.state.in_(states)
        query = select(jobs.c.profile, func.max(jobs.c.revision)).where(mine).group_by(jobs.c.profile)
        return self._database.read(lambda connection: {row[0]: row[1] for row in connection.execute(query)})

    def waiting(self, stale_after_s: float) -> list[Job]:
        """The jobs that a worker should take up, oldest first: queued, or running and not heard of for so long."""

        def work(connection: Connection) -> list[Job]:
            silent = jobs.c.beat_at <= self._database.now(connection) - timedelta(seconds=stale_after_s)
            asked = or_(jobs.c.state == "queued", (jobs.c.state == "running") & silent)
            return [job_of(row) for row in connection.execute(select(jobs).where(asked).order_by(jobs.c.id))]

        return self._database.read(work)

    def claim(self, id: int, lease: str, stale_after_s: float) -> Job | None:  # noqa: A002
        """Take a job up, which counts as an attempt.

        Args:
            id: which.
            lease: a text that nobody else has. Whoever has the job with this lease may take it up again.
            stale_after_s: after how long without a beat a running job has lost whoever did it.

        Returns:
            the job, running; None where it has ended, or where another is at work on one of its kind.

        Raises:
            JobNotFound: there is none of that id.
        """

        def work(connection: Connection) -> Job | None:
            now = self._database.now(connection)
            row = row_of(connection, id, lock=True)
            held = row.state == "running" and row.lease != lease
            if row.state not in ("queued", "running") or (
                held and row.beat_at > now - timedelta(seconds=stale_after_s)
            ):
                return None
            values = {"state": "running", "lease": lease, "attempts": row.attempts + 1, "beat_at": now}
            return changed(connection, id, values | {"started_at": row.started_at or now})

        return self._database.write(work, alone=True)

    def beat(self, id: int, lease: str, progress: Mapping[str, Any] | None = None) -> Job | None:  # noqa: A002
        """Say that the work goes on, and how far it is; without progress, it is as far as it was.

        Returns:
            the job, whose ``cancelling`` says whether to stop; None where the lease is lost.
        """
        said = {} if progress is None else {"progress": progress}
        return self._with_lease(id, lease, lambda connection, now: {"beat_at": now} | said)

    def under_way(self, id: int, lease: str, stale_after_s: float) -> bool | None:  # noqa: A002
        """Whether whoever has this lease is at work, as should be: heard of lately, and not told to stop.

        Returns:
            None where the job has not ended, and nobody was heard of lately with this lease: it may not have begun.

        Raises:
            JobNotFound: there is none of that id.
        """

        def work(connection: Connection) -> bool | None:
            row = row_of(connection, id)
            if row.state not in ("queued", "running"):
                return False
            since = self._database.now(connection) - timedelta(seconds=stale_after_s)
            if row.state == "queued" or row.lease != lease or row.beat_at <= since:
                return None
            return not row.cancelling

        return self._database.read(work)

    def save_checkpoint(self, id: int, lease: str, data: bytes) -> bool:  # noqa: A002
        """Keep what the job needs to go on from here, in place of what was kept before; False: the lease is lost."""

        def work(connection: Connection, now: datetime) -> dict[str, Any]:
            connection.execute(delete(checkpoints).where(checkpoints.c.job_id == id))
            connection.execute(insert(checkpoints), {"job_id": id, "saved_at": now, "data": data})
            return {"beat_at": now}

        return self._with_lease(id, lease, work) is not None

    def checkpoint(self, id: int) -> bytes | None:  # noqa: A002
        """What :meth:`save_checkpoint` kept last; None where it kept nothing, and once the job has ended."""
        query = select(checkpoints.c.data).where(checkpoints.c.job_id == id)
        return self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    def finish(self, id: int, lease: str, version: str | None, outcome: Mapping[str, Any] | None) -> Job | None:  # noqa: A002
        """Say that the job is done, and what came of it; None: the lease is lost, or someone cancelled it."""
        end = Finish(id, lease, outcome)
        return self._database.write(lambda connection: finish(connection, end, version, self._database.now(connection)))

    def fail(self, id: int, lease: str | None, error: Mapping[str, Any]) -> Job | None:  # noqa: A002
        """Say that the job failed.

        Args:
            id: which.
            lease: of whoever does it; None where one who watches says so of any job that has not ended.
            error: code, message and hint.

        Returns:
            the job; None where the lease is lost, or it had ended.
        """
        return self._with_lease(
            id, lease, lambda connection, now: end_values(connection, id, "failed", now) | {"error": error}
        )

    def stopped(self, id: int, lease: str) -> Job | None:  # noqa: A002
        """Say that the job has stopped because it was cancelled; None: the lease is lost."""
        return self._with_lease(id, lease, lambda connection, now: end_values(connection, id, "cancelled", now))

    def put_back(self, id: int, lease: str) -> Job | None:  # noqa: A002
        """Give up a job that can go on later: it is queued again, and this was no attempt. None: the lease is lost.

        One that was cancelled meanwhile is cancelled.
        """

        def work(connection: Connection, now: datetime) -> dict[str, Any]:
            row = row_of(connection, id)
            if row.cancelling:
                return end_values(connection, id, "cancelled", now)
            return {"state": "queued", "lease": None, "beat_at": None, "attempts": row.attempts - 1}

        return self._with_lease(id, lease, work)

    def cancel(self, id: int, stale_after_s: float | None = None) -> Job:  # noqa: A002
        """Ask that a job be no more. One that waits is cancelled at once, one that runs as soon as it sees it.

        Args:
            id: which.
            stale_after_s: a running job that was not heard of for so long is cancelled at once, too.

        Returns:
            the job; as it is where it has ended.

        Raises:
            JobNotFound: there is none of that id.
        """

        def work(connection: Connection) -> Job:
            now = self._database.now(connection)
            row = row_of(connection, id, lock=True)
            if row.state not in ("queued", "running"):
                return job_of(row)
            silent = stale_after_s is not None and row.state == "running"
            if row.state == "queued" or (silent and row.beat_at <= now - timedelta(seconds=stale_after_s or 0)):
                return changed(connection, id, end_values(connection, id, "cancelled", now))
            return changed(connection, id, {"cancelling": True})

        return self._database.write(work)

    def _with_lease(
        self,
        id: int,  # noqa: A002
        lease: str | None,
        work: Callable[[Connection, datetime], dict[str, Any]],
    ) -> Job | None:
        """Change a job for whoever has its lease (None: any that has not ended); None where nobody may."""

        def change(connection: Connection) -> Job | None:
            if not may(row_of(connection, id, lock=True), lease):
                return None
            return changed(connection, id, work(connection, self._database.now(connection)))

        return self._database.write(change)
