"""One journey, or the earliest arrivals from one place, by one scan over the day's connections.

The best journey arrives earliest; of those, it has the fewest rides; of those, the least walking. A place on the
way (a label) is kept only if nothing with fewer rides is there as early, and nothing with as many rides is there as
early and has walked less: whatever comes after, another label would do as well.

References
----------
Dibbelt, J., Pajor, T., Strasser, B., Wagner, D. (2018): Connection Scan Algorithm. ACM Journal of Experimental
Algorithmics 23, https://doi.org/10.1145/3274661
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sempre_geo.travel.compiled import compiled
from sempre_geo.travel.profiles import FAR_S, Flags, Ints, Rides, twice

MOST_RIDES = 8
_FIRST_ROOM = 1024
_COLUMNS = 7


class Ends(NamedTuple):
    """A journey's two ends.

    Attributes
    ----------
    access_stop, access_s
        Stops within reach of the origin, and the seconds on foot to them; int32.
    egress_s
        Seconds on foot from each stop to the destination, ``FAR_S`` where too far; int32, shape (stops,).
    walk_s
        Seconds on foot all the way, ``FAR_S`` where too far.
    """

    access_stop: Ints
    access_s: Ints
    egress_s: Ints
    walk_s: int


def earliest_arrivals(rides: Rides, access_stop: Ints, access_s: Ints, *, depart_s: int, until_s: int) -> Ints:
    """The earliest time one can get off at each stop, ``FAR_S`` where never, leaving a place at ``depart_s``."""
    ready, off = _never(len(rides.out.indptr) - 1), _never(len(rides.out.indptr) - 1)
    np.minimum.at(ready, access_stop, (depart_s + access_s).astype(np.int32))
    first, last = np.searchsorted(rides.dep_s, depart_s), np.searchsorted(rides.dep_s, until_s, "right")
    _earliest(rides, ready, off, np.zeros(rides.trips, np.bool_), int(first), int(last))
    return off


def best_rides(
    rides: Rides, ends: Ends, change_walk_s: Ints, *, depart_s: int, until_s: int, most_rides: int
) -> tuple[int, int, Ints]:
    """The best journey: its arrival, the seconds walked, and where each ride is boarded and left.

    Parameters
    ----------
    change_walk_s
        Seconds walked along each entry of ``rides.out``; int32.
    depart_s, until_s
        Leave not before, arrive not after.
    most_rides
        At most so many.

    Returns
    -------
    tuple
        Arrival (``FAR_S`` if there is no journey), walked seconds, and rows of the connections boarded and left
        (positions in ``rides``), int32, shape (rides, 2); without rows one walks all the way.
    """
    stops = len(ends.egress_s)
    chains = np.full((2, most_rides + 1, stops), -1, np.int32)
    chains[1] = FAR_S
    aboard = np.full((rides.trips, 4), most_rides, np.int32)
    best = np.array([FAR_S, 0, 0, -1, -1, -1], np.int32)
    if ends.walk_s < FAR_S and depart_s + ends.walk_s <= until_s:
        best[0], best[2] = depart_s + ends.walk_s, ends.walk_s
    first = int(np.searchsorted(rides.dep_s, depart_s))
    labels = np.empty((_FIRST_ROOM + len(ends.access_stop), _COLUMNS), np.int32)
    labels = _search(rides, ends, change_walk_s, labels, chains, aboard, best, first, depart_s, until_s)
    return int(best[0]), int(best[2]), _traced(labels, best)


def _never(stops: int) -> Ints:
    return np.full(stops, FAR_S, np.int32)


def _traced(labels: Ints, best: Ints) -> Ints:
    """Where each ride of the best journey is boarded and left, first ride first."""
    found = np.empty((best[1], 2), np.int32)
    label, boarded, left = best[3:]
    for ride in range(best[1] - 1, -1, -1):
        found[ride] = boarded, left
        boarded, left, label = labels[label, 4], labels[label, 5], labels[label, 3]
    return found


# What the compiled loops write to is made by numpy and handed in: filling arrays and searching in them inside
# takes seconds to compile.


@compiled
def _earliest(  # noqa: PLR0917 - numba takes no keyword-only arguments
    rides: Rides, ready: Ints, off: Ints, on_trip: Flags, first: int, last: int
) -> None:
    dep_stop, arr_stop, trip, dep_s, arr_s = rides.dep_stop, rides.arr_stop, rides.trip, rides.dep_s, rides.arr_s
    board_ok, alight_ok = rides.board_ok, rides.alight_ok
    out, out_stop, out_s = rides.out.indptr, rides.out.stop, rides.out.seconds
    for c in range(first, last):
        if not on_trip[trip[c]]:
            if not board_ok[c] or ready[dep_stop[c]] > dep_s[c]:
                continue
            on_trip[trip[c]] = True
        if alight_ok[c] and arr_s[c] < off[arr_stop[c]]:
            off[arr_stop[c]] = arr_s[c]
            for k in range(out[arr_stop[c]], out[arr_stop[c] + 1]):
                ready[out_stop[k]] = min(ready[out_stop[k]], arr_s[c] + out_s[k])


@compiled
def _search(  # noqa: C901, PLR0913, PLR0917 - one loop, cut no further; numba takes no keyword-only arguments
    rides: Rides,
    ends: Ends,
    change_walk_s: Ints,
    labels: Ints,
    chains: Ints,
    on: Ints,
    best: Ints,
    first: int,
    depart_s: int,
    until_s: int,
) -> Ints:
    """Scan the day; ``best`` becomes the best journey, and the labels it is traced through are returned.

    ``labels`` hold time, walked, next in chain, label before, boarded, left, rides; ``chains`` the first label
    and the earliest time of each number of rides and stop; ``on`` of each trip the rides before, walked, label
    and connection boarded; ``best`` arrival, rides, walked, label, boarded, left.
    """
    n, most_rides = 0, chains.shape[1] - 1
    for a in range(len(ends.access_stop)):
        seconds = ends.access_s[a]
        n += _added(labels, n, chains, ends.access_stop[a], depart_s + seconds, seconds, -1, -1, -1, 0)
    dep_stop, arr_stop, trip, dep_s, arr_s = rides.dep_stop, rides.arr_stop, rides.trip, rides.dep_s, rides.arr_s
    board_ok, alight_ok, egress_s = rides.board_ok, rides.alight_ok, ends.egress_s
    out, out_stop, out_s = rides.out.indptr, rides.out.stop, rides.out.seconds
    for c in range(first, len(dep_s)):
        if dep_s[c] > min(best[0], until_s):
            break
        at = trip[c]
        if board_ok[c]:
            _board(labels, chains, on, at, dep_stop[c], dep_s[c], c)
        if on[at, 0] == most_rides or not alight_ok[c]:
            continue
        ridden, walked, stop = on[at, 0] + 1, on[at, 1], arr_stop[c]
        there = arr_s[c] + egress_s[stop]
        if egress_s[stop] < FAR_S and there <= until_s:
            _compared(best, there, ridden, walked + egress_s[stop], on[at, 2], on[at, 3], c)
        if ridden == most_rides:
            continue
        for k in range(out[stop], out[stop + 1]):
            time = arr_s[c] + out_s[k]
            if time > min(best[0], until_s):
                continue
            if n == len(labels):
                labels = twice(labels)
            n += _added(
                labels, n, chains, out_stop[k], time, walked + change_walk_s[k], on[at, 2], on[at, 3], c, ridden
            )
    return labels


@compiled
def _board(  # noqa: PLR0917 - numba takes no keyword-only arguments
    labels: Ints, chains: Ints, on: Ints, trip: int, stop: int, time: int, c: int
) -> None:
    """Board a connection with the fewest rides, then the least walking, if that betters who is aboard."""
    for ridden in range(min(on[trip, 0] + 1, chains.shape[1] - 1)):
        if chains[1, ridden, stop] > time:
            continue
        link, chosen = chains[0, ridden, stop], -1
        while link >= 0 and labels[link, 0] <= time:
            link, chosen = labels[link, 2], link
        if ridden < on[trip, 0] or labels[chosen, 1] < on[trip, 1]:
            on[trip, 0], on[trip, 1], on[trip, 2], on[trip, 3] = ridden, labels[chosen, 1], chosen, c
        return


@compiled
def _added(  # noqa: PLR0913, PLR0917 - numba takes no keyword-only arguments
    labels: Ints,
    n: int,
    chains: Ints,
    stop: int,
    time: int,
    walked: int,
    before: int,
    boarded: int,
    left: int,
    ridden: int,
) -> int:
    """Put a label into its stop's chain (times rise, walking falls); 0 if another is as good, else 1."""
    for fewer in range(ridden):
        if chains[1, fewer, stop] <= time:
            return 0
    earlier, link = -1, chains[0, ridden, stop]
    while link >= 0 and labels[link, 0] <= time:
        if labels[link, 1] <= walked:
            return 0
        if labels[link, 0] == time:
            break
        earlier, link = link, labels[link, 2]
    while link >= 0 and labels[link, 1] >= walked:
        link = labels[link, 2]
    labels[n, 0], labels[n, 1], labels[n, 2] = time, walked, link
    labels[n, 3], labels[n, 4], labels[n, 5], labels[n, 6] = before, boarded, left, ridden
    if earlier < 0:
        chains[0, ridden, stop] = n
    else:
        labels[earlier, 2] = n
    chains[1, ridden, stop] = min(chains[1, ridden, stop], time)
    return 1


@compiled
def _compared(  # noqa: PLR0917 - numba takes no keyword-only arguments
    best: Ints, there: int, ridden: int, walked: int, label: int, boarded: int, left: int
) -> None:
    """Take a journey if it arrives earlier, or as early with fewer rides, or as many and less walking."""
    if there > best[0] or (there == best[0] and ridden > best[1]):
        return
    if there == best[0] and ridden == best[1] and walked >= best[2]:
        return
    best[0], best[1], best[2], best[3], best[4], best[5] = there, ridden, walked, label, boarded, left
