"""Use cases of the map by bus: the days one can choose, the time away from every cell, one cell's day in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from datetime import timedelta

import numpy as np
import pandas as pd

from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.views import cell_of, open_region, travel_surface
from sempre_geo.settings import Settings

BUS = "transit"
STAYS_MIN = (15, 30, 60, 120)
_DAYS_OFFERED, _SATURDAY = 14, 5


def has_timetable(settings: Settings, region: str) -> bool:
    """Whether the region was built with a timetable."""
    return open_region(settings, region).has("timetable")


def offered_days(settings: Settings, region: str, *, today: Date) -> list[Date]:
    """Two weeks of days of the timetable from today on; from its first day where it does not hold today.

    The list is empty for a region without a timetable.
    """
    if not has_timetable(settings, region):
        return []
    first, last = timetable_span(settings, region)
    start = today if first <= today <= last else first
    days = [start + timedelta(days=number) for number in range(_DAYS_OFFERED)]
    return [day for day in days if day <= last]


def usual_day(settings: Settings, region: str, *, today: Date) -> Date | None:
    """The day offered first: the first workday, else the first day; None without a timetable."""
    days = offered_days(settings, region, today=today)
    return next((day for day in days if day.weekday() < _SATURDAY), days[0] if days else None)


def timetable_span(settings: Settings, region: str) -> tuple[Date, Date]:
    """The first and the last day of a region's timetable, from its catalog, as reading all of it takes long.

    Raises
    ------
    MissingDataError
        The region was built without a timetable.
    """
    if not has_timetable(settings, region):
        raise MissingDataError(_("The region '{name}' was built without a timetable.").format(name=region))
    noted = open_region(settings, region).catalog["layers"]["timetable"]["parameters"]
    return Date.fromisoformat(noted["first"]), Date.fromisoformat(noted["last"])


def away_surface(settings: Settings, region: str, *, category: str, day: Date, stay_min: int) -> pd.DataFrame:
    """Minutes away from home for a visit by bus: as `travel_surface`, infinite where there is none in a day."""
    from sempre_geo.pipeline.travel.visits import away_of_day

    table = away_of_day(settings, region, service=category, date=day, stay_min=stay_min)
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
