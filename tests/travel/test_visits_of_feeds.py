"""Visits from timetables as they are published: midnight and headways by brute force, Kuopio by its own rows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree

from sempre_geo.region.gtfs import read_gtfs
from sempre_geo.travel.easiest_visits import easiest
from sempre_geo.travel.hours import OpenDay
from sempre_geo.travel.itineraries import HOME, SERVICE, visit_of
from sempre_geo.travel.profiles import FAR_S, legs_from_pairs, rides_of_day, turned
from sempre_geo.travel.there_and_back import Homes, Town, meetings, wish_in_seconds
from sempre_geo.travel.timetable import ServiceDay, service_day
from sempre_geo.travel.visits import Ground, Question, Site, category_visits, door_of, town_of
from tests.timetable_files import clock, csv_text, timetable, write_folder
from tests.travel.csv_rows import CsvRows
from tests.travel.small_days import DAY, Small, count_visits, random_small

WORLDS = 24
DAY_MIN = 24 * 60
NIGHT_S = (-4 * 3600, 28 * 3600)


def _with_headways(small: Small, pick: random.Random) -> tuple[Small, dict[int, tuple[int, int]]]:
    """The same world with some trips repeated; and of each repeated one the headway and how often it runs."""
    trips, repeated = [], {}
    for number, calls in enumerate(small.trips):
        again = pick.randint(2, 3) if calls[0][2] >= 0 and pick.random() < 0.3 else 1
        headway = pick.randint(3, 20)
        if again > 1:
            repeated[number] = (headway, again)
        trips += [[(s, a + headway * n, d + headway * n, *doors) for s, a, d, *doors in calls] for n in range(again)]
    return replace(small, trips=trips), repeated


def _rows(world: int, small: Small, repeated: dict[int, tuple[int, int]], pick: random.Random) -> dict[str, list]:
    """GTFS rows of a world; some trips belong to the day before and run past its midnight."""
    rows: dict[str, list] = {"trips": [], "stop_times": [], "frequencies": [], "transfers": []}
    for number, calls in enumerate(small.trips):
        trip, before = f"{world}:{number}", number not in repeated and (calls[0][1] < 0 or pick.random() < 0.5)
        shift = DAY_MIN if before else 0
        rows["trips"].append(("R", "before" if before else "today", trip))
        for at, (stop, arrives, departs, may_board, may_alight) in enumerate(calls):
            times = [clock((minute + shift) * 60) for minute in (arrives, departs)]
            rows["stop_times"].append((trip, *times, f"{world}:{stop}", at, int(not may_board), int(not may_alight)))
        if number in repeated:
            headway, times = repeated[number]
            first = calls[0][2] * 60
            rows["frequencies"].append((trip, clock(first), clock(first + headway * 60 * times), headway * 60, 1))
    rows["transfers"] = [(f"{world}:{s}", f"{world}:{s}", 2, 60 * m) for s, m in enumerate(small.change)]
    return rows


@pytest.fixture(scope="module")
def worlds(tmp_path_factory) -> tuple[ServiceDay, list[Small]]:
    """All random worlds in one timetable, unconnected, and each with its trips written out."""
    rows: dict[str, list] = {"trips": [], "stop_times": [], "frequencies": [], "transfers": []}
    smalls, foot = [], []
    for world in range(WORLDS):
        pick, small = random.Random(world), random_small(1000 + world)
        small = replace(small, latest=max(small.latest, 110))
        explicit, repeated = _with_headways(small, pick)
        for name, more in _rows(world, small, repeated, pick).items():
            rows[name] += more
        foot += [(f"{world}:{a}", f"{world}:{b}", 60 * m) for (a, b), m in small.footpaths.items()]
        smalls.append(explicit)
    names = [f"{world}:{stop}" for world, small in enumerate(smalls) for stop in range(small.stops)]
    tables = timetable({}, places=dict.fromkeys(names, (25.0, 57.0))) | {
        "trips": csv_text("route_id,service_id,trip_id", rows["trips"]),
        "stop_times": csv_text(
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type", rows["stop_times"]
        ),
        "frequencies": csv_text("trip_id,start_time,end_time,headway_secs,exact_times", rows["frequencies"]),
        "transfers": csv_text("from_stop_id,to_stop_id,transfer_type,min_transfer_time", rows["transfers"]),
        "calendar_dates": csv_text(
            "service_id,date,exception_type",
            [("today", f"{DAY:%Y%m%d}", 1), ("before", f"{DAY - timedelta(days=1):%Y%m%d}", 1)],
        ),
    }
    feed = read_gtfs([write_folder(tmp_path_factory.mktemp("worlds") / "feed", tables)])
    paths = pd.DataFrame(foot, columns=["from_stop", "to_stop", "seconds"])
    known = feed.stops.index[np.unique(feed.stop_times["stop"])]
    paths = paths[paths["from_stop"].isin(known) & paths["to_stop"].isin(known)]
    day = service_day(feed, DAY, min_change_s=60, footpaths=paths, service_days=(-1, 0, 1), window_s=NIGHT_S)
    return day, smalls


def _town(day: ServiceDay, world: int, small: Small) -> Town:
    """One world's home and service in the day of all."""
    there = rides_of_day(day)

    def at(walks: dict[int, int]) -> dict[int, int]:
        found = {int(day.stops.index.get_indexer([f"{world}:{stop}"])[0]): m for stop, m in walks.items()}
        return {stop: minutes for stop, minutes in found.items() if stop >= 0}  # nothing ever stops at the others

    def legs(walks: dict[int, int]):
        stops, minutes = at(walks), np.array(list(at(walks).values()), np.int32)
        return legs_from_pairs(np.zeros(len(stops), np.int32), np.array(list(stops), np.int32), minutes * 60, places=1)

    def seconds(walks: dict[int, int]):
        full = np.full(len(day.stops), FAR_S, np.int32)
        for stop, minutes in at(walks).items():
            full[stop] = minutes * 60
        return full

    on_foot = [np.array([FAR_S if w is None else w * 60], np.int32) for w in (small.walk_there, small.walk_back)]
    homes = Homes(legs(small.from_home), legs(small.to_home))
    return Town(there, turned(there), homes, seconds(small.to_service), seconds(small.from_service), *on_foot)


