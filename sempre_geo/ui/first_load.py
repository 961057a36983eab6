"""What a browser needs before it shows anything: Streamlit's own files, sent small and announced early."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STATIC = "/static/"
_FOLDER = (Path(streamlit.__file__).parent / "static" / "static").resolve()
_MEDIA = {".js": "application/javascript", ".css": "text/css"}
_FOR_EVER = "public, immutable, max-age=31536000"  # their names carry a hash of their content
_LEVEL = 6
SOON_NEEDED = (
    "Html", "purify.es", "Selectbox", "useMenuTrigger", "useSyncComboBoxEnterTargetFocus", "ButtonGroup",
    "ComponentInstance", "IFrameUtil",
)  # fmt: skip


class PackedFiles:
    """Sends Streamlit's scripts and styles compressed, each compressed once: 0.9 MB instead of 3.2 to a phone.

    Streamlit leaves this to a proxy in front of it, which a laptop in a village hall has not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the packed file where there is one, else let Streamlit answer."""
        packed = await run_in_threadpool(_packed, scope["path"]) if _wants_packed(scope) else None
        if packed is None:
            await self._app(scope, receive, send)
            return
        headers = {"Content-Encoding": "gzip", "Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        answer = Response(packed, media_type=_MEDIA[Path(scope["path"]).suffix], headers=headers)
        await answer(scope, receive, send)


class EarlyHints:
    """Names, with a page's first bytes, the files it will ask for later, so that they are under way already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._links = ", ".join(f"<{address}>; rel=modulepreload" for address in soon_needed())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the files named."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return

        async def with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html") and _is_page(scope["path"]):
                    headers["Link"] = self._links
            await send(message)

        await self._app(scope, receive, with_links)


def soon_needed() -> list[str]:
    """The addresses of the scripts that every page with a map loads one after the other."""
    scripts = _FOLDER / "js"
    return [f"{_STATIC}js/{path.name}" for part in SOON_NEEDED for path in sorted(scripts.glob(f"{part}.*.js"))]


def pack_soon_needed() -> None:
    """Compress what every first page asks for, before somebody waits for it."""
    main = [
        f"{_STATIC}{path.parent.name}/{path.name}"
        for path in sorted(_FOLDER.glob("*/index.*"))
        if path.suffix in _MEDIA
    ]
    for address in (*main, *soon_needed()):
        _packed(address)


def _is_page(path: str) -> bool:
    """Whether Streamlit's own page answers there; a component's frame and the light pages have scripts of their own."""
    return path.count("/") == 1 and path not in {"/light", "/login", "/logout"}


def _wants_packed(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and scope["path"].startswith(_STATIC)
        and Path(scope["path"]).suffix in _MEDIA
        and "gzip" in Headers(scope=scope).get("accept-encoding", "")
        and "range" not in Headers(scope=scope)
    )


@lru_cache(maxsize=400)
def _packed(path: str) -> bytes | None:
    """A file of Streamlit's compressed; None where it has no such file."""
    file = (_FOLDER / path.removeprefix(_STATIC)).resolve()
    if not file.is_relative_to(_FOLDER) or not file.is_file():
        return None
    return gzip.compress(file.read_bytes(), compresslevel=_LEVEL, mtime=0)
