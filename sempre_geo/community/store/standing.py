"""Where each contribution is counted: by itself, or with another one that a coordinator merged it into.

What was decided stands in ``merges``: a contribution has at most one decision that is not undone, and these lead
from one to the next and never in a circle. Where it is counted now stands in ``contributions.merged_into``, which
every list and sum reads. It follows from the decisions by one rule, and :func:`settle` keeps it so in the same
transaction as whatever the rule looks at:

A contribution is counted with the last one on its way up that is of the same region, kind, category and topic and has
come at least as far as itself: is public, or waits for review, or neither. Where there is none, it stands by itself.

So nobody's voice goes with somebody else's words: what was published stands by itself as soon as the one it was merged
into is taken off, waits for review again or is about something else, and comes back under it when that has passed.
Because "says the same and has come as far" passes on from one to the next, the last one stands by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select, update

from sempre_geo.community.contributions import AWAITING, PUBLIC
from sempre_geo.community.store.changes import note_change
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import contributions, merges

SAME = ("region", "kind", "category", "topic")
"""What two contributions have in common that are counted as one."""


def settle(transaction: Transaction, *changed: str) -> list[str]:
    """Count some contributions, and all that were merged into them, where they belong now; returns those that moved."""
    upper = _ways_up(transaction, _with_those_below(transaction, changed))
    names = ("id", *SAME, "status", "merged_into")
    query = select(*(contributions.c[name] for name in names)).where(contributions.c.id.in_([*upper]))
    known = {row["id"]: row for row in transaction.execute(query).mappings()}
    moved = []
    for one, row in known.items():
        above = [known[other] for other in _way_up(one, upper) if other in known]
        into = next((other["id"] for other in reversed(above) if _says_the_same(other, row)), None)
        if into != row["merged_into"]:
            note_change(transaction, one)
            transaction.execute(update(contributions).where(contributions.c.id == one).values(merged_into=into))
            note_change(transaction, one)
            moved.append(str(one))
    return moved


def load_way_up(transaction: Transaction, contribution_id: str) -> list[str]:
    """What a contribution was merged into, what that was merged into, and so on; empty where it was not merged."""
    return _way_up(contribution_id, _ways_up(transaction, {contribution_id}))


def take_out(transaction: Transaction, contribution_id: str) -> None:
    """Take a contribution that is to be erased out of all decisions, as if it had never been.

    What was merged into it is merged into what it was merged into itself, and into nothing where that is nothing. To
    be called before its row goes: the database would set those free without a note.
    """
    into_it = merges.c.after == contribution_id
    below = select(merges.c.contribution_id).where(into_it & merges.c.undone.is_(False))
    left = list(transaction.execute(below).scalars())
    above = load_way_up(transaction, contribution_id)
    transaction.execute(delete(merges).where((merges.c.contribution_id == contribution_id) | into_it & merges.c.undone))
    rest = update(merges).where(into_it).values(after=above[0]) if above else delete(merges).where(into_it)
    transaction.execute(rest)
    settle(transaction, *left)


def _with_those_below(transaction: Transaction, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    level = set(ids)
    while level:
        found |= level
        query = select(merges.c.contribution_id).where(merges.c.after.in_([*level]), merges.c.undone.is_(False))
        level = set(transaction.execute(query).scalars()) - found
    return found


def _ways_up(transaction: Transaction, ids: set[str]) -> dict[str, str | None]:
    """For each of some ids, and for each one above them, what it was merged into."""
    upper: dict[str, str | None] = {}
    level = ids
    while level:
        upper |= dict.fromkeys(level)
        own = merges.c.contribution_id.in_([*level]) & merges.c.undone.is_(False)
        upper |= {row.contribution_id: row.after for row in transaction.execute(select(merges).where(own))}
        level = {into for into in upper.values() if into is not None and into not in upper}
    return upper


def _way_up(contribution_id: str, upper: Mapping[str, str | None]) -> list[str]:
    way: list[str] = []
    into = upper.get(contribution_id)
    while into is not None and into not in way:
        way.append(into)
        into = upper.get(into)
    return way


def _says_the_same(other: Mapping[Any, Any], row: Mapping[Any, Any]) -> bool:
    return all(other[name] == row[name] for name in SAME) and _come(other["status"]) >= _come(row["status"])


def _come(status: str) -> int:
    return 2 if status in PUBLIC else int(status in AWAITING)
