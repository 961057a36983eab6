"""The way through the app in a real browser, with every other host refused."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from sempre_geo.community.contributions import Draft, Place
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import publish, review_queue
from sempre_geo.settings import Settings
from tests.browser.conftest import Server, Visit, Watch, lasting, settled, until
from tests.ui.small_region import HOSTILE, NAME, small_settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as the test
PAGES = ("/", "/near", "/tell", "/said", "/mine", "/proposals", "/gaps", "/sources", "/review")
LARGEST_BYTES = 2_000_000


@pytest.fixture(scope="session")
def store(server: Server) -> Settings:
    """The store of the running app, with a coordinator."""
    settings = small_settings(server.folder)
    add_account(settings, "anna", role="coordinator", password=PASSWORD)
    return settings


def _map(page: Page) -> FrameLocator:
    frame = page.frame_locator("iframe[title*=folium]").first
    frame.locator(".leaflet-tile-loaded").first.wait_for()
    return frame


def _choose(page: Page, label: str, text: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.keyboard.type(text)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")


def _publish_all(store: Settings) -> None:
    token = login(store, "anna", password=PASSWORD)
    for waiting in review_queue(store, NAME, by=token)["id"]:
        publish(store, waiting, by=token)


def test_the_first_map_comes_and_nobody_else_is_asked(visit: Visit, watch: Watch, server: Server) -> None:
    page = visit()
    _map(page)
    page.locator("footer").wait_for()
    assert "missing" not in server.log.read_text(encoding="utf-8"), "the map makes itself known without a complaint"
    assert watch.refused == []
    assert watch.errors == []


def test_another_host_would_be_heard_of_and_is_not_found(visit: Visit, watch: Watch) -> None:
    page, failed = visit("/health"), []
    page.on("requestfailed", lambda request: failed.append((request.url, request.failure)))
    page.goto("about:blank")
    page.set_content('<img src="https://example.org/a.png">')
    until(page, lambda: failed)
    assert failed == [("https://example.org/a.png", "net::ERR_NAME_NOT_RESOLVED")]
    assert watch.refused == ["https://example.org/a.png"]


def test_a_tap_on_the_map_is_answered_in_sentences(visit: Visit) -> None:
    page = visit()
    _map(page).locator(".leaflet-container").click(position={"x": 400, "y": 250})
    page.locator(".answer h2").wait_for()
    assert "live" in page.locator(".answer").inner_text()
    page.wait_for_url("**/*place=*")
    assert "lat" not in page.url
    assert "19." not in page.url


def test_a_need_pinned_on_the_map_is_there_after_a_reload_and_a_restart(
    visit: Visit, server: Server, store: Settings
) -> None:
    page = visit("/tell")
    page.get_by_role("radio", name="Library").or_(page.get_by_role("button", name="Library")).first.click()
    page.get_by_role("button", name="On", exact=True).click()
    page.get_by_text("Step 2 of 4").wait_for()
    _map(page).locator(".leaflet-container").click(position={"x": 300, "y": 300})
    page.get_by_text("You tapped the map.").wait_for()
    page.get_by_role("button", name="On", exact=True).click()
    page.get_by_text("Step 3 of 4").wait_for()
    page.get_by_role("button", name="On", exact=True).click()
    page.get_by_label("In your own words").fill("The library bus does not come any more.")
    page.get_by_text("You may keep this and show it").click()
    page.get_by_role("button", name="Save my need").click()
    code = page.locator("[data-code]").inner_text()
    assert len(code) > 12
    page.reload()
    waiting = 'img[src*="need_waiting"]'
    _map(page).locator(waiting).first.wait_for()
    assert "library bus" not in page.content()
    server.stop()
    server.start()
    _map(visit("/tell")).locator(waiting).first.wait_for()
    assert "awaiting_review" in public_contributions(store, NAME)["status"].tolist()


def test_a_coordinator_logs_in_and_publishes_and_visitors_then_read_it(visit: Visit, store: Settings) -> None:
    tell(store, NAME, draft=Draft("need", "library", "Closed when I come from work.", Place(settlement_id="s1")))
    page = visit("/login")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Closed when I come from work.").wait_for()
    entry = page.locator('[class*="st-key-entry_"]').filter(has_text="Closed when I come from work.")
    entry.get_by_role("button", name="Publish", exact=True).click()
    expect(entry).to_have_count(0)
    other = visit("/?service=library&place=s1")
    other.locator("blockquote", has_text="Closed when I come from work.").wait_for()


def test_an_idea_becomes_a_proposal(visit: Visit, store: Settings) -> None:
    tell(store, NAME, draft=Draft("idea", "library", "A book box in the shop.", Place(settlement_id="s1")))
    _publish_all(store)
    page = visit("/proposals")
    idea = page.locator('[class*="st-key-idea_"]').filter(has_text="A book box in the shop.")
    idea.get_by_role("button", name="Make a proposal of it").click()
    page.get_by_label("A short name for it").fill("Book boxes")
    page.get_by_label("What should happen?").fill("A box of books in each shop.")
    page.get_by_label("For whom?").fill("Everybody without a car.")
    page.get_by_label("Why here?").fill("The library is 14 km away.")
    page.get_by_label("How do you want to be called?").fill("Aina")
    page.get_by_role("button", name="Save the proposal").click()
    page.get_by_text("Your proposal is saved.").wait_for()
    assert len(page.locator("[data-code]").inner_text()) > 12


def test_hostile_texts_run_nowhere(visit: Visit, watch: Watch, store: Settings) -> None:
    for kind in ("need", "idea"):
        tell(store, NAME, draft=Draft(kind, "library", HOSTILE, Place(settlement_id="s1"), title=HOSTILE))
    _publish_all(store)
    for path in ("/?service=library&place=s1", "/tell", "/proposals", "/gaps?service=library"):
        page = visit(path)
        page.locator("footer").wait_for()
        if page.locator("iframe[title*=folium]").count():
            _map(page).locator(".leaflet-marker-icon").first.hover(force=True)
        frames = list(page.frames)  # one more may come while they are asked
        assert frames
        assert all(frame.evaluate("window.hacked === undefined") for frame in frames)
    assert watch.refused == []
    assert not [error for error in watch.errors if "hacked" in error]


def test_the_keyboard_alone_finds_a_place_and_its_answer(visit: Visit) -> None:
    page = visit()
    settled(page)
    box = page.get_by_role("combobox", name="Where do you live?")
    for _press in range(40):
        page.keyboard.press("Tab")
        if box.evaluate("element => element === document.activeElement"):
            break
    expect(box).to_be_focused()
    page.keyboard.type("Bebr")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    page.locator(".answer h2", has_text="Bebrene").wait_for()
    assert "41 people live here." in page.locator(".answer").inner_text()


def _serious(page: Page) -> list[str]:
    return [
        f"{entry['id']}: {node['html'][:160]}"
        for entry in Axe().run(page).response["violations"] if entry["impact"] in {"serious", "critical"}
        for node in entry["nodes"]
    ]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_light_serves_everybody_and_fits_a_narrow_screen(
    visit: Visit, watch: Watch, server: Server, path: str
) -> None:
    """Under 2 MB beside Streamlit's own files, nothing serious for axe, and never a sideways scroll."""
    page = visit(path)
    settled(page)
    page.wait_for_load_state("networkidle")
    assert 0 < watch.ours_bytes(server.address) < LARGEST_BYTES
    assert lasting(page, lambda: _serious(page)) == []
    page.set_viewport_size({"width": 390, "height": 844})
    until(page, "document.documentElement.scrollWidth <= window.innerWidth")
    until(page, "document.querySelector('.stMain').scrollWidth <= window.innerWidth")


def test_a_page_opened_by_its_address_is_left_by_going_back_once(visit: Visit) -> None:
    page = visit("/sources")
    page.locator("footer").wait_for()
    page.goto(page.url.replace("/sources", "/gaps"))
    page.wait_for_url("**/gaps?*service=*")
    page.go_back()
    page.wait_for_url("**/sources*")
