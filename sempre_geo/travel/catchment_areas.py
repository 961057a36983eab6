"""From where services are reached: the homes round each, searched from the services, which are the fewer."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.travel.nearest import Ends, Streets, same_segment_pairs
from sempre_geo.travel.search import reach_within
from sempre_geo.travel.snapping import Snapped

_F = NDArray[np.float64]


def catchment_areas(
    streets: Streets,
    homes: gpd.GeoSeries,
    services: gpd.GeoSeries,
    *,
    limit_s: float,
    snapped: Snapped | None = None,
) -> pd.DataFrame:
    """Every pair of a home and a service that it reaches within ``limit_s`` seconds, off-network legs included.

    The same pairs as `reach` from the homes gives, found by going back from each service along the streets'
    directions: a country has a hundred times as many homes as doctors, and never a table of all of them.

    Parameters
    ----------
    snapped
        The homes on this network, where they have been snapped before.

    Returns
    -------
    pandas.DataFrame
        ``origin`` (position of the home), ``target`` (position of the service), ``seconds``; pairs beyond the
        limit have no row.
    """
    from_points = streets.index.snap(homes) if snapped is None else snapped
    to_points = streets.index.snap(services)
    starts = streets.exits(from_points)
    by_node = np.argsort(starts.node, kind="stable")
    nodes = len(streets.network.lon)
    at_node = np.concatenate([[0], np.cumsum(np.bincount(starts.node, minlength=nodes))]).astype(np.int64)
    target, origin, seconds, _metres = reach_within(
        streets.backward, _side_by_side(streets.entries(to_points)),
        (at_node, starts.point[by_node], starts.seconds[by_node], starts.metres[by_node]),
        len(from_points), limit_s,
    )  # fmt: skip
    beside = same_segment_pairs(streets, from_points, to_points, limit_s)
    return _with_shorter(pd.DataFrame({"origin": origin, "target": target, "seconds": seconds}), beside)


def _with_shorter(found: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """The pairs found over junctions, and those along one street; the shorter where a pair is both.

    Of the second there are few, so that the many are not sorted.
    """
    if beside.empty:
        return found
    width = int(max(found["target"].to_numpy().max(initial=0), beside["target"].max())) + 1
    direct = beside.assign(pair=beside["origin"] * width + beside["target"])[["origin", "target", "seconds", "pair"]]
    direct = direct.sort_values(["pair", "seconds"], kind="stable").drop_duplicates("pair", ignore_index=True)
    pair = (found["origin"] * width + found["target"]).to_numpy()
    at = np.minimum(np.searchsorted(direct["pair"], pair), len(direct) - 1)
    both = direct["pair"].to_numpy()[at] == pair
    along = np.where(both, direct["seconds"].to_numpy()[at], np.inf)
    shorter = found.assign(seconds=np.minimum(found["seconds"], along))
    more = np.setdiff1d(np.arange(len(direct)), at[both])
    return pd.concat([shorter, direct.iloc[more][list(found.columns)]], ignore_index=True)


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
