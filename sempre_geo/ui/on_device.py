"""What only the visitor's own device knows: their language, a half-filled form, which browser it is, and where."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st
import streamlit.components.v1 as components

from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.ui.session import PAGE

_FOLDER = Path(__file__).with_name("components")
_keeper = components.declare_component("sempre_keeper", path=_FOLDER / "keeper")
_position = components.declare_component("sempre_position", path=_FOLDER / "position")
_page = components.declare_component("sempre_page", path=_FOLDER / "page")
_DEGREES_LON, _DEGREES_LAT, _LONGEST = 180, 90, 20_000


def speak_in_page(words: Mapping[str, str], *, chosen: str) -> None:
    """Let the page say Streamlit's own texts in the reader's language, and the device remember a ``chosen`` one."""
    _page(words=dict(words), language=current_language(), chosen=chosen, key=PAGE, default=None)


def kept_draft(name: str) -> Mapping[str, Any]:
    """What this tab had kept of a form before it was loaded again; once a session, then empty."""
    seen = f"{name}_taken_up"
    found = st.session_state.get(f"{name}_keeper")
    if seen in st.session_state or not isinstance(found, dict):
        return {}
    st.session_state[seen] = True
    draft = found.get("draft")
    return draft if isinstance(draft, dict) and len(json.dumps(draft)) <= _LONGEST else {}


def keep_draft(
    name: str, draft: Mapping[str, Any] | None, *, typed: Sequence[str] = (), pictures: Sequence[str] = ()
) -> None:
    """Let this tab keep a form as it is now, or nothing of it any more; stands at the end of a page.

    It is kept in the browser alone, until the tab is closed or the form was sent, which is so as soon as something
    with ``data-sent`` and this name stands in the page. Of the ``typed`` fields, by their keys, also what was typed
    since the page last heard of it. ``pictures`` are the keys of fields for a file, whose picture is put back when
    the field stands empty after a reload or another screen of the form.
    """
    _keeper(
        name=name, draft=dict(draft) if draft else None, typed=[*typed], pictures=[*pictures],
        keep=f"{name}_taken_up" in st.session_state, key=f"{name}_keeper", default=None,
    )  # fmt: skip


def voter(name: str) -> str:
    """What tells this browser from others, for "me too"; for the session alone where the browser keeps nothing."""
    found = st.session_state.get(f"{name}_keeper")
    own = str(found.get("voter", ""))[:64] if isinstance(found, dict) else ""
    return own or str(st.session_state.setdefault("voter", secrets.token_hex(16)))


def ask_position(key: str, on_found: Callable[[float, float], None]) -> None:
    """A button by which a device tells where it is: only when it is pressed, into no link and no log."""
    full_key = f"{key}_position"

    def report() -> None:
        found: Any = st.session_state.get(full_key)
        if isinstance(found, dict) and _on_globe(found):
            on_found(float(found["lon"]), float(found["lat"]))

    _position(
        label=_("Use my position"),
        asking=_("Your device is asked where it is ..."),
        refused=_("Your device did not say where it is. Type a place or tap the map instead."),
        insecure=_("Browsers tell a position only to addresses that begin with https. Type a place or tap the map."),
        language=current_language().partition("@")[0],
        key=full_key, default=None, on_change=report,
    )  # fmt: skip


def _on_globe(found: Mapping[str, Any]) -> bool:
    try:
        lon, lat = float(found["lon"]), float(found["lat"])
    except (KeyError, TypeError, ValueError):
        return False
    return abs(lon) <= _DEGREES_LON and abs(lat) <= _DEGREES_LAT
