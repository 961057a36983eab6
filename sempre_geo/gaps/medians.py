"""The p-median without capacities: a Lagrangian bound, an interchange search, and branching on what they leave open.

The textbook model has a variable for each pair of place and candidate, and HiGHS takes minutes for 400 of each. The
bound of Cornuejols, Fisher & Nemhauser needs only sums over the matrix; on most maps it rules out nearly every
candidate at once, and what is left is tried with and without the candidate that counts most.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

_Matrix = NDArray[np.float64]
_Columns = NDArray[np.int64]
_LEAST_STEP = 0.005
_EXCHANGE_EVERY = 100
_ALIKE = 1e-9  # relative: two sums of the same costs in another order
_WHOLE = 1e-6


@dataclass(frozen=True)
class _Pace:
    """How long the bound of one part is worked at: the whole of it longer than what branching leaves of it."""

    step: float
    patience: int
    most: int
    exchanging: bool


_WHOLE_PACE = _Pace(step=2.0, patience=25, most=5000, exchanging=True)
_PART_PACE = _Pace(step=0.5, patience=6, most=20, exchanging=False)


@dataclass(frozen=True)
class Watch:
    """How long a search may go on, whom it tells of better choices, and who may end it."""

    until: float = np.inf
    tell: Callable[[float, float], bool] | None = None
    stopped: Callable[[], bool] | None = None


class _Search:
    """What is looked through, and the best choice so far."""

    def __init__(self, cost: _Matrix, sites: int, forced: _Columns, watch: Watch) -> None:
        finite = cost[np.isfinite(cost)]
        self.cost, self.sites, self.always, self.watch = cost, sites, forced, watch
        self.whole = bool((finite == np.round(finite)).all())
        self.best = np.zeros(0, dtype=np.int64)
        self.objective, self.bound, self.ended = np.inf, float(cost.min(axis=1).sum()), False

    @property
    def target(self) -> float:
        """What a better choice stays below; whole costs make whole steps."""
        return self.objective - 1 + _WHOLE if self.whole else self.objective * (1 - _ALIKE)

    def take(self, chosen: _Columns) -> None:
        """Keep a choice if it is better than the best, and say so."""
        objective = float(self.cost[:, chosen].min(axis=1).sum())
        if objective < self.objective:
            self.best, self.objective = np.sort(chosen), objective
            if self.watch.tell is not None and self.watch.tell(objective, min(self.bound, objective)):
                self.ended = True

    def over(self) -> bool:
        """Whether time is up or somebody has ended the search."""
        watch = self.watch
        self.ended = self.ended or time.monotonic() >= watch.until or (watch.stopped is not None and watch.stopped())
        return self.ended


@dataclass
class _Part:
    """The choices that hold all of ``forced`` and otherwise only ``free`` columns; none of them is below ``bound``."""

    forced: _Columns
    free: _Columns
    prices: _Matrix
    bound: float


def least_travel(
    cost: _Matrix, sites: int, *, fixed: Sequence[int] = (), watch: Watch | None = None
) -> tuple[list[int], float, float] | None:
    """The columns whose nearest one costs the rows least in all, with that sum and a bound no choice goes below.

    Parameters
    ----------
    cost
        Shape (rows, columns), >= 0, each row's cost already times its weight; infinity where there is no way.
        Each row reaches some column.
    sites
        Columns to choose, the ``fixed`` ones among them.

    Returns
    -------
    tuple of columns, objective and bound, or None
        None where no choice serves every row, or none was found before the search was ended.

    References
    ----------
    Bound: Cornuejols, Fisher & Nemhauser (1977), doi:10.1287/mnsc.23.8.789. Interchange: Teitz & Bart (1968),
    doi:10.1287/opre.16.5.955. Both with branching: Beasley (1985), doi:10.1016/0377-2217(85)90040-2.

    Examples
    --------
    >>> least_travel(np.array([[0.0, 4.0, 9.0], [4.0, 0.0, 3.0], [9.0, 3.0, 0.0]]), 1)
    ([1], 7.0, 7.0)
    >>> least_travel(np.array([[0.0, np.inf], [np.inf, 0.0]]), 1) is None
    True
    """
    forced = np.unique(np.asarray(fixed, dtype=np.int64))
    search = _Search(cost, sites, forced, watch or Watch())
    _exchange(search, _greedy(search))
    nearest = cost[:, search.best].min(axis=1) if len(search.best) else np.where(np.isinf(cost), 0.0, cost).max(axis=1)
    whole = _Part(forced, np.setdiff1d(np.arange(cost.shape[1]), forced), nearest, search.bound)
    _raise_bound(search, whole, _WHOLE_PACE)
    bound = _branch(search, whole)
    return (search.best.tolist(), search.objective, bound) if len(search.best) else None


def _greedy(search: _Search) -> _Columns:
    """One column after another, each time the one that lowers the sum most; first those that reach most rows."""
    chosen = search.always.tolist()
    nearest = search.cost[:, chosen].min(axis=1) if chosen else np.full(len(search.cost), np.inf)
    while len(chosen) < search.sites:
        with_each = np.minimum(nearest[:, None], search.cost)
        unreached = np.isinf(with_each)
        order = np.lexsort((np.where(unreached, 0.0, with_each).sum(axis=0), unreached.sum(axis=0)))
        column = next(int(one) for one in order if one not in chosen)
        chosen.append(column)
        nearest = np.minimum(nearest, search.cost[:, column])
    return np.asarray(chosen, dtype=np.int64)


def _exchange(search: _Search, chosen: _Columns) -> None:
    """Exchange one column for another as long as that helps, the best exchange first; what comes out is taken."""
    cost, chosen = search.cost, chosen.copy()
    stays = np.isin(chosen, search.always)
    while np.isfinite(cost[:, chosen].min(axis=1)).all() and not stays.all() and not search.over():
        near = cost[:, chosen]
        order = np.argsort(near, axis=1, kind="stable")
        first = np.take_along_axis(near, order[:, :1], axis=1)
        second = np.take_along_axis(near, order[:, 1:2], axis=1) if len(chosen) > 1 else np.full_like(first, np.inf)
        kept = np.minimum(first, cost)
        each = np.zeros((len(chosen), cost.shape[1]))
        np.add.at(each, order[:, 0], np.minimum(second, cost) - kept)
        each += kept.sum(axis=0)
        each[stays] = each[:, chosen] = np.inf
        leaving, coming = np.unravel_index(int(each.argmin()), each.shape)
        if not each[leaving, coming] < first.sum() * (1 - _ALIKE):
            break
        chosen[leaving] = coming
    search.take(chosen)


def _raise_bound(search: _Search, part: _Part, pace: _Pace) -> None:
    """Subgradient steps on the prices that rows pay for being served; columns that cannot help fall away."""
    prices, step, waited = part.prices, pace.step, 0
    for number in range(pace.most):
        if step < _LEAST_STEP or part.bound >= search.target or search.over():
            return
        value, chosen, worth = _relaxed(search, part, prices)
        waited += 1
        if value > part.bound:
            part.bound, part.prices, waited = value, prices, 0
        if pace.exchanging and number % _EXCHANGE_EVERY == 0:
            _exchange(search, chosen)
        _rule_out(search, part, value, worth)
        slope = 1.0 - (search.cost[:, chosen] < prices[:, None]).sum(axis=1)
        length = float(slope @ slope)
        if length == 0 or np.isinf(search.objective):
            search.take(chosen)
            return
        if waited > pace.patience:
            step, prices, waited = step / 2, part.prices, 0
        else:
            prices = np.maximum(prices + step * (search.objective - value) / length * slope, 0.0)


def _relaxed(search: _Search, part: _Part, prices: _Matrix) -> tuple[float, _Columns, _Matrix]:
    """The Lagrangian's value, the columns it would choose, and what each free column is worth (zero or less)."""
    forced = np.minimum(search.cost[:, part.forced] - prices[:, None], 0.0).sum()
    worth = np.minimum(search.cost[:, part.free] - prices[:, None], 0.0).sum(axis=0)
    chosen = np.argsort(worth, kind="stable")[: search.sites - len(part.forced)]
    value = float(prices.sum() + forced + worth[chosen].sum())
    return value, np.concatenate([part.forced, part.free[chosen]]), worth


