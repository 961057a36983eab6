"""Where further services would help most: proven optima, by spopt and HiGHS and, for the p-median, our own search."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sempre_geo.errors import InputError
from sempre_geo.gaps.medians import Watch, least_travel
from sempre_geo.i18n import gettext as _

Model = Literal["mclp", "p-median", "p-center", "lscp"]
MODELS: tuple[Model, ...] = ("mclp", "p-median", "p-center", "lscp")
_RELATIVE_GAP = 1e-7  # HiGHS stops at 1e-4 by default, which is not an optimum
_CHOSEN = 0.5
_WHOLE = 1e-6  # what a bound of a number of sites may be above a whole number
_LEAST_TIME_S = 0.05
_Matrix = NDArray[np.float64]
Improvement = Callable[[float, float], bool]


@dataclass(frozen=True)
class Siting:
    """The best sites found and how good they are known to be.

    Attributes
    ----------
    sites
        Columns chosen beside the fixed ones, ascending.
    objective
        ``mclp``: weight within the limit; ``p-median``: weighted cost; ``p-center``: the worst cost;
        ``lscp``: number of sites added. Places that can reach no column at all are left out of all four.
    bound
        No choice can be better than this.
    gap
        ``|objective - bound| / |objective|``; 0 is a proven optimum.
    unreached
        Rows from which no column can be reached (``lscp`` and ``mclp``: none within the limit), ascending.
    """

    sites: tuple[int, ...]
    objective: float
    bound: float
    gap: float
    unreached: tuple[int, ...]


def locate(  # noqa: PLR0913 - each is one clause of the question, and all but three have a default
    cost: ArrayLike,
    weight: ArrayLike,
    n: int,
    *,
    model: Model,
    fixed: Sequence[int] = (),
    limit: float | None = None,
    capacity: ArrayLike | None = None,
    time_limit_s: float | None = None,
    on_improvement: Improvement | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Siting:
    """The ``n`` columns that serve the rows best, beside those that are ``fixed``.

    Pairs that cannot be reached (infinity) are left out of the model, never given a large number. The
    p-center is found exactly as the smallest cost at which a covering by ``n`` sites exists, which HiGHS
    proves far sooner than the min-max model.

    Parameters
    ----------
    cost
        Shape (places, candidates), >= 0; infinity where there is no way.
    weight
        People per place, >= 0. ``p-center`` and ``lscp`` look only at places where somebody lives.
    n
        Sites to add; ``lscp`` finds the fewest itself and takes ``n`` as the most allowed.
    fixed
        Columns that exist already.
    limit
        Largest cost that counts as served; needed by ``mclp`` and ``lscp``, not looked at by the others.
    capacity
        People each column can serve; ``p-median`` only. A place's people may be shared between columns.
    time_limit_s
        After so many seconds the best found so far is returned, with its gap.
    on_improvement
        Called with (objective, bound) at each better solution; returning True stops the search.
    stopped
        Asked every now and then, from the solver's thread; True stops the search with the best found so far.

    Raises
    ------
    InputError
        More sites than candidates, no weight, an unknown model, a limit missing or below zero, or no
        choice that serves everyone.

    References
    ----------
    MCLP: Church & ReVelle (1974), doi:10.1007/BF01942293. p-median and p-center: Hakimi (1964),
    doi:10.1287/opre.12.3.450; coverings for the p-center: Minieka (1970), doi:10.1137/1012016. LSCP:
    Toregas et al. (1971), doi:10.1287/opre.19.6.1363.

    Examples
    --------
    >>> locate([[1.0, 9.0], [9.0, 2.0]], [10, 1], 1, model="p-median").sites
    (0,)
    >>> locate([[1.0, float("inf")]], [10], 1, model="p-median").objective
    10.0
    """
    task = _checked(
        _Task(
            cost=np.atleast_2d(np.asarray(cost, dtype=np.float64)),
            weight=np.asarray(weight, dtype=np.float64),
            n=int(n),
            model=model,
            fixed=tuple(sorted(set(map(int, fixed)))),
            limit=limit,
            capacity=None if capacity is None else np.asarray(capacity, dtype=np.float64),
            time_limit_s=time_limit_s,
            on_improvement=on_improvement,
            stopped=stopped,
        )
    )
    within = np.inf if limit is None or model in {"p-median", "p-center"} else limit
    reachable = np.isfinite(task.cost) & (task.cost <= within)
    lives = task.weight > 0
    rows = np.flatnonzero(lives & reachable.any(axis=1))
    unreached = tuple(np.flatnonzero(lives & ~reachable.any(axis=1)).tolist())
    if not len(rows):
        raise InputError(
            _("No inhabited place can reach any of the candidates; choose other candidates or a wider limit.")
        )
    sites, objective, bound = _SOLVERS[model](task, rows)
    return Siting(tuple(sites), objective, bound, abs(objective - bound) / max(abs(objective), 1e-12), unreached)


@dataclass(frozen=True)
class _Task:
    cost: _Matrix
    weight: NDArray[np.float64]
    n: int
    model: Model
    fixed: tuple[int, ...]
    limit: float | None
    capacity: NDArray[np.float64] | None
    time_limit_s: float | None
    on_improvement: Improvement | None
    stopped: Callable[[], bool] | None = None

    @property
    def fixed_mask(self) -> NDArray[np.int64]:
        mask = np.zeros(self.cost.shape[1], dtype=np.int64)
        mask[list(self.fixed)] = 1
        return mask

    @property
    def sites_in_all(self) -> int:
        return self.n + len(self.fixed)

    def added(self, chosen: Sequence[int]) -> list[int]:
        return [int(site) for site in chosen if site not in self.fixed]


def _checked(task: _Task) -> _Task:
    places, candidates = task.cost.shape
    problems = [
        (
            task.model not in MODELS,
            _("there is no model '{model}' (use one of {known})").format(model=task.model, known=", ".join(MODELS)),
        ),
        (bool(np.isnan(task.cost).any() or (task.cost < 0).any()), _("a cost is missing or below zero")),
        (task.weight.shape != (places,), _("there is not one weight for each place")),
        (any(not 0 <= site < candidates for site in task.fixed), _("a fixed site is not among the candidates")),
        (
            not 0 <= task.n <= candidates - len(task.fixed),
            _("{n} sites were asked for and {left} candidates are left").format(
                n=task.n, left=candidates - len(task.fixed)
            ),
        ),
        (task.n + len(task.fixed) < 1, _("no site was asked for")),
        (task.model in {"mclp", "lscp"} and not (task.limit or 0) > 0, _("this model needs a limit above zero")),
        (task.capacity is not None and task.model != "p-median", _("capacities are for the p-median only")),
        (
            task.capacity is not None and (task.capacity.shape != (candidates,) or bool((task.capacity < 0).any())),
            _("there is not one capacity, zero or more, for each candidate"),
        ),
    ]
    if task.weight.shape == (places,):
        problems.append(
            (
                not np.isfinite(task.weight).all() or bool((task.weight < 0).any()),
                _("a weight is missing or below zero"),
            )
        )
        problems.append((not task.weight.sum() > 0, _("nobody lives in any of the places")))
    said = "; ".join(text for wrong, text in problems if wrong)
    if said:
        raise InputError(_("The siting cannot be computed: {problems}.").format(problems=said))
    return task


def _cover_most(task: _Task, rows: NDArray[np.int64]) -> tuple[list[int], float, float]:
    from spopt.locate import MCLP

    cost, weight = _finite(task.cost[rows], beyond=task.limit or 0.0), task.weight[rows]
    built = MCLP.from_cost_matrix(
        cost, weight, task.limit, p_facilities=task.sites_in_all, predefined_facilities_arr=task.fixed_mask
    )
    for served in built.cli_vars:  # whole sites make whole coverage: fewer integers, the same optimum
        served.cat = "Continuous"
    chosen, _objective, bound = _solved(built, task)
    covered = (cost[:, chosen] <= (task.limit or 0.0)).any(axis=1)
    return task.added(chosen), float(weight[covered].sum()), bound


def _travel_least(task: _Task, rows: NDArray[np.int64]) -> tuple[list[int], float, float]:
    if task.capacity is not None:
        return _travel_least_with_rooms(task, rows)
    until = np.inf if task.time_limit_s is None else time.monotonic() + task.time_limit_s
    watch = Watch(until=until, tell=task.on_improvement, stopped=task.stopped)
    weighted = task.cost[rows] * task.weight[rows, None]
    found = least_travel(weighted, task.sites_in_all, fixed=task.fixed, watch=watch)
    if found is None:
        raise _nobody_left_behind(task)
    chosen, objective, bound = found
    return task.added(chosen), objective, bound


def _travel_least_with_rooms(task: _Task, rows: NDArray[np.int64]) -> tuple[list[int], float, float]:
    from spopt.locate import PMedian

    cost, weight = task.cost[rows], task.weight[rows]
    reachable = np.isfinite(cost)
    if not _has_room(task, weight):
        raise _nobody_left_behind(task)
    built = PMedian.from_cost_matrix(
        np.where(reachable, cost, 0.0),
        weight,
        p_facilities=task.sites_in_all,
        predefined_facilities_arr=task.fixed_mask,
        facility_capacities=task.capacity,
    )
    for row, column in np.ndindex(cost.shape):
        pair = built.cli_assgn_vars[row, column]
        if not reachable[row, column]:
            pair.upBound = 0
        pair.cat = "Continuous"  # where rooms are full, a place's people are shared between sites
    chosen, objective, bound = _solved(built, task)
    return task.added(chosen), objective, bound


def _has_room(task: _Task, weight: NDArray[np.float64]) -> bool:
    """Whether the largest sites that could be added, with the fixed ones, have room for everybody."""
    capacity = np.zeros(0) if task.capacity is None else task.capacity
    fixed = list(task.fixed)
    free = np.sort(np.delete(capacity, fixed))[::-1][: task.n]
    return bool(capacity[fixed].sum() + free.sum() >= weight.sum())


def _worst_least(task: _Task, rows: NDArray[np.int64]) -> tuple[list[int], float, float]:
    """The smallest radius at which enough sites cover all; the best so far once time is over or somebody stops."""
    cost = task.cost[rows]
    radii = np.unique(cost[np.isfinite(cost)])
    until = np.inf if task.time_limit_s is None else time.monotonic() + task.time_limit_s
    low, high = 0, len(radii) - 1
    best = _covering(task, cost, float(radii[-1]))
    if best is None or len(best.sites) > task.sites_in_all:
        raise _nobody_left_behind(task)
    while low < high and time.monotonic() < until and not (task.stopped and task.stopped()):
        middle = (low + high) // 2
        within = replace(task, time_limit_s=None if np.isinf(until) else max(until - time.monotonic(), _LEAST_TIME_S))
        found = _covering(within, cost, float(radii[middle]))
        if found is not None and len(found.sites) <= task.sites_in_all:
            best, high = found, middle
        elif found is None or found.fewest > task.sites_in_all:
            low = middle + 1
        else:  # the time ended before it was known
            break
        if task.on_improvement is not None and task.on_improvement(float(radii[high]), float(radii[low])):
            break
    spare = [site for site in range(cost.shape[1]) if site not in best.sites][: task.sites_in_all - len(best.sites)]
    sites = sorted([*best.sites, *spare])
    worst = float(cost[:, sites].min(axis=1).max())
    return task.added(sites), worst, min(worst, float(radii[low]))


def _cover_all(task: _Task, rows: NDArray[np.int64]) -> tuple[list[int], float, float]:
    found = _covering(task, task.cost[rows], task.limit or 0.0, heard=True)
    if found is None:
        raise _nobody_left_behind(task)
    added = task.added(found.sites)
    if len(added) > task.n:
        raise InputError(
            _("Everyone within the limit takes {needed} more sites; {n} were allowed.").format(
                needed=len(added), n=task.n
            )
        )
    return added, float(len(added)), float(found.fewest - len(task.fixed))


@dataclass(frozen=True)
class _Covering:
    """Columns that cover every row, and how few there could be at best."""

    sites: list[int]
    fewest: int


def _covering(task: _Task, cost: _Matrix, radius: float, *, heard: bool = False) -> _Covering | None:
    """The fewest columns, fixed ones included, that cover every row within ``radius``; None if there are none."""
    from spopt.locate import LSCP

    if not (cost <= radius).any(axis=1).all():
        return None
    built = LSCP.from_cost_matrix(_finite(cost, beyond=radius), radius, predefined_facilities_arr=task.fixed_mask)
    sites, _objective, bound = _solved(built, task if heard else replace(task, on_improvement=None))
    return _Covering(sites, min(len(sites), int(np.ceil(bound - _WHOLE))))


def _solved(built: Any, task: _Task) -> tuple[list[int], float, float]:
    """Chosen columns, objective and bound; spopt's own ``solve`` would drop a solution found at the time limit."""
    import pulp

    solver = pulp.HiGHS(msg=False, gapRel=_RELATIVE_GAP, timeLimit=task.time_limit_s, threads=1, **_watched(task))
    built.problem.solve(solver)
    info = built.problem.solverModel.getInfo()
    chosen = [site for site, variable in enumerate(built.fac_vars) if (variable.varValue or 0) > _CHOSEN]
    if built.problem.status != pulp.LpStatusOptimal:
        raise _nobody_left_behind(task)
    if not np.isfinite(info.primal_solution_status) or len(chosen) < len(task.fixed) or not chosen:
        raise InputError(_("The search ended before any choice was found; allow more seconds or fewer candidates."))
    sign = -1.0 if built.problem.sense == pulp.LpMaximize else 1.0
    return chosen, sign * info.objective_function_value, sign * info.mip_dual_bound


