"""Rules of who may go where and when, one small map each, and private ways against trying every path."""

from __future__ import annotations

from datetime import date

import networkx as nx
import numpy as np
import pytest

from sempre_geo.region.countries import read_country
from sempre_geo.settings import read_settings
from sempre_geo.travel.access import directions, node_passage, way_access
from sempre_geo.travel.nearest import nearest_services, streets_of, travel_matrix
from sempre_geo.travel.speeds import WALK_KMH, limit_kmh, minutes_of_duration, way_speed
from sempre_geo.travel.streets import street_network
from tests.travel.street_maps import COUNTRY, points, street_map

ROAD = {"highway": "unclassified"}
PRIVATE = {"highway": "service", "access": "private"}
SQUARE = {"A": (0, 0), "B": (1000, 0), "C": (1000, 1000), "D": (0, 1000)}
WINTER, SUMMER = date(2026, 2, 10), date(2026, 7, 10)


def _minutes(ways, mode, start, end, *, day=None, fine=False):
    network = street_network(ways, mode=mode, country=COUNTRY, day=day)
    table = travel_matrix(streets_of(network, fine=fine), points(start=start), points(end=end))
    return float(table["minutes"].iloc[0])


def _walked(metres):
    return metres * 0.06 / WALK_KMH


@pytest.mark.parametrize(
    ("tags", "mode", "expected"),
    [
        ({"access": "no", "bicycle": "yes"}, "bike", "yes"),
        ({"access": "no", "bicycle": "yes"}, "car", "no"),
        ({"vehicle": "no"}, "walk", "yes"),
        ({"vehicle": "no"}, "bike", "no"),
        ({"motor_vehicle": "agricultural;forestry"}, "car", "ends"),
        ({"access": "private", "foot": "permissive"}, "walk", "yes"),
        ({"motor_vehicle": "psv"}, "car", "no"),
        ({"access": "private;customers"}, "walk", "ends"),
        ({"access": "destination"}, "bike", "ends"),
        ({"highway": "service", "service": "driveway"}, "car", "ends"),
    ],
)
def test_the_most_specific_access_tag_decides(tags, mode, expected):
    assert way_access(tags, mode) == expected


@pytest.mark.parametrize("code", ["EE", "LV", "LT", "FI", "SE", "DK", "NO", "PL", "DE"])
def test_implicit_national_limits_are_the_countrys_own(code):
    country = read_country(code, read_settings({}))
    assert limit_kmh({"maxspeed": f"{code}:rural"}, country=country) == country.rural_kmh
    assert limit_kmh({"maxspeed:type": f"{code}:urban"}, country=country) == country.urban_kmh
    assert limit_kmh({"source:maxspeed": f"{code}:motorway"}, country=country) == country.motorway_kmh
    assert limit_kmh({"zone:traffic": f"{code}:zone:30"}, country=country) == 30


def test_an_untagged_road_is_slower_where_houses_stand():
    tags = {"highway": "primary"}
    town = way_speed(tags, mode="car", country=COUNTRY, built_up=True).forward_kmh
    assert town == COUNTRY.urban_kmh < way_speed(tags, mode="car", country=COUNTRY).forward_kmh


def test_durations_of_ferries_are_read_in_all_their_spellings():
    spellings = ["00:45", "0:45:30", "PT45M", "PT1H", "90", "1:60:00:00", "", None]
    assert [minutes_of_duration(text) for text in spellings] == [45.0, 45.5, 45.0, 60.0, 90.0, None, None, None]


def test_bikes_go_against_a_oneway_with_a_lane_for_it_and_not_round_a_roundabout():
    assert directions({"oneway": "yes", "cycleway": "opposite_lane"}, "bike") == (True, True)
    assert directions({"junction": "roundabout"}, "bike") == (True, False)
    assert directions({"oneway": "yes"}, "bike") == (True, False)
    assert directions({"oneway:foot": "yes"}, "walk") == (True, False)


