"""Outreach: where to go and listen, a tour there by road and opening hours, and afterwards who was reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from html import escape
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from sempre_geo.community.tours import MOST_STOPS
from sempre_geo.errors import NotAllowedError, SempreGeoError
from sempre_geo.i18n import current_language, ngettext
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.outreach import Search, outreach_places
from sempre_geo.pipeline.community.outreach_days import HeldDay, held_days, record_day
from sempre_geo.pipeline.community.settlement_gaps import usual_limit
from sempre_geo.pipeline.community.tours import (
    KINDS,
    Wish,
    day_for_tour,
    listed_tours,
    plan_outreach_tour,
    tour_content,
)
from sempre_geo.pipeline.gaps.answers import EVERYBODY
from sempre_geo.publish.hours_speech import told_hours
from sempre_geo.publish.maps import inert, pin_group, to_features
from sempre_geo.publish.speech import calendar_date, duration, number, people, rounded, spoken_date
from sempre_geo.publish.tour_document import clock, plan_notes, visit_sentences
from sempre_geo.ui import gap_question, hall_choice, lists, session, words
from sempre_geo.ui.charts import private_table
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.legend import pin_legend
from sempre_geo.ui.login import login_address
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.outreach_routes import PATH
from sempre_geo.ui.session import theme

OPEN, _TROUBLE, _DONE = "tour_id", "outreach_trouble", "outreach_done"
_DAYS_AHEAD, _FIRST_CHOSEN = 28, 3
here, region = installation(), installation().region
token = session.login_token()


def _ask() -> Search:
    page_title(_("Outreach"), _("Where to go and listen next, and how."))
    asked = gap_question.ask(lambda category: usual_limit(here.settings, region.name, category=category))
    return Search(asked.category, asked.standard, asked.group, halls=hall_choice.chosen())


def _tell(plan: pd.DataFrame, group: str) -> None:
    """The places in order, each with its hall and what to think of."""
    if plan.empty:
        st.html(f'<div class="empty"><p>{escape(_("Every place has said as much as was to be expected."))}</p></div>')
        return
    lines = "".join(
        f"<li>{''.join(f'<p>{part}</p>' for part in _place(row, group))}</li>" for _id, row in plan.iterrows()
    )
    st.html(f'<div class="answer" role="status"><h2>{escape(_("Places to visit"))}</h2><ol>{lines}</ol></div>')


def _place(row: pd.Series, group: str) -> list[str]:
    """What to know of a place; of whom the numbers are stands before them, as they are not of everybody there."""
    whose = "" if group == EVERYBODY else f" ({words.groups()[group]})"
    heard = _("{people} live here; {n} voices, where {expected} were to be expected.").format(
        people=people(row["people"]), n=number(row["received"]), expected=_voices(row["expected"])
    )
    hall = hall_choice.title(row["hall"], row["hall_category"]) if row["hall"] else ""
    facts = {
        "people": row["everybody"], "children": _known(row["children"]), "hall": row["hall"],
        "from_elsewhere": _known(row["from_elsewhere"]), "wheelchair": row["wheelchair"], "of": None,
    }  # fmt: skip
    knows = (
        _("Knows the place: {who}").format(who=row["known_by"])
        if row["known_by"]
        else _("No network knows this place yet.")
    )
    told = [hall, *plan_notes(facts), knows]
    return [
        f"<strong>{inert(row['name'])}</strong>{escape(whose)}: {escape(heard)}",
        *[inert(part) for part in told if part],
    ]


def _voices(expected: float) -> str:
    whole = rounded(expected)
    return number(whole) if whole else _("fewer than 1")


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _draw(plan: pd.DataFrame) -> None:
    groups = []
    if len(plan):
        points = gpd.points_from_xy(plan["hall_lon"], plan["hall_lat"])
        places = gpd.GeoDataFrame(plan[["name", "hall"]], geometry=points, crs="EPSG:4326")
        labels = [f"{name}: {hall}" if hall else name for name, hall in zip(plan["name"], plan["hall"], strict=True)]
        groups.append(pin_group(to_features(places, pins=["proposal"] * len(places), labels=labels), theme()))
    pin_legend(theme(), [("proposal", _("Places to visit"))])
    show_map(region, groups, key="outreach")


def _table(plan: pd.DataFrame) -> None:
    columns = {
        "name": _("Settlement"), "people": _("People"), "beyond": _("Beyond the limit"), "received": _("Voices"),
        "expected": _("Voices to be expected"), "hall": _("Hall"), "wheelchair": _("Wheelchair"),
        "opening_hours": _("Opening hours"), "known_by": _("Who knows the place"),
    }  # fmt: skip
    shown = plan.round({"expected": 1}).assign(
        wheelchair=plan["wheelchair"].map(words.wheelchair), opening_hours=plan["opening_hours"].map(told_hours)
    )
    private_table(shown, columns=columns, key="outreach_table")


def _days_ahead() -> list[date]:
    today = datetime.now(region.country.zone).date()
    return [today + timedelta(days=ahead) for ahead in range(1, _DAYS_AHEAD + 1)]


def _plan_form(plan: pd.DataFrame, search: Search) -> None:
    """What the tour is to be like."""
    st.subheader(_("Plan a tour"))
    names, homes, days = plan["name"].to_dict(), dict(words.settlement_choices(region)), _days_ahead()
    first = [str(one) for one in names][:_FIRST_CHOSEN]
    good = day_for_tour(here.settings, region.name, halls=plan["hall_id"][first].tolist(), days=days)
    hours = list(range(6 * 60, 22 * 60 + 1, 30))
    with st.form("tour_form"):
        lists.multiselect(_("Places"), list(names), first, key="tour_places",
                       format_func=names.__getitem__, max_selections=MOST_STOPS)  # fmt: skip
        lists.selectbox(_("Start and end"), list(homes), key="tour_start", format_func=homes.__getitem__)
        lists.multiselect(_("Days"), days, [good], key="tour_days", format_func=spoken_date)  # fmt: skip
        st.select_slider(_("Between"), hours, (8 * 60, 18 * 60), key="tour_hours", format_func=clock)
        st.select_slider(_("Time at each place"), (60, 90, 120, 180, 240), 120, key="tour_stay", format_func=duration)
        st.text_area(_("Notes: child care, interpreter, rides"), key="tour_notes", max_chars=2000, height=80)
        st.form_submit_button(_("Plan the tour"), key="tour_plan", type="primary", on_click=_plan, args=(search,))


def _plan(search: Search) -> None:
    def planning() -> None:
        asked = st.session_state
        earliest, latest = asked["tour_hours"]
        wish = Wish(
            tuple(asked["tour_places"]), str(asked["tour_start"]), tuple(asked["tour_days"]), int(earliest),
            int(latest), int(asked["tour_stay"]), str(asked["tour_notes"]),
        )  # fmt: skip
        asked[OPEN] = plan_outreach_tour(here.settings, region.name, wish=wish, search=search, by=token)

    _try(planning)


def _tours() -> None:
    """The tours that were planned, one of them open, with its files."""
    listed = listed_tours(here.settings, region.name, by=token).set_index("id")
    chosen = st.session_state.get(OPEN)
    if listed.empty:
        return
    labels = {
        str(tour): f"{spoken_date(date.fromisoformat(row['first_day']))}: {row['names']}"
        for tour, row in listed.iterrows()
    }
    if chosen not in labels:
        st.session_state[OPEN] = next(iter(labels))
    tour = str(lists.selectbox(_("Planned tours"), list(labels), key=OPEN, format_func=labels.__getitem__))
    content = tour_content(here.settings, tour, by=token)
    days = "".join(_day(day) for day in content["days"])
    left = (
        _("No day has room for: {names}.").format(names=", ".join(content["left_out"])) if content["left_out"] else ""
    )
    st.html(f'<div class="answer" data-tour="{escape(tour)}">{days}<p class="said">{inert(left)}</p></div>')
    titles = {"pdf": _("The plan to print (PDF)"), "html": _("The plan as a page"), "ics": _("Calendar file")}
    links = " · ".join(
        f'<a href="{PATH}?tour={escape(tour)}&kind={kind}&lang={current_language()}" download>'
        f"{escape(titles[kind])}</a>"
        for kind in KINDS
    )
    st.html(f'<p class="files">{links}</p>')


def _day(day: Mapping[str, Any]) -> str:
    visits = "".join(
        f"<li><strong>{clock(visit['begin'])}-{clock(visit['end'])} {inert(visit['name'])}</strong>"
        f"{', ' + inert(visit['hall']) if visit['hall'] else ''}<br>"
        + "<br>".join(inert(sentence) for sentence in visit_sentences(visit)) + "</li>"
        for visit in day["visits"]
    )  # fmt: skip
    ends = _("Set out at {leave}, back at {back}.").format(leave=clock(day["leave"]), back=clock(day["back"]))
    head = escape(spoken_date(date.fromisoformat(day["on"])))
    return f"<h2>{head}</h2><p class='said'>{escape(ends)}</p><ol>{visits}</ol>"


def _held(group: str) -> None:
    """Noting a day that was held, and what was heard before and after each."""
    st.subheader(_("Afterwards"))
    held = held_days(here.settings, region.name, by=token, language=current_language())
    for _number, row in held.head(10).iterrows():
        came = ngettext("{n} person came", "{n} people came", int(row["came"])).format(n=number(row["came"]))
        heard = _("In the 90 days before {before} people from there had told us something, in those after {after}.")
        day = calendar_date(date.fromisoformat(row["held_on"]))
        told = f"{day}, {row['place_name']}: {came}. " + heard.format(
            before=number(row["before"]), after=number(row["after"])
        )
        st.html(f'<p class="said">{inert(told)} {inert(row["note"])}</p>')
    homes, today = dict(words.settlement_choices(region)), datetime.now(region.country.zone).date()
    with st.expander(_("Note a day that was held"), icon=":material/edit_note:"), st.form("held_form"):
        days = [today - timedelta(days=ago) for ago in range(_DAYS_AHEAD)]
        lists.selectbox(_("Day"), days, key="held_day", format_func=spoken_date)
        lists.selectbox(_("Place"), list(homes), key="held_place", format_func=homes.__getitem__)
        st.number_input(_("How many came?"), min_value=0, max_value=10_000, value=0, key="held_came")
        st.text_input(_("Hall"), key="held_hall", max_chars=120)
        st.text_area(_("What should others know?"), key="held_note", max_chars=2000, height=80)
        st.form_submit_button(_("Note the day"), key="held_save", on_click=_note, args=(group,))


def _note(group: str) -> None:
    def noting() -> None:
        asked = st.session_state
        day = HeldDay(
            asked["held_day"], str(asked["held_place"]), int(asked["held_came"]), str(asked["held_hall"]), group,
            str(asked["held_note"]),
        )  # fmt: skip
        record_day(here.settings, region.name, day=day, by=token)
        asked[_DONE] = _("The day is noted.")

    _try(noting)


def _try(doing: Callable[[], None]) -> None:
    try:
        doing()
    except SempreGeoError as problem:
        st.session_state[_TROUBLE] = str(problem)


def _said() -> None:
    if trouble := st.session_state.pop(_TROUBLE, ""):
        st.error(trouble)
    if done := st.session_state.pop(_DONE, ""):
        st.success(done)


def _page() -> None:
    try:
        listed_tours(here.settings, region.name, by=token)
    except NotAllowedError as refusal:
        page_title(_("Outreach"))
        link = f'<a href="{escape(login_address("outreach"))}" target="_self">{escape(_("Log in"))}</a>'
        st.html(f'<div class="empty"><p>{escape(str(refusal))} {link}</p></div>')
        return
    with st.container(key="split"):
        with st.container(key="ask"), st.container(key="labelled"):
            search = _ask()
            _said()
        plan = outreach_places(here.settings, region.name, by=token, search=search, language=current_language())
        with st.container(key="map_side"):
            _draw(plan)
        with st.container(key="answer"):
            _tell(plan, search.group)
    _table(plan)
    if len(plan):
        hall_choice.show(plan, days=_days_ahead())
        _plan_form(plan, search)
    _tours()
    _held(search.group)


_page()
