"""The store itself: corrections in, corrections out, each change in one transaction with its revision."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    func,
    insert,
    select,
    true,
    update,
)

from ..errors import CorrectionNotFound
from .conditions import LIVE, among, wanted
from .database import Database
from .engine import file_of
from .jobs import Jobs
from .models import Models
from .pruning import prune_inks
from .records import Change, Correction, CorrectionQuery, NewCorrection, Page, State
from .rows import change_of, correction_of, correction_row, glyph_of, ink_row, kept
from .tables import GREATEST_ID, corrections, inks, preferences

__all__ = ["Store"]

_STATE = "SELECT revision, current_model FROM counter"
_WHOLE = select(corrections, *(c for c in inks.c if c.name != "correction_id")).join(inks)
_NAMED_IN_AN_ERROR = 10

#: Glyph, symbol and profile of a correction.
Present = tuple[NDArray[np.uint8], str, str]


class Store:
    """Corrections in a database. Any number of threads and processes may use one at once; made by ``open``.

    Attributes:
        models: the versions of the model.
        jobs: background work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.models = Models(database)
        self.jobs = Jobs(database)

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
        database = Database.open(url)
        prune_inks(database, timedelta(days=keep_deleted_days))
        return cls(database)

    def close(self) -> None:
        """Let go of the connections."""
        self._database.close()

    def revision(self) -> int:
        """How many changes were committed, by whichever process. Grows with each."""
        return self.state().revision

    def state(self) -> State:
        """The revision, and which version of the model reads, by one look."""

        def work(connection: Connection) -> State:
            revision, current = connection.exec_driver_sql(_STATE).one()
            return State(revision, current, file_of(connection))

        return self._database.read(work)

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
        return self._database.read(lambda connection: [change_of(row) for row in connection.execute(query)])

    def add(self, new: NewCorrection) -> Correction:
        """Keep a correction. When this returns, it is on the disk.

        Raises:
            StoreReadOnly, StoreFull, StoreError: it was not kept.
        """
        return self.add_many([new])[0]

    def add_many(
        self,
        new: Sequence[NewCorrection],
        still_new: Callable[[Sequence[Present]], Sequence[NewCorrection]] | None = None,
        since: int = 0,
    ) -> list[Correction]:
        """Keep several corrections, all or none.

        Args:
            new: what to keep.
            still_new: is given what was added or changed since a revision, by glyph, symbol and profile, and says which
                of ``new`` to keep all the same. Nobody adds anything in between.
            since: that revision.

        Raises:
            StoreReadOnly, StoreFull, StoreError: none was kept.
        """
        if not new:
            return []
        inked = {id(one): ink_row(one) for one in new}
        now = datetime.now(UTC)

        def work(connection: Connection, revision: int) -> list[Correction]:
            wanted = new if still_new is None else still_new(_present(connection, since))
            if not wanted:
                return []
            rows = [correction_row(one, revision, now) for one in wanted]
            given = insert(corrections).returning(corrections.c.id, sort_by_parameter_order=True)
            ids = list(connection.scalars(given, rows))
            pairs = list(zip(ids, wanted, strict=True))
            connection.execute(insert(inks), [{"correction_id": i, **inked[id(one)]} for i, one in pairs])
            return [kept(one, i, revision, now) for i, one in pairs]

        return self._database.change(work)

    def get(self, id: int) -> Correction:  # noqa: A002
        """One correction that counts.

        Raises:
            CorrectionNotFound: there is none of that id, or it was deleted.
        """
        _check([id])
        query = _WHOLE.where(corrections.c.id == id, LIVE)
        row = self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise _not_found([id])
        return correction_of(row)

    def find(self, query: CorrectionQuery) -> Page:
        """Those corrections that a query asks for, newest first."""
        asked, most = wanted(query), min(query.limit, GREATEST_ID - 1) + 1
        behind = true() if query.after is None else corrections.c.id < min(max(query.after, 0), GREATEST_ID)
        rows = _WHOLE.where(asked, behind).order_by(corrections.c.id.desc()).limit(most)
        count = select(func.count()).select_from(corrections).where(asked)
        if query.deleted:
            count = count.join(inks)  # no ink, no way back

        def work(connection: Connection) -> Page:
            total = connection.execute(count).scalar_one()
            found = [correction_of(row) for row in connection.execute(rows)]
            page, more = tuple(found[: query.limit]), len(found) > query.limit
            return Page(page, total, page[-1].id if page and more else None)

        return self._database.read(work)

    def relabel(self, id: int, symbol: str) -> Correction:  # noqa: A002
        """Say that a correction's ink is another symbol. Of two people at once, the later one's word stands.

        Raises:
            CorrectionNotFound: there is none of that id, or it was deleted.
        """

        _check([id])

        def work(connection: Connection, revision: int) -> Correction:
            row = connection.execute(_WHOLE.where(corrections.c.id == id, LIVE)).first()
            if row is None:
                raise _not_found([id])
            values = {"symbol": symbol, "revision": revision}
            connection.execute(update(corrections).where(corrections.c.id == id).values(values))
            return replace(correction_of(row), symbol=symbol, revision=revision)

        return self._database.change(work)

    def relabel_several(self, ids: Sequence[int], symbol: str) -> list[int]:
        """Say that the ink of corrections is another symbol, all or none. Returns which, each once.

        Raises:
            CorrectionNotFound: one or more of them are unknown or deleted.
        """
        return self._set(ids, {"symbol": symbol})

    def delete(self, ids: Sequence[int]) -> list[int]:
        """Take corrections back, all or none. ``restore`` brings them back until they are pruned.

        Raises:
            CorrectionNotFound: one or more of them are unknown or deleted already.
        """
        return self._set(ids, {"deleted_at": datetime.now(UTC)})

    def restore(self, ids: Sequence[int]) -> list[int]:
        """Make deleted corrections count again, all or none.

        Raises:
            CorrectionNotFound: one or more of them are not deleted, or their ink is no longer kept.
        """
        return self._set(ids, {"deleted_at": None}, deleted=True)

    def _set(self, ids: Sequence[int], values: Mapping[str, Any], deleted: bool = False) -> list[int]:
        """Change the same about all of some corrections, which count or can be restored, or about none."""
        asked = list(dict.fromkeys(ids))
        _check(asked, deleted)
        there = select(corrections.c.id).where(among(asked))
        there = there.join(inks).where(~LIVE) if deleted else there.where(LIVE)

        def work(connection: Connection, revision: int) -> None:
            if missing := sorted(set(asked) - set(connection.scalars(there))):
                raise _not_found(missing, deleted)
            connection.execute(update(corrections).where(among(asked)).values({**values, "revision": revision}))

        if asked:
            self._database.change(work)
        return asked

    def profiles(self) -> list[tuple[str, int]]:
        """Every profile that has corrections, and how many; by name."""
        return self._counted(select(corrections.c.profile, func.count()).where(LIVE), corrections.c.profile)

    def symbols(self, profile: str | None = None) -> list[tuple[str, int]]:
        """Every symbol that has corrections, of a profile or of all, and how many; by symbol."""
        mine = true() if profile is None else corrections.c.profile == profile
        return self._counted(select(corrections.c.symbol, func.count()).where(LIVE, mine), corrections.c.symbol)

    def count(self, since: int = 0, profile: str | None = None) -> int:
        """How many corrections count, of a profile or of all, that were added or changed after a revision."""
        mine = true() if profile is None else corrections.c.profile == profile
        query = select(func.count()).select_from(corrections).where(LIVE, mine, corrections.c.revision > since)
        return self._database.read(lambda connection: connection.execute(query).scalar_one())

    def preference(self, name: str) -> str | None:
        """What was preferred last, by whichever process; None where nothing was."""
        query = select(preferences.c.value).where(preferences.c.name == name)
        return self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    def prefer(self, name: str, value: str) -> None:
        """Keep a preference, for all processes."""

        def work(connection: Connection) -> None:
            connection.execute(delete(preferences).where(preferences.c.name == name))
            connection.execute(insert(preferences), {"name": name, "value": value})

        self._database.write(work, alone=True)

    def _counted(self, query: Select[Any], by: ColumnElement[str]) -> list[tuple[str, int]]:
        grouped = query.group_by(by)
        return sorted(
            self._database.read(lambda connection: [(name, count) for name, count in connection.execute(grouped)])
        )


def _present(connection: Connection, since: int) -> list[Present]:
    """What counts of that which was added or changed after a revision: glyph, symbol and profile of each."""
    columns = (inks.c.glyph, corrections.c.symbol, corrections.c.profile)
    query = select(*columns).join(corrections).where(LIVE, corrections.c.revision > since)
    return [(glyph_of(glyph), symbol, profile) for glyph, symbol, profile in connection.execute(query)]


def _check(ids: Sequence[int], deleted: bool = False) -> None:
    """Refuse what no database takes for an id."""
    if beyond := [one for one in ids if not 1 <= one <= GREATEST_ID]:
        raise _not_found(beyond, deleted)


def _not_found(ids: Sequence[int], deleted: bool = False) -> CorrectionNotFound:
    named = ", ".join(map(str, ids[:_NAMED_IN_AN_ERROR])) + (", ..." if len(ids) > _NAMED_IN_AN_ERROR else "")
    what = "deleted correction" if deleted else "correction"
    return CorrectionNotFound(
        f"There is no {what} {named}.", "It may have been deleted meanwhile; look at the list again."
    )
