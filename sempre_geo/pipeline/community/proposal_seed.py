"""The proposals that come with an installation, such as the fictional region's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sempre_geo.community.imports import lasting_id
from sempre_geo.community.proposal_form import kept_answers
from sempre_geo.community.proposal_questions import questions
from sempre_geo.community.proposals import UNLISTED, Sentences, kept_evidence
from sempre_geo.community.steps import PROPOSAL, step_to
from sempre_geo.community.store.contributions import load_contribution, save_event
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.proposals import load_proposal, save_member, save_proposal, save_version
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _


def seed_proposal(transaction: Transaction, region: str, entry: Mapping[str, Any], *, at: str) -> None:
    """Save a proposal as a file of the installation describes it; one that is here already stays as it is.

    ``steps`` are the ``status, at, reason`` it went through, the last of them its ``status``; without them it has
    been in its status from the beginning.

    Raises
    ------
    InputError
        Its status is none, a step does not follow from the one before, or an answer cannot be used.
    """
    proposal_id = lasting_id(region, str(entry["id"]))
    if load_proposal(transaction, proposal_id) is not None:
        return
    status, when = str(entry.get("status", "proposal")), str(entry.get("created_at") or at)
    if status not in PROPOSAL:
        raise InputError(_("'{status}' is no status of a proposal.").format(status=status))
    steps = _steps(entry.get("steps") or [{"status": status, "at": when}])
    sources = [lasting_id(region, str(need)) for need in entry.get("needs", [])]
    idea = lasting_id(region, str(entry["idea_id"])) if entry.get("idea_id") else None
    content = _content(entry)
    row = content | {
        "id": proposal_id, "region": region, "language": str(entry.get("language", "en")), "status": status,
        "idea_id": idea if idea and load_contribution(transaction, idea) else None,
        "place_name": str(entry.get("place_name", "")), "status_at": steps[-1]["at"], "version": 1, "created_at": when,
        "read_version": 0 if status in UNLISTED else 1,
    }  # fmt: skip
    save_proposal(transaction, row, needs=[need for need in sources if load_contribution(transaction, need)])
    save_version(transaction, proposal_id, version=1, at=when, content=content, actor="operator")
    for step in steps:
        save_event(transaction, proposal_id, actor="operator", **step)
    _save_team(transaction, proposal_id, entry.get("team", []), at=when)


def _steps(told: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    steps = [{"status": str(one["status"]), "at": str(one["at"]), "reason": str(one.get("reason", ""))} for one in told]
    for before, after in pairwise(steps):
        step_to(PROPOSAL, before["status"], after["status"], reason=after["reason"])
    return steps


def _content(entry: Mapping[str, Any]) -> dict[str, Any]:
    words = Sentences(*(str(entry[name]) for name in ("title", "what", "for_whom", "why_here"))).kept()
    return vars(words) | {
        "ownership": str(entry.get("ownership", "")),
        "answers": kept_answers(questions(), entry.get("answers", {})),
        "evidence": kept_evidence({"date": "", "version": "", **figure} for figure in entry.get("evidence", [])),
    }


def _save_team(transaction: Transaction, proposal_id: str, team: list[Mapping[str, Any]], *, at: str) -> None:
    for number, member in enumerate(team):
        row = {
            "id": f"{lasting_id(proposal_id, 'team')[:28]}{number:04d}", "proposal_id": proposal_id,
            "part": str(member["part"]), "name": str(member["name"]), "owner": bool(member.get("owner", True)),
            "account_id": None, "claim_digest": None, "created_at": at,
        }  # fmt: skip
        save_member(transaction, row)
