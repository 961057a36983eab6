"""Explore: choose a service and a way of getting about, tap a place, read the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from datetime import datetime
from html import escape
from pathlib import Path

import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.explore.sentences import quotes, sentences
from sempre_geo.pipeline.explore.service_views import timetable_note
from sempre_geo.pipeline.explore.tables import place_table
from sempre_geo.pipeline.explore.views import answer, place_at, position
from sempre_geo.pipeline.explore.visit_views import BUS, STAYS_MIN, bus_sentences, offered_days, surface_of
from sempre_geo.publish.labels import mode_phrases
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import duration, in_sentence, spoken_date
from sempre_geo.ui import lists, session, ways, words
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import contribution_pins, place_marker, service_pins, surface
from sempre_geo.ui.legend import pin_legend, time_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.pictures import TIME, away
from sempre_geo.ui.session import PLACE, theme
from sempre_geo.ui.wrong_form import lead_to_form

CATEGORY, MODE, DAY, STAY, CHOICE, ASKING = "service", "by", "day", "stay", "place_choice", "asking"
_WORKDAYS = range(5)

here, region = installation(), installation().region
categories = words.category_choices(region)
places = words.settlement_choices(region)
days = {
    day.isoformat(): day
    for day in offered_days(here.settings, region.name, today=datetime.now(region.country.zone).date())
}
modes = words.modes(with_bus=bool(days))
session.read_link(region, {CATEGORY: categories, MODE: list(modes), DAY: list(days), STAY: [str(m) for m in STAYS_MIN]})


@dataclass(frozen=True)
class Question:
    """What the reader chose; the day and the stay count only by bus."""

    category: str
    mode: str
    day: Date | None
    stay_min: int

    @property
    def measure(self) -> str:
        """What the grid shows."""
        return away(self.day, self.stay_min) if self.day else TIME

    @property
    def service(self) -> str:
        """The category as a sentence names it."""
        return in_sentence(words.category(self.category))


def _choose_place() -> None:
    st.session_state[PLACE] = st.session_state[CHOICE]
    st.session_state["move_to"] = st.session_state[CHOICE]


def _click(lon: float, lat: float) -> None:
    place = place_at(here.settings, region.name, lon=lon, lat=lat)
    st.session_state[PLACE] = place
    st.session_state[CHOICE] = place if place in places else None


def _ask() -> Question:
    """The questions: all of them where it is wide, on a phone one line that opens."""
    page_title(_("How far is it from here?"))
    is_open = bool(st.session_state.get(ASKING))
    st.button(
        _in_one_line(), key="ask_line", on_click=_open_or_shut, width="stretch",
        icon=":material/expand_less:" if is_open else ":material/expand_more:",
    )  # fmt: skip
    with st.container(key="questions" if is_open else "questions_shut"):
        return _questions()


def _open_or_shut() -> None:
    st.session_state[ASKING] = not st.session_state.get(ASKING)


def _in_one_line() -> str:
    category = st.session_state.get(CATEGORY) or next(iter(categories), "")
    place = st.session_state.get(CHOICE) or st.session_state.get(PLACE)
    parts = [words.category(category), modes.get(st.session_state.get(MODE) or "car", ""), places.get(str(place), "")]
    return " · ".join(part for part in parts if part)


def _questions() -> Question:
    category = lists.selectbox(
        _("What do you need?"), categories, key=CATEGORY, format_func=words.category, persist_state="session"
    )
    mode = st.pills(
        _("How do you get there?"), list(modes), key=MODE, format_func=modes.__getitem__,
        default=None if MODE in st.session_state else "car", required=True, persist_state="session",
    )  # fmt: skip
    day, stay = _ask_day() if mode == BUS else (None, 0)
    if CHOICE not in st.session_state and st.session_state.get(PLACE) in places:
        st.session_state[CHOICE] = st.session_state[PLACE]
    lists.selectbox(
        _("Where do you live?"), list(places), index=None, key=CHOICE, format_func=places.__getitem__,
        on_change=_choose_place, placeholder=_("Type a place, or tap the map"),
    )  # fmt: skip
    return Question(str(category), str(mode), day, stay)


def _ask_day() -> tuple[Date, int]:
    """A day and a stay from lists: Streamlit's own date picker speaks English only."""
    with st.container(horizontal=True):
        workday = next((at for at, day in enumerate(days.values()) if day.weekday() in _WORKDAYS), 0)
        day = lists.selectbox(
            _("Day"), list(days), index=workday, key=DAY, format_func=lambda code: spoken_date(days[code])
        )
        stay = lists.selectbox(_("Stay"), [str(minutes) for minutes in STAYS_MIN], index=2, key=STAY,
                            format_func=lambda minutes: duration(int(minutes)), width=130)  # fmt: skip
    return days[str(day)], int(str(stay))


