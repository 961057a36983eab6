"""What changes of a scenario have in common, and how their words are checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, NewType

from sempre_geo.i18n import gettext as _
from sempre_geo.region.gtfs_tables import DAYS

Clock = NewType("Clock", str)
"""A time of day as HH:MM; hours up to 29 reach into the night."""
Weekday = NewType("Weekday", str)
"""An English weekday in small letters, as in GTFS."""
Point = tuple[float, float]
"""(lon, lat) in degrees."""

_CLOCK = re.compile(r"([0-2]?\d):([0-5]\d)")
WEEKDAYS = DAYS


def clock_s(text: Clock) -> int:
    """Seconds after midnight of a time of day.

    >>> clock_s(Clock("07:30")), clock_s(Clock("24:10"))
    (27000, 87000)
    """
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def is_clock(text: str) -> bool:
    """Whether a text is a time of day up to 29:59.

    >>> is_clock("7:05"), is_clock("31:00"), is_clock("noon")
    (True, False, False)
    """
    return bool(_CLOCK.fullmatch(text))


@dataclass(frozen=True)
class Change:
    """What all changes have in common: they may cost something, and may not contradict one another."""

    kind: ClassVar[str] = ""

    def wrong(self) -> list[str]:
        """What cannot be in the change's own words; one phrase each."""
        return []

    def touches(self) -> tuple[str, ...]:
        """What the change decides; two changes of a scenario may not decide the same."""
        return ()

    @property
    def days(self) -> tuple[Weekday, ...]:
        """The weekdays it is about; empty for every day."""
        return ()


def off_the_map(lon: float, lat: float) -> list[str]:
    """A phrase if a position is none."""
    inside = -180 <= lon <= 180 and -90 <= lat <= 90  # noqa: PLR2004 - degrees
    return [] if inside else [_("{lon}, {lat} is no longitude and latitude").format(lon=lon, lat=lat)]


def below_zero(**given: float | None) -> list[str]:
    """A phrase for each value that is given and below zero."""
    return [
        _("{name} is below zero").format(name=name) for name, value in given.items() if value is not None and value < 0
    ]


def not_above_zero(**given: float | None) -> list[str]:
    """A phrase for each value that is given and zero or less."""
    return [
        _("{name} is above zero").format(name=name) for name, value in given.items() if value is not None and value <= 0
    ]
