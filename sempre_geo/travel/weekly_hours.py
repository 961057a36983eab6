"""An ordinary week's opening hours, day by day, read from and written as the syntax OpenStreetMap defines."""

from __future__ import annotations

import re
from itertools import groupby

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.travel.hours import DAY_MIN, Intervals, merged
from sempre_geo.travel.hours_text import tidied

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_CLOSED_ON_HOLIDAYS = "PH off"
_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_TIME = r"\d{1,2}:\d{2}"
_SPAN = rf"{_TIME}\s*-\s*{_TIME}"
_SELECTOR = rf"{_DAY}(?:\s*-\s*{_DAY})?"
_RULE = re.compile(
    rf"(?:{_SELECTOR}(?:\s*,\s*{_SELECTOR})*\s+)?(?:off|closed|{_SPAN}(?:\s*,\s*{_SPAN})*)|PH\s+(?:off|closed)"
)
_CLOCKS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")

Week = tuple[Intervals, ...]
"""For each day, Monday first: (opens, closes) in minutes after midnight; empty where it is closed."""


def week_of_hours(opening_hours: str) -> tuple[Week, bool] | None:
    """The week that opening hours describe, and whether public holidays are closed; None where a week is not enough.

    Seasons, dates, school holidays, comments and the like do not fit into a week: those are written freely.

    >>> week_of_hours("Mo-Tu 08:00-12:00,13:00-17:00; Sa 09:30-12:00; PH off")
    ((((480, 720), (780, 1020)), ((480, 720), (780, 1020)), (), (), (), ((570, 720),), ()), True)
    >>> week_of_hours("Jun-Aug Mo 10:00-12:00") is None, week_of_hours("") is None
    (True, True)
    """
    text = tidied(opening_hours)
    rules = [rule.strip() for rule in text.split(";")]
    if not text or not all(_RULE.fullmatch(rule) for rule in rules) or not _are_times(text):
        return None
    closed_then = any(rule.startswith("PH") for rule in rules)
    week: list[Intervals] = [()] * len(DAYS)
    for rule in rules:
        if not rule.startswith("PH"):
            spans = _spans(rule)
            for number in _numbers(rule):  # a later rule takes the place of an earlier one, as OpenStreetMap has it
                week[number] = spans
    return tuple(week), closed_then


def hours_of_week(week: Week, *, closed_on_holidays: bool = False) -> str:
    """A week as OpenStreetMap writes it, neighbouring days that are the same put together.

    >>> hours_of_week((((480, 720),),) * 3 + ((),) * 2 + (((600, 1560),),) + ((),), closed_on_holidays=True)
    'Mo-We 08:00-12:00; Sa 10:00-02:00; PH off'
    >>> hours_of_week(((),) * 7)
    'off'
    """
    rules = []
    for spans, same in groupby(zip(DAYS, week, strict=True), key=lambda day: day[1]):
        names = [name for name, _spans in same]
        if spans:
            days = names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}"
            rules.append(f"{days} {spans_text(spans)}")
    if rules and closed_on_holidays:
        rules.append(_CLOSED_ON_HOLIDAYS)
    return "; ".join(rules) or "off"


def spans_text(spans: Intervals, *, between: str = ",") -> str:
    """Intervals as clock times; what lies after midnight is told as the time it is then.

    >>> spans_text(((480, 720), (1320, 1560)))
    '08:00-12:00,22:00-02:00'
    """
    return between.join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in spans)


def spans_of(text: str, *, day: str) -> Intervals:
    """One day's hours as somebody types them: "9-12, 13.00-17"; empty where nothing is typed.

    Raises
    ------
    InputError
        These are no times of a day; the sentence names ``day``.

    >>> spans_of("9-12, 13.00-17", day="Monday"), spans_of(" ", day="Monday")
    (((540, 720), (780, 1020)), ())
    """
    if not text.strip():
        return ()
    rule = tidied(f"Mo {text.strip()}")
    if not re.fullmatch(rf"Mo {_SPAN}(?:\s*,\s*{_SPAN})*", rule) or not _are_times(rule):
        raise InputError(_("{day}: write times like 09:00-12:00, 13:00-17:00, or nothing when closed.").format(day=day))
    return _spans(rule)


def changed_week(week: Week, *, weekday: int, kind: str, opens_min: int, closes_min: int) -> Week:
    """A week with one day's interval opened earlier, closed later, or a closed day opened.

    ``kind, opens_min, closes_min`` as :func:`~sempre_geo.pipeline.travel.service_reach.gain_of_opening` gives them.

    >>> changed_week((((540, 720),), *((),) * 6), weekday=0, kind="open_earlier", opens_min=480, closes_min=720)[0]
    ((480, 720),)
    """
    kept = [
        pair for pair in week[weekday]
        if (kind != "open_earlier" or pair[1] != closes_min) and (kind != "open_later" or pair[0] != opens_min)
    ]  # fmt: skip
    day = merged([*kept, (opens_min, closes_min)])
    return (*week[:weekday], day, *week[weekday + 1 :])


def _numbers(rule: str) -> list[int]:
    """The days a rule is about, Monday 0; all of them where it names none."""
    found: list[int] = []
    for first, last in re.findall(rf"({_DAY})(?:\s*-\s*({_DAY}))?", rule):
        start = DAYS.index(first)
        length = (DAYS.index(last or first) - start) % len(DAYS) + 1
        found += [(start + number) % len(DAYS) for number in range(length)]
    return found or list(range(len(DAYS)))


def _spans(rule: str) -> Intervals:
    times = [[int(part) for part in span] for span in _CLOCKS.findall(rule)]
    pairs = [(opens * 60 + minute, closes * 60 + rest) for opens, minute, closes, rest in times]
    return merged((opens, closes if closes > opens else closes + DAY_MIN) for opens, closes in pairs)


def _are_times(rule: str) -> bool:
    import opening_hours

    return opening_hours.validate(rule)


def _clock(minutes: int) -> str:
    """A time of day; midnight at the end of a day is 24:00."""
    hour, minute = divmod(minutes if minutes <= DAY_MIN else minutes - DAY_MIN, 60)
    return f"{hour:02d}:{minute:02d}"
