"""The tables, as SQLAlchemy sees them. The migrations make them; a test compares the two."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

__all__ = [
    "GREATEST_ID",
    "bundles",
    "checkpoints",
    "corrections",
    "counter",
    "inks",
    "jobs",
    "metadata",
    "models",
    "preferences",
    "promotions",
]

#: The largest number that a database takes for an id.
GREATEST_ID = 2**63 - 1

metadata = MetaData()


class UTCTime(TypeDecorator[datetime]):
    """A time in UTC, also in SQLite, which knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Mapping[str, Any]]):
    """A mapping as JSON in ASCII: a database's own JSON would not keep every text and number that Python's has."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> str | None:
        """To the database; NumPy's numbers and arrays become plain ones."""
        return None if value is None else json.dumps(dict(value), default=lambda array: array.tolist())

    def process_result_value(self, value: str | None, dialect: Dialect) -> Mapping[str, Any] | None:
        """From the database."""
        return None if value is None else json.loads(value)


class Words(TypeDecorator[str]):
    """What a person wrote, with a mark in the place of what no database keeps as text: NUL and halves of characters."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else value.replace("\0", "?").encode("utf-8", "replace").decode()


# SQLite gives a number by itself to a key of the type INTEGER only.
_ID = BigInteger().with_variant(Integer, "sqlite")

#: One row: how many changes were committed, and which version of the model reads (null: the bundle that ships, or the
#: one that the settings name), so that one look tells a reading of both. Whoever changes anything takes the next number
#: first, and so waits for whoever took one before: numbers become visible in their order.
counter = Table(
    "counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("current_model", Text),
    CheckConstraint("id = 1", name="one_row"),
)

#: What was said of the ink. A deleted one stays, so that every process learns of it, even late.
corrections = Table(
    "corrections",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("profile", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("read", Text),
    Column("probability", Float),
    Column("reason", Text),
    Column("alphabet", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("created_at", UTCTime, nullable=False),
    Column("deleted_at", UTCTime),
    sqlite_autoincrement=True,  # the number of a row that is no more is not given again
)
Index("corrections_by_revision", corrections.c.revision)
Index("corrections_by_profile", corrections.c.profile, corrections.c.symbol)
_deleted = corrections.c.deleted_at.is_not(None)
Index("corrections_deleted", corrections.c.deleted_at, sqlite_where=_deleted, postgresql_where=_deleted)

#: The ink itself, apart because it is large: looking through corrections does not touch it. It goes when a deleted
#: correction was kept for long enough.
inks = Table(
    "inks",
    metadata,
    Column("correction_id", _ID, ForeignKey("corrections.id"), primary_key=True, autoincrement=False),
    Column("glyph", LargeBinary, nullable=False),  # uint8 (28, 28)
    Column("features", LargeBinary, nullable=False),  # float32 (D,), little-endian
    Column("features_model", Text, nullable=False),
    Column("pen_width", Float),
    Column("strokes", LargeBinary),  # as strokes.py packs them
    Column("picture", LargeBinary),  # PNG
)

#: The versions of the model. A row stays when its bytes go.
models = Table(
    "models",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("version", Text, nullable=False, unique=True),
    Column("parent", Text),
    Column("origin", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("profile", Text),
    Column("state", Text, nullable=False),
    Column("added_at", UTCTime, nullable=False),
    Column("card", Json, nullable=False),
    Column("sha256", Text, nullable=False),  # of the card's text and both files, one after the other
    Column("size_bytes", BigInteger, nullable=False),
    Column("report", Json),
    sqlite_autoincrement=True,
)

#: The bytes of a version, apart because they are large; the card stands in ``models``.
bundles = Table(
    "bundles",
    metadata,
    Column("model_id", _ID, ForeignKey("models.id"), primary_key=True, autoincrement=False),
    Column("kept_at", UTCTime, nullable=False),
    Column("normalizer", LargeBinary, nullable=False),
    Column("network", LargeBinary, nullable=False),
)

#: Which version became the one that reads, and when; never changed.
promotions = Table(
    "promotions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("version", Text, ForeignKey("models.version"), nullable=False),
    Column("previous", Text),
    Column("at", UTCTime, nullable=False),
    Column("reason", Words, nullable=False),
    Column("rollback", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

#: Background work. ``lease`` is the secret of whoever does it: without it nobody says anything of a running job.
jobs = Table(
    "jobs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("profile", Text),
    Column("reason", Words, nullable=False),
    Column("parent", Text),
    Column("created_at", UTCTime, nullable=False),
    Column("started_at", UTCTime),
    Column("finished_at", UTCTime),
    Column("beat_at", UTCTime),
    Column("attempts", Integer, nullable=False),
    Column("progress", Json),
    Column("cancelling", Boolean, nullable=False),
    Column("error", Json),
    Column("version", Text),
    Column("outcome", Json),
    Column("revision", BigInteger, nullable=False),
    Column("lease", Text),
    sqlite_autoincrement=True,
)
_open = jobs.c.state.in_(["queued", "running"])
Index("jobs_one_of_a_kind", jobs.c.kind, unique=True, sqlite_where=_open, postgresql_where=_open)

#: What a job needs to go on from where it was; gone when it ends.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("job_id", _ID, ForeignKey("jobs.id"), primary_key=True, autoincrement=False),
    Column("saved_at", UTCTime, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

#: What people switched on or off, for all processes.
preferences = Table(
    "preferences",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
