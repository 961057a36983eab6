"""My service: how one becomes its provider, what a provider may there, and nothing of it for anybody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.rules import read_rules
from sempre_geo.errors import MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.accounts import login
from sempre_geo.pipeline.community.contributions import open_with_code, tell
from sempre_geo.pipeline.community.corrections import corrections_in_use
from sempre_geo.pipeline.community.providers import (
    answer_need,
    ask_to_provide,
    decide_provider,
    offers,
    open_provider_account,
    own_services,
    provider_requests,
)
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.explore.own_service import ServiceFacts
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.travel.service_reach import HoursTried
from sempre_geo.settings import Settings
from sempre_geo.ui.hours_form import _table, _typed_anew
from tests.ui.small_region import HOSTILE, NAME

PAGE = Path(sempre_geo.ui.__file__).parent / "screens" / "my_service.py"
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as a test
Open = Callable[..., AppTest]


def _provider(settings: Settings, service_id: str) -> str:
    asked = ask_to_provide(settings, NAME, service_id=service_id, name="Anna", contact="26123456", source="door")
    decide_provider(settings, asked.id, verified=True, by=OPERATOR)
    open_provider_account(settings, asked.claim_code, name=f"of-{service_id}", password=PASSWORD)
    return login(settings, f"of-{service_id}", password=PASSWORD)


@pytest.fixture
def drawn() -> Iterator[list[object]]:
    calls: list[object] = []
    with patch("sempre_geo.ui.map_frame.st_folium", lambda *_base, **options: calls.append(options)):
        yield calls


@pytest.fixture
def page(served: Settings, drawn: list[object]) -> Iterator[Open]:
    """Open the page as whoever has this login."""
    assert served
    assert drawn == []
    tokens = [""]

    def opened(token: str = "", **state: object) -> AppTest:
        tokens[0] = token
        script = AppTest.from_file(str(PAGE), default_timeout=30)
        for key, value in state.items():
            script.session_state[key] = value
        return script.run()

    with patch("sempre_geo.ui.session.login_token", lambda: tokens[0]):
        yield opened


def _told(script: AppTest) -> str:
    assert not script.exception
    return " ".join(str(part.proto.body) for part in script.get("html"))


def test_somebody_asks_and_opens_an_account_once_a_coordinator_has_checked(page: Open, served: Settings) -> None:
    script = page()
    assert "A coordinator calls you back" in _told(script)
    script.selectbox(key="provider_category").set_value("gp").run()
    for field, said in (("name", "Anna"), ("contact", "26123456"), ("source", "the practice's telephone")):
        script.text_input(key=f"provider_{field}").set_value(said)
    script.button(key="provider_ask").click().run()
    code = str(script.session_state["provider_receipt"])
    assert code in _told(script)
    waiting = provider_requests(served, NAME, by=OPERATOR)
    assert waiting["service_id"].tolist() == ["gp1"]
    script.button(key="provider_noted").click().run()
    said = {"provider_code": code, "provider_account": "practice", "provider_password": PASSWORD}
    for key, value in said.items():
        script.text_input(key=key).set_value(value)
    script.button(key="provider_open").click().run()
    asking, opening = script.expander
    assert "not verified yet" in opening.warning[0].value, "it is said where the form is"
    assert not asking.warning
    assert "not verified yet" not in _told(script)
    decide_provider(served, waiting["id"].iloc[0], verified=True, by=OPERATOR)
    script.button(key="provider_open").click().run()
    assert "Log in with the name &#x27;practice&#x27;" in _told(script).replace("&#39;", "&#x27;")
    assert own_services(served, by=login(served, "practice", password=PASSWORD)) == ("gp1",)


def test_a_password_counts_though_the_focus_went_on_to_the_eye_in_its_field(page: Open) -> None:
    script = page()
    # Streamlit tells what is typed there only when the focus leaves the whole field, but in a form at every letter.
    assert {field.label for field in script.text_input if field.form_id} >= {"Your code", "Password"}


def test_an_empty_request_is_refused_in_a_sentence(page: Open) -> None:
    script = page()
    script.button(key="provider_ask").click().run()
    assert "how to reach you" in script.expander[0].warning[0].value


def test_one_connection_asks_no_more_often_than_it_may_report(
    page: Open, served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = replace(read_rules(served), voices_per_day=0)
    monkeypatch.setattr("sempre_geo.pipeline.community.moderation.read_rules", lambda _settings: rules)
    script = page()
    script.selectbox(key="provider_category").set_value("gp").run()
    for field in ("name", "contact", "source"):
        script.text_input(key=f"provider_{field}").set_value("Anna")
    script.button(key="provider_ask").click().run()
    assert "from this connection today" in script.warning[0].value
    assert provider_requests(served, NAME, by=OPERATOR).empty


def test_hours_are_corrected_day_by_day_and_every_calculation_names_it(
    page: Open, served: Settings, drawn: list[object]
) -> None:
    script = page(_provider(served, "gp1"))
    assert drawn
    assert script.text_input(key="hours_Tu").value == "09:00-13:00"
    assert script.button(key="hours_save").label == "These hours are right"
    script.text_input(key="hours_We").set_value("8-12, 13.30-16").run()
    assert "We 08:00-12:00,13:30-16:00" in _told(script)
    assert corrections_in_use(served, NAME).empty, "nothing is saved before the button is pressed"
    script.button(key="hours_save").click().run()
    assert "Every calculation uses it" in _told(script)
    assert (
        open_region(served, NAME).services.loc["gp1", "opening_hours"] == "Tu 09:00-13:00; We 08:00-12:00,13:30-16:00"
    )
    assert any("the service itself" in note for note in open_region(served, NAME).notes)


def test_a_week_without_hours_is_saved_only_when_it_is_said_to_be_closed(page: Open, served: Settings) -> None:
    script = page(_provider(served, "gp1"))
    script.text_input(key="hours_Tu").set_value("").run()
    assert script.button(key="hours_save").disabled
    script.checkbox(key="hours_never").check().run()
    script.button(key="hours_save").click().run()
    assert open_region(served, NAME).services.loc["gp1", "opening_hours"] == "off"


def test_a_day_that_is_typed_anew_is_left_out_of_the_proposals() -> None:
    shown = ServiceFacts("gp1", "", "", "gp", 0, 0, {"opening_hours": "Mo-Fr 09:00-13:00"}, (), "")
    assert _typed_anew(shown, "Mo-Fr 09:00-13:00") == frozenset()
    assert _typed_anew(shown, "Mo-Th 09:00-13:00; Fr 08:00-22:00") == {4}
    assert _typed_anew(shown, "Jul Mo 10:00-12:00") == set(range(7))


def test_the_table_of_who_can_come_says_how_in_which_week_and_rounds_as_people_do() -> None:
    week = [date(2026, 11, 30), date(2026, 12, 1)]
    days = pd.DataFrame({"date": pd.to_datetime(week), "can_now": 25_276.0, "can_then": 0.0})
    told = _table([(day, "closed") for day in week], HoursTried(days, 0, 0))
    assert "by bus, 30 November 2026 - 1 December 2026" in told
    assert "25,000" in told
    assert "25,276" not in told


def test_what_are_no_hours_is_said_and_cannot_be_saved(page: Open, served: Settings) -> None:
    script = page(_provider(served, "gp1"))
    script.text_input(key="hours_Mo").set_value("in the morning").run()
    assert "Monday: write times like" in script.warning[0].value
    assert not [button for button in script.button if button.key == "hours_save"]
    script.pills(key="hours_kind").set_value("freely").run()
    script.text_input(key="hours_free").set_value("Xx 25:99").run()
    assert "are no opening hours" in script.warning[0].value
    script.text_input(key="hours_free").set_value("Jul-Aug Mo 10:00-12:00; PH off").run()
    script.button(key="hours_save").click().run()
    assert corrections_in_use(served, NAME)["value"].tolist() == ["Jul-Aug Mo 10:00-12:00; PH off"]


def test_only_the_facts_that_were_changed_are_kept(page: Open, served: Settings) -> None:
    script = page(_provider(served, "gp1"), own_part="facts")
    script.text_input(key="fact_staff").set_value("many")
    script.button(key="facts_save").click().run()
    assert "whole numbers" in _told(script)
    script.text_input(key="fact_staff").set_value("3")
    script.multiselect(key="fact_languages").set_value(["lv", "et"])
    script.button(key="facts_save").click().run()
    kept = corrections_in_use(served, NAME).set_index("field")["value"].to_dict()
    assert kept == {"staff": "3", "languages": "lv;et"}
    assert open_region(served, NAME).services.loc["gp1", "staff"] == 3


def test_a_need_nearby_is_answered_in_the_services_name(page: Open, served: Settings) -> None:
    near, unread, other = (
        tell(served, NAME, draft=Draft("need", category, text, Place(settlement_id="s0"), language="lv"))
        for category, text in (("library", HOSTILE), ("library", "nobody read this"), ("gp", "of a doctor"))
    )
    for said in (near, other):
        publish(served, said.id, by=OPERATOR)
    token = _provider(served, "lib1")
    script = page(token, own_part="needs")
    told = _told(script)
    assert HOSTILE not in told
    assert "onerror=" in told, "it is there as text"
    assert "nobody read this" not in told
    assert "of a doctor" not in told
    script.text_area(key=f"answer_text_{near.id}").set_value("The bus comes at ten.")
    script.button(key=f"answer_{near.id}").click().run()
    assert open_with_code(served, near.claim_code).steps[-1]["reason"].endswith("The bus comes at ten.")
    assert "0 voices · Answered" in _told(script), "what was answered does not stand there as if it were not"
    services = open_region(served, NAME).services
    for one in (unread, other):
        with pytest.raises(MissingDataError):
            answer_need(served, NAME, service_id="lib1", contribution_id=one.id, text="x", services=services, by=token)


def test_an_offer_is_made_and_taken_back(page: Open, served: Settings) -> None:
    script = page(_provider(served, "lib1"), own_part="offers")
    script.text_area(key="offer_text").set_value("The reading room")
    script.button(key="offer_save").click().run()
    (made,) = offers(served, NAME, by=OPERATOR)["id"]
    script.button(key=f"withdraw_{made}").click().run()
    assert offers(served, NAME, by=OPERATOR).empty


def test_a_provider_of_another_service_may_nothing_here(page: Open, served: Settings) -> None:
    stranger = _provider(served, "lib1")
    said = tell(served, NAME, draft=Draft("need", "gp", "Far.", Place(settlement_id="s0")))
    publish(served, said.id, by=OPERATOR)
    script = page(stranger, own_service="gp1", own_part="hours")
    script.text_input(key="hours_Mo").set_value("9-10").run()
    script.button(key="hours_save").click().run()
    assert corrections_in_use(served, NAME)["thing"].tolist() == ["lib1"]
    services = open_region(served, NAME).services
    for by in ("", stranger):
        with pytest.raises(NotAllowedError):
            answer_need(served, NAME, service_id="gp1", contribution_id=said.id, text="x", services=services, by=by)
    assert own_services(served, by="") == own_services(served, by=OPERATOR) == ()
