"""Is something here wrong, on a service's page: reported with a reading of the hours, a code, refused in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.community.access import OPERATOR
from sempre_geo.pipeline.community.corrections import correction_with_code, decide_correction, waiting_corrections
from sempre_geo.settings import Settings
from tests.ui.small_region import HOSTILE, NAME

PAGE = Path(sempre_geo.ui.__file__).parent / "screens" / "service.py"


@pytest.fixture
def page(served: Settings) -> Iterator[AppTest]:
    """A service's page with the form open."""
    assert served
    script = AppTest.from_file(str(PAGE), default_timeout=30)
    script.session_state["service"] = "gp"
    script.session_state["wrong_open"] = True
    with patch("sempre_geo.ui.session.login_token", lambda: ""):
        yield script.run()


def _told(script: AppTest) -> str:
    assert not script.exception
    return " ".join(str(part.proto.body) for part in script.get("html"))


def test_other_hours_are_read_back_reported_and_decided_and_the_code_tells_it(page: AppTest, served: Settings) -> None:
    assert "09:00" in _told(page)
    page.text_input(key="hours_Mo").set_value("10-12").run()
    assert "10:00" in _told(page)
    page.text_input(key="wrong_source").set_value("a notice on the door").run()
    page.button(key="wrong_save").click().run()
    code = str(page.session_state["wrong_receipt"])
    assert code in _told(page)
    waiting = waiting_corrections(served, NAME, by=OPERATOR).iloc[0]
    assert (waiting["thing"], waiting["field"]) == ("gp1", "opening_hours")
    assert "Mo 10:00-12:00" in waiting["value"]
    decide_correction(served, waiting["id"], decision="accepted", by=OPERATOR)
    assert correction_with_code(served, code).status == "accepted"
    page.button(key="wrong_noted").click().run()
    assert code not in _told(page)


def test_what_is_missing_is_said_and_nothing_is_kept(page: AppTest, served: Settings) -> None:
    page.selectbox(key="wrong_field_gp").set_value("gone").run()
    page.button(key="wrong_save").click().run()
    assert "how you know" in page.warning[-1].value
    page.selectbox(key="wrong_field_gp").set_value("phone").run()
    page.text_input(key="wrong_source").set_value("door").run()
    page.button(key="wrong_save").click().run()
    assert "how it is instead" in page.warning[-1].value
    assert waiting_corrections(served, NAME, by=OPERATOR).empty


def test_hostile_words_are_kept_as_words(page: AppTest, served: Settings) -> None:
    page.selectbox(key="wrong_field_gp").set_value("gone").run()
    page.text_input(key="wrong_source").set_value(HOSTILE)
    page.text_area(key="wrong_text").set_value(HOSTILE)
    page.button(key="wrong_save").click().run()
    assert "<img src=x" not in _told(page)
    assert len(waiting_corrections(served, NAME, by=OPERATOR)) == 1
