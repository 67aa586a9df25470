"""Names that look the same are the same: several spaces are one, and joiners that change nothing are left out."""

from inkling.store.migrations.names import rename

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """From names that are kept as they were written, to names as the program takes them today."""
    rename()
