"""Tours: answers on paper, and every order of every spread over the days tried on small random cases."""

from __future__ import annotations

import itertools
import math
from datetime import date, timedelta

import numpy as np
import pytest

from sempre_geo.community.tours import MOST_STOPS, Stop, plan_tour
from sempre_geo.errors import InputError

MONDAY = date(2026, 12, 7)
ALL_DAY = ((0, 1440),)


def test_on_paper_the_nearer_door_waits_because_the_farther_one_closes_early():
    road = np.array([[0, 10, 60], [10, 0, 55], [60, 55, 0]], dtype=float)
    stops = [Stop("near", 60, (((540, 1020),),)), Stop("far", 60, (((540, 660),),))]
    tour = plan_tour(stops, road, days=[MONDAY], earliest_min=480, latest_min=1020)
    (day,) = tour.days
    assert [(visit.stop_id, visit.arrive, visit.begin, visit.end) for visit in day.visits] == [
        ("far", 540, 540, 600), ("near", 655, 655, 715),
    ]  # fmt: skip
    assert (day.leave, day.back, tour.left_out) == (480, 725, ())


def test_a_lunch_break_is_not_sat_through():
    stop = Stop("library", 90, (((540, 720), (780, 1020)),))
    tour = plan_tour([stop], np.array([[0, 30], [30, 0.0]]), days=[MONDAY], earliest_min=615, latest_min=1020)
    assert tour.days[0].visits[0].begin == 780
    assert tour.days[0].leave == 750


def test_what_no_road_leads_to_and_what_is_shut_is_left_out_and_named():
    road = np.array([[0, np.inf, 5], [np.inf, 0, np.inf], [5, np.inf, 0]])
    stops = [Stop("island", 60, (ALL_DAY,)), Stop("shut", 60, ((),))]
    tour = plan_tour(stops, road, days=[MONDAY], earliest_min=480, latest_min=1020)
    assert tour.days == ()
    assert tour.left_out == ("island", "shut")


def test_the_place_that_comes_first_in_the_list_is_rather_seen_than_the_last():
    road = np.full((4, 4), 30.0)
    stops = [Stop(name, 200, (ALL_DAY,)) for name in ("a", "b", "c")]
    tour = plan_tour(stops, road, days=[MONDAY], earliest_min=480, latest_min=1020)
    assert tour.left_out == ("c",)


def test_too_much_is_refused_in_a_sentence():
    many = [Stop(str(number), 10, (ALL_DAY,)) for number in range(MOST_STOPS + 1)]
    for stops, earliest in ((many, 480), ([], 480), (many[:1], 1020)):
        with pytest.raises(InputError):
            plan_tour(stops, np.zeros((10, 10)), days=[MONDAY], earliest_min=earliest, latest_min=1020)


@pytest.mark.parametrize("seed", range(40))
def test_every_spread_and_order_tried_finds_nothing_better(seed):
    draw = np.random.default_rng(seed)
    count, days = int(draw.integers(1, 5)), int(draw.integers(1, 3))
    road = draw.integers(5, 120, (count + 1, count + 1)).astype(float)
    road[draw.random(road.shape) < 0.1] = np.inf
    stops = [Stop(f"s{number}", int(draw.integers(30, 120)), tuple(_hours(draw) for _day in range(days)))
             for number in range(count)]  # fmt: skip
    dates = [MONDAY + timedelta(days=number) for number in range(days)]
    tour = plan_tour(stops, road, days=dates, earliest_min=480, latest_min=1020)
    seen = [visit.stop_id for day in tour.days for visit in day.visits]
    first = tuple(stop.id not in seen for stop in stops)
    found = (-len(seen), first, len(tour.days), sum(day.back for day in tour.days))
    assert found == _by_trying(stops, road, days=days)
    _hold(tour, stops, road, dates=dates)


def _hours(draw):
    opens = int(draw.integers(480, 800))
    late = (int(draw.integers(840, 900)), 1000)
    return ((opens, opens + int(draw.integers(60, 240))), late) if draw.random() < 0.5 else (late,)


def _by_trying(stops, road, *, days):
    """Every stop on each day or on none, in every order."""
    best = (0, (True,) * len(stops), 0, 0)
    for where in itertools.product(range(days + 1), repeat=len(stops)):
        ends = []
        for day in range(days):
            inside = [number for number, on in enumerate(where) if on == day]
            if inside:
                ends.append(min(_end(stops, road, order, day) for order in itertools.permutations(inside)))
        if all(end <= 1020 for end in ends):
            left_out = tuple(on == days for on in where)
            best = min(best, (left_out.count(True) - len(stops), left_out, len(ends), sum(ends)))
    return best


def _end(stops, road, order, day):
    at, last = 480.0, 0
    for number in order:
        arrive = at + road[last, number + 1]
        begins = [max(arrive, opens) for opens, closes in stops[number].open[day]
                  if max(arrive, opens) + stops[number].stay_min <= closes]  # fmt: skip
        at, last = min(begins, default=math.inf) + stops[number].stay_min, number + 1
    return at + road[last, 0]


def _hold(tour, stops, road, *, dates):
    """The times of a tour keep to the roads and the hours."""
    known = {stop.id: (number, stop) for number, stop in enumerate(stops)}
    for day in tour.days:
        at, last = day.leave, 0
        for visit in day.visits:
            number, stop = known[visit.stop_id]
            assert visit.arrive == at + road[last, number + 1]
            assert visit.begin >= visit.arrive
            assert visit.end == visit.begin + stop.stay_min
            assert any(o <= visit.begin and visit.end <= c for o, c in stop.open[dates.index(day.on)])
            at, last = visit.end, number + 1
        assert day.back == at + road[last, 0] <= 1020
        assert day.leave >= 480
