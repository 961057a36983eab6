"""Cells lie where people live, and nobody is lost or counted twice on the way."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre_geo.errors import InputError
from sempre_geo.region.cells import (
    PEOPLE_PER_BUILDING,
    cells_from_population,
    cells_in_study_area,
    estimated_cells,
    nearest_settlement,
    weighted_buildings,
)
from sempre_geo.region.population import PopulationLayer, grid_squares

NO_STREETS = gpd.GeoSeries([], crs="EPSG:4326")
CODES = pd.Series(["CRS3035RES1000mN3930000E5228000", "CRS3035RES1000mN3930000E5229000"])


def _at(*places: tuple[float, float]) -> gpd.GeoSeries:
    """Points given in metres of EPSG:3035, in degrees."""
    x, y = zip(*places, strict=True)
    return gpd.GeoSeries(gpd.points_from_xy(x, y), crs="EPSG:3035").to_crs("EPSG:4326")


def _homes(*places: tuple[float, float], weight: float | list[float] = 100.0) -> pd.DataFrame:
    points = _at(*places)
    return pd.DataFrame({"lon": points.x, "lat": points.y, "weight": weight})


def _grid(people: list[float], codes: pd.Series = CODES) -> PopulationLayer:
    areas = gpd.GeoDataFrame(
        {"population": people, "confidential": False},
        geometry=grid_squares(codes).to_crs("EPSG:4326").to_numpy(),
        index=pd.Index(codes, name="cell_id"),
        crs="EPSG:4326",
    )
    return PopulationLayer(areas, "grid")


def _settlements(*places: tuple[float, float], people: list[float], kind: str = "village") -> gpd.GeoDataFrame:
    names = [f"s{number}" for number in range(len(places))]
    return gpd.GeoDataFrame(
        {"name": names, "kind": kind, "population": people},
        geometry=_at(*places).to_numpy(),
        index=pd.Index(names, name="settlement_id"),
        crs="EPSG:4326",
    )


def test_a_cells_point_is_its_buildings_middle_weighted_by_floor_area():
    homes = _homes((5228100, 3930100), (5228500, 3930100), (5228500, 3930900), weight=[100.0, 300.0, 0.0])
    layer = cells_from_population(_grid([5, 6]), buildings=homes, streets=NO_STREETS)
    point = layer.cells.to_crs("EPSG:3035").geometry.iloc[0]
    assert (point.x, point.y) == (pytest.approx(5228400, abs=0.01), pytest.approx(3930100, abs=0.01))


def test_a_cell_without_buildings_takes_the_street_nearest_its_centre_then_the_centre():
    streets = _at((5228900, 3930900), (5228600, 3930600), (5231000, 3930500))
    layer = cells_from_population(_grid([5, 6]), buildings=_homes((0, 0)), streets=streets)
    points = layer.cells.to_crs("EPSG:3035").geometry
    assert [round(points.iloc[0].x), round(points.iloc[0].y)] == [5228600, 3930600]
    assert [round(points.iloc[1].x), round(points.iloc[1].y)] == [5229500, 3930500]
    assert len(layer.notes) == 1
    assert layer.notes[0].startswith("2 cells with people have no building")


def test_the_middle_of_a_crooked_polygon_is_moved_to_a_building_inside_it():
    horseshoe = shapely.Polygon(
        [(0, 0), (900, 0), (900, 900), (800, 900), (800, 100), (100, 100), (100, 900), (0, 900)]
    )
    shape = shapely.affinity.translate(horseshoe, 5228000, 3930000)
    areas = gpd.GeoDataFrame(
        {"population": [9.0], "confidential": False}, geometry=[shape], crs="EPSG:3035", index=["a"]
    ).to_crs("EPSG:4326")
    homes = _homes((5228050, 3930800), (5228850, 3930800), weight=[200.0, 100.0])
    layer = cells_from_population(PopulationLayer(areas, "polygons"), buildings=homes, streets=NO_STREETS)
    point = layer.cells.to_crs("EPSG:3035").geometry.iloc[0]
    assert point.distance(_at((5228050, 3930800)).to_crs("EPSG:3035").iloc[0]) < 0.01


def test_points_of_a_layer_are_not_moved():
    areas = gpd.GeoDataFrame({"population": [1.0], "confidential": False}, geometry=_at((5228050, 3930800)))
    layer = cells_from_population(
        PopulationLayer(areas, "points"), buildings=_homes((5228500, 3930500)), streets=NO_STREETS
    )
    assert layer.cells.geometry.iloc[0].equals(areas.geometry.iloc[0])
    assert not layer.cells["estimated"].any()


def test_workplaces_place_a_cell_only_where_nobody_lives():
    buildings = pd.DataFrame(
        {"lon": [25.0, 25.1], "lat": [57.0, 57.0], "area_m2": [5000.0, 0.0], "levels": [2.0, 1.0],
         "kind": ["warehouse", "house"]}
    )  # fmt: skip
    weight = weighted_buildings(buildings)["weight"]
    assert weight.tolist() == [pytest.approx(2000e-6), 100.0]


def test_people_of_a_place_are_spread_over_the_buildings_near_it_by_floor_area():
    homes = _homes((5228500, 3930500), (5229500, 3930500), (5239500, 3930500), weight=[100.0, 300.0, 50.0])
    settlements = _settlements((5228600, 3930500), (5239000, 3930500), people=[40.0, 7.0])
    layer = estimated_cells(buildings=homes, settlements=settlements)
    assert layer.cells["population"].tolist() == [pytest.approx(10), pytest.approx(30), pytest.approx(7)]
    assert layer.cells["estimated"].all()
    assert layer.cells.index[0] == "CRS3035RES1000mN3930000E5228000"


def test_where_few_buildings_lie_near_a_known_place_each_holds_a_household():
    homes = _homes((5228500, 3930500), (5328500, 3930500), (5329500, 3930500))
    layer = estimated_cells(buildings=homes, settlements=_settlements((5228600, 3930500), people=[40.0]))
    assert layer.cells["population"].sum() == pytest.approx(3 * PEOPLE_PER_BUILDING)
    assert layer.parameters == {"people_per_building": PEOPLE_PER_BUILDING}


def test_quarters_do_not_count_their_towns_people_again():
    homes = _homes((5228500, 3930500))
    places = pd.concat([
        _settlements((5228600, 3930500), people=[40.0], kind="town"),
        _settlements((5228500, 3930500), people=[30.0], kind="suburb"),
    ])  # fmt: skip
    assert estimated_cells(buildings=homes, settlements=places).cells["population"].sum() == pytest.approx(40)


def test_without_buildings_each_settlement_is_a_cell_and_an_unknown_number_stays_unknown():
    settlements = _settlements((5228600, 3930500), (5239000, 3930500), people=[40.0, np.nan])
    layer = estimated_cells(buildings=_homes((0, 0)).iloc[:0], settlements=settlements)
    assert layer.cells.index.tolist() == ["s0", "s1"]
    assert layer.cells["population"].isna().tolist() == [False, True]


def test_with_nothing_to_go_by_the_way_out_is_named():
    with pytest.raises(InputError, match="give --population FILE"):
        estimated_cells(buildings=_homes((0, 0)).iloc[:0], settlements=_settlements((0, 0), people=[1.0]).iloc[:0])


def test_cells_across_the_border_stay_only_where_the_map_has_a_street_or_a_house():
    codes = pd.Series([f"CRS3035RES1000mN3930000E{5228000 + 1000 * i}" for i in range(4)])
    town = gpd.GeoDataFrame(
        geometry=grid_squares(codes[:1]).buffer(-10).to_crs("EPSG:4326").to_numpy(), crs="EPSG:4326"
    )
    layer = cells_in_study_area(
        _grid([1, 2, 3, 4], codes), municipalities=town, buildings=_homes((5229500, 3930500)),
        streets=_at((5230500, 3930500)),
    )  # fmt: skip
    assert layer.areas["population"].tolist() == [1, 2, 3]
    assert layer.notes == ("1 grid cells beyond the border, without a street in the map data, were left out.",)


def test_without_municipalities_every_cell_stays():
    nothing = gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
    layer = cells_in_study_area(_grid([1, 2]), municipalities=nothing, buildings=_homes((0, 0)), streets=NO_STREETS)
    assert len(layer.areas) == 2


def test_the_nearest_settlement_is_measured_in_metres_and_quarters_are_none():
    cells = gpd.GeoDataFrame(geometry=_at((5228500, 3930500)))
    places = pd.concat([
        _settlements((5228500, 3932000), people=[1.0], kind="hamlet"),
        _settlements((5228500, 3930500), people=[1.0], kind="suburb").rename({"s0": "q"}),
    ])  # fmt: skip
    assert nearest_settlement(cells, places)["settlement_id"].tolist() == ["s0"]
    assert nearest_settlement(cells, places.iloc[:0])["settlement_id"].tolist() == [None]


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 1999), st.integers(0, 999), st.integers(1, 500)), min_size=1, max_size=12),
    st.integers(1, 1000),
)
def test_spreading_people_over_buildings_neither_makes_nor_loses_any(houses, people):
    homes = _homes(*((5228000 + x, 3930000 + y) for x, y, _weight in houses), weight=[float(w) for _x, _y, w in houses])
    layer = estimated_cells(buildings=homes, settlements=_settlements((5228600, 3930500), people=[float(people)]))
    assert layer.cells["population"].sum() == pytest.approx(people)
    squares = grid_squares(pd.Series(layer.cells.index, index=layer.cells.index)).buffer(0.01)
    assert squares.contains(layer.cells.geometry.to_crs("EPSG:3035")).all()
