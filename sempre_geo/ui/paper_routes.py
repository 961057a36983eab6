"""Plain pages to print: the answer of "what is near me" on one sheet, the receipt; and one's data as a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import language as spoken
from sempre_geo.publish.speech import calendar_date, in_sentence, spoken_date
from sempre_geo.ui.forms import asked_language, read_form
from sempre_geo.ui.installation import installation

PAPER = "/paper"
_A_FULL_SHEET = 2700  # so many letters fit one sheet of A4 in the larger type
_MOST_SERVICES = 8
_SCRIPT = 'document.getElementById("print").addEventListener("click", () => window.print());'


def paper_routes() -> list[BaseRoute]:
    """``/paper/near`` by a place's id, ``/paper/receipt`` and ``/paper/data`` by a form with the code."""
    return [
        Route(f"{PAPER}/near", _near, methods=["GET"]),
        Route(f"{PAPER}/receipt", _receipt, methods=["POST"]),
        Route(f"{PAPER}/data", _data, methods=["POST"]),
        Route(f"{PAPER}/print.js", _script, methods=["GET"]),
    ]


async def _near(request: Request) -> Response:
    asked = {name: request.query_params.get(name, "") for name in ("place", "for", "by")}
    try:
        return await run_in_threadpool(_near_page, asked, asked_language(request))
    except SempreGeoError:
        raise HTTPException(404) from None


def _near_page(asked: Mapping[str, str], language: str) -> Response:
    from sempre_geo.pipeline.explore.everyday import everyday
    from sempre_geo.pipeline.explore.places import offered_categories
    from sempre_geo.pipeline.explore.views import cell_of, place_name

    here, region = installation(), installation().region
    cell_of(region, asked["place"])
    offered = offered_categories(here.settings, region)
    wanted = [name for name in asked["for"].split(",") if name in offered][:_MOST_SERVICES]
    now = datetime.now(region.country.zone)
    with spoken(language):
        parts = []
        for category in wanted:
            title = here.categories.title(category)
            found = everyday(
                here.settings, region.name, place_id=asked["place"], category=category,
                service=in_sentence(title), mode=asked["by"], now=now,
            )  # fmt: skip
            first, rest = escape(found.told[0]), escape(" ".join(found.told[1:]))
            parts.append(f"<section><h2>{escape(title)}</h2><p>{first}</p><p>{rest}</p></section>")
        name = place_name(region, asked["place"], language=current_language()) or _("A place without a name")
        stated = _("As of {date}. Ask again when the timetable changes.").format(date=calendar_date(now.date()))
        told = "".join(parts)
        sheet = f"<div class='sheet{' full' if len(told) > _A_FULL_SHEET else ''}'>{told}</div>"
        return _page(name, f"{sheet}<p class='small'>{escape(spoken_date(now.date()))}. {escape(stated)}</p>")


async def _receipt(request: Request) -> Response:
    form = await read_form(request)
    # Streamlit's cleaning of a page's own HTML drops a field that is named like a property of forms, as "lang" is
    with spoken(asked_language(request, form.get("said_in", ""))):
        kept = _("Keep it, on paper or as a photo: with it you can change or erase what you wrote.")
        follow = f"{request.url.scheme}://{request.url.netloc}/mine"
        return _page(
            _("Your code"),
            f"<p class='code'>{escape(form.get('code', '')[:200])}</p><p>{escape(kept)}</p>{qr_figure(follow)}"
            f"<p>{escape(form.get('next', '')[:600])}</p>",
        )


async def _data(request: Request) -> Response:
    from sempre_geo.pipeline.community.contributions import my_data

    form = await read_form(request)
    try:
        kept = await run_in_threadpool(my_data, installation().settings, form.get("code", ""))
    except SempreGeoError:
        raise HTTPException(404) from None
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"}
    return Response(kept, media_type="application/json", headers=headers)


async def _script(_request: Request) -> Response:
    return Response(_SCRIPT, media_type="text/javascript")


def qr_figure(address: str) -> str:
    """A square that a phone reads as an address, with the address in words; no code and no place is in it."""
    import segno

    drawn = segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff", dark="#000")
    said = _("Where to type the code: {address}").format(address=address)
    return f'<figure class="qr"><img alt="" src="{escape(drawn)}"><figcaption>{escape(said)}</figcaption></figure>'


def _notice() -> str:
    """That the place is fictional; nothing while no region is built, as a receipt is printed all the same."""
    try:
        return installation().region.notice
    except SempreGeoError:
        return ""


def _page(title: str, body: str) -> HTMLResponse:
    notice = f"<p class='small'>{escape(_notice())}</p>" if _notice() else ""
    return HTMLResponse(
        f'<!doctype html><html lang="{current_language().partition("@")[0]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · Sempre</title><style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
        f'{notice}{body}<button id="print" type="button">{escape(_("Print this page"))}</button></main>'
        f'<script src="{PAPER}/print.js"></script></body></html>',
        headers={"Cache-Control": "no-store"},
    )


_STYLE = """
body{margin:0;background:#fff;color:#1F2A2E;font:20px/1.45 "Source Sans 3","Source Sans",sans-serif}
main{max-width:44rem;margin:0 auto;padding:20px}
h1{font-size:1.7rem;line-height:1.2;margin:8px 0}
h2{font-size:1.25rem;margin:0 0 2px}
p{margin:0 0 6px;overflow-wrap:anywhere}
section{border-top:2px solid #0B5563;padding:10px 0 6px;break-inside:avoid}
.small{font-size:.85rem}
.code{font-size:2.1rem;font-weight:650;border:3px solid currentColor;border-radius:12px;padding:16px 20px;margin:16px 0}
.qr{margin:16px 0}.qr img{display:block;max-width:100%}
button{min-height:44px;margin:16px 0;padding:8px 24px;font:inherit;color:#fff;background:#0B5563;border:0;
border-radius:8px}
:focus-visible{outline:3px solid #0B5563;outline-offset:2px}
@media print{@page{margin:12mm}main{padding:0;max-width:none}button{display:none}body{font-size:15pt}
.sheet{font-size:13.5pt;line-height:1.3}.sheet.full{font-size:12pt;line-height:1.25}
.small{font-size:10pt;margin:0}
.sheet p{margin-bottom:3px}main:has(.sheet) h1{margin:0 0 4px;font-size:18pt}}
"""
