"""Numbers as people say them; exact values stand in the tables."""

from __future__ import annotations

import math
from datetime import date

from sempre_geo.i18n import MONTHS_HAVE_CASES, babel_locale, current_language, ngettext, written_out
from sempre_geo.i18n import gettext as _

_HOUR_MIN = 60
_EXACT_TO = 100
_MOST_IN = 20
_DAY_LENGTH = len("2026-11-24")


def duration(minutes: float) -> str:
    """A length of time: minutes up to an hour, then hours and minutes, rounded to five.

    Raises
    ------
    ValueError
        The time is infinite or not known: that is a sentence of its own, never a number.

    >>> duration(18.4), duration(75), duration(270.0), duration(0.2), duration(119.0)
    ('18 min', '1 h 15', '4 h 30', '1 min', '2 h')
    """
    if not math.isfinite(minutes):
        raise ValueError(minutes)
    if minutes < _HOUR_MIN:
        return _("{n} min").format(n=min(max(round(minutes), 1), _HOUR_MIN - 1))
    hours, rest = divmod(round(minutes / 5) * 5, _HOUR_MIN)
    return _("{h} h {m:02d}").format(h=hours, m=rest) if rest else _("{h} h").format(h=hours)


def people(count: float) -> str:
    """A number of people: exact up to a hundred, then rounded to two digits with "about".

    >>> people(41), people(1), people(0), people(212.4), people(3170)
    ('41 people', '1 person', '0 people', 'about 210 people', 'about 3,200 people')
    """
    whole = rounded(count)
    if whole <= _EXACT_TO:
        return ngettext("{n} person", "{n} people", whole).format(n=whole)
    return ngettext("about {n} person", "about {n} people", whole).format(n=number(whole))


def rounded(count: float) -> int:
    """A number of people as :func:`people` says it, without the word.

    >>> rounded(41.2), rounded(100.4), rounded(212.4), rounded(3170)
    (41, 100, 210, 3200)
    """
    whole = round(count)
    return whole if whole <= _EXACT_TO else round(whole, 1 - int(math.log10(whole)))


def number(value: float, *, digits: int = 0) -> str:
    """A number as the reader's language writes it, with ``digits`` decimals.

    >>> number(3170), number(1.62, digits=1), number(0.0)
    ('3,170', '1.6', '0')
    """
    from babel.numbers import format_decimal

    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return format_decimal(round(value, digits), format=pattern, locale=babel_locale())


def euros(amount: float) -> str:
    """Whole euro as the reader's language writes them.

    >>> euros(9000.4), euros(-40000)
    ('€9,000', '-€40,000')
    """
    from babel import Locale
    from babel.numbers import format_currency

    pattern = Locale.parse(babel_locale()).currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(round(amount), "EUR", format=pattern, locale=babel_locale(), currency_digits=False)


def number_marks() -> tuple[str, str]:
    """What the reader's language writes before decimals and between thousands, for a plot that writes them itself.

    >>> number_marks()
    ('.', ',')
    """
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return get_decimal_symbol(babel_locale()), get_group_symbol(babel_locale())


def calendar_date(day: date) -> str:
    """A date as the reader's language writes it out.

    >>> from datetime import date
    >>> calendar_date(date(2026, 1, 5))
    '5 January 2026'
    """
    return written_out(day)


def written_date(moment: str) -> str:
    """The day of a kept date or moment, as :func:`calendar_date` writes it; a year alone as it is, nothing for nothing.

    >>> written_date("2026-11-24T08:05:00Z"), written_date("2021"), written_date("")
    ('24 November 2026', '2021', '')
    """
    return calendar_date(date.fromisoformat(moment[:10])) if len(moment) >= _DAY_LENGTH else moment


def spoken_date(day: date) -> str:
    """A day of these weeks, with its weekday and without the year.

    >>> from datetime import date
    >>> spoken_date(date(2026, 11, 24))
    'Tuesday 24 November'
    """
    from babel.dates import format_date, format_skeleton

    locale = babel_locale()
    if locale in MONTHS_HAVE_CASES - {"de"}:  # whose names of months stay the same behind every word
        return str(format_date(day, "EEEE d.MM", locale=locale))
    return f"{format_date(day, 'EEEE', locale=locale)} {format_skeleton('MMMMd', day, locale=locale)}"


def weekday(day: date) -> str:
    """A day's weekday by itself.

    >>> from datetime import date
    >>> weekday(date(2026, 11, 24))
    'Tuesday'
    """
    from babel.dates import get_day_names

    name = str(get_day_names("wide", context="stand-alone", locale=babel_locale())[day.weekday()])
    return name[:1].upper() + name[1:]


def weekday_in_sentence(day: date) -> str:
    """A day's weekday as it stands inside a sentence: small in languages that write it so.

    >>> from datetime import date
    >>> from sempre_geo.i18n import language
    >>> with language("lv"):
    ...     weekday(date(2026, 11, 24)), weekday_in_sentence(date(2026, 11, 24))
    ('Otrdiena', 'otrdiena')
    """
    from babel.dates import format_date

    name, on_it = weekday(day), str(format_date(day, "EEEE", locale=babel_locale()))  # the latter may have its case
    return name if on_it[:1].isupper() else name[:1].lower() + name[1:]


def share(part: float) -> str:
    """A share of a whole as "1 in 6", or as a percentage where that says it better; nobody speaks of one in 66.

    >>> share(0.166), share(0.5), share(0.82), share(0.0), share(1.0), share(0.004), share(1 / 66)
    ('1 in 6', '1 in 2', '82 %', 'nobody', 'everybody', 'fewer than 1 in 100', '2 %')
    """
    if part <= 0:
        return _("nobody")
    if part >= 1:
        return _("everybody")
    if part < 0.01:  # noqa: PLR2004 - one in a hundred
        return _("fewer than 1 in 100")
    one_in = round(1 / part)
    fits = abs(1 / one_in - part) < 0.02  # noqa: PLR2004 - what nobody would notice
    spoken = 1 < one_in <= _MOST_IN and fits
    return _("1 in {n}").format(n=one_in) if spoken else _("{n} %").format(n=round(100 * part))


def in_sentence(title: str) -> str:
    """A list's word inside a sentence: small in languages that write it so, as it is in German.

    >>> in_sentence("Doctor")
    'doctor'
    """
    return title if current_language() == "de" else title[:1].lower() + title[1:]
