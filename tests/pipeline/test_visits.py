"""Visits of a built region: the columns others rely on, every mode, refusals, sentences, and a service's own page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.pipeline.explore.own_service import helpful_changes, tried_sentences
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.pipeline.travel.service_reach import ServiceWeek, gain_of_opening, try_hours, who_can_come
from sempre_geo.pipeline.travel.visit_details import visit_at, visit_sentences
from sempre_geo.pipeline.travel.visit_grounds import region_grounds
from sempre_geo.pipeline.travel.visits import COLUMNS, away_of_day, day_visits, question_of, visits, week_visits
from sempre_geo.settings import Settings, read_settings
from sempre_geo.travel.hours import OpenDay
from sempre_geo.travel.visits import category_visits
from tests.timetable_files import timetable, write_zip
from tests.village import EAST, NORTH, SOUTH, WEST, write_village

TUESDAY, SUNDAY = date(2026, 11, 24), date(2026, 11, 22)
PHARMACY = {"service": "pharmacy", "date": TUESDAY, "stay_min": 60}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Settings:
    """Settings under which "village" is built: a pharmacy in the one corner, a doctor in the other, four buses."""
    folder = tmp_path_factory.mktemp("visits")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    trips = {
        "out": [("a", "07:10:00"), ("b", "07:30:00")],
        "noon": [("b", "12:20:00"), ("a", "12:40:00")],
        "out2": [("a", "13:40:00"), ("b", "14:00:00")],
        "late": [("b", "16:00:00"), ("a", "16:20:00")],
    }
    tables = timetable(trips, places={"a": (WEST, SOUTH), "b": (EAST, NORTH)})
    build_region(
        settings, "village", osm=[write_village(folder / "v.osm.pbf")], gtfs=[write_zip(folder / "g.zip", tables)],
        country="LV",
    )  # fmt: skip
    return settings


def minutes(clock) -> int:
    hours, minute = clock.split(":")
    return int(hours) * 60 + int(minute)


@pytest.mark.parametrize("mode", ["transit", "car", "bike", "walk"])
def test_one_row_a_cell_and_times_in_order(home, mode: str) -> None:
    table = visits(home, "village", mode=mode, **PHARMACY)
    assert tuple(table.columns) == COLUMNS
    assert table["cell_id"].is_unique
    assert (table["status"] == "ok").all()
    for row in table.itertuples():
        moments = [minutes(getattr(row, name)) for name in ("leave_home", "arrive", "start", "end", "leave", "home")]
        assert moments == sorted(moments)
        assert minutes(row.end) - minutes(row.start) == 60
        assert minutes("09:00") <= minutes(row.start) <= minutes("16:00")
        assert moments[-1] - moments[0] == pytest.approx(row.time_away_min, abs=2)


def test_a_closed_day_says_so_and_what_would_help(home) -> None:
    table = visits(home, "village", **PHARMACY | {"date": SUNDAY})
    assert set(table["reason"]) == {"closed_that_day"}
    assert np.isinf(table["time_away_min"]).all()
    assert table["change"].str.contains("on Sundays").all()
    assert (table["leave_home"] == "").all()


def test_a_stay_longer_than_any_opening_is_a_reason_not_an_error(home) -> None:
    assert set(visits(home, "village", **PHARMACY | {"stay_min": 600})["reason"]) == {"stay_too_short"}


def test_unknown_hours_are_never_taken_as_open(home) -> None:
    assert set(visits(home, "village", **PHARMACY | {"service": "gp"})["status"]) == {"ok_if_open"}


def test_where_only_the_wheelchair_stands_in_the_way_that_is_the_reason(home) -> None:
    on_foot = visits(home, "village", **PHARMACY)
    assert (on_foot["status"] == "ok").all()
    rolling = visits(home, "village", wheelchair=True, **PHARMACY)  # nobody recorded a ramp, a kerb or a surface
    assert set(rolling["status"]) == {"none"}
    assert set(rolling["reason"]) == {"not_accessible"}
    assert set(rolling["change"]) == {""}
    closed = visits(home, "village", wheelchair=True, **PHARMACY | {"date": SUNDAY})
    assert "not_accessible" not in set(closed["reason"])
    with pytest.raises(InputError, match="mode 'wheelchair'"):
        visits(home, "village", wheelchair=True, mode="car", **PHARMACY)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"service": "no_such"}, InputError, "no category 'no_such'"),
        ({"service": "hospital"}, MissingDataError, "no service of the category 'hospital'"),
        ({"date": date(2031, 1, 1)}, MissingDataError, "2026-01-01 to 2026-12-31"),
        ({"earliest_min": 1200, "latest_min": 600}, InputError, "give a later time"),
        ({"stay_min": 0}, InputError, "at least one minute"),
        ({"mode": "boat"}, InputError, "no mode 'boat'"),
    ],
)
def test_bad_questions_are_refused_in_one_sentence(home, change, error, said: str) -> None:
    with pytest.raises(error, match=said):
        visits(home, "village", **PHARMACY | change)


def test_a_region_without_a_timetable_says_how_to_get_one(home, tmp_path) -> None:
    build_region(home, "plain", osm=[write_village(tmp_path / "v.osm.pbf")], country="LV")
    with pytest.raises(MissingDataError, match="--gtfs"):
        visits(home, "plain", **PHARMACY)
    assert (visits(home, "plain", mode="car", **PHARMACY)["status"] == "ok").all()


@pytest.mark.parametrize("day", [TUESDAY, SUNDAY])
def test_the_time_away_alone_is_that_of_the_whole_answer_and_writes_no_sentence(home, monkeypatch, day: date) -> None:
    whole = visits(home, "village", **PHARMACY | {"date": day}).set_index("cell_id")
    monkeypatch.setattr("sempre_geo.pipeline.travel.visits.change_sentence_of", None)
    alone = away_of_day(home, "village", **PHARMACY | {"date": day})
    pd.testing.assert_frame_equal(alone, whole[list(alone.columns)])


def test_the_week_tells_the_days(home) -> None:
    table = week_visits(home, "village", **PHARMACY)
    works = table.groupby("weekday")["status"].agg(lambda found: (found == "ok").all())
    assert works.tolist() == [True] * 5 + [False] * 2


def test_a_cell_is_told_in_sentences(home) -> None:
    cell = visits(home, "village", **PHARMACY)["cell_id"].iloc[0]
    said = visit_sentences(home, "village", cell_id=cell, **PHARMACY)
    assert said[0].startswith("On foot on Tuesday 24 November: leave 0")
    assert any("on Saturdays and on Sundays" in sentence for sentence in said)
    detail = visit_at(home, "village", cell_id=cell, **PHARMACY)
    assert detail.visit is not None
    assert detail.visit.away_s == detail.visit.walking_s + detail.visit.riding_s + detail.visit.waiting_s + 3600
    with pytest.raises(MissingDataError, match="no cell 'nowhere'"):
        visit_at(home, "village", cell_id="nowhere", **PHARMACY)


def test_where_nothing_can_be_visited_the_nearest_is_told_of_not_one_far_off_that_fails_by_less(
    home, monkeypatch
) -> None:
    grounds = region_grounds(home, "village")
    day = day_visits(grounds, category="pharmacy", date=SUNDAY, question=question_of(stay_min=60))
    doctor = str(grounds.services("gp").index[0])
    shut_early = replace(day.sites[0], service_id=doctor, hours=OpenDay(((360, 400),)))
    both = category_visits(day.ground, [shut_early, *day.sites], day.question)
    monkeypatch.setattr(
        "sempre_geo.pipeline.travel.visit_details.day_of",
        lambda *_asked, **_more: replace(day, sites=[shut_early, *day.sites], table=both),
    )
    assert (both["site"] == 0).all()
    detail = visit_at(home, "village", cell_id=grounds.cells.index[0], **PHARMACY | {"date": SUNDAY})
    assert (detail.service, detail.reason) == ("Aptieka", "closed_that_day")
    assert "were open from" in detail.change


def test_a_service_sees_who_can_come_and_which_hours_would_help(home) -> None:
    service = visits(home, "village", **PHARMACY)["service_id"].iloc[0]
    asked = ServiceWeek(service, TUESDAY, 60)
    coming = who_can_come(home, "village", asked=asked)
    everybody = coming[coming["group"] == "population"].set_index("weekday").sort_index()
    assert (everybody["can_come"] == everybody["people"]).tolist() == [True] * 5 + [False] * 2
    gains = gain_of_opening(home, "village", asked=asked)
    assert gains["kind"].iloc[0] == "open_that_day"
    assert gains["gain"].iloc[0] == pytest.approx(everybody["people"].iloc[0])
    assert (gains["gain_new"] == 0).all()
    offered = helpful_changes(home, "village", service_id=service, day=TUESDAY, stay_min=60)
    assert [change["kind"] for _told, change in offered] == ["open_that_day"], "one of each kind, not each closed day"
    day = int(offered[0][1]["weekday"])
    typed = helpful_changes(home, "village", service_id=service, day=TUESDAY, stay_min=60, not_on={day})
    assert [change["weekday"] == day for _told, change in typed] == [False], "the next best day instead"


def test_other_hours_are_tried_without_saving_them(home) -> None:
    (service_id,) = who_it_is(home)
    asked = ServiceWeek(service_id, TUESDAY, 60)
    same = try_hours(home, "village", opening_hours="Mo-Fr 09:00-17:00", asked=asked)
    assert same.days["can_now"].tolist()[:5] == same.days["can_then"].tolist()[:5]
    other = try_hours(home, "village", opening_hours="Mo-Th 09:00-17:00; Fr off; Sa 09:00-11:00", asked=asked)
    everybody = other.days["can_now"].iloc[0]
    assert other.days["gain"].tolist() == [0, 0, 0, 0, everybody, 0, 0], "on Saturday they all come"
    assert other.days["lose"].tolist() == [0, 0, 0, everybody, 0, 0, 0], "on Friday nobody can"
    assert (other.gain_new, other.lose_all) == (0, 0)
    shut = try_hours(home, "village", opening_hours="off", asked=asked)
    assert shut.lose_all == everybody
    assert any("no day of the week any more" in told for told in tried_sentences(shut))
    told = " ".join(tried_sentences(other))
    assert "on Saturdays" in told
    assert "on Fridays" in told


def who_it_is(home) -> list[str]:
    services = region_in_use(home, "village").services
    return services.index[services["category"] == "pharmacy"].tolist()
