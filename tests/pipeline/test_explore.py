"""What the map answers: places, ways, sentences, tables and first gaps, on a county written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from sempre_geo.community.contributions import Draft, Place
from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import language
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.review import publish, review_queue
from sempre_geo.pipeline.explore.places import find_places
from sempre_geo.pipeline.explore.sentences import quotes, sentences
from sempre_geo.pipeline.explore.tables import place_table
from sempre_geo.pipeline.explore.views import answer, away_m, on_globe, open_region, place_at, travel_surface
from sempre_geo.pipeline.explore.visit_views import offered_days
from sempre_geo.pipeline.gaps.evidence import evidence_of_idea
from sempre_geo.publish.figure_words import figure_date, figure_title
from sempre_geo.settings import Settings
from tests.ui.small_region import NAME, small_settings, write_small_region


@pytest.fixture
def county(tmp_path: Path) -> Settings:
    write_small_region(tmp_path / "layers")
    return small_settings(tmp_path)


def test_every_cell_keeps_its_row_and_no_way_is_infinite(county: Settings) -> None:
    surface = travel_surface(county, NAME, category="gp", mode="car")
    assert surface["minutes"].tolist() == [4.0, 8.0, 12.0, np.inf]


def test_a_tap_means_the_cell_there_and_far_off_the_nearest_village(county: Settings) -> None:
    cell = travel_surface(county, NAME, category="gp", mode="car").index[1]
    assert place_at(county, NAME, lon=19.393, lat=57.333) == cell
    assert place_at(county, NAME, lon=19.25, lat=57.36) == "s0"


def test_an_answer_names_the_service_in_the_readers_language(county: Settings) -> None:
    found = answer(county, NAME, place_id="s1", category="gp", language="xx")
    assert found.place == "Bjebrene"
    assert found.people == 41
    assert [(way.mode, way.minutes) for way in found.ways] == [
        ("car", 8),
        ("bike", 28),
        ("walk", 90),
        ("wheelchair", 120),
    ]
    told = sentences(found, service="doctor", mode="walk")
    assert told[1] == "The nearest doctor: Dr. Ozola, Augstkalni, 1 h 30 on foot."
    told = sentences(found, service="doctor", mode="transit", by_bus=["By bus there is no way."])
    assert told[1:3] == ["By bus there is no way.", "The nearest doctor: Dr. Ozola, Augstkalni, 8 min by car."]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("dizvanagi", ["s3"]), ("Dizvangi", ["s3"]), ("bjebrne", ["s1"]), ("BEBRENE", ["s1"]), ("Augst kalni", ["s0"]),
     ("ozola", ["s0"]), ("xyzzy", []), ("qq", [])],
)  # fmt: skip
def test_a_place_is_found_however_it_is_spelled_and_in_each_of_its_names(
    county: Settings, typed: str, found: list[str]
) -> None:
    assert [one.settlement_id for one in find_places(county, NAME, text=typed)] == found


def test_a_place_or_category_that_is_none_is_refused_in_a_sentence(county: Settings) -> None:
    with pytest.raises(MissingDataError, match="no place"):
        answer(county, NAME, place_id="nowhere", category="gp")
    with pytest.raises(MissingDataError, match="that need not mean there is none"):
        answer(county, NAME, place_id="s1", category="pharmacy")
    with pytest.raises(InputError, match="rocket"):
        travel_surface(county, NAME, category="gp", mode="rocket")


def test_the_table_counts_who_has_no_way_and_whom_nobody_counted(county: Settings) -> None:
    surface = travel_surface(county, NAME, category="gp", mode="car")
    table = place_table(county, NAME, surface=surface).set_index("settlement")
    assert table.loc["Cīruļi", ["people", "middle_min"]].tolist() == [120, 12]
    assert np.isnan(table.loc["Dižvanagi", "middle_min"])


def test_a_region_without_a_timetable_offers_no_days(county: Settings) -> None:
    from datetime import date

    assert offered_days(county, NAME, today=date(2026, 11, 22)) == []


def test_what_is_published_nearby_is_quoted_and_an_idea_has_its_figures(county: Settings) -> None:
    tell(county, NAME, draft=Draft("idea", "library", "A book box.", Place(settlement_id="s1")))
    secret = "long enough"  # noqa: S105 - of an account that lives as long as the test
    add_account(county, "anna", role="coordinator", password=secret)
    token = login(county, "anna", password=secret)
    waiting = str(review_queue(county, NAME, by=token)["id"].iloc[0])
    assert quotes(answer(county, NAME, place_id="s1", category="library")) == []
    with pytest.raises(MissingDataError, match="not published"):
        evidence_of_idea(county, NAME, idea_id=waiting)
    publish(county, waiting, by=token)
    assert quotes(answer(county, NAME, place_id="s1", category="library")) == ["A book box."]
    figures = evidence_of_idea(county, NAME, idea_id=waiting)
    assert [figure["mode"] for figure in figures] == ["car", "walk"]
    assert all(figure["version"] for figure in figures)
    by_car, on_foot = (str(figure["title"]) for figure in figures)
    assert by_car == "Rietumu, by car: everybody is within 20 min, as far as is known."
    assert on_foot.startswith("Rietumu: about 440 people (everybody) need more than 30 min on foot to the nearest")
    assert on_foot.endswith("The limit is our own, no published standard.")
    with language("de"):  # whoever reads it later
        assert figure_title(figures[1]).startswith("Rietumu: Für etwa 440 Menschen")
        assert figure_date({"date": "2026-01-05"}) == "05.01.2026"
    close_community(county)


def test_a_way_straight_over_the_globe_agrees_with_the_ellipsoid(county: Settings) -> None:
    cells = open_region(county, NAME).cells.geometry
    lon, lat = 19.41, 57.31
    ours = away_m(on_globe(cells.x, cells.y), lon, lat)
    theirs = Geod(ellps="GRS80").inv([lon] * len(cells), [lat] * len(cells), cells.x, cells.y)[2]
    assert ours == pytest.approx(theirs, rel=0.005)
