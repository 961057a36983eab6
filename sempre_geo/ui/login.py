"""Login and logout as plain pages: a Streamlit script cannot set a cookie."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from html import escape
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sempre_geo.community.accounts import LOGIN_LASTS
from sempre_geo.community.openid import BEGUN_LASTS_S
from sempre_geo.errors import NotAllowedError, SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import language as spoken
from sempre_geo.ui.forms import asked_language, check_same_site, cookie_keeping, is_small, read_form
from sempre_geo.ui.installation import installation

COOKIE = "sempre_login"
HALL = "sempre_hall"  # a device that goes round in a workshop; whoever logs in takes it back
_BEGUN, _BEGUN_PATH = "sempre_login_begun", "/login"
_REFUSED_AFTER_S = 0.4
_Answering = Callable[[Request], Awaitable[Response]]
_AT_ONCE = CapacityLimiter(2)  # a password takes 64 MB and a whole core to look at; the next ones wait without a thread
_HOME = "/"
_FIRST_PAGES = {
    "coordinator": "review", "provider": "my_service", "policymaker": "gaps", "network_member": "listen",
}  # fmt: skip
"""Where each role goes on after the login; who holds several goes where the first of them does."""
_ALSO_AFTER_LOGIN = frozenset({"workshop", "listen", "outreach"})


def login_routes() -> list[BaseRoute]:
    """``/login`` and ``/logout``: a form each, and what it does."""
    return [
        Route("/login", _in_language(_login_form), methods=["GET"]),
        Route("/login", _in_language(_log_in), methods=["POST"]),
        Route("/login/elsewhere", _in_language(_begin_elsewhere), methods=["GET"]),
        Route("/login/return", _in_language(_return_from_elsewhere), methods=["GET"]),
        Route("/logout", _in_language(_logout_form), methods=["GET"]),
        Route("/logout", _log_out, methods=["POST"]),
    ]


def login_address(onward: str = "") -> str:
    """Where to log in, in the language of whoever reads the link, and go on to the page ``onward``."""
    return f"/login?{urlencode({'lang': current_language()} | ({'to': onward} if onward else {}))}"


def _in_language(answer: _Answering) -> _Answering:
    async def spoken_to(request: Request) -> Response:
        with spoken(asked_language(request)):
            return await answer(request)

    return spoken_to


async def _login_form(_request: Request) -> Response:
    return _page(_("Log in"), _login_fields())


async def _log_in(request: Request) -> Response:
    from sempre_geo.pipeline.community.accounts import login

    check_same_site(request)
    if not is_small(request):
        return _page(_("Log in"), _login_fields(_("That was too much text for a name and a password.")), status=413)
    form, began = await read_form(request), time.monotonic()
    name, password, carried = form.get("name", ""), form.get("password", ""), request.cookies.get(COOKIE, "")
    asked = partial(login, installation().settings, name, password=password, instead_of=carried)
    try:
        token = await to_thread.run_sync(asked, limiter=_AT_ONCE)
    except NotAllowedError as refusal:
        # A known name's failure is written down and takes longer: nobody shall read from the time which names exist.
        await asyncio.sleep(max(0.0, began + _REFUSED_AFTER_S - time.monotonic()))
        return _page(_("Log in"), _login_fields(str(refusal), name=name), status=403)
    return _logged_in(request, token)


async def _begin_elsewhere(request: Request) -> Response:
    """Send the browser to the organisation's login page; a signed cookie ties what comes back to this browser."""
    from sempre_geo.pipeline.community.elsewhere import begin_login

    try:
        begun = await run_in_threadpool(begin_login, installation().settings)
    except SempreGeoError as problem:
        return _page(_("Log in"), _login_fields(str(problem)), status=503)
    answer = RedirectResponse(begun.address, status_code=303)
    answer.set_cookie(_BEGUN, begun.sealed, max_age=BEGUN_LASTS_S, path=_BEGUN_PATH, **cookie_keeping(request))
    return answer


