"""Is something here wrong? Anybody says what of a service, a stop or a line, and gets a code; others decide."""

from __future__ import annotations

import secrets
import time
from html import escape
from pathlib import Path

import streamlit as st

from sempre_geo.community.corrections import LONGEST_VALUE, Report, period_text
from sempre_geo.community.moderation import Sending
from sempre_geo.errors import InputError, SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.corrections import report_correction
from sempre_geo.pipeline.explore.own_service import service_facts
from sempre_geo.pipeline.explore.wrong_things import (
    GONE,
    HOURS,
    LINES,
    NOT_RUNNING,
    STOPS,
    WHEELCHAIR,
    layer_of,
    wrong_fields,
    wrong_kinds,
    wrong_things,
)
from sempre_geo.publish.maps import inert
from sempre_geo.ui import hours_form, lists
from sempre_geo.ui.installation import installation

_KIND, _FIELD, _RECEIPT, _TROUBLE, _KEY, _BEGUN, _OPEN = (
    f"wrong_{name}" for name in ("kind", "field", "receipt", "trouble", "key", "begun", "open")
)
_CATEGORY = "service"
_WRITTEN = ("source", "text", "value", "first", "last")


def something_wrong(category: str, service_id: str | None) -> None:
    """The form for the service shown, and for stops and lines; nothing is changed before somebody decides."""
    with st.expander(
        _("Is something here wrong?"), icon=":material/report:", key=_OPEN, on_change="rerun",
        expanded=_RECEIPT in st.session_state,
    ) as form:  # fmt: skip
        if _RECEIPT in st.session_state:
            _receipt(str(st.session_state[_RECEIPT]))
        elif form.open or _TROUBLE in st.session_state:
            _form(category, service_id)


def lead_to_form(category: str, service_id: str | None) -> None:
    """Lead to the page of a service with the form open; without one, to those of its category."""
    st.session_state[_OPEN] = True
    if st.session_state.get(_CATEGORY) != category:
        st.session_state[_CATEGORY] = category  # goes before what the link says
    st.switch_page(
        st.Page(Path(__file__).with_name("screens") / "service.py", url_path="service"),
        query_params={_CATEGORY: category, **({"at": service_id} if service_id else {})},
    )


def _form(category: str, service_id: str | None) -> None:
    here, state = installation(), st.session_state
    state.setdefault(_BEGUN, time.monotonic())
    state.setdefault(_KEY, secrets.token_hex(16))
    kinds = wrong_kinds(here.settings, here.region_name)
    offered = [category, *(kind for kind in (STOPS, LINES) if kind in kinds)]
    kind = category
    if len(offered) > 1:
        kind = str(lists.selectbox(_("What is it about?"), offered, key=_KIND, format_func=kinds.__getitem__))
    thing = service_id if kind == category else _thing(kind)
    fields = wrong_fields(layer_of(kind))
    field = str(
        lists.selectbox(_("What is wrong?"), list(fields), key=f"{_FIELD}_{kind}", format_func=fields.__getitem__)
    )
    value = _value(field, thing)
    st.text_input(
        _("How do you know?"), key="wrong_source", max_chars=LONGEST_VALUE, autocomplete="off",
        help=_("For instance: a notice on the door, 3 November. Once it is used, everybody can read this: "
               "leave out names."),
    )  # fmt: skip
    st.text_area(_("In your own words, in any language"), key="wrong_text", max_chars=LONGEST_VALUE, height=80)
    if _TROUBLE in state:
        st.warning(inert(state.pop(_TROUBLE)), icon=":material/info:")
    st.button(
        _("Save it"), key="wrong_save", type="primary", icon=":material/check:", on_click=_save,
        args=(layer_of(kind), thing or "", field, value),
    )  # fmt: skip


def _thing(kind: str) -> str | None:
    here = installation()
    names = wrong_things(here.settings, here.region_name, kind=kind, language=current_language())
    return lists.selectbox(_("Which one?"), list(names), key=f"wrong_thing_{kind}", format_func=names.__getitem__)


def _value(field: str, thing: str | None) -> str | None:
    """How it is instead, as far as it can be said now; None if the fields read it when it is saved."""
    if field == HOURS and thing:
        return _hours(thing)
    st.session_state.pop("hours_of", None)  # hours that are shown again are those that hold
    if field == WHEELCHAIR:
        wheels = {"yes": _("yes"), "limited": _("partly"), "no": _("no")}
        return lists.selectbox(
            _("What is right instead?"), list(wheels), key="wrong_wheels", format_func=wheels.__getitem__
        )  # fmt: skip
    if field == NOT_RUNNING:
        st.text_input(_("First day without it, if it is not for good"), key="wrong_first", placeholder="2027-03-01")
        st.text_input(_("Last day without it"), key="wrong_last", placeholder="2027-03-31")
    elif field != GONE:
        st.text_input(_("What is right instead?"), key="wrong_value", max_chars=LONGEST_VALUE, autocomplete="off")
    return None


def _hours(service_id: str) -> str:
    here = installation()
    facts = service_facts(here.settings, here.region_name, service_id=service_id, language=current_language())
    hours = hours_form.hours_fields(facts)
    if hours:
        hours_form.what_they_mean(facts, hours, day=None, stay_min=0)
    return hours or ""


def _save(layer: str, thing: str, field: str, value: str | None) -> None:
    here, state = installation(), st.session_state
    written = {name: str(state.get(f"wrong_{name}") or "") for name in _WRITTEN}
    if value is None:
        value = period_text(written["first"], written["last"]) if field == NOT_RUNNING else written["value"].strip()
    try:
        if field not in {GONE, NOT_RUNNING} and not value:
            raise InputError(_("Say how it is instead."))
        report = Report(layer, thing, field, "" if field == GONE else value, written["source"], written["text"])
        state[_RECEIPT] = report_correction(
            here.settings, here.region_name, report=report, sending_key=str(state[_KEY]),
            sending=Sending(
                address=str(st.context.ip_address or ""), seconds_on_form=time.monotonic() - state[_BEGUN]
            ),
        ).claim_code  # fmt: skip
    except SempreGeoError as problem:
        state[_TROUBLE] = str(problem)


def _receipt(code: str) -> None:
    told = (
        _("Write it down: it is shown only now, and nobody can tell it to you again."),
        _("A coordinator or the service's own people decide; the code shows what they decided and why."),
    )
    st.html(
        f'<div class="answer receipt" role="status"><h2>{escape(_("Your report is saved. Your code:"))}</h2>'
        f'<p><span class="code" data-code>{escape(code)}</span></p>'
        + "".join(f"<p>{escape(text)}</p>" for text in told)
        + f'<p><a href="/light/{current_language()}/code" target="_blank">{escape(_("My code"))}</a></p></div>'
    )
    st.button(_("I have written it down"), key="wrong_noted", on_click=_noted)


def _noted() -> None:
    for name in (_RECEIPT, _KEY, _BEGUN, *(f"wrong_{field}" for field in _WRITTEN)):
        st.session_state.pop(name, None)
