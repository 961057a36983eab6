"""What visits mean, in sentences a person reads; times as a clock shows them, numbers as people speak."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - as in the use case

from sempre_geo.i18n import gettext as _
from sempre_geo.travel.changes import Change


def clock(seconds: int) -> str:
    """A time of day as HH:MM, rounded down; the night that follows goes on counting.

    >>> clock(7 * 3600 + 659), clock(25 * 3600)
    ('07:10', '25:00')
    """
    minutes = seconds // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def on_weekday(day: Date) -> str:
    """A weekday as a sentence names it: "on Tuesdays"."""
    names = (
        _("on Mondays"), _("on Tuesdays"), _("on Wednesdays"), _("on Thursdays"), _("on Fridays"),
        _("on Saturdays"), _("on Sundays"),
    )  # fmt: skip
    return names[day.weekday()]


def change_sentence(
    change: Change | None, *, reason: str, date: Date, start: str = "", end: str = "", line: str = ""
) -> str:
    """The smallest change as one sentence; where no single one is enough, what would be needed instead.

    Parameters
    ----------
    change
        None where no single change is enough.
    reason
        Why there is no visit.
    start, end, line
        Stops and line of the trip that would be moved or added.

    >>> print(change_sentence(Change("open_earlier", 660, 960, 720, 60), reason="", date=Date(2026, 11, 24)))
    If it opened at 11:00 instead of 12:00 on Tuesdays, a visit would be possible.
    """
    if change is None:
        return _without_change(reason)
    values = {
        "at": clock(change.at_min * 60), "until": clock(change.until_min * 60), "was": clock(change.was_min * 60),
        "days": on_weekday(date), "start": start, "end": end, "line": line,
    }  # fmt: skip
    return _sentence(change, named=bool(start and end)).format(**values)


def _sentence(change: Change, *, named: bool) -> str:
    if change.kind == "open_earlier":
        return _("If it opened at {at} instead of {was} {days}, a visit would be possible.")
    if change.kind == "open_later":
        return _("If it closed at {at} instead of {was} {days}, a visit would be possible.")
    if change.kind == "open_that_day":
        return _("If it were open from {at} to {until} {days}, a visit would be possible.")
    if change.kind == "return_later":
        if named:
            return _(
                "If line {line} from {start} took people home at {at} or later, not {was}, a visit would be possible."
            )
        return _("If the last way home left at {at} instead of {was}, a visit would be possible.")
    if change.kind == "arrive_earlier":
        if named:
            return _("If line {line} to {end} brought people there by {at}, not {was}, a visit would be possible.")
        return _("If one could be there by {at} instead of {was}, a visit would be possible.")
    if change.kind == "trip_back":
        if named:
            return _(
                "One more trip from {start} to {end}, leaving between {at} and {until}, would make a visit possible."
            )
        return _("One more trip home between {at} and {until} would make a visit possible.")
    if named:
        return _("One more trip from {start} to {end}, arriving between {at} and {until}, would make a visit possible.")
    return _("One more trip there, arriving between {at} and {until}, would make a visit possible.")


def _without_change(reason: str) -> str:
    if reason == "no_stop_in_reach":
        return _("A stop within walking distance, or a bus on demand, would be needed.")
    if reason == "no_departure":
        return _("A trip there and a trip back would be needed.")
    return ""
