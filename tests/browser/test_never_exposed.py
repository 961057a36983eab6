"""A pin at X in the running app: no page, message of its websocket, file, picture, link or line of its log holds X."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, Response, WebSocket

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.pipeline.community.accounts import add_account
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.proposals import approve, propose
from sempre_geo.pipeline.community.review import exact_place, publish
from sempre_geo.pipeline.community.voices import add_voice
from sempre_geo.region.bundle import read_region
from tests.browser.conftest import Server, Visit
from tests.pipeline.test_never_exposed import holds_place
from tests.ui.small_region import NAME, small_settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as the test
PAGES = {
    "visitor": ("/", "/tell", "/proposals", "/gaps", "/service", "/networks"),
    "coordinator": ("/", "/review"),
}
GUESSED = (
    "data/store.sqlite", "store.sqlite", "app/static/store.sqlite", "app/static/data/store.sqlite",
    "static/store.sqlite",
    "..%2fdata/store.sqlite", "layers/tiny/contributions.csv", "export.csv", "export.geojson", "api/contributions",
    "component/..%2f..%2fdata/store.sqlite", "media/store.sqlite", "data/photos", "backup.zip", "secret.key",
)  # fmt: skip


@dataclass(frozen=True)
class Pin:
    """Where the entries lie: in an inhabited square kilometre, but not where its people are drawn."""

    lon: float
    lat: float

    def is_in(self, what: object) -> bool:
        """Whether something holds it: one number to a metre, or both to ten; a zone's point may be as near as that."""
        near = all(holds_place(what, one, one, fewest=4) for one in (self.lon, self.lat))
        return near or holds_place(what, self.lon, self.lat, fewest=5)


class Ear:
    """All that the app sends to one browser, and every address that the browser asks for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heard: list[str | bytes] = []
        self.answers: list[Response] = []
        page.on("websocket", self._listen)
        page.on("response", self._note)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._hear)
        socket.on("framesent", self._hear)

    def _hear(self, frame: str | bytes) -> None:  # Playwright takes no method of a built-in list
        self.heard.append(frame)

    def _note(self, answer: Response) -> None:
        self.answers.append(answer)

    def everything(self) -> Iterator[str | bytes]:
        """Frames, addresses, headers, bodies, and what the page shows; then the ear is empty again."""
        yield self.page.content()
        yield from self.heard
        for answer in self.answers:
            yield f"{answer.url} {answer.headers}"
            body = _body(answer)
            if body:
                yield body
        self.heard.clear()
        self.answers.clear()


def _body(answer: Response) -> bytes:
    try:
        return answer.body()
    except Exception:  # noqa: BLE001 - a redirection, or an answer that the browser has let go of
        return b""


@pytest.fixture(scope="module")
def pin(server: Server) -> Pin:
    """Entries at X in every state that others can meet, and a coordinator."""
    settings = small_settings(server.folder)
    home = read_region(NAME, settings).cells.geometry.iloc[0]
    at = Pin(round(home.x + 0.0018277, 7), round(home.y + 0.0009741, 7))
    need = Draft("need", "library", "No bus since May.", Place(lon=at.lon, lat=at.lat), title="Bus")
    said = [tell(settings, NAME, draft=need) for _time in range(6)]
    idea = tell(settings, NAME, draft=Draft(**{**vars(need), "kind": "idea", "answers": ()}))
    for one in (*said[:5], idea):
        publish(settings, one.id, by=OPERATOR)
    add_voice(settings, said[0].id, voter="p")
    started = propose(
        settings, NAME, sentences=Sentences("Bus", "A bus.", "All.", "Far."), who=Member("user", "A"), idea_id=idea.id,
        needs=[said[0].id],
    )  # fmt: skip
    approve(settings, started.proposal_id, by=OPERATOR)
    assert exact_place(settings, said[0].id, by=OPERATOR) == (at.lon, at.lat)
    add_account(settings, "vera", role="coordinator", password=PASSWORD)
    return at


def _settled(page: Page) -> None:
    page.locator("footer, main").first.wait_for()
    page.wait_for_timeout(1000)


def test_nothing_that_reaches_a_visitor_or_a_coordinator_holds_the_place(
    visit: Visit, server: Server, pin: Pin
) -> None:
    page = visit("/health")
    ear, frames = Ear(page), 0
    for way, paths in PAGES.items():
        if way == "coordinator":
            page.goto(f"{server.address}/login")
            page.get_by_label("Name").fill("vera")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            page.get_by_text("Logged in as vera.").first.wait_for()
        for path in paths:
            page.goto(server.address + path)
            _settled(page)
            frames += len(ear.heard)
            assert not any(pin.is_in(one) for one in ear.everything()), (way, path)
    assert frames > 2 * len(PAGES), "the pages came over a websocket, and it was listened to"
    for path in ("", "said", "proposals", "code", "kept", "tell/whole"):
        page.goto(f"{server.address}/light/en/{path}")
        assert not any(pin.is_in(one) for one in ear.everything()), path


def test_no_file_under_an_address_that_can_be_guessed_and_no_line_of_the_log_holds_it(
    visit: Visit, server: Server, pin: Pin
) -> None:
    context: BrowserContext = visit("/health").context
    for path in GUESSED:
        answer = context.request.get(f"{server.address}/{path}")
        assert not pin.is_in(answer.body()), path
        assert b"SQLite format" not in answer.body(), path
    log = server.log.read_bytes()
    assert not pin.is_in(log)
    assert not any(line.startswith(b"Traceback") for line in log.splitlines())


def test_this_test_would_hear_it() -> None:
    pin = Pin(26.0618277, 57.0197413)
    assert all(pin.is_in(what) for what in ("26.061828 57", "26.0618,57.0197", struct.pack("<d", pin.lat)))
    assert not any(pin.is_in(what) for what in ("26.0618", "57.0197", "26.061 57.019", b"57"))
