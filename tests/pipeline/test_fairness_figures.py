"""Fairness in figures, on the four villages whose only doctor is in the first."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sempre_geo.pipeline.gaps.answers import gap_answer
from sempre_geo.pipeline.gaps.fairness_figures import fairness_figures
from sempre_geo.pipeline.gaps.limits import own_limit
from sempre_geo.pipeline.gaps.shared_access import shared_access
from tests.ui.small_region import NAME, small_settings, write_small_region


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fair")
    write_small_region(folder / "layers")
    return small_settings(folder)


def _figures(settings, mode, limit_min):
    standard = own_limit(category="gp", mode=mode, limit_min=limit_min)
    answer = gap_answer(settings, NAME, standard=standard, category="gp")
    found = fairness_figures(settings, NAME, answer)
    return found, {figure.name: figure.value.value for figure in found.figures}


def test_how_far_beyond_is_the_share_then_the_depth_then_the_depth_squared(tiny):
    """14, 28 and 42 minutes by bike for 400, 41 and 120 people, against 20."""
    _found, values = _figures(tiny, "bike", 20)
    people = np.array([400, 41, 120])
    excess = np.array([0, 8 / 20, 22 / 20])
    assert values["FGT 0"] == pytest.approx(161 / 561)
    assert values["FGT 1"] == pytest.approx((people * excess).sum() / 561)
    assert values["FGT 2"] == pytest.approx((people * excess**2).sum() / 561)


def test_everybody_within_the_same_step_is_alike_and_nobody_within_reach_has_only_the_figures_against_the_limit(tiny):
    found, values = _figures(tiny, "car", 60)
    assert values["Gini"] == pytest.approx(0, abs=1e-12)
    assert values["Palma"] == pytest.approx(0.25)
    assert found.sentences[0].startswith("A person of the best-served tenth has 1.0 times as much")
    _found, none = _figures(tiny, "walk", 5)
    assert set(none) == {"FGT 0", "FGT 1", "FGT 2"}


def test_where_the_worst_served_have_nothing_that_is_said_and_no_number_is_infinite_in_words(tiny):
    found, values = _figures(tiny, "car", 5)
    assert values["Gini"] == pytest.approx(161 / 561)
    assert math.isfinite(values["Palma"])
    assert values["Theil, between municipalities"] + values["Theil, within municipalities"] == pytest.approx(
        values["Theil"]
    )
    assert not any("inf" in sentence.split() for sentence in found.sentences)


def test_supply_is_shared_and_none_is_lost():
    """Ten and thirty people share four places that all can reach in the first step: 100 for 1,000 people."""
    pairs = pd.DataFrame({"cell_id": ["a", "b"], "service_id": ["x", "x"], "minutes": [5.0, 10.0]})
    people, room = pd.Series([10.0, 30.0], index=["a", "b"]), pd.Series([4.0], index=["x"])
    assert shared_access(pairs, people, room, limit=30).tolist() == [100.0, 100.0]
    assert shared_access(pairs.iloc[:0], people, room, limit=30).tolist() == [0.0, 0.0]
    assert shared_access(pairs, people * 0, room, limit=30) is None
