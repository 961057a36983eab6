"""Population layers are read whole: unknown stays unknown, confidential cells stay, mistakes are named by row."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sempre_geo.errors import InputError
from sempre_geo.region.population import grid_squares, read_population

HEAD = "GRD_ID,T,M,F,Y_LT15,Y_1564,Y_GE65,EMP,NAT,EU_OTH,OTH,SAME,CHG_IN,CHG_OUT,LAND_SURFACE,POPULATED,CNTR_ID"
CELL = "CRS3035RES1000mN{n}E{e}"


def _grid(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def _row(n: int, *values: int) -> str:
    padded = [*values, *([1] * (13 - len(values)))]
    return ",".join([CELL.format(n=n, e=4285000), *map(str, padded), "1", "1", "LI"])


def test_the_real_census_rows_keep_codes_people_and_groups(shared_data):
    layer = read_population(shared_data / "population" / "census_grid_2021_sample_li.csv")
    assert layer.kind == "grid"
    assert layer.areas["population"].tolist() == [0, 25, 0, 116, 185]
    assert layer.areas.loc["CRS3035RES1000mN2683000E4286000", "over_64"] == 18
    assert layer.areas.loc["CRS3035RES1000mN2684000E4285000", "born_elsewhere_eu"] == 0
    assert layer.areas["born_outside_eu"].tolist() == [0, 1, 0, 11, 11]
    assert not layer.areas["confidential"].any()
    squares = layer.areas.to_crs("EPSG:3035").area
    assert np.allclose(squares, 1e6, rtol=1e-6)


@pytest.mark.parametrize("ending", ["csv", "parquet", "gpkg"])
def test_a_census_grid_reads_the_same_from_every_format(ending, shared_data, tmp_path):
    source = shared_data / "population" / "census_grid_2021_sample_li.csv"
    table, target = pd.read_csv(source), tmp_path / f"grid.{ending}"
    if ending == "csv":
        table.to_csv(target, index=False, sep=";", encoding="utf-8-sig")
    elif ending == "parquet":
        table.to_parquet(target)
    else:
        gpd.GeoDataFrame(table, geometry=grid_squares(table["GRD_ID"]).to_numpy(), crs="EPSG:3035").to_file(target)
    expected = pd.DataFrame(read_population(source).areas.drop(columns="geometry"))
    read = pd.DataFrame(read_population(target).areas.drop(columns="geometry"))
    pd.testing.assert_frame_equal(read, expected, check_index_type=False)


def test_below_zero_is_confidential_in_a_census_grid_kept_and_never_counted(tmp_path):
    layer = read_population(_grid(tmp_path / "g.csv", _row(1000, -9999), _row(2000, 5, -1), _row(3000, 7)))
    assert len(layer.areas) == 3
    assert layer.areas["confidential"].tolist() == [True, True, False]
    assert layer.areas["population"].isna().tolist() == [True, False, False]
    assert layer.areas["men"].isna().tolist() == [False, True, False]
    assert layer.areas["population"].sum() == 12
    assert layer.notes == ("2 cells are confidential: they are kept, their people are unknown.",)


def test_a_blank_count_is_unknown_not_nobody(tmp_path):
    layer = read_population(_grid(tmp_path / "g.csv", f"{CELL.format(n=1000, e=2000)},", head="GRD_ID,T"))
    assert layer.areas["population"].isna().all()


def test_of_a_continent_only_the_cells_that_touch_the_region_are_read(shared_data):
    path = shared_data / "population" / "census_grid_2021_sample_li.csv"
    everything = read_population(path).areas
    west, south, east, north = everything.iloc[[1]].total_bounds
    middle = ((west + east) / 2, (south + north) / 2)
    assert read_population(path, bbox=(*middle, *middle)).areas.index.tolist() == [everything.index[1]]


def test_a_grid_of_another_country_is_refused(shared_data):
    with pytest.raises(InputError, match="has no cell in the region"):
        read_population(shared_data / "population" / "census_grid_2021_sample_li.csv", bbox=(24, 57, 25, 58))


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([_row(1000, 5), _row(1000, 6)], "a cell that stands there twice in row 3"),
        (["Valka,5" + ",1" * 15], "a code that is no grid cell in row 2"),
        ([CELL.format(n=1000, e=1000) + ",many" + ",1" * 15], "a population that is no number in row 2"),
    ],
)
def test_wrong_rows_of_a_grid_are_named(rows, sentence, tmp_path):
    with pytest.raises(InputError, match=sentence):
        read_population(_grid(tmp_path / "g.csv", *rows))


def test_a_grid_without_the_named_column_lists_those_it_has(tmp_path):
    with pytest.raises(InputError, match="has no column 'TOT_P', only GRD_ID, T, M, F, Y_LT15 and 12 more"):
        read_population(_grid(tmp_path / "g.csv", _row(1000, 5)), column="TOT_P")


def test_the_helsinki_grid_gives_one_cell_a_row_and_all_its_people(shared_data):
    path = shared_data / "population" / "helsinki_population_grid_2020.gpkg"
    layer = read_population(path)
    assert layer.kind == "polygons"
    assert len(layer.areas) == 92
    assert layer.areas["population"].sum() == 71_724
    assert layer.areas.crs == "EPSG:4326"


def test_points_keep_their_id_their_place_and_their_number(tmp_path):
    (tmp_path / "p.csv").write_text("id;lon;lat;elanikke\nküla-1;25,1;57,9;12\nküla-2;25,2;57,8;\n", encoding="utf-8")
    layer = read_population(tmp_path / "p.csv", column="elanikke")
    assert layer.kind == "points"
    assert layer.areas.index.tolist() == ["küla-1", "küla-2"]
    assert layer.areas.geometry.x.tolist() == [25.1, 25.2]
    assert layer.areas["population"].tolist()[0] == 12
    assert layer.areas["population"].isna().tolist() == [False, True]
    assert layer.notes == ("1 cells have no population: they are kept as unknown.",)


def test_a_planners_own_groups_are_kept_under_their_names(tmp_path):
    (tmp_path / "p.csv").write_text("lon,lat,population,group_no_car,over_64\n25,57,10,4,3\n", encoding="utf-8")
    areas = read_population(tmp_path / "p.csv").areas
    assert areas["no_car"].tolist() == [4]
    assert areas["over_64"].tolist() == [3]


def _squares(*people: object, twice: bool = False, **columns: list[object]) -> gpd.GeoDataFrame:
    boxes = [shapely.box(25 + (0 if twice else i) / 10, 57, 25.1 + (0 if twice else i) / 10, 57.1) for i in range(len(people))]  # fmt: skip # noqa: E501
    return gpd.GeoDataFrame({"people": list(people), **columns}, geometry=boxes, crs="EPSG:4326")


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        (_squares(5, -3, -4), "a negative population in row 2, 3"),
        (_squares(5, 6, twice=True), "a cell that stands there twice in row 2"),
        (_squares(5, 6, id=["a", "a"]), "a cell that stands there twice in row 2"),
        (_squares("5", "lots"), "a population that is no number in row 2"),
        (_squares(), "has no rows"),
    ],
)
def test_wrong_rows_of_a_polygon_layer_are_named(layer, sentence, tmp_path):
    layer.to_parquet(tmp_path / "p.parquet")
    with pytest.raises(InputError, match=sentence):
        read_population(tmp_path / "p.parquet", column="people")


def test_settlements_without_people_need_their_column_named(shared_data):
    path = shared_data / "population" / "ee_settlements_asustusyksus_2018.csv"
    with pytest.raises(InputError, match="has no columns 'lon' and 'lat'"):
        read_population(path)


def test_a_polygon_layer_in_a_national_system_lands_in_the_same_place(tmp_path):
    _squares(5, 6).to_crs("EPSG:3301").to_file(tmp_path / "p.gpkg")
    read = read_population(tmp_path / "p.gpkg", column="people").areas
    expected = _squares(5, 6)
    assert shapely.hausdorff_distance(read.geometry.to_numpy(), expected.geometry.to_numpy()).max() < 1e-6
