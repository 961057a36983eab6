"""A place by its name, asked of a stand-in for the map services."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import osmnx
import pytest

from sempre_geo.errors import InputError, MissingDataError, OfflineError
from sempre_geo.region.categories import read_categories
from sempre_geo.region.fetch import FetchedPlace, fetch_place
from sempre_geo.settings import Settings
from tests.region.map_service import MapService, serving

CORNERS = [(26.00, 57.70), (26.10, 57.70), (26.10, 57.76), (26.00, 57.76)]
OUTLINE = {"type": "Polygon", "coordinates": [[*CORNERS, CORNERS[0]]]}
TOWN = {
    "display_name": "Valka, Valkas novads, Latvia", "importance": 0.5, "geojson": OUTLINE,
    "lat": "57.73", "lon": "26.05",
    "boundingbox": ["57.70", "57.76", "26.00", "26.10"], "osm_type": "relation", "osm_id": 9,
}  # fmt: skip
POINT = TOWN | {"display_name": "Lugazi, Latvia", "geojson": {"type": "Point", "coordinates": [26.05, 57.73]}}


def _node(number: int, lon: float, lat: float, **tags: str) -> dict[str, object]:
    return {"type": "node", "id": number, "lon": lon, "lat": lat} | ({"tags": tags} if tags else {})


ELEMENTS: list[dict[str, object]] = [
    *(_node(50 + at, lon, lat) for at, (lon, lat) in enumerate(CORNERS)),
    _node(1, 26.02, 57.72), _node(2, 26.04, 57.73), _node(3, 26.06, 57.73, barrier="gate"),
    _node(4, 26.15, 57.73),
    _node(10, 26.04, 57.731, amenity="doctors", name="Arsts", opening_hours="Tu 09:00-12:00"),
    _node(11, 26.15, 57.731, amenity="pharmacy", name="Beyond the border"),
    _node(12, 26.05, 57.73, place="town", name="Valka", population="5000"),
    _node(2, 26.04, 57.73),
    {"type": "way", "id": 7, "nodes": [1, 2, 3, 4], "tags": {"highway": "residential", "name": "Rigas iela"}},
    {"type": "way", "id": 8, "nodes": [50, 51, 52, 53, 50]},
    {"type": "relation", "id": 9, "tags": {"type": "boundary", "boundary": "administrative", "admin_level": "5",
     "name": "Valkas novads"}, "members": [{"type": "way", "ref": 8, "role": "outer"}]},
    {"type": "relation", "id": 6, "tags": {"type": "restriction", "restriction": "no_left_turn"}, "members": [
        {"type": "way", "ref": 7, "role": "from"}, {"type": "node", "ref": 2, "role": "via"},
        {"type": "way", "ref": 7, "role": "to"}]},
]  # fmt: skip


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds OSMnx wanted to wait before asking Nominatim; nobody waits in tests."""
    waited: list[float] = []
    monkeypatch.setattr(osmnx._nominatim, "time", SimpleNamespace(sleep=waited.append))
    return waited


@pytest.fixture
def service() -> Iterator[MapService]:
    with serving(MapService(places=[TOWN, POINT], elements=ELEMENTS)) as running:
        yield running


def _fetch(place: str, settings: Settings, cache: Path, *, address: str) -> FetchedPlace:
    asking = dataclasses.replace(settings, nominatim_url=address, overpass_url=f"{address}/api")
    return fetch_place(place, settings=asking, country=None, categories=read_categories(settings), cache=cache)


def test_a_place_becomes_the_same_kind_of_extract_as_a_file(
    service: MapService, settings: Settings, tmp_path: Path
) -> None:
    found = _fetch("Valka", settings, tmp_path / "answers", address=service.address)
    assert found.address == TOWN["display_name"]
    assert found.country.code == "LV"
    assert found.boundary.bounds == (26.0, 57.7, 26.1, 57.76)
    extract = found.extract
    assert list(extract.services.index) == ["osm:n10"], "the pharmacy lies beyond the border"
    assert extract.services.loc["osm:n10", "opening_hours"] == "Tu 09:00-12:00"
    assert list(extract.settlements["population"]) == [5000]
    assert list(extract.municipalities["name"]) == ["Valkas novads"]
    assert list(extract.streets.node_id) == [1, 2, 3, 4], "the street that crosses the border stays whole"
    assert list(extract.streets.node_tags["barrier"]) == ["gate"]
    assert list(extract.streets.restrictions["restriction"]) == ["no_left_turn"]
    assert extract.timestamp == "2026-03-04"
    assert found.osm.is_file()


def test_what_was_answered_once_is_not_asked_again_and_gives_the_same_file(
    service: MapService, settings: Settings, tmp_path: Path
) -> None:
    first = _fetch("Valka", settings, tmp_path, address=service.address)
    written, asked = first.osm.read_bytes(), len(service.asked)
    assert asked == 2, "one outline, one tile"
    second = _fetch("Valka", settings, tmp_path, address=service.address)
    assert len(service.asked) == asked
    assert second.osm.read_bytes() == written


def test_the_services_rules_of_use_are_kept(
    service: MapService, settings: Settings, tmp_path: Path, pauses: list[float]
) -> None:
    _fetch("Valka", settings, tmp_path, address=service.address)
    assert pauses == [1], "Nominatim: one request a second at most"
    assert service.status_asked == 1, "Overpass: ask for a free slot before each request"
    assert all(agent.startswith("sempre-geo/") for agent in service.agents), "say who asks"


def test_osmnx_and_the_name_service_are_left_as_they_were(
    service: MapService, settings: Settings, tmp_path: Path
) -> None:
    before = {name: value for name, value in vars(osmnx.settings).items() if not name.startswith("__")}
    look_up = socket.getaddrinfo
    _fetch("Valka", settings, tmp_path, address=service.address)
    assert {name: value for name, value in vars(osmnx.settings).items() if not name.startswith("__")} == before
    assert socket.getaddrinfo is look_up


def test_no_internet_is_one_clear_sentence(settings: Settings, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(OfflineError, match="go online and try again"):
            _fetch("Valka", settings, tmp_path, address=address)


@pytest.mark.parametrize("trouble", [{"remark": "runtime error: Query timed out"}, {"broken": True}])
def test_an_answer_that_breaks_off_is_neither_used_nor_kept(
    service: MapService, settings: Settings, tmp_path: Path, trouble: dict[str, object]
) -> None:
    for name, value in trouble.items():
        setattr(service, name, value)
    with pytest.raises(OfflineError, match="did not answer as it should"):
        _fetch("Valka", settings, tmp_path, address=service.address)
    service.remark, service.broken = "", False
    assert len(_fetch("Valka", settings, tmp_path, address=service.address).extract.services) == 1


def test_an_unknown_place_and_one_without_an_outline_are_refused(
    service: MapService, settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(MissingDataError, match="knows no place called 'Nowhere'"):
        _fetch("Nowhere", settings, tmp_path, address=service.address)
    with pytest.raises(InputError, match="only as a point"):
        _fetch("Lugazi", settings, tmp_path, address=service.address)
