"""What is removed from the database in time."""

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from ..errors import StoreError
from .database import Database
from .tables import corrections, inks

__all__ = ["prune_inks"]

_log = logging.getLogger(__name__)


def prune_inks(database: Database, keep: timedelta) -> None:
    """Remove the ink of corrections that were deleted longer ago than this.

    The rest of the row stays, so that all processes learn of it. Where nothing can be written, nothing happens.
    """
    old = corrections.c.deleted_at < datetime.now(UTC) - keep
    there = select(inks.c.correction_id).join(corrections).where(old)
    if database.read(lambda connection: connection.execute(there.limit(1)).first()) is None:
        return
    try:
        database.change(lambda connection, _: connection.execute(delete(inks).where(inks.c.correction_id.in_(there))))
    except StoreError as error:
        _log.info("Not pruned: %s", error)  # there will be another time; it must not keep anyone from reading