def _rule_out(search: _Search, part: _Part, value: float, worth: _Matrix) -> None:
    """Drop the columns with which nothing better is possible, and force those without which nothing better is."""
    wanted = search.sites - len(part.forced)
    if not 0 < wanted < len(worth):
        return
    order = np.argsort(worth, kind="stable")
    inside = order[:wanted]
    useless = value + worth - worth[inside[-1]] >= search.target
    useless[inside] = False
    needed = np.zeros(len(worth), dtype=bool)
    needed[inside] = value - worth[inside] + worth[order[wanted]] >= search.target
    if useless.any() or needed.any():
        part.forced = np.concatenate([part.forced, part.free[needed]])
        part.free = part.free[~useless & ~needed]


def _branch(search: _Search, whole: _Part) -> float:
    """Try what is left with and without the column that counts most, the least bound first; returns the bound."""
    order = count()
    parts = [(whole.bound, next(order), whole)]
    while parts and parts[0][0] < search.target and not search.over():
        search.bound, _number, part = heapq.heappop(parts)
        for half in _halves(search, part):
            _raise_bound(search, half, _PART_PACE)
            if half.bound < search.target:
                heapq.heappush(parts, (half.bound, next(order), half))
    least = parts[0][0] if parts else np.inf
    return search.objective if least >= search.target else min(least, search.objective)


def _halves(search: _Search, part: _Part) -> list[_Part]:
    """The choices with the column that counts most, and those without; where nothing is left open, that is taken."""
    wanted = search.sites - len(part.forced)
    if wanted in {0, len(part.free)}:
        search.take(np.concatenate([part.forced, part.free[:wanted]]))
    if not 0 < wanted < len(part.free):
        return []
    _value, _chosen, worth = _relaxed(search, part, part.prices)
    column = int(worth.argmin())
    rest = np.delete(part.free, column)
    return [
        replace(part, forced=np.append(part.forced, part.free[column]), free=rest),
        replace(part, free=rest),
    ]
