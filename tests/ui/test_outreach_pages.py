"""Listen and Outreach for each role: the coordinator plans, a policymaker listens, a visitor reads who may see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.outreach_days import held_days
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.community.tours import day_for_tour, listed_tours
from sempre_geo.pipeline.community.voices import add_voice
from sempre_geo.settings import Settings
from sempre_geo.ui import map_frame
from sempre_geo.ui.outreach_routes import outreach_routes
from tests.ui.asgi_client import Client
from tests.ui.small_region import HOSTILE, NAME

SCREENS = Path(map_frame.__file__).parent / "screens"
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as a test
_Open = Callable[[str, str], AppTest]


@pytest.fixture
def page(served: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Open]:
    """Open a page as somebody with a role; Bebrene has spoken of its library."""
    monkeypatch.setattr(map_frame, "st_folium", lambda *_arguments, **_named: {})
    said = tell(served, NAME, draft=Draft("need", "library", "No bus.", Place(settlement_id="s1")))
    publish(served, said.id, by=OPERATOR)
    for number in range(6):
        add_voice(served, said.id, voter=f"phone-{number}")
    token = ""
    with patch("sempre_geo.ui.session.login_token", side_effect=lambda: token):

        def opened(name: str, role: str) -> AppTest:
            nonlocal token
            if role:
                add_account(served, f"{role}1", role=role, password=PASSWORD)
                token = login(served, f"{role}1", password=PASSWORD)
            return AppTest.from_file(str(SCREENS / f"{name}.py"), default_timeout=90).run()

        yield opened


def _told(script: AppTest) -> str:
    assert not script.exception
    return " ".join(str(part.proto.body) for part in script.get("html"))


def test_the_coordinator_hears_clusters_news_and_silent_places(page: _Open) -> None:
    script = page("listen", "coordinator")
    told = _told(script)
    assert "7 people near" in told
    assert "Nobody from Augstkalni has told us anything yet." in told
    assert "That is silence, not satisfaction." in told
    assert "Choose a service to see" in script.caption[0].value
    script.selectbox(key="listen_group").set_value("over_64").run()
    assert "Nobody from Augstkalni" not in _told(script), "none of the seven said that it is over 64"
    assert "Too few have spoken so far" in " ".join(str(part.value) for part in script.markdown)
    script.selectbox(key="listen_group").set_value("women").run()
    assert "Where this group lives is not known" in " ".join(str(part.value) for part in script.markdown)
    script.button(key="listen_seen").click().run()
    assert "0 people have spoken since" in " ".join(str(part.value) for part in script.markdown)


def test_a_policymaker_hears_steps_of_five_and_is_not_asked_for_group_or_time(page: _Open) -> None:
    script = page("listen", "policymaker")
    told = _told(script)
    assert "5 people near" in told
    assert "7" not in [word for word in told.split() if word.isdigit()]
    assert [box.key for box in script.selectbox] == ["listen_service"]
    assert not [button for button in script.button if button.key == "listen_seen"]


@pytest.mark.parametrize("name", ["listen", "outreach"])
def test_a_visitor_reads_who_may_see_it(page: _Open, name: str) -> None:
    told = _told(page(name, ""))
    assert "coordinator" in told
    assert f"to={name}" in told
    assert "Augstkalni" not in told


def test_a_policymaker_plans_no_outreach(page: _Open) -> None:
    assert "member of a network" in _told(page("outreach", "policymaker"))


def test_the_coordinator_plans_a_tour_takes_its_files_and_notes_the_day(page: _Open, served: Settings) -> None:
    script = page("outreach", "coordinator")
    assert "Augstkalni" in _told(script)
    script.multiselect(key="tour_places").set_value(["s0"])
    script.button(key="tour_plan").click().run()
    told = _told(script)
    assert "Set out at" in told
    address = told.split('href="/outreach-file?')[1].split('"')[0]
    client = Client(Starlette(routes=outreach_routes()))
    assert client.get(f"/outreach-file?{address}").status_code == 404, "the file asks who takes it"
    script.number_input(key="held_came").set_value(14)
    script.button(key="held_save").click().run()
    assert "14 people came" in _told(script)
    assert held_days(served, NAME, by=OPERATOR)["came"].tolist() == [14]


def test_the_people_of_a_group_are_not_told_as_everybody_and_voices_are_whole(page: _Open) -> None:
    script = page("outreach", "coordinator")
    assert not re.search(r"where \d+\.\d", _told(script))
    script.selectbox(key="group").set_value("over_64").run()
    assert re.search(r"</strong> \(People over 64\): \d+ people live here; 0 voices", _told(script))
    assert not re.search(r"where \d+\.\d", _told(script))


def test_the_coordinator_chooses_a_limit_and_a_hall_and_the_tour_goes_there(
    page: _Open, served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sempre_geo.community.outreach.HALLS", ("library", "gp"))
    script = page("outreach", "coordinator")
    assert script.selectbox(key="held_gp_car").value == "own-20", "as usual where there is no timetable"
    script.button_group(key="by").set_value("bike").run()
    assert script.selectbox(key="held_gp_bike").value != "own-20"
    script.session_state["outreach_halls"] = {"s0": "a hall that the last build no longer has"}
    script.selectbox(key="hall_place").set_value("s0").run()
    told = _told(script)
    assert "4.9 km from the middle of the place. Opening hours: not known. With a wheelchair: not known." in told
    assert "0.1 km from the middle of the place. Opening hours: Tuesday 09:00-13:00. With a wheelchair: yes." in told
    assert "On this day it is closed." in told
    assert HOSTILE not in told
    script.selectbox(key="hall_of_s0").set_value("gp1").run()
    script.multiselect(key="tour_places").set_value(["s0"])
    days = [_tuesday() + timedelta(days=ahead) for ahead in range(-1, 4)]
    assert day_for_tour(served, NAME, halls=["gp1"], days=days) == _tuesday(), "a day on which the hall is open"
    script.multiselect(key="tour_days").set_value([_tuesday() + timedelta(days=1)])
    script.button(key="tour_plan").click().run()
    assert "Closed on these days: Dr. Ozola (Tuesday 09:00-13:00)." in script.error[0].value
    assert listed_tours(served, NAME, by=OPERATOR).empty
    script.multiselect(key="tour_days").set_value([_tuesday()])
    script.button(key="tour_plan").click().run()
    assert "Augstkalni</strong>, Dr. Ozola" in _told(script)


def _tuesday() -> date:
    """A day of the next weeks on which the doctor is open."""
    today = datetime.now(UTC).date()
    return next(day for day in (today + timedelta(days=ahead) for ahead in range(2, 9)) if day.weekday() == 1)


@pytest.mark.parametrize(("name", "tables"), [("listen", ("listen", "silent")), ("outreach", ("outreach",))])
def test_exact_figures_lie_at_no_address_that_asks_nobody(page: _Open, name: str, tables: tuple[str, ...]) -> None:
    script = page(name, "coordinator")
    for table in tables:
        script.session_state[f"{table}_table"] = True
    script.run()
    assert not script.exception
    assert len(script.dataframe) == len(tables)
    assert not script.get("download_button")


def test_a_tour_without_a_day_is_refused_in_a_sentence(page: _Open) -> None:
    script = page("outreach", "network_member")
    script.multiselect(key="tour_days").set_value([])
    script.button(key="tour_plan").click().run()
    assert "at least one place and one day" in script.error[0].value
