"""With the code: read, change, contest, take along or erase one's own, take a voice back, come to one's team."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from starlette.responses import Response

from sempre_geo.community.groups import told_groups
from sempre_geo.community.proposal_questions import part_names
from sempre_geo.errors import InputError, MissingDataError, SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page, status_of
from sempre_geo.light.places import Where, read_where
from sempre_geo.light.proposals import FORM as TEAM
from sempre_geo.light.proposals import proposal_page
from sempre_geo.light.reading import entry_with_id
from sempre_geo.light.team import show as show_team
from sempre_geo.light.telling import told_ease, what_lists, where_lists
from sempre_geo.light.tokens import new_token, seconds_since
from sempre_geo.light.visit import Form, Visit
from sempre_geo.pipeline.community.contributions import (
    Own,
    contest_with_code,
    erase_with_code,
    my_data,
    open_with_code,
)
from sempre_geo.pipeline.community.corrections import correction_with_code
from sempre_geo.pipeline.community.followed import proposals_of_code, team_of_code
from sempre_geo.pipeline.community.own_changes import Change, change_with_code
from sempre_geo.pipeline.community.tell_rules import is_protected
from sempre_geo.pipeline.community.voices import voice_with_code, withdraw_voice
from sempre_geo.pipeline.explore.places import Found, settlement_names
from sempre_geo.pipeline.explore.wrong_things import told_correction

FORM = "code"


def ask(visit: Visit) -> Response:
    """Where the code is typed."""
    return _ask(visit)


def show(visit: Visit) -> Response:
    """What a code opens: a need, an idea, a correction, a "me too", a team."""
    try:
        _check_token(visit)
        for opens in (_own, _report, _voice):
            with suppress(MissingDataError):
                return opens(visit)
        return _team(visit)
    except MissingDataError as problem:
        return _ask(visit, str(problem), status_code=404)
    except InputError as problem:
        return _ask(visit, str(problem), status_code=422)


def _report(visit: Visit, *, problem: str = "", status_code: int = 200) -> Response:
    report = correction_with_code(visit.here.settings, visit.form.one("code"))
    told = told_correction(
        visit.here.settings, report.region, layer=report.layer, thing=report.thing, field=report.field,
        value=report.value, language=visit.language,
    )  # fmt: skip
    return page(
        visit, "correction", report=report, told=told, problems={"sure": problem} if problem else {},
        code=visit.form.one("code"), token=new_token(visit.here.settings, FORM), status_code=status_code,
    )  # fmt: skip


def _voice(visit: Visit) -> Response:
    code = visit.form.one("code")
    voice, entry = voice_with_code(visit.here.settings, code), None
    with suppress(MissingDataError):  # what it was given to may be open to nobody any more
        entry = entry_with_id(visit, voice.contribution_id)
    return page(visit, "voice", voice=voice, entry=entry, code=code, token=new_token(visit.here.settings, FORM))


def _team(visit: Visit) -> Response:
    """The room of the team in which the code is a member's; the doors of the one into which it invites."""
    found, code = team_of_code(visit.here.settings, visit.form.one("code")), visit.form.one("code")
    form = Form({"code" if found.inside else "invitation": (code,), "token": (new_token(visit.here.settings, TEAM),)})
    there = replace(visit, asked={**visit.asked, "id": found.proposal_id}, form=form)
    return show_team(there) if found.inside else proposal_page(there)


def change(visit: Visit) -> Response:
    """Change what one told: the words, what it is about and whom, where, how easy it is, the photo."""
    code, place = visit.form.one("code"), read_where(visit)
    try:
        _check_token(visit)
        if place.problem and _is_elsewhere(visit):
            return _own(visit, problem=place.problem, at="place", found=place.found, status_code=422)
        changed = change_with_code(visit.here.settings, code, change=_changes(visit, place))
    except MissingDataError as problem:
        return _ask(visit, str(problem), status_code=404)
    except SempreGeoError as problem:
        return _own(visit, problem=str(problem), at="text", status_code=status_of(problem))
    looked_at = changed.status == "received"
    done = _("Changed. Somebody of the network reads what others will see of it before they see it.")
    return _own(visit, done=" ".join((*changed.messages, done if looked_at else _("Changed."))))


