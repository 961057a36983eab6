"""The list of proposals by place and stage, with the people who would gain."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.proposal_gains import proposals_with_gains
from sempre_geo.pipeline.community.proposals import approve, propose
from sempre_geo.pipeline.community.review import publish
from sempre_geo.settings import Settings
from tests.ui.small_region import NAME

PAGE = Path(sempre_geo.ui.__file__).parent / "screens" / "proposals.py"
GAIN = {
    "kind": "what_if",
    "value": 120,
    "scenario": "Bus on call",
    "title": "Bus on call: 120 people gain.",
    "date": "2026-11-01",
    "version": "0.1.0",
}


@pytest.fixture(autouse=True)
def _cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)


def _proposed(settings: Settings, title: str, settlement: str, evidence: list[dict[str, object]]) -> str:
    idea = tell(settings, NAME, draft=Draft("idea", "library", title, Place(settlement_id=settlement))).id
    publish(settings, idea, by=OPERATOR)
    words, who = Sentences(title, "What", "For whom", "Why"), Member("user", "Aina")
    made = propose(settings, NAME, sentences=words, who=who, idea_id=idea, evidence=evidence).proposal_id
    approve(settings, made, by=OPERATOR)
    return made


def _titles(script: AppTest) -> str:
    assert not script.exception
    return " ".join(str(element.value) for element in script.get("html"))


def test_a_policymaker_chooses_by_place_and_stage_and_reads_who_would_gain(served: Settings) -> None:
    _proposed(served, "Book bus", "s0", [])
    _proposed(served, "Taxi bus", "s2", [GAIN])
    listed = proposals_with_gains(served, NAME).set_index("title")
    assert listed.loc["Taxi bus", ["municipality_ids", "gaining", "scenario"]].tolist() == [
        ("m2",),
        120.0,
        "Bus on call",
    ]
    assert listed["gaining"].isna().to_dict() == {"Taxi bus": False, "Book bus": True}
    script = AppTest.from_file(str(PAGE), default_timeout=30).run()
    assert "about 120 people would gain, as its what-if counts (Bus on call)." in _titles(script)
    script.selectbox(key="proposals_place").set_value("m1").run()
    assert "Book bus" in _titles(script).split("Ideas that could become")[0]
    assert "Taxi bus" not in _titles(script).split("Ideas that could become")[0]
    script.selectbox(key="proposals_place").set_value("").run()
    script.selectbox(key="proposals_stage").set_value("proposal").run()
    assert "Taxi bus" in _titles(script).split("Ideas that could become")[0]
