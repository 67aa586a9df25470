"""The rows of background work: found, changed, ended, and made into records, each within somebody's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from ..errors import JobNotFound
from .job_records import Finish, Job
from .tables import GREATEST_ID, checkpoints, jobs

__all__ = ["changed", "end_values", "finish", "job_of", "may", "row_of"]


def finish(connection: Connection, end: Finish, version: str | None, now: datetime) -> Job | None:
    """End a job as done, within a transaction that does more; None: the lease is lost, or someone cancelled it."""
    row = row_of(connection, end.id, lock=True)
    if row.cancelling or not may(row, end.lease):
        return None
    values = {"version": version, "outcome": end.outcome}
    return changed(connection, end.id, end_values(connection, end.id, "done", now) | values)


def row_of(connection: Connection, id: int, lock: bool = False) -> Row[Any]:  # noqa: A002 - the field's name
    """Give a job's row, kept from others for this transaction if locked.

    Raises:
        JobNotFound: there is none of that id.
    """
    query = select(jobs).where(jobs.c.id == id)
    row = None
    if 1 <= id <= GREATEST_ID:  # else no database could take it
        row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise JobNotFound(f"There is no job {id}.", "Look at the list of jobs.")
    return row


def may(row: Row[Any], lease: str | None) -> bool:
    """Say whether whoever has a lease may change a job; None for one who watches."""
    return row.state in ("queued", "running") and lease in (None, row.lease)


def end_values(connection: Connection, id: int, state: str, now: datetime) -> dict[str, Any]:  # noqa: A002
    """What every end has in common; the checkpoint goes."""
    connection.execute(delete(checkpoints).where(checkpoints.c.job_id == id))
    return {"state": state, "finished_at": now, "lease": None, "beat_at": None, "cancelling": False}


def changed(connection: Connection, id: int, values: Mapping[str, Any]) -> Job:  # noqa: A002
    """Change a job, and give it as it is then."""
    return job_of(connection.execute(update(jobs).where(jobs.c.id == id).values(values).returning(jobs)).one())


def job_of(row: Row[Any]) -> Job:
    """Make a record of a row."""
    values = dict(row._mapping)
    del values["lease"]
    return Job(**values)
