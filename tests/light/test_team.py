"""Joining the team of a proposal and being in it, with a code, without an account and without scripts."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.proposals import Member
from sempre_geo.pipeline.community.proposal_evidence import evidence_sentences
from sempre_geo.pipeline.community.proposal_team import invite
from sempre_geo.pipeline.community.proposal_writing import comment, team_comments, write_in_proposal
from sempre_geo.pipeline.community.proposals import approve, proposal
from sempre_geo.publish.labels import status
from sempre_geo.settings import Settings
from tests.light.conftest import Visitor, code_on
from tests.pipeline.proposal_story import AINA, ANSWERS, Story, answered, begun, published, running
from tests.ui.asgi_client import Answer
from tests.ui.small_region import HOSTILE, NAME

ANTS = {"name": "Ants", "part": "user", "owner": "yes"}


@pytest.fixture
def story(small: Settings) -> Story:
    return begun(small, region=NAME)


def _opened(visitor: Visitor, code: str) -> Answer:
    return visitor.fills("en/code", visitor.opens("en/code"), {"code": code})


def _door(visitor: Visitor, story: Story) -> Answer:
    return visitor.opens(f"en/proposals/{story.id}")


def test_the_author_of_an_idea_follows_it_into_the_team_with_the_same_code(small, visitor, story):
    assert "A proposal answers it" not in _opened(visitor, story.idea_code).text
    approve(small, story.id, by=OPERATOR)
    own = _opened(visitor, story.idea_code).text
    assert f'action="/light/en/proposals/{story.id}/join"' in own
    form = own[own.index("/join") :]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))
    first, pressed_again = (visitor.sends(f"en/proposals/{story.id}/join", {**fields, **ANTS}) for _time in range(2))
    assert code_on(first) == code_on(pressed_again)
    assert proposal(small, story.id, code=code_on(first)).team == (AINA, Member("user", "Ants"))


def test_an_invited_service_user_joins_a_team_that_nobody_outside_reads_yet(small, visitor, story):
    invitation = invite(small, story.id, code=story.code)
    door = _opened(visitor, invitation)
    assert (door.status_code, f'value="{invitation}"' in door.text, "Aina" in door.text) == (200, True, False)
    assert "There is no such proposal" not in door.text, "whoever was sent by an invitation is right here"
    nameless = visitor.fills(f"en/proposals/{story.id}/join", door, {"invitation": invitation, "part": "user"})
    assert (nameless.status_code, 'href="#name"' in nameless.text) == (422, True)
    joined = visitor.fills(f"en/proposals/{story.id}/join", nameless, {**ANTS, "owner": "", "invitation": invitation})
    room = visitor.fills(f"en/proposals/{story.id}/team", joined, {})
    for said in ("Aina (uses the service, co-owner)", "Ants (uses the service)"):
        assert said in room.text
    late = visitor.fills(f"en/proposals/{story.id}/join", _door(visitor, story), {**ANTS, "invitation": invitation})
    assert (late.status_code, "invitation-problem" in late.text) == (403, True)


def test_a_member_s_code_opens_the_room_on_the_page_of_all_codes(small, visitor, story):
    room = _opened(visitor, story.code)
    assert (room.status_code, "The team's room" in room.text.replace("&#39;", "'")) == (200, True)
    said = visitor.fills(f"en/proposals/{story.id}/say", room, {"text": HOSTILE})
    assert "<img src=x" not in said.text
    assert [one["text"] for one in team_comments(small, story.id, code=story.code)] == [HOSTILE]
    empty = visitor.fills(f"en/proposals/{story.id}/say", said, {"text": " "})
    assert (empty.status_code, "text-problem" in empty.text) == (422, True)
    invited = visitor.fills(f"en/proposals/{story.id}/invite", said, {})
    assert "I am invited into the team" in _opened(visitor, code_on(invited)).text
    visitor.fills(f"en/proposals/{story.id}/who", invited, {"name": "A.", "part": "helper"})
    assert proposal(small, story.id, code=story.code).team == (Member("helper", "A.", owner=False),)


def test_leaving_a_team_needs_the_box_and_the_code_opens_nothing_then(visitor, story):
    room = _opened(visitor, story.code)
    assert visitor.fills(f"en/proposals/{story.id}/leave", room, {}).status_code == 422
    assert visitor.fills(f"en/proposals/{story.id}/leave", room, {"sure": "yes"}).status_code == 200
    assert _opened(visitor, story.code).status_code == 404


@pytest.mark.parametrize("path", ["team", "say", "who", "invite", "leave", "join", "answer", "diary", "step"])
def test_a_room_stays_shut_without_a_code_of_its_team_or_a_form_of_ours(small, visitor, story, path):
    fields = {"text": "Hello", "sure": "yes", **ANTS}
    for code in ("", story.idea_code, "kamilo"):
        page = visitor.fills(f"en/proposals/{story.id}/{path}", _door(visitor, story), {**fields, "code": code})
        assert (page.status_code in {403, 404, 422}, "Aina" in page.text) == (True, False)
    assert visitor.sends(f"en/proposals/{story.id}/{path}", {**fields, "code": story.code}).status_code == 422
    assert team_comments(small, story.id, code=story.code) == []
    assert proposal(small, story.id, code=story.code).team == (AINA,)


def test_everybody_reads_the_answers_that_a_coordinator_has_read_and_the_team_the_newest(small, visitor):
    story = answered(small, region=NAME)
    assert visitor.opens(f"en/proposals/{story.id}/1").status_code == 404
    team = visitor.fills(f"en/proposals/{story.id}/1", _opened(visitor, story.code), {})
    assert ("Two Thursdays" in team.text, "is not promised yet" in team.text) == (True, True)
    approve(small, story.id, by=OPERATOR)
    assert f'href="/light/en/proposals/{story.id}/1"' in _door(visitor, story).text
    page = visitor.opens(f"en/proposals/{story.id}/1").text
    assert ("Two Thursdays" in page, ANSWERS["people"]["contact"] in page) == (True, False)


def test_answers_and_comments_of_any_length_come_a_light_screen_at_a_time(small, visitor):
    story = answered(small, region=NAME)
    long = {"text": "Дуже довго. " * 350}
    write_in_proposal(
        small,
        story.id,
        code=story.code,
        answers={"afterwards": long, "diary": long, "success": {"signs": long["text"]}},
    )
    approve(small, story.id, by=OPERATOR)
    assert "Page 1 of 2" in visitor.opens(f"en/proposals/{story.id}/1").text
    for number in range(3):
        comment(
            small,
            story.id,
            text=f"{number} " + "я" * 4000,
            code=story.code,
            at=datetime(2026, 11, 24, 8, number, tzinfo=UTC),
        )
    room = _opened(visitor, story.code)
    assert ("0 яя" in room.text, "2 яя" in room.text) == (False, True)
    assert "0 яя" in visitor.fills(f"en/proposals/{story.id}/team", room, {"before": "1"}).text


@pytest.mark.parametrize(("kind", "begins"), [("json", b"{"), ("docx", b"PK")])
def test_a_proposal_is_taken_along_as_a_file_with_what_the_asker_may_see(visitor, story, kind, begins):
    assert visitor.sends(f"en/proposals/{story.id}/file", {"kind": kind}).status_code == 404
    mine = visitor.sends(f"en/proposals/{story.id}/file", {"kind": kind, "code": story.code})
    assert mine.content.startswith(begins)
    assert mine.headers["content-disposition"].startswith("attachment")


def test_an_idea_becomes_a_proposal_once_and_is_listed_when_a_coordinator_has_read_it(small, visitor):
    idea = published(small, category="library", region=NAME)
    assert f'href="/light/en/said/{idea.id}/proposal"' in visitor.opens(f"en/said/{idea.id}").text
    form = visitor.opens(f"en/said/{idea.id}/proposal")
    words = {"title": "Book bus", "what": "A bus with books.", "for_whom": "Everybody.", "why_here": ""}
    missing = visitor.fills(f"en/said/{idea.id}/proposal", form, {**words, **ANTS})
    assert (missing.status_code, 'href="#why_here"' in missing.text, "A bus with books." in missing.text) == (
        422, True, True,
    )  # fmt: skip
    whole = {**words, **ANTS, "why_here": "The library is far."}
    trapped = visitor.fills(f"en/said/{idea.id}/proposal", missing, {**whole, "website": "http://spam.example"})
    assert trapped.status_code == 422
    first, again = (visitor.fills(f"en/said/{idea.id}/proposal", missing, whole) for _time in range(2))
    assert code_on(first) == code_on(again)
    room = visitor.fills("en/code", visitor.opens("en/code"), {"code": code_on(first)})
    assert ("Ants (uses the service, co-owner)" in room.text, "Book bus" in room.text) == (True, True)
    assert "Book bus" not in visitor.opens("en/proposals").text
    assert status("team") in visitor.opens(f"en/said/{idea.id}").text
    need = published(small, kind="need", category="library", region=NAME)
    assert visitor.opens(f"en/said/{need.id}/proposal").status_code == 404


def test_the_questions_are_answered_one_a_screen_and_rows_of_a_table_are_kept(small, visitor, story):
    room = visitor.fills("en/code", visitor.opens("en/code"), {"code": story.code})
    costs = visitor.fills(f"en/proposals/{story.id}/question", room, {"number": "11"})
    assert 'name="f_costs_2_item"' in costs.text
    rows = {"f_currency": "EUR", "f_costs_0_item": "Fuel", "f_costs_0_amount": "1 200,50", "f_costs_2_item": HOSTILE}
    wrong = visitor.fills(f"en/proposals/{story.id}/answer", costs, {**rows, "f_costs_0_amount": "much"})
    assert (wrong.status_code, 'value="much"' in wrong.text, "<img src=x" in wrong.text) == (422, True, False)
    saved = visitor.fills(f"en/proposals/{story.id}/answer", wrong, rows)
    assert (saved.status_code, "<h1>12." in saved.text, "Saved." in saved.text) == (200, True, True)
    kept = proposal(small, story.id, code=story.code).answers["costs"]["costs"]
    assert [(row["item"], row.get("amount")) for row in kept] == [("Fuel", 1200.5), (HOSTILE, None)]
    again = visitor.fills(f"en/proposals/{story.id}/question", saved, {"number": "11"})
    assert ('value="1200.50"' in again.text, 'name="f_costs_4_item"' in again.text) == (True, True)
    evidence = visitor.fills(f"en/proposals/{story.id}/question", saved, {"number": "3"}).text
    assert evidence_sentences(small, story.id, code=story.code)["normative"] in evidence
    words = {"number": "1", "f_title": "Taxi", "f_what": "A taxi.", "f_for_whom": "All.", "f_why_here": "No bus."}
    visitor.fills(f"en/proposals/{story.id}/answer", again, words)
    assert proposal(small, story.id, code=story.code).sentences.title == "Taxi"


def test_the_team_writes_its_diary_and_takes_the_next_step(small, visitor):
    story = running(small, region=NAME)
    room = visitor.fills("en/code", visitor.opens("en/code"), {"code": story.code})
    visitor.fills(f"en/proposals/{story.id}/diary", room, {"good": "Twelve rode along."})
    paused = visitor.fills(f"en/proposals/{story.id}/step", room, {"to": "paused", "reason": "Ice."})
    shown = proposal(small, story.id, code=story.code)
    assert ([entry["good"] for entry in shown.diary], shown.status) == (["Twelve rode along."], "paused")
    assert "Twelve rode along." in paused.text
    refused = visitor.fills(f"en/proposals/{story.id}/step", paused, {"to": "lessons"})
    assert (refused.status_code, "reason-problem" in refused.text) == (422, True)
