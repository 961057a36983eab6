"""One day of a timetable as arrays: which rides there are, when, and how one changes between them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.region.gtfs import Feed, read_gtfs
from sempre_geo.travel.footpaths import NO_CHANGE_S
from sempre_geo.travel.timetable import ServiceDay, service_day
from tests.timetable_files import csv_text, timetable, write_folder

DAY = date(2026, 5, 5)
FOOT = pd.DataFrame({"from_stop": ["a", "b"], "to_stop": ["b", "a"], "seconds": [90.0, 600.2]})
NO_FOOT = FOOT.iloc[:0]


def _feed(tmp_path: Path, calls: dict[str, list[tuple[str, str]]], **more: str) -> Feed:
    return read_gtfs([write_folder(tmp_path / "feed", timetable(calls) | more)])


def _rides(day: ServiceDay) -> list[tuple[str, str, str, int, int]]:
    """Trip, from, to, departure and arrival in minutes."""
    stops, trips = day.stops.index, day.trips["trip_id"]
    return [
        (trips[t], stops[a], stops[b], int(d) // 60, int(e) // 60)
        for t, a, b, d, e in zip(day.trip, day.dep_stop, day.arr_stop, day.dep_s, day.arr_s, strict=True)
    ]


def test_rides_are_sorted_and_late_trips_of_the_day_before_still_run(tmp_path: Path) -> None:
    trips = {
        "night": [("a", "23:50:00"), ("b", "24:10:00"), ("c", "25:00:00")],
        "day": [("c", "07:00:00"), ("b", "07:30:00")],
    }
    day = service_day(_feed(tmp_path, trips), DAY, footpaths=NO_FOOT)
    assert _rides(day) == [
        ("night", "b", "c", 10, 60), ("day", "c", "b", 420, 450), ("night", "a", "b", 1430, 1450),
        ("night", "b", "c", 1450, 1500),
    ]  # fmt: skip
    assert day.seq.tolist() == [1, 0, 0, 1]
    assert day.trips["service_date"].dt.date.iloc[day.trip[0]] == date(2026, 5, 4)
    assert {array.dtype for array in (day.dep_s, day.arr_s, day.trip, day.dep_stop, day.foot_s)} == {np.dtype("int32")}


def test_the_first_day_of_a_calendar_has_no_day_before(tmp_path: Path) -> None:
    feed = _feed(tmp_path, {"night": [("a", "23:50:00"), ("b", "24:10:00"), ("c", "25:00:00")]})
    assert len(service_day(feed, date(2026, 1, 1), footpaths=NO_FOOT).dep_s) == 2
    with pytest.raises(MissingDataError, match="2026-01-01 to 2026-12-31"):
        service_day(feed, date(2025, 12, 31), footpaths=NO_FOOT)


def test_repeated_trips_run_at_each_headway_and_say_if_their_minute_is_promised(tmp_path: Path) -> None:
    trips = {"loop": [("a", "00:00:00"), ("b", "00:05:00")], "often": [("b", "10:00:00"), ("a", "10:05:00")]}
    frequencies = csv_text(
        "trip_id,start_time,end_time,headway_secs,exact_times",
        [("loop", "06:00:00", "07:00:00", 1200, 1), ("often", "08:00:00", "08:30:00", 900, 0)],
    )
    day = service_day(_feed(tmp_path, trips, frequencies=frequencies), DAY, footpaths=NO_FOOT)
    assert [ride[3] for ride in _rides(day)] == [360, 380, 400, 480, 495]
    assert day.trips["headway_s"].iloc[day.trip].tolist() == [0, 0, 0, 900, 900]


def test_pickup_and_drop_off_types_close_doors_or_must_be_booked(tmp_path: Path) -> None:
    times = csv_text(
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type",
        [("t", "07:00:00", "07:00:00", "a", 1, 2, 0), ("t", "07:10:00", "07:10:00", "b", 2, 1, 3),
         ("t", "07:20:00", "07:20:00", "c", 3, 0, 1)],
    )  # fmt: skip
    trips = {"t": [("a", "07:00:00"), ("b", "07:10:00"), ("c", "07:20:00")]}
    day = service_day(_feed(tmp_path, trips, stop_times=times), DAY, footpaths=NO_FOOT)
    assert day.board_ok.tolist() == [True, False]
    assert day.alight_ok.tolist() == [True, False]
    assert day.book_board.tolist() == [True, False]
    assert day.book_alight.tolist() == [True, False]
    assert day.book_ahead.tolist() == [True, False]


@pytest.mark.parametrize(("day", "offset"), [(date(2026, 3, 29), "+03:00"), (date(2026, 10, 25), "+02:00")])
def test_on_the_days_the_clocks_change_a_time_of_day_is_that_time(tmp_path: Path, day: date, offset: str) -> None:
    made = service_day(_feed(tmp_path, {"t": [("a", "08:00:00"), ("b", "08:30:00")]}), day, footpaths=NO_FOOT)
    assert made.moment(int(made.dep_s[0])).isoformat() == f"{day}T08:00:00{offset}"
    assert made.seconds(datetime.fromisoformat(f"{day}T08:00:00")) == 8 * 3600


def test_the_night_trip_of_the_day_before_arrives_when_it_really_does_if_the_clocks_change(tmp_path: Path) -> None:
    trips = {"night": [("a", "23:00:00"), ("b", "29:00:00"), ("c", "30:00:00")]}
    feed = _feed(tmp_path, trips)
    spring = service_day(feed, date(2026, 3, 29), footpaths=NO_FOOT, window_s=(-86_400, 200_000))
    # Noon of the 28th minus 12 h, plus 29 h, is 05:00 in winter time: the clock on the wall shows 06:00.
    assert spring.moment(int(spring.arr_s[0])).isoformat() == "2026-03-29T06:00:00+03:00"


def test_agencies_in_other_time_zones_are_converted(tmp_path: Path) -> None:
    agency = csv_text(
        "agency_id,agency_name,agency_url,agency_timezone",
        [("A", "Riga", "u", "Europe/Riga"), ("B", "Stockholm", "u", "Europe/Stockholm")],
    )
    routes = csv_text("route_id,agency_id,route_short_name,route_type", [("R", "A", "1", 3), ("S", "B", "2", 4)])
    trips = {"r": [("a", "08:00:00"), ("b", "08:30:00")], "s": [("b", "08:00:00"), ("a", "09:00:00")]}
    table = csv_text("route_id,service_id,trip_id", [("R", "all", "r"), ("S", "all", "s")])
    feed = _feed(tmp_path, trips, agency=agency, routes=routes, trips=table)
    day = service_day(feed, DAY, zone=ZoneInfo("Europe/Riga"), footpaths=NO_FOOT)
    assert _rides(day) == [("r", "a", "b", 480, 510), ("s", "b", "a", 540, 600)]


def test_changes_take_the_least_time_unless_the_timetable_says_otherwise(tmp_path: Path) -> None:
    trips = {"t": [(stop, f"07:0{at}:00") for at, stop in enumerate("abcd")]}
    transfers = csv_text(
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time",
        [("a", "b", 3, None), ("c", "d", 2, 45), ("b", "b", 2, 600), ("c", "c", 1, None), ("d", "d", 3, None)],
    )
    day = service_day(_feed(tmp_path, trips, transfers=transfers), DAY, footpaths=FOOT, min_change_s=120)
    assert day.change_s.tolist() == [120, 600, 0, NO_CHANGE_S]
    ways = {
        (start, int(day.foot_stop[at])): int(day.foot_s[at])
        for start in range(4)
        for at in range(day.foot_indptr[start], day.foot_indptr[start + 1])
    }
    assert ways == {(1, 0): 601, (2, 3): 45}


def test_a_rule_for_a_station_holds_for_its_platforms(tmp_path: Path) -> None:
    stops = csv_text(
        "stop_id,stop_name,stop_lon,stop_lat,location_type,parent_station",
        [("st", "Station", 24, 57, 1, None), ("a", "1", 24, 57, 0, "st"), ("b", "2", 24.001, 57, 0, "st"),
         ("c", "Village", 25, 57, 0, None)],
    )  # fmt: skip
    trips = {"t": [(stop, f"07:0{at}:00") for at, stop in enumerate("abc")]}
    plain = service_day(_feed(tmp_path / "p", trips, stops=stops), DAY, footpaths=NO_FOOT, min_change_s=60)
    assert plain.foot_s.tolist() == [120, 120]
    rule = csv_text("from_stop_id,to_stop_id,transfer_type,min_transfer_time", [("st", "st", 2, 300)])
    ruled = service_day(_feed(tmp_path / "r", trips, stops=stops, transfers=rule), DAY, footpaths=NO_FOOT)
    assert ruled.foot_s.tolist() == [300, 300]
    assert ruled.change_s.tolist() == [300, 300, 120]


def test_without_streets_ways_between_stops_are_straight_and_the_day_says_so(tmp_path: Path) -> None:
    trips = {"t": [(stop, f"07:0{at}:00") for at, stop in enumerate("abc")]}
    places = {"a": (24.0, 57.0), "b": (24.0, 57.003), "c": (24.0, 57.1)}
    day = service_day(_feed(tmp_path, trips, stops=timetable(trips, places=places)["stops"]), DAY, min_change_s=0)
    # 0.003 degrees of latitude are 334 m; 1.3 times that at 5.1 km/h
    assert day.foot_s.tolist() == pytest.approx([306, 306], abs=2)
    assert any("straight" in note for note in day.notes)


def test_footpaths_of_another_timetable_are_refused(tmp_path: Path) -> None:
    feed = _feed(tmp_path, {"t": [("x", "07:00:00"), ("y", "07:10:00")]})
    with pytest.raises(InputError, match="footpaths"):
        service_day(feed, DAY, footpaths=FOOT)


def test_a_stop_without_a_place_is_ridden_through(tmp_path: Path) -> None:
    stops = csv_text("stop_id,stop_name,stop_lat,stop_lon", [("a", "A", 57, 24), ("b", "B", 0, 0), ("c", "C", 57, 25)])
    feed = _feed(tmp_path, {"t": [(stop, f"07:0{at}:00") for at, stop in enumerate("abc")]}, stops=stops)
    day = service_day(feed, DAY)
    assert day.stops.geometry.isna().tolist() == [False, True, False]
    assert len(day.dep_s) == 2


def test_no_frame_of_the_feed_is_changed(tmp_path: Path) -> None:
    feed = _feed(tmp_path, {"t": [("a", "07:00:00"), ("b", "07:10:00")]})
    before = feed.stop_times.copy(), feed.trips.copy(), FOOT.copy()
    service_day(feed, DAY, footpaths=FOOT)
    pd.testing.assert_frame_equal(before[0], feed.stop_times)
    pd.testing.assert_frame_equal(before[1], feed.trips)
    pd.testing.assert_frame_equal(before[2], FOOT)
