"""A region's map as one picture for documents: the base map, the shaded grid and the names, as on the page."""

from __future__ import annotations

import io
from math import floor

import numpy as np
from PIL import Image

from sempre_geo.publish.grid import GridPicture
from sempre_geo.publish.mercator import TILE_PX, to_world
from sempre_geo.publish.palette import Theme
from sempre_geo.publish.tile_shapes import FIRST_ZOOM, LAST_ZOOM
from sempre_geo.publish.tiles import Part, TileMap

_WIDEST_PX = 1500
_GRID_OPACITY = 0.8
_MARGIN = 0.03

Box = tuple[float, float, float, float]


def map_picture(base: TileMap, grid: GridPicture, *, bbox: Box, theme: Theme) -> bytes:
    """A PNG of ``bbox`` (west, south, east, north) at the closest zoom that fits 1,500 pixels, with a small margin."""
    (west, north), (east, south) = to_world(np.array([[bbox[0], bbox[3]], [bbox[2], bbox[1]]]))
    margin = _MARGIN * max(east - west, south - north)
    west, east, north, south = west - margin, east + margin, north - margin, south + margin
    zoom = _zoom(max(east - west, south - north))
    world_px = TILE_PX * 2**zoom
    frame = tuple(round(edge * world_px) for edge in (west, north, east, south))
    image = _mosaic(base, frame, zoom=zoom, theme=theme, part="ground").convert("RGBA")
    image.alpha_composite(_shading(grid, frame, world_px))
    image.alpha_composite(_mosaic(base, frame, zoom=zoom, theme=theme, part="names"))
    out = io.BytesIO()
    image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
    return out.getvalue()


def _zoom(extent: float) -> int:
    zoom = floor(np.log2(_WIDEST_PX / (TILE_PX * extent)))
    return int(np.clip(zoom, FIRST_ZOOM, LAST_ZOOM))


def _mosaic(base: TileMap, frame: tuple[int, ...], *, zoom: int, theme: Theme, part: Part) -> Image.Image:
    left, top, right, bottom = frame
    image = Image.new("RGBA", (right - left, bottom - top))
    for x in range(left // TILE_PX, (right - 1) // TILE_PX + 1):
        for y in range(top // TILE_PX, (bottom - 1) // TILE_PX + 1):
            with Image.open(io.BytesIO(base.tile(zoom, x, y, theme=theme, part=part))) as tile:
                image.paste(tile.convert("RGBA"), (x * TILE_PX - left, y * TILE_PX - top))
    return image


def _shading(grid: GridPicture, frame: tuple[int, ...], world_px: int) -> Image.Image:
    """The grid's picture where it belongs; nearest pixels, so that its steps stay the legend's colours."""
    left, top, right, bottom = frame
    west, south, east, north = grid.bbox
    corners = to_world(np.array([[west, north], [east, south]])) * world_px
    (x0, y0), (x1, y1) = np.round(corners).astype(int)
    layer = Image.new("RGBA", (right - left, bottom - top))
    if x1 <= x0 or y1 <= y0:
        return layer
    with Image.open(io.BytesIO(grid.png)) as picture:
        sized = picture.convert("RGBA").resize((int(x1 - x0), int(y1 - y0)), Image.Resampling.NEAREST)
    sized.putalpha(sized.getchannel("A").point(lambda alpha: round(alpha * _GRID_OPACITY)))
    layer.paste(sized, (int(x0) - left, int(y0) - top))
    return layer
