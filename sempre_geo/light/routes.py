"""The addresses of the light pages."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import language as spoken
from sempre_geo.light import near, own, proposals, proposing, reading, team, telling, writing, wrong
from sempre_geo.light.files import BASE, media_type, read_files, read_service_worker
from sempre_geo.light.here import Here, chosen_language, lettered_picture
from sempre_geo.light.pages import page, status_of, trouble
from sempre_geo.light.tokens import is_from_elsewhere
from sempre_geo.light.visit import Form, TooMuchError, Visit, read_visit
from sempre_geo.publish.labels import LANGUAGE_NAMES
from sempre_geo.settings import Settings

_log = logging.getLogger(__name__)
_FOR_EVER = "public, max-age=31536000, immutable"
View = Callable[[Visit], Response]


class PageNumber(Convertor[int]):
    """A number in an address; Starlette's own takes any number of digits and fails on thousands of them."""

    regex = "[0-9]{1,6}"

    def convert(self, value: str) -> int:
        """The number of an address.

        >>> PageNumber().convert("017")
        17
        """
        return int(value)

    def to_string(self, value: int) -> str:
        """The number as an address has it.

        >>> PageNumber().to_string(17)
        '17'
        """
        return str(value)


register_url_convertor("page", PageNumber())


def light_routes(settings: Settings, region_name: str) -> Sequence[BaseRoute]:
    """Everything under ``/light``: pages of one region, each language under its own address."""
    here = Here(settings, region_name)
    looked_at: dict[str, View] = {
        "": _home, "tell": telling.what, "tell/whole": telling.whole, "kept": _kept, "near": near.ask,
        "sources": _sources,
        "said": reading.said, "said/near": reading.where, "said/{kind}/{number:page}": reading.said,
        "said/{id}": reading.item, "said/{id}/proposal": proposing.ask,
        "proposals": proposals.listed, "proposals/{id}": proposals.one,
        "proposals/{id}/{number:page}": proposals.answers, "code": own.ask, "wrong": wrong.kinds,
        "wrong/{kind}": wrong.which,
    }  # fmt: skip
    sent: dict[str, View] = {
        "tell": telling.what, "tell/where": telling.where, "tell/map": telling.map_screen,
        "tell/check": telling.check, "tell/save": telling.save, "near": near.answer, "near/map": near.map_screen,
        "said/near": reading.near, "said/{id}/voice": reading.voice, "code": own.show, "code/change": own.change,
        "code/contest": own.contest, "code/erase": own.erase, "code/data": own.data, "code/voice": own.withdraw,
        "proposals/{id}/{number:page}": proposals.answers, "proposals/{id}/file": proposals.file,
        "proposals/{id}/team": team.show, "proposals/{id}/join": team.join, "proposals/{id}/say": team.say,
        "proposals/{id}/who": team.who, "proposals/{id}/invite": team.invite, "proposals/{id}/leave": team.leave,
        "proposals/{id}/question": writing.ask, "proposals/{id}/answer": writing.answer,
        "proposals/{id}/diary": writing.diary, "proposals/{id}/step": writing.step,
        "said/{id}/proposal": proposing.save, "wrong/{kind}": wrong.which,
        "wrong/{kind}/how": wrong.how, "wrong/{kind}/save": wrong.save,
    }  # fmt: skip
    pages = [
        *(Route(f"/{{language}}/{path}", _endpoint(view, here), methods=["GET"]) for path, view in looked_at.items()),
        *(Route(f"/{{language}}/{path}", _endpoint(view, here), methods=["POST"]) for path, view in sent.items()),
    ]
    return [
        Route(BASE, _first),
        Mount(BASE, routes=[Route("/", _first), *_files(here), *pages], middleware=[Middleware(GZipMiddleware)]),
    ]


def _endpoint(view: View, here: Here) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        if request.path_params["language"] not in LANGUAGE_NAMES:
            raise HTTPException(404)
        bare = Visit(here, request.path_params["language"], {}, Form(), "", wants_json=False)
        if request.method == "POST" and is_from_elsewhere(request.headers):
            return await run_in_threadpool(_refused, bare, 403)
        try:
            visit = await read_visit(request, here)
        except (TooMuchError, HTTPException):
            return await run_in_threadpool(_refused, bare, 413)
        return await run_in_threadpool(_answered, view, visit)

    return answer


def _answered(view: View, visit: Visit) -> Response:
    """The page, or in one sentence why there is none; what nobody foresaw goes to the log, without what was sent."""
    with spoken(visit.language):
        try:
            return view(visit)
        except SempreGeoError as problem:
            return trouble(visit, str(problem), status_code=status_of(problem))
        except Exception as error:  # noqa: BLE001 - a visitor gets a page and a reference whatever happens
            reference = secrets.token_hex(4)
            _log.error("%s: %s in %s", reference, type(error).__name__, view.__name__)
            sentence = _("Something went wrong here; try again, or tell the office this number: {reference}.")
            return trouble(visit, sentence.format(reference=reference), status_code=500)


def _refused(visit: Visit, status_code: int) -> Response:
    with spoken(visit.language):
        sentence = {
            403: _("This form came from another site and was not taken; open the page here and send it again."),
            413: _("That was too much to send at once; shorten the text or take a smaller photo."),
        }[status_code]
        return trouble(visit, sentence, status_code=status_code)


def _home(visit: Visit) -> Response:
    visit.here.region  # noqa: B018 - without a region the page says so instead
    return page(visit, "home")


def _kept(visit: Visit) -> Response:
    """What the service worker shows when there is no network."""
    return page(visit, "kept")


def _sources(visit: Visit) -> Response:
    """What every number is made from, how old it is, under which licence, and what is not known."""
    region = visit.here.region
    sources = [{"date": "", **source} for source in region.catalog["sources"]]
    return page(visit, "sources", sources=sources, notes=region.notes)


async def _first(request: Request) -> Response:
    """To the pages in the language that the browser asks for."""
    language = chosen_language(request.headers.get("accept-language", ""))
    return RedirectResponse(f"{BASE}/{language}/", status_code=303, headers={"Vary": "Accept-Language"})


def _files(here: Here) -> list[BaseRoute]:
    async def file(request: Request) -> Response:
        files = read_files(here.settings)
        name = request.path_params["name"]
        if name not in files.content or request.path_params["version"] != files.version:
            raise HTTPException(404)
        return Response(files.content[name], media_type=media_type(name), headers={"Cache-Control": _FOR_EVER})

    async def worker(_request: Request) -> Response:
        text = await run_in_threadpool(read_service_worker, here.settings)
        return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    async def map_picture(_request: Request) -> Response:
        try:
            drawn = await run_in_threadpool(lettered_picture, here)
        except SempreGeoError:
            raise HTTPException(404) from None
        return Response(drawn, media_type="image/jpeg", headers={"Cache-Control": "public, max-age=86400"})

    return [
        Route("/files/{version}/{name}", file),
        Route("/worker.js", worker),
        Route("/map.jpg", map_picture),
    ]
