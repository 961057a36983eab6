"""What a visitor came for: four ways in, each with its own short navigation, remembered by a cookie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import escape

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sempre_geo.i18n import gettext as _
from sempre_geo.ui.forms import cookie_keeping

COOKIE = "sempre_way"
ALL = "all"
_KEPT_S = int(timedelta(days=365).total_seconds())
_FIRST_SCREEN = "first_screen"


@dataclass(frozen=True)
class Way:
    """One way in: the page it begins with and the pages of its navigation, by their addresses."""

    first: str
    pages: tuple[str, ...]


WAYS: Mapping[str, Way] = {
    "tell": Way("tell", ("explore", "near", "tell", "said", "proposals", "mine", "sources")),
    "plan": Way(
        "proposals",
        (
            *("explore", "proposals", "networks", "gaps", "whatif", "where_next", "compare", "review"),
            *("listen", "outreach", "workshop", "sources"),
        ),
    ),
    "gaps": Way(
        "gaps", ("explore", "gaps", "whatif", "where_next", "compare", "brief", "listen", "proposals", "sources")
    ),
    "offer": Way("my_service", ("explore", "my_service", "service", "tell", "proposals", "sources")),
}


def way_routes() -> list[BaseRoute]:
    """``/way/NAME``: notes what a visitor came for and goes on to its first page; ``/way/all`` forgets it.

    ``/explore`` is the first page, which Streamlit itself knows by no other address than ``/``.
    """
    return [Route("/way/{way}", _go, methods=["GET"]), Route("/explore", _first_page, methods=["GET"])]


async def _first_page(request: Request) -> Response:
    view = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{view}", status_code=307)


async def _go(request: Request) -> Response:
    name = request.path_params["way"]
    if name == ALL:
        back = RedirectResponse("/", status_code=303)
        back.delete_cookie(COOKIE)
        return back
    if name not in WAYS:
        raise HTTPException(404)
    on = RedirectResponse(f"/{WAYS[name].first}", status_code=303)
    on.set_cookie(COOKIE, name, max_age=_KEPT_S, **cookie_keeping(request))
    return on


def chosen_way() -> str:
    """The way this visitor's browser remembers; empty where none was chosen."""
    name = str(st.context.cookies.get(COOKIE, ""))
    return name if name in WAYS else ""


def is_shown(page: str) -> bool:
    """Whether a page stands in the visitor's navigation; it can be opened by its address in any case."""
    way = chosen_way()
    return not way or page in WAYS[way].pages


def ways_in() -> None:
    """The question what somebody came for, on a first screen; whoever follows a link to a view sees that view."""
    if not st.session_state.setdefault(_FIRST_SCREEN, not st.query_params.to_dict()) or chosen_way():
        return
    big = {
        "tell": (_("Tell us"), _("what is missing or hard, or what could be done")),
        "plan": (_("Plan together"), _("ideas, proposals and networks")),
        "gaps": (_("See the gaps"), _("who is far from which help, and why")),
    }
    links = "".join(
        f'<li><a href="/way/{way}" target="_self"><strong>{escape(title)}</strong><span>{escape(told)}</span></a></li>'
        for way, (title, told) in big.items()
    )
    offer = f'<li class="quieter"><a href="/way/offer" target="_self">{escape(_("I offer a service"))}</a></li>'
    st.html(
        f'<nav class="ways" aria-label="{escape(_("What did you come for?"))}"><p>{escape(_("What did you come for?"))}'
        f"</p><ul>{links}{offer}</ul></nav>"
    )


def way_back() -> None:
    """The link by which a short navigation becomes the whole one again."""
    if chosen_way():
        st.html(f'<p class="way_back"><a href="/way/{ALL}" target="_self">{escape(_("Show all pages"))}</a></p>')
