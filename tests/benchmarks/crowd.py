"""Thirty people at once on the fictional county; by hand: python tests/benchmarks/crowd.py [FOLDER] [--said 5000].

Each speaks Streamlit's own protocol over a websocket and taps another place every five seconds. Targets (of the
issue), on two cores with 5,000 contributions: the first screen's content within 2 s, an answer within 0.5 s at the
median and 1 s at the 95th of 100, no page over 2 MB, under 5 MB for an idle visitor, no growth over 1,000 visits.
What one run of each page costs the processor is said beside it: thirty people every five seconds are six runs a
second, so it must stay well below a third of a second on two cores. A busy machine does not change that figure much.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from sempre_geo.community.contributions import Draft, Place
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.prepare.demo import NAME, build_demo
from sempre_geo.settings import Settings, read_settings
from tests.browser.conftest import Server

EVERY_S = 5.0
PAGES = ("explore", "tell", "proposals", "gaps", "networks", "whatif", "brief", "service", "sources")
RUNS_A_PAGE = 5
MB = 2**20


class Visitor:
    """One person's connection: asks for a page, and again with another place in its address."""

    def __init__(self, server: Server) -> None:
        address = f"{server.address.replace('http', 'ws')}/_stcore/stream"
        self.received = 0
        self._browser = ExitStack()
        self._socket: ClientConnection = self._browser.enter_context(
            connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=60)
        )

    def ask(self, query: str, *, page: str = "") -> float:
        """Seconds until the page was run to its end; its size in bytes is kept in ``received``."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        begin, self.received = time.perf_counter(), 0
        self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            content = self._socket.recv(timeout=60)
            self.received += len(content)
            answer.ParseFromString(bytes(content) if isinstance(content, bytes) else content.encode())
            if answer.WhichOneof("type") == "script_finished":
                return time.perf_counter() - begin

    def leave(self) -> None:
        """Close the browser."""
        self._browser.close()


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--people", default=30, show_default=True)
@click.option("--seconds", default=60, show_default=True)
@click.option("--visits", default=1000, show_default=True)
@click.option("--said", default=5000, show_default=True, help="Contributions in the store.")
@click.option("--only", default="pages,idle,acting,coming", show_default=True, help="Which of the four to measure.")
def main(folder: Path | None, people: int, seconds: int, visits: int, said: int, only: str) -> None:
    """Build the fictional county if needed, fill its store and print one line a measure."""
    with TemporaryDirectory() as temporary:
        home = folder or Path(temporary)
        settings = read_settings({"SEMPRE_DATA": str(home / "data"), "SEMPRE_LAYERS": str(home / "layers")})
        build_demo(settings)
        _fill(settings, said)
        places = [str(place) for place in open_region(settings, NAME).settlements.index]
        with _running(settings) as server:
            measures: dict[str, Callable[[], None]] = {
                "pages": lambda: _pages(server),
                "idle": lambda: _idle(server, people),
                "acting": lambda: _acting(server, places, people=people, seconds=seconds),
                "coming": lambda: _coming_and_going(server, visits),
            }
            for name in only.split(","):
                measures[name]()
    click.echo(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _fill(settings: Settings, count: int) -> None:
    """Needs and ideas all over the county, until there are ``count``."""
    draw = random.Random(3)
    region = open_region(settings, NAME)
    places, kinds = list(region.settlements.index), ("need", "idea")
    for number in range(len(public_contributions(settings, NAME)), count):
        draft = Draft(
            kinds[number % 2], "gp", f"Number {number}.", Place(settlement_id=draw.choice(places)), consent=True
        )
        tell(settings, NAME, draft=draft)
    close_community(settings)


@contextmanager
def _running(settings: Settings) -> Iterator[Server]:
    folder = settings.data.parent
    names = {"SEMPRE_DATA": str(settings.data), "SEMPRE_LAYERS": str(settings.layers), "SEMPRE_REGION": NAME}
    server = Server(folder, names)
    try:
        server.start()
        time.sleep(10)  # until everything is read and drawn once
        yield server
    finally:
        server.stop()


def _memory_mb(server: Server) -> float:
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024 / MB


def _processor_s(server: Server) -> float:
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pages(server: Server) -> None:
    """Of each page: seconds for a new visitor, what one further run costs the processor, and its size."""
    for page in PAGES:
        Visitor(server).ask("", page=page)  # once, so that what is read for the first time is not counted
        visitor = Visitor(server)
        first = visitor.ask("", page=page)
        size, before = visitor.received, _processor_s(server)
        took = [visitor.ask("", page=page) for _again in range(RUNS_A_PAGE)]
        each = (_processor_s(server) - before) / RUNS_A_PAGE
        click.echo(
            f"{page}: new visitor {first:.2f} s (asked: < 2), again {statistics.median(took):.2f} s, "
            f"processor {each:.3f} s a run, {size / MB:.2f} MB (asked: < 2)"
        )
        visitor.leave()


def _idle(server: Server, people: int) -> None:
    first = [Visitor(server) for _person in range(5)]
    for visitor in first:
        visitor.ask("")
    before = _memory_mb(server)
    idle = [Visitor(server) for _person in range(people)]
    for visitor in idle:
        visitor.ask("")
    each = (_memory_mb(server) - before) / people
    click.echo(f"memory: {before:.0f} MB, and {each:.2f} MB for each of {people} idle visitors (asked: < 5)")
    for visitor in (*first, *idle):
        visitor.leave()


def _acting(server: Server, places: list[str], *, people: int, seconds: int) -> None:
    def act(number: int) -> list[float]:
        draw = random.Random(number)
        visitor = Visitor(server)
        time.sleep(EVERY_S * number / people)
        visitor.ask("")
        took, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(EVERY_S * draw.uniform(0.8, 1.2))
            took.append(visitor.ask(f"service=gp&by=car&place={draw.choice(places)}"))
        visitor.leave()
        return took

    with ThreadPoolExecutor(people) as pool:
        took = [one for of_one in pool.map(act, range(people)) for one in of_one]
    click.echo(
        f"{people} people, {len(took)} actions: middle {statistics.median(took):.2f} s (asked: < 0.5), "
        f"95 of 100 within {statistics.quantiles(took, n=20)[-1]:.2f} s (asked: < 1)"
    )


def _coming_and_going(server: Server, visits: int) -> None:
    """Memory after each quarter of the visits: the first quarter fills what is kept, the others must add nothing."""
    sizes = [_memory_mb(server)]
    for _quarter in range(4):
        for _visit in range(visits // 4):
            visitor = Visitor(server)
            visitor.ask("")
            visitor.leave()
        sizes.append(_memory_mb(server))
    click.echo(f"memory over {visits} visits, in quarters: {', '.join(f'{size:.0f}' for size in sizes)} MB")


if __name__ == "__main__":
    main()
