"""Versions of the model with their bundles, promotions, background jobs with their checkpoints, and preferences."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """From corrections alone."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    time = sa.DateTime(timezone=True)
    op.add_column("counter", sa.Column("current_model", sa.Text()))
    op.create_table(
        "models",
        sa.Column("id", key, primary_key=True),
        sa.Column("version", sa.Text(), nullable=False, unique=True),
        sa.Column("parent", sa.Text()),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("added_at", time, nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.Text()),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bundles",
        sa.Column("model_id", key, sa.ForeignKey("models.id"), primary_key=True, autoincrement=False),
        sa.Column("kept_at", time, nullable=False),
        sa.Column("normalizer", sa.LargeBinary(), nullable=False),
        sa.Column("network", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "promotions",
        sa.Column("id", key, primary_key=True),
        sa.Column("version", sa.Text(), sa.ForeignKey("models.version"), nullable=False),
        sa.Column("previous", sa.Text()),
        sa.Column("at", time, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rollback", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "jobs",
        sa.Column("id", key, primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text()),
        sa.Column("created_at", time, nullable=False),
        sa.Column("started_at", time),
        sa.Column("finished_at", time),
        sa.Column("beat_at", time),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Text()),
        sa.Column("cancelling", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("version", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.Text()),
        sqlite_autoincrement=True,
    )
    not_ended = sa.text("state IN ('queued', 'running')")
    op.create_index(
        "jobs_one_of_a_kind", "jobs", ["kind"], unique=True, sqlite_where=not_ended, postgresql_where=not_ended
    )
    op.create_table(
        "checkpoints",
        sa.Column("job_id", key, sa.ForeignKey("jobs.id"), primary_key=True, autoincrement=False),
        sa.Column("saved_at", time, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "preferences",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
