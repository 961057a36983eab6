"""Opening hours in words, for whoever does not read OpenStreetMap's way of writing them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from sempre_geo.i18n import gettext as _
from sempre_geo.publish.speech import weekday_in_sentence
from sempre_geo.travel.weekly_hours import spans_text, week_of_hours

_NOT_IN_SCHOOL_HOLIDAYS = frozenset({"SH off", "SH closed"})
_MONDAY = date(2026, 11, 2)


def told_hours(opening_hours: str) -> str:
    """The days and times of an ordinary week; what no week can say stays as it was written.

    >>> told_hours("Tu-Fr 12:00-20:00; Sa 12:00-18:00; PH off")
    'Tuesday-Friday 12:00-20:00; Saturday 12:00-18:00; Closed on public holidays'
    >>> told_hours("Mo-Fr 08:00-15:00; SH off")
    'Monday-Friday 08:00-15:00; Closed in the school holidays'
    >>> told_hours("Jun-Aug Mo 10:00-12:00"), told_hours("")
    ('Jun-Aug Mo 10:00-12:00', '')
    """
    rules = [rule.strip() for rule in opening_hours.split(";")]
    ordinary = [rule for rule in rules if rule not in _NOT_IN_SCHOOL_HOLIDAYS]
    found = week_of_hours("; ".join(ordinary)) if any(ordinary) else None
    if found is None or not any(found[0]):
        return opening_hours
    week, closed_on_holidays = found
    told = []
    for spans, same in groupby(enumerate(week), key=lambda day: day[1]):
        days = [weekday_in_sentence(_MONDAY + timedelta(days=number)) for number, _spans in same]
        if spans:
            told.append(f"{'-'.join(dict.fromkeys((days[0], days[-1])))} {spans_text(spans, between=', ')}")
    if len(ordinary) < len(rules):
        told.append(_("Closed in the school holidays"))
    return "; ".join([*told, _("Closed on public holidays")] if closed_on_holidays else told)
