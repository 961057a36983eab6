"""Sentences in the reader's language: gettext catalogues read straight from their ``.po`` files.

The language is a context variable, so that two visitors served by two threads do not mix. Where nobody has set
one, whoever knows the reader of this thread is asked (``ask_for_language``): a page's own code is not the first
that runs for its visitor. Messages are English in the code; a text a translator must see is written ``_("...")``
with ``gettext as _``.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path

SOURCE_LANGUAGE = "en"
_DOMAIN = "sempre_geo"
_LOCALE = Path(__file__).resolve().parent / "locale"
_language: ContextVar[str | None] = ContextVar("language", default=None)
_asked: list[Callable[[], str | None]] = []


def gettext(message: str) -> str:
    """``message`` in the current language; the English itself where no translation exists."""
    return _catalogue(current_language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of a counted message that the current language uses for ``n``."""
    return _catalogue(current_language()).ngettext(singular, plural, n)


def current_language() -> str:
    """The language of this thread's reader, as a code like ``lv``: the one set, else the one that is known of them."""
    chosen = _language.get()
    if chosen is not None:
        return chosen
    known = next((code for code in (ask() for ask in _asked) if code), SOURCE_LANGUAGE)
    return known if known in available_languages() else SOURCE_LANGUAGE


def ask_for_language(ask: Callable[[], str | None]) -> None:
    """Let ``ask`` say what this thread's reader speaks where no language is set; None where it knows no reader."""
    if ask not in _asked:
        _asked.append(ask)


def set_language(code: str) -> None:
    """Use language ``code`` from here on in this thread; an unknown code means English.

    >>> set_language("xx"); current_language()
    'en'
    """
    _language.set(code if code in available_languages() else SOURCE_LANGUAGE)


@contextmanager
def language(code: str) -> Iterator[None]:
    """Use language ``code`` inside the block."""
    before = _language.get()
    set_language(code)
    try:
        yield
    finally:
        _language.set(before)


def preferred_language(accepted: str, offered: Collection[str]) -> str:
    """The first language of a browser's list that is ``offered``, else English.

    >>> preferred_language("xx, lv-LV;q=0.9, en;q=0.8", ("en", "lv")), preferred_language("", ("en", "lv"))
    ('lv', 'en')
    """
    wishes = (wish.partition(";")[0].strip().partition("-")[0].lower() for wish in accepted.split(","))
    return next((code for code in wishes if code in offered), SOURCE_LANGUAGE)


@lru_cache(maxsize=1)
def available_languages() -> tuple[str, ...]:
    """English and every language with a catalogue, sorted behind it."""
    found = {path.parent.parent.name for path in _LOCALE.glob(f"*/LC_MESSAGES/{_DOMAIN}.po")}
    return (SOURCE_LANGUAGE, *sorted(found - {SOURCE_LANGUAGE}))


def catalogue_path(code: str) -> Path:
    """Where the catalogue of language ``code`` lies, or would."""
    return _LOCALE / code / "LC_MESSAGES" / f"{_DOMAIN}.po"


def forget_catalogues() -> None:
    """Read the catalogues anew when they are next needed; after one was changed."""
    available_languages.cache_clear()
    _catalogue.cache_clear()


@lru_cache(maxsize=32)
def _catalogue(code: str) -> _gettext.NullTranslations:
    path = catalogue_path(code)
    if code == SOURCE_LANGUAGE or not path.is_file():
        return _gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=code.split("@", maxsplit=1)[0]))
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)
