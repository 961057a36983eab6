"""Ferries that do not run, as somebody on the spot says: which ways are closed, and what that changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.pipeline.prepare.street_times import street_times
from sempre_geo.pipeline.travel.region_in_use import RegionInUse
from sempre_geo.region.bundle import Region
from sempre_geo.region.catalog import CATALOG
from sempre_geo.region.ferries import FERRY, crossing_names, crossings, ferries_of, steps_of, without_ferries
from sempre_geo.region.gtfs import Feed, read_feed
from sempre_geo.region.gtfs_corrections import lines_called
from sempre_geo.region.ways import StreetWays
from sempre_geo.travel.nearest import streets_of
from sempre_geo.travel.search import nearest_source
from sempre_geo.travel.speeds import MODES, Mode
from sempre_geo.travel.streets import StreetNetwork, read_network, without_steps
from sempre_geo.travel.walks import FERRY_TYPES, scheduled_ferries

_TIMETABLE = "timetable"
_KEY = ["cell_id", "category", "mode"]
_MINUTE_S = 60.0
_ROUNDING_S = 1.0


def street_ferries(region: Region) -> Mapping[str, str]:
    """Ids and names of the crossings that the streets know and the timetable does not run."""
    ferries = region.ferries
    if ferries is None or ferries.ways.empty:
        return {}
    feed = _feed(region)
    scheduled = [] if feed is None else scheduled_ferries(ferries, feed)
    return crossing_names(ferries_of(without_ferries(ferries, scheduled)), region.settlements)


def closed_ways(region: Region, not_running: Iterable[str]) -> tuple[int, ...]:
    """The ferry ways that are closed where some lines of the timetable, or ferries of the streets, do not run.

    A ferry that a line of the timetable runs is closed with it, unless another line still crosses there.
    """
    things, ferries = list(not_running), region.ferries
    if not things or ferries is None or ferries.ways.empty:
        return ()
    numbers = {thing.removeprefix(FERRY) for thing in things if thing.startswith(FERRY)}
    closed = {way for ways in crossings(ferries).values() if numbers & set(map(str, ways)) for way in ways}
    lines = [thing for thing in things if not thing.startswith(FERRY)]
    feed = _feed(region) if lines else None
    return tuple(sorted(closed if feed is None else closed | _of_lines(ferries, feed, lines)))


def network_of(region: Region, mode: Mode, *, folder: Path | None = None) -> StreetNetwork:
    """The network of a mode as every calculation uses it: without the ferries that do not run.

    Raises
    ------
    MissingFileError
        The region was built without this mode, or by an older version.
    """
    network = read_network(folder or region.path / "networks" / mode, mode)
    return _without_closed(network, region) if isinstance(region, RegionInUse) else network


def _without_closed(network: StreetNetwork, region: RegionInUse) -> StreetNetwork:
    if not region.closed or region.ferries is None:
        return network
    return without_steps(network, *steps_of(region.ferries, region.closed))


def times_without(region: RegionInUse, times: pd.DataFrame, *, services: gpd.GeoDataFrame) -> pd.DataFrame:
    """The nearest of some services, computed again where the way to one may have led over a ferry that is closed.

    It cannot have where the nearest end of such a ferry is farther than every service found.
    """
    for mode in MODES:
        built = read_network(region.path / "networks" / mode, mode)
        rest = _without_closed(built, region)
        if rest is built:
            continue
        away_s = _seconds_to_ferry(region, built).reindex(times["cell_id"]).to_numpy() - _ROUNDING_S
        sure, fine = (times[name].to_numpy(dtype=np.float64) for name in ("minutes", "minutes_if_unknown_is_fine"))
        took_s = np.where(np.isfinite(sure), sure, fine) * _MINUTE_S
        touched = times["mode"].eq(mode).to_numpy() & np.isfinite(took_s) & (took_s >= away_s)
        if touched.any():
            keys = times.loc[touched, _KEY].drop_duplicates()
            times = _replaced(times, rest, cells=region.cells, services=services, keys=keys)
    return times


def _replaced(
    times: pd.DataFrame, network: StreetNetwork, *, cells: gpd.GeoDataFrame, services: gpd.GeoDataFrame,
    keys: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    """A table in whose place some rows are computed on another network, each cell's where they stood."""
    here = cells[cells.index.isin(keys["cell_id"])]
    asked = services[services["category"].astype(str).isin(keys["category"].astype(str))]
    found = street_times(network, here, asked, covered=pd.Series(data=True, index=here.index))
    old, new, wanted = (pd.MultiIndex.from_frame(table[_KEY].astype(str)) for table in (times, found, keys))
    first = pd.Series(np.arange(len(times)), index=old).groupby(level=_KEY).min()
    left, made = ~old.isin(wanted), new.isin(wanted)
    both = pd.concat([times[left], found[made].astype(times.dtypes.to_dict())], ignore_index=True)
    at = np.concatenate([first.reindex(old[left]), first.reindex(new[made])])
    return both.iloc[np.argsort(at, kind="stable")].reset_index(drop=True)


def _seconds_to_ferry(region: RegionInUse, network: StreetNetwork) -> pd.Series:
    """Seconds from each cell to the nearest of the ferries that are closed."""
    streets = streets_of(network, fine=True)
    ends = np.unique(np.concatenate(steps_of(cast("StreetWays", region.ferries), region.closed)))
    nodes = np.flatnonzero(np.isin(network.twin_of, ends))
    cost = nearest_source(streets.backward[:3], (nodes, np.zeros(len(nodes))))
    exits = streets.exits(streets.index.snap(region.cells.geometry))
    least = pd.Series(cost[exits.node] + exits.seconds).groupby(exits.point).min()
    return least.reindex(range(len(region.cells)), fill_value=np.inf).set_axis(region.cells.index)


def _of_lines(ferries: StreetWays, feed: Feed, lines: list[str]) -> set[int]:
    resting = feed.trips["route_id"].isin(lines_called(feed, lines)).to_numpy()[feed.stop_times["trip"].to_numpy()]
    if not resting.any():
        return set()
    mine, others = (replace(feed, stop_times=feed.stop_times[rows]) for rows in (resting, ~resting))
    return set(scheduled_ferries(ferries, mine)) - set(scheduled_ferries(ferries, others))


def _feed(region: Region) -> Feed | None:
    """The timetable as built, lines that no longer run and all; None where it knows no ferry."""
    if not region.has(_TIMETABLE):
        return None
    return _read(region.path / _TIMETABLE, (region.path / CATALOG).stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(folder: Path, _changed_ns: int) -> Feed | None:
    sails = pd.read_parquet(folder / "routes.parquet", columns=["route_type"])["route_type"].isin(FERRY_TYPES)
    return read_feed(folder) if sails.any() else None
