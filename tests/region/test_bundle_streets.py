"""Street ways read back from a built region make the same network as those read from the map."""

from __future__ import annotations

import numpy as np

from sempre_geo.region.bundle import read_street_ways, write_street_ways
from sempre_geo.travel.streets import street_network
from tests.travel.street_maps import COUNTRY, street_map


def test_ways_read_back_make_the_same_network_also_where_no_way_has_a_tag(tmp_path):
    nodes = {"A": (0, 0), "B": (1000, 0), "C": (1000, 1000)}
    ways = street_map(nodes, [("A B C A", {"highway": "residential"})])
    write_street_ways(ways, tmp_path)
    again = street_network(read_street_ways(tmp_path), mode="car", country=COUNTRY)
    assert np.array_equal(again.seconds, street_network(ways, mode="car", country=COUNTRY).seconds)
