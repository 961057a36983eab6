"""The gap table: by hand, and its own bookkeeping on random cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre_geo.gaps.gap_table import FIXED_COLUMNS, Assessment, gap_table
from sempre_geo.gaps.reasons import REASONS, reason_sentence, street_reasons
from sempre_geo.gaps.standards import Standard

LIMIT = Standard(
    standard_id="own-car", country="*", category="gp", metric="travel_time", limit=30.0, unit="min", mode="car",
    group="all", there_and_back=False, scope="one way", source="ours", status="own",
)  # fmt: skip


def _table(cost, known, people, places, status=None):
    cells = pd.Index([f"c{number}" for number in range(len(cost))], name="cell_id")
    series = pd.Series(cost, index=cells, dtype=float)
    states = pd.Series(status or ["ok"] * len(cost), index=cells)
    known = pd.Series(known, index=cells)
    reason = street_reasons(LIMIT.misses(series) & known, states)
    assessment = Assessment(LIMIT, "gp", "car", series, known, reason)
    groups = pd.DataFrame({"all": people}, index=cells, dtype=float)
    return gap_table(assessment, groups, places=pd.Series(places, index=cells), names=pd.Series({"m": "Haavere"}))


def test_a_municipality_of_four_cells_is_counted_as_on_paper():
    # 100 within, 50 at 40 min, 10 without any way, 20 unknown, and a confidential cell.
    row = _table(
        cost=[10, 40, np.inf, 5, 50],
        known=[True, True, True, False, True],
        people=[100, 50, 10, 20, np.nan],
        places=["m"] * 5,
        status=["ok", "ok", "no_road", "ok", "ok"],
    ).iloc[0]
    assert (row["name"], row["people"], row["beyond"], row["unknown"]) == ("Haavere", 180, 60, 20)
    assert row["share_beyond"] == 60 / 160
    assert row["mean_excess"] == np.inf  # ten people have no way at all: they do not vanish from the mean
    assert (row["reason_too_long"], row["reason_no_road"]) == (50, 10)
    assert (row["cells"], row["cells_without_count"]) == (5, 1)
    assert row["worst_tenth"] == 40  # 150 of 160 people stay at or below


def test_unknown_is_never_fine():
    row = _table(cost=[5.0], known=[False], people=[30], places=["m"]).iloc[0]
    assert (row["beyond"], row["unknown"]) == (0, 30)
    assert np.isnan(row["share_beyond"])
    assert np.isnan(row["mean_excess"])


CELLS = st.lists(
    st.tuples(
        st.one_of(st.floats(0, 100), st.just(np.inf)), st.booleans(), st.integers(0, 50), st.sampled_from("mnop")
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=25)
@given(CELLS)
def test_reasons_add_up_to_those_beyond_and_places_to_everybody(cells):
    cost, known, people, places = map(list, zip(*cells, strict=True))
    table = _table(cost, known, people, places)
    assert list(table.columns[: len(FIXED_COLUMNS)]) == list(FIXED_COLUMNS)
    assert table["people"].sum() == pytest.approx(sum(people))
    reasons = table[[f"reason_{code}" for code in REASONS]].sum(axis=1)
    np.testing.assert_allclose(reasons, table["beyond"])
    for place, row in table.set_index("place_id").iterrows():
        beyond = sum(n for c, k, n, p in cells if p == place and k and c > LIMIT.limit)
        assert row["beyond"] == beyond
        excess = [(c - LIMIT.limit, n) for c, k, n, p in cells if p == place and k and c > LIMIT.limit and n]
        if excess:
            assert row["mean_excess"] == pytest.approx(sum(e * n for e, n in excess) / beyond)


@settings(max_examples=25)
@given(CELLS)
def test_nine_tenths_stay_at_or_below_the_worst_tenth(cells):
    cost, known, people, places = map(list, zip(*cells, strict=True))
    for place, row in _table(cost, known, people, places).set_index("place_id").iterrows():
        counted = [(c, n) for c, k, n, p in cells if p == place and k and n]
        if not counted:
            assert np.isnan(row["worst_tenth"])
            continue
        total = sum(n for _, n in counted)
        assert sum(n for c, n in counted if c <= row["worst_tenth"]) >= 0.9 * total - 1e-6
        assert sum(n for c, n in counted if c < row["worst_tenth"]) < 0.9 * total


def test_every_reason_has_a_sentence():
    assert all(reason_sentence(code).endswith(".") for code in REASONS)