def _watched(task: _Task) -> dict[str, Any]:
    import highspy

    if task.on_improvement is None and task.stopped is None:
        return {}
    tell, ended = task.on_improvement or _unheard, task.stopped or _goes_on
    kinds = highspy.cb.HighsCallbackType
    wanted = {"stop": False}
    sign = -1.0 if task.model == "mclp" else 1.0

    def watch(kind: Any, _message: str, out: Any, into: Any, _user: Any) -> None:
        if kind == kinds.kCallbackMipImprovingSolution:
            wanted["stop"] = tell(sign * out.objective_function_value, sign * out.mip_dual_bound) or wanted["stop"]
        elif kind == kinds.kCallbackMipInterrupt:
            into.user_interrupt = wanted["stop"] or ended()

    return {
        "callbackTuple": (watch, None),
        "callbacksToActivate": [kinds.kCallbackMipImprovingSolution, kinds.kCallbackMipInterrupt],
    }


def _unheard(_objective: float, _bound: float) -> bool:
    return False


def _goes_on() -> bool:
    return False


def _finite(cost: _Matrix, *, beyond: float) -> _Matrix:
    """Costs with infinity written as just beyond the radius: outside it, which is all a covering asks."""
    return np.where(np.isfinite(cost), cost, beyond + 1.0)


def _nobody_left_behind(task: _Task) -> InputError:
    return InputError(
        _("No choice of {n} more sites serves every place; add sites, widen the limit or use model mclp.").format(
            n=task.n
        )
    )


_SOLVERS: dict[Model, Callable[[_Task, NDArray[np.int64]], tuple[list[int], float, float]]] = {
    "mclp": _cover_most,
    "p-median": _travel_least,
    "p-center": _worst_least,
    "lscp": _cover_all,
}
