"""Fewest changes, then least walking, then the earliest arrival: towards one place by a deadline, for all homes.

A deadline makes time a limit and no aim, so on board of a trip the number of rides still to come decides, and for
each number the least walking still to come. One scan backwards from the deadline therefore serves every home that
must keep it; it goes no further back than the first of them leaves.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sempre_geo.travel.compiled import compiled
from sempre_geo.travel.profiles import FAR_S, Ints, Legs, Rides, chained, position_of, twice

_NONE = -1
_MOST_RIDES = (2, 4, 16)
"""How many rides are looked at, while any home has no way yet: nearly all need no more than the first number."""

# Seconds on foot and the arrival as one number that sorts by the first, then by the second.
_FOOT = 2**24
_NOON = 2**23
_NEVER = 2**62
_wide: Any = np.int64
Wide = NDArray[np.int64]


class Deadlines(NamedTuple):
    """Who has to be where by when; int32, sorted by ``by_s``.

    Attributes
    ----------
    home
        Position of the home.
    leave_s
        When one leaves it.
    by_s
        When one has to have reached the root.
    """

    home: Ints
    leave_s: Ints
    by_s: Ints


class _Found(NamedTuple):
    """What one scan found: of each number of rides and stop the departures worth taking, in chains.

    ``first`` has shape (rides + 1, stops); rows of ``chain`` are departure, ease, next (later) departure, the
    connections boarded and left, and the row of the ride after, -1 for none.
    """

    first: Ints
    chain: Wide


def least_changes(rides: Rides, access: Legs, to_root_s: Ints, on_foot_s: Ints, deadlines: Deadlines) -> Ints:
    """For each deadline changes, seconds on foot and the earliest arrival of such a way; int32, shape (n, 3).

    Parameters
    ----------
    rides
        One direction of the day.
    access
        Walks from homes to stops.
    to_root_s, on_foot_s
        Seconds on foot to the root from each stop, and from each home; ``FAR_S`` where too far.
    deadlines
        Sorted by ``by_s``. Where there is no way (of at most 16 rides) all three are ``FAR_S``.
    """
    found = np.full((len(deadlines.home), 3), FAR_S, np.int32)
    for most in _MOST_RIDES:
        left = np.flatnonzero(found[:, 0] == FAR_S)
        if len(left):
            part = Deadlines(*(values[left] for values in deadlines))
            found[left] = _of_groups(rides, access, to_root_s, on_foot_s, part, most)
    return found


def easiest_rides(
    rides: Rides, access: Legs, to_root_s: Ints, on_foot_s: Ints, *, home: int, leave_s: int, by_s: int
) -> tuple[int, Ints]:
    """The same for one home: the arrival, and the connections where each ride is boarded and left.

    Returns
    -------
    tuple
        Seconds, ``FAR_S`` if there is no way; and int32, shape (rides, 2), without rows if one walks all the way.
    """
    for most in _MOST_RIDES:
        scanned = _scan(rides, to_root_s, leave_s, by_s, most)
        changes, ease, row = _of_home(scanned, access, home, leave_s, by_s, int(on_foot_s[home]))
        if changes < FAR_S:
            return ease % _FOOT - _NOON, _traced(scanned.chain, row)
    return FAR_S, np.empty((0, 2), np.int32)


def _traced(chain: Wide, row: int) -> Ints:
    found = []
    while row != _NONE:
        found.append(chain[row, 3:5])
        row = chain[row, 5]
    return np.array(found, np.int32).reshape(-1, 2)


@compiled
def _of_groups(rides: Rides, access: Legs, to_root_s: Ints, on_foot_s: Ints, deadlines: Deadlines, most: int) -> Ints:
    """One scan for each different deadline."""
    found = np.empty((len(deadlines.home), 3), np.int32)
    first = 0
    while first < len(deadlines.home):
        by, since, last = deadlines.by_s[first], deadlines.leave_s[first], first
        while last < len(deadlines.home) and deadlines.by_s[last] == by:
            since = min(since, deadlines.leave_s[last])
            last += 1
        scanned = _scan(rides, to_root_s, _wide(since), _wide(by), most)
        for n in range(first, last):
            home = deadlines.home[n]
            changes, ease, _ = _of_home(
                scanned, access, _wide(home), _wide(deadlines.leave_s[n]), _wide(by), _wide(on_foot_s[home])
            )
            found[n, 0], found[n, 1], found[n, 2] = changes, FAR_S, FAR_S
            if changes < FAR_S:
                found[n, 1], found[n, 2] = ease // _FOOT, ease % _FOOT - _NOON
        first = last
    return found


@compiled
def _of_home(found: _Found, access: Legs, home: int, leave: int, by: int, on_foot: int) -> tuple[int, int, int]:
    """The fewest changes of a home, the ease of the best such way, and the row of its first ride."""
    best, row = _wide(_NEVER), _wide(_NONE)
    if on_foot < FAR_S and leave + on_foot <= by:
        best = on_foot * _FOOT + leave + on_foot + _NOON
    first, chain = found.first, found.chain
    for ridden in range(1, len(first)):
        for k in range(access.indptr[home], access.indptr[home + 1]):
            walk = _wide(access.seconds[k])
            link = _from(first[ridden, access.stop[k]], chain, leave + walk)
            if link != _NONE and chain[link, 1] + walk * _FOOT < best:
                best, row = chain[link, 1] + walk * _FOOT, _wide(link)
        if best < _NEVER:
            return ridden - 1, best, row
    return FAR_S, best, row


@compiled
def _from(link: int, chain: Wide, time: int) -> int:
    """The row of least ease in a chain, which runs from the earliest to the latest, not before a time."""
    while link != _NONE and chain[link, 0] < time:
        link = chain[link, 2]
    return link


@compiled
def _bettered(least: Wide, ridden: int, ease: int) -> bool:
    """Whether nothing with as many rides or fewer was as easy; what is kept for as many or more becomes so easy."""
    better: bool = ease < least[ridden]
    while ridden < len(least) and ease < least[ridden]:
        least[ridden] = ease
        ridden += 1
    return better


@compiled
def _scan(rides: Rides, to_root_s: Ints, since: int, by: int, most: int) -> _Found:
    """Departures worth taking between two times: none later is as easy with no more rides."""
    dep_stop, arr_stop, trip, dep_s, arr_s = rides.dep_stop, rides.arr_stop, rides.trip, rides.dep_s, rides.arr_s
    board_ok, alight_ok = rides.board_ok, rides.alight_ok
    into, into_stop, into_s = rides.into.indptr, rides.into.stop, rides.into.seconds
    stops = len(to_root_s)
    on_trip = np.full((rides.trips, most + 1), _NEVER, np.int64)
    leaving, onward = np.empty((rides.trips, most + 1), np.int32), np.empty((rides.trips, most + 1), np.int32)
    fewest = np.full(rides.trips, most + 1, np.int32)
    at_stop = np.full((stops, most + 1), _NEVER, np.int64)
    getting_on, on = np.full((most + 1, stops), _NONE, np.int32), 0
    getting_off, off = np.full((most + 1, stops), _NONE, np.int32), 0
    fewest_off = np.full(stops, most + 1, np.int32)
    board, alight = np.empty((512, 6), np.int64), np.empty((512, 4), np.int64)
    for c in range(position_of(dep_s, by + 1) - 1, -1, -1):
        if dep_s[c] < since:
            break
        at = trip[c]
        if alight_ok[c]:
            here, time = arr_stop[c], _wide(arr_s[c])
            walk = _wide(to_root_s[here])
            if walk < FAR_S and time + walk <= by and walk * _FOOT + time + walk + _NOON < on_trip[at, 1]:
                on_trip[at, 1] = walk * _FOOT + time + walk + _NOON
                leaving[at, 1], onward[at, 1], fewest[at] = c, _NONE, 1
            for ridden in range(fewest_off[here], most):
                link = _from(getting_off[ridden, here], alight, time)
                if link != _NONE and alight[link, 1] < on_trip[at, ridden + 1]:
                    on_trip[at, ridden + 1] = alight[link, 1]
                    leaving[at, ridden + 1], onward[at, ridden + 1] = c, alight[link, 3]
                    fewest[at] = min(fewest[at], ridden + 1)
        if not board_ok[c]:
            continue
        stop, time = dep_stop[c], _wide(dep_s[c])
        for ridden in range(fewest[at], most + 1):
            ease = on_trip[at, ridden]
            if not _bettered(at_stop[stop], ridden, ease):
                continue
            if on == len(board):
                board = twice(board)
            board[on, 0], board[on, 1], board[on, 2] = time, ease, getting_on[ridden, stop]
            board[on, 3], board[on, 4], board[on, 5] = c, leaving[at, ridden], onward[at, ridden]
            getting_on[ridden, stop] = on
            on += 1
            if ridden == most:
                continue
            for k in range(into[stop], into[stop + 1]):
                before, step = into_stop[k], _wide(into_s[k])
                if time - step < since:
                    continue
                if off == len(alight):
                    alight = twice(alight)
                on_foot = step * _FOOT if before != stop else _wide(0)
                alight[off, 3] = on - 1
                off += chained(getting_off[ridden], alight, off, before, time - step, ease + on_foot)
                fewest_off[before] = min(fewest_off[before], ridden)
    return _Found(getting_on, board)
