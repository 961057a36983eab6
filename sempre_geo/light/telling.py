"""Tell us, in four screens: what it is, where and whom it is about, check and send, the code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sempre_geo.community.contributions import EASE, KINDS, MODES, MOST_ANSWERED, Draft, Receipt
from sempre_geo.community.groups import told_groups
from sempre_geo.community.texts import LONGEST_TEXT
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page, records, status_of, trouble
from sempre_geo.light.places import Where, picture_size, place_lists, read_where
from sempre_geo.light.tokens import new_token, sending_of, wrong_token
from sempre_geo.light.visit import Form, Visit
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.duplicates import similar_public
from sempre_geo.pipeline.community.tell_rules import days_to_answer, is_protected, left_out_better
from sempre_geo.pipeline.community.workshop import office_of
from sempre_geo.publish.labels import about_whom, eases, mode_phrases, obstacles

FORM = "tell"
CARRIED = (
    "token", "key", "kind", "category", "obstacle", "text", "place", "marked", "about", "groups", "answers", "workshop",
    *(f"ease_{mode}" for mode in MODES),
)  # fmt: skip
"""What one screen hands on to the next in hidden fields. The position of a mark on the map is not among it: it
stays in the visitor's browser until the entry is sent."""
_MOST_SIMILAR = 3
Problems = Mapping[str, str]


@dataclass(frozen=True)
class _Checked:
    """A form that was looked through: the draft as far as it goes, and a sentence for each field that is wrong."""

    draft: Draft
    where: Where
    problems: Problems


def what(visit: Visit) -> Response:
    """The first screen: need or idea, what about, what stands in the way, in one's own words."""
    return _what(visit)


def whole(visit: Visit) -> Response:
    """All questions on one page: what a phone keeps for where there is no network."""
    return _whole(visit)


def where(visit: Visit) -> Response:
    """The second screen: where, about whom, how easy it is today; the first again if something is missing there."""
    problems = {**wrong_token(visit, FORM), **_wrong_what(visit)}
    return _what(visit, problems) if problems else _where(visit)


def map_screen(visit: Visit) -> Response:
    """The lettered map, for whoever asks for one at "where" without scripts; it leads on to the third screen."""
    return _screen(visit, "map", None, onward="tell/check", size=picture_size(visit.here))


def check(visit: Visit) -> Response:
    """The third screen: everything once more, what is similar, a photo, consent."""
    problems = {**wrong_token(visit, FORM), **_wrong_what(visit)}
    if problems:
        return _what(visit, problems)
    place = read_where(visit)
    return _where(visit, {"place": place.problem}, place) if place.problem else _check(visit, place)


def save(visit: Visit) -> Response:
    """Save it and show the code; the same entry sent twice is saved once and gets the same code."""
    checked = _checked(visit)
    if checked.problems:
        return _again(visit, checked)
    sending = sending_of(visit, FORM)
    try:
        receipt = tell(visit.here.settings, visit.here.region_name, draft=checked.draft, sending=sending)
    except SempreGeoError as problem:
        return _again(visit, replace(checked, problems={"": str(problem)}), status_code=status_of(problem))
    return _receipt(visit, receipt, checked.draft.kind)


def _receipt(visit: Visit, receipt: Receipt, kind: str) -> Response:
    saved = _("Your idea is saved. Your code:") if kind == "idea" else _("Your need is saved. Your code:")
    office = office_of(visit.here.settings, receipt.id)
    later = _("Later on, type it here: {address}").format(address=office) if office else ""
    if visit.wants_json:
        messages = [*receipt.messages, *([later] if later else [])]
        return JSONResponse({"saved": saved, "code": receipt.claim_code, "messages": messages})
    return page(visit, "receipt", saved=saved, code=receipt.claim_code, messages=receipt.messages, later=later,
                days=days_to_answer(visit.here.settings))  # fmt: skip


def _again(visit: Visit, checked: _Checked, *, status_code: int = 422) -> Response:
    """The screen on which the first problem can be mended, with everything that was filled in."""
    problems = checked.problems
    if visit.wants_json:
        return trouble(visit, next(iter(problems.values())), status_code=status_code)
    if visit.form.one("screen") == "whole":
        return _whole(visit, problems, checked.where)
    if problems.keys() & {"kind", "category", "text"}:
        return _what(visit, problems)
    return _where(visit, problems, checked.where) if "place" in problems else _check(visit, checked.where, problems)


def _what(visit: Visit, problems: Problems | None = None) -> Response:
    return _screen(visit, "tell_what", problems, **what_lists(visit))


def _where(visit: Visit, problems: Problems | None = None, place: Where | None = None) -> Response:
    return _screen(visit, "tell_where", problems, found=place.found if place else (), **where_lists(visit))


