"""Nearest services, matrices and reach against brute force, their own laws and another engine."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre_geo.region.categories import read_categories
from sempre_geo.region.countries import read_country
from sempre_geo.region.osm import read_osm
from sempre_geo.settings import read_settings
from sempre_geo.travel.nearest import nearest_services, reach, streets_of, travel_matrix
from sempre_geo.travel.streets import street_network
from tests.travel.street_maps import COUNTRY, points, street_map

PAVED = {"highway": "residential"}


def _random_map(seed, size=9):
    """A connected random town: a ring street with chords, some of them one-way."""
    draw = np.random.default_rng(seed)
    nodes = {f"n{number}": tuple(draw.uniform(0, 3000, 2)) for number in range(size)}
    names = list(nodes)
    ways = [(" ".join([*names, names[0]]), PAVED)]
    for _chord in range(size):
        start, end = draw.choice(size, 2, replace=False)
        ways.append((f"n{start} n{end}", {"highway": "tertiary", **({"oneway": "yes"} if draw.random() < 0.5 else {})}))
    return street_map(nodes, ways)


def _random_points(seed, count, prefix):
    draw = np.random.default_rng(seed)
    return points(**{f"{prefix}{number}": tuple(draw.uniform(0, 3000, 2)) for number in range(count)})


def _by_networkx(network, streets, origins, services):
    """Seconds of every pair by another library, on a graph with the points tied in."""
    graph = nx.DiGraph()
    for tail in range(len(network.lon)):
        for arc in range(network.indptr[tail], network.indptr[tail + 1]):
            graph.add_edge(tail, int(network.head[arc]), weight=float(network.seconds[arc]))
    leaving, arriving = streets.index.snap(origins.geometry), streets.index.snap(services.geometry)
    for point, node, seconds in zip(*_ties(streets.exits(leaving)), strict=True):
        graph.add_edge(("from", point), node, weight=seconds)
    for point, node, seconds in zip(*_ties(streets.entries(arriving)), strict=True):
        graph.add_edge(node, ("to", point), weight=seconds)
    found = np.full((len(origins), len(services)), np.inf)
    for row in range(len(origins)):
        reached = nx.single_source_dijkstra_path_length(graph, ("from", row))
        for column in range(len(services)):
            found[row, column] = reached.get(("to", column), np.inf)
    return found, leaving.segment[:, None] == arriving.segment[None, :]


def _ties(ends):
    finite = np.isfinite(ends.seconds)
    return ends.point[finite].tolist(), ends.node[finite].tolist(), ends.seconds[finite].tolist()


@pytest.mark.parametrize("seed", range(8))
def test_matrix_and_nearest_equal_another_librarys_paths(seed):
    network = street_network(_random_map(seed), mode="car", country=COUNTRY)
    streets = streets_of(network)
    origins, services = _random_points(seed + 1000, 6, "o"), _random_points(seed + 2000, 5, "s")
    seconds, same_street = _by_networkx(network, streets, origins, services)
    table = travel_matrix(streets, origins, services)
    ours = table["minutes"].to_numpy().reshape(6, 5) * 60
    np.testing.assert_allclose(ours[~same_street], seconds[~same_street], rtol=1e-5)
    assert (ours[same_street] <= seconds[same_street] + 1e-6).all()  # along the street they share may be shorter
    nearest = nearest_services(streets, origins, services, k=3)
    for row, name in enumerate(origins.index):
        found = nearest[nearest["origin_id"] == name]["minutes"].to_numpy() * 60
        np.testing.assert_allclose(found, np.sort(ours[row])[: len(found)], rtol=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_reach_has_exactly_the_pairs_of_the_matrix_within_the_limit(seed):
    streets = streets_of(street_network(_random_map(seed), mode="walk", country=COUNTRY))
    origins, targets = _random_points(seed + 1, 6, "o"), _random_points(seed + 2, 6, "t")
    matrix = travel_matrix(streets, origins, targets)["minutes"].to_numpy().reshape(6, 6) * 60
    found = reach(streets, origins.geometry, targets.geometry, limit_s=1500.0)
    table = np.full((6, 6), np.inf)
    table[found["origin"], found["target"]] = found["seconds"]
    np.testing.assert_allclose(table, np.where(matrix <= 1500, matrix, np.inf), rtol=1e-5)


@cache
def _bike_town(seed):
    return streets_of(street_network(_random_map(seed), mode="bike", country=COUNTRY))


@settings(max_examples=12)
@given(st.integers(0, 500))
def test_adding_a_service_never_makes_anything_farther_and_row_order_does_not_matter(seed):
    streets = _bike_town(seed % 5)
    origins, services = _random_points(seed, 4, "o"), _random_points(seed + 1, 4, "s")
    first = nearest_services(streets, origins, services.iloc[:3], k=1).set_index("origin_id")["minutes"]
    more = nearest_services(streets, origins, services, k=1).set_index("origin_id")["minutes"]
    turned = nearest_services(streets, origins.iloc[::-1], services.iloc[::-1], k=1).set_index("origin_id")["minutes"]
    assert (more <= first + 1e-4).all()
    pd.testing.assert_series_equal(turned.loc[more.index], more)


def test_every_origin_has_a_row_also_without_any_road_and_inputs_stay_as_they_were():
    streets = streets_of(street_network(_random_map(1), mode="car", country=COUNTRY))
    origins, services = points(near=(100, 100), far=(90_000, 0)), points(s=(500, 500))
    before = origins.copy()
    table = nearest_services(streets, origins, services).set_index("origin_id")
    assert table.loc["far", "status"] == "no_road"
    assert table.loc["far", "minutes"] == np.inf
    assert pd.isna(table.loc["far", "service_id"])
    assert table.loc["near", "status"] == "ok"
    pd.testing.assert_frame_equal(pd.DataFrame(origins), pd.DataFrame(before))


def test_a_neighbour_is_reached_straight_and_a_place_itself_at_once():
    ways = street_map({"A": (0, 0), "B": (1000, 0), "C": (1000, 900)}, [("A B C A", PAVED)])
    streets = streets_of(street_network(ways, mode="car", country=COUNTRY))
    homes = points(home=(500, -100), neighbour=(510, -100))
    minutes = travel_matrix(streets, homes, homes)["minutes"].to_numpy()
    np.testing.assert_allclose(minutes, [0, 10 * 0.06 / 5.1, 10 * 0.06 / 5.1, 0], rtol=0.01)
    nearest = nearest_services(streets, homes.iloc[:1], homes.iloc[::-1], k=1)
    assert nearest["service_id"].tolist() == ["home"]


def test_nothing_asked_or_nothing_there_is_an_empty_table_or_a_reason():
    full = streets_of(street_network(_random_map(1), mode="car", country=COUNTRY))
    only_paths = street_map({"A": (0, 0), "B": (1000, 0)}, [("A B", {"highway": "footway"})])
    none = streets_of(street_network(only_paths, mode="car", country=COUNTRY))
    some, empty = points(a=(100, 100), b=(200, 200)), points(a=(0, 0)).iloc[:0]
    assert len(travel_matrix(full, empty, some)) == len(nearest_services(full, empty, some)) == 0
    assert len(reach(full, some.geometry, empty.geometry, limit_s=600)) == 0
    for k in (1, 3):
        assert nearest_services(full, some, empty, k=k)["status"].tolist() == ["unreachable", "unreachable"]
        assert nearest_services(none, some, some, k=k)["status"].tolist() == ["no_road", "no_road"]
    assert set(travel_matrix(none, some, some)["status"]) == {"no_road"}


AREAS = {"liechtenstein": ("liechtenstein_2015", "LI"), "northbayreuth": ("north_bayreuth_2014", "DE")}


@pytest.fixture(scope="module", params=list(AREAS))
def area(request, shared_data):
    """Streets of a real area with the origins, services and times another engine computed for it."""
    extract, code = AREAS[request.param]
    rules = read_settings({})
    country = read_country(code, rules)
    osm = read_osm([shared_data / "osm" / f"{extract}.osm.pbf"], country=country, categories=read_categories(rules))
    reference = shared_data / "reference"
    tables = [
        pd.read_csv(reference / f"valhalla_{request.param}_{part}.csv") for part in ("origins", "services", "matrix")
    ]
    places = [
        gpd.GeoDataFrame(
            table.set_index("id"), geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326"
        )
        for table in tables[:2]
    ]

    @cache
    def by(mode):
        return streets_of(street_network(osm.streets, mode=mode, country=country))

    return country, by, *places, tables[2].set_index(["origin_id", "dest_id"])


@pytest.mark.parametrize(
    ("mode", "low", "high", "near", "share"),
    [("walk", 0.97, 1.03, 0.1, 0.90), ("bike", 0.9, 1.1, 0.2, 0.85), ("car", 0.9, 1.1, 0.2, 0.85)],
)
def test_times_agree_in_the_large_with_another_engine(area, mode, low, high, near, share):
    _country, by, origins, services, theirs = area
    ours = travel_matrix(by(mode), origins, services).set_index(["origin_id", "destination_id"])["minutes"] * 60
    reference = theirs[f"{mode}_s"].dropna()
    ours = ours.reindex(reference.index)
    assert np.isfinite(ours).all()  # nothing reachable there is unreachable here
    ratio = ours / reference
    assert low <= ratio.median() <= high
    assert ((ratio - 1).abs() <= near).mean() >= share


def test_distances_agree_with_a_third_engine_and_are_never_longer_where_it_prefers_hiking_routes(area, shared_data):
    country, by, *_rest = area
    if country.code != "DE":
        pytest.skip("the routes lie in Upper Franconia")
    routes = pd.read_csv(shared_data / "reference" / "graphhopper_expected_routes.csv")
    for route in routes[routes["quantity"] == "distance_m"].itertuples():
        mode = {"hike": "walk", "bike": "bike"}[route.profile]
        ends = [
            gpd.GeoDataFrame(index=[name], geometry=gpd.points_from_xy([lon], [lat]), crs="EPSG:4326")
            for name, lon, lat in (("a", route.from_lon, route.from_lat), ("b", route.to_lon, route.to_lat))
        ]
        metres = float(travel_matrix(by(mode), *ends)["metres"].iloc[0])
        assert metres <= route.expected * 1.15
        assert mode == "walk" or metres >= route.expected * 0.85
