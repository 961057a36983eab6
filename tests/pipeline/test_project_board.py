"""The board: where each project stands, what must happen next, by when, and who waits for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.project_board import BOARD_COLUMNS, project_board
from sempre_geo.pipeline.community.proposal_team import invite, join_team
from sempre_geo.pipeline.community.proposal_writing import write_in_proposal
from sempre_geo.pipeline.community.proposals import approve, move, propose
from tests.pipeline.proposal_story import ANSWERS, PRACTICE, verified_provider

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
REGION = "unbuilt"


@pytest.fixture(autouse=True)
def _cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)


@pytest.fixture
def here(settings):
    yield settings
    close_community(settings)


def _begun(settings, title="Taxi-bus", at=AT):
    words = Sentences(title, "A taxi-bus on Thursdays.", "People over 64.", "Two buses a day.")
    return propose(settings, REGION, sentences=words, who=Member("user", "Aina"), at=at)


def _line(settings, *, days=0, by=OPERATOR):
    (line,) = project_board(settings, REGION, by=by, at=AT + timedelta(days=days)).to_dict("records")
    return line["lane"], line["task"], line["waits_for"]


def test_a_project_says_at_each_stage_what_comes_next_and_for_whom_it_waits(here):
    joined = _begun(here)
    one, code = joined.proposal_id, joined.claim_code
    assert _line(here) == ("forming", "read", "coordinator")
    approve(here, one, by=OPERATOR, at=AT)
    assert _line(here) == ("forming", "co_owner", "team")
    invitation = invite(here, one, code=code, at=AT)
    join_team(here, one, who=PRACTICE, code=invitation, by=verified_provider(here), at=AT)
    assert _line(here) == ("forming", "questions", "team")
    write_in_proposal(here, one, code=code, answers=ANSWERS, ownership="user_led", at=AT)
    approve(here, one, by=OPERATOR, at=AT)
    assert _line(here) == ("forming", "submit", "team")
    move(here, one, to="submitted", code=code, at=AT)
    assert _line(here) == ("deciding", "answer", "coordinator")
    move(here, one, to="accepted", by=OPERATOR, at=AT)
    assert _line(here) == ("running", "begin", "team")
    move(here, one, to="running", code=code, at=AT)
    assert _line(here)[1] in {"diary", "first_test"}
    move(here, one, to="stopped", code=code, reason="No driver.", at=AT)
    assert _line(here) == ("ended", "lesson", "team")


def test_what_is_late_stands_first_and_says_by_how_much(here):
    _begun(here, "Young", at=AT + timedelta(days=50))
    old = _begun(here, "Old")
    resting = _begun(here, "Read already", at=AT)
    approve(here, resting.proposal_id, by=OPERATOR, at=AT)
    board = project_board(here, REGION, by=OPERATOR, at=AT + timedelta(days=60))
    assert board["title"].tolist() == ["Old", "Young", "Read already"]
    assert board.loc[0, "id"] == old.proposal_id
    assert board.loc[0, "days_late"] > 0 > board.loc[1, "days_late"]


def test_those_who_have_no_project_have_no_board(here):
    _begun(here)
    elsewhere = Person("x", frozenset({("coordinator", "region:elsewhere")}))
    for by in ("", Person("p", frozenset({("policymaker", "*")})), elsewhere):
        board = project_board(here, REGION, by=by)
        assert board.empty
        assert tuple(board.columns) == BOARD_COLUMNS
