"""What visits of a region are computed from: its homes, its services, and how both are tied to a day's timetable.

Kept in memory until the region is built again, so that a page asking for another day or another stay waits for
nothing but the answer itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.travel.closed_ferries import network_of
from sempre_geo.pipeline.travel.region_in_use import RegionInUse, region_in_use
from sempre_geo.pipeline.travel.timetables import RegionTimetable, Rider, region_timetable
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import Settings
from sempre_geo.travel.calendars import DayCalendar, read_calendar
from sempre_geo.travel.hours import open_intervals
from sempre_geo.travel.nearest import Streets, streets_of, travel_matrix
from sempre_geo.travel.profiles import FAR_S, Ints, legs_from_pairs, rides_of_day, turned
from sempre_geo.travel.speeds import MODES, Mode
from sempre_geo.travel.there_and_back import Homes
from sempre_geo.travel.visits import Ground, Site, ground_without_rides
from sempre_geo.travel.walks import walks

TRANSIT = "transit"
_NEAREST = 10
_NOTHING = np.zeros(0, np.int32)


@dataclass(frozen=True, eq=False)
class _Reach:
    """How the services of one category are reached: rows (service, stop or home, seconds)."""

    stops: pd.DataFrame
    homes: pd.DataFrame
    homes_back: pd.DataFrame


class RegionGrounds:
    """A region made ready for visits, for all cells or for one home. Threads may share it."""

    def __init__(
        self, region: RegionInUse, settings: Settings, *, home_of: tuple[str, RegionGrounds] | None = None
    ) -> None:
        self.region, self._settings = region, settings
        self.home = home_of[0] if home_of else ""
        self.cells: gpd.GeoDataFrame = region.cells.loc[[self.home]] if home_of else region.cells
        self.calendar: DayCalendar = read_calendar(settings, region.country, region=region.name)
        self.ground = lru_cache(maxsize=8)(self._ground)
        self.reach = lru_cache(maxsize=64)(self._reach)
        self._homes = lru_cache(maxsize=3)(self._homes_of)
        made: Callable[[str], Streets] = lru_cache(maxsize=4)(self._streets_of)
        self.streets: Callable[[str], Streets] = home_of[1].streets if home_of else made
        self.of_home = lru_cache(maxsize=32)(self._of_home)

    @property
    def timetable(self) -> RegionTimetable:
        """The region's timetable; refused where it has none."""
        return region_timetable(self.region)

    def on(self, day: date | None) -> RegionGrounds:
        """What is made ready for a day: itself, unless other ferries rest then."""
        there = self.region.on(day)
        if there is self.region:
            return self
        grounds = _grounds(self._settings, there)
        return grounds.of_home(self.home) if self.home else grounds

    def _of_home(self, cell_id: str) -> RegionGrounds:
        """The same for one home alone, which by street is answered at once.

        Ways back are searched from the nearest services only: by street nobody passes more than a few that are shut.
        """
        return RegionGrounds(self.region, self._settings, home_of=(cell_id, self))

    def services(self, category: str) -> gpd.GeoDataFrame:
        """All services of a category, in the region's order."""
        every = self.region.services
        return every[every["category"].astype(str) == category]

    def sites(self, category: str, day: date, *, mode: str, wheelchair: bool = False) -> list[Site]:
        """All services of a category on a day.

        Parameters
        ----------
        mode
            ``transit`` or a street mode.
        wheelchair
            With ``transit``, by wheelchair: services known to be inaccessible are no services.
        """
        services = self.services(category)
        reach = self.reach(category, mode, rider_of(wheelchair=wheelchair))
        barred = wheelchair or mode == "wheelchair"
        usable = (services["wheelchair"] != "no") if barred else pd.Series(data=True, index=services.index)
        rows = {name: _by_service(getattr(reach, name), len(services)) for name in ("stops", "homes", "homes_back")}
        sites = []
        for row in np.flatnonzero(usable.to_numpy()):
            stop, stop_s = rows["stops"][row]
            service_id = str(services.index[row])
            hours = open_intervals(
                _text(services["opening_hours"].iloc[row]), day, country=self.region.country,
                calendar=self.calendar, service_id=service_id,
            )  # fmt: skip
            sites.append(Site(service_id, hours, stop, stop_s, *rows["homes"][row], *rows["homes_back"][row]))
        return sites

    def _ground(self, day: date | None, mode: str, rider: Rider) -> Ground:
        """A day with all homes; by street modes every day is the same.

        Raises
        ------
        MissingDataError
            The day lies outside the timetable's calendar, or there is no timetable.
        """
        if mode != TRANSIT or day is None:
            return ground_without_rides(self._on_road(self.streets(mode)))
        there = rides_of_day(self.timetable.day(day, rider))
        return Ground(there, turned(there), self._homes(rider), self._on_road(self.timetable.streets(rider)))

    def _on_road(self, streets: Streets | None) -> NDArray[np.bool_]:
        cells = self.cells
        return np.ones(len(cells), dtype=bool) if streets is None else streets.index.snap(cells.geometry).found

    def _homes_of(self, rider: Rider) -> Homes:
        """Walks between homes and stops; searched from whichever are fewer, as ways on foot go both ways."""
        timetable, cells = self.timetable, self.cells
        found = _walked(
            timetable, cells.geometry, timetable.stops.geometry, rider=rider, limit_s=timetable.rules.access_limit_s
        )
        legs = legs_from_pairs(
            found["origin"].to_numpy(), found["target"].to_numpy(), found["seconds"].to_numpy(), places=len(cells)
        )
        return Homes(legs, legs)

    def _streets_of(self, mode: str) -> Streets:
        return streets_of(network_of(self.region, cast("Mode", mode)))

    def _reach(self, category: str, mode: str, rider: Rider) -> _Reach:
        services, cells = self.services(category), self.cells
        if mode != TRANSIT:
            streets = self.streets(mode)
            there = _pairs(travel_matrix(streets, cells, services), cells.index, services.index)
            if self.home:
                there = there.nsmallest(_NEAREST, "seconds").sort_values("target", ignore_index=True)
            asked = services.iloc[np.unique(there["target"])]
            back = _pairs(travel_matrix(streets, asked, cells), asked.index, cells.index)
            back["origin"] = services.index.get_indexer(asked.index).astype(np.int32)[back["origin"]]
            none = pd.DataFrame({"origin": _NOTHING, "target": _NOTHING, "seconds": _NOTHING})
            return _Reach(none, there.rename(columns={"origin": "target", "target": "origin"}), back)
        timetable = self.timetable
        rules, doors = timetable.rules, services.geometry
        stops = _walked(timetable, doors, timetable.stops.geometry, rider=rider, limit_s=rules.access_limit_s)
        homes = _walked(timetable, doors, cells.geometry, rider=rider, limit_s=rules.all_the_way_limit_s)
        return _Reach(stops, homes, homes)


