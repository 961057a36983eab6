"""The bus on Explore: a day and a stay, the time away, and a day without a visit hatched and with its reason."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from holidays import country_holidays
from PIL import Image
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.explore.visit_views import offered_days
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.pipeline.travel.visit_sentences import spoken_date
from sempre_geo.publish.palette import read_themes, rgb
from sempre_geo.settings import Settings, read_settings
from sempre_geo.ui.installation import installation
from sempre_geo.ui.pictures import away, surface_picture
from tests.timetable_files import CALENDAR, timetable, write_zip
from tests.village import EAST, NORTH, SOUTH, WEST, write_village

NAME = "village"
EXPLORE = Path(sempre_geo.ui.__file__).parent / "screens" / "explore.py"


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
