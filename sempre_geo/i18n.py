"""Sentences in the reader's language: gettext catalogues read straight from their ``.po`` files.

The language is a context variable, so that two visitors served by two threads do not mix. Where nobody has set
one, whoever knows the reader of this thread is asked (``ask_for_language``): a page's own code is not the first
that runs for its visitor. Messages are English in the code; a text a translator must see is written ``_("...")``
with ``gettext as _``.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

SOURCE_LANGUAGE = "en"
MONTHS_HAVE_CASES = frozenset({"de", "et", "lv"})  # or the words before a date have; Babel knows the names in one only
_SHORT_DATES = {"lt": "y-MM-dd"}  # written out it ends with a full stop, and so would no sentence that ends with it
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


class Sentence(str):
    """A sentence in the language it was made in, which remembers its English and what is filled in.

    What is computed once and shown to many is kept so: `reworded` says it to each in their own language.
    """

    __slots__ = ("english", "values")
    english: str
    values: Mapping[str, Any]


def sentence(english: str, **values: Any) -> Sentence:
    """A message with what it is filled with, to be kept and said again in another language.

    >>> sentence("{n} cells have no population: they are kept as unknown.", n=1200)
    '1,200 cells have no population: they are kept as unknown.'
    """
    plain = {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}  # numpy's own
    made = Sentence(_worded(english, plain))
    made.english, made.values = english, plain
    return made


def kept(text: str) -> str | dict[str, Any]:
    """A text as a file keeps it: a sentence by its English and its values, anything else as it is."""
    if not isinstance(text, Sentence):
        return text
    return {"english": text.english, "values": dict(text.values)} if text.values else text.english


def reworded(text: object) -> str:
    """A kept text in the reader's language; one that is no message of ours, or of an earlier version, as it stands.

    >>> reworded({"english": "{n} cells have no population: they are kept as unknown.", "values": {"n": 2}})
    '2 cells have no population: they are kept as unknown.'
    >>> reworded("A title of the operator"), reworded("")
    ('A title of the operator', '')
    """
    if isinstance(text, Sentence):
        return _worded(text.english, text.values)
    if isinstance(text, Mapping):
        return _worded(str(text["english"]), text["values"])
    return gettext(str(text)) if text else ""


def _worded(english: str, values: Mapping[str, Any]) -> str:
    if not values:
        return gettext(english)
    return gettext(english).format(**{name: _as_written(value) for name, value in values.items()})


def _as_written(value: object) -> object:
    """A number or a date as the reader's language writes it; anything else as it is."""
    if isinstance(value, Sentence):
        return reworded(value)
    if isinstance(value, date):
        return written_out(value)
    if not isinstance(value, int | float):
        return value
    from babel.numbers import format_decimal

    return format_decimal(value, format="#,##0.###", locale=babel_locale())


def babel_locale() -> str:
    """The reader's language as Babel knows it, with British dates for English."""
    code = current_language().partition("@")[0]
    return "en_GB" if code == SOURCE_LANGUAGE else code


def written_out(day: date) -> str:
    """A date with its month's name, or its number where a sentence would need a case of the name.

    >>> written_out(date(2026, 1, 5))
    '5 January 2026'
    >>> with language("lv"):
    ...     written_out(date(2026, 1, 5))
    '05.01.2026'
    >>> with language("lt"):
    ...     written_out(date(2026, 1, 5))
    '2026-01-05'
    """
    from babel.dates import format_date

    locale = babel_locale()
    pattern = "dd.MM.y" if locale in MONTHS_HAVE_CASES else _SHORT_DATES.get(locale, "long")
    return str(format_date(day, pattern, locale=locale))


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
