"""One row for each decision to merge, from which follows where everything is counted."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_MERGES = sa.table(
    "merges", *(sa.column(name) for name in ("id", "merge_id", "contribution_id", "after", "at", "undone"))
)
_SAID = sa.table("contributions", *(sa.column(name) for name in ("id", "merged_into", "status_at")))


def upgrade() -> None:
    """Keep of each contribution's rows the decision by which it was merged, and make one where there is none."""
    op.create_index(op.f("ix_merges_contribution_id"), "merges", ["contribution_id"], unique=False)
    op.create_index(op.f("ix_merges_after"), "merges", ["after"], unique=False)
    here = op.get_bind()
    standing = here.execute(sa.select(_MERGES).where(_MERGES.c.undone == sa.false()).order_by(_MERGES.c.id)).all()
    said = {row.id: row for row in here.execute(sa.select(_SAID).where(_SAID.c.merged_into.is_not(None)))}
    first = {row.contribution_id: row for row in reversed(standing) if row.contribution_id in said}
    into = {one: row.after for one, row in first.items()}
    kept = {one: row.id for one, row in first.items() if _leads(one, said[one].merged_into, into)}
    for row in standing:
        if kept.get(row.contribution_id) != row.id:
            here.execute(sa.delete(_MERGES).where(_MERGES.c.id == row.id))
    for row in said.values():
        if row.id not in kept:
            made = {"merge_id": secrets.token_hex(16), "contribution_id": row.id, "after": row.merged_into}
            here.execute(sa.insert(_MERGES).values(**made, at=row.status_at, undone=False))
    op.drop_column("merges", "before")


def _leads(one: str, merged_into: str, into: dict[str, str]) -> bool:
    """Whether a contribution's first decision, and those that follow, lead where it is counted."""
    passed: set[str] = set()
    while one in into and one not in passed:
        passed.add(one)
        one = into[one]
    return one == merged_into
