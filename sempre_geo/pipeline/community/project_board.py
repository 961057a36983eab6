"""The projects on one page: where each stands, what must happen next, by when, and who waits for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from sempre_geo.community.access import Person, may
from sempre_geo.community.proposal_questions import COUNT
from sempre_geo.community.proposals import UNLISTED, Proposal, has_both_owners
from sempre_geo.community.rules import read_rules
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.proposals import load_proposals
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community
from sempre_geo.pipeline.community.proposal_desk import known_proposal, page_of, person_at, proposal_scopes, team_of
from sempre_geo.pipeline.community.proposal_dues import dues_of_proposal
from sempre_geo.settings import Settings

LANES: Mapping[str, tuple[str, ...]] = {
    "forming": ("idea", "supported", "team", "proposal", "returned"),
    "deciding": ("submitted",),
    "running": ("accepted", "running", "paused"),
    "ended": ("completed", "stopped", "declined", "lessons"),
}
BOARD_COLUMNS = (
    "id", "title", "place_name", "status", "lane", "progress", "task", "waits_for", "due", "days_late", "mine",
)  # fmt: skip
COORDINATOR, TEAM = "coordinator", "team"
_OF_COORDINATORS = frozenset({"read", "answer"})
_NEXT = {
    "returned": "mend", "accepted": "begin", "paused": "go_on", "completed": "lesson", "stopped": "lesson",
}  # fmt: skip


def project_board(settings: Settings, region: str, *, by: Asker, at: datetime | None = None) -> pd.DataFrame:
    """Every proposal in which the asker has something to do, one row each: :data:`BOARD_COLUMNS`, what is late first.

    ``task`` is what must happen next: ``read`` (a coordinator has not read the newest words), ``answer`` (one has to
    decide), ``co_owner``, ``questions`` (some are open), ``submit``, ``mend``, ``begin``, ``diary``, ``first_test``,
    ``go_on``, ``lesson``, or nothing; ``waits_for`` says for whom: ``coordinator`` or ``team``. ``due`` is the day of
    it, empty where none is set; ``days_late`` is negative before. ``mine`` says whether the asker can do it.

    Returns
    -------
    DataFrame
        Empty for those who neither coordinate here nor are in a team with their account.
    """
    when = at or now()
    days = read_rules(settings).answer_within_days
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        numbers = list(load_proposals(transaction, region)["id"]) if person.grants else list[str]()
        rows = [known_proposal(transaction, number) for number in numbers]
        asking = [person_at(settings, transaction, row, by=person) for row in rows]
        shown = [
            _line(transaction, row, one, days=days, at=when)
            for row, one in zip(rows, asking, strict=True)
            if may(one, "write a proposal", *proposal_scopes(transaction, row))
        ]
    board = pd.DataFrame(shown, columns=list(BOARD_COLUMNS)).astype({"days_late": float})
    return board.sort_values("days_late", ascending=False, kind="stable", na_position="last", ignore_index=True)


def _line(transaction: Transaction, row: Row, person: Person, *, days: int, at: datetime) -> dict[str, Any]:
    page = page_of(transaction, row, person)
    due = min(dues_of_proposal(transaction, row, days=days), key=lambda one: one.due, default=None)
    task = due.what if due else _next(transaction, row, page)
    waits_for = "" if not task else COORDINATOR if task in _OF_COORDINATORS else TEAM
    roles = {"coordinator"} if waits_for == COORDINATOR else {"team"}
    return {
        "id": row["id"],
        "title": row["title"],
        "place_name": row["place_name"],
        "status": row["status"],
        "lane": next(lane for lane, statuses in LANES.items() if row["status"] in statuses),
        "progress": page.progress,
        "task": task,
        "waits_for": waits_for,
        "due": due.due.isoformat() if due else "",
        "days_late": (at.date() - due.due).days if due else None,
        "mine": bool(task) and bool(roles & {role for role, _scope in person.grants}),
    }


def _next(transaction: Transaction, row: Row, page: Proposal) -> str:
    if row["status"] in UNLISTED or row["status"] == "proposal":
        if not has_both_owners(team_of(transaction, row["id"], named=False)):
            return "co_owner"
        return "questions" if len(page.answered) < COUNT else "submit"
    return _NEXT.get(row["status"], "")
