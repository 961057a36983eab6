"""Every page that the app registers, wide and narrow, light and dark: usable by everybody, and asking nobody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

import sempre_geo.ui
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.providers import ask_to_provide, decide_provider, open_provider_account
from sempre_geo.pipeline.community.review import publish
from sempre_geo.settings import Settings
from sempre_geo.ui.login import COOKIE
from tests.browser.conftest import CUT_NUMBERS, Server, is_ours, lasting, settled
from tests.ui.small_region import NAME, small_environment, small_settings, write_small_region

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
MAIN = Path(sempre_geo.ui.__file__).with_name("main.py")
PASSWORD = "long enough"  # noqa: S105 - of accounts that live as long as the test
WIDTHS = (1280, 390)
SMALLEST_TARGET_PX = 44
SERIOUS = {"serious", "critical"}

STREAMLITS: dict[tuple[str, str], str] = {}
"""What Streamlit itself causes and nobody can mend: (axe's rule, part of the element) and why; docs/app.md lists it."""

QUIET_LOG = ("/_stcore/health", "/_stcore/host-config")
"""Streamlit's page asks for these below its own address first, is told 404, and then asks in the right place."""
_SMALL = """smallest => [...document.querySelectorAll('.stMain button, .stMain a[href]')]
  .filter(one => one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .filter(one => one.tabIndex >= 0)  // arrows inside a field, which is the target itself
  .filter(one => !one.closest('[data-testid="stElementToolbar"], [data-testid="stTooltipIcon"], [aria-hidden="true"]'))
  .filter(one => !(one.tagName === 'A' && one.parentElement.textContent.trim() !== one.textContent.trim()
                   && getComputedStyle(one).display === 'inline' && one.parentElement.tagName === 'P'))
  .map(one => [one.getBoundingClientRect(), one])
  .filter(([box, one]) => box.width > 0 && box.height > 0 && (box.height < smallest - 0.5 || box.width < smallest - 0.5)
                          && !(one.tagName === 'A' && box.height >= smallest - 0.5))
  .map(([box, one]) => `${one.outerHTML.slice(0, 110)} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
_NAMELESS = "() => [...document.querySelectorAll('iframe')].filter(one => !one.title.trim()).map(one => one.outerHTML)"
_SIDEWAYS = "() => Math.max(document.documentElement.scrollWidth, document.querySelector('.stMain').scrollWidth)"


STREAMLITS_ENGLISH = (
    "App pages", "Skip to main content", "Main menu", "Theme", "System", "Light", "Dark", "Print", "Close", "Open",
    "Record screen", "Made with Streamlit v1.67.0", "Choose an option", "Choose options", "No results", "Select all",
    "Clear all", "Clear value", "Decrement", "Increment", "Show password", "Upload", "20MB per file", "Fullscreen",
    "Download as CSV", "Search", "Show/hide columns", "Page not found", "Connection error", "Connecting",
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:",
)  # fmt: skip
"""What Streamlit 1.67 writes on pages of ours, as its own files have it."""
LARGE_TEXT = "document.documentElement.style.setProperty('font-size', '34px', 'important')"  # 17 px, doubled
_LOST = """() => {
  const seen = one => one.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && !one.closest('[aria-hidden="true"], svg, .stDataFrame, [data-testid="stSidebar"], [data-tag]');
  const named = one => `${one.tagName} ${one.closest('[class*=st-key]')?.className.match(/st-key-\\S+/) || ''} `
    + (one.innerText || one.ariaLabel || '').slice(0, 40);
  const words = one => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return range.getBoundingClientRect();
  };
  const beyond = (inner, outer, across, down, beside = 3, below = 4) =>
    (across && (inner.right > outer.right + beside || inner.left < outer.left - beside))
    || (down && inner.bottom > outer.bottom + below);
  const isCut = one => {
    for (let box = one; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box), hides = side => /hidden|clip/.test(side);
      if (beyond(words(one), box.getBoundingClientRect(), hides(style.overflowX), hides(style.overflowY)))
        return box.getBoundingClientRect().width > 3;  // what only screen readers are told is one dot wide
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) return false;
    }
    return false;
  };
  const texts = [...document.querySelectorAll('.stApp *')].filter(one => seen(one)
    && [...one.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.nodeValue.trim()));
  const boxes = [...document.querySelectorAll('.stMain a, .stMain button, .stMain td, .stMain li')].filter(seen);
  const controls = ['button', 'a[href]', 'input', 'textarea', 'summary'].map(name => `.stMain ${name}`).join();
  const pressed = [...document.querySelectorAll(controls)]
    .filter(one => seen(one) && !/file|checkbox|radio/.test(one.type)).map(one => [one, one.getBoundingClientRect()])
    .filter(([_one, box]) => box.width > 4 && box.height > 4);
  const over = ([one, a], [other, b]) => one.closest('.stElementContainer') !== other.closest('.stElementContainer')
    && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  return [
    ...texts.filter(isCut).map(one => `cut: ${named(one)}`),
    ...boxes.filter(one => beyond(words(one), one.getBoundingClientRect(), true, true, 8, 12))
      .map(one => `spills: ${named(one)}`),
    ...pressed.flatMap((one, at) => pressed.slice(at + 1).filter(other => over(one, other))
      .map(other => `overlap: ${named(one[0])} and ${named(other[0])}`)),
  ];
}"""
_SEEN = """known => {
  const shown = one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.stHtml, iframe');
  const all = [...document.querySelectorAll('body, body *')].filter(shown).flatMap(one => [
    ...[...one.childNodes].filter(child => child.nodeType === Node.TEXT_NODE).map(child => child.nodeValue),
    ...['aria-label', 'title', 'placeholder'].map(name => one.getAttribute(name) || '')]).map(text => text.trim());
  return known.filter(text => all.includes(text)).concat(all.filter(text => /^Remove .*$/.test(text)));
}"""


def registered_pages() -> dict[str, bool]:
    """The addresses in the app's own registry, and whether each is hidden from some; only the app can run it."""
    calls = [
        node for node in ast.walk(ast.parse(MAIN.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_page" and node.args
    ]  # fmt: skip
    return {
        ast.literal_eval(call.args[0]): any(word.arg == "shown" for word in call.keywords)
        for call in calls if isinstance(call.args[0], ast.Constant)
    }  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Settings]]:
    """The app with something said, something that waits, a coordinator and a provider."""
    folder = tmp_path_factory.mktemp("every")
    write_small_region(folder / "layers")
    settings = small_settings(folder)
    for kind in ("need", "idea"):
        said = tell(settings, NAME, draft=Draft(kind, "library", "Closed when I come.", Place(settlement_id="s0")))
        publish(settings, said.id, by=OPERATOR)
    tell(settings, NAME, draft=Draft("need", "gp", "No bus on Tuesdays.", Place(settlement_id="s1")))
    add_account(settings, "anna", role="coordinator", password=PASSWORD)
    asked = ask_to_provide(settings, NAME, service_id="lib1", name="Ilze", contact="26123456", source="door")
    decide_provider(settings, asked.id, verified=True, by=OPERATOR)
    open_provider_account(settings, asked.claim_code, name="ilze", password=PASSWORD)
    running = Server(folder, small_environment(folder))
    running.start()
    yield running, settings
    running.stop()
    close_community(settings)


