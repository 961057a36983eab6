"""A region built by a place's name is the same kind of region as one built from files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import osmnx
import pytest

from sempre_geo.errors import InputError, MissingDataError, OfflineError
from sempre_geo.pipeline.prepare.build import fetch_region
from sempre_geo.region.catalog import read_sources
from sempre_geo.settings import Settings
from tests.region.map_service import MapService, serving
from tests.region.test_fetch import ELEMENTS, TOWN


@pytest.fixture
def asking(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setattr(osmnx._nominatim, "time", SimpleNamespace(sleep=lambda _seconds: None))
    with serving(MapService(places=[TOWN], elements=ELEMENTS)) as service:
        yield replace(settings, nominatim_url=service.address, overpass_url=f"{service.address}/api")


def test_a_fetched_place_becomes_a_region_with_its_source_and_travel_times(asking):
    region = fetch_region(asking, "valka", place="Valka")
    assert region.country.code == "LV"
    assert region.bbox == pytest.approx((26.0, 57.7, 26.1, 57.76))
    assert region.cells["population"].tolist() == [5000]
    assert region.services["category"].tolist() == ["gp"]
    assert set(region.services["municipality_id"]) == {"osm:r9"}
    walk = region.travel_times.query("mode == 'walk'")
    assert np.isfinite(walk["minutes"]).all()
    source = region.catalog["sources"][0]
    assert source["origin"] == TOWN["display_name"]
    assert source["date"] == "2026-03-04"
    assert read_sources(asking.inputs("valka"))[0]["sha256"] == source["sha256"]


@pytest.mark.parametrize(
    ("place", "change", "error"),
    [
        ("Atlantis", {}, MissingDataError),
        ("Valka", {"country": "XX"}, InputError),
        ("Valka", {"address": "http://127.0.0.1:9"}, OfflineError),
    ],
)
def test_what_cannot_be_fetched_leaves_no_region(place, change, error, asking):
    address = change.get("address")
    chosen = replace(asking, nominatim_url=address, overpass_url=f"{address}/api") if address else asking
    with pytest.raises(error) as refusal:
        fetch_region(chosen, "valka", place=place, country=change.get("country"))
    assert "\n" not in str(refusal.value)
    assert not asking.results("valka").exists()
