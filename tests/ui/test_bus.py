"""The bus on Explore: a day and a stay, the time away, and a day without a visit hatched and with its reason."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from holidays import country_holidays
from PIL import Image
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.errors import MissingDataError
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.explore.everyday import _Asked, _next_day, _still_today, everyday, on_a_day
from sempre_geo.pipeline.explore.service_views import service_names, service_page, timetable_note
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.explore.visit_views import offered_days
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.pipeline.travel.service_reach import ServiceWeek, who_can_come
from sempre_geo.pipeline.travel.visit_details import visit_at
from sempre_geo.pipeline.travel.visit_sentences import clock, spoken_date
from sempre_geo.pipeline.travel.visits import visits
from sempre_geo.publish.palette import read_themes, rgb
from sempre_geo.settings import Settings, read_settings
from sempre_geo.ui.installation import installation
from sempre_geo.ui.pictures import away, surface_picture
from tests.timetable_files import CALENDAR, timetable, write_zip
from tests.village import EAST, NORTH, SOUTH, WEST, write_village

NAME = "village"
EXPLORE = Path(sempre_geo.ui.__file__).parent / "screens" / "explore.py"
SERVICE = EXPLORE.with_name("service.py")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A village with a pharmacy that is closed on Sundays, and a bus each day of any year."""
    folder = tmp_path_factory.mktemp("bus")
    names = {"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers"), "SEMPRE_REGION": NAME}
    trips = {
        "out": [("b", "07:10:00"), ("a", "07:30:00")],
        "back": [("a", "12:20:00"), ("b", "12:40:00")],
    }
    always = CALENDAR.replace("20260101,20261231", "20200101,20991231")
    tables = timetable(trips, places={"a": (WEST, SOUTH), "b": (EAST, NORTH)}, more={"calendar": always})
    build_region(
        read_settings(names), NAME, osm=[write_village(folder / "v.osm.pbf")],
        gtfs=[write_zip(folder / "g.zip", tables)], country="LV",
    )  # fmt: skip
    return names


@pytest.fixture
def village(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    installation.cache_clear()
    settings = read_settings(environment)
    yield settings
    close_community(settings)
    installation.cache_clear()


def _day(settings: Settings, weekdays: Sequence[int]) -> date:
    """The first offered day of these weekdays that is no holiday."""
    country = open_region(settings, NAME).country
    free = country_holidays("LV")
    offered = offered_days(settings, NAME, today=datetime.now(country.zone).date())
    return next(day for day in offered if day.weekday() in weekdays and day not in free)


def _explore(settings: Settings, day: date) -> AppTest:
    script = AppTest.from_file(str(EXPLORE), default_timeout=60)
    state = {"by": "transit", "service": "pharmacy", "day": day.isoformat(), "stay": "60"}
    for key, value in (state | {"place_id": str(open_region(settings, NAME).cells.index[-1])}).items():
        script.session_state[key] = value
    return script.run()


def _told(script: AppTest) -> str:
    return " ".join(str(element.value) for element in script.get("html"))


def _hatched(day: date) -> bool:
    """Whether the colour of "no visit" is in the day's picture."""
    drawn = surface_picture("light", category="pharmacy", mode="transit", measure=away(day, 60))
    with Image.open(io.BytesIO(drawn.png)) as picture:
        colours = {colour for _count, colour in picture.convert("RGB").getcolors(1 << 24) or []}
    return rgb(read_themes(installation().settings)["light"].no_visit) in colours


def test_a_day_by_bus_is_told_from_door_to_door_and_kept_in_the_link(village: Settings) -> None:
    day = _day(village, range(5))
    with patch("sempre_geo.ui.map_frame.st_folium"):
        script = _explore(village, day)
        told = _told(script)
        longer = script.selectbox(key="stay").set_value("120").run()
    assert not longer.exception
    assert f"Time away from home, {spoken_date(day)}" in told
    assert "Aptieka 09:00-10:00" in told
    assert "Aptieka 09:00-11:00" in _told(longer)
    assert {name: dict(longer.query_params)[name] for name in ("by", "day", "stay")} == {
        "by": "transit", "day": day.isoformat(), "stay": "120"
    }  # fmt: skip
    assert not _hatched(day)


def test_a_day_without_a_visit_is_hatched_and_says_why(village: Settings) -> None:
    sunday = _day(village, [6])
    with patch("sempre_geo.ui.map_frame.st_folium"):
        told = _told(_explore(village, sunday))
    assert _hatched(sunday)
    assert "not there and back in a day" in told
    assert "there is no way to Aptieka and home again the same day. It is closed that day." in told
    assert "Time away from home" in told


def test_a_services_page_says_who_can_come_on_which_days_and_what_would_let_more(village: Settings) -> None:
    script = AppTest.from_file(str(SERVICE), default_timeout=60).run()
    script.selectbox(key="service").set_value("pharmacy").run()
    told = " ".join(str(element.value) for element in script.get("html"))
    assert village
    assert not script.exception
    assert "can come by bus and be home the same day" in told
    assert "on Sundays" in told
    assert "who cannot come that day" in told
    assert dict(script.query_params)["service"] == "pharmacy"


def test_the_table_of_groups_adds_up_to_what_the_use_case_counted(village: Settings) -> None:
    day = offered_days(village, NAME, today=datetime.now(UTC).date())[0]
    (service_id,) = service_names(village, NAME, category="pharmacy")
    page = service_page(village, NAME, service_id=service_id, day=day, stay_min=30)
    counted = who_can_come(village, NAME, asked=ServiceWeek(service_id, day, 30))
    everybody = counted[counted["group"] == "population"].set_index("date")
    assert page.by_group.loc["population"].drop("people").tolist() == everybody["can_come"].tolist()
    assert page.week["date"].iloc[0] == day, "the seven days from this one on, none that is over"
    assert page.by_group.loc["population", "people"] == everybody["people"].iloc[0]


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2019, 5, 1), "holds from 1 January 2020 on"),
        (date(2026, 5, 1), "from 1 January 2020 to 31 December 2099"),
        (date(2099, 12, 20), "only until 31 December 2099"), (date(2100, 1, 1), "ended on 31 December 2099"),
    ],
)  # fmt: skip
def test_a_timetables_age_is_said_plainly(village: Settings, today: date, said: str) -> None:
    assert said in timetable_note(village, NAME, today=today)


