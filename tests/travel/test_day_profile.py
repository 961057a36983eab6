"""A place's whole day: two buses, a bus every twenty minutes, and percentiles that do not exist."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.region.gtfs import read_gtfs
from sempre_geo.travel.day_profile import DayProfile, day_profile
from sempre_geo.travel.journeys import DayRides, Doorsteps
from sempre_geo.travel.timetable import service_day
from tests.timetable_files import clock, csv_text, timetable, write_folder

DAY = date(2026, 5, 5)
NO_FOOT = pd.DataFrame({"from_stop": [], "to_stop": [], "seconds": []})
NOTHING = np.zeros(1, dtype=np.int32)


def _profile(
    tmp_path: Path,
    trips: dict[str, list[tuple[str, str]]],
    *,
    window: tuple[int, int],
    walk_s: float = np.inf,
    **more: str,
) -> DayProfile:
    feed = read_gtfs([write_folder(tmp_path, timetable(trips) | more)])
    rides = DayRides(service_day(feed, DAY, footpaths=NO_FOOT, min_change_s=60))
    at = [np.array([rides.day.stops.index.get_loc(stop)], dtype=np.int32) for stop in ("home", "door")]
    ends = Doorsteps(at[0], NOTHING, at[1], NOTHING, walk_s)
    return day_profile(rides, ends, from_s=window[0], until_s=window[1], arrive_by_s=26 * 3600)


def test_two_buses_a_day_as_published(tmp_path: Path, shared_data: Path) -> None:
    case = json.loads((shared_data / "reference" / "published_values.json").read_text(encoding="utf-8"))[
        "two_buses_a_day"
    ]
    trips = {}
    for bus in case["buses"]:
        hour, minute = (int(part) for part in bus.split(":"))
        leaves = hour * 3600 + minute * 60
        trips[bus] = [("home", clock(leaves)), ("door", clock(leaves + case["ride"] * 60))]
    profile = _profile(tmp_path, trips, window=(6 * 3600, 18 * 3600))
    assert profile.best_min == profile.mean_min == profile.worst_min == 40
    assert profile.share_within(case["cutoff"]) == pytest.approx(case["share_reachable"], abs=5e-5)
    for percent, minutes in case["percentiles"].items():
        if minutes is None:
            with pytest.raises(MissingDataError, match="does not exist"):
                profile.percentile_min(float(percent), limit_min=case["cutoff"])
        else:
            assert profile.percentile_min(float(percent), limit_min=case["cutoff"]) == pytest.approx(minutes, abs=0.05)


def test_with_a_bus_every_20_minutes_the_time_is_uniform_from_ride_to_ride_plus_headway(tmp_path: Path) -> None:
    trips = {"loop": [("home", "00:00:00"), ("door", "00:30:00")]}
    often = csv_text(
        "trip_id,start_time,end_time,headway_secs,exact_times", [("loop", "05:00:00", "23:00:00", 1200, 1)]
    )
    profile = _profile(tmp_path, trips, window=(8 * 3600, 18 * 3600), frequencies=often)
    total = profile.total_min()
    assert np.unique(total, return_counts=True)[0].tolist() == list(range(30, 50))
    assert np.unique(np.unique(total, return_counts=True)[1]).tolist() == [30]
    for percent in (10, 50, 90):
        assert profile.percentile_min(percent) == pytest.approx(30 + percent / 100 * 20, abs=1)


def test_in_a_grid_city_each_change_adds_its_wait(tmp_path: Path) -> None:
    # Lines every 20 minutes in both directions; the cross line leaves 7 minutes after the first arrives.
    trips = {
        "east": [("home", "00:00:00"), ("corner", "00:13:00")],
        "north": [("corner", "00:00:00"), ("door", "00:11:00")],
    }
    often = csv_text(
        "trip_id,start_time,end_time,headway_secs,exact_times",
        [("east", "05:00:00", "23:00:00", 1200, 1), ("north", "05:00:00", "23:00:00", 1200, 1)],
    )
    profile = _profile(tmp_path, trips, window=(8 * 3600, 18 * 3600), frequencies=often)
    assert set(profile.ride_min) == {13 + 7 + 11}
    assert np.unique(profile.total_min()).tolist() == list(range(31, 51))


def test_no_departure_worth_taking_is_beaten_by_another(tmp_path: Path) -> None:
    trips = {
        "slow": [("home", "08:00:00"), ("door", "10:00:00")], "quick": [("home", "08:30:00"), ("door", "09:30:00")],
        "last": [("home", "12:00:00"), ("door", "13:00:00")],
    }  # fmt: skip
    profile = _profile(tmp_path, trips, window=(0, 86_400))
    assert profile.leave_s.tolist() == [30_600, 43_200]
    walking = _profile(tmp_path, trips, window=(0, 86_400), walk_s=3600)
    assert len(walking.leave_s) == 0
    assert walking.best_min == np.inf
    assert walking.share_within(60) == 1


def test_a_day_without_a_bus_has_no_percentile_and_nothing_vanishes_into_nan(tmp_path: Path) -> None:
    profile = _profile(tmp_path, {"back": [("door", "08:00:00"), ("home", "09:00:00")]}, window=(0, 86_400))
    assert (profile.best_min, profile.mean_min, profile.worst_min) == (np.inf, np.inf, np.inf)
    assert profile.share_within(600) == 0
    with pytest.raises(MissingDataError, match="0%"):
        profile.percentile_min(50)
    with pytest.raises(InputError, match="101"):
        profile.percentile_min(101)
