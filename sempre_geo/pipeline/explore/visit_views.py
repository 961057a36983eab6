"""Use cases of the map by bus: the days one can choose, the time away from every cell, one cell's day in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from datetime import timedelta

import numpy as np
import pandas as pd

from sempre_geo.pipeline.explore.views import cell_of, open_region, travel_surface
from sempre_geo.settings import Settings

BUS = "transit"
STAYS_MIN = (15, 30, 60, 120)
_DAYS_OFFERED = 14


def has_timetable(settings: Settings, region: str) -> bool:
    """Whether the region was built with a timetable."""
    return open_region(settings, region).has("timetable")


def offered_days(settings: Settings, region: str, *, today: Date) -> list[Date]:
    """Two weeks of days of the timetable from today on; from its first day where it does not hold today.

    The list is empty for a region without a timetable.
    """
    if not has_timetable(settings, region):
        return []
    from sempre_geo.pipeline.travel.timetables import region_timetable

    first, last = region_timetable(open_region(settings, region)).feed.span
    start = today if first <= today <= last else first
    days = [start + timedelta(days=number) for number in range(_DAYS_OFFERED)]
    return [day for day in days if day <= last]


def away_surface(settings: Settings, region: str, *, category: str, day: Date, stay_min: int) -> pd.DataFrame:
    """Minutes away from home for a visit by bus: as `travel_surface`, infinite where there is none in a day."""
    from sempre_geo.pipeline.travel.visits import visits

    table = visits(settings, region, service=category, date=day, stay_min=stay_min).set_index("cell_id")
    found = table.reindex(open_region(settings, region).cells.index)
    status = found["status"].map({"ok": "ok", "ok_if_open": "ok", "none": "unreachable"}).fillna("unknown")
    minutes = found["time_away_min"].astype(float).where(status != "unknown", np.nan)
    return pd.DataFrame({"minutes": minutes, "status": status, "service_id": found["service_id"]})


def surface_of(
    settings: Settings, region: str, *, category: str, mode: str, day: Date | None = None, stay_min: int = 60
) -> pd.DataFrame:
    """The surface that a map shows: the way by street, or by bus on ``day`` the time away."""
    if mode == BUS and day is not None:
        return away_surface(settings, region, category=category, day=day, stay_min=stay_min)
    return travel_surface(settings, region, category=category, mode=mode)


def bus_sentences(
    settings: Settings, region: str, *, place_id: str, category: str, day: Date, stay_min: int, week: bool = False
) -> Sequence[str]:
    """One place's day by bus, as a person reads it; with ``week`` the other days, too, which takes longer."""
    from sempre_geo.pipeline.travel.visit_details import visit_sentences

    cell = cell_of(open_region(settings, region), place_id)
    return visit_sentences(settings, region, cell_id=cell, service=category, date=day, stay_min=stay_min, week=week)
