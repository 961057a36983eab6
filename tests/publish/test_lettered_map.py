"""The small map under lettered squares."""

from __future__ import annotations

import io
from string import ascii_uppercase

import pytest
from PIL import Image

from sempre_geo.publish.lettered_map import LARGEST_BYTES, LONGEST_PX, LetteredMap, draw_lettered_map
from sempre_geo.publish.palette import read_themes
from sempre_geo.region.bundle import read_region
from tests.ui.small_region import NAME, small_settings, write_small_region

BOXES = [(20.0, 57.0, 28.0, 61.0), (20.0, 57.0, 20.1, 61.0), (20.0, 57.0, 28.0, 57.1), (9.5, 47.0, 9.6, 47.3)]


@pytest.mark.parametrize("bbox", BOXES)
def test_the_squares_cover_the_region_once_and_are_square(bbox):
    lettered = LetteredMap(bbox)
    names = [f"{letter}{row}" for letter in ascii_uppercase[: lettered.columns] for row in range(1, lettered.rows + 1)]
    area = sum((e - w) * (n - s) for w, s, e, n in map(lettered.square_bbox, names))
    assert area == pytest.approx((bbox[2] - bbox[0]) * (bbox[3] - bbox[1]))
    assert max(lettered.size_px) == LONGEST_PX
    west, south, east, north = lettered.square_bbox("A1")
    (left, bottom), (right, top) = lettered.pixel(west, south), lettered.pixel(east, north)
    assert right - left == pytest.approx(lettered.side_px)
    assert bottom - top == pytest.approx(min(lettered.side_px, lettered.size_px[1]), abs=1)


@pytest.mark.parametrize("bbox", BOXES)
def test_a_pressed_pixel_is_the_position_drawn_there(bbox):
    lettered = LetteredMap(bbox)
    for across, down in ((0.0, 0.0), (0.3, 0.9), (1.0, 1.0)):
        x, y = lettered.pixel(*lettered.position(across, down))
        assert (x / lettered.size_px[0], y / lettered.size_px[1]) == pytest.approx((across, down), abs=1e-6)


@pytest.mark.parametrize("name", ["", "A0", "A99", "Z1", "1A", "AA1", "Ä1", "C4; DROP", "Bebrene"])
def test_what_names_no_square_is_none(name):
    assert LetteredMap(BOXES[0]).square_bbox(name) is None


def test_the_picture_is_small(tmp_path):
    write_small_region(tmp_path / "layers")
    settings = small_settings(tmp_path)
    region = read_region(NAME, settings)
    lettered = LetteredMap(tuple(region.bbox))
    drawn = draw_lettered_map(region, lettered, theme=read_themes(settings)["light"])
    assert Image.open(io.BytesIO(drawn)).size == lettered.size_px
    assert len(drawn) <= LARGEST_BYTES
