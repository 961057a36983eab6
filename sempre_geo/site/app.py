"""The one app: Streamlit's pages, and the light pages as further routes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.routing import BaseRoute

from sempre_geo.settings import Settings
from sempre_geo.ui import app as pages
from sempre_geo.ui.installation import installation
from sempre_geo.ui.later import Later


def parts() -> dict[str, Any]:
    """What ``st.App`` is called with by ``app.py``."""
    here = installation()
    return pages.parts(beside=beside(here.settings, here.region_name))


def beside(settings: Settings, region_name: str) -> Sequence[BaseRoute]:
    """The routes of the other rooms; they are made when first asked for, as much of the program comes with them."""

    def light() -> Sequence[BaseRoute]:
        from sempre_geo.light.routes import light_routes

        return light_routes(settings, region_name)

    return [Later("/light", light)]
