"""The frame round every page: name, language, navigation, and that a fictional place is one. Run by Streamlit."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from sempre_geo.i18n import available_languages
from sempre_geo.i18n import gettext as _
from sempre_geo.ui import session
from sempre_geo.ui.frame import colours, footer, header
from sempre_geo.ui.installation import installation

_HERE = Path(__file__).parent
_SCREENS = _HERE / "screens"


def _pages() -> list[st.Page]:
    """The pages this visitor sees; each checks for itself what may be done on it."""
    pages = [
        st.Page(_SCREENS / "explore.py", title=_("Explore"), icon=":material/map:", url_path="explore", default=True),
        st.Page(_SCREENS / "tell.py", title=_("Tell us"), icon=":material/add_location_alt:", url_path="tell"),
        st.Page(_SCREENS / "proposals.py", title=_("Proposals"), icon=":material/flag:", url_path="proposals"),
        st.Page(_SCREENS / "networks.py", title=_("Networks"), icon=":material/groups:", url_path="networks"),
        st.Page(_SCREENS / "gaps.py", title=_("Gaps"), icon=":material/bar_chart:", url_path="gaps"),
        st.Page(_SCREENS / "whatif.py", title=_("What if"), icon=":material/alt_route:", url_path="whatif"),
        st.Page(_SCREENS / "about.py", title=_("Sources"), icon=":material/menu_book:", url_path="sources"),
    ]
    review = st.Page(_SCREENS / "review.py", title=_("Review"), icon=":material/rate_review:", url_path="review",
                     visibility="visible" if session.is_coordinator() else "hidden")  # fmt: skip
    return [*pages, review]


st.set_page_config(page_title="Sempre", page_icon=str(_HERE / "icon.svg"), layout="wide", menu_items={})
st.html(_HERE / "style.css")
st.html(colours())
session.use_language()
page = st.navigation(_pages(), position="top")
region = installation().region
header(region, languages=available_languages())
page.run()
footer(region)
