"""The county as OpenStreetMap objects: coast, land, boundaries, roads, houses, places, services and stops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from buildings import Building, built_up
from buses import Laid, Stop
from details import Details
from names import in_both, municipality_names
from osm_file import OsmFile
from plane import EDGE_M, Floats, noise, sample
from services import Service
from settlements import Settlement
from streets import Farm
from terrain import Terrain

_SHORE_M = 1800.0
FICTIONAL = {"fictional": "yes"}


def write_land(
    osm: OsmFile, terrain: Terrain, *, forests: list[shapely.Polygon], fields: list[tuple[str, shapely.Polygon]]
) -> None:
    """Coastline, lakes, rivers, forests, bogs, beaches and fields; the sea is what lies right of the coastline."""
    for shape in terrain.land:
        osm.way(_left(shape), {"natural": "coastline", **FICTIONAL})
    for number, lake in enumerate(terrain.lakes):
        osm.area(lake, {"natural": "water", "water": "lake", **_lake_name(number, lake)})
    for kind, line in terrain.rivers:
        osm.way(line, {"waterway": kind})
    for shapes, tags in (
        (forests, {"landuse": "forest"}), (terrain.bogs, {"natural": "wetland", "wetland": "bog"}),
        (terrain.beaches, {"natural": "beach", "surface": "sand"}),
    ):  # fmt: skip
        for shape in shapes:
            osm.area(shape, dict(tags))
    for kind, shape in fields:
        osm.area(shape, {"landuse": kind})


def _left(shape: shapely.Polygon) -> Floats:
    return np.asarray(shapely.get_coordinates(shapely.orient_polygons(shape).exterior))


_LAKES = ("Suurvesi", "Haugjärv", "Kaarnajärv", "Uduvesi", "Tuulejärv", "Vaikjärv", "Lielūdens", "Rietezers",
    "Migezers",
          "Sūnezers", "Dzērvezers", "Tumšezers")  # fmt: skip


def _lake_name(number: int, lake: shapely.Polygon) -> dict[str, str]:
    """The twelve largest lakes have a name, in the language of their shore."""
    if number >= 12:
        return {}
    north = lake.centroid.y > -4000
    pool = _LAKES[:6] if north else _LAKES[6:]
    return in_both(pool[number // 2 % 6], north=north) if number < 12 else {}


def write_settled(osm: OsmFile, places: list[Settlement], *, farms: list[Farm], buildings: list[Building]) -> None:
    """Places, built-up land and houses; some farms have their name on the map."""
    for place in places:
        tags = {"place": place.kind, **in_both(place.name, north=place.north), "population": str(place.people)}
        osm.node(place.at, tags | FICTIONAL, own=True)
    for farm in farms:
        if farm.name:
            osm.node((farm.x, farm.y), {"place": "farm", **in_both(farm.name, north=farm.north)}, own=True)
    for _name, shape in built_up(buildings, places):
        osm.area(shape, {"landuse": "residential"})
    for one in buildings:
        corners = one.outline()
        levels = {"building:levels": str(one.levels)} if one.levels > 1 else {}
        osm.way(np.vstack([corners, corners[:1]]), {"building": one.kind, **levels})


def write_roads(osm: OsmFile, details: Details, laid: list[Laid]) -> None:
    """Streets with their gates and crossings, the forbidden turn, and the ferry."""
    ways = [osm.way(road.line, {"highway": road.highway, **road.tags}) for road in details.roads]
    for point, tags in details.points.items():
        osm.node(point, tags)
    for start, via, end in details.no_left:
        members = [("w", ways[start], "from"), ("n", osm.node(via), "via"), ("w", ways[end], "to")]
        osm.relation(members, {"type": "restriction", "restriction": "no_left_turn"})
    for one in laid:
        if one.line.ferry:
            names = {"name": "Pikksaare praam", "name:et": "Pikksaare praam", "name:lv": "Pikksāres prāmis"}
            tags = {"route": "ferry", "duration": "00:25", "motor_vehicle": "yes", "bicycle": "yes", "foot": "yes"}
            osm.way(_ferry_line(one), {**tags, "wheelchair": "yes", **names, **FICTIONAL})


def _ferry_line(one: Laid) -> Floats:
    """From road to road over the water, a little bent."""
    start, end = (np.array(stop.at) for stop in (one.stops[0], one.stops[-1]))
    ends = one.course
    share = np.linspace(0, 1, 7)[:, None]
    side = np.array([end[1] - start[1], start[0] - end[0]]) / np.hypot(*(end - start))
    middle = start + share * (end - start) + np.sin(share * np.pi) * side * 420
    return np.round(np.vstack([ends[:1], middle[1:-1], ends[-1:]]), 3)


def write_services(osm: OsmFile, services: list[Service], stops: list[Stop]) -> None:
    """Services as points; stops beside the road, quays as ferry terminals."""
    for one in services:
        osm.node((one.x, one.y), one.tags, own=True)
    for stop in stops:
        quay = "sadam" in stop.names["name:et"]
        kind = (
            {"amenity": "ferry_terminal"}
            if quay
            else {"highway": "bus_stop", "public_transport": "platform", "bus": "yes"}
        )
        wheel = {"0": "", "1": "yes", "2": "no"}[stop.wheelchair]
        osm.node(
            stop.at, {**kind, **stop.names, "ref": stop.stop_id, **({"wheelchair": wheel} if wheel else {})}, own=True
        )


def municipalities(
    rng: np.random.Generator, terrain: Terrain, places: list[Settlement]
) -> list[tuple[dict[str, str], shapely.Polygon]]:
    """One municipality round each town: what is nearest, its borders winding, out to a strip of sea."""
    towns = [place for place in places if place.kind == "town"]
    sway = [1500 * noise(rng, wave_m=7000, rough=2.8) for _ in "xy"]
    seeds = shapely.multipoints([town.at for town in towns])
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=shapely.box(-EDGE_M, -EDGE_M, EDGE_M, EDGE_M)))
    shore = shapely.union_all(shapely.buffer(np.array(terrain.land, dtype=object), _SHORE_M, quad_segs=4))
    outer = max(shapely.get_parts(shapely.simplify(shore, 120)), key=lambda part: part.area)
    found = []
    for town in towns:
        cell = next(cell for cell in cells if cell.contains(shapely.Point(town.at)))
        ring = shapely.get_coordinates(shapely.segmentize(shapely.normalize(cell), 500).exterior)
        bent = np.round(ring + np.column_stack([sample(field, ring) for field in sway]), 0)
        whole = shapely.make_valid(shapely.Polygon(bent)).intersection(shapely.MultiPolygon(_all(shore, outer)))
        shape = max(shapely.get_parts(whole), key=lambda part: part.area)
        found.append((municipality_names(town.name, north=town.north), shapely.set_precision(shape, 0.01)))
    return found


def _all(shore: shapely.Geometry, outer: shapely.Polygon) -> list[shapely.Polygon]:
    rest = [part for part in shapely.get_parts(shore) if not part.intersects(outer.buffer(-500))]
    return [shapely.Polygon(outer.exterior), *rest]


def write_boundaries(osm: OsmFile, areas: list[tuple[dict[str, str], shapely.Polygon]]) -> None:
    """Municipalities (level 7) and the county (level 6)."""
    line = {"boundary": "administrative"}
    for names, shape in areas:
        tags = {"type": "boundary", **line, "admin_level": "7", **names, **FICTIONAL}
        osm.multi([shape], tags, ring_tags={**line, "admin_level": "7"})
    county = shapely.union_all([shape for _names, shape in areas], grid_size=0.01)
    parts = [shapely.Polygon(part.exterior) for part in shapely.get_parts(county)]
    names = {"name": "Metsamaa maakond", "name:et": "Metsamaa maakond", "name:lv": "Metsamā apriņķis"}
    names["name:en"] = "Metsamaa county (fictional)"
    osm.multi(parts, {"type": "boundary", **line, "admin_level": "6", **names, **FICTIONAL})


def write_outlines(areas: list[tuple[dict[str, str], shapely.Polygon]], path: Path) -> None:
    """The municipalities as GeoJSON, to try ``--boundaries`` with."""
    import json

    from plane import to_degrees

    features = [
        {
            "type": "Feature",
            "properties": {"id": f"M{number}", **{key.replace(":", "_"): text for key, text in names.items()},
            "fictional": True},
            "geometry": {"type": "Polygon",
            "coordinates": [np.round(to_degrees(shapely.get_coordinates(shapely.orient_polygons(shape).exterior)),
            6).tolist()]},
        }
        for number, (names, shape) in enumerate(areas, start=1)
    ]  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
