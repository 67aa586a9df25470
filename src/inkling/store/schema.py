"""Bringing a database to the schema that this program knows."""

import sqlite3
import threading
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import OperationalError

from ..errors import StoreError, StoreTooNew
from .engine import refuse_at_rest
from .migrations import HEAD, VERSION_TABLE

__all__ = ["bring_up_to_date"]

_PATIENCE_S = 10.0
_POSTGRESQL_LOCK = 0x496E6B6C696E67  # "Inkling", a number that others will hardly choose
_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps what it is doing in globals


def bring_up_to_date(engine: Engine, where: str) -> None:
    """Take the steps that are missing, all or none; of several processes at once, one does and the others wait.

    A database that is up to date is not written to.

    Raises:
        StoreTooNew: a newer version of Inkling has changed it.
        StoreError: it says of itself that it is at a step that there is not.
    """
    with engine.connect() as connection:
        if _is_current(connection, where):
            return
    with _ONE_AT_A_TIME, engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            refuse_at_rest(connection)
            _set_wal(connection)
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")
        if not _is_current(connection, where):
            _upgrade(connection)
        connection.commit()


def _is_current(connection: Connection, where: str) -> bool:
    if not inspect(connection).has_table(VERSION_TABLE):
        return False
    version = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
    if version is None or version == HEAD:
        return version == HEAD
    if not str(version).isdecimal():
        raise StoreError(
            f"The {where} says that its schema is {version!r}; expected a number up to {HEAD}.",
            "Set INKLING_DATABASE_URL to another database.",
        )
    if int(version) > int(HEAD):
        raise StoreTooNew(
            f"The {where} was changed by a newer version of Inkling: its schema is {version}, ours {HEAD}.",
            "Update Inkling, or set INKLING_DATABASE_URL to another database.",
        )
    return False


def _set_wal(connection: Connection) -> None:
    """Readers and a writer at once. The file remembers it; SQLite does not wait for others here, so this does."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except OperationalError as error:
            busy = isinstance(error.orig, sqlite3.Error) and error.orig.sqlite_errorname.startswith("SQLITE_BUSY")
            if not busy or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def _upgrade(connection: Connection) -> None:
    from alembic import command  # only where there is something to do: it takes longer to load than all the rest
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
