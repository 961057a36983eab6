"""Where each contribution is counted: by itself, or with another one that a coordinator merged it into.

What was decided stands in ``merges``: a contribution has at most one decision that is not undone, and these lead
from one to the next and never in a circle. Where it is counted now stands in ``contributions.merged_into``, which
every list and sum reads. It follows from the decisions by one rule, and :func:`settle` keeps it so in the same
transaction as whatever the rule looks at:

A contribution that somebody has read is counted with the last one on its way up that is of the same region, kind,
category and topic and has come at least as far as itself: is public, or waits for review. Where there is none, it
stands by itself. Read is what is public, and what waited when a coordinator merged it, until its next step.

So nobody's voice goes with somebody else's words: what was published stands by itself as soon as the one it was merged
into is taken off, waits for review again or is about something else, and comes back under it when that has passed.
What is refused gives nothing its voice; and what its author changed or contests since stands by itself, with all that
waits, until it is decided on. Because "says the same and has come as far" passes on from one to the next, the last one
stands by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any

from sqlalchemy import delete, func, select, update

from sempre_geo.community.contributions import AWAITING, PUBLIC
from sempre_geo.community.store.changes import note_change
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import contributions, merges

SAME = ("region", "kind", "category", "topic")
"""What two contributions have in common that are counted as one."""
standing = contributions.alias("standing")
counted = contributions.join(standing, standing.c.id == func.coalesce(contributions.c.merged_into, contributions.c.id))
"""Each contribution beside the one that it is counted with, which is most often itself."""
_Decisions = dict[str, Mapping[Any, Any] | None]


def settle(transaction: Transaction, *changed: str) -> list[str]:
    """Count some contributions, and all that were merged into them, where they belong now; returns those that moved."""
    decided = _decisions(transaction, _with_those_below(transaction, changed))
    names = ("id", *SAME, "status", "merged_into")
    query = select(*(contributions.c[name] for name in names)).where(contributions.c.id.in_([*decided]))
    known = {row["id"]: row for row in transaction.execute(query).mappings()}
    moved = []
    for one, row in known.items():
        above = [known[other] for other in _way_up(one, decided) if other in known] if _is_read(row, decided) else []
        into = next((other["id"] for other in reversed(above) if _says_the_same(other, row)), None)
        if into != row["merged_into"]:
            note_change(transaction, one)
            transaction.execute(update(contributions).where(contributions.c.id == one).values(merged_into=into))
            note_change(transaction, one)
            moved.append(str(one))
    return moved


def load_way_up(transaction: Transaction, contribution_id: str) -> list[str]:
    """What a contribution was merged into, what that was merged into, and so on; empty where it was not merged."""
    return _way_up(contribution_id, _decisions(transaction, {contribution_id}))


def load_told(transaction: Transaction, row: Mapping[Any, Any]) -> str | None:
    """What another installation is told that a contribution was merged into: nothing where it is to be read again."""
    decided = _decisions(transaction, {row["id"]})
    own = decided[row["id"]]
    into = own["after"] if own and (_is_read(row, decided) or row["status"] not in AWAITING) else row["merged_into"]
    return str(into) if into else None


def load_counted_since(transaction: Transaction, contribution_id: str, *, into: str) -> str:
    """The moment from which a contribution is counted with another one: of the last decision that leads there."""
    decided = _decisions(transaction, {contribution_id})
    passed = takewhile(lambda one: one != into, [contribution_id, *_way_up(contribution_id, decided)])
    return max(str(own["at"]) for one in passed if (own := decided[one]))


def note_step(transaction: Transaction, contribution_id: str) -> None:
    """Note that a contribution took a step: it is no longer as the coordinator read it who merged it."""
    own = merges.c.contribution_id == contribution_id
    transaction.execute(update(merges).where(own, merges.c.as_read).values(as_read=False))


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


def _decisions(transaction: Transaction, ids: set[str]) -> _Decisions:
    """For each of some ids, and for each one above them, the decision by which it was merged."""
    decided: _Decisions = {}
    level = ids
    while level:
        decided |= dict.fromkeys(level)
        own = merges.c.contribution_id.in_([*level]) & merges.c.undone.is_(False)
        found = transaction.execute(select(merges).where(own)).mappings()
        decided |= {row["contribution_id"]: row for row in found}
        level = {row["after"] for row in decided.values() if row and row["after"] not in decided}
    return decided


def _way_up(contribution_id: str, decided: _Decisions) -> list[str]:
    way: list[str] = []
    own = decided.get(contribution_id)
    while own and own["after"] not in way:
        way.append(own["after"])
        own = decided.get(own["after"])
    return way


def _is_read(row: Mapping[Any, Any], decided: _Decisions) -> bool:
    own = decided[row["id"]]
    return row["status"] in PUBLIC or (row["status"] in AWAITING and own is not None and own["as_read"])


def _says_the_same(other: Mapping[Any, Any], row: Mapping[Any, Any]) -> bool:
    return all(other[name] == row[name] for name in SAME) and _come(other["status"]) >= _come(row["status"])


def _come(status: str) -> int:
    return 2 if status in PUBLIC else int(status in AWAITING)