def _changes(visit: Visit, place: Where) -> Change:
    """What the form changes; the part behind "more" counts only where it was on the page."""
    form = visit.form
    change = Change(
        text=form.one("text"), shown_alone=form.one("shown_alone") == "yes" if form.one("asked_alone") else None
    )
    if not form.one("asked_more"):
        return change
    return replace(
        change,
        category=form.one("category") or None,
        obstacle=form.one("obstacle") or None,
        about=form.one("about") or None,
        groups=tuple(name for name in form.every("groups") if name in told_groups()),
        ease=told_ease(form),
        place=place.place if _is_elsewhere(visit) else None,
        photo=form.photo,
        without_photo=form.one("without_photo") == "yes",
    )


def _is_elsewhere(visit: Visit) -> bool:
    return any(visit.form.one(name) for name in ("lon", "lat", "found", "sought", "place"))


def _now(own: Own) -> Form:
    """The contribution as the form has it filled in."""
    told = {"category": (own.category,), "obstacle": (own.obstacle,), "about": (own.about,), "groups": own.groups}
    return Form(told | {f"ease_{mode}": (str(step),) for mode, step in own.ease.items()})


def contest(visit: Visit) -> Response:
    """Ask that a decision not to publish be looked at again."""
    try:
        _check_token(visit)
        if not visit.form.one("why").strip():
            raise InputError(_("Say in a sentence why it should be published."))
        contest_with_code(visit.here.settings, visit.form.one("code"), why=visit.form.one("why"))
    except MissingDataError as problem:
        return _ask(visit, str(problem), status_code=404)
    except SempreGeoError as problem:
        return _own(visit, problem=str(problem), at="why", status_code=status_of(problem))
    return _own(visit, done=_("Your reason is kept, and the decision will be looked at again."))


def erase(visit: Visit) -> Response:
    """Erase one's own everywhere, after a box was ticked, so that no slip of the finger does it."""
    try:
        _check_token(visit)
        if visit.form.one("sure") != "yes":
            raise InputError(_("Tick the box if it shall be erased for good."))
        erase_with_code(visit.here.settings, visit.form.one("code"))
    except MissingDataError as problem:
        return _ask(visit, str(problem), status_code=404)
    except SempreGeoError as problem:
        with suppress(MissingDataError):
            return _report(visit, problem=str(problem), status_code=status_of(problem))
        return _own(visit, problem=str(problem), at="sure", status_code=status_of(problem))
    return page(visit, "erased")


def withdraw(visit: Visit) -> Response:
    """Take a "me too" back."""
    try:
        _check_token(visit)
        withdraw_voice(visit.here.settings, visit.form.one("code"))
    except SempreGeoError as problem:
        return _ask(visit, str(problem), status_code=status_of(problem))
    return page(visit, "erased")


def data(visit: Visit) -> Response:
    """Everything that is kept of one's contribution, as a file."""
    try:
        _check_token(visit)
        kept = my_data(visit.here.settings, visit.form.one("code"))
    except SempreGeoError as problem:
        return _ask(visit, str(problem), status_code=status_of(problem))
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"}
    return Response(kept, media_type="application/json", headers=headers)


def _check_token(visit: Visit) -> None:
    seconds_since(visit.here.settings, FORM, token=visit.form.one("token"))


def _ask(visit: Visit, problem: str = "", *, status_code: int = 200) -> Response:
    return page(
        visit, "code", problems={"code": problem} if problem else {}, code=visit.form.one("code")[:200],
        token=new_token(visit.here.settings, FORM), status_code=status_code,
    )  # fmt: skip


def _place_of(visit: Visit, own: Own) -> str:
    """The village and the municipality, as far as they are known."""
    settlement = settlement_names(visit.here.region, visit.language).get(own.settlement_id or "", "")
    return ", ".join(name for name in (settlement, own.municipality) if name)


def _own(
    visit: Visit,
    *,
    problem: str = "",
    at: str = "",
    done: str = "",
    found: Sequence[Found] = (),
    status_code: int = 200,
) -> Response:
    settings, code = visit.here.settings, visit.form.one("code")
    own = open_with_code(settings, code)
    return page(
        visit, "own", own=own, where=_place_of(visit, own), code=code, done=done,
        problems={at: problem} if problem else {},
        category=visit.here.category(own.category), protected=is_protected(settings, own.category, own.groups),
        text=visit.form.one("text") if at == "text" else own.text, followed=proposals_of_code(settings, code),
        token=new_token(settings, FORM), team_token=new_token(settings, TEAM), key=secrets.token_hex(16),
        parts=part_names(), form=Form(), now=_now(own), found=found,
        lists_of={**what_lists(visit), **where_lists(visit)},
        status_code=status_code,
    )  # fmt: skip
