"""The route by which a proposal's files go to a visitor: it asks who they are, as a page's button would not."""

from __future__ import annotations

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

PATH = "/proposal-file"


def proposal_routes() -> list[BaseRoute]:
    """``/proposal-file?proposal=ID&kind=json|docx|pdf&lang=LL``, with the login's cookie or a team member's ``ticket``.

    What stands behind the question mark is in no log. Whoever may see less gets less: what is in the file is
    decided by the use case.
    """
    return [Route(PATH, _file, methods=["GET"])]


async def _file(request: Request) -> Response:
    from sempre_geo.pipeline.community.proposal_files import export_proposal

    asked = request.query_params
    try:
        with spoken(asked_language(request)):
            made = await run_in_threadpool(
                export_proposal,
                installation().settings,
                asked.get("proposal", ""),
                kind=asked.get("kind", ""),
                by=request.cookies.get(COOKIE, ""),
                ticket=asked.get("ticket", ""),
            )
    except SempreGeoError:  # what is not there and what is not open to the asker look the same
        raise HTTPException(404) from None
    disposition = f'attachment; filename="{made.name}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(made.content, media_type=made.media_type, headers=headers)
