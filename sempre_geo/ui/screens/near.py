"""What is near me: find my place, and for what I need the nearest, the way, the hours and whether I am back today."""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.explore.everyday import Everyday, everyday, usual_categories
from sempre_geo.pipeline.explore.sentences import heard_near
from sempre_geo.pipeline.explore.views import place_at, place_name, position
from sempre_geo.pipeline.explore.visit_views import BUS, has_timetable
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import in_sentence, spoken_date
from sempre_geo.ui import session, words
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import place_marker, service_pins
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.paper_routes import PAPER
from sempre_geo.ui.place_search import as_typed, ask_place
from sempre_geo.ui.session import PLACE
from sempre_geo.ui.wrong_form import lead_to_form

NEEDS, MODE, LIST = "needs", "by", "near_place"

here, region = installation(), installation().region
categories = words.category_choices(region)
modes = words.modes(with_bus=has_timetable(here.settings, region.name))
session.read_link(region, {MODE: list(modes)})
if NEEDS not in st.session_state:
    wished = [name for name in str(st.query_params.get("for", "")).split(",") if name in categories]
    st.session_state[NEEDS] = wished or list(usual_categories(here.settings, region))


def _choose(settlement: str) -> None:
    st.session_state[PLACE] = settlement or None
    st.session_state["near_move_to"] = settlement or None


def _click(lon: float, lat: float) -> None:
    st.session_state[PLACE] = place_at(here.settings, region.name, lon=lon, lat=lat)
    st.session_state[LIST] = None


def _locate(lon: float, lat: float) -> None:
    """The cell in which the device is; the position itself is kept nowhere."""
    _click(lon, lat)
    st.session_state["near_move_to"] = st.session_state[PLACE]


def _ask() -> tuple[list[str], str]:
    page_title(_("What is near me"), _("Choose your place in the list or tap the map."))
    with st.container(key="labelled"):
        ask_place("near", choose=_choose, locate=_locate, list_key=LIST)
        with st.expander(_needs_in_one_line(), key="near_needs_open", icon=":material/checklist:"):
            st.pills(
                _("What do you need?"), categories, key=NEEDS, selection_mode="multi", format_func=words.category,
                persist_state="session",
            )  # fmt: skip
        first = BUS if BUS in modes else "car"
        mode = st.pills(
            _("How do you get there?"), list(modes), key=MODE, format_func=modes.__getitem__, required=True,
            default=None if MODE in st.session_state else first, persist_state="session",
        )  # fmt: skip
    needed = [name for name in categories if name in (st.session_state[NEEDS] or [])]
    return needed, str(mode)


def _needs_in_one_line() -> str:
    chosen = ", ".join(words.category(name) for name in categories if name in (st.session_state[NEEDS] or []))
    return f"{_('What do you need?')} {chosen}"


def _answer(needed: list[str], mode: str) -> None:
    place = st.session_state.get(PLACE)
    if not place:
        st.html(f'<div class="answer empty"><p>{escape(_("Choose your place in the list or tap the map."))}</p></div>')
        return
    name = place_name(region, place, language=current_language())
    st.html(f'<div class="answer"><h2>{inert(name or _("A place without a name"))}</h2></div>')
    now = datetime.now(region.country.zone)
    for category in needed:
        try:
            found = everyday(
                here.settings, region.name, place_id=place, category=category,
                service=in_sentence(words.category(category)), mode=mode, now=now,
            )  # fmt: skip
        except SempreGeoError as problem:
            found = Everyday(category, (str(problem),))
        _one(found)
    said = public_contributions(here.settings, region.name)
    heard = heard_near(said, *position(region, place))
    st.html(f'<div class="answer"><p>{inert(heard)}</p></div>')
    _onward(place, needed, mode)


def _one(found: Everyday) -> None:
    """A service's sentences; step by step for whoever opens it."""
    lines = "".join(f"<p>{inert(text)}</p>" for text in found.told)
    steps = "".join(f"<li>{inert(text)}</li>" for text in found.steps)
    more = ""
    if steps and found.day is not None:
        told = _("Step by step, {day}").format(day=spoken_date(found.day))
        refused = "".join(f"<p>{inert(text)}</p>" for text in found.not_on)
        more = f"<details><summary>{inert(told)}</summary><ol>{steps}</ol>{refused}</details>"
    elif found.not_on:
        more = "".join(f'<p class="quiet">{inert(text)}</p>' for text in found.not_on)
    st.html(f'<div class="answer one"><h3>{inert(words.category(found.category))}</h3>{lines}{more}</div>')
    name = as_typed(found.service or words.category(found.category))
    if st.button(f"{name}: {_('Is something here wrong?')}", key=f"wrong_from_near_{found.category}",
                 icon=":material/report:", type="tertiary"):  # fmt: skip
        lead_to_form(found.category, found.service_id)


def _onward(place: str, needed: list[str], mode: str) -> None:
    asked = urlencode({"place": place, "for": ",".join(needed), "by": mode, "lang": current_language()})
    printed = f'<a class="sempre_link" href="{PAPER}/near?{escape(asked)}" target="_blank">'
    st.html(f"<p>{printed}{escape(_('All on one page, in large type, to print'))}</a></p>")
    with st.container(horizontal=True, key="near_onward"):
        if st.button(_("Something missing here?"), key="tell_from_near", type="primary",
                     icon=":material/add_location_alt:"):  # fmt: skip
            st.session_state["tell_place"] = place if place in region.settlements.index else _settlement(place)
            st.switch_page(st.Page(Path(__file__).with_name("tell.py"), url_path="tell"))
        if st.button(_("What people said"), key="said_from_near", icon=":material/forum:"):
            st.switch_page(st.Page(Path(__file__).with_name("said.py"), url_path="said"))


def _settlement(cell: str) -> str | None:
    own = region.cells.loc[cell].get("settlement_id")
    return own if isinstance(own, str) and own in region.settlements.index else None


with st.container(key="answer_first"), st.container(key="split"):
    with st.container(key="ask"):
        asked_for, by = _ask()
    with st.container(key="map_side"):
        chosen, move_to = st.session_state.get(PLACE), st.session_state.get("near_move_to")
        groups = [*(service_pins(name) for name in asked_for), place_marker(chosen)]
        show_map(
            region, [group for group in groups if group], key="near", on_click=_click,
            center=position(region, move_to) if move_to else None,
        )  # fmt: skip
    with st.container(key="answer"), st.spinner(_("Working out the day by bus ..."), show_time=False):
        _answer(asked_for, by)
session.write_link({"place": st.session_state.get(PLACE), "for": ",".join(asked_for), MODE: by})
