"""Catchment areas searched from the services: the same pairs as from the homes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre_geo.travel.catchment_areas import catchment_areas
from sempre_geo.travel.nearest import nearest_services, reach, streets_of
from sempre_geo.travel.streets import street_network
from tests.travel.street_maps import COUNTRY, points, street_map
from tests.travel.test_nearest import _random_map, _random_points


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from([20.0, 90.0, 300.0, np.inf]))
def test_the_same_pairs_as_from_the_homes_on_streets_with_one_way_parts(seed, limit_s):
    streets = streets_of(street_network(_random_map(seed), mode="car", country=COUNTRY))
    homes, services = _random_points(seed + 1, 8, "h"), _random_points(seed + 2, 3, "s")
    from_homes = reach(streets, homes.geometry, services.geometry, limit_s=limit_s)
    from_services = catchment_areas(streets, homes.geometry, services.geometry, limit_s=limit_s)
    key = ["origin", "target"]
    left, right = (
        from_homes.set_index(key)["seconds"].sort_index(),
        from_services.set_index(key)["seconds"].sort_index(),
    )
    assert left.index.tolist() == right.index.tolist()
    np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-6)


def test_nothing_in_reach_gives_no_rows():
    ways = street_map({"A": (0, 0), "B": (1000, 0)}, [("A B", {"highway": "tertiary"})])
    streets = streets_of(street_network(ways, mode="walk", country=COUNTRY))
    found = catchment_areas(streets, points(h=(0, 0)).geometry, points(s=(1000, 0)).geometry, limit_s=5.0)
    assert list(found.columns) == ["origin", "target", "seconds"]
    assert found.empty


def test_homes_snapped_before_give_the_same_pairs_and_the_same_nearest_services():
    streets = streets_of(street_network(_random_map(3), mode="car", country=COUNTRY))
    homes, services = _random_points(4, 8, "h"), _random_points(5, 5, "s")
    snapped = streets.index.snap(homes.geometry)
    for limit_s in (60.0, np.inf):
        pd.testing.assert_frame_equal(
            catchment_areas(streets, homes.geometry, services.geometry, limit_s=limit_s, snapped=snapped),
            catchment_areas(streets, homes.geometry, services.geometry, limit_s=limit_s),
        )
    pd.testing.assert_frame_equal(
        nearest_services(streets, homes, services, snapped=snapped), nearest_services(streets, homes, services)
    )


def test_a_pair_on_one_street_that_is_also_found_over_a_junction_has_one_row_and_the_shorter_way():
    ways = street_map({"A": (0, 0), "B": (1000, 0)}, [("A B", {"highway": "tertiary"})])
    streets = streets_of(street_network(ways, mode="walk", country=COUNTRY))
    homes, services = points(near=(300, 0), far=(900, 0)), points(s=(200, 0))
    found = catchment_areas(streets, homes.geometry, services.geometry, limit_s=3600.0).set_index("origin")
    assert sorted(found.index) == [0, 1]
    np.testing.assert_allclose(found["seconds"].sort_index(), np.array([100, 700]) / (5.1 / 3.6), rtol=1e-2)
