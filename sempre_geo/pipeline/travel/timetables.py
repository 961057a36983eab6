"""A region's timetable, made ready once and then asked often: days, ways on foot, doorsteps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, get_args

import geopandas as gpd
import pandas as pd

from sempre_geo.errors import MissingDataError, MissingFileError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import sentence
from sempre_geo.pipeline.travel.closed_ferries import network_of
from sempre_geo.pipeline.travel.region_in_use import (
    Correction,
    RegionInUse,
    correction_notes,
    correction_table,
    days_of,
    holding_on,
)
from sempre_geo.region.bundle import Region
from sempre_geo.region.catalog import CATALOG
from sempre_geo.region.countries import Country
from sempre_geo.region.gtfs import Feed, read_feed
from sempre_geo.region.gtfs_corrections import corrected_feed, resting_feed
from sempre_geo.region.ways import StreetWays
from sempre_geo.travel.journeys import DayRides, accessible_day
from sempre_geo.travel.nearest import Streets, streets_of
from sempre_geo.travel.streets import StreetNetwork, read_network, street_network, write_network
from sempre_geo.travel.timetable import ServiceDay, served_stops, service_day
from sempre_geo.travel.walks import WalkingRules, stop_footpaths, without_scheduled_ferries

LAYER = "timetable"
Rider = Literal["walk", "wheelchair", "wheelchair_if_unknown_is_fine"]
"""Who travels: on foot, or in a wheelchair where what nobody recorded is a barrier, or is none."""
_Network = Literal["walk", "wheelchair"]
_NETWORKS: tuple[_Network, ...] = get_args(_Network)
_HOUR_S = 3600
# The night belongs to the evening before it and to the morning after it.
_WINDOW_S = (-4 * _HOUR_S, 28 * _HOUR_S)
_KEPT_DAYS = 6
_CORRECTED = ("stops", "lines")


class RegionTimetable:
    """The timetable of a built region with its ways on foot. Threads may share it."""

    def __init__(self, region: Region, rules: WalkingRules) -> None:
        self._region = region
        self.rules = rules
        self.day = lru_cache(maxsize=_KEPT_DAYS)(self._day)
        self.rides = lru_cache(maxsize=_KEPT_DAYS)(self._rides)
        self.streets = lru_cache(maxsize=3)(self._streets)
        self.footpaths = lru_cache(maxsize=3)(self._footpaths)

    @cached_property
    def feed(self) -> Feed:
        """The timetable with the accepted corrections, those of some days in its calendar: the one that all read."""
        days = [(row, days_of(row)) for row in self.corrections]
        for_good = tuple(row for row, span in days if span is None)
        mended = corrected_feed(read_feed(self._region.path / LAYER), correction_table(for_good))
        return resting_feed(mended, [(row[1], *span) for row, span in days if span is not None])

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """What was accepted about its stops and lines."""
        every = self._region.corrections if isinstance(self._region, RegionInUse) else ()
        return tuple(row for row in every if row[0] in _CORRECTED)

    def _told(self, corrections: tuple[Correction, ...]) -> tuple[str, ...]:
        named = self._region.told(corrections) if isinstance(self._region, RegionInUse) else corrections
        return correction_notes(named)

    @cached_property
    def stops(self) -> gpd.GeoDataFrame:
        """The stops, in the order of every day's stop positions."""
        return served_stops(self.feed)

    def _streets(self, rider: Rider) -> Streets | None:
        """The streets a rider walks or rolls on; None where the region has no network for it."""
        return _streets_to_stops(self._region, rider)

    def _footpaths(self, rider: Rider) -> pd.DataFrame | None:
        """Ways from stop to stop; None where no streets are known."""
        written = self._region.path / LAYER / f"footpaths_{rider}.parquet"
        if written.is_file() and self.rules == WalkingRules() and not _closed(self._region):
            paths = pd.read_parquet(written)
            return paths[paths["from_stop"].isin(self.stops.index) & paths["to_stop"].isin(self.stops.index)]
        streets = self.streets(rider)
        return None if streets is None else stop_footpaths(streets, self.stops, rules=self.rules)

    def _day(self, day: date, rider: Rider = "walk") -> ServiceDay:
        """A day with the hours of night before and after it, as the rider may use it.

        Raises
        ------
        MissingDataError
            The day lies outside every calendar.
        """
        self.feed.check_covers(day)
        holding = holding_on(self.corrections, day)
        made = service_day(
            self.feed, day, zone=self._region.country.zone, min_change_s=self.rules.min_change_s,
            footpaths=self.footpaths(rider), service_days=(-1, 0, 1), window_s=_WINDOW_S,
        )  # fmt: skip
        notes = (*made.notes, *self._stale(day), *self._told(holding))
        if rider == "walk":
            return replace(made, notes=notes)
        return replace(accessible_day(made, unknown_is_fine=rider != "wheelchair"), notes=notes)

    def _rides(self, day: date, rider: Rider = "walk") -> DayRides:
        """The same, ready for questions."""
        return DayRides(self.day(day, rider))

    def _stale(self, day: date) -> tuple[str, ...]:
        """A note where the timetable ends within a month of the day asked for."""
        last = self.feed.span[1]
        if last - day > timedelta(days=31):
            return ()
        return (sentence("The timetable ends on {last}.", last=last),)


