"""The tables, as SQLAlchemy sees them. The migrations make them; a test compares the two."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
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

__all__ = ["corrections", "counter", "inks", "metadata"]

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


# SQLite gives a number by itself to a key of the type INTEGER only.
_ID = BigInteger().with_variant(Integer, "sqlite")

#: One row: how many changes were committed. Whoever changes anything takes the next number first, and so waits for
#: whoever took one before: numbers become visible in their order.
counter = Table(
    "counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
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
