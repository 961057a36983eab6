"""Response times: on paper, and against the full table of pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre_geo.travel.nearest import streets_of, travel_matrix
from sempre_geo.travel.response import response_times
from sempre_geo.travel.streets import street_network
from tests.travel.street_maps import COUNTRY, points, street_map
from tests.travel.test_nearest import _random_map, _random_points


def test_an_ambulance_follows_the_one_way_street_outwards():
    # A square of 1 km sides, one way A -> B -> C -> D -> A: from A to D is three sides, back from D only one.
    ways = street_map(
        {"A": (0, 0), "B": (1000, 0), "C": (1000, 1000), "D": (0, 1000)},
        [("A B C D A", {"highway": "tertiary", "oneway": "yes"})],
    )
    streets = streets_of(street_network(ways, mode="car", country=COUNTRY))
    station, home = points(station=(0, 0)), points(home=(0, 1000))
    there = response_times(streets, station, home)["minutes"].iloc[0]
    back = response_times(streets, home, station)["minutes"].iloc[0]
    assert there / back == pytest.approx(3, rel=0.1)


def test_a_place_without_a_street_has_no_road_and_infinite_minutes():
    ways = street_map({"A": (0, 0), "B": (1000, 0)}, [("A B", {"highway": "tertiary"})])
    streets = streets_of(street_network(ways, mode="car", country=COUNTRY))
    found = response_times(streets, points(station=(0, 0)), points(near=(500, 0), far=(40_000, 0)))
    assert found.loc["far"].tolist() == [np.inf, "no_road"]
    assert found.loc["near", "status"] == "ok"


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_the_quickest_station_is_that_of_the_full_table(seed):
    streets = streets_of(street_network(_random_map(seed), mode="car", country=COUNTRY))
    stations, homes = _random_points(seed + 1, 3, "s"), _random_points(seed + 2, 8, "h")
    every = travel_matrix(streets, stations, homes).groupby("destination_id")["minutes"].min()
    found = response_times(streets, stations, homes)["minutes"]
    np.testing.assert_allclose(found, every.reindex(found.index), rtol=1e-5)
