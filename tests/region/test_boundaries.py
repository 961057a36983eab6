"""Municipalities are mended where they can be, and every place keeps its row."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from sempre_geo.errors import InputError
from sempre_geo.region.boundaries import municipality_of, read_boundaries, read_clip

BOW_TIE = shapely.Polygon([(24, 57), (25, 58), (25, 57), (24, 58)])


def _layer(path, shapes, **columns):
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(path)
    return path


def test_the_estonian_municipalities_are_read_with_their_national_names(shared_data):
    read = read_boundaries(shared_data / "population" / "ee_municipalities_omavalitsus_2018.geojson")
    assert len(read.municipalities) == 79
    assert "Rõuge vald" in set(read.municipalities["name"])
    assert read.municipalities.is_valid.all()
    assert read.municipalities.index.name == "municipality_id"


def test_the_eleven_of_liechtenstein_are_read_too(shared_data):
    read = read_boundaries(shared_data / "population" / "liechtenstein_municipalities_2015.geojson")
    assert len(read.municipalities) == 11
    assert {"Vaduz", "Ruggell"} <= set(read.municipalities["name"])


def test_a_polygon_that_crosses_itself_is_mended_with_a_note(tmp_path):
    path = _layer(tmp_path / "b.gpkg", [BOW_TIE, shapely.box(26, 57, 27, 58)], id=["a", "b"], name=["A", "B"])
    read = read_boundaries(path)
    assert read.municipalities.is_valid.all()
    assert read.municipalities.loc["a"].geometry.area == pytest.approx(0.5)
    assert read.notes == ("b.gpkg: the polygons in row 1 crossed themselves and were mended.",)


def test_several_parts_of_one_municipality_become_one(tmp_path):
    shapes = [shapely.box(24, 57, 25, 58), shapely.box(26, 57, 27, 58)]
    read = read_boundaries(_layer(tmp_path / "b.gpkg", shapes, id=["a", "a"], name=["A", "A"]))
    assert read.municipalities.geometry.iloc[0].area == pytest.approx(2)
    assert "1 rows were joined" in read.notes[0]


@pytest.mark.parametrize(("ids", "called"), [({}, "row 2"), ({"id": ["a", "b"]}, "b")])
def test_a_municipality_without_a_name_is_kept_and_called_by_its_id_or_row(ids, called, tmp_path):
    shapes = [shapely.box(24, 57, 25, 58), shapely.box(26, 57, 27, 58)]
    read = read_boundaries(_layer(tmp_path / "b.gpkg", shapes, **ids, name=["A", None]))
    assert read.municipalities["name"].to_list() == ["A", called]
    assert shapely.area(read.municipalities.geometry.to_numpy()).sum() == pytest.approx(2)
    assert read.notes == ("b.gpkg: the municipalities in row 2 have no name and are called by their id or row.",)


@pytest.mark.parametrize(
    ("shape", "columns", "sentence"),
    [
        (shapely.Point(24, 57), {"id": ["a"]}, "has no polygons"),
        (shapely.box(24, 57, 25, 58), {"area": [1.0]}, "has neither a column 'id' nor 'name', only area"),
    ],
)
def test_a_layer_that_holds_no_municipalities_is_refused(shape, columns, sentence, tmp_path):
    with pytest.raises(InputError, match=sentence):
        read_boundaries(_layer(tmp_path / "b.gpkg", [shape], **columns))


def test_places_keep_their_rows_also_on_borders_in_overlaps_and_outside():
    towns = gpd.GeoDataFrame(
        geometry=[shapely.box(24, 57, 25, 58), shapely.box(24.9, 57, 26, 58)], index=["a", "b"], crs="EPSG:4326"
    )
    places = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([24.95, 24.5, 24.92, 26.001, 30], [57.5] * 5), index=list("vwxyz"), crs="EPSG:4326"
    )
    found = municipality_of(places, towns)
    assert found.to_dict() == {"v": "a", "w": "a", "x": "a", "y": "b", "z": None}
    assert municipality_of(places, towns.iloc[:0]).isna().all()
    assert municipality_of(places.iloc[:0], towns).empty


def test_the_order_of_places_does_not_matter():
    towns = gpd.GeoDataFrame(geometry=[shapely.box(i, 57, i + 1, 58) for i in range(24, 28)], crs="EPSG:4326")
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([25.5, 24.5, 27.5, 26.5], [57.5] * 4), crs="EPSG:4326")
    turned = municipality_of(places.iloc[::-1], towns)
    pd.testing.assert_series_equal(turned.sort_index(), municipality_of(places, towns))


def test_an_outline_is_one_shape_from_a_layer_or_a_poly_file(tmp_path):
    layer = _layer(tmp_path / "c.geojson", [shapely.box(24, 57, 25, 58), shapely.box(25, 57, 26, 58)], id=[1, 2])
    (tmp_path / "c.poly").write_text(
        "valka\n1\n  24 57\n  26 57\n  26 58\n  24 58\nEND\n!2\n 24.5 57.2\n 24.6 57.2\n 24.6 57.3\nEND\nEND\n"
    )
    assert read_clip(layer).equals(shapely.box(24, 57, 26, 58))
    assert read_clip(tmp_path / "c.poly").area == pytest.approx(2 - 0.005)


@pytest.mark.parametrize("text", ["", "valka\nEND\n", "valka\n1\n north 57\nEND\nEND\n"])
def test_a_poly_file_without_an_outline_is_refused(text, tmp_path):
    (tmp_path / "c.poly").write_text(text)
    with pytest.raises(InputError, match=r"is no \.poly file"):
        read_clip(tmp_path / "c.poly")
