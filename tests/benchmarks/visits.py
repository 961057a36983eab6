"""A county's weekday by bus, all services, both directions, all merges; side by side with ferrobus where it is.

Run by hand: ``python -m tests.benchmarks.visits FEED.zip YYYY-MM-DD [PYTHON_WITH_FERROBUS]``. Homes and services are
put beside stops, walks are straight lines, 1.3 times as long; what is measured is everything from the day's arrays to
the table of all homes. ``large`` in place of a feed makes a timetable of 20,000 trips and 420,000 stop times.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from sempre_geo.region.gtfs import read_gtfs
from sempre_geo.travel.hours import OpenDay
from sempre_geo.travel.profiles import legs_from_pairs, rides_of_day, turned
from sempre_geo.travel.there_and_back import Homes
from sempre_geo.travel.timetable import service_day
from sempre_geo.travel.visits import Ground, Question, Site, category_visits, door_of, town_of

HOMES, SERVICES, CATEGORIES = 3000, 200, 10
ACCESS_M, ALL_THE_WAY_M, DETOUR, WALK_M_S = 1500.0, 5000.0, 1.3, 1.25
HOURS = OpenDay(((9 * 60, 12 * 60), (13 * 60, 16 * 60)))
QUESTION = Question(stay_min=60)


def main() -> None:
    """Measure and print."""
    feed, homes, services = sys.argv[1], HOMES, SERVICES
    if feed == "large":
        day, places, services = *large_day(), 500
    else:
        day, places = real_day(Path(feed), date.fromisoformat(sys.argv[2]))
    draw = np.random.default_rng(1)
    at_home = places[draw.integers(len(places), size=homes)] + draw.normal(0, 400, (homes, 2))
    at_service = places[draw.integers(len(places), size=services)] + draw.normal(0, 200, (services, 2))
    ground, sites = prepared(day, places, at_home, at_service)
    print(f"{len(day.stops)} stops, {len(day.trips)} trips, {len(day.dep_s)} connections, {len(day.foot_s)} footpaths")
    category_visits(ground, sites[:1], QUESTION)  # compiled before the clock starts
    start = time.perf_counter()
    door_of(town_of(ground, sites[0]), QUESTION)
    category_visits(ground, sites[:1], QUESTION)
    one = time.perf_counter() - start
    start, cpu = time.perf_counter(), time.process_time()
    tables = [category_visits(ground, sites[n::CATEGORIES], QUESTION) for n in range(CATEGORIES)]
    ours, cpu = time.perf_counter() - start, time.process_time() - cpu
    found = np.mean([(table["status"] == "ok").mean() for table in tables])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"one service's map {one:.2f} s; {services} services, {homes} homes: {ours:.1f} s ({cpu:.1f} s of computing)"
          f", {memory:.0f} MB; {found:.0%} have a visit")  # fmt: skip
    if len(sys.argv) > 3:
        from tests.benchmarks.visits_beside_ferrobus import beside_ferrobus

        beside_ferrobus(sys.argv[3], Path(feed), sys.argv[2], (day, places, at_home, at_service), ours)


def real_day(path: Path, day: date):
    """A feed's day and its stops in metres."""
    made = service_day(read_gtfs([path]), day)
    return made, metres(made.stops.geometry.x.to_numpy(), made.stops.geometry.y.to_numpy())


def metres(lon, lat) -> np.ndarray:
    """Degrees as metres on a plane that touches the middle of a county."""
    return np.column_stack([lon * 111_320 * np.cos(np.radians(62.9)), lat * 110_540])


def large_day():
    """A made-up city region: 1,000 lines of 21 stops on a grid of 5,000, ten runs each way."""
    from types import SimpleNamespace

    import pandas as pd

    draw = np.random.default_rng(2)
    side, stops = 71, 71 * 71
    places = np.column_stack([np.arange(stops) % side, np.arange(stops) // side]) * 500.0 + draw.normal(
        0, 80, (stops, 2)
    )
    rows = []
    for line in range(1000):
        x, y = draw.integers(side, size=2)
        step = draw.integers(-1, 2, size=(20, 2))
        path = np.clip(np.cumsum(np.vstack([[x, y], step]), axis=0), 0, side - 1)
        stop = path[:, 1] * side + path[:, 0]
        for run in range(20):
            calls = stop if run % 2 else stop[::-1]
            leaves = 5 * 3600 + int(draw.integers(0, 17 * 3600)) // 60 * 60
            times = leaves + 120 * np.arange(21)
            rows.append(
                np.column_stack(
                    [calls[:-1], calls[1:], np.full(20, line * 20 + run), times[:-1], times[1:], np.arange(20)]
                )
            )
    table = np.concatenate(rows).astype(np.int32)
    table = table[np.lexsort((table[:, 5], table[:, 4], table[:, 3]))]
    near = cKDTree(places).query_pairs(600, output_type="ndarray")
    pairs = np.concatenate([near, near[:, ::-1]])
    seconds = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T) * DETOUR / WALK_M_S
    foot = legs_from_pairs(pairs[:, 0], pairs[:, 1], seconds, places=stops)
    flags = np.ones(len(table), bool)
    day = SimpleNamespace(
        stops=pd.DataFrame(index=range(stops)), trips=pd.DataFrame(index=range(20_000)), dep_stop=table[:, 0],
        arr_stop=table[:, 1], trip=table[:, 2], dep_s=table[:, 3], arr_s=table[:, 4], seq=table[:, 5], board_ok=flags,
        alight_ok=flags, foot_indptr=foot.indptr, foot_stop=foot.stop, foot_s=foot.seconds,
        change_s=np.full(stops, 120, np.int32),
    )  # fmt: skip
    return day, places


def prepared(day, places, at_home, at_service) -> tuple[Ground, list[Site]]:
    """Homes and services tied to the stops."""
    there = rides_of_day(day)
    home, stop, seconds = walks(at_home, places, ACCESS_M)
    legs = legs_from_pairs(home, stop, seconds, places=len(at_home))
    ground = Ground(there, turned(there), Homes(legs, legs), np.ones(len(at_home), bool))
    sites = []
    for n, door in enumerate(at_service):
        _, near, near_s = walks(door[None, :], places, ACCESS_M)
        _, direct, direct_s = walks(door[None, :], at_home, ALL_THE_WAY_M)
        sites.append(Site(str(n), HOURS, near, near_s, direct, direct_s, direct, direct_s))
    return ground, sites


def walks(origins, targets, limit_m: float):
    """Pairs within a straight distance: positions and whole seconds."""
    near = cKDTree(targets).query_ball_point(origins, limit_m / DETOUR)
    origin = np.repeat(np.arange(len(origins)), [len(found) for found in near]).astype(np.int32)
    target = np.concatenate([np.array(found, dtype=np.int32) for found in near]).astype(np.int32)
    seconds = np.ceil(np.hypot(*(origins[origin] - targets[target]).T) * DETOUR / WALK_M_S).astype(np.int32)
    return origin, target, seconds


if __name__ == "__main__":
    main()
