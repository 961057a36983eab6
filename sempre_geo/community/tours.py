"""Tours: in which order to visit places on which days, so that all are seen and one is home early.

All sums are exact. Waiting at a door is allowed, so that being somewhere earlier is never worse; therefore the
earliest end of each set of places with each last one decides, and nothing better is overlooked (Held and Karp).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

MOST_STOPS = 8
Intervals = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Stop:
    """A place to visit: how long one stays, and for each day of the tour when its door is open (minutes of the day)."""

    id: str
    stay_min: int
    open: tuple[Intervals, ...]


@dataclass(frozen=True)
class Visit:
    """One stop of a tour: when one arrives, begins and ends, in minutes of the day, and the way there."""

    stop_id: str
    arrive: int
    begin: int
    end: int
    way_min: int


@dataclass(frozen=True)
class Day:
    """One day of a tour: its date, when one sets out, its visits in order, and when one is back."""

    on: date
    leave: int
    visits: tuple[Visit, ...]
    back: int


@dataclass(frozen=True)
class Tour:
    """The days with at least one visit, and the stops that no day has room for."""

    days: tuple[Day, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Round:
    """The best order of some stops on one day: its end and the stops' positions."""

    end: int
    order: tuple[int, ...]


def plan_tour(
    stops: Sequence[Stop], minutes: NDArray[np.float64], *, days: Sequence[date], earliest_min: int, latest_min: int
) -> Tour:
    """The tour that visits the most stops, on the fewest days, and is home the earliest summed over its days.

    Parameters
    ----------
    stops
        At most :data:`MOST_STOPS`, the most important first: it is the last that is left out.
    minutes
        By road from row to column; row and column 0 are where the tour starts and ends, the others are the stops
        in order. Infinite where there is no way.
    days
        The days one could go; each stop says for each of them when it is open.
    earliest_min, latest_min
        One sets out not before, and is back by, in minutes of the day.

    Raises
    ------
    InputError
        There are too many stops, or one sets out after one has to be back.

    References
    ----------
    Held, M. and Karp, R. M. (1962). A dynamic programming approach to sequencing problems. Journal of the Society
    for Industrial and Applied Mathematics 10, 196-210. https://doi.org/10.1137/0110015

    Examples
    --------
    >>> road = np.array([[0.0, 30.0], [30.0, 0.0]])
    >>> hall = Stop("hall", 60, (((600, 720),),))
    >>> tour = plan_tour([hall], road, days=[date(2026, 12, 1)], earliest_min=480, latest_min=1080)
    >>> tour.days[0].leave, tour.days[0].visits[0].begin, tour.days[0].back
    (570, 600, 690)
    >>> plan_tour([hall], road, days=[date(2026, 12, 1)], earliest_min=700, latest_min=1080).left_out
    ('hall',)
    """
    check_tour(stops, days=days, earliest_min=earliest_min, latest_min=latest_min)
    ways = np.where(np.isfinite(minutes), np.ceil(np.where(np.isfinite(minutes), minutes, 0.0) - 1e-9), math.inf)
    rounds = [
        _rounds(stops, ways, day=number, earliest_min=earliest_min, latest_min=latest_min)
        for number in range(len(days))
    ]
    chosen = _spread(rounds, stops=len(stops))
    made = tuple(
        _as_day(stops, ways, days[number], order=order, day=number, earliest_min=earliest_min)
        for number, order in chosen
    )
    seen = {visit.stop_id for day in made for visit in day.visits}
    return Tour(made, tuple(stop.id for stop in stops if stop.id not in seen))


def check_tour(stops: Sequence[Stop], *, days: Sequence[date], earliest_min: int, latest_min: int) -> None:
    """Refuse what no tour can be made of.

    Raises
    ------
    InputError
        As :func:`plan_tour`.
    """
    if not stops or not days:
        raise InputError(_("A tour needs at least one place and one day."))
    if len(stops) > MOST_STOPS:
        raise InputError(_("A tour has at most {n} places; plan a second one for the others.").format(n=MOST_STOPS))
    if earliest_min >= latest_min:
        raise InputError(_("A tour must set out before it has to be back."))


def _rounds(
    stops: Sequence[Stop], ways: NDArray[np.float64], *, day: int, earliest_min: int, latest_min: int
) -> Mapping[int, _Round]:
    """For each set of stops (as bits) that fits into a day: the order that ends the earliest."""
    best: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {(0, -1): (float(earliest_min), ())}
    found: dict[int, _Round] = {}
    for members in range(1 << len(stops)):
        for last in (-1, *range(len(stops))):
            if (members, last) not in best:
                continue
            at, order = best[members, last]
            home = at + (ways[last + 1, 0] if order else 0.0)
            if home <= latest_min and (
                members not in found or (home, order) < (found[members].end, found[members].order)
            ):
                found[members] = _Round(int(home), order)
            for nxt, end in _onward(stops, ways, at=at, last=last, members=members, day=day):
                key, reached = (members | 1 << nxt, nxt), (end, (*order, nxt))
                if key not in best or reached < best[key]:
                    best[key] = reached
    return found


def _onward(
    stops: Sequence[Stop], ways: NDArray[np.float64], *, at: float, last: int, members: int, day: int
) -> Iterator[tuple[int, float]]:
    """Stops one could see next, with the end of the visit there."""
    for nxt, stop in enumerate(stops):
        if not members >> nxt & 1:
            begin = _begin(stop, at + ways[last + 1, nxt + 1], day=day)
            if math.isfinite(begin):
                yield nxt, begin + stop.stay_min


def _begin(stop: Stop, arrive: float, *, day: int) -> float:
    """When a visit can begin for who arrives then; infinity if it cannot on that day."""
    for opens, closes in sorted(stop.open[day]):
        begin = max(arrive, float(opens))
        if begin + stop.stay_min <= closes:
            return begin
    return math.inf


def _spread(rounds: Sequence[Mapping[int, _Round]], *, stops: int) -> list[tuple[int, tuple[int, ...]]]:
    """Which stops on which day: most stops, the first ones rather than the last, fewest days, earliest ends."""
    best: dict[int, tuple[int, int, tuple[tuple[int, tuple[int, ...]], ...]]] = {0: (0, 0, ())}
    for number, possible in enumerate(rounds):
        after = dict(best)
        for seen, (used, ends, days) in best.items():
            for members, round_ in possible.items():
                if members and not members & seen:
                    reached = (used + 1, ends + round_.end, (*days, (number, round_.order)))
                    after[seen | members] = min(after.get(seen | members, reached), reached)
        best = after
    most = max(best, key=lambda seen: (seen.bit_count(), [seen >> place & 1 for place in range(stops)]))
    return list(best[most][2])


def _as_day(
    stops: Sequence[Stop], ways: NDArray[np.float64], on: date, *, order: Sequence[int], day: int, earliest_min: int
) -> Day:
    """The times of a day; one sets out as late as the first door allows."""
    first = ways[0, order[0] + 1]
    leave = int(_begin(stops[order[0]], earliest_min + first, day=day) - first)
    at, last, visits = float(leave), -1, []
    for position in order:
        way = ways[last + 1, position + 1]
        begin = _begin(stops[position], at + way, day=day)
        end = begin + stops[position].stay_min
        visits.append(Visit(stops[position].id, int(at + way), int(begin), int(end), int(way)))
        at, last = end, position
    return Day(on, leave, tuple(visits), int(at + ways[last + 1, 0]))
