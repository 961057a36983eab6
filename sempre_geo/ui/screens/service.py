"""A service's own page: who can come by bus and be home the same day, on which days, and what would let more come."""

from __future__ import annotations

from datetime import datetime
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.own_service import ServiceFacts, service_facts
from sempre_geo.pipeline.explore.service_views import ServicePage, service_names, service_page, week_sentences
from sempre_geo.pipeline.explore.visit_views import STAYS_MIN, usual_day
from sempre_geo.pipeline.travel.visit_sentences import on_weekday
from sempre_geo.publish.hours_speech import told_hours
from sempre_geo.publish.labels import LANGUAGE_NAMES, groups
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import duration, people, spoken_date
from sempre_geo.ui import lists, session, words
from sempre_geo.ui.bars import bars
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.wrong_form import something_wrong

CATEGORY, SERVICE, STAY = "service", "at", "stay"

here, region = installation(), installation().region
categories = words.category_choices(region)
session.read_link(region, {CATEGORY: list(categories), STAY: [str(minutes) for minutes in STAYS_MIN]})


def _ask() -> tuple[str | None, int]:
    category = lists.selectbox(
        _("What kind of service?"), categories, key=CATEGORY, format_func=words.category, persist_state="session"
    )
    names = service_names(here.settings, region.name, category=str(category), language=current_language())
    # A key for each category: under one key the browser would keep showing the service of the category before.
    key, linked = f"{SERVICE}_{category}", st.query_params.get(SERVICE)
    if key not in st.session_state and linked in names:
        st.session_state[key] = linked
    chosen = lists.selectbox(_("Which one?"), list(names), key=key, format_func=names.__getitem__)
    stay = lists.selectbox(
        _("How long does a visit take?"), [str(minutes) for minutes in STAYS_MIN], index=2, key=STAY,
        format_func=lambda minutes: duration(int(minutes)),
    )  # fmt: skip
    session.write_link({CATEGORY: str(category), SERVICE: chosen, STAY: str(stay)})
    return chosen, int(str(stay))


def _facts(found: ServicePage, service_id: str) -> None:
    hours = told_hours(found.opening_hours) or _("not known")
    place = f' <span class="in">{inert(found.place)}</span>' if found.place else ""
    told = _("Opening hours: {hours}. With a wheelchair: {wheels}.").format(
        hours=hours, wheels=words.wheelchair(found.wheelchair)
    )
    facts = service_facts(here.settings, region.name, service_id=service_id, language=current_language())
    name = inert(found.name or words.category(found.category))
    st.html(f'<div class="answer"><h2>{name}{place}</h2><p class="said">{inert(told)}{_more(facts)}</p></div>')


def _more(facts: ServiceFacts) -> str:
    """What else is known of it, and where it comes from once its own people or a coordinator mended something."""
    spoken = ", ".join(LANGUAGE_NAMES.get(code, code) for code in facts.known.get("languages", "").split(";"))
    labels = {
        _("Places"): facts.known.get("capacity", ""), _("Staff"): facts.known.get("staff", ""),
        _("Languages"): spoken, _("Telephone"): facts.known.get("phone", ""),
        _("Web page"): facts.known.get("website", ""),
    }  # fmt: skip
    lines = [f"{label}: {value}" for label, value in labels.items() if value]
    if facts.corrected and facts.source:
        lines.append(_("Where this comes from: {source}").format(source=facts.source))
    return "".join(f"<br>{inert(line)}" for line in lines)


def _week(found: ServicePage) -> None:
    weekdays = {day.weekday(): on_weekday(day) for day in found.week["date"]}
    told = [*week_sentences(found, weekday=weekdays), found.change]
    st.html('<div class="answer">' + "".join(f'<p class="said">{escape(text)}</p>' for text in told if text) + "</div>")
    can = found.week["can_come"] + found.week["if_open"]
    bars(
        [spoken_date(day) for day in found.week["date"]],
        (can / found.week["everybody"]).tolist(),
        numbers=[people(count) for count in can],
        caption=_("People who can come by bus and be home the same day"),
        colour=session.theme().service,
    )


def _groups(found: ServicePage) -> None:
    names = groups()
    table = found.by_group.round().rename(index=names)
    headings = dict(zip(table.columns, [_("People"), *(spoken_date(day) for day in found.week["date"])], strict=True))
    shown = table.rename(columns=headings).rename_axis(_("Group")).reset_index()
    with st.expander(_("By group and day, in people"), icon=":material/groups:", expanded=True):
        st.dataframe(pd.DataFrame(shown), hide_index=True, key="groups_by_day")


page_title(
    _("Who can come?"),
    _("For everybody who offers a service: who can come by bus and be home the same day, and what would let more."),
)
day = usual_day(here.settings, region.name, today=datetime.now(region.country.zone).date())
with st.container(key="reading"):
    service_id, stay_min = _ask()
    if day is None:
        st.info(_("This region was built without a timetable, so that the way by bus is not known."))
    elif service_id:
        try:
            with st.spinner(_("Working out the week by bus ..."), show_time=False):
                page = service_page(
                    here.settings, region.name, service_id=service_id, day=day, stay_min=stay_min,
                    language=current_language(),
                )  # fmt: skip
            _facts(page, service_id)
            _week(page)
            _groups(page)
        except SempreGeoError as problem:
            st.info(str(problem))
    something_wrong(str(st.session_state[CATEGORY]), service_id)
