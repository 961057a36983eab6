"""Street rules, one small map each, with the answer on paper."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sempre_geo.region.ferries import crossing_names, crossings, ferries_of, steps_of
from sempre_geo.travel.nearest import streets_of, travel_matrix
from sempre_geo.travel.speeds import BIKE_KMH, FERRY_BOARDING_S, WALK_KMH, way_speed
from sempre_geo.travel.streets import read_network, street_network, write_network
from tests.travel.street_maps import COUNTRY, points, street_map

ROAD = {"highway": "unclassified"}
# A street of 3 km along the south with branches; enough of it that it counts as a place people live.
SQUARE = {"A": (0, 0), "B": (1000, 0), "C": (1000, 1000), "D": (0, 1000)}


def _minutes(ways, mode, start, end, *, day=None, fine=False):
    network = street_network(ways, mode=mode, country=COUNTRY, day=day)
    table = travel_matrix(streets_of(network, fine=fine), points(start=start), points(end=end))
    return float(table["minutes"].iloc[0])


def _walk_minutes(metres):
    return metres * 0.06 / WALK_KMH


def test_a_kilometre_on_foot_takes_what_the_speed_says():
    ways = street_map(SQUARE, [("A B C D A", ROAD)])
    assert _minutes(ways, "walk", (0, 0), (1000, 0)) == pytest.approx(_walk_minutes(1000), rel=5e-3)


def test_the_off_network_leg_is_walked_also_by_drivers():
    ways = street_map(SQUARE, [("A B C D A", ROAD)])
    near = _minutes(ways, "car", (0, 0), (1000, 0))
    far = _minutes(ways, "car", (-510, 0), (1000, 0))
    assert far - near == pytest.approx(_walk_minutes(510), rel=5e-3)


def test_two_points_on_one_segment_go_along_it_and_respect_its_direction():
    ways = street_map(SQUARE, [("A B", {"highway": "residential", "oneway": "yes"}), ("B C D A", ROAD)])
    along = _minutes(ways, "car", (200, 0), (700, 0))
    against = _minutes(ways, "car", (700, 0), (200, 0))
    assert along < 1.5
    assert against > 4 * along  # round the square


def test_bikes_may_go_against_a_oneway_that_excepts_them():
    tags = {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}
    speed = way_speed(tags, mode="bike", country=COUNTRY)
    assert speed.backward_kmh == BIKE_KMH
    assert way_speed(tags, mode="car", country=COUNTRY).backward_kmh == 0


def test_a_roundabout_is_one_way_without_saying_so():
    assert way_speed({"highway": "tertiary", "junction": "roundabout"}, mode="car", country=COUNTRY).backward_kmh == 0


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"maxspeed": "30"}, 30),
        ({"maxspeed": "20 mph"}, 32.19),
        ({"maxspeed": "XX:urban"}, 50),
        ({"source:maxspeed": "XX:rural"}, 90),
        ({"zone:maxspeed": "XX:30"}, 30),
        ({"maxspeed": "walk"}, 7),
    ],
)
def test_speed_limits_are_read_in_all_their_spellings(tags, kmh):
    speed = way_speed({"highway": "secondary", **tags}, mode="car", country=COUNTRY).forward_kmh
    assert speed == pytest.approx(kmh * 0.97, rel=5e-3)


def test_a_private_road_begins_or_ends_a_trip_but_is_no_short_cut():
    nodes = {**SQUARE, "E": (500, 500)}
    ways = street_map(nodes, [("A B C", ROAD), ("A D C", ROAD), ("A E C", {"highway": "service", "access": "private"})])
    open_ways = street_map(nodes, [("A B C", ROAD), ("A D C", ROAD), ("A E C", {"highway": "service"})])
    assert _minutes(ways, "walk", (0, 0), (1000, 1000)) == pytest.approx(_walk_minutes(2000), rel=5e-3)
    assert _minutes(open_ways, "walk", (0, 0), (1000, 1000)) == pytest.approx(_walk_minutes(1414.2), rel=5e-3)
    assert _minutes(ways, "walk", (0, 0), (500, 500)) == pytest.approx(_walk_minutes(707.1), rel=5e-3)
    assert _minutes(ways, "walk", (500, 500), (1000, 1000)) == pytest.approx(_walk_minutes(707.1), rel=5e-3)


def test_where_only_a_private_road_leads_it_is_taken_all_the_same():
    nodes = {**SQUARE, "E": (2000, 0), "F": (3000, 0)}
    ways = street_map(
        nodes, [("A B C D A", ROAD), ("B E", {"highway": "unclassified", "access": "private"}), ("E F", ROAD)]
    )
    assert _minutes(ways, "walk", (0, 0), (3000, 0)) == pytest.approx(_walk_minutes(3000), rel=5e-3)


def test_a_bollard_stops_cars_and_nobody_else():
    nodes = {**SQUARE, "M": (500, 0)}
    ways = street_map(nodes, [("A M B", ROAD), ("B C D A", ROAD)], barriers={"M": {"barrier": "bollard"}})
    assert _minutes(ways, "walk", (0, 0), (1000, 0)) == pytest.approx(_walk_minutes(1000), rel=5e-3)
    free = street_map(nodes, [("A M B", ROAD), ("B C D A", ROAD)])
    assert _minutes(ways, "car", (0, 0), (1000, 0)) > 2.5 * _minutes(free, "car", (0, 0), (1000, 0))


def test_a_forbidden_turn_costs_the_way_round():
    nodes = {**SQUARE, "E": (2000, 0), "F": (2000, 1000)}
    lines = [("A B", ROAD), ("B C", ROAD), ("B E", ROAD), ("E F", ROAD), ("F C", ROAD), ("C D", ROAD), ("D A", ROAD)]
    free = street_map(nodes, lines)
    ruled = street_map(nodes, lines, restrictions=[(1, "B", 2, "no_left_turn")])
    only = street_map(nodes, lines, restrictions=[(1, "B", 3, "only_straight_on")])
    start, end = (500, 0), (1000, 500)
    short = _minutes(free, "car", start, end)
    for closed in (ruled, only):
        assert _minutes(closed, "car", start, end) > 2 * short
        assert _minutes(closed, "walk", start, end) == pytest.approx(_minutes(free, "walk", start, end))
        assert _minutes(closed, "car", (1000, 500), (500, 0)) == pytest.approx(short)
        assert _minutes(closed, "car", start, (1000, 0)) == pytest.approx(short / 2, rel=0.01)


def test_steps_are_for_those_on_foot_and_untagged_ground_is_uncertain_for_wheelchairs():
    nodes = {**SQUARE, "E": (500, 500)}
    paved = {"highway": "residential", "surface": "asphalt"}
    ways = street_map(nodes, [("A B C D A", paved), ("A E C", {"highway": "steps"})])
    assert _minutes(ways, "wheelchair", (0, 0), (1000, 1000)) == pytest.approx(2000 * 0.06 / 4.0, rel=5e-3)
    bare = street_map(SQUARE, [("A B C D A", ROAD)])
    assert _minutes(bare, "wheelchair", (0, 0), (1000, 1000)) == np.inf
    assert _minutes(bare, "wheelchair", (0, 0), (1000, 1000), fine=True) == pytest.approx(2000 * 0.06 / 4.0, rel=5e-3)


def _island(ferry_tags):
    nodes = {**SQUARE, "P": (4000, 0), "Q": (5000, 0), "R": (5000, 1000), "S": (4000, 1000)}
    return street_map(nodes, [("A B C D A", ROAD), ("P Q R S P", ROAD), ("B P", {"route": "ferry", **ferry_tags})])


def test_a_ferry_takes_its_stated_time_and_the_boarding_never_nothing():
    minutes = _minutes(_island({"duration": "00:20"}), "walk", (1000, 0), (4000, 0))
    assert minutes == pytest.approx(20 + FERRY_BOARDING_S / 60, rel=5e-3)
    untimed = _minutes(_island({}), "bike", (1000, 0), (4000, 0))
    assert untimed == pytest.approx(3000 * 0.06 / 15 + FERRY_BOARDING_S / 60, rel=5e-3)


def test_a_ferry_for_people_on_foot_takes_no_cars():
    assert _minutes(_island({"foot": "yes"}), "car", (500, 0), (4500, 0)) == np.inf


def test_an_island_without_a_ferry_is_a_place_of_its_own_and_unreachable():
    nodes = {**SQUARE, "P": (4000, 0), "Q": (5000, 0)}
    ways = street_map(nodes, [("A B C D A", ROAD), ("P Q", ROAD)])
    network = street_network(ways, mode="walk", country=COUNTRY)
    table = travel_matrix(streets_of(network), points(a=(500, 0), i=(4500, 10)), points(b=(4600, 0), far=(0, 90_000)))
    assert table["status"].tolist() == ["unreachable", "no_road", "ok", "no_road"]
    assert table["minutes"].tolist()[:2] == [np.inf, np.inf]


def test_a_loose_service_yard_catches_nobody():
    nodes = {**SQUARE, "P": (500, 100), "Q": (600, 100)}
    ways = street_map(nodes, [("A B C D A", ROAD), ("P Q", {"highway": "service"})])
    assert _minutes(ways, "walk", (550, 100), (0, 0)) == pytest.approx(_walk_minutes(650), rel=5e-3)


def test_bridges_do_not_join_what_they_cross():
    nodes = {**SQUARE, "P": (500, -800), "Q": (500, 800)}
    ways = street_map(nodes, [("A B C D A", ROAD), ("P Q", {**ROAD, "bridge": "yes"})])
    assert (
        _minutes(ways, "walk", (500, 0), (500, 800)) == np.inf or _minutes(ways, "walk", (0, 0), (500, -700)) == np.inf
    )


def test_an_ice_road_is_open_only_on_a_day_of_its_season():
    nodes = {**SQUARE, "E": (500, 500)}
    ways = street_map(nodes, [("A B C D A", ROAD), ("A E C", {**ROAD, "ice_road": "yes"})])
    summer = _minutes(ways, "walk", (0, 0), (1000, 1000), day=date(2026, 7, 1))
    assert summer == _minutes(ways, "walk", (0, 0), (1000, 1000))
    assert _minutes(ways, "walk", (0, 0), (1000, 1000), day=date(2026, 2, 1)) < summer


def test_repeated_edges_keep_the_quickest_and_self_loops_lead_nowhere():
    ways = street_map(SQUARE, [("A B C D A", ROAD), ("A B", {"highway": "primary", "maxspeed": "90"}), ("C C", ROAD)])
    assert _minutes(ways, "car", (0, 0), (1000, 0)) == pytest.approx(1000 * 0.06 / (90 * 0.97), rel=5e-3)


def test_a_network_is_the_same_after_writing_and_reading(tmp_path):
    network = street_network(street_map(SQUARE, [("A B C D A", ROAD)]), mode="car", country=COUNTRY)
    write_network(network, tmp_path / "car")
    again = read_network(tmp_path / "car", "car")
    assert np.array_equal(network.seconds, again.seconds)
    assert again.mode == "car"


def test_ferries_of_one_name_that_meet_are_one_crossing_and_close_none_that_share_their_way():
    nodes = {"A": (0, 0), "B": (1000, 0), "C": (2000, 0), "D": (2000, 900), "E": (9000, 0), "F": (9900, 0)}
    ferry = {"route": "ferry"}
    ways = street_map(nodes, [
        ("A B", ROAD), ("B C", {**ferry, "name": "North"}), ("C D", {**ferry, "name": "North"}),
        ("C D", {**ferry, "name": "East"}), ("E F", {**ferry, "name": "North"}), ("E F", {**ferry, "ref": "9"}),
        ("A E", ferry),
    ])  # fmt: skip
    afloat = ferries_of(ways)
    assert crossings(afloat) == {
        "ferry:2": (2, 3), "ferry:4": (4,), "ferry:5": (5,), "ferry:6": (6,), "ferry:7": (7,),
    }  # fmt: skip
    names = crossing_names(afloat, points(here=(10, 0), there=(8900, 50)).assign(name=["Here", "There"]))
    assert list(names.values()) == ["North", "East", "North", "9", "Here \N{EN DASH} There"]
    tail, head = steps_of(afloat, (2, 3))
    assert (tail.tolist(), head.tolist()) == ([1], [2]), "the ferry East still sails from C to D"
    assert steps_of(afloat, ())[0].tolist() == []
    assert crossings(ferries_of(street_map(nodes, [("A B", ROAD)]))) == {}
