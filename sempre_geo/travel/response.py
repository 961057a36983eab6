"""How long help takes to come: from the services outwards, along streets as they may be driven."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.travel.nearest import Streets, same_segment_pairs
from sempre_geo.travel.search import nearest_source

_MINUTE_S = 60.0


def response_times(streets: Streets, services: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Minutes in which the nearest of ``services`` reaches each place.

    The way out is not the way in: one-way streets and forbidden turns are taken as the ambulance meets them,
    which the time to the nearest service, searched from the place, is not. Blue lights are not counted.

    Returns
    -------
    pandas.DataFrame
        On the places' index: ``minutes`` (infinite where nothing gets there), ``status`` (``ok, no_road``,
        ``unreachable``).
    """
    stations, doors = streets.index.snap(services.geometry), streets.index.snap(places.geometry)
    starts, ends = streets.exits(stations), streets.entries(doors)
    usable = np.isfinite(starts.seconds)
    arcs = (streets.network.indptr, streets.network.head, streets.seconds)
    cost = nearest_source(arcs, (starts.node[usable], starts.seconds[usable]))
    seconds = np.full(len(places), np.inf)
    np.minimum.at(seconds, ends.point, cost[ends.node] + ends.seconds)
    beside = same_segment_pairs(streets, stations, doors, np.inf)
    np.minimum.at(seconds, beside["target"].to_numpy(), beside["seconds"].to_numpy())
    status = np.where(np.isfinite(seconds), "ok", np.where(doors.found, "unreachable", "no_road"))
    return pd.DataFrame({"minutes": seconds / _MINUTE_S, "status": status.astype(object)}, index=places.index)
