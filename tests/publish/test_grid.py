"""The shaded grid and the pins: nothing is dropped, the unknown never looks fine, user text is inert."""

from __future__ import annotations

import io
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image

from sempre_geo.errors import InputError
from sempre_geo.publish.grid import NO_WAY, UNKNOWN, cell_corners, grid_picture, time_classes
from sempre_geo.publish.maps import (
    base_map,
    grid_overlay,
    inert,
    pin_group,
    serve_leaflet_ourselves,
    spoken,
    to_features,
)
from sempre_geo.publish.palette import Theme, read_themes, rgb
from sempre_geo.publish.pins import PINS, pin_anchor, pin_svg
from sempre_geo.settings import read_settings

THEMES = read_themes(read_settings({}))
both = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
HOSTILE = "<script>alert(1)</script>${1+1}{{7*7}}\u202e\u0000"


def _cells() -> gpd.GeoDataFrame:
    names = [f"CRS3035RES1000mN3840000E{4_880_000 + 1000 * number}" for number in range(7)]
    return gpd.GeoDataFrame(geometry=[shapely.Point(19.3, 57.3)] * 7, index=names, crs="EPSG:4326")


def _colours(theme: Theme) -> list[set[tuple[int, ...]]]:
    """The colours of each of seven cells in a row, one of each class."""
    picture = grid_picture(cell_corners(_cells()), np.arange(7, dtype=np.uint8), theme=theme)
    image = np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGBA"))
    step = image.shape[1] / 7
    middle = image.shape[0] // 2
    found = []
    for number in range(7):
        column = int((number + 0.5) * step)
        part = image[middle - 8 : middle + 8, column - 5 : column + 5].reshape(-1, 4)
        found.append({tuple(int(value) for value in pixel[:3]) for pixel in part if pixel[3]})
    return found


@both
def test_each_step_has_its_colour_and_no_way_is_a_hatch_on_the_ground(theme: Theme) -> None:
    found = _colours(theme)
    assert found[:5] == [{rgb(colour)} for colour in theme.time]
    assert found[NO_WAY] == {rgb(theme.ground), rgb(theme.no_visit)}
    assert found[UNKNOWN] == {rgb(theme.unknown), rgb(theme.unknown_dots)}


def test_the_picture_covers_exactly_its_cells() -> None:
    cells = _cells()
    picture = grid_picture(cell_corners(cells), np.zeros(7, dtype=np.uint8), theme=THEMES["light"])
    squares = gpd.GeoSeries([shapely.box(4_880_000, 3_840_000, 4_887_000, 3_841_000)], crs="EPSG:3035").to_crs(
        "EPSG:4326"
    )
    assert np.allclose(picture.bbox, squares.total_bounds, atol=2e-3)


def test_cells_that_are_no_grid_cells_are_squares_round_their_point() -> None:
    points = gpd.GeoDataFrame(geometry=[shapely.Point(24.0, 57.0)], index=["home"], crs="EPSG:4326")
    corners = cell_corners(points)
    assert corners.shape == (1, 4, 2)
    inside = shapely.Polygon(corners[0]).contains(shapely.Point((24.0 / 360 + 0.5, corners[0, :, 1].mean())))
    assert inside


def test_without_cells_there_is_an_empty_picture() -> None:
    picture = grid_picture(np.zeros((0, 4, 2)), np.zeros(0, dtype=np.uint8), theme=THEMES["light"])
    assert Image.open(io.BytesIO(picture.png)).convert("RGBA").getpixel((0, 0))[3] == 0


def test_what_is_not_known_never_becomes_a_short_time() -> None:
    minutes = pd.Series([np.nan, 3.0, np.inf])
    classes = time_classes(minutes, mode="walk", known=pd.Series([True, False, True]))
    assert classes.tolist() == [UNKNOWN, UNKNOWN, NO_WAY]


@both
@pytest.mark.parametrize("pin", PINS)
def test_every_pin_has_a_casing_and_an_outline_of_its_theme(theme: Theme, pin: str) -> None:
    svg = pin_svg(pin, theme)
    assert theme.casing in svg
    assert theme.outline in svg
    assert len(pin_anchor(pin)) == 2


def test_a_pin_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="no pin"):
        pin_svg("dragon", THEMES["light"])


def test_user_text_reaches_a_map_only_escaped() -> None:
    points = gpd.GeoDataFrame(geometry=[shapely.Point(24, 57)], crs="EPSG:4326")
    features = to_features(points, pins=["need"], labels=[HOSTILE])
    label = features["features"][0]["properties"]["label"]
    assert "<" not in label
    assert not any(sign in label for sign in ("\u202e", "\u0000"))
    script = next(iter(pin_group(features, THEMES["light"])._children.values()))
    rendered = script._template.module.script(script)
    assert "<script>alert" not in rendered
    assert json.dumps(label).strip('"')[:4] == "&lt;"


def test_numbers_and_nothing_are_inert_texts_too() -> None:
    assert [inert(value) for value in (None, float("nan"), 3, "a & b")] == ["", "", "3", "a &amp; b"]


def test_no_address_of_a_map_is_elsewhere() -> None:
    serve_leaflet_ourselves()
    map_ = base_map("demo", bbox=(19, 56, 20, 57), theme=THEMES["dark"])
    spoken("<b>us</b>", nearer="<i>", farther="o").add_to(map_)
    grid_overlay("/grid/demo/x.png", (19, 56, 20, 57)).add_to(map_)
    page = map_.get_root().render()
    addresses = {word for word in page.replace('"', " ").replace("'", " ").split() if "//" in word and "." in word}
    assert not [address for address in addresses if address.startswith(("http", "//"))]
    assert "<b>us" not in page
