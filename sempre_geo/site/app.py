"""The one app: Streamlit's pages, and the light pages as further routes of it."""

from __future__ import annotations

from typing import Any

from sempre_geo.light.routes import light_routes
from sempre_geo.ui import app as pages
from sempre_geo.ui.installation import installation


def parts() -> dict[str, Any]:
    """What ``st.App`` is called with by ``app.py``."""
    here = installation()
    return pages.parts(beside=light_routes(here.settings, here.region_name))
