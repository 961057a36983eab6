"""Outreach in a real browser: the coordinator sees the silent places, plans a tour, takes its files, notes the day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Page

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.pipeline.community.accounts import add_account
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.outreach_days import held_days
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.community.voices import add_voice
from sempre_geo.settings import Settings
from tests.browser.conftest import Server, Visit, Watch, serving_small_region
from tests.ui.small_region import HOSTILE, NAME, small_settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as the test


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An app of its own: what the other tests tell would break the silence."""
    yield from serving_small_region(tmp_path_factory.mktemp("silent"))


@pytest.fixture
def store(server: Server) -> Iterator[Settings]:
    """The store of the running app, with a coordinator of its own and a need from Bebrene."""
    settings = small_settings(server.folder)
    add_account(settings, "tour-anna", role="coordinator", password=PASSWORD)
    said = tell(settings, NAME, draft=Draft("need", "library", HOSTILE, Place(settlement_id="s1")))
    publish(settings, said.id, by=OPERATOR)
    for number in range(6):
        add_voice(settings, said.id, voter=f"phone-{number}")
    yield settings
    close_community(settings)


def _logged_in(page: Page) -> None:
    page.locator("#name").fill("tour-anna")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_the_coordinator_hears_silence_plans_a_tour_and_notes_the_day(
    visit: Visit, watch: Watch, store: Settings, tmp_path: Path
) -> None:
    page = visit("/login?to=listen")
    _logged_in(page)
    page.get_by_text("Nobody from Augstkalni has told us anything yet.").first.wait_for()
    assert page.evaluate("window.hacked === undefined")
    page.goto(page.url.split("/listen")[0] + "/outreach")
    page.get_by_role("button", name="Plan the tour").click()
    tour = page.locator("[data-tour]")
    tour.wait_for()
    assert "Set out at" in tour.inner_text()
    for link, begins in (("The plan to print (PDF)", b"%PDF"), ("Calendar file", b"BEGIN:VCALENDAR")):
        with page.expect_download() as taken:
            page.get_by_role("link", name=link).click()
        taken.value.save_as(tmp_path / "taken")
        content = (tmp_path / "taken").read_bytes()
        assert content.startswith(begins)
    assert len(Calendar.from_ical(content).walk("VEVENT")) >= 1
    page.get_by_text("Note a day that was held").click()
    page.get_by_label("How many came?").fill("14")
    page.get_by_role("button", name="Note the day").click()
    page.get_by_text("14 people came").wait_for()
    assert held_days(store, NAME, by=OPERATOR)["came"].tolist() == [14]
    assert watch.refused == []
    assert watch.errors == []
