"""Opening hours: OSM's syntax, our own days, slips of typing, and what is not known stays not known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from sempre_geo.errors import InputError
from sempre_geo.region.countries import read_country
from sempre_geo.settings import Settings, read_settings
from sempre_geo.travel.calendars import Correction, DayCalendar, Period, read_calendar, read_school_holidays
from sempre_geo.travel.hours import OpenDay, open_intervals, unreadable_hours
from sempre_geo.travel.hours_text import tidied

TUESDAY = date(2026, 11, 24)
AUTUMN = Period("school", "Autumn", date(2026, 10, 26), date(2026, 11, 1))


@pytest.fixture
def latvia(settings: Settings):
    return read_country("LV", settings)


def _clocks(day: OpenDay) -> list[str]:
    return [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in day.intervals]


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("Mo-Fr 08:00-12:00,13:00-17:00; Sa 10:00-12:00", TUESDAY, ["08:00-12:00", "13:00-17:00"]),
        ("24/7", TUESDAY, ["00:00-36:00"]),
        ("Mo-Fr 22:00-02:00", TUESDAY, ["00:00-02:00", "22:00-26:00"]),
        ("Tu[1] 09:00-12:00", date(2026, 12, 1), ["09:00-12:00"]),
        ("Tu[1] 09:00-12:00", date(2026, 12, 8), []),
        ("Tu[-1] 09:00-12:00", date(2026, 12, 29), ["09:00-12:00"]),
        ("May-Sep: Mo-Su 10:00-18:00; Oct-Apr: Sa 10:00-14:00", TUESDAY, []),
        ("May-Sep: Mo-Su 10:00-18:00; Oct-Apr: Sa 10:00-14:00", date(2026, 7, 1), ["10:00-18:00"]),
        ("Dec 24-26 off", date(2026, 12, 25), []),
        ("Mo-Fr 09:00-17:00; PH off", date(2026, 11, 18), []),  # Latvia's Proclamation Day
        ("Mo-Fr 09:00-17:00; PH 10:00-12:00", date(2026, 11, 18), ["10:00-12:00"]),
        ("Mo-Sa,PH 09:00-17:00", date(2026, 11, 18), ["09:00-17:00"]),
        ("Mo-Fr 09:00-17:00; PH -1 day 09:00-13:00", date(2026, 11, 17), ["09:00-13:00"]),
        ("Mo-Fr 09:00-17:00; PH,SH off", TUESDAY, ["09:00-17:00"]),
        ("off", TUESDAY, []),
    ],
)
def test_osm_syntax_is_read(latvia, text: str, day: date, expected: list[str]) -> None:
    found = open_intervals(text, day, country=latvia)
    assert _clocks(found) == expected
    assert found.known


@pytest.mark.parametrize(
    ("text", "maybe"),
    [
        (None, ()),
        ("", ()),
        ("unknown", ()),
        ("by appointment", ()),
        ('"by appointment"', ()),
        ('Mo-Fr 09:00-12:00 "pēc pieraksta"', ((540, 720),)),
        ('Mo-Fr 09:00-12:00 open "nach Vereinbarung"', ((540, 720),)),
        ("Tu 09:00-12:00 unknown", ((540, 720),)),
        ("Mo-Fr 08:00+", ((480, 1440),)),
        ("sometimes, ask Anna", ()),
        ('Sa 09:00-15:00 || "by appointment"', ()),
    ],
)
def test_what_is_not_known_is_neither_open_nor_closed(latvia, text, maybe) -> None:
    found = open_intervals(text, TUESDAY, country=latvia)
    assert (found.known, found.intervals, found.maybe) == (False, (), maybe)


def test_known_times_stand_beside_appointments(latvia) -> None:
    found = open_intervals('Mo-Fr 09:00-12:00; Tu 13:00-15:00 "by appointment"', date(2026, 11, 23), country=latvia)
    assert found.known
    assert _clocks(found) == ["09:00-12:00"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Mo-Fr 9-15", "Mo-Fr 09:00-15:00"),
        ("Mo–Fr 9.00–15.00", "Mo-Fr 09:00-15:00"),  # noqa: RUF001 - the dashes people type
        ("monday to friday 9am-5pm", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr: 8.30 - 12.00;", "Mo-Fr 08:30-12:00"),
        ("Mo & We 9-12/13-17", "Mo,We 09:00-12:00,13:00-17:00"),
        ("mo-fr 9-17 Uhr", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 9-15\nSa 10-12", "Mo-Fr 09:00-15:00; Sa 10:00-12:00"),
        ("Dec 24-26 off", "Dec 24-26 off"),
        ('Mo 9-12 "ring 9-12"', 'Mo 09:00-12:00 "ring 9-12"'),
        ("Mo-Fr 25-30", "Mo-Fr 25-30"),
    ],
)
def test_slips_of_typing_are_mended_only_where_one_reading_exists(typed: str, read: str) -> None:
    assert tidied(typed) == read


def test_school_holidays_decide_where_hours_name_them(latvia) -> None:
    calendar = DayCalendar("LV", (AUTUMN,))
    inside, outside = date(2026, 10, 27), TUESDAY
    for text, at_school, on_holiday in [
        ("Mo-Fr 09:00-12:00; SH off", ["09:00-12:00"], []),
        ("Mo-Fr 14:00-16:00; SH Mo-Fr 10:00-12:00", ["14:00-16:00"], ["10:00-12:00"]),
        ("SH Mo-Fr 10:00-12:00", [], ["10:00-12:00"]),
    ]:
        assert _clocks(open_intervals(text, outside, country=latvia, calendar=calendar)) == at_school
        assert _clocks(open_intervals(text, inside, country=latvia, calendar=calendar)) == on_holiday


def test_a_table_that_is_missing_is_said(latvia, settings: Settings) -> None:
    said = open_intervals("Mo-Fr 09:00-12:00; SH off", TUESDAY, country=latvia).comment
    assert said == "school holidays not known"
    nowhere = read_country("demo", settings)
    assert "public" in open_intervals("Mo 09:00-12:00; PH off", TUESDAY, country=nowhere).comment


def test_the_fictional_country_has_its_own_holidays(settings: Settings) -> None:
    demo = read_country("demo", settings)
    calendar = read_calendar(settings, demo, region="demo")
    lantern_day = next(period.first for period in calendar.periods if period.name == "Lantern Day")
    assert open_intervals("Mo-Fr 09:00-12:00; PH off", lantern_day, country=demo, calendar=calendar).intervals == ()


def test_a_correction_goes_before_the_map(latvia) -> None:
    calendar = DayCalendar("LV", (), (Correction("osm:n1", TUESDAY, TUESDAY, "off"),))
    text = "Mo-Fr 09:00-12:00"
    assert open_intervals(text, TUESDAY, country=latvia, calendar=calendar, service_id="osm:n1").intervals == ()
    assert open_intervals(text, TUESDAY, country=latvia, calendar=calendar, service_id="osm:n2").intervals


def test_a_region_has_its_own_days_and_corrections(latvia, settings: Settings) -> None:
    folder = settings.inputs("valka")
    folder.mkdir(parents=True)
    (folder / "hours.toml").write_text(
        '[[period]]\nkind = "school"\nname = "Snow"\nfrom = 2026-11-23\nto = 2026-11-27\n'
        '[[correction]]\nservice = "a"\nfrom = 2026-11-24\nto = 2026-11-24\nhours = "10:00-11:00"\n',
        encoding="utf-8",
    )
    calendar = read_calendar(settings, latvia, region="valka")
    assert calendar.is_school(TUESDAY)
    assert _clocks(open_intervals("off", TUESDAY, country=latvia, calendar=calendar, service_id="a")) == ["10:00-11:00"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[period]]\nkind = 'school'\nname = 'Snow'\nfrom = 2026-12-01\nto = 2026-11-01\n", "Snow"),
        ("[[correction]]\nservice = 'a'\nfrom = 2026-12-01\n", "a"),
        ("[[period\n", "TOML"),
    ],
)
def test_a_damaged_table_of_days_is_refused_by_name(latvia, settings: Settings, text: str, named: str) -> None:
    folder = settings.inputs("valka")
    folder.mkdir(parents=True)
    (folder / "hours.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=named):
        read_calendar(settings, latvia, region="valka")


def test_school_holidays_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "school.csv"
    path.write_text("name,from,to\nAutumn,2026-10-26,2026-11-01\n", encoding="utf-8-sig")
    assert read_school_holidays(path) == (AUTUMN,)
    path.write_text("name,from,to\nAutumn,26.10.2026,2026-11-01\n", encoding="utf-8")
    with pytest.raises(InputError, match="Autumn"):
        read_school_holidays(path)


def test_unreadable_hours_are_listed_and_appointments_are_not() -> None:
    services = pd.DataFrame(
        {"opening_hours": ["Mo-Fr 9-15", "sometimes", None, "by appointment"]},
        index=pd.Index(["a", "b", "c", "d"], name="service_id"),
    )
    assert unreadable_hours(services)["service_id"].tolist() == ["b"]


def test_a_regions_and_a_countrys_tables_of_school_holidays_are_used(tmp_path: Path, latvia) -> None:
    settings = Settings(tmp_path / "data", tmp_path / "layers", (tmp_path / "layers", read_settings().definitions[-1]))
    rows = {"data/valka/school_holidays.csv": "Snow,2026-11-23,2026-11-27", "layers/school_holidays_lv.csv":
            "Autumn,2026-10-26,2026-11-01"}  # fmt: skip
    for name, row in rows.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"name,from,to\n{row}\n", encoding="utf-8-sig")
    calendar = read_calendar(settings, latvia, region="valka")
    assert calendar.is_school(TUESDAY)
    assert calendar.is_school(date(2026, 10, 27))
    assert not read_calendar(settings, latvia).is_school(TUESDAY)
    hours = open_intervals("Mo-Fr 09:00-17:00; SH 10:00-12:00", TUESDAY, country=latvia, calendar=calendar)
    assert _clocks(hours) == ["10:00-12:00"]
    (tmp_path / "data/valka/school_holidays.csv").write_bytes(b"name,from,to\n\xff\xfe,2026-11-23,2026-11-27\n")
    with pytest.raises(InputError, match=r"school_holidays\.csv cannot be read"):
        read_calendar(settings, latvia, region="valka")