class Looker:
    """One browser window in one appearance that goes from page to page, and what it found wrong."""

    def __init__(self, browser: Browser, server: Server, *, scheme: str, token: str = "") -> None:
        self.context = browser.new_context(viewport={"width": WIDTHS[0], "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
        if token:
            self.context.add_cookies([{"name": COOKIE, "value": token, "url": server.address}])
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.base, self.scheme = server.address, scheme
        self.wrong: list[str] = []
        self.page.on("request", self._asked)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("console", self._heard)

    def look(self, address: str) -> list[str]:
        """Everything wrong with a page at both widths."""
        self.wrong = []
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 844})
        self.page.goto(f"{self.base}/{address}")
        settled(self.page)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 844})
            self.page.wait_for_timeout(150)
            self.wrong += [f"{width} {told}" for told in lasting(self.page, self._found)]
        self.page.set_viewport_size({"width": WIDTHS[1], "height": 844})
        self.wrong += lasting(self.page, self._narrow)
        self.wrong += [f"frame without a title {told[:90]}" for told in self.page.evaluate(_NAMELESS)]
        if self.scheme == "light":
            self._look_at_large_text()
        return self.wrong

    def _look_at_large_text(self) -> None:
        """Text at 200 %: nothing is cut, lies over another or needs scrolling sideways, narrow and wide.

        What was chosen in a list of several may be shortened where it is narrow: Streamlit names it whole beside it.
        """
        self.page.evaluate(LARGE_TEXT)
        for width in reversed(WIDTHS):
            self.page.set_viewport_size({"width": width, "height": 844})
            self.page.wait_for_timeout(250)
            lost = lasting(self.page, lambda within=width: [*self.page.evaluate(_LOST), *self._beyond(within)])
            self.wrong += [f"large text at {width} {told}" for told in lost]

    def _narrow(self) -> list[str]:
        small = self.page.evaluate(_SMALL, SMALLEST_TARGET_PX)
        cut = self.page.evaluate(CUT_NUMBERS)
        return [*(f"cut number {told}" for told in cut), *(f"small {told}" for told in small), *self._beyond(WIDTHS[1])]

    def _beyond(self, width: int) -> list[str]:
        reached = int(self.page.evaluate(_SIDEWAYS))
        return [f"scrolls sideways: {reached}"] if reached > width else []

    def _found(self) -> list[str]:
        return [
            f"{entry['id']}: {node['html'][:140]} {node['any'][0]['message'][:160] if node['any'] else ''}"
            for entry in Axe().run(self.page).response["violations"]
            if entry["impact"] in SERIOUS
            for node in entry["nodes"]
            if not any(rule == entry["id"] and part in node["html"] for rule, part in STREAMLITS)
        ]

    def _asked(self, request: Request) -> None:
        if not is_ours(request.url, self.base):
            self.wrong.append(f"asked another host: {request.url}")

    def _heard(self, message: ConsoleMessage) -> None:
        place = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not any(quiet in place for quiet in QUIET_LOG):
            self.wrong.append(f"console: {place[:200]}")


