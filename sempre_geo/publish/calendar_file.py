"""A calendar file (iCalendar, RFC 5545) of appointments in a region's own time; the same ones give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MEDIA_TYPE = "text/calendar"
_MADE_BY = "-//sempre_geo//outreach//EN"
_DAY_MIN = 24 * 60
_ABOUT_A_YEAR = timedelta(days=370)


@dataclass(frozen=True)
class Appointment:
    """What stands in a calendar. ``key`` tells it apart for ever: sent again it changes the old entry, not a second.

    ``begin`` and ``end`` are minutes of the day ``on``, in the region's time.
    """

    key: str
    on: date
    begin: int
    end: int
    title: str
    place: str = ""
    text: str = ""
    position: tuple[float, float] | None = None


def to_calendar(appointments: Sequence[Appointment], *, zone: ZoneInfo) -> bytes:
    """Appointments as ``.ics``.

    Nothing of the moment of making is in it: the stamp that the format asks for is the beginning of each
    appointment's day.

    Examples
    --------
    >>> to_calendar([], zone=ZoneInfo("Europe/Riga")).splitlines()[0]
    b'BEGIN:VCALENDAR'
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", _MADE_BY)
    calendar.add("version", "2.0")
    for one in appointments:
        event = Event()
        event.add("uid", f"{hashlib.sha256(one.key.encode()).hexdigest()[:32]}@sempre-geo")
        event.add("dtstamp", datetime(one.on.year, one.on.month, one.on.day, tzinfo=UTC))
        event.add("dtstart", _moment(one.on, one.begin, zone))
        event.add("dtend", _moment(one.on, one.end, zone))
        event.add("summary", one.title)
        for name, text in (("location", one.place), ("description", one.text)):
            if text:
                event.add(name, text)
        if one.position is not None:
            lon, lat = one.position
            event.add("geo", (round(lat, 5), round(lon, 5)))
        calendar.add_component(event)
    if appointments:
        days = [one.on for one in appointments]
        calendar.add_missing_timezones(min(days) - _ABOUT_A_YEAR, max(days) + _ABOUT_A_YEAR)
    return bytes(calendar.to_ical())


def _moment(on: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, _DAY_MIN)
    day = on + timedelta(days=days)
    return datetime(day.year, day.month, day.day, rest // 60, rest % 60, tzinfo=zone)
