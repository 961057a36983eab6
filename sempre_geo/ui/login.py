"""Login and logout as plain pages: a Streamlit script cannot set a cookie."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sempre_geo.community.accounts import LOGIN_LASTS
from sempre_geo.community.openid import BEGUN_LASTS_S
from sempre_geo.errors import NotAllowedError, SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.ui.installation import installation

COOKIE = "sempre_login"
HALL = "sempre_hall"  # a device that goes round in a workshop; whoever logs in takes it back
_BEGUN = "sempre_login_begun"
_LARGEST_FORM = 8192
_HOME, _REVIEW, _MY_SERVICE = "/", "review", "my_service"
_ALSO_AFTER_LOGIN = frozenset({"workshop", "listen", "outreach"})


def login_routes() -> list[BaseRoute]:
    """``/login`` and ``/logout``: a form each, and what it does."""
    return [
        Route("/login", _login_form, methods=["GET"]),
        Route("/login", _log_in, methods=["POST"]),
        Route("/login/elsewhere", _begin_elsewhere, methods=["GET"]),
        Route("/login/return", _return_from_elsewhere, methods=["GET"]),
        Route("/logout", _logout_form, methods=["GET"]),
        Route("/logout", _log_out, methods=["POST"]),
    ]


async def _login_form(_request: Request) -> Response:
    return _page(_("Log in"), _login_fields())


async def _log_in(request: Request) -> Response:
    check_same_site(request)
    if int(request.headers.get("content-length") or _LARGEST_FORM + 1) > _LARGEST_FORM:
        return _page(_("Log in"), _login_fields(_("That was too much text for a name and a password.")), status=413)
    form = await request.form(max_files=0, max_fields=4)
    from sempre_geo.pipeline.community.accounts import login

    name, password = str(form.get("name", "")), str(form.get("password", ""))
    try:
        token = await run_in_threadpool(login, installation().settings, name, password=password)
    except NotAllowedError as refusal:
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
    answer.set_cookie(
        _BEGUN, begun.sealed, max_age=BEGUN_LASTS_S, path="/login", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


async def _return_from_elsewhere(request: Request) -> Response:
    from sempre_geo.pipeline.community.elsewhere import finish_login

    state, code = (request.query_params.get(name, "") for name in ("state", "code"))
    sealed = request.cookies.get(_BEGUN, "")
    try:
        token = await run_in_threadpool(finish_login, installation().settings, sealed=sealed, state=state, code=code)
    except SempreGeoError as problem:
        return _page(_("Log in"), _login_fields(str(problem)), status=403)
    return _logged_in(request, token)


def _logged_in(request: Request, token: str) -> Response:
    wished = request.query_params.get("to", "")
    onward = wished if wished in _ALSO_AFTER_LOGIN else _first_page(token)
    answer = RedirectResponse(f"/{onward}", status_code=303)
    answer.delete_cookie(HALL)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(LOGIN_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def _first_page(token: str) -> str:
    """Where somebody goes on after the login: a service's own people to their service, all others to what waits."""
    from sempre_geo.pipeline.community.accounts import who_is

    roles = {role for role, _scope in who_is(installation().settings, token).grants}
    return _MY_SERVICE if "provider" in roles and "coordinator" not in roles else _REVIEW


async def _logout_form(_request: Request) -> Response:
    return _page(_("Log out"), f'<form method="post"><button>{escape(_("Log out"))}</button></form>')


async def _log_out(request: Request) -> Response:
    check_same_site(request)
    answer = RedirectResponse(_HOME, status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


def check_same_site(request: Request) -> None:
    """Refuse a form that another site sent on.

    Raises
    ------
    HTTPException
        Status 403.
    """
    from starlette.exceptions import HTTPException

    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)


def _login_fields(problem: str = "", *, name: str = "") -> str:
    said = f'<p id="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return (
        f'{said}<form method="post"><label for="name">{escape(_("Name"))}</label>'
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
        f'<!doctype html><html lang="{current_language()}"><head><meta charset="utf-8">'
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
