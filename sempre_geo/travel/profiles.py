"""All day's journeys to or from one service at once: a connection scan rooted at the service.

One scan backwards over the day gives, for every stop, each departure worth taking and the arrival at the
service it leads to. The same scan over the day turned round in time gives the ways home: a journey home read
backwards is a journey to the service. So there is one loop for both, and it never samples departure times.

The values handed to compiled loops are named tuples, which numba reads by name.

References
----------
Dibbelt, J., Pajor, T., Strasser, B., Wagner, D. (2018): Connection Scan Algorithm. ACM Journal of Experimental
Algorithmics 23, https://doi.org/10.1145/3274661
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sempre_geo.travel.compiled import compiled

if TYPE_CHECKING:
    from sempre_geo.travel.timetable import ServiceDay

FAR_S = 2**30
"""Stands for "never" in arrays of whole seconds; as a time of day it is 34 years."""

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]
_Whole = TypeVar("_Whole", bound=np.integer[Any])


class Legs(NamedTuple):
    """Walks from places (homes, stops) to stops, in compressed rows by place.

    Attributes
    ----------
    indptr, stop, seconds
        Row ``i`` is ``indptr[i]:indptr[i + 1]``; int32.
    """

    indptr: Ints
    stop: Ints
    seconds: Ints


class Rides(NamedTuple):
    """One direction of a service day, as the scan wants it.

    Attributes
    ----------
    dep_stop, arr_stop, trip, dep_s, arr_s
        Connections by departure, then arrival, then place in the trip; int32.
    board_ok, alight_ok
        Whether one may get on at the departure and off at the arrival, bool.
    row
        The position of each connection in the service day; int32.
    into, out
        Ways into each stop from the stop one got off at, and out of it: footpaths, and the change at the same stop.
    trips
        How many trips there are.
    """

    dep_stop: Ints
    arr_stop: Ints
    trip: Ints
    dep_s: Ints
    arr_s: Ints
    board_ok: Flags
    alight_ok: Flags
    row: Ints
    into: Legs
    out: Legs
    trips: int


class Profile(NamedTuple):
    """Every stop's useful departures towards a root.

    Attributes
    ----------
    arrival_s
        The different arrival times at the root, ascending, int32.
    indptr, dep_s, arrival
        Departures of stop ``i`` lie at ``indptr[i]:indptr[i + 1]``, latest first: when, and the position in
        ``arrival_s`` of the arrival it leads to; int32.
    """

    arrival_s: Ints
    indptr: Ints
    dep_s: Ints
    arrival: Ints


def legs_from_pairs(place: Ints, stop: Ints, seconds: Ints, *, places: int) -> Legs:
    """Walks given one a row as rows by place.

    >>> legs = legs_from_pairs(np.array([1, 0]), np.array([7, 8]), np.array([60, 90]), places=3)
    >>> legs.indptr.tolist(), legs.stop.tolist()
    ([0, 1, 2, 2], [8, 7])
    """
    order = np.argsort(place, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=places))]).astype(np.int32)
    return Legs(indptr, stop[order].astype(np.int32), seconds[order].astype(np.int32))


def rides_of_day(day: ServiceDay, usable: Flags | None = None) -> Rides:
    """A service day as both scans want it.

    Parameters
    ----------
    day
        The day's connections and footpaths.
    usable
        One value a connection; those with ``False`` are left out (trips that a wheelchair cannot board).
    """
    rows = np.arange(len(day.dep_s)) if usable is None else np.flatnonzero(usable)
    stops = len(day.stops)
    own = np.arange(stops, dtype=np.int32)
    start = np.concatenate([np.repeat(own, np.diff(day.foot_indptr)), own])
    end = np.concatenate([day.foot_stop, own])
    seconds = np.concatenate([day.foot_s, day.change_s])
    # Hops that take no time come before what leaves at the same second, so that one can change between them.
    rows = rows[np.lexsort((day.seq[rows], day.arr_s[rows], day.dep_s[rows]))]
    return Rides(
        dep_stop=day.dep_stop[rows].astype(np.int32),
        arr_stop=day.arr_stop[rows].astype(np.int32),
        trip=day.trip[rows].astype(np.int32),
        dep_s=day.dep_s[rows].astype(np.int32),
        arr_s=day.arr_s[rows].astype(np.int32),
        board_ok=day.board_ok[rows].astype(np.bool_),
        alight_ok=day.alight_ok[rows].astype(np.bool_),
        row=rows.astype(np.int32),
        into=legs_from_pairs(end, start, seconds, places=stops),
        out=legs_from_pairs(start, end, seconds, places=stops),
        trips=len(day.trips),
    )


def turned(rides: Rides) -> Rides:
    """The same day run backwards: every ride from its end to its start, all times negative."""
    order = np.lexsort((-np.arange(len(rides.trip)), -rides.dep_s, -rides.arr_s))
    return Rides(
        dep_stop=rides.arr_stop[order],
        arr_stop=rides.dep_stop[order],
        trip=rides.trip[order],
        dep_s=-rides.arr_s[order],
        arr_s=-rides.dep_s[order],
        board_ok=rides.alight_ok[order],
        alight_ok=rides.board_ok[order],
        row=rides.row[order],
        into=rides.out,
        out=rides.into,
        trips=rides.trips,
    )


def service_profile(rides: Rides, to_root_s: Ints, *, arrive_by_s: int) -> Profile:
    """Every stop's useful departures towards the root.

    A departure is useful if no later one of the same stop arrives as early. Walking from a home to the stop is
    not in it, walking from the last stop to the root is.

    Parameters
    ----------
    rides
        One direction of the day.
    to_root_s
        Seconds from each stop to the root, ``FAR_S`` where it is too far to walk; int32, shape (stops,).
    arrive_by_s
        Later arrivals are of no use.
    """
    arrivals = _root_arrivals(rides, to_root_s, arrive_by_s)
    return _by_stop(_scan(rides, to_root_s, arrivals), arrivals, len(to_root_s))


@compiled
def twice(values: NDArray[_Whole]) -> NDArray[_Whole]:
    """The same rows with as much room again."""
    longer = np.empty((2 * len(values), values.shape[1]), values.dtype)
    for row in range(len(values)):  # a slice assigned at once takes seconds to compile
        for column in range(values.shape[1]):
            longer[row, column] = values[row, column]
    return longer


def _root_arrivals(rides: Rides, to_root_s: Ints, arrive_by_s: int) -> Ints:
    """The different times at which the root can be reached, ascending."""
    walk = to_root_s[rides.arr_stop]
    there = (rides.arr_s + np.minimum(walk, FAR_S - 1))[rides.alight_ok & (walk < FAR_S)]
    return np.unique(there[there <= arrive_by_s])


@compiled
def position_of(times: Ints, limit: int) -> int:
    """How many of the ascending times lie before the limit."""
    low, high = 0, len(times)
    while low < high:
        middle = (low + high) // 2
        if times[middle] < limit:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _scan(rides: Rides, to_root_s: Ints, arrivals: Ints) -> Ints:
    """Useful departures in the order found: stop, time, position of the arrival; shape (n, 3)."""
    never = len(arrivals)
    last = arrivals[-1] if never > 0 else -FAR_S
    on_trip = np.full(rides.trips, never, np.int32)
    at_stop = np.full(len(to_root_s), never, np.int32)
    found, n = np.empty((1024, 3), np.int32), 0
    chain, used = np.empty((1024, 3), np.int32), 0
    first = np.full(len(to_root_s), -1, np.int32)
    # Plain names: reading an array from the tuple in the loop costs a reference count each time.
    dep_stop, arr_stop, trip, dep_s, arr_s = rides.dep_stop, rides.arr_stop, rides.trip, rides.dep_s, rides.arr_s
    board_ok, alight_ok, into, into_stop, into_s = (
        rides.board_ok, rides.alight_ok, rides.into.indptr, rides.into.stop, rides.into.seconds,
    )  # fmt: skip
    for c in range(len(dep_s) - 1, -1, -1):
        best = on_trip[trip[c]]
        if alight_ok[c]:
            walk, link = to_root_s[arr_stop[c]], first[arr_stop[c]]
            if walk < FAR_S and arr_s[c] + walk <= last:
                best = min(best, position_of(arrivals, arr_s[c] + walk))
            while link >= 0 and chain[link, 0] < arr_s[c]:
                link = chain[link, 2]
            if link >= 0 and chain[link, 1] < best:
                best = chain[link, 1]
        if best == never:
            continue
        on_trip[trip[c]] = best
        stop = dep_stop[c]
        if not board_ok[c] or best >= at_stop[stop]:
            continue
        at_stop[stop] = best
        if n == len(found):
            found = twice(found)
        found[n, 0], found[n, 1], found[n, 2] = stop, dep_s[c], best
        n += 1
        for k in range(into[stop], into[stop + 1]):
            if used == len(chain):
                chain = twice(chain)
            time = dep_s[c] - into_s[k]
            used += chained(first, chain, used, into_stop[k], time, best)
    return found[:n]


@compiled
def chained(first: Ints, chain: NDArray[Any], new: int, stop: int, time: int, value: int) -> int:
    """Put (latest time to get off here, what that leads to) into the stop's chain, and drop what it beats.

    The less it leads to the better. A chain runs from the earliest time to the latest, its third column leads on.
    Returns 1 if the place ``new`` was used, 0 if something in the chain is as good.
    """
    before, link = -1, first[stop]
    while link >= 0 and chain[link, 0] < time and chain[link, 1] < value:
        before, link = link, chain[link, 2]
    while link >= 0 and chain[link, 0] < time:
        link = chain[link, 2]
    if link >= 0 and chain[link, 1] <= value:
        return 0
    if link >= 0 and chain[link, 0] == time:
        link = chain[link, 2]
    chain[new, 0], chain[new, 1], chain[new, 2] = time, value, link
    if before < 0:
        first[stop] = new
    else:
        chain[before, 2] = new
    return 1


def _by_stop(found: Ints, arrivals: Ints, stops: int) -> Profile:
    """Departures in rows by stop, and only those arrivals that any of them leads to."""
    used = np.zeros(len(arrivals), dtype=bool)
    used[found[:, 2]] = True
    position = (np.cumsum(used) - 1).astype(np.int32)
    order = np.argsort(found[:, 0], kind="stable")
    indptr = np.zeros(stops + 1, np.int32)
    np.cumsum(np.bincount(found[:, 0], minlength=stops), out=indptr[1:])
    return Profile(arrivals[used], indptr, found[order, 1], position[found[order, 2]])
