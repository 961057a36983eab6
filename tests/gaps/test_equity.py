"""Fairness measures against published values and the ``inequality`` library, person by person."""

from __future__ import annotations

import json
from pathlib import Path

import inequality.gini
import inequality.theil
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre_geo.errors import InputError
from sempre_geo.gaps.equity import (
    bootstrap_interval,
    concentration_index,
    excess_index,
    gini,
    group_ratio,
    group_ratio_interval,
    palma,
    shortfall_index,
    theil,
)

PLACES = st.lists(st.tuples(st.integers(1, 200), st.integers(1, 9)), min_size=2, max_size=12)


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, list[float]]:
    return json.loads((shared_data / "reference" / "published_values.json").read_text())["equity_five_cells"]


def test_gini_is_the_published_one(published):
    assert round(gini(published["access30_all"], published["pop"]), 4) == published["gini"]


def test_shortfall_is_the_published_one(published):
    line = 100_000
    found = [shortfall_index(published["access30_all"], published["pop"], line=line, order=order) for order in range(3)]
    assert [round(value, 4) for value in found] == published["fgt_line_100000"]


def _persons(places):
    values, people = (np.array(column, dtype=float) for column in zip(*places, strict=True))
    return values, people, np.repeat(values, people.astype(int))


@given(PLACES)
def test_gini_weighs_places_as_the_library_counts_persons(places):
    values, people, persons = _persons(places)
    assert gini(values, people) == pytest.approx(inequality.gini.Gini(persons).g, abs=1e-9)


@given(PLACES)
def test_theil_weighs_places_as_the_library_counts_persons(places):
    values, people, persons = _persons(places)
    groups = np.arange(len(places)) % 2
    reference = inequality.theil.TheilD(persons, np.repeat(groups, people.astype(int)))
    found = theil(values, people, groups)
    assert found.total == pytest.approx(reference.T, abs=1e-9)
    assert found.between == pytest.approx(float(np.ravel(reference.bg)[0]), abs=1e-9)


@given(PLACES)
def test_palma_is_the_ratio_of_shares_written_out_person_by_person(places):
    values, people, _ = _persons(places)
    persons = np.sort(np.repeat(values, (people * 10).astype(int)))  # tenfold, so that both borders fall between two
    count = len(persons)
    expected = persons[int(count * 0.9) :].sum() / persons[: int(count * 0.4)].sum()
    assert palma(values, people) == pytest.approx(expected, rel=1e-6)


@given(PLACES)
def test_ranking_by_access_itself_makes_the_concentration_index_a_gini(places):
    values, people, _ = _persons(places)
    assert concentration_index(values, people, values) == pytest.approx(gini(values, people), abs=1e-9)


def test_one_unreachable_place_stays_in_the_share_and_makes_depth_infinite():
    assert excess_index([5.0, np.inf], [30, 10], limit=20, order=0) == 0.25
    assert excess_index([5.0, np.inf], [30, 10], limit=20, order=1) == np.inf
    assert excess_index([5.0, np.inf], [30, 0], limit=20, order=1) == 0.0


def test_group_ratio_compares_with_everybody_else_not_with_all():
    # 8 of 10 members beyond, 2 of 10 others: four times as likely.
    assert group_ratio([True, False], [8, 2], [10, 10]) == 4.0
    assert group_ratio([True, False], [5, 0], [5, 10]) == np.inf
    assert np.isnan(group_ratio([False, False], [5, 0], [5, 10]))
    with pytest.raises(InputError, match="larger than the population at places 1"):
        group_ratio([True, False], [1, 11], [10, 10])


def test_the_interval_of_a_group_ratio_is_the_bootstrap_of_it():
    draw = np.random.default_rng(2)
    people = draw.integers(1, 60, 40).astype(float)
    places = (draw.random(40) < 0.4, np.floor(people * draw.random(40)), people)
    quick, plain = group_ratio_interval(*places, seed=3), bootstrap_interval(group_ratio, *places, seed=3)
    assert (quick.value, quick.low, quick.high) == pytest.approx((plain.value, plain.low, plain.high), rel=1e-12)
    assert quick.low < quick.value < quick.high


def test_the_bootstrap_interval_covers_the_truth_about_as_often_as_it_says():
    draw = np.random.default_rng(4)
    hits = 0
    for sample in range(50):
        values = draw.exponential(10.0, size=60)  # the Gini of an exponential distribution is one half
        interval = bootstrap_interval(gini, values, np.ones(60), seed=sample, resamples=149)
        hits += interval.low <= 0.5 <= interval.high
    assert hits >= 40


def test_an_infinite_time_has_no_gini_and_says_where():
    with pytest.raises(InputError, match="places 1 is unknown"):
        gini([1.0, np.inf], [1, 1])
