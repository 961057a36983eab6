"""The running app and a Chromium that may speak to nobody else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.run import BROWSERS
from tests.ui.small_region import small_environment, write_small_region

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("SEMPRE_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""No other host is found. Asking Playwright at each request would do the same, and switch off the browser's cache."""
_START_S = 60
STREAMLITS = ("/static/", "/_stcore/", "/component/")
"""Where Streamlit's own files lie, which it makes as large as it likes."""
CUT_NUMBERS = """() => [
  ...[...document.querySelectorAll('[data-testid="stVegaLiteChart"] svg text')]
    .filter(one => !one.textContent.endsWith('\u2026'))
    .map(one => [one, one.closest('svg')]),
  ...[...document.querySelectorAll('.bars td, .bars th')].map(one => [one, one.closest('.stHtml')])]
  .filter(([one, frame]) => one.getBoundingClientRect().right > frame.getBoundingClientRect().right + 0.5
                            || one instanceof HTMLElement && one.scrollWidth > one.clientWidth + 0.5)
  .map(([one, _frame]) => one.textContent)"""
"""The texts of plots and of tables of bars that reach beyond their frame."""
expect.set_options(timeout=30_000)  # a machine busy with other things is no failure


@dataclass
class Server:
    """The app as people start it, on a port of its own."""

    folder: Path
    environment: dict[str, str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """All that the app said, as its operator can read it."""
        return self.folder / "app.log"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start and wait; the seconds it took."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = self.port or free.getsockname()[1]
        begin = time.monotonic()
        log = self.log.open("ab")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                "app.py",
                "--server.port",
                str(self.port),
                "--server.address",
                "127.0.0.1",
            ],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        while time.monotonic() - begin < _START_S:
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=1):  # noqa: S310 - our own address
                    return time.monotonic() - begin
            except OSError:
                time.sleep(0.05)
        raise TimeoutError(self.address)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=_START_S)


@dataclass
class Watch:
    """What a page asked for and complained about."""

    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    answered: list[Request] = field(default_factory=list)
    frames_bytes: int = 0

    def ours_bytes(self, base: str) -> int:
        """What came over the network until now and is not one of Streamlit's own files."""
        ours = [one for one in self.answered if not one.url.removeprefix(base).startswith(STREAMLITS)]
        return self.frames_bytes + sum(int(one.sizes()["responseBodySize"]) for one in ours)

    def listen(self, page: Page, base: str) -> None:
        """Hear of every request of a page; only ``base`` is there to be asked."""
        page.on("request", lambda request: self._ask(request.url, base))
        page.on("requestfinished", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("websocket", lambda line: self._ask(line.url.replace("ws://", "http://"), base))
        page.on("websocket", lambda line: line.on("framereceived", self._count))

    def _ask(self, url: str, base: str) -> None:
        if not is_ours(url, base):
            self.refused.append(url)

    def _note(self, request: Request) -> None:  # Playwright takes no method of a built-in list
        self.answered.append(request)

    def _count(self, frame: str | bytes) -> None:
        self.frames_bytes += len(frame)


def is_ours(url: str, base: str) -> bool:
    """Whether an address is the app's, or none that a network is asked for."""
    return url.startswith((base, "data:", "blob:"))


def serving_small_region(folder: Path) -> Iterator[Server]:
    """The app on the small region, with an empty store, until whoever asked is done."""
    write_small_region(folder / "layers")
    running = Server(folder, small_environment(folder))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from serving_small_region(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", NOWHERE],
        )
        yield opened
        opened.close()


def until(page: Page, asked: str | Callable[[], object]) -> None:
    """Wait until a script says yes; asked from outside, as the page's own policy forbids to evaluate text in it."""
    for _hundredth in range(10 * _START_S):
        if page.evaluate(asked) if isinstance(asked, str) else asked():
            return
        page.wait_for_timeout(100)
    raise AssertionError(asked)


def lasting(page: Page, wrong: Callable[[], list[str]]) -> list[str]:
    """What is found wrong and stays so: a page that lays itself out anew, or fades in, is not yet what people see."""
    for _quarter in range(20):
        if not wrong():
            return []
        page.wait_for_timeout(250)
    return wrong()


def settled(page: Page) -> None:
    """Wait until the page stands, its script has run and its letters are there."""
    page.locator("footer").wait_for()
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()
    page.evaluate("document.fonts.ready")


Visit = Callable[..., Page]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def visit(server: Server, browser: Browser, watch: Watch) -> Iterator[Visit]:
    """Open a page as a new visitor: width, appearance, with every other host refused."""
    contexts: list[BrowserContext] = []

    def opened(path: str = "/", *, width: int = 1280, scheme: str = "light", address: str = "") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        base = address or server.address
        watch.listen(page, base)
        page.goto(base + path)
        return page

    yield opened
    for context in contexts:
        context.close()
