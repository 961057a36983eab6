"""The table of services: what it must hold, and what a planner may get wrong in it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from sempre_geo.errors import InputError
from sempre_geo.region.categories import Categories, read_categories
from sempre_geo.settings import Settings

EVERYDAY = {
    "gp", "hospital", "pharmacy", "dentist", "kindergarten", "primary_school", "secondary_school", "school", "library",
    "municipality_office", "post", "bank", "grocery", "social_facility", "community_centre", "place_of_worship",
    "employment_office", "bus_stop", "train_stop", "ferry_terminal", "shelter",
}  # fmt: skip


@pytest.fixture
def categories(settings: Settings) -> Categories:
    return read_categories(settings)


def _read(text: str, settings: Settings, folder: Path) -> Categories:
    (folder / "services.toml").write_text(text, encoding="utf-8")
    return read_categories(dataclasses.replace(settings, definitions=(folder,)))


def test_the_services_of_everyday_life_are_there(categories: Categories) -> None:
    assert set(categories.by_id) >= EVERYDAY
    assert categories.sensitive == {"shelter"}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"amenity": "doctors"}, ["gp"]),
        ({"amenity": "clinic", "healthcare": "clinic"}, ["gp"]),
        ({"healthcare": "dentist"}, ["dentist"]),
        ({"amenity": "school"}, ["school"]),
        ({"amenity": "school", "isced:level": "1;2;3"}, ["primary_school", "secondary_school"]),
        ({"amenity": "school", "isced:level": "5"}, ["school"]),
        ({"amenity": "school", "isced:level": "lots", "school": "primary"}, ["primary_school"]),
        ({"shop": "convenience", "post_office": "post_partner"}, ["post", "grocery"]),
        ({"amenity": "townhall"}, ["municipality_office"]),
        ({"office": "employment_agency"}, ["employment_office"]),
        ({"amenity": "social_facility", "social_facility:for": "senior"}, ["social_facility"]),
        ({"amenity": "social_facility", "social_facility": "group_home", "social_facility:for": "abused"}, ["shelter"]),
        ({"public_transport": "platform", "bus": "yes", "highway": "bus_stop"}, ["bus_stop"]),
        ({"public_transport": "platform"}, []),
        ({"highway": "residential"}, []),
        ({}, []),
    ],
)
def test_tags_make_a_service(categories: Categories, tags: dict[str, str], expected: list[str]) -> None:
    assert categories.of(tags) == expected


def test_no_school_is_lost_whatever_its_level_says(categories: Categories) -> None:
    for level in (*"012345678", "0;1", "1;2", "2;3", "3;4", "1;3", "1,2", "1 - 3", "primary"):
        assert categories.of({"amenity": "school", "isced:level": level}), level


def test_leading_tags_find_every_service_that_the_rules_find(categories: Categories) -> None:
    for category in categories.by_id.values():
        for rule in category.tags:
            tags = {key: wanted.split("|")[0] for key, wanted in rule.items() if not wanted.startswith("!")}
            assert category.category_id in categories.of(tags) or categories.sensitive & set(categories.of(tags))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[gp\ntitle = 1", r"cannot be read as TOML .*; mend that line"),
        ('[gp]\ntitle = "Doctor"\n', r"The categories gp in .*services\.toml lack a title or tags"),
        ('[gp]\ntags = [{ amenity = "doctors" }]\n', "lack a title or tags"),
        ('["Dr. X"]\ntitle = "D"\ntags = [{ amenity = "doctors" }]\n', "lack a title or tags"),
        ('[gp]\ntitle = "D"\ntags = [{ amenity = "!doctors" }]\n', "lack a title or tags"),
        ('[gp]\ntitle = "D"\ntags = [{ amenity = 3 }]\n', "lack a title or tags"),
        ('[gp]\ntitle = "D"\ntags = []\n', "lack a title or tags"),
    ],
)
def test_a_slip_in_the_table_is_named(settings: Settings, tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        _read(text, settings, tmp_path)


def test_a_planner_may_add_a_category(settings: Settings, tmp_path: Path) -> None:
    own = _read('[sauna]\ntitle = "Sauna"\ntags = [{ leisure = "sauna", access = "*" }]\n', settings, tmp_path)
    assert own.of({"leisure": "sauna", "access": "customers"}) == ["sauna"]
    assert own.of({"leisure": "sauna"}) == []
    assert own.title("sauna") == "Sauna"
