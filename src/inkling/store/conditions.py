"""What a query asks for, in the words of SQL."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, bindparam, func, or_

from .records import CorrectionQuery
from .tables import GREATEST_ID, corrections

__all__ = ["LIVE", "among", "wanted"]

#: The correction counts: it was not deleted.
LIVE = corrections.c.deleted_at.is_(None)


def wanted(query: CorrectionQuery) -> ColumnElement[bool]:
    """What a query asks of ``corrections``, its place among the pages aside."""
    c = corrections.c
    parts: list[ColumnElement[bool]] = [~LIVE if query.deleted else LIVE]
    if query.profile is not None:
        parts.append(c.profile == query.profile)
    if query.symbol is not None:
        parts.append(c.symbol == query.symbol)
    if query.since is not None:
        parts.append(c.created_at >= query.since)
    if query.until is not None:
        parts.append(c.created_at < query.until)
    if query.wrong is not None:
        unknown = func.coalesce(c.reason, "") == "unknown"  # then nothing was answered, whatever came closest
        parts.append(or_(c.read != c.symbol, unknown) if query.wrong else and_(c.read == c.symbol, ~unknown))
    if query.ids is not None:
        parts.append(among(query.ids))
    return and_(*parts)


def among(ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether a correction is one of these."""
    # written into the statement: databases limit how many parameters there may be
    return corrections.c.id.in_(
        bindparam("ids", [int(i) for i in ids if i <= GREATEST_ID], expanding=True, literal_execute=True)
    )
