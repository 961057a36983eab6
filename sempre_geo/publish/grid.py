"""Where people live, shaded by how long a way takes: one small picture to lay over the map."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pyproj import Transformer

from sempre_geo.publish.mercator import from_world, to_world
from sempre_geo.publish.palette import TIME_STEPS, Theme, rgb

NO_WAY, UNKNOWN = TIME_STEPS, TIME_STEPS + 1
LIMITS_MIN = {
    "car": (5, 10, 20, 30),
    "bike": (10, 20, 40, 60),
    "walk": (15, 30, 60, 120),
    "wheelchair": (15, 30, 60, 120),
    "transit": (60, 120, 180, 240),
}
_GRID_ID = re.compile(r"CRS3035RES(\d+)mN(\d+)E(\d+)")
_POINT_SIDE_M = 700.0
_CELL_PX, _LARGEST_PX = 22, 1600
_HATCH_PX, _HATCH_INK_PX = 7, 3
_NOTHING = 255


@dataclass(frozen=True)
class GridPicture:
    """A PNG and the box it covers, (west, south, east, north) in degrees; its rows run evenly in Web Mercator."""

    png: bytes
    bbox: tuple[float, float, float, float]


def time_classes(minutes: pd.Series, *, mode: str, known: pd.Series) -> pd.Series:
    """Each cell's step on the legend, 0 (short) to 4 (long), `NO_WAY` where unreachable, `UNKNOWN` where not known.

    >>> cells = pd.Series([4.0, 5.0, np.inf, np.nan])
    >>> time_classes(cells, mode="car", known=cells.notna()).tolist()
    [0, 1, 5, 6]
    """
    steps = np.searchsorted(LIMITS_MIN[mode], minutes.fillna(0.0).to_numpy(), side="right")
    classes = np.where(np.isposinf(minutes), NO_WAY, np.where(known & minutes.notna(), steps, UNKNOWN))
    return pd.Series(classes.astype(np.uint8), index=minutes.index, name="step")


def cell_corners(cells: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """The four corners of every cell as shares of the square world, shape (n, 4, 2).

    Cells of the European grid are their true squares; other cells, known only as points, a square of 700 m.
    """
    parts = cells.index.to_series().astype(str).str.extract(_GRID_ID).astype(float).to_numpy(copy=True)
    side, south, west = parts[:, 0], parts[:, 1], parts[:, 2]
    loose = np.isnan(side)
    if loose.any():  # PROJ takes a while to start, and most regions have squares only
        points = cells.geometry[loose].to_crs("EPSG:3035")
        side[loose], south[loose] = _POINT_SIDE_M, points.y - _POINT_SIDE_M / 2
        west[loose] = points.x - _POINT_SIDE_M / 2
    x = np.column_stack([west, west + side, west + side, west])
    y = np.column_stack([south, south, south + side, south + side])
    lon, lat = Transformer.from_crs("EPSG:3035", "EPSG:4326", always_xy=True).transform(x.ravel(), y.ravel())
    return to_world(np.column_stack([lon, lat])).reshape(len(cells), 4, 2)


def grid_picture(corners: NDArray[np.float64], classes: NDArray[np.uint8], *, theme: Theme) -> GridPicture:
    """The shaded grid: time steps flat, no way under a hatch with an outline, not known dotted, elsewhere nothing.

    Parameters
    ----------
    corners
        As `cell_corners` gives them; an empty array makes an empty picture.
    classes
        As `time_classes` gives them, in the same order.
    """
    if not len(corners):
        return GridPicture(_png(np.full((1, 1), _NOTHING, dtype=np.uint8), theme), picture_bbox(corners))
    low, size, px = _frame(corners)
    image = Image.new("L", size, _NOTHING)
    draw = ImageDraw.Draw(image)
    for square, step in zip(((corners - low) * px).reshape(-1, 8).tolist(), classes.tolist(), strict=True):
        draw.polygon(square, fill=step)
    return GridPicture(_png(np.asarray(image), theme), picture_bbox(corners))


def picture_bbox(corners: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The box that `grid_picture` covers, (west, south, east, north) in degrees, known before it is drawn.

    >>> picture_bbox(np.zeros((0, 4, 2)))
    (0.0, 0.0, 0.0, 0.0)
    """
    if not len(corners):
        return 0.0, 0.0, 0.0, 0.0
    low, size, px = _frame(corners)
    (west, north), (east, south) = from_world(np.array([low, low + np.array(size) / px])).tolist()
    return west, south, east, north


def _frame(corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[int, int], float]:
    """The picture's north-western corner as shares of the world, its width and height in pixels, pixels a share."""
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    widest = float(np.median(np.ptp(corners[..., 0], axis=1)))
    px = min(_CELL_PX / widest, _LARGEST_PX / float((high - low).max()))
    width, height = np.maximum(np.ceil((high - low) * px).astype(int), 1).tolist()
    return low, (width, height), px


def _png(steps: NDArray[np.uint8], theme: Theme) -> bytes:
    ground, hatch, dots = TIME_STEPS, TIME_STEPS + 2, TIME_STEPS + 3
    colours = [*theme.time, theme.ground, theme.unknown, theme.no_visit, theme.unknown_dots]
    pixels = np.where(steps == _NOTHING, len(colours), steps)
    row, column = np.indices(steps.shape)
    no_way = pixels == ground
    pixels[no_way & (((row + column) % _HATCH_PX < _HATCH_INK_PX) | _edge(no_way))] = hatch
    pixels[(steps == UNKNOWN) & (row % 7 < 2) & ((column + 3 * (row // 7)) % 7 < 2)] = dots  # noqa: PLR2004 - 2 px dots
    image = Image.fromarray(pixels.astype(np.uint8), mode="P")
    image.putpalette([part for colour in [*colours, theme.ground] for part in rgb(colour)])
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", transparency=len(colours), optimize=True)
    return buffer.getvalue()


def _edge(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels of a shape whose neighbour is outside it."""
    padded = np.pad(inside, 1)
    surrounded = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return inside & ~surrounded