@pytest.mark.parametrize(
    ("tags", "winter", "summer", "undated"),
    [
        ({"ice_road": "yes"}, "yes", "no", "no"),
        ({"winter_road": "yes"}, "yes", "no", "no"),
        ({"seasonal": "winter"}, "yes", "no", "no"),
        ({"seasonal": "spring;summer;autumn"}, "no", "yes", "ends"),
        ({"motor_vehicle:conditional": "no @ (Nov 15-Apr 30)"}, "no", "yes", "ends"),
        ({"highway": "construction", "construction": "primary"}, "no", "no", "no"),
    ],
)
def test_roads_of_a_season_are_open_in_it_and_no_way_through_undated(tags, winter, summer, undated):
    assert [way_access(tags, "car", day=day) for day in (WINTER, SUMMER, None)] == [winter, summer, undated]


@pytest.mark.parametrize(
    ("tags", "mode", "weekday", "sunday", "undated"),
    [
        ({"motor_vehicle:conditional": "no @ (Mo-Fr 07:00-09:00)"}, "car", "yes", "yes", "yes"),
        ({"motor_vehicle:conditional": "no @ (06:00-22:00)"}, "car", "no", "no", "no"),
        ({"access:conditional": "no @ (Su 10:00-18:00)"}, "walk", "yes", "no", "yes"),
        ({"access": "no", "access:conditional": "yes @ (Mo-Sa 08:00-20:00)"}, "walk", "yes", "no", "yes"),
        ({"motor_vehicle:conditional": "no @ (Nov-Apr 20:00-06:00)"}, "car", "yes", "yes", "yes"),
        ({"motor_vehicle": "yes", "access:conditional": "no @ (06:00-22:00)"}, "car", "yes", "yes", "yes"),
        (
            {"motor_vehicle": "no", "motor_vehicle:conditional": "delivery @ (05:00-13:00)"},
            "car",
            "ends",
            "ends",
            "ends",
        ),
        ({"access:conditional": "no @ (Nov-Apr); yes @ (Su)"}, "car", "no", "yes", "ends"),
        ({"bicycle:conditional": "no @ (10:00-18:00)"}, "bike", "no", "no", "no"),
        ({"bicycle:conditional": "no @ (10:00-18:00)"}, "car", "yes", "yes", "yes"),
        ({"vehicle:conditional": "no @ (weight>7.5); no @ wet"}, "car", "yes", "yes", "yes"),
    ],
)
def test_access_by_the_hour_and_the_weekday_is_that_of_noon(tags, mode, weekday, sunday, undated):
    days = (WINTER, date(2026, 2, 15), None)
    assert [way_access(tags, mode, day=day) for day in days] == [weekday, sunday, undated]


@pytest.mark.parametrize(
    ("condition", "dated", "undated"),
    [("", True, True), ("Mo-Fr 07:00-09:00,16:00-18:00", False, False), ("Mo-Sa 06:00-20:00", True, True),
     ("Nov-Apr", True, False), ("weight>3.5", False, False)],
)  # fmt: skip
def test_a_turn_forbidden_at_some_hours_is_forbidden_if_noon_is_among_them(condition, dated, undated):
    nodes = {**SQUARE, "E": (2000, 0)}
    lines = [("A B", ROAD), ("B C", ROAD), ("B E", ROAD), ("E C", ROAD), ("C D A", ROAD)]
    ruled = street_map(nodes, lines, restrictions=[(1, "B", 2, "no_left_turn")], condition=condition)
    start, end = (500, 0), (1000, 500)
    free = _minutes(street_map(nodes, lines), "car", start, end)
    assert [_minutes(ruled, "car", start, end, day=day) > free for day in (WINTER, None)] == [dated, undated]


def _ways_of(pairs):
    return {at: (start, end) for at, (start, end, _public) in enumerate(pairs, start=1)}


