"""Journeys against a search that knows nothing of connections: every ride of every trip, tried in turn.

All random worlds lie in one timetable, unconnected, so that it is read once.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from sempre_geo.region.gtfs import read_gtfs
from sempre_geo.travel.journeys import DayRides, Doorsteps, Journey, Place, arrivals, arrive_by, depart_at
from sempre_geo.travel.timetable import service_day
from tests.timetable_files import clock, csv_text, timetable, write_folder

DAY = date(2026, 5, 5)
DAY_S = 86_400
RIDES = 8
LEAST_CHANGES = (60, 300)
HOME, DOOR = Place("home", 0.0, 0.0), Place("door", 1.0, 1.0)


@dataclass
class _Case:
    """A small random world: calls of each trip (stop, arrival, departure, pickup, drop-off), ways on foot."""

    calls: dict[str, list[tuple[str, int, int, int, int]]]
    repeated: list[tuple[str, int, int, int]]
    foot: dict[tuple[str, str], int]
    least: dict[tuple[str, str], tuple[int, int | None]]
    min_change: int
    access: dict[str, int]
    egress: dict[str, int]
    walk: float


def _case(seed: int) -> _Case:
    rng = random.Random(seed)
    stops = [f"{seed}:s{n}" for n in range(rng.randint(4, 7))]
    calls = {}
    for trip in range(rng.randint(3, 12)):
        now, row = rng.randrange(0, 25 * 3600, 60), []
        for stop in rng.sample(stops, rng.randint(2, min(5, len(stops)))):
            wait = rng.choice([0, 0, 60, 300])
            row.append((stop, now, now + wait, int(rng.random() < 0.15), int(rng.random() < 0.15)))
            now += wait + rng.choice([0, 60, 600, 1800, 3600])
        calls[f"{seed}:t{trip}"] = row
    repeated = [
        (trip, start, start + rng.randrange(600, 7200, 60), rng.choice([600, 1200, 3600]))
        for trip in calls
        if rng.random() < 0.2 and (start := rng.randrange(0, 24 * 3600, 300)) >= 0
    ]
    pairs = [(a, b) for a in stops for b in stops if a != b]
    foot = {pair: rng.randrange(30, 1500, 30) for pair in rng.sample(pairs, len(pairs) // 3)}
    ruled = rng.sample(pairs + [(stop, stop) for stop in stops], 3)
    least = {pair: rng.choice([(3, None), (2, rng.randrange(60, 2400, 60)), (0, None)]) for pair in ruled}
    return _Case(
        calls, repeated, foot, least, LEAST_CHANGES[seed % 2],
        {stop: rng.randrange(0, 1800, 30) for stop in rng.sample(stops, 2)},
        {stop: rng.randrange(0, 1800, 30) for stop in rng.sample(stops, 2)},
        rng.choice([np.inf, np.inf, 5400.0, 20_000.0]),
    )  # fmt: skip


def _without_last_trip(case: _Case) -> _Case:
    """The same world, its stops and trips under other names, with one trip less."""

    def other(name: str) -> str:
        return f"fewer {name}"

    kept = list(case.calls)[:-1]
    return _Case(
        {other(trip): [(other(row[0]), *row[1:]) for row in case.calls[trip]] for trip in kept},
        [(other(trip), *rest) for trip, *rest in case.repeated if trip in kept],
        {(other(a), other(b)): s for (a, b), s in case.foot.items()},
        {(other(a), other(b)): rule for (a, b), rule in case.least.items()},
        case.min_change,
        {other(stop): s for stop, s in case.access.items()},
        {other(stop): s for stop, s in case.egress.items()},
        case.walk,
    )


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[int, DayRides]:
    """The day of all worlds, for each least time of a change."""
    cases = [_case(seed) for seed in range(230)]
    cases += [_without_last_trip(case) for case in cases[200:]]
    trips = {trip: [(row[0], clock(row[1])) for row in calls] for case in cases for trip, calls in case.calls.items()}
    tables = timetable(trips)
    places = sorted({stop for calls in trips.values() for stop, _time in calls})
    tables["stops"] = csv_text("stop_id,stop_name,stop_lon,stop_lat", [(s, s, 24.0, 57.0) for s in places])
    tables["stop_times"] = csv_text(
        "trip_id,stop_id,arrival_time,departure_time,stop_sequence,pickup_type,drop_off_type",
        [
            (trip, stop, clock(come), clock(go), at, pickup, drop)
            for case in cases
            for trip, calls in case.calls.items()
            for at, (stop, come, go, pickup, drop) in enumerate(calls)
        ],
    )
    tables["frequencies"] = csv_text(
        "trip_id,start_time,end_time,headway_secs,exact_times",
        [(trip, clock(start), clock(end), often, 1) for case in cases for trip, start, end, often in case.repeated],
    )
    tables["transfers"] = csv_text(
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time",
        [(*pair, *rule) for case in cases for pair, rule in case.least.items() if _known(case, pair)],
    )
    feed = read_gtfs([write_folder(tmp_path_factory.mktemp("worlds"), tables)])
    assert feed.problems.empty
    known = [(*pair, s) for case in cases for pair, s in case.foot.items() if set(pair) <= set(places)]
    foot = pd.DataFrame(known, columns=["from_stop", "to_stop", "seconds"])
    return {least: DayRides(service_day(feed, DAY, footpaths=foot, min_change_s=least)) for least in LEAST_CHANGES}


def _known(case: _Case, pair: tuple[str, str]) -> bool:
    """Only rules where a way exists: what joins stops no footpath joins depends on where they lie."""
    served = {row[0] for calls in case.calls.values() for row in calls}
    return set(pair) <= served and (pair[0] == pair[1] or pair in case.foot)


def _runs(case: _Case) -> list[list[tuple[str, int, int, int, int]]]:
    """Every run that may be met on the day: of its own service day and of the day before."""
    often = {trip for trip, *_rest in case.repeated}
    runs = [calls for trip, calls in case.calls.items() if trip not in often]
    for trip, start, end, headway in case.repeated:
        first = case.calls[trip][0][2]
        runs.extend(
            [(s, a - first + leaves, d - first + leaves, p, o) for s, a, d, p, o in case.calls[trip]]
            for leaves in range(start, end, headway)
        )
    earlier = [[(s, a - DAY_S, d - DAY_S, p, o) for s, a, d, p, o in run] for run in runs]
    return runs + earlier


def _change(case: _Case, start: str, end: str) -> tuple[int, int] | None:
    """Seconds until ready to board at ``end``, and of those on foot; None where there is no way."""
    kind, least = case.least.get((start, end), (0, None))
    if start != end and (start, end) not in case.foot:
        return None
    if kind == 3:
        return None
    ready = max(case.foot.get((start, end), 0), case.min_change) if start != end else case.min_change
    ready = least if kind == 2 and least is not None else ready
    return ready, 0 if start == end else ready


def _every_way(case: _Case, leave: int) -> list[tuple[int, int, int]]:
    """(arrival, rides, walked) of every way that could be best, leaving at a time."""
    found = [(leave + int(case.walk), 0, int(case.walk))] if np.isfinite(case.walk) else []
    ready = {(stop, leave + seconds): seconds for stop, seconds in case.access.items()}
    runs = _runs(case)
    for ride in range(1, RIDES + 1):
        following: dict[tuple[str, int], int] = {}
        for run in runs:
            for at, (stop, _come, go, pickup, _out) in enumerate(run):
                walked = [w for (s, t), w in ready.items() if s == stop and t <= go]
                if pickup == 1 or not walked or go < 0:
                    continue
                for end, arrives, _go, _in, drop in run[at + 1 :]:
                    if drop == 1:
                        continue
                    if end in case.egress:
                        found.append((arrives + case.egress[end], ride, min(walked) + case.egress[end]))
                    for other in {s for s, *_ in (row for each in case.calls.values() for row in each)}:
                        way = _change(case, end, other)
                        if way:
                            key = (other, arrives + way[0])
                            following[key] = min(following.get(key, 10**9), min(walked) + way[1])
        ready = following
    return found


def _ends(case: _Case, rides: DayRides) -> Doorsteps:
    at = rides.day.stops.index
    access = [(at.get_loc(stop), seconds) for stop, seconds in case.access.items() if stop in at]
    egress = [(at.get_loc(stop), seconds) for stop, seconds in case.egress.items() if stop in at]
    pairs = [np.array(rows, dtype=np.int32).reshape(-1, 2) for rows in (access, egress)]
    return Doorsteps(pairs[0][:, 0], pairs[0][:, 1], pairs[1][:, 0], pairs[1][:, 1], case.walk)


def _facts(rides: DayRides, journey: Journey) -> tuple[int, int, int]:
    rode = sum(bool(leg.trip_id) for leg in journey.legs)
    return rides.day.seconds(journey.arrival), rode, round(journey.walked_min * 60)


@pytest.mark.parametrize("seed", range(150))
def test_leaving_at_a_time_gives_the_best_of_all_ways(seed: int, worlds: dict[int, DayRides]) -> None:
    case = _case(seed)
    rides = worlds[case.min_change]
    ends = _ends(case, rides)
    for leave in (0, 7 * 3600, 17 * 3600):
        ways = _every_way(case, leave)
        journey = depart_at(rides, ends, rides.day.moment(leave), origin=HOME, destination=DOOR)
        assert (journey is None) == (not ways)
        if journey is not None:
            assert _facts(rides, journey) == min(ways)
            assert journey.departure >= rides.day.moment(leave)
            off = arrivals(rides, ends.access_stop, ends.access_s, leave)
            there = [int(off[s]) + int(e) for s, e in zip(ends.egress_stop, ends.egress_s, strict=True)]
            assert min(min(there, default=2**30), leave + case.walk) == min(ways)[0]


def _latest_ways(case: _Case, by: int) -> list[tuple[int, int, int]]:
    """(-leave, rides, walked) of every way that leaves last of all and is there in time."""
    calls = [call for run in _runs(case) for call in run if call[0] in case.access]
    leaves = {call[2] - case.access[call[0]] for call in calls}
    leaves |= {by - int(case.walk)} if np.isfinite(case.walk) else set()
    for leave in sorted((leave for leave in leaves if 0 <= leave <= by), reverse=True):
        ways = [(-leave, rode, walked) for there, rode, walked in _every_way(case, leave) if there <= by]
        if ways:
            return ways
    return []


@pytest.mark.parametrize("seed", range(150, 200))
def test_arriving_by_a_time_leaves_as_late_as_any_way_does(seed: int, worlds: dict[int, DayRides]) -> None:
    case = _case(seed)
    rides = worlds[case.min_change]
    ends = _ends(case, rides)
    for by in (9 * 3600, 21 * 3600):
        ways = _latest_ways(case, by)
        journey = arrive_by(rides, ends, rides.day.moment(by), origin=HOME, destination=DOOR, from_s=0)
        assert (journey is None) == (not ways)
        if journey is not None:
            _arrival, rode, walked = _facts(rides, journey)
            assert (-rides.day.seconds(journey.departure), rode, walked) == min(ways)
            assert journey.arrival <= rides.day.moment(by)


@pytest.mark.parametrize("seed", range(200, 230))
def test_one_trip_more_makes_nothing_worse(seed: int, worlds: dict[int, DayRides]) -> None:
    case = _case(seed)
    rides, fewer = worlds[case.min_change], _without_last_trip(case)
    for leave in range(0, DAY_S, 4 * 3600):
        moment = rides.day.moment(leave)
        before = depart_at(rides, _ends(fewer, rides), moment, origin=HOME, destination=DOOR)
        after = depart_at(rides, _ends(case, rides), moment, origin=HOME, destination=DOOR)
        assert before is None or (after is not None and after.arrival <= before.arrival)
