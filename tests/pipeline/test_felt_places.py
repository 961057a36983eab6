"""Felt beside calculated by place and group, and as everybody may see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.errors import NotAllowedError
from sempre_geo.pipeline.community.contributions import erase_with_code, tell
from sempre_geo.pipeline.community.counts import counts
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.community.voices import add_voice
from sempre_geo.pipeline.gaps import felt_places
from sempre_geo.pipeline.gaps.answers import gap_answer
from sempre_geo.pipeline.gaps.felt_places import felt_by_place, felt_in_public
from sempre_geo.pipeline.gaps.limits import own_limit
from tests.ui.small_region import NAME, small_settings, write_small_region

PLANNER = Person("p", frozenset({("policymaker", "*")}))
COORDINATOR = Person("c", frozenset({("coordinator", f"region:{NAME}")}))
NEXT_WEEK = datetime.now(UTC) + timedelta(days=8)
BIKE = own_limit(category="library", mode="bike", limit_min=20)


def _said(settings, text, voices, *, place, groups=()):
    draft = Draft("need", "library", text, Place(settlement_id=place), groups=groups)
    one = tell(settings, NAME, draft=draft)
    publish(settings, one.id, by=OPERATOR)
    for number in range(voices):
        add_voice(settings, one.id, voter=f"phone-{number}-of-{text}")
    return one


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Twelve said something in Augstkalni, seven of them over 64; four in Cīruļi, which is beyond the limit."""
    folder = tmp_path_factory.mktemp("felt")
    write_small_region(folder / "layers")
    settings = small_settings(folder)
    _said(settings, "It closes early.", 6, place="s0", groups=("over_64",))
    _said(settings, "No children's books.", 4, place="s0")
    _said(settings, "Too far.", 3, place="s2", groups=("over_64",))
    yield settings
    close_community(settings)


def _answer(settings, group="population"):
    return gap_answer(settings, NAME, standard=BIKE, category="library", group=group)


def _felt(settings, by, group="population", place="municipality", at=NEXT_WEEK):
    answer = _answer(settings, group)
    return felt_by_place(settings, NAME, answer=answer, category="library", by=by, place=place, at=at)


def test_a_group_counts_its_own_people_and_its_own_voices(home):
    everybody, older = _felt(home, COORDINATOR), _felt(home, COORDINATOR, "over_64")
    assert everybody.loc[["m1", "m2"], ["people", "received"]].to_numpy().tolist() == [[441, 12], [120, 4]]
    assert older.loc[["m1", "m2"], ["people", "received"]].to_numpy().tolist() == [[100, 7], [30, 4]]
    assert everybody["name"].tolist() == ["Rietumu", "Austrumu"]
    assert everybody.loc["m2", "felt_class"] == "not_heard"


def test_a_policymaker_reads_only_what_may_be_published(home):
    by_place = _felt(home, PLANNER, "over_64", "settlement")
    assert by_place.loc[["s0", "s2"], "received"].tolist() == [5, 0]
    assert by_place["rounded"].all()
    this_week = _felt(home, PLANNER, "over_64", "settlement", at=None)
    assert this_week["received"].sum() == 0, "what was said since Monday counts from next Monday on"
    with pytest.raises(NotAllowedError):
        _felt(home, "")


def test_a_group_has_its_own_classes_for_everybody_by_the_areas_with_enough_of_its_voices(home, monkeypatch):
    monkeypatch.setattr(felt_places, "counts", _cut)
    found = felt_in_public(home, NAME, answer=_answer(home, "over_64"), category="gp")
    heard = found.table[found.table["felt_class"] != "not_heard"]
    assert heard["received"].tolist() == [5], "seven over 64, on whatever service"
    assert heard["people"].tolist() == [80.0]


def test_everybody_sees_classes_of_areas_with_enough_voices_and_the_rest_as_not_heard(home, monkeypatch):
    monkeypatch.setattr(felt_places, "counts", _cut)
    found = felt_in_public(home, NAME, answer=_answer(home), category="library")
    assert found.cells.index.tolist() == _answer(home).assessment.cost.index.tolist()
    heard = found.table[found.table["felt_class"] != "not_heard"]
    assert heard["received"].tolist() == [10]  # the twelve; four alone are too few, as if there were none
    assert (found.table["received"] % 5 == 0).all()


def test_what_changes_during_a_week_changes_no_policymakers_number_before_monday(home):
    before = _felt(home, PLANNER)
    said = _said(home, "No evening hours.", 9, place="s0")
    assert _felt(home, PLANNER)["received"].tolist() == before["received"].tolist()
    assert _felt(home, PLANNER, at=NEXT_WEEK + timedelta(days=7)).loc["m1", "received"] == 20
    assert _felt(home, COORDINATOR).loc["m1", "received"] == 22
    erase_with_code(home, said.claim_code)
    assert _felt(home, PLANNER, at=NEXT_WEEK + timedelta(days=7)).loc["m1", "received"] == 10, "but who erases is gone"


def _cut(settings, region):
    """The public counts of the week after everything was said."""
    return counts(settings, region, at=NEXT_WEEK)
