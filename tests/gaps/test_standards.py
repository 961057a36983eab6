"""The table of standards: what is shipped, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.gaps.standards import read_crosswalk, read_standards, standards_of_country

ROW = {
    "country": "LV", "category": "gp", "metric": "travel_time", "limit": "30", "unit": "min", "mode": "car",
    "group": "all", "scope": "one way", "source": "a law", "status": "law",
}  # fmt: skip


def _file(tmp_path, *rows):
    path = tmp_path / "own.csv"
    pd.DataFrame([ROW | row for row in rows]).to_csv(path, index=False, encoding="utf-8-sig")
    return path


def test_every_sourced_standard_is_shipped_with_its_source(settings, shared_data):
    ours = {
        (s.country, s.category, s.metric, s.limit, s.mode, s.group, s.scope, s.source, s.status)
        for s in read_standards(settings.definition("standards.csv"))
    }
    for row in pd.read_csv(shared_data / "standards.csv").itertuples():
        facts = (row.country, row.category, row.metric, row.limit, row.mode, row.group, row.scope, row.source)
        assert (*facts, row.status) in ours


def test_a_country_has_its_own_the_wider_and_the_operators_limits_but_no_neighbours(settings):
    every = read_standards(settings.definition("standards.csv"))
    assert {s.country for s in standards_of_country(every, "EE")} == {"EU", "UN", "*"}
    assert {s.country for s in standards_of_country(every, "FI")} == {"EU", "UN", "*", "FI"}
    assert all(s.status == "own" for s in standards_of_country(every, "demo"))


def test_every_word_of_the_shipped_standards_is_in_the_crosswalk(settings):
    walk = read_crosswalk(settings.definition("crosswalk.toml"))
    for standard in read_standards(settings.definition("standards.csv")):
        assert standard.group in walk.groups
        assert standard.mode in walk.modes


def test_a_table_without_ids_gets_them_and_school_days_count_both_ways(tmp_path):
    found = read_standards(_file(tmp_path, {}, {"scope": "there and back, waiting included"}))
    assert [s.standard_id for s in found] == ["lv-gp-1", "lv-gp-2"]
    assert [s.there_and_back for s in found] == [False, True]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"metric": "happiness"}, "rows 3 have an unknown metric"),
        ({"unit": "km"}, "rows 3 have a unit that does not fit"),
        ({"limit": "-5"}, "rows 3 have a limit that is not above zero"),
        ({"limit": "soon"}, "rows 3 have a limit that is not above zero"),
        ({"status": "rumour"}, "rows 3 have an unknown status"),
    ],
)
def test_a_wrong_row_is_refused_with_its_number(tmp_path, row, says):
    with pytest.raises(InputError, match=says):
        read_standards(_file(tmp_path, {}, row))


def test_a_row_with_an_unquoted_comma_is_refused_and_not_shifted(tmp_path):
    path = _file(tmp_path, {}, {"source": "Act 5, § 3"})
    path.write_text(path.read_text().replace('"', ""))
    with pytest.raises(InputError, match=r"more cells than the heading .* in row 3"):
        read_standards(path)


def test_a_missing_column_or_file_is_named(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("country,category\nLV,gp\n")
    with pytest.raises(InputError, match="lacks the columns metric, limit, unit, mode, group and 3 more"):
        read_standards(path)
    with pytest.raises(MissingFileError, match=r"nowhere\.csv"):
        read_standards(tmp_path / "nowhere.csv")
