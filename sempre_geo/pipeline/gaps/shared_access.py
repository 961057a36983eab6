"""Part of gaps and what-if: how much of a service there is for each person within a limit, others sharing it.

The enhanced two-step floating catchment (E2SFCA): what is near counts more, in three steps of the limit with the
weights of Luo & Qi (2009), doi:10.1016/j.healthplace.2009.06.002.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sempre_geo.errors import InputError
from sempre_geo.gaps.catchments import floating_catchment
from sempre_geo.gaps.costs import Costs, costs_from_table
from sempre_geo.gaps.decay import Decay, step
from sempre_geo.pipeline.gaps.whatif_costs import nearest_rows
from sempre_geo.region.bundle import Region

_WEIGHTS = (1.0, 0.68, 0.22)
PER = 1000
"""Access is told per so many people."""


def stepped(limit: float) -> Decay:
    """The weights over three equal steps of a limit.

    >>> stepped(30.0)(np.array([10.0, 11.0, 30.0, 31.0])).tolist()
    [1.0, 0.68, 0.22, 0.0]
    """
    return step({limit * number / 3: weight for number, weight in enumerate(_WEIGHTS, start=1)})


def shared_access(
    pairs: pd.DataFrame, people: pd.Series, capacity: pd.Series, *, limit: float, stay_min: float = 0.0
) -> pd.Series | None:
    """Capacity per :data:`PER` people that each cell can reach; 0 where none is within the limit.

    Parameters
    ----------
    pairs
        ``cell_id, service_id, minutes``, at most one row a pair.
    people
        Per cell; NaN where confidential, and counted as nobody.
    capacity
        Per service.
    limit, stay_min
        Minutes in the measure of the pairs, and how many of them are the stay: only the rest is the way.

    Returns
    -------
    Series or None
        On the index of ``people``; None where there is nobody or no capacity to share.
    """
    demand = people.fillna(0.0).astype(float)
    if capacity.empty or not demand.sum() > 0 or not capacity.sum() > 0:
        return None
    way = pairs.assign(minutes=(pairs["minutes"] - stay_min).clip(lower=0.0))
    costs = costs_from_table(way, origins=people.index, destinations=capacity.index)
    return _access(costs, demand, capacity, limit=max(limit - stay_min, 1.0))


def street_pairs(region: Region, categories: Sequence[str], mode: str) -> pd.DataFrame:
    """Pairs of cells and services by a street mode: the three nearest of each cell, as the build wrote them."""
    return reachable(nearest_rows(region, categories, mode))


def reachable(rows: pd.DataFrame) -> pd.DataFrame:
    """``cell_id, service_id, minutes`` of the rows that have a way, as text and numbers."""
    way = rows["service_id"].notna() & np.isfinite(rows["minutes"].astype(float)) & (rows["status"] != "unknown")
    found = rows.loc[way, ["cell_id", "service_id", "minutes"]]
    return found.assign(minutes=found["minutes"].astype(float)).drop_duplicates(["cell_id", "service_id"])


def _access(costs: Costs, demand: pd.Series, capacity: pd.Series, *, limit: float) -> pd.Series | None:
    try:
        found = floating_catchment(
            costs, demand.to_numpy(), capacity.to_numpy(dtype=float), method="e2sfca", decay=stepped(limit), limit=limit
        )
    except InputError:
        return None
    return pd.Series(found.to_numpy() * PER, index=demand.index, name="access")
