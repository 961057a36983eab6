"""The sea as polygons: OpenStreetMap has only its coastline, drawn with land on the left and water on the right."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

_ASIDE_DEG = 1e-6


def sea_from_coastline(
    lines: NDArray[np.object_], bbox: tuple[float, float, float, float]
) -> list[shapely.geometry.Polygon]:
    """The parts of ``bbox`` that lie on the water side of the coastline.

    A coastline that ends inside the box, because the extract was cut there, is closed by the shortest way to
    the box's edge: a straight stretch of shore is wrong by little, a flooded county is not.

    Parameters
    ----------
    lines
        LineStrings in EPSG:4326 in OpenStreetMap's direction; none means no sea.

    >>> island = shapely.LinearRing([(1, 1), (2, 1), (2, 2), (1, 2)])
    >>> sea_from_coastline(np.array([island]), (0, 0, 3, 3))[0].area
    8.0
    >>> sea_from_coastline(np.array([], dtype=object), (0, 0, 3, 3))
    []
    """
    frame = shapely.box(*bbox)
    coast = _merged(lines, frame)
    if not coast:
        return []
    edges = [frame.exterior, *coast, *_closing(coast, frame)]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(edges)]))
    votes = _votes(coast, faces)
    return [face for face, vote in zip(faces, votes, strict=True) if vote > 0]


def is_island(lines: NDArray[np.object_]) -> bool:
    """Whether the coastline is closed all round, so that beyond it there is nothing but sea.

    >>> is_island(np.array([shapely.LineString([(0, 0), (1, 0)])])), is_island(np.array([], dtype=object))
    (False, False)
    """
    if not len(lines):
        return False
    whole = shapely.get_parts(shapely.line_merge(shapely.union_all(_as_lines(lines)), directed=True))
    return bool(np.all(shapely.is_closed(whole)))


def _merged(lines: NDArray[np.object_], frame: shapely.Polygon) -> list[shapely.LineString]:
    """The coastline inside the frame in as few directed pieces as possible."""
    if not len(lines):
        return []
    whole = shapely.line_merge(shapely.union_all(_as_lines(lines)), directed=True)
    inside = shapely.intersection(whole, frame)
    return [part for part in shapely.get_parts(inside) if part.geom_type == "LineString" and part.length > 0]


def _as_lines(lines: NDArray[np.object_]) -> list[shapely.LineString]:
    return [shapely.LineString(shapely.get_coordinates(line)) for line in lines]


def _closing(coast: list[shapely.LineString], frame: shapely.Polygon) -> list[shapely.LineString]:
    """The shortest way to the frame from every loose end."""
    ends = [shapely.Point(line.coords[at]) for line in coast if not line.is_ring for at in (0, -1)]
    loose = [end for end in ends if frame.exterior.distance(end) > 0 and sum(end.equals(other) for other in ends) == 1]
    return [shapely.shortest_line(end, frame.exterior) for end in loose]


def _votes(coast: list[shapely.LineString], faces: NDArray[np.object_]) -> NDArray[np.int64]:
    """For every face how many pieces of coast have it on their right, less those that have it on their left."""
    votes = np.zeros(len(faces), dtype=np.int64)
    tree = shapely.STRtree(faces)
    for line in coast:
        for point, vote in _sides(line):
            votes[tree.query(point, predicate="within")] += vote
    return votes


def _sides(line: shapely.LineString) -> list[tuple[shapely.Point, int]]:
    """A point to the right (sea) and one to the left (land) of the line's longest segment."""
    points = np.asarray(line.coords)
    steps = np.diff(points[:, :2], axis=0)
    longest = int(np.argmax(np.hypot(*steps.T)))
    middle = points[longest, :2] + steps[longest] / 2
    aside = np.array([steps[longest, 1], -steps[longest, 0]]) / np.hypot(*steps[longest]) * _ASIDE_DEG
    return [(shapely.Point(middle + aside), 1), (shapely.Point(middle - aside), -1)]
