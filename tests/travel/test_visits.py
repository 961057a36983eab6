"""Visits of a category: the best service, why there is none, and what would change that; answers on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sempre_geo.travel.changes import Change, DayEnds, Terms, smallest_change
from sempre_geo.travel.hours import OpenDay
from sempre_geo.travel.profiles import FAR_S
from sempre_geo.travel.visits import REASONS, category_visits, ground_without_rides
from tests.travel.small_days import Small, random_small

HOME, TOWN = 0, 1


def bus(start: int, leaves: int, arrives: int) -> list[tuple[int, int, int, bool, bool]]:
    """A run between the home's stop and the service's."""
    end = TOWN if start == HOME else HOME
    return [(start, leaves, leaves, True, True), (end, arrives, arrives, True, True)]


# Out 07:10-07:50, home 12:20-13:00; the stop is 5 minutes from home, the service 5 minutes from its stop.
OUT, BACK = bus(HOME, 430, 470), bus(TOWN, 740, 780)
VILLAGE = Small(
    stops=2,
    trips=[OUT, BACK],
    from_home={HOME: 5},
    to_home={HOME: 5},
    to_service={TOWN: 5},
    from_service={TOWN: 5},
    hours=[(540, 900)],
    stay=60,
    earliest=360,
    latest=1320,
)


def asked(small: Small, *, on_road: bool = True, hours: OpenDay | None = None):
    return category_visits(small.ground(on_road=on_road), [small.site(hours)], small.question()).iloc[0]


def test_the_visit_of_two_buses_a_day_is_the_one_on_paper() -> None:
    row = asked(VILLAGE)
    minutes = {name: row[f"{name}_s"] / 60 for name in ("leave_home", "arrive", "start", "end", "leave", "home")}
    assert minutes == {"leave_home": 425, "arrive": 475, "start": 540, "end": 600, "leave": 735, "home": 785}
    assert (row["status"], row["reason"], row["visits"], row["transfers"]) == ("ok", "", 1, 0)
    assert (row["away_s"], row["walking_s"]) == (360 * 60, 20 * 60)


REASON_CASES = {
    "no_road": (replace(VILLAGE, from_home={}, to_home={}), False, None),
    "no_stop_in_reach": (replace(VILLAGE, from_home={}, to_home={}), True, None),
    "no_departure": (replace(VILLAGE, trips=[BACK]), True, None),
    "closed_that_day": (VILLAGE, True, OpenDay()),
    "closed_on_arrival": (replace(VILLAGE, hours=[(360, 470)]), True, None),
    "stay_too_short": (replace(VILLAGE, hours=[(480, 530)]), True, None),
    "no_return": (replace(VILLAGE, trips=[OUT]), True, None),
}


@pytest.mark.parametrize("reason", REASON_CASES)
def test_each_reason_has_its_cell(reason: str) -> None:
    small, on_road, hours = REASON_CASES[reason]
    row = asked(small, on_road=on_road, hours=hours)
    assert (row["status"], row["reason"], row["visits"]) == ("none", reason, 0)
    assert reason in REASONS


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (replace(VILLAGE, to_service={}, from_service={}), "no_stop_in_reach"),
        (replace(VILLAGE, earliest=426), "no_departure"),  # the only bus leaves too early
        (replace(VILLAGE, hours=[(750, 900)]), "closed_on_arrival"),  # opens when the last bus home has left
        (replace(VILLAGE, hours=[(720, 900)]), "stay_too_short"),  # opens 15 minutes before the last bus home
        (replace(VILLAGE, stay=300), "stay_too_short"),  # longer than any way home waits
        (replace(VILLAGE, stay=600), "stay_too_short"),  # longer than any opening
        (replace(VILLAGE, latest=784), "no_return"),  # home a minute too late
        (replace(VILLAGE, trips=[OUT, bus(TOWN, 400, 440)]), "no_return"),  # the way back leaves before one is there
    ],
)
def test_the_reason_says_how_far_one_gets(changed: Small, reason: str) -> None:
    assert asked(changed)["reason"] == reason


def test_a_service_without_stops_can_be_walked_to() -> None:
    row = asked(replace(VILLAGE, to_service={}, from_service={}, walk_there=40, walk_back=50))
    assert (row["status"], row["away_s"], row["visits"]) == ("ok", 150 * 60, 1)


def test_walking_out_and_riding_home_leaves_as_late_as_possible() -> None:
    row = asked(replace(VILLAGE, trips=[BACK], walk_there=100, walk_back=None))
    assert row["away_s"] / 60 == 100 + 60 + 50  # walk, stay, then 12:15-13:05 home
    assert row["leave_home_s"] / 60 == 735 - 60 - 100


def test_unknown_hours_give_a_visit_only_if_it_is_open() -> None:
    row = asked(VILLAGE, hours=OpenDay(known=False))
    assert (row["status"], row["start_s"] / 60, row["any_time"]) == ("ok_if_open", 540, False)
    early = asked(replace(VILLAGE, trips=[OUT, bus(TOWN, 560, 600)]), hours=OpenDay(known=False))
    assert (early["status"], early["start_s"] / 60, early["any_time"]) == ("ok_if_open", 475, True)


def test_a_visit_at_known_hours_goes_before_a_shorter_one_at_unknown_hours() -> None:
    late = OpenDay(((660, 900),))
    sites = [VILLAGE.site(OpenDay(known=False), service_id="unsure"), VILLAGE.site(late, service_id="sure")]
    table = category_visits(VILLAGE.ground(), sites, VILLAGE.question())
    assert (table["status"].tolist(), table["site"].tolist()) == (["ok"], [1])
    appointment = [VILLAGE.site(OpenDay(maybe=((540, 900),), known=False)), VILLAGE.site(OpenDay())]
    table = category_visits(VILLAGE.ground(), appointment, VILLAGE.question())
    assert (table["status"].tolist(), table["site"].tolist()) == (["ok_if_open"], [0])


def test_of_services_that_fail_the_one_that_fails_by_the_least_is_told() -> None:
    sites = [VILLAGE.site(OpenDay()), VILLAGE.site(OpenDay(((480, 530),)))]
    table = category_visits(VILLAGE.ground(), sites, VILLAGE.question())
    assert (table["reason"].tolist(), table["site"].tolist()) == (["stay_too_short"], [1])


def test_without_rides_only_hours_bind() -> None:
    ground = ground_without_rides(np.array([True, True, False]))
    site = replace(VILLAGE, to_service={}, walk_there=20, walk_back=30).site()
    table = category_visits(ground, [site], VILLAGE.question())
    assert table["status"].tolist() == ["ok", "none", "none"]
    assert table["reason"].tolist() == ["", "no_stop_in_reach", "no_road"]
    assert (table["leave_home_s"].iloc[0] / 60, table["away_s"].iloc[0] / 60) == (520, 110)
    assert table["last_start_s"].iloc[0] / 60 == 840


def test_no_service_at_all_loses_no_home() -> None:
    table = category_visits(VILLAGE.ground(), [], VILLAGE.question())
    assert (table["status"].tolist(), table["site"].tolist()) == (["none"], [-1])


def test_the_order_of_services_changes_nothing_but_their_numbers() -> None:
    sites = [VILLAGE.site(OpenDay(((start, start + 120),)), service_id=str(start)) for start in range(480, 720, 20)]
    there = category_visits(VILLAGE.ground(), sites, VILLAGE.question())
    back = category_visits(VILLAGE.ground(), sites[::-1], VILLAGE.question())
    assert there["away_s"].tolist() == back["away_s"].tolist()
    assert (there["status"] == "ok").all()


@pytest.mark.parametrize("seed", range(20))
def test_a_trip_more_or_longer_hours_never_make_anything_worse(seed: int) -> None:
    small = random_small(seed)
    before = asked(small)
    longer = [(max(opens - 15, 0), closes + (0 if k == 0 and len(small.hours) > 1 else 15))
              for k, (opens, closes) in enumerate(small.hours)]  # fmt: skip
    for better in (replace(small, trips=[*small.trips, random_small(seed + 999).trips[0][:2]]),
                   replace(small, hours=longer)):  # fmt: skip
        if max(stop for trip in better.trips for stop, *_rest in trip) >= small.stops:
            continue
        after = asked(better)
        if before["status"] == "ok":
            assert after["status"] == "ok"
            assert after["away_s"] <= before["away_s"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (replace(VILLAGE, hours=[(720, 900)]), ("open_earlier", 675)),  # 11:15, so that 12:15 can be left
        (replace(VILLAGE, hours=[(480, 530)]), ("open_later", 540)),
        (replace(VILLAGE, trips=[OUT, bus(TOWN, 590, 630)]), ("open_earlier", 525)),
        (replace(VILLAGE, trips=[OUT], stay=60), ("trip_back", 600)),
        (replace(VILLAGE, trips=[BACK]), ("trip_there", 540)),
        (replace(VILLAGE, hours=[(470, 900)], stay=300), ("return_later", 775)),
    ],
)
def test_the_smallest_change_is_the_one_on_paper(changed: Small, expected: tuple[str, int]) -> None:
    change = change_for(changed)
    assert change is not None
    assert (change.kind, change.at_min) == expected


def change_for(small: Small) -> Change | None:
    row = asked(small)
    there, back = int(row["first_leave_s"]), int(row["last_leave_s"])
    ride = int(row["first_arrival_s"]) - there if there < FAR_S else int(row["last_home_s"]) - back
    ends = DayEnds(there, int(row["first_arrival_s"]), back, int(row["last_home_s"]), ride)
    return smallest_change(ends, Terms(tuple(small.hours), small.stay, small.earliest, small.latest))


def test_changed_hours_make_the_visit_possible() -> None:
    tried = 0
    for seed in range(60):
        small = random_small(seed)
        if asked(small)["status"] == "ok":
            continue
        change = change_for(small)
        if change is None or change.kind not in {"open_earlier", "open_later"}:
            continue
        tried += 1
        grown = [
            (change.at_min, closes) if change.kind == "open_earlier" and opens == change.was_min
            else (opens, change.at_min) if change.kind == "open_later" and closes == change.was_min
            else (opens, closes)
            for opens, closes in small.hours
        ]  # fmt: skip
        assert asked(replace(small, hours=grown))["status"] == "ok", seed
    assert tried >= 3


def test_no_single_change_helps_where_nothing_runs() -> None:
    assert change_for(replace(VILLAGE, trips=[])) is None
