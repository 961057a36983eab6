"""From a need to an idea, supported by voices, to a team and its proposal: one way, told to all and to its author."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.community.steps import WAY
from sempre_geo.errors import InputError
from sempre_geo.pipeline.community.contributions import erase_with_code, my_data, open_with_code, tell
from sempre_geo.pipeline.community.duplicates import merge, unmerge
from sempre_geo.pipeline.community.proposals import approve, move, proposal, propose
from sempre_geo.pipeline.community.review import do_not_publish, publish
from sempre_geo.pipeline.community.voices import add_voice, withdraw_voice
from sempre_geo.pipeline.community.way import way_of
from tests.pipeline.community_region import write_rules

REGION = "unbuilt"
AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
NEED = Draft("need", "library", "No bus.", Place(municipality_id="m1"))
IDEA = Draft("idea", "library", "A bus with books.", Place(municipality_id="m1"))
WORDS = Sentences("Book bus", "A bus with books.", "For all.", "It is far.")


def _published(store, draft):
    said = tell(store, REGION, draft=draft, at=AT)
    publish(store, said.id, by=OPERATOR, at=AT)
    return said


def _supported_by(store, idea, count):
    return [add_voice(store, idea, voter=str(n), at=AT + timedelta(days=n)) for n in range(1, count + 1)]


def _statuses(way):
    return [stage.status for stage in way.stages]


def test_the_whole_way_from_a_need_to_an_accepted_proposal_follows_the_drawn_one(store):
    write_rules(store, voices_for_support=3)
    need = _published(store, NEED)
    idea = _published(store, Draft(**{**vars(IDEA), "answers": (need.id,)}))
    assert _statuses(way_of(store, idea.id)) == ["need", "idea"]
    assert way_of(store, need.id).ideas == (idea.id,)
    _supported_by(store, idea.id, 3)
    supported = way_of(store, idea.id).stages[-1]
    assert (supported.status, supported.by, supported.reason, supported.at) == ("supported", "voices", "3 voices", "")
    began = propose(store, REGION, sentences=WORDS, who=Member("user", "A"), idea_id=idea.id, at=AT)
    unlisted = way_of(store, idea.id)
    assert (unlisted.status, unlisted.proposal) == ("team", "")
    assert proposal(store, began.proposal_id, code=began.claim_code).needs == (need.id,), "the idea's need comes along"
    approve(store, began.proposal_id, by=OPERATOR, at=AT)
    way = way_of(store, idea.id)
    assert _statuses(way) == ["need", "idea", "supported", "team", "proposal"]
    assert all(after in {step.to for step in WAY[now]} for now, after in itertools.pairwise(_statuses(way)))
    assert [stage.by for stage in way.stages] == ["contributor", "contributor", "voices", "team", "coordinator"]
    assert way.proposal == began.proposal_id
    assert way_of(store, need.id).proposal == "", "a proposal shows its needs as a number only"
    move(store, began.proposal_id, to="stopped", code=began.claim_code, reason="private words", at=AT)
    assert "private words" not in str(way_of(store, idea.id))


def test_the_author_reads_every_stage_with_its_day(store):
    write_rules(store, voices_for_support=2)
    idea = _published(store, IDEA)
    _supported_by(store, idea.id, 2)
    own = open_with_code(store, idea.claim_code).way
    assert [(stage.status, stage.at[:10]) for stage in own.stages] == [
        ("idea", "2026-11-24"), ("supported", "2026-11-26"),
    ]  # fmt: skip


def test_it_is_supported_only_while_it_has_the_voices(store):
    write_rules(store, voices_for_support=2)
    idea, same = _published(store, IDEA), _published(store, IDEA)
    voices = _supported_by(store, idea.id, 2)
    assert way_of(store, idea.id).status == "supported"
    withdraw_voice(store, voices[0].claim_code)
    assert (way_of(store, idea.id).status, way_of(store, idea.id).voices) == ("idea", 1)
    merged = merge(store, same.id, into=idea.id, by=OPERATOR)
    assert way_of(store, idea.id).status == "supported", "the author of the merged one is a voice"
    unmerge(store, merged, into=idea.id, by=OPERATOR)
    assert way_of(store, idea.id).status == "idea"


def test_nothing_is_told_of_what_is_not_published_or_only_counted(store):
    idea = _published(store, IDEA)
    hidden = _published(store, Draft(**{**vars(IDEA), "category": "gp"}))
    do_not_publish(store, idea.id, by=OPERATOR, reason="x")
    for one in (idea.id, hidden.id, "nothing"):
        assert way_of(store, one).stages == ()
    assert open_with_code(store, hidden.claim_code).way.status == "idea", "its author reads it"


def test_an_idea_names_public_needs_only_and_forgets_those_that_are_erased(store):
    need, waiting = _published(store, NEED), tell(store, REGION, draft=NEED)
    counted = _published(store, Draft(**{**vars(NEED), "category": "gp"}))
    told = Draft(**{**vars(IDEA), "answers": (need.id, waiting.id, counted.id, "nothing")})
    idea = _published(store, told)
    assert way_of(store, idea.id).needs == (need.id,)
    assert need.id in my_data(store, idea.claim_code)
    erase_with_code(store, need.claim_code)
    assert way_of(store, idea.id).needs == ()
    for wrong in (Draft(**{**vars(NEED), "answers": (need.id,)}), Draft(**{**vars(IDEA), "answers": ("x",) * 11})):
        with pytest.raises(InputError, match="10 needs at most"):
            tell(store, REGION, draft=wrong)
