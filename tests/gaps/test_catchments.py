"""Floating catchments against published values, direct computation and their own laws."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre_geo.errors import InputError
from sempre_geo.gaps.catchments import floating_catchment
from sempre_geo.gaps.costs import costs_from_matrix, costs_from_table
from sempre_geo.gaps.decay import binary, exponential, gaussian, gravity, step


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, dict[str, list[float]]]:
    return json.loads((shared_data / "reference" / "published_values.json").read_text())


@pytest.mark.parametrize(("method", "key"), [("2sfca", "2sfca_bin45"), ("bfca", "bfca_bin45")])
def test_five_cells_have_the_published_access(published, method, key):
    case = published["floating_catchment_five_cells"]
    access = floating_catchment(case["T_min"], case["pop"], case["jobs"], method=method, decay=binary(45))
    assert access.round(4).tolist() == case[key]


@pytest.mark.parametrize(
    ("method", "decay", "key"),
    [
        ("2sfca", gravity(1), "two_step_gravity_max61"),
        ("3sfca", gravity(1), "three_step_gravity_max61"),
        ("2sfca", binary(61), "two_step_binary61"),
        ("e2sfca", step({20: 1, 40: 0.68, 60: 0.22}), "enhanced_step_20_40_60"),
    ],
)
def test_three_tracts_have_the_published_access(published, method, decay, key):
    case = published["hospital_three_tracts"]
    matrix = case["cost_rows_origins_columns_destinations"]
    access = floating_catchment(matrix, case["pop"], case["doctors"], method=method, decay=decay, limit=61)
    assert access.round(6).tolist() == case[key]


def _direct_two_step(cost, people, places, weight):
    ratio = [
        places[j] / total if (total := sum(people[k] * weight(cost[k][j]) for k in range(len(people)))) else 0.0
        for j in range(len(places))
    ]
    return [sum(ratio[j] * weight(row[j]) for j in range(len(places))) for row in cost]


def _random_case(seed):
    draw = np.random.default_rng(seed)
    rows, columns = draw.integers(1, 7, size=2)
    cost = draw.uniform(0, 90, size=(rows, columns))
    cost[draw.random(cost.shape) < 0.2] = np.inf
    return cost, draw.integers(1, 500, size=rows), draw.integers(1, 40, size=columns)


def test_a_thousand_random_cases_equal_the_direct_computation():
    for seed in range(1000):
        cost, people, places = _random_case(seed)
        expected = _direct_two_step(cost, people, places, lambda c: float(np.exp(-0.05 * c)))
        found = floating_catchment(cost, people, places, method="e2sfca", decay=exponential(0.05))
        np.testing.assert_allclose(found, expected, rtol=1e-10)


@given(st.integers(0, 10_000), st.sampled_from(["2sfca", "e2sfca"]))
def test_people_times_access_is_the_supply_that_can_be_reached(seed, method):
    cost, people, places = _random_case(seed)
    access = floating_catchment(cost, people, places, method=method, decay=gaussian(30.0))
    reachable = places[np.isfinite(cost).any(axis=0)].sum()
    assert (people * access).sum() == pytest.approx(reachable)


@given(st.integers(0, 10_000), st.sampled_from(["2sfca", "e2sfca", "3sfca", "bfca"]))
def test_adding_supply_never_lowers_anyone(seed, method):
    cost, people, places = _random_case(seed)
    before = floating_catchment(cost, people, places, method=method, decay=gravity(1))
    more = places.copy()
    more[0] += 10
    after = floating_catchment(cost, people, more, method=method, decay=gravity(1))
    assert (after >= before - 1e-12).all()


def test_a_long_table_gives_the_same_as_a_matrix_and_keeps_the_labels():
    cost = np.array([[10.0, 50.0], [np.inf, 20.0]])
    table = pd.DataFrame({"cell_id": ["a", "a", "b", "b"], "service_id": ["x", "y", "x", "y"], "minutes": cost.ravel()})
    pairs = costs_from_table(table, origins=pd.Index(["a", "b"]), destinations=pd.Index(["x", "y"]))
    labelled = floating_catchment(pairs, [5, 5], [1, 2], method="2sfca", decay=binary(30))
    plain = floating_catchment(cost, [5, 5], [1, 2], method="2sfca", decay=binary(30))
    assert labelled.index.tolist() == ["a", "b"]
    assert labelled.tolist() == plain.tolist()


@pytest.mark.parametrize(
    ("demand", "supply", "says"),
    [
        ([0, 0], [1], "demand is zero"),
        ([1, 1], [0], "supply is zero"),
        ([1, np.nan], [1], "positions 1"),
        ([1], [1], "1 numbers of demand for 2"),
    ],
)
def test_amounts_that_cannot_be_shared_are_refused_in_a_sentence(demand, supply, says):
    with pytest.raises(InputError, match=says):
        floating_catchment([[1.0], [2.0]], demand, supply, method="2sfca", decay=binary(30))


def test_costs_that_are_missing_are_refused():
    with pytest.raises(InputError, match=r"\(0, 1\)"):
        costs_from_matrix([[1.0, np.nan]])


def test_a_decay_that_knows_single_numbers_only_gives_the_same():
    cost = [[10.0, 50.0], [40.0, 20.0]]
    by_number = floating_catchment(cost, [5, 7], [1, 2], method="bfca", decay=lambda c: 1.0 if c <= 45 else 0.0)
    by_array = floating_catchment(cost, [5, 7], [1, 2], method="bfca", decay=binary(45))
    assert by_number.tolist() == by_array.tolist()


def test_a_decay_without_a_weight_is_refused_with_the_costs():
    with pytest.raises(InputError, match=r"no weight.*costs 40\.0"):
        floating_catchment(
            [[10.0, 40.0]], [1], [1, 1], method="2sfca", decay=lambda cost: np.where(cost > 30, -1.0, 1.0)
        )


def _direct_three_step(cost, people, places, weight, limit):
    """As the paper writes it: choice over all destinations first, then the limit."""
    rows, columns = cost.shape
    w = [[weight(cost[i, j]) if np.isfinite(cost[i, j]) else 0.0 for j in range(columns)] for i in range(rows)]
    g = [[w[i][j] / sum(w[i]) if sum(w[i]) else 0.0 for j in range(columns)] for i in range(rows)]
    near = [[cost[i, j] <= limit for j in range(columns)] for i in range(rows)]
    level = []
    for j in range(columns):
        asked = sum(g[i][j] * people[i] * w[i][j] for i in range(rows) if near[i][j])
        level.append(places[j] / asked if asked else 0.0)
    return [sum(g[i][j] * level[j] * w[i][j] for j in range(columns) if near[i][j]) for i in range(rows)]


def _direct_balanced(cost, people, places, weight, limit):
    rows, columns = cost.shape
    w = [[weight(cost[i, j]) if cost[i, j] <= limit else 0.0 for j in range(columns)] for i in range(rows)]
    of_column = [sum(w[i][j] for i in range(rows)) for j in range(columns)]
    level = []
    for j in range(columns):
        asked = sum(people[i] * w[i][j] / sum(w[i]) for i in range(rows) if sum(w[i]))
        level.append(places[j] / asked if asked else 0.0)
    return [
        sum(level[j] * w[i][j] / of_column[j] for j in range(columns) if of_column[j]) for i in range(rows)
    ]  # fmt: skip


@pytest.mark.parametrize(("method", "direct"), [("3sfca", _direct_three_step), ("bfca", _direct_balanced)])
def test_three_steps_and_the_balanced_method_equal_the_direct_computation(method, direct):
    for seed in range(500):
        cost, people, places = _random_case(seed)
        expected = direct(cost, people, places, lambda c: float(np.exp(-0.05 * c)), 60.0)
        found = floating_catchment(cost, people, places, method=method, decay=exponential(0.05), limit=60.0)
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-15)
