"""Clusters of what was said: what was planted is found, what stands alone is not, and the order of rows is nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from sempre_geo.community.listening import clusters, suppressed

AT = datetime(2026, 11, 24, tzinfo=UTC)
OLD, NEW = "2026-03-01T10:00:00Z", "2026-11-01T10:00:00Z"


@pytest.fixture(scope="module")
def said():
    """Nine on the bus round two villages 2 km apart, seven in one other village, and four alone far from everybody."""
    places = [("Haavere", 20.0, 57.0)] * 5 + [("Uuskula", 20.03, 57.0)] * 4 + [("Linnamaa", 20.6, 57.0)] * 7
    alone = [(f"Farm {number}", 19.2 + 0.4 * number, 56.5) for number in range(4)]
    rows = pd.DataFrame([*places, *alone], columns=["place_name", "lon", "lat"])
    return rows.assign(
        id=[f"c{number:02}" for number in range(len(rows))], category="bus_stop", obstacle="cannot_get_there",
        topic="", voices=0, created_at=[NEW] * 9 + [OLD] * 11,
    )  # fmt: skip


def test_two_planted_clusters_are_found_and_what_stands_alone_is_in_none(said):
    first, second = clusters(said, at=AT)
    assert (first.people, first.places, first.recent) == (9, ("Haavere", "Uuskula"), 9)
    assert (second.people, second.places, second.recent) == (7, ("Linnamaa",), 0)


def test_the_order_of_rows_does_not_matter(said):
    shuffled = said.sample(frac=1.0, random_state=np.random.default_rng(3))
    assert clusters(shuffled, at=AT) == clusters(said, at=AT)


def test_voices_count_as_people_and_other_services_are_no_part_of_it(said):
    one = said.iloc[[0]].assign(voices=11, category="library")
    (found,) = clusters(pd.concat([said.iloc[:3], one]))
    assert (found.category, found.people, found.recent) == ("library", 12, None)


def test_nobody_and_nobody_with_a_place_make_no_cluster(said):
    assert clusters(said.iloc[:0]) == []
    assert clusters(said.assign(lon=np.nan)) == []


def test_who_may_not_count_reads_steps_of_five_and_no_time(said):
    assert [(one.people, one.recent) for one in suppressed(clusters(said, at=AT))] == [(5, None), (5, None)]
    assert suppressed(clusters(said.assign(topic="health"), at=AT)) == []