def _without_sequences(nodes, pairs, forbidden, *, turning_back):
    """Minutes by car between all middles by trying every way on, none of the sequences of ways in a row."""
    ways, begun = _ways_of(pairs), {row[:length] for row in forbidden for length in range(2, len(row))}
    half = {(way, end): float(np.hypot(*(np.array(nodes[end]) - nodes[f"m{way - 1}"]))) * 0.06 / 40
            for way, ends in ways.items() for end in ends}  # fmt: skip
    graph = nx.DiGraph()
    queue = [(end, (way,)) for way, ends in ways.items() for end in ends]
    for (way, end), minutes in half.items():
        graph.add_edge(("from", way), (end, (way,)), weight=minutes)
    seen = set()
    while queue:
        here = queue.pop()
        if here in seen:
            continue
        seen.add(here)
        node, past = here
        for way, ends in ways.items():
            now = (*past, way)
            if node not in ends or any(now[-len(row) :] == row for row in forbidden):
                continue
            if way == past[-1] and not turning_back:
                continue
            graph.add_edge(here, ("to", way), weight=half[way, node])
            over = next(end for end in ends if end != node)
            kept = next(now[at:] for at in range(len(now)) if now[at:] in begun or at == len(now) - 1)
            reached = [((over, kept), half[way, node] + half[way, over])]
            reached += [((node, kept), 2 * half[way, node])] if turning_back else []
            for there, minutes in reached:
                graph.add_edge(here, there, weight=minutes)
                queue.append(there)
    best = {way: nx.single_source_dijkstra_path_length(graph, ("from", way)) for way in ways}
    return np.array([[best[a].get(("to", b), np.inf) if a != b else 0.0 for b in ways] for a in ways])


def _random_sequence(draw, ways, length):
    """Ways in a row without turning back."""
    way = int(draw.integers(1, len(ways) + 1))
    node, row = ways[way][int(draw.integers(2))], [way]
    while len(row) < length:
        onward = [name for name, ends in ways.items() if node in ends and name != row[-1]]
        row.append(int(draw.choice(onward)))
        node = next(end for end in ways[row[-1]] if end != node)
    return tuple(row)


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_turns_forbidden_over_several_ways_between_cost_what_trying_every_way_says(seed):
    nodes, pairs, _ways = _map_with_private_ways(seed)
    pairs = [(start, end, True) for start, end, _public in pairs]
    ways = _ways_of(pairs)
    lines = [(f"{start} m{way - 1} {end}", ROAD) for way, (start, end) in ways.items()]
    draw = np.random.default_rng(100 + seed)
    forbidden = [row for length in (3, 4, 4, 5) if len(set(row := _random_sequence(draw, ways, length))) == length]
    rules = [(row[0], tuple(row[1:-1]), row[-1], "no_left_turn") for row in forbidden]
    homes = points(**{f"m{number}": nodes[f"m{number}"] for number in range(len(pairs))})
    minutes = {}
    for name, restrictions in (("free", ()), ("ruled", rules)):
        network = street_network(street_map(nodes, lines, restrictions=restrictions), mode="car", country=COUNTRY)
        found = travel_matrix(streets_of(network), homes, homes)["minutes"].to_numpy()
        minutes[name] = found.reshape(len(pairs), -1)
    least = _without_sequences(nodes, pairs, forbidden, turning_back=True)
    most = _without_sequences(nodes, pairs, forbidden, turning_back=False)
    assert (minutes["ruled"] >= least * 0.98 - 0.02).all()
    assert (minutes["ruled"] <= most * 1.02 + 0.02).all()
    assert (minutes["ruled"] >= minutes["free"] - 1e-4).all()


def test_an_ice_road_is_a_short_cut_in_winter_only():
    ways = street_map(SQUARE, [("A B C", ROAD), ("C D A", ROAD), ("A C", {"highway": "track", "ice_road": "yes"})])
    start, end = (0, 0), (1000, 1000)
    assert _minutes(ways, "walk", start, end, day=WINTER) == pytest.approx(_walked(1414.2), rel=5e-3)
    for day in (SUMMER, None):
        assert _minutes(ways, "walk", start, end, day=day) == pytest.approx(_walked(2000), rel=5e-3)


def test_a_gate_ends_a_cars_road_and_opens_for_those_who_live_behind_it():
    nodes = {**SQUARE, "G": (1500, 0), "H": (3000, 0)}
    behind = street_map(nodes, [("A B C D A", ROAD), ("B G H", ROAD)], barriers={"G": {"barrier": "gate"}})
    there, back = (_minutes(behind, "car", *pair) for pair in (((0, 0), (2900, 0)), ((2900, 0), (0, 0))))
    assert there == pytest.approx(back, rel=1e-3)
    assert 2900 * 0.06 / 40 < there < 2900 * 0.06 / 40 + 0.5
    across = street_map({**SQUARE, "G": (500, 0)}, [("A G B C D A", ROAD)], barriers={"G": {"barrier": "gate"}})
    free = street_map({**SQUARE, "G": (500, 0)}, [("A G B C D A", ROAD)])
    assert _minutes(across, "car", (0, 0), (1000, 0)) == pytest.approx(
        3 * _minutes(free, "car", (0, 0), (1000, 0)), rel=0.01
    )
    assert _minutes(across, "walk", (0, 0), (1000, 0)) == pytest.approx(_walked(1000), rel=5e-3)


