"""A region is built wholly or not at all, loses no row, and the same files give the same bytes."""

from __future__ import annotations

import errno
import json
import os
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sempre_geo.errors import InputError, MissingDataError, MissingFileError, SempreGeoError, StoreError
from sempre_geo.pipeline.prepare import build_writing
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.region.bundle import Region, built_regions, read_region
from sempre_geo.region.catalog import read_catalog
from sempre_geo.settings import Settings, read_settings
from tests.village import EAST, MIDDLE, NORTH, SOUTH, WEST, write_village

MODES = {"car", "bike", "walk", "wheelchair"}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("house")
    return read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})


@pytest.fixture(scope="module")
def osm(tmp_path_factory) -> Path:
    return write_village(tmp_path_factory.mktemp("osm") / "village.osm.pbf")


@pytest.fixture(scope="module")
def village(home, osm) -> Region:
    return build_region(home, "village", osm=[osm])


@pytest.fixture(scope="module")
def neudrossenfeld(home, shared_data) -> Region:
    return build_region(home, "drossenfeld", osm=[shared_data / "osm" / "neudrossenfeld_village.osm.pbf"])


@pytest.fixture
def build(settings, osm, monkeypatch) -> Callable[..., Region]:
    """Build the village anew; one mode is enough for what is not about modes."""
    monkeypatch.setattr(build_writing, "MODES", ("walk",))
    return lambda **options: build_region(settings, "village", **({"osm": [osm]} | options))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_village_becomes_a_region_with_every_layer(village):
    assert village.country.code == "LV"
    assert village.title == "Village"
    for layer in ("cells", "services", "settlements", "municipalities", "land", "roads", "buildings", "streets",
                  "travel_times"):  # fmt: skip
        assert village.has(layer)
        assert len(village.catalog["layers"][layer]["title"]) > 0
    assert village.cells["population"].sum() == pytest.approx(120)
    assert village.cells["estimated"].all()
    assert set(village.cells["settlement"]) == {"Ciems"}
    assert village.municipalities["name"].tolist() == ["Rietumu novads"]
    west = village.cells.geometry.x < MIDDLE[0]
    assert village.cells["municipality_id"].notna()[west].all()
    assert village.bbox == pytest.approx((WEST, SOUTH, EAST, NORTH))
    assert len(village.streets.ways) == 10


def test_every_cell_category_and_mode_has_a_nearest_service_or_a_reason(village):
    times = village.travel_times
    nearest = times[times["rank"] == 1]
    assert len(nearest) == len(village.cells) * village.services["category"].nunique() * len(MODES)
    assert not nearest.duplicated(["cell_id", "category", "mode"]).any()
    assert not times[["minutes", "minutes_if_unknown_is_fine", "metres"]].isna().any().any()
    assert (np.isfinite(times["minutes"]) == (times["status"] == "ok")).all()
    assert (times["service_id"].notna() == (times["status"] == "ok")).all()
    assert (times["minutes"] >= times["minutes_if_unknown_is_fine"]).all()
    assert times.columns.tolist()[:6] == ["cell_id", "category", "mode", "rank", "service_id", "minutes"]


def test_what_is_not_known_for_wheelchairs_is_neither_fine_nor_closed(village):
    times = village.travel_times
    chair = times[times["mode"] == "wheelchair"]
    assert set(chair["status"]) == {"unknown"}
    assert np.isfinite(chair["minutes_if_unknown_is_fine"]).all()


def test_the_shelter_is_nowhere_in_the_region_but_in_a_count(village):
    assert "shelter" not in set(village.services["category"])
    assert any(note.endswith("protect those who use them: 1.") for note in village.notes)
    assert not any(b"Secret House" in content for content in _bytes(village.path).values())
    assert not village.services["sensitive"].any()


def test_the_operator_may_publish_shelters(settings, osm):
    region = build_region(replace(settings, publish_shelters=True), "village", osm=[osm])
    assert region.services.loc[region.services["sensitive"], "category"].tolist() == ["shelter"]


def test_the_same_files_give_the_same_bytes_and_no_clock_time(home, village, osm, tmp_path):
    other = replace(home, data=tmp_path / "d", layers=tmp_path / "l")
    again = build_region(other, "village", osm=[osm])
    first, second = _bytes(village.path), _bytes(again.path)
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_a_second_build_takes_the_place_of_the_first(build, tmp_path):
    first = build()
    (first.path / "stray.txt").write_text("old")
    second = build(osm=[write_village(tmp_path / "v.osm.pbf", people="60")])
    assert not (second.path / "stray.txt").exists()
    assert second.cells["population"].sum() == pytest.approx(60)
    assert sorted(entry.name for entry in second.path.parent.iterdir()) == [".earlier", "village"]


