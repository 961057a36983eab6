"""Real extracts: the counts that were made by hand when the files were taken, and what must hold of any of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from sempre_geo.region.categories import read_categories
from sempre_geo.region.countries import read_country
from sempre_geo.region.osm import OsmExtract, read_osm
from sempre_geo.settings import read_settings

LIECHTENSTEIN_KM2 = 160.5  # Landesverwaltung: 160.477 km2


def _read(path: Path, country: str, clip: shapely.Geometry | None = None) -> OsmExtract:
    settings = read_settings({})
    rules, categories = read_country(country, settings), read_categories(settings)
    return read_osm([path], country=rules, categories=categories, clip=clip)


@pytest.fixture(scope="module")
def liechtenstein(shared_data: Path) -> OsmExtract:
    return _read(shared_data / "osm" / "liechtenstein_2015.osm.pbf", "LI")


@pytest.fixture(scope="module")
def village(shared_data: Path) -> OsmExtract:
    return _read(shared_data / "osm" / "neudrossenfeld_village.osm.pbf", "DE")


def test_a_whole_country_holds_what_was_counted_in_it(liechtenstein: OsmExtract) -> None:
    counted = liechtenstein.services["category"].value_counts()
    # the file's README; the 308th bus stop is a platform beside its stop
    assert 307 <= counted["bus_stop"] <= 308
    assert (counted["school"], counted["post"], counted["municipality_office"]) == (19, 8, 3)
    assert (counted["pharmacy"], counted["library"], counted["hospital"]) == (3, 1, 1)
    assert counted["kindergarten"] >= 6
    assert liechtenstein.timestamp == "2015-07-27"


def test_its_eleven_municipalities_cover_it_without_overlap(liechtenstein: OsmExtract) -> None:
    areas = liechtenstein.municipalities.to_crs("EPSG:3035").geometry
    assert sorted(liechtenstein.municipalities["name"]) == [
        "Balzers", "Eschen", "Gamprin", "Mauren", "Planken", "Ruggell", "Schaan", "Schellenberg", "Triesen",
        "Triesenberg", "Vaduz",
    ]  # fmt: skip
    assert areas.area.sum() / 1e6 == pytest.approx(LIECHTENSTEIN_KM2, rel=0.01)
    assert areas.union_all().area == pytest.approx(areas.area.sum(), rel=1e-3)


def test_a_rural_district_holds_its_villages_hamlets_and_tracks(shared_data: Path) -> None:
    extract = _read(shared_data / "osm" / "north_bayreuth_2014.osm.pbf", "DE")
    kinds = extract.settlements["kind"].value_counts()
    assert (kinds["hamlet"], kinds["village"]) == (48, 22)
    assert (extract.roads["kind"] == "track").sum() == 900
    assert extract.streets.ways["highway"].eq("track").sum() == 900


def test_street_arrays_fit_together(village: OsmExtract, liechtenstein: OsmExtract) -> None:
    for streets in (village.streets, liechtenstein.streets):
        assert streets.ways.index.is_monotonic_increasing
        assert streets.ways.index.is_unique
        assert (np.diff(streets.node_id) > 0).all()
        assert (np.diff(streets.offsets) >= 2).all()
        assert streets.offsets[-1] == len(streets.nodes)
        assert len(np.unique(streets.nodes)) == len(streets.node_id), "no node that no way uses"
        assert streets.node_tags.index.is_unique
        assert np.isfinite(streets.lon).all()


def test_frames_are_valid_and_named_once(village: OsmExtract, liechtenstein: OsmExtract) -> None:
    for extract in (village, liechtenstein):
        for frame in (extract.services, extract.settlements, extract.municipalities):
            assert frame.index.is_unique
            assert frame.crs == "EPSG:4326"
        assert extract.land.geometry.is_valid.all()
        west, south, east, north = extract.bbox
        assert extract.buildings["lon"].between(west - 0.05, east + 0.05).all()
        assert extract.buildings["lat"].between(south - 0.05, north + 0.05).all()
        assert (extract.buildings["area_m2"] < 100_000).all()


def test_a_clip_gives_the_part_of_the_whole_that_touches_it(village: OsmExtract, shared_data: Path) -> None:
    west, south, east, north = village.bbox
    clip = shapely.box(west, south, (west + east) / 2, north)
    part = _read(shared_data / "osm" / "neudrossenfeld_village.osm.pbf", "DE", clip)
    assert 0 < len(part.streets.ways) < len(village.streets.ways)
    assert set(part.streets.ways.index) <= set(village.streets.ways.index)
    inside = village.services[village.services.intersects(clip)]
    assert part.services.index.tolist() == inside.index.tolist()
