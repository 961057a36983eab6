"""From an idea to lessons: who may go which step, and what must be there first."""

from __future__ import annotations

import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.contributions import open_with_code, public_contributions, tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.proposals import (
    approve,
    comment,
    join_team,
    move,
    proposal,
    proposals,
    propose,
    team_comments,
    versions,
    write_in_proposal,
)
from sempre_geo.pipeline.community.review import publish

REGION = "unbuilt"
WORDS = Sentences("Taxi-bus", "A taxi-bus on Thursdays.", "People over 64.", "Two buses a day.")
AINA = Member("user", "Aina")


@pytest.fixture
def idea(settings):
    receipt = tell(settings, REGION, draft=Draft("idea", "bus_stop", "A taxi-bus", Place(municipality_id="m1")))
    publish(settings, receipt.id, by=OPERATOR)
    yield receipt
    close_community(settings)


@pytest.fixture
def started(settings, idea):
    figures = [{"title": "people beyond 60 minutes", "value": 212, "date": "2026-11-24", "version": "0.1.0"}]
    return propose(settings, REGION, sentences=WORDS, who=AINA, idea_id=idea.id, needs=[idea.id], evidence=figures)


def test_a_proposal_is_listed_once_a_coordinator_has_read_it(settings, started):
    assert proposals(settings, REGION).empty
    with pytest.raises(MissingDataError, match="not open to you"):
        proposal(settings, started.proposal_id)
    assert proposal(settings, started.proposal_id, code=started.claim_code).sentences == WORDS
    approve(settings, started.proposal_id, by=OPERATOR)
    assert list(proposals(settings, REGION)["title"]) == ["Taxi-bus"]
    page = proposal(settings, started.proposal_id)
    assert (page.team, page.evidence[0]["value"]) == ((AINA,), 212)


def test_from_an_idea_to_lessons_with_dates_and_reasons(settings, started, idea):
    proposal_id, code = started.proposal_id, started.claim_code
    approve(settings, proposal_id, by=OPERATOR)
    with pytest.raises(InputError, match=r"a service provider as co-owner; the degree of ownership"):
        move(settings, proposal_id, to="submitted", code=code)
    practice = join_team(settings, proposal_id, who=Member("provider", "The practice"), code=code)
    write_in_proposal(settings, proposal_id, code=practice.claim_code, ownership="co_designed")
    move(settings, proposal_id, to="submitted", code=code)
    move(settings, proposal_id, to="returned", by=OPERATOR, reason="Who drives?")
    move(settings, proposal_id, to="submitted", code=code)
    move(settings, proposal_id, to="accepted", by=OPERATOR)
    for step in ("running", "completed", "lessons"):
        move(settings, proposal_id, to=step, code=code)
    steps = proposal(settings, proposal_id).steps
    assert [step["status"] for step in steps] == [
        "team", "proposal", "submitted", "returned", "submitted", "accepted", "running", "completed", "lessons",
    ]  # fmt: skip
    assert steps[3]["reason"] == "Who drives?"
    assert open_with_code(settings, idea.claim_code).status == "taken_up"


def test_a_stranger_changes_nothing(settings, started, idea):
    approve(settings, started.proposal_id, by=OPERATOR)
    stranger = propose(settings, REGION, sentences=WORDS, who=AINA, idea_id=idea.id)
    for code in ("", idea.claim_code, stranger.claim_code):
        with pytest.raises(NotAllowedError):
            write_in_proposal(settings, started.proposal_id, code=code, ownership="user_led")
        with pytest.raises(NotAllowedError):
            join_team(settings, started.proposal_id, who=AINA, code=code)
        with pytest.raises(NotAllowedError):
            comment(settings, started.proposal_id, text="x", code=code)
    with pytest.raises(NotAllowedError):
        move(settings, started.proposal_id, to="stopped", by=Person("p", frozenset({("provider", "*")})), reason="no")


def test_each_change_is_a_version_that_can_be_read_again(settings, started):
    approve(settings, started.proposal_id, by=OPERATOR)
    more = Sentences("Taxi-bus", "A taxi-bus on Tuesdays.", WORDS.for_whom, WORDS.why_here)
    assert write_in_proposal(settings, started.proposal_id, code=started.claim_code, sentences=more) == 2
    write_in_proposal(settings, started.proposal_id, code=started.claim_code, answers={"risks": "ice\x00"})
    kept = versions(settings, started.proposal_id)
    assert [row["content"]["what"] for row in kept] == [WORDS.what, more.what, more.what]
    assert kept[-1]["content"]["answers"] == {"risks": "ice"}


def test_the_team_talks_among_itself(settings, started):
    comment(settings, started.proposal_id, text="Who drives?", code=started.claim_code)
    assert [row["text"] for row in team_comments(settings, started.proposal_id, code=started.claim_code)] == [
        "Who drives?"
    ]
    with pytest.raises(NotAllowedError):
        team_comments(settings, started.proposal_id)


def test_an_unpublished_idea_cannot_become_a_proposal(settings, idea):
    hidden = tell(settings, REGION, draft=Draft("idea", "bus_stop", "x", Place(municipality_id="m1")))
    with pytest.raises(MissingDataError, match="not published"):
        propose(settings, REGION, sentences=WORDS, who=AINA, idea_id=hidden.id)
    with pytest.raises(MissingDataError, match="not published"):
        propose(settings, "elsewhere", sentences=WORDS, who=AINA, idea_id=idea.id)


def test_linked_health_needs_count_but_are_not_listed(settings, idea):
    need = tell(settings, REGION, draft=Draft("need", "gp", "x", Place(municipality_id="m1")))
    publish(settings, need.id, by=OPERATOR)
    started = propose(settings, REGION, sentences=WORDS, who=AINA, idea_id=idea.id, needs=[need.id, idea.id])
    assert proposal(settings, started.proposal_id, by=OPERATOR).needs == (idea.id,)
    assert need.id not in set(public_contributions(settings, REGION)["id"])


def test_the_three_sentences_are_asked_for_by_name(settings, idea):
    with pytest.raises(InputError, match="these are missing: for_whom, why_here"):
        propose(settings, REGION, sentences=Sentences("T", "W", " ", ""), who=AINA, idea_id=idea.id)
