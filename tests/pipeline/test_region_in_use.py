"""Accepted corrections are used by every visit and journey, and each answer names them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.corrections import FIELDS, Report, checked_report
from sempre_geo.errors import InputError
from sempre_geo.gaps.scenarios import scenario_from_table
from sempre_geo.gaps.standards import Standard
from sempre_geo.pipeline.community.corrections import (
    correction_with_code,
    decide_correction,
    export_corrections,
    report_correction,
)
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.outreach_ways import road_minutes
from sempre_geo.pipeline.explore import wrong_things as reporting
from sempre_geo.pipeline.explore.wrong_things import told_correction, wrong_fields, wrong_kinds, wrong_things
from sempre_geo.pipeline.gaps.ground import ground_of
from sempre_geo.pipeline.gaps.metrics import departure_costs
from sempre_geo.pipeline.gaps.scenario_choices import scenario_choices
from sempre_geo.pipeline.gaps.siting_costs import visit_site_costs
from sempre_geo.pipeline.gaps.whatif import what_if
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.pipeline.prepare.street_times import street_times
from sempre_geo.pipeline.travel.journey import Answer, NoJourney, journey, to_text
from sempre_geo.pipeline.travel.matrix import matrix
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.pipeline.travel.timetables import region_timetable
from sempre_geo.pipeline.travel.visit_details import visit_sentences
from sempre_geo.pipeline.travel.visits import question_of, visits
from sempre_geo.region.bundle import read_region
from sempre_geo.region.osm_writing import write_osm
from sempre_geo.settings import Settings, read_settings
from sempre_geo.travel.speeds import MODES
from sempre_geo.travel.streets import street_network
from tests.timetable_files import timetable, write_zip
from tests.village import EAST, NORTH, SOUTH, WEST, write_village

TUESDAY = date(2026, 11, 24)
BUSES = Standard("x", "EU", "stop", "departures_per_hour", 4, "1/h", "transit", "all", False, "", "", "own")  # noqa: FBT003 - as its table has it
ASKED = {"service": "pharmacy", "date": TUESDAY, "stay_min": 60}


ISLAND = (EAST + 0.04, NORTH)


def write_island(path: Path) -> Path:
    """An island with a dentist, and a ferry in two parts that no timetable knows; it lands beside the street."""
    places = [(EAST + 0.0005, NORTH), (EAST + 0.02, NORTH), (EAST + 0.03, NORTH), (EAST + 0.045, NORTH), ISLAND]
    nodes = [{"type": "node", "id": 9000 + at, "lon": lon, "lat": lat} for at, (lon, lat) in enumerate(places)]
    nodes[4]["tags"] = {"amenity": "dentist", "name": "Dentist"}
    ferry = {"route": "ferry", "name": "Island ferry", "duration": "00:10"}
    lines = [(9002, [9000, 9001], ferry), (9001, [9001, 9002], ferry), (9003, [9002, 9003], {"highway": "residential"})]
    ways = [{"type": "way", "id": name, "nodes": ends, "tags": tags} for name, ends, tags in lines]
    write_osm([*nodes, *ways], path)
    return path


@pytest.fixture(scope="module")
def layers(tmp_path_factory) -> Path:
    """The folder in which "village" is built once, with a bus there and a bus back."""
    folder = tmp_path_factory.mktemp("in_use")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    trips = {"out": [("a", "07:10:00"), ("b", "07:30:00")], "noon": [("b", "12:20:00"), ("a", "12:40:00")]}
    tables = timetable(trips, places={"a": (WEST, SOUTH), "b": (EAST, NORTH)})
    maps = [write_village(folder / "v.osm.pbf"), write_island(folder / "i.osm.pbf")]
    build_region(
        settings, "village", osm=maps, gtfs=[write_zip(folder / "g.zip", tables)],
        country="LV",
    )  # fmt: skip
    return settings.layers


@pytest.fixture
def home(tmp_path, layers) -> Settings:
    """Settings with the village and a store of the test's own."""
    settings = read_settings({"SEMPRE_DATA": str(tmp_path), "SEMPRE_LAYERS": str(layers)})
    yield settings
    close_community(settings)


