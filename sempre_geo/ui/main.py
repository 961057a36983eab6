"""The frame round every page: name, language, navigation, and that a fictional place is one. Run by Streamlit."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from sempre_geo.i18n import available_languages
from sempre_geo.i18n import gettext as _
from sempre_geo.ui import session, ways
from sempre_geo.ui.frame import colours, footer, header
from sempre_geo.ui.installation import installation

_HERE = Path(__file__).parent
_SCREENS = _HERE / "screens"


def _pages() -> list[st.Page]:
    """The pages of this app, those of the visitor's way in shown; each checks for itself what may be done on it."""
    return [
        st.Page(_SCREENS / "explore.py", title=_("Explore"), icon=":material/map:", url_path="explore", default=True),
        _page("tell", _("Tell us"), "add_location_alt"),
        _page("proposals", _("Proposals"), "flag"),
        _page("networks", _("Networks"), "groups"),
        _page("gaps", _("Gaps"), "bar_chart"),
        _page("whatif", _("What if"), "alt_route"),
        _page("where_next", _("Where next"), "add_home_work"),
        _page("brief", _("Brief"), "description"),
        _page("service", _("A service"), "storefront"),
        _page("sources", _("Sources"), "menu_book", script="about"),
        _page("review", _("Review"), "rate_review", shown=session.is_coordinator()),
    ]


def _page(address: str, title: str, icon: str, *, script: str = "", shown: bool = True) -> st.Page:
    """A page by its address, which is its script's name if none is given."""
    visible = shown and ways.is_shown(address)
    return st.Page(
        _SCREENS / f"{script or address}.py", title=title, icon=f":material/{icon}:", url_path=address,
        visibility="visible" if visible else "hidden",
    )  # fmt: skip


st.set_page_config(page_title="Sempre", page_icon=str(_HERE / "icon.svg"), layout="wide", menu_items={})
st.html(_HERE / "style.css")
st.html(colours())
session.use_language()
page = st.navigation(_pages(), position="top")
region = installation().region
header(region, languages=available_languages())
page.run()
footer(region)
