"""Opening a database: SQLite in a file, or PostgreSQL by URL."""

import errno
import os
import shutil
import sqlite3
import threading
import weakref
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import QueuePool

from ..errors import InvalidSetting, StoreError, StoreFull, StoreReadOnly
from ..extras import way_to_add
from ..folders import expanded
from .problems import full, read_only

__all__ = ["exists", "file_of", "open_engine", "refuse_at_rest"]

_BUSY_TIMEOUT_S = 10
_NEEDED_BYTES = 2**16  # what WAL mode needs beside the database at the least
_EXAMPLES = (
    "Such as sqlite:////home/me/inkling.db or postgresql://user:password@host/database, in INKLING_DATABASE_URL."
)


def open_engine(url: str) -> tuple[Engine, str]:
    """Give the engine for a database, and the words that name it in messages; these hold no password.

    A missing SQLite file and its folder are made. Nothing is read or written yet.

    Raises:
        StoreReadOnly, StoreFull: a missing file cannot be made.
        StoreError: the URL is none, names another kind of database, or needs what is not installed.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError; neither's text is ours to repeat
        raise StoreError("The setting database_url is no URL of a database.", _EXAMPLES) from None
    match parsed.drivername:
        case "sqlite" | "sqlite+pysqlite":
            engine, where = _open_sqlite(parsed, url)
        case "postgres" | "postgresql" | "postgresql+psycopg":
            engine, where = _open_postgresql(parsed)
        case other:
            raise StoreError(f"The setting database_url names {other}; expected sqlite or postgresql.", _EXAMPLES)
    _guard_forks()
    with _LOCK:
        _ENGINES.add(engine)
    return engine, where


def exists(url: str) -> bool:
    """Say whether there is a database to read; a SQLite file that is not there need not be made for that.

    Raises:
        StoreError: the URL is none.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError("The setting database_url is no URL of a database.", _EXAMPLES) from None
    if not parsed.drivername.startswith("sqlite") or not parsed.database:
        return True
    try:
        return expanded(parsed.database).exists()
    except (OSError, InvalidSetting):  # it may be there, where we may not look: opening it says why
        return True


def _open_postgresql(url: URL) -> tuple[Engine, str]:
    url = url.set(drivername="postgresql+psycopg")
    where = f"database {url.set(drivername='postgresql').render_as_string(hide_password=True)}"
    given = {"connect_timeout": _BUSY_TIMEOUT_S} if "connect_timeout" not in url.query else {}
    try:
        return create_engine(url, connect_args=given), where
    except ImportError as error:
        raise StoreError(f"The {where} needs psycopg, which is not installed.", way_to_add("postgres")) from error


class _Connection(sqlite3.Connection):
    """A connection that knows which file it opened; and, where it opened it as one that nobody changes, why."""

    file: tuple[int, int]
    at_rest: StoreError | None = None


def _open_sqlite(url: URL, given: str) -> tuple[Engine, str]:
    if url.query or "?" in given:
        raise StoreError("A database_url of SQLite takes no options, and a path no '?'.", _EXAMPLES)
    if not url.database or url.database == ":memory:":
        raise StoreError("The setting database_url names no file; a database in memory would keep nothing.", _EXAMPLES)
    try:
        path = expanded(url.database).absolute()
    except InvalidSetting as error:
        raise StoreError(f"The database {url.database} cannot be used: {error.message}", error.hint) from None
    where = f"database {path}"
    _make_file(path, where)
    engine = create_engine(
        "sqlite://", creator=lambda: _connect(path, where), poolclass=QueuePool, pool_size=5, max_overflow=-1
    )
    event.listen(engine, "checkin", _drop_at_rest)
    event.listen(engine, "checkout", partial(_drop_replaced, path))
    return engine, where


def _make_file(path: Path, where: str) -> None:
    if os.path.isfile(path):  # Path.is_file raises where the folder may not be looked into
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()  # nothing in it is an empty database
    except OSError as error:
        reason = error.strerror or error
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            raise StoreReadOnly(
                f"The {where} is not there and cannot be made: {reason}.",
                "Change who may write to its folder, or set INKLING_DATABASE_URL to a file elsewhere.",
            ) from error
        if error.errno == errno.ENOSPC:
            raise StoreFull(f"The {where} cannot be made: {reason}.", "Free some space on the disk.") from error
        raise StoreError(
            f"The {where} is not there and cannot be made: {reason}.", "Set INKLING_DATABASE_URL to a file elsewhere."
        ) from error


def _connect(path: Path, where: str) -> _Connection:
    try:
        return _connected(path, "mode=rw")
    except sqlite3.OperationalError as error:
        # WAL mode needs a file beside the database, which a read-only folder or a full disk does not give. Where no
        # such file is there, all that was committed is in the database itself.
        helpless = error.sqlite_errorname.startswith(
            ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL")
        )
        wal = path.with_name(path.name + "-wal")
        if not helpless or not path.is_file() or (wal.exists() and wal.stat().st_size):
            raise
        connection = _connected(path, "mode=ro&immutable=1")
        no_space = shutil.disk_usage(path).free < _NEEDED_BYTES
        connection.at_rest = full(where, "the disk is full") if no_space else read_only(where, "nor in its folder")
        return connection


def refuse_at_rest(connection: Connection) -> None:
    """Raise StoreFull or StoreReadOnly where the file was opened as it lies there, so that nothing can be written."""
    reason: StoreError | None = getattr(connection.connection.dbapi_connection, "at_rest", None)
    if reason is not None:
        raise reason


def file_of(connection: Connection) -> tuple[int, int] | None:
    """Say which file on the disk, by device and number, a connection has open; None where it is a server's."""
    file: tuple[int, int] | None = getattr(connection.connection.dbapi_connection, "file", None)
    return file


def _connected(path: Path, options: str) -> _Connection:
    # autocommit as far as the driver goes (isolation_level None): the repository says BEGIN IMMEDIATE itself
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?{options}",
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        factory=_Connection,
    )
    try:
        connection.file = _identity(path)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("SELECT count(*) FROM sqlite_master")  # opens it in fact
    except (sqlite3.Error, OSError):
        connection.close()
        raise
    return connection


def _identity(path: Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _drop_at_rest(connection: Any, record: Any) -> None:
    """Open it anew next time: by then someone may be writing."""
    if connection is not None and connection.at_rest is not None:
        record.invalidate()


def _drop_replaced(path: Path, connection: Any, *_: Any) -> None:
    """Do not go on with a file that was deleted or replaced by a backup: what is written to it would be lost."""
    try:
        same = _identity(path) == connection.file
    except OSError:
        same = False
    if not same:
        raise DisconnectionError(f"{path} was replaced")


# A SQLite connection must not be carried over a fork, and a PostgreSQL connection cannot serve two processes. So a
# pool lets go of its connections before a fork, and a child begins with an empty one.
_ENGINES: "weakref.WeakSet[Engine]" = weakref.WeakSet()
_LOCK = threading.Lock()


@cache
def _guard_forks() -> None:
    os.register_at_fork(before=_before_fork, after_in_parent=_LOCK.release, after_in_child=_after_in_child)


def _before_fork() -> None:
    _LOCK.acquire()
    for engine in _ENGINES:
        engine.dispose()


def _after_in_child() -> None:
    for engine in _ENGINES:
        engine.dispose(close=False)
    _LOCK.release()