def accepted(settings: Settings, *report: str) -> None:
    receipt = report_correction(settings, "village", report=Report(*report))
    decide_correction(settings, receipt.id, decision="accepted", by=OPERATOR)


def test_where_nobody_has_said_anything_no_store_is_made(home) -> None:
    built = region_in_use(home, "village")
    assert (built.corrections, built.services.index.tolist()) == (
        (),
        read_region("village", home).services.index.tolist(),
    )
    assert region_in_use(home, "village") is built
    assert not (home.data / "store.sqlite").exists()


def test_other_hours_decide_and_are_named_and_the_layer_stays(home) -> None:
    before = visits(home, "village", **ASKED)
    assert (before["status"] == "ok").all()
    service = before["service_id"].iloc[0]
    accepted(home, "services", service, "opening_hours", "Mo 09:00-16:00", "a notice on the door")
    assert set(visits(home, "village", **ASKED)["reason"]) == {"closed_that_day"}
    said = visit_sentences(home, "village", cell_id=before["cell_id"].iloc[0], **ASKED)
    assert any("a notice on the door" in sentence for sentence in said)
    assert "correction" not in str(read_region("village", home).services.loc[service, "source"])
    assert any("a notice on the door" in note for note in region_in_use(home, "village").notes)


def test_a_vehicle_passes_a_stop_that_is_gone(home) -> None:
    feed = region_timetable(region_in_use(home, "village")).feed
    assert (len(feed.trips), len(feed.stop_times)) == (2, 4)
    accepted(home, "stops", "b", "gone", "", "the road was moved")
    gone = region_timetable(region_in_use(home, "village"))
    assert (len(gone.feed.trips), len(gone.feed.stop_times), len(gone.stops)) == (0, 0, 0)
    assert any("the road was moved" in note for note in gone.day(TUESDAY).notes)


def test_a_line_that_does_not_run_carries_nobody_until_that_is_taken_back(home) -> None:
    ends = {"origin": (WEST, SOUTH), "destination": (EAST, NORTH)}
    moment = datetime.fromisoformat("2026-11-24T07:00")
    ridden = to_text(journey(home, "village", depart=moment, **ends))
    assert "7 from Stop a" in ridden
    receipt = report_correction(home, "village", report=Report("lines", "7", "not_running", "", "the operator said"))
    decide_correction(home, receipt.id, decision="accepted", by=OPERATOR)
    walked = to_text(journey(home, "village", depart=moment, **ends))
    assert "7 from" not in walked
    assert "7 does not run (the operator said)" in walked
    decide_correction(home, receipt.id, decision="withdrawn", by=OPERATOR, reason="It runs again.")
    assert to_text(journey(home, "village", depart=moment, **ends)) == ridden


def test_a_line_that_does_not_run_on_some_days_runs_on_all_others(home) -> None:
    ends = {"origin": (WEST, SOUTH), "destination": (EAST, NORTH)}
    accepted(home, "lines", "7", "not_running", "2026-11-24/2026-11-24", "ice on the strait")
    still = to_text(journey(home, "village", depart=datetime.fromisoformat("2026-11-24T07:00"), **ends))
    running = to_text(journey(home, "village", depart=datetime.fromisoformat("2026-11-25T07:00"), **ends))
    assert "7 from" not in still
    assert "7 does not run (24 November 2026; ice on the strait)" in still
    assert "7 from Stop a" in running
    assert "ice on the strait" not in running


def _matrix(home: Settings, day: date, *, mode: str = "transit", to: tuple[float, float] = (EAST, NORTH)) -> object:
    for name, lon, lat in (("from", WEST, SOUTH), ("to", *to)):
        (home.data / f"{name}.csv").write_text(f"id,lon,lat\n1,{lon},{lat}\n")
    leave = datetime.combine(day, time(7))
    ends = {"origins": home.data / "from.csv", "destinations": home.data / "to.csv"}
    return matrix(home, "village", mode=mode, depart=leave, **ends)["minutes"].tolist()


def _what_if(home: Settings, day: date) -> object:
    tables = {"name": "later", "move_trip": [{"trip_id": "out", "minutes": 228}]}
    found = what_if(home, "village", scenario_from_table(tables), categories=["gp"], day=day)
    return found.cells.drop(columns="geometry").to_json()