def test_the_origin_and_checksum_of_each_input_are_recorded_and_the_operators_words_kept(
    build, osm, settings, tmp_path
):
    own = _write(tmp_path / "own.csv", f"category,lon,lat\npost,{MIDDLE[0]},{MIDDLE[1]}\n")
    build(services=own)
    sources = settings.inputs("village") / "SOURCES.toml"
    entries = tomllib.loads(sources.read_text(encoding="utf-8"))["source"]
    assert [entry["id"] for entry in entries] == ["osm", "services"]
    assert entries[0]["origin"] == osm.name
    assert len(entries[0]["sha256"]) == 64
    assert "ODbL" in entries[0]["licence"]
    sources.write_text(sources.read_text(encoding="utf-8").replace("not stated", "CC0"))
    region = build(services=own)
    assert tomllib.loads(sources.read_text(encoding="utf-8"))["source"][1]["licence"] == "CC0"
    assert [source["licence"] for source in region.catalog["sources"]][1] == "CC0"
    assert str(tmp_path) not in (region.path / "catalog.json").read_text(encoding="utf-8")


def test_as_many_cells_as_rows_also_far_outside_the_map_where_nothing_is_known(build, tmp_path):
    rows = f"id,lon,lat,population\nhome,{MIDDLE[0]},{MIDDLE[1]},7\nwoods,{EAST + 0.02},{NORTH},1\nsea,19.5,57,3\n"
    region = build(population=_write(tmp_path / "p.csv", rows))
    assert region.cells.index.tolist() == ["home", "woods", "sea"]
    assert (region.cells.geometry.x["home"], region.cells.geometry.y["home"]) == pytest.approx(MIDDLE)
    times = region.travel_times
    sea = times[times["cell_id"] == "sea"]
    assert set(sea["status"]) == {"unknown"}
    assert len(sea) == region.services["category"].nunique()
    assert "1 cells lie beyond the map data: their travel times are unknown." in region.notes
    woods = times[(times["cell_id"] == "woods") & (times["mode"] == "walk")]
    assert (woods["off_network_m"] > 1000).all()
    assert (woods["minutes"] > 12).all()


def test_the_row_order_of_a_population_does_not_change_any_travel_time(build, tmp_path):
    rows = [f"c{i},{WEST + i * 0.004},{SOUTH + i * 0.003},{i}" for i in range(5)]
    tables = []
    for number, order in enumerate((rows, rows[::-1])):
        text = "\n".join(["id,lon,lat,population", *order])
        region = build(population=_write(tmp_path / f"p{number}.csv", text))
        table = region.travel_times.astype({"cell_id": str, "service_id": str})
        tables.append(table.sort_values(["cell_id", "category", "mode", "rank"], ignore_index=True))
    pd.testing.assert_frame_equal(tables[0], tables[1])


def test_adding_a_service_makes_nothing_farther(village, build, tmp_path):
    own = _write(tmp_path / "own.csv", f"category,lon,lat\ngp,{WEST},{SOUTH}\n")
    key = ["cell_id", "category", "mode"]
    before = village.travel_times.query("rank == 1 and mode == 'walk'").set_index(key)["minutes"]
    after = build(services=own).travel_times.query("rank == 1").set_index(key)["minutes"]
    assert (after.to_numpy() <= before.reindex(after.index).to_numpy()).all()
    assert (after.to_numpy() < before.reindex(after.index).to_numpy()).any()


def test_own_services_can_replace_those_of_the_map(build, tmp_path):
    own = _write(tmp_path / "own.csv", f"category,lon,lat\ngp,{WEST},{SOUTH}\n")
    assert build(services=own, services_mode="replace").services.index.tolist() == ["own:2"]


def test_a_clip_cuts_services_settlements_and_people(build, tmp_path):
    outline = shapely.box(WEST - 0.01, SOUTH - 0.01, MIDDLE[0] - 0.001, NORTH + 0.01)
    _write(tmp_path / "c.geojson", shapely.to_geojson(outline))
    people = _write(tmp_path / "p.csv", f"id,lon,lat,population\nin,{WEST},{SOUTH},5\nout,{EAST},{SOUTH},9\n")
    region = build(clip=tmp_path / "c.geojson", population=people)
    assert region.services["category"].tolist() == ["pharmacy"]
    assert region.cells.index.tolist() == ["in"]
    assert region.bbox == pytest.approx(outline.bounds)
    assert any("1 cells of the population layer lie outside the clip" in note for note in region.notes)


