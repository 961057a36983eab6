"""A coordinator's day in a real browser: the inbox, a workshop in which nobody sees the one before, a project."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from sempre_geo.community.contributions import Draft, Place
from sempre_geo.pipeline.community.accounts import add_account
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.settings import Settings
from tests.browser.conftest import Server, Visit, Watch
from tests.ui.small_region import NAME, small_settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as the test
SAME = "The mobile library has not come to our village since June."
IDEA = "Lend books in the village shop on Fridays."
SECRET = "My husband is ill and I cannot leave him."  # noqa: S105 - what somebody tells in the hall


@pytest.fixture(scope="module")
def store(server: Server) -> Settings:
    """The store of the running app, with a coordinator of this file's own."""
    settings = small_settings(server.folder)
    add_account(settings, "riina", role="coordinator", password=PASSWORD)
    return settings


def _log_in(page: Page) -> None:
    page.get_by_label("Name").fill("riina")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def _box(page: Page, kind: str, text: str) -> Locator:
    return page.locator(f'[class*="st-key-{kind}_"]').filter(has_text=text).last


def _answer(page: Page, text: str) -> str:
    """One person on the device: a few presses, a sentence, and the code they get."""
    page.get_by_text("Library", exact=True).click()
    page.get_by_label("In your own words").fill(text)
    page.get_by_text("You may keep this and show it").click()
    page.get_by_role("button", name="Save my need").click()
    code = page.locator("[data-code]")
    code.wait_for()
    return code.inner_text()


def test_the_inbox_puts_together_what_says_the_same_and_publishes_it(visit: Visit, store: Settings) -> None:
    for kind, text in (("need", SAME), ("need", SAME), ("idea", IDEA)):
        tell(store, NAME, draft=Draft(kind, "library", text, Place(settlement_id="s1")))
    page = visit("/login")
    _log_in(page)
    _box(page, "alike", SAME).get_by_role("button", name="Count them as one").click()
    expect(page.get_by_role("button", name="Take apart again")).to_be_visible()
    for text in (SAME, IDEA):
        _box(page, "entry", text).get_by_role("button", name="Publish", exact=True).click()
        expect(page.locator('[class*="st-key-entry_"]').filter(has_text=text)).to_have_count(0)
    said = public_contributions(store, NAME).set_index("text")
    assert said.loc[SAME, "voices"] == 1
    assert said.loc[IDEA, "status"] == "published"


@pytest.mark.usefixtures("store")
def test_in_a_workshop_the_next_person_sees_nothing_of_the_one_before(
    visit: Visit, server: Server, watch: Watch
) -> None:
    page = visit("/login?to=workshop")
    _log_in(page)
    page.get_by_role("combobox", name="Where?").click()
    page.keyboard.type("Bebr")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open the workshop").click()
    page.get_by_role("img", name=re.compile("A square to scan")).wait_for()
    left_open = page.context.new_page()
    left_open.goto(f"{server.address}/review")
    left_open.get_by_text("Logged in as riina.").wait_for()
    page.get_by_role("button", name="Hand the device round").click()
    page.get_by_label("In your own words").wait_for()
    expect(left_open.get_by_role("link", name="Log in").first).to_be_visible()
    left_open.close()
    fields = page.locator(".stMain input[type=text]")
    assert {fields.nth(number).get_attribute("autocomplete") for number in range(fields.count())} == {"off"}
    code = _answer(page, SECRET)
    page.get_by_role("button", name="next person").click()
    page.get_by_text("1 person has spoken so far.").wait_for()
    for _step in ("as it is", "back", "back again"):
        _nothing_is_left(page, code)
        page.go_back()
        page.wait_for_load_state("networkidle")
    for address in ("light/en/tell", "review"):
        page.goto(f"{server.address}/{address}")
        page.get_by_label("In your own words").wait_for()
    expect(page.locator("footer")).to_have_count(0)
    _nothing_is_left(page, code)
    assert _answer(page, "No bus on Saturdays.") != code
    page.get_by_role("button", name="next person").click()
    page.get_by_role("link", name="End the round").click()
    _log_in(page)
    page.get_by_text("2 people have spoken so far.").wait_for()
    page.get_by_role("button", name="Close the workshop").click()
    page.get_by_role("link", name="Take it to the office").wait_for()
    assert watch.refused == []
    assert watch.errors == []


def _nothing_is_left(page: Page, code: str) -> None:
    shown = page.content() + page.evaluate(
        "JSON.stringify([...document.querySelectorAll('textarea,input')].map(e => e.value))"
    )
    assert SECRET not in shown
    assert code not in shown
    assert page.evaluate("JSON.stringify([localStorage, sessionStorage])").find("husband") < 0


@pytest.mark.usefixtures("store")
def test_a_team_forms_from_an_idea_and_its_proposal_is_taken_along(visit: Visit, server: Server) -> None:
    page = visit("/login")
    _log_in(page)
    page.get_by_text("What waits for review").wait_for()
    page.goto(f"{server.address}/proposals")
    _box(page, "idea", IDEA).get_by_role("button", name="Make a proposal of it").click()
    page.get_by_label("A short name for it").fill("Books in the shop")
    page.get_by_label("What should happen?").fill("A shelf in the shop.")
    page.get_by_label("For whom?").fill("Everybody without a car.")
    page.get_by_label("Why here?").fill("The library is 14 km away.")
    page.get_by_label("How do you want to be called?").fill("Riina")
    page.get_by_role("button", name="Save the proposal").click()
    page.get_by_role("button", name="Answer further questions").click()
    page.get_by_text("Team", exact=True).click()
    page.get_by_role("button", name="Invite one more person").click()
    invitation = page.locator(".code:not([data-code])").inner_text()
    _join(visit("/proposals"), invitation)
    page.get_by_text("Read it, take it along").click()
    link = page.get_by_role("link", name="Word document")
    link.wait_for()
    answer = page.request.get(server.address + str(link.get_attribute("href")))
    assert answer.body().startswith(b"PK")
    page.get_by_role("button", name="All proposals").click()
    card = _box(page, "board", "Books in the shop")
    expect(card).to_contain_text("Words that no coordinator has read wait")


def _join(page: Page, invitation: str) -> None:
    """Somebody else, who has the four words and no link, becomes a provider in the team without an account."""
    page.locator("summary").filter(has_text="My code").click()
    page.get_by_label("The four words you were given").fill(invitation)
    page.get_by_label("The four words you were given").press("Enter")
    expect(page.get_by_label("The invitation, or the code")).to_have_value(invitation)
    page.get_by_label("How do you want to be called?").fill("The shop")
    page.get_by_text("provides the service").click()
    page.get_by_role("button", name="Join the team").click()
    page.locator("[data-code]").wait_for()
