"""A client for an ASGI app in the same process: enough for plain routes, without a library or a port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Answer:
    status_code: int
    headers: Mapping[str, str]
    content: bytes
    cookies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


class Client:
    """Asks the app; ``run`` may be that of an `asyncio.Runner`, whose threads live on from one request to the next."""

    def __init__(self, app: ASGIApp, *, run: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run) -> None:
        self._app = app
        self._run = run

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        return self._ask("GET", path, b"", headers or {})

    def post(
        self, path: str, *, data: Mapping[str, str | list[str]] | None = None, headers: Mapping[str, str]
    ) -> Answer:
        body = urlencode(data or {}, doseq=True).encode()
        form = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
        return self._ask("POST", path, body, {**form, **headers})

    async def _asked(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        plain, _mark, query = path.partition("?")
        sent_along = {"host": "testserver", **headers}
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "scheme": "http",
            "method": method,
            "path": plain, "raw_path": plain.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent_along.items()],
            "server": ("testserver", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        self._run(self._asked(scope, receive, send))
        start = next(message for message in sent if message["type"] == "http.response.start")
        content = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        told = [(name.decode(), value.decode()) for name, value in start["headers"]]
        cookies = tuple(value for name, value in told if name == "set-cookie")
        return Answer(start["status"], dict(told), content, cookies)
