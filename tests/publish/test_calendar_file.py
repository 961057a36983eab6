"""Calendar files: local time with its zone, entries that stay the same, and hostile texts that stay text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar

from sempre_geo.publish.calendar_file import Appointment, to_calendar

RIGA = ZoneInfo("Europe/Riga")
HALL = Appointment("tour s1", date(2026, 12, 7), 600, 720, "Haavere: library", "Haavere", position=(20.0, 57.0))


def _events(content: bytes):
    return Calendar.from_ical(content).walk("VEVENT")


def test_ten_in_the_morning_is_ten_in_the_regions_own_time_in_winter_and_in_summer():
    (winter, summer) = _events(to_calendar([HALL, replace(HALL, key="b", on=date(2027, 6, 1))], zone=RIGA))
    assert winter.start.astimezone(UTC) == datetime(2026, 12, 7, 8, tzinfo=UTC)
    assert summer.end.astimezone(UTC) == datetime(2027, 6, 1, 9, tzinfo=UTC)


def test_the_same_appointments_give_the_same_bytes_and_a_moved_one_keeps_its_name():
    assert to_calendar([HALL], zone=RIGA) == to_calendar([HALL], zone=RIGA)
    (before,), (after,) = (_events(to_calendar([replace(HALL, begin=at)], zone=RIGA)) for at in (600, 630))
    assert before["uid"] == after["uid"]
    (other,) = _events(to_calendar([replace(HALL, key="tour s2")], zone=RIGA))
    assert other["uid"] != before["uid"]


def test_a_text_cannot_begin_a_line_of_its_own():
    evil = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:y"
    (event,) = _events(to_calendar([replace(HALL, title=evil, text=evil, place=evil)], zone=RIGA))
    assert "END:VEVENT" in event["description"]


def test_an_evening_goes_on_past_midnight():
    (event,) = _events(to_calendar([replace(HALL, begin=23 * 60, end=25 * 60)], zone=RIGA))
    assert event.end.date() == date(2026, 12, 8)
