"""The app's plain routes: map tiles, shaded grids, pins, Leaflet's files, health."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sempre_geo import __version__
from sempre_geo.errors import SempreGeoError
from sempre_geo.publish.palette import Theme
from sempre_geo.publish.pins import ASSETS, PINS, pin_svg
from sempre_geo.publish.tiles import Part
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import login_routes
from sempre_geo.ui.outreach_routes import outreach_routes
from sempre_geo.ui.paper_routes import paper_routes
from sempre_geo.ui.pictures import surface_picture
from sempre_geo.ui.proposal_routes import proposal_routes
from sempre_geo.ui.ways import way_routes
from sempre_geo.ui.workshop_routes import workshop_routes

_DAY = int(timedelta(days=1).total_seconds())
_FINE_SCREEN = "@2x"
_NAMES = "-names"


def routes() -> list[BaseRoute]:
    """Everything beside Streamlit's own routes; no answer comes from another host."""
    from xstatic.pkg import jquery, leaflet

    return [
        Mount(f"{ASSETS}/leaflet", StaticFiles(directory=Path(leaflet.BASE_DIR))),
        Mount(f"{ASSETS}/jquery", StaticFiles(directory=Path(jquery.BASE_DIR))),
        Route(f"{ASSETS}/pins/{{theme}}/{{pin}}.svg", _pin),
        Route("/tiles/{region}/{theme}/{z:int}/{x:int}/{y}.png", _tile),
        Route("/grid/{region}/{theme}/{version}/{category}/{mode}/{measure}.png", _grid),
        Route("/health", _health),
        *login_routes(),
        *outreach_routes(),
        *proposal_routes(),
        *way_routes(),
        *workshop_routes(),
        *paper_routes(),
    ]


async def _tile(request: Request) -> Response:
    asked = request.path_params
    name, part = _split(asked["theme"])
    row = asked["y"].removesuffix(_FINE_SCREEN)
    if not row.isdigit():
        raise HTTPException(404)
    here = installation()
    _check_region(asked["region"])
    try:
        tiles = await run_in_threadpool(lambda: here.tiles)
        drawn = await run_in_threadpool(
            tiles.tile, asked["z"], asked["x"], int(row), theme=_theme(name), part=part,
            scale=2 if asked["y"].endswith(_FINE_SCREEN) else 1,
        )  # fmt: skip
    except SempreGeoError:
        raise HTTPException(404) from None
    return _picture(drawn, "image/png")


async def _grid(request: Request) -> Response:
    asked = request.path_params
    _check_region(asked["region"])
    try:
        picture = await run_in_threadpool(
            surface_picture, asked["theme"], category=asked["category"], mode=asked["mode"], measure=asked["measure"]
        )
    except SempreGeoError:
        raise HTTPException(404) from None
    return _picture(picture.png, "image/png")


async def _pin(request: Request) -> Response:
    pin = request.path_params["pin"]
    if pin not in PINS:
        raise HTTPException(404)
    return _picture(pin_svg(pin, _theme(request.path_params["theme"])).encode(), "image/svg+xml")


async def _health(_request: Request) -> Response:
    here = installation()
    return JSONResponse({"status": "ok", "version": __version__, "region": here.region_name})


def _picture(content: bytes, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers={"Cache-Control": f"public, max-age={_DAY}"})


def _split(theme: str) -> tuple[str, Part]:
    return (theme.removesuffix(_NAMES), "names") if theme.endswith(_NAMES) else (theme, "ground")


def _theme(name: str) -> Theme:
    themes = installation().themes
    if name not in themes:
        raise HTTPException(404)
    return themes[name]


def _check_region(name: str) -> None:
    if name != installation().region_name:
        raise HTTPException(404)
