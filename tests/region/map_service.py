"""A stand-in for Nominatim and Overpass on this machine, with answers a test writes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

FREE = """Connected as: 1
Current time: 2026-01-01T00:00:00Z
Announced endpoint: none
Rate limit: 2
2 slots available now.
"""


@dataclass
class MapService:
    """What it answers, and what it was asked."""

    places: Sequence[Mapping[str, Any]] = ()
    elements: Sequence[Mapping[str, Any]] = ()
    remark: str = ""
    broken: bool = False
    address: str = ""
    asked: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    status_asked: int = 0

    def answer(self, path: str, query: str) -> tuple[str, bytes]:
        """The kind and text of an answer."""
        if path == "/api/status":
            self.status_asked += 1
            return "text/plain", FREE.encode()
        self.asked.append(query)
        if path == "/search":
            wanted = parse_qs(query)["q"][0].lower()
            found = [place for place in self.places if wanted in place["display_name"].lower()]
            return "application/json", json.dumps(found).encode()
        if self.broken:
            return "text/html", b"<html>Too busy</html>"
        said = {"osm3s": {"timestamp_osm_base": "2026-03-04T05:06:07Z"}, "elements": list(self.elements)}
        return "application/json", json.dumps(said | ({"remark": self.remark} if self.remark else {})).encode()


@contextmanager
def serving(service: MapService) -> Iterator[MapService]:
    """The service, reachable at ``service.address`` inside the block."""

    class _Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(urlparse(self.path).query)

        def do_POST(self) -> None:
            self._send(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _send(self, query: str) -> None:
            service.agents.append(self.headers["User-Agent"])
            kind, body = service.answer(urlparse(self.path).path, query)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    service.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
