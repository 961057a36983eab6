"""Catchment areas searched from the services: the same pairs as from the homes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre_geo.travel.catchment_areas import catchment_areas
from sempre_geo.travel.nearest import reach, streets_of
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
