"""Use case: whether a person without a car can get there, be served, and be home again the same day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - the option is called date
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.travel.visit_grounds import (
    TRANSIT,
    RegionGrounds,
    check_category,
    check_mode,
    region_grounds,
    rider_of,
)
from sempre_geo.pipeline.travel.visit_sentences import change_sentence, clock
from sempre_geo.progress import Progress, silent
from sempre_geo.settings import Settings
from sempre_geo.travel.changes import Change, DayEnds, Terms, smallest_change
from sempre_geo.travel.itineraries import Leg, way_back, way_there
from sempre_geo.travel.profiles import FAR_S, Legs
from sempre_geo.travel.visits import Ground, Question, Site, category_visits, town_of

COLUMNS = (
    "cell_id", "service_id", "leave_home", "arrive", "start", "end", "leave", "home", "time_away_min", "n_visits",
    "status", "reason", "change",
)  # fmt: skip
_DAYS_OF_WEEK = 7
_ROLLING = "wheelchair"
_MOVED = {"return_later": "back", "arrive_earlier": "there"}


@dataclass(frozen=True, eq=False)
class DayVisits:
    """One day's answer for all cells, with what else pages ask about it.

    Attributes
    ----------
    table
        As :func:`~sempre_geo.travel.visits.category_visits` gives it; its rows are the region's cells in order.
    sites
        The services, in the order of ``table["site"]``.
    """

    date: Date
    mode: str
    question: Question
    ground: Ground
    sites: Sequence[Site]
    table: pd.DataFrame


def visits(  # noqa: PLR0913 - the options of one command
    settings: Settings,
    region: str,
    *,
    service: str,
    date: Date,
    stay_min: int,
    mode: str = TRANSIT,
    earliest_min: int = 6 * 60,
    latest_min: int = 22 * 60,
    wheelchair: bool = False,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Whether people of each cell can get to a service, be served and be home again the same day.

    Parameters
    ----------
    service
        A category.
    date
        A local date.
    stay_min
        Minutes at the service, wholly inside its opening hours.
    mode
        ``transit``, or a street mode, where only opening hours bind; ``wheelchair`` rolls all the way.
    earliest_min, latest_min
        Minutes after midnight: leave home not before, be home by.
    wheelchair
        With ``transit``: only stops, vehicles, streets and services that a wheelchair can use.

    Returns
    -------
    pandas.DataFrame
        One row a cell, columns `COLUMNS`. Times are HH:MM, rounded down except being home; hours beyond 24 are
        those of the night that follows. ``time_away_min`` is exact, infinite where there is no visit.
        ``service_id`` is then the service that fails by the least, and ``change`` the smallest change.

    Raises
    ------
    InputError
        The category or mode is unknown, a wheelchair is asked for beside a street mode, or one would have to be
        home before one leaves.
    MissingDataError
        No such service, no timetable, or a date outside its calendar (the sentence names the valid span).
    """
    question = question_of(stay_min=stay_min, earliest_min=earliest_min, latest_min=latest_min)
    check_mode(mode)
    if wheelchair and mode != TRANSIT:
        raise InputError(
            _("Only a way by bus can be asked for with a wheelchair; take the mode 'wheelchair' to roll all the way.")
        )
    grounds = region_grounds(settings, region)
    check_category(settings, grounds, service)
    day = day_visits(
        grounds, category=service, date=date, question=question, mode=mode, wheelchair=wheelchair, progress=progress
    )
    return _as_table(grounds, day)


