"""Tables are read as they were meant: any spreadsheet's dialect, any reference system that is named."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.region.tables import (
    numbers,
    read_chunks,
    read_fitting_rows,
    read_layer,
    read_points,
    read_rows,
    read_table,
)

ROWS = [("a", "Rūjiena", "25.33", "57.89"), ("b", "Mazsalaca, pilsēta", "25.05", "57.86")]


def _csv(path: Path, *, separator: str, comma: bool, encoding: str, heading: str = "") -> Path:
    def cell(text: str) -> str:
        shown = text.replace(".", ",") if comma and text[0].isdigit() else text
        return f'"{shown}"' if separator in shown else shown

    lines = [separator.join(("id", "name", "lon", "lat")), *(separator.join(map(cell, row)) for row in ROWS)]
    path.write_bytes((heading + "\r\n".join(lines) + "\r\n").encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1257"])
@pytest.mark.parametrize(("separator", "comma"), [(",", False), (";", True), ("\t", True), ("|", False), (",", True)])
def test_every_spreadsheet_dialect_gives_the_same_places(separator, comma, encoding, tmp_path):
    places = read_points(_csv(tmp_path / "p.csv", separator=separator, comma=comma, encoding=encoding))
    assert places.index.tolist() == ["a", "b"]
    assert places["name"].tolist() == ["Rūjiena", "Mazsalaca, pilsēta"]
    assert places.geometry.x.tolist() == [25.33, 25.05]
    assert places.crs == "EPSG:4326"


def test_the_separator_line_of_a_spreadsheet_is_skipped_and_rows_count_on(tmp_path):
    table = read_rows(_csv(tmp_path / "p.csv", separator=";", comma=True, encoding="utf-8", heading="sep=;\r\n"))
    assert table["id"].tolist() == ["a", "b"]
    assert table.index.tolist() == [3, 4]


def test_blank_rows_are_left_out_and_the_others_keep_the_number_a_spreadsheet_shows(tmp_path):
    (tmp_path / "p.csv").write_text("id,lon,lat\na,25,57\n,,\nb,26,57\n", encoding="utf-8")
    assert read_rows(tmp_path / "p.csv").index.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id,lon,lat\na,,57\nb,25,57\nc,25,\n", "no position in row 2, 4"),
        ("id,lon,lat\na,25,57\na,26,57\n,27,57\n", "no id in row 4; an id that stands there twice in row 3"),
        ("name,lon,lat\na,25,57\n", "no column 'id', only name; name one"),
        ("id,x,y\na,25,57\n", "no columns 'lon' and 'lat', only id, x, y"),
        ("id,lon,lat\na,25,57,58,59\nb,25,57,\nc,25,57,8\n", "more cells than the heading .* in row 2, 4; mend these"),
        ('id,lon,lat\n"a\nb",25,57\n"c,d",25,57\nc,25,57,58\n', "more cells than the heading .* in row 4; mend"),
        ("id,lon,lat,,\na,25,57,,58\n", "more cells than the heading .* in row 2; mend"),
        ('id,lon,lat\n"a,25,57\n', "cannot be read as a table"),
        ("", "is empty"),
        ("id,lon,lat\n", "has no rows; export it again"),
    ],
)
def test_a_list_of_places_says_everything_that_is_wrong_at_once(text, sentence, tmp_path):
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        read_points(tmp_path / "p.csv")


@pytest.mark.filterwarnings("ignore")
def test_cells_beyond_the_heading_are_never_dropped_but_blank_ones_may_stand_there(tmp_path):
    (tmp_path / "p.csv").write_text("id;text\na;x;;\n\nb;y;z\nc\n", encoding="utf-8")
    table, overfull = read_fitting_rows(tmp_path / "p.csv")
    assert (table.index.tolist(), overfull) == ([2, 5], [4])
    assert table.columns.tolist() == ["id", "text"]
    with pytest.raises(InputError, match="in row 4"):
        next(read_chunks(tmp_path / "p.csv"))


def test_only_the_first_five_wrong_rows_are_named(tmp_path):
    (tmp_path / "p.csv").write_text("id,lon,lat\n" + "a,,\n" * 9, encoding="utf-8")
    with pytest.raises(InputError, match="no position in row 2, 3, 4, 5, 6 and 4 more"):
        read_points(tmp_path / "p.csv")


def test_a_missing_file_is_named():
    with pytest.raises(MissingFileError, match=r"There is no file nowhere\.csv"):
        read_table(Path("nowhere.csv"))


def test_a_picture_is_no_table(tmp_path):
    (tmp_path / "p.csv").write_bytes(b"\x89PNG\r\n\0\0\0")
    with pytest.raises(InputError, match="is no text"):
        read_table(tmp_path / "p.csv")


def test_a_layer_in_another_reference_system_is_turned_into_degrees(tmp_path):
    places = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(25, 57)], crs="EPSG:4326").to_crs("EPSG:3059")
    places.to_file(tmp_path / "p.gpkg")
    read = read_layer(tmp_path / "p.gpkg")
    assert read.crs == "EPSG:4326"
    assert read.geometry.iloc[0].distance(shapely.Point(25, 57)) < 1e-6


def test_a_layer_without_a_reference_system_is_refused(tmp_path):
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(500000, 300000)]).to_parquet(tmp_path / "p.parquet")
    with pytest.raises(InputError, match="does not say its coordinate reference system"):
        read_layer(tmp_path / "p.parquet")


def test_metres_that_claim_to_be_degrees_are_refused(tmp_path):
    (tmp_path / "p.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
        '"geometry":{"type":"Point","coordinates":[500000, 300000]}}]}'
    )
    with pytest.raises(InputError, match="says degrees but holds larger numbers"):
        read_layer(tmp_path / "p.geojson")


@pytest.mark.parametrize("name", ["p.gpkg", "p.geojson", "p.parquet", "p.shp"])
def test_rubbish_is_no_layer(name, tmp_path):
    (tmp_path / name).write_bytes(b"rubbish")
    with pytest.raises(InputError, match="cannot be read as a layer"):
        read_layer(tmp_path / name)


def test_numbers_leave_numbers_alone():
    import pandas as pd

    assert numbers(pd.Series([1, 2])).tolist() == [1.0, 2.0]