async def _return_from_elsewhere(request: Request) -> Response:
    from sempre_geo.pipeline.community.elsewhere import finish_login

    state, code = (request.query_params.get(name, "") for name in ("state", "code"))
    sealed, carried = request.cookies.get(_BEGUN, ""), request.cookies.get(COOKIE, "")
    asked = partial(finish_login, installation().settings, sealed=sealed, state=state, code=code, instead_of=carried)
    try:
        token = await run_in_threadpool(asked)
    except SempreGeoError as problem:
        return _page(_("Log in"), _login_fields(str(problem)), status=403)
    answer = _logged_in(request, token)
    answer.delete_cookie(_BEGUN, path=_BEGUN_PATH)
    return answer


def _logged_in(request: Request, token: str) -> Response:
    wished = request.query_params.get("to", "")
    onward = wished if wished in _ALSO_AFTER_LOGIN else _first_page(token)
    answer = RedirectResponse(f"/{onward}", status_code=303)
    answer.delete_cookie(HALL)
    answer.set_cookie(COOKIE, token, max_age=int(LOGIN_LASTS.total_seconds()), **cookie_keeping(request))
    return answer


def _first_page(token: str) -> str:
    """Where somebody goes on after the login: where their role has something to do, else to the map."""
    from sempre_geo.pipeline.community.accounts import who_is

    roles = {role for role, _scope in who_is(installation().settings, token).grants}
    return next((page for role, page in _FIRST_PAGES.items() if role in roles), "")


async def _logout_form(_request: Request) -> Response:
    told = escape(_("This ends your login here and on every other device."))
    return _page(_("Log out"), f'<p>{told}</p><form method="post"><button>{escape(_("Log out"))}</button></form>')


async def _log_out(request: Request) -> Response:
    from sempre_geo.pipeline.community.accounts import log_out

    check_same_site(request)
    await run_in_threadpool(log_out, installation().settings, request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(_HOME, status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


def _login_fields(problem: str = "", *, name: str = "") -> str:
    said = f'<p id="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return (
        f'{said}<form method="post"><label for="name">{escape(_("Your name"))}</label>'
        f'<input id="name" name="name" value="{escape(name)}" autocomplete="username" required autofocus>'
        f'<label for="password">{escape(_("Password"))}</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required>'
        f"<button>{escape(_('Log in'))}</button></form>{_elsewhere_link()}"
        f"<p>{escape(_('Accounts are for coordinators and offices. To tell us something you need none.'))}</p>"
    )


def _elsewhere_link() -> str:
    from sempre_geo.pipeline.community.elsewhere import can_log_in_elsewhere

    if not can_log_in_elsewhere(installation().settings):
        return ""
    label = _("Log in with the account of your organisation")
    # A link and no form: the pages' policy lets forms go to this house only, also when they are sent on.
    return f'<p><a href="/login/elsewhere">{escape(label)}</a></p>'


def _page(title: str, body: str, *, status: int = 200) -> HTMLResponse:
    themes = installation().themes
    light, dark = themes["light"], themes["dark"]
    variables = "".join(f"--{name}:{getattr(light, name)};" for name in _USED)
    at_night = "".join(f"--{name}:{getattr(dark, name)};" for name in _USED)
    style = f":root{{{variables}}}@media (prefers-color-scheme:dark){{:root{{{at_night}}}}}{_STYLE}"
    return HTMLResponse(
        f'<!doctype html><html lang="{current_language().partition("@")[0]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · Sempre</title><style>{style}</style></head><body><main>"
        f'<h1>{escape(title)}</h1>{body}<p><a href="{_HOME}">{escape(_("Back to the map"))}</a></p></main>'
        "</body></html>",
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )


_USED = ("ground", "panel", "ink", "primary", "on_primary", "border")
_STYLE = """
body{margin:0;background:var(--ground);color:var(--ink);font:17px/1.5 "Source Sans 3","Source Sans",sans-serif}
main{max-width:24rem;margin:12vh auto 0;padding:24px}
label{display:block;margin:16px 0 4px}
input{box-sizing:border-box;width:100%;min-height:44px;padding:8px;font:inherit;color:inherit;background:var(--panel);
border:1px solid var(--ink);border-radius:8px}
button{min-height:44px;margin:24px 0 8px;padding:8px 24px;font:inherit;
color:var(--on_primary);background:var(--primary);
border:0;border-radius:8px;cursor:pointer}
a{color:var(--primary)}
:focus-visible{outline:3px solid var(--primary);outline-offset:2px}
"""
