"""The square world of web maps: EPSG:4326 positions as shares of it, and the tiles it is cut into."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

TILE_PX = 256
LIMIT_LAT = 85.0511287798066


def to_world(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions as shares of the square world, x to the east and y to the south, 0 to 1.

    Parameters
    ----------
    positions
        (lon, lat) in degrees, shape (n, 2); latitudes beyond the square world are pulled to its edge.

    >>> to_world(np.array([[0.0, 0.0], [180.0, -90.0]])).round(6).tolist()
    [[0.5, 0.5], [1.0, 1.0]]
    """
    lat = np.radians(np.clip(positions[:, 1], -LIMIT_LAT, LIMIT_LAT))
    return np.column_stack([positions[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * math.pi)])


def from_world(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions (lon, lat) in degrees of shares of the square world; the inverse of `to_world`."""
    lat = np.degrees(np.arctan(np.sinh((0.5 - shares[:, 1]) * 2 * math.pi)))
    return np.column_stack([(shares[:, 0] - 0.5) * 360, lat])


def geometry_to_world(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """EPSG:4326 geometries with their coordinates as shares of the square world."""
    return np.asarray(shapely.transform(geometry, to_world), dtype=object)


def tile_box(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, north, east, south of a tile as shares of the square world.

    >>> tile_box(0, 0, 0)
    (0.0, 0.0, 1.0, 1.0)
    """
    count = 2**z
    return x / count, y / count, (x + 1) / count, (y + 1) / count


def tile_of(lon: float, lat: float, *, z: int) -> tuple[int, int]:
    """Column and row of the tile a position lies on.

    >>> tile_of(0.1, -0.1, z=1)
    (1, 1)
    """
    x, y = to_world(np.array([[lon, lat]]))[0] * 2**z
    return min(int(x), 2**z - 1), min(int(y), 2**z - 1)
