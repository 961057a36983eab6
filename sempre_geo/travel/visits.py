"""Visits: there, a stay inside the opening hours, and back home the same day; for all homes at once.

The best visit has the least time away from home, then the fewest changes, then the least walking. A visit at
hours that are known goes before any at hours that are not. Where no visit exists the reason says how far one
gets, in the order a day goes:

========================  ======================================================================================
``no_road``               the home is not joined to any street
``no_stop_in_reach``      no stop can be walked to from home, or none from the service, and all the way is too far
``no_departure``          nothing that leaves home after the earliest time gets to the service that day
``closed_that_day``       it does not open between the earliest and the latest time
``closed_on_arrival``     with the first arrival of the day it is closed for good; or it opens, but only when the
                          last way home has left
``stay_too_short``        one is there while it is open, but it closes, or the last way home leaves, before the
                          stay is over
``no_return``             it is open long enough, but no way leads home by the latest time after the first arrival
``not_accessible``        there is a visit, but not with a wheelchair
========================  ======================================================================================

Waiting is allowed everywhere, so only the day's first possible arrival and its last way home decide whether a
visit exists; and so the reason of a home follows from these two moments and the opening hours alone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.i18n import gettext as _
from sempre_geo.progress import Progress, silent
from sempre_geo.travel.easiest_visits import easiest, starts
from sempre_geo.travel.hours import DAY_MIN, OpenDay, merged
from sempre_geo.travel.profiles import FAR_S, Ints, Legs, Rides, service_profile
from sempre_geo.travel.there_and_back import (
    Door,
    Homes,
    Meetings,
    Town,
    Windows,
    Wish,
    meetings,
    wish_in_seconds,
)

ASSUMED_MIN = (9 * 60, 15 * 60)
"""When a service of unknown hours is first taken to be open; said in every sentence that uses it."""

REASONS = (
    "no_road", "no_stop_in_reach", "no_departure", "closed_that_day", "closed_on_arrival", "stay_too_short",
    "no_return", "not_accessible",
)  # fmt: skip
# Which service a person without a visit is told about: the one that fails by the least.
CLOSENESS = {
    code: rank
    for rank, code in enumerate(
        (
            "stay_too_short", "closed_on_arrival", "closed_that_day", "no_return", "no_departure", "no_stop_in_reach",
            "no_road",
        )
    )
}  # fmt: skip
_BY_CLOSENESS = tuple(CLOSENESS)
_MOMENT_S = 60
_ANY_TIME = 2
_NEVER = np.iinfo(np.int64).max
_MOST_SITES = 2**20


@dataclass(frozen=True)
class Question:
    """What is asked of a day: minutes of stay, and minutes after midnight between which one is away."""

    stay_min: int
    earliest_min: int = 6 * 60
    latest_min: int = 22 * 60


@dataclass(frozen=True, eq=False)
class Ground:
    """One day of a timetable with all homes.

    Attributes
    ----------
    there, back
        The day's rides, and the same turned round in time.
    homes
        Walks between homes and stops.
    on_road
        Whether each home is joined to a street, bool.
    """

    there: Rides
    back: Rides
    homes: Homes
    on_road: NDArray[np.bool_]

    @property
    def stops(self) -> int:
        """How many stops there are."""
        return len(self.there.into.indptr) - 1


def ground_without_rides(on_road: NDArray[np.bool_]) -> Ground:
    """Homes on a day on which nothing runs: for visits by car, by bike or on foot, where only hours bind."""
    none, no_stops = np.zeros(0, np.int32), Legs(np.zeros(1, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32))
    no_walks = Legs(np.zeros(len(on_road) + 1, np.int32), none, none)
    flags = np.zeros(0, np.bool_)
    rides = Rides(none, none, none, none, none, flags, flags, none, no_stops, no_stops, 0)
    return Ground(rides, rides, Homes(no_walks, no_walks), on_road)


@dataclass(frozen=True, eq=False)
class Site:
    """One service on one day.

    Attributes
    ----------
    service_id
        Its id.
    hours
        When it is open.
    stop, stop_s
        Positions of the stops in reach and seconds on foot; int32.
    home, home_s
        Positions of the homes from which one gets there without any ride, and seconds; int32. On foot beside a
        timetable; by car or bike where there is none.
    home_back, home_back_s
        The same for the way back.
    """

    service_id: str
    hours: OpenDay
    stop: Ints
    stop_s: Ints
    home: Ints
    home_s: Ints
    home_back: Ints
    home_back_s: Ints


def category_visits(
    ground: Ground, sites: Sequence[Site], question: Question, *, progress: Progress = silent
) -> pd.DataFrame:
    """The best visit of every home among the services of one category.

    Services are spread over the cores; what is kept of each is its best so far, so memory does not grow with
    their number.

    Parameters
    ----------
    ground
        The day and the homes.
    sites
        All services of the category; among equals the first is chosen.
    question
        Stay and limits.

    Returns
    -------
    pandas.DataFrame
        One row a home, in their order: ``site`` (position of the service that is best, or fails by the least; -1 if
        there is none), ``status``, ``reason``, ``away_s, visits, first_start_s, last_start_s``, the best visit's
        ``transfers, walking_s, leave_home_s, arrive_s, start_s, end_s, leave_s, home_s`` (0 without a visit),
        ``any_time`` (only if an unknown service opens beyond the hours first assumed), and the day's first way
        there and last way home ``first_leave_s, first_arrival_s, last_leave_s, last_home_s`` at ``site``
        where there is no visit.
    """
    ledger = _Ledger(ground, question)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for done, _entered in enumerate(pool.map(ledger.enter, range(len(sites)), sites), start=1):
            progress(_("Visits by bus"), done / len(sites))
        best = pd.concat([_NO_VISITS, *pool.map(ledger.easiest, range(len(ledger.kept)))], ignore_index=True)
    best = best.sort_values(["home", "transfers", "walking_s", "leave_home_s", "site"], kind="stable")
    best = best.drop_duplicates("home").set_index("home")
    return _joined(ledger, best)


def town_of(ground: Ground, site: Site) -> Town:
    """A service and its surroundings, as the searches want it."""
    to_stop = np.full(ground.stops, FAR_S, np.int32)
    to_stop[site.stop] = site.stop_s
    there, back = np.full((2, len(ground.on_road)), FAR_S, np.int32)
    there[site.home], back[site.home_back] = site.home_s, site.home_back_s
    return Town(ground.there, ground.back, ground.homes, to_stop, to_stop, there, back)


def door_of(town: Town, question: Question) -> Door:
    """The day's journeys to and from a service."""
    return Door(
        service_profile(town.there, town.to_service_s, arrive_by_s=question.latest_min * 60),
        service_profile(town.back, town.from_service_s, arrive_by_s=-question.earliest_min * 60),
        town.walk_there_s,
        town.walk_back_s,
    )


