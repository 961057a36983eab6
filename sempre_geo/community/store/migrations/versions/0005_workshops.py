"""Workshops: where they are, what was agreed to in them, which entries came from them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Widen the table of workshops and make that of their entries."""
    for name, kind in (
        ("settlement_id", sa.String(length=64)),
        ("municipality_id", sa.String(length=64)),
        ("place_name", sa.Text()),
        ("consent", sa.Text()),
        ("office", sa.Text()),
    ):
        op.add_column("workshops", sa.Column(name, kind, nullable=False, server_default=""))
    op.create_table(
        "workshop_entries",
        sa.Column("contribution_id", sa.String(length=32), nullable=False),
        sa.Column("workshop_id", sa.String(length=32), nullable=False),
        sa.Column("further", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"],
            ["contributions.id"],
            name=op.f("fk_workshop_entries_contribution_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshops.id"], name=op.f("fk_workshop_entries_workshop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contribution_id", name=op.f("pk_workshop_entries")),
    )
    op.create_index(op.f("ix_workshop_entries_workshop_id"), "workshop_entries", ["workshop_id"], unique=False)
