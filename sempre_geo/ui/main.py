"""The frame round every page: name, language, navigation, and that a fictional place is one. Run by Streamlit."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import available_languages
from sempre_geo.i18n import gettext as _
from sempre_geo.ui import session, ways
from sempre_geo.ui.frame import colours, footer, header
from sempre_geo.ui.installation import installation
from sempre_geo.ui.troubles import show_trouble

_HERE = Path(__file__).parent
_SCREENS = _HERE / "screens"


def _pages() -> list[st.Page] | dict[str, list[st.Page]]:
    """The pages of this app, each of which checks for itself what may be done on it.

    Those of the visitor's way in stand side by side. Without one they stand under what people come for, so that
    none is hidden behind the end of the line.
    """
    under = _under()
    if in_hand or ways.chosen_way():
        return [page for pages in under.values() for page in pages]
    return under


def _under() -> dict[str, list[st.Page]]:
    desk = session.opens_workshops()
    return {
        "": [_page("explore", _("Explore"), "map", default=True), _page("near", _("What is near me"), "near_me")],
        _("Tell us"): [
            _page("tell", _("Tell us"), "add_location_alt"),
            _page("said", _("What people said"), "forum"),
            _page("mine", _("My code"), "key"),
        ],
        _("Plan together"): [
            _page("review", _("Review"), "rate_review", shown=session.is_coordinator()),
            _page("listen", _("Listen"), "hearing", shown=desk or session.is_planner()),
            _page("outreach", _("Outreach"), "tour", shown=desk),
            _page("workshop", _("Workshop"), "diversity_3", shown=desk),
            _page("proposals", _("Proposals"), "flag"),
            _page("networks", _("Networks"), "groups"),
        ],
        _("See the gaps"): [
            _page("gaps", _("Gaps"), "bar_chart"),
            _page("whatif", _("What if"), "alt_route"),
            _page("where_next", _("Where next"), "add_home_work"),
            _page("compare", _("Compare"), "compare_arrows"),
            _page("brief", _("Brief"), "description"),
            _page("sources", _("Sources"), "menu_book", script="about"),
        ],
        _("I offer a service"): [
            _page("my_service", _("My service"), "store", shown=session.is_provider() or ways.chosen_way() == "offer"),
            _page("service", _("A service"), "storefront"),
        ],
    }


def _page(
    address: str, title: str, icon: str, *, script: str = "", shown: bool = True, default: bool = False
) -> st.Page:
    """A page by its address, which is its script's name if none is given.

    On a device that goes round in a workshop, that workshop stands at every address, and nothing else anywhere.
    """
    visible = shown and ways.is_shown(address)
    file = "workshop" if in_hand else script or address
    return st.Page(
        _SCREENS / f"{file}.py", title=title, icon=f":material/{icon}:", url_path=address, default=default,
        visibility="visible" if visible else "hidden",
    )  # fmt: skip


st.set_page_config(page_title="Sempre", page_icon=str(_HERE / "icon.svg"), layout="wide", menu_items={})
st.html(_HERE / "style.css")
st.html(colours())
session.use_language()
session.leave_ended_login()
in_hand = session.workshop_in_hand() is not None
page = st.navigation(_pages(), position="hidden" if in_hand else "top")
region = installation().region
header(region, languages=available_languages())
try:
    page.run()
except SempreGeoError as problem:  # a refusal that a page foresaw nothing for still stands within the frame
    show_trouble(problem)
if not in_hand:  # its links lead away from the round
    footer(region)
