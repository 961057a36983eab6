"""Part of what-if: a scenario made ready, and what a category of services takes before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from sempre_geo.errors import InputError
from sempre_geo.gaps.differences import Measure, Travel
from sempre_geo.gaps.scenario_changes import WEEKDAYS
from sempre_geo.gaps.scenario_services import ChangedServices, changed_services
from sempre_geo.gaps.scenario_streets import changed_ways
from sempre_geo.gaps.scenario_timetable import changed_feed
from sempre_geo.gaps.scenarios import STREET_CHANGES, TIMETABLE_CHANGES, Scenario
from sempre_geo.gaps.service_changes import ChangeService, MobileService
from sempre_geo.gaps.standards import Crosswalk
from sempre_geo.gaps.timetable_changes import Zone
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.ground import ground_of
from sempre_geo.pipeline.gaps.shared_access import reachable
from sempre_geo.pipeline.gaps.whatif_costs import (
    SiteVisits,
    all_rows,
    changed_rows,
    known_visits,
    nearest_rows,
    visit_pairs,
    visit_travel,
    visits_of,
    way_travel,
)
from sempre_geo.pipeline.gaps.whatif_grounds import Changed, ScenarioGrounds
from sempre_geo.pipeline.gaps.whatif_rides import OnDemand, accepted_share, on_demand
from sempre_geo.pipeline.travel.timetables import LAYER
from sempre_geo.pipeline.travel.visit_grounds import TRANSIT, RegionGrounds, region_grounds
from sempre_geo.region.categories import Categories, read_categories
from sempre_geo.settings import Settings
from sempre_geo.travel.visits import Question

_NOT_VISITED = frozenset({"bus_stop", "train_stop", "ferry_terminal", "ambulance_station"})


@dataclass(frozen=True, eq=False)
class Sides:
    """What a category takes: before, after without rides on demand (sure), and after with them (hoped for).

    ``pairs_before`` and ``pairs_after`` are who can reach which service: ``cell_id, service_id, minutes``.
    """

    before: Travel
    sure: Travel
    hoped: Travel
    pairs_before: pd.DataFrame
    pairs_after: pd.DataFrame


class Prepared:
    """A scenario checked against a region, with everything that is common to its categories."""

    def __init__(
        self,
        settings: Settings,
        region: str,
        scenario: Scenario,
        *,
        mode: str,
        categories: Sequence[str] | None,
        day: date | None,
    ) -> None:
        self.settings, self.scenario, self.mode = settings, scenario, mode
        self.grounds: RegionGrounds = region_grounds(settings, region, day=day)
        self.region = self.grounds.region
        self.services: ChangedServices = changed_services(
            self.region.services, scenario, categories=self.known_categories, bbox=self.region.bbox,
            publish_sensitive=settings.publish_shelters,
        )  # fmt: skip
        self.categories = self._asked(categories)
        self.days = self._days(day)
        self.grounds = self.grounds.on(self.days[0] if self.days else day)
        self.region = self.grounds.region
        self.question = Question(scenario.stay_min)
        self._check_timetable()

    @cached_property
    def known_categories(self) -> Categories:
        """The table of categories."""
        return read_categories(self.settings)

    @cached_property
    def crosswalk(self) -> Crosswalk:
        """The words of standards beside those of the data."""
        return ground_of(self.settings, self.region, day=date.min).crosswalk

    @property
    def measure(self) -> Measure:
        """Visits by bus, and where a service is there on some days only; else the way alone."""
        return "visit" if self.mode == TRANSIT or self.scenario.of(MobileService) else "way"

    @property
    def accepted(self) -> float:
        """The share of visits that rides on demand are not refused for."""
        return accepted_share(self.scenario.of(Zone)) if self.mode == TRANSIT else 1.0

    @cached_property
    def on_other_streets(self) -> bool:
        """Whether the scenario changes the streets."""
        return any(isinstance(change, STREET_CHANGES) for change in self.scenario.changes)

    @cached_property
    def on_other_timetable(self) -> bool:
        """Whether it changes the timetable, rides on demand apart."""
        kinds = tuple(kind for kind in TIMETABLE_CHANGES if kind is not Zone)
        return any(isinstance(change, kinds) for change in self.scenario.changes)

    def names_of(self, category: str) -> tuple[str, ...]:
        """The categories of the data that stand for one; itself where nothing else is said."""
        return self.crosswalk.category(category).names or (category,)

    def sides(self, category: str) -> Sides:
        """What a category takes before and after."""
        names = self.names_of(category)
        if self.measure == "way":
            before, after = self._ways(names)
            travel = way_travel(self.region, after)
            return Sides(way_travel(self.region, before), travel, travel, reachable(before), reachable(after))
        known = [found for name in names for day in self.days for found in self._known(name, day).items()]
        sure = self._visits(names, self._sure)
        hoped = sure if self._hoped is None else self._visits(names, self._hoped)
        cells = self.region.cells.index
        return Sides(
            self._travel(known), self._travel(sure), self._travel(hoped), visit_pairs(known, cells),
            visit_pairs(hoped, cells),
        )  # fmt: skip

    def _travel(self, found: Sequence[tuple[str, SiteVisits]]) -> Travel:
        mode, visits = self.mode, [made for _service, made in found]
        on_road = self.grounds.ground(self.days[0] if mode == TRANSIT else None, mode, "walk").on_road
        return visit_travel(self.region, visits, question=self.question, on_road=on_road, mode=mode)

    def _known(self, name: str, day: date) -> dict[str, SiteVisits]:
        return dict(known_visits(self.grounds, name, day, self.mode, self.question))

    def _visits(self, names: Sequence[str], after: ScenarioGrounds) -> list[tuple[str, SiteVisits]]:
        """Visits after: those of services that nothing touches as they were, the others computed."""
        found: list[tuple[str, SiteVisits]] = []
        for name in names:
            for day in self.days:
                visits = {} if after.all_new else self._known(name, day)
                gone = {*self.services.removed, *self.services.other_terms}
                visits = {service: made for service, made in visits.items() if service not in gone}
                visits |= visits_of(after, name, day=day, mode=self.mode, question=self.question)
                found += visits.items()
        return found

    def _ways(self, names: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
        before = nearest_rows(self.region, names, self.mode)
        after = pd.concat([self._rows_after(name, before[before["category"] == name]) for name in names])
        return before, after

    def _rows_after(self, name: str, rows: pd.DataFrame) -> pd.DataFrame:
        services = self.services.services
        mine = services[services["category"].astype(str) == name]
        if self.on_other_streets:
            return all_rows(self.region, self._sure.streets(self.mode), mine, cells=self.region.cells)
        placed = mine.index.isin(self.services.placed)
        if not placed.any() and not rows["service_id"].isin(self.services.removed).any():
            return rows
        streets = self.grounds.streets(self.mode)
        return changed_rows(
            self.region, rows, streets, removed=self.services.removed, placed=mine[placed], left=mine[~placed]
        )

    @cached_property
    def _sure(self) -> ScenarioGrounds:
        """The region after the scenario, without rides on demand."""
        return ScenarioGrounds(self.grounds, self.settings, self._changed)

    @cached_property
    def _hoped(self) -> ScenarioGrounds | None:
        """The same with them; None where there are none."""
        zones = self.scenario.of(Zone)
        if not zones or self.mode != TRANSIT:
            return None
        rides = self._rides(zones)
        changed = replace(self._changed, feed=rides.feed, on_demand=rides, services=self.services.services)
        return ScenarioGrounds(self.grounds, self.settings, changed)

    def _rides(self, zones: Sequence[Zone]) -> OnDemand:
        names = {name for category in self.categories for name in self.names_of(category)}
        every = self.services.services
        feed = self._changed.feed or self.grounds.timetable.feed
        asked = every[every["category"].astype(str).isin(names)]
        return on_demand(self.region, feed, zones, services=asked, streets=self._sure.streets("car"))

    @cached_property
    def _changed(self) -> Changed:
        feed = None
        if self.on_other_timetable and self.mode == TRANSIT:
            feed = changed_feed(self.grounds.timetable.feed, self.scenario)
        ways = changed_ways(self.region.streets, self.scenario) if self.on_other_streets else None
        services = self.services.services
        fresh = [*self.services.placed, *self.services.other_terms]
        hours = [change.service_id for change in self.scenario.of(ChangeService) if change.opening_hours]
        return Changed(
            services if feed is not None or ways is not None else services[services.index.isin(fresh)],
            new_hours=frozenset(hours), feed=feed, ways=ways,
        )  # fmt: skip

    def _asked(self, categories: Sequence[str] | None) -> list[str]:
        known = {*self.known_categories.by_id, *self.crosswalk.categories}
        unknown = [name for name in categories or () if name not in known]
        if unknown:
            raise InputError(
                _("There is no category {names}; choose from {known}.").format(
                    names=", ".join(f"'{name}'" for name in unknown), known=", ".join(self.known_categories.by_id)
                )
            )
        if categories:
            return list(dict.fromkeys(categories))
        if not self.on_other_streets and not any(isinstance(c, TIMETABLE_CHANGES) for c in self.scenario.changes):
            return self.services.touched(self.region.services)
        there = set(self.services.services["category"].astype(str))
        left_out = self.known_categories.sensitive | _NOT_VISITED
        return [name for name in self.known_categories.by_id if name in there - left_out]

    def _days(self, day: date | None) -> tuple[date, ...]:
        """The day asked for; else the days of an early week on which the changes run, else its Tuesday."""
        if self.measure == "way":
            return ()
        if day is not None:
            return (day,)
        usual = ground_of(self.settings, self.region).day
        if usual is None:
            raise InputError(_("The region has no timetable to take a day from; say which day is meant."))
        named = {weekday for change in self.scenario.changes for weekday in change.days}
        monday = usual - timedelta(days=usual.weekday())
        found = tuple(monday + timedelta(days=number) for number, name in enumerate(WEEKDAYS) if name in named)
        every_day = any(not change.days for change in self.scenario.changes)
        return tuple(sorted({*found, usual})) if every_day else found

    def _check_timetable(self) -> None:
        """Refuse what the timetable does not know, also where nobody asks for the bus."""
        if self.region.has(LAYER) and self.on_other_timetable:
            changed_feed(self.grounds.timetable.feed, self.scenario)
        elif any(isinstance(change, TIMETABLE_CHANGES) for change in self.scenario.changes):
            _ = self.grounds.timetable
