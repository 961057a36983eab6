"""Tell us: say what is missing or what could be done, at a place; no account, and a code to come back with."""

from __future__ import annotations

import secrets
from html import escape

import streamlit as st

from sempre_geo.community.contributions import Draft, Place, Receipt
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.tell_rules import is_protected
from sempre_geo.pipeline.explore.views import place_at
from sempre_geo.ui import session, words
from sempre_geo.ui.contributions import contributions_table
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import contribution_pins, marker_at, place_marker
from sempre_geo.ui.legend import pin_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.session import theme

CHOICE, POINT, KEY, RECEIPT = "tell_place", "tell_point", "tell_sending_key", "tell_receipt"
_LONGEST = 2000

here, region = installation(), installation().region
places = words.settlement_choices(region)
categories = words.category_choices(region)


def _click(lon: float, lat: float) -> None:
    st.session_state[POINT] = (lon, lat)
    nearest = place_at(here.settings, region.name, lon=lon, lat=lat)
    st.session_state[CHOICE] = nearest if nearest in places else None


def _choose() -> None:
    st.session_state.pop(POINT, None)


def _place() -> Place | None:
    """The exact point if the map was tapped, else the settlement from the list."""
    if POINT in st.session_state:
        lon, lat = st.session_state[POINT]
        return Place(lon=lon, lat=lat)
    chosen = st.session_state.get(CHOICE)
    return Place(settlement_id=chosen) if chosen in places else None


def _form() -> None:
    st.pills(_("Is it a need or an idea?"), list(words.kinds()), key="tell_kind", required=True,
             default=None if "tell_kind" in st.session_state else "need",
             format_func=_kind_label)  # fmt: skip
    st.selectbox(
        _("Where?"), list(places), index=None, key=CHOICE, format_func=places.__getitem__, on_change=_choose,
        placeholder=_("Type a place, or tap the map"),
    )  # fmt: skip
    if POINT in st.session_state:
        st.caption(_("You tapped the map. The exact place is kept to find the right answer and is never shown."))
    st.selectbox(_("What is it about?"), categories, key="tell_category", format_func=words.category)
    if st.session_state.get("tell_kind") == "need":
        st.selectbox(_("What stands in the way?"), list(words.obstacles()), key="tell_obstacle",
                     format_func=words.obstacles().__getitem__)  # fmt: skip
    st.pills(_("Who is it about?"), list(words.about_whom()), key="tell_about", required=True,
             default=None if "tell_about" in st.session_state else "myself",
             format_func=words.about_whom().__getitem__)  # fmt: skip
    st.text_area(
        _("In your own words, in any language"), key="tell_text", max_chars=_LONGEST, height=120,
        placeholder=_("I go twice a year instead of monthly, because ..."),
    )  # fmt: skip
    st.checkbox(_("You may keep this and show it, without my name, after somebody has read it"), key="tell_consent")
    if is_protected(here.settings, st.session_state["tell_category"]):
        st.checkbox(
            _("It may stand on the map by itself. Otherwise it is only counted, as it may touch on health or safety"),
            key="tell_alone",
        )
    st.button(_save_label(), key="tell_save", type="primary", on_click=_save, icon=":material/check:")


def _kind_label(kind: str) -> str:
    return _("I have an idea") if kind == "idea" else _("Something is missing or hard")


def _save_label() -> str:
    return _("Save my idea") if st.session_state.get("tell_kind") == "idea" else _("Save my need")


def _save() -> None:
    """Save once, however often the button is pressed: the sending key stays the same until it is saved."""
    place = _place()
    if place is None:
        st.session_state["tell_problem"] = _("Say where: choose a place in the list or tap the map.")
        return
    key = st.session_state.setdefault(KEY, secrets.token_hex(16))
    kind = st.session_state["tell_kind"]
    draft = Draft(
        kind=kind,
        category=st.session_state["tell_category"],
        text=st.session_state["tell_text"],
        place=place,
        obstacle=st.session_state.get("tell_obstacle", "other") if kind == "need" else "other",
        about=st.session_state["tell_about"],
        language=current_language(),
        shown_alone=bool(st.session_state.get("tell_alone")),
        consent=bool(st.session_state["tell_consent"]),
        sending_key=key,
    )
    try:
        st.session_state[RECEIPT] = (tell(here.settings, region.name, draft=draft), kind)
    except SempreGeoError as problem:
        st.session_state["tell_problem"] = str(problem)
        return
    for name in (KEY, POINT, "tell_text", "tell_problem"):
        st.session_state.pop(name, None)


def _show_receipt(receipt: Receipt, kind: str) -> None:
    saved = _("Your idea is saved. Your code:") if kind == "idea" else _("Your need is saved. Your code:")
    st.html(
        f'<div class="answer" role="status"><h2>{escape(saved)}</h2><p><span class="code" data-code>'
        f"{escape(receipt.claim_code)}</span></p>"
        f"<p>{escape(_('Keep it, on paper or as a photo: with it you can change or erase what you wrote.'))}</p>"
        f'<p class="quiet">{escape(_what_next())}</p></div>'
    )
    st.button(_("Tell us something else"), key="tell_again", on_click=lambda: st.session_state.pop(RECEIPT))


def _what_next() -> str:
    return _(
        "What happens next: a coordinator of the network reads it. Until then the map only shows that something "
        "was said near here, without your words. Afterwards the words are shown, the exact place never."
    )


def _map() -> None:
    point, chosen = st.session_state.get(POINT), st.session_state.get(CHOICE)
    marker = marker_at(*point) if point else place_marker(chosen)
    center = session.position(region, chosen) if chosen and not point else None
    groups = [group for group in (contribution_pins(public_contributions(here.settings, region.name)), marker) if group]
    show_map(region, groups, key="tell", on_click=_click, center=center)
    pin_legend(theme(), [("need", _("need")), ("idea", _("idea")), ("need_waiting", _("need, awaiting review")),
                         ("idea_waiting", _("idea, awaiting review"))])  # fmt: skip


with st.container(key="split"):
    with st.container(key="ask"):
        page_title(_("Is something missing or hard?"), _("No account, no e-mail. Tap the map or choose your place."))
    with st.container(key="answer"):
        if RECEIPT in st.session_state:
            _show_receipt(*st.session_state[RECEIPT])
        else:
            _form()
            if "tell_problem" in st.session_state:
                st.warning(st.session_state["tell_problem"], icon=":material/info:")
    with st.container(key="map_side"):
        _map()
contributions_table(key="tell_table")
