"""Part of counting gaps: a region made ready to be held against standards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from sempre_geo.gaps.standards import Crosswalk, read_crosswalk
from sempre_geo.pipeline.travel.timetables import LAYER, region_timetable
from sempre_geo.region.bundle import Region
from sempre_geo.region.catalog import CATALOG
from sempre_geo.settings import Settings
from sempre_geo.travel.nearest import Streets, streets_of
from sempre_geo.travel.speeds import Mode
from sempre_geo.travel.streets import read_network

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
        """The region's streets by a mode, kept in memory until the region is built again."""
        return _streets(self.region.path, (self.region.path / CATALOG).stat().st_mtime_ns, mode)


def ground_of(settings: Settings, region: Region, *, day: date | None = None) -> Ground:
    """A region made ready; without a day, the first Tuesday two weeks into its timetable."""
    if day is None and region.has(LAYER):
        first = region_timetable(region).feed.span[0] + _SETTLING_IN
        day = first + timedelta(days=(_TUESDAY - first.weekday()) % 7)
    return Ground(settings, region, read_crosswalk(settings.definition("crosswalk.toml")), day)


@lru_cache(maxsize=4)
def _streets(path: Path, _stamp: int, mode: Mode) -> Streets:
    return streets_of(read_network(path / "networks" / mode, mode))
