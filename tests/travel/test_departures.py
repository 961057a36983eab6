"""Departures per hour, counted on paper."""

from __future__ import annotations

import pandas as pd

from sempre_geo.travel.departures import departures_per_hour
from tests.travel.small_days import Small

# Two buses and a train. The first bus calls at both stops of the village; nobody may get on the second at stop 0.
CALLS = [
    [(0, 420, 420, True, True), (1, 424, 424, True, True), (2, 450, 450, True, True)],
    [(0, 480, 480, False, True), (2, 510, 510, True, True)],
    [(1, 500, 500, True, True), (2, 520, 520, True, True)],
]


def _day():
    day = Small(stops=3, trips=CALLS).day()
    day.trips["route_type"] = [3, 3, 2]
    return day


def _walks(*rows):
    return pd.DataFrame(rows, columns=["origin", "target", "seconds"])


def test_a_bus_that_calls_twice_nearby_is_one_departure_and_one_that_takes_nobody_is_none():
    walks = _walks((0, 0, 60), (0, 1, 120), (1, 0, 60))
    found = departures_per_hour(_day(), walks, places=3, hours=(6, 10))
    assert found["per_hour"].tolist() == [2 / 4, 1 / 4, 0.0]  # home 0: a bus and the train; home 1: the bus
    assert found["stops"].tolist() == [2, 1, 0]


def test_people_walk_five_minutes_to_a_bus_and_ten_to_a_train():
    found = departures_per_hour(_day(), _walks((0, 1, 400), (1, 1, 601)), places=2, hours=(6, 10))
    assert found["per_hour"].tolist() == [1 / 4, 0.0]
    assert found["stops"].tolist() == [1, 0]


def test_only_the_hours_asked_for_count():
    found = departures_per_hour(_day(), _walks((0, 1, 60)), places=1, hours=(8, 10))
    assert found["per_hour"].tolist() == [1 / 2]  # the train at 08:20; the bus left at 07:04