def _siting(home: Settings, day: date) -> object:
    cells = region_in_use(home, "village").cells
    homes = gpd.GeoDataFrame({"cell_id": cells.index}, geometry=cells.geometry.to_numpy(), crs=cells.crs)
    asked = {"day": day, "question": question_of(stay_min=60), "opening_hours": "Mo-Fr 09:00-15:00"}
    return visit_site_costs(home, "village", service="gp", homes=homes, candidates=homes[:1], **asked).now.tolist()


def _departures(home: Settings, day: date) -> object:
    ground = ground_of(home, region_in_use(home, "village"), day=day)
    return departure_costs(ground, BUSES)["cost"].tolist()


READERS = {
    "visits": lambda home, day: visits(home, "village", service="gp", date=day, stay_min=60)["time_away_min"].tolist(),
    "matrix": _matrix,
    "what-if": _what_if,
    "siting": _siting,
    "departures": _departures,
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_on_its_days_of_rest_every_reader_of_the_timetable_finds_a_line_gone_and_on_others_running(home, read) -> None:
    running, day_after = read(home, TUESDAY), read(home, TUESDAY + timedelta(days=1))
    accepted(home, "lines", "7", "not_running", f"{TUESDAY}/{TUESDAY}", "ice on the strait")
    resting = read(home, TUESDAY)
    assert resting != running
    assert read(home, TUESDAY + timedelta(days=1)) == day_after
    if read is not _what_if:  # a trip that is gone for good cannot be moved any more
        accepted(home, "lines", "7", "not_running", "", "ice for good")
        assert read(home, TUESDAY) == resting


def test_a_scenario_chooses_among_trips_that_say_on_which_days_they_rest(home) -> None:
    accepted(home, "lines", "7", "not_running", f"{TUESDAY}/{TUESDAY}", "ice on the strait")
    (trips,) = scenario_choices(home, "village").trips.values()
    assert all("(all - 2026-11-24/2026-11-24)" in words for words in trips.values())


def _by_car(home: Settings, day: date) -> Answer | NoJourney:
    return journey(home, "village", origin=(WEST, SOUTH), destination=ISLAND, mode="car",
                   depart=datetime.combine(day, time(7)))  # fmt: skip


def test_a_ferry_of_the_streets_rests_on_its_days_in_every_way_by_street_and_is_named(home) -> None:
    after = TUESDAY + timedelta(days=1)
    crossed = _by_car(home, TUESDAY)
    asked = {"service": "dentist", "stay_min": 30, "mode": "car"}
    before = visits(home, "village", date=TUESDAY, **asked)
    assert (crossed.notes, set(before["status"])) == ((), {"ok_if_open"})
    accepted(home, "lines", "ferry:9001", "not_running", f"{TUESDAY}/{TUESDAY}", "ice on the strait")
    resting, sailing = _by_car(home, TUESDAY), _by_car(home, after)
    assert "Island ferry does not run (24 November 2026; ice on the strait)" in resting.sentence
    assert (sailing.minutes, sailing.notes) == (crossed.minutes, ())
    assert _matrix(home, TUESDAY, mode="car", to=ISLAND) == [np.inf]
    ends = pd.DataFrame({"lon": [WEST, ISLAND[0]], "lat": [SOUTH, ISLAND[1]]})
    on_tour = [road_minutes(home, "village", places=ends, days=days)[0][0, 1] for days in ([after], [after, TUESDAY])]
    assert (on_tour[0] < np.inf, on_tour[1]) == (True, np.inf)
    assert _matrix(home, after, mode="car", to=ISLAND) == [pytest.approx(crossed.minutes, abs=0.02)]
    assert set(visits(home, "village", date=TUESDAY, **asked)["reason"]) == {"unreachable"}
    assert visits(home, "village", date=after, **asked).drop(columns="change").equals(before.drop(columns="change"))
    said = visit_sentences(home, "village", cell_id=before["cell_id"].iloc[0], date=TUESDAY, **asked, week=False)
    assert any("ice on the strait" in sentence for sentence in said)
    assert region_in_use(home, "village").travel_times.equals(read_region("village", home).travel_times)


def test_without_a_ferry_for_good_the_times_and_networks_are_those_of_a_map_without_it(home) -> None:
    built = read_region("village", home)
    accepted(home, "lines", "ferry:9001", "not_running", "", "it was sold")
    used = region_in_use(home, "village")
    ways = built.streets.ways["route"]
    assert (ways.eq("ferry").sum(), used.streets.ways["route"].eq("ferry").sum()) == (2, 0)
    everywhere = pd.Series(data=True, index=built.cells.index)
    for mode in MODES:
        network = street_network(used.streets, mode=mode, country=built.country)
        anew = street_times(network, built.cells, built.services, covered=everywhere)
        mine = used.travel_times[used.travel_times["mode"] == mode].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, anew, rtol=1e-4)
    assert used.travel_times.query("category == 'dentist'")["status"].eq("unreachable").all()
    assert any("Island ferry does not run (it was sold)" in note for note in used.notes)
    places = {"services": built.services, "ferries": built.ferries}
    assert export_corrections(home, "village", home.data / "notes.osn", **places) == 1
    assert "way/9001" in (home.data / "notes.osn").read_text(encoding="utf-8")