def test_boundaries_of_a_file_take_the_place_of_the_maps_and_are_mended(build, tmp_path):
    bow_tie = shapely.Polygon([(WEST - 1, SOUTH - 1), (EAST + 1, NORTH + 1), (EAST + 1, SOUTH - 1), (WEST - 1, NORTH + 1)])  # fmt: skip # noqa: E501
    layer = gpd.GeoDataFrame({"id": ["m"], "name": ["Tie"]}, geometry=[bow_tie], crs="EPSG:4326")
    layer.to_file(tmp_path / "b.gpkg")
    region = build(boundaries=tmp_path / "b.gpkg")
    assert region.municipalities["name"].tolist() == ["Tie"]
    assert any("crossed themselves and were mended" in note for note in region.notes)


def test_a_timetable_is_kept_with_the_dates_it_is_valid_for(build, shared_data):
    region = build(gtfs=[shared_data / "gtfs" / "kuopio_fi_2016-10_2017-06_gtfs.zip"])
    parameters = region.catalog["layers"]["timetable"]["parameters"]
    assert (parameters["first"], parameters["last"]) == ("2016-10-24", "2017-06-04")
    assert region.catalog["layers"]["timetable"]["rows"] == 79_123
    assert any("No stop of the timetable lies in the region" in note for note in region.notes)


def test_a_build_tells_how_far_it_is_and_never_goes_back(build):
    said: list[tuple[str, float]] = []
    build(progress=lambda stage, share: said.append((stage, share)))
    shares = [share for _stage, share in said]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert said[-1] == ("Done", 1.0)


def test_the_real_village_holds_together(neudrossenfeld):
    region = neudrossenfeld
    assert region.country.code == "DE"
    assert region.cells.index.is_unique
    assert region.cells["population"].sum() > 0
    assert region.services.index.is_unique
    times = region.travel_times
    assert set(times["cell_id"]) == set(region.cells.index)
    car = times[(times["mode"] == "car") & (times["rank"] == 1)]
    assert (car["status"] == "ok").mean() > 0.9


def test_winter_roads_count_only_on_the_day_named(build, settings):
    build(date=date(2026, 1, 15))
    assert read_catalog(settings.results("village"))["layers"]["networks"]["parameters"]["day"] == "2026-01-15"


def _truncated(osm: Path, tmp_path: Path) -> Path:
    (tmp_path / "cut.osm.pbf").write_bytes(osm.read_bytes()[:-200])
    return tmp_path / "cut.osm.pbf"


def _feed_without_calendar(folder: Path) -> Path:
    """Two stops and a trip between them that no calendar lets run."""
    folder.mkdir()
    _write(
        folder / "agency.txt", "agency_id,agency_name,agency_url,agency_timezone\nA,A,http://a.example,Europe/Riga\n"
    )
    _write(folder / "stops.txt", "stop_id,stop_name,stop_lat,stop_lon\nS,One,57.6,25.3\nT,Two,57.61,25.3\n")
    _write(folder / "routes.txt", "route_id,agency_id,route_short_name,route_type\nR,A,1,3\n")
    _write(folder / "trips.txt", "route_id,service_id,trip_id\nR,W,t\n")
    heading = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    _write(folder / "stop_times.txt", heading + "t,07:00:00,07:00:00,S,1\nt,07:10:00,07:10:00,T,2\n")
    return folder


