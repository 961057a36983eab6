"""Use cases: one home's visit in full, told in sentences, with what a delay would do to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - as in the use case

import pandas as pd

from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.views import named, nearest_service
from sempre_geo.pipeline.travel.region_in_use import correction_notes, holding_on, region_in_use
from sempre_geo.pipeline.travel.visit_grounds import TRANSIT, RegionGrounds, check_category, check_mode, region_grounds
from sempre_geo.pipeline.travel.visit_sentences import reliability_sentences, visit_sentence, week_sentences
from sempre_geo.pipeline.travel.visits import DayVisits, change_sentence_of, day_of, question_of, to_one, week_of
from sempre_geo.settings import Settings
from sempre_geo.travel.itineraries import Visit, visit_of
from sempre_geo.travel.reliability import Reliability, reliability, ways_home_of
from sempre_geo.travel.visits import door_of, town_of


@dataclass(frozen=True)
class VisitDetail:
    """One home's answer on one day.

    Attributes
    ----------
    service_id, service
        The service that is best, and its name; where none can be visited the nearest by street, which people ask
        about, although another may fail by less.
    status, reason, change
        As in :func:`~sempre_geo.pipeline.travel.visits.visits`.
    visit
        All legs; None where there is no visit. Its properties split the time into walking, riding and waiting.
    reliability
        What a delay would do; None where there is no visit.
    n_visits, first_start_s, last_start_s
        How many different arrivals work, and when the first and last visit start.
    """

    cell_id: str
    date: Date
    mode: str
    service_id: str | None
    service: str
    status: str
    reason: str
    change: str
    visit: Visit | None
    reliability: Reliability | None
    n_visits: int
    first_start_s: int
    last_start_s: int


def visit_at(  # noqa: PLR0913 - what is asked of one home
    settings: Settings,
    region: str,
    *,
    cell_id: str,
    service: str,
    date: Date,
    stay_min: int,
    mode: str = TRANSIT,
    earliest_min: int = 6 * 60,
    latest_min: int = 22 * 60,
) -> VisitDetail:
    """The best visit of one cell, leg by leg, or why there is none, between ``earliest_min`` and ``latest_min``.

    Raises
    ------
    InputError, MissingDataError
        As :func:`~sempre_geo.pipeline.travel.visits.visits`; or there is no such cell.
    """
    grounds = _grounds_of(settings, region, cell_id=cell_id, service=service, mode=mode)
    home = int(grounds.cells.index.get_indexer([cell_id])[0])
    question = question_of(stay_min=stay_min, earliest_min=earliest_min, latest_min=latest_min)
    day = day_of(grounds, service, date=date, question=question, mode=mode)
    if day.table["status"].iloc[home] == "none" and mode != "wheelchair":
        nearest = nearest_service(grounds.region, cell_id, service, mode=mode)
        day = to_one(day, nearest) if nearest else day
    row = day.table.iloc[home]
    site = day.sites[int(row["site"])] if row["site"] >= 0 else None
    visit = None if row["status"] == "none" else visit_of_home(day, home)
    return VisitDetail(
        cell_id=cell_id,
        date=date,
        mode=mode,
        service_id=site.service_id if site else None,
        service=_name(grounds, site.service_id) if site else "",
        status=str(row["status"]),
        reason=str(row["reason"]),
        change=change_sentence_of(grounds, day, home),
        visit=visit,
        reliability=None if visit is None else _reliability(grounds, day, home, visit),
        n_visits=int(row["visits"]),
        first_start_s=int(row["first_start_s"]),
        last_start_s=int(row["last_start_s"]),
    )


def week_at(
    settings: Settings, region: str, *, cell_id: str, service: str, date: Date, stay_min: int, mode: str = TRANSIT
) -> pd.DataFrame:
    """One cell's rows of :func:`~sempre_geo.pipeline.travel.visits.week_visits`.

    Raises
    ------
    InputError, MissingDataError
        As there; or there is no such cell.
    """
    grounds = _grounds_of(settings, region, cell_id=cell_id, service=service, mode=mode)
    table = week_of(grounds, service, date=date, question=question_of(stay_min=stay_min), mode=mode)
    return table[table["cell_id"] == cell_id]


def visit_of_home(day: DayVisits, home: int) -> Visit:
    """The best visit of the home at a position, which must have one, with all its legs."""
    row = day.table.iloc[home]
    town = town_of(day.ground, day.sites[int(row["site"])])
    moments = ("leave_home_s", "arrive_s", "start_s", "end_s", "leave_s", "home_s")
    return visit_of(town, home, {name: int(row[name]) for name in moments})


def visit_sentences(
    settings: Settings,
    region: str,
    *,
    cell_id: str,
    service: str,
    date: Date,
    stay_min: int,
    mode: str = TRANSIT,
    week: bool = True,
) -> list[str]:
    """One home's answer as a person reads it: the visit or the reason, the change, the other days, what is fragile."""
    detail = visit_at(settings, region, cell_id=cell_id, service=service, date=date, stay_min=stay_min, mode=mode)
    said = [visit_sentence(detail, changes=detail.visit.transfers if detail.visit else 0), detail.change]
    if detail.reliability is not None and mode == TRANSIT:
        said += reliability_sentences(detail.reliability, stops=_stop_names(settings, region))
    days = [date]
    if week:
        mine = week_at(
            settings, region, cell_id=cell_id, service=service, date=date, stay_min=stay_min, mode=mode
        )  # fmt: skip
        days = [day.date() for day in mine["date"]]
        said += week_sentences(mine[mine["date"] != pd.Timestamp(date)])
    return [sentence for sentence in (*said, *_corrections_of(settings, region, detail, days)) if sentence]


