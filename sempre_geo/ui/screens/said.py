"""What people said: those near one's place first, each with "me too" and a sentence of one's own."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from sempre_geo.i18n import current_language, ngettext
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.voices import sentences
from sempre_geo.pipeline.community.way import NO_WAY, way_of
from sempre_geo.pipeline.explore.places import nearest_settlement
from sempre_geo.pipeline.explore.views import NEARBY_M, place_name, position, said_near
from sempre_geo.publish.maps import inert
from sempre_geo.ui import session
from sempre_geo.ui.contributions import card, me_too, sentence_field, voice_receipt, voices
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import contribution_pins, place_marker
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.on_device import keep_draft
from sempre_geo.ui.place_search import ask_place
from sempre_geo.ui.session import PLACE
from sempre_geo.ui.so_far import list_of_steps, standing

KIND, PAGE, LIST = "said_kind", "said_page", "said_place"
A_PAGE = 10

here, region = installation(), installation().region
session.read_link(region, {})


def _choose(settlement: str) -> None:
    st.session_state[PLACE] = settlement or None
    st.session_state[PAGE] = 0


def _locate(lon: float, lat: float) -> None:
    _choose(nearest_settlement(here.settings, region.name, lon=lon, lat=lat))


def _near(said: pd.DataFrame) -> pd.DataFrame:
    """What was said round the place, the most supported first; everything where no place was chosen."""
    place = st.session_state.get(PLACE)
    if not place:
        return said.sort_values(["voices", "id"], ascending=[False, True], kind="stable")
    lon, lat = position(region, place)
    return said_near(said, lon=lon, lat=lat)


def _ask() -> None:
    page_title(_("What people said"), _("Is it the same for you?"))
    with st.expander(_place_label(), icon=":material/place:"):
        ask_place("said", choose=_choose, locate=_locate, list_key=LIST)
    labels = {"all": _("All"), "need": _("Needs"), "idea": _("Ideas")}
    st.pills(_("Which ones"), list(labels), key=KIND, required=True, default="all", format_func=labels.__getitem__)


def _place_label() -> str:
    place = st.session_state.get(PLACE)
    name = place_name(region, place, language=current_language()) if place else ""
    if not name:
        return _("Where do you live?")
    return _("Within {km} km of {place}").format(km=round(NEARBY_M / 1000), place=name)


def _entries(rows: pd.DataFrame) -> None:
    number = min(int(st.session_state.get(PAGE) or 0), max((len(rows) - 1) // A_PAGE, 0))
    for _number, row in rows.iloc[number * A_PAGE : (number + 1) * A_PAGE].iterrows():
        with st.container(border=True, key=f"said_{row['id']}"):
            card(row)
            added = "".join(f"<blockquote>{inert(text)}</blockquote>" for text in sentences(here.settings, row["id"]))
            st.html(f'<div class="answer">{added}{_so_far(row)}</div>')
            sentence_field(str(row["id"]))
            me_too(str(row["id"]), name="said")
    with st.container(horizontal=True, key="said_pages"):
        if number:
            st.button(_("Back"), key="said_before", on_click=_turn, args=(number - 1,))
        if (number + 1) * A_PAGE < len(rows):
            st.button(_("On"), key="said_after", on_click=_turn, args=(number + 1,))


def _so_far(row: pd.Series) -> str:
    """Its voices and where it stands; how far an idea has come, else how many voices it needs for that."""
    counted = escape(voices(row))
    way = way_of(here.settings, str(row["id"])) if row["kind"] == "idea" else NO_WAY
    reached = standing(way)
    if reached:
        past = f"<summary>{escape(_('What happened so far'))}</summary>{list_of_steps(way.stages)}"
        return f'<p class="quiet">{counted} · {reached}</p><details>{past}</details>'
    if way.voices >= way.voices_for_support:
        return f'<p class="quiet">{counted}</p>'
    told = ngettext(
        "With {n} voice an idea counts as supported; then a team can form round it.",
        "With {n} voices an idea counts as supported; then a team can form round it.",
        way.voices_for_support,
    ).format(n=way.voices_for_support)
    return f'<p class="quiet">{counted}. {escape(told)}</p>'


def _turn(number: int) -> None:
    st.session_state[PAGE] = number


def _list(near: pd.DataFrame) -> None:
    read = near[near["status"] != "awaiting_review"]
    waiting = len(near) - len(read)
    kind = st.session_state.get(KIND) or "all"
    shown = read if kind == "all" else read[read["kind"] == kind]
    if shown.empty:
        told = _("Nothing is published here yet. That is silence, not satisfaction.")
        st.html(f'<div class="empty"><p>{escape(told)}</p></div>')
    if waiting:
        more = ngettext(
            "{n} more waits to be read before it is shown.", "{n} more wait to be read before they are shown.", waiting
        ).format(n=waiting)
        st.html(f'<p class="lead">{escape(more)}</p>')
    _entries(shown)
    if st.button(_("Tell us a need or an idea"), key="tell_from_said", icon=":material/add_location_alt:"):
        st.switch_page(st.Page(Path(__file__).with_name("tell.py"), url_path="tell"))


with st.container(key="heard_first"):  # which browser this is, before there is anything to say "me too" to
    keep_draft("said", None)
everything = public_contributions(here.settings, region.name)
found = _near(everything)
with st.container(key="answer_first"), st.container(key="split"):
    with st.container(key="ask"):
        _ask()
    with st.container(key="answer"):
        if not voice_receipt():
            _list(found)
    with st.container(key="map_side"):
        place_id = st.session_state.get(PLACE)
        groups = [contribution_pins(everything), place_marker(place_id)]
        show_map(
            region, [group for group in groups if group], key="said",
            center=position(region, place_id) if place_id else None,
        )  # fmt: skip
session.write_link({"place": place_id})