def _map(asked: Question) -> None:
    look = theme()
    time_legend(
        look, mode=asked.mode, title=_map_title(asked), no_way=_("not there and back in a day") if asked.day else ""
    )
    chosen, move_to = st.session_state.get(PLACE), st.session_state.get("move_to")
    groups = [
        surface(asked.category, asked.mode, asked.measure),
        service_pins(asked.category),
        contribution_pins(said),
        place_marker(chosen),
    ]
    show_map(
        region,
        [group for group in groups if group],
        key="explore",
        on_click=_click,
        center=position(region, move_to) if move_to else None,
    )
    pin_legend(
        look,
        [("service", words.category(asked.category)), ("need", _("need")), ("idea", _("idea")),
         ("need_waiting", _("awaiting review"))],
    )  # fmt: skip


def _map_title(asked: Question) -> str:
    if asked.day:
        return _("Time away from home, {day}").format(day=spoken_date(asked.day))
    return _("Time {by} to the nearest: {service}").format(by=mode_phrases()[asked.mode], service=asked.service)


def _answer(asked: Question) -> None:
    place = st.session_state.get(PLACE)
    if not place:
        st.html(f'<div class="answer empty"><p>{escape(_("Choose your place in the list or tap the map."))}</p></div>')
        return
    found = answer(
        here.settings,
        region.name,
        place_id=place,
        category=asked.category,
        language=current_language(),
        said=said,
        day=asked.day,
    )
    day = _by_bus(asked, place) if asked.day else ()
    first, *rest = sentences(found, service=asked.service, mode=asked.mode, by_bus=day)
    inside = f' <span class="in">{escape(found.municipality)}</span>' if found.municipality else ""
    voices = "".join(f"<blockquote>{inert(text)}</blockquote>" for text in quotes(found))
    st.html(
        f'<div class="answer" role="status"><h2>{inert(found.place or _("A place without a name"))}{inside}</h2>'
        f'<p class="first">{inert(first)}</p>' + "".join(f"<p>{inert(text)}</p>" for text in rest) + voices + "</div>"
    )
    if asked.day:
        st.toggle(_("The other days of the week, too"), key="whole_week")
        st.caption(timetable_note(here.settings, region.name, today=datetime.now(region.country.zone).date()))
    if st.button(
        _("Something missing here?"), key="tell_from_here", type="primary", icon=":material/add_location_alt:"
    ):
        st.session_state["tell_place"] = st.session_state.get(CHOICE)
        st.session_state["tell_category"] = asked.category
        st.switch_page(st.Page(Path(__file__).with_name("tell.py"), url_path="tell"))
    if st.button(_("Is something here wrong?"), key="wrong_from_here", icon=":material/report:"):
        way = found.nearest_by(asked.mode)
        lead_to_form(asked.category, way.service_id if way else None)


def _by_bus(asked: Question, place: str) -> Sequence[str]:
    return bus_sentences(
        here.settings, region.name, place_id=place, category=asked.category, day=asked.day or Date.min,
        stay_min=asked.stay_min, week=bool(st.session_state.get("whole_week")),
    )  # fmt: skip


def _same_as_table(asked: Question) -> None:
    table = st.expander(_("The same as a table"), key="explore_table", on_change="rerun", icon=":material/table:")
    if table.open:
        with table:
            shown = surface_of(
                here.settings, region.name, category=asked.category, mode=asked.mode, day=asked.day,
                stay_min=asked.stay_min,
            )  # fmt: skip
            frame = place_table(here.settings, region.name, surface=shown, language=current_language())
            st.dataframe(
                frame, hide_index=True, key="places_as_table", column_config=words.place_columns(), placeholder=""
            )


said = public_contributions(here.settings, region.name)
ways.ways_in()
with st.container(key="split"):
    with st.container(key="ask"):
        question = _ask()
    with st.container(key="map_side"), st.spinner(_("Working out the day by bus ..."), show_time=False):
        _map(question)
    with st.container(key="answer"):
        try:
            _answer(question)
        except SempreGeoError as problem:
            st.info(str(problem))
_same_as_table(question)
view = {CATEGORY: question.category, MODE: question.mode, "place": st.session_state.get(PLACE)}
if question.day:
    view |= {DAY: question.day.isoformat(), STAY: str(question.stay_min)}
session.write_link(view)