def test_a_locked_gate_stops_those_on_foot_from_passing_through():
    nodes = {**SQUARE, "G": (500, 0)}
    ways = street_map(nodes, [("A G B C D A", ROAD)], barriers={"G": {"barrier": "gate", "locked": "yes"}})
    assert _minutes(ways, "walk", (0, 0), (1000, 0)) == pytest.approx(_walked(3000), rel=5e-3)


def test_whoever_starts_beside_a_bollard_does_not_drive_through_it():
    nodes = {**SQUARE, "M": (500, 0)}
    ways = street_map(nodes, [("A M B C D A", ROAD)], barriers={"M": {"barrier": "bollard"}})
    assert _minutes(ways, "car", (400, 0), (600, 0)) == pytest.approx(3800 * 0.06 / 40, rel=0.01)


def test_a_bollard_on_a_junction_closes_the_side_path_and_not_the_street():
    nodes = {**SQUARE, "M": (500, 0), "P": (500, 500)}
    path = {"highway": "service"}
    ways = street_map(nodes, [("A M B C D A", ROAD), ("M P C", path)], barriers={"M": {"barrier": "bollard"}})
    free = street_map(nodes, [("A M B C D A", ROAD)])
    assert _minutes(ways, "car", (0, 0), (1000, 0)) == pytest.approx(_minutes(free, "car", (0, 0), (1000, 0)))
    assert _minutes(ways, "car", (500, 0), (500, 400)) > 1900 * 0.06 / 40


def test_a_turn_forbidden_over_a_way_between_costs_the_way_round_and_only_that_turn():
    nodes = {"A": (0, 0), "B": (500, 0), "C": (500, 100), "D": (0, 100), "E": (3000, 0), "F": (3000, 100)}
    lines = [("A B", ROAD), ("B C", ROAD), ("C D", ROAD), ("B E", ROAD), ("E F", ROAD), ("F C", ROAD), ("A D", PRIVATE)]
    free = street_map(nodes, lines)
    ruled = street_map(nodes, lines, restrictions=[(1, 2, 3, "no_u_turn")])
    start, end = (100, 0), (100, 100)
    short = _minutes(free, "car", start, end)
    assert short == pytest.approx(900 * 0.06 / 40, rel=0.01)
    assert _minutes(ruled, "car", start, end) > 3 * short
    assert _minutes(ruled, "car", start, (1000, 100)) == pytest.approx(_minutes(free, "car", start, (1000, 100)))
    assert _minutes(ruled, "car", end, start) == pytest.approx(short, rel=0.01)
    only = street_map(nodes, lines, restrictions=[(1, 2, 6, "only_right_turn")])
    assert _minutes(only, "car", start, end) > 3 * short


def test_a_restriction_excepts_the_vehicles_it_names():
    nodes = {**SQUARE, "E": (2000, 0)}
    lines = [("A B", ROAD), ("B C", ROAD), ("B E", ROAD), ("E C", ROAD), ("C D A", ROAD)]
    ruled = street_map(nodes, lines, restrictions=[(1, "B", 2, "no_left_turn")], exceptions="psv;bicycle")
    free = street_map(nodes, lines)
    start, end = (500, 0), (1000, 500)
    assert _minutes(ruled, "bike", start, end) == pytest.approx(_minutes(free, "bike", start, end))
    assert _minutes(ruled, "car", start, end) > 1.5 * _minutes(free, "car", start, end)


