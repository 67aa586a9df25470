"""What goes wrong in a database, as errors of our tree: what it was, and what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..errors import ModelNotFound, StoreError, StoreFull, StoreReadOnly

__all__ = ["full", "named_errors", "no_longer_kept", "no_model", "read_only"]

_FULL = "Free some space on the disk that holds it; what was kept is safe, and reading goes on."
_READ_ONLY = "Change who may write there, or set INKLING_DATABASE_URL to another database; reading goes on."
_DAMAGED = "Set INKLING_DATABASE_URL to another file, or put a backup in its place."
_CANNOT_OPEN = "Change who may read and write there, or set INKLING_DATABASE_URL to another file."
_BUSY = "Try again; if that does not help, end the program that holds it."
_OTHER = "Look at the message; set INKLING_DATABASE_URL to another database if this one cannot be used."
_SERVER = "See that the server runs and that INKLING_DATABASE_URL names it, its database, a user and their password."


def full(where: str, reason: str) -> StoreFull:
    """There is no space left."""
    return StoreFull(f"There is no space left for the {where}: {reason}.", _FULL)


def read_only(where: str, reason: str) -> StoreReadOnly:
    """Nothing can be written."""
    return StoreReadOnly(f"Nothing can be written to the {where}: {reason}.", _READ_ONLY)


def no_model(version: str) -> ModelNotFound:
    """There is no version of that name."""
    return ModelNotFound(f"There is no version {version[:100]!r} of the model.", "Look at the list of versions.")


def no_longer_kept(version: str) -> ModelNotFound:
    """There is one, and its bytes are gone."""
    return ModelNotFound(
        f"The files of version {version} of the model are no longer kept.",
        "Import it again, or choose another version.",
    )


@contextmanager
def named_errors(where: str) -> Iterator[None]:
    """Raise what a database raises as an error of our tree.

    Args:
        where: which database, such as "database /path"; it holds no password.

    Raises:
        StoreFull: the disk is full.
        StoreReadOnly: nothing can be written there.
        StoreError: anything else.
    """
    try:
        yield
    except DBAPIError as error:
        raise _named(error.orig, where) from error
    except SQLAlchemyError as error:
        raise StoreError(f"The {where} cannot be used: {error}.", _OTHER) from error
    except sqlite3.Error as error:
        raise _named(error, where) from error
    except OSError as error:
        raise StoreError(f"The {where} cannot be used: {error.strerror or error}.", _CANNOT_OPEN) from error


def _named(error: BaseException | None, where: str) -> StoreError:
    if isinstance(error, sqlite3.Error):
        return _named_sqlite(error, where)
    reason = " ".join(str(error).split())
    match getattr(error, "sqlstate", None):
        case "53100":
            return full(where, reason)
        case "25006" | "42501":
            return read_only(where, reason)
        case None:
            return StoreError(f"The {where} cannot be reached: {reason}.", _SERVER)
    return StoreError(f"The {where} cannot be used: {reason}.", _OTHER)


def _named_sqlite(error: sqlite3.Error, where: str) -> StoreError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return full(where, str(error))
    if name.startswith("SQLITE_READONLY"):
        return read_only(where, str(error))
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return StoreError(f"The {where} is no SQLite database, or it is damaged: {error}.", _DAMAGED)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StoreError(f"The {where} cannot be opened: {error}.", _CANNOT_OPEN)
    if name.startswith("SQLITE_BUSY"):
        return StoreError(f"The {where} is held by another program: {error}.", _BUSY)
    return StoreError(f"The {where} cannot be used: {error}.", _OTHER)
