"""The route by which a tour's plan and calendar are handed out: it asks who takes them, as a button would not."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import language as spoken
from sempre_geo.ui.forms import asked_language
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import COOKIE

PATH = "/outreach-file"


def outreach_routes() -> list[BaseRoute]:
    """``/outreach-file?tour=ID&kind=pdf|html|ics&lang=LL``, with the login's cookie; the use case decides."""
    return [Route(PATH, _file, methods=["GET"])]


async def _file(request: Request) -> Response:
    from sempre_geo.pipeline.community.tours import TourFile, tour_file

    asked, by = request.query_params, request.cookies.get(COOKIE, "")

    def made_in_language() -> TourFile:
        with spoken(asked_language(request)):
            return tour_file(installation().settings, asked.get("tour", ""), kind=asked.get("kind", ""), by=by)

    try:
        made = await run_in_threadpool(made_in_language)
    except SempreGeoError:  # what is not there and what is not open to the asker look the same
        raise HTTPException(404) from None
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}", "Cache-Control": "no-store"}
    return Response(made.content, media_type=made.media_type, headers=headers)
