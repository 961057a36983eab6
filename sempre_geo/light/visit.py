"""One request for a light page: who asks for what in which language, and what their form says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from sempre_geo.light.here import Here

LARGEST_FORM = 64_000
LARGEST_WITH_PHOTO = 16_000_000
_MOST_FIELDS, _MOST_DIGITS = 60, 6
_LINKED, _LONGEST_LINKED = ("workshop", "place"), 100


@dataclass(frozen=True)
class Form:
    """What was typed and chosen, by field; a field of a list may have several values."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    photo: bytes | None = None

    def one(self, name: str) -> str:
        """The value of a field; empty if it was not sent.

        >>> Form({"text": ("a", "b")}).one("text"), Form().one("text")
        ('a', '')
        """
        return next(iter(self.values.get(name, ())), "")

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a field."""
        return self.values.get(name, ())


@dataclass(frozen=True)
class Visit:
    """A request as the pages see it.

    ``asked`` are the parts of the path, ``address`` is the sender's, ``site`` is how the sender reached us.
    """

    here: Here
    language: str
    asked: Mapping[str, str]
    form: Form
    address: str
    wants_json: bool
    site: str = ""


def counted(typed: str) -> int | None:
    """The number that a text is, of up to six digits; None for everything else, so that no page fails on it.

    >>> counted("12"), counted("9" * 5000), counted("²"), counted("")
    (12, None, None, None)
    """
    return int(typed) if typed.isdecimal() and len(typed) <= _MOST_DIGITS else None


class TooMuchError(Exception):
    """A form larger than any page of ours sends."""


async def read_visit(request: Request, here: Here) -> Visit:
    """The request's path and form.

    Raises
    ------
    TooMuchError
        The form is too large, or does not say how large it is.
    """
    return Visit(
        here=here,
        language=str(request.path_params.get("language", "en")),
        asked={name: str(value) for name, value in request.path_params.items()},
        form=await _read_form(request) if request.method == "POST" else _linked(request),
        address=request.client.host if request.client else "",
        wants_json=request.headers.get("accept", "").startswith("application/json"),
        site=f"{request.url.scheme}://{request.url.netloc}",
    )


def _linked(request: Request) -> Form:
    """What a link may fill in: the word of a workshop and the place of its hall; nothing of a person."""
    given = {name: request.query_params.get(name, "")[:_LONGEST_LINKED] for name in _LINKED}
    return Form({name: (value,) for name, value in given.items() if value})


async def _read_form(request: Request) -> Form:
    with_photo = request.headers.get("content-type", "").startswith("multipart/form-data")
    most = LARGEST_WITH_PHOTO if with_photo else LARGEST_FORM
    size = request.headers.get("content-length", "")
    if not size.isdigit() or int(size) > most:
        raise TooMuchError
    async with request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=LARGEST_FORM) as sent:
        return Form(_texts(sent), await _photo(sent))


def _texts(sent: FormData) -> dict[str, tuple[str, ...]]:
    return {name: tuple(text for text in sent.getlist(name) if isinstance(text, str)) for name in sent}


async def _photo(sent: FormData) -> bytes | None:
    photo = sent.get("photo")
    if not isinstance(photo, UploadFile) or not photo.size:
        return None
    return await photo.read()
