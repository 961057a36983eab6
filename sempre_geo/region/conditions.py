"""What holds under a condition only, as OpenStreetMap writes it: ``no @ (Mo-Fr 07:00-09:00); delivery @ (Nov-Apr)``.

A network knows no hour. Noon stands for all of a day, when most people are under way to a service; where no day is
given, a Tuesday of each month stands for the year.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it is imported where there is a condition to read
    from opening_hours import OpeningHours

_EVERY_MONTH = frozenset(range(1, 13))
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_MONTH_NAMES, start=1)}
_DAY_NAMES = ("mo", "tu", "we", "th", "fr", "sa", "su", "ph", "sh")
_NAMES = re.compile(rf"\b({'|'.join((*_MONTH_NAMES, *_DAY_NAMES))})\b", re.IGNORECASE)
_VALUE = re.compile(r"([A-Za-z_]+)\s*@\s*(?:\(([^)]*)\)|([^;(]*))")
_NOON = time(12)
_YEAR, _TUESDAY = 2026, 1


def conditions(text: str) -> list[tuple[str, str]]:
    """Values of a ``...:conditional`` tag, each with what it holds under.

    >>> conditions("no @ (Mo-Fr 07:00-09:00; Sa); delivery @ Nov-Apr"), conditions("")
    ([('no', 'Mo-Fr 07:00-09:00; Sa'), ('delivery', 'Nov-Apr')], [])
    """
    return [(value.lower(), (inside or bare).strip()) for value, inside, bare in _VALUE.findall(text)]


def holds(condition: str, day: date | None) -> bool:
    """Whether a condition holds at noon of a day; without one, whether it does on a Tuesday of every month.

    What is about weight, rain or whatever else than time never holds.

    >>> holds("Mo-Fr 07:00-09:00", None), holds("Mo-Fr 06:00-20:00", None), holds("weight>7.5", None)
    (False, True, False)
    >>> holds("Nov 15-Apr 15", date(2026, 11, 20)), holds("Su", date(2026, 11, 22)), holds("Nov-Apr", None)
    (True, True, False)
    """
    if day is None:
        return months_of(condition) == _EVERY_MONTH
    read = _read(condition)
    if not read:
        return day.month in _months_named(condition)
    return all(hours.is_open(datetime.combine(day, _NOON)) for hours in read)


@lru_cache(maxsize=4096)
def months_of(condition: str) -> frozenset[int]:
    """The months in which a condition holds at noon of a Tuesday.

    >>> sorted(months_of("Nov-Feb")), sorted(months_of("Nov-Feb 20:00-06:00")), sorted(months_of("Jul - Aug"))
    ([1, 2, 11, 12], [], [7, 8])
    """
    if not _read(condition):
        return _months_named(condition)
    return frozenset(month for month in _EVERY_MONTH if holds(condition, _tuesday(month)))


def _tuesday(month: int) -> date:
    """The second of the month: by then what begins or ends with a month has."""
    first = date(_YEAR, month, 8)
    return first + timedelta(days=(_TUESDAY - first.weekday()) % 7)


@lru_cache(maxsize=4096)
def _read(condition: str) -> tuple[OpeningHours, ...]:
    """The parts of a condition that must hold together; none where one of them is not about time."""
    import opening_hours

    parts = [_NAMES.sub(_as_written, part.strip()) for part in re.split(r"\s+and\s+", condition, flags=re.IGNORECASE)]
    if any('"' in part or not opening_hours.validate(part) for part in parts):
        return ()
    return tuple(opening_hours.OpeningHours(part) for part in parts)


def _as_written(name: re.Match[str]) -> str:
    return name[0].upper() if name[0].lower() in {"ph", "sh"} else name[0].title()


def _months_named(condition: str) -> frozenset[int]:
    """Months of a condition that cannot be read otherwise, such as ``Nov-Apr, if icy``; none of other vehicles'."""
    if re.search(r"[<>=]", condition):
        return frozenset()
    spans = re.findall(r"\b([a-z]{3})\b[^-,]*-\s*([a-z]{3})\b", condition.lower())
    months = [_span(_MONTHS[start], _MONTHS[end]) for start, end in spans if start in _MONTHS and end in _MONTHS]
    return frozenset().union(*months)


def _span(start: int, end: int) -> frozenset[int]:
    """Months from start to end, over the turn of the year where the end comes first.

    >>> sorted(_span(11, 2))
    [1, 2, 11, 12]
    """
    return frozenset((start - 1 + step) % 12 + 1 for step in range((end - start) % 12 + 1))
