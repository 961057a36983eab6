"""Where points meet a street network: the nearest place on a connected street, and how far off it lies."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from sempre_geo.travel.speeds import WALK_KMH, WHEELCHAIR_KMH
from sempre_geo.travel.streets import StreetNetwork

# Farther from every street there is no road: a longer leg, as the crow flies, would as likely as not cross water.
FARTHEST_SNAP_M = 2_000.0
# A part of the network cut off by the map's border often lies nearer than the street people use: the main parts
# are preferred unless they are this much farther away.
MAIN_PREFERENCE_M = 400.0
_METRIC = "EPSG:3035"


@dataclass(frozen=True)
class Snapped:
    """Each point's place on the network.

    Attributes
    ----------
    segment
        Position in the network's segments; -1 where nothing is within reach. int64, shape (points,).
    fraction
        How far along the segment, 0 at its tail to 1 at its head.
    off_network_m, off_network_s
        The leg between point and street: metres as the crow flies, and seconds on foot (also for drivers:
        beyond the street there is none to drive on). Infinite where nothing is within reach.
    xy
        The points themselves in metres (EPSG:3035), shape (points, 2).
    """

    segment: NDArray[np.int64]
    fraction: NDArray[np.float64]
    off_network_m: NDArray[np.float64]
    off_network_s: NDArray[np.float64]
    xy: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.segment)

    def only(self, row: int) -> Snapped:
        """One of the points alone."""
        here = slice(row, row + 1)
        return Snapped(
            self.segment[here], self.fraction[here], self.off_network_m[here], self.off_network_s[here], self.xy[here]
        )

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which points met a street."""
        return self.segment >= 0


class SegmentIndex:
    """Finds the nearest segments of one network; made once, asked often."""

    def __init__(self, network: StreetNetwork) -> None:
        self._network = network
        to_metres = Transformer.from_crs("EPSG:4326", _METRIC, always_xy=True)
        xy = np.column_stack(to_metres.transform(network.lon, network.lat))
        ends = np.stack([xy[network.tail_of_segment], xy[network.head_of_segment]], axis=1)
        lines = shapely.linestrings(ends) if len(ends) else np.array([], dtype=object)
        self._main = np.flatnonzero(network.main)
        self._lines = lines
        self._every_tree = shapely.STRtree(lines)
        self._main_tree = self._every_tree if network.main.all() else shapely.STRtree(lines[self._main])

    def snap(self, points: gpd.GeoSeries, *, farthest_m: float = FARTHEST_SNAP_M) -> Snapped:
        """Snap points (any CRS) to the network.

        Parameters
        ----------
        farthest_m
            Points farther from every street are not snapped: they have no road.
        """
        places = points.to_crs(_METRIC).to_numpy()
        segment = np.full(len(places), -1, dtype=np.int64)
        away = np.full(len(places), np.inf)
        if len(self._lines):
            segment, away = self._nearest(places, farthest_m)
        fraction = np.zeros(len(places))
        met = segment >= 0
        fraction[met] = shapely.line_locate_point(self._lines[segment[met]], places[met], normalized=True)
        kmh = WHEELCHAIR_KMH if self._network.mode == "wheelchair" else WALK_KMH
        xy = np.column_stack([shapely.get_x(places), shapely.get_y(places)])
        return Snapped(segment, np.nan_to_num(fraction), away, away * 3.6 / kmh, xy)

    def _nearest(self, places: NDArray[np.object_], farthest_m: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        segment, away = _query(self._main_tree, places, farthest_m)
        if self._main_tree is not self._every_tree:
            segment = np.where(segment >= 0, self._main[segment], -1)
            other, other_away = _query(self._every_tree, places, farthest_m)
            nearer = other_away + MAIN_PREFERENCE_M < away
            segment, away = np.where(nearer, other, segment), np.where(nearer, other_away, away)
        return segment, away


def _query(
    tree: shapely.STRtree, places: NDArray[np.object_], farthest_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    segment = np.full(len(places), -1, dtype=np.int64)
    away = np.full(len(places), np.inf)
    usable = np.flatnonzero(~shapely.is_empty(places) & ~shapely.is_missing(places))
    (asked, hit), far = tree.query_nearest(
        places[usable], max_distance=farthest_m, return_distance=True, all_matches=False
    )
    segment[usable[asked]], away[usable[asked]] = hit, far
    return segment, away