@pytest.mark.parametrize(
    ("kerb", "sure", "hoped"), [("raised", False, False), ("lowered", True, True), (None, False, True)]
)
def test_kerbs_are_passable_impassable_or_unknown_to_wheelchairs(kerb, sure, hoped):
    paved = {"highway": "residential", "surface": "asphalt"}
    path = {"highway": "footway", "surface": "paving_stones"}
    nodes = {**SQUARE, "K": (500, 500)}
    node = {"barrier": "kerb", **({"kerb": kerb} if kerb else {})}
    ways = street_map(nodes, [("A B C D A", paved), ("A K C", path)], barriers={"K": node})
    around, across = 2000 * 0.06 / 4, 1414.2 * 0.06 / 4
    assert _minutes(ways, "wheelchair", (0, 0), (1000, 1000)) == pytest.approx(across if sure else around, rel=5e-3)
    best = _minutes(ways, "wheelchair", (0, 0), (1000, 1000), fine=True)
    assert best == pytest.approx(across if hoped else around, rel=5e-3)
    assert node_passage(node, "walk") == "open"


def test_nobody_lives_on_a_motorway_or_a_ferry():
    nodes = {**SQUARE, "M": (-50, 1000), "N": (-50, 0), "P": (4000, 0)}
    ways = street_map(
        nodes,
        [("A B C D A", ROAD), ("M N", {"highway": "motorway"}), ("N A", {"highway": "motorway_link"}),
         ("D M", {"highway": "motorway_link"}), ("B P", {"route": "ferry"})],
    )  # fmt: skip
    network = street_network(ways, mode="car", country=COUNTRY)
    snapped = streets_of(network).index.snap(points(verge=(-60, 500), boat=(2000, 0)).geometry)
    np.testing.assert_allclose(snapped.off_network_m, [60, 1000], rtol=0.01)


def test_a_fenced_yard_is_passed_over_for_the_street_and_an_island_is_not():
    nodes = {**SQUARE, "Y": (-100, 0), "Z": (-100, 300), "P": (-1500, 0), "Q": (-1500, 1000)}
    ways = street_map(nodes, [("A B C D A", ROAD), ("Y Z", {"highway": "service"}), ("P Q", ROAD)])
    table = travel_matrix(
        streets_of(street_network(ways, mode="car", country=COUNTRY)), points(yard=(-100, 100), isle=(-1490, 500)),
        points(town=(1000, 500)),
    )  # fmt: skip
    assert table["status"].tolist() == ["ok", "unreachable"]


def test_loops_doubles_and_bridges_change_nothing():
    nodes = {**SQUARE, "U": (500, -500), "V": (500, 500)}
    plain = [("A B", ROAD), ("B C", ROAD), ("C D", ROAD), ("D A", ROAD)]
    more = [*plain, ("A A", ROAD), ("A B", {"highway": "track"}), ("A B", ROAD), ("U V", ROAD)]
    start, end = (0, 0), (1000, 0)
    assert _minutes(street_map(nodes, more), "car", start, end) == _minutes(street_map(nodes, plain), "car", start, end)
    assert _minutes(street_map(nodes, more), "walk", (500, -450), end) == np.inf  # the bridge has no ramp to the street


def test_a_ferry_of_several_ways_is_boarded_once():
    nodes = {**SQUARE, "X": (2000, 0), "P": (3000, 0), "Q": (4000, 0)}
    ferry = {"route": "ferry", "duration": "00:10"}
    one = street_map(nodes, [("A B C D A", ROAD), ("P Q", ROAD), ("B X P", {**ferry, "duration": "00:20"})])
    two = street_map(nodes, [("A B C D A", ROAD), ("P Q", ROAD), ("B X", ferry), ("X P", ferry)])
    assert _minutes(two, "walk", (0, 0), (4000, 0)) == pytest.approx(_minutes(one, "walk", (0, 0), (4000, 0)))


def _map_with_private_ways(seed):
    """A public ring with chords, half of them private; each way has a node near its middle where somebody lives."""
    draw = np.random.default_rng(seed)
    nodes = {f"n{number}": tuple(draw.uniform(0, 3000, 2)) for number in range(6)}
    pairs = [(f"n{at}", f"n{(at + 1) % 6}", True) for at in range(6)]
    chords = [(start, end) for start in range(6) for end in range(start + 2, 6) if (start, end) != (0, 5)]
    for chord in draw.permutation(len(chords))[:6]:
        start, end = chords[chord]
        pairs.append((f"n{start}", f"n{end}", bool(draw.random() < 0.4)))
    for number, (start, end, _public) in enumerate(pairs):
        nodes[f"m{number}"] = tuple((np.array(nodes[start]) + nodes[end]) / 2 + draw.uniform(-100, 100, 2))
    ways = [
        (f"{start} m{number} {end}", ROAD if public else PRIVATE) for number, (start, end, public) in enumerate(pairs)
    ]
    return nodes, pairs, street_map(nodes, ways)


