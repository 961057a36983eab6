"""The app: Streamlit's pages, our routes beside them, and what wraps both, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from sempre_geo.ui.first_load import EarlyHints, PackedFiles
from sempre_geo.ui.installation import built_stamp, installation
from sempre_geo.ui.kept_answers import KeptAnswers
from sempre_geo.ui.middleware import AccessLog, OnlyTheRound, SecurityHeaders
from sempre_geo.ui.readiness import make_ready
from sempre_geo.ui.routes import routes
from sempre_geo.ui.troubles import show_trouble


def parts(*, beside: Sequence[BaseRoute] = ()) -> dict[str, Any]:
    """What `st.App` is called with: the pages, our routes and those of the rooms ``beside``, what wraps them all."""
    online = urlsplit(installation().settings.online_tiles.replace("{s}", "*"))
    images_from = f"{online.scheme}://{online.netloc}" if online.netloc else ""
    return {
        "script_path": Path(__file__).with_name("main.py"),
        "routes": [*routes(), *beside],
        "middleware": [
            Middleware(KeptAnswers, stamp=built_stamp),
            Middleware(AccessLog),
            Middleware(SecurityHeaders, images_from=images_from),
            Middleware(OnlyTheRound),
            Middleware(EarlyHints),
            Middleware(PackedFiles),
        ],
        "lifespan": _warmed,
        "on_script_error": show_trouble,
    }


def make_app(*, beside: Sequence[BaseRoute] = ()) -> st.App:
    """The app that `sempre_geo.ui.serve` runs, with the routes of other rooms."""
    return st.App(**parts(beside=beside))


@asynccontextmanager
async def _warmed(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Read the region and prepare its map while the first visitor's browser still loads Streamlit's files."""
    warming = asyncio.create_task(asyncio.to_thread(make_ready))
    yield {}
    warming.cancel()
