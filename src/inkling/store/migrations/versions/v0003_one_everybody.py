"""Everybody is one profile, however its name was written: it was possible to teach "Everybody" as somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

#: What this step made of names; it stays, whatever the program makes of them later.
_EVERYBODY = "everybody"


def upgrade() -> None:
    """From names that are kept as they were written."""
    connection = op.get_bind()
    for name in ("corrections", "models", "jobs"):
        table = sa.table(name, sa.column("profile", sa.Text()))
        found = connection.execute(sa.select(table.c.profile).distinct()).scalars()
        others = [one for one in found if one and one != _EVERYBODY and one.casefold() == _EVERYBODY]
        if others:
            connection.execute(sa.update(table).where(table.c.profile.in_(others)).values(profile=_EVERYBODY))
