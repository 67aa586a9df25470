"""A database and its transactions: what the store, its models and its jobs have in common."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from .engine import open_engine, refuse_at_rest
from .problems import named_errors
from .schema import bring_up_to_date

__all__ = ["Database"]

T = TypeVar("T")

_NEXT_REVISION = "UPDATE counter SET revision = revision + 1 RETURNING revision"


class Database:
    """Runs work in transactions. Any number of threads may use one at once; made by ``open``.

    Args:
        engine: its connections.
        where: the words that name it in messages; they hold no password.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        self._sqlite = engine.dialect.name == "sqlite"

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open a database, and make it or bring it up to date where needed.

        Raises:
            StoreTooNew, StoreReadOnly, StoreFull, StoreError: as :meth:`Store.open` does.
        """
        engine, where = open_engine(url)
        with named_errors(where):
            try:
                bring_up_to_date(engine, where)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine, where)

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run something that changes nothing."""
        return self._run(work)

    def write(self, work: Callable[[Connection], T], alone: bool = False) -> T:
        """Run a change in one transaction that does not raise the revision: no reading needs to know of it.

        Args:
            work: what to do.
            alone: whether it waits for every other that is alone or raises the revision, and these for it. Each change
                of a SQLite database is alone.
        """

        def change(connection: Connection) -> T:
            self._begin(connection)
            if alone and not self._sqlite:
                connection.exec_driver_sql("SELECT id FROM counter FOR UPDATE")
            return work(connection)

        return self._run(change, commit=True)

    def change(self, work: Callable[[Connection, int], T]) -> T:
        """Run a change in one transaction: it is given the new revision, which nobody else can take before its end."""

        def change(connection: Connection) -> T:
            self._begin(connection)
            return work(connection, connection.exec_driver_sql(_NEXT_REVISION).scalar_one())

        return self._run(change, commit=True)

    def now(self, connection: Connection) -> datetime:
        """The time in UTC, the same for all who use the database: a server's own clock counts."""
        if self._sqlite:
            return datetime.now(UTC)
        now: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return now.astimezone(UTC)

    def _begin(self, connection: Connection) -> None:
        if self._sqlite:
            refuse_at_rest(connection)
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _run(self, work: Callable[[Connection], T], commit: bool = False) -> T:
        """Run something on a connection; once more where the server has hung up before anything was committed."""
        with named_errors(self.where):
            for again in (True, False):
                with self.engine.connect() as connection:
                    try:
                        result = work(connection)
                    except DBAPIError as error:
                        if again and error.connection_invalidated:
                            continue
                        raise
                    if commit:
                        connection.commit()
                    return result
        raise AssertionError  # the second round returns or raises
