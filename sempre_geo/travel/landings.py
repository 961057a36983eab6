"""Ferries whose ends were drawn beside the street: the last steps between landing and street."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import cKDTree

from sempre_geo.region.ways import StreetWays
from sempre_geo.travel.speeds import FERRY_BOARDING_S, WALK_KMH

FARTHEST_M = 150.0


def with_landings(pieces: pd.DataFrame, ways: StreetWays) -> pd.DataFrame:
    """The pieces, and one more for each end of a ferry that shares no node with a street.

    It leads to the nearest node of a street within 150 m, at walking speed in every mode; the wait for the ferry
    is counted on the way aboard, as it is where a ferry does meet a street.
    """
    ferry = (ways.ways["route"] == "ferry").to_numpy()[pieces["way"].to_numpy()]
    if not ferry.any() or ferry.all():
        return pieces
    ashore = np.unique(pieces.loc[~ferry, ["tail", "head"]].to_numpy())
    loose = np.setdiff1d(_ends(ways, pieces.loc[ferry, "way"].unique()), ashore)
    found = _nearest(ways, loose, ashore)
    if found.empty:
        return pieces
    way_of_end = pd.concat([pieces.loc[ferry].set_index(end)["way"] for end in ("tail", "head")])
    seconds = found["metres"] * 3.6 / WALK_KMH
    landing = pd.DataFrame(
        {
            "way": way_of_end.groupby(level=0).first().reindex(found["head"]).to_numpy(),
            "tail": found["tail"], "head": found["head"], "metres": found["metres"],
            "forward": seconds + FERRY_BOARDING_S, "backward": seconds,
            "ends_only": False, "uncertain": False, "street": False, "doors": False,
        }
    )  # fmt: skip
    return pd.concat([pieces, landing.astype(pieces.dtypes.to_dict())], ignore_index=True)


def _ends(ways: StreetWays, used: NDArray[np.int64]) -> NDArray[np.int64]:
    """First and last nodes of the ways used."""
    first, last = ways.offsets[:-1][used], ways.offsets[1:][used] - 1
    return np.unique(ways.nodes[np.concatenate([first, last])]).astype(np.int64)


def _nearest(ways: StreetWays, loose: NDArray[np.int64], ashore: NDArray[np.int64]) -> pd.DataFrame:
    """``tail`` (a street's node), ``head`` (the ferry's end) and ``metres``, for ends with a street near."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True)
    streets = np.column_stack(to_metres.transform(ways.lon[ashore], ways.lat[ashore]))
    ends = np.column_stack(to_metres.transform(ways.lon[loose], ways.lat[loose]))
    away, which = cKDTree(streets).query(ends, distance_upper_bound=FARTHEST_M)
    near = np.isfinite(away)
    return pd.DataFrame({"tail": ashore[which[near]], "head": loose[near], "metres": away[near]})
