"""Collects services, settlements, municipalities, buildings and land from a stream of OpenStreetMap objects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sempre_geo.i18n import available_languages, sentence
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
_LAND_KEYS = frozenset(key for key, _value in (*_LAND, *_LINES))
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
_WIDEST_LEVEL = 4  # states and regions; 2 is the country
_SHARE_TAKEN = 0.05  # borders of two levels never match to the metre
_POINT = 0  # shapely's number of this kind
Found = tuple[dict[str, Any], str]  # a row and its shape, as hexadecimal WKB


class FeatureCollector:
    """Takes objects one by one; afterwards gives frames, sorted by id, positions in EPSG:4326."""

    def __init__(self, country: Country, categories: Categories, *, clip: shapely.Geometry | None) -> None:
        import osmium

        self._country = country
        self._languages = (*country.languages, "en", *_readers())
        self._spoken: set[str] = set()
        self._levels = {str(level): level for level in range(_WIDEST_LEVEL, country.municipality_level + 1)}
        self._categories = categories
        self._clip = clip
        self._shapes = osmium.geom.WKBFactory()
        self._no_location = osmium.InvalidLocationError
        self._services: dict[str, Found] = {}
        self._settlements: dict[str, Found] = {}
        self._municipalities: dict[str, Found] = {}
        self._buildings: dict[str, Found] = {}
        self._land: dict[str, Found] = {}
        self._broken: set[str] = set()

    def take(self, entry: Any, tags: Mapping[str, str]) -> None:
        """Keep an object with these tags if it is one of these."""
        if entry.is_node():
            self._take_point(entry, tags)
        elif entry.is_way():
            self._take_line(entry, tags)
        elif entry.is_area():
            self._take_area(entry, tags)

    def _take_point(self, node: Any, tags: Mapping[str, str]) -> None:
        categories = self._categories.of(tags)
        settlement = tags.get("place") in SETTLEMENT_KINDS and "name" in tags
        if not (categories or settlement or "building" in tags) or not node.location.valid():
            return
        key, place = f"n{node.id}", self._shapes.create_point(node)
        self._keep_services(key, tags, categories, place)
        if settlement:
            self._settlements.setdefault(f"{_OSM}:{key}", (self._settlement(tags), place))
        if "building" in tags:
            self._buildings.setdefault(key, (_building(tags), place))

    def _take_line(self, way: Any, tags: Mapping[str, str]) -> None:
        kind = _kind(tags, _LINES)
        if kind is not None:
            key = f"w{way.id}-line"
            shape = None if key in self._land else self._shape(self._shapes.create_linestring, way, key)
            if shape is not None:
                self._land[key] = ({"kind": kind, "name": tags.get("name")}, shape)
        categories = self._categories.of(tags)
        if categories and (tags.get("area") == "no" or not way.is_closed()):
            middle = way.nodes[len(way.nodes) // 2].location if len(way.nodes) else None
            if middle is not None and middle.valid():
                self._keep_services(f"w{way.id}", tags, categories, self._shapes.create_point(middle))

    def _take_area(self, area: Any, tags: Mapping[str, str]) -> None:
        kind = _kind(tags, _LAND)
        municipal = tags.get("boundary") == "administrative" and tags.get("admin_level") in self._levels
        settlement = tags.get("place") in SETTLEMENT_KINDS and "name" in tags
        categories = self._categories.of(tags)
        if not (kind or municipal or settlement or categories or "building" in tags):
            return
        key = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
        shape = self._shape(self._shapes.create_multipolygon, area, key)
        if shape is None:
            return
        self._keep_services(key, tags, categories, shape)
        if "building" in tags:
            self._buildings.setdefault(key, (_building(tags), shape))
        if kind:
            self._land.setdefault(key, ({"kind": kind, "name": tags.get("name")}, shape))
        if municipal and "name" in tags:
            self._municipalities.setdefault(f"{_OSM}:{key}", (self._municipality(tags), shape))
        if settlement:
            self._settlements.setdefault(f"{_OSM}:{key}", (self._settlement(tags), shape))

    def _shape(self, create: Any, entry: Any, key: str) -> str | None:
        """The outline as text; all are made into shapes together, which is ten times faster than one by one."""
        try:
            return str(create(entry))
        except (RuntimeError, self._no_location):
            self._broken.add(key)
            return None

    def _keep_services(self, key: str, tags: Mapping[str, str], categories: list[str], shape: str) -> None:
        for number, category in enumerate(categories):
            name = f"{_OSM}:{key}" + (f"#{category}" if number else "")
            self._services.setdefault(name, (self._service(tags, category), shape))

    def _service(self, tags: Mapping[str, str], category: str) -> dict[str, Any]:
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

    def _settlement(self, tags: Mapping[str, str]) -> dict[str, Any]:
        return self._names(tags) | {"kind": tags["place"], "population": _number(tags.get("population"))}

    def _municipality(self, tags: Mapping[str, str]) -> dict[str, Any]:
        return self._names(tags) | {"level": self._levels[tags["admin_level"]]}

    def _names(self, tags: Mapping[str, str]) -> dict[str, Any]:
        found = {code: tags[f"name:{code}"] for code in self._languages if f"name:{code}" in tags}
        self._spoken.update(found)
        return {"name": tags.get("name")} | {f"name_{code}": name for code, name in found.items()}

    def _name_columns(self) -> list[str]:
        """The country's languages and English always; any other that somebody may read in, where a name is in it."""
        always = (*self._country.languages, "en")
        return [f"name_{code}" for code in (*always, *sorted(self._spoken.difference(always)))]

    def services(self) -> gpd.GeoDataFrame:
        """Services inside the clip; sensitive ones included, the build leaves them out."""
        columns = (*_SERVICE_COLUMNS[:2], *self._name_columns(), *_SERVICE_COLUMNS[2:])
        return _as_points(self._frame(self._services, columns, index="service_id"))

    def settlements(self) -> gpd.GeoDataFrame:
        """Named places inside the clip; one that is mapped as a point and as an area counts once."""
        columns = ("name", *self._name_columns(), "kind", "population")
        return _as_points(_once(self._frame(self._settlements, columns, index="settlement_id")))

    def municipalities(self) -> gpd.GeoDataFrame:
        """Municipalities that touch the clip.

        A wider area without any municipality in it is one itself: a city that is its own district or state has no
        border of the municipalities' level.
        """
        areas = self._frame(self._municipalities, ("name", *self._name_columns(), "level"), index="municipality_id")
        kept = areas[areas["level"] == self._country.municipality_level]
        for level in sorted({*areas["level"]} - {self._country.municipality_level}, reverse=True):
            wider = areas[areas["level"] == level]
            shapes, taken = wider.geometry.to_numpy(), kept.geometry.union_all()
            share = shapely.area(shapely.intersection(shapes, taken)) / shapely.area(shapes)
            kept = pd.concat([kept, wider[share < _SHARE_TAKEN]])
        return areas[areas.index.isin(kept.index)].drop(columns="level")

    def buildings(self) -> pd.DataFrame:
        """Where buildings are and how large: ``lon, lat, area_m2, levels, kind``; those nobody lives in left out."""
        lived_in = {key: found for key, found in self._buildings.items() if found[0]["kind"] not in _NO_HOME}
        frame = self._frame(lived_in, ("levels", "kind"), index="building")
        middles = shapely.centroid(frame.geometry.to_numpy())
        table = pd.DataFrame(
            {
                "lon": shapely.get_x(middles),
                "lat": shapely.get_y(middles),
                "area_m2": frame.to_crs("EPSG:3035").area.to_numpy(),
                "levels": frame["levels"].to_numpy(dtype=np.float64),
                "kind": frame["kind"].to_numpy(),
            }
        )
        return pd.DataFrame(table[np.isfinite(table["lon"])].reset_index(drop=True))

    def land(self) -> gpd.GeoDataFrame:
        """Water, forest, built-up and other land as polygons; rivers and coast as lines."""
        return self._frame(self._land, ("kind", "name"), index="land").reset_index(drop=True)

    def notes(self) -> list[str]:
        """What was left out."""
        if not self._broken:
            return []
        return [
            sentence(
                "{n} areas have outlines that do not close in the extract; they were left out.", n=len(self._broken)
            )
        ]

    def _frame(self, found: Mapping[str, Found], columns: Sequence[str], *, index: str) -> gpd.GeoDataFrame:
        """What was found inside the clip, sorted by id, shapes mended."""
        keys = sorted(found, key=_by_number)
        shapes = shapely.make_valid(shapely.from_wkb(np.array([found[key][1] for key in keys], dtype=object)))
        table = pd.DataFrame(
            {column: [found[key][0].get(column) for key in keys] for column in columns},
            columns=list(columns),
            index=pd.Index(keys, name=index, dtype=object),
        )
        frame = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")
        return frame if self._clip is None else frame[shapely.intersects(self._clip, shapes)]


