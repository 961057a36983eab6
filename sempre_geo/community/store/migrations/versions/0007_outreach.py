"""Outreach: planned tours, the days that were held, and when an account last looked at what is new."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "tours",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tours")),
    )
    op.create_index(op.f("ix_tours_region"), "tours", ["region"])
    op.create_table(
        "outreach_days",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("held_on", sa.String(length=10), nullable=False),
        sa.Column("settlement_id", sa.String(length=64), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("population_group", sa.String(length=32), nullable=False),
        sa.Column("came", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_days")),
    )
    op.create_index(op.f("ix_outreach_days_region"), "outreach_days", ["region"])
    op.create_table(
        "looks",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_looks_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "region", name=op.f("pk_looks")),
    )
