"""Names in the database, brought into the form in which the program takes them today."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from inkling.errors import InvalidProfile
from inkling.joiners import composed
from inkling.profiles import parse_profile

__all__ = ["rename"]

#: What a profile is called from now on whose name cannot be seen; such a one was taken.
_UNSEEN = "unnamed"


def rename() -> None:
    """Bring profiles and symbols into that form; for steps of a migration alone."""
    for table in ("corrections", "models", "jobs"):
        _rename(table, "profile", _profile)
    for column in ("symbol", "read"):
        _rename("corrections", column, composed)


def _rename(name: str, column: str, rule: Callable[[str], str]) -> None:
    connection = op.get_bind()
    table = sa.table(name, sa.column(column, sa.Text()))
    kept = table.c[column]
    for one in list(connection.execute(sa.select(kept).distinct()).scalars()):
        if one and (new := rule(one)) != one:
            connection.execute(sa.update(table).where(kept == one).values({column: new}))


def _profile(name: str) -> str:
    try:
        return parse_profile(name)
    except InvalidProfile:
        return _UNSEEN