def test_a_service_that_is_none_is_refused_in_a_sentence(village: Settings) -> None:
    with pytest.raises(MissingDataError, match="no service 'x'"):
        service_page(village, NAME, service_id="x", day=date(2026, 11, 24), stay_min=30)


def test_an_everyday_answer_says_today_this_week_and_each_step(village: Settings) -> None:
    home, monday = str(open_region(village, NAME).cells.index[-1]), datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    found = everyday(
        village, NAME, place_id=home, category="pharmacy", service="pharmacy", mode="transit", now=monday
    )  # fmt: skip
    told = " ".join(found.told)
    assert "On foot on Monday 23 November: leave " in found.told[0]
    assert "On foot one can go and be home again on Mondays" in told
    assert "The nearest pharmacy: " in told
    assert ": open today " in told
    assert any("  Aptieka, until " in line for line in found.steps)
    assert found.steps[-1].endswith("to your home")
    assert found.not_on == ("Not on Saturdays and on Sundays: It is closed that day.",)


def test_what_left_before_cannot_be_caught_today_and_the_next_day_is_named(village: Settings) -> None:
    friday = datetime(2026, 11, 27, 21, 50, tzinfo=UTC)
    home = str(open_region(village, NAME).cells.index[-1])
    found = everyday(village, NAME, place_id=home, category="pharmacy", service="pharmacy", mode="car", now=friday)
    told = " ".join(found.told)
    assert found.told[0].startswith("The nearest pharmacy")
    assert "By car it is too late today to go and be home again." in told
    assert "By car on Monday 30 November: leave " in told
    assert "By car one can go and be home again on Mondays" in told
    assert "By bus one can go and be home again on Mondays" in told
    assert (found.steps, found.day) == ((), None), "steps are of buses"
    booked = on_a_day(
        village, NAME, place_id=home, category="pharmacy", service="pharmacy", mode="car", day=date(2026, 12, 1),
        stay_min=60,
    )  # fmt: skip
    assert any(text.startswith("By car on Tuesday 1 December: leave ") for text in booked.told)
    by_bus = everyday(village, NAME, place_id=home, category="pharmacy", service="pharmacy", mode="transit", now=friday)
    assert by_bus.told[0] == "On foot it is too late today to go and be home again."
    assert by_bus.told[1].startswith("On foot on Monday 30 November: leave ")
    assert by_bus.day == date(2026, 11, 30)


