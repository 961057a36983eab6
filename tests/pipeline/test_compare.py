"""Municipalities, regions and builds compared, and our drives beside published ones."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.gaps.build_changes import CAUSES
from sempre_geo.pipeline.gaps.compare import (
    LAST,
    Question,
    change_sentences,
    compare_builds,
    compare_municipalities,
    compare_regions,
)
from sempre_geo.pipeline.gaps.validation import validate
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.region.bundle import built_regions, read_region
from sempre_geo.settings import read_settings
from tests.timetable_files import timetable, write_zip
from tests.village import EAST, NORTH, SOUTH, WEST, write_village

BUS = Question("pharmacy", "transit", "1440")
WALK = Question("pharmacy", "walk", "5")


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    """The village built with one bus there, and built again when a bus back had come; another village beside."""
    folder = tmp_path_factory.mktemp("compare")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    there = {"out": [("a", "09:10:00"), ("b", "09:30:00")]}
    back = {"back": [("b", "12:20:00"), ("a", "12:40:00")]}
    osm = [write_village(folder / "village.osm.pbf")]
    school = folder / "school.csv"
    school.write_text(f"id,category,name,lon,lat\nown1,school,Skola,{EAST},{NORTH}\n")
    for name, trips in (("old.zip", there), ("new.zip", there | back)):
        tables = timetable(trips, places={"a": (WEST, SOUTH), "b": (EAST, NORTH)})
        feed = write_zip(folder / name, tables)
        build_region(settings, "ciems", osm=osm, gtfs=[feed], services=school, country="LV")
    _write_other(settings.results("ciems"), settings.results("other"))
    return settings


def _write_other(village, other):
    """The same village without its timetable, under another name."""
    shutil.copytree(village, other)
    catalog = json.loads((other / "catalog.json").read_text())
    del catalog["layers"]["timetable"]
    catalog["region"] = "other"
    (other / "catalog.json").write_text(json.dumps(catalog))


def test_municipalities_are_ranked_with_their_limit_and_bounds(village):
    table = compare_municipalities(village, "ciems", question=WALK)
    assert table.columns[:8].tolist() == [
        "place_id", "name", "category", "mode", "group", "standard_id", "limit", "unit",
    ]  # fmt: skip
    assert table["rank"].dropna().is_monotonic_increasing
    assert (table[["standard_id", "limit", "unit"]] == ["own-5", 5, "min"]).all(axis=None)


def test_regions_stand_side_by_side_and_one_without_a_timetable_is_unknown_not_best(village):
    table = compare_regions(village, ["ciems", "other"], question=WALK)
    assert table["beyond"].tolist() == [table["beyond"].iloc[0]] * 2  # the same village twice
    by_bus = compare_regions(village, ["other", "ciems"], question=BUS).set_index("region")
    assert by_bus.loc["other", "unknown"] == by_bus.loc["other", "people"]
    assert np.isnan(by_bus.loc["other", "share_beyond"])
    assert by_bus.loc["other", "day"] != by_bus.loc["ciems", "day"]
    with pytest.raises(InputError, match="named twice"):
        compare_regions(village, ["ciems", "ciems"], question=WALK)


def test_the_build_that_was_replaced_is_kept_and_compared_and_the_other_timetable_is_named(village):
    assert built_regions(village) == ["ciems", "other"]
    found = compare_builds(village, "ciems", earlier=LAST, question=BUS)
    parts = found.table[[f"by_{cause}" for cause in CAUSES]].sum(axis=1)
    assert parts.tolist() == pytest.approx(found.table["change"].tolist())
    people = read_region("ciems", village).cells["population"].sum()
    assert found.table["people_now"].sum() == pytest.approx(people)
    told = change_sentences(found)
    assert "people were beyond the limit" in told[0]
    assert any(sentence.startswith("Timetable is another file than before") for sentence in told)


def test_nothing_changed_on_foot(village):
    found = compare_builds(village, "ciems", earlier=LAST, question=WALK)
    assert found.table["change"].abs().max() == 0
    folder = str(village.results("ciems"))
    assert compare_builds(village, "ciems", earlier=folder, question=BUS).sources == ()


def test_an_earlier_build_that_is_not_kept_is_refused(village):
    with pytest.raises(MissingDataError, match="No earlier build is kept"):
        compare_builds(village, "other", earlier=LAST, question=WALK)


def test_a_limit_nobody_knows_is_refused_with_those_there_are(village):
    with pytest.raises(InputError, match=r"no limit 'far' for pharmacy by walk.*own-walk"):
        compare_municipalities(village, "ciems", question=replace(WALK, limit="far"))
    table = compare_municipalities(village, "ciems", question=replace(WALK, limit="own-walk"))
    assert (table["limit"] == 30).all()


def test_our_drives_stand_beside_published_ones_by_the_same_definition(village):
    table = validate(village, "ciems")
    assert set(table["country"]) == {"LV"}
    # Eurostat, 2023: 17.80 % of Latvia more than 20 minutes from a hospital, 44.49 % in rural areas
    hospital = table.query("service == 'healthcare' and nearest == 1 and limit_min == 20").iloc[0]
    assert hospital[["country_percent", "rural_percent"]].tolist() == [17.80, 44.49]
    assert np.isnan(hospital["ours_percent"])  # the village's map has no hospital: not known, not 100 %
    assert hospital["people"] == 0
    assert (table["source"].str.contains("Eurostat")).all()


def test_the_share_beyond_a_drive_is_that_of_the_travel_times(village):
    region = read_region("ciems", village)
    times = region.travel_times
    rows = times[(times["mode"] == "car") & times["category"].isin(["primary_school", "secondary_school", "school"])]
    best = rows.groupby("cell_id", observed=True)["minutes"].min().reindex(region.cells.index)
    expected = 100 * np.average(best > 2, weights=region.cells["population"])
    table = validate(village, "ciems", country="EE").query("service == 'education' and limit_min == 2")
    ours = table.set_index("nearest")["ours_percent"]
    assert ours[1] == pytest.approx(expected)
    assert np.isnan(ours[3])  # there is one school; the third may lie just across the border


def test_a_country_without_published_figures_is_refused_in_a_sentence(village):
    with pytest.raises(MissingDataError, match="no published driving times for 'LI'; the table has DE, DK"):
        validate(village, "ciems", country="LI")


def test_the_shipped_figures_are_those_of_the_published_table(village, shared_data):
    raw = pd.read_csv(shared_data / "reference" / "eurostat_drive_time_access_nuts_baltic.csv")
    raw = raw[
        (raw["GEO"].str.len() == 2) & (raw["year"] == 2023) & (raw["unit"] == "PC") & (raw["threshold"] != "NONE")
    ]
    ours = pd.read_csv(village.definition("drive_times.csv"), comment="#")
    assert len(ours) == len(raw)
    assert ours["beyond_percent"].sum() == pytest.approx(raw["value"].sum())