def wishes(hours: OpenDay, question: Question) -> list[tuple[int, Wish]]:
    """What to try at a service, the surest first: rank and wish.

    Known hours first; then those at which it may be open; where nothing is known 9 to 15, then any time.
    """
    tries: list[tuple[int, tuple[tuple[int, int], ...]]] = []
    if hours.known:
        tries.append((0, hours.intervals))
    if hours.maybe:
        tries.append((1, merged((*hours.intervals, *hours.maybe))))
    elif not hours.known:
        tries += [(1, (ASSUMED_MIN,)), (2, ((0, 2 * DAY_MIN),))]
    return [
        (
            rank,
            wish_in_seconds(
                list(intervals),
                stay_min=question.stay_min,
                earliest_min=question.earliest_min,
                latest_min=question.latest_min,
            ),
        )
        for rank, intervals in tries
    ]


def closeness_of(met: Meetings, wish: Wish, *, in_reach: NDArray[np.bool_], on_road: NDArray[np.bool_]) -> Ints:
    """How far each home without a visit gets at one service, as a position in the reasons by closeness.

    The rules stand in this module's docstring; a home with a visit gets some value too.
    """
    arrival, leave = met.first_arrival_s.astype(np.int64), met.last_leave_s.astype(np.int64)
    opens, closes = wish.open_s.astype(np.int64), wish.close_s.astype(np.int64)
    today = (opens < wish.latest_s) & (closes > wish.earliest_s)
    start = np.maximum(arrival[:, None], opens[None, :])
    moment = (start + _MOMENT_S <= closes).any(axis=1)
    stay = (start + wish.stay_s <= closes).any(axis=1)
    moment_before_home = (start + _MOMENT_S <= np.minimum(closes[None, :], leave[:, None])).any(axis=1)
    code = np.select(
        [
            ~on_road,
            ~in_reach,
            arrival >= FAR_S,
            np.full(len(arrival), not today.any()),
            ~moment,
            ~stay,
            leave - arrival < _MOMENT_S,
            ~moment_before_home,
        ],
        [
            CLOSENESS[name]
            for name in (
                "no_road", "no_stop_in_reach", "no_departure", "closed_that_day", "closed_on_arrival",
                "stay_too_short", "no_return", "closed_on_arrival",
            )
        ],
        CLOSENESS["stay_too_short"],
    )  # fmt: skip
    return code.astype(np.int32)


_VISIT_COLUMNS = (
    "home", "site", "rank", "away_s", "visits", "first_start_s", "last_start_s", "transfers", "walking_s",
    "leave_home_s", "arrive_s", "start_s", "end_s", "leave_s", "home_s",
)  # fmt: skip
_NO_VISITS = pd.DataFrame({name: np.zeros(0, np.int32) for name in _VISIT_COLUMNS})
_FAILURE_COLUMNS = ("first_leave_s", "first_arrival_s", "last_leave_s", "last_home_s")


@dataclass(frozen=True, eq=False)
class _Kept:
    """Visits at one service that were the best when they were found; ``counts`` are rows of homes."""

    site: int
    rank: int
    town: Town
    wish: Wish
    windows: Windows
    counts: Ints


