"""The legs of a visit: which bus from which stop, and the walks between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sempre_geo.travel.profiles import Ints, Rides
from sempre_geo.travel.there_and_back import Town
from sempre_geo.travel.worthwhile_ways import MOST_RIDES, ways

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
    """The easiest way to the service that leaves then and arrives by then; empty if there is none."""
    for most in range(1, MOST_RIDES + 1):
        labels, finals = ways(town, home, leave_s=leave_s, by_s=by_s, most=most)
        if len(finals):
            return _legs(town.there, labels, _least(finals), leave=leave_s)
    return ()


def way_back(town: Town, home: int, *, leave_s: int, home_s: int) -> tuple[Leg, ...]:
    """The easiest way home that leaves the service not before then and is home then; empty if there is none."""
    legs = way_there(town.homeward, home, leave_s=-home_s, by_s=-leave_s)
    return tuple(_mirrored(leg) for leg in reversed(legs))


def _least(finals: Ints) -> Ints:
    changes = np.maximum(finals[:, 1] - 1, 0)
    return finals[np.lexsort((finals[:, 2], changes))[0]]  # type: ignore[no-any-return]


def _legs(rides: Rides, labels: Ints, final: Ints, *, leave: int) -> tuple[Leg, ...]:
    """The way that ends in ``final``, from home to the service; walks end when the next thing can begin."""
    arrive, walk_last = int(final[0]), int(final[6])
    if final[4] == _NONE:
        return (Leg("walk", HOME, SERVICE, leave, arrive),)
    legs = [Leg("walk", int(rides.arr_stop[final[5]]), SERVICE, arrive - walk_last, arrive)]
    parent, board, alight = int(final[3]), int(final[4]), int(final[5])
    while True:
        legs.append(_ride(rides, board, alight))
        label = labels[parent]
        stop, ready = int(label[0]), int(label[1])
        if label[5] == _NONE:
            legs.append(Leg("walk", HOME, stop, leave, ready))
            return tuple(reversed(legs))
        board, alight = int(label[5]), int(label[6])
        if int(rides.arr_stop[alight]) != stop:
            legs.append(Leg("walk", int(rides.arr_stop[alight]), stop, int(rides.arr_s[alight]), ready))
        parent = int(label[4])


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
