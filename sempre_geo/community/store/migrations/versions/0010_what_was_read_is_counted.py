"""Whether what was merged while it waited is as it was read; what is refused or waits again is counted with nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_MERGES = sa.table("merges", *(sa.column(name) for name in ("contribution_id", "at", "undone", "as_read")))
_SAID = sa.table("contributions", *(sa.column(name) for name in ("id", "status", "status_at", "merged_into")))
_AWAITING = ("received", "in_review")


def upgrade() -> None:
    """Take what has had no step since it was merged for read, and let what nobody has read since stand by itself."""
    op.add_column("merges", sa.Column("as_read", sa.Boolean(), nullable=False, server_default=sa.false()))
    waits = sa.select(_SAID.c.id).where(_SAID.c.id == _MERGES.c.contribution_id, _SAID.c.status.in_(_AWAITING))
    unchanged = waits.where(_SAID.c.status_at <= _MERGES.c.at).exists()
    op.execute(sa.update(_MERGES).where(_MERGES.c.undone == sa.false(), unchanged).values(as_read=sa.true()))
    own = sa.select(_MERGES.c.contribution_id).where(_MERGES.c.contribution_id == _SAID.c.id)
    read = own.where(_MERGES.c.undone == sa.false(), _MERGES.c.as_read == sa.true()).exists()
    unread = (_SAID.c.status == "not_published") | (_SAID.c.status.in_(_AWAITING) & ~read)
    op.execute(sa.update(_SAID).where(unread).values(merged_into=None))