def _corrections_of(settings: Settings, region: str, detail: VisitDetail, days: Sequence[Date]) -> tuple[str, ...]:
    """What was corrected of the service and, by bus, of stops and lines on some days: an answer names its grounds."""
    built = region_in_use(settings, region)
    used = holding_on(built.corrections, *days)
    of_service = tuple(
        (layer, detail.service or thing, field, value, source)
        for layer, thing, field, value, source in used
        if thing == detail.service_id
    )
    of_ways = built.told(used) if detail.mode == TRANSIT else built.about_streets(detail.date)
    return (*correction_notes(of_service, "services"), *correction_notes(of_ways, "stops", "lines"))


def _grounds_of(settings: Settings, region: str, *, cell_id: str, service: str, mode: str) -> RegionGrounds:
    """What one cell's visits are computed from: by bus a day is computed for all and kept, by street for one home."""
    check_mode(mode)
    grounds = region_grounds(settings, region)
    check_category(settings, grounds, service)
    if cell_id not in grounds.cells.index:
        raise MissingDataError(
            _("The region '{name}' has no cell '{cell}'.").format(name=grounds.region.name, cell=cell_id)
        )
    return grounds if mode == TRANSIT else grounds.of_home(cell_id)


def _name(grounds: RegionGrounds, service_id: str) -> str:
    return named(grounds.region.services.loc[service_id], current_language())


def _stop_names(settings: Settings, region: str) -> Sequence[str]:
    return [str(name) for name in region_grounds(settings, region).timetable.stops["name"]]


def _reliability(grounds: RegionGrounds, day: DayVisits, home: int, visit: Visit) -> Reliability | None:
    if day.mode != TRANSIT:
        return None
    site = day.sites[int(day.table["site"].iloc[home])]
    door = door_of(town_of(day.ground, site), day.question)
    closes = [close * 60 for open_, close in site.hours.intervals if open_ * 60 <= visit.start_s < close * 60]
    return reliability(
        visit,
        change_s=grounds.timetable.day(day.date, "walk").change_s,
        close_s=closes[0] if closes else visit.end_s,
        ways_home=ways_home_of(day.ground.homes, door, home, latest_s=day.question.latest_min * 60),
    )
