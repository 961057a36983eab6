"""Part of counting gaps: a region made ready to be held against standards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sempre_geo.gaps.standards import Crosswalk, read_crosswalk
from sempre_geo.pipeline.travel.closed_ferries import network_of
from sempre_geo.pipeline.travel.region_in_use import RegionInUse
from sempre_geo.pipeline.travel.timetables import LAYER, region_timetable
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings
from sempre_geo.travel.nearest import Streets, streets_of
from sempre_geo.travel.speeds import Mode

_SETTLING_IN = timedelta(days=14)
_TUESDAY = 1


@dataclass(frozen=True)
class Ground:
    """A region, the words of its standards, and the day that visits by bus are computed for (None: no timetable)."""

    settings: Settings
    region: Region
    crosswalk: Crosswalk
    day: date | None

    def streets(self, mode: Mode) -> Streets:
        """The region's streets by a mode, kept in memory."""
        return _streets(self.region, mode)


def ground_of(settings: Settings, region: Region, *, day: date | None = None) -> Ground:
    """A region made ready; without a day, the first Tuesday two weeks into its timetable."""
    if day is not None and isinstance(region, RegionInUse):
        region = region.on(day)
    if day is None and region.has(LAYER):
        first = region_timetable(region).feed.span[0] + _SETTLING_IN
        day = first + timedelta(days=(_TUESDAY - first.weekday()) % 7)
    return Ground(settings, region, read_crosswalk(settings.definition("crosswalk.toml")), day)


@lru_cache(maxsize=4)
def _streets(region: Region, mode: Mode) -> Streets:
    return streets_of(network_of(region, mode))
