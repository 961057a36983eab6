"""What every plain form of ours asks of a request before it reads it, and how its cookies are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from sempre_geo.i18n import available_languages, preferred_language

_LARGEST = 8192
_FROM_HERE = {"same-origin", "none"}  # "none": somebody's own doing, as when a closed tab is opened again


class CookieKeeping(TypedDict):
    """How a browser keeps a cookie of ours."""

    httponly: bool
    samesite: Literal["lax"]
    secure: bool


def check_same_site(request: Request) -> None:
    """Refuse a form that another site sent on.

    A new tab's form has no origin, but there the browser itself says from where it comes.

    Raises
    ------
    HTTPException
        Status 403.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if site not in _FROM_HERE if site is not None else foreign:
        raise HTTPException(403)


def is_small(request: Request) -> bool:
    """Whether a form says that it is short; one that does not say how long it is, or says nonsense, is not."""
    said = request.headers.get("content-length", "")
    return said.isascii() and said.isdigit() and int(said[:9]) <= _LARGEST


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a small form of ours; files are none.

    Raises
    ------
    HTTPException
        403 for another site's form, 413 for one that is too long.
    """
    check_same_site(request)
    if not is_small(request):
        raise HTTPException(413)
    sent = await request.form(max_files=0, max_fields=8)
    return {name: str(value) for name, value in sent.items()}


def asked_language(request: Request, wished: str = "") -> str:
    """The language ``wished``, else the one in a plain page's address, else the browser's, else English."""
    wish, known = wished or request.query_params.get("lang", ""), available_languages()
    return wish if wish in known else preferred_language(request.headers.get("accept-language", ""), known)


def cookie_keeping(request: Request) -> CookieKeeping:
    """Out of reach of scripts and other sites, and over https alone where the browser came by https.

    A proxy in front says how the browser came; whoever says it without one only keeps their own cookie more closely.
    """
    return {"httponly": True, "samesite": "lax", "secure": came_by_https(request)}


def came_by_https(request: Request) -> bool:
    """Whether the browser came by https, here or to a proxy in front."""
    return request.scope.get("scheme") == "https" or request.headers.get("x-forwarded-proto") == "https"
