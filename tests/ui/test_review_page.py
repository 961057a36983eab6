"""The review page: each press does what its button says, and what people wrote stays text."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.corrections import Report
from sempre_geo.pipeline.community.accounts import add_account, login, read_log
from sempre_geo.pipeline.community.contributions import contest_with_code, open_with_code, tell
from sempre_geo.pipeline.community.corrections import corrections_in_use, report_correction
from sempre_geo.pipeline.community.photos import photos_of
from sempre_geo.pipeline.community.providers import ask_to_provide, provider_requests
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import publish, review_queue
from sempre_geo.pipeline.community.voices import add_voice, sentences
from sempre_geo.settings import Settings
from tests.ui.small_region import HOSTILE, NAME

PAGE = Path(sempre_geo.ui.__file__).parent / "screens" / "review.py"
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as a test
_EXACT = (19.3123, 57.3321)
NEED = Draft("need", "library", "No bus on Tuesdays.", Place(settlement_id="s1"), language="lv")


@pytest.fixture(autouse=True)
def _cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)


@pytest.fixture
def page(served: Settings) -> Iterator[Callable[[], AppTest]]:
    """Open the review page as its coordinator."""
    add_account(served, "anna", role="coordinator", password=PASSWORD)
    token = login(served, "anna", password=PASSWORD)
    with patch("sempre_geo.ui.session.login_token", return_value=token):
        yield lambda: AppTest.from_file(str(PAGE), default_timeout=30).run()


def _told(script: AppTest) -> str:
    assert not script.exception
    return "".join(str(part.proto.body) for part in script.get("html"))


def test_a_reason_is_one_press_and_reaches_the_author_who_can_contest_it(
    page: Callable[[], AppTest], served: Settings
) -> None:
    said = tell(served, NAME, draft=NEED)
    script = page()
    script.button(key=f"refuse_unclear_{said.id}").click().run()
    assert "reads the reason" in _told(script)
    assert open_with_code(served, said.claim_code).steps[-1]["reason"]
    contest_with_code(served, said.claim_code, why="<b>It is clear</b>")
    assert "&lt;b&gt;It is clear" in _told(page())


def test_words_are_changed_before_they_are_published(page: Callable[[], AppTest], served: Settings) -> None:
    said = tell(served, NAME, draft=Draft("need", "library", "Call +371 26123456. " + HOSTILE, NEED.place))
    script = page()
    told = _told(script)
    assert "<mark>+371 26123456</mark>" in told
    assert HOSTILE not in told
    script.text_area(key=f"text_{said.id}").set_value("No bus.")
    script.button(key=f"edit_{said.id}").click().run()
    script.button(key=f"publish_{said.id}").click().run()
    assert public_contributions(served, NAME)["text"].tolist() == ["No bus."]


def _looks(served: Settings) -> int:
    return int(read_log(served, by=OPERATOR)["action"].eq("see an exact place").sum())


def test_an_exact_place_is_shown_on_request_and_each_look_is_recorded(
    page: Callable[[], AppTest], served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps: list[tuple[float, float]] = []
    monkeypatch.setattr("sempre_geo.ui.review_places.show_map", lambda *_a, **options: maps.append(options["around"]))
    said = tell(served, NAME, draft=replace(NEED, text="No way there.", place=Place(lon=_EXACT[0], lat=_EXACT[1])))
    village = tell(served, NAME, draft=NEED)
    script = page()
    assert (_looks(served), maps) == (0, [])
    script.button(key=f"exact_{said.id}").click().run()
    assert maps[-1] == _EXACT
    script.run()
    assert _looks(served) == 1
    script.button(key=f"close_{said.id}").click().run()
    assert len(maps) == 2
    assert f"exact_{village.id}" not in {button.key for button in script.button}, "a village is no exact place"


def test_danger_without_a_contact_says_what_to_do(page: Callable[[], AppTest], served: Settings) -> None:
    said = tell(served, NAME, draft=NEED)
    script = page()
    script.button(key=f"danger_{said.id}").click().run()
    assert "112" in _told(script)


def test_what_is_alike_is_put_together_and_taken_apart(page: Callable[[], AppTest], served: Settings) -> None:
    first, second = tell(served, NAME, draft=NEED), tell(served, NAME, draft=NEED)
    publish(served, first.id, by=OPERATOR)
    script = page()
    script.session_state[f"similar_{second.id}"] = True
    script.run()
    script.button(key=f"merge_{second.id}_{first.id}").click().run()
    assert "Nothing waits." in _told(script)
    assert public_contributions(served, NAME)["voices"].tolist() == [1]
    script.session_state["merged"] = True
    script.run()
    script.button(key="unmerge_0").click().run()
    assert review_queue(served, NAME, by=OPERATOR)["id"].tolist() == [second.id]


def test_those_that_say_the_same_are_counted_as_one_and_taken_apart_with_a_press_each(
    page: Callable[[], AppTest], served: Settings
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=1)
    ids = [
        tell(served, NAME, draft=replace(NEED, text=text), at=long_ago + timedelta(minutes=number)).id
        for number, text in enumerate(("No bus on Tuesdays.",) * 7 + (HOSTILE,))
    ]
    script = page()
    told = _told(script)
    assert "7 entries seem to say the same." in told
    assert "and 2 more" in told
    assert HOSTILE not in told
    script.button(key=f"together_{ids[0]}").click().run()
    assert review_queue(served, NAME, by=OPERATOR)["id"].tolist() == [ids[0], ids[7]]
    script.button(key="inbox_undo_press").click().run()
    assert len(review_queue(served, NAME, by=OPERATOR)) == 8
    script.button(key=f"singly_{ids[0]}").click().run()
    script.button(key=f"publish_{ids[2]}").click().run()
    assert "Published." in _told(script)
    assert len(review_queue(served, NAME, by=OPERATOR)) == 7


def test_those_that_say_the_same_are_published_in_one_press_and_answered_with_one_sentence(
    page: Callable[[], AppTest], served: Settings
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=40)
    ids = [tell(served, NAME, draft=NEED, at=long_ago + timedelta(minutes=number)).id for number in range(3)]
    called = replace(NEED, category="gp", text="Call +371 26123456")
    looked_at = tell(served, NAME, draft=called, at=long_ago)
    tell(served, NAME, draft=called, at=long_ago)
    script = page()
    assert not [button for button in script.button if button.key == f"publish_together_{looked_at.id}"]
    script.button(key=f"publish_together_{ids[0]}").click().run()
    assert public_contributions(served, NAME)["voices"].tolist() == [2]
    script.button(key="inbox_undo_press").click().run()
    assert len(review_queue(served, NAME, by=OPERATOR)) == 4
    for number, one in enumerate(ids[1:]):
        publish(served, one, by=OPERATOR, at=long_ago + timedelta(minutes=number))
    waits = ids[1]  # the first was published a moment ago
    script = page()
    script.segmented_control(key="inbox_part").set_value("answer").run()
    script.text_area(key=f"answer_all_text_{waits}").set_value("It comes again in May.")
    script.button(key=f"answer_all_{waits}").click().run()
    assert "Answered" in _told(script)
    by_id = public_contributions(served, NAME).set_index("id")["status"]
    assert by_id[ids].tolist() == ["published", "answered", "answered"]


def test_many_that_wait_come_a_page_at_a_time_the_oldest_first(page: Callable[[], AppTest], served: Settings) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=9)
    texts = (
        "bus doctor",
        "stairs",
        "opening hours",
        "money",
        "language",
        "trust",
        "dogs",
        "snow",
        "rain",
        "shop",
        "bank",
    )
    for number, text in enumerate(texts):
        tell(served, NAME, draft=replace(NEED, text=text), at=long_ago + timedelta(minutes=number))
    script = page()
    told = _told(script)
    assert "11 entries wait." in told
    assert "Page 1 of 2" in told
    assert "shop" in told
    assert ">bank<" not in told
    script.button(key="inbox_on").click().run()
    assert ">bank<" in _told(script)
    tell(served, NAME, draft=replace(NEED, category="gp", text="cough", place=Place(settlement_id="s2")))
    script.run()
    script.selectbox(key="inbox_category").set_value("gp").run()
    told = _told(script)
    assert ">cough<" in told
    assert ">shop<" not in told
    script.selectbox(key="inbox_municipality").set_value("Rietumu").run()
    assert ">cough<" not in _told(script)


def test_a_title_can_be_mended_too_and_reasons_are_read_in_two_languages(
    page: Callable[[], AppTest], served: Settings
) -> None:
    said = tell(served, NAME, draft=replace(NEED, title="Call +371 26123456", language="de"))
    script = page()
    assert "<mark>+371 26123456</mark>" in _told(script)
    script.text_input(key=f"title_{said.id}").set_value("No bus")
    script.button(key=f"edit_{said.id}").click().run()
    assert review_queue(served, NAME, by=OPERATOR)["title"].tolist() == ["No bus"]
    button = script.button(key=f"refuse_insults_{said.id}")
    assert button.label.startswith("It insults somebody")
    assert button.help
    button.click().run()
    assert open_with_code(served, said.claim_code).steps[-1]["reason"] == button.help


def test_everything_else_that_waits_stands_there_too(page: Callable[[], AppTest], served: Settings) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=40)
    said = tell(served, NAME, draft=NEED, at=long_ago)
    publish(served, said.id, by=OPERATOR, at=long_ago)
    voice = add_voice(served, said.id, voter="p", sentence="Mums arī.")
    wrong = report_correction(served, NAME, report=Report("services", "x1", "opening_hours", "Mo 10:00-12:00", "door"))
    asked = ask_to_provide(served, NAME, service_id="x1", name="Anna", contact="26123456", source="door")
    script = page()
    assert "4 entries wait." in _told(script)
    assert "Without an answer for 40 days." in _told(script)
    script.text_area(key=f"answer_text_{said.id}").set_value("It comes again in May.")
    script.button(key=f"answer_{said.id}").click().run()
    assert script.segmented_control(key="inbox_part").value == "sentences", "the next part with something in it"
    script.button(key=f"published_{voice.id}").click().run()
    script.button(key=f"accepted_{wrong.id}").click().run()
    script.button(key=f"verify_True_{asked.id}").click().run()
    _told(script)
    assert open_with_code(served, said.claim_code).steps[-1]["reason"] == "It comes again in May."
    assert sentences(served, said.id) == ("Mums arī.",)
    assert corrections_in_use(served, NAME)["value"].tolist() == ["Mo 10:00-12:00"]
    assert provider_requests(served, NAME, by=OPERATOR).empty


def test_a_photo_is_shown_to_the_coordinator_within_the_page_and_then_to_others(
    page: Callable[[], AppTest], served: Settings
) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 120, 60)).save(drawn, "JPEG")
    said = tell(served, NAME, draft=Draft("need", "library", "See here.", NEED.place, photo=drawn.getvalue()))
    script = page()
    assert 'src="data:image/jpeg;base64,' in _told(script)
    (photo_id,) = photos_of(served, said.id, by=OPERATOR)
    script.button(key=f"photo_{photo_id}").click().run()
    publish(served, said.id, by=OPERATOR)
    assert photos_of(served, said.id) == [photo_id]
