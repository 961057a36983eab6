"""Ranks and their bounds: by hand, and on places whose order is certain or not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sempre_geo.gaps.gap_table import Assessment
from sempre_geo.gaps.ranking import ranking
from sempre_geo.gaps.standards import Standard

LIMIT = Standard(
    standard_id="own", country="*", category="gp", metric="travel_time", limit=30.0, unit="min", mode="car",
    group="all", there_and_back=False, scope="one way", source="ours", status="own",
)  # fmt: skip


def _ranked(cost, people, places, known=None, **options):
    cells = pd.RangeIndex(len(cost))
    series = pd.Series(cost, index=cells, dtype=float)
    known = pd.Series([True] * len(cost) if known is None else known, index=cells)
    assessment = Assessment(LIMIT, "gp", "car", series, known, pd.Series("", index=cells))
    return ranking(
        assessment, pd.Series(people, index=cells, dtype=float), places=pd.Series(places, index=cells), **options
    )


def test_shares_and_ranks_by_hand():
    found = _ranked([10, 40, np.inf, 20, 5], [100, 50, 10, 40, 7], ["a", "a", "b", "b", "c"])
    assert found.table.index.tolist() == ["a", "b", "c"]
    assert found.table["beyond"].tolist() == [50, 10, 0]
    assert found.table["no_way"].tolist() == [0, 10, 0]
    assert found.table["rank"].tolist() == [1, 2, 3]
    assert found.whole.value == 60


def test_a_place_of_which_nothing_is_known_has_no_rank_and_stays_in_the_table():
    found = _ranked([40, 40, 40], [5, 5, 8], ["a", "a", "b"], known=[True, True, False])
    assert found.table.index.tolist() == ["a", "b"]
    assert found.table.loc["b", ["people", "unknown"]].tolist() == [8, 8]
    assert found.table.loc["b", ["share_beyond", "rank", "rank_low", "share_high"]].isna().all()


def test_nobody_at_all_gives_no_number():
    found = _ranked([40, 40], [0, np.nan], ["a", "b"])
    assert found.table["share_beyond"].isna().all()
    assert found.whole.value == 0
    assert np.isnan(found.whole.low)


def test_bounds_hold_the_figure_and_a_certain_order_has_narrow_ranks():
    draw = np.random.default_rng(3)
    cost = np.concatenate([draw.uniform(60, 90, 40), draw.uniform(0, 10, 40), draw.uniform(20, 40, 40)])
    table = _ranked(cost, [10] * 120, ["far"] * 40 + ["near"] * 40 + ["middle"] * 40).table
    assert table.index.tolist() == ["far", "middle", "near"]
    assert (table["rank_low"] == table["rank_high"]).all()
    assert (table["share_low"] <= table["share_beyond"]).all()
    assert (table["share_beyond"] <= table["share_high"]).all()
    assert table.loc["middle", "share_low"] < table.loc["middle", "share_high"]


def test_equal_places_may_stand_in_either_order():
    cost = [10, 40] * 20
    table = _ranked(cost * 2, [10] * 80, ["a"] * 40 + ["b"] * 40).table
    assert table["rank"].tolist() == [1, 1]
    assert table["rank_low"].tolist() == [1, 1]
    assert table["rank_high"].tolist() == [2, 2]


def test_the_order_of_rows_does_not_matter_to_counts_and_the_seed_decides_the_draws():
    cost, people, places = [10.0, 40, 35, 20], [3, 5, 7, 11], ["a", "b", "a", "b"]
    one, again = _ranked(cost, people, places), _ranked(cost, people, places)
    pd.testing.assert_frame_equal(one.table, again.table)
    turned = _ranked(cost[::-1], people[::-1], places[::-1]).table
    assert turned["beyond"].to_dict() == one.table["beyond"].to_dict()
    other = _ranked(cost, people, places, seed=9).table
    assert other["share_beyond"].to_dict() == pytest.approx(one.table["share_beyond"].to_dict())
