"""Several spaces in the name of a profile are one: names that look the same are the same."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """From names that are kept as they were written; other spaces than the ordinary one were never taken."""
    connection = op.get_bind()
    for name in ("corrections", "models", "jobs"):
        table = sa.table(name, sa.column("profile", sa.Text()))
        for one in list(connection.execute(sa.select(table.c.profile).distinct()).scalars()):
            if one and "  " in one:
                new = re.sub(" +", " ", one)
                connection.execute(sa.update(table).where(table.c.profile == one).values(profile=new))
