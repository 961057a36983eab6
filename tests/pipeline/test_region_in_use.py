"""Accepted corrections are used by every visit and journey, and each answer names them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.corrections import FIELDS, Report, checked_report
from sempre_geo.errors import InputError
from sempre_geo.gaps.scenarios import scenario_from_table
from sempre_geo.gaps.standards import Standard
from sempre_geo.pipeline.community.corrections import correction_with_code, decide_correction, report_correction
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.explore.wrong_things import told_correction, wrong_fields, wrong_kinds, wrong_things
from sempre_geo.pipeline.gaps.ground import ground_of
from sempre_geo.pipeline.gaps.metrics import departure_costs
from sempre_geo.pipeline.gaps.scenario_choices import scenario_choices
from sempre_geo.pipeline.gaps.siting_costs import visit_site_costs
from sempre_geo.pipeline.gaps.whatif import what_if
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.pipeline.travel.journey import journey, to_text
from sempre_geo.pipeline.travel.matrix import matrix
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.pipeline.travel.timetables import region_timetable
from sempre_geo.pipeline.travel.visit_details import visit_sentences
from sempre_geo.pipeline.travel.visits import question_of, visits
from sempre_geo.region.bundle import read_region
from sempre_geo.settings import Settings, read_settings
from tests.timetable_files import timetable, write_zip
from tests.village import EAST, NORTH, SOUTH, WEST, write_village

TUESDAY = date(2026, 11, 24)
BUSES = Standard("x", "EU", "stop", "departures_per_hour", 4, "1/h", "transit", "all", False, "", "", "own")  # noqa: FBT003 - as its table has it
ASKED = {"service": "pharmacy", "date": TUESDAY, "stay_min": 60}


@pytest.fixture(scope="module")
def layers(tmp_path_factory) -> Path:
    """The folder in which "village" is built once, with a bus there and a bus back."""
    folder = tmp_path_factory.mktemp("in_use")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    trips = {"out": [("a", "07:10:00"), ("b", "07:30:00")], "noon": [("b", "12:20:00"), ("a", "12:40:00")]}
    tables = timetable(trips, places={"a": (WEST, SOUTH), "b": (EAST, NORTH)})
    build_region(
        settings, "village", osm=[write_village(folder / "v.osm.pbf")], gtfs=[write_zip(folder / "g.zip", tables)],
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


def _matrix(home: Settings, day: date) -> object:
    for name, lon, lat in (("from", WEST, SOUTH), ("to", EAST, NORTH)):
        (home.data / f"{name}.csv").write_text(f"id,lon,lat\n1,{lon},{lat}\n")
    leave = datetime.combine(day, time(7))
    ends = {"origins": home.data / "from.csv", "destinations": home.data / "to.csv"}
    return matrix(home, "village", mode="transit", depart=leave, **ends)["minutes"].tolist()


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


def test_stops_and_lines_can_be_named_and_what_can_be_wrong_of_them_is_a_correction(home) -> None:
    assert {"pharmacy", "stops", "lines"} <= set(wrong_kinds(home, "village"))
    lines, stops = (wrong_things(home, "village", kind=kind) for kind in ("lines", "stops"))
    assert (len(lines), sorted(stops.values())) == (1, ["Stop a", "Stop b"])
    for layer in FIELDS:
        assert set(wrong_fields(layer)) <= set(FIELDS[layer])
    accepted(home, "lines", next(iter(lines)), "not_running", "", "a notice")
    assert region_timetable(region_in_use(home, "village")).feed.trips.empty


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
