"""A change to one service on a county: how long the answer takes, and whether it is that of computing everything.

Run by hand: ``python -m tests.benchmarks.whatif [HOMES]``. A county of about 60,000 street nodes, 5,000 homes, 100
doctors and 80 bus lines is made up and built once. Each question is asked twice, so that the first "first" of a mode is
that of a cold start: files are read, the network is opened, the day's visits are computed. At the end the answer is
held against computing everything anew.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import osmium
import pandas as pd

from sempre_geo.gaps.scenario_services import changed_services
from sempre_geo.gaps.scenarios import scenario_from_table
from sempre_geo.pipeline.gaps.whatif import what_if
from sempre_geo.pipeline.gaps.whatif_costs import all_rows, way_travel
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.pipeline.travel.visit_grounds import region_grounds
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import Settings, read_settings
from tests.timetable_files import clock, timetable, write_zip

SIDE, STEP_DEG, WEST, SOUTH = 250, 0.005, 24.5, 56.9
DOCTORS, LINES, CALLS, RUNS = 100, 80, 15, 16
TUESDAY = date(2026, 11, 24)
HOURS = "Mo-Fr 08:00-12:00,13:00-17:00"


def main() -> None:
    """Build, ask, compare, print."""
    homes = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as folder:
        settings = build_county(Path(folder), homes)
        for mode in ("transit", "car"):
            for kind, table in questions(settings).items():
                cold, warm = (asked(settings, dict(table), mode) for _turn in range(2))
                print(f"{mode:8} {kind:15} first {cold[0]:5.2f} s, again {warm[0]:5.2f} s; {warm[1]}")
        compare(settings)


def build_county(folder: Path, homes: int) -> Settings:
    """The county as a region called ``county``."""
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    draw = np.random.default_rng(1)
    inputs = {
        "osm": [write_streets(folder / "county.osm.pbf")],
        "gtfs": [write_zip(folder / "county.zip", buses(draw))],
        "population": write_points(folder / "people.csv", draw, homes, population=draw.integers(1, 60, homes)),
        "services": write_points(folder / "doctors.csv", draw, DOCTORS, category="gp", opening_hours=HOURS),
    }
    start = time.perf_counter()
    region = build_region(settings, "county", services_mode="replace", country="LV", **inputs)
    print(f"built in {time.perf_counter() - start:.0f} s: {len(region.cells)} homes, {len(region.services)} doctors")
    return settings


def write_streets(path: Path) -> Path:
    """A grid of roads, every tenth a main road, half a kilometre apart."""
    with osmium.SimpleWriter(str(path), overwrite=True) as out:
        numbers = np.arange(SIDE * SIDE).reshape(SIDE, SIDE) + 1
        for (row, column), number in np.ndenumerate(numbers):
            place = (WEST + STEP_DEG * column, SOUTH + STEP_DEG * row)
            out.add_node(osmium.osm.mutable.Node(id=int(number), location=place))
        lines = [*numbers, *numbers.T]
        for way, nodes in enumerate(lines, start=1):
            tags = {"highway": "secondary" if way % 10 == 0 else "unclassified"}
            out.add_way(osmium.osm.mutable.Way(id=way, nodes=[int(node) for node in nodes], tags=tags))
    return path


def write_points(path: Path, draw: np.random.Generator, count: int, **columns) -> Path:
    """Points anywhere in the county, as a table."""
    places = draw.random((count, 2)) * STEP_DEG * (SIDE - 1)
    table = pd.DataFrame(
        {"id": [f"p{n}" for n in range(count)], "lon": WEST + places[:, 0], "lat": SOUTH + places[:, 1]}
    )
    table.assign(**columns).to_csv(path, index=False)
    return path


def buses(draw: np.random.Generator) -> dict[str, str]:
    """Lines that wander over the grid, some runs a day each way."""
    trips: dict[str, list[tuple[str, str]]] = {}
    places: dict[str, tuple[float, float]] = {}
    for line in range(LINES):
        x, y = draw.integers(0, SIDE, 2)
        step = draw.choice([-6, 0, 6], (CALLS, 2))
        path = np.clip(np.cumsum(np.vstack([[x, y], step]), axis=0), 0, SIDE - 1)
        stops = list(dict.fromkeys(f"{int(a)}-{int(b)}" for a, b in path))
        places |= {
            stop: (WEST + STEP_DEG * int(stop.split("-")[0]), SOUTH + STEP_DEG * int(stop.split("-")[1]))
            for stop in stops
        }
        for run in range(RUNS):
            leaves = int(draw.integers(5 * 60, 20 * 60)) * 60
            calls = stops if run % 2 else stops[::-1]
            trips[f"{line}-{run}"] = [(stop, clock(leaves + 240 * at)) for at, stop in enumerate(calls)]
    return timetable(trips, places=places)


def questions(settings: Settings) -> dict[str, dict[str, object]]:
    """A scenario of each kind of change to one service."""
    ids = list(region_grounds(settings, "county").region.services.index)
    place = {"lon": WEST + 0.6, "lat": SOUTH + 0.6}
    return {
        "add_service": {"add_service": [{"category": "gp", "opening_hours": HOURS, **place}]},
        "move_service": {"move_service": [{"service_id": ids[0], **place}]},
        "close_service": {"close_service": [{"service_id": ids[1]}]},
        "change_service": {"change_service": [{"service_id": ids[2], "opening_hours": "Mo-Fr 06:00-20:00"}]},
    }


def asked(settings: Settings, table: dict[str, object], mode: str) -> tuple[float, str]:
    """Seconds of an answer, and the answer."""
    start = time.perf_counter()
    found = what_if(settings, "county", scenario_from_table({"name": "Try"} | table), mode=mode, day=TUESDAY)
    return time.perf_counter() - start, found.sentences[0]


def compare(settings: Settings) -> None:
    """The incremental answer by car beside computing all services anew."""
    grounds = region_grounds(settings, "county")
    region = grounds.region
    table = {"name": "All", **{kind: rows for one in questions(settings).values() for kind, rows in one.items()}}
    table.pop("change_service")
    scenario = scenario_from_table(table)
    made = changed_services(region.services, scenario, categories=read_categories(settings), bbox=region.bbox)
    start = time.perf_counter()
    full = way_travel(region, all_rows(region, grounds.streets("car"), made.services, cells=region.cells))
    full_s, start = time.perf_counter() - start, time.perf_counter()
    found = what_if(settings, "county", scenario, mode="car", day=TUESDAY)
    after = found.cells["minutes_after"].to_numpy()
    same = np.allclose(after, 2 * full.table["minutes"].to_numpy(), rtol=1e-5)
    print(f"by car: all services anew {full_s:.2f} s, what-if {time.perf_counter() - start:.2f} s; the same: {same}")


if __name__ == "__main__":
    main()
