"""Changes of services: a new one, a move, an end, other hours or staff, a round on wheels.

Whether the services they name exist is checked where the change is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from sempre_geo.gaps.scenario_changes import Change, Clock, Weekday, below_zero, clock_s, off_the_map
from sempre_geo.i18n import gettext as _

_WHEELCHAIR = ("yes", "limited", "no", "unknown")


@dataclass(frozen=True)
class AddService(Change):
    """A service that does not exist yet; ``opening_hours`` in OpenStreetMap's syntax, ``capacity`` is its staff."""

    kind: ClassVar[str] = "add_service"
    category: str
    lon: float
    lat: float
    name: str = ""
    service_id: str = ""
    opening_hours: str = ""
    capacity: float | None = None
    wheelchair: str = "unknown"
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        known = self.wheelchair in _WHEELCHAIR
        said = [] if known else [_("wheelchair is one of {known}").format(known=", ".join(_WHEELCHAIR))]
        return [*off_the_map(self.lon, self.lat), *below_zero(capacity=self.capacity), *said]

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"service {self.service_id}",) if self.service_id else ()


@dataclass(frozen=True)
class MoveService(Change):
    """An existing service stands elsewhere."""

    kind: ClassVar[str] = "move_service"
    service_id: str
    lon: float
    lat: float
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        return off_the_map(self.lon, self.lat)

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"service {self.service_id}",)


@dataclass(frozen=True)
class CloseService(Change):
    """An existing service is given up; ``cost_per_year`` below zero is what that saves."""

    kind: ClassVar[str] = "close_service"
    service_id: str
    cost_per_year: float | None = None

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        keys = ("", " opening_hours", " capacity")
        return tuple(f"service {self.service_id}{key}" for key in keys)


@dataclass(frozen=True)
class ChangeService(Change):
    """Other hours, days or staff at an existing service; what is left out stays as it is."""

    kind: ClassVar[str] = "change_service"
    service_id: str
    opening_hours: str = ""
    capacity: float | None = None
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        nothing = not self.opening_hours and self.capacity is None
        said = [_("neither opening_hours nor capacity is given")] if nothing else []
        return [*said, *below_zero(capacity=self.capacity)]

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        given = {" opening_hours": bool(self.opening_hours), " capacity": self.capacity is not None}
        return tuple(f"service {self.service_id}{key}" for key, is_given in given.items() if is_given)


@dataclass(frozen=True)
class Round:
    """One halt of a mobile service: where, on which weekday, from when to when."""

    lon: float
    lat: float
    weekday: Weekday
    opens: Clock
    closes: Clock
    name: str = ""


@dataclass(frozen=True)
class MobileService(Change):
    """A service on wheels with a weekly round of halts."""

    kind: ClassVar[str] = "mobile_service"
    category: str
    halts: tuple[Round, ...]
    name: str = ""
    capacity: float | None = None
    wheelchair: str = "unknown"
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        said = [phrase for halt in self.halts for phrase in off_the_map(halt.lon, halt.lat)]
        said += [] if self.halts else [_("it has no halts")]
        said += [
            _("a halt ends at {to} before it begins at {start}").format(to=halt.closes, start=halt.opens)
            for halt in self.halts
            if clock_s(halt.opens) >= clock_s(halt.closes)
        ]
        return said + _in_two_places(self.halts)

    @property
    def days(self) -> tuple[Weekday, ...]:  # noqa: D102 - inherited
        return tuple(dict.fromkeys(halt.weekday for halt in self.halts))


def _in_two_places(halts: tuple[Round, ...]) -> list[str]:
    """Halts that begin before the one before them on the same day has ended."""
    by_day = sorted(halts, key=lambda halt: (halt.weekday, clock_s(halt.opens)))
    return [
        _("on {day} it is in two places at {time}").format(day=later.weekday, time=later.opens)
        for former, later in pairwise(by_day)
        if former.weekday == later.weekday and clock_s(later.opens) < clock_s(former.closes)
    ]