def question_of(*, stay_min: int, earliest_min: int = 6 * 60, latest_min: int = 22 * 60) -> Question:
    """What is asked of a day, checked.

    Raises
    ------
    InputError
        The stay is not positive, or the times do not lie in order within two days.
    """
    if stay_min <= 0:
        raise InputError(_("A stay takes at least one minute, not {n}.").format(n=stay_min))
    if earliest_min >= latest_min:
        raise InputError(
            _("One cannot leave home at {earliest} at the earliest and be home by {latest}; give a later time.").format(
                earliest=clock(earliest_min * 60), latest=clock(latest_min * 60)
            )
        )
    if earliest_min < 0 or latest_min > 36 * 60:
        raise InputError(_("Times must lie between 00:00 and 36:00, noon of the day after."))
    return Question(stay_min, earliest_min, latest_min)


def day_visits(
    grounds: RegionGrounds,
    *,
    category: str,
    date: Date,
    question: Question,
    mode: str = TRANSIT,
    wheelchair: bool = False,
    progress: Progress = silent,
) -> DayVisits:
    """The visits of all cells to a category on one day; where only a wheelchair stands in the way, that is why."""
    grounds = grounds.on(date)
    if mode == TRANSIT:
        grounds.timetable.feed.check_covers(date)
    ground = grounds.ground(date if mode == TRANSIT else None, mode, rider_of(wheelchair=wheelchair))
    sites = grounds.sites(category, date, mode=mode, wheelchair=wheelchair)
    table = _visits_to(ground, sites, question, mode=mode, progress=progress)
    if wheelchair or mode == _ROLLING:
        on_foot = TRANSIT if wheelchair else "walk"
        others = day_visits(grounds, category=category, date=date, question=question, mode=on_foot)
        barred = (table["status"] == "none") & (others.table["status"] != "none")
        table["reason"] = table["reason"].where(~barred, "not_accessible")
    return DayVisits(date, mode, question, ground, sites, table)


def to_one(day: DayVisits, service_id: str) -> DayVisits:
    """The same day with one of its services alone; unchanged where that is none of them."""
    sites = [site for site in day.sites if site.service_id == service_id]
    if not sites:
        return day
    return replace(day, sites=sites, table=_visits_to(day.ground, sites, day.question, mode=day.mode))


def _visits_to(
    ground: Ground, sites: Sequence[Site], question: Question, *, mode: str, progress: Progress = silent
) -> pd.DataFrame:
    table = category_visits(ground, sites, question, progress=progress)
    if mode != TRANSIT:
        table["reason"] = table["reason"].replace("no_stop_in_reach", "unreachable")
    return table


def day_of(grounds: RegionGrounds, category: str, *, date: Date, question: Question, mode: str = TRANSIT) -> DayVisits:
    """The same, kept for the next question about that day; read-only.

    Of one home nothing is kept: it is answered at once, and would push out what everybody asks for.
    """
    if grounds.home:
        return day_visits(grounds, category=category, date=date, question=question, mode=mode)
    return _kept_day(grounds, category, date, question, mode)


@lru_cache(maxsize=64)  # eight services for today and a week: what is asked at once is still there when asked again
def _kept_day(  # noqa: PLR0917 - a cache compares positions
    grounds: RegionGrounds, category: str, date: Date, question: Question, mode: str
) -> DayVisits:
    return day_visits(grounds, category=category, date=date, question=question, mode=mode)


def week_visits(  # noqa: PLR0913 - the options of one page
    settings: Settings,
    region: str,
    *,
    service: str,
    date: Date,
    stay_min: int,
    mode: str = TRANSIT,
    earliest_min: int = 6 * 60,
    latest_min: int = 22 * 60,
    progress: Progress = silent,
) -> pd.DataFrame:
    """On which days of the week of ``date`` each cell has a visit: "only Tuesdays" is the answer people need.

    Returns
    -------
    pandas.DataFrame
        One row for each cell and day from Monday to Sunday: ``cell_id, date, weekday`` (0 Monday), ``status,
        reason, time_away_min, service_id``. Days the timetable does not cover have status ``unknown``.
    """
    question = question_of(stay_min=stay_min, earliest_min=earliest_min, latest_min=latest_min)
    check_mode(mode)
    grounds = region_grounds(settings, region)
    check_category(settings, grounds, service)
    return week_of(grounds, service, date=date, question=question, mode=mode, progress=progress)


