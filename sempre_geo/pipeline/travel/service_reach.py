"""Use cases of a service's own page: who can come on which days, and which other hours would let more people come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - as in the use case
from datetime import timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.travel.visit_grounds import TRANSIT, RegionGrounds, check_mode, region_grounds, rider_of
from sempre_geo.pipeline.travel.visits import question_of
from sempre_geo.progress import Progress, silent
from sempre_geo.settings import Settings
from sempre_geo.travel.hours import OpenDay, open_intervals
from sempre_geo.travel.profiles import FAR_S
from sempre_geo.travel.there_and_back import meetings
from sempre_geo.travel.visits import Question, Site, door_of, town_of, wishes

EVERYBODY = "population"
SHIFTS_MIN = (30, 60, 120)
"""By how much earlier or later opening is tried."""
_NEW_DAY_MIN = ((9 * 60, 12 * 60), (13 * 60, 16 * 60))
_DAYS_OF_WEEK = 7
_NOT_GROUPS = frozenset(
    {"geometry", "confidential", "estimated", "municipality_id", "settlement_id", "settlement", "lon", "lat"}
)


@dataclass(frozen=True, eq=False)
class _DayAtSite:
    """What decides on one day who can come: first arrival and last leave of each home, and the hours."""

    date: Date
    site: Site
    arrival_s: NDArray[np.int64]
    leave_s: NDArray[np.int64]
    possible: NDArray[np.bool_]
    sure: NDArray[np.bool_]


@dataclass(frozen=True)
class ServiceWeek:
    """What is asked of one service: who could come for a stay on the seven days from ``date`` on, by a mode."""

    service_id: str
    date: Date
    stay_min: int
    mode: str = TRANSIT


def who_can_come(settings: Settings, region: str, *, asked: ServiceWeek, progress: Progress = silent) -> pd.DataFrame:
    """How many people of each group have a visit to one service on each of the seven days asked for.

    Returns
    -------
    pandas.DataFrame
        ``date, weekday, group, people`` (who live in the region and are counted), ``can_come`` (where the hours
        are known), ``can_come_if_open`` (where they are not). Days outside the timetable are left out.

    Raises
    ------
    MissingDataError
        The region has no such service, or the timetable does not cover its date.
    """
    grounds = region_grounds(settings, region)
    groups = _groups(grounds)
    rows = []
    for day in _week(grounds, asked, progress=progress):
        for group, people in groups.items():
            rows.append(
                {
                    "date": pd.Timestamp(day.date), "weekday": day.date.weekday(), "group": group,
                    "people": float(people.sum()), "can_come": float(people[day.possible & day.sure].sum()),
                    "can_come_if_open": float(people[day.possible & ~day.sure].sum()),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def gain_of_opening(
    settings: Settings, region: str, *, asked: ServiceWeek, progress: Progress = silent
) -> pd.DataFrame:
    """Which single change of a service's hours would let most others come, the most helpful first.

    On each day of the week: opening half an hour, one or two hours earlier, closing as much later,
    and on closed days a morning or an afternoon. A person gains who could not come on that day before.

    Returns
    -------
    pandas.DataFrame
        ``date, weekday, kind`` (``open_earlier``, ``open_later`` for closing later, ``open_that_day``), ``opens_min,
        closes_min`` (of the changed interval), ``shift_min, gain`` (people) and ``gain_new`` (of them, those who
        can come on no day of that week today). Empty where the hours are not known.
    """
    grounds = region_grounds(settings, region)
    people = _groups(grounds)[EVERYBODY]
    days = _week(grounds, asked, progress=progress)
    ever = np.any([day.possible for day in days], axis=0) if days else np.zeros(len(people), dtype=bool)
    rows = []
    for day in days:
        if not day.site.hours.known:
            continue
        for kind, opens, closes, shift in _tries(day.site.hours.intervals):
            gains = _fits(day, opens, closes, asked.stay_min) & ~day.possible
            rows.append(
                {
                    "date": pd.Timestamp(day.date), "weekday": day.date.weekday(), "kind": kind, "opens_min": opens,
                    "closes_min": closes, "shift_min": shift, "gain": float(people[gains].sum()),
                    "gain_new": float(people[gains & ~ever].sum()),
                }
            )  # fmt: skip
    columns = ["date", "weekday", "kind", "opens_min", "closes_min", "shift_min", "gain", "gain_new"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(
        ["gain", "gain_new", "shift_min", "date"], ascending=[False, False, True, True], ignore_index=True
    )


@dataclass(frozen=True, eq=False)
class HoursTried:
    """What other opening hours of one service would change in a week.

    Attributes
    ----------
    days
        One row a day: ``date``, ``opens_now``, ``opens_then`` (intervals, minutes after midnight), and in people
        ``can_now``, ``can_then``, ``gain``, ``lose``. Times that are not certain count as open.
    gain_new, lose_all
        People who can come on no day today and could then, and those who could on no day any more.
    """

    days: pd.DataFrame
    gain_new: float
    lose_all: float


def try_hours(
    settings: Settings, region: str, *, asked: ServiceWeek, opening_hours: str, progress: Progress = silent
) -> HoursTried:
    """Who could come, and who no longer, if a service had these hours in the week asked for; nothing is saved.

    Raises
    ------
    MissingDataError
        The region has no such service, or the timetable does not cover its date.
    """
    grounds = region_grounds(settings, region)
    people = _groups(grounds)[EVERYBODY]
    days = _week(grounds, asked, progress=progress)
    rows, before, after = [], np.zeros(len(people), dtype=bool), np.zeros(len(people), dtype=bool)
    for day in days:
        tried = open_intervals(opening_hours, day.date, country=grounds.region.country, calendar=grounds.calendar)
        could = _could(day, tried, asked.stay_min)
        before |= day.possible
        after |= could
        now = day.site.hours
        rows.append(
            {
                "date": pd.Timestamp(day.date), "opens_now": now.intervals or now.maybe,
                "opens_then": tried.intervals or tried.maybe, "can_now": float(people[day.possible].sum()),
                "can_then": float(people[could].sum()), "gain": float(people[could & ~day.possible].sum()),
                "lose": float(people[day.possible & ~could].sum()),
            }
        )  # fmt: skip
    columns = ["date", "opens_now", "opens_then", "can_now", "can_then", "gain", "lose"]
    table = pd.DataFrame(rows, columns=columns)
    return HoursTried(table, float(people[after & ~before].sum()), float(people[before & ~after].sum()))


def _could(day: _DayAtSite, hours: OpenDay, stay_min: int) -> NDArray[np.bool_]:
    """Homes with a visit at these hours."""
    could = np.zeros(len(day.possible), dtype=bool)
    for opens, closes in (*hours.intervals, *hours.maybe):
        could |= _fits(day, opens, closes, stay_min)
    return could


def _week(grounds: RegionGrounds, asked: ServiceWeek, *, progress: Progress) -> list[_DayAtSite]:
    """Those of the seven days from the date on that the timetable covers."""
    check_mode(asked.mode)
    if asked.service_id not in grounds.region.services.index:
        raise MissingDataError(
            _("The region '{name}' has no service '{service}'.").format(
                name=grounds.region.name, service=asked.service_id
            )
        )
    by_bus, question = asked.mode == TRANSIT, question_of(stay_min=asked.stay_min)
    if by_bus:
        grounds.timetable.feed.check_covers(asked.date)
    found = []
    for shift in range(_DAYS_OF_WEEK):
        progress(_("Visits day by day"), (shift + 1) / _DAYS_OF_WEEK)
        day = asked.date + timedelta(days=shift)
        if not by_bus or grounds.timetable.feed.covers(day):
            found.append(_at_site(grounds, asked.service_id, day, question, asked.mode))
    return found


@lru_cache(maxsize=4 * _DAYS_OF_WEEK)
def _at_site(grounds: RegionGrounds, service_id: str, day: Date, question: Question, mode: str) -> _DayAtSite:  # noqa: PLR0917 - a cache compares positions
    """One day at one service, kept, so that other hours are tried at once."""
    grounds = grounds.on(day)
    category = str(grounds.region.services.loc[service_id, "category"])
    ground = grounds.ground(day if mode == TRANSIT else None, mode, rider_of(wheelchair=False))
    site = next(site for site in grounds.sites(category, day, mode=mode) if site.service_id == service_id)
    door = door_of(town_of(ground, site), question)
    possible = np.zeros(len(ground.on_road), dtype=bool)
    sure = possible.copy()
    for rank, wish in wishes(site.hours, question):
        met = meetings(ground.homes, door, wish)
        here = met.away_s < FAR_S
        sure |= here & (rank == 0)
        possible |= here
    return _DayAtSite(
        day, site, met.first_arrival_s.astype(np.int64), met.last_leave_s.astype(np.int64), possible, sure
    )


def _tries(intervals: tuple[tuple[int, int], ...]) -> list[tuple[str, int, int, int]]:
    """Changed intervals to try: kind, opens, closes, minutes more."""
    if not intervals:
        return [("open_that_day", opens, closes, closes - opens) for opens, closes in _NEW_DAY_MIN]
    found = []
    for opens, closes in intervals:
        for shift in SHIFTS_MIN:
            found += [("open_earlier", opens - shift, closes, shift), ("open_later", opens, closes + shift, shift)]
    return found


def _fits(day: _DayAtSite, opens: int, closes: int, stay_min: int) -> NDArray[np.bool_]:
    """Homes with a visit inside this interval: the stay fits between the first arrival and the last way home."""
    start = np.maximum(day.arrival_s, opens * 60)
    return (start + stay_min * 60 <= np.minimum(closes * 60, day.leave_s)) & (day.arrival_s < FAR_S)


def _groups(grounds: RegionGrounds) -> dict[str, NDArray[np.float64]]:
    """People of each group in each cell; where nobody may know, none are counted."""
    cells = grounds.region.cells
    names = [
        name for name in cells.columns
        if name not in _NOT_GROUPS and pd.api.types.is_numeric_dtype(cells[name])
        and not pd.api.types.is_bool_dtype(cells[name])
    ]  # fmt: skip
    return {name: cells[name].fillna(0).to_numpy(dtype=np.float64) for name in names}