class _Ledger:
    """The best so far of every home; services may be entered from several threads at once."""

    def __init__(self, ground: Ground, question: Question) -> None:
        homes = len(ground.on_road)
        self._ground = ground
        self._question = question
        self._lock = threading.Lock()
        self._near_stop = np.diff(ground.homes.access.indptr) > 0
        self.order = np.full(homes, _NEVER, np.int64)
        self.kept: list[_Kept] = []
        self.failure = np.full(homes, _NEVER, np.int64)
        self.failing_site = np.full(homes, -1, np.int32)
        self.ends = np.zeros((len(_FAILURE_COLUMNS), homes), np.int32)

    def enter(self, row: int, site: Site) -> None:
        """Compute one service and keep what is not worse than the best before."""
        town = town_of(self._ground, site)
        door = door_of(town, self._question)
        for rank, wish in wishes(site.hours, self._question):
            # Clipped so that visits at hours less sure than the best are not even looked at.
            bound = np.clip(self.order - rank * FAR_S, -1, FAR_S - 1).astype(np.int32)
            met = meetings(self._ground.homes, door, wish, bound_s=bound)
            self._keep_visits(row, rank, met, town=town, wish=wish)
        in_reach = (self._near_stop & bool(len(site.stop))) | (town.walk_there_s < FAR_S)
        closeness = closeness_of(met, wish, in_reach=in_reach, on_road=self._ground.on_road)
        self._keep_failures(row, closeness, met)

    def easiest(self, at: int) -> pd.DataFrame:
        """The easiest way of each best visit at one service."""
        kept = self.kept[at]
        best = _order(kept.rank, kept.windows.home_s - kept.windows.leave_home_s) == self.order[kept.windows.home]
        windows = Windows(*(part[best] for part in kept.windows))
        if not best.any():
            return _NO_VISITS
        ways, counts = easiest(kept.town, windows, kept.wish), kept.counts[:, best]
        start = starts(ways[:, 2].copy(), kept.wish)
        return pd.DataFrame(
            {
                "home": windows.home, "site": np.int32(kept.site), "rank": np.int32(kept.rank),
                "away_s": windows.home_s - windows.leave_home_s, "visits": counts[0], "first_start_s": counts[1],
                "last_start_s": counts[2], "transfers": ways[:, 0], "walking_s": ways[:, 1],
                "leave_home_s": windows.leave_home_s, "arrive_s": ways[:, 2], "start_s": start,
                "end_s": start + np.int32(kept.wish.stay_s), "leave_s": ways[:, 3], "home_s": windows.home_s,
            }
        )  # fmt: skip

    def _keep_visits(self, row: int, rank: int, met: Meetings, *, town: Town, wish: Wish) -> None:
        windows = met.windows
        counts = np.stack([met.visits, met.first_start_s, met.last_start_s])[:, windows.home]
        with self._lock:
            possible = met.away_s < FAR_S
            self.order[possible] = np.minimum(self.order[possible], _order(rank, met.away_s[possible]))
            if len(windows.home):
                self.kept.append(_Kept(row, rank, town, wish, windows, counts))

    def _keep_failures(self, row: int, closeness: Ints, met: Meetings) -> None:
        """Of several services that fail, the one that fails by the least; of equals the first one can be at."""
        value = (closeness.astype(np.int64) * FAR_S + np.clip(met.first_arrival_s, 0, FAR_S - 1)) * _MOST_SITES + row
        with self._lock:
            less = value < self.failure
            self.failure[less] = value[less]
            self.failing_site[less] = row
            for part, name in zip(self.ends, _FAILURE_COLUMNS, strict=True):
                part[less] = getattr(met, name)[less]


def _order(rank: int, away_s: Ints) -> NDArray[np.int64]:
    """Surer hours first, then less time away, as one number."""
    return rank * FAR_S + away_s.astype(np.int64)


def _joined(ledger: _Ledger, best: pd.DataFrame) -> pd.DataFrame:
    """Homes with a visit and homes without, in their order."""
    table = best.reindex(range(len(ledger.order)), fill_value=0)
    found = table.index.isin(best.index)
    known_site = ledger.failing_site >= 0
    closeness = np.where(known_site, ledger.failure // _MOST_SITES // FAR_S, CLOSENESS["no_departure"])
    reason = np.array(_BY_CLOSENESS, dtype=object)[closeness]
    table["status"] = np.where(found, np.where(table["rank"] == 0, "ok", "ok_if_open"), "none")
    table["reason"] = np.where(found, "", reason)
    table["any_time"] = found & (table["rank"] == _ANY_TIME)
    table["site"] = np.where(found, table["site"], ledger.failing_site).astype(np.int32)
    for part, name in zip(ledger.ends, _FAILURE_COLUMNS, strict=True):
        table[name] = np.where(found, 0, part).astype(np.int32)
    return table.drop(columns="rank")
