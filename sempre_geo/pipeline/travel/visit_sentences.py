"""What visits mean, in sentences a person reads; times as a clock shows them, numbers as people speak."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - as in the use case
from typing import TYPE_CHECKING

import pandas as pd

from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.publish.speech import duration, spoken_date
from sempre_geo.travel.changes import Change
from sempre_geo.travel.reliability import Reliability

if TYPE_CHECKING:
    from sempre_geo.pipeline.travel.visit_details import VisitDetail


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
    """The sentence of a kind of change, with the stops where they are known."""
    plain = {
        "open_earlier": _("If it opened at {at} instead of {was} {days}, a visit would be possible."),
        "open_later": _("If it closed at {at} instead of {was} {days}, a visit would be possible."),
        "open_that_day": _("If it were open from {at} to {until} {days}, a visit would be possible."),
        "return_later": _("If the last way home left at {at} instead of {was}, a visit would be possible."),
        "arrive_earlier": _("If one could be there by {at} instead of {was}, a visit would be possible."),
        "trip_back": _("One more trip home between {at} and {until} would make a visit possible."),
        "trip_there": _("One more trip there, arriving between {at} and {until}, would make a visit possible."),
    }
    between = {
        "return_later": _(
            "If the last way home, with line {line} from {start}, began at {at} instead of {was}, a visit would be "
            "possible."
        ),
        "arrive_earlier": _(
            "If the first way there, with line {line} to {end}, arrived by {at} instead of {was}, a visit would be "
            "possible."
        ),
        "trip_back": _(
            "One more trip from {start} to {end}, leaving between {at} and {until}, would make a visit possible."
        ),
        "trip_there": _(
            "One more trip from {start} to {end}, arriving between {at} and {until}, would make a visit possible."
        ),
    }
    return between.get(change.kind, plain[change.kind]) if named else plain[change.kind]


def _without_change(reason: str) -> str:
    if reason == "no_stop_in_reach":
        return _("A stop within walking distance, or a bus on demand, would be needed.")
    if reason == "no_departure":
        return _("A trip there and a trip back would be needed.")
    return ""


def visit_sentence(detail: VisitDetail, *, changes: int) -> str:
    """The day's answer: leave, at the service, home, how long; or the reason.

    Parameters
    ----------
    detail
        One home's answer.
    changes
        How often one changes from ride to ride.
    """
    by = _by(spoken_mode(detail))
    day = spoken_date(detail.date)
    where = detail.service or _("the service")
    if detail.visit is None:
        return _("{by} on {day} there is no way to {service} and home again the same day. {why}").format(
            by=by, day=day, service=where, why=_why(detail.reason)
        )
    visit = detail.visit
    text = _("{by} on {day}: leave {leave}, {service} {start}-{end}, home {home}: {time} away").format(
        by=by, day=day, leave=clock(visit.leave_home_s), service=where, start=clock(visit.start_s),
        end=clock(visit.end_s), home=clock(-(-visit.home_s // 60) * 60), time=duration(visit.away_s / 60),
    )  # fmt: skip
    if spoken_mode(detail) == "transit":
        text += ", " + ngettext("{n} transfer", "{n} transfers", changes).format(n=changes)
    if detail.status == "ok_if_open":
        return (
            text
            + ". "
            + _("Opening hours are not known: it works if it is open from {start} to {end}.").format(
                start=clock(visit.start_s), end=clock(visit.end_s)
            )
        )
    return text + "."


def spoken_mode(detail: VisitDetail) -> str:
    """How a visit is told: by bus only where a bus is taken, on foot where one would walk all the way."""
    on_foot = detail.mode == "transit" and detail.visit is not None and detail.visit.riding_s == 0
    return "walk" if on_foot else detail.mode


def week_sentences(days: pd.DataFrame) -> list[str]:
    """The other days of a week: on which it works, and on which not and why; one sentence each.

    Parameters
    ----------
    days
        ``date, status, reason``, one row a day.
    """
    known = days[days["status"] != "unknown"]
    works = [
        on_weekday(day.date()) for day, status in zip(known["date"], known["status"], strict=True) if status != "none"
    ]
    return [*([_("Also possible {days}.").format(days=in_a_row(works))] if works else []), *refusals(days)]


def refusals(days: pd.DataFrame) -> list[str]:
    """On which days of a week there is no visit, and why: one sentence a reason."""
    none = days[days["status"] == "none"]
    return [
        _("Not {days}: {why}").format(
            days=in_a_row([on_weekday(day.date()) for day in rows["date"]]), why=_why(str(reason))
        )
        for reason, rows in none.groupby("reason", sort=False)
    ]


def days_sentence(days: pd.DataFrame, *, mode: str) -> str:
    """On which days of a week one can go and be home again, in one sentence; see `week_sentences`."""
    known = days[days["status"] != "unknown"]
    works = [day.date() for day, status in zip(known["date"], known["status"], strict=True) if status != "none"]
    if not works:
        return _("{by} there is no day of the week on which one can go and be home again.").format(by=_by(mode))
    if len(works) == len(days):
        return _("{by} one can go and be home again every day of the week.").format(by=_by(mode))
    return _("{by} one can go and be home again {days}.").format(
        by=_by(mode), days=in_a_row([on_weekday(day) for day in works])
    )


def too_late(mode: str) -> str:
    """That what there was today has left already.

    >>> too_late("car")
    'By car it is too late today to go and be home again.'
    """
    return _("{by} it is too late today to go and be home again.").format(by=_by(mode))


def reliability_sentences(found: Reliability, *, stops: Sequence[str]) -> list[str]:
    """What a ten-minute delay would break, and whether there is a later way home."""
    said = [
        _("A delay of 10 minutes would break the change at {stop} ({slack} to spare).").format(
            stop=stops[transfer.stop], slack=_spare(transfer.slack_s)
        )
        for transfer in found.broken_by()
    ]
    if found.later_home_s is None:
        return [*said, _("If the way home is missed, there is no later one that day.")]
    return [
        *said,
        _("If the way home is missed, a later one is home at {time}.").format(time=clock(found.later_home_s)),
    ]


def _spare(slack_s: int) -> str:
    return _("{n} min").format(n=max(slack_s, 0) // 60)


def _by(mode: str) -> str:
    return {
        "transit": _("By bus"), "car": _("By car"), "bike": _("By bike"), "walk": _("On foot"),
        "wheelchair": _("By wheelchair"),
    }[mode]  # fmt: skip


def _why(reason: str) -> str:
    sentences = {
        "no_road": _("No road or path leads from here."),
        "unreachable": _("There is no way through from here."),
        "no_stop_in_reach": _("No stop is within walking distance."),
        "no_departure": _("Nothing that leaves from here gets there that day."),
        "closed_that_day": _("It is closed that day."),
        "closed_on_arrival": _("It is closed when the bus arrives."),
        "stay_too_short": _("It closes, or the last way home leaves, before the stay is over."),
        "no_return": _("There is no way home the same day."),
        "not_accessible": _("The way is not accessible with a wheelchair."),
    }
    return sentences.get(reason, "")


def in_a_row(names: Sequence[str]) -> str:
    """Names as a sentence lists them, the last one behind an "and"."""
    if len(names) < 2:  # noqa: PLR2004 - one name stands alone
        return "".join(names)
    return _("{first} and {last}").format(first=", ".join(names[:-1]), last=names[-1])