def rider_of(*, wheelchair: bool) -> Rider:
    """Who travels by bus; by wheelchair what nobody recorded is a barrier."""
    return "wheelchair" if wheelchair else "walk"


def region_grounds(settings: Settings, region: str, *, day: date | None = None) -> RegionGrounds:
    """A built region ready for visits on a day, kept until it is built again or a correction is decided.

    Raises
    ------
    MissingFileError
        The region is not built.
    """
    return _grounds(settings, region_in_use(settings, region).on(day))


def check_category(settings: Settings, grounds: RegionGrounds, category: str) -> None:
    """Refuse a category nobody knows, or that the region has no service of.

    Raises
    ------
    InputError
        The category is neither in the table of categories nor in the region.
    MissingDataError
        The region has no such service.
    """
    if len(grounds.services(category)):
        return
    categories = read_categories(settings)
    if category not in categories.by_id:
        raise InputError(
            _("There is no category '{category}'; choose one of {known}.").format(
                category=category, known=", ".join(categories.by_id)
            )
        )
    raise MissingDataError(
        _("The region '{name}' has no service of the category '{category}'.").format(
            name=grounds.region.name, category=category
        )
    )


def check_mode(mode: str) -> None:
    """Refuse a mode that does not exist.

    Raises
    ------
    InputError
        It is neither ``transit`` nor a street mode.
    """
    if mode not in (*MODES, TRANSIT):
        raise InputError(
            _("There is no mode '{mode}'; use one of {known}.").format(mode=mode, known=", ".join((TRANSIT, *MODES)))
        )


@lru_cache(maxsize=4)
def _grounds(settings: Settings, region: RegionInUse) -> RegionGrounds:
    return RegionGrounds(region, settings)


def _walked(
    timetable: RegionTimetable, origins: gpd.GeoSeries, targets: gpd.GeoSeries, *, rider: Rider, limit_s: float
) -> pd.DataFrame:
    """Walks searched from the smaller side."""
    streets, rules = timetable.streets(rider), timetable.rules
    if len(origins) <= len(targets):
        return walks(streets, origins, targets, limit_s=limit_s, rules=rules)
    found = walks(streets, targets, origins, limit_s=limit_s, rules=rules)
    return found.rename(columns={"origin": "target", "target": "origin"})


def _pairs(matrix: pd.DataFrame, origins: pd.Index, destinations: pd.Index) -> pd.DataFrame:
    """A matrix as rows (origin, target, whole seconds), pairs without a way left out."""
    seconds = np.ceil(matrix["minutes"].to_numpy(dtype=np.float64) * 60 - 1e-6)
    found = np.isfinite(seconds) & (seconds < FAR_S)
    row = np.flatnonzero(found)
    if len(matrix) != len(origins) * len(destinations):
        raise InputError(_("The travel times do not cover every pair; build the region again."))
    return pd.DataFrame(
        {
            "origin": (row // len(destinations)).astype(np.int32),
            "target": (row % len(destinations)).astype(np.int32),
            "seconds": seconds[row].astype(np.int32),
        }
    )


def _by_service(table: pd.DataFrame, services: int) -> list[tuple[Ints, Ints]]:
    legs = legs_from_pairs(
        table["origin"].to_numpy(np.int32), table["target"].to_numpy(np.int32), table["seconds"].to_numpy(np.int32),
        places=services,
    )  # fmt: skip
    return [
        (legs.stop[legs.indptr[row] : legs.indptr[row + 1]], legs.seconds[legs.indptr[row] : legs.indptr[row + 1]])
        for row in range(services)
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
