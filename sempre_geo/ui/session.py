"""What belongs to one visitor: language, theme, login, the place and view they look at."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sempre_geo.i18n import SOURCE_LANGUAGE, ask_for_language, available_languages, set_language
from sempre_geo.pipeline.community.accounts import account_name, may_in, who_is
from sempre_geo.publish.palette import Theme
from sempre_geo.region.bundle import Region
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import COOKIE, HALL

if TYPE_CHECKING:
    from sempre_geo.pipeline.community.workshop import Workshop

LANGUAGE, CHOSEN, PLACE = "language", "language_chosen", "place_id"
PAGE = "page_words"
_IN_LINK = "lang"
_LOGGED_IN = "logged_in_as"
_SHOWN_FIRST = "view_shown_first"
_LOOKS_AGAIN_S = 5


def use_language() -> str:
    """Speak the visitor's language from here on: the one they chose here or earlier, a link's, their browser's.

    The one chosen earlier goes before what the field says as long as nobody chose in this session: a run that was
    begun before the device answered may still tell the field's first language.
    """
    state, kept = st.session_state, _kept_language()
    if LANGUAGE not in state:
        wished = st.query_params.get(_IN_LINK) or (st.context.locale or SOURCE_LANGUAGE).split("-")[0].lower()
        state[LANGUAGE] = wished if wished in available_languages() else SOURCE_LANGUAGE
    if kept in available_languages() and not state.get(CHOSEN) and _IN_LINK not in st.query_params:
        state[LANGUAGE] = kept
    set_language(state[LANGUAGE])
    return str(state[LANGUAGE])


def _kept_language() -> str:
    """The language that was chosen on this device at an earlier visit; empty where none was or it is not told yet."""
    found = st.session_state.get(PAGE)
    return str(found.get("language", "")) if isinstance(found, dict) else ""


def choose_language() -> None:
    """Note that the visitor chose the language themselves, so that their device remembers it."""
    st.session_state[CHOSEN] = st.session_state[LANGUAGE]
    st.query_params.pop(_IN_LINK, None)


def chosen_language() -> str:
    """The language that the visitor chose themselves in this session; empty where they did not."""
    return str(st.session_state.get(CHOSEN, ""))


def _known_language() -> str | None:
    """What the visitor of this thread chose, for what runs before their page: a button's callback, a fragment."""
    if get_script_run_ctx(suppress_warning=True) is None:  # a route or a job, which nobody's session belongs to
        return None
    chosen = st.session_state.get(LANGUAGE)
    return str(chosen) if chosen else None


ask_for_language(_known_language)


def theme() -> Theme:
    """The appearance the visitor sees now."""
    return installation().themes["dark" if st.context.theme.type == "dark" else "light"]


def login_token() -> str:
    """The login that the visitor's browser carries; empty for most."""
    return str(st.context.cookies.get(COOKIE, ""))


def greeting_name() -> str:
    """The name of the account that is logged in; empty for a visitor."""
    token = login_token()
    return account_name(installation().settings, token) if token else ""


def leave_ended_login() -> None:
    """Leave nothing of an account in a page whose login has ended, and notice that soon, also when nobody acts.

    A login ends elsewhere: in another tab, on another device, when this device goes round in a workshop.
    """
    name, before = greeting_name(), st.session_state.get(_LOGGED_IN, "")
    if before and before != name:
        for key in [key for key in st.session_state if key != LANGUAGE]:
            del st.session_state[key]
    st.session_state[_LOGGED_IN] = name
    if name:
        _look_again()


@st.fragment(run_every=_LOOKS_AGAIN_S)
def _look_again() -> None:
    if greeting_name() != st.session_state.get(_LOGGED_IN):
        st.rerun()


def is_coordinator() -> bool:
    """Whether the review page is worth showing; the use cases check the role again."""
    token = login_token()
    return bool(token) and any(role == "coordinator" for role, _scope in who_is(installation().settings, token).grants)


def may_here(action: str) -> bool:
    """Whether the visitor may do something in the whole region. Use cases check again."""
    here, token = installation(), login_token()
    return bool(token) and may_in(here.settings, action, here.region_name, by=token)


def opens_workshops() -> bool:
    """Whether the workshop page is worth showing: to a coordinator or network member. Use cases check again."""
    person = who_is(installation().settings, login_token()) if login_token() else None
    return person is not None and any(role in {"coordinator", "network_member"} for role, _scope in person.grants)


def hall_token() -> str:
    """What a device that goes round in a workshop carries instead of a login."""
    return str(st.context.cookies.get(HALL, ""))


def workshop_in_hand() -> Workshop | None:
    """The workshop in which this device goes round; None where somebody is logged in."""
    carried = hall_token()
    if not carried or opens_workshops():
        return None
    from sempre_geo.pipeline.community import workshop

    return workshop.workshop_in_hand(installation().settings, carried)


def is_provider() -> bool:
    """Whether the visitor speaks for a service. Use cases check again."""
    token = login_token()
    return bool(token) and any(role == "provider" for role, _scope in who_is(installation().settings, token).grants)


def is_planner() -> bool:
    """Whether the visitor plans: a coordinator or a policymaker. Use cases check again."""
    person = who_is(installation().settings, login_token())
    return any(role in {"coordinator", "policymaker"} for role, _scope in person.grants)


def known_place(region: Region, place_id: str | None) -> str | None:
    """A place id from a link or an earlier page if the region has such a cell or settlement."""
    return place_id if place_id in region.cells.index or place_id in region.settlements.index else None


def read_link(region: Region, choices: dict[str, list[str]]) -> None:
    """Take the view a link names into an empty session, each part only if it is one of its choices."""
    for name, allowed in choices.items():
        wished = st.query_params.get(name)
        if name not in st.session_state and wished in allowed:
            st.session_state[name] = wished
    if PLACE not in st.session_state:
        st.session_state[PLACE] = known_place(region, st.query_params.get("place"))


def write_link(view: dict[str, str | None]) -> None:
    """Put the view into the address, so that it can be sent on: names of places, never coordinates.

    A language that the link brought stays in it.
    """
    wanted = {name: value for name, value in (view | {_IN_LINK: st.query_params.get(_IN_LINK)}).items() if value}
    first = _SHOWN_FIRST not in st.session_state
    st.session_state[_SHOWN_FIRST] = True
    if st.query_params.to_dict() == wanted:
        return
    if not first:
        st.query_params.from_dict(wanted)
        return
    # Streamlit would make an entry of the browser's history of it, and going back would stay on the page: so the
    # page itself puts the view into the entry that is there.
    st.html(f'<p hidden data-view="{escape(urlencode(wanted))}"></p>')
