"""Changing from one bus to another: how long it takes at a stop, and on foot between two."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sempre_geo.region.gtfs import Feed
from sempre_geo.travel.speeds import WALK_KMH

DETOUR = 1.3  # a way on foot is longer than the straight line by about this much
CHANGE_LIMIT_M = 400.0
NO_CHANGE_S = 10 * 86_400
_STATION_WALK_S = 120.0
_METRIC = "EPSG:3035"
_TIMED, _LEAST, _FORBIDDEN = 1, 2, 3


def straight_footpaths(stops: gpd.GeoDataFrame, *, limit_m: float = CHANGE_LIMIT_M) -> pd.DataFrame:
    """Ways between stops where no streets are known: straight lines of at most ``limit_m``, 1.3 times as long.

    Returns
    -------
    pandas.DataFrame
        ``from_stop, to_stop, seconds``; a stop without a place has no row, and no stop leads to itself.
    """
    pairs = near_pairs(stops.geometry, stops.geometry, limit_m=limit_m)
    pairs = pairs[pairs["origin"] != pairs["target"]]
    ids = stops.index.to_numpy()
    return pd.DataFrame(
        {
            "from_stop": ids[pairs["origin"]],
            "to_stop": ids[pairs["target"]],
            "seconds": straight_seconds(pairs["metres"].to_numpy()),
        }
    )


def straight_seconds(metres: NDArray[np.float64], *, kmh: float = WALK_KMH) -> NDArray[np.float64]:
    """Seconds on foot over straight-line metres.

    >>> straight_seconds(np.array([0.0, 850.0]), kmh=5.1).round(6).tolist()
    [0.0, 780.0]
    """
    return metres * DETOUR * 3.6 / kmh


def near_pairs(origins: gpd.GeoSeries, targets: gpd.GeoSeries, *, limit_m: float) -> pd.DataFrame:
    """Pairs within a straight distance: ``origin, target`` (positions), ``metres``; places unknown have none."""
    left, right = origins.to_crs(_METRIC).to_numpy(), targets.to_crs(_METRIC).to_numpy()
    from_places, to_places = _usable(left), _usable(right)
    tree = shapely.STRtree(right[to_places])
    start, end = tree.query(left[from_places], predicate="dwithin", distance=limit_m)
    origin, target = from_places[start], to_places[end]
    metres = shapely.distance(left[origin], right[target])
    found = pd.DataFrame({"origin": origin, "target": target, "metres": metres})
    return found.sort_values(["origin", "target"], kind="stable", ignore_index=True)


def changing(
    feed: Feed, stops: gpd.GeoDataFrame, *, footpaths: pd.DataFrame, min_change_s: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Footpaths merged with ``transfers.txt``: ``foot_indptr, foot_stop, foot_s, change_s``.

    A minimum time counts in place of the walk, a timed transfer waits and needs only the walk, a forbidden
    one is none. Rules for a station hold for each of its stops; the platforms of one station are at most two
    minutes apart unless a longer walk is known.
    """
    change_s = np.full(len(stops), min_change_s, dtype=np.int64)
    walks = _with_stations(footpaths[footpaths["start"] != footpaths["end"]], stops)
    walks = walks.assign(ready=np.maximum(walks["seconds"], min_change_s))
    rules = _rules(feed, stops)
    if len(rules):
        here = rules[rules["start"] == rules["end"]]
        change_s[here["start"]] = _change(here, min_change_s)
        walks = _ruled(walks, rules[rules["start"] != rules["end"]], stops, min_change_s)
    walks = walks.sort_values(["start", "end"], kind="stable")
    counts = np.bincount(walks["start"].to_numpy(dtype=np.int64), minlength=len(stops))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    ready = np.ceil(walks["ready"].to_numpy(dtype=np.float64))
    return indptr, walks["end"].to_numpy().astype(np.int32), ready.astype(np.int32), change_s.astype(np.int32)


def _usable(places: NDArray[np.object_]) -> NDArray[np.intp]:
    return np.flatnonzero(~shapely.is_missing(places) & ~shapely.is_empty(places))


def _with_stations(walks: pd.DataFrame, stops: gpd.GeoDataFrame) -> pd.DataFrame:
    """The quickest walk of each pair, and one between the platforms of a station that have none."""
    station = stops["parent_station"].to_numpy()
    inside = pd.DataFrame({"at": np.arange(len(stops)), "station": station})[station != ""]
    pairs = inside.merge(inside, on="station").query("at_x != at_y")
    made = pd.DataFrame({"start": pairs["at_x"], "end": pairs["at_y"], "seconds": _STATION_WALK_S})
    known = walks.sort_values("seconds", kind="stable")
    return pd.concat([known, made], ignore_index=True).drop_duplicates(["start", "end"], ignore_index=True)


def _rules(feed: Feed, stops: gpd.GeoDataFrame) -> pd.DataFrame:
    """Transfers as positions: ``start, end, kind, least``; a rule for a stop goes before one for its station."""
    if feed.transfers.empty:
        return pd.DataFrame()
    own = pd.DataFrame({"name": stops.index, "at": np.arange(len(stops)), "by_station": 0})
    child = pd.DataFrame({"name": stops["parent_station"].to_numpy(), "at": np.arange(len(stops)), "by_station": 1})
    places = pd.concat([own, child[child["name"] != ""]], ignore_index=True)
    rules = feed.transfers.merge(places, left_on="from_stop_id", right_on="name")
    rules = rules.merge(places, left_on="to_stop_id", right_on="name", suffixes=("", "_to"))
    rules = rules.assign(rank=rules["by_station"] + rules["by_station_to"]).sort_values("rank", kind="stable")
    rules = rules.drop_duplicates(["at", "at_to"])
    named = {"at": "start", "at_to": "end", "transfer_type": "kind", "min_transfer_s": "least"}
    return rules[list(named)].rename(columns=named).reset_index(drop=True)


def _change(here: pd.DataFrame, min_change_s: int) -> NDArray[np.int64]:
    kind, least = here["kind"].to_numpy(), here["least"].to_numpy().astype(np.int64)
    asked = np.where((kind == _LEAST) & (least >= 0), least, min_change_s)
    return np.where(kind == _FORBIDDEN, NO_CHANGE_S, np.where(kind == _TIMED, 0, asked))


def _ruled(walks: pd.DataFrame, rules: pd.DataFrame, stops: gpd.GeoDataFrame, min_change_s: int) -> pd.DataFrame:
    """Walks with the rules' times; a rule between stops that are not joined on foot joins them."""
    both = walks.merge(rules, on=["start", "end"], how="outer")
    unknown = both["seconds"].isna()
    places = stops.geometry.to_crs(_METRIC).to_numpy()
    apart = shapely.distance(places[both["start"]], places[both["end"]])
    straight = np.nan_to_num(straight_seconds(apart), nan=_STATION_WALK_S)
    walk = both["seconds"].where(~unknown, pd.Series(straight, index=both.index))
    timed, least = both["kind"] == _TIMED, (both["kind"] == _LEAST) & (both["least"] >= 0)
    ready = walk.clip(lower=min_change_s).where(~timed, walk).where(~least, both["least"])
    return both.assign(seconds=walk, ready=ready)[both["kind"] != _FORBIDDEN]