def _readers() -> tuple[str, ...]:
    """The languages of the app as OpenStreetMap writes them; Norwegian names stand under ``no``, too."""
    return (*sorted({code.partition("@")[0] for code in available_languages()}), "no")


def _as_points(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Areas by a point that surely lies on them."""
    shapes = frame.geometry.to_numpy()
    points = np.where(shapely.get_type_id(shapes) == _POINT, shapes, shapely.point_on_surface(shapes))
    return frame.set_geometry(gpd.GeoSeries(points, index=frame.index, crs=frame.crs))


def _once(settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Without the areas that hold a point of the same name: the point is where the place really is."""
    is_point = settlements.geom_type == "Point"
    points, areas = settlements[is_point], settlements[~is_point]
    tree = shapely.STRtree(points.geometry.to_numpy())
    area, point = tree.query(areas.geometry.to_numpy(), predicate="intersects")
    same = areas["name"].to_numpy()[area] == points["name"].to_numpy()[point]
    return settlements.drop(index=areas.index[np.unique(area[same])])


def _by_number(key: str) -> tuple[str, int, str]:
    """Sort keys so that ``n2`` comes before ``n10``."""
    match = re.fullmatch(r"(?:osm:)?([nwr])(\d+)(.*)", key)
    return (match[1], int(match[2]), match[3]) if match else (key, 0, "")


def _kind(tags: Mapping[str, str], kinds: Mapping[tuple[str, str], str]) -> str | None:
    """The kind of the first tag, in the order of the table, that names one."""
    if _LAND_KEYS.isdisjoint(tags):
        return None
    return next((kind for (name, value), kind in kinds.items() if tags.get(name) == value), None)


def _building(tags: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": tags["building"], "levels": _levels(tags)}


def _levels(tags: Mapping[str, str]) -> float:
    levels = _number(tags.get("building:levels"))
    return levels if levels >= 1 else 1.0


def _number(text: str | None) -> float:
    """The number a tag begins with; NaN where there is none.

    >>> _number("about 40"), _number("1 200")
    (nan, 1200.0)
    """
    match = re.fullmatch(r"\s*(\d[\d\s]*(?:[.,]\d+)?)\s*", text or "")
    return float(re.sub(r"\s", "", match[1]).replace(",", ".")) if match else float("nan")
