"""Answers that are the same for everybody, kept as they were sent: a page asks for a hundred and fifty small files."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIXES = ("/static/", "/tiles/", "/assets/", "/component/")
_MOST_BYTES = 48 * 2**20
_LARGEST_BYTES = 2**20
_MOST_ANSWERS, _LONGEST_PATH = 20_000, 300  # small answers, too, take room, and a tile has endlessly many spellings
_OK = 200
_DEPENDS = {b"origin", b"range", b"if-none-match", b"if-modified-since"}


@dataclass
class _Answer:
    """One answer while it is sent: its first message and its content."""

    start: Message | None = None
    content: list[bytes] = field(default_factory=list)
    whole: bool = False

    def take(self, message: Message) -> None:
        """Note a message that goes to the browser."""
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.content.append(bytes(message.get("body", b"")))
            self.whole = not message.get("more_body", False)


class KeptAnswers:
    """Answers again, with no further work, what was answered before at the same address.

    It stands outside everything else, so that what it keeps carries every header already. Kept are whole good
    answers below `PREFIXES`, which depend on nobody's login; the longest unused goes first. ``stamp`` tells when all
    of them are out of date: when a region was built again.
    """

    def __init__(self, app: ASGIApp, *, stamp: Callable[[], Hashable] = lambda: None) -> None:
        self._app, self._stamp, self._made_at = app, stamp, stamp()
        self._kept: OrderedDict[tuple[str, bool], tuple[Message, Message]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, else let the app answer and keep it."""
        key = _key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        for message in self._found(key):
            await send(message)
            key = None
        if key is None:
            return
        answer, made_at = _Answer(), self._made_at

        async def noted(message: Message) -> None:
            answer.take(message)
            await send(message)

        await self._app(scope, receive, noted)
        self._keep(key, answer, made_at=made_at)

    def _found(self, key: tuple[str, bool]) -> tuple[Message, ...]:
        with self._lock:
            stamp = self._stamp()
            if stamp != self._made_at:
                self._kept.clear()
                self._made_at, self._bytes = stamp, 0
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key, ())

    def _keep(self, key: tuple[str, bool], answer: _Answer, *, made_at: Hashable) -> None:
        content = b"".join(answer.content)
        if answer.start is None or not answer.whole or not _same_for_all(answer.start, len(content)):
            return
        with self._lock:
            if made_at != self._made_at:  # the region was built again while this was drawn
                return
            if key in self._kept:
                self._bytes -= len(self._kept[key][1]["body"])
            self._bytes += len(content)
            self._kept[key] = (answer.start, {"type": "http.response.body", "body": content})
            while self._bytes > _MOST_BYTES or len(self._kept) > _MOST_ANSWERS:
                _key, (_start, body) = self._kept.popitem(last=False)
                self._bytes -= len(body["body"])


def _key(scope: Scope) -> tuple[str, bool] | None:
    """Address and whether it may be packed; None for what is never kept."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(PREFIXES):
        return None
    headers = dict(scope["headers"])
    if len(scope["path"]) > _LONGEST_PATH or not _DEPENDS.isdisjoint(headers):
        return None
    return scope["path"], b"gzip" in headers.get(b"accept-encoding", b"")


def _same_for_all(start: Message, size: int) -> bool:
    names = {name.lower() for name, _value in start["headers"]}
    return start["status"] == _OK and size <= _LARGEST_BYTES and b"set-cookie" not in names
