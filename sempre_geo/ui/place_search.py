"""The question where somebody lives: by a name however it is spelled, by the device's position, or from the list."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.places import Found, find_places
from sempre_geo.publish.maps import inert
from sempre_geo.ui import lists, words
from sempre_geo.ui.installation import installation
from sempre_geo.ui.on_device import ask_position

_MOST_LISTED = 2000


def ask_place(
    key: str, *, choose: Callable[[str], None], locate: Callable[[float, float], None], list_key: str
) -> None:  # fmt: skip
    """Ask for a place; ``choose`` is called with a settlement, ``locate`` with (lon, lat) of the device.

    Parameters
    ----------
    list_key
        Where the choice of the list stands in the session.
    """
    search_place(key, choose=choose, list_key=list_key)
    places = words.settlement_choices(installation().region)
    if len(places) <= _MOST_LISTED:
        lists.selectbox(
            _("Or choose from the list"), list(places), index=None, key=list_key, format_func=places.__getitem__,
            on_change=lambda: choose(str(st.session_state[list_key] or "")), placeholder=_("Choose a place"),
            persist_state="session",
        )  # fmt: skip
    ask_position(key, locate)


def search_place(key: str, *, choose: Callable[[str], None], list_key: str) -> None:
    """A field that finds settlements by their name or by a landmark near them, whatever the spelling."""
    sought, found = f"{key}_sought", f"{key}_found"

    def search() -> None:
        text = str(st.session_state.get(sought, ""))[:100]
        here = installation()
        st.session_state[found] = (
            find_places(here.settings, here.region_name, text=text, language=current_language()) if text else None
        )
        if text and len(st.session_state[found]) == 1:
            take(st.session_state[found][0].settlement_id)

    def take(settlement: str) -> None:
        st.session_state.pop(found, None)
        st.session_state[sought] = ""
        st.session_state[list_key] = settlement
        choose(settlement)

    st.text_input(_("Name of a village, a town or a landmark"), key=sought, on_change=search, max_chars=100,
                  autocomplete="off")  # fmt: skip
    _show_found(st.session_state.get(found), key=key, take=take)


def _show_found(found: list[Found] | None, *, key: str, take: Callable[[str], None]) -> None:
    if found is None:
        return
    if not found:
        told = inert(_("Nothing here has that name; try another spelling, a bigger place or the list."))
        st.html(f'<p role="status">{told}</p>')
        return
    st.html(f'<p role="status">{inert(_("Several places fit that name; choose one."))}</p>')
    for number, one in enumerate(found):
        near = f" ({_('near {landmark}').format(landmark=as_typed(one.near))})" if one.near else ""
        st.button(as_typed(one.name) + near, key=f"{key}_take_{number}", on_click=take, args=(one.settlement_id,),
                  width="stretch")  # fmt: skip


def as_typed(text: str) -> str:
    """A text in which Streamlit's markdown finds none of its own signs; a date that begins with "1." is no list."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+-!|$:~." else sign for sign in text)
