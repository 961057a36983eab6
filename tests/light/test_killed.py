"""The running program is killed while many people send: every entry that somebody got a code for is there."""

from __future__ import annotations

import http.client
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from sempre_geo.pipeline.community.contributions import open_with_code
from sempre_geo.pipeline.community.desk import close_community, open_community
from tests.light.conftest import HERE, hidden
from tests.pipeline.community_region import write_rules
from tests.ui.asgi_client import Answer
from tests.ui.small_region import NAME, small_environment, small_settings, write_small_region

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, WRITERS = 8, 20
pytestmark = pytest.mark.skipif(
    not os.environ.get("SEMPRE_SLOW_TESTS"),
    reason="starts the program eight times: set SEMPRE_SLOW_TESTS=1 (CI does); test_durability kills a writer",
)
APP = textwrap.dedent("""
    import sys, uvicorn
    from starlette.applications import Starlette
    from sempre_geo.light.routes import light_routes
    from sempre_geo.settings import read_settings
    app = Starlette(routes=light_routes(read_settings(), sys.argv[2]))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical", ws="none")
""")


class Hall:
    """The light pages in a program of their own, and people who send to it until it is gone."""

    def __init__(self, folder: Path, draw: random.Random) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        environment = {**os.environ, **small_environment(folder)}
        command = [sys.executable, "-c", APP, str(self.port), NAME]
        self.program = subprocess.Popen(command, cwd=ROOT, env=environment)
        self.draw, self.confirmed = draw, {}

    def token(self) -> str:
        for _try in range(600):
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
                    line.request("GET", "/light/en/tell/whole")
                    return hidden(Answer(200, {}, line.getresponse().read()))["token"]
            except OSError:
                time.sleep(0.1)
        raise TimeoutError

    def send_until_killed(self, token: str) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        headers |= {"Host": "testserver", **HERE}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
            self._send(line, token, headers)

    def _send(self, line: http.client.HTTPConnection, token: str, headers: dict[str, str]) -> None:
        while True:
            words, key = f"No bus. {secrets.token_hex(40)}", secrets.token_hex(16)
            form = {
                "token": token, "key": key, "kind": "need", "category": "library", "text": words, "place": "s:s1",
                "consent": "yes", "screen": "whole", "website": "",
            }  # fmt: skip
            try:
                line.request("POST", "/light/en/tell/save", urlencode(form), headers)
                with closing(line.getresponse()) as answer:
                    said = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                return
            self.confirmed[said["code"]] = words

    def kill_in_the_middle(self, *, after: int) -> None:
        until = time.monotonic() + 120
        while len(self.confirmed) < after and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(self.draw.uniform(0, 0.2))
        self.program.kill()
        self.program.wait()


@pytest.mark.timeout(600)
def test_every_entry_with_a_code_is_there_after_the_program_was_killed(tmp_path):
    write_small_region(tmp_path / "layers")
    settings, draw, confirmed = small_settings(tmp_path), random.Random(11), {}
    write_rules(settings, per_day=100_000)
    for _round in range(ROUNDS):
        hall = Hall(tmp_path, draw)
        token = hall.token()
        people = [threading.Thread(target=hall.send_until_killed, args=(token,)) for _person in range(WRITERS)]
        for person in people:
            person.start()
        hall.kill_in_the_middle(after=10)
        for person in people:
            person.join(60)
        confirmed |= hall.confirmed
        assert len(hall.confirmed) >= 10
    kept = {words: open_with_code(settings, code).text for code, words in confirmed.items()}
    assert kept == {words: words for words in kept}
    assert len(kept) == len(confirmed), "no code was given twice"
    with open_community(settings).reading() as transaction:
        assert transaction.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        lonely = "SELECT count(*) FROM contributions c LEFT JOIN events e ON e.thing = c.id WHERE e.id IS NULL"
        assert transaction.execute(text(lonely)).scalar() == 0, "no row without the rest of its transaction"
    close_community(settings)
