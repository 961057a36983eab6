"""The pages of a community member: what is near, what others said, what became of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.corrections import Report
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.pipeline.community.contributions import open_with_code, tell
from sempre_geo.pipeline.community.corrections import decide_correction, report_correction
from sempre_geo.pipeline.community.duplicates import merge
from sempre_geo.pipeline.community.proposal_team import invite
from sempre_geo.pipeline.community.proposals import approve, proposal, propose
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import answer, do_not_publish, publish, review_queue
from sempre_geo.pipeline.community.voices import add_voice, waiting_sentences
from sempre_geo.settings import Settings
from sempre_geo.ui.paper_routes import paper_routes
from tests.ui.asgi_client import Client
from tests.ui.small_region import HOSTILE, NAME

SCREENS = Path(sempre_geo.ui.__file__).parent / "screens"
NEED = "The bus comes twice a day."


@pytest.fixture(autouse=True)
def _no_map() -> Iterator[None]:
    with patch("sempre_geo.ui.map_frame.st_folium"):
        yield


def _page(name: str, **state: object) -> AppTest:
    script = AppTest.from_file(str(SCREENS / f"{name}.py"), default_timeout=30)
    for key, value in state.items():
        script.session_state[key] = value
    return script.run()


def _told(script: AppTest) -> str:
    assert not script.exception
    return " ".join(str(element.value) for element in script.get("html"))


def _published(settings: Settings, text: str = NEED, kind: str = "need") -> tuple[str, str]:
    receipt = tell(settings, NAME, draft=Draft(kind, "library", text, Place(settlement_id="s1"), title=text[:80]))
    publish(settings, receipt.id, by=OPERATOR)
    return receipt.id, receipt.claim_code


def test_a_misspelled_village_is_found_and_answered_for_several_services(served: Settings) -> None:
    assert served
    script = _page("near")
    assert script.pills(key="needs").value == ["gp", "library"]
    script.text_input(key="near_sought").set_value("bjebrne").run()
    told = _told(script)
    assert "<h2>Bebrene</h2>" in told
    assert "The nearest doctor: Dr. Ozola, Augstkalni, 8 min by car." in told
    assert "28 min by bike" in told
    assert "Dr. Ozola: " in told
    assert "the opening hours are not known; ask before you go." in told
    assert "That is silence, not satisfaction." in told
    assert dict(script.query_params)["place"] == "s1"
    assert not any(word in told for word in ("inf ", "nan", "None", "null"))


@pytest.mark.parametrize(("name", "button"), [("near", "wrong_from_near_library"), ("explore", "wrong_from_here")])
def test_what_is_wrong_is_asked_of_the_service_that_was_named(
    served: Settings, monkeypatch: pytest.MonkeyPatch, name: str, button: str
) -> None:
    assert served
    to: list[object] = []
    monkeypatch.setattr("streamlit.switch_page", lambda _page, query_params: to.append(query_params))
    script = _page(name, place_id="s1", service="gp" if name == "near" else "library")
    script.button(key=button).click().run()
    assert not script.exception
    assert to == [{"service": "library", "at": "lib1"}]
    assert script.session_state["service"] == "library"
    service = AppTest.from_file(str(SCREENS / "service.py"), default_timeout=30)
    service.query_params["at"] = "lib1"
    service.session_state["service"], service.session_state["wrong_open"] = "library", True
    service.run()
    assert service.button(key="wrong_save")


def test_several_places_of_a_name_are_offered_and_one_press_chooses(served: Settings) -> None:
    assert served
    script = _page("near")
    script.text_input(key="near_sought").set_value("i").run()
    assert script.button(key="near_take_1").label.startswith("Cīruļi")
    script.button(key="near_take_1").click().run()
    assert "<h2>Cīruļi</h2>" in _told(script)


def test_a_place_without_a_way_says_so_and_a_link_with_nonsense_opens_the_plain_page(served: Settings) -> None:
    assert served
    assert "No doctor can be reached by car." in _told(_page("near", place_id="s3"))
    script = AppTest.from_file(str(SCREENS / "near.py"), default_timeout=30)
    script.query_params["for"] = f"{HOSTILE},gp"
    script.query_params["place"] = HOSTILE
    script.run()
    assert "Choose your place" in _told(script)
    assert script.pills(key="needs").value == ["gp"]


def test_the_answer_is_printed_by_the_id_of_a_place_and_never_by_a_position(served: Settings) -> None:
    assert served
    client = Client(Starlette(routes=paper_routes()))
    page = client.get("/paper/near?place=s1&for=gp,library&by=car&lang=en")
    assert page.status_code == 200
    assert "The nearest doctor: Dr. Ozola, Augstkalni, 8 min by car." in page.text
    assert "<img src=x" not in page.text
    assert "Fictional: " in page.text
    for query in ("place=19.4,57.3&for=gp", "place=nowhere&for=gp", ""):
        assert client.get(f"/paper/near?{query}").status_code == 404


def test_like_entries_are_suggested_before_sending_and_one_says_me_too_instead(served: Settings) -> None:
    entry, _code = _published(served)
    state = {"tell_step": 4, "tell_category": "library", "tell_place": "s1", "tell_kind": "need"}
    script = _page("tell", **state, tell_text="The bus comes only twice a day")
    assert "Is it one of these?" in _told(script)
    script.button(key=f"me_too_{entry}").click().run()
    assert "Your voice counts." in _told(script)
    assert public_contributions(served, NAME)["voices"].tolist() == [1]
    assert review_queue(served, NAME, by=OPERATOR).empty


def test_a_form_that_the_tab_had_kept_is_taken_up_and_what_is_no_choice_of_ours_is_not(served: Settings) -> None:
    assert served
    kept = {
        "tell_step": 4, "tell_kind": "idea", "tell_category": "library", "tell_place": "s1", "tell_text": NEED,
        "tell_about": HOSTILE, "tell_receipt": "x", "tell_ease_car": 9,
    }  # fmt: skip
    with patch("sempre_geo.ui.on_device._keeper"):
        script = _page("tell")
        script.session_state["tell_keeper"] = {"voter": "v", "draft": kept}
        script.run()
        assert not script.exception
        assert script.text_area(key="tell_text").value == NEED
        assert "Save my idea" in script.button(key="tell_save").label
        assert "tell_receipt" not in script.session_state
        assert script.button(key="tell_back").click().run().pills(key="tell_about").value == "myself"
        assert script.selectbox(key="tell_ease_car").label == "Car", "an icon's name would be read aloud"


def test_what_is_missing_is_said_in_the_language_that_is_chosen_afterwards(served: Settings) -> None:
    assert served
    script = _page("tell")
    script.button(key="tell_on").click().run()
    assert script.warning[0].value == "Choose what it is about."
    script.session_state["language"] = "de"
    script.run()
    assert script.warning
    assert script.warning[0].value != "Choose what it is about."


def test_me_too_with_a_sentence_counts_once_a_browser_and_its_words_wait(served: Settings) -> None:
    entry, _code = _published(served, HOSTILE)
    script = _page("said", place_id="s1")
    assert "<img src=x" not in _told(script)
    script.text_area(key=f"sentence_{entry}").set_value("I walk an hour.").run()
    script.button(key=f"me_too_{entry}").click().run()
    assert "data-code" in _told(script)
    assert "shown only now" in _told(script)
    script.button(key="voice_read").click().run()
    assert "1 voice" in _told(script)
    script.button(key=f"me_too_{entry}").click().run()
    assert public_contributions(served, NAME)["voices"].tolist() == [1]
    assert waiting_sentences(served, NAME, by=OPERATOR)["sentence"].tolist() == ["I walk an hour."]
    assert "I walk an hour." not in _told(_page("said"))


def test_far_from_anything_said_silence_is_named(served: Settings) -> None:
    _published(served)
    assert NEED in _told(_page("said", place_id="s1"))
    assert "That is silence, not satisfaction." in _told(_page("said", place_id="s3"))


def _with_code(code: str) -> AppTest:
    script = _page("mine")
    script.text_input(key="mine_typed").set_value(code.upper().replace("-", " ")).run()
    return script


def test_with_the_code_one_changes_and_erases_what_one_wrote(served: Settings) -> None:
    _entry, code = _published(served)
    script = _with_code(code)
    assert "Published" in _told(script)
    assert "Bebrene (Bjebrene), Rietumu" in _told(script)
    script.text_area(key="mine_new_text").set_value("It never comes.")
    script.selectbox(key="mine_new_category").set_value("gp")
    script.selectbox(key="mine_new_place").set_value("municipality:m1")
    script.selectbox(key="mine_new_transit").set_value(1)
    script.button(key="mine_change").click().run()
    assert "reads what others will see of it" in _told(script)
    own = open_with_code(served, code)
    assert (own.text, own.category, own.precision, own.municipality_id) == (
        "It never comes.",
        "gp",
        "municipality",
        "m1",
    )
    assert (own.ease, own.status, own.obstacle) == ({"transit": 1}, "received", "other")
    script.button(key="mine_erase").click().run()
    assert "Tick the box" in _told(script)
    script.checkbox(key="mine_sure").check().run()
    script.button(key="mine_erase").click().run()
    assert "It is erased" in _told(script)
    assert public_contributions(served, NAME).empty
    assert "opens nothing" in _with_code(code).warning[0].value


def test_the_code_of_what_counts_with_another_one_tells_the_answer_to_that(served: Settings) -> None:
    first, _code = _published(served)
    receipt = tell(served, NAME, draft=Draft("need", "library", NEED, Place(settlement_id="s1")))
    merge(served, receipt.id, into=first, by=OPERATOR)
    answer(served, first, by=OPERATOR, text="The bus comes in May.")
    told = _told(_with_code(receipt.claim_code))
    assert "Where it stands:</strong> Counted with one that says the same" in told
    assert "The bus comes in May." in told.split("<h3>Counted with one that says the same</h3>")[1]


def test_a_refusal_is_told_with_its_reason_and_can_be_contested(served: Settings) -> None:
    receipt = tell(served, NAME, draft=Draft("need", "library", NEED, Place(settlement_id="s1")))
    do_not_publish(served, receipt.id, by=OPERATOR, reason="It names a person.")
    script = _with_code(receipt.claim_code)
    assert "It names a person." in _told(script)
    script.text_area(key="mine_why").set_value("It does not.").run()
    script.button(key="mine_contest").click().run()
    assert open_with_code(served, receipt.claim_code).status == "in_review"


def test_the_code_of_a_need_lets_its_author_join_the_team_that_answers_it(served: Settings) -> None:
    need, code = _published(served)
    idea, _other = _published(served, "Book boxes in each shop.", "idea")
    started = propose(
        served, NAME, sentences=Sentences("Book boxes", "A box.", "All.", "Far."), who=Member("user", "A"),
        idea_id=idea, needs=[need],
    )  # fmt: skip
    assert "Book boxes" not in _told(_with_code(code)), "nobody has read the proposal yet"
    approve(served, started.proposal_id, by=OPERATOR)
    script = _with_code(code)
    assert "Book boxes" in _told(script)
    script.text_input(key=f"mine_name_{started.proposal_id}").set_value("Aina").run()
    script.button(key=f"mine_join_{started.proposal_id}").click().run()
    assert "data-team" in _told(script)
    team = proposal(served, started.proposal_id, code=str(script.session_state["mine_joined"])).team
    assert "Aina" in [member.name for member in team]


def test_several_proposals_that_answer_one_need_each_have_their_own_form(served: Settings) -> None:
    need, code = _published(served)
    idea, _other = _published(served, "Book boxes in each shop.", "idea")
    begun = [
        propose(
            served, NAME, sentences=Sentences(title, "A box.", "All.", "Far."), who=Member("user", "A"), idea_id=idea,
            needs=[need],
        ).proposal_id
        for title in ("Book boxes", "A book bus")
    ]  # fmt: skip
    for proposal_id in begun:
        approve(served, proposal_id, by=OPERATOR)
    script = _with_code(code)
    assert "Book boxes" in _told(script)
    script.text_input(key=f"mine_name_{begun[0]}").set_value("Berta")
    script.text_input(key=f"mine_name_{begun[1]}").set_value("Aina").run()
    script.button(key=f"mine_join_{begun[1]}").click().run()
    own = str(script.session_state["mine_joined"])
    assert "Aina" in [member.name for member in proposal(served, begun[1], code=own).team]


def test_a_code_of_a_team_leads_to_its_room_and_an_invitation_to_its_doors(
    served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    to: list[object] = []
    monkeypatch.setattr("streamlit.switch_page", to.append)
    sentences = Sentences("Book boxes", "A box.", "All.", "Far.")
    begun = propose(served, NAME, sentences=sentences, who=Member("user", "Aina"))
    invitation = invite(served, begun.proposal_id, code=begun.claim_code)
    script = _with_code(invitation)
    assert script.session_state["proposal_id"] == begun.proposal_id
    doors = _page("proposals", proposal_id=begun.proposal_id, invitation=script.session_state["invitation"])
    assert doors.text_input(key="invitation").value
    assert not doors.info, "nobody who is invited is told that there is no such proposal"
    script = _with_code(begun.claim_code)
    assert begun.proposal_id in script.session_state["proposal_codes"]
    typed = _page("proposals")
    typed.text_input(key="code_of_any").set_value(invitation).run()
    assert typed.session_state["mine_code"] == invitation
    assert len(to) == 3


def test_a_voice_is_taken_back_with_its_code(served: Settings) -> None:
    entry, _code = _published(served)
    script = _page("said", **{f"sentence_{entry}": HOSTILE})
    script.button(key=f"me_too_{entry}").click().run()
    assert "reads your sentence before others see it" in _told(script)
    mine = _with_code(script.session_state["voice_receipt"].claim_code)
    told = _told(mine)
    assert NEED in told
    assert "Awaiting review" in told
    assert "<img src=x" not in told
    mine.button(key="mine_withdraw").click().run()
    assert "It is erased" in _told(mine)
    assert public_contributions(served, NAME)["voices"].tolist() == [0]


def test_ones_data_come_as_a_file_for_the_code_alone_and_to_no_other_site(served: Settings) -> None:
    _entry, code = _published(served)
    client = Client(Starlette(routes=paper_routes()))
    own = client.post("/paper/data", data={"code": code}, headers={})
    assert own.status_code == 200
    assert NEED in own.text
    assert "no-store" in own.headers["cache-control"]
    assert client.post("/paper/data", data={"code": "harbour-seven-linen-otter"}, headers={}).status_code in {404, 422}
    for elsewhere in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/paper/data", data={"code": code}, headers=elsewhere).status_code == 403


def test_the_printed_receipt_has_the_code_and_a_square_without_it(served: Settings) -> None:
    assert served
    client = Client(Starlette(routes=paper_routes()))
    page = client.post("/paper/receipt", data={"code": "a-b-c-d", "next": HOSTILE, "lang": "en"}, headers={})
    assert "a-b-c-d" in page.text
    assert "/mine" in page.text
    assert "Fictional: " in page.text
    assert "<img src=x" not in page.text
    assert page.text.count("a-b-c-d") == 1, "it is in the page once, and in no address"


def test_an_idea_shows_how_far_it_has_come_and_its_author_every_day_of_it(served: Settings) -> None:
    idea, code = _published(served, "A book bus.", "idea")
    assert "5 voices an idea counts as supported" in _told(_page("said"))
    for person in "abcde":
        add_voice(served, idea, voter=person)
    said = _told(_page("said"))
    assert "5 voices · Published · Supported" in said
    started = propose(served, NAME, sentences=Sentences("Book bus", "A bus.", "All.", "Far."), who=Member("user", "A"),
                      idea_id=idea)  # fmt: skip
    assert started.proposal_id not in _told(_page("said")), "nobody has read the proposal yet"
    approve(served, started.proposal_id, by=OPERATOR)
    link = f'<a href="/proposals?proposal={started.proposal_id}" target="_self">Proposal</a>'
    assert link in _told(_page("said"))
    assert "<li>Supported. 5 voices</li>" in _told(_page("said")), "without the days on which single people spoke"
    own = _told(_with_code(code))
    assert f"Published · {link}" in own
    assert re.search(r"\d{4}: Published</li>.*\d{4}: Supported\. 5 voices</li>.*\d{4}: <a [^>]*>Proposal</a></li>", own)


def test_the_code_of_a_correction_tells_what_became_of_it(served: Settings) -> None:
    report = Report("services", "x1", "opening_hours", "Mo-Fr 09:00-15:00", source="The notice.", text=HOSTILE)
    receipt = report_correction(served, NAME, report=report)
    decide_correction(served, receipt.id, decision="declined", by=OPERATOR, reason="It was for November only.")
    script = _with_code(receipt.claim_code)
    told = _told(script)
    assert "Opening hours should be" in told
    assert "Declined. It was for November only." in told
    assert "<img src=x" not in told
    script.button(key="mine_close").click().run()
    assert script.text_input(key="mine_typed").value == ""
