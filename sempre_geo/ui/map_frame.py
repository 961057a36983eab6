"""The one wrapper round streamlit-folium, so that its traps are met once and tests can patch it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import folium
import streamlit as st
from streamlit_folium import st_folium

from sempre_geo.i18n import gettext as _
from sempre_geo.publish.maps import base_map, serve_leaflet_ourselves, spoken
from sempre_geo.publish.tiles import populated_bbox
from sempre_geo.region.bundle import Region
from sempre_geo.ui.installation import installation
from sempre_geo.ui.session import theme

HEIGHT_PX = 620
_NEAR_DEG = 0.03
serve_leaflet_ourselves()


def show_map(
    region: Region,
    groups: Sequence[folium.FeatureGroup],
    *,
    key: str,
    on_click: Callable[[float, float], None] | None = None,
    center: tuple[float, float] | None = None,
    around: tuple[float, float] | None = None,
    height_px: int = HEIGHT_PX,
) -> None:
    """Draw the region's base map with layers on it and report clicks.

    The base map is made anew each time from the same values, as a map that has been given layers is blank for
    the next visitor; what changes goes through the groups alone, what is said in a language too, so that another
    language leaves the zoom and the middle as they are.

    Parameters
    ----------
    groups
        Layers from `sempre_geo.publish.maps`; user text in them is inert already.
    key
        One name a page; the region and theme are added to it.
    on_click
        Called with (lon, lat) before the page runs again.
    center
        (lon, lat) to move to, when it differs from the last time.
    around
        (lon, lat) whose neighbourhood is shown at first instead of the whole region; such a map's key is for this
        place alone. To move there afterwards would be lost in the animation of the first view.
    """
    here, look = installation(), theme()
    base = base_map(
        region.name,
        bbox=_neighbourhood(*around) if around else first_view(region),
        theme=look,
        online_tiles=here.settings.online_tiles,
    )
    full_key = f"{key}-{region.name}-{look.name}"
    st_folium(
        base,
        key=full_key,
        height=height_px,
        use_container_width=True,
        returned_objects=["last_clicked"],
        render=False,  # it renders the map itself; this would be a second time for the same result
        feature_group_to_add=[*groups, spoken(credit(region), nearer=_("Nearer"), farther=_("Farther"))],
        center=(center[1], center[0]) if center else None,
        on_change=_reporter(full_key, on_click) if on_click else None,
    )


def _reporter(key: str, on_click: Callable[[float, float], None]) -> Callable[[], None]:
    """A callback that hands on each new click, and each only once."""

    def report() -> None:
        returned: Any = st.session_state.get(key) or {}
        clicked = returned.get("last_clicked")
        if clicked and clicked != st.session_state.get(f"{key}-seen"):
            st.session_state[f"{key}-seen"] = clicked
            on_click(float(clicked["lng"]), float(clicked["lat"]))

    return report


def credit(region: Region) -> str:
    """Who made the map's data, for its corner."""
    if region.fictional:
        return _("A fictional place")
    return _("© OpenStreetMap contributors")


def _neighbourhood(lon: float, lat: float) -> tuple[float, float, float, float]:
    """A box of about 7 km round a point, wide enough to know it by the names of the villages near it.

    >>> [round(side, 3) for side in _neighbourhood(24.0, 60.0)]
    [23.94, 59.97, 24.06, 60.03]
    """
    wide = _NEAR_DEG / max(math.cos(math.radians(lat)), 0.1)
    return lon - wide, lat - _NEAR_DEG, lon + wide, lat + _NEAR_DEG


@lru_cache(maxsize=4)
def first_view(region: Region) -> tuple[float, float, float, float]:
    """The box that the map shows at first."""
    return populated_bbox(region.cells, region.bbox)