def test_the_registry_is_read() -> None:
    pages = registered_pages()
    assert {"explore", "tell", "gaps", "review", "my_service"} <= set(pages)
    assert not pages["tell"]
    assert pages["review"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_serves_everybody(house: tuple[Server, Settings], browser: Browser, scheme: str) -> None:
    server, settings = house
    pages = registered_pages()
    tokens = {name: login(settings, name, password=PASSWORD) for name in ("anna", "ilze")}
    found: dict[str, list[str]] = {}
    for who, token in {"visitor": "", **tokens}.items():
        looker = Looker(browser, server, scheme=scheme, token=token)
        for address, is_hidden in pages.items():
            if who == "visitor" or is_hidden:
                found[f"{who} {address}"] = looker.look("" if address == "explore" else address)
        looker.context.close()
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_what_streamlit_itself_writes_is_in_the_visitors_language(
    house: tuple[Server, Settings], browser: Browser
) -> None:
    server, settings = house
    looker = Looker(browser, server, scheme="light", token=login(settings, "anna", password=PASSWORD))
    page, found = looker.page, {}

    def look(name: str) -> None:
        page.wait_for_timeout(400)
        found[name] = page.evaluate(_SEEN, list(STREAMLITS_ENGLISH))

    def opened(address: str) -> None:
        page.goto(f"{server.address}/{address}")
        page.locator("html[lang=de]").wait_for(state="attached")
        settled(page)

    opened("gaps?lang=de")
    page.locator(".stExpander summary").last.click()
    page.locator(".stDataFrame").first.hover()
    look("gaps")
    page.get_by_test_id("stMainMenuButton").click()
    look("menu")
    opened("where_next?lang=de")
    page.locator(".stMain").get_by_role("combobox").first.click()
    page.keyboard.type("zzzz")
    look("where_next")
    opened("workshop?lang=de")
    page.locator(".stExpander summary").last.click()
    look("workshop")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files({
        "name": "a.json", "mimeType": "application/json", "buffer": b"{}"
    })  # fmt: skip
    look("a file")
    opened("nowhere?lang=de")
    page.get_by_role("dialog").wait_for()
    look("no such page")
    page.keyboard.press("Escape")
    _choose_language(page, "Latviešu")
    look("in Latvian")
    page.reload()
    page.locator("html[lang=lv]").wait_for(state="attached")
    look("in Latvian after a reload")
    assert {where: english for where, english in found.items() if english} == {}


def _choose_language(page: Page, name: str) -> None:
    page.locator(".st-key-page_head").get_by_role("combobox").click()
    page.get_by_role("option", name=name).click()
    page.locator("html[lang=lv]").wait_for(state="attached")
