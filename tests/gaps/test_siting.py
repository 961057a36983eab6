"""Siting against exhaustive search on small random cases and the OR-Library's published optima."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse.csgraph import floyd_warshall

from sempre_geo.errors import InputError
from sempre_geo.gaps.siting import locate

CASES = 1000 if os.environ.get("SEMPRE_SLOW_TESTS") else 25
"""How many random cases of each kind: all of them where the slow tests run (CI does)."""


def _orlib(path: Path) -> tuple[np.ndarray, int]:
    numbers = [list(map(int, line.split())) for line in path.read_text().splitlines() if line.strip()]
    nodes, _edges, sites = numbers[0]
    graph = np.full((nodes, nodes), np.inf)
    for start, end, length in numbers[1:]:  # where an edge repeats, the last value wins
        graph[start - 1, end - 1] = graph[end - 1, start - 1] = length
    np.fill_diagonal(graph, 0)
    return floyd_warshall(graph), sites


@pytest.mark.parametrize(("name", "median", "center"), [("pmed1", 5819, 127), ("pmed2", 4093, 98)])
def test_the_or_library_optima_are_reproduced(shared_data, name, median, center):
    cost, sites = _orlib(shared_data / "reference" / f"{name}.txt")
    found = locate(cost, np.ones(len(cost)), sites, model="p-median")
    assert (found.objective, found.gap) == (median, pytest.approx(0, abs=1e-6))
    assert locate(cost, np.ones(len(cost)), sites, model="p-center").objective == center


def _case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    places, candidates = draw.integers(2, 8), draw.integers(2, 6)
    cost = draw.integers(0, 60, size=(places, candidates)).astype(float)
    cost[draw.random(cost.shape) < 0.15] = np.inf
    return cost, draw.integers(1, 50, size=places).astype(float)


def _exhaustive(cost, weight, n, *, model, limit, fixed):
    """The best objective over every choice, by the definition of each model."""
    reachable = np.isfinite(cost) if model in {"p-median", "p-center"} else cost <= limit
    rows = reachable.any(axis=1)
    cost, weight = cost[rows], weight[rows]
    found = []
    for added in combinations([j for j in range(cost.shape[1]) if j not in fixed], n):
        best = cost[:, [*fixed, *added]].min(axis=1)
        if model == "mclp":
            found.append(-weight[best <= limit].sum())
        elif np.isfinite(best).all():
            found.append((best * weight).sum() if model == "p-median" else best.max())
    return min(found, default=None)


@pytest.mark.parametrize("model", ["mclp", "p-median", "p-center"])
def test_small_random_cases_equal_the_exhaustive_search(model):
    for seed in range(CASES):
        cost, weight = _case(seed)
        fixed = (0,) if seed % 3 == 0 else ()
        n = 1 + seed % min(3, cost.shape[1] - len(fixed))
        limit = 25.0 if model == "mclp" else None
        expected = _exhaustive(cost, weight, n, model=model, limit=25.0, fixed=fixed)
        served = np.isfinite(cost) if limit is None else cost <= limit
        if expected is None or not served.any():
            with pytest.raises(InputError):
                locate(cost, weight, n, model=model, fixed=fixed, limit=limit)
            continue
        found = locate(cost, weight, n, model=model, fixed=fixed, limit=limit)
        assert found.objective == pytest.approx(abs(expected)), seed
        assert found.gap == pytest.approx(0, abs=1e-6)
        assert len(found.sites) == n
        assert not set(found.sites) & set(fixed)


def test_the_fewest_sites_that_serve_everyone_equal_the_exhaustive_search():
    for seed in range(CASES):
        cost, weight = _case(seed)
        rows = (cost <= 25).any(axis=1)
        if not rows.any():
            continue
        fewest = next(
            size
            for size in range(1, cost.shape[1] + 1)
            for chosen in combinations(range(cost.shape[1]), size)
            if (cost[rows][:, chosen] <= 25).any(axis=1).all()
        )
        found = locate(cost, weight, cost.shape[1], model="lscp", limit=25)
        assert (len(found.sites), found.objective, found.bound) == (fewest, fewest, fewest)
        assert found.unreached == tuple(np.flatnonzero(~rows))


def _with_capacities(cost, weight, n, *, room):
    """The least cost over every choice of sites, people sent as a transport problem (another solver) sends them."""
    rows = np.isfinite(cost).any(axis=1)
    cost, weight = cost[rows], weight[rows]
    found = []
    for sites in combinations(range(cost.shape[1]), n):
        minutes = cost[:, sites]
        rooms = np.tile(np.eye(n), len(weight))
        everybody = np.repeat(np.eye(len(weight)), n, axis=1)
        ends = [(0, None if reached else 0) for reached in np.isfinite(minutes).ravel()]
        sent = linprog(
            np.where(np.isfinite(minutes), minutes, 0).ravel(), A_ub=rooms, b_ub=room[list(sites)], A_eq=everybody,
            b_eq=weight, bounds=ends,
        )  # fmt: skip
        if sent.success:
            found.append(sent.fun)
    return min(found, default=None)


def test_small_random_cases_with_capacities_equal_the_exhaustive_search():
    for seed in range(CASES):
        cost, weight = _case(seed)
        cost, weight = cost[:5], weight[:5]
        n = min(2, cost.shape[1])
        room = np.random.default_rng(seed + 1).integers(30, 160, size=cost.shape[1]).astype(float)
        expected = _with_capacities(cost, weight, n, room=room)
        if expected is None or not np.isfinite(cost).any():
            with pytest.raises(InputError):
                locate(cost, weight, n, model="p-median", capacity=room)
            continue
        assert locate(cost, weight, n, model="p-median", capacity=room).objective == pytest.approx(expected), seed


def test_capacities_send_people_on_to_the_second_nearest():
    # Both places are nearest to site 0, which takes only one of them.
    found = locate([[1.0, 5.0], [1.0, 3.0]], [10, 10], 2, model="p-median", capacity=[10, 10])
    assert found.objective == 10 * 1 + 10 * 3
    shared = locate([[1.0, 5.0]], [10], 2, model="p-median", capacity=[6, 6])
    assert shared.objective == 6 * 1 + 4 * 5, "a village may go to two places"


def test_a_time_limit_gives_the_best_so_far_with_its_gap_and_a_stop_is_heard():
    draw = np.random.default_rng(1)
    cost = draw.integers(1, 100, size=(60, 60)).astype(float)
    heard = []

    def stop_at_once(objective: float, bound: float) -> bool:
        heard.append((objective, bound))
        return True

    found = locate(cost, np.ones(60), 6, model="p-median", on_improvement=stop_at_once)
    assert len(found.sites) == 6
    assert found.objective >= found.bound - 1e-6
    assert found.gap == pytest.approx((found.objective - found.bound) / found.objective)
    assert all(objective >= bound - 1e-6 for objective, bound in heard)


def test_the_worst_way_is_shown_with_its_bound_and_can_be_stopped():
    cost = np.random.default_rng(3).integers(1, 200, size=(25, 12)).astype(float)
    heard = []
    best = locate(cost, np.ones(25), 3, model="p-center")
    assert best.gap == 0

    def stop_at_once(objective: float, bound: float) -> bool:
        heard.append((objective, bound))
        return True

    found = locate(cost, np.ones(25), 3, model="p-center", on_improvement=stop_at_once)
    assert len(heard) == 1
    assert found.bound <= best.objective <= found.objective
    assert found.gap == pytest.approx((found.objective - found.bound) / found.objective)


@pytest.mark.parametrize(
    ("weight", "n", "options", "says"),
    [
        ([1, 1], 3, {"model": "p-median"}, "3 sites were asked for and 2 candidates are left"),
        ([0, 0], 1, {"model": "p-median"}, "nobody lives"),
        ([1, 1], 1, {"model": "mclp"}, "needs a limit"),
        ([1, 1], 1, {"model": "mclp", "limit": -5}, "needs a limit above zero"),
        ([1, 1], 1, {"model": "best"}, "no model 'best'"),
        ([1, 1], 1, {"model": "p-median", "fixed": [7]}, "not among the candidates"),
        ([1], 1, {"model": "p-median"}, "one weight for each place"),
        ([1, 1], 1, {"model": "p-median", "capacity": [1]}, "not one capacity"),
        ([5, 5], 1, {"model": "p-median", "capacity": [7, 7]}, "No choice of 1 more sites"),
        ([1, 1], 1, {"model": "mclp", "limit": 2, "capacity": [7, 7]}, "for the p-median only"),
    ],
)
def test_what_cannot_be_sited_is_refused_in_a_sentence(weight, n, options, says):
    with pytest.raises(InputError, match=says):
        locate([[1.0, 2.0], [3.0, 4.0]], weight, n, **options)
