"""The app: Streamlit's pages, our routes beside them, and what wraps both, in one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware

from sempre_geo.errors import SempreGeoError
from sempre_geo.ui.installation import installation
from sempre_geo.ui.middleware import AccessLog, SecurityHeaders
from sempre_geo.ui.routes import routes
from sempre_geo.ui.troubles import show_trouble

_log = logging.getLogger(__name__)


def parts() -> dict[str, Any]:
    """What `st.App` is called with, by ``app.py`` and by `make_app`: the pages, our routes, what wraps both."""
    online = urlsplit(installation().settings.online_tiles.replace("{s}", "*"))
    images_from = f"{online.scheme}://{online.netloc}" if online.netloc else ""
    return {
        "script_path": Path(__file__).with_name("main.py"),
        "routes": routes(),
        "middleware": [Middleware(AccessLog), Middleware(SecurityHeaders, images_from=images_from)],
        "lifespan": _warmed,
        "on_script_error": show_trouble,
    }


def make_app() -> st.App:
    """The app that uvicorn or `sempre_geo.ui.serve` runs."""
    return st.App(**parts())


@asynccontextmanager
async def _warmed(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Read the region and prepare its map while the first visitor's browser still loads Streamlit's files."""
    warming = asyncio.create_task(asyncio.to_thread(_warm))
    yield {}
    warming.cancel()


def _warm() -> None:
    """Everything that takes long the first time; folium is imported, streamlit-folium must wait for a visitor."""
    from sempre_geo.pipeline.community.desk import open_community
    from sempre_geo.publish import maps
    from sempre_geo.ui.words import category_choices

    try:
        region = installation().region
        installation().tiles.warm()
        open_community(installation().settings)
        _log.info("%s is ready with %d kinds of services", region.title, len(category_choices(region)))
    except SempreGeoError as problem:
        _log.warning("%s", problem)
    maps.serve_leaflet_ourselves()
