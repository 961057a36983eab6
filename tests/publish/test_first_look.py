"""What the build draws beforehand is what a browser asks for at first, and is not shown where colours have changed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from sempre_geo.publish.palette import read_themes
from sempre_geo.publish.tile_names import NameStore
from sempre_geo.publish.tile_shapes import ShapeStore
from sempre_geo.publish.tiles import TileMap
from sempre_geo.publish.tiles_first_look import FIRST_LOOK, first_tiles, read_first_look, write_first_look
from sempre_geo.settings import read_settings

COUNTY = (19.336, 56.616, 20.205, 57.108)
LIGHT = read_themes(read_settings({}))["light"]


def _empty() -> tuple[ShapeStore, NameStore]:
    return ShapeStore({}), NameStore([])


def _never() -> tuple[ShapeStore, NameStore]:
    raise AssertionError


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    write_first_look(TileMap(_empty).first_look(COUNTY, [LIGHT]), tmp_path / FIRST_LOOK)
    return tmp_path / FIRST_LOOK


def test_the_tiles_of_a_first_look_need_no_drawing(kept: Path) -> None:
    tiles = TileMap(_never, first_look=read_first_look(kept))
    assert all(tiles.tile(*tile, theme=LIGHT, scale=2) for tile in first_tiles(COUNTY))
    with pytest.raises(AssertionError):
        tiles.tile(16, 0, 0, theme=LIGHT, scale=2)


def test_the_same_tiles_give_the_same_bytes(kept: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    write_first_look(TileMap(_empty).first_look(COUNTY, [LIGHT]), again)
    assert again.read_bytes() == kept.read_bytes()


def test_other_colours_are_drawn_anew(kept: Path) -> None:
    other = dataclasses.replace(LIGHT, land={**LIGHT.land, "water": "#000000"})
    with pytest.raises(AssertionError):
        TileMap(_never, first_look=read_first_look(kept)).tile(*first_tiles(COUNTY)[0], theme=other, scale=2)


def test_a_missing_or_damaged_file_means_drawing(tmp_path: Path) -> None:
    (tmp_path / "damaged.zip").write_bytes(b"PK\x03\x04 cut off")
    assert read_first_look(tmp_path / "none.zip") == read_first_look(tmp_path / "damaged.zip") == {}


def test_what_browsers_ask_for_at_first_is_among_it() -> None:
    """Chromium asked for these of the fictional county, in windows 1280 and 390 pixels wide."""
    wide = {(10, x, y) for x in range(566, 571) for y in range(312, 317)}
    narrow = {(9, x, y) for x in (283, 284) for y in (156, 157, 158)}
    assert wide | narrow <= set(first_tiles(COUNTY))