def test_past_midnight_and_at_headways_visits_are_those_of_trying_everything(worlds) -> None:
    day, smalls = worlds
    possible = 0
    for world, small in enumerate(smalls):
        counted, town = count_visits(small), _town(day, world, small)
        wish = wish_in_seconds(small.hours, stay_min=small.stay, earliest_min=small.earliest, latest_min=small.latest)
        door = door_of(town, small.question())
        met = meetings(town.homes, door, wish, bound_s=np.full(1, FAR_S - 1, np.int32))
        if counted.away is None:
            assert met.away_s[0] == FAR_S, world
            continue
        possible += 1
        best = min((changes, walk) for changes, walk, _, _ in easiest(town, met.windows, wish).tolist())
        found = (met.away_s[0], *best, met.visits[0])
        assert found == (counted.away * 60, counted.changes, counted.walking * 60, counted.arrivals), world
    assert possible >= WORLDS // 4


KUOPIO_DAY = date(2016, 11, 22)
HOURS = OpenDay(((9 * 60, 12 * 60), (13 * 60, 16 * 60)))


@pytest.fixture(scope="module")
def kuopio(shared_data: Path):
    """A day of Kuopio with 40 homes and 3 services beside stops, walks in straight lines."""
    path = shared_data / "gtfs" / "kuopio_fi_2016-10_2017-06_gtfs.zip"
    day = service_day(read_gtfs([path]), KUOPIO_DAY)
    places = np.column_stack([day.stops.geometry.x * 50_700, day.stops.geometry.y * 110_540])
    draw = np.random.default_rng(3)
    doors = places[draw.integers(len(places), size=43)] + draw.normal(0, 300, (43, 2))
    near = cKDTree(places).query_ball_point(doors, 1200)
    rows = [(n, stop, int(np.hypot(*(doors[n] - places[stop])))) for n, stops in enumerate(near) for stop in stops]
    of_home = np.array([row for row in rows if row[0] < 40], np.int32)
    walks = legs_from_pairs(*of_home.T, places=40)
    none = np.zeros(0, np.int32)
    sites = []
    for n in range(40, 43):
        mine = np.array([row[1:] for row in rows if row[0] == n], np.int32).reshape(-1, 2)
        sites.append(Site(str(n), HOURS, mine[:, 0].copy(), mine[:, 1].copy(), none, none, none, none))
    return day, Homes(walks, walks), sites, CsvRows(path)


