"""The easiest of equally quick visits, and every leg of it: fewest changes, then least walking.

A profile knows when one must leave and when one is home, not how often one changes. Between those two moments
every way is looked at that is not worse in time, in rides and in walking at once, so the answer is exact, also
where a slower way with fewer changes costs no time because the service opens later anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sempre_geo.travel.compiled import compiled
from sempre_geo.travel.profiles import FAR_S, Ints, Legs, Rides, position_of, twice
from sempre_geo.travel.there_and_back import Homes, Windows, Wish, start_after

HOME, SERVICE = -1, -2
"""Stand for the two ends in the place of a stop's position."""

_NONE = -1
_wide: Any = np.int64
_MOST_RIDES = 9


@dataclass(frozen=True)
class Town:
    """What a search for one service needs: both directions of the day and the ways on foot.

    Attributes
    ----------
    there, back
        The day's rides, and the same turned round in time.
    homes
        Walks between homes and stops.
    to_service_s, from_service_s
        Walks between each stop and the service, ``FAR_S`` where too far; int32, shape (stops,).
    walk_there_s, walk_back_s
        Walks between each home and the service; int32, shape (homes,).
    """

    there: Rides
    back: Rides
    homes: Homes
    to_service_s: Ints
    from_service_s: Ints
    walk_there_s: Ints
    walk_back_s: Ints


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


def easiest(town: Town, windows: Windows, wish: Wish) -> Ints:
    """For each window: changes, seconds on foot, arrival at and departure from the service; int32, shape (n, 4).

    Parameters
    ----------
    town
        The service and its surroundings.
    windows
        Visits of least time away of any homes.
    wish
        Opening hours and stay.
    """
    # What is reachable in time depends on the end of a window only, so windows of one end are looked at together.
    order = np.lexsort((windows.arrive_s, windows.leave_s))
    found = np.empty((len(order), 4), np.int32)
    found[order] = _easiest(
        town.there, town.back, town.homes, town.to_service_s, town.from_service_s, town.walk_there_s,
        town.walk_back_s, Windows(*(part[order] for part in windows)), wish,
    )  # fmt: skip
    return found


def visit_of_window(town: Town, windows: Windows, wish: Wish, *, at: int = 0) -> Visit:
    """The easiest visit inside one window, leg by leg."""
    home = int(windows.home[at])
    leave_home, home_s = int(windows.leave_home_s[at]), int(windows.home_s[at])
    by, end = _limits(int(windows.arrive_s[at]), int(windows.leave_s[at]), wish)
    for most in range(1, _MOST_RIDES + 1):
        labels, out = _out(town, home, leave_home, by, most)
        labels_back, back = _homeward(town, home, home_s, end, most)
        i, j, changes, _ = _best_pair(out, back, wish)
        if changes < most:
            break
    arrive, leave = int(out[i, 0]), -int(back[j, 0])
    start = int(start_after(arrive, wish.open_s, wish.close_s, wish.stay_s))
    there = _legs(town.there, labels, out[i], leave=leave_home)
    homeward = tuple(_mirrored(leg) for leg in reversed(_legs(town.back, labels_back, back[j], leave=-home_s)))
    return Visit(leave_home, arrive, start, start + wish.stay_s, leave, home_s, there, homeward)


def way_there(town: Town, home: int, *, leave_s: int, by_s: int) -> tuple[Leg, ...]:
    """The easiest way to the service that leaves then and arrives by then; empty if there is none."""
    for most in range(1, _MOST_RIDES + 1):
        labels, finals = _out(town, home, leave_s, by_s, most)
        if len(finals):
            return _legs(town.there, labels, _least(finals), leave=leave_s)
    return ()


def way_back(town: Town, home: int, *, leave_s: int, home_s: int) -> tuple[Leg, ...]:
    """The easiest way home that leaves the service not before then and is home then; empty if there is none."""
    for most in range(1, _MOST_RIDES + 1):
        labels, finals = _homeward(town, home, home_s, leave_s, most)
        if len(finals):
            legs = _legs(town.back, labels, _least(finals), leave=-home_s)
            return tuple(_mirrored(leg) for leg in reversed(legs))
    return ()


def _out(town: Town, home: int, leave_s: int, by_s: int, most: int) -> tuple[Ints, Ints]:
    """Labels and finals of the way there."""
    walk = int(town.walk_there_s[home])
    latest = _latest(town.there, town.to_service_s, leave_s, by_s)
    return _search(town.there, town.homes.access, home, leave_s, town.to_service_s, walk, by_s, most, latest)


def _homeward(town: Town, home: int, home_s: int, leave_s: int, most: int) -> tuple[Ints, Ints]:
    """Labels and finals of the way home, turned round in time."""
    walk = int(town.walk_back_s[home])
    latest = _latest(town.back, town.from_service_s, -home_s, -leave_s)
    return _search(town.back, town.homes.egress, home, -home_s, town.from_service_s, walk, -leave_s, most, latest)


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


@compiled
def _limits(arrive: int, leave: int, wish: Wish) -> tuple[int, int]:
    """Arrive by, and leave not before: what any visit inside the window keeps to."""
    return leave - wish.stay_s, start_after(arrive, wish.open_s, wish.close_s, wish.stay_s) + wish.stay_s


