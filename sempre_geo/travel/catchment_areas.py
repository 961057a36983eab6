"""From where services are reached: the homes round each, searched from the services, which are the fewer."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.travel.nearest import Ends, Streets, same_segment_pairs
from sempre_geo.travel.search import reach_within

_F = NDArray[np.float64]


def catchment_areas(streets: Streets, homes: gpd.GeoSeries, services: gpd.GeoSeries, *, limit_s: float) -> pd.DataFrame:
    """Every pair of a home and a service that it reaches within ``limit_s`` seconds, off-network legs included.

    The same pairs as `reach` from the homes gives, found by going back from each service along the streets'
    directions: a country has a hundred times as many homes as doctors, and never a table of all of them.

    Returns
    -------
    pandas.DataFrame
        ``origin`` (position of the home), ``target`` (position of the service), ``seconds``; pairs beyond the
        limit have no row.
    """
    from_points, to_points = streets.index.snap(homes), streets.index.snap(services)
    network, starts = streets.network, streets.exits(from_points)
    indptr, head, order = network.reverse
    by_node = np.argsort(starts.node, kind="stable")
    at_node = np.concatenate([[0], np.cumsum(np.bincount(starts.node, minlength=len(network.lon)))]).astype(np.int64)
    target, origin, seconds, _metres = reach_within(
        (indptr, head, streets.seconds[order], network.metres[order]),
        _side_by_side(streets.entries(to_points)),
        (at_node, starts.point[by_node], starts.seconds[by_node], starts.metres[by_node]),
        len(from_points), limit_s,
    )  # fmt: skip
    found = pd.DataFrame({"origin": origin, "target": target, "seconds": seconds})
    beside = same_segment_pairs(streets, from_points, to_points, limit_s)[["origin", "target", "seconds"]]
    if beside.empty:
        return found
    both = pd.concat([found, beside], ignore_index=True).sort_values("seconds", kind="stable")
    return both.drop_duplicates(["origin", "target"], ignore_index=True)


def _side_by_side(ends: Ends) -> tuple[NDArray[np.int64], NDArray[np.int64], _F, _F]:
    """The nodes of each point as one row, as many columns as the point with the most has; infinity fills the rest."""
    order = np.argsort(ends.point, kind="stable")
    points, first, count = np.unique(ends.point[order], return_index=True, return_counts=True)
    shape = (len(points), int(count.max(initial=1)))
    row = np.repeat(np.arange(len(points)), count)
    column = np.arange(len(order)) - np.repeat(first, count)
    nodes, seconds, metres = np.zeros(shape, dtype=np.int64), np.full(shape, np.inf), np.full(shape, np.inf)
    nodes[row, column], seconds[row, column], metres[row, column] = (
        ends.node[order], ends.seconds[order], ends.metres[order],
    )  # fmt: skip
    return points, nodes, seconds, metres
