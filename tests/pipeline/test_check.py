"""Before a build, each input's mistakes are named: what stops it, and what it mends or leaves unknown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from sempre_geo.pipeline.prepare.check import check_files
from sempre_geo.region.check import kind_of
from tests.village import EAST, MIDDLE, NORTH, SOUTH, WEST, write_village

TODAY = date(2026, 11, 22)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def osm(tmp_path) -> Path:
    return write_village(tmp_path / "village.osm.pbf")


def test_unreadable_opening_hours_are_named_and_stop_nothing(settings, osm):
    findings = check_files(settings, [osm], today=TODAY)
    assert [finding.stops_build for finding in findings] == [False]
    assert "opening hours of 1 services cannot be read" in str(findings[0])
    assert "sometimes, ask Anna" in str(findings[0])
    assert str(findings[0]).startswith("village.osm.pbf: ")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("x.osm.pbf", "", "is empty"),
        ("x.osm.pbf", "hello", "is not an OpenStreetMap extract"),
        ("x.zip", "hello", "x.zip"),
        ("x.csv", "", "is empty"),
        ("x.csv", "a,b\n1,2\n", "nothing tells what this is"),
        ("x.csv", "GRD_ID,T\nValka,5\n", "a code that is no grid cell in row 2"),
        ("x.csv", "id,lon,lat,population\na,25,57,-5\n", "a negative population in row 2"),
        ("x.csv", "id,lon,lat\na,25,\n", "no position in row 2"),
        ("x.csv", "category,lon,lat\nwitch,25,57\n", "a category services.toml does not know"),
        ("x.poly", "x\nEND\n", "is no .poly file"),
        ("x.gpkg", "rubbish", "cannot be read as a layer"),
        ("x.parquet", "rubbish", "cannot be read as a layer"),
    ],
)
def test_each_file_that_cannot_be_used_is_one_finding_that_stops_the_build(name, text, sentence, settings, tmp_path):
    findings = check_files(settings, [_write(tmp_path / name, text)], today=TODAY)
    assert [finding.stops_build for finding in findings] == [True]
    assert sentence in str(findings[0])
    assert "\n" not in str(findings[0])


def test_a_missing_file_is_a_finding_too(settings, tmp_path):
    names = ["no.osm.pbf", "no.zip", "no.csv"]
    findings = check_files(settings, [tmp_path / name for name in names], today=TODAY)
    assert [finding.path.name for finding in findings] == names
    assert all(finding.stops_build for finding in findings)


def test_services_outside_the_region_are_found_when_the_map_is_checked_with_them(settings, osm, tmp_path):
    own = _write(tmp_path / "s.csv", f"category,lon,lat\ngp,{MIDDLE[1]},{MIDDLE[0]}\ngp,2,48\n")
    assert check_files(settings, [own], today=TODAY) == []
    sentence = str(check_files(settings, [own, osm], today=TODAY)[0])
    assert "longitude and latitude swapped in row 2; a position outside the region in row 3" in sentence


def test_mended_polygons_and_old_timetables_are_told_without_stopping(settings, shared_data, tmp_path):
    bow_tie = shapely.Polygon([(WEST, SOUTH), (EAST, NORTH), (EAST, SOUTH), (WEST, NORTH)])
    gpd.GeoDataFrame({"name": ["Tie"]}, geometry=[bow_tie], crs="EPSG:4326").to_file(tmp_path / "b.gpkg")
    gtfs = shared_data / "gtfs" / "kuopio_fi_2016-10_2017-06_gtfs.zip"
    findings = check_files(settings, [tmp_path / "b.gpkg", gtfs], today=TODAY)
    assert [finding.stops_build for finding in findings] == [False, False]
    assert "crossed themselves" in str(findings[0])
    assert "the timetable ended on 2017-06-04" in str(findings[1])


def test_files_without_a_mistake_give_nothing(settings, shared_data):
    census = shared_data / "population" / "census_grid_2021_sample_li.csv"
    assert check_files(settings, [census], today=TODAY) == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("population/census_grid_2021_sample_li.csv", "population"),
        ("population/helsinki_population_grid_2020.gpkg", "population"),
        ("population/liechtenstein_municipalities_2015.geojson", "boundaries"),
        ("population/ee_settlements_asustusyksus_2018.topojson", "boundaries"),
        ("osm/kotka_fi_2019.osm.pbf", "osm"),
        ("gtfs/kuopio_fi_2016-10_2017-06_gtfs.zip", "gtfs"),
    ],
)
def test_the_kind_of_a_file_is_told_by_what_is_in_it(path, kind, shared_data):
    assert kind_of(shared_data / path) == kind
