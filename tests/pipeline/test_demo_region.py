"""The fictional region as an installed package builds it: from anywhere, whole, and saying what it is."""

from __future__ import annotations

import csv
import os
from datetime import date

import pytest

from sempre_geo.cli import main
from sempre_geo.pipeline.community.proposals import proposals
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.gaps.place_gaps import region_standards
from sempre_geo.pipeline.gaps.whatif_saved import compare_scenarios, list_scenarios
from sempre_geo.pipeline.prepare.demo import OWN_TABLES, build_demo
from sempre_geo.pipeline.travel.visits import visits
from sempre_geo.settings import read_settings
from tests.conftest import ROOT
from tests.test_cli import demo_examples

pytestmark = pytest.mark.skipif(
    not os.environ.get("SEMPRE_SLOW_TESTS"), reason="builds the whole county: set SEMPRE_SLOW_TESTS=1 (CI does)"
)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Settings under which the fictional county is built, far from the checkout's own folders."""
    folder = tmp_path_factory.mktemp("county")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    build_demo(settings)
    return settings


def test_it_says_it_is_fictional_and_brings_its_own_tables(county):
    region = build_demo(county)
    assert region.fictional
    assert all((county.inputs("demo") / name).is_file() for name in OWN_TABLES)
    assert {standard.status for standard in region_standards(county, region)} == {"own"}


def test_a_second_build_changes_nothing_and_loses_no_contribution(county):
    before = public_contributions(county, "demo")
    catalog = (county.results("demo") / "catalog.json").stat().st_mtime_ns
    build_demo(county)
    assert len(public_contributions(county, "demo")) == len(before) > 90
    assert (county.results("demo") / "catalog.json").stat().st_mtime_ns == catalog
    assert len(proposals(county, "demo")) >= 3


def test_its_three_options_can_be_compared_and_each_helps_somebody(county):
    kept = list_scenarios(county, "demo")
    found = compare_scenarios(county, "demo", list(kept["key"]), categories=["gp"])
    assert len(kept) == 3
    assert (found.figures["people_gaining"] > 50).all()
    assert (found.figures["people_losing"] == 0).all()


@pytest.mark.parametrize("words", demo_examples(), ids=" ".join)
def test_an_example_of_the_help_works_word_for_word(county, words, monkeypatch):
    monkeypatch.chdir(county.data.parent)
    monkeypatch.setenv("SEMPRE_DATA", str(county.data))
    monkeypatch.setenv("SEMPRE_LAYERS", str(county.layers))
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert not ended.value.code


CASES = list(csv.DictReader((ROOT / "data" / "demo" / "cases.csv").read_text(encoding="utf-8").splitlines()))


def test_every_planted_case_has_the_reason_on_paper(county):
    asked = {}
    for case in CASES:
        question = (case["category"], case["date"], int(case["stay_min"]), case["wheelchair"] == "yes")
        asked.setdefault(question, []).append(case)
    for (category, day, stay, wheelchair), cases in asked.items():
        table = visits(
            county, "demo", service=category, date=date.fromisoformat(day), stay_min=stay, wheelchair=wheelchair
        ).set_index("cell_id")
        for case in cases:
            assert table.loc[case["cell_id"], "reason"] == case["reason"], case


def test_there_is_a_case_for_every_reason():
    reasons = {case["reason"] for case in CASES}
    assert {
        "no_road", "no_stop_in_reach", "no_departure", "closed_that_day", "closed_on_arrival", "stay_too_short",
        "no_return", "not_accessible",
    } <= reasons  # fmt: skip
