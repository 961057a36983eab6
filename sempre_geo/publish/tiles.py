"""Base-map tiles drawn from a region's own layers, so that no map asks another host for anything."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from threading import Lock
from typing import Literal

import aggdraw
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.publish.mercator import TILE_PX, tile_box
from sempre_geo.publish.palette import Theme
from sempre_geo.publish.tile_files import blank_tile, tile_as_png
from sempre_geo.publish.tile_names import NameStore, PlacedName, font, region_names
from sempre_geo.publish.tile_shapes import FIRST_ZOOM, LAST_ZOOM, ROAD_CLASSES, Shapes, ShapeStore, region_shapes
from sempre_geo.publish.tiles_first_look import (
    FIRST_LOOK,
    first_look_name,
    first_tiles,
    read_first_look,
)
from sempre_geo.region.bundle import Region

Part = Literal["ground", "names"]
_KEPT_TILES = 3000
_MARGIN_PX = 12
_AREA_ORDER = ("farmland", "meadow", "beach", "wetland", "park", "forest", "built_up")
_ROAD_PX = {
    "path": (0.8, 1.2), "track": (0.8, 2.0), "service": (0.7, 3.4), "minor": (0.8, 5.0), "tertiary": (1.2, 7.0),
    "secondary": (1.4, 8.5), "primary": (1.8, 10.0), "trunk": (2.2, 11.0), "motorway": (2.6, 12.0),
}  # fmt: skip
_CASED_FROM = {"service": 15, "minor": 13, "tertiary": 11, "secondary": 10, "primary": 8, "trunk": 7, "motorway": 7}
_MAIN = {"primary", "trunk", "motorway"}
_HALO_PX = 2
_DASH_PX, _DASH_GAP_PX = 5, 4


class TileMap:
    """The base map of one region; tiles are drawn when asked for and the last few thousand are kept.

    Parameters
    ----------
    ground
        Makes the shapes and names that tiles are drawn from, when the first tile is drawn.
    first_look
        Tiles drawn before, by the names of `first_look_name`.
    """

    def __init__(
        self, ground: Callable[[], tuple[ShapeStore, NameStore]], *, first_look: Mapping[str, bytes] | None = None
    ) -> None:
        self._make = ground
        self._ground: tuple[ShapeStore, NameStore] | None = None
        self._first_look = first_look or {}
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._lock, self._making = Lock(), Lock()

    def first_look(
        self, bbox: tuple[float, float, float, float], themes: Sequence[Theme]
    ) -> Iterator[tuple[str, bytes]]:
        """Every tile that the first look at ``bbox`` (degrees) shows, with its name."""
        parts: tuple[Part, ...] = ("ground", "names")
        for theme, part, tile in product(themes, parts, first_tiles(bbox)):
            name = first_look_name(tile, theme=theme, part=part, scale=2)
            yield name, self.tile(*tile, theme=theme, part=part, scale=2)

    def _drawn_from(self) -> tuple[ShapeStore, NameStore]:
        with self._making:
            if self._ground is None:
                self._ground = self._make()
            return self._ground

    def prepare_every_zoom(self) -> None:
        """Simplify shapes and place names for all zooms, which the first tile of each would wait for."""
        shapes, names = self._drawn_from()
        for z in range(FIRST_ZOOM, LAST_ZOOM + 1):
            shapes.at(z)
            names.near(z, (0, 0, 0, 0))

    def tile(self, z: int, x: int, y: int, *, theme: Theme, part: Part = "ground", scale: int = 1) -> bytes:
        """One tile as PNG: the opaque ground, or the names alone on a transparent one.

        Parameters
        ----------
        scale
            1 for 256 px a side, 2 for 512 px on fine screens.

        Raises
        ------
        InputError
            There is no such tile, zoom or scale.
        """
        _check_tile(z, x, y, scale=scale)
        key = (z, x, y, theme.name, part, scale)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = self._first_look.get(first_look_name((z, x, y), theme=theme, part=part, scale=scale))
        if drawn is None:
            drawn = self.drawn(z, x, y, theme=theme, part=part, scale=scale)
        with self._lock:
            self._kept[key] = drawn
            if len(self._kept) > _KEPT_TILES:
                self._kept.popitem(last=False)
        return drawn

    def drawn(self, z: int, x: int, y: int, *, theme: Theme, part: Part = "ground", scale: int = 1) -> bytes:
        """A tile as `tile` gives it, drawn anew."""
        shapes, placed = self._drawn_from()
        if part == "ground":
            return tile_as_png(draw_ground(shapes, (z, x, y), theme=theme, scale=scale), theme)
        box = (x * TILE_PX, y * TILE_PX, (x + 1) * TILE_PX, (y + 1) * TILE_PX)
        near = placed.near(z, box)
        return tile_as_png(draw_names(near, (x, y), theme=theme, scale=scale), theme) if near else blank_tile(scale)


def tile_map(region: Region) -> TileMap:
    """The base map of a built region, from its land, roads, municipalities, buildings and settlements."""

    def ground() -> tuple[ShapeStore, NameStore]:
        return ground_of(
            land=region.land, roads=region.roads, municipalities=region.municipalities, bbox=region.bbox,
            buildings=region.buildings if region.has("buildings") else None, settlements=region.settlements,
        )  # fmt: skip

    return TileMap(ground, first_look=read_first_look(region.path / FIRST_LOOK))


def ground_of(
    *,
    land: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    buildings: pd.DataFrame | None,
    settlements: gpd.GeoDataFrame,
    bbox: tuple[float, float, float, float],
) -> tuple[ShapeStore, NameStore]:
    """What tiles are drawn from: a region's layers as `Region` has them."""
    places = np.zeros((0, 2)) if buildings is None else buildings[["lon", "lat"]].to_numpy(dtype=np.float64)
    shapes = region_shapes(land=land, roads=roads, municipalities=municipalities, buildings=places, bbox=bbox)
    return shapes, NameStore(region_names(settlements, land))


