"""From an idea to lessons: who may go which step, and what must be there first."""

from __future__ import annotations

import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.accounts import check_log
from sempre_geo.pipeline.community.contributions import open_with_code, tell
from sempre_geo.pipeline.community.proposal_queue import unread_proposals
from sempre_geo.pipeline.community.proposal_team import join_team
from sempre_geo.pipeline.community.proposal_writing import comment, write_in_proposal
from sempre_geo.pipeline.community.proposals import approve, move, proposal, proposals, propose
from sempre_geo.pipeline.community.review import publish
from tests.pipeline.proposal_story import (
    AINA,
    ANSWERS,
    PRACTICE,
    REGION,
    WORDS,
    answered,
    begun,
    published,
    verified_provider,
)


def test_a_proposal_is_listed_once_a_coordinator_has_read_it(store):
    story = begun(store)
    assert proposals(store, REGION).empty
    with pytest.raises(MissingDataError, match="not open to you"):
        proposal(store, story.id)
    assert proposal(store, story.id, code=story.code).sentences == WORDS
    approve(store, story.id, by=OPERATOR)
    assert list(proposals(store, REGION)["title"]) == ["Taxi-bus"]
    page = proposal(store, story.id)
    assert (page.team, page.evidence[0]["value"]) == ((Member("user", ""),), 212)
    assert proposal(store, story.id, code=story.code).team == (AINA,)


@pytest.mark.parametrize("to", ["accepted", "stopped", "proposal", "nonsense"])
def test_a_stranger_is_refused_before_the_status_could_be_told(store, to):
    story = begun(store)
    for by in ("", Person("p", frozenset({("provider", "*")}))):
        with pytest.raises(NotAllowedError):
            move(store, story.id, to=to, reason="x", by=by)
    with pytest.raises(InputError, match="no way to 'Nonsense'"):
        move(store, story.id, to="nonsense", code=story.code)


def test_what_is_changed_later_is_shown_once_a_coordinator_has_read_it_again(store):
    story = begun(store)
    approve(store, story.id, by=OPERATOR)
    assert unread_proposals(store, REGION, by=OPERATOR).empty
    changed = Sentences("Call 555 0101", "Ask for Ants.", "x", "y")
    write_in_proposal(store, story.id, code=story.code, sentences=changed, answers={"risks": {"not_known": "secret"}})
    for shown in (proposal(store, story.id), proposal(store, story.id, code=answered(store).code)):
        assert (shown.sentences, shown.answers, shown.version) == (WORDS, {}, 1)
    assert "Call 555 0101" not in set(proposals(store, REGION)["title"])
    assert proposal(store, story.id, code=story.code).sentences == changed
    assert story.id in set(unread_proposals(store, REGION, by=OPERATOR)["id"])
    approve(store, story.id, by=OPERATOR)
    assert proposal(store, story.id).sentences == changed


def test_nobody_makes_a_provider_of_themselves_by_saying_so(store):
    story = begun(store)
    approve(store, story.id, by=OPERATOR)
    join_team(store, story.id, who=Member("provider", "Aina again"), code=story.idea_code)
    write_in_proposal(store, story.id, code=story.code, answers=ANSWERS, ownership="co_designed")
    with pytest.raises(InputError, match="needs: a service provider as co-owner"):
        move(store, story.id, to="submitted", code=story.code)
    join_team(store, story.id, who=PRACTICE, code=story.code, by=verified_provider(store))
    move(store, story.id, to="submitted", code=story.code)
    assert proposal(store, story.id).status == "submitted"


def test_from_an_idea_to_lessons_with_dates_and_reasons(store):
    story = begun(store)
    approve(store, story.id, by=OPERATOR)
    with pytest.raises(
        InputError, match=r"a service provider as co-owner, .*; the degree of ownership.*What does it cost"
    ):
        move(store, story.id, to="submitted", code=story.code)
    practice = join_team(store, story.id, who=PRACTICE, code=story.code, by=verified_provider(store))
    write_in_proposal(store, story.id, code=practice.claim_code, answers=ANSWERS, ownership="co_designed")
    move(store, story.id, to="submitted", code=story.code)
    with pytest.raises(InputError, match="cannot be changed now"):
        write_in_proposal(store, story.id, code=story.code, answers={"risks": {"not_known": "ice"}})
    move(store, story.id, to="returned", by=OPERATOR, reason="Who drives?")
    move(store, story.id, to="submitted", code=story.code)
    move(store, story.id, to="accepted", by=OPERATOR)
    for step in ("running", "completed", "lessons"):
        move(store, story.id, to=step, code=story.code)
    steps = proposal(store, story.id).steps
    assert [step["status"] for step in steps] == [
        "team", "proposal", "submitted", "returned", "submitted", "accepted", "running", "completed", "lessons",
    ]  # fmt: skip
    assert steps[3]["reason"] == "Who drives?"
    assert open_with_code(store, story.idea_code).status == "taken_up"
    assert check_log(store, by=OPERATOR) is None


