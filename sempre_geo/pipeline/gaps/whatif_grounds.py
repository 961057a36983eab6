"""Part of what-if: a region's homes, services, streets and timetable as a scenario would have them.

What the scenario leaves alone is taken from the region as it is, which is kept in memory: only stops, services and
days that are new are walked to and computed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.pipeline.gaps.whatif_rides import OnDemand
from sempre_geo.pipeline.travel.region_in_use import build_day
from sempre_geo.pipeline.travel.timetables import RegionTimetable, Rider
from sempre_geo.pipeline.travel.visit_grounds import TRANSIT, RegionGrounds
from sempre_geo.region.gtfs import Feed
from sempre_geo.region.ways import StreetWays
from sempre_geo.settings import Settings
from sempre_geo.travel.hours import open_intervals
from sempre_geo.travel.nearest import Streets, streets_of
from sempre_geo.travel.profiles import legs_from_pairs, rides_of_day, turned
from sempre_geo.travel.speeds import Mode
from sempre_geo.travel.streets import street_network
from sempre_geo.travel.there_and_back import Homes
from sempre_geo.travel.visits import Ground, Site
from sempre_geo.travel.walks import stop_footpaths, walks, without_scheduled_ferries


@dataclass(frozen=True, eq=False)
class Changed:
    """What a scenario makes of a region; None where it leaves a part alone.

    Attributes
    ----------
    services
        The services to compute: only those that are new or other than before, unless all must be.
    new_hours
        Services whose hours the scenario gives, which go before the corrections of single days.
    feed
        The timetable, with the rides on demand.
    ways
        The streets.
    on_demand
        The doors that rides on demand go to.
    """

    services: gpd.GeoDataFrame
    new_hours: frozenset[str] = frozenset()
    feed: Feed | None = None
    ways: StreetWays | None = None
    on_demand: OnDemand | None = None


class ScenarioTimetable(RegionTimetable):
    """The timetable of a region as a scenario has it."""

    def __init__(self, before: RegionTimetable, grounds: RegionGrounds, changed: Changed) -> None:
        super().__init__(grounds.region, before.rules)
        self._before, self._changed, self._country = before, changed, grounds.region.country

    @cached_property
    def feed(self) -> Feed:
        """The timetable with the scenario's trips and stops."""
        return self._changed.feed or self._before.feed

    @cached_property
    def new_stops(self) -> NDArray[np.bool_]:
        """Which stops lie elsewhere than before, or did not exist."""
        before = self._before.stops
        same = before.geometry.reindex(self.stops.index).geom_equals(self.stops.geometry)
        return np.asarray(~same.to_numpy() & self.stops.geometry.notna().to_numpy())

    def _streets(self, rider: Rider) -> Streets | None:
        if self._changed.ways is None:
            return self._before.streets(rider)
        mode: Mode = "walk" if rider == "walk" else "wheelchair"
        on_foot = without_scheduled_ferries(self._changed.ways, self.feed)
        network = street_network(on_foot, mode=mode, country=self._country, day=build_day(self._region))
        return streets_of(network, fine=rider == "wheelchair_if_unknown_is_fine")

    def _footpaths(self, rider: Rider) -> pd.DataFrame | None:
        streets, known = self.streets(rider), self._before.footpaths(rider)
        if streets is None or known is None:
            return None
        if self._changed.ways is not None:
            return stop_footpaths(streets, self.stops, rules=self.rules)
        old = self.stops.index[~self.new_stops]
        kept = known[known["from_stop"].isin(old) & known["to_stop"].isin(old)]
        every, new = self.stops.geometry, self.stops.geometry[self.new_stops]
        if new.empty:
            return kept
        limit_s = self.rules.change_limit_s
        out = walks(streets, new, every, limit_s=limit_s, rules=self.rules)
        back = walks(streets, every, new, limit_s=limit_s, rules=self.rules)
        ends = [(out, new.index, every.index), (back, every.index, new.index)]
        found = [
            pd.DataFrame(
                {"from_stop": start[rows["origin"]], "to_stop": end[rows["target"]], "seconds": rows["seconds"]}
            )
            for rows, start, end in ends
        ]
        fresh = pd.concat(found).drop_duplicates(["from_stop", "to_stop"])
        return pd.concat([kept, fresh[fresh["from_stop"] != fresh["to_stop"]]], ignore_index=True)


