"""A drawn tile as the file that is sent: as few colours and bytes as the eye lets pass."""

from __future__ import annotations

import io
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sempre_geo.publish.mercator import TILE_PX
from sempre_geo.publish.palette import Theme, rgb

_NOT_YET = 255
_COLOUR_BITS = np.uint32(0xFFFFFF)


@lru_cache(maxsize=2)
def blank_tile(scale: int) -> bytes:
    """A tile without a name on it, as most are."""
    buffer = io.BytesIO()
    Image.new("RGBA", (TILE_PX * scale, TILE_PX * scale), (0, 0, 0, 0)).save(buffer, format="PNG", compress_level=4)
    return buffer.getvalue()


def tile_as_png(image: Image.Image, theme: Theme) -> bytes:
    """The image as PNG; the ground in the theme's own colours and their half-way mixes, a third of the size."""
    buffer = io.BytesIO()
    if image.mode == "RGB":
        image = _in_theme_colours(image, theme)
    image.save(buffer, format="PNG", compress_level=4)
    return buffer.getvalue()


def _in_theme_colours(image: Image.Image, theme: Theme) -> Image.Image:
    """The image with a palette that all tiles of a theme share, so that no seam shows between neighbours.

    Pillow's own ``quantize`` rounds before it compares, which tints the flat ground.
    """
    nearest = _nearest(tuple(dict.fromkeys(theme.land.values())))
    pixels = np.frombuffer(image.tobytes("raw", "BGRX"), dtype="<u4").reshape(image.height, image.width)
    result = Image.fromarray(nearest.of(pixels & _COLOUR_BITS), mode="P")
    result.putpalette(nearest.palette.ravel().tolist())
    return result


class _Nearest:
    """The palette's nearest entry of every colour, looked up once a colour: tiles use the same few thousand."""

    def __init__(self, palette: NDArray[np.int32]) -> None:
        self.palette = palette
        self._known = np.full(2**24, _NOT_YET, dtype=np.uint8)

    def of(self, packed: NDArray[np.uint32]) -> NDArray[np.uint8]:
        entries = self._known[packed]
        new = np.unique(packed[entries == _NOT_YET])
        if len(new):
            parts = np.column_stack([new >> 16, (new >> 8) & 255, new & 255]).astype(np.float32)
            wide = self.palette.astype(np.float32)
            self._known[new] = ((wide**2).sum(axis=1) - 2 * parts @ wide.T).argmin(axis=1)
            entries = self._known[packed]
        return entries


@lru_cache(maxsize=4)
def _nearest(colours: tuple[str, ...]) -> _Nearest:
    return _Nearest(_palette(colours))


def _palette(colours: tuple[str, ...]) -> NDArray[np.int32]:
    """The colours and the half-way mix of each two, at most 255, as red, green, blue."""
    pure = [rgb(colour) for colour in colours]
    mixed = [tuple((a + b) // 2 for a, b in zip(*pair, strict=True)) for pair in combinations(pure, 2)]
    return np.array([*pure, *mixed][:_NOT_YET], dtype=np.int32)
