"""Small made-up service days, and visits counted out by hand: every way there with every way back.

The counting shares nothing with the package: it knows trips as lists of stop times, and it tries every minute.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.travel.hours import OpenDay
from sempre_geo.travel.profiles import FAR_S, legs_from_pairs, rides_of_day, turned
from sempre_geo.travel.there_and_back import Homes, Town
from sempre_geo.travel.timetable import ServiceDay
from sempre_geo.travel.visits import Ground, Question, Site

DAY = date(2026, 11, 24)


@dataclass
class Small:
    """A place where all times are whole minutes.

    ``trips`` lists (stop, arrival, departure, may get on, may get off); walks are {(a, b): minutes}.
    """

    stops: int
    trips: list[list[tuple[int, int, int, bool, bool]]]
    footpaths: dict[tuple[int, int], int] = field(default_factory=dict)
    change: list[int] = field(default_factory=list)
    to_home: dict[int, int] = field(default_factory=dict)
    from_home: dict[int, int] = field(default_factory=dict)
    to_service: dict[int, int] = field(default_factory=dict)
    from_service: dict[int, int] = field(default_factory=dict)
    walk_there: int | None = None
    walk_back: int | None = None
    hours: list[tuple[int, int]] = field(default_factory=list)
    stay: int = 5
    earliest: int = 0
    latest: int = 120

    def day(self) -> ServiceDay:
        """As the package sees it."""
        rows = [
            (a[0], b[0], trip, seq, a[2] * 60, b[1] * 60, a[3], b[4])
            for trip, calls in enumerate(self.trips)
            for seq, (a, b) in enumerate(pairwise(calls))
        ]
        rows.sort(key=lambda row: (row[4], row[5], row[3]))
        columns = [np.array(column) for column in zip(*rows, strict=True)] if rows else [np.zeros(0)] * 8
        paths = sorted(self.footpaths.items())
        booked = np.zeros(len(rows), dtype=bool)
        return ServiceDay(
            day=DAY,
            zone=ZoneInfo("Europe/Riga"),
            stops=gpd.GeoDataFrame(
                {"name": [f"Stop {n}" for n in range(self.stops)], "wheelchair_boarding": 0},
                index=pd.Index([f"s{n}" for n in range(self.stops)], name="stop_id"),
                geometry=gpd.points_from_xy([25.0] * self.stops, [57.0] * self.stops),
                crs="EPSG:4326",
            ),
            trips=pd.DataFrame({"trip_id": [f"t{n}" for n in range(len(self.trips))], "route": "1", "wheelchair": 0}),
            dep_stop=columns[0].astype(np.int32),
            arr_stop=columns[1].astype(np.int32),
            trip=columns[2].astype(np.int32),
            seq=columns[3].astype(np.int32),
            dep_s=columns[4].astype(np.int32),
            arr_s=columns[5].astype(np.int32),
            board_ok=columns[6].astype(bool),
            alight_ok=columns[7].astype(bool),
            book_board=booked,
            book_alight=booked,
            foot_indptr=np.concatenate(
                [[0], np.cumsum(np.bincount([a for (a, _), _ in paths], minlength=self.stops))]
            ).astype(np.int32),
            foot_stop=np.array([b for (_, b), _ in paths], dtype=np.int32),
            foot_s=np.array([60 * m for _, m in paths], dtype=np.int32),
            change_s=np.array(self.change or [60] * self.stops, dtype=np.int32)
            * np.int32(1 if not self.change else 60),
        )

    def town(self) -> Town:
        """One home and one service, as the package sees them."""
        there = rides_of_day(self.day())
        return Town(
            there=there,
            back=turned(there),
            homes=Homes(access=_legs(self.from_home), egress=_legs(self.to_home)),
            to_service_s=_seconds(self.to_service, self.stops),
            from_service_s=_seconds(self.from_service, self.stops),
            walk_there_s=np.array([FAR_S if self.walk_there is None else self.walk_there * 60], np.int32),
            walk_back_s=np.array([FAR_S if self.walk_back is None else self.walk_back * 60], np.int32),
        )

    def ground(self, *, on_road: bool = True) -> Ground:
        """The day with its one home."""
        town = self.town()
        return Ground(town.there, town.back, town.homes, np.array([on_road]))

    def site(self, hours: OpenDay | None = None, *, service_id: str = "service") -> Site:
        """The one service; its walks are those there, taken for both ways as on streets."""
        stops = np.array(sorted(self.to_service), dtype=np.int32)
        seconds = np.array([60 * self.to_service[stop] for stop in stops], dtype=np.int32)
        there, back = (([0], [w * 60]) if w is not None else ([], []) for w in (self.walk_there, self.walk_back))
        walks = [np.array(part, dtype=np.int32) for part in (*there, *back)]
        return Site(service_id, hours or OpenDay(tuple(self.hours)), stops, seconds, *walks)

    def question(self) -> Question:
        """What is asked."""
        return Question(self.stay, self.earliest, self.latest)


def _legs(walks: dict[int, int]):
    stops = np.array(list(walks), dtype=np.int32)
    return legs_from_pairs(
        np.zeros(len(walks), np.int32), stops, np.array([60 * walks[s] for s in walks], np.int32), places=1
    )


def _seconds(walks: dict[int, int], stops: int):
    return np.array([walks[s] * 60 if s in walks else FAR_S for s in range(stops)], np.int32)


@dataclass(frozen=True)
class Counted:
    """The answer by trying everything: minutes away, changes, walking; how many arrivals work."""

    away: int | None
    changes: int = 0
    walking: int = 0
    arrivals: int = 0


def count_visits(small: Small) -> Counted:  # noqa: C901 - everything is tried in one place, to be read at once
    """Try every minute of leaving, every way there, every stay, every way back."""

    def ways(minute, from_here, to_there, on_foot, until):  # noqa: C901 - as above
        """All (arrival, rides, walking) of one who sets out at a minute; waiting anywhere is allowed."""
        found, seen, todo = set(), set(), []
        if on_foot is not None and minute + on_foot <= until:
            found.add((minute + on_foot, 0, on_foot))
        todo = [(stop, minute + walk, 0, walk) for stop, walk in from_here.items()]
        while todo:
            state = todo.pop()
            if state in seen:
                continue
            seen.add(state)
            stop, ready, rides, walked = state
            for calls in small.trips:
                for first, (at, _, departs, may_board, _) in enumerate(calls[:-1]):
                    if at != stop or departs < ready or not may_board:
                        continue
                    for off, arrives, _, _, may_alight in calls[first + 1 :]:
                        if not may_alight or arrives > until or rides == 6:
                            continue
                        if off in to_there and arrives + to_there[off] <= until:
                            found.add((arrives + to_there[off], rides + 1, walked + to_there[off]))
                        todo.append((off, arrives + (small.change[off] if small.change else 1), rides + 1, walked))
                        for (a, b), walk in small.footpaths.items():
                            if a == off:
                                todo.append((b, arrives + walk, rides + 1, walked + walk))
        return frozenset(found)

    @cache
    def home_from(minute):
        return ways(minute, small.from_service, small.to_home, small.walk_back, small.latest)

    best, works, ways_out = None, {}, {}
    for leave in range(small.earliest, small.latest + 1):
        ways_out[leave] = ways(leave, small.from_home, small.to_service, small.walk_there, small.latest)
        for arrive, rides, walked in ways_out[leave]:
            for opens, closes in small.hours:
                start = max(arrive, opens)
                if start + small.stay > closes:
                    continue
                for home, rides_back, walked_back in home_from(start + small.stay):
                    away = home - leave
                    value = (away, max(rides - 1, 0) + max(rides_back - 1, 0), walked + walked_back)
                    best = value if best is None else min(best, value)
                    works.setdefault((leave, arrive), set()).add(opens)
    if best is None:
        return Counted(None)
    return Counted(*best, arrivals=_arrivals(small, ways_out, works))


def _arrivals(small: Small, ways_out, works) -> int:
    """Different arrivals that work: no later departure arrives as early; walking counts once an opening interval."""
    pairs = {(leave, min(a for a, _, _ in found)) for leave, found in ways_out.items() if found}
    # A later departure that arrives as early, or walking all the way, makes a ride not worth counting.
    useful = {
        (d, a)
        for d, a in pairs
        if not any(d2 > d and a2 <= a for d2, a2 in pairs) and not any(d2 == d and a2 < a for d2, a2 in pairs)
    }
    if small.walk_there is None:
        return len({a for d, a in useful if (d, a) in works})
    ridden = {a for d, a in useful if (d, a) in works and d > a - small.walk_there}
    walked = {o for (d, a), opens in works.items() if a - d == small.walk_there for o in opens if _first(small, o) == a}
    return len(ridden) + len(walked)


def _first(small: Small, opens: int) -> int:
    return max(opens, small.earliest + small.walk_there)


def random_small(seed: int) -> Small:
    """A small place: crossing lines, footpaths, places without getting on or off, odd opening hours."""
    pick = random.Random(seed)
    stops = pick.randint(4, 7)
    near = range(stops // 2 + 1)  # the home's end; the service lies at the other, so that changes are needed
    trips = []
    for _ in range(pick.randint(2, 3)):
        line = pick.sample(range(stops), pick.randint(2, 4))
        trips += [_run(pick, line if pick.random() < 0.5 else line[::-1]) for _ in range(pick.randint(1, 5))]
    opens = sorted(pick.sample(range(10, 115), 4))
    far = range(stops // 2, stops)
    return Small(
        stops=stops,
        trips=trips,
        footpaths={
            (a, b): pick.randint(1, 9) for a in range(stops) for b in range(stops) if a != b and pick.random() < 0.15
        },
        change=[pick.randint(1, 4) for _ in range(stops)],
        from_home=_walks(pick, near),
        to_home=_walks(pick, near),
        to_service=_walks(pick, far),
        from_service=_walks(pick, far),
        walk_there=pick.randint(5, 50) if pick.random() < 0.2 else None,
        walk_back=pick.randint(5, 50) if pick.random() < 0.2 else None,
        hours=[(opens[0], opens[2])] if pick.random() < 0.5 else [(opens[0], opens[1]), (opens[2], opens[3])],
        stay=pick.randint(1, 15),
        earliest=pick.randint(0, 10),
        latest=pick.randint(100, 120),
    )


def _walks(pick: random.Random, stops: range) -> dict[int, int]:
    return {stop: pick.randint(0, 12) for stop in stops if pick.random() < 0.6}


def _run(pick: random.Random, line: list[int]) -> list[tuple[int, int, int, bool, bool]]:
    at, calls = pick.randint(-5, 100), []
    for stop in line:
        leaves = at + pick.choice([0, 0, 0, 2])
        calls.append((stop, at, leaves, pick.random() > 0.05, pick.random() > 0.05))
        at = leaves + pick.randint(1, 9)
    return calls
