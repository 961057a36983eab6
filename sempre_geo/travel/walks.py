"""Ways on foot between doors and stops, and from stop to stop: on the streets, or straight where none are known."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.travel.footpaths import DETOUR, near_pairs, straight_footpaths, straight_seconds
from sempre_geo.travel.nearest import Streets, reach
from sempre_geo.travel.speeds import WALK_KMH
from sempre_geo.travel.timetable import MIN_CHANGE_S


@dataclass(frozen=True)
class WalkingRules:
    """How far people walk to a bus; the planner's choices.

    Attributes
    ----------
    access_limit_s
        The longest walk from a door to a stop, or from a stop to a door.
    change_limit_s
        The longest walk from one stop to another.
    all_the_way_limit_s
        The longest walk instead of any bus.
    min_change_s
        The least time for a change.
    kmh
        How fast they walk; the streets' own speeds are scaled by it.
    """

    access_limit_s: float = 30 * 60
    change_limit_s: float = 10 * 60
    all_the_way_limit_s: float = 2 * 60 * 60
    min_change_s: int = MIN_CHANGE_S
    kmh: float = WALK_KMH


def walks(
    streets: Streets | None, origins: gpd.GeoSeries, targets: gpd.GeoSeries, *, limit_s: float, rules: WalkingRules
) -> pd.DataFrame:
    """Walks from each origin to the targets within a limit: ``origin, target`` (positions), ``seconds`` (whole, int32).

    Without streets they are straight lines, taken as 1.3 times as long. Streets are taken to be walked as
    quickly one way as the other, so the same table serves the way back.
    """
    if streets is None:
        found = near_pairs(origins, targets, limit_m=limit_s * rules.kmh / 3.6 / DETOUR)
        found["seconds"] = straight_seconds(found["metres"].to_numpy(), kmh=rules.kmh)
    else:
        slower = WALK_KMH / rules.kmh if streets.network.mode == "walk" else 1.0
        found = reach(streets, origins, targets, limit_s=limit_s / slower)
        found["seconds"] = found["seconds"] * slower
    return pd.DataFrame(
        {
            "origin": found["origin"].to_numpy(np.int32),
            "target": found["target"].to_numpy(np.int32),
            "seconds": np.ceil(found["seconds"].to_numpy() - 1e-6).astype(np.int32),
        }
    )


def stop_footpaths(streets: Streets | None, stops: gpd.GeoDataFrame, *, rules: WalkingRules) -> pd.DataFrame:
    """Walks from stop to stop for :func:`~sempre_geo.travel.timetable.service_day`: ``from_stop, to_stop, seconds``."""
    if streets is None:
        return straight_footpaths(stops)
    found = walks(streets, stops.geometry, stops.geometry, limit_s=rules.change_limit_s, rules=rules)
    found = found[found["origin"] != found["target"]]
    ids = stops.index.to_numpy()
    return pd.DataFrame(
        {"from_stop": ids[found["origin"]], "to_stop": ids[found["target"]], "seconds": found["seconds"].to_numpy()}
    )
