"""What lies on the map of a page: the shaded grid, services, needs and ideas, the chosen place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import folium
import geopandas as gpd
import pandas as pd

from sempre_geo.i18n import current_language, ngettext
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.views import categories_of, named, position
from sempre_geo.pipeline.explore.visit_views import BUS
from sempre_geo.publish.maps import grid_overlay, pin_group, to_features
from sempre_geo.publish.speech import in_sentence
from sempre_geo.region.bundle import Region
from sempre_geo.ui import words
from sempre_geo.ui.installation import installation
from sempre_geo.ui.pictures import TIME, surface_address, surface_bbox, surface_picture
from sempre_geo.ui.session import theme

_AWAITING = "awaiting_review"
_SEEN = ["kind", "status", "category", "place_name", "lon", "lat"]


def surface(category: str, mode: str, measure: str = TIME) -> folium.FeatureGroup | None:
    """The shaded grid of one category and mode; None where the region has no such service.

    A picture by street is drawn when the browser asks for it; a day by bus is worked out here, while the page
    says so.
    """
    look = theme()
    if category not in categories_of(installation().region):
        return None
    if mode == BUS:
        surface_picture(look.name, category=category, mode=mode, measure=measure)
    return grid_overlay(surface_address(look.name, category=category, mode=mode, measure=measure), surface_bbox())


def service_pins(category: str) -> folium.FeatureGroup:
    """The services of a category, by name."""
    return pin_group(_services_of(installation().region, category, current_language()), theme())


@lru_cache(maxsize=64)
def _services_of(region: Region, category: str, language: str) -> Mapping[str, Any]:
    shown = region.services[region.services["category"] == category]
    labels = [named(row, language) or words.category(category) for _id, row in shown.iterrows()]
    return to_features(shown, pins=["service"] * len(shown), labels=labels)


def contribution_pins(said: pd.DataFrame) -> folium.FeatureGroup | None:
    """Needs and ideas, one pin for all of a kind that share a place; None where nothing was said.

    ``said`` is what `public_contributions` gives.
    """
    placed = said.loc[said["lon"].notna(), _SEEN]
    if placed.empty:
        return None
    stamp = hashlib.sha256(pd.util.hash_pandas_object(placed, index=False).to_numpy().tobytes()).hexdigest()
    return pin_group(_features_of(_Said(stamp, current_language(), placed)), theme())


@dataclass(frozen=True)
class _Said:
    """What was said and is placed, told apart by a digest of it: features are made once, not at every tap."""

    stamp: str
    language: str
    placed: pd.DataFrame = field(compare=False)


@lru_cache(maxsize=16)
def _features_of(said: _Said) -> Mapping[str, Any]:
    placed = said.placed
    pins = placed["kind"].where(placed["status"] != _AWAITING, placed["kind"] + "_waiting")
    rows = [
        {"pin": pin, "label": _contribution_label(str(pin), part), "lon": lon, "lat": lat}
        for (pin, lon, lat), part in placed.groupby([pins, "lon", "lat"])
    ]
    frame = pd.DataFrame(rows)
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326")
    return to_features(points, pins=frame["pin"].tolist(), labels=frame["label"].tolist())


def _contribution_label(pin: str, part: pd.DataFrame) -> str:
    """What hovers over a pin: how many, about what, near where."""
    kinds = {
        "need": ngettext("{n} need", "{n} needs", len(part)),
        "idea": ngettext("{n} idea", "{n} ideas", len(part)),
        "need_waiting": ngettext("{n} need, awaiting review", "{n} needs, awaiting review", len(part)),
        "idea_waiting": ngettext("{n} idea, awaiting review", "{n} ideas, awaiting review", len(part)),
    }
    about = ", ".join(sorted({in_sentence(words.category(str(name))) for name in part["category"]}))
    told = f"{kinds[pin].format(n=len(part))}: {about}"
    place = next((str(name) for name in part["place_name"] if isinstance(name, str) and name), "")
    return _("{what} (near {place})").format(what=told, place=place) if place else told


def place_marker(place_id: str | None) -> folium.FeatureGroup | None:
    """The ring round the chosen place; None where none is chosen."""
    if not place_id:
        return None
    return marker_at(*position(installation().region, place_id))


def marker_at(lon: float, lat: float) -> folium.FeatureGroup:
    """The ring round a point that this visitor tapped; it goes to nobody else's map."""
    point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([lon], [lat]), crs="EPSG:4326")
    return pin_group(to_features(point, pins=["here"], labels=[""]), theme())
