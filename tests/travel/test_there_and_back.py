"""Visits are exactly those one finds by trying everything."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sempre_geo.travel.easiest_visits import easiest, starts
from sempre_geo.travel.itineraries import HOME, SERVICE, visit_of
from sempre_geo.travel.profiles import FAR_S, service_profile
from sempre_geo.travel.there_and_back import Door, meetings, wish_in_seconds
from tests.travel.small_days import Small, count_visits, random_small


def met(small: Small):
    """The package's answer for the one home: meetings, town and wish."""
    town = small.town()
    wish = wish_in_seconds(small.hours, stay_min=small.stay, earliest_min=small.earliest, latest_min=small.latest)
    door = Door(
        service_profile(town.there, town.to_service_s, arrive_by_s=small.latest * 60),
        service_profile(town.back, town.from_service_s, arrive_by_s=-small.earliest * 60),
        town.walk_there_s,
        town.walk_back_s,
    )
    found = meetings(town.homes, door, wish, bound_s=np.full(1, FAR_S - 1, np.int32))
    return found, town, wish


@pytest.mark.parametrize("block", range(8))
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


def test_every_leg_of_a_visit_is_a_real_one() -> None:
    changed = 0
    for seed in range(200):
        small = random_small(seed)
        found, town, wish = met(small)
        windows = found.windows
        for at, (changes, walking, arrive, leave) in enumerate(easiest(town, windows, wish).tolist()):
            if changes == FAR_S:
                continue
            start = int(starts(np.array([arrive], np.int32), wish)[0])
            moments = {"arrive_s": arrive, "start_s": start, "end_s": start + wish.stay_s, "leave_s": leave}
            ends = {"leave_home_s": int(windows.leave_home_s[at]), "home_s": int(windows.home_s[at])}
            visit = visit_of(town, 0, moments | ends)
            assert (visit.transfers, visit.walking_s) == (changes, walking)
            assert visit.away_s == found.away_s[0]
            assert visit.walking_s + visit.riding_s + visit.waiting_s + small.stay * 60 == visit.away_s
            assert visit.waiting_s >= 0
            check_way(small, visit.there, ends=(HOME, SERVICE), span=(visit.leave_home_s, visit.arrive_s))
            check_way(small, visit.back, ends=(SERVICE, HOME), span=(visit.leave_s, visit.home_s))
            assert any(o * 60 <= visit.start_s and visit.end_s <= c * 60 for o, c in small.hours)
            changed += visit.transfers
    assert changed > 0


def check_way(small: Small, legs, *, ends, span) -> None:
    """Legs join in place and time, each ride is one trip's, and each change leaves the time it takes."""
    assert (legs[0].start, legs[-1].end) == ends
    assert (legs[0].start_s, legs[-1].end_s) == span
    for before, after in pairwise(legs):
        assert before.end == after.start
        assert before.end_s <= after.start_s
        if before.mode == after.mode == "transit":
            assert after.start_s - before.end_s >= 60 * small.change[after.start]
    for leg in legs:
        if leg.mode == "transit":
            calls = small.trips[leg.trip]
            board = [n for n, c in enumerate(calls) if c[0] == leg.start and c[2] * 60 == leg.start_s and c[3]]
            alight = [n for n, c in enumerate(calls) if c[0] == leg.end and c[1] * 60 == leg.end_s and c[4]]
            assert any(a < b for a in board for b in alight)
