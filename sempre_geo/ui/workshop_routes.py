"""The workshop's plain routes: handing a device round, slips of paper, and the file for the office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import escape
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sempre_geo.community.claim_codes import WORDS
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import language as spoken
from sempre_geo.publish.speech import written_date
from sempre_geo.ui.forms import asked_language, cookie_keeping, read_form
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import COOKIE, HALL

PAGE, ROUND, SLIPS, FILE = "/workshop", "/workshop/round", "/workshop/slips", "/workshop/file"
_LASTS_S = int(timedelta(hours=12).total_seconds())
_SLIPS = 24
_Given = TypeVar("_Given")
_STYLE = """
body{font:18px/1.4 "Source Sans 3","Source Sans",sans-serif;margin:12mm;color:#000;background:#fff}
.slip{border:1px dashed #000;padding:6mm;margin:0 0 5mm;break-inside:avoid}
.slip p{margin:0 0 3mm}
.slip .words{display:flex;gap:2mm;font-size:26px;margin:6mm 0 4mm}
.slip .words span{flex:1;border-bottom:1px solid #000}
.slip strong{font-size:22px}
"""


def workshop_routes() -> list[BaseRoute]:
    """What a page cannot do by itself: change cookies, print without a frame, hand out a file by role."""
    return [
        Route(ROUND, _hand_round, methods=["POST"]),
        Route(SLIPS, _slips, methods=["GET"]),
        Route(FILE, _file, methods=["GET"]),
    ]


async def _hand_round(request: Request) -> Response:
    """Log the coordinator out on this device and let it tell in the workshop, and nothing else."""
    from sempre_geo.pipeline.community.workshop import hand_round

    form = await read_form(request)
    carried = await _asked(hand_round, form.get("workshop", ""), request)
    onward = RedirectResponse(PAGE, status_code=303)
    onward.set_cookie(HALL, carried, max_age=_LASTS_S, **cookie_keeping(request))
    onward.delete_cookie(COOKIE)
    return onward


async def _slips(request: Request) -> Response:
    """Strips of paper on which people write the code that the device or their phone shows them."""
    from sempre_geo.pipeline.community.workshop import workshops

    here = installation()
    wanted = request.query_params
    try:
        token = request.cookies.get(COOKIE, "")
        known = await run_in_threadpool(workshops, here.settings, here.region_name, by=token)
    except SempreGeoError:
        raise HTTPException(404) from None
    hall = next((one for one in known if one.id == wanted.get("workshop", "")), None)
    if hall is None:
        raise HTTPException(404)
    language = asked_language(request)
    with spoken(language):
        place = (
            f"<strong>{escape(hall.place_name or here.region.spoken_title)}</strong> · {written_date(hall.opened_at)}"
        )
        later = f"<p>{escape(_('Later on, type it here: {address}').format(address=hall.office))}</p>"
        notice = f"<p>{escape(here.region.notice)}</p>" if here.region.notice else ""
        slip = (
            f'<div class="slip"><p>{place}</p><p>{escape(_("My code"))}</p>'
            f'<p class="words">{" - ".join(["<span></span>"] * WORDS)}</p>'
            f"<p>{escape(_('Keep it: with it you can read, change or erase what you wrote.'))}</p>"
            f"{later if hall.office else ''}{notice}</div>"
        )
        title = escape(_("Slips of paper for the codes"))
    return HTMLResponse(
        f'<!doctype html><html lang="{language.partition("@")[0]}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{slip * _SLIPS}</body></html>",
        headers={"Cache-Control": "no-store"},
    )


async def _file(request: Request) -> Response:
    from sempre_geo.pipeline.community.workshop_file import workshop_file

    made = await _asked(workshop_file, request.query_params.get("workshop", ""), request)
    headers = {"Content-Disposition": 'attachment; filename="hall.zip"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/zip", headers=headers)


async def _asked(use_case: Callable[..., _Given], workshop_id: str, request: Request) -> _Given:
    """What a use case gives; what is not there and what is not open to the asker look the same."""
    try:
        token = request.cookies.get(COOKIE, "")
        return await run_in_threadpool(use_case, installation().settings, workshop_id, by=token)
    except SempreGeoError:
        raise HTTPException(404) from None
