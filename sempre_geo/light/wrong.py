"""Something here is wrong: which one and what of it, how it is instead and how one knows, the code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from starlette.responses import Response

from sempre_geo.community.corrections import LONGEST_VALUE, Report, checked_report, period_text
from sempre_geo.errors import InputError, MissingDataError, SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page, status_of
from sempre_geo.light.places import LONGEST_LIST
from sempre_geo.light.tokens import new_token, sending_of, wrong_token
from sempre_geo.light.visit import Form, Visit
from sempre_geo.pipeline.community.corrections import report_correction
from sempre_geo.pipeline.explore.wrong_things import NOT_RUNNING, layer_of, wrong_fields, wrong_kinds, wrong_things

FORM = "wrong"
_MOST_FOUND = 40
Problems = Mapping[str, str]


def kinds(visit: Visit) -> Response:
    """The first screen: what kind of thing it is about."""
    return page(visit, "wrong", kinds=wrong_kinds(visit.here.settings, visit.here.region_name))


def which(visit: Visit) -> Response:
    """The second screen: which one, and what of it is wrong."""
    return _which(visit)


def how(visit: Visit) -> Response:
    """The third screen: how it is instead, and how one knows; the second again if something is missing there."""
    things = _things(visit)
    thing, problems = _chosen(visit, things)
    if visit.form.one("field") not in wrong_fields(_layer(visit)):
        problems["field"] = _("Choose what it is about.")
    problems |= wrong_token(visit, FORM)
    return _which(visit, problems) if problems else _how(visit, thing)


def save(visit: Visit) -> Response:
    """Save it for whoever decides, and show the code; nothing of the map changes before that."""
    thing, form = visit.form.one("thing"), visit.form
    if thing not in _things(visit) or form.one("field") not in wrong_fields(_layer(visit)):
        return how(visit)
    report, problems = _report(visit, thing)
    problems |= wrong_token(visit, FORM)
    if problems:
        return _how(visit, thing, problems)
    try:
        receipt = report_correction(
            visit.here.settings, visit.here.region_name, report=report, sending=sending_of(visit, FORM),
            sending_key=form.one("key"),
        )  # fmt: skip
    except SempreGeoError as problem:
        return _how(visit, thing, {"": str(problem)}, status_code=status_of(problem))
    return page(visit, "wrong_receipt", code=receipt.claim_code)


def _report(visit: Visit, thing: str) -> tuple[Report, dict[str, str]]:
    """What is reported, and a sentence for each field that is wrong."""
    form, problems = visit.form, {}
    if not form.one("source").strip():
        problems["source"] = _("Say which service or stop it is, and how you know.")
    report = Report(_layer(visit), thing, form.one("field"), _value(form), form.one("source"), form.one("text"))
    sourced = Report(report.layer, thing, report.field, report.value, report.source if not problems else "x")
    try:
        if report.field not in {"gone", NOT_RUNNING} and not report.value:
            raise InputError(_("Say how it is instead."))
        checked_report(sourced)
    except SempreGeoError as problem:
        problems["first" if report.field == NOT_RUNNING else "value"] = str(problem)
    return report, problems


def _value(form: Form) -> str:
    if form.one("field") == NOT_RUNNING:
        return period_text(form.one("first"), form.one("last"))
    return "" if form.one("field") == "gone" else form.one("value").strip()


def _chosen(visit: Visit, things: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The thing that was chosen, or found by its name."""
    form, sought = visit.form, visit.form.one("sought").strip().casefold()
    if form.one("thing") in things:
        return form.one("thing"), {}
    found = _found(things, sought)
    if len(found) == 1:
        return next(iter(found)), {}
    if found:
        return "", {"thing": _("Several places fit that name; choose one.")}
    field = "thing" if len(things) <= LONGEST_LIST else "sought"
    return "", {field: _("Nothing here has that name; try another spelling, a bigger place or the list.")
                if sought else _("Choose what it is about.")}  # fmt: skip


def _found(things: Mapping[str, str], sought: str) -> Mapping[str, str]:
    fitting = {key: name for key, name in things.items() if sought and sought in name.casefold()}
    return dict(list(fitting.items())[:_MOST_FOUND])


def _which(visit: Visit, problems: Problems | None = None) -> Response:
    things = _things(visit)
    given = {key: things[key] for key in visit.form.every("thing") if key in things}
    sought = visit.form.one("sought").strip().casefold()
    listed = things if len(things) <= LONGEST_LIST else {**given, **_found(things, sought)}
    kind = visit.asked["kind"]
    return page(
        visit, "wrong_which", form=_signed(visit), problems=problems or {}, things=listed, kind=kind,
        title=_kinds(visit)[kind], typed=len(things) > LONGEST_LIST, fields=wrong_fields(_layer(visit)),
        status_code=422 if problems else 200,
    )  # fmt: skip


def _how(visit: Visit, thing: str, problems: Problems | None = None, *, status_code: int = 422) -> Response:
    field = visit.form.one("field")
    return page(
        visit, "wrong_how", form=_signed(visit), problems=problems or {}, thing=thing, name=_things(visit)[thing],
        kind=visit.asked["kind"], field=field, label=wrong_fields(_layer(visit))[field], longest=LONGEST_VALUE,
        wheels={"yes": _("yes"), "limited": _("partly"), "no": _("no")},
        status_code=status_code if problems else 200,
    )  # fmt: skip


def _kinds(visit: Visit) -> Mapping[str, str]:
    return wrong_kinds(visit.here.settings, visit.here.region_name)


def _things(visit: Visit) -> Mapping[str, str]:
    if visit.asked["kind"] not in _kinds(visit):
        raise MissingDataError(_("There is nothing to read under this address; it may have been withdrawn."))
    return wrong_things(
        visit.here.settings, visit.here.region_name, kind=visit.asked["kind"], language=visit.language
    )  # fmt: skip


def _layer(visit: Visit) -> str:
    return layer_of(visit.asked["kind"])


def _signed(visit: Visit) -> Form:
    """What was filled in, with a token of this form and a key by which it is saved once."""
    fresh = {"token": (new_token(visit.here.settings, FORM),)} if wrong_token(visit, FORM) else {}
    if not visit.form.one("key"):
        fresh["key"] = (secrets.token_hex(16),)
    return Form({**visit.form.values, **fresh})
