"""The light pages in a real browser: with and without scripts, with and without a network, for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.photos import photo_folder
from sempre_geo.pipeline.community.proposals import approve, propose
from sempre_geo.pipeline.community.review import exact_place, publish, review_queue
from sempre_geo.settings import Settings
from sempre_geo.ui.installation import installation
from tests.browser.conftest import CHROMIUM, until
from tests.browser.light_server import LightServer
from tests.ui.small_region import HOSTILE, NAME, small_environment, small_settings, write_small_region

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
WORDS = "The bus comes twice a day. I go twice a year instead of monthly."
SECOND_GENERATION = {"offline": False, "downloadThroughput": 6000, "uploadThroughput": 6000, "latency": 300}
FIRST_SCREEN, FURTHER_SCREEN = 60_000, 20_000
SMALLEST_TARGET_PX = 44
Open = Callable[..., Page]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    write_small_region(tmp_path / "layers")
    for name, value in small_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    installation.cache_clear()
    settings = small_settings(tmp_path)
    yield settings
    close_community(settings)
    installation.cache_clear()


@pytest.fixture
def hall(store: Settings) -> Iterator[LightServer]:
    running = LightServer(store, NAME)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def opens(hall: LightServer, browser: Browser) -> Iterator[Open]:
    """Open a light page as a new visitor on a phone."""
    contexts: list[BrowserContext] = []

    def opened(path: str = "", *, scheme: str = "light", scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(40_000)
        page.goto(f"{hall.address}/light/en/{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def _say_what(page: Page, words: str = WORDS) -> None:
    page.get_by_label("Something is missing or hard", exact=True).check()
    page.get_by_label("What is it about?").select_option("library")
    page.get_by_label("In your own words").fill(words)


def _consent_and_save(page: Page) -> str:
    page.locator("#consent").check()
    page.get_by_role("button", name=re.compile("^Save")).click()
    return page.locator("[data-code]").inner_text()


def _whole(page: Page, words: str = WORDS) -> None:
    _say_what(page, words)
    page.get_by_label("Or choose from the list").select_option("s:s1")


def _has_kept_its_forms(page: Page) -> None:
    """Wait until the service worker can do without a network."""
    ready = """navigator.serviceWorker.controller && Promise.all(['tell/whole', 'kept'].map(
        name => caches.match(`/light/en/${name}`))).then(found => found.every(Boolean))"""
    until(page, ready)


def _published(store: Settings, text: str, kind: str = "need") -> str:
    receipt = tell(store, NAME, draft=Draft(kind, "library", text, Place(settlement_id="s1"), title=text[:80]))
    publish(store, receipt.id, by=OPERATOR)
    return receipt.id


def _serves_everybody(page: Page) -> None:
    """Nothing for axe to say, nothing too small to touch, and no sideways scroll."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    assert {entry["id"]: [node["html"][:160] for node in entry["nodes"]][:3] for entry in found} == {}, page.url
    small = page.evaluate(
        """least => [...document.querySelectorAll('a, button, summary, select, textarea, input, .choice')]
        .filter(one => !one.matches('[type=hidden], .choice input, .trap *, .skip') && one.getClientRects().length)
        .filter(one => Math.min(one.getBoundingClientRect().height, one.getBoundingClientRect().width) < least - 0.5)
        .map(one => one.outerHTML.slice(0, 120))""",
        SMALLEST_TARGET_PX,
    )
    assert small == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    assert "Fictional" in page.locator("header").inner_text()


def test_without_scripts_and_at_second_generation_speed_a_need_is_told_followed_and_erased(opens, store):
    page = opens(scripts=False)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SECOND_GENERATION)
    page.get_by_role("link", name="Tell us a need or an idea").click()
    _say_what(page)
    page.get_by_role("button", name="On: where it is").click()
    page.get_by_label("Name of a village").fill("bebrene")
    page.get_by_role("button", name="On: check and send").click()
    code = _consent_and_save(page)
    assert review_queue(store, NAME, by=OPERATOR)["text"].tolist() == [WORDS]
    page.get_by_role("link", name="My code").click()
    page.get_by_label("The four words").fill(code.upper().replace("-", " "))
    page.get_by_role("button", name="Open what I wrote").click()
    page.get_by_label("Erase it everywhere").check()
    page.get_by_role("button", name="Erase what I wrote").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is erased")
    assert review_queue(store, NAME, by=OPERATOR).empty
    assert page.context.cookies() == []


