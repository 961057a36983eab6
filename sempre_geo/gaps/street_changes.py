"""Changes of streets and of the ferries among them.

Whether the ways they name exist is checked where the change is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sempre_geo.gaps.scenario_changes import Change, Point, not_above_zero, off_the_map
from sempre_geo.i18n import gettext as _


@dataclass(frozen=True)
class MendRoad(Change):
    """An existing road (its OpenStreetMap way) is made good: open, paved, and with this limit where it is given."""

    kind: ClassVar[str] = "mend_road"
    way_id: int
    kmh: float | None = None
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        return not_above_zero(kmh=self.kmh)

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"way {self.way_id}",)


@dataclass(frozen=True)
class CloseRoad(Change):
    """Nobody gets through on an existing road."""

    kind: ClassVar[str] = "close_road"
    way_id: int
    cost_per_year: float | None = None

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"way {self.way_id}",)


@dataclass(frozen=True)
class AddRoad(Change):
    """A new stretch of road from one street to another, straight unless it goes ``via`` further points."""

    kind: ClassVar[str] = "add_road"
    start: Point
    end: Point
    kmh: float
    via: tuple[Point, ...] = ()
    name: str = ""
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        said = [phrase for place in (self.start, *self.via, self.end) for phrase in off_the_map(*place)]
        return said + not_above_zero(kmh=self.kmh)


@dataclass(frozen=True)
class ChangeFerry(Change):
    """A ferry of the street network runs or does not, or takes another time to cross."""

    kind: ClassVar[str] = "ferry"
    way_id: int
    runs: bool = True
    duration_min: float | None = None
    cost_per_year: float | None = None

    def wrong(self) -> list[str]:  # noqa: D102 - inherited
        both = [_("a ferry that does not run has no duration_min")]
        contradicts = not self.runs and self.duration_min is not None
        return [*not_above_zero(duration_min=self.duration_min), *(both if contradicts else [])]

    def touches(self) -> tuple[str, ...]:  # noqa: D102 - inherited
        return (f"way {self.way_id}",)
