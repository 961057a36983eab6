"""Collects services, settlements, municipalities, buildings and land from a stream of OpenStreetMap objects."""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sempre_geo.i18n import gettext as _
from sempre_geo.region.categories import Categories
from sempre_geo.region.countries import Country

FEATURE_KEYS = frozenset({"place", "building", "natural", "landuse", "waterway", "leisure", "boundary", "wetland"})
SETTLEMENT_KINDS = (
    "city", "town", "village", "hamlet", "isolated_dwelling", "farm", "suburb", "quarter", "neighbourhood", "island",
    "islet", "locality",
)  # fmt: skip
_LAND = {
    ("natural", "water"): "water", ("waterway", "riverbank"): "water", ("landuse", "reservoir"): "water",
    ("landuse", "basin"): "water", ("natural", "bay"): "water", ("natural", "wood"): "forest",
    ("landuse", "forest"): "forest", ("natural", "wetland"): "wetland", ("landuse", "residential"): "built_up",
    ("landuse", "commercial"): "built_up", ("landuse", "retail"): "built_up", ("landuse", "industrial"): "built_up",
    ("landuse", "farmyard"): "built_up", ("landuse", "farmland"): "farmland", ("landuse", "meadow"): "meadow",
    ("landuse", "orchard"): "farmland", ("landuse", "grass"): "meadow", ("natural", "heath"): "meadow",
    ("natural", "grassland"): "meadow", ("natural", "scrub"): "meadow", ("natural", "beach"): "beach",
    ("leisure", "park"): "park", ("landuse", "cemetery"): "park", ("leisure", "golf_course"): "park",
    ("natural", "sand"): "beach",
}  # fmt: skip
_LINES = {
    ("waterway", "river"): "river",
    ("waterway", "canal"): "river",
    ("waterway", "stream"): "stream",
    ("natural", "coastline"): "coastline",
}
_NO_HOME = {"garage", "garages", "shed", "barn", "roof", "carport", "greenhouse", "ruins", "service", "hut", "entrance"}
_SERVICE_COLUMNS = (
    "category",
    "name",
    "opening_hours",
    "capacity",
    "wheelchair",
    "serves",
    "operator",
    "phone",
    "website",
    "source",
)
_WHEELCHAIR = {"yes", "limited", "no"}
_OSM = "osm"


