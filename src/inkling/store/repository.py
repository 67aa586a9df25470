"""The store itself: corrections in, corrections out, each change in one transaction with its revision."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    delete,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.exc import DBAPIError

from ..errors import CorrectionNotFound, StoreError
from .conditions import LIVE, among, wanted
from .engine import open_engine, refuse_at_rest
from .problems import named_errors
from .records import Change, Correction, CorrectionQuery, NewCorrection, Page
from .rows import change_of, correction_of, correction_row, ink_row, kept
from .schema import bring_up_to_date
from .tables import corrections, inks

__all__ = ["Store"]

T = TypeVar("T")

_log = logging.getLogger(__name__)

_REVISION = "SELECT revision FROM counter"
_NEXT_REVISION = "UPDATE counter SET revision = revision + 1 RETURNING revision"
_WHOLE = select(corrections, *(c for c in inks.c if c.name != "correction_id")).join(inks)
_NAMED_IN_AN_ERROR = 10


class Store:
    """Corrections in a database. Any number of threads and processes may use one at once; made by ``open``."""

    def __init__(self, engine: Engine, where: str, keep_deleted_days: int) -> None:
        self._engine = engine
        self._where = where
        self._keep = timedelta(days=keep_deleted_days)
        self._sqlite = engine.dialect.name == "sqlite"

    @classmethod
    def open(cls, url: str, keep_deleted_days: int = 30) -> "Store":
        """Open a database, and make it or bring it up to date where needed.

        Args:
            url: ``sqlite:////path/to/file`` or ``postgresql://user:password@host/database``.
            keep_deleted_days: how long a deleted correction can be restored; then its ink is removed.

        Raises:
            StoreTooNew: a newer version of Inkling has changed it.
            StoreReadOnly: it is missing or not up to date, and nothing can be written there. (One that is up to date
                opens and can be read.)
            StoreFull: it is missing or not up to date, and the disk is full.
            StoreError: it cannot be used: the URL is none, the file is no database, the server does not answer.
        """
        engine, where = open_engine(url)
        with named_errors(where):
            try:
                bring_up_to_date(engine, where)
            except BaseException:
                engine.dispose()
                raise
        store = cls(engine, where, keep_deleted_days)
        store._prune()
        return store

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def revision(self) -> int:
        """How many changes were committed, by whichever process. Grows with each."""
        return self._read(lambda connection: int(connection.exec_driver_sql(_REVISION).scalar_one()))

    def changes(self, since: int, profiles: Sequence[str] | None = None) -> list[Change]:
        """The corrections that were added, relabelled, deleted or restored after a revision, by rising id.

        Args:
            since: that revision; 0 for all.
            profiles: of these profiles only.

        Take ``revision()`` first and keep it as the next ``since``: what is committed in between then comes twice
        rather than never.
        """
        c, i = corrections.c, inks.c
        columns = (c.id, c.profile, c.symbol, c.read, i.glyph, i.features, i.features_model, c.deleted_at)
        query = select(*columns).select_from(corrections.outerjoin(inks)).where(c.revision > since)
        if profiles is not None:
            query = query.where(c.profile.in_(profiles))
        query = query.order_by(c.id)
        return self._read(lambda connection: [change_of(row) for row in connection.execute(query)])

    def add(self, new: NewCorrection) -> Correction:
        """Keep a correction. When this returns, it is on the disk.

        Raises:
            StoreReadOnly, StoreFull, StoreError: it was not kept.
        """
        return self.add_many([new])[0]

    def add_many(self, new: Sequence[NewCorrection]) -> list[Correction]:
        """Keep several corrections, all or none.

        Raises:
            StoreReadOnly, StoreFull, StoreError: none was kept.
        """
        if not new:
            return []
        inked = [ink_row(one) for one in new]
        now = datetime.now(UTC)

        def work(connection: Connection, revision: int) -> list[Correction]:
            rows = [correction_row(one, revision, now) for one in new]
            given = insert(corrections).returning(corrections.c.id, sort_by_parameter_order=True)
            ids = list(connection.scalars(given, rows))
            connection.execute(insert(inks), [{"correction_id": i, **ink} for i, ink in zip(ids, inked, strict=True)])
            return [kept(one, i, revision, now) for i, one in zip(ids, new, strict=True)]

        return self._write(work)

    def get(self, id: int) -> Correction:  # noqa: A002
        """One correction that counts.

        Raises:
            CorrectionNotFound: there is none of that id, or it was deleted.
        """
        query = _WHOLE.where(corrections.c.id == id, LIVE)
        row = self._read(lambda connection: connection.execute(query).first())
        if row is None:
            raise _not_found([id], "There is no correction")
        return correction_of(row)

    def find(self, query: CorrectionQuery) -> Page:
        """Those corrections that a query asks for, newest first."""
        asked = wanted(query)
        behind = true() if query.after is None else corrections.c.id < query.after
        rows = _WHOLE.where(asked, behind).order_by(corrections.c.id.desc()).limit(query.limit + 1)
        count = select(func.count()).select_from(corrections).where(asked)
        if query.deleted:
            count = count.join(inks)  # no ink, no way back

        def work(connection: Connection) -> Page:
            total = connection.execute(count).scalar_one()
            found = [correction_of(row) for row in connection.execute(rows)]
            page, more = tuple(found[: query.limit]), len(found) > query.limit
            return Page(page, total, page[-1].id if page and more else None)

        return self._read(work)

    def relabel(self, id: int, symbol: str) -> Correction:  # noqa: A002
        """Say that a correction's ink is another symbol. Of two people at once, the later one's word stands.

        Raises:
            CorrectionNotFound: there is none of that id, or it was deleted.
        """

        def work(connection: Connection, revision: int) -> Correction:
            row = connection.execute(_WHOLE.where(corrections.c.id == id, LIVE)).first()
            if row is None:
                raise _not_found([id], "There is no correction")
            values = {"symbol": symbol, "revision": revision}
            connection.execute(update(corrections).where(corrections.c.id == id).values(values))
            return replace(correction_of(row), symbol=symbol, revision=revision)

        return self._write(work)

    def delete(self, ids: Sequence[int]) -> list[int]:
        """Take corrections back, all or none. ``restore`` brings them back until they are pruned.

        Raises:
            CorrectionNotFound: one or more of them are unknown or deleted already.
        """
        asked = list(dict.fromkeys(ids))

        def work(connection: Connection, revision: int) -> None:
            found = connection.scalars(select(corrections.c.id).where(among(asked), LIVE))
            if missing := sorted(set(asked) - set(found)):
                raise _not_found(missing, "There is no correction")
            values = {"deleted_at": datetime.now(UTC), "revision": revision}
            connection.execute(update(corrections).where(among(asked)).values(values))

        if asked:
            self._write(work)
        return asked

    def restore(self, ids: Sequence[int]) -> list[int]:
        """Make deleted corrections count again, all or none.

        Raises:
            CorrectionNotFound: one or more of them are not deleted, or their ink is no longer kept.
        """
        asked = list(dict.fromkeys(ids))

        def work(connection: Connection, revision: int) -> None:
            found = connection.scalars(select(corrections.c.id).join(inks).where(among(asked), ~LIVE))
            if missing := sorted(set(asked) - set(found)):
                raise _not_found(missing, "There is no deleted correction")
            values = {"deleted_at": None, "revision": revision}
            connection.execute(update(corrections).where(among(asked)).values(values))

        if asked:
            self._write(work)
        return asked

    def profiles(self) -> list[tuple[str, int]]:
        """Every profile that has corrections, and how many; by name."""
        return self._counted(select(corrections.c.profile, func.count()).where(LIVE), corrections.c.profile)

    def symbols(self, profile: str | None = None) -> list[tuple[str, int]]:
        """Every symbol that has corrections, of a profile or of all, and how many; by symbol."""
        mine = true() if profile is None else corrections.c.profile == profile
        return self._counted(select(corrections.c.symbol, func.count()).where(LIVE, mine), corrections.c.symbol)

    def _counted(self, query: Select[Any], by: ColumnElement[str]) -> list[tuple[str, int]]:
        grouped = query.group_by(by)
        return sorted(self._read(lambda connection: [(name, count) for name, count in connection.execute(grouped)]))

    def _read(self, work: Callable[[Connection], T]) -> T:
        return self._run(work)

    def _write(self, work: Callable[[Connection, int], T]) -> T:
        """Run a change in one transaction: it is given the new revision, which nobody else can take before its end."""

        def change(connection: Connection) -> T:
            if self._sqlite:
                refuse_at_rest(connection)
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            return work(connection, connection.exec_driver_sql(_NEXT_REVISION).scalar_one())

        return self._run(change, commit=True)

    def _run(self, work: Callable[[Connection], T], commit: bool = False) -> T:
        """Run something on a connection; once more where the server has hung up before anything was committed."""
        with named_errors(self._where):
            for again in (True, False):
                with self._engine.connect() as connection:
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

    def _prune(self) -> None:
        """Remove the ink of what was deleted long ago. The rest of the row stays, so that all processes learn of it."""
        old = corrections.c.deleted_at < datetime.now(UTC) - self._keep
        there = select(inks.c.correction_id).join(corrections).where(old)
        if self._read(lambda connection: connection.execute(there.limit(1)).first()) is None:
            return
        try:
            self._write(lambda connection, _: connection.execute(delete(inks).where(inks.c.correction_id.in_(there))))
        except StoreError as error:
            _log.info("Not pruned: %s", error)  # there will be another time; it must not keep anyone from reading


def _not_found(ids: Sequence[int], what: str) -> CorrectionNotFound:
    named = ", ".join(map(str, ids[:_NAMED_IN_AN_ERROR])) + (", ..." if len(ids) > _NAMED_IN_AN_ERROR else "")
    return CorrectionNotFound(f"{what} {named}.", "It may have been deleted meanwhile; look at the list again.")
