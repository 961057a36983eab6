"""Proposals as anybody may read them, their answers a few a screen, their files, and the doors into their teams."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sempre_geo.community.proposal_form import cost_totals
from sempre_geo.community.proposal_questions import counted_parts, ownership_names, part_names, questions
from sempre_geo.community.proposal_versions import readable
from sempre_geo.community.proposals import Proposal
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page, records
from sempre_geo.light.tokens import new_token
from sempre_geo.light.visit import Visit
from sempre_geo.pipeline.community.proposals import proposal, proposals

FORM = "team"
_A_SCREEN = 9_000
"""So many letters of answers stay under 20 KB on the way in every alphabet."""


@dataclass(frozen=True)
class Answered:
    """A question of the form with its answer: a label and a text for each field; ``together`` are sums."""

    number: int
    title: str
    lines: tuple[tuple[str, str], ...]
    together: str = ""


def listed(visit: Visit) -> Response:
    """The proposals that a coordinator has read."""
    rows = proposals(visit.here.settings, visit.here.region_name)
    return page(visit, "proposals", rows=records(rows))


def one(visit: Visit) -> Response:
    """One proposal: its sentences, its people and its steps, and the doors into its team."""
    return proposal_page(visit)


def answers(visit: Visit) -> Response:
    """What a proposal answers to the further questions, a few a screen; with a member's code the newest words."""
    code = visit.form.one("code")
    shown = proposal(visit.here.settings, visit.asked["id"], code=code)
    screens, number = answer_screens(shown), int(visit.asked["number"])
    if not 1 <= number <= len(screens):
        raise MissingDataError(_("There is nothing to read under this address; it may have been withdrawn."))
    return page(
        visit, "answers", shown=shown, id=shown.id, answered=screens[number - 1], number=number, pages=len(screens),
        code=code if shown.inside else "", token=new_token(visit.here.settings, FORM),
    )  # fmt: skip


def file(visit: Visit) -> Response:
    """The proposal as a file to take along: for the team with its code all of it, else what everybody may read."""
    from sempre_geo.pipeline.community.proposal_files import export_proposal  # brings the makers of documents along

    made = export_proposal(
        visit.here.settings, visit.asked["id"], kind=visit.form.one("kind"), code=visit.form.one("code")
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
    return Response(made.content, media_type=made.media_type, headers=headers)


def proposal_page(
    visit: Visit, problems: Mapping[str, str] | None = None, *, status_code: int = 200
) -> Response:  # fmt: skip
    """A proposal's page; for one that is not open to everybody only the doors, by which its team comes in."""
    closed = ""
    try:
        shown = proposal(visit.here.settings, visit.asked["id"])
    except MissingDataError as missing:
        shown = None
        closed = "" if visit.form.one("invitation") else str(missing)  # whoever was sent by one is right here
    return page(
        visit, "proposal", shown=shown, closed=closed,
        team=counted_parts(one.part for one in shown.team) if shown else [], problems=problems or {}, form=visit.form,
        id=visit.asked["id"], **behind(visit), answer_pages=len(answer_screens(shown)) if shown else 0,
        status_code=404 if closed and status_code == 200 else status_code,  # noqa: PLR2004 - nothing else was wrong
    )  # fmt: skip


def behind(visit: Visit) -> Mapping[str, Any]:
    """What the forms of a proposal and the lists of its people need."""
    return {
        "parts": part_names(),
        "ownerships": ownership_names(),
        "token": new_token(visit.here.settings, FORM),
        "key": visit.form.one("key") or secrets.token_hex(16),
    }


def answer_screens(shown: Proposal) -> Sequence[Sequence[Answered]]:
    """The answers in the form's order, as many together as one screen may weigh."""
    screens: list[list[Answered]] = []
    letters = 0
    for answered in _answered(shown):
        length = sum(len(text) for _label, text in answered.lines)
        if not screens or letters + length > _A_SCREEN:
            screens.append([])
            letters = 0
        screens[-1].append(answered)
        letters += length
    return screens


def _answered(shown: Proposal) -> list[Answered]:
    found = []
    for question in questions():
        answer = shown.answers.get(question.id, {})
        lines = [(asked.label, readable(asked, answer[asked.id])) for asked in question.fields if asked.id in answer]
        if lines:
            together = _sums(answer) if question.id == "costs" else ""
            found.append(Answered(question.number, question.title, tuple(lines), together))
    return found


def _sums(answer: Mapping[str, object]) -> str:
    sums = cost_totals(answer)
    told = _("Together {amount} in money, of which {open} is not promised yet, and {hours} hours in kind.")
    return told.format(amount=sums.amount, open=sums.open_amount, hours=sums.hours)
