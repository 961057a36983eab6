"""Which contributions changed for the public, in order: a page's kept list is brought up to date by this.

Every function that changes what the public sees of a contribution notes its id here, in the same
transaction. Writers take turns, so a later number never becomes visible before an earlier one.
"""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select

from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.office_tables import public_changes
from sempre_geo.community.store.tables import contributions

KEPT = 20_000


def note_change(transaction: Transaction, *contribution_ids: str) -> None:
    """Note that these contributions changed, together with those into which they were merged."""
    changed = dict.fromkeys(contribution_ids)
    merged = (contributions.c.id.in_(list(changed))) & contributions.c.merged_into.is_not(None)
    changed |= dict.fromkeys(transaction.execute(select(contributions.c.merged_into).where(merged)).scalars())
    if changed:
        transaction.execute(insert(public_changes), [{"contribution_id": one} for one in changed])


def load_last_change(transaction: Transaction) -> int:
    """The number of the last change; 0 if nothing ever changed."""
    return int(transaction.execute(select(func.max(public_changes.c.seq))).scalar() or 0)


def load_changed(transaction: Transaction, *, after: int, most: int) -> list[str] | None:
    """Ids that changed behind a number; None if they are too many to follow or no longer known."""
    first = transaction.execute(select(func.min(public_changes.c.seq))).scalar()
    if first is None or first > after + 1:
        return None
    query = select(public_changes.c.contribution_id).where(public_changes.c.seq > after).limit(most + 1)
    found = list(transaction.execute(query).scalars())
    return None if len(found) > most else list(dict.fromkeys(found))


def forget_changes(transaction: Transaction) -> None:
    """Drop all but the last changes; whoever kept a list from before reads it anew."""
    transaction.execute(delete(public_changes).where(public_changes.c.seq <= load_last_change(transaction) - KEPT))
