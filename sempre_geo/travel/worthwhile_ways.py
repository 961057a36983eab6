"""All ways of one home that are worth a thought: none that is worse in time, in rides and in walking at once.

Where a slower way costs no time, because the service opens later anyway, it may have fewer changes; so nothing is
thrown away before both directions are known.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sempre_geo.travel.compiled import compiled
from sempre_geo.travel.profiles import FAR_S, Ints, Legs, Rides, position_of, twice
from sempre_geo.travel.there_and_back import Town

MOST_RIDES = 9
_NONE = -1
_wide: Any = np.int64


def ways(town: Town, home: int, *, leave_s: int, by_s: int, most: int) -> tuple[Ints, Ints]:
    """The ways to the service that leave home then and arrive by then, of at most so many rides.

    Returns
    -------
    tuple
        Labels, places on the way: stop, ready to board, rides, walking, the label one boarded at before, that
        ride's first and last connection, the stop's next label. And finals, the ways themselves: arrival, rides,
        walking, label one boarded at, first and last connection of the last ride (-1 on foot), last walk.
    """
    walk = int(town.walk_there_s[home])
    latest = _latest(town.there, town.to_service_s, leave_s, by_s)
    return _search(town.there, town.homes.access, home, leave_s, town.to_service_s, walk, by_s, most, latest)


@compiled
def _latest(rides: Rides, to_root_s: Ints, leave: int, arrive_by: int) -> Ints:
    """The latest time at each stop from which at most so many rides reach the root in time; shape (rides + 1, stops).

    What a search must not go beyond: without it, every way through the whole county would be followed.
    """
    dep_stop, arr_stop, trip, dep_s, arr_s = rides.dep_stop, rides.arr_stop, rides.trip, rides.dep_s, rides.arr_s
    board_ok, alight_ok = rides.board_ok, rides.alight_ok
    into, into_stop, into_s = rides.into.indptr, rides.into.stop, rides.into.seconds
    board = np.full((MOST_RIDES + 1, len(to_root_s)), -FAR_S, np.int32)
    alight = np.full((MOST_RIDES + 1, len(to_root_s)), -FAR_S, np.int32)
    needed = np.full(rides.trips, MOST_RIDES + 1, np.int32)
    for c in range(position_of(dep_s, arrive_by + 1) - 1, -1, -1):
        if dep_s[c] < leave:
            break
        need = needed[trip[c]]
        if alight_ok[c]:
            here, time = arr_stop[c], arr_s[c]
            if to_root_s[here] < FAR_S and time + to_root_s[here] <= arrive_by:
                need = 1
            if alight[MOST_RIDES, here] >= time:
                for k in range(1, need - 1):
                    if alight[k, here] >= time:
                        need = k + 1
                        break
        if need > MOST_RIDES:
            continue
        needed[trip[c]] = need
        if not board_ok[c]:
            continue
        for k in range(need, MOST_RIDES + 1):
            if board[k, dep_stop[c]] > -FAR_S:
                break
            board[k, dep_stop[c]] = dep_s[c]
            for n in range(into[dep_stop[c]], into[dep_stop[c] + 1]):
                alight[k, into_stop[n]] = max(alight[k, into_stop[n]], dep_s[c] - into_s[n])
    return board


@compiled
def _search(
    rides: Rides,
    access: Legs,
    home: int,
    leave: int,
    to_root_s: Ints,
    on_foot: int,
    arrive_by: int,
    most: int,
    latest: Ints,
) -> tuple[Ints, Ints]:
    """All ways from home to the root of at most so many rides that are not worse in time, rides and walking at once."""
    dep_stop, arr_stop, trip, dep_s, arr_s = rides.dep_stop, rides.arr_stop, rides.trip, rides.dep_s, rides.arr_s
    board_ok, alight_ok = rides.board_ok, rides.alight_ok
    out, out_stop, out_s = rides.out.indptr, rides.out.stop, rides.out.seconds
    labels, n = np.empty((256, 8), np.int32), 0
    riding, m = np.empty((256, 5), np.int32), 0  # rides, walking, label, first connection, the trip's next
    finals, f = np.empty((16, 7), np.int32), 0
    at_stop = np.full(len(to_root_s), _NONE, np.int32)
    on_trip = np.full(rides.trips, _NONE, np.int32)
    if on_foot < FAR_S and leave + on_foot <= arrive_by:
        finals[0, :] = _NONE
        finals[0, 0], finals[0, 1], finals[0, 2], finals[0, 6] = leave + on_foot, 0, on_foot, on_foot
        f = 1
    for k in range(access.indptr[home], access.indptr[home + 1]):
        if n == len(labels):
            labels = twice(labels)
        walk = _wide(access.seconds[k])
        if latest[min(most, MOST_RIDES), access.stop[k]] < leave + walk:
            continue
        n = _added(labels, n, at_stop, access.stop[k], leave + walk, _wide(0), walk, _NONE, _NONE, _NONE)
    for c in range(position_of(dep_s, leave), len(dep_s)):
        if dep_s[c] > arrive_by:
            break
        if at_stop[dep_stop[c]] == _NONE and on_trip[trip[c]] == _NONE:
            continue
        link = at_stop[dep_stop[c]] if board_ok[c] else _NONE
        while link != _NONE:
            if (
                labels[link, 1] <= dep_s[c]
                and labels[link, 2] < most
                and not _ridden(riding, on_trip[trip[c]], labels[link, 2] + 1, labels[link, 3])
            ):
                if m == len(riding):
                    riding = twice(riding)
                riding[m, 0], riding[m, 1], riding[m, 2] = labels[link, 2] + 1, labels[link, 3], link
                riding[m, 3], riding[m, 4] = c, on_trip[trip[c]]
                on_trip[trip[c]] = m
                m += 1
            link = labels[link, 7]
        entry = on_trip[trip[c]] if alight_ok[c] and arr_s[c] <= arrive_by else _NONE
        while entry != _NONE:
            here, count, walk = arr_stop[c], riding[entry, 0], riding[entry, 1]
            last = to_root_s[here]
            if (
                last < FAR_S
                and not _finished(finals, f, arr_s[c] + last, count, walk + last)
                and arr_s[c] + last <= arrive_by
            ):
                if f == len(finals):
                    finals = twice(finals)
                finals[f, 0], finals[f, 1], finals[f, 2] = arr_s[c] + last, count, walk + last
                finals[f, 3], finals[f, 4], finals[f, 5], finals[f, 6] = riding[entry, 2], riding[entry, 3], c, last
                f += 1
            for k in range(out[here], out[here + 1] if count < most else out[here]):
                if n == len(labels):
                    labels = twice(labels)
                to, step = out_stop[k], out_s[k]
                if arr_s[c] + step <= latest[min(most - count, MOST_RIDES), to]:
                    n = _added(
                        labels, n, at_stop, to, arr_s[c] + step, count, walk + (step if to != here else 0),
                        riding[entry, 2], riding[entry, 3], c,
                    )  # fmt: skip
            entry = riding[entry, 4]
    return labels[:n].copy(), finals[:f].copy()


@compiled
def _added(
    labels: Ints,
    n: int,
    at_stop: Ints,
    stop: int,
    ready: int,
    count: int,
    walk: int,
    label: int,
    board: int,
    alight: int,
) -> int:
    """Add a label to its stop unless another is as good in every respect; returns how many there are now."""
    link = at_stop[stop]
    while link != _NONE:
        if labels[link, 1] <= ready and labels[link, 2] <= count and labels[link, 3] <= walk:
            return n
        link = labels[link, 7]
    labels[n, 0], labels[n, 1], labels[n, 2], labels[n, 3] = stop, ready, count, walk
    labels[n, 4], labels[n, 5], labels[n, 6], labels[n, 7] = label, board, alight, at_stop[stop]
    at_stop[stop] = n
    return n + 1


@compiled
def _ridden(riding: Ints, entry: int, count: int, walk: int) -> bool:
    """Whether somebody sits on the trip already with no more rides and no more walking."""
    while entry != _NONE:
        if riding[entry, 0] <= count and riding[entry, 1] <= walk:
            return True
        entry = riding[entry, 4]
    return False


@compiled
def _finished(finals: Ints, f: int, arrival: int, count: int, walk: int) -> bool:
    """Whether the root was reached as early with no more rides and no more walking."""
    for k in range(f):
        if finals[k, 0] <= arrival and finals[k, 1] <= count and finals[k, 2] <= walk:
            return True
    return False
