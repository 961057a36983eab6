"""Explore: choose a service and a way of getting about, tap a place, read the answer."""

from __future__ import annotations

from html import escape

import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore import answer, place_at
from sempre_geo.pipeline.explore_sentences import mode_phrases, quotes, sentences
from sempre_geo.pipeline.explore_table import place_table
from sempre_geo.ui import session, words
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import contribution_pins, place_marker, service_pins, surface
from sempre_geo.ui.legend import pin_legend, time_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.session import PLACE, theme

CATEGORY, MODE, CHOICE = "service", "by", "place_choice"

here, region = installation(), installation().region
categories = words.category_choices(region)
places = words.settlement_choices(region)
session.read_link(region, {CATEGORY: categories, MODE: list(words.modes())})


def _choose_place() -> None:
    st.session_state[PLACE] = st.session_state[CHOICE]
    st.session_state["move_to"] = st.session_state[CHOICE]


def _click(lon: float, lat: float) -> None:
    place = place_at(here.settings, region.name, lon=lon, lat=lat)
    st.session_state[PLACE] = place
    st.session_state[CHOICE] = place if place in places else None


def _ask() -> tuple[str, str]:
    page_title(_("How far is it from here?"))
    category = st.selectbox(
        _("What do you need?"), categories, key=CATEGORY, format_func=words.category, persist_state="session"
    )
    mode = st.pills(
        _("How do you get there?"), list(words.modes()), key=MODE, format_func=lambda name: words.modes()[name],
        default=None if MODE in st.session_state else "car", required=True, persist_state="session",
    )  # fmt: skip
    if CHOICE not in st.session_state and st.session_state.get(PLACE) in places:
        st.session_state[CHOICE] = st.session_state[PLACE]
    st.selectbox(
        _("Where do you live?"), list(places), index=None, key=CHOICE, format_func=places.__getitem__,
        on_change=_choose_place, placeholder=_("Type a place, or tap the map"),
    )  # fmt: skip
    return str(category), str(mode)


def _map(category: str, mode: str) -> None:
    look = theme()
    title = _("Time {by} to the nearest: {service}").format(
        by=mode_phrases()[mode], service=words.category(category).lower()
    )
    time_legend(look, mode=mode, title=title)
    chosen = st.session_state.get(PLACE)
    move_to = st.session_state.get("move_to")
    groups = [surface(category, mode), service_pins(category), contribution_pins(), place_marker(chosen)]
    show_map(
        region,
        [group for group in groups if group],
        key="explore",
        on_click=_click,
        center=session.position(region, move_to) if move_to else None,
    )
    pin_legend(
        look,
        [("service", words.category(category)), ("need", _("need")), ("idea", _("idea")),
         ("need_waiting", _("awaiting review"))],
    )  # fmt: skip


def _answer(category: str, mode: str) -> None:
    place = st.session_state.get(PLACE)
    if not place:
        st.html(f'<div class="answer empty"><p>{escape(_("Choose your place in the list or tap the map."))}</p></div>')
        return
    found = answer(here.settings, region.name, place_id=place, category=category, language=current_language())
    first, *rest = sentences(found, service=words.category(category).lower(), mode=mode)
    inside = f' <span class="in">{escape(found.municipality)}</span>' if found.municipality else ""
    said = "".join(f"<blockquote>{escape(text)}</blockquote>" for text in quotes(found))
    st.html(
        f'<div class="answer" role="status"><h2>{escape(found.place or _("A place without a name"))}{inside}</h2>'
        f'<p class="first">{escape(first)}</p>' + "".join(f"<p>{escape(text)}</p>" for text in rest) + said + "</div>"
    )
    if st.button(
        _("Something missing here?"), key="tell_from_here", type="primary", icon=":material/add_location_alt:"
    ):
        st.session_state["tell_place"] = place
        st.session_state["tell_category"] = category
        st.switch_page(st.Page("tell.py", url_path="tell"))


def _same_as_table(category: str, mode: str) -> None:
    table = st.expander(_("The same as a table"), key="explore_table", on_change="rerun", icon=":material/table:")
    if table.open:
        with table:
            frame = place_table(here.settings, region.name, category=category, mode=mode, language=current_language())
            st.dataframe(frame, hide_index=True, key="places_as_table", column_config=words.place_columns())


with st.container(key="split"):
    with st.container(key="ask"):
        chosen_category, chosen_mode = _ask()
    with st.container(key="map_side"):
        _map(chosen_category, chosen_mode)
    with st.container(key="answer"):
        try:
            _answer(chosen_category, chosen_mode)
        except SempreGeoError as problem:
            st.info(str(problem))
_same_as_table(chosen_category, chosen_mode)
session.write_link({CATEGORY: chosen_category, MODE: chosen_mode, "place": st.session_state.get(PLACE)})
