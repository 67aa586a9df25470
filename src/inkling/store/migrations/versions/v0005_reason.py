"""What was unsure of the reading that was corrected: ink that was no character to the model was not read as one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """From corrections of which that is not known."""
    op.add_column("corrections", sa.Column("reason", sa.Text()))
