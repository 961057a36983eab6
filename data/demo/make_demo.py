"""Makes the fictional county of Metsamaa in the open Baltic Sea, in the formats that real regions come in.

Run ``python data/demo/make_demo.py [FOLDER]``; the same bytes come out every time
(``--check`` tries it). Nothing in it exists.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from buildings import Building, built_up, make_buildings
from buses import Laid, RoadGraph, lay_lines, make_stops, write_gtfs
from calendar_days import holidays_toml
from county import (
    municipalities,
    write_boundaries,
    write_land,
    write_outlines,
    write_roads,
    write_services,
    write_settled,
)
from details import Details, with_details
from fields import make_fields
from joints import connected, joined, split_by_roads, with_bridges
from osm_file import OsmFile
from people import make_people, write_people
from roads import make_roads
from services import Service, make_services
from settlements import Settlement, make_settlements
from streets import Farm, ice_road, make_farms, make_streets
from terrain import Terrain, make_terrain
from voices import write_contributions

SEED = 11
FILES = (
    "demo.osm.pbf", "demo_gtfs.zip", "census_grid.csv", "boundaries.geojson", "contributions.csv", "proposals.json",
    "networks.json", "hours.toml",
)  # fmt: skip


@dataclass(frozen=True)
class County:
    """Everything that is made before anything is written."""

    terrain: Terrain
    places: list[Settlement]
    farms: list[Farm]
    details: Details
    buildings: list[Building]
    services: list[Service]
    laid: list[Laid]
    forests: list[shapely.Polygon]
    fields: list[tuple[str, shapely.Polygon]]
    areas: list[tuple[dict[str, str], shapely.Polygon]]


def make_county(say: Callable[[str], None] = print) -> County:
    """The county from its seed: each part has its own generator, so that a change in one leaves the rest alone."""
    start = time.monotonic()

    def rng(part: int, what: str) -> np.random.Generator:
        say(f"{time.monotonic() - start:5.1f} s  {what}")
        return np.random.default_rng([SEED, part])

    terrain = make_terrain(np.random.default_rng(SEED))
    places = make_settlements(rng(1, "settlements"), terrain)
    roads = with_bridges(make_roads(rng(2, "roads"), terrain, places), terrain.rivers)
    streets = make_streets(rng(3, "streets"), terrain, places, roads)
    farms, lanes = make_farms(rng(4, "farms"), terrain, places, roads + streets)
    net = connected(joined([*roads, *streets, *lanes]))
    details = with_details(rng(5, "details"), net, places)
    buildings = make_buildings(rng(6, "buildings"), terrain, places, farms=farms, roads=net)
    services = make_services(rng(7, "services"), places, buildings)
    graph = RoadGraph(net)
    stops = make_stops(rng(8, "buses"), graph, places, services)
    laid = lay_lines(graph, places, stops)
    details.roads.append(ice_road([_at_node(graph, place) for place in places]))
    covered = [shape for _name, shape in built_up(buildings, places)]
    fields = make_fields(rng(9, "fields"), terrain, taken=covered)
    forests = split_by_roads(terrain.forests, net)
    areas = municipalities(rng(10, "boundaries"), terrain, places)
    return County(terrain, places, farms, details, buildings, services, laid, forests, fields, areas)


def _at_node(graph: RoadGraph, place: Settlement) -> Settlement:
    """The place moved onto its road, so that what begins there is connected."""
    x, y = graph.points[graph.nearest(place.x, place.y)]
    return Settlement(place.name, place.kind, float(x), float(y), place.people, place.north)


def write_county(county: County, folder: Path) -> dict[str, int]:
    """Write every file into a folder; returns counts for the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    used = {stop.stop_id: stop for one in county.laid for stop in one.stops}
    with OsmFile(folder / "demo.osm.pbf") as osm:
        write_land(osm, county.terrain, forests=county.forests, fields=county.fields)
        write_settled(osm, county.places, farms=county.farms, buildings=county.buildings)
        write_roads(osm, county.details, county.laid)
        write_services(osm, county.services, [used[key] for key in sorted(used)])
        write_boundaries(osm, county.areas)
    counts = osm.counts() | write_gtfs(county.laid, folder / "demo_gtfs.zip")
    people = make_people(np.random.default_rng([SEED, 11]), county.terrain, county.places, county.buildings)
    write_people(people, folder / "census_grid.csv")
    write_outlines(county.areas, folder / "boundaries.geojson")
    (folder / "hours.toml").write_text(holidays_toml(), encoding="utf-8")
    counts["contributions"] = write_contributions(
        np.random.default_rng([SEED, 12]), county.buildings,
        source=Path(__file__).parent / "voices.tsv", path=folder / "contributions.csv",
    )  # fmt: skip
    for name in ("proposals.json", "networks.json"):
        said = (Path(__file__).parent / name).read_text(encoding="utf-8")
        (folder / name).write_text(said, encoding="utf-8")
    counts["proposals"] = len(json.loads((folder / "proposals.json").read_text(encoding="utf-8")))
    return counts | {
        "cells": len(people),
        "people": int(people["T"].clip(lower=0).sum()),
        "services": len(county.services),
    }


def sha256(path: Path) -> str:
    """A file's fingerprint."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Make everything and say what came out; with ``--check``, say whether it is what lies here."""
    here = Path(__file__).parent
    if sys.argv[1:] == ["--check"]:
        with tempfile.TemporaryDirectory() as scratch:
            write_county(make_county(), Path(scratch))
            other = [name for name in FILES if sha256(Path(scratch) / name) != sha256(here / name)]
        sys.exit(f"These files come out differently: {', '.join(other)}" if other else 0)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here
    counts = write_county(make_county(), folder)
    text = json.dumps({"counts": counts, "sha256": {name: sha256(folder / name) for name in FILES}}, indent=1)
    (folder / "MANIFEST.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