def test_in_the_dark_the_colours_serve_everybody(opens, store):
    _published(store, "Closed when I come from work.")
    page = opens("tell", scheme="dark")
    page.get_by_role("button", name="On: where it is").click()
    _serves_everybody(page)
    page.goto(page.url.replace("tell/where", "tell/whole"))
    _whole(page)
    _consent_and_save(page)
    _serves_everybody(page)
    page.goto(page.url.replace("tell/save", "said"))
    _serves_everybody(page)


def test_every_light_page_serves_everybody(opens, store):
    entry = _published(store, "Closed when I come from work.")
    started = propose(store, NAME, sentences=Sentences("Book boxes", "A box.", "All.", "Far."), who=Member("user", "A"))
    approve(store, started.proposal_id, by=OPERATOR)
    page = opens("tell")
    page.get_by_role("button", name="On: where it is").click()
    _serves_everybody(page)
    expect(page.locator("#problems")).to_be_focused()
    _say_what(page)
    page.get_by_role("button", name="On: where it is").click()
    _serves_everybody(page)
    page.get_by_role("button", name="Show a small map with letters").click()
    _serves_everybody(page)
    page.get_by_label("Square, such as C4, or a name").fill("i")
    page.get_by_role("button", name="On", exact=True).click()
    _serves_everybody(page)
    page.locator("[name=found]").first.check()
    page.get_by_role("button", name="On: check and send").click()
    _serves_everybody(page)
    code = _consent_and_save(page)
    _serves_everybody(page)
    page.goto(page.url.replace("tell/save", "code"))
    page.get_by_label("The four words").fill(code)
    page.get_by_role("button", name="Open what I wrote").click()
    _serves_everybody(page)
    home = page.url.removesuffix("code")
    page.goto(f"{home}near")
    page.get_by_label("Name of a village").fill("Bebrene")
    page.get_by_label("Library").check()
    page.get_by_role("button", name="Show me").click()
    _serves_everybody(page)
    page.goto(f"{home}said/{entry}")
    page.get_by_role("button", name="Me too").click()
    _serves_everybody(page)
    page.goto(f"{home}code")
    page.get_by_label("The four words").fill(started.claim_code)
    page.get_by_role("button", name="Open what I wrote").click()
    page.locator("summary").last.click()
    _serves_everybody(page)
    page.get_by_role("button", name="Answer further questions").click()
    for _question in range(3):
        page.get_by_role("button", name="Next question").click()
        _serves_everybody(page)
    idea = _published(store, "A bus with books.", "idea")
    for path in (f"said/{idea}", f"said/{idea}/proposal", "said/near", "", "tell",
                 "tell/whole", "kept", "near", "said", f"said/{entry}", "proposals",
                 f"proposals/{started.proposal_id}", "code", "sources", "said/nothing"):  # fmt: skip
        page.goto(f"{home}{path}")
        _serves_everybody(page)


def test_the_first_page_and_each_further_screen_are_light(hall, browser):
    page = browser.new_context(service_workers="block").new_page()  # what one fetches is not told with its bytes
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    weight: list[int] = []
    network.on("Network.loadingFinished", lambda event: weight.append(int(event["encodedDataLength"])))
    for number, path in enumerate(("en/", "en/tell", "en/tell/whole", "en/near", "en/said", "en/code")):
        weight.clear()
        page.goto(f"{hall.address}/light/{path}", wait_until="networkidle")
        assert 0 < sum(weight) < (FURTHER_SCREEN if number else FIRST_SCREEN), path
    page.context.close()


def test_without_a_network_an_entry_waits_on_the_phone_and_is_sent_once(opens, hall, store):
    page = opens("tell")
    _has_kept_its_forms(page)
    hall.stop()
    page.goto(f"{hall.address}/light/en/tell")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tell us")
    _whole(page)
    page.locator("#consent").check()
    page.get_by_role("button", name="Save it").click()
    expect(page.locator("[data-unsent]")).to_be_visible()
    page.goto(f"{hall.address}/light/en/tell/whole")
    hall.start()
    assert review_queue(store, NAME, by=OPERATOR).empty
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#told")).to_contain_text("Your need is saved. Your code:", timeout=30_000)
    page.get_by_role("button", name="I have noted the code").click()
    for _time in range(2):
        page.goto(f"{hall.address}/light/en/")
        page.evaluate("window.dispatchEvent(new Event('online'))")
    assert review_queue(store, NAME, by=OPERATOR)["text"].tolist() == [WORDS]
    expect(page.locator("#told")).to_be_hidden()


