"""From an extract to minutes: an island whose ferry only a relation names."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from sempre_geo.region.categories import read_categories
from sempre_geo.region.countries import read_country
from sempre_geo.region.osm import read_osm
from sempre_geo.region.osm_writing import write_osm
from sempre_geo.travel.nearest import streets_of, travel_matrix
from sempre_geo.travel.speeds import FERRY_BOARDING_S
from sempre_geo.travel.streets import street_network

SHORE, ISLAND = [(22.00, 57.0), (22.05, 57.0)], [(22.15, 57.0), (22.20, 57.0)]


def _minutes(folder, settings, mode, tags):
    places = [*SHORE, *ISLAND]
    nodes = [{"type": "node", "id": at, "lon": lon, "lat": lat} for at, (lon, lat) in enumerate(places, start=1)]
    road, water = {"highway": "residential"}, {}
    lines = [([1, 2], road), ([2, 3], water), ([3, 4], road)]
    ways = [{"type": "way", "id": at, "nodes": ends, "tags": told} for at, (ends, told) in enumerate(lines, start=1)]
    members = [{"type": "way", "ref": 2, "role": ""}]
    route = {"type": "relation", "id": 1, "members": members, "tags": {"type": "route", "route": "ferry", **tags}}
    write_osm([*nodes, *ways, route], folder / "island.osm.pbf")
    latvia = read_country("LV", settings)
    found = read_osm([folder / "island.osm.pbf"], country=latvia, categories=read_categories(settings))
    streets = streets_of(street_network(found.streets, mode=mode, country=latvia))
    ends = gpd.GeoDataFrame(geometry=shapely.points([SHORE[1], ISLAND[0]]), crs="EPSG:4326")
    return float(travel_matrix(streets, ends.iloc[[0]], ends.iloc[[1]])["minutes"].iloc[0])


@pytest.mark.parametrize("mode", ["walk", "bike", "car"])
def test_everybody_crosses_by_a_ferry_that_only_its_relation_names_in_the_time_it_states(tmp_path, settings, mode):
    crossing = _minutes(tmp_path, settings, mode, {"duration": "1:30:00"})
    assert crossing == pytest.approx(90 + FERRY_BOARDING_S / 60, rel=5e-3)


def test_a_relation_for_people_on_foot_takes_no_cars_over(tmp_path, settings):
    assert _minutes(tmp_path, settings, "car", {"foot": "yes", "motor_vehicle": "no"}) == np.inf
    assert np.isfinite(_minutes(tmp_path, settings, "walk", {"foot": "yes", "motor_vehicle": "no"}))
