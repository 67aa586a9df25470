"""Corrections, their ink, and the counter of changes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    counter = op.create_table(
        "counter",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.bulk_insert(counter, [{"id": 1, "revision": 0}])
    op.create_table(
        "corrections",
        sa.Column("id", key, primary_key=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("read", sa.Text()),
        sa.Column("probability", sa.Float()),
        sa.Column("alphabet", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sqlite_autoincrement=True,
    )
    op.create_index("corrections_by_revision", "corrections", ["revision"])
    op.create_index("corrections_by_profile", "corrections", ["profile", "symbol"])
    deleted = sa.text("deleted_at IS NOT NULL")
    op.create_index(
        "corrections_deleted", "corrections", ["deleted_at"], sqlite_where=deleted, postgresql_where=deleted
    )
    op.create_table(
        "inks",
        sa.Column("correction_id", key, sa.ForeignKey("corrections.id"), primary_key=True, autoincrement=False),
        sa.Column("glyph", sa.LargeBinary(), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sa.Column("features_model", sa.Text(), nullable=False),
        sa.Column("pen_width", sa.Float()),
        sa.Column("strokes", sa.LargeBinary()),
        sa.Column("picture", sa.LargeBinary()),
    )