def test_stops_and_lines_can_be_named_and_what_can_be_wrong_of_them_is_a_correction(home) -> None:
    assert {"pharmacy", "stops", "lines"} <= set(wrong_kinds(home, "village"))
    lines, stops = (wrong_things(home, "village", kind=kind) for kind in ("lines", "stops"))
    assert (lines, sorted(stops.values())) == ({"R": "7", "ferry:9001": "Island ferry"}, ["Stop a", "Stop b"])
    for layer in FIELDS:
        assert set(wrong_fields(layer)) <= set(FIELDS[layer])
    accepted(home, "lines", "R", "not_running", "", "a notice")
    assert region_timetable(region_in_use(home, "village")).feed.trips.empty


def test_a_ferry_can_be_reported_where_there_is_no_timetable(home, monkeypatch) -> None:
    monkeypatch.setattr(reporting, "has_timetable", lambda *_asked: False)
    kinds = wrong_kinds(home, "village")
    assert ("stops" in kinds, "lines" in kinds) == (False, True)
    assert wrong_things(home, "village", kind="lines") == {"ferry:9001": "Island ferry"}


def test_whoever_reported_days_without_a_line_reads_them_again_with_the_code(home) -> None:
    report = Report("lines", "R", "not_running", "2027-03-01/2027-03-31", "a notice")
    own = correction_with_code(home, report_correction(home, "village", report=report).claim_code)
    told = told_correction(home, "village", layer=own.layer, thing=own.thing, field=own.field, value=own.value)
    assert told == "7: The line or ferry does not run (1 March 2027 \N{EN DASH} 31 March 2027)"


@pytest.mark.parametrize("days", ["in March", "2027-03-31/2027-03-01", "2027-03-01", "2027-03-01/"])
def test_days_without_a_line_that_are_no_days_are_refused(days) -> None:
    with pytest.raises(InputError, match="first and the last day"):
        checked_report(Report("lines", "7", "not_running", days, "a notice"))


def test_a_service_that_is_gone_is_nowhere_the_nearest(home) -> None:
    built = read_region("village", home)
    near = built.travel_times.query("category == 'pharmacy' and mode == 'car' and rank == 1")
    gone = near["service_id"].iloc[0]
    accepted(home, "services", gone, "gone", "", "it closed for good")
    used = region_in_use(home, "village")
    assert gone not in used.services.index
    table = used.travel_times
    assert not table["service_id"].eq(gone).any()
    assert not table.duplicated(["cell_id", "category", "mode", "rank"]).any()
    keys = ["cell_id", "category", "mode"]
    assert set(map(tuple, table[keys].to_numpy())) == set(map(tuple, built.travel_times[keys].to_numpy()))
    left = table.query("category == 'pharmacy' and mode == 'car' and rank == 1")
    assert left["service_id"].notna().all() or (np.isinf(left["minutes"]).all() and set(left["status"]) == {"unknown"})