def write_timetable(folder: Path, feed: Feed, *, ways: StreetWays, country: Country, day: date | None = None) -> None:
    """Write a timetable into a region's folder, whose street networks lie there already, and the ways to its stops.

    Where the timetable runs ferries that the streets have too, networks without them are written beside.
    """
    feed.write(folder / LAYER)
    on_foot = without_scheduled_ferries(ways, feed)
    if on_foot is not ways:
        for mode in _NETWORKS:
            write_network(street_network(on_foot, mode=mode, country=country, day=day), folder / _own_network(mode))
    stops = served_stops(feed)
    for rider in get_args(Rider):
        paths = stop_footpaths(_streets(folder, rider, read_network), stops, rules=WalkingRules())
        paths.to_parquet(folder / LAYER / f"footpaths_{rider}.parquet", index=False)


def region_timetable(region: Region, *, rules: WalkingRules | None = None) -> RegionTimetable:
    """The timetable of a region, corrected if the region is one in use; kept in memory until it is built again.

    Raises
    ------
    MissingDataError
        The region was built without a timetable.
    """
    if not region.has(LAYER):
        raise MissingDataError(
            _("The region '{name}' has no timetable; build it again with --gtfs FEED.zip.").format(name=region.name)
        )
    stamp = (region.path / CATALOG).stat().st_mtime_ns
    corrections = region.corrections if isinstance(region, RegionInUse) else ()
    return _opened(region.path, stamp, rules or WalkingRules(), (*corrections, _closed(region)), _Keeper(region))


def _own_network(mode: str) -> Path:
    return Path("networks") / f"{mode}_to_ferries"


def _closed(region: Region) -> tuple[int, ...]:
    return region.closed if isinstance(region, RegionInUse) else ()


def _streets_to_stops(region: Region, rider: Rider) -> Streets | None:
    return _streets(region.path, rider, lambda folder, mode: network_of(region, mode, folder=folder))


def _streets(folder: Path, rider: Rider, read: Callable[[Path, _Network], StreetNetwork]) -> Streets | None:
    """The streets to the stops: those without scheduled ferries go first; None where the region has none."""
    mode: _Network = "walk" if rider == "walk" else "wheelchair"
    own = folder / _own_network(mode)
    try:
        network = read(own if own.is_dir() else folder / "networks" / mode, mode)
    except MissingFileError:
        return None
    return streets_of(network, fine=rider == "wheelchair_if_unknown_is_fine")


class _Keeper:
    """Carries a region past a cache that must compare by path and time only."""

    def __init__(self, region: Region) -> None:
        self.region = region

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keeper)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4)
def _opened(
    _path: Path, _changed_ns: int, rules: WalkingRules, _corrected: tuple[object, ...], keeper: _Keeper
) -> RegionTimetable:
    return RegionTimetable(keeper.region, rules)
