"""A service's own people in a real browser: from asking to hours that everybody's answer uses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sempre_geo.pipeline.community.accounts import add_account
from sempre_geo.pipeline.community.corrections import corrections_in_use
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.explore.visit_views import offered_days
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.settings import Settings, read_settings
from tests.browser.conftest import Server, Visit, Watch
from tests.timetable_files import CALENDAR, timetable, write_zip
from tests.village import EAST, NORTH, SOUTH, WEST, write_village

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
NAME = "village"
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as the test
_SATURDAY = 5


@pytest.fixture
def village(tmp_path: Path) -> Iterator[tuple[Server, Settings]]:
    """The app on a village whose bus runs each day, and whose pharmacy is closed on Saturdays."""
    names = {"SEMPRE_DATA": str(tmp_path / "data"), "SEMPRE_LAYERS": str(tmp_path / "layers"), "SEMPRE_REGION": NAME}
    trips = {"out": [("b", "07:10:00"), ("a", "07:30:00")], "back": [("a", "12:20:00"), ("b", "12:40:00")]}
    always = CALENDAR.replace("20260101,20261231", "20200101,20991231")
    tables = timetable(trips, places={"a": (WEST, SOUTH), "b": (EAST, NORTH)}, more={"calendar": always})
    settings = read_settings(names)
    build_region(
        settings, NAME, osm=[write_village(tmp_path / "v.osm.pbf")], gtfs=[write_zip(tmp_path / "g.zip", tables)],
        country="LV",
    )  # fmt: skip
    add_account(settings, "anna", role="coordinator", password=PASSWORD)
    running = Server(tmp_path, names)
    running.start()
    yield running, settings
    running.stop()


def _log_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_a_provider_is_checked_and_its_hours_reach_everybodys_answer(
    visit: Visit, watch: Watch, village: tuple[Server, Settings]
) -> None:
    server, settings = village
    page = visit("/", address=server.address, width=390)
    page.get_by_role("link", name="I offer a service").click()
    page.get_by_role("combobox", name="What kind of service?").click()
    page.keyboard.type("Pharm")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    for label, said in (("Your name", "Ilze"), ("How can we reach you?", "26123456"), ("How can we check", "the door")):
        page.get_by_label(label).fill(said)
    page.get_by_role("button", name="Ask to speak for it").click()
    code = page.locator("[data-code]").inner_text()

    office = visit("/login", address=server.address)
    _log_in(office, "anna")
    office.get_by_role("button", name="I have checked this").click()
    expect(office.get_by_role("button", name="I have checked this")).to_have_count(0)

    page.get_by_role("button", name="I have written it down").click()
    page.get_by_text("I was called back: open my account").click()
    page.get_by_label("Your code").fill(code)
    page.get_by_label("The name with which you want to log in").fill("pharmacy")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Password", exact=True).press("Enter")
    page.get_by_text("at least 10 characters").wait_for()
    expect(page.get_by_label("Password", exact=True)).to_have_value("short")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    for key in ("Tab", "Tab", "Enter"):  # by way of the eye in the field to the button
        page.keyboard.press(key)
    page.get_by_text("Your account is open.").wait_for()
    page.get_by_role("link", name="I have an account: log in").click()
    _log_in(page, "pharmacy")

    page.wait_for_url("**/my_service")
    page.get_by_role("button", name="These hours are right").wait_for()
    page.get_by_label("Saturday").fill("9-12")
    page.get_by_label("Saturday").press("Enter")
    page.get_by_text("people could come on Saturdays who cannot come that day.").first.wait_for()
    assert corrections_in_use(settings, NAME).empty, "it was only tried"
    page.get_by_role("button", name="Save these hours").click()
    page.get_by_text("Every calculation uses it from now on").wait_for()
    assert "Sa 09:00-12:00" in corrections_in_use(settings, NAME)["value"].iloc[0]

    today = datetime.now(UTC).date()
    saturday = next(day for day in offered_days(settings, NAME, today=today) if day.weekday() == _SATURDAY)
    home = str(open_region(settings, NAME).cells.index[-1])
    other = visit(f"/?service=pharmacy&by=transit&day={saturday}&stay=60&place={home}", address=server.address)
    other.locator(".answer", has_text="the service itself").wait_for()
    assert "leave 0" in other.locator(".answer").inner_text()
    assert watch.refused == []
    assert watch.errors == []
