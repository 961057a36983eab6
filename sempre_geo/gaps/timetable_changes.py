"""Changes of a timetable: trips, stops, lines, the last return, rides on demand.

Whether the trips and stops they name exist is checked where the change is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sempre_geo.gaps.scenario_changes import Change, Clock, Point, Weekday, clock_s, off_the_map
from sempre_geo.i18n import gettext as _

_FEWEST_CORNERS = 3
_FEWEST_CALLS = 2


@dataclass(frozen=True)
class Call:
    """Where a trip stops, and when."""

    stop: str
    time: Clock


@dataclass(frozen=True)
class AddTrip(Change):
    """One more trip on an existing line (its id or its name) or a new one."""

    kind: ClassVar[str] = "add_trip"
    line: str
    calls: tuple[Call, ...]
    days: tuple[Weekday, ...] = ()
    book_ahead: bool = False
    wheelchair: str = "unknown"
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        times = [clock_s(call.time) for call in self.calls]
        said = [_("its times run backwards")] if sorted(times) != times else []
        return said + ([_("a trip has at least two calls")] if len(times) < _FEWEST_CALLS else [])


@dataclass(frozen=True)
class MoveTrip(Change):
    """A trip runs so many minutes later, or earlier with a minus."""

    kind: ClassVar[str] = "move_trip"
    trip_id: str
    minutes: float
    cost_per_year: float | None = None

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"trip {self.trip_id}",)


@dataclass(frozen=True)
class RemoveTrip(Change):
    """A trip runs no more."""

    kind: ClassVar[str] = "remove_trip"
    trip_id: str
    cost_per_year: float | None = None

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"trip {self.trip_id}",)


@dataclass(frozen=True)
class LaterReturn(Change):
    """Whatever trip of a line is the day's last to leave a stop leaves so many minutes later."""

    kind: ClassVar[str] = "later_return"
    line: str
    stop: str
    minutes: float
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        return [] if self.minutes > 0 else [_("minutes are above zero")]

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"last return of {self.line} from {self.stop}",)


@dataclass(frozen=True)
class LineStop:
    """A stop of a line, and how many minutes after its first."""

    stop: str
    minutes: float


@dataclass(frozen=True)
class AddLine(Change):
    """A new line: trips every ``headway_min`` minutes, the first leaving at ``first``, none after ``last``."""

    kind: ClassVar[str] = "add_line"
    line: str
    stops: tuple[LineStop, ...]
    first: Clock
    last: Clock
    headway_min: float
    days: tuple[Weekday, ...] = ()
    both_ways: bool = True
    book_ahead: bool = False
    wheelchair: str = "unknown"
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        minutes = [stop.minutes for stop in self.stops]
        checks = {
            _("a line has at least two stops"): len(minutes) < _FEWEST_CALLS,
            _("its minutes run backwards or below zero"): sorted(minutes) != minutes or min(minutes, default=0) < 0,
            _("headway_min is above zero"): not self.headway_min > 0,
            _("first is after last"): clock_s(self.first) > clock_s(self.last),
        }
        return [phrase for phrase, is_wrong in checks.items() if is_wrong]

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"line {self.line}",)


@dataclass(frozen=True)
class AddStop(Change):
    """A new stop; trips of ``line`` that call at ``after`` then call here too, ``minutes`` later.

    Each later call of theirs is put off by ``delay_min``. Without a line only new trips call here.
    """

    kind: ClassVar[str] = "add_stop"
    stop_id: str
    lon: float
    lat: float
    name: str = ""
    line: str = ""
    after: str = ""
    minutes: float = 0.0
    delay_min: float = 0.0
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        said = off_the_map(self.lon, self.lat)
        if bool(self.line) != bool(self.after):
            said.append(_("line and after go together"))
        if self.minutes < 0 or self.delay_min < 0:
            said.append(_("minutes and delay_min are not below zero"))
        return said

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"stop {self.stop_id}",)


@dataclass(frozen=True)
class MoveStop(Change):
    """An existing stop lies elsewhere; its times stay."""

    kind: ClassVar[str] = "move_stop"
    stop_id: str
    lon: float
    lat: float
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        return off_the_map(self.lon, self.lat)

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"stop {self.stop_id}",)


@dataclass(frozen=True)
class Zone(Change):
    """Rides on demand, door to door inside an area, to its services and to ``stops`` where one changes to a bus.

    ``kmh`` is the mean over the roads, detours included. Of the rides asked for, ``refused_share`` are refused. Who
    cannot book the day before (``day_before = false``) rides no earlier than ``book_ahead_min`` after ``opens``.
    """

    kind: ClassVar[str] = "zone"
    name: str
    opens: Clock
    closes: Clock
    kmh: float
    polygon: tuple[Point, ...] = ()
    municipalities: tuple[str, ...] = ()
    settlements: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    days: tuple[Weekday, ...] = ()
    book_ahead_min: float = 60.0
    day_before: bool = True
    refused_share: float = 0.0
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        areas = [bool(self.polygon), bool(self.municipalities), bool(self.settlements)]
        checks = {
            _("an area is needed: polygon, municipalities or settlements"): not any(areas),
            _("a polygon has at least three corners"): areas[0] and len(self.polygon) < _FEWEST_CORNERS,
            _("kmh is above zero"): not self.kmh > 0,
            _("refused_share lies between 0 and 1"): not 0 <= self.refused_share <= 1,
            _("book_ahead_min is not below zero"): self.book_ahead_min < 0,
            _("opens is not before closes"): clock_s(self.opens) >= clock_s(self.closes),
        }
        said = [phrase for phrase, is_wrong in checks.items() if is_wrong]
        return said + [phrase for corner in self.polygon for phrase in off_the_map(*corner)]

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"zone {self.name}",)