def _whole(visit: Visit, problems: Problems | None = None, place: Where | None = None) -> Response:
    found = place.found if place else ()
    return _screen(visit, "tell_whole", problems, found=found, **what_lists(visit), **where_lists(visit))


def _check(visit: Visit, place: Where, problems: Problems | None = None) -> Response:
    draft = _draft(visit, replace(place, marked=None))
    settings = visit.here.settings
    return _screen(
        visit, "tell_check", problems, place_label=place.label, chosen=place.value, marked=place.marked is not None
        or visit.form.one("marked") == "yes",
        category=visit.here.category(draft.category), obstacle=obstacles().get(visit.form.one("obstacle"), ""),
        about=about_whom().get(draft.about, ""), protected=is_protected(settings, draft.category, draft.groups),
        better=left_out_better(settings, visit.here.region_name, draft.text),
        similar=_similar(visit, draft),
    )  # fmt: skip


def _screen(visit: Visit, template: str, problems: Problems | None, **values: Any) -> Response:
    """A screen of the form: what was filled in stays in it, and a token that is void is replaced."""
    form = visit.form
    fresh = {} if _is_signed(visit) else {"token": (new_token(visit.here.settings, FORM),)}
    if not form.one("key"):
        fresh["key"] = (secrets.token_hex(16),)
    kept = Form({**form.values, **fresh})
    return page(
        visit, template, form=kept, problems=problems or {}, carried=CARRIED, longest=LONGEST_TEXT,
        status_code=422 if problems else 200, **values,
    )  # fmt: skip


def what_lists(visit: Visit) -> Mapping[str, Any]:
    """What a need or an idea can be about, and what can stand in the way."""
    return {
        "categories": visit.here.categories,
        "obstacles": obstacles(),
    }


def where_lists(visit: Visit) -> Mapping[str, Any]:
    """Where it can be and whom it can be about, with what a map needs."""
    return {
        "lists": place_lists(visit, with_municipalities=True),
        "about_whom": about_whom(),
        "groups": told_groups(),
        "modes": mode_phrases(),
        "eases": eases(),
        "bbox": visit.here.region.bbox,
        "region_name": visit.here.region_name,
    }


def _checked(visit: Visit) -> _Checked:
    place = read_where(visit)
    problems = {**wrong_token(visit, FORM), **_wrong_what(visit)}
    if place.problem:
        problems["place"] = place.problem
    if visit.form.one("consent") != "yes":
        problems["consent"] = _("Tick this box, so that we may keep what you wrote.")
    return _Checked(_draft(visit, place), place, problems)


def _is_signed(visit: Visit) -> bool:
    return not wrong_token(visit, FORM)


def _wrong_what(visit: Visit) -> dict[str, str]:
    form, problems = visit.form, {}
    if form.one("kind") not in KINDS:
        problems["kind"] = _("Say whether something is missing or you have an idea.")
    if form.one("category") not in visit.here.categories:
        problems["category"] = _("Choose what it is about.")
    if not form.one("text").strip():
        problems["text"] = _("Write a sentence, in any language.")
    elif len(form.one("text")) > LONGEST_TEXT:
        problems["text"] = _("The text has {n} characters; at most {most} can be kept. Shorten it.").format(
            n=len(form.one("text")), most=LONGEST_TEXT
        )
    return problems


def _draft(visit: Visit, place: Where) -> Draft:
    """The draft that a form describes; a choice that is none of its list is left out."""
    form = visit.form
    kind, obstacle = form.one("kind"), form.one("obstacle")
    return Draft(
        kind=kind,
        category=form.one("category"),
        text=form.one("text"),
        place=place.place,
        obstacle=obstacle if kind == "need" and obstacle in obstacles() else "other",
        about=form.one("about") if form.one("about") in about_whom() else "myself",
        groups=tuple(name for name in form.every("groups") if name in told_groups()),
        ease=told_ease(form),
        language=visit.language.partition("@")[0],
        consent=form.one("consent") == "yes",
        shown_alone=form.one("shown_alone") == "yes",
        photo=form.photo,
        sending_key=form.one("key"),
        answers=tuple(form.every("answers"))[:MOST_ANSWERED] if kind == "idea" else (),
    )


def told_ease(form: Form) -> dict[str, int]:
    """How easy it is per mode, as far as a form tells."""
    given = {mode: form.one(f"ease_{mode}") for mode in MODES}
    return {mode: int(step) for mode, step in given.items() if step in {str(ease) for ease in EASE}}


def _similar(visit: Visit, draft: Draft) -> Sequence[Mapping[str, Any]]:
    """Up to three published entries like this one, before it is sent."""
    try:
        found = similar_public(visit.here.settings, visit.here.region_name, draft=replace(draft, consent=True))
    except SempreGeoError:
        return ()
    return records(found.head(_MOST_SIMILAR))
