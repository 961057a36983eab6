"""When a service is open on a day, and whether that is known: OSM opening hours with our own layer of days.

The library reads OSM's syntax, but takes "by appointment" as open for ever, does not know school holidays, and
knows public holidays only of some countries. So holidays are put in before it reads, and what people must
arrange beforehand, what has no closing time, and what nobody can read becomes *not known*, never open or closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import pandas as pd

from sempre_geo.i18n import gettext as _
from sempre_geo.region.countries import Country
from sempre_geo.travel.calendars import DayCalendar
from sempre_geo.travel.hours_text import for_day, has_open_end, outside_quotes, says_appointment, tidied

DAY_MIN = 24 * 60
_MORNING_AFTER_MIN = DAY_MIN + 12 * 60
_COLUMNS = ("service_id", "opening_hours", "why")

Intervals = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class OpenDay:
    """When a service is open on one day.

    Attributes
    ----------
    intervals
        Minutes after midnight, (opens, closes), ascending and apart; beyond 1440 in the night that follows.
    maybe
        The same for times at which it may be open: by appointment, or marked as unknown.
    known
        Whether ``intervals`` is the whole truth. If not, ``maybe`` may still be empty: nothing is known.
    comment
        What the source says beside the times, or why they are not known.
    """

    intervals: Intervals = ()
    maybe: Intervals = ()
    known: bool = True
    comment: str = ""


def open_intervals(
    opening_hours: str | None,
    day: date,
    *,
    country: Country,
    calendar: DayCalendar | None = None,
    service_id: str = "",
) -> OpenDay:
    """When a service with these opening hours is open on a day.

    Parameters
    ----------
    opening_hours
        OSM syntax; None or empty where the source says nothing.
    day
        A local date.
    country
        Whose public holidays count, if no calendar is given.
    calendar
        Holidays and corrections, from :func:`~sempre_geo.travel.calendars.read_calendar`.
    service_id
        Whose corrections count.

    Examples
    --------
    >>> from sempre_geo.region.countries import read_country
    >>> from sempre_geo.settings import read_settings
    >>> latvia = read_country("LV", read_settings())
    >>> open_intervals("Mo-Fr 08:00-12:00,13:00-17:00; PH off", date(2026, 11, 24), country=latvia).intervals
    ((480, 720), (780, 1020))
    >>> open_intervals(None, date(2026, 11, 24), country=latvia).known
    False
    """
    days = calendar or DayCalendar(country.holidays)
    corrected = days.correction(service_id, day) if service_id else None
    text = corrected if corrected is not None else (opening_hours or "").strip()
    if not text:
        return OpenDay(known=False)
    return _open_day(text, day, days)


def unreadable_hours(services: pd.DataFrame) -> pd.DataFrame:
    """Services whose opening hours cannot be read: ``service_id, opening_hours, why``; none have empty hours.

    Parameters
    ----------
    services
        Index ``service_id``; column ``opening_hours``.
    """
    rows = [
        (service_id, text, _error(text))
        for service_id, text in services["opening_hours"].items()
        if isinstance(text, str) and text.strip() and not says_appointment(text) and _error(text)
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def holidays_not_known(text: str, calendar: DayCalendar) -> tuple[str, ...]:
    """What the hours depend on and no table says: a reader should know that holidays were not looked up.

    >>> holidays_not_known("Mo-Fr 09:00-12:00; SH off", DayCalendar("LV"))
    ('school holidays not known',)
    """
    kinds = {period.kind for period in calendar.periods}
    plain = outside_quotes(text, lambda part: part)
    found = []
    if re.search(r"\bPH\b", plain) and not calendar.public_code and "public" not in kinds:
        found.append(_("public holidays not known"))
    if re.search(r"\bSH\b", plain) and "school" not in kinds:
        found.append(_("school holidays not known"))
    return tuple(found)


def merged(intervals: Iterable[tuple[int, int]]) -> Intervals:
    """Intervals in order, those that touch joined.

    >>> merged([(600, 720), (540, 600), (800, 800)])
    ((540, 720),)
    """
    found: list[tuple[int, int]] = []
    for opens, closes in sorted(pair for pair in intervals if pair[0] < pair[1]):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return tuple(found)


@lru_cache(maxsize=65_536)
def _open_day(text: str, day: date, calendar: DayCalendar) -> OpenDay:
    tidy = _readable(text)
    if tidy is None:
        return OpenDay(known=False, comment=text if says_appointment(text) else _error(text))
    rules, fallback = _with_fallback(tidy)
    certain, maybe, comments = _evaluated(rules, day, calendar)
    if not certain and not maybe and fallback:
        certain, maybe, comments = _evaluated(fallback, day, calendar)
    if has_open_end(rules) and certain:
        certain, maybe = (), merged((*certain, *maybe))
    known = bool(certain) or not maybe
    whole_day = maybe == ((0, _MORNING_AFTER_MIN),)
    said = (*comments, *holidays_not_known(tidy, calendar))
    return OpenDay(certain, () if whole_day else maybe, known, "; ".join(said))


def _evaluated(text: str, day: date, calendar: DayCalendar) -> tuple[Intervals, Intervals, tuple[str, ...]]:
    """Open and maybe open intervals from midnight to the next noon, and the comments on the day itself."""
    certain: list[tuple[int, int]] = []
    maybe: list[tuple[int, int]] = []
    comments: dict[str, None] = {}
    for shift, until in ((0, DAY_MIN), (1, _MORNING_AFTER_MIN)):
        rewritten = for_day(text, day + timedelta(days=shift), calendar)
        for opens, closes, state, comment in _library_intervals(rewritten, day + timedelta(days=shift)):
            pair = (opens + shift * DAY_MIN, min(closes + shift * DAY_MIN, until))
            (certain if state == "open" and _is_sure(comment, text) else maybe).append(pair)
            if comment and not shift:
                comments[comment] = None
    # What opens after midnight belongs to the next day; it was only read to see what goes on through the night.
    today = [tuple(pair for pair in merged(pairs) if pair[0] < DAY_MIN) for pairs in (certain, maybe)]
    return today[0], today[1], tuple(comments)


def _is_sure(comment: str, text: str) -> bool:
    """A remark beside the times makes them uncertain, as OSM defines it, unless the rule says open in words."""
    return not comment or (f'open "{comment}"' in text and not says_appointment(comment))


def _library_intervals(text: str, day: date) -> list[tuple[int, int, str, str]]:
    start = datetime.combine(day, time())
    found = []
    for opens, closes, state, comment in _parsed(text).intervals(start, start + timedelta(days=1)):
        if str(state) != "closed":
            minutes = [int((moment - start).total_seconds() // 60) for moment in (opens, closes)]
            found.append((minutes[0], minutes[1], str(state), comment))
    return found


def _with_fallback(text: str) -> tuple[str, str]:
    """The rules, and what holds when none of them does (after ``||``)."""
    hidden = outside_quotes(text, lambda part: part.replace("||", "\x00"))
    rules, _, fallback = hidden.partition("\x00")
    return rules.strip() or hidden, fallback.replace("\x00", "||").strip()


@lru_cache(maxsize=16_384)
def _readable(text: str) -> str | None:
    """The text in a form the library reads: as it is, else tidied; None if neither can be read."""
    for form in (text, tidied(text)):
        if not _parse_error(form):
            return form
    return None


def _error(text: str) -> str:
    return "" if _readable(text) else _parse_error(text)


@lru_cache(maxsize=16_384)
def _parse_error(text: str) -> str:
    from opening_hours import ParserError  # type: ignore[attr-defined]  # it is there, but not in the library's stub

    try:
        for part in _with_fallback(text):
            if part:
                _parsed(part)
    except ParserError as error:
        return " ".join(line.strip() for line in str(error).splitlines()[-1:]).lstrip("= ")
    return ""


@lru_cache(maxsize=16_384)
def _parsed(text: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the library publishes no types
    from opening_hours import OpeningHours

    return OpeningHours(text, auto_country=False, auto_timezone=False)
