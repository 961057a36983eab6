"""Opening hours as people type them, brought into the syntax OpenStreetMap defines, where only one reading exists."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from sempre_geo.travel.calendars import DayCalendar

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_QUOTED = re.compile(r'("[^"]*")')
_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)"
_HOUR = r"(\d{1,2})(?:[.:h](\d{2}))?h?"
_RANGE = re.compile(rf"(?<![\d:.+-]){_HOUR}\s*-\s*{_HOUR}(?![\d:.])")
_AMPM = re.compile(r"(?<![\d:.])(\d{1,2})(?:[.:](\d{2}))?\s*([ap])\.?m\b\.?", re.IGNORECASE)
_CALENDAR_WORD = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week|\d{4})\b", re.IGNORECASE)
_APPOINTMENT = re.compile(
    r"appoint|\bappt|arrange|reserv|on request|termin|vereinbar|absprache|ajanvar|sopimuks|kokkulep|registreeri"
    r"|pierakst|vienošan|susitar|registracij|umówi|uzgodnieni|rezerwacj|aftale|avtale|bestill|bokning|beställ|запис|вызов",
    re.IGNORECASE,
)
_OPEN_END = re.compile(r"\d\d:\d\d\+")


def tidied(text: str) -> str:
    """Slips of typing mended: dashes, capitals, full stops in times, bare hours, day names, stray separators.

    What could be read in two ways is left as it is. Text between quotes is not touched.

    >>> tidied("Mon-Fri 9-15; sat 10.00-12.30;")
    'Mo-Fr 09:00-15:00; Sa 10:00-12:30'
    >>> tidied("Mo-Fr 9am-5pm"), tidied("Dec 24-26 off")
    ('Mo-Fr 09:00-17:00', 'Dec 24-26 off')
    """
    return outside_quotes(text, _tidied).strip().rstrip(";,").strip()


def for_day(text: str, day: date, calendar: DayCalendar) -> str:
    """The same hours with ``PH`` and ``SH`` replaced by weekdays that give the right answer on ``day``.

    On a holiday the word becomes that weekday, else one three days off, which says nothing about ``day``.

    >>> for_day("Mo-Fr 09:00-15:00; PH off", date(2026, 11, 18), DayCalendar("LV"))
    'Mo-Fr 09:00-15:00; We off'
    >>> for_day("Mo-Fr 09:00-15:00; SH off", date(2026, 11, 18), DayCalendar("LV"))
    'Mo-Fr 09:00-15:00; Sa off'
    """
    return outside_quotes(text, lambda part: _holidays_replaced(part, day, calendar))


def says_appointment(text: str) -> bool:
    """Whether words speak of coming by appointment, in any of the languages of the Baltic Sea region."""
    return bool(_APPOINTMENT.search(text))


def has_open_end(text: str) -> bool:
    """Whether a closing time is left open, as in ``08:00+``."""
    return bool(_OPEN_END.search(text))


def outside_quotes(text: str, change: Callable[[str], str]) -> str:
    """The text with ``change`` applied to all that is not between quotes."""
    return "".join(part if part.startswith('"') else change(part) for part in _QUOTED.split(text))


def _tidied(part: str) -> str:
    part = re.sub(r"[–—−‑]", "-", part)  # noqa: RUF001 - these are the very dashes people type
    part = re.sub(r"[\r\n]+", "; ", part)
    part = re.sub(r"\b(?:uhr|kl\.?|klo|godz\.?)(?=\W|$)", "", part, flags=re.IGNORECASE)
    part = re.sub(r"\b(?:daily|every day)\b", "Mo-Su", part, flags=re.IGNORECASE)
    part = re.sub(r"\b24\s*(?:h|hours|/\s*24)\b", "24/7", part, flags=re.IGNORECASE)
    part = _AMPM.sub(_clock, part)
    part = _day_names(part)
    part = re.sub(rf"({_DAY})\s*(?:-|to|bis|until)\s*({_DAY})\b", r"\1-\2", part)
    part = re.sub(rf"({_DAY})\s*(?:&|and|und|\+)\s*(?={_DAY}\b)", r"\1,", part)
    part = re.sub(rf"({_DAY})\s*[:.]\s*(?=\d|off|closed)", r"\1 ", part)
    part = re.sub(r"(\d)\s*(?:&|and|und|/)\s*(?=\d{1,2}(?:[.:]\d{2})?\s*-)", r"\1,", part)
    part = ";".join(_hours(rule) for rule in part.split(";"))
    return re.sub(r"(?:;\s*)+;", ";", re.sub(r"[ \t]+", " ", part))


def _day_names(part: str) -> str:
    for short, long in zip(_DAYS, _LONG_DAYS, strict=True):
        names = rf"\b(?:{long}s?|{long[:4]}s?|{long[:3]}|{short})\b\.?(?=\W|$)"
        part = re.sub(names, short, part, flags=re.IGNORECASE)
    return re.sub(r"\b(ph|sh)\b", lambda found: found[0].upper(), part, flags=re.IGNORECASE)


def _hours(rule: str) -> str:
    """Bare hours as times; a rule with months, weeks or years may mean days by them and keeps them."""
    if _CALENDAR_WORD.search(rule) and not re.search(rf"{_DAY}\s+\d", rule):
        return rule
    head = re.search(rf"^.*{_DAY}(?:\[[^\]]*\])?\s", rule)
    start = head.end() if head else 0
    return rule[:start] + _RANGE.sub(_as_times, rule[start:])


def _as_times(found: re.Match[str]) -> str:
    first, first_min, last, last_min = found.groups()
    if max(int(first), int(last)) > 26 or int(first_min or 0) > 59 or int(last_min or 0) > 59:  # noqa: PLR2004 - no times
        return found[0]
    return f"{int(first):02}:{first_min or '00'}-{int(last):02}:{last_min or '00'}"


def _clock(found: re.Match[str]) -> str:
    hour = int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0)
    return f"{hour:02}:{found[2] or '00'}"


def _holidays_replaced(part: str, day: date, calendar: DayCalendar) -> str:
    for word, is_holiday in (("PH", calendar.is_public), ("SH", calendar.is_school)):
        part = re.sub(
            rf"\b{word}(?:\s*([+-]\d+)\s*days?)?\b(\s+(?={_DAY}))?",
            partial(_weekday, day=day, is_holiday=is_holiday),
            part,
        )
    return part


def _weekday(found: re.Match[str], *, day: date, is_holiday: Callable[[date], bool]) -> str:
    """``SH Mo-Fr`` means both at once: on a holiday the weekdays alone decide, else nothing may match."""
    today = is_holiday(day - timedelta(days=int(found[1] or 0)))
    if found[2]:
        return "" if today else f"{day.year - 1} "
    return _DAYS[(day.weekday() + (0 if today else 3)) % 7]