def test_reasons_that_a_team_wrote_stay_inside_and_a_declined_proposal_is_taken_up_again_by_its_team(store):
    story = answered(store)
    move(store, story.id, to="submitted", code=story.code)
    move(store, story.id, to="declined", by=OPERATOR, reason="No money this year.")
    move(store, story.id, to="proposal", code=story.code)
    move(store, story.id, to="stopped", code=story.code, reason="Ants is ill.")
    assert [step["reason"] for step in proposal(store, story.id).steps if step["reason"]] == ["No money this year."]
    assert proposal(store, story.id, code=story.code).steps[-1]["reason"] == "Ants is ill."


@pytest.mark.parametrize("open_question", ["costs", "first_test", "afterwards"])
def test_each_question_is_optional_until_it_is_submitted_and_not_known_is_an_answer(store, open_question):
    story = answered(store)
    write_in_proposal(store, story.id, code=story.code, answers={open_question: {}})
    assert proposal(store, story.id, code=story.code).progress == "16 of 17 answered"
    with pytest.raises(InputError, match="we do not know yet"):
        move(store, story.id, to="submitted", code=story.code)
    write_in_proposal(store, story.id, code=story.code, answers={open_question: {"not_known": "We ask in May."}})
    move(store, story.id, to="submitted", code=story.code)


def test_a_stranger_changes_nothing(store):
    story = begun(store)
    approve(store, story.id, by=OPERATOR)
    stranger = begun(store)
    for code in ("", stranger.idea_code, stranger.code):
        with pytest.raises(NotAllowedError):
            write_in_proposal(store, story.id, code=code, ownership="user_led")
        with pytest.raises(NotAllowedError):
            join_team(store, story.id, who=AINA, code=code)
        with pytest.raises(NotAllowedError):
            comment(store, story.id, text="x", code=code)
    with pytest.raises(NotAllowedError):
        move(store, story.id, to="stopped", by=Person("p", frozenset({("provider", "*")})), reason="no")


def test_an_unpublished_idea_cannot_become_a_proposal(store):
    hidden = tell(store, REGION, draft=Draft("idea", "bus_stop", "x", Place(municipality_id="m1")))
    with pytest.raises(MissingDataError, match="not published"):
        propose(store, REGION, sentences=WORDS, who=AINA, idea_id=hidden.id)
    with pytest.raises(MissingDataError, match="not published"):
        propose(store, "elsewhere", sentences=WORDS, who=AINA, idea_id=published(store).id)


def test_linked_needs_are_listed_for_the_team_and_counted_in_fives_for_others(store):
    idea = published(store)
    need = tell(store, REGION, draft=Draft("need", "gp", "x", Place(municipality_id="m1")))
    publish(store, need.id, by=OPERATOR)
    started = propose(store, REGION, sentences=WORDS, who=AINA, idea_id=idea.id, needs=[need.id, idea.id])
    assert proposal(store, started.proposal_id, by=OPERATOR).needs == (idea.id,)
    approve(store, started.proposal_id, by=OPERATOR)
    shown = proposal(store, started.proposal_id)
    assert (shown.needs, shown.needs_count) == ((), 0)


@pytest.mark.parametrize(("category", "linked", "shown"), [("library", 7, 5), ("gp", 7, 0), ("gp", 11, 10)])
def test_protected_needs_are_counted_from_ten_on(store, category, linked, shown):
    needs = [published(store, kind="need", category=category).id for _number in range(linked)]
    started = propose(store, REGION, sentences=WORDS, who=AINA, needs=needs)
    approve(store, started.proposal_id, by=OPERATOR)
    assert proposal(store, started.proposal_id).needs_count == shown
    assert list(proposals(store, REGION)["needs"]) == [shown]


def test_the_three_sentences_are_asked_for_by_name(store):
    with pytest.raises(InputError, match="these are missing: for_whom, why_here"):
        propose(store, REGION, sentences=Sentences("T", "W", " ", ""), who=AINA, idea_id=published(store).id)
