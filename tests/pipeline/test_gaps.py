"""Gaps and siting of a region built from a village that the tests write."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.gaps.gap_table import FIXED_COLUMNS
from sempre_geo.pipeline.gaps.place_gaps import gaps, region_standards
from sempre_geo.pipeline.gaps.siting import siting
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.region.bundle import read_region
from sempre_geo.settings import read_settings
from sempre_geo.travel.nearest import streets_of, travel_matrix
from sempre_geo.travel.streets import read_network
from tests.timetable_files import timetable, write_zip
from tests.village import EAST, NORTH, SOUTH, WEST, write_village


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    """Settings under which the village is built as region ``ciems``."""
    folder = tmp_path_factory.mktemp("village")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    station = folder / "stations.csv"
    station.write_text(f"id,category,name,lon,lat\nown1,ambulance_station,Ātrā palīdzība,{WEST},{SOUTH}\n")
    trips = {f"bus{hour}": [("a", f"{hour:02}:10:00"), ("b", f"{hour:02}:30:00")] for hour in (5, 7, 13, 19, 20)}
    tables = timetable(trips, places={"a": (WEST, SOUTH), "b": (EAST, NORTH)})
    build_region(
        settings, "ciems", osm=[write_village(folder / "village.osm.pbf")], services=station,
        gtfs=[write_zip(folder / "bus.zip", tables)], country="LV",
    )  # fmt: skip
    return settings


def _table(path, **row):
    whole = {
        "standard_id": "ours", "country": "LV", "category": "pharmacy", "metric": "travel_time", "limit": "5",
        "unit": "min", "mode": "walk", "group": "all", "scope": "one way", "source": "the village", "status": "own",
    }  # fmt: skip
    pd.DataFrame([whole | row]).to_csv(path, index=False)
    return str(path)


def test_people_beyond_a_limit_are_those_of_the_cells_that_are_farther(village, tmp_path):
    table = gaps(village, "ciems", standards=_table(tmp_path / "s.csv"))
    region = read_region("ciems", village)
    times = region.travel_times
    rows = times[(times["category"] == "pharmacy") & (times["mode"] == "walk") & (times["rank"] == 1)]
    far = rows.loc[rows["minutes"] > 5, "cell_id"].astype(str)
    assert list(table.columns[: len(FIXED_COLUMNS)]) == list(FIXED_COLUMNS)
    assert table["people"].sum() == pytest.approx(region.cells["population"].sum())
    assert table["beyond"].sum() == pytest.approx(region.cells.loc[far, "population"].sum())
    assert table["reason_too_long"].sum() == pytest.approx(table["beyond"].sum())


def test_by_cell_and_by_municipality_add_up_to_the_same(village, tmp_path):
    path = _table(tmp_path / "s.csv")
    by_cell, by_place = gaps(village, "ciems", standards=path, by="cell"), gaps(village, "ciems", standards=path)
    assert len(by_cell) == len(read_region("ciems", village).cells)
    assert by_cell["beyond"].sum() == pytest.approx(by_place["beyond"].sum())


def test_what_the_map_does_not_hold_is_unknown_and_estimates_say_so(village, tmp_path):
    table = gaps(village, "ciems", standards=_table(tmp_path / "s.csv", category="*", mode="car"))
    hospital = table[table["category"] == "hospital"]
    assert hospital["unknown"].sum() == pytest.approx(hospital["people"].sum())
    assert hospital["share_beyond"].isna().all()
    assert table["population_estimated"].all()
    assert not set(table["category"]) & {"shelter"}


def test_a_countrys_standards_come_with_their_source_and_no_neighbours(village):
    ours = region_standards(village, read_region("ciems", village))
    assert {standard.country for standard in ours} == {"LV", "EU", "UN", "*"}
    finnish = region_standards(village, read_region("ciems", village), standards="FI")
    assert "FI" in {standard.country for standard in finnish}
    assert all(standard.source for standard in finnish)


def test_school_standards_say_what_stands_for_their_words(village, tmp_path):
    school = {"category": "primary_school", "group": "under 13", "scope": "there and back, waiting included"}
    row = gaps(village, "ciems", standards=_table(tmp_path / "s.csv", mode="any", **school)).iloc[0]
    assert "people under 15" in row["approximated_by"]
    assert "by street the way there counts twice" in row["approximated_by"]
    assert row["standard_source"] == "the village"


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"by": "street"}, InputError, "not by 'street'"),
        ({"standards": "XX"}, InputError, "no standards of 'XX'"),
        ({"standards": "nowhere.csv"}, MissingFileError, "nowhere.csv"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_a_sentence(village, options, error, says):
    with pytest.raises(error, match=says):
        gaps(village, "ciems", **options)


def test_a_new_site_is_where_most_people_gain_and_is_proven(village):
    plan = siting(village, "ciems", service="pharmacy", add=1, model="p-median", mode="walk")
    assert plan.gap == pytest.approx(0, abs=1e-6)
    assert list(plan.sites.columns) == ["site_id", "name", "lon", "lat", "people_gaining"]
    people = read_region("ciems", village).cells["population"].sum()
    assert 0 < plan.sites["people_gaining"].sum() <= people + 1e-6


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"service": "palace"}, "no category 'palace'"),
        ({"model": "guess"}, "no model 'guess'"),
        ({"mode": "horse"}, "no mode 'horse'"),
        ({"group": "poets"}, "no group 'poets'"),
        ({"add": 99}, "99 sites were asked for"),
        ({"model": "mclp"}, "needs a limit"),
    ],
)
def test_a_siting_that_cannot_be_is_refused_in_a_sentence(village, options, says):
    question = {"service": "pharmacy", "add": 1, "model": "p-median", **options}
    with pytest.raises(InputError, match=says):
        siting(village, "ciems", **question)


def test_unreachable_minutes_stay_infinite_in_the_mean(village, tmp_path):
    table = gaps(village, "ciems", standards=_table(tmp_path / "s.csv", mode="wheelchair"))
    assert (np.isinf(table["mean_excess"]) | (table["unknown"] > 0) | (table["beyond"] == 0)).all()


def test_an_ambulance_is_timed_from_its_station_outwards(village, tmp_path):
    region = read_region("ciems", village)
    streets = streets_of(read_network(region.path / "networks" / "car", "car"))
    station = region.services[region.services["category"] == "ambulance_station"]
    minutes = travel_matrix(streets, station, region.cells).set_index("destination_id")["minutes"]
    limit = float(minutes.median())
    asked = {"category": "ambulance", "metric": "response_time", "limit": str(limit), "mode": "car"}
    table = gaps(village, "ciems", standards=_table(tmp_path / "s.csv", scope="rural, 75 % of calls", **asked))
    far = minutes.index[minutes > limit]
    assert table["beyond"].sum() == pytest.approx(region.cells.loc[far, "population"].sum())
    assert "every call, not 75 %" in table["approximated_by"].iloc[0]
    assert table["unknown"].sum() == 0


def test_departures_are_counted_at_stops_within_a_walk_and_in_the_hours_named(village, tmp_path):
    asked = {"category": "public_transport_departures", "metric": "departures_per_hour", "unit": "1/h",
             "mode": "transit", "scope": "weekday 06-20"}  # fmt: skip
    within = gaps(village, "ciems", standards=_table(tmp_path / "a.csv", limit=str(3 / 14), **asked), by="cell")
    beyond = gaps(village, "ciems", standards=_table(tmp_path / "b.csv", limit=str(4 / 14), **asked), by="cell")
    assert within["unknown"].sum() == 0
    served = within.loc[within["beyond"] == 0, "people"].sum()
    assert served > 0  # three of the five buses leave stop a between six and eight in the evening
    assert beyond["beyond"].sum() == pytest.approx(beyond["people"].sum())
    assert beyond["reason_too_few_departures"].sum() == pytest.approx(served)
    assert (within["day"] != "").all()


def test_a_road_is_near_as_the_crow_flies_and_says_so(village, tmp_path):
    asked = {"category": "all_season_road", "metric": "distance", "unit": "m", "group": "rural"}
    table = gaps(village, "ciems", standards=_table(tmp_path / "s.csv", limit="2000", **asked))
    assert table["beyond"].sum() == 0
    assert table["people"].sum() > 0
    assert "straight line" in table["approximated_by"].iloc[0]
    assert (table["data_date"] == str(read_region("ciems", village).catalog["date"] or "")).all()