def test_what_can_still_be_begun_before_the_next_half_hour_is_not_called_too_late(village: Settings) -> None:
    region = open_region(village, NAME)
    home, country = str(region.cells.index[0]), region.country
    friday = datetime(2026, 11, 27, 16, 18, tzinfo=country.zone)
    asked = {"place_id": home, "category": "pharmacy", "service": "pharmacy"}
    for mode in ("car", "transit"):
        told = " ".join(everyday(village, NAME, **asked, mode=mode, now=friday).told)
        assert "too late" not in told
        assert "on Friday 27 November: leave 16:" in told


def test_who_asks_for_the_bus_to_a_door_round_the_corner_is_told_the_walk_first(village: Settings) -> None:
    home, monday = str(open_region(village, NAME).cells.index[0]), datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    asked = {"place_id": home, "category": "pharmacy", "service": "pharmacy", "mode": "transit"}
    booked = on_a_day(village, NAME, **asked, day=date(2026, 12, 1), stay_min=60)
    for found in (everyday(village, NAME, **asked, now=monday), booked):
        assert found.told[0].startswith("The nearest pharmacy: Aptieka")
        assert found.told[0].endswith(" min on foot.")
        assert found.told[1].startswith("On foot on ")
        told = " ".join(found.told)
        assert "By bus" not in told, "who walks all the way takes no bus"
        assert told.count("The nearest pharmacy") == 1


def test_nobody_is_sent_on_a_long_walk_past_the_nearest_as_long_as_that_opens_this_week(
    monkeypatch: pytest.MonkeyPatch, village: Settings
) -> None:
    friday, saturday, tuesday = date(2026, 11, 27), date(2026, 11, 28), date(2026, 12, 1)
    walks = {saturday: SimpleNamespace(riding_s=0, walking_s=8520), tuesday: SimpleNamespace(riding_s=0, walking_s=480)}
    monkeypatch.setattr(_Asked, "day", lambda _asked, day: SimpleNamespace(date=day, visit=walks.get(day)))
    asked = _Asked(village, NAME, "cell", "library", "transit", can_walk=True)
    for one, expected in ((asked, tuesday), (replace(asked, can_walk=False), saturday)):
        found = _next_day(one, friday, date.max)
        assert found is not None
        assert found.date == expected


def test_nobody_waits_for_hours_to_save_minutes(monkeypatch: pytest.MonkeyPatch, village: Settings) -> None:
    def day(_asked: _Asked, on: date, *, earliest_min: int = 360, latest_min: int = 1320) -> SimpleNamespace:
        begins = [at for at in (18 * 60, 19 * 60 + 5, 21 * 60) if earliest_min <= at and at + 34 <= latest_min]
        away_s = 32 * 60 + 60 * (begins[-1:] != [1260])
        visit = SimpleNamespace(leave_home_s=begins[-1] * 60, away_s=away_s) if begins else None
        return SimpleNamespace(date=on, visit=visit, status="ok", first_start_s=(begins or [0])[0] * 60)

    monkeypatch.setattr(_Asked, "day", day)
    at_dusk = datetime(2026, 11, 27, 18, 48, tzinfo=UTC)
    found = _still_today(_Asked(village, NAME, "cell", "library", "car"), at_dusk)
    assert found is not None
    assert found.visit is not None
    assert clock(found.visit.leave_home_s) == "19:05", (
        "not 21:00, which is a minute quicker, and not 18:00, which is over"
    )


def test_what_has_closed_for_the_day_is_not_called_open_today(village: Settings) -> None:
    region = open_region(village, NAME)
    late = datetime(2026, 11, 26, 21, 0, tzinfo=region.country.zone)
    asked = {"place_id": str(region.cells.index[0]), "category": "pharmacy", "service": "pharmacy", "mode": "car"}
    told = " ".join(everyday(village, NAME, **asked, now=late).told)
    assert ": already closed today; next open on Friday 27 November, " in told


@pytest.mark.parametrize("mode", ["car", "bike", "walk"])
def test_one_home_by_street_is_told_what_is_computed_for_all(village: Settings, mode: str) -> None:
    asked = {"service": "pharmacy", "date": date(2026, 11, 24), "stay_min": 30, "mode": mode}
    every = visits(village, NAME, **asked).set_index("cell_id")
    for cell in (every.index[0], every.index[-1]):
        alone, row = visit_at(village, NAME, cell_id=cell, **asked), every.loc[cell]
        assert (alone.status, alone.service_id) == (row["status"], row["service_id"])
        assert alone.visit is not None
        assert clock(alone.visit.leave_home_s) == row["leave_home"]
        assert clock(-(-alone.visit.home_s // 60) * 60) == row["home"]