def _ground(day: ServiceDay, homes: Homes, usable=None) -> Ground:
    there = rides_of_day(day, usable)
    return Ground(there, turned(there), homes, np.ones(40, bool))


def test_every_visit_in_kuopio_is_a_legal_chain_of_real_stop_times_both_ways(kuopio) -> None:
    day, homes, sites, rows = kuopio
    ground = _ground(day, homes)
    table = category_visits(ground, sites, Question(60))
    ridden = 0
    for home, row in table[table["status"] == "ok"].iterrows():
        moments = {name: int(row[name]) for name in
                   ("leave_home_s", "arrive_s", "start_s", "end_s", "leave_s", "home_s")}  # fmt: skip
        visit = visit_of(town_of(ground, sites[row["site"]]), int(home), moments)
        assert visit.leave_home_s >= 6 * 3600
        assert visit.home_s <= 22 * 3600
        assert visit.arrive_s <= visit.start_s == visit.end_s - 3600
        assert visit.end_s <= visit.leave_s
        assert any(a * 60 <= visit.start_s and visit.end_s <= b * 60 for a, b in HOURS.intervals)
        assert (visit.transfers, visit.walking_s) == (row["transfers"], row["walking_s"])
        for way, ends in ((visit.there, (HOME, SERVICE)), (visit.back, (SERVICE, HOME))):
            assert (way[0].start, way[-1].end) == ends
            ridden += _check_rides(day, way, rows)
    assert ridden > 40


def _check_rides(day: ServiceDay, way, rows: CsvRows) -> int:
    """Each ride stands in the zip; a change leaves two minutes, a walk the time it takes."""
    stops, rides = day.stops.index, [leg for leg in way if leg.mode == "transit"]
    for leg in rides:
        start, end = ((stops[at], day.moment(time)) for at, time in ((leg.start, leg.start_s), (leg.end, leg.end_s)))
        assert rows.has_ride(day.trips["trip_id"].iloc[leg.trip], start, end)
    for before, after in pairwise(way):
        assert before.end == after.start
        both_ride = before.mode == after.mode == "transit"
        assert after.start_s - before.end_s >= (120 if both_ride else 0)
    return len(rides)


def test_a_timetable_with_more_trips_never_makes_a_visit_in_kuopio_worse(kuopio) -> None:
    day, homes, sites, _rows_of_zip = kuopio
    whole = category_visits(_ground(day, homes), sites, Question(60))
    dropped = np.random.default_rng(5).random(len(day.trips)) < 0.1
    fewer = category_visits(_ground(day, homes, ~dropped[day.trip]), sites, Question(60))
    possible = fewer["status"] == "ok"
    assert possible.any()
    assert (whole.loc[possible, "status"] == "ok").all()
    assert (whole.loc[possible, "away_s"] <= fewer.loc[possible, "away_s"]).all()
    assert (whole["away_s"] < fewer["away_s"]).any() or (whole["status"] != fewer["status"]).any()
