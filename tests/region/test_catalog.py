"""The catalog says its sentences in the language of whoever reads it, not of whoever built the region."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sempre_geo.i18n import language, sentence
from sempre_geo.region.bundle import Region
from sempre_geo.region.catalog import Layer, Source, read_catalog, write_catalog, write_sources
from sempre_geo.region.countries import read_country
from sempre_geo.settings import Settings

FACTS = {"region": "valley", "title": "Valley"}
ENGLISH = "1,200 cells have no population: they are kept as unknown."


def _written(folder: Path) -> bytes:
    note = sentence("{n} cells have no population: they are kept as unknown.", n=np.int64(1200))
    source = Source("gtfs", sentence("Timetable"), "bus.zip", "00")
    write_sources(folder, [source])
    write_catalog(
        folder, facts=FACTS, layers={"a": Layer(sentence("Services"), "m", "read", "a", 1)}, sources=[source],
        notes=[note, "A note of an earlier version"],
    )  # fmt: skip
    return (folder / "catalog.json").read_bytes() + (folder / "SOURCES.toml").read_bytes()


def _region(catalog: dict[str, Any], settings: Settings) -> Region:
    return Region(
        name="valley", title="Valley", path=Path(), country=read_country("LV", settings), fictional=False,
        bbox=(0, 0, 1, 1), catalog=catalog,
    )  # fmt: skip


def test_a_catalog_is_the_same_in_every_language_and_is_read_in_ones_own(tmp_path: Path, settings: Settings) -> None:
    english = _written(tmp_path)
    with language("lv"):
        assert _written(tmp_path) == english
    catalog = read_catalog(tmp_path)
    region = _region(catalog, settings)
    assert region.notes == (ENGLISH, "A note of an earlier version")
    assert [source["title"] for source in region.sources] == ["Timetable"]
    with language("lv"):
        assert region.notes[0] != ENGLISH
        assert "1200" in region.notes[0].replace("\xa0", "").replace(" ", "")
        assert region.sources[0]["title"] != "Timetable"
        assert region.sources[0]["licence"] != "not stated"


def test_a_licence_that_an_earlier_version_did_not_know_asks_no_reader_to_write_it_down(settings: Settings) -> None:
    told = []
    source = Source("gtfs", "Timetable", "bus.zip", "00", "not stated; write it into SOURCES.toml")
    for one in (source, replace(source, licence="CC BY 4.0")):
        catalog = {"sources": [{"title": one.title, "licence": one.licence}]}
        told.append(_region(catalog, settings).sources[0]["licence"])
    assert told == ["not stated", "CC BY 4.0"]
