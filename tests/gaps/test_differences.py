"""Who gains and loses, on paper."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sempre_geo.gaps.differences import COLUMNS, Limit, Travel, by_reason, difference_table, effect, expected
from sempre_geo.gaps.standards import Standard

NEVER = np.inf
CELLS = pd.Index(["a", "b", "c", "d"], name="cell_id")
LIMIT = Limit(Standard("x", "*", "gp", "travel_time", 20, "min", "car", "all", False, "one way", "", "own"), 10.0)  # noqa: FBT003 - as read


def _travel(minutes, *, measure="way", known=True, stay=0.0):
    none = np.isinf(minutes)
    table = pd.DataFrame(
        {"minutes": minutes, "metres": np.nan, "known": known, "reason": np.where(none, "unreachable", "")}, index=CELLS
    )
    return Travel(table, measure, stay)


def test_gains_and_losses_by_place_group_and_reason():
    before, after = _travel([30.0, NEVER, 10.0, 15.0]), _travel([15.0, 18.0, 25.0, NEVER])
    made = effect(before, after, LIMIT)
    people = pd.DataFrame({"all": [100.0, 20.0, 7.0, np.nan], "over_64": [10.0, 20.0, 0.0, 1.0]}, index=CELLS)
    places = pd.Series(["p", "p", "q", "q"], index=CELLS)
    table = difference_table(
        {"all": made, "over_64": made}, people, places=places, names={"p": "Pe"}, category="gp", mode="car"
    )
    assert tuple(table.columns) == COLUMNS
    rows = table.set_index(["place_id", "group"])
    assert rows.loc[("p", "all"), ["people", "gain", "lose"]].tolist() == [120, 120, 0]
    assert rows.loc[("q", "all"), ["people", "gain", "lose"]].tolist() == [7, 0, 7]
    assert rows.loc[("q", "over_64"), "lose"] == 1
    assert rows.loc[("p", "all"), "minutes_saved_mean"] == 30, "there and back, of those with a way before and after"
    assert rows.loc[("p", "over_64"), "reason_before"] == "unreachable", "that of most people"
    assert rows.loc[("p", "all"), "reason_before"] == "too_long"
    assert rows.loc[("p", "all"), "reason_after"] == ""
    assert rows.loc[("p", "all"), "name"] == "Pe"
    reasons = by_reason(made, people["all"]).set_index("reason")
    assert reasons.loc["too_long"].tolist() == [100, 7]
    assert reasons.loc["unreachable"].tolist() == [20, 0]


def test_what_is_not_known_neither_gains_nor_loses():
    made = effect(
        _travel([NEVER] * 4, known=[False, True, True, True]),
        _travel([5.0] * 4, known=[True, False, True, True]),
        LIMIT,
    )
    assert made.gain.tolist() == [0, 0, 1, 1]
    assert made.reason_before.tolist() == ["", "unreachable", "unreachable", "unreachable"]


def test_without_a_limit_a_visit_at_all_or_minutes_saved_count():
    none = Limit(None, gain_min=10.0)
    made = effect(
        _travel([NEVER, 90.0, 90.0, 60.0], measure="visit"), _travel([200.0, 79.0, 81.0, NEVER], measure="visit"), none
    )
    assert made.gain.tolist() == [1, 1, 0, 0]
    assert made.lose.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(("metric", "limit", "missed"), [("time_away", 90, False), ("travel_time", 29, True)])
def test_a_visit_is_held_against_time_away_with_and_travel_without_the_stay(metric, limit, missed):
    standard = Standard("x", "*", "gp", metric, limit, "min", "transit", "all", True, "there and back", "", "own")  # noqa: FBT003 - as read
    assert Limit(standard, 10.0).missed(_travel([90.0] * 4, measure="visit", stay=60.0)).tolist() == [missed] * 4


def test_refused_rides_leave_the_gain_of_those_who_do_not_need_them():
    before = _travel([30.0, 30.0, 30.0, 10.0])
    sure, hoped = (
        effect(before, _travel([10.0, 30.0, 30.0, 10.0]), LIMIT),
        effect(before, _travel([10.0, 10.0, 30.0, 10.0]), LIMIT),
    )
    mixed = expected(sure, hoped, share=0.64)
    assert mixed.gain.tolist() == [1, 0.64, 0, 0]
    assert mixed.saved.tolist() == pytest.approx([40, 25.6, 0, 0])
