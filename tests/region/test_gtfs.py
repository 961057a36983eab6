"""Timetables as they should be: calendars, hours beyond midnight, repeated trips, several feeds, the bundle."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from sempre_geo.errors import MissingDataError, MissingFileError
from sempre_geo.region.gtfs import gtfs_problems, read_feed, read_gtfs
from tests.timetable_files import CALENDAR, csv_text, timetable, write_folder, write_zip

TWO_STOPS = {"t1": [("a", "07:10:00"), ("b", "07:50:00")]}


def test_a_zip_and_a_folder_give_the_same_feed(tmp_path: Path) -> None:
    tables = timetable(TWO_STOPS)
    flat, nested = write_zip(tmp_path / "f.zip", tables), write_zip(tmp_path / "n.zip", tables, inside="feed/")
    folder = write_folder(tmp_path / "f", tables)
    feeds = [read_gtfs([path]) for path in (flat, nested, folder)]
    for feed in feeds:
        pd.testing.assert_frame_equal(feed.stop_times, feeds[0].stop_times)
        pd.testing.assert_frame_equal(feed.stops, feeds[0].stops)
        assert feed.problems.empty
    assert feeds[0].timezone == "Europe/Riga"
    assert feeds[0].span == (date(2026, 1, 1), date(2026, 12, 31))


def test_a_week_pattern_with_exceptions_decides_what_runs(tmp_path: Path) -> None:
    calendar = csv_text(
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
        [("work", 1, 1, 1, 1, 1, 0, 0, 20260101, 20260630), ("sun", 0, 0, 0, 0, 0, 0, 1, 20260101, 20260630)],
    )
    exceptions = csv_text("service_id,date,exception_type", [("work", 20260501, 2), ("sun", 20260501, 1)])
    tables = timetable(TWO_STOPS, more={"calendar": calendar, "calendar_dates": exceptions})
    tables["trips"] = csv_text("route_id,service_id,trip_id", [("R", "work", "t1")])
    feed = read_gtfs([write_folder(tmp_path, tables)])
    assert feed.active_services(date(2026, 4, 30)) == {"work"}
    assert feed.active_services(date(2026, 5, 1)) == {"sun"}
    assert feed.active_services(date(2026, 5, 2)) == set()
    assert feed.active_services(date(2026, 7, 1)) == set()


def test_calendar_dates_alone_are_a_calendar(tmp_path: Path) -> None:
    dates = csv_text("service_id,date,exception_type", [("all", 20260306, 1), ("all", 20260309, 1)])
    tables = timetable(TWO_STOPS, more={"calendar_dates": dates})
    del tables["calendar"]
    feed = read_gtfs([write_folder(tmp_path, tables)])
    assert feed.span == (date(2026, 3, 6), date(2026, 3, 9))
    assert feed.active_services(date(2026, 3, 6)) == {"all"}
    assert feed.active_services(date(2026, 3, 7)) == set()


def test_a_date_outside_every_calendar_names_the_valid_span(tmp_path: Path) -> None:
    feed = read_gtfs([write_folder(tmp_path, timetable(TWO_STOPS))])
    feed.check_covers(date(2026, 12, 31))
    with pytest.raises(MissingDataError, match=r"2027-01-01.*2026-01-01 to 2026-12-31"):
        feed.check_covers(date(2027, 1, 1))


def test_missing_times_between_two_known_ones_are_interpolated(tmp_path: Path) -> None:
    times = csv_text(
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled",
        [
            ("even", "08:00:00", "08:00:00", "a", 1, None), ("even", None, None, "b", 2, None),
            ("even", "", "", "c", 3, None), ("even", "08:30:00", "08:30:00", "d", 4, None),
            ("far", "08:00:00", "08:02:00", "a", 1, 0), ("far", None, None, "b", 2, 9),
            ("far", "08:12:00", None, "c", 3, 10),
        ],
    )  # fmt: skip
    trips = {"even": [(stop, "00:00:00") for stop in "abcd"], "far": [("a", "00:00:00"), ("b", "00:00:00")]}
    feed = read_gtfs([write_folder(tmp_path, timetable(trips, more={"stop_times": times}))])
    assert feed.problems.empty
    minutes = ((feed.stop_times["arrival_s"] - 8 * 3600) / 60).tolist()
    assert minutes == [0, 10, 20, 30, 0, 11, 12]


def test_a_platform_without_place_or_wheelchair_word_takes_its_stations(tmp_path: Path) -> None:
    stops = csv_text(
        "stop_id,stop_name,stop_lon,stop_lat,location_type,parent_station,wheelchair_boarding",
        [
            ("st", "Station", 24.5, 57.5, 1, None, 1), ("a", "Platform 1", None, None, 0, "st", None),
            ("b", "Platform 2", 24.6, 57.5, 0, "st", 2), ("c", "Village", 25, 57.5, 0, "nowhere", 0),
        ],
    )  # fmt: skip
    trips = {"t1": [("a", "07:00:00"), ("b", "07:10:00"), ("c", "07:20:00")]}
    feed = read_gtfs([write_folder(tmp_path, timetable(trips, more={"stops": stops}))])
    assert feed.stops.loc["a", ["lon", "lat"]].tolist() == [24.5, 57.5]
    assert feed.stops["wheelchair_boarding"].to_dict() == {"st": 1, "a": 1, "b": 2, "c": 0}
    assert feed.problems["what"].tolist() == ["parent_station is not among the stops"]
    assert feed.problems["row"].tolist() == [5]


def test_several_feeds_keep_their_ids_apart(tmp_path: Path) -> None:
    north = write_zip(tmp_path / "north.zip", timetable(TWO_STOPS))
    south = write_zip(tmp_path / "south.zip", timetable({"t1": [("a", "09:00:00"), ("z", "09:30:00")]}))
    feed = read_gtfs([north, south])
    assert feed.names == ("north", "south")
    assert feed.stops.index.tolist() == ["north:a", "north:b", "south:a", "south:z"]
    assert feed.trips.index.tolist() == ["north:t1", "south:t1"]
    calls = feed.stop_times
    named = list(zip(feed.trips.index[calls["trip"]], feed.stops.index[calls["stop"]], strict=True))
    assert named[-1] == ("south:t1", "south:z")
    assert feed.active_services(date(2026, 5, 5)) == {"north:all", "south:all"}
    assert feed.timezone == "Europe/Riga"


def test_extended_route_types_fares_and_attributions_are_kept(tmp_path: Path) -> None:
    more = {
        "routes": csv_text("route_id,agency_id,route_short_name,route_type", [("R", "A", "Ferry", 1200)]),
        "fare_attributes": csv_text(
            "fare_id,price,currency_type,payment_method,transfers", [("one", "2.80", "EUR", 0, 0)]
        ),
        "fare_rules": csv_text("fare_id,route_id", [("one", "R")]),
        "feed_info": csv_text(
            "feed_publisher_name,feed_publisher_url,feed_lang,feed_version", [("County", "u", "lv", "7")]
        ),
        "attributions": csv_text("organization_name,is_producer", [("County", 1)]),
    }
    feed = read_gtfs([write_folder(tmp_path, timetable(TWO_STOPS, more=more))])
    assert feed.routes["route_type"].tolist() == [1200]
    assert feed.fare_attributes["price"].tolist() == ["2.80"]
    assert feed.fare_rules["route_id"].tolist() == ["R"]
    assert feed.feed_info["feed_version"].tolist() == ["7"]
    assert feed.attributions["organization_name"].tolist() == ["County"]
    assert feed.problems.empty


def test_an_expired_timetable_is_a_finding(tmp_path: Path) -> None:
    path = write_folder(tmp_path, timetable(TWO_STOPS, more={"calendar": CALENDAR}))
    assert gtfs_problems(path, today=date(2026, 6, 1)).empty
    found = gtfs_problems(path, today=date(2027, 1, 1))
    assert found["file"].tolist() == ["calendar.txt"]
    assert "2026-12-31" in found["what"].iloc[0]


def test_what_is_written_into_a_bundle_is_read_back_the_same(tmp_path: Path) -> None:
    feed = read_gtfs([write_folder(tmp_path / "in", timetable(TWO_STOPS))])
    feed.write(tmp_path / "out")
    again = read_feed(tmp_path / "out")
    for name in ("stops", "routes", "trips", "stop_times", "calendar", "calendar_dates", "frequencies", "problems"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(feed, name))
    assert again.names == feed.names
    with pytest.raises(MissingFileError, match="--gtfs"):
        read_feed(tmp_path / "nowhere")


def test_a_whole_town_is_read_in_seconds_and_opened_at_once(shared_data: Path, tmp_path: Path) -> None:
    start = time.process_time()
    feed = read_gtfs([shared_data / "gtfs" / "kuopio_fi_2016-10_2017-06_gtfs.zip"])
    assert time.process_time() - start < 10
    assert (len(feed.stops), len(feed.trips), len(feed.stop_times)) == (1355, 2149, 79_123)
    assert feed.span == (date(2016, 10, 24), date(2017, 6, 4))
    assert feed.problems.empty
    feed.write(tmp_path)
    start = time.process_time()
    read_feed(tmp_path)
    assert time.process_time() - start < 2


def test_the_helsinki_feeds_unusable_trips_are_listed_and_the_rest_is_used(shared_data: Path) -> None:
    feed = read_gtfs([shared_data / "gtfs" / "helsinki_hsl_2022-02-22_gtfs.zip"])
    assert len(feed.trips) == 3187
    assert set(feed.problems["file"]) == {"trips.txt", "frequencies.txt"}
    assert feed.problems["file"].eq("trips.txt").sum() == 3195 - 3187


def test_a_feed_that_ended_before_the_other_is_named(tmp_path: Path) -> None:
    old = write_zip(
        tmp_path / "old.zip", timetable(TWO_STOPS, more={"calendar": CALENDAR.replace("20261231", "20260331")})
    )
    new = write_zip(tmp_path / "new.zip", timetable(TWO_STOPS))
    feed = read_gtfs([old, new])
    assert feed.silent_on(date(2026, 3, 31)) == ()
    assert feed.silent_on(date(2026, 4, 1)) == ("old",)
    assert read_gtfs([old]).silent_on(date(2026, 4, 1)) == ()
