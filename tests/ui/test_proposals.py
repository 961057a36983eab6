"""The proposal's pages: three sentences, further questions, the team's room, files, networks."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

import pandas as pd
import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.lessons import Lesson
from sempre_geo.community.networks import Network, Organisation
from sempre_geo.community.proposal_questions import COUNT, questions
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.errors import NotAllowedError
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.lessons import add_lesson
from sempre_geo.pipeline.community.networks import make_network, network_page
from sempre_geo.pipeline.community.proposal_dues import DUE_COLUMNS
from sempre_geo.pipeline.community.proposal_evidence import evidence_sentences
from sempre_geo.pipeline.community.proposal_files import export_proposal, file_ticket
from sempre_geo.pipeline.community.proposal_team import invite, join_team
from sempre_geo.pipeline.community.proposal_writing import drafts, team_comments, write_in_proposal
from sempre_geo.pipeline.community.proposals import Joined, approve, move, proposal, propose
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.gaps.evidence import evidence_of_idea
from sempre_geo.pipeline.gaps.proposal_figures import attach_place_figures, attach_scenario
from sempre_geo.settings import Settings
from sempre_geo.ui.proposal_routes import proposal_routes
from tests.pipeline.proposal_story import ANSWERS, PRACTICE, verified_provider
from tests.ui.asgi_client import Client
from tests.ui.small_region import HOSTILE, NAME

SCREENS = Path(sempre_geo.ui.__file__).parent / "screens"
WORDS = Sentences("Taxi-bus", "A taxi-bus on Thursdays.", "People over 64.", "Two buses a day.")
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as a test


@pytest.fixture(autouse=True)
def _cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)


def _page(name: str, **state: object) -> AppTest:
    script = AppTest.from_file(str(SCREENS / f"{name}.py"), default_timeout=30)
    for key, value in state.items():
        script.session_state[key] = value
    return script.run()


def _told(script: AppTest) -> str:
    assert not script.exception
    return " ".join(str(element.value) for element in script.get("html"))


def _begun(settings: Settings, words: Sentences = WORDS) -> Joined:
    return propose(settings, NAME, sentences=words, who=Member("user", "Aina"))


def _inside(joined: Joined, **state: object) -> AppTest:
    return _page(
        "proposals", proposal_id=joined.proposal_id, proposal_codes={joined.proposal_id: joined.claim_code}, **state
    )


def test_questions_of_every_shape_open_with_their_help_and_example(served: Settings) -> None:
    script = _inside(_begun(served), proposal_step=1)
    for question in (question for question in questions() if question.number in {1, 4, 5, 11, 15}):
        script.session_state["proposal_step"] = question.number
        told = _told(script.run())
        assert f"<h2>{question.number}. " in told
        assert "For example:" in told


def test_an_answer_is_saved_and_the_progress_says_how_many_are_answered(served: Settings) -> None:
    joined = _begun(served)
    script = _inside(joined, proposal_step=16)
    script.selectbox(key="answer_afterwards_plan").set_value("hand_over")
    script.text_area(key="answer_afterwards_text").set_value("Into the timetable").run()
    script.button(key="save_afterwards").click().run()
    assert "Saved." in _told(script)
    kept = proposal(served, joined.proposal_id, code=joined.claim_code)
    assert kept.answers["afterwards"] == {"plan": "hand_over", "text": "Into the timetable"}
    assert kept.progress == f"2 of {COUNT} answered"
    assert drafts(served, joined.proposal_id, code=joined.claim_code) == {}


def test_what_is_half_written_is_there_again_in_another_browser(served: Settings) -> None:
    joined = _begun(served)
    script = _inside(joined, proposal_step=10)
    script.text_area(key="answer_first_test_what").set_value("Two Thurs").run()
    script.text_input(key="answer_first_test_starts").set_value("soon").run()
    again = _inside(joined, proposal_step=10)
    assert again.text_area(key="answer_first_test_what").value == "Two Thurs"
    assert again.text_input(key="answer_first_test_starts").value == "soon"
    assert "not saved yet" in _told(again)
    again.button(key="save_first_test").click().run()
    told = _told(again)
    assert "no date" in told
    assert again.text_area(key="answer_first_test_what").value == "Two Thurs"
    assert proposal(served, joined.proposal_id, code=joined.claim_code).answers == {}


def test_the_degree_of_ownership_and_the_three_sentences_are_changed_on_their_steps(served: Settings) -> None:
    joined = _begun(served)
    script = _inside(joined, proposal_step=6)
    script.radio(key="answer_decisions_ownership").set_value("user_led").run()
    script.button(key="save_decisions").click().run()
    script = _inside(joined, proposal_step=1)
    script.text_area(key="answer_sentences_what").set_value("A taxi-bus on Tuesdays.").run()
    script.button(key="save_sentences").click().run()
    kept = proposal(served, joined.proposal_id, code=joined.claim_code)
    assert (kept.ownership, kept.sentences.what) == ("user_led", "A taxi-bus on Tuesdays.")


def test_a_table_is_filled_in_and_adds_up(served: Settings) -> None:
    from sempre_geo.ui.proposal_form import _rows

    joined = _begun(served)
    write_in_proposal(served, joined.proposal_id, code=joined.claim_code, answers={"costs": ANSWERS["costs"]})
    script = _inside(joined, proposal_step=11)
    assert "1200.30 in money, of which 0.20 not promised yet, and 80.00 hours" in _told(script)
    start = script.session_state["answer_costs_costs_start"]
    assert start["promised"].tolist()[0] == "Yes"
    edits = {"edited_rows": {0: {"amount": "7"}}, "added_rows": [{"item": "Map"}], "deleted_rows": [1]}
    costs = next(one for one in questions() if one.id == "costs").field("costs")
    assert costs is not None
    rows = _rows(costs, start, edits)
    assert [(row["item"], row["amount"], row["promised"]) for row in rows] == [
        ("Fuel", "7", "yes"), ("Tea", "0.2", None), ("Map", None, None),
    ]  # fmt: skip


def test_the_evidence_is_filled_in_from_needs_and_map_and_says_what_is_not_known(served: Settings) -> None:
    needs = []
    for _number in range(6):
        draft = Draft("need", "gp", "No bus", Place(settlement_id="s3"), ease={"car": 1})
        needs.append(tell(served, NAME, draft=draft).id)
        publish(served, needs[-1], by=OPERATOR)
    idea = tell(served, NAME, draft=Draft("idea", "gp", "Bus", Place(settlement_id="s2"), shown_alone=True))
    publish(served, idea.id, by=OPERATOR)
    figures = evidence_of_idea(served, NAME, idea_id=idea.id)
    joined = propose(
        served, NAME, sentences=WORDS, who=Member("user", "Aina"), idea_id=idea.id, needs=needs, evidence=figures
    )
    told = evidence_sentences(served, joined.proposal_id, code=joined.claim_code)
    assert "Fewer people" in told["felt"], "six are too few where health is spoken of"
    assert "no published standard" in told["normative"]
    assert "in the whole region" in told["comparative"]
    script = _inside(joined, proposal_step=3)
    script.button(key="fill_evidence").click().run()
    assert script.text_area(key="answer_evidence_comparative").value == told["comparative"]


def test_figures_of_the_place_and_a_kept_what_if_are_attached_with_a_press_each(served: Settings) -> None:
    idea = tell(served, NAME, draft=Draft("idea", "library", "Books in the shop", Place(settlement_id="s2")))
    publish(served, idea.id, by=OPERATOR)
    joined = propose(served, NAME, sentences=WORDS, who=Member("user", "Aina"), idea_id=idea.id)
    kept = pd.DataFrame([{"key": "bus", "name": HOSTILE, "note": "", "changes": 1}])
    with patch("sempre_geo.ui.proposal_figures.list_scenarios", return_value=kept):
        script = _inside(joined, proposal_step=3)
        for _press in range(2):
            script.button(key="figures_attach").click().run()
            assert "It stands in the proposal now" in _told(script)
        script.button(key="figures_whatif").click().run()
    assert "bus" in script.warning[0].value, "no such scenario is kept"
    assert len(proposal(served, joined.proposal_id, by=OPERATOR).evidence) == 2
    with pytest.raises(NotAllowedError):
        attach_place_figures(served, joined.proposal_id)
    with pytest.raises(NotAllowedError):
        attach_scenario(served, joined.proposal_id, name="bus")
    begun = _begun(served)
    script = _inside(begun, proposal_step=3)
    script.button(key="figures_attach").click().run()
    assert "No figure of the place is known" in script.warning[0].value


def _opened(joined: Joined, room: str) -> AppTest:
    script = _inside(joined)
    return script.segmented_control(key="proposal_room").set_value(room).run()


def test_the_team_talks_invites_and_compares_versions(served: Settings) -> None:
    joined = _begun(served)
    script = _opened(joined, "Comments")
    script.text_area(key="comment_text").set_value(HOSTILE).run()
    script.button(key="comment_save").click().run()
    assert "<script" not in _told(script)
    assert team_comments(served, joined.proposal_id, code=joined.claim_code)[0]["text"] == HOSTILE
    script = _opened(joined, "Team")
    script.button(key="invite").click().run()
    assert script.session_state["invited"] in _told(script)
    write_in_proposal(served, joined.proposal_id, code=joined.claim_code, answers={"needs": {"text": "The last bus"}})
    assert "<ins>The last bus</ins>" in _told(_opened(joined, "Versions"))


def test_somebody_invited_joins_on_the_page_and_gets_a_code_of_their_own(served: Settings) -> None:
    joined = _begun(served)
    script = _page("proposals", proposal_id=joined.proposal_id)
    assert "Taxi-bus" not in _told(script)
    script.text_input(key="code_written").set_value("kamilo").run()  # Enter, no button
    assert "not complete" in script.warning[0].value
    script.text_input(key="invitation").set_value(invite(served, joined.proposal_id, code=joined.claim_code))
    script.text_input(key="join_name").set_value("The practice")
    script.pills(key="join_part").set_value("provider")
    script.button(key="join").click().run()
    code = script.session_state["proposal_joined"].claim_code
    assert code in _told(script)
    assert len(proposal(served, joined.proposal_id, code=code).team) == 2


def test_leaving_the_team_takes_a_tick_and_says_what_is_gone(served: Settings) -> None:
    joined = _begun(served)
    script = _opened(joined, "Team")
    script.button(key="leave").click().run()
    assert "Tick the box" in script.warning[0].value
    assert len(proposal(served, joined.proposal_id, code=joined.claim_code).team) == 1
    script.checkbox(key="leave_sure").check().run()
    script.button(key="leave").click().run()
    assert "Your name and your code are gone" in _told(script)
    script.button(key="after_leaving").click().run()
    assert "Taxi-bus" not in _told(script)


def test_tables_are_shown_as_tables_with_their_sums(served: Settings) -> None:
    joined = _begun(served)
    write_in_proposal(served, joined.proposal_id, code=joined.claim_code, answers=ANSWERS)
    told = _told(_opened(joined, "Read it, take it along"))
    assert "<td>Fuel</td><td>1200.10</td>" in told
    assert "Together 1200.30 in money, of which 0.20 is not promised yet, and 80.00 hours in kind." in told
    assert "Contact in the network" in told


def test_a_stranger_reads_what_is_listed_without_names_and_may_take_it_along(served: Settings) -> None:
    joined = _begun(served, replace(WORDS, what=HOSTILE))
    approve(served, joined.proposal_id, by=OPERATOR)
    told = _told(_page("proposals", proposal_id=joined.proposal_id))
    assert "Aina" not in told
    assert "1 service user" in told
    assert "has not been worked out yet" in told
    assert "<script" not in told
    assert f"/proposal-file?proposal={joined.proposal_id}" in told
    assert "ticket" not in told
    assert "ticket=" in _told(_opened(joined, "Read it, take it along"))


def test_the_next_step_is_offered_to_whom_it_belongs(served: Settings) -> None:
    joined = _begun(served)
    approve(served, joined.proposal_id, by=OPERATOR)
    code = invite(served, joined.proposal_id, code=joined.claim_code)
    join_team(served, joined.proposal_id, who=PRACTICE, code=code, by=verified_provider(served))
    script = _opened(joined, "Next step")
    assert [script.button(key=f"move_{to}").label for to in ("submitted", "stopped")] == ["Submit it", "End it"]
    assert "It stands at 'Stopped' then" in html.unescape(_told(script)), "what has no way back asks first"
    assert "It stands at 'Submitted'" not in html.unescape(_told(script))
    script.button(key="move_submitted").click().run()
    assert "Before it is submitted it needs" in script.warning[0].value
    write_in_proposal(served, joined.proposal_id, code=joined.claim_code, answers=ANSWERS, ownership="co_designed")
    script.button(key="move_submitted").click().run()
    assert proposal(served, joined.proposal_id).status == "submitted"
    assert "waits for somebody else" in _told(_opened(joined, "Next step"))


def _client() -> Client:
    return Client(Starlette(routes=proposal_routes()))


def _words_of(document: bytes) -> str:
    return ZipFile(BytesIO(document)).read("word/document.xml").decode()


def test_files_go_only_to_whom_they_belong(served: Settings) -> None:
    joined, client = _begun(served), _client()
    address = f"/proposal-file?proposal={joined.proposal_id}&kind="
    assert client.get(f"{address}json").status_code == 404
    assert client.get(f"/proposal-file?proposal={'0' * 32}&kind=json").status_code == 404
    ticket = file_ticket(served, joined.proposal_id, code=joined.claim_code)
    answer = client.get(f"{address}json&ticket={ticket}")
    assert answer.json()["team"][0]["name"] == "Aina"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    approve(served, joined.proposal_id, by=OPERATOR)
    assert json.loads(client.get(f"{address}json").content)["team"][0]["name"] == ""
    words = {language: _words_of(client.get(f"{address}docx&lang={language}").content) for language in ("en", "lv")}
    assert ("Not answered yet." in words["en"], "Not answered yet." in words["lv"]) == (True, False)
    assert client.get(f"{address}exe").status_code == 404


def test_a_coordinator_sees_what_is_due_and_shows_the_newest_version_to_everybody(served: Settings) -> None:
    joined = _begun(served)
    approve(served, joined.proposal_id, by=OPERATOR)
    write_in_proposal(served, joined.proposal_id, code=joined.claim_code, answers={"risks": {"not_known": "Ice"}})
    token = _as_coordinator(served).token  # type: ignore[attr-defined]
    with patch("sempre_geo.ui.session.login_token", return_value=token):
        script = _page("proposals")
        told = _told(script)
        assert re.search(r"Words that no coordinator has read wait; they are to be read by \d+ [A-Z]\w+ 20\d\d", told)
        assert "Waits for a coordinator" in told
        assert f"read_{joined.proposal_id}" not in {button.key for button in script.button}, "it stands on the board"
        assert told.count("<h1") == 1
        script.button(key=f"board_open_{joined.proposal_id}").click().run()
        script.segmented_control(key="proposal_room").set_value("Next step").run()
        assert "The newest is version 2." in _told(script)
        script.button(key="show_version").click().run()
    assert proposal(served, joined.proposal_id).answers == {"risks": {"not_known": "Ice"}}


def test_a_proposal_that_is_taken_in_stands_in_the_list_at_once(served: Settings) -> None:
    joined = _begun(served)
    written = export_proposal(served, joined.proposal_id, kind="json", code=joined.claim_code).content
    another = written.replace(joined.proposal_id.encode(), b"f" * len(joined.proposal_id)).replace(
        b"Taxi-bus", b"Ferry"
    )
    token = _as_coordinator(served).token  # type: ignore[attr-defined]
    with patch("sempre_geo.ui.session.login_token", return_value=token):
        script = _page("proposals")
        script.file_uploader(key="proposal_file").upload("p.json", another, "application/json").run()
        script.button(key="proposal_take").click().run()
        told = _told(script)
    assert "The proposal was taken in." in told
    assert "Ferry" in told


def _as_coordinator(settings: Settings) -> Callable[..., AppTest]:
    add_account(settings, "anna", role="coordinator", password=PASSWORD, scope=f"region:{NAME}")
    token = login(settings, "anna", password=PASSWORD)

    def opened(**state: object) -> AppTest:
        with patch("sempre_geo.ui.session.login_token", return_value=token):
            return _page("networks", **state)

    opened.token = token  # type: ignore[attr-defined]
    return opened


def test_a_visitor_reads_networks_and_finds_lessons_and_cannot_change_them(served: Settings) -> None:
    network = Network(
        "Peninsula", "Riina", about=HOSTILE, groups=("over_64",), organisations=(Organisation(HOSTILE, "church"),)
    )
    network_id = make_network(served, NAME, network=network, by=OPERATOR)
    told = _told(_page("networks"))
    assert "Peninsula" in told
    script = _page("networks", network_id=network_id)
    told = _told(script)
    assert "<script" not in told
    assert "Too few people here" in told
    assert told.count("<h1") == 1
    assert not [button for button in script.button if button.key in {"keep_save", "network_diary", "link_save"}]


def test_a_networks_diary_that_is_overdue_is_called_late(served: Settings) -> None:
    assert served
    rows = [("network_diary", "n1", name, "2026-05-20", late) for name, late in (("Coast", 191), ("Valley", 0))]
    with patch(
        "sempre_geo.pipeline.community.proposal_dues.due_items", return_value=pd.DataFrame(rows, columns=DUE_COLUMNS)
    ):
        told = _told(_page("proposals"))
    assert '<span class="tag">Late</span>Coast: ' in told
    assert "<li>Valley: " in told


def test_a_coordinator_makes_a_network_and_keeps_its_page(served: Settings) -> None:
    opened = _as_coordinator(served)
    script = opened()
    with patch("sempre_geo.ui.session.login_token", return_value=opened.token):  # type: ignore[attr-defined]
        script.text_input(key="network_name").set_value("Peninsula")
        script.text_input(key="network_coordinator").set_value("Riina")
        script.button(key="network_make").click().run()
        network_id = script.session_state["network_id"]
        script.text_input(key="org_name").set_value("Haavere library")
        script.selectbox(key="org_kind").set_value("library")
        script.button(key="org_add").click().run()
        script.text_input(key="meeting_on").set_value("2026-12-01")
        script.button(key="meeting_add").click().run()
        script.text_input(key="meeting_on").set_value("2020-01-05")
        script.button(key="meeting_add").click().run()
        assert "Meetings that were</h2><ul><li>5 January 2020" in _told(script)
        script.text_area(key="network_good").set_value("Twelve came")
        script.button(key="network_diary").click().run()
        script.text_input(key="meeting_on").set_value("soon")
        script.button(key="meeting_add").click().run()
    assert "a day like 2026-11-24" in script.warning[0].value
    page = network_page(served, network_id)
    assert [one.name for one in page.network.organisations] == ["Haavere library"]
    assert (len(page.network.meetings), page.diary[0]["good"]) == (2, "Twelve came")


def test_lessons_are_read_by_a_coordinator_and_then_found(served: Settings) -> None:
    joined = _begun(served)
    approve(served, joined.proposal_id, by=OPERATOR)
    code = invite(served, joined.proposal_id, code=joined.claim_code)
    join_team(served, joined.proposal_id, who=PRACTICE, code=code, by=verified_provider(served))
    write_in_proposal(served, joined.proposal_id, code=joined.claim_code, answers=ANSWERS, ownership="user_led")
    for step in ("submitted", "accepted", "running"):
        move(served, joined.proposal_id, to=step, by=OPERATOR if step == "accepted" else "", code=joined.claim_code)
    lesson = Lesson("Call first", HOSTILE, "", ("over_64",), "library", ("hours",))
    lesson_id = add_lesson(served, joined.proposal_id, lesson=lesson, code=joined.claim_code)
    assert "Call first" not in _told(_page("networks"))
    opened = _as_coordinator(served)
    script = opened()
    with patch("sempre_geo.ui.session.login_token", return_value=opened.token):  # type: ignore[attr-defined]
        script.button(key=f"publish_{lesson_id}").click().run()
    told = _told(_page("networks", lesson_words="call"))
    assert "Call first" in told
    assert "<script" not in told
    assert "Call first" not in _told(_page("networks", lesson_words="xyzzy"))
