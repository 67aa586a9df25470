"""Names that look the same are the same: signs that choose among forms stay where there are several."""

from inkling.store.migrations.names import rename

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """From names in which they are kept, to names as the program takes them today."""
    rename()
