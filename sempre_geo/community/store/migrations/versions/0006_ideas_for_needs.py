"""Which needs an idea answers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of an idea's needs, and an index to find an idea's proposals by."""
    op.create_table(
        "idea_needs",
        sa.Column("idea_id", sa.String(length=32), nullable=False),
        sa.Column("need_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["contributions.id"], name=op.f("fk_idea_needs_idea_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["contributions.id"], name=op.f("fk_idea_needs_need_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("idea_id", "need_id", name=op.f("pk_idea_needs")),
    )
    op.create_index(op.f("ix_idea_needs_need_id"), "idea_needs", ["need_id"], unique=False)
    op.create_index(op.f("ix_proposals_idea_id"), "proposals", ["idea_id"], unique=False)