class FeatureCollector:
    """Takes objects one by one; afterwards gives frames, sorted by id, positions in EPSG:4326."""

    def __init__(self, country: Country, categories: Categories, *, clip: shapely.Geometry | None) -> None:
        import osmium

        self._country = country
        self._categories = categories
        self._clip = clip
        self._shapes = osmium.geom.WKBFactory()
        self._no_location = osmium.InvalidLocationError
        self._services: dict[str, tuple[dict[str, Any], Any]] = {}
        self._settlements: dict[str, tuple[dict[str, Any], Any]] = {}
        self._municipalities: dict[str, tuple[dict[str, Any], Any]] = {}
        self._buildings: dict[str, tuple[str, float, Any]] = {}
        self._land: dict[str, tuple[str, str | None, Any]] = {}
        self._broken = 0

    def take(self, entry: Any) -> None:
        """Keep an object if it is one of these."""
        tags = dict(entry.tags)
        if entry.is_node():
            self._take_point(f"n{entry.id}", tags, entry)
        elif entry.is_way():
            self._take_line(f"w{entry.id}", tags, entry)
        elif entry.is_area():
            self._take_area(f"{'w' if entry.from_way() else 'r'}{entry.orig_id()}", tags, entry)

    def _take_point(self, key: str, tags: dict[str, str], node: Any) -> None:
        place = shapely.Point(node.lon, node.lat)
        self._take_service(key, tags, place)
        if tags.get("place") in SETTLEMENT_KINDS and tags.get("name"):
            self._settlements.setdefault(f"{_OSM}:{key}", (self._settlement(tags), place))
        if tags.get("building"):
            self._buildings.setdefault(key, (tags["building"], _levels(tags), place))

    def _take_line(self, key: str, tags: dict[str, str], way: Any) -> None:
        kind = next((kind for (name, value), kind in _LINES.items() if tags.get(name) == value), None)
        if kind is None or key in self._land:
            return
        shape = self._shape(self._shapes.create_linestring, way)
        if shape is not None:
            self._land[f"{key}-line"] = (kind, tags.get("name"), shape)

    def _take_area(self, key: str, tags: dict[str, str], area: Any) -> None:
        kind = next((kind for (name, value), kind in _LAND.items() if tags.get(name) == value), None)
        municipal = tags.get("boundary") == "administrative" and tags.get("admin_level") == str(
            self._country.municipality_level
        )
        settlement = tags.get("place") in SETTLEMENT_KINDS and bool(tags.get("name"))
        services = self._categories.of(tags)
        if not (kind or municipal or settlement or services or tags.get("building")):
            return
        shape = self._shape(self._shapes.create_multipolygon, area)
        if shape is None:
            return
        if services:
            self._take_service(key, tags, shape.representative_point())
        if tags.get("building"):
            self._buildings.setdefault(key, (tags["building"], _levels(tags), shape))
        if kind:
            self._land.setdefault(key, (kind, tags.get("name"), shape))
        if municipal and tags.get("name"):
            self._municipalities.setdefault(f"{_OSM}:{key}", (self._names(tags), shape))
        if settlement:
            self._settlements.setdefault(f"{_OSM}:{key}", (self._settlement(tags), shape.representative_point()))

    def _shape(self, create: Any, entry: Any) -> Any:
        try:
            return shapely.make_valid(shapely.from_wkb(create(entry)))
        except (RuntimeError, self._no_location, shapely.errors.GEOSException):
            self._broken += 1
            return None

    def _take_service(self, key: str, tags: dict[str, str], place: Any) -> None:
        for number, category in enumerate(self._categories.of(tags)):
            name = f"{_OSM}:{key}" + (f"#{category}" if number else "")
            self._services.setdefault(name, (self._service(tags, category), place))

    def _service(self, tags: dict[str, str], category: str) -> dict[str, Any]:
        return self._names(tags) | {
            "category": category,
            "opening_hours": tags.get("opening_hours"),
            "capacity": _number(tags.get("capacity")),
            "wheelchair": tags["wheelchair"] if tags.get("wheelchair") in _WHEELCHAIR else "unknown",
            "serves": tags.get("social_facility:for"),
            "operator": tags.get("operator"),
            "phone": tags.get("phone") or tags.get("contact:phone"),
            "website": tags.get("website") or tags.get("contact:website"),
            "source": _OSM,
        }

    def _settlement(self, tags: dict[str, str]) -> dict[str, Any]:
        return self._names(tags) | {"kind": tags["place"], "population": _number(tags.get("population"))}

    def _names(self, tags: dict[str, str]) -> dict[str, Any]:
        languages = (*self._country.languages, "en")
        return {"name": tags.get("name")} | {f"name_{code}": tags.get(f"name:{code}") for code in languages}

    def _name_columns(self) -> list[str]:
        return [f"name_{code}" for code in (*self._country.languages, "en")]

    def _inside(self, shape: Any) -> bool:
        return self._clip is None or bool(self._clip.intersects(shape))

    def services(self) -> gpd.GeoDataFrame:
        """Services inside the clip; sensitive ones included, the build leaves them out."""
        return self._frame(
            self._services, "service_id", (*_SERVICE_COLUMNS[:2], *self._name_columns(), *_SERVICE_COLUMNS[2:])
        )

    def settlements(self) -> gpd.GeoDataFrame:
        """Named places inside the clip."""
        return self._frame(self._settlements, "settlement_id", ("name", *self._name_columns(), "kind", "population"))

    def municipalities(self) -> gpd.GeoDataFrame:
        """Municipalities that touch the clip."""
        return self._frame(self._municipalities, "municipality_id", ("name", *self._name_columns()))

    def buildings(self) -> pd.DataFrame:
        """Where buildings are and how large: ``lon, lat, area_m2, levels, kind``."""
        rows = [row for _key, row in sorted(self._buildings.items()) if self._inside(row[2]) and row[0] not in _NO_HOME]
        shapes = np.array([shape for _kind, _levels, shape in rows], dtype=object)
        middles = shapely.centroid(shapes) if len(shapes) else shapes
        area = (
            gpd.GeoSeries(shapes, crs="EPSG:4326").to_crs("EPSG:3035").area.to_numpy() if len(shapes) else np.zeros(0)
        )
        return pd.DataFrame(
            {
                "lon": shapely.get_x(middles) if len(shapes) else np.zeros(0),
                "lat": shapely.get_y(middles) if len(shapes) else np.zeros(0),
                "area_m2": area,
                "levels": np.array([levels for _kind, levels, _shape in rows], dtype=np.float64),
                "kind": [kind for kind, _levels, _shape in rows],
            }
        )

    def land(self) -> gpd.GeoDataFrame:
        """Water, forest, built-up and other land as polygons; rivers and coast as lines."""
        rows = [row for _key, row in sorted(self._land.items()) if self._inside(row[2])]
        return gpd.GeoDataFrame(
            {"kind": [kind for kind, _name, _shape in rows], "name": [name for _kind, name, _shape in rows]},
            geometry=[shape for _kind, _name, shape in rows],
            crs="EPSG:4326",
        )

    def notes(self) -> list[str]:
        """What was left out."""
        if not self._broken:
            return []
        return [
            _("{n} areas have outlines that do not close in the extract; they were left out.").format(n=self._broken)
        ]

    def _frame(
        self, found: dict[str, tuple[dict[str, Any], Any]], index: str, columns: tuple[str, ...]
    ) -> gpd.GeoDataFrame:
        kept = [(key, row, shape) for key, (row, shape) in sorted(found.items(), key=_by_number) if self._inside(shape)]
        table = pd.DataFrame(
            [row for _key, row, _shape in kept],
            columns=list(columns),
            index=pd.Index([key for key, _row, _shape in kept], name=index, dtype=object),
        )
        return gpd.GeoDataFrame(table, geometry=[shape for _key, _row, shape in kept], crs="EPSG:4326")


def _by_number(item: tuple[str, Any]) -> tuple[str, int, str]:
    match = re.match(r"osm:([nwr])(\d+)(.*)", item[0])
    return (match[1], int(match[2]), match[3]) if match else (item[0], 0, "")


def _levels(tags: dict[str, str]) -> float:
    levels = _number(tags.get("building:levels"))
    return levels if levels >= 1 else 1.0


def _number(text: str | None) -> float:
    """The number a tag begins with; NaN where there is none.

    >>> _number("about 40"), _number("1 200")
    (nan, 1200.0)
    """
    match = re.fullmatch(r"\s*(\d[\d\s]*(?:[.,]\d+)?)\s*", text or "")
    return float(re.sub(r"\s", "", match[1]).replace(",", ".")) if match else float("nan")
