"""Read versions, who wrote one, drafts, invitations, networks' proposals, diaries, lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_UNREAD = ("idea", "supported", "team")


def upgrade() -> None:
    """Make the tables; what is listed today counts as read."""
    op.add_column("proposals", sa.Column("read_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("proposals", sa.Column("origin", sa.JSON(), nullable=True))
    op.add_column("proposal_versions", sa.Column("actor", sa.String(length=64), nullable=False, server_default=""))
    proposals = sa.table("proposals", sa.column("status"), sa.column("version"), sa.column("read_version"))
    listed = sa.update(proposals).where(proposals.c.status.not_in(_UNREAD))
    op.execute(listed.values(read_version=proposals.c.version))
    _make_writing()
    _make_networks()
    _make_lessons()


def _make_writing() -> None:
    op.create_table(
        "proposal_drafts",
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("writer", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_drafts_proposal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("proposal_id", "writer", "question", name=op.f("pk_proposal_drafts")),
    )
    op.create_table(
        "invitations",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_invitations_proposal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_proposal_id"), "invitations", ["proposal_id"], unique=False)


def _make_networks() -> None:
    op.create_table(
        "network_proposals",
        sa.Column("network_id", sa.String(length=32), nullable=False),
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id"], ["networks.id"], name=op.f("fk_network_proposals_network_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_network_proposals_proposal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("network_id", "proposal_id", name=op.f("pk_network_proposals")),
    )
    op.create_table(
        "diary",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("thing", sa.String(length=32), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("good", sa.Text(), nullable=False),
        sa.Column("hard", sa.Text(), nullable=False),
        sa.Column("further", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary")),
    )
    op.create_index(op.f("ix_diary_thing"), "diary", ["thing"], unique=False)


def _make_lessons() -> None:
    texts = ("network", "title", "again", "not_again", "came_from", "region_title")
    op.create_table(
        "lessons",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("proposal_id", sa.String(length=32), nullable=True),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=16), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("barriers", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_lessons_proposal_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
    )
    op.create_index(op.f("ix_lessons_status"), "lessons", ["status"], unique=False)
    op.create_index(op.f("ix_lessons_proposal_id"), "lessons", ["proposal_id"], unique=False)
