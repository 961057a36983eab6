"""What every answer of the app carries, and what the log keeps of it. Plain ASGI, so that websockets are seen too."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sempre_geo.ui.forms import came_by_https
from sempre_geo.ui.login import HALL

_log = logging.getLogger("sempre_geo.access")
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_BESIDE_THE_APP, _ROUND = ("/light", "/paper"), "/workshop"
_MAP_FRAME = "/component/"
_UNLOGGED = ("/tiles/", "/static/", "/_stcore/health", "/health")
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
}
_OWN_WINDOW = {"Cross-Origin-Opener-Policy": "same-origin"}
_THIS_COMPUTER = re.compile(r"(localhost|[\w.-]*\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?")


class SecurityHeaders:
    """Adds a strict Content-Security-Policy and its companions to every answer.

    The page itself may run only files of ours and the few inline scripts of Streamlit's own page, known by their
    hashes. The frame of a component is looser, since streamlit-folium evaluates its map's script; it may
    still talk to nobody else.
    """

    def __init__(self, app: ASGIApp, *, images_from: str = "") -> None:
        self._app = app
        self._page = _policy(scripts=f"'self' {_streamlit_hashes()}", images_from=images_from)
        self._frame = _policy(scripts="'self' 'unsafe-inline' 'unsafe-eval'", images_from=images_from)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        always = _ALWAYS | (_OWN_WINDOW if _is_trusted(Request(scope)) else {})
        policy = self._frame if scope["path"].startswith(_MAP_FRAME) else self._page

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "Content-Security-Policy" not in headers:  # a light page brings a stricter one of its own
                    headers["Content-Security-Policy"] = policy
                for name, value in always.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, with_headers)


def _is_trusted(request: Request) -> bool:
    """Whether browsers obey a window policy there; over plain http they ignore it, with an error in their console."""
    return came_by_https(request) or bool(_THIS_COMPUTER.fullmatch(request.headers.get("host", "")))


class OnlyTheRound:
    """Leads a device that goes round in a workshop back to it from the plain pages beside the app.

    They keep a half-filled form in the browser, where the next person would come upon it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or lead back."""
        beside = scope["type"] == "http" and scope["path"].startswith(_BESIDE_THE_APP)
        if beside and HALL in Request(scope).cookies:
            await RedirectResponse(_ROUND, status_code=303)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class AccessLog:
    """One line a request: method, path without its query, status. No addresses of people, and no tiles.

    A query can name a settlement and a tile can show a house, so neither is kept.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer and log."""
        if scope["type"] != "http" or scope["path"].startswith(_UNLOGGED):
            await self._app(scope, receive, send)
            return

        async def logged(message: Message) -> None:
            if message["type"] == "http.response.start":
                _log.info("%s %r %s", scope["method"], scope["path"], message["status"])
            await send(message)

        await self._app(scope, receive, logged)


def _policy(*, scripts: str, images_from: str) -> str:
    parts = {
        "default-src": "'self'",
        "script-src": scripts,
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' data: blob: {images_from}".strip(),
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "frame-ancestors": "'self'",
        "form-action": "'self'",
        "base-uri": "'self'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _streamlit_hashes() -> str:
    """The hashes of the inline scripts in Streamlit's own page."""
    import streamlit

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    digests = [hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(page)]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