def populated_bbox(
    cells: gpd.GeoDataFrame, bbox: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """The box in which people live, which a first look shows; the whole region's ``bbox`` if nobody is counted."""
    if cells.empty:
        return bbox
    west, south, east, north = (float(side) for side in cells.total_bounds)
    return west, south, east, north


def _check_tile(z: int, x: int, y: int, *, scale: int) -> None:
    if not FIRST_ZOOM <= z <= LAST_ZOOM or not 0 <= x < 2**z or not 0 <= y < 2**z or scale not in {1, 2}:
        raise InputError(
            _("There is no tile {z}/{x}/{y} at scale {scale}; zooms go from {first} to {last}.").format(
                z=z, x=x, y=y, scale=scale, first=FIRST_ZOOM, last=LAST_ZOOM
            )
        )


class _Canvas:
    """One tile being drawn: knows where world shares fall on its pixels."""

    def __init__(self, tile: tuple[int, int, int], *, theme: Theme, scale: int) -> None:
        z, x, y = tile
        self.z, self.theme, self.scale = z, theme, scale
        self._world_px = TILE_PX * 2**z * scale
        self._origin = np.array([x, y], dtype=np.float64) * TILE_PX * scale
        margin = _MARGIN_PX / (TILE_PX * 2**z)
        west, north, east, south = tile_box(*tile)
        self.box = (west - margin, north - margin, east + margin, south + margin)
        self.image = Image.new("RGB", (TILE_PX * scale, TILE_PX * scale), theme.land["land"])
        self._draw = aggdraw.Draw(self.image)

    def _pixels(self, geometry: NDArray[np.object_]) -> list[NDArray[np.float64]]:
        """Each point, line or ring as pixels, shape (n, 2): all transformed at once, as a tile has hundreds."""
        places, owner = shapely.get_coordinates(geometry, return_index=True)
        pixels = places * self._world_px - self._origin
        return [pixels[rows] for rows in _runs(owner)]

    def areas(self, shapes: Shapes, *, fill: str, edge: str | None = None) -> None:
        brush, pen = aggdraw.Brush(fill), aggdraw.Pen(edge, 0.8 * self.scale) if edge else None
        parts = shapely.get_parts(shapes.inside(self.box))
        polygons = parts[(shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)]
        # Cutting at the box forgets which way rings run, and a hole is only a hole if it runs the other way.
        rings, owner = shapely.get_rings(shapely.orient_polygons(polygons), return_index=True)
        pieces = self._pixels(rings)
        for rows in _runs(owner):
            first, *holes = pieces[rows]
            if holes:
                self._draw.path(_path([first, *holes]), pen, brush)
            else:
                self._draw.polygon(first.ravel().tolist(), pen, brush)

    def lines(self, shapes: Shapes, *, colour: str, width_px: float, dashed: bool = False) -> None:
        pen = aggdraw.Pen(colour, width_px * self.scale)
        parts = shapely.get_parts(shapes.inside(self.box))
        for points in self._pixels(parts[~shapely.is_empty(parts)]):
            if len(points) > 1:
                for piece in dashes(points, self.scale) if dashed else [points.ravel()]:
                    self._draw.line(piece.tolist(), pen)

    def squares(self, shapes: Shapes, *, fill: str, side_px: float) -> None:
        brush, half = aggdraw.Brush(fill), side_px * self.scale / 2
        inside = shapes.inside(self.box)
        for x, y in (shapely.get_coordinates(inside) * self._world_px - self._origin).tolist():
            self._draw.rectangle((x - half, y - half, x + half, y + half), None, brush)

    def finished(self) -> Image.Image:
        self._draw.flush()
        return self.image


def _runs(owner: NDArray[np.int64]) -> list[slice]:
    """Where the rows of each owner lie; ``owner`` names the owner of every row, those of one beside each other."""
    ends = [*(np.flatnonzero(np.diff(owner)) + 1).tolist(), len(owner)]
    return [slice(start, end) for start, end in pairwise([0, *ends]) if end > start]


def _path(rings: Sequence[NDArray[np.float64]]) -> aggdraw.Path:
    """A polygon with its holes."""
    path = aggdraw.Path()
    for ring in rings:
        first, *rest = ring.tolist()
        path.moveto(*first)
        for point in rest:
            path.lineto(*point)
        path.close()
    return path


def draw_ground(shapes: ShapeStore, tile: tuple[int, int, int], *, theme: Theme, scale: int = 1) -> Image.Image:
    """A tile without names: land, water, buildings, borders, railways and roads, from below to above."""
    here, land = shapes.at(tile[0]), theme.land
    canvas = _Canvas(tile, theme=theme, scale=scale)
    for kind in _AREA_ORDER:
        if kind in here:
            canvas.areas(here[kind], fill=land[kind])
    _draw_thin_lines(canvas, here, wet=True)
    for kind in ("sea", "water"):
        if kind in here:
            canvas.areas(here[kind], fill=land["water"], edge=land["shore"])
    _draw_thin_lines(canvas, here, wet=False)
    if "building" in here:
        canvas.squares(here["building"], fill=land["building"], side_px=2.2 * 1.5 ** (canvas.z - 14))
    _draw_roads(canvas, here)
    return canvas.finished()


def _draw_thin_lines(canvas: _Canvas, here: Mapping[str, Shapes], *, wet: bool) -> None:
    land, grown = canvas.theme.land, max(canvas.z - 9, 0)
    below = {
        "municipality": (land["municipality"], 0.9, True),  # hidden by the sea, where nobody looks for a border
        "stream": (land["shore"], 0.7, False),
        "river": (land["shore"], 0.8 + 0.35 * grown, False),
    }
    above = {
        "ferry": (land["ferry"], 1.1, True),
        "rail": (land["rail"], 0.8 + 0.15 * grown, False),
    }
    for kind, (colour, width, dashed) in (below if wet else above).items():
        if kind in here:
            canvas.lines(here[kind], colour=colour, width_px=width, dashed=dashed)


def _draw_roads(canvas: _Canvas, here: Mapping[str, Shapes]) -> None:
    """All casings first, then all surfaces, so that crossings stay open."""
    land = canvas.theme.land
    drawn = [kind for kind in ROAD_CLASSES if kind in here]
    for kind in drawn:
        if canvas.z >= _CASED_FROM.get(kind, LAST_ZOOM + 1):
            canvas.lines(here[kind], colour=land["road_casing"], width_px=road_px(kind, canvas.z) + 1.4)
    for kind in drawn:
        cased = canvas.z >= _CASED_FROM.get(kind, LAST_ZOOM + 1)
        surface = land["main_road"] if kind in _MAIN else land["road"]
        colour = surface if cased else land["path" if kind in {"path", "track"} else "thin_road"]
        canvas.lines(here[kind], colour=colour, width_px=road_px(kind, canvas.z), dashed=kind == "path")


def road_px(kind: str, z: int) -> float:
    """How wide a road is drawn: the class's thin width at zoom 8, its full one at 16.

    >>> road_px("motorway", 16) > road_px("minor", 16) > road_px("minor", 11)
    True
    """
    thin, full = _ROAD_PX[kind]
    return float(thin + (full - thin) * min(max(z - 8, 0) / 8, 1.0) ** 1.6)


def dashes(points: NDArray[np.float64], scale: int) -> NDArray[np.float64]:
    """A line of pixels, shape (n, 2), cut into straight dashes: one row of x, y, x, y each.

    >>> dashes(np.array([[0.0, 0.0], [12.0, 0.0]]), 1).tolist()
    [[0.0, 0.0, 5.0, 0.0], [9.0, 0.0, 12.0, 0.0]]
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    starts = np.arange(0, along[-1], (_DASH_PX + _DASH_GAP_PX) * scale)
    ends = np.minimum(starts + _DASH_PX * scale, along[-1])
    return np.column_stack([np.interp(at, along, points[:, axis]) for at in (starts, ends) for axis in (0, 1)])


def draw_names(names: list[PlacedName], tile: tuple[int, int], *, theme: Theme, scale: int = 1) -> Image.Image:
    """A transparent tile with its names, haloed, and a dot for each settlement."""
    image = Image.new("RGBA", (TILE_PX * scale, TILE_PX * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for placed in names:
        x, y = (placed.x_px - tile[0] * TILE_PX) * scale, (placed.y_px - tile[1] * TILE_PX) * scale
        wet = placed.name.kind == "water"
        if placed.dot_px:
            _draw_dot(draw, (x, y + placed.drop_px * scale), theme=theme, radius_px=placed.dot_px * scale)
        draw.text(
            (x, y),
            placed.name.text,
            font=font(placed.size_px * scale, placed.name.kind),
            anchor="mm",
            fill=theme.land["water_name"] if wet else theme.land["name"],
            stroke_width=_HALO_PX * scale,
            stroke_fill=theme.land["halo"],
        )
    return image


def _draw_dot(draw: ImageDraw.ImageDraw, at: tuple[float, float], *, theme: Theme, radius_px: float) -> None:
    x, y = at
    around = (x - radius_px, y - radius_px, x + radius_px, y + radius_px)
    draw.ellipse(around, fill=theme.land["halo"], outline=theme.land["name"], width=max(round(radius_px / 2), 1))
