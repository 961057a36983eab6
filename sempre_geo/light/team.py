"""The team's room of a proposal, opened with a code and without an account: joining, talking, who one is, leaving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sempre_geo.community.proposal_questions import questions
from sempre_geo.community.proposals import Member, Proposal
from sempre_geo.community.store.contributions import Row
from sempre_geo.errors import InputError, NotAllowedError, SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page, status_of
from sempre_geo.light.proposals import FORM, answer_screens, behind, proposal_page
from sempre_geo.light.tokens import seconds_since
from sempre_geo.light.visit import Visit, counted
from sempre_geo.pipeline.community.proposal_dues import due_items
from sempre_geo.pipeline.community.proposal_team import invite as invite_one
from sempre_geo.pipeline.community.proposal_team import join_team, leave_team, say_who_one_is
from sempre_geo.pipeline.community.proposal_writing import comment, team_comments
from sempre_geo.pipeline.community.proposals import proposal, steps_open
from sempre_geo.publish.speech import written_date

_A_SCREEN = 6_000
"""So many letters of comments are shown at once; earlier ones are asked for."""


@dataclass(frozen=True)
class _Told:
    """What came of something that was done in the room."""

    done: str = ""
    invitation: str = ""


def show(visit: Visit) -> Response:
    """What is in the room, for whoever has a member's code."""
    return after(visit, str)


def join(visit: Visit) -> Response:
    """Join a team with an invitation or the code of a need or an idea that it answers; a new code comes back."""
    settings, form = visit.here.settings, visit.form
    try:
        _check_token(visit)
        joined = join_team(
            settings, visit.asked["id"], who=_who(visit), code=form.one("invitation"), sending_key=form.one("key")
        )  # fmt: skip
    except SempreGeoError as problem:
        field = "name" if not form.one("name").strip() else "invitation"
        return proposal_page(visit, {field: str(problem)}, status_code=status_of(problem))
    return page(visit, "joined", joined=joined, begun=False, **behind(visit))


def say(visit: Visit) -> Response:
    """Say something to the team."""

    def saying() -> str:
        comment(visit.here.settings, visit.asked["id"], text=visit.form.one("text"), code=visit.form.one("code"))
        return _("Your comment is kept for the team.")

    return after(visit, saying, field="text")


def who(visit: Visit) -> Response:
    """Change what one says of oneself."""

    def telling() -> str:
        say_who_one_is(visit.here.settings, visit.asked["id"], who=_who(visit), code=visit.form.one("code"))
        return _("It is changed.")

    return after(visit, telling, field="name")


def invite(visit: Visit) -> Response:
    """Make an invitation for one more person."""
    try:
        _check_token(visit)
        invitation = invite_one(visit.here.settings, visit.asked["id"], code=visit.form.one("code"))
    except SempreGeoError as problem:
        return _room(visit, {"": str(problem)}, status_code=status_of(problem))
    return _room(visit, told=_Told(invitation=invitation))


def leave(visit: Visit) -> Response:
    """Leave the team, after a box was ticked, so that no slip of the finger does it."""
    try:
        _check_token(visit)
        if visit.form.one("sure") != "yes":
            raise InputError(_("Tick the box if you want to leave the team."))
        leave_team(visit.here.settings, visit.asked["id"], code=visit.form.one("code"))
    except SempreGeoError as problem:
        return _room(visit, {"sure": str(problem)}, status_code=status_of(problem))
    return page(visit, "left")


def after(visit: Visit, act: Callable[[], str], *, field: str = "") -> Response:
    """The room after something was done in it; what went wrong stands at its field."""
    try:
        _check_token(visit)
        done = act()
    except SempreGeoError as problem:
        return _room(visit, {field: str(problem)}, status_code=status_of(problem))
    return _room(visit, told=_Told(done))


def _room(
    visit: Visit, problems: Mapping[str, str] | None = None, *, told: _Told | None = None, status_code: int = 200
) -> Response:  # fmt: skip
    """The room; whoever is not in the team sees the proposal's doors."""
    settings, code, proposal_id = visit.here.settings, visit.form.one("code"), visit.asked["id"]
    shown = inside(visit)
    if isinstance(shown, Response):
        return shown
    comments, earlier = _newest(team_comments(settings, proposal_id, code=code), visit.form.one("before"))
    return page(
        visit, "room", shown=shown, id=proposal_id, code=code, due=_due(visit, shown), comments=comments,
        earlier=earlier, problems=problems or {}, told=told or _Told(), form=visit.form,
        text="" if told and told.done else visit.form.one("text"), answer_pages=len(answer_screens(shown)),
        ways=steps_open(settings, proposal_id, code=code), open_question=_open_question(shown),
        status_code=status_code, **behind(visit),
    )  # fmt: skip


def inside(visit: Visit) -> Proposal | Response:
    """The proposal as its team sees it; for everybody else its doors, with the reason at the code."""
    try:
        shown = proposal(visit.here.settings, visit.asked["id"], code=visit.form.one("code"))
        if not shown.inside:
            raise NotAllowedError(_("This is for those in the team; give the code with which you joined it."))
    except SempreGeoError as problem:
        return proposal_page(visit, {"code": str(problem)}, status_code=status_of(problem))
    return shown


def _open_question(shown: Proposal) -> int:
    """The number of the first question without an answer."""
    return next((question.number for question in questions() if question.id not in shown.answered), 1)


def _newest(said: list[Row], before: str) -> tuple[list[Row], int]:
    """The last comments, or those before the one of a number, as many as are light; how many are still earlier."""
    number = counted(before)
    end = len(said) if number is None else min(number, len(said))
    start, letters = end, 0
    while start and (start == end or letters + len(said[start - 1]["text"]) <= _A_SCREEN):
        start -= 1
        letters += len(said[start]["text"])
    return said[start:end], start


def _due(visit: Visit, shown: Proposal) -> list[str]:
    told = {
        "diary": _("The next entry of the diary is due on {day}."),
        "first_test": _("The first small test is to end on {day}; write in the diary how it went."),
        "co_owner": _("A service user or a provider is missing among the co-owners since {day}."),
    }
    due = due_items(visit.here.settings, shown.region, code=visit.form.one("code"))
    own: list[dict[Any, Any]] = due[(due["thing"] == shown.id) & due["what"].isin(told)].to_dict("records")
    return [told[row["what"]].format(day=written_date(str(row["due"]))) for row in own]


def _who(visit: Visit) -> Member:
    form = visit.form
    return Member(form.one("part"), form.one("name"), owner=form.one("owner") == "yes")


def _check_token(visit: Visit) -> None:
    seconds_since(visit.here.settings, FORM, token=visit.form.one("token"))