def week_of(
    grounds: RegionGrounds, category: str, *, date: Date, question: Question, mode: str, progress: Progress = silent
) -> pd.DataFrame:
    """The same for the cells of some grounds."""
    if mode == TRANSIT:
        grounds.timetable.feed.check_covers(date)
    monday = date - timedelta(days=date.weekday())
    parts = []
    for shift in range(_DAYS_OF_WEEK):
        progress(_("Visits day by day"), shift / _DAYS_OF_WEEK)
        parts.append(_of_weekday(grounds, category, monday + timedelta(days=shift), question=question, mode=mode))
    progress(_("Done"), 1.0)
    return pd.concat(parts, ignore_index=True)


def _of_weekday(grounds: RegionGrounds, category: str, day: Date, *, question: Question, mode: str) -> pd.DataFrame:
    cells = grounds.cells.index
    frame = pd.DataFrame({"cell_id": cells, "date": pd.Timestamp(day), "weekday": day.weekday()})
    try:
        found = day_of(grounds, category, date=day, question=question, mode=mode)
    except MissingDataError:
        return frame.assign(status="unknown", reason="", time_away_min=np.inf, service_id=None)
    return frame.assign(**_answers(found))


def away_of_day(settings: Settings, region: str, *, service: str, date: Date, stay_min: int) -> pd.DataFrame:
    """What `visits` by bus says of a day, without the times and the changes, whose sentences take longest; kept.

    Returns
    -------
    pandas.DataFrame
        Index ``cell_id``, all cells; ``status, reason, time_away_min, service_id``.

    Raises
    ------
    InputError, MissingDataError
        As there.
    """
    question, grounds = question_of(stay_min=stay_min), region_grounds(settings, region)
    check_category(settings, grounds, service)
    found = day_of(grounds, service, date=date, question=question)
    return pd.DataFrame(_answers(found)).set_index(grounds.cells.index)


def _answers(found: DayVisits) -> dict[str, Any]:
    table = found.table
    return {
        "status": table["status"].to_numpy(),
        "reason": table["reason"].to_numpy(),
        "time_away_min": _minutes_away(table),
        "service_id": _service_ids(found),
    }


