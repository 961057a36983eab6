"""Scenarios: read, written and refused; every example of the documentation works."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import sempre_geo
from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.gaps.scenarios import (
    KINDS,
    read_scenario,
    scenario_from_table,
    scenario_table,
    write_scenario,
)

DOCS = Path(sempre_geo.__file__).parent / "docs" / "scenarios.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
HALT = {"lon": 25.3, "lat": 57.6, "weekday": "monday", "opens": "09:00", "closes": "10:00"}
LINE = {"line": "9", "stops": [{"stop": "a", "minutes": 0}, {"stop": "b", "minutes": 5}], "first": "07:00",
        "last": "09:00", "headway_min": 30}  # fmt: skip
CALL = {"stop": "a", "time": "09:00"}
ZONE = {"name": "Z", "opens": "08:00", "closes": "17:00", "kmh": 40, "municipalities": ["M"]}


def test_the_documentation_shows_every_change():
    assert {kind for text in EXAMPLES for kind in tomllib.loads(text)} >= set(KINDS)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_of_the_documentation_is_read_and_written_back(text, tmp_path):
    scenario = scenario_from_table(tomllib.loads(text))
    assert scenario.changes
    write_scenario(scenario, tmp_path / "s.toml")
    assert read_scenario(tmp_path / "s.toml") == scenario
    assert scenario_from_table(scenario_table(scenario)) == scenario


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({}, "has no name"),
        ({"name": "X"}, "changes nothing"),
        ({"name": "X", "close": []}, "keys 'close' are unknown"),
        ({"name": "X", "stay_min": 0, "close_service": [{"service_id": "a"}]}, "stay_min is a number above zero"),
        ({"name": "X", "close_service": [{}]}, "close_service 1 lacks 'service_id'"),
        ({"name": "X", "close_service": [{"service_id": 3}]}, "service_id is a text, not 3"),
        ({"name": "X", "close_service": ["a"]}, "close_service 1 is no table"),
        ({"name": "X", "add_service": [{"category": "gp", "lon": 200, "lat": 57}]}, "no longitude and latitude"),
        ({"name": "X", "change_service": [{"service_id": "a"}]}, "neither opening_hours nor capacity"),
        ({"name": "X", "change_service": [{"service_id": "a", "capacity": -1}]}, "capacity is below zero"),
        ({"name": "X", "mobile_service": [{"category": "gp", "halts": [HALT, HALT | {"opens": "09:30"}]}]},
         "in two places at 09:30"),
        ({"name": "X", "mobile_service": [{"category": "gp", "halts": [HALT | {"weekday": "Montag"}]}]},
         "a weekday such as monday, not 'Montag'"),
        ({"name": "X", "mobile_service": [{"category": "gp", "halts": [HALT | {"closes": "25.30"}]}]},
         "a time of day such as 07:30"),
        ({"name": "X", "add_trip": [{"line": "7", "calls": [CALL, CALL | {"time": "08:00"}]}]}, "times run backwards"),
        ({"name": "X", "add_line": [LINE | {"headway_min": 0}]}, "headway_min is above zero"),
        ({"name": "X", "add_line": [LINE | {"first": "10:00"}]}, "first is after last"),
        ({"name": "X", "later_return": [{"line": "7", "stop": "a", "minutes": -5}]}, "minutes are above zero"),
        ({"name": "X", "zone": [ZONE | {"municipalities": []}]}, "an area is needed"),
        ({"name": "X", "zone": [ZONE | {"refused_share": 1.5}]}, "refused_share lies between 0 and 1"),
        ({"name": "X", "zone": [ZONE | {"polygon": [[25.0, 57.0, 3.0]]}]}, r"is \[lon, lat\]"),
        ({"name": "X", "ferry": [{"way_id": 1, "runs": False, "duration_min": 5}]}, "does not run has no duration"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence(table, says):
    with pytest.raises(InputError, match=says):
        scenario_from_table(table)


def test_changes_that_contradict_each_other_are_all_named():
    table = {
        "name": "Both",
        "close_service": [{"service_id": "s1"}],
        "move_service": [{"service_id": "s1", "lon": 25.3, "lat": 57.6}, {"service_id": "s2", "lon": 25, "lat": 57}],
        "change_service": [{"service_id": "s2", "capacity": 3}],
        "move_trip": [{"trip_id": "t", "minutes": 5}],
        "remove_trip": [{"trip_id": "t"}],
        "mend_road": [{"way_id": 5}],
        "close_road": [{"way_id": 5}],
    }
    with pytest.raises(InputError, match="more than once") as refused:
        scenario_from_table(table)
    said = str(refused.value)
    assert "service s1 is decided more than once (move_service, close_service)" in said
    assert "trip t is decided" in said
    assert "way 5 is decided" in said
    assert "service s2" not in said, "a service may move and get more staff"


def test_a_file_that_is_missing_or_broken_says_so(tmp_path):
    with pytest.raises(MissingFileError, match="no scenario"):
        read_scenario(tmp_path / "none.toml")
    (tmp_path / "broken.toml").write_text('name = "X', encoding="utf-8")
    with pytest.raises(InputError, match=r"broken\.toml is no scenario"):
        read_scenario(tmp_path / "broken.toml")
