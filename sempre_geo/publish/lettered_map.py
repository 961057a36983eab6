"""A small map under lettered squares, for a sheet of paper or a phone without scripts: "it is in C4"."""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from sempre_geo.publish.mercator import TILE_PX, from_world, tile_of, to_world
from sempre_geo.publish.palette import Theme
from sempre_geo.publish.tile_names import font
from sempre_geo.publish.tile_shapes import FIRST_ZOOM, LAST_ZOOM
from sempre_geo.publish.tiles import tile_map
from sempre_geo.region.bundle import Region

LONGEST_PX = 540
SQUARES = 8
"""The picture's longer side in pixels, and in squares."""
_SQUARE = re.compile(r"([A-Za-z])\s*(\d{1,2})")
LARGEST_BYTES = 16_000
_QUALITIES = (40, 28, 20, 14, 10)
_LETTER_PX, _NAME_PX = 20, 20
_TRIED = 16


@dataclass(frozen=True)
class LetteredMap:
    """A region's bbox cut into squares: columns A, B ... from the west, rows 1, 2 ... from the north.

    Squares are square on the map, where a degree to the north is longer than one to the east.
    """

    bbox: tuple[float, float, float, float]

    @property
    def size_px(self) -> tuple[int, int]:
        """The picture's width and height."""
        west, north, east, south = self.world
        longest = max(east - west, south - north)
        return round(LONGEST_PX * (east - west) / longest), round(LONGEST_PX * (south - north) / longest)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return max(1, round(SQUARES * self.size_px[0] / LONGEST_PX))

    @property
    def rows(self) -> int:
        """How many rows there are; the last may be cut."""
        return math.ceil(self.size_px[1] / self.side_px)

    @property
    def side_px(self) -> float:
        """A square's side."""
        return self.size_px[0] / self.columns

    def position(self, across: float, down: float) -> tuple[float, float]:
        """(lon, lat) of a point of the picture, each from 0 to 1 from its upper left corner."""
        west, north, east, south = self.world
        lon, lat = from_world(np.array([[west + across * (east - west), north + down * (south - north)]]))[0]
        return float(lon), float(lat)

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a position lies on the picture, in pixels from its upper left corner."""
        west, north, east, south = self.world
        x, y = to_world(np.array([[lon, lat]]))[0]
        return float((x - west) / (east - west) * self.size_px[0]), float(
            (y - north) / (south - north) * self.size_px[1]
        )

    def square_bbox(self, name: str) -> tuple[float, float, float, float] | None:
        """The bbox of the square that somebody names; None where the text names none.

        >>> LetteredMap((20.0, 57.0, 28.0, 61.0)).square_bbox("Z9") is None
        True
        >>> [round(edge, 2) for edge in LetteredMap((20.0, 57.0, 28.0, 61.0)).square_bbox("b 1")]
        [21.0, 60.51, 22.0, 61.0]
        """
        found = _SQUARE.fullmatch(name.strip())
        if found is None:
            return None
        column, row = ascii_uppercase.index(found[1].upper()), int(found[2]) - 1
        if column >= self.columns or not 0 <= row < self.rows:
            return None
        side = self.side_px / self.size_px[1]
        west, north = self.position(column / self.columns, row * side)
        east, south = self.position((column + 1) / self.columns, min((row + 1) * side, 1.0))
        return west, south, east, north

    @property
    def world(self) -> tuple[float, float, float, float]:
        """West, north, east and south as shares of the square world."""
        west, south, east, north = self.bbox
        (left, top), (right, bottom) = to_world(np.array([[west, north], [east, south]]))
        return float(left), float(top), float(right), float(bottom)


def draw_lettered_map(region: Region, lettered: LetteredMap, *, theme: Theme) -> bytes:
    """The region under its squares, with its largest settlements by name, as a JPEG of at most `LARGEST_BYTES`.

    Shown at two thirds of its size it is sharp on a phone and readable on paper.
    """
    picture = _ground(region, lettered, theme).resize(lettered.size_px, Image.Resampling.LANCZOS)
    _letter(picture, lettered, theme)
    _name(picture, lettered, region.settlements, theme=theme)
    packed = [_jpeg(picture, quality) for quality in _QUALITIES]
    return next((one for one in packed if len(one) <= LARGEST_BYTES), packed[-1])


def _ground(region: Region, lettered: LetteredMap, theme: Theme) -> Image.Image:
    """The base map put together from its tiles, somewhat finer than the picture."""
    west, north, east, south = lettered.world
    zoom = min(max(math.ceil(math.log2(lettered.size_px[0] / TILE_PX / (east - west))) - 1, FIRST_ZOOM), LAST_ZOOM)
    scale, tiles = TILE_PX * 2**zoom, tile_map(region)
    ground = Image.new("RGB", (round((east - west) * scale), round((south - north) * scale)))
    first, last = tile_of(*lettered.position(0, 0), z=zoom), tile_of(*lettered.position(1, 1), z=zoom)
    for x in range(first[0], last[0] + 1):
        for y in range(first[1], last[1] + 1):
            tile = Image.open(io.BytesIO(tiles.tile(zoom, x, y, theme=theme))).convert("RGB")
            ground.paste(tile, (round(x * TILE_PX - west * scale), round(y * TILE_PX - north * scale)))
    return ground


def _letter(picture: Image.Image, lettered: LetteredMap, theme: Theme) -> None:
    """Lines between the squares; the letters along the upper edge and the numbers along the left one."""
    pen, side, plain = ImageDraw.Draw(picture), lettered.side_px, font(_LETTER_PX, "village")
    for column in range(lettered.columns):
        pen.line((column * side, 0, column * side, picture.height), fill=theme.quiet)
        pen.text(((column + 0.5) * side, 2), ascii_uppercase[column], fill=theme.primary, font=plain, anchor="mt")
    for row in range(lettered.rows):
        pen.line((0, row * side, picture.width, row * side), fill=theme.quiet)
        pen.text((3, (row + 0.5) * side), str(row + 1), fill=theme.primary, font=plain, anchor="lm")


def _name(picture: Image.Image, lettered: LetteredMap, settlements: pd.DataFrame, *, theme: Theme) -> None:
    """The largest settlements at their places, as many as do not lie on one another."""
    pen, bold = ImageDraw.Draw(picture), font(_NAME_PX, "town")
    taken: list[tuple[float, float, float, float]] = []
    for _key, row in settlements.sort_values("population", ascending=False).head(_TRIED).iterrows():
        at = lettered.pixel(row.geometry.x, row.geometry.y)
        box = pen.textbbox(at, str(row["name"]), font=bold, anchor="mb")
        inside = box[0] >= 0 and box[2] <= picture.width and box[1] >= 0
        if inside and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            pen.ellipse((at[0] - 4, at[1] - 2, at[0] + 4, at[1] + 6), fill=theme.ink)
            pen.text(at, str(row["name"]), fill=theme.ink, font=bold, anchor="mb", stroke_width=3,
                     stroke_fill=theme.casing)  # fmt: skip


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
