"""There, a stay inside the opening hours, and back home: the ways out and the ways home of every home, met.

For each home the departures of all stops in reach become one row: for every arrival at the service the latest
time to leave home. The way back gives another: for every departure from the service the earliest time home.
Which departure follows which arrival depends on the opening hours and the stay only, so a home costs a few
microseconds, and other hours, other stays and other limits are tried without looking at the timetable again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sempre_geo.travel.compiled import compiled
from sempre_geo.travel.profiles import FAR_S, Ints, Legs, Profile, Rides, position_of, twice


class Homes(NamedTuple):
    """How homes reach stops on foot: walks from each home to stops, and from stops back to it."""

    access: Legs
    egress: Legs


class Door(NamedTuple):
    """How one service is reached.

    Attributes
    ----------
    there, back
        The day's journeys to it, and from it (turned round in time).
    walk_there_s, walk_back_s
        Seconds from each home on foot all the way and back, ``FAR_S`` where too far; int32, shape (homes,).
    """

    there: Profile
    back: Profile
    walk_there_s: Ints
    walk_back_s: Ints


class Wish(NamedTuple):
    """What a visit must respect; all in seconds after midnight.

    Attributes
    ----------
    open_s, close_s
        The opening intervals, ascending and apart; int32.
    stay_s
        How long one stays, inside one interval.
    earliest_s, latest_s
        Leave home not before, be home by.
    """

    open_s: Ints
    close_s: Ints
    stay_s: int
    earliest_s: int
    latest_s: int


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

    @property
    def homeward(self) -> Town:
        """The same turned round in time: what is a way there in it is a way home."""
        return Town(
            self.back, self.there, Homes(self.homes.egress, self.homes.access), self.from_service_s,
            self.to_service_s, self.walk_back_s, self.walk_there_s,
        )  # fmt: skip


class Windows(NamedTuple):
    """Visits of the least time away, several a home where several are equally good; int32.

    Attributes
    ----------
    home
        Position of the home.
    leave_home_s, home_s
        When the visit begins and ends at home.
    arrive_s, leave_s
        The earliest possible arrival at the service after leaving so late, and the latest departure from
        it that is home as early.
    """

    home: Ints
    leave_home_s: Ints
    arrive_s: Ints
    leave_s: Ints
    home_s: Ints


@dataclass(frozen=True)
class Meetings:
    """What is possible for each home at one service; arrays of int32, shape (homes,).

    Attributes
    ----------
    away_s
        The least time away from home; ``FAR_S`` where there is no visit.
    visits
        How many different arrivals work. Journeys that leave no later and arrive no earlier than another do
        not count; who can walk all the way arrives at any time, which counts once an opening interval.
    first_start_s, last_start_s
        When the day's first and last visit start.
    first_leave_s, first_arrival_s
        The earliest possible arrival and when one leaves home for it, whether the service is open or not;
        ``FAR_S`` where there is no way there.
    last_leave_s, last_home_s
        The latest departure from the service with which one is home in time, and when; ``-FAR_S`` where there is none.
    windows
        The best visits of homes whose ``away_s`` is within the bound.
    """

    away_s: Ints
    visits: Ints
    first_start_s: Ints
    last_start_s: Ints
    first_leave_s: Ints
    first_arrival_s: Ints
    last_leave_s: Ints
    last_home_s: Ints
    windows: Windows


def wish_in_seconds(intervals_min: list[tuple[int, int]], *, stay_min: int, earliest_min: int, latest_min: int) -> Wish:
    """A wish given in minutes, as people and pages give it.

    >>> wish_in_seconds([(540, 720)], stay_min=60, earliest_min=360, latest_min=1320).close_s.tolist()
    [43200]
    """
    hours = np.array(intervals_min, dtype=np.int32).reshape(-1, 2) * np.int32(60)
    return Wish(hours[:, 0].copy(), hours[:, 1].copy(), stay_min * 60, earliest_min * 60, latest_min * 60)


def always_open(wish: Wish) -> Wish:
    """The same wish at a service that never closes."""
    return wish._replace(open_s=np.array([-86400], np.int32), close_s=np.array([3 * 86400], np.int32))


def meetings(homes: Homes, door: Door, wish: Wish, *, bound_s: Ints | None = None) -> Meetings:
    """The visits of every home at one service.

    Parameters
    ----------
    homes
        All homes.
    door
        The service's journeys.
    wish
        Opening hours, stay and limits.
    bound_s
        Windows are given of homes whose time away is at most this; none without it.
    """
    bound = np.full(len(door.walk_there_s), -1, np.int32) if bound_s is None else bound_s
    table, windows = _meetings(homes, door, wish, bound)
    away, visits, first, last, first_leave, first_arrival, last_leave, last_home = table
    return Meetings(
        away, visits, first, last, first_leave, first_arrival, last_leave, last_home,
        Windows(*np.ascontiguousarray(windows.T)),
    )  # fmt: skip


@compiled
def start_after(arrival: int, open_s: Ints, close_s: Ints, stay: int) -> int:
    """The earliest start of a stay not before ``arrival`` and wholly inside one interval."""
    for k in range(len(open_s)):
        start: int = max(arrival, open_s[k])
        if start + stay <= close_s[k]:
            return start
    return FAR_S


@compiled
def _start_before(departure: int, open_s: Ints, close_s: Ints, stay: int) -> int:
    """The latest start of a stay that is over by ``departure``."""
    for k in range(len(open_s) - 1, -1, -1):
        start: int = min(departure, close_s[k]) - stay
        if start >= open_s[k]:
            return start
    return -FAR_S


@compiled
def latest_departures(row: Ints, home: int, legs: Legs, profile: Profile) -> None:
    """Fill the row with the latest time to leave home for each arrival, -FAR_S for none."""
    row[:] = -FAR_S
    indptr, dep_s, arrival = profile.indptr, profile.dep_s, profile.arrival
    for leg in range(legs.indptr[home], legs.indptr[home + 1]):
        stop, walk = legs.stop[leg], legs.seconds[leg]
        for n in range(indptr[stop], indptr[stop + 1]):
            leave = dep_s[n] - walk
            if leave > row[arrival[n]]:
                row[arrival[n]] = leave
    for i in range(1, len(row)):
        row[i] = max(row[i], row[i - 1])


@compiled
def _meetings(homes: Homes, door: Door, wish: Wish, bound: Ints) -> tuple[Ints, Ints]:
    there_s, back_s = door.there.arrival_s, door.back.arrival_s
    starts, followed_by, last_starts = _pairs(there_s, back_s, wish)
    out, back = np.empty(len(there_s), np.int32), np.empty(len(back_s), np.int32)
    options = np.empty((len(there_s) + len(back_s) + 2 * len(wish.open_s), 4), np.int32)
    table = np.empty((8, len(door.walk_there_s)), np.int32)
    windows, found = np.empty((256, 5), np.int32), 0
    for c in range(len(door.walk_there_s)):
        latest_departures(out, c, homes.access, door.there)
        latest_departures(back, c, homes.egress, door.back)
        walk_there, walk_back = door.walk_there_s[c], door.walk_back_s[c]
        table[4, c], table[5, c] = _first_arrival(out, there_s, walk_there, wish.earliest_s)
        table[6, c], table[7, c] = _last_leave(back, back_s, walk_back, wish.latest_s)
        n, visits = _by_ride(options, out, back, there_s, starts, followed_by, walk_there, walk_back, wish)
        if walk_there < FAR_S:
            ridden = n
            n = _on_foot_from_opening(options, n, back, back_s, walk_there, walk_back, wish)
            visits += n - ridden
            n = _on_foot_for_a_ride(options, n, back, last_starts, walk_there, walk_back, wish)
        best, first, last = FAR_S, FAR_S, -FAR_S
        for k in range(n):
            best = min(best, options[k, 3] - options[k, 0])
            first, last = min(first, options[k, 2]), max(last, options[k, 2])
        table[0, c], table[1, c], table[2, c], table[3, c] = best, visits, first, last
        if best == FAR_S or best > bound[c]:
            continue
        for k in range(n):
            if options[k, 3] - options[k, 0] == best:
                if found == len(windows):
                    windows = twice(windows)
                windows[found, 0], windows[found, 1], windows[found, 2] = c, options[k, 0], options[k, 1]
                windows[found, 3] = _latest_leave(back, back_s, options[k, 3], walk_back)
                windows[found, 4] = options[k, 3]
                found += 1
    return table, windows[:found].copy()


@compiled
def _first_arrival(out: Ints, there_s: Ints, walk_there: int, earliest: int) -> tuple[int, int]:
    """When one leaves home for the earliest possible arrival, and that arrival."""
    leave, arrival = FAR_S, FAR_S
    for i in range(len(out)):
        if out[i] >= earliest:
            leave, arrival = out[i], there_s[i]
            break
    if walk_there < FAR_S and earliest + walk_there <= arrival:
        return earliest, earliest + walk_there
    return leave, arrival


@compiled
def _last_leave(back: Ints, back_s: Ints, walk_back: int, latest: int) -> tuple[int, int]:
    """The latest departure from the service with which one is home in time, and when one is home."""
    leave, home = -FAR_S, -FAR_S
    for j in range(len(back)):
        if back[j] > -FAR_S and -back[j] <= latest:
            leave, home = -back_s[j], -back[j]
            break
    if walk_back < FAR_S and latest - walk_back >= leave:
        return latest - walk_back, latest
    return leave, home


@compiled
def _pairs(there_s: Ints, back_s: Ints, wish: Wish) -> tuple[Ints, Ints, Ints]:
    """For each arrival its start and the way back that follows; for each way back the latest start before it."""
    starts, followed_by = np.empty(len(there_s), np.int32), np.empty(len(there_s), np.int32)
    for i in range(len(there_s)):
        starts[i] = start_after(there_s[i], wish.open_s, wish.close_s, wish.stay_s)
        followed_by[i] = position_of(back_s, 1 - starts[i] - wish.stay_s) - 1
    last_starts = np.empty(len(back_s), np.int32)
    for j in range(len(back_s)):
        last_starts[j] = _start_before(-back_s[j], wish.open_s, wish.close_s, wish.stay_s)
    return starts, followed_by, last_starts


@compiled
def _by_ride(
    options: Ints, out: Ints, back: Ints, there_s: Ints, starts: Ints, followed_by: Ints,
    walk_there: int, walk_back: int, wish: Wish,
) -> tuple[int, int]:  # fmt: skip
    """Visits that ride there: leave home, arrive, start, home.

    Returns how many, and how many of them walking does not equal.
    """
    n, counted, before = 0, 0, -FAR_S
    for i in range(len(out)):
        leave = out[i]
        if leave <= before:
            continue
        before = leave
        if leave < wish.earliest_s or (walk_there < FAR_S and leave < there_s[i] - walk_there):
            continue
        if starts[i] == FAR_S:
            continue
        home = -back[followed_by[i]] if followed_by[i] >= 0 else FAR_S
        if walk_back < FAR_S:
            home = min(home, starts[i] + wish.stay_s + walk_back)
        if home <= wish.latest_s:
            options[n, 0], options[n, 1], options[n, 2], options[n, 3] = leave, there_s[i], starts[i], home
            n += 1
            counted += walk_there == FAR_S or leave > there_s[i] - walk_there
    return n, counted


@compiled
def _on_foot_from_opening(
    options: Ints, n: int, back: Ints, back_s: Ints, walk_there: int, walk_back: int, wish: Wish
) -> int:
    """Visits that walk there for the earliest stay of each opening interval."""
    for k in range(len(wish.open_s)):
        start = max(wish.open_s[k], wish.earliest_s + walk_there)
        end = start + wish.stay_s
        if end > wish.close_s[k]:
            continue
        home = end + walk_back if walk_back < FAR_S else FAR_S
        j = position_of(back_s, 1 - end) - 1
        if j >= 0:
            home = min(home, -back[j])
        if home <= wish.latest_s:
            options[n, 0], options[n, 1], options[n, 2], options[n, 3] = start - walk_there, start, start, home
            n += 1
    return n


@compiled
def _on_foot_for_a_ride(
    options: Ints, n: int, back: Ints, last_starts: Ints, walk_there: int, walk_back: int, wish: Wish
) -> int:
    """Visits that walk there as late as each ride home allows, and the last that walks both ways."""
    before = -FAR_S
    for j in range(len(back)):
        if back[j] <= before:
            continue
        before = back[j]
        leave = last_starts[j] - walk_there
        if leave >= wish.earliest_s and -back[j] <= wish.latest_s:
            options[n, 0], options[n, 1], options[n, 2], options[n, 3] = leave, last_starts[j], last_starts[j], -back[j]
            n += 1
    if walk_back < FAR_S:
        start = _start_before(wish.latest_s - walk_back, wish.open_s, wish.close_s, wish.stay_s)
        if start - walk_there >= wish.earliest_s:
            options[n, 0], options[n, 1], options[n, 2] = start - walk_there, start, start
            options[n, 3] = start + wish.stay_s + walk_back
            n += 1
    return n


@compiled
def _latest_leave(back: Ints, back_s: Ints, home: int, walk_back: int) -> int:
    """The latest departure from the service with which one is home at ``home``."""
    latest: int = home - walk_back if walk_back < FAR_S else -FAR_S
    for j in range(len(back)):
        if -back[j] <= home:
            latest = max(latest, -back_s[j])
            break
    return latest
