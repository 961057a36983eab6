"""What a browser needs before it shows a map: Streamlit's files and the map's, sent small and announced early."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sempre_geo.publish.pins import ASSETS

_STATIC = "/static/"
MAP_FRAME = "/component/streamlit_folium.st_folium/"
_FOLDER = (Path(streamlit.__file__).parent / "static" / "static").resolve()
_MEDIA = {".js": "application/javascript", ".css": "text/css"}
_FOR_EVER = "public, immutable, max-age=31536000"  # their names carry a hash of their content
_A_DAY = "public, max-age=86400"
_LEVEL = 6
SOON_NEEDED = ("Html", "Button", "Selectbox", "ButtonGroup", "ComponentInstance")
_MAP_SCRIPTS = (f"{ASSETS}/leaflet/leaflet.js", f"{ASSETS}/jquery/jquery.min.js")
_MAP_STYLES = (f"{ASSETS}/leaflet/leaflet.css",)
_IMPORTED = re.compile(r"""(?:from|import)\s*"\./([^"]+\.js)\"""")


class PackedFiles:
    """Sends scripts and styles of Streamlit and of the map compressed, each once: 0.9 MB instead of 3.2 to a phone.

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
        kept = _A_DAY if scope["path"].startswith(ASSETS) else _FOR_EVER
        headers = {"Content-Encoding": "gzip", "Cache-Control": kept, "Vary": "Accept-Encoding"}
        answer = Response(packed, media_type=_MEDIA[Path(scope["path"]).suffix], headers=headers)
        await answer(scope, receive, send)


class EarlyHints:
    """Names, with a page's first bytes, the files it will ask for later, so that they are under way already.

    The frame of the map loads its scripts one after the other; named with its page and again with its own first
    bytes, they are there when it wants them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        soon = [f"<{address}>; rel=modulepreload" for address in soon_needed()]
        later = [f"<{address}>; rel=prefetch" for address in (*_frame_scripts(), *_MAP_SCRIPTS, *_MAP_STYLES)]
        self._page = ", ".join([*soon, *later])
        scripts = [f"<{address}>; rel=preload; as=script" for address in _MAP_SCRIPTS]
        self._frame = ", ".join([*scripts, *(f"<{address}>; rel=preload; as=style" for address in _MAP_STYLES)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the files named."""
        links = self._links(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else ""
        if not links:
            await self._app(scope, receive, send)
            return

        async def with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Link"] = links
            await send(message)

        await self._app(scope, receive, with_links)

    def _links(self, path: str) -> str:
        if path.startswith(MAP_FRAME):
            return self._frame
        return self._page if _is_page(path) else ""


def soon_needed() -> list[str]:
    """The addresses of the scripts that every page with a map loads wave after wave, those they import among them."""
    scripts = _FOLDER / "js"
    first = set(_named_in((_FOLDER.parent / "index.html").read_text(encoding="utf-8")))
    waiting = [path.name for part in SOON_NEEDED for path in sorted(scripts.glob(f"{part}.*.js"))]
    found: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name not in first and name not in found and (scripts / name).is_file():
            found[name] = None
            waiting += _IMPORTED.findall((scripts / name).read_text(encoding="utf-8"))
    return [f"{_STATIC}js/{name}" for name in found]


def _named_in(page: str) -> list[str]:
    """The scripts that Streamlit's page names itself."""
    return re.findall(r"static/js/([^\"]+\.js)", page)


def pack_soon_needed() -> None:
    """Compress what every first page asks for, before somebody waits for it."""
    page = (_FOLDER.parent / "index.html").read_text(encoding="utf-8")
    main = [f"{_STATIC}js/{name}" for name in _named_in(page)]
    styles = [f"{_STATIC}css/{path.name}" for path in sorted(_FOLDER.glob("css/index.*.css"))]
    for address in (*main, *styles, *soon_needed(), *_frame_scripts(), *_MAP_SCRIPTS, *_MAP_STYLES):
        _packed(address)


@lru_cache(maxsize=1)
def _folders() -> Mapping[str, Path]:
    """Where the files below an address lie; their packages are found without importing them."""
    folders = {_STATIC: _FOLDER}
    for address, package, inside in (
        (f"{ASSETS}/leaflet/", "xstatic.pkg.leaflet", "data"),
        (f"{ASSETS}/jquery/", "xstatic.pkg.jquery", "data"),
        (MAP_FRAME, "streamlit_folium", "frontend/build"),
    ):
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            folders[address] = (Path(next(iter(spec.submodule_search_locations))) / inside).resolve()
    return folders


def _frame_scripts() -> list[str]:
    """The script of the map's frame, whose name carries a hash of its content."""
    folder = _folders().get(MAP_FRAME)
    return [f"{MAP_FRAME}static/js/{path.name}" for path in sorted(folder.glob("static/js/*.js"))] if folder else []


def _is_page(path: str) -> bool:
    """Whether Streamlit's own page answers there; a component's frame and the light pages have scripts of their own."""
    return path.count("/") == 1 and path not in {"/light", "/login", "/logout"}


def _wants_packed(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and scope["path"].startswith((_STATIC, ASSETS, MAP_FRAME))
        and Path(scope["path"]).suffix in _MEDIA
        and "gzip" in Headers(scope=scope).get("accept-encoding", "")
        and "range" not in Headers(scope=scope)
    )


@lru_cache(maxsize=400)
def _packed(path: str) -> bytes | None:
    """A file of Streamlit's or the map's compressed; None where there is no such file."""
    for address, folder in _folders().items():
        if path.startswith(address):
            file = (folder / path.removeprefix(address)).resolve()
            if file.is_relative_to(folder) and file.is_file():
                return gzip.compress(file.read_bytes(), compresslevel=_LEVEL, mtime=0)
    return None
