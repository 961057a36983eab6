"""Ferries that the map knows as streets: which ways make up one crossing, what it is called, what it steps over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sempre_geo.region.ways import StreetWays

FERRY = "ferry:"
"""Before the id of a way: a crossing as corrections name it."""


def ferries_of(ways: StreetWays) -> StreetWays:
    """The ferries among some ways; nodes keep their positions."""
    ferry = (ways.ways["route"] == "ferry").to_numpy(dtype=bool, na_value=False)
    lengths = np.diff(ways.offsets)
    return StreetWays(
        ways=ways.ways[ferry], offsets=np.concatenate([[0], np.cumsum(lengths[ferry])]).astype(np.int64),
        nodes=ways.nodes[np.repeat(ferry, lengths)], node_id=ways.node_id, lon=ways.lon, lat=ways.lat,
        node_tags=ways.node_tags, restrictions=ways.restrictions,
    )  # fmt: skip


def crossings(ferries: StreetWays) -> Mapping[str, tuple[int, ...]]:
    """Each crossing and its ways: those of one name that meet, and every way without a name for itself.

    A crossing is named by the least of its ways' ids. Whoever closes one way of a nameless chain closes the chain.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ids = ferries.ways.index.to_numpy()
    if not len(ids):
        return {}
    name = pd.factorize(ferries.ways["name"].astype(object))[0]
    own = np.where(name < 0, -1 - np.arange(len(ids)), name)
    way = np.repeat(np.arange(len(ids)), np.diff(ferries.offsets))
    place = pd.MultiIndex.from_arrays([own[way], ferries.nodes]).factorize()[0]
    size = len(ids) + int(place.max()) + 1
    _count, part = connected_components(
        coo_matrix((np.ones(len(way)), (way, len(ids) + place)), shape=(size, size)), directed=False
    )
    grouped = pd.Series(ids).groupby(part[: len(ids)])
    return {f"{FERRY}{_least(mine)}": tuple(mine.tolist()) for _part, mine in grouped}


def crossing_names(ferries: StreetWays, settlements: gpd.GeoDataFrame) -> Mapping[str, str]:
    """What each crossing is called: its name or number, else the settlements nearest to its ends."""
    row = {way: number for number, way in enumerate(ferries.ways.index)}
    found = {}
    for crossing, ways in crossings(ferries).items():
        tags = ferries.ways.loc[list(ways), ["name", "ref"]].astype(object)
        told = [value for value in tags.to_numpy().T.ravel() if isinstance(value, str) and value]
        found[crossing] = told[0] if told else _between(ferries, row[ways[0]], settlements) or crossing
    return found


def crossing_points(ferries: StreetWays) -> gpd.GeoSeries:
    """Where each crossing begins, by its id."""
    row = {way: number for number, way in enumerate(ferries.ways.index)}
    starts = {name: ferries.nodes[ferries.offsets[row[ways[0]]]] for name, ways in crossings(ferries).items()}
    at = np.array(list(starts.values()), dtype=np.int64)
    points = gpd.points_from_xy(ferries.lon[at], ferries.lat[at])
    return gpd.GeoSeries(points, index=pd.Index(list(starts), dtype=object), crs="EPSG:4326")


def steps_of(ferries: StreetWays, ways: Collection[int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The pairs of neighbouring nodes that some ferries sail between and no other ferry does."""
    way = np.repeat(np.arange(len(ferries.ways)), np.diff(ferries.offsets))
    inner = way[1:] == way[:-1]
    pairs = np.sort(np.column_stack([ferries.nodes[:-1], ferries.nodes[1:]])[inner], axis=1)
    closed = ferries.ways.index.isin(list(ways))[way[1:][inner]]
    running = pd.MultiIndex.from_arrays(pairs[~closed].T)
    own = pairs[closed][~pd.MultiIndex.from_arrays(pairs[closed].T).isin(running)]
    return own[:, 0], own[:, 1]


def without_ferries(ways: StreetWays, closed: Collection[int]) -> StreetWays:
    """Ways of which some are no ferries any more; ``ways`` itself where none is among them."""
    gone = ways.ways.index.isin(list(closed))
    return replace(ways, ways=ways.ways.assign(route=ways.ways["route"].where(~gone))) if gone.any() else ways


def _least(ways: pd.Series) -> int:
    """The least id; below zero are only further stretches of a way that a border cuts."""
    whole = ways[ways >= 0]
    return int(whole.min() if len(whole) else ways.max())


def _between(ferries: StreetWays, row: int, settlements: gpd.GeoDataFrame) -> str:
    ends = ferries.nodes[[ferries.offsets[row], ferries.offsets[row + 1] - 1]]
    if settlements.empty:
        return ""
    stretch = np.cos(np.radians(ferries.lat[ends[0]]))
    places = shapely.points(settlements.geometry.x * stretch, settlements.geometry.y)
    near = shapely.STRtree(places).nearest(shapely.points(ferries.lon[ends] * stretch, ferries.lat[ends]))
    names = settlements["name"].iloc[near].fillna("").astype(str)
    return " \N{EN DASH} ".join(dict.fromkeys(filter(None, names)))
