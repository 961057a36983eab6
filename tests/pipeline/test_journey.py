"""From door to door in a built region: by bus and by street, as JSON, as text, and as a matrix."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from sempre_geo import cli
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.corrections import Report
from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.pipeline.community.corrections import decide_correction, report_correction
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.pipeline.travel.journey import Answer, NoJourney, journey, to_json, to_text, transit_matrix
from sempre_geo.pipeline.travel.timetables import region_timetable
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings, read_settings
from sempre_geo.travel.walks import WalkingRules
from tests.valley import EAST, FAR, LAT, STOPS, WEST, write_valley, write_valley_bus

HOME, DOOR, FARM, SEA = (WEST + 0.005, LAT), (EAST + 0.015, LAT), (FAR + 0.01, LAT), (26.9, 58.5)
WALK_S = 60 * 0.005 * 111_195 * np.cos(np.radians(LAT)) / (5100 / 60)  # 0.005 degrees at 5.1 km/h


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("home")
    return read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})


@pytest.fixture(scope="module")
def valley(home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("valley")
    osm, bus = write_valley(folder / "valley.osm.pbf"), write_valley_bus(folder / "bus.zip")
    return build_region(home, "valley", osm=[osm], gtfs=[bus], country="LV")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_journey_by_bus_is_told_leg_by_leg_with_offsets(home: Settings, valley: Region) -> None:
    found = journey(home, valley.name, origin=HOME, destination=DOOR, depart=_at("2026-05-05T06:00"))
    told = to_json(found)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["departure"] < "2026-05-05T07:10:00+03:00" < told["arrival"]
    walk, bus, last = told["legs"]
    assert [leg["mode"] for leg in told["legs"]] == ["walk", "transit", "walk"]
    assert walk["arrival"] == bus["departure"] == "2026-05-05T07:10:00+03:00"
    assert bus["arrival"] == last["departure"] == "2026-05-05T07:50:00+03:00"
    assert (bus["trip_id"], bus["route"], bus["book_ahead"]) == ("out1", "7", False)
    assert bus["from"] == {"name": "Stop w", "lon": STOPS["w"][0], "lat": LAT, "stop_id": "w"}
    assert walk["from"]["lon"] == HOME[0]
    assert "stop_id" not in walk["from"]
    assert isinstance(found, Answer)
    assert (walk_s := (_at(walk["arrival"]) - _at(walk["departure"])).total_seconds()) == pytest.approx(WALK_S, abs=2)
    assert told["minutes"] == pytest.approx(40 + 2 * walk_s / 60, abs=0.1)


def test_to_be_there_by_a_time_the_booked_bus_is_marked(home: Settings, valley: Region) -> None:
    found = journey(home, valley.name, origin=HOME, destination=DOOR, arrive=_at("2026-05-05T18:00"))
    assert [leg.get("book_ahead") for leg in to_json(found)["legs"]] == [None, True, None]
    text = to_text(found)
    assert text.startswith("Tuesday 5 May 2026: leave at 13:36, arrive at 14:24; 48 minutes, 0 changes.")
    assert "13:40  7 from Stop w to Stop e, there at 14:20 (towards Centre); book ahead" in text


@pytest.mark.parametrize(
    ("destination", "depart", "reason"),
    [
        (DOOR, "2026-05-05T14:00", "no_departure"), (DOOR, "2026-05-09T06:00", "no_departure"),
        (FARM, "2026-05-05T06:00", "no_stop_in_reach"), (SEA, "2026-05-05T06:00", "no_road"),
    ],
)  # fmt: skip
def test_where_there_is_no_journey_the_reason_is_said(
    home: Settings, valley: Region, destination: tuple[float, float], depart: str, reason: str
) -> None:
    found = journey(home, valley.name, origin=HOME, destination=destination, depart=_at(depart))
    assert isinstance(found, NoJourney)
    assert to_json(found) == {"reason": reason, "sentence": found.sentence}
    assert to_text(found).endswith(".")


def test_by_wheelchair_the_unknown_is_a_barrier_and_the_hope_stands_beside_it(home: Settings, valley: Region) -> None:
    found = journey(home, valley.name, origin=HOME, destination=DOOR, depart=_at("2026-05-05T06:00"), wheelchair=True)
    assert isinstance(found, NoJourney)
    assert found.reason == "not_accessible"
    assert found.minutes_if_unknown_is_fine == pytest.approx(40 + 2 * WALK_S / 60 * 5.1 / 4.0, abs=0.2)


def test_street_modes_have_one_leg(home: Settings, valley: Region) -> None:
    found = journey(home, valley.name, origin=HOME, destination=FARM, arrive=_at("2026-05-05T08:00"), mode="car")
    told = to_json(found)
    assert [leg["mode"] for leg in told["legs"]] == ["car"]
    assert told["arrival"] == "2026-05-05T08:00:00+03:00"
    assert 20 < told["minutes"] < 60
    assert "drive" in to_text(found)
    on_foot = journey(home, valley.name, origin=HOME, destination=FARM, depart=_at("2026-05-05T08:00"), mode="walk")
    assert isinstance(on_foot, NoJourney)
    assert on_foot.reason == "unreachable"


def test_questions_that_make_no_sense_are_refused_in_a_sentence(home: Settings, valley: Region) -> None:
    when = _at("2026-05-05T06:00")
    with pytest.raises(InputError, match="either when to leave"):
        journey(home, valley.name, origin=HOME, destination=DOOR)
    with pytest.raises(InputError, match="longitude comes first"):
        journey(home, valley.name, origin=HOME[::-1], destination=DOOR, depart=when)
    with pytest.raises(InputError, match="no position"):
        journey(home, valley.name, origin=(float("nan"), LAT), destination=DOOR, depart=when)
    with pytest.raises(InputError, match="no mode 'horse'"):
        journey(home, valley.name, origin=HOME, destination=DOOR, depart=when, mode="horse")
    with pytest.raises(MissingDataError, match="2026-01-01 to 2026-12-31"):
        journey(home, valley.name, origin=HOME, destination=DOOR, depart=_at("2027-05-05T06:00"))


def test_a_region_without_a_timetable_says_so(valley: Region) -> None:
    layers = {name: layer for name, layer in valley.catalog["layers"].items() if name != "timetable"}
    quiet = replace(valley, catalog=dict(valley.catalog) | {"layers": layers})
    with pytest.raises(MissingDataError, match=r"'valley' has no timetable.*--gtfs"):
        region_timetable(quiet)


def test_the_matrix_agrees_with_journeys_and_keeps_every_pair(home: Settings, valley: Region) -> None:
    places = {"home": HOME, "door": DOOR, "farm": FARM, "sea": SEA}
    points = gpd.GeoDataFrame(
        index=list(places), geometry=[shapely.Point(place) for place in places.values()], crs="EPSG:4326"
    )
    depart = _at("2026-05-05T06:30")
    table = transit_matrix(home, valley, points, points, depart=depart)
    assert list(table.columns) == ["origin_id", "destination_id", "minutes", "status"]
    assert len(table) == 16
    cells = table.set_index(["origin_id", "destination_id"])
    for start, origin in places.items():
        for end, destination in places.items():
            found = journey(home, valley.name, origin=origin, destination=destination, depart=depart)
            minutes, status = cells.loc[(start, end)]
            if isinstance(found, NoJourney):
                assert np.isinf(minutes)
                assert status == ("no_road" if found.reason == "no_road" else "unreachable")
            else:
                waited = (found.arrival.timestamp() - depart.replace(tzinfo=found.arrival.tzinfo).timestamp()) / 60
                assert (minutes, status) == (pytest.approx(waited), "ok")


def test_a_ferry_of_the_timetable_is_not_walked_over(home: Settings, valley: Region) -> None:
    mainland, island = (STOPS["q"][0], LAT + 0.301), (STOPS["i"][0], LAT + 0.325)
    by_street = journey(
        home, valley.name, origin=mainland, destination=island, depart=_at("2026-05-05T06:00"), mode="walk"
    )
    assert isinstance(by_street, Answer)
    tuesday = journey(home, valley.name, origin=mainland, destination=island, depart=_at("2026-05-05T06:00"))
    assert isinstance(tuesday, NoJourney)
    friday = journey(home, valley.name, origin=mainland, destination=island, depart=_at("2026-05-08T06:00"))
    assert isinstance(friday, Answer)
    assert [leg.route for leg in friday.legs if leg.trip_id] == ["Island ferry"]


def test_a_line_that_does_not_run_leaves_its_crossing_to_nobody_by_street(
    home: Settings, valley: Region, tmp_path: Path
) -> None:
    mine = read_settings({"SEMPRE_DATA": str(tmp_path), "SEMPRE_LAYERS": str(home.layers)})
    asked = {"origin": (STOPS["q"][0], LAT + 0.301), "destination": (STOPS["i"][0], LAT + 0.325), "mode": "walk"}
    report = Report("lines", "Island ferry", "not_running", "2026-05-05/2026-05-06", "a notice at the pier")
    decide_correction(mine, report_correction(mine, valley.name, report=report).id, decision="accepted", by=OPERATOR)
    resting, sailing = (journey(mine, valley.name, depart=_at(f"2026-05-0{day}T06:00"), **asked) for day in (6, 7))
    close_community(mine)
    assert isinstance(resting, NoJourney)
    assert "a notice at the pier" in resting.sentence
    assert isinstance(sailing, Answer)


def test_other_rules_for_walking_give_other_answers(valley: Region) -> None:
    lazy = region_timetable(valley, rules=WalkingRules(access_limit_s=60))
    assert lazy.rules.access_limit_s == 60
    assert region_timetable(valley) is region_timetable(valley)
    assert region_timetable(valley) is not lazy
    points = gpd.GeoDataFrame(index=["a", "b"], geometry=[shapely.Point(HOME), shapely.Point(DOOR)], crs="EPSG:4326")
    table = transit_matrix(
        read_settings({}), valley, points, points, depart=_at("2026-05-05T06:00"), rules=WalkingRules(access_limit_s=60)
    )
    assert table["status"].tolist() == ["ok", "unreachable", "unreachable", "ok"]


def test_the_day_of_a_region_has_its_notes_and_ways_written_with_it(valley: Region) -> None:
    timetable = region_timetable(valley)
    assert (valley.path / "timetable" / "footpaths_walk.parquet").is_file()
    assert timetable.day(date(2026, 5, 5)).notes == ()
    assert timetable.day(date(2026, 12, 24)).notes == ("The timetable ends on 31 December 2026.",)
    assert valley.catalog["layers"]["timetable"]["parameters"]["credits"] == ["Bus"]


def test_the_command_prints_json_and_ends_with_1_where_there_is_no_journey(
    home: Settings, valley: Region, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEMPRE_DATA", str(home.data))
    monkeypatch.setenv("SEMPRE_LAYERS", str(home.layers))
    monkeypatch.setenv("SEMPRE_LANGUAGE", "en")
    ends = ["--from", "{},{}".format(*HOME), "--to", "{},{}".format(*DOOR), "--json"]
    for moment, status in (("2026-05-05T06:00", 0), ("2026-05-09T06:00", 1)):
        with pytest.raises(SystemExit) as ended:
            cli.main(["journey", valley.name, *ends, "--depart", moment])
        assert ended.value.code == status
        told = json.loads(capsys.readouterr().out)
        assert ("legs" in told) == (status == 0)
    with pytest.raises(SystemExit) as ended:
        cli.main(["journey", valley.name, *ends, "--depart", "2026-05-05T06:00", "--wheelchair"])
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["reason"] == "not_accessible"
