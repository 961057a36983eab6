"""Sentences in the reader's language: gettext catalogues read straight from their ``.po`` files.

The language is a context variable, so that two visitors served by two threads do not mix. Messages are
English in the code; a text a translator must see is written ``_("...")`` with ``gettext as _``.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path

SOURCE_LANGUAGE = "en"
_DOMAIN = "sempre_geo"
_LOCALE = Path(__file__).resolve().parent / "locale"
_language: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)


def gettext(message: str) -> str:
    """``message`` in the current language; the English itself where no translation exists."""
    return _catalogue(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of a counted message that the current language uses for ``n``."""
    return _catalogue(_language.get()).ngettext(singular, plural, n)


def current_language() -> str:
    """The language of this thread's reader, as a code like ``lv``."""
    return _language.get()


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
