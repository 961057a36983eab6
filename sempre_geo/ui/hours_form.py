"""The hours of a service as its own people write them: day by day or freely, read back in words, tried before saved."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from datetime import timedelta
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.community.corrections import Report, checked_report
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.own_service import ServiceFacts, helpful_changes, hours_in_words, tried_sentences
from sempre_geo.pipeline.travel.service_reach import HoursTried, ServiceWeek, try_hours
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import calendar_date, number, rounded, weekday
from sempre_geo.travel.weekly_hours import DAYS, Week, changed_week, hours_of_week, spans_of, spans_text, week_of_hours
from sempre_geo.ui.installation import installation

_KIND, _FREE, _HOLIDAYS, _OF = "hours_kind", "hours_free", "hours_holidays", "hours_of"
_BY_DAY, _FREELY = "by_day", "freely"
_MONDAY = Date(2026, 11, 2)


def hours_fields(shown: ServiceFacts) -> str | None:
    """The fields, filled with what holds today; the hours as they stand there now, None while they cannot be read."""
    _fill(shown)
    kinds = {_BY_DAY: _("Day by day"), _FREELY: _("In OpenStreetMap's way of writing")}
    kind = st.pills(
        _("How do you want to write the hours?"), list(kinds), key=_KIND, format_func=kinds.__getitem__, required=True
    )
    try:
        return _freely() if kind == _FREELY else _by_day()
    except SempreGeoError as problem:
        st.warning(str(problem), icon=":material/info:")
        return None


def what_they_mean(shown: ServiceFacts, hours: str, *, day: Date | None, stay_min: int) -> None:
    """The week in words, and by bus who could come on each day, before anything is saved."""
    here = installation()
    means = hours_in_words(hours, here.region, settings=here.settings, day=day or _MONDAY)
    tried = None
    if day is not None:
        with st.spinner(_("Working out the week by bus ..."), show_time=False):
            asked = ServiceWeek(shown.service_id, day, stay_min)
            tried = try_hours(here.settings, here.region_name, asked=asked, opening_hours=hours)
    if tried is not None and hours != shown.known.get("opening_hours", ""):
        told = "".join(f"<p class='said'>{escape(text)}</p>" for text in tried_sentences(tried))
        st.html(f'<div class="answer" role="status">{told}</div>')
    st.html(_table(means, tried))


def changes_that_help(shown: ServiceFacts, hours: str, *, day: Date, stay_min: int) -> None:
    """Single changes that would let most others come; each goes into the fields, beside what is typed, with one press.

    They are told of the hours that hold: a day that is typed anew has its answer above, and none is proposed for it.
    """
    here, typed = installation(), _typed_anew(shown, hours)
    found = helpful_changes(
        here.settings, here.region_name, service_id=shown.service_id, day=day, stay_min=stay_min, not_on=typed
    )
    if not found:
        return
    st.html(f"<h2>{escape(_('What would let most others come'))}</h2>")
    for place, (told, change) in enumerate(found):
        with st.container(key=f"change_{place}", horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="said">{escape(told)}</p>')
            if week_of_hours(hours):
                st.button(_("Try it"), key=f"try_{place}", on_click=_take, args=(hours, change))


def is_never_open(hours: str) -> bool:
    """Whether these hours leave no day of the week on which anybody could come."""
    found = week_of_hours(hours)
    return found is not None and not any(found[0])


def _typed_anew(shown: ServiceFacts, hours: str) -> frozenset[int]:
    """The days, Monday 0, of which other hours are typed than hold; all of them where they cannot be told apart."""
    before = shown.known.get("opening_hours", "")
    if hours == before:
        return frozenset()
    held, typed = week_of_hours(before), week_of_hours(hours)
    days = range(len(DAYS))
    return frozenset(day for day in days if held is None or typed is None or held[0][day] != typed[0][day])


def _fill(shown: ServiceFacts) -> None:
    """Put today's hours into the fields, once for each service and each time other hours hold."""
    text = shown.known.get("opening_hours", "")
    if st.session_state.get(_OF) == (shown.service_id, text):
        return
    st.session_state[_OF] = (shown.service_id, text)
    st.session_state[_FREE] = text
    found = week_of_hours(text) if text else (((),) * len(DAYS), False)
    st.session_state[_KIND] = _BY_DAY if found else _FREELY
    _write(*(found or (((),) * len(DAYS), False)))


def _write(week: Week, closed_on_holidays: bool) -> None:  # noqa: FBT001 - the two halves of one answer
    for name, spans in zip(DAYS, week, strict=True):
        st.session_state[f"hours_{name}"] = spans_text(spans, between=", ")
    st.session_state[_HOLIDAYS] = closed_on_holidays


def _take(hours: str, change: pd.Series) -> None:
    """The hours that are typed with one change, in the fields."""
    found = week_of_hours(hours)
    if found is None:
        return
    week, closed = found
    st.session_state[_KIND] = _BY_DAY
    minutes = {name: int(change[name]) for name in ("opens_min", "closes_min")}
    _write(changed_week(week, weekday=int(change["weekday"]), kind=str(change["kind"]), **minutes), closed)


def _by_day() -> str:
    names = [weekday(_MONDAY + timedelta(days=number)) for number in range(len(DAYS))]
    with st.container(key="hours_by_day", horizontal=True):
        for name, day in zip(DAYS, names, strict=True):
            st.text_input(day, key=f"hours_{name}", placeholder=_("closed"), width=190, autocomplete="off")
    st.checkbox(_("Closed on public holidays"), key=_HOLIDAYS)
    week = tuple(
        spans_of(str(st.session_state[f"hours_{name}"]), day=day) for name, day in zip(DAYS, names, strict=True)
    )
    return hours_of_week(week, closed_on_holidays=bool(st.session_state[_HOLIDAYS]))


def _freely() -> str:
    text = st.text_input(
        _("Opening hours"), key=_FREE, autocomplete="off",
        help=_("For instance: Mo-Fr 09:00-17:00; Jul-Aug Mo-Fr 10:00-14:00; PH off"),
    )  # fmt: skip
    return checked_report(Report("services", "x", "opening_hours", str(text).strip(), "x")).value


def _table(means: list[tuple[Date, str]], tried: HoursTried | None) -> str:
    numbers: dict[Date, tuple[float, float]] = {}
    if tried is not None:
        counted = tried.days[["can_now", "can_then"]].to_numpy(dtype=float).tolist()
        numbers = {moment.date(): (now, then) for moment, (now, then) in zip(tried.days["date"], counted, strict=True)}
    heads = [_("Day"), _("Open")]
    heads += [_("Can come today"), _("With these hours")] if numbers else []
    kinds = ("", "", "number", "number")
    head = "".join(
        f'<th scope="col" class="{kind}">{escape(text)}</th>' for kind, text in zip(kinds, heads, strict=False)
    )
    rows = ""
    for day, told in means:
        counts = "".join(f'<td class="number">{number(rounded(count))}</td>' for count in numbers.get(day, ()))
        rows += f'<tr><th scope="row">{escape(weekday(day))}</th><td>{inert(told)}</td>{counts}</tr>'
    caption = escape(_("What these hours mean"))
    if numbers:
        first, last = (calendar_date(means[place][0]) for place in (0, -1))
        caption = f"{caption}: {escape(_('by bus'))}, {escape(first)} - {escape(last)}"
    return f'<table class="bars week"><caption>{caption}</caption><thead><tr>{head}</tr></thead>{rows}</table>'
