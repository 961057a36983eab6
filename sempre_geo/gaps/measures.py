"""Access of each cell to one category by one mode: small functions, a Series out on the cells' index."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sempre_geo.gaps.costs import Costs


def nearest_time(times: pd.DataFrame, cells: pd.Index, *, cost: str = "minutes") -> pd.Series:
    """Cost of the nearest service; infinity where none can be reached, never NaN.

    Parameters
    ----------
    times
        Rows of one category and one mode: ``cell_id``, ``rank`` (1 the nearest) and ``cost``.
    cells
        The index the result stands on; a cell without a row counts as unreachable.

    Examples
    --------
    >>> times = pd.DataFrame({"cell_id": ["a"], "rank": [1], "minutes": [7.0]})
    >>> nearest_time(times, pd.Index(["a", "b"])).tolist()
    [7.0, inf]
    """
    return k_nearest_time(times, cells, k=1, cost=cost).rename("nearest_time")


def k_nearest_time(times: pd.DataFrame, cells: pd.Index, *, k: int, cost: str = "minutes") -> pd.Series:
    """Cost of the ``k``-th nearest service; infinity where fewer than ``k`` can be reached.

    Choice matters: two doctors near are more than one.
    """
    row = times[times["rank"] == k].set_index("cell_id")[cost]
    return row.reindex(cells).astype(np.float64).fillna(np.inf).rename(f"nearest_{k}_time")


def mean_of_nearest(times: pd.DataFrame, cells: pd.Index, *, k: int = 3, cost: str = "minutes") -> pd.Series:
    """Mean cost of the ``k`` nearest services; infinity where fewer than ``k`` can be reached.

    Averaging over those that happen to be reachable would flatter the places with the least choice.

    Examples
    --------
    >>> times = pd.DataFrame({"cell_id": ["a", "a", "b"], "rank": [1, 2, 1], "minutes": [4.0, 8.0, 1.0]})
    >>> mean_of_nearest(times, pd.Index(["a", "b"]), k=2).tolist()
    [6.0, inf]
    """
    ranks = [k_nearest_time(times, cells, k=rank, cost=cost) for rank in range(1, k + 1)]
    return pd.concat(ranks, axis=1).mean(axis=1).rename(f"mean_of_{k}_nearest")


def cumulative_opportunities(costs: Costs, supply: ArrayLike, *, limit: float) -> pd.Series:
    """Supply within ``limit`` of each origin; 0 where nothing is.

    References
    ----------
    Wachs & Kumagai (1973), doi:10.1016/0038-0121(73)90041-4.
    """
    within = costs.within(limit)
    amounts = np.asarray(supply, dtype=np.float64)
    return pd.Series(
        within.per_origin(amounts[within.destination]), index=costs.origins, name="cumulative_opportunities"
    )


def service_gap(minutes: pd.Series, limit: float) -> pd.Series:
    """Cost by which each place misses the limit.

    A place within it has gap 0; a place from which nothing can be reached has gap infinity, never NaN,
    which would vanish from means and maps.

    Examples
    --------
    >>> service_gap(pd.Series([10.0, 50.0, np.inf]), 30.0).tolist()
    [0.0, 20.0, inf]
    """
    return (minutes - limit).clip(lower=0.0).rename("service_gap")
