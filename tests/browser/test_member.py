"""A community member's way in a real browser: from the first screen to the row in the store."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.pipeline.community.contributions import open_with_code, tell
from sempre_geo.pipeline.community.photos import photo_folder
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import publish, review_queue
from sempre_geo.settings import Settings
from tests.browser.conftest import Server, Visit, Watch, until
from tests.ui.small_region import NAME, small_settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
WORDS = "I go twice a year instead of monthly."


@pytest.fixture(scope="module")
def store(server: Server) -> Settings:
    return small_settings(server.folder)


def _on(page: Page, step: int) -> None:
    page.get_by_role("button", name="On", exact=True).click()
    page.get_by_text(f"Step {step} of 4").wait_for()


def _pill(page: Page, name: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()


def _texts(store: Settings) -> list[str]:
    return review_queue(store, NAME, by=OPERATOR)["text"].tolist()


def test_a_person_asks_what_is_near_and_tells_a_need_from_the_first_screen_on(visit: Visit, watch: Watch, store):
    page = visit("/")
    page.get_by_role("link", name="Tell us").first.click()
    page.wait_for_url(re.compile(r"/tell$"))
    page.get_by_role("link", name="What is near me").click()
    page.get_by_label("Name of a village").fill("bjebrne")
    page.keyboard.press("Enter")
    page.locator(".answer h2", has_text="Bebrene").wait_for()
    expect(page.locator(".answer.one").first).to_contain_text(
        "The nearest doctor: Dr. Ozola, Augstkalni, 8 min by car."
    )
    page.wait_for_url(re.compile(r"place=s1(&|$)"))
    page.get_by_role("button", name="Something missing here?").click()
    _pill(page, "Doctor")
    _on(page, 2)
    expect(page.get_by_role("combobox", name="Or choose from the list")).to_have_value(re.compile("Bebrene"))
    _on(page, 3)
    _pill(page, "I cannot get there")
    _on(page, 4)
    page.get_by_label("In your own words").fill(WORDS)
    page.get_by_text("You may keep this and show it").click()
    page.get_by_role("button", name="Save my need").click()
    code = page.locator("[data-code]").inner_text()
    until(page, "document.querySelector('.qr img').naturalWidth > 100")
    own = open_with_code(store, code)
    assert (own.text, own.category, own.obstacle) == (WORDS, "gp", "cannot_get_there")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Print it").click()
    paper = opened.value
    expect(paper.locator(".code")).to_have_text(code)
    assert code not in paper.url
    page.goto(page.url.replace("/tell", "/mine"))
    page.get_by_label("The four words you were given").fill(code.upper())
    page.get_by_role("button", name="Open what I wrote").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you wrote")
    assert watch.refused == []
    assert watch.errors == []


def test_a_half_filled_form_outlasts_another_language_a_reload_and_going_back(visit: Visit, store):
    page = visit("/tell")
    _pill(page, "Library")
    _on(page, 2)
    page.get_by_label("Name of a village").fill("dizvangi")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Or choose from the list")).to_have_value(re.compile("Dižvanagi"))
    _on(page, 3)
    _pill(page, "Someone I care for")
    _on(page, 4)
    page.get_by_label("In your own words").fill(WORDS)
    page.keyboard.press("Tab")
    photo = page.get_by_test_id("stFileUploaderDropzoneInput")
    photo.set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": _picture()})
    page.get_by_text("mine.png").wait_for()
    map_ = page.frame_locator("iframe[title*=folium]").first
    map_.locator(".leaflet-control-zoom-in").click()
    map_.locator(".leaflet-tile-loaded").first.wait_for()
    zoom = map_.locator("html").evaluate("() => window.map.getZoom()")
    page.get_by_role("combobox", name="Language").click()
    page.keyboard.type("Latv")
    page.get_by_role("option", name="Latviešu").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Valoda")).to_be_visible()
    said = page.locator(".st-key-tell_text textarea")
    expect(said).to_have_value(WORDS)
    expect(map_.locator(".leaflet-control-attribution")).to_contain_text("Izdomāta vieta")
    assert map_.locator("html").evaluate("() => window.map.getZoom()") == zoom
    said.press("End")
    page.keyboard.type(" Not yet left.")
    page.reload()
    whole = f"{WORDS} Not yet left."
    expect(said).to_have_value(whole)
    page.get_by_text("4. solis no 4").wait_for()
    page.goto(page.url.replace("/tell", "/mine"))
    page.locator("html[lang=lv]").wait_for(state="attached")
    page.go_back()
    expect(said).to_have_value(whole)
    page.get_by_text("photo.jpg").wait_for()
    page.locator(".st-key-tell_consent label").click()
    page.locator(".st-key-tell_save button").click()
    own = open_with_code(store, page.locator("[data-code]").inner_text())
    assert (own.text, own.about, own.category) == (whole, "someone_i_care_for", "library")
    assert [path for path in photo_folder(store).rglob("*") if path.is_file()]
    page.reload()
    expect(page.locator(".st-key-tell_category")).to_be_visible()
    until(page, "!Object.keys(sessionStorage).some(name => name.startsWith('sempre:'))")


def _picture() -> bytes:
    """A photo larger than what a tab keeps of it."""
    from PIL import Image

    drawn = BytesIO()
    Image.linear_gradient("L").resize((2000, 900)).save(drawn, "PNG")
    return drawn.getvalue()


def test_me_too_counts_once_a_browser_also_after_a_reload(visit: Visit, server: Server, store):
    receipt = tell(store, NAME, draft=Draft("idea", "library", "A book bus.", Place(settlement_id="s1")))
    publish(store, receipt.id, by=OPERATOR)
    page, sent = visit("/health"), []

    def hear(frame: str | bytes) -> None:
        sent.append(frame.encode() if isinstance(frame, str) else frame)

    page.on("websocket", lambda line: line.on("framesent", hear))
    page.goto(f"{server.address}/said?place=s1")
    for told in ("Your voice counts.", "Your voice was counted before"):
        entry = page.locator(f".st-key-said_{receipt.id}")
        entry.get_by_role("button", name="Me too").wait_for()
        until(page, "localStorage.getItem('sempre:voter')")
        browser = page.evaluate("localStorage.getItem('sempre:voter')").encode()
        until(page, lambda known=browser: any(known in frame for frame in sent))  # the app is told which browser it is
        entry.get_by_role("button", name="Me too").click()
        page.get_by_text(told).wait_for()
        sent.clear()
        page.reload()
    rows = public_contributions(store, NAME).set_index("id")
    assert rows.loc[receipt.id, "voices"] == 1


def test_the_keyboard_alone_tells_a_need(visit: Visit, store):
    page = visit("/tell")
    page.locator("footer").wait_for()
    before = len(_texts(store))
    _reach(page, "Doctor")
    page.keyboard.press("Space")
    _press(page, "On", until="Step 2 of 4")
    _reach(page, "Name of a village, a town or a landmark")
    page.keyboard.type("Bebrene")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Or choose from the list")).to_have_value(re.compile("Bebrene"))
    _press(page, "On", until="Step 3 of 4")
    _press(page, "On", until="Step 4 of 4")
    _reach(page, "In your own words, in any language")
    page.keyboard.type("By keyboard alone.")
    _reach(page, "You may keep this and show it, without my name, after somebody has read it")
    page.keyboard.press("Space")
    _press(page, "Save my need", until="Your need is saved.")
    assert len(_texts(store)) == before + 1
    assert "By keyboard alone." in _texts(store)


def _reach(page: Page, name: str) -> None:
    """Tab until what is focused is called so; the page itself, which has every word in it, is nothing focused."""
    named = """name => {
        const focused = document.activeElement;
        if (!focused || !focused.matches('a, button, input, textarea, [role]')) return false;
        const texts = [focused.ariaLabel, focused.innerText, ...[...(focused.labels || [])].map(one => one.innerText)];
        return texts.flatMap(text => (text || '').split('\\n')).some(line => line.trim() === name);
    }"""
    for _time in range(120):
        if page.evaluate(named, name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(name)


def _press(page: Page, name: str, *, until: str) -> None:
    _reach(page, name)
    page.keyboard.press("Enter")
    page.get_by_text(until).first.wait_for()


def test_a_device_that_may_say_where_it_is_is_asked_only_on_request_and_its_position_is_in_no_address(visit: Visit):
    page = visit("/near", width=390)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 19.393, "latitude": 57.333})
    frame = page.frame_locator("iframe[title*=position]")
    frame.get_by_role("button", name="Use my position").wait_for()
    expect(page.locator(".answer h2")).to_have_count(0)
    frame.get_by_role("button", name="Use my position").click()
    page.locator(".answer h2", has_text="Bebrene").wait_for()
    page.wait_for_url("**/*place=CRS3035*")
    assert not any("19.39" in url or "57.33" in url for url in [*asked, page.url])
