"""Journeys on paper, by wheelchair, and on real timetables checked against the rows they came from."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sempre_geo.region.gtfs import Feed, read_gtfs
from sempre_geo.travel.journeys import DayRides, Doorsteps, Journey, Place, accessible_day, arrive_by, depart_at
from sempre_geo.travel.timetable import service_day
from tests.timetable_files import csv_text, timetable, write_folder
from tests.travel.csv_rows import CsvRows

DAY = date(2026, 5, 5)
HOME, DOOR = Place("home", 24.0, 57.0), Place("door", 25.0, 57.0)
NO_FOOT = pd.DataFrame({"from_stop": [], "to_stop": [], "seconds": []})


def _ends(rides: DayRides, start: str, end: str, *, walk_s: float = np.inf, steps_s: int = 300) -> Doorsteps:
    at = [np.array([rides.day.stops.index.get_loc(stop)], dtype=np.int32) for stop in (start, end)]
    steps = np.array([steps_s], dtype=np.int32)
    return Doorsteps(at[0], steps, at[1], steps, walk_s)


def _rides(tmp_path: Path, calls: dict[str, list[tuple[str, str]]], **more: str) -> DayRides:
    feed = read_gtfs([write_folder(tmp_path / "feed", timetable(calls) | more)])
    return DayRides(service_day(feed, DAY, footpaths=NO_FOOT))


def _at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-05T{clock}")


def _told(journey: Journey | None) -> list[str]:
    assert journey is not None
    return [f"{leg.departure:%H:%M} {leg.trip_id or 'walk'} {leg.arrival:%H:%M}" for leg in journey.legs]


TWO = {"early": [("a", "07:10:00"), ("b", "07:50:00")], "late": [("a", "13:40:00"), ("b", "14:20:00")]}


def test_one_leaves_home_just_in_time_for_the_bus(tmp_path: Path) -> None:
    rides = _rides(tmp_path, TWO)
    ends = _ends(rides, "a", "b")
    told = _told(depart_at(rides, ends, _at("06:00"), origin=HOME, destination=DOOR))
    assert told == ["07:05 walk 07:10", "07:10 early 07:50", "07:50 walk 07:55"]
    assert _told(depart_at(rides, ends, _at("07:05"), origin=HOME, destination=DOOR)) == told
    assert _told(depart_at(rides, ends, _at("07:06"), origin=HOME, destination=DOOR))[1] == "13:40 late 14:20"
    assert depart_at(rides, ends, _at("13:36"), origin=HOME, destination=DOOR) is None


def test_to_be_there_by_a_time_one_takes_the_last_bus_that_is(tmp_path: Path) -> None:
    rides = _rides(tmp_path, TWO)
    ends = _ends(rides, "a", "b")
    assert _told(arrive_by(rides, ends, _at("14:25"), origin=HOME, destination=DOOR))[1] == "13:40 late 14:20"
    assert _told(arrive_by(rides, ends, _at("14:24"), origin=HOME, destination=DOOR))[1] == "07:10 early 07:50"
    assert arrive_by(rides, ends, _at("07:54"), origin=HOME, destination=DOOR) is None


def test_walking_all_the_way_is_taken_where_it_is_as_quick(tmp_path: Path) -> None:
    rides = _rides(tmp_path, TWO)
    ends = _ends(rides, "a", "b", walk_s=50 * 60)
    assert _told(depart_at(rides, ends, _at("07:05"), origin=HOME, destination=DOOR)) == ["07:05 walk 07:55"]
    assert _told(arrive_by(rides, ends, _at("12:00"), origin=HOME, destination=DOOR)) == ["11:10 walk 12:00"]


def test_fewer_changes_go_before_less_walking_and_a_missed_change_is_no_change(tmp_path: Path) -> None:
    trips = {
        "one": [("a", "07:00:00"), ("b", "07:20:00")],
        "two": [("b", "07:22:00"), ("c", "08:00:00")],
        "tight": [("b", "07:21:00"), ("c", "07:30:00")],
        "direct": [("a", "07:05:00"), ("c", "08:00:00")],
    }
    rides = _rides(tmp_path, trips)
    told = _told(depart_at(rides, _ends(rides, "a", "c"), _at("06:00"), origin=HOME, destination=DOOR))
    assert told == ["07:00 walk 07:05", "07:05 direct 08:00", "08:00 walk 08:05"]


def test_the_time_to_spare_at_each_change_is_known(tmp_path: Path) -> None:
    trips = {"one": [("a", "07:00:00"), ("b", "07:20:00")], "two": [("b", "07:26:00"), ("c", "08:00:00")]}
    rides = _rides(tmp_path, trips)
    journey = depart_at(rides, _ends(rides, "a", "c"), _at("06:00"), origin=HOME, destination=DOOR)
    assert journey is not None
    assert journey.slack_min == (6,)
    assert journey.transfers == 1
    assert Journey(journey.legs[:1]).slack_min == ()


def test_a_journey_over_midnight_keeps_its_dates(tmp_path: Path) -> None:
    rides = _rides(tmp_path, {"night": [("a", "23:50:00"), ("b", "24:20:00")]})
    journey = depart_at(rides, _ends(rides, "a", "b"), _at("23:00"), origin=HOME, destination=DOOR)
    assert journey is not None
    assert journey.arrival.isoformat() == "2026-05-06T00:25:00+03:00"
    assert journey.minutes == 40
    same_night = depart_at(rides, _ends(rides, "a", "b"), _at("00:00"), origin=HOME, destination=DOOR)
    assert same_night is not None
    assert same_night.departure.date() == DAY


def test_a_wheelchair_takes_only_what_is_accessible_and_the_unknown_is_told_apart(tmp_path: Path) -> None:
    table = csv_text(
        "route_id,service_id,trip_id,wheelchair_accessible",
        [("R", "all", t, w) for t, w in zip("nuy", (2, 0, 1), strict=True)],
    )
    stops = csv_text(
        "stop_id,stop_name,stop_lat,stop_lon,wheelchair_boarding",
        [("a", "A", 57, 24, 1), ("b", "B", 57, 24.5, 1), ("c", "C", 57, 25, 2)],
    )
    trips = {
        "n": [("a", "07:00:00"), ("b", "07:20:00")],
        "u": [("a", "08:00:00"), ("b", "08:20:00"), ("c", "08:40:00")],
        "y": [("a", "09:00:00"), ("b", "09:20:00"), ("c", "09:40:00")],
    }
    everybody = _rides(tmp_path, trips, trips=table, stops=stops)
    first = {}
    for name, rides in {
        "everybody": everybody,
        "fine": DayRides(accessible_day(everybody.day, unknown_is_fine=True)),
        "sure": DayRides(accessible_day(everybody.day, unknown_is_fine=False)),
    }.items():
        first[name] = _told(depart_at(rides, _ends(rides, "a", "b"), _at("06:00"), origin=HOME, destination=DOOR))[1][
            6:7
        ]
        to_c = depart_at(rides, _ends(rides, "a", "c"), _at("06:00"), origin=HOME, destination=DOOR)
        assert (to_c is None) == (name != "everybody")
    assert first == {"everybody": "n", "fine": "u", "sure": "y"}


def test_what_must_be_booked_says_so(tmp_path: Path) -> None:
    times = csv_text(
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type",
        [("t", "07:00:00", "07:00:00", "a", 1, 0, 0), ("t", "07:10:00", "07:10:00", "b", 2, 2, 2),
         ("t", "07:20:00", "07:20:00", "c", 3, 0, 0)],
    )  # fmt: skip
    rides = _rides(tmp_path, {"t": [(stop, "07:00:00") for stop in "abc"]}, stop_times=times)
    for end, booked in (("c", False), ("b", True)):
        journey = depart_at(rides, _ends(rides, "a", end), _at("06:00"), origin=HOME, destination=DOOR)
        assert journey is not None
        assert [leg.book_ahead for leg in journey.legs if leg.trip_id] == [booked]


@pytest.fixture(scope="module", params=["kuopio_fi_2016-10_2017-06", "helsinki_hsl_2022-02-22"])
def town(request: pytest.FixtureRequest, shared_data: Path) -> tuple[Feed, DayRides, CsvRows]:
    path = shared_data / "gtfs" / f"{request.param}_gtfs.zip"
    feed = read_gtfs([path])
    day = date(2016, 11, 22) if "kuopio" in request.param else date(2022, 2, 22)
    return feed, DayRides(service_day(feed, day)), CsvRows(path)


def _questions(rides: DayRides, n: int) -> list[tuple[Doorsteps, datetime]]:
    rng = np.random.default_rng(7)
    stops = rides.day.stops.index
    pairs = rng.choice(len(stops), (n, 2))
    times = rng.integers(5 * 60, 21 * 60, n)
    return [
        (_ends(rides, stops[a], stops[b], steps_s=60), rides.day.moment(int(minute) * 60))
        for (a, b), minute in zip(pairs, times, strict=True)
    ]


def test_every_journey_is_a_legal_chain_of_real_stop_times(town: tuple[Feed, DayRides, CsvRows]) -> None:
    _feed, rides, rows = town
    found = 0
    for ends, moment in _questions(rides, 30):
        journey = depart_at(rides, ends, moment, origin=HOME, destination=DOOR)
        if journey is None:
            continue
        found += 1
        assert journey.departure >= moment
        now, here = journey.departure, HOME
        last_trip_end = None
        for leg in journey.legs:
            assert leg.departure >= now
            assert leg.start == here
            if leg.trip_id:
                assert rows.has_ride(leg.trip_id, (leg.start.stop_id, leg.departure), (leg.end.stop_id, leg.arrival))
                assert last_trip_end is None or leg.departure - last_trip_end >= timedelta(0)
                last_trip_end = leg.arrival
            now, here = leg.arrival, leg.end
        assert here == DOOR
    assert found > 5


def test_leaving_at_and_arriving_by_agree(town: tuple[Feed, DayRides, CsvRows]) -> None:
    _feed, rides, _rows = town
    for ends, moment in _questions(rides, 12):
        there = depart_at(rides, ends, moment, origin=HOME, destination=DOOR)
        if there is None:
            continue
        back = arrive_by(rides, ends, there.arrival, origin=HOME, destination=DOOR)
        assert back is not None
        assert there.departure <= back.departure <= back.arrival <= there.arrival
        again = depart_at(rides, ends, back.departure, origin=HOME, destination=DOOR)
        assert again is not None
        assert again.arrival == there.arrival
        later = depart_at(rides, ends, back.departure + timedelta(seconds=1), origin=HOME, destination=DOOR)
        assert later is None or later.arrival > there.arrival