BAD_INPUTS: dict[str, tuple[Callable[[Path, Path], dict[str, object]], str]] = {
    "no such file": (lambda _osm, tmp: {"osm": [tmp / "no.osm.pbf"]}, "There is no file .*no.osm.pbf"),
    "empty extract": (lambda _osm, tmp: {"osm": [_write(tmp / "e.osm.pbf", "")]}, "e.osm.pbf is empty"),
    "no extract": (lambda _osm, tmp: {"osm": [_write(tmp / "x.osm.pbf", "hello" * 99)]}, "is not an OpenStreetMap"),
    "cut extract": (lambda osm, tmp: {"osm": [_truncated(osm, tmp)], "country": "LV"}, "cut off or damaged"),
    "no extract at all": (lambda _osm, _tmp: {"osm": []}, "give at least one --osm"),
    "no streets": (
        lambda _osm, tmp: {"osm": [write_village(tmp / "s.osm.pbf", streets=False)]},
        "There is no street in s.osm.pbf",
    ),
    "unknown country": (lambda _osm, _tmp: {"country": "XX"}, "There is no country 'XX'"),
    "no population column": (
        lambda _osm, tmp: {"population": _write(tmp / "p.csv", "id,lon,lat,n\na,25,57,1\n")},
        "has no column 'population', only id, n; name the right one with --population-column",
    ),
    "negative population": (
        lambda _osm, tmp: {"population": _write(tmp / "p.csv", "id,lon,lat,population\na,25,57,-1\n")},
        "a negative population in row 2",
    ),
    "duplicate cells": (
        lambda _osm, tmp: {"population": _write(tmp / "p.csv", "id,lon,lat,population\na,25,57,1\na,26,57,1\n")},
        "a cell that stands there twice in row 3",
    ),
    "people elsewhere": (
        lambda _osm, tmp: {"population": _write(tmp / "p.csv", "id,lon,lat,population\na,57.6,25.3,1\n")},
        "p.csv has nobody inside the map data",
    ),
    "missing services file": (lambda _osm, tmp: {"services": tmp / "no.csv"}, "There is no file .*no.csv"),
    "swapped services": (
        lambda _osm, tmp: {"services": _write(tmp / "s.csv", "category,lon,lat\ngp,57.6,25.3\n")},
        "longitude and latitude swapped in row 2",
    ),
    "boundaries that are no polygons": (
        lambda _osm, tmp: {"boundaries": _write(tmp / "b.geojson", shapely.to_geojson(shapely.Point(25, 57)))},
        "has no polygons",
    ),
    "clip elsewhere": (
        lambda _osm, tmp: {"clip": _write(tmp / "c.geojson", shapely.to_geojson(shapely.box(1, 1, 2, 2)))},
        "There is no street in village.osm.pbf",
    ),
    "timetable that never runs": (
        lambda _osm, tmp: {"gtfs": [_feed_without_calendar(tmp / "f")]},
        "The timetable's calendar names no day",
    ),
    "no timetable": (lambda _osm, tmp: {"gtfs": [_write(tmp / "g.zip", "hello")]}, "g.zip"),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_ends_in_one_sentence_and_leaves_nothing_behind(case, build, osm, settings, tmp_path):
    options, sentence = BAD_INPUTS[case]
    with pytest.raises(SempreGeoError, match=sentence) as refusal:
        build(**options(osm, tmp_path))
    assert "\n" not in str(refusal.value)
    assert not settings.layers.exists() or list(settings.layers.iterdir()) == []
    assert not settings.inputs("village").exists()


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", "CON:", "x" * 65])
def test_a_region_name_that_climbs_out_is_refused(name, settings, osm):
    with pytest.raises(InputError, match="cannot name a region"):
        build_region(settings, name, osm=[osm])


def test_a_folder_with_other_files_is_not_replaced(build, settings):
    folder = settings.results("village")
    folder.mkdir(parents=True)
    _write(folder / "thesis.txt", "years of work")
    with pytest.raises(InputError, match="holds files but no built region"):
        build()
    assert (folder / "thesis.txt").read_text() == "years of work"


def test_a_region_named_by_its_path_keeps_its_sources_in_the_same_folder(build, settings, osm):
    folder = build().path
    region = build_region(settings, str(folder), osm=[osm])
    assert region.path == folder
    assert (folder / "SOURCES.toml").is_file()


def test_a_full_disk_leaves_the_old_region_as_it_was(build, monkeypatch):
    region = build()
    before = _bytes(region.path)

    def fail(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(build_writing, "write_network", fail)
    with pytest.raises(StoreError, match="The disk is full"):
        build()
    assert _bytes(region.path) == before
    assert [entry.name for entry in region.path.parent.iterdir()] == ["village"]


def test_a_region_that_is_not_built_says_how_to_build_it(settings):
    with pytest.raises(MissingFileError, match="run: sempre-geo build nowhere --osm"):
        read_region("nowhere", settings)
    assert built_regions(settings) == []


def test_built_regions_are_listed_and_read_by_name_or_path(home, village):
    assert "village" in built_regions(home)
    assert read_region(str(village.path), home).name == "village"
    with pytest.raises(MissingDataError, match="has no timetable"):
        village._file("timetable")


@pytest.mark.parametrize("text", ["{", "[]", '{"region": "x"}', '{"bbox": 7}'])
def test_a_damaged_catalog_is_a_sentence(text, settings):
    folder = settings.results("village")
    folder.mkdir(parents=True)
    _write(folder / "catalog.json", text)
    with pytest.raises(InputError, match="build the region again"):
        read_region("village", settings)


def test_the_catalog_is_plain_json_without_infinity(village):
    text = (village.path / "catalog.json").read_text(encoding="utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in catalog.json"))


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("population", "id,lon,lat,persons\na,20.0,57.0,3\n"),
        ("services", "name,lon,lat\nShop,20.0,57.0\n"),
        ("boundaries", "id,name\nm1,Somewhere\n"),
    ],
)
def test_a_small_file_that_cannot_be_used_is_refused_before_the_map_data_are_read(settings, tmp_path, option, text):
    table = tmp_path / "table.csv"
    table.write_text(text, encoding="utf-8")
    unread = tmp_path / "map.osm.pbf"
    unread.write_bytes(b"not a map at all")
    with pytest.raises(InputError, match=r"table\.csv"):
        build_region(settings, "ciems", osm=[unread], country="LV", **{option: table})
