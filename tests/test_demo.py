"""The fictional county: real formats, nothing real in it, everything connected, and its planted cases on paper."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pandas as pd
import pytest
from opening_hours import OpeningHours
from pyproj import Transformer
from scipy import sparse
from scipy.sparse import csgraph

DEMO = Path(__file__).resolve().parent.parent / "data" / "demo"
WEST, SOUTH, EAST, NORTH = 19.3, 56.6, 20.3, 57.15
LANGUAGES = {"et", "lv", "en", "de", "fi"}


class Objects:
    """The extract, read once with plain osmium."""

    def __init__(self) -> None:
        self.nodes: dict[int, tuple[float, float]] = {}
        self.tagged: dict[int, dict[str, str]] = {}
        self.ways: list[tuple[list[int], dict[str, str]]] = []
        self.relations: list[dict[str, str]] = []
        for entry in osmium.FileProcessor(str(DEMO / "demo.osm.pbf")):
            tags = dict(entry.tags) if len(entry.tags) else {}
            if entry.is_node():
                place = entry.location
                self.nodes[entry.id] = (place.lon, place.lat)
                if tags:
                    self.tagged[entry.id] = tags
            elif entry.is_way():
                self.ways.append(([node.ref for node in entry.nodes], tags))
            else:
                self.relations.append(tags)

    def places(self, *kinds: str) -> dict[int, dict[str, str]]:
        return {number: tags for number, tags in self.tagged.items() if tags.get("place") in kinds}


@pytest.fixture(scope="module")
def osm() -> Objects:
    return Objects()


@pytest.fixture(scope="module")
def gtfs() -> dict[str, pd.DataFrame]:
    with zipfile.ZipFile(DEMO / "demo_gtfs.zip") as archive:
        return {
            name.removesuffix(".txt"): pd.read_csv(archive.open(name), dtype=str, keep_default_na=False)
            for name in archive.namelist()
        }


@pytest.fixture(scope="module")
def census() -> pd.DataFrame:
    return pd.read_csv(DEMO / "census_grid.csv")


@pytest.fixture(scope="module")
def said() -> list[dict[str, str]]:
    with (DEMO / "contributions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seconds(clock: pd.Series) -> pd.Series:
    parts = clock.str.split(":", expand=True).astype(int)
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


def test_every_file_is_the_one_the_generator_made() -> None:
    manifest = json.loads((DEMO / "MANIFEST.json").read_text(encoding="utf-8"))
    made = {name: hashlib.sha256((DEMO / name).read_bytes()).hexdigest() for name in manifest["sha256"]}
    assert made == manifest["sha256"]
    assert sum(path.stat().st_size for path in DEMO.iterdir() if path.is_file()) < 6_000_000


@pytest.mark.skipif("SEMPRE_SLOW_TESTS" not in os.environ, reason="takes a minute; set SEMPRE_SLOW_TESTS=1 to run it")
def test_the_generator_makes_the_same_bytes_again() -> None:
    made = subprocess.run([sys.executable, str(DEMO / "make_demo.py"), "--check"], capture_output=True, check=False)
    assert made.returncode == 0, made.stderr


def test_the_file_states_a_date_that_never_changes() -> None:
    header = osmium.io.Reader(str(DEMO / "demo.osm.pbf")).header()
    assert header.get("osmosis_replication_timestamp") == "2026-01-01T00:00:00Z"


def test_all_land_and_all_people_lie_in_the_open_sea(osm: Objects, census: pd.DataFrame) -> None:
    used = {ref for refs, tags in osm.ways if {"highway", "building", "natural"} & set(tags) for ref in refs}
    places = np.array([osm.nodes[ref] for ref in used | set(osm.tagged)])
    assert places[:, 0].min() > WEST
    assert places[:, 0].max() < EAST
    assert places[:, 1].min() > SOUTH
    assert places[:, 1].max() < NORTH
    corners = census["GRD_ID"].str.extract(r"^CRS3035RES1000mN(\d{4}000)E(\d{4}000)$").astype(int)
    lon, lat = Transformer.from_crs("EPSG:3035", "EPSG:4326", always_xy=True).transform(
        corners[1] + 500, corners[0] + 500
    )
    assert WEST < lon.min() < lon.max() < EAST
    assert SOUTH < lat.min() < lat.max() < NORTH


def test_no_real_place_lies_between_its_shores(shared_data: Path, osm: Objects) -> None:
    places = np.array(list(osm.nodes.values()))
    west, south, east, north = *places.min(axis=0), *places.max(axis=0)
    real = pd.read_csv(shared_data / "population" / "geonames_cities500_baltic.csv")
    inside = real["longitude"].between(west, east) & real["latitude"].between(south, north)
    assert not inside.any()


def test_no_settlement_bears_the_name_of_a_real_one(shared_data: Path, osm: Objects) -> None:
    cities = pd.read_csv(shared_data / "population" / "geonames_cities500_baltic.csv")["name"]
    villages = pd.read_csv(shared_data / "population" / "ee_settlements_asustusyksus_2018.csv")
    bare = pd.concat([villages["ANIMI"], villages["ONIMI"], villages["MNIMI"]]).str.rsplit(" ", n=1).str[0]
    real = set(cities.str.casefold()) | set(bare.str.casefold()) | set(villages["ANIMI"].str.casefold())
    ours = {
        tags[key].casefold()
        for tags in osm.places("town", "village", "hamlet", "isolated_dwelling").values()
        for key in ("name", "name:et", "name:lv")
    }
    assert ours & real == set()
    assert "metsamaa" not in real


def test_there_is_as_much_of_everything_as_a_county_has(osm: Objects, census: pd.DataFrame) -> None:
    kinds = Counter(tags["place"] for tags in osm.tagged.values() if "place" in tags)
    assert kinds["town"] == 7
    assert kinds["village"] + kinds["hamlet"] == 150
    people = census["T"].clip(lower=0).sum()
    assert 29_000 < people < 33_000
    largest = max(int(tags["population"]) for tags in osm.places("town").values())
    assert 7_500 < largest < 8_500
    levels = Counter(tags.get("admin_level") for tags in osm.relations if tags.get("type") == "boundary")
    assert levels == {"7": 7, "6": 1}
    assert sum("building" in tags for _refs, tags in osm.ways) > 9_000


def test_every_place_and_service_has_a_name_in_both_languages(osm: Objects) -> None:
    named = [tags for tags in osm.tagged.values() if "name" in tags]
    assert len(named) > 400
    for tags in named:
        assert tags["name"] in {tags["name:et"], tags["name:lv"]}


def test_everybody_reaches_the_town_by_road_or_ferry(osm: Objects) -> None:
    lines = [
        refs for refs, tags in osm.ways
        if tags.get("route") == "ferry"
        or ("highway" in tags and "ice_road" not in tags and tags.get("access") != "private")
    ]  # fmt: skip
    number: dict[int, int] = {}
    tails = [number.setdefault(ref, len(number)) for refs in lines for ref in refs[:-1]]
    heads = [number.setdefault(ref, len(number)) for refs in lines for ref in refs[1:]]
    graph = sparse.coo_matrix((np.ones(len(tails)), (tails, heads)), shape=(len(number), len(number)))
    _count, part = csgraph.connected_components(graph, directed=False)
    main = np.bincount(part).argmax()
    at = np.array([osm.nodes[ref] for ref, place in number.items() if part[place] == main])
    for tags_id in osm.places("town", "village", "hamlet"):
        lon, lat = osm.nodes[tags_id]
        away_m = np.hypot((at[:, 0] - lon) * 60_977, (at[:, 1] - lat) * 111_358).min()
        assert away_m < 400, osm.tagged[tags_id]["name"]


def test_the_lighthouse_has_no_road_within_five_kilometres(osm: Objects) -> None:
    light = next(number for number, tags in osm.tagged.items() if tags.get("name") == "Tuulenina")
    lon, lat = osm.nodes[light]
    at = np.array([osm.nodes[ref] for refs, tags in osm.ways if "highway" in tags or "route" in tags for ref in refs])
    assert np.hypot((at[:, 0] - lon) * 60_977, (at[:, 1] - lat) * 111_358).min() > 5_000


def test_roads_have_the_details_that_travel_rests_on(osm: Objects) -> None:
    roads = [tags for _refs, tags in osm.ways if "highway" in tags]
    classes = Counter(tags["highway"] for tags in roads)
    assert set(classes) >= {
        "primary", "secondary", "tertiary", "unclassified", "residential", "track", "service", "footway", "steps",
    }  # fmt: skip
    for key, value in (
        ("oneway", "yes"),
        ("ice_road", "yes"),
        ("access", "private"),
        ("surface", "gravel"),
        ("bridge", "yes"),
    ):
        assert any(tags.get(key) == value for tags in roads), key
    assert any(tags.get("type") == "restriction" for tags in osm.relations)
    assert any(tags.get("route") == "ferry" and tags.get("duration") == "00:25" for _refs, tags in osm.ways)
    assert {"gate", "lift_gate"} <= {tags.get("barrier") for tags in osm.tagged.values()}
    assert {"lowered", "raised"} <= {tags.get("kerb") for tags in osm.tagged.values()}


def test_the_coast_runs_with_the_land_on_its_left(osm: Objects) -> None:
    rings = [refs for refs, tags in osm.ways if tags.get("natural") == "coastline"]
    assert len(rings) > 10
    for refs in rings:
        x, y = np.array([osm.nodes[ref] for ref in refs]).T
        assert refs[0] == refs[-1]
        assert ((x[:-1] * y[1:]) - (x[1:] * y[:-1])).sum() > 0


def test_opening_hours_are_readable(osm: Objects) -> None:
    hours = Counter(tags["opening_hours"] for tags in osm.tagged.values() if "opening_hours" in tags)
    for text in hours:
        OpeningHours(text)
    assert "Tu 12:00-15:00; PH off" in hours
    assert "Tu[1] 11:00-12:30" in hours
    assert '"by appointment"' in hours
    services = [
        tags
        for tags in osm.tagged.values()
        if {"amenity", "shop", "office", "healthcare"} & set(tags) or "post_office" in tags
    ]
    assert 180 <= len(services) <= 260
    assert any("opening_hours" not in tags for tags in services)
    assert sum(tags.get("social_facility") == "shelter" for tags in services) == 1


def test_the_census_has_the_publishers_columns_and_groups_that_add_up(census: pd.DataFrame, shared_data: Path) -> None:
    real = pd.read_csv(shared_data / "population" / "census_grid_2021_sample_li.csv")
    assert list(census.columns) == list(real.columns)
    hidden = census["T"] < 0
    assert hidden.sum() == 14
    known = census[~hidden]
    for parts in (["M", "F"], ["Y_LT15", "Y_1564", "Y_GE65"], ["NAT", "EU_OTH", "OTH"], ["SAME", "CHG_IN", "CHG_OUT"]):
        assert (known[parts].sum(axis=1) == known["T"]).all()
    assert census["GRD_ID"].is_unique


def test_there_are_25_bus_lines_and_a_ferry(gtfs: dict[str, pd.DataFrame]) -> None:
    assert gtfs["routes"]["route_type"].value_counts().to_dict() == {"3": 25, "4": 1}
    assert "2" in set(gtfs["stop_times"]["pickup_type"])
    assert set(gtfs["trips"]["wheelchair_accessible"]) >= {"1", "2"}
    assert set(gtfs["stop_times"]["stop_id"]) == set(gtfs["stops"]["stop_id"])
    assert set(gtfs["stop_times"]["trip_id"]) == set(gtfs["trips"]["trip_id"])
    assert gtfs["agency"]["agency_name"].str.contains("fictional").all()


def test_a_valley_has_exactly_two_buses_a_day(gtfs: dict[str, pd.DataFrame]) -> None:
    peninsula = gtfs["trips"].query("route_id == 'L21'")
    assert peninsula.groupby("direction_id").size().to_dict() == {"0": 2, "1": 2}
    assert set(peninsula["service_id"]) == {"WEEKDAYS"}


def test_timetables_hold_for_ten_years(gtfs: dict[str, pd.DataFrame]) -> None:
    calendar = gtfs["calendar"]
    assert set(calendar["start_date"]) == {"20260101"}
    assert set(calendar["end_date"]) == {"20351231"}
    changes = gtfs["calendar_dates"].set_index(["service_id", "date"])["exception_type"]
    assert changes.index.is_unique

    def runs(service: str, day: date) -> bool:
        change = changes.get((service, f"{day:%Y%m%d}"))
        rule = calendar.set_index("service_id").loc[service, f"{day:%A}".lower()] == "1"
        return bool(rule if change is None else change == "1")

    for year in range(2026, 2036):
        assert any(runs("WEEKDAYS", date(year, 12, 10) + timedelta(days=n)) for n in range(3))
        assert not runs("WEEKDAYS", date(year, 1, 1))
        assert not any(runs("SCHOOL", date(year, 7, 1) + timedelta(days=n)) for n in range(31))
        assert runs("SUNDAYS", date(year, 12, 25))
    assert runs("WEEKDAYS", date(2026, 11, 24))
    assert not runs("SUMMER", date(2026, 11, 24))


def test_buses_go_forward_at_speeds_a_bus_can_have(gtfs: dict[str, pd.DataFrame]) -> None:
    stops = gtfs["stops"].set_index("stop_id")[["stop_lon", "stop_lat"]].astype(float)
    times = gtfs["stop_times"].merge(stops, left_on="stop_id", right_index=True)
    times["stop_sequence"] = times["stop_sequence"].astype(int)
    times = times.sort_values(["trip_id", "stop_sequence"])
    times["at"] = seconds(times["departure_time"])
    before = times.groupby("trip_id")[["at", "stop_lon", "stop_lat"]].shift()
    moved = before["at"].notna()
    ride_s = (times["at"] - before["at"])[moved]
    away_m = np.hypot(
        (times["stop_lon"] - before["stop_lon"]) * 60_977, (times["stop_lat"] - before["stop_lat"]) * 111_358
    )[moved]
    assert ride_s.min() >= 60
    assert (away_m / ride_s * 3.6).max() < 80
    assert times.groupby("trip_id").size().min() >= 2


def test_stops_lie_where_the_map_has_them(gtfs: dict[str, pd.DataFrame], osm: Objects) -> None:
    mapped = {
        tags["ref"]: osm.nodes[number] for number, tags in osm.tagged.items() if tags.get("ref", "").startswith("D")
    }
    for stop in gtfs["stops"].itertuples():
        assert mapped[stop.stop_id] == pytest.approx((float(stop.stop_lon), float(stop.stop_lat)))


@pytest.mark.parametrize(
    ("trip", "stop", "clock"),
    [
        ("L21-weekdays-0-0710", "Tirranina", "07:10:00"),
        ("L21-weekdays-0-0710", "Haavere bussijaam", "07:33:00"),
        ("L21-weekdays-0-1140", "Haavere bussijaam", "12:03:00"),
        ("L21-weekdays-1-1220", "Haavere bussijaam", "12:20:00"),
        ("L22-weekdays-0-1240", "Lazdaine autoosta", "13:02:00"),
        ("L24-saturdays-0-0910", "Zvejaine autoosta", "09:28:00"),
        ("L25-weekdays-0-0720", "Ehalaane bussijaam", "07:29:00"),
        ("L3-saturdays-1-1230", "Kuuranna bussijaam", "12:53:00"),
    ],
)
def test_the_planted_cases_run_as_they_stand_on_paper(
    gtfs: dict[str, pd.DataFrame], trip: str, stop: str, clock: str
) -> None:
    names = gtfs["stops"].set_index("stop_id")["stop_name"]
    times = gtfs["stop_times"][gtfs["stop_times"]["trip_id"] == trip]
    assert times.loc[times["stop_id"].map(names) == stop, "departure_time"].tolist() == [clock]
    assert clock[:5] in (DEMO / "CASES.md").read_text(encoding="utf-8")


def test_each_reason_has_a_cell_where_people_live(census: pd.DataFrame) -> None:
    from sempre_geo.gaps.reasons import REASONS

    cases = pd.read_csv(DEMO / "cases.csv", keep_default_na=False)
    assert set(cases["reason"]) - {""} == set(REASONS) - {"too_long", "unreachable", "too_few_departures"}
    people = census.set_index("GRD_ID")["T"]
    assert (people[cases["cell_id"]] > 0).all()


def test_saturdays_bus_does_not_come_back(gtfs: dict[str, pd.DataFrame]) -> None:
    line = gtfs["trips"].query("route_id == 'L24' and service_id == 'SATURDAYS'")
    assert line["direction_id"].tolist() == ["0"]


def test_people_speak_in_five_languages_where_the_gaps_are(said: list[dict[str, str]]) -> None:
    assert len(said) == 120
    assert {row["language"] for row in said} == LANGUAGES
    assert {row["kind"] for row in said} == {"need", "idea"}
    assert len({row["text"] for row in said}) == len(said)
    places = {row["settlement"] for row in said}
    assert {"Tirranina", "Rietgals", "Kāpgals"} <= places
    assert not {"Purvmala", "Ievaine", "Põhjapalu"} & places
    for row in said:
        assert WEST < float(row["lon"]) < EAST
        assert SOUTH < float(row["lat"]) < NORTH
        assert date.fromisoformat(row["created_at"]) < date(2026, 11, 24)


def test_what_people_said_can_be_read_in(said: list[dict[str, str]]) -> None:
    from datetime import UTC, datetime

    from sempre_geo.community.imports import read_in

    reading = read_in(pd.DataFrame(said), region="demo", at=datetime(2026, 11, 24, tzinfo=UTC))
    assert reading.problems == ()
    assert len(reading.rows) == 120


def test_categories_people_speak_of_are_in_the_table(said: list[dict[str, str]]) -> None:
    table = DEMO.parent.parent / "layers" / "services.toml"
    known = tomllib.loads(table.read_text(encoding="utf-8"))
    assert {row["category"] for row in said} <= set(known)


def test_proposals_stand_at_various_stages_and_rest_on_what_was_said(said: list[dict[str, str]]) -> None:
    proposals: list[dict[str, Any]] = json.loads((DEMO / "proposals.json").read_text(encoding="utf-8"))
    by_id = {row["id"]: row for row in said}
    assert len({entry["status"] for entry in proposals}) >= 5
    for entry in proposals:
        assert by_id[entry["idea_id"]]["kind"] == "idea"
        assert {by_id[need]["kind"] for need in entry["needs"]} == {"need"}
        assert all(entry[name].strip() for name in ("what", "for_whom", "why_here"))
        assert {"user", "provider"} <= {member["part"] for member in entry["team"]}


def test_networks_and_lessons_belong_to_proposals_and_municipalities_that_are_there() -> None:
    from sempre_geo.community.networks import network_from

    said: dict[str, Any] = json.loads((DEMO / "networks.json").read_text(encoding="utf-8"))
    status = {one["id"]: one["status"] for one in json.loads((DEMO / "proposals.json").read_text(encoding="utf-8"))}
    areas = {one["properties"]["id"] for one in json.loads((DEMO / "boundaries.geojson").read_text())["features"]}
    for entry in said["networks"]:
        network = network_from(entry).kept()
        assert set(network.municipalities) <= areas
        assert set(entry["proposals"]) <= set(status)
    assert {status[one["proposal"]] for one in said["lessons"]} <= {"running", "completed", "stopped", "lessons"}


def test_holidays_are_the_timetables(gtfs: dict[str, pd.DataFrame]) -> None:
    periods = tomllib.loads((DEMO / "hours.toml").read_text(encoding="utf-8"))["period"]
    off = gtfs["calendar_dates"].query("service_id == 'WEEKDAYS' and exception_type == '2'")["date"]
    days = {
        f"{entry['from'] + timedelta(days=n):%Y%m%d}"
        for entry in periods
        if entry["kind"] == "public"
        for n in range((entry["to"] - entry["from"]).days + 1)
    }
    assert set(off) <= days
    assert {entry["from"].year for entry in periods} == set(range(2026, 2036))


def test_standards_are_the_countys_own() -> None:
    from sempre_geo.gaps.standards import read_standards

    standards = read_standards(DEMO / "standards.csv")
    assert {standard.country for standard in standards} == {"demo"}
    assert not any(standard.published for standard in standards)


def test_boundaries_are_seven_valid_polygons() -> None:
    import geopandas as gpd

    areas = gpd.read_file(DEMO / "boundaries.geojson")
    assert len(areas) == 7
    assert areas.is_valid.all()
    assert areas["fictional"].all()
    overlap = areas.to_crs("EPSG:3035")
    assert overlap.area.sum() == pytest.approx(overlap.union_all().area, rel=0.001)


def test_no_sentence_carries_personal_data_or_a_formula(said: list[dict[str, str]]) -> None:
    for row in said:
        assert not re.search(r"@|https?:|\d{6,}|^[=+\-@]", row["text"]), row["text"]