@compiled
def _easiest(
    there: Rides, back: Rides, homes: Homes, to_service_s: Ints, from_service_s: Ints, walk_there_s: Ints,
    walk_back_s: Ints, windows: Windows, wish: Wish,
) -> Ints:  # fmt: skip
    found = np.empty((len(windows.home), 4), np.int32)
    by_before, end_before = _wide(FAR_S), _wide(FAR_S)
    from_stop = to_stop = np.empty((0, 0), np.int32)
    best = np.full(len(walk_there_s), FAR_S, np.int64)
    for n in range(len(windows.home)):
        # One type for every number: each other combination would be compiled as a function of its own.
        home, leave, back_at = _wide(windows.home[n]), _wide(windows.leave_home_s[n]), _wide(windows.home_s[n])
        by, end = _limits(_wide(windows.arrive_s[n]), _wide(windows.leave_s[n]), wish)
        walk_there, walk_back = _wide(walk_there_s[home]), _wide(walk_back_s[home])
        if by != by_before:
            from_stop, by_before = _latest(there, to_service_s, -FAR_S, by), by
        if end != end_before:
            to_stop, end_before = _latest(back, from_service_s, -FAR_S, -end), end
        least_there = _least_changes(from_stop, homes.access, home, leave, walk_there, by)
        least_back = _least_changes(to_stop, homes.egress, home, -back_at, walk_back, -end)
        i, j, changes, walk = 0, 0, FAR_S, FAR_S
        found[n, 0], found[n, 1], found[n, 2], found[n, 3] = changes, walk, windows.arrive_s[n], windows.leave_s[n]
        if least_there + least_back > best[home]:
            continue  # another visit of this home, as quick, needs fewer changes
        # So many changes in all leave so many rides to either way; the first number that works is the least.
        for most in range(least_there + least_back, 2 * _MOST_RIDES):
            rides, rides_back = most - least_back + 1, most - least_there + 1
            _, out = _search(there, homes.access, home, leave, to_service_s, walk_there, by, rides, from_stop)
            _, homeward = _search(
                back, homes.egress, home, -back_at, from_service_s, walk_back, -end, rides_back, to_stop
            )
            i, j, changes, walk = _best_pair(out, homeward, wish)
            if changes <= most:
                break
        if changes < FAR_S:
            found[n, 0], found[n, 1], found[n, 2], found[n, 3] = changes, walk, out[i, 0], -homeward[j, 0]
            best[home] = min(best[home], changes)
    return found


@compiled
def _best_pair(out: Ints, back: Ints, wish: Wish) -> tuple[int, int, int, int]:
    """Positions of the way out and the way back that fit together with fewest changes, then least walking."""
    best_i, best_j, changes, walk = 0, 0, FAR_S, FAR_S
    for i in range(len(out)):
        start = start_after(out[i, 0], wish.open_s, wish.close_s, wish.stay_s)
        for j in range(len(back)):
            if start + wish.stay_s > -back[j, 0]:
                continue
            n = max(out[i, 1] - 1, 0) + max(back[j, 1] - 1, 0)
            w = out[i, 2] + back[j, 2]
            if n < changes or (n == changes and w < walk):
                best_i, best_j, changes, walk = i, j, n, w
    return best_i, best_j, changes, walk


@compiled
def _latest(rides: Rides, to_root_s: Ints, leave: int, arrive_by: int) -> Ints:
    """The latest time at each stop from which at most so many rides reach the root in time; shape (rides + 1, stops).

    What a search must not go beyond: without it, every way through the whole county would be followed.
    """
    dep_stop, arr_stop, trip, dep_s, arr_s = rides.dep_stop, rides.arr_stop, rides.trip, rides.dep_s, rides.arr_s
    board_ok, alight_ok = rides.board_ok, rides.alight_ok
    into, into_stop, into_s = rides.into.indptr, rides.into.stop, rides.into.seconds
    board = np.full((_MOST_RIDES + 1, len(to_root_s)), -FAR_S, np.int32)
    alight = np.full((_MOST_RIDES + 1, len(to_root_s)), -FAR_S, np.int32)
    needed = np.full(rides.trips, _MOST_RIDES + 1, np.int32)
    for c in range(position_of(dep_s, arrive_by + 1) - 1, -1, -1):
        if dep_s[c] < leave:
            break
        need = needed[trip[c]]
        if alight_ok[c]:
            here, time = arr_stop[c], arr_s[c]
            if to_root_s[here] < FAR_S and time + to_root_s[here] <= arrive_by:
                need = 1
            if alight[_MOST_RIDES, here] >= time:
                for k in range(1, need - 1):
                    if alight[k, here] >= time:
                        need = k + 1
                        break
        if need > _MOST_RIDES:
            continue
        needed[trip[c]] = need
        if not board_ok[c]:
            continue
        for k in range(need, _MOST_RIDES + 1):
            if board[k, dep_stop[c]] > -FAR_S:
                break
            board[k, dep_stop[c]] = dep_s[c]
            for n in range(into[dep_stop[c]], into[dep_stop[c] + 1]):
                alight[k, into_stop[n]] = max(alight[k, into_stop[n]], dep_s[c] - into_s[n])
    return board


@compiled
def _least_changes(latest: Ints, access: Legs, home: int, leave: int, on_foot: int, arrive_by: int) -> int:
    """How many changes a way needs at least."""
    if on_foot < FAR_S and leave + on_foot <= arrive_by:
        return 0
    for k in range(1, _MOST_RIDES + 1):
        for n in range(access.indptr[home], access.indptr[home + 1]):
            if latest[k, access.stop[n]] >= leave + access.seconds[n]:
                return k - 1
    return _MOST_RIDES - 1


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
    """All ways from home to the root of at most so many rides that are not worse in time, rides and walking at once.

    Labels: stop, ready to board, rides, walking, the label one boarded at before, that ride's first and last
    connection, the stop's next label. Finals: arrival, rides, walking, label one boarded at, first and last
    connection of the last ride, last walk.
    """
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
        if latest[min(most, _MOST_RIDES), access.stop[k]] < leave + walk:
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
                if arr_s[c] + step <= latest[min(most - count, _MOST_RIDES), to]:
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