def _as_table(grounds: RegionGrounds, day: DayVisits) -> pd.DataFrame:
    """The columns other programs rely on."""
    table = day.table
    found = (table["status"] != "none").to_numpy()
    made: dict[str, object] = {"cell_id": grounds.region.cells.index.to_numpy(), "service_id": _service_ids(day)}
    for name in ("leave_home", "arrive", "start", "end", "leave"):
        made[name] = _clocks(table[f"{name}_s"].to_numpy(), found)
    made["home"] = _clocks(-(-table["home_s"].to_numpy() // 60) * 60, found)
    made |= {
        "time_away_min": _minutes_away(table),
        "n_visits": table["visits"].to_numpy(),
        "status": table["status"].to_numpy(),
        "reason": table["reason"].to_numpy(),
        "change": change_sentences(grounds, day),
    }
    return pd.DataFrame(made)[list(COLUMNS)]


def change_sentences(grounds: RegionGrounds, day: DayVisits) -> list[str]:
    """For each cell without a visit the smallest change as a sentence; empty text for the others."""
    wanting = ((day.table["status"] == "none") & (day.table["site"] >= 0)).tolist()
    return [change_sentence_of(grounds, day, home) if wanted else "" for home, wanted in enumerate(wanting)]


def change_sentence_of(grounds: RegionGrounds, day: DayVisits, home: int) -> str:
    """The smallest change for the home at a position; empty text where there is a visit, or no change helps."""
    status, reason, site = (day.table[name].iloc[home] for name in ("status", "reason", "site"))
    if status != "none" or site < 0 or reason == "not_accessible":
        return ""
    change = change_of(day, home)
    names = _stop_names(grounds, day, home, change) if change is not None else {}
    return change_sentence(change, reason=reason, date=day.date, **names)


def change_of(day: DayVisits, home: int) -> Change | None:
    """The smallest change that would give the home at this position a visit; None if no single one does."""
    row = day.table.iloc[home]
    site = day.sites[int(row["site"])]
    there, back = row["first_leave_s"], row["last_leave_s"]
    known = row["first_arrival_s"] - there if there < FAR_S else row["last_home_s"] - back if back > -FAR_S else 0
    ends = DayEnds(int(there), int(row["first_arrival_s"]), int(back), int(row["last_home_s"]), int(known))
    question = day.question
    if row["reason"] == "closed_that_day":
        hours: tuple[tuple[int, int], ...] = ()
    else:
        hours = site.hours.intervals or site.hours.maybe or ((0, 24 * 60),)
    change = smallest_change(ends, Terms(hours, question.stay_min, question.earliest_min, question.latest_min))
    if change is not None and day.mode != TRANSIT and not change.kind.startswith("open"):
        return None
    return change


def _stop_names(grounds: RegionGrounds, day: DayVisits, home: int, change: Change) -> Mapping[str, str]:
    """Between which stops a trip would run, and which line is meant."""
    if change.kind.startswith("open") or day.mode != TRANSIT:
        return {}
    site = day.sites[int(day.table["site"].iloc[home])]
    if change.kind in _MOVED:
        leg = _ride_to_move(day, site, home, change)
        if leg is None:
            return {}
        made = grounds.timetable.day(day.date, "walk")
        return {
            "start": str(made.stops["name"].iloc[leg.start]),
            "end": str(made.stops["name"].iloc[leg.end]),
            "line": str(made.trips["route"].iloc[leg.trip]),
        }
    stops = grounds.timetable.stops["name"]
    near_home = _nearest_stop(day.ground.homes.access, home)
    near_service = int(site.stop[np.argmin(site.stop_s)]) if len(site.stop) else -1
    if near_home < 0 or near_service < 0:
        return {}
    ends = (near_service, near_home) if change.kind == "trip_back" else (near_home, near_service)
    return {"start": str(stops.iloc[ends[0]]), "end": str(stops.iloc[ends[1]])}


def _ride_to_move(day: DayVisits, site: Site, home: int, change: Change) -> Leg | None:
    """The first ride of the last way home, or the last ride of the first way there."""
    row, town = day.table.iloc[home], town_of(day.ground, site)
    if change.kind == "return_later":
        legs = way_back(town, home, leave_s=int(row["last_leave_s"]), home_s=int(row["last_home_s"]))
        return next((leg for leg in legs if leg.mode == "transit"), None)
    legs = way_there(town, home, leave_s=int(row["first_leave_s"]), by_s=int(row["first_arrival_s"]))
    return next((leg for leg in reversed(legs) if leg.mode == "transit"), None)


def _nearest_stop(legs: Legs, home: int) -> int:
    first, last = legs.indptr[home], legs.indptr[home + 1]
    if first == last:
        return -1
    return int(legs.stop[first + np.argmin(legs.seconds[first:last])])


def _service_ids(day: DayVisits) -> NDArray[np.object_]:
    names = np.array([*(site.service_id for site in day.sites), None], dtype=object)
    chosen: NDArray[np.object_] = names[day.table["site"].to_numpy()]
    return chosen


def _minutes_away(table: pd.DataFrame) -> pd.Series:
    exact = (table["away_s"] / 60).round(2)
    return exact.where(table["status"] != "none", np.inf).reset_index(drop=True)


def _clocks(seconds: NDArray[np.int32], found: NDArray[np.bool_]) -> list[str]:
    return [clock(int(moment)) if there else "" for moment, there in zip(seconds, found, strict=True)]
