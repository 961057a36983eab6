"""The legs of a visit: which bus from which stop, and the walks between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sempre_geo.travel.least_changes import easiest_rides
from sempre_geo.travel.profiles import FAR_S, Legs, Rides
from sempre_geo.travel.there_and_back import Town

HOME, SERVICE = -1, -2
"""Stand for the two ends in the place of a stop's position."""

_NONE = -1


@dataclass(frozen=True)
class Leg:
    """One part of a way.

    ``start`` and ``end`` are stop positions, ``HOME`` or ``SERVICE``; ``trip``, ``board_row`` and ``alight_row``
    (rows of the service day's connections) are -1 on foot.
    """

    mode: Literal["walk", "transit"]
    start: int
    end: int
    start_s: int
    end_s: int
    trip: int = _NONE
    board_row: int = _NONE
    alight_row: int = _NONE


@dataclass(frozen=True)
class Visit:
    """One visit with all its legs; seconds after midnight."""

    leave_home_s: int
    arrive_s: int
    start_s: int
    end_s: int
    leave_s: int
    home_s: int
    there: tuple[Leg, ...]
    back: tuple[Leg, ...]

    @property
    def away_s(self) -> int:
        """Time away from home."""
        return self.home_s - self.leave_home_s

    @property
    def walking_s(self) -> int:
        """Time on foot."""
        return sum(leg.end_s - leg.start_s for leg in (*self.there, *self.back) if leg.mode == "walk")

    @property
    def riding_s(self) -> int:
        """Time in vehicles."""
        return sum(leg.end_s - leg.start_s for leg in (*self.there, *self.back) if leg.mode == "transit")

    @property
    def waiting_s(self) -> int:
        """All other time that is not spent being served: at stops, and before the service opens."""
        return self.away_s - self.walking_s - self.riding_s - (self.end_s - self.start_s)

    @property
    def transfers(self) -> int:
        """Changes from one ride to the next, on both ways."""
        return sum(max(sum(leg.mode == "transit" for leg in way) - 1, 0) for way in (self.there, self.back))


def visit_of(town: Town, home: int, moments: Mapping[str, int]) -> Visit:
    """The easiest visit of a home at these moments (named as those of a :class:`Visit`), leg by leg."""
    return Visit(
        **moments,
        there=way_there(town, home, leave_s=moments["leave_home_s"], by_s=moments["arrive_s"]),
        back=way_back(town, home, leave_s=moments["leave_s"], home_s=moments["home_s"]),
    )


def way_there(town: Town, home: int, *, leave_s: int, by_s: int) -> tuple[Leg, ...]:
    """The easiest way to the service that leaves then and arrives by then; empty if there is none.

    Walks begin at once and end when the next thing can begin.
    """
    arrival, rows = easiest_rides(
        town.there, town.homes.access, town.to_service_s, town.walk_there_s, home=home, leave_s=leave_s, by_s=by_s
    )
    if arrival == FAR_S:
        return ()
    if not len(rows):
        return (Leg("walk", HOME, SERVICE, leave_s, arrival),)
    rides = [_ride(town.there, board, alight) for board, alight in rows.tolist()]
    first, last = rides[0].start, rides[-1]
    legs = [Leg("walk", HOME, first, leave_s, leave_s + _walk(town.homes.access, home, first)), rides[0]]
    for before, after in pairwise(rides):
        if before.end != after.start:
            ready = before.end_s + _walk(town.there.out, before.end, after.start)
            legs.append(Leg("walk", before.end, after.start, before.end_s, ready))
        legs.append(after)
    return (*legs, Leg("walk", last.end, SERVICE, last.end_s, last.end_s + int(town.to_service_s[last.end])))


def way_back(town: Town, home: int, *, leave_s: int, home_s: int) -> tuple[Leg, ...]:
    """The easiest way home that leaves the service not before then and is home then; empty if there is none."""
    legs = way_there(town.homeward, home, leave_s=-home_s, by_s=-leave_s)
    return tuple(_mirrored(leg) for leg in reversed(legs))


def _walk(legs: Legs, place: int, stop: int) -> int:
    """Seconds on foot from a place to a stop that is in its reach."""
    row = slice(legs.indptr[place], legs.indptr[place + 1])
    return int(legs.seconds[row][legs.stop[row] == stop].min())


def _ride(rides: Rides, board: int, alight: int) -> Leg:
    return Leg(
        "transit",
        int(rides.dep_stop[board]),
        int(rides.arr_stop[alight]),
        int(rides.dep_s[board]),
        int(rides.arr_s[alight]),
        int(rides.trip[board]),
        int(rides.row[board]),
        int(rides.row[alight]),
    )


def _mirrored(leg: Leg) -> Leg:
    """A leg of the day turned round, as it really happens."""
    return Leg(leg.mode, leg.end, leg.start, -leg.end_s, -leg.start_s, leg.trip, leg.alight_row, leg.board_row)