def test_a_photo_waits_with_its_entry_without_a_network_and_loses_its_metadata(opens, hall, store, tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "secret caption"
    exif.get_ifd(0x8825)[2] = (57.0, 1.0, 16.0)
    Image.new("RGB", (400, 300), "green").save(tmp_path / "bus.jpg", exif=exif, comment=b"secret comment")
    page = opens("tell")
    _has_kept_its_forms(page)
    hall.stop()
    page.goto(f"{hall.address}/light/en/tell")
    _whole(page)
    page.locator("#photo").set_input_files(tmp_path / "bus.jpg")
    page.locator("#consent").check()
    page.get_by_role("button", name="Save it").click()
    expect(page.locator("[data-unsent]")).to_be_visible()
    page.goto(f"{hall.address}/light/en/kept")
    hall.start()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#told")).to_contain_text("Your need is saved. Your code:", timeout=30_000)
    page.get_by_role("button", name="I have noted the code").click()
    page.goto(f"{hall.address}/light/en/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    assert review_queue(store, NAME, by=OPERATOR)["text"].tolist() == [WORDS]
    (kept,) = photo_folder(store).glob("*.jpg")
    with Image.open(kept) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (400, 300), {})
    assert b"secret" not in kept.read_bytes()


def test_a_screen_that_finds_no_network_leads_to_the_whole_form_with_what_was_typed(opens, hall):
    page = opens("tell")
    _has_kept_its_forms(page)
    hall.stop()
    _say_what(page)
    page.get_by_role("button", name="On: where it is").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tell us")
    expect(page.get_by_label("In your own words")).to_have_value(WORDS)
    expect(page.locator("#told")).to_contain_text("kept on this phone")
    hall.start()


def test_in_a_hall_over_plain_http_the_page_keeps_the_form_until_it_is_sent(hall, browser, store):
    hidden = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP hall.example 127.0.0.1"],
    )
    page = hidden.new_page()
    page.goto(f"http://hall.example:{hall.port}/light/en/tell/whole")
    assert page.evaluate("navigator.serviceWorker === undefined")
    _whole(page)
    page.locator("#consent").check()
    hall.stop()
    page.get_by_role("button", name="Save it").click()
    page.wait_for_url("chrome-error://**")
    hall.start()
    page.goto(f"http://hall.example:{hall.port}/light/en/tell/whole")
    expect(page.locator("#told")).to_contain_text("kept on this phone, because it was not sent")
    assert len(_consent_and_save(page)) > 12
    until(page, "localStorage.getItem('sempre:tell') === null")
    assert review_queue(store, NAME, by=OPERATOR)["text"].tolist() == [WORDS]
    hidden.close()


def test_a_mark_on_the_map_is_kept_exactly_and_no_address_holds_it(opens, store):
    page = opens("tell")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _say_what(page)
    page.get_by_role("button", name="On: where it is").click()
    assert not any("leaflet" in url for url in asked)
    page.get_by_role("button", name="Show a map").click()
    page.locator(".leaflet-tile-loaded").first.wait_for()
    page.locator(".canvas").click(position={"x": 150, "y": 120})
    expect(page.locator("[data-set]")).to_be_visible()
    lon, lat = (page.locator(f"[name={name}]").input_value() for name in ("lon", "lat"))
    _serves_everybody(page)
    page.get_by_role("button", name="On: check and send").click()
    expect(page.locator(".sum")).to_contain_text("The exact place you marked")
    _consent_and_save(page)
    entry = review_queue(store, NAME, by=OPERATOR)["id"].iloc[0]
    assert exact_place(store, entry, by=OPERATOR) == (float(lon), float(lat))
    until(page, "sessionStorage.getItem('sempre:pin') === null")
    assert not any(lon[:-2] in url or lat[:-2] in url or "?" in url for url in asked)


def test_hostile_words_run_nowhere_on_the_light_pages(opens, store):
    entries = [_published(store, HOSTILE, kind) for kind in ("need", "idea")]
    page = opens("tell")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    _say_what(page, HOSTILE)
    page.get_by_role("button", name="On: where it is").click()
    page.get_by_label("Name of a village").fill(HOSTILE[:90])  # also the name of a landmark of the small region
    page.get_by_role("button", name="On: check and send").click()
    assert HOSTILE in page.locator(".sum").inner_text()
    code = _consent_and_save(page)
    home = page.url.removesuffix("tell/save")
    page.goto(f"{home}code")
    page.get_by_label("The four words").fill(code)
    page.get_by_role("button", name="Open what I wrote").click()
    expect(page.get_by_label("Your words")).to_have_value(HOSTILE)
    for path in ("said", *(f"said/{entry}" for entry in entries)):
        page.goto(f"{home}{path}")
        assert HOSTILE in page.locator("main").inner_text()
        assert page.evaluate("window.hacked === undefined")
    assert refused == []
