"""The workshop's pages: who may open one, a device that goes round and forgets, and the routes beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.claim_codes import new_claim_code
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import language
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.contributions import my_data
from sempre_geo.pipeline.community.workshop import close_workshop, hand_round, open_workshop, workshops
from sempre_geo.settings import Settings
from sempre_geo.ui import hall_address
from sempre_geo.ui.login import COOKIE, HALL, login_routes
from sempre_geo.ui.middleware import OnlyTheRound
from sempre_geo.ui.session import LANGUAGE
from sempre_geo.ui.workshop_routes import workshop_routes
from tests.ui.asgi_client import Client
from tests.ui.small_region import HOSTILE, NAME

PAGE = Path(sempre_geo.ui.__file__).parent / "screens" / "workshop.py"
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as a test
ALWAYS = {"origin": "http://testserver"}


@pytest.fixture(autouse=True)
def _cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)


def _login(settings: Settings, role: str) -> str:
    add_account(settings, role, role=role, password=PASSWORD)
    return login(settings, role, password=PASSWORD)


def _page(act: Callable[[AppTest], object] = lambda _script: None, *, token: str = "", carried: str = "") -> AppTest:
    """The page as somebody with this login, or on a device that carries this."""
    with ExitStack() as patched:
        patched.enter_context(patch("sempre_geo.ui.session.login_token", return_value=token))
        patched.enter_context(patch("sempre_geo.ui.session.hall_token", return_value=carried))
        script = AppTest.from_file(str(PAGE), default_timeout=30).run()
        act(script)
    return script


def _told(script: AppTest) -> str:
    assert not script.exception
    return " ".join(str(element.value) for element in script.get("html"))


@pytest.mark.parametrize("role", ["", "provider", "policymaker", "auditor", "administrator"])
def test_whoever_may_open_no_workshop_reads_why(served: Settings, role: str) -> None:
    script = _page(token=_login(served, role) if role else "")
    assert "to=workshop" in _told(script)
    assert not script.button


@pytest.mark.parametrize("role", ["coordinator", "network_member"])
def test_those_who_know_the_hall_open_a_workshop_and_close_it(served: Settings, role: str) -> None:
    token = _login(served, role)

    def opening(script: AppTest) -> None:
        script.button(key="workshop_open").click().run()
        assert "Choose a place" in script.warning[0].value
        script.selectbox(key="workshop_place").set_value("s1")
        script.text_area(key="workshop_consent").set_value(HOSTILE)
        script.button(key="workshop_open").click().run()

    told = _told(_page(opening, token=token))
    assert "Open in Bebrene until" in told
    assert 'src="data:image/svg+xml' in told
    (hall,) = workshops(served, NAME, by=OPERATOR)
    assert hall.consent == HOSTILE

    def closing(script: AppTest) -> None:
        script.button(key="workshop_close").click().run()

    told = _told(_page(closing, token=token))
    assert "The workshop is closed." in told
    assert "Too few people spoke" in told
    assert ("/workshop/file" in told) is (role == "coordinator")


@pytest.mark.parametrize(("scope", "offered"), [(f"region:{NAME}", 1), ("*", 1), ("municipality:m1", 0)])
def test_only_who_may_bring_a_halls_file_in_is_offered_to(served: Settings, scope: str, offered: int) -> None:
    add_account(served, "riina", role="coordinator", password=PASSWORD, scope=scope)
    script = _page(token=login(served, "riina", password=PASSWORD))
    assert len(script.get("file_uploader")) == offered
    assert ("by a coordinator of the whole region" in _told(script)) is not bool(offered)


def _answer(script: AppTest, text: str, *, turn: int) -> None:
    script.pills(key=f"hall_category_{turn}").set_value("library")
    script.text_area(key=f"hall_text_{turn}").set_value(text)
    script.checkbox(key=f"hall_consent_{turn}").set_value(True)
    script.button(key=f"hall_save_{turn}").click().run()


def test_nothing_of_one_person_is_left_for_the_next(served: Settings) -> None:
    hall = open_workshop(served, NAME, by=OPERATOR, settlement_id="s1", consent="You may keep it.", office="x.example")
    seen: list[str] = []

    def going_round(script: AppTest) -> None:
        script.button(key="hall_save_0").click().run()
        assert "Choose what it is about." in script.warning[0].value
        script.pills(key="hall_about_0").set_value("someone_i_care_for")
        script.selectbox(key="hall_ease_transit_0").set_value(1)
        _answer(script, "My husband is ill.", turn=0)
        seen.append(_told(script))
        script.button(key="hall_next").click().run()
        seen.append(f"{_told(script)} {script.session_state!r}")
        script.text_area(key="hall_text_2").set_value("Half written")
        script.button(key="hall_empty_2").click().run()
        seen.append(repr(script.session_state))
        _answer(script, "No bus.", turn=3)
        script.button(key="hall_more").click().run()
        _answer(script, "And no train.", turn=5)

    _page(going_round, carried=hand_round(served, hall.id, by=OPERATOR))
    code = seen[0].split("data-code>")[1].split("<")[0]
    assert '"text": "My husband is ill."' in my_data(served, code)
    assert '"how_it_came_in": "workshop"' in my_data(served, code)
    assert '"settlement_id": "s1"' in my_data(served, code)
    told = json.loads(my_data(served, code))
    assert (told["about"], told["ease"], told["consent"]) == ("someone_i_care_for", {"transit": 1}, True)
    for trace in ("husband", code, "library"):
        assert trace not in seen[1]
    assert "1 person has spoken so far." in seen[1]
    assert "Half written" not in seen[2]
    assert workshops(served, NAME, by=OPERATOR)[0].spoken == 2


def test_what_a_press_says_and_keeps_is_in_the_language_of_whoever_pressed(served: Settings) -> None:
    hall = open_workshop(served, NAME, by=OPERATOR, settlement_id="s1")
    seen: list[str] = []

    def going_round(script: AppTest) -> None:
        script.session_state[LANGUAGE] = "lv"
        script.run()
        script.button(key="hall_save_0").click().run()
        seen.append(script.warning[0].value)
        _answer(script, "Vīrs mani sit.", turn=0)
        seen.append(_told(script))

    with language("lv"):  # of the test's own thread, which names the choices; a page runs in another
        _page(going_round, carried=hand_round(served, hall.id, by=OPERATOR))
        assert _("Choose what it is about.") in seen[0]
        assert "112" in seen[1]
    assert "Choose" not in seen[0]
    assert "call 112" not in seen[1]
    code = seen[1].split("data-code>")[1].split("<")[0]
    assert '"language": "lv"' in my_data(served, code)


def test_a_device_in_a_closed_workshop_says_thank_you(served: Settings) -> None:
    hall = open_workshop(served, NAME, by=OPERATOR, settlement_id="s1")
    carried = hand_round(served, hall.id, by=OPERATOR)
    close_workshop(served, hall.id, by=OPERATOR)
    script = _page(carried=carried)
    assert "Thank you" in _told(script)
    assert not script.text_area


@pytest.fixture
def client() -> Client:
    return Client(Starlette(routes=[*workshop_routes(), *login_routes()]))


def test_handing_a_device_round_gives_the_login_up(served: Settings, client: Client) -> None:
    hall = open_workshop(served, NAME, by=OPERATOR, settlement_id="s1")
    asked = {"data": {"workshop": hall.id}}
    assert client.post("/workshop/round", **asked, headers=ALWAYS).status_code == 404
    token = _login(served, "network_member")
    cookie = {"cookie": f"{COOKIE}={token}"}
    elsewhere = {**cookie, "origin": "http://evil.example"}
    assert client.post("/workshop/round", **asked, headers=elsewhere).status_code == 403
    answer = client.post("/workshop/round", **asked, headers={**ALWAYS, **cookie})
    assert (answer.status_code, answer.headers["location"]) == (303, "/workshop")
    assert [cookie.split("=")[0] for cookie in answer.cookies] == [HALL, COOKIE]
    assert answer.cookies[1].startswith(f'{COOKIE}=""')


def test_a_page_left_open_on_the_device_acts_for_nobody_while_it_goes_round(served: Settings, client: Client) -> None:
    hall = open_workshop(served, NAME, by=OPERATOR, settlement_id="s1")
    token = _login(served, "coordinator")

    def left_open(script: AppTest) -> None:
        cookie = {"cookie": f"{COOKIE}={token}", **ALWAYS}
        assert client.post("/workshop/round", data={"workshop": hall.id}, headers=cookie).status_code == 303
        script.button(key="workshop_close").click().run()

    told = _told(_page(left_open, token=token))
    assert "to=workshop" in told
    assert workshops(served, NAME, by=OPERATOR)[0].is_open
    assert client.get(f"/workshop/file?workshop={hall.id}", headers={"cookie": f"{COOKIE}={token}"}).status_code == 404


def test_a_page_whose_login_has_ended_forgets_what_it_held_and_a_visitors_page_does_not() -> None:
    def held() -> None:
        from sempre_geo.ui import session

        session.leave_ended_login()

    with patch("sempre_geo.ui.session.greeting_name") as name:
        script = AppTest.from_function(held)
        script.session_state["language"], script.session_state["draft"] = "lv", "half a sentence"
        for logged_in, stays in (("", True), ("anna", True), ("anna", True), ("", False)):
            name.return_value = logged_in
            script.run()
            assert ("draft" in script.session_state) is stays
            assert not script.exception
        assert script.session_state["language"] == "lv"


def test_a_device_that_goes_round_is_led_back_from_the_plain_pages() -> None:
    async def beside(_request: Request) -> Response:
        return PlainTextResponse("beside")

    pages = [Route(path, beside) for path in ("/light/en/tell", "/paper/near", "/login")]
    client = Client(Starlette(routes=pages, middleware=[Middleware(OnlyTheRound)]))
    for path in ("/light/en/tell", "/paper/near"):
        assert client.get(path).text == "beside"
        answer = client.get(path, headers={"cookie": f"{HALL}=x"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/workshop")
    assert client.get("/login", headers={"cookie": f"{HALL}=x"}).text == "beside"


def test_the_file_for_the_office_goes_to_a_coordinator_only(served: Settings, client: Client) -> None:
    hall = open_workshop(served, NAME, by=OPERATOR, settlement_id="s1")
    address = f"/workshop/file?workshop={hall.id}"
    for role in ("", "network_member", "policymaker"):
        cookie = {"cookie": f"{COOKIE}={_login(served, role)}"} if role else {}
        assert client.get(address, headers=cookie).status_code == 404
    answer = client.get(address, headers={"cookie": f"{COOKIE}={_login(served, 'coordinator')}"})
    assert answer.content.startswith(b"PK")
    assert answer.headers["cache-control"] == "no-store"


def test_slips_to_print_are_big_and_for_those_who_hold_the_workshop(served: Settings, client: Client) -> None:
    hall = open_workshop(served, NAME, by=OPERATOR, settlement_id="s1", office=HOSTILE)
    address = f"/workshop/slips?workshop={hall.id}&lang=xx"
    assert client.get(address).status_code == 404
    answer = client.get(address, headers={"cookie": f"{COOKIE}={_login(served, 'network_member')}"})
    assert answer.text.count('class="slip"') == 24
    words = len(new_claim_code().split("-"))
    assert answer.text.count("<span></span>") == 24 * words, (
        "every word of a code has its line, however narrow the paper"
    )
    assert answer.text.count("Fictional: ") == 24, "slips are cut apart"
    assert "Bebrene" in answer.text
    assert HOSTILE not in answer.text


def test_after_the_round_a_login_leads_back_to_the_workshop_and_nowhere_else(served: Settings, client: Client) -> None:
    _login(served, "coordinator")
    form = {"name": "coordinator", "password": PASSWORD}
    for wished, reached in (("workshop", "/workshop"), ("//evil.example", "/review"), ("", "/review")):
        answer = client.post(f"/login?to={wished}", data=form, headers=ALWAYS)
        assert answer.headers["location"] == reached


def test_own_addresses_are_those_of_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall_address, "_towards_neighbours", lambda: iter(("192.168.7.3", "10.42.0.1")))
    monkeypatch.setattr("socket.gethostbyname_ex", lambda _name: ("here", [], ["127.0.1.1", "192.168.7.3"]))
    assert hall_address.own_addresses() == ("10.42.0.1", "192.168.7.3")
