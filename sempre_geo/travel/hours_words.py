"""Opening hours with the days named in the reader's language, brought into the syntax OpenStreetMap defines."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sempre_geo.errors import InputError
from sempre_geo.i18n import babel_locale
from sempre_geo.i18n import gettext as _
from sempre_geo.travel.hours_text import outside_quotes, tidied

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_WORD = re.compile(r"[^\W\d_]+\.?")
_BEFORE_A_DAY = re.compile(rf"(?<=\d)\s*,\s*(?=(?:{'|'.join(_DAYS)}|PH|SH)[a-z]*\b)")
_HOLIDAYS = frozenset({"ph", "sh"})
_EXAMPLE = ((1, "09:00-13:00"), (3, "12:00-17:00"))


def hours_of_words(text: str) -> str:
    """What somebody typed as opening hours, in the syntax OpenStreetMap defines.

    What can be read as that syntax stays. Else the days may be named in the reader's language, in full, by their
    first letters or by letters that only one of them has in this order.

    Raises
    ------
    InputError
        Nobody can read it; the sentence shows how it is written in the reader's language.

    >>> from sempre_geo.i18n import language
    >>> hours_of_words("Tuesday 9-13, Thu 12:00-17:00")
    'Tu 09:00-13:00, Th 12:00-17:00'
    >>> hours_of_words(" ")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: '' are no opening hours; write them like Tue 09:00-13:00; Thu 12:00-17:00.
    >>> with language("de"):
    ...     hours_of_words("Dienstag 9-13 Uhr; Do-Fr 12:00-17:00")
    'Tu 09:00-13:00; Th-Fr 12:00-17:00'
    >>> with language("lv"):
    ...     hours_of_words("Pr 9-13")
    'Mo 09:00-13:00'
    """
    typed = text.strip()
    for written in (typed, _tidied(typed), _tidied(outside_quotes(typed, _with_days_of_files))):
        if _is_readable(written):
            return written
    raise InputError(
        _("'{value}' are no opening hours; write them like {example}.").format(
            value=typed[:80], example=example_of_hours()
        )
    )


def example_of_hours() -> str:
    """Opening hours of two days as they may be written in the reader's language.

    >>> example_of_hours()
    'Tue 09:00-13:00; Thu 12:00-17:00'
    """
    short = _names(babel_locale())[0]
    return "; ".join(f"{short[day]} {times}" for day, times in _EXAMPLE)


def _tidied(text: str) -> str:
    """Tidied, each day's part by itself: what follows a comma may be another day."""
    return re.sub(r" +(?=[;,])", "", ", ".join(tidied(part) for part in _BEFORE_A_DAY.split(text)))


def _is_readable(written: str) -> bool:
    import opening_hours

    return bool(written) and opening_hours.validate(written)


def _with_days_of_files(part: str) -> str:
    return _WORD.sub(lambda found: _day_of(found[0]) or found[0], part)


def _day_of(word: str) -> str:
    """The day that a word of the reader's language names; empty if it names none, or may name several."""
    sought = _plain(word.rstrip("."))
    short, *others = (tuple(_plain(name.rstrip(".")) for name in names) for names in _names(babel_locale()))
    whole = others[0]
    if sought in _HOLIDAYS or (sought.capitalize() in _DAYS and sought not in (*short, *whole)):
        return ""  # a word of OpenStreetMap, which says the same in every language
    ways = (
        [sought in {names[day] for names in (short, *others)} for day in range(7)],
        [whole[day].startswith(sought) for day in range(7)],
        [whole[day][0] == sought[0] and _in_this_order(sought, whole[day]) for day in range(7)],
    )
    fitting = next((way for way in ways if any(way)), [])
    return _DAYS[fitting.index(True)] if sum(fitting) == 1 else ""


def _in_this_order(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)


def _plain(word: str) -> str:
    """Small letters without their marks, as people type them on a foreign keyboard."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign))


@lru_cache(maxsize=32)
def _names(locale: str) -> tuple[tuple[str, ...], ...]:
    """The names of the days, Monday first: short ones, whole ones, and other forms of both."""
    from babel.dates import get_day_names

    forms = [("abbreviated", "stand-alone"), ("wide", "stand-alone"), ("short", "stand-alone"), ("wide", "format")]
    return tuple(
        tuple(get_day_names(width, context, locale=locale)[day] for day in range(7))  # type: ignore[arg-type] # its own words
        for width, context in forms
    )
