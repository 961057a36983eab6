"""A flat plane in metres round the middle of the county, seeded noise on it, and soft lines."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

LON, LAT = 19.8, 56.875
METRES_PER_LON, METRES_PER_LAT = 60_976.8, 111_357.6  # of a degree there (WGS 84 series)
BBOX = (19.3, 56.6, 20.3, 57.15)
CELL_M = 125.0
CELLS = 496
EDGE_M = CELL_M * CELLS / 2
AXIS = np.linspace(-EDGE_M, EDGE_M, CELLS)
X, Y = np.meshgrid(AXIS, AXIS)

Floats = NDArray[np.float64]


def to_degrees(points: Floats) -> Floats:
    """Metres of the plane, shape (n, 2), as (lon, lat) with seven decimals, as OpenStreetMap keeps them."""
    return np.round(points / (METRES_PER_LON, METRES_PER_LAT) + (LON, LAT), 7)


def noise(rng: np.random.Generator, *, wave_m: float, rough: float = 2.2) -> Floats:
    """Smooth random hills on the grid, mean 0 and spread 1; waves longer than ``wave_m`` are damped.

    Rounded, so that processors that differ in the last digit make the same county.
    """
    frequency = np.fft.fftfreq(CELLS, CELL_M)
    k = np.hypot(*np.meshgrid(frequency, frequency)) * wave_m
    spectrum = np.fft.fft2(rng.standard_normal((CELLS, CELLS))) / (1 + k**2) ** (rough / 2)
    field = np.real(np.fft.ifft2(spectrum))
    return np.asarray(np.round((field - field.mean()) / field.std(), 6))


def sample(field: Floats, points: Floats) -> Floats:
    """The field's values at points, shape (n, 2), by the nearest grid cell."""
    at = np.clip(np.rint((points + EDGE_M) / (2 * EDGE_M) * (CELLS - 1)).astype(int), 0, CELLS - 1)
    return np.asarray(field[at[:, 1], at[:, 0]])


def polygons_above(field: Floats, level: float, *, smallest_m2: float, tolerance_m: float) -> list[shapely.Polygon]:
    """Outlines of where a field is above a level, the largest first, small ones and small holes left out."""
    from contourpy import FillType, contour_generator

    maker = contour_generator(AXIS, AXIS, field, fill_type=FillType.OuterOffset)
    found = []
    for points, offsets in zip(*maker.filled(level, float(field.max()) + 1.0), strict=True):
        rings = [points[a:b] for a, b in pairwise(offsets)]
        holes = [ring for ring in rings[1:] if shapely.Polygon(ring).area >= smallest_m2]
        whole = shapely.make_valid(shapely.Polygon(rings[0], holes).simplify(tolerance_m))
        found += [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    kept = [shape for shape in found if shape.area >= smallest_m2]
    return sorted(kept, key=lambda shape: -shape.area)


def soft(line: Floats, *, spread: float) -> Floats:
    """A line whose corners are rounded by a running mean over about ``spread`` points, its ends unmoved."""
    if len(line) < 4:
        return np.asarray(np.round(line, 3))
    reach = int(3 * spread)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    kernel /= kernel.sum()
    # The ends are mirrored through themselves, which keeps them in place.
    before = 2 * line[0] - line[np.minimum(np.arange(reach, 0, -1), len(line) - 1)]
    after = 2 * line[-1] - line[np.maximum(len(line) - 1 - np.arange(1, reach + 1), 0)]
    padded = np.vstack([before, line, after])
    out = np.column_stack([np.convolve(padded[:, axis], kernel, mode="valid") for axis in (0, 1)])
    out[0], out[-1] = line[0], line[-1]
    return np.round(out, 3)


def rounded(ring: Floats, *, closed: bool) -> Floats:
    """A line or ring with its corners cut (one step of Chaikin's rule); a line's ends stay."""
    a, b = ring[:-1], ring[1:]
    cut = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
    return np.round(np.vstack([cut, cut[:1]]) if closed else np.vstack([ring[:1], cut[1:-1], ring[-1:]]), 2)


def rounded_polygon(shape: shapely.Polygon) -> shapely.Polygon:
    """A polygon with all its corners cut."""
    rings = [rounded(shapely.get_coordinates(ring), closed=True) for ring in (shape.exterior, *shape.interiors)]
    # Cut corners of a narrow neck may cross: such a shape stays as it was.
    cut = shapely.Polygon(rings[0], [ring for ring in rings[1:] if shapely.Polygon(ring).area > 12_000])
    return cut if cut.is_valid else shape


def ragged(rng: np.random.Generator, ring: Floats) -> Floats:
    """A shore with twice the points, the new ones pushed aside by up to a ninth of their stretch."""
    step = np.diff(ring, axis=0)
    push = rng.uniform(-0.11, 0.11, len(step))[:, None] * np.column_stack([-step[:, 1], step[:, 0]])
    return np.round(np.insert(ring, range(1, len(ring)), (ring[:-1] + ring[1:]) / 2 + push, axis=0), 2)
