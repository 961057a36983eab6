"""What happens to a visit when something runs late: slack at each change, and a later way home."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from sempre_geo.travel.itineraries import Leg, Visit
from sempre_geo.travel.profiles import FAR_S, Ints
from sempre_geo.travel.there_and_back import Door, Homes, latest_departures

DELAY_S = 600


@dataclass(frozen=True)
class Transfer:
    """One change from a ride to the next.

    Attributes
    ----------
    way
        On which way it lies.
    stop
        Where the next ride is boarded, a stop position.
    slack_s
        By how much the first ride may be late before the next is missed.
    """

    way: Literal["there", "back"]
    stop: int
    slack_s: int


@dataclass(frozen=True)
class Reliability:
    """How much a visit can bear.

    Attributes
    ----------
    transfers
        All changes, in order.
    later_home_s
        When one is home if the chosen way home is missed; None if there is no later one.
    start_slack_s
        By how much one may arrive late and still be served in full before the chosen way home.
    """

    transfers: tuple[Transfer, ...]
    later_home_s: int | None
    start_slack_s: int

    def broken_by(self, delay_s: int = DELAY_S) -> tuple[Transfer, ...]:
        """The changes that one such delay would break."""
        return tuple(transfer for transfer in self.transfers if transfer.slack_s < delay_s)


def reliability(visit: Visit, *, change_s: Ints, close_s: int, ways_home: list[tuple[int, int]]) -> Reliability:
    """How much a visit can bear.

    Parameters
    ----------
    change_s
        The least time for a change at each stop.
    close_s
        When the opening interval of the visit ends.
    ways_home
        Departures from the service and arrivals at home, from :func:`ways_home_of`.
    """
    later = [home for leave, home in ways_home if leave > visit.leave_s]
    by = min(close_s, visit.leave_s) - (visit.end_s - visit.start_s)
    return Reliability(
        (*_transfers(visit.there, "there", change_s), *_transfers(visit.back, "back", change_s)),
        min(later) if later else None,
        by - visit.arrive_s,
    )


def ways_home_of(homes: Homes, door: Door, home: int, *, latest_s: int) -> list[tuple[int, int]]:
    """All ways from a service to one home that are worth taking: (leave, home), earliest first.

    Who can walk home can do so at any time; the last such time is among them.
    """
    row = np.empty(len(door.back.arrival_s), np.int32)
    latest_departures(row, home, homes.egress, door.back)
    found: list[tuple[int, int]] = []
    before = FAR_S
    for at, value in enumerate(row.tolist()):
        if -value < before and -value <= latest_s:
            found.append((-int(door.back.arrival_s[at]), -value))
            before = -value
    walk = int(door.walk_back_s[home])
    if walk < FAR_S:
        found.insert(0, (latest_s - walk, latest_s))
    return found[::-1]


def _transfers(legs: tuple[Leg, ...], way: Literal["there", "back"], change_s: Ints) -> list[Transfer]:
    found = []
    rides = [at for at, leg in enumerate(legs) if leg.mode == "transit"]
    for before, after in pairwise(rides):
        walked = sum(leg.end_s - leg.start_s for leg in legs[before + 1 : after])
        same_stop = after == before + 1
        needed = int(change_s[legs[after].start]) if same_stop else walked
        found.append(Transfer(way, legs[after].start, legs[after].start_s - legs[before].end_s - needed))
    return found