def _by_trying_every_path(nodes, pairs):
    """Walked minutes between all middles: private ways first, then public ones, then private ones to the end."""
    graph = nx.DiGraph()
    for number, (start, end, public) in enumerate(pairs):
        for place in (start, end):
            metres = float(np.hypot(*(np.array(nodes[place]) - nodes[f"m{number}"])))
            for stage in (1,) if public else (0, 2):
                graph.add_edge((place, stage), (f"m{number}", stage), weight=_walked(metres))
                graph.add_edge((f"m{number}", stage), (place, stage), weight=_walked(metres))
    for place in nodes:
        graph.add_edge((place, 0), (place, 1), weight=0)
        graph.add_edge((place, 1), (place, 2), weight=0)
    middles = [f"m{number}" for number in range(len(pairs))]
    best = {start: nx.single_source_dijkstra_path_length(graph, (start, 0)) for start in middles}
    return np.array([[min(best[a].get((b, stage), np.inf) for stage in range(3)) for b in middles] for a in middles])


@pytest.mark.parametrize("seed", range(8))
def test_private_ways_begin_and_end_trips_exactly_as_trying_every_path_says(seed):
    nodes, pairs, ways = _map_with_private_ways(seed)
    homes = points(**{f"m{number}": nodes[f"m{number}"] for number in range(len(pairs))})
    streets = streets_of(street_network(ways, mode="walk", country=COUNTRY))
    ours = travel_matrix(streets, homes, homes)["minutes"].to_numpy().reshape(len(pairs), -1)
    expected = _by_trying_every_path(nodes, pairs)
    np.testing.assert_allclose(ours, expected, rtol=1e-2, atol=0.02)
    for k in (1, 3):
        nearest = nearest_services(streets, homes, homes.iloc[[1, 7, 9, 11]], k=k)
        found = nearest["minutes"].to_numpy().reshape(len(pairs), k)
        np.testing.assert_allclose(found, np.sort(ours[:, [1, 7, 9, 11]], axis=1)[:, :k], rtol=1e-4, atol=1e-4)


def test_a_ferry_drawn_beside_the_street_is_reached_by_a_few_steps_and_its_boarding_counts_once():
    nodes = {
        "A": (0, 0), "B": (1000, 0), "C": (1000, 1000), "D": (0, 1000), "b": (1015, 10), "p": (3985, 10),
        "P": (4000, 0), "Q": (5000, 0), "R": (5000, 1000),
    }  # fmt: skip
    road = {"highway": "unclassified"}
    lines = [("A B C D A", road), ("P Q R P", road), ("b p", {"route": "ferry", "duration": "00:20"})]
    for mode in ("walk", "bike", "car"):
        network = street_network(street_map(nodes, lines), mode=mode, country=COUNTRY)
        table = travel_matrix(streets_of(network), points(a=(1000, 0), p=(4000, 0)), points(p=(4000, 0), a=(1000, 0)))
        there, _same, _same_too, back = table["minutes"]
        assert 30 <= there <= 31
        assert there == pytest.approx(back, abs=0.01)


def test_a_ferry_far_from_any_street_stays_where_it_is():
    nodes = {
        "A": (0, 0),
        "B": (1000, 0),
        "C": (1000, 1000),
        "b": (1400, 0),
        "p": (3600, 0),
        "P": (4000, 0),
        "Q": (5000, 0),
    }
    lines = [
        ("A B C A", {"highway": "unclassified"}),
        ("P Q", {"highway": "unclassified"}),
        ("b p", {"route": "ferry"}),
    ]
    network = street_network(street_map(nodes, lines), mode="walk", country=COUNTRY)
    table = travel_matrix(streets_of(network), points(a=(500, 0)), points(p=(4500, 0)))
    assert table["minutes"].iloc[0] == np.inf
