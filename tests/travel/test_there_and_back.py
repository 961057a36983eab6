"""Visits are exactly those one finds by trying everything."""

from __future__ import annotations

import numpy as np
import pytest

from sempre_geo.travel.itineraries import easiest, visit_of_window
from sempre_geo.travel.profiles import FAR_S, service_profile
from sempre_geo.travel.there_and_back import Door, meetings, wish_in_seconds
from tests.travel.small_days import Small, count_visits, random_small


def met(small: Small):
    """The package's answer for the one home: meetings, town and wish."""
    town = small.town()
    wish = wish_in_seconds(
        small.hours, stay_min=small.stay, earliest_min=small.earliest, latest_min=small.latest
    )
    door = Door(
        service_profile(town.there, town.to_service_s, arrive_by_s=small.latest * 60),
        service_profile(town.back, town.from_service_s, arrive_by_s=-small.earliest * 60),
        town.walk_there_s,
        town.walk_back_s,
    )
    found = meetings(town.homes, door, wish, bound_s=np.full(1, FAR_S - 1, np.int32))
    return found, town, wish


@pytest.mark.parametrize("block", range(10))
def test_time_away_changes_walking_and_count_are_those_of_trying_everything(block: int) -> None:
    possible = 0
    for seed in range(block * 40, block * 40 + 40):
        small = random_small(seed)
        counted = count_visits(small)
        found, town, wish = met(small)
        if counted.away is None:
            assert found.away_s[0] == FAR_S, seed
            assert found.visits[0] == 0, seed
            continue
        possible += 1
        assert found.away_s[0] == counted.away * 60, seed
        best = min((c, w) for c, w, _, _ in easiest(town, found.windows, wish).tolist())
        assert best == (counted.changes, counted.walking * 60), seed
        assert found.visits[0] == counted.arrivals, seed
    assert possible >= 5
