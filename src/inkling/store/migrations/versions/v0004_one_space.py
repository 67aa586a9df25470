"""Names that look the same are the same: several spaces are one, and joiners that change nothing are left out."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from inkling.errors import InvalidProfile
from inkling.joiners import composed
from inkling.profiles import parse_profile

revision = "0004"
down_revision = "0003"

#: What a profile is called from now on whose name cannot be seen; such a one was taken.
_UNSEEN = "unnamed"


def upgrade() -> None:
    """From names that are kept as they were written, to names as the program takes them today."""
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
