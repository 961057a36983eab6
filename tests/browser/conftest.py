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
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.ui.small_region import small_environment, write_small_region

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("SEMPRE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
_START_S = 60
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
            self.process.wait(timeout=20)


@dataclass
class Watch:
    """What a page asked for and complained about."""

    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    ours_bytes: int = 0


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
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield opened
        opened.close()


def until(page: Page, expression: str) -> None:
    """Wait until a script says yes; asked from outside, as the page's own policy forbids to evaluate text in it."""
    for _hundredth in range(10 * _START_S):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(expression)


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
        page.set_default_timeout(40_000)
        base = address or server.address
        _watch(page, base, watch)
        page.goto(base + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def _watch(page: Page, base: str, watch: Watch) -> None:
    def check(route: Route) -> None:
        if route.request.url.startswith((base, "data:", "blob:")):
            route.continue_()
        else:
            watch.refused.append(route.request.url)
            route.abort()

    page.route("**/*", check)
    page.on("pageerror", lambda error: watch.errors.append(str(error)))
    page.on("websocket", lambda socket_: socket_.on("framereceived", lambda data: _add(watch, len(data))))
    page.on(
        "requestfinished", lambda request: _add(watch, _size(request.url, request.sizes()["responseBodySize"], base))
    )


def _size(url: str, size: int, base: str) -> int:
    """The bytes of an answer that are ours and not Streamlit's own files."""
    return 0 if url.removeprefix(base).startswith(("/static/", "/_stcore/", "/component/")) else size


def _add(watch: Watch, size: int) -> None:
    watch.ours_bytes += size