class ScenarioGrounds(RegionGrounds):
    """A region made ready for visits as a scenario has it, beside the region as it is."""

    def __init__(self, before: RegionGrounds, settings: Settings, changed: Changed) -> None:
        super().__init__(before.region, settings)
        self._before, self._changed = before, changed

    @property
    def all_new(self) -> bool:
        """Whether every service must be computed, not only those that changed."""
        return self._changed.feed is not None or self._changed.ways is not None

    @cached_property
    def timetable(self) -> RegionTimetable:
        """The timetable with the scenario's changes."""
        if not self.all_new:
            return self._before.timetable
        return ScenarioTimetable(self._before.timetable, self, self._changed)

    def services(self, category: str) -> gpd.GeoDataFrame:
        """The services of a category that are to be computed."""
        every = self._changed.services
        return every[every["category"].astype(str) == category]

    def sites(self, category: str, day: date, *, mode: str, wheelchair: bool = False) -> list[Site]:
        """The services to be computed on a day, with the doors of rides on demand."""
        sites = super().sites(category, day, mode=mode, wheelchair=wheelchair)
        return [self._at_its_door(self._with_new_hours(site, category, day), mode=mode) for site in sites]

    def _with_new_hours(self, site: Site, category: str, day: date) -> Site:
        if site.service_id not in self._changed.new_hours:
            return site
        text = self.services(category)["opening_hours"].loc[site.service_id]
        hours = open_intervals(text, day, country=self.region.country, calendar=self.calendar)
        return replace(site, hours=hours)

    def _at_its_door(self, site: Site, *, mode: str) -> Site:
        rides = self._changed.on_demand
        door = rides.services.get(site.service_id) if rides and mode == TRANSIT else None
        if door is None:
            return site
        at = self.timetable.stops.index.get_indexer(pd.Index([door]))
        return replace(
            site,
            stop=np.append(site.stop, at.astype(np.int32)),
            stop_s=np.append(site.stop_s, np.zeros(1, np.int32)),
        )

    def _streets_of(self, mode: str) -> Streets:
        if self._changed.ways is None:
            return self._before.streets(mode)
        network = street_network(
            self._changed.ways, mode=cast("Mode", mode), country=self.region.country, day=build_day(self.region)
        )
        return streets_of(network)

    def _ground(self, day: date | None, mode: str, rider: Rider) -> Ground:
        if mode != TRANSIT or day is None:
            return (
                self._before.ground(day, mode, rider)
                if self._changed.ways is None
                else super()._ground(day, mode, rider)
            )
        timetable = self.timetable
        if not isinstance(timetable, ScenarioTimetable):
            return self._before.ground(day, mode, rider)
        if self._changed.ways is not None:
            made = super()._ground(day, mode, rider)
            return replace(made, homes=self._with_doors(made.homes))
        before = self._before.ground(day, mode, rider)
        there = rides_of_day(timetable.day(day, rider))
        homes = self._with_doors(self._homes_to(timetable, before.homes, rider))
        return Ground(there, turned(there), homes, before.on_road)

    def _homes_to(self, timetable: ScenarioTimetable, before: Homes, rider: Rider) -> Homes:
        """Walks from homes to the stops of a changed timetable: those known, and those to stops that are new."""
        old, new = self._before.timetable.stops, timetable.stops
        if new.index.equals(old.index) and not timetable.new_stops.any():
            return before
        cells = self.region.cells.geometry
        legs = before.access
        home = np.repeat(np.arange(len(cells), dtype=np.int32), np.diff(legs.indptr))
        position = new.index.get_indexer(old.index).astype(np.int32)
        position[position >= 0] = np.where(timetable.new_stops[position[position >= 0]], -1, position[position >= 0])
        kept = position[legs.stop] >= 0
        fresh = _walked_to(
            timetable, cells, new.geometry[timetable.new_stops], rider=rider, from_homes=len(cells) <= len(old)
        )
        at = np.flatnonzero(timetable.new_stops).astype(np.int32)
        made = legs_from_pairs(
            np.concatenate([home[kept], fresh["home"]]),
            np.concatenate([position[legs.stop[kept]], at[fresh["stop"]]]),
            np.concatenate([legs.seconds[kept], fresh["seconds"]]),
            places=len(cells),
        )
        return Homes(made, made)

    def _with_doors(self, homes: Homes) -> Homes:
        """Homes at which rides on demand call are at such a stop."""
        rides = self._changed.on_demand
        if rides is None:
            return homes
        cells, legs = self.region.cells.index, homes.access
        own = cells.isin(list(rides.homes))
        doors = pd.Index([rides.homes[cell] for cell in cells[own]])
        made = legs_from_pairs(
            np.concatenate([np.repeat(np.arange(len(cells)), np.diff(legs.indptr)), np.flatnonzero(own)]),
            np.concatenate([legs.stop, self.timetable.stops.index.get_indexer(doors)]),
            np.concatenate([legs.seconds, np.zeros(len(doors), np.int32)]),
            places=len(cells),
        )
        return Homes(made, made)


def _walked_to(
    timetable: RegionTimetable, cells: gpd.GeoSeries, stops: gpd.GeoSeries, *, rider: Rider, from_homes: bool
) -> pd.DataFrame:
    """Walks between homes and some stops, searched the way the region's own were: ``home, stop, seconds``."""
    streets, rules = timetable.streets(rider), timetable.rules
    ends = (cells, stops) if from_homes else (stops, cells)
    found = walks(streets, *ends, limit_s=rules.access_limit_s, rules=rules)
    names = ("home", "stop") if from_homes else ("stop", "home")
    return found.rename(columns=dict(zip(("origin", "target"), names, strict=True)))
