"""What a person wants to know of a service: the nearest, the way, the hours, and whether one is home again today."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.places import offered_categories
from sempre_geo.pipeline.explore.sentences import nearest_sentence, way_sentences
from sempre_geo.pipeline.explore.views import Answer, answer, cell_of, open_region
from sempre_geo.pipeline.explore.visit_views import BUS, bus_sentences, has_timetable, timetable_span
from sempre_geo.publish.speech import spoken_date
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings

if TYPE_CHECKING:
    from sempre_geo.pipeline.travel.visit_details import VisitDetail

USUAL = ("gp", "pharmacy", "grocery", "library")
STAY_MIN = 30
_DAYS_AHEAD, _ROUND_MIN, _LATEST_MIN = 7, 30, 22 * 60
_WALKED_MIN, _MOST_SOONER = 10, 3
_STREETS, _DAY_MIN = "networks", 24 * 60


@dataclass(frozen=True)
class Everyday:
    """What one service's part of the answer says.

    Attributes
    ----------
    told
        The sentences, the most wanted first: by the chosen way, otherwise, today, this week, the hours.
    steps
        The next way there and back, leg by leg; empty where there is none by bus.
    day
        The day of the steps.
    not_on
        On which days of the week it does not work, and why.
    service_id, service
        The nearest that the sentences name, by the chosen way, and its name; empty where there is none.
    """

    category: str
    told: tuple[str, ...]
    steps: tuple[str, ...] = ()
    day: Date | None = None
    not_on: tuple[str, ...] = ()
    service_id: str = ""
    service: str = ""


def usual_categories(settings: Settings, region: Region) -> tuple[str, ...]:
    """What most people need, as far as the region has it; else whatever it has."""
    offered = offered_categories(settings, region)
    return tuple(name for name in USUAL if name in offered) or offered[:1]


def everyday(
    settings: Settings, region: str, *, place_id: str, category: str, service: str, mode: str, now: datetime,
) -> Everyday:  # fmt: skip
    """One service's part of the answer, in the language that is spoken now.

    Parameters
    ----------
    service
        The category as a sentence names it.
    mode
        How the person gets about; its sentence comes first.
    now
        The present moment there: what left before cannot be caught today.

    Raises
    ------
    MissingDataError
        The region has no such place, or no service of the category.
    """
    found = answer(
        settings,
        region,
        place_id=place_id,
        category=category,
        language=current_language(),
        said=_NOTHING_SAID,
        day=now.date(),
    )
    near = _on_foot(found, service) if mode == BUS else []
    ways = way_sentences(found, service=service, mode="walk" if near else mode)
    hours = _hours(settings, region, found=found, mode=mode, now=now)
    cell = cell_of(open_region(settings, region), place_id)
    asked = _Asked(settings, region, cell, category, mode, can_walk=_within_a_walk(found))
    visit = _there_and_back(asked, now)
    if mode == BUS:
        told = [*near, *visit.told, *(text for text in ways if text not in near)]
    else:
        told = [*ways, *visit.told, _week_by_bus(asked, now)]
    way = found.nearest_by(mode)
    return replace(
        visit, told=tuple(text for text in (*told, hours) if text), service_id=way.service_id or "" if way else "",
        service=way.service if way else "",
    )  # fmt: skip


def on_a_day(
    settings: Settings, region: str, *, place_id: str, category: str, service: str, mode: str, day: Date, stay_min: int,
) -> Everyday:  # fmt: skip
    """The same for one day of the timetable and a stay of so many minutes, as for an appointment.

    Raises
    ------
    MissingDataError
        As `everyday`.
    """
    found = answer(
        settings, region, place_id=place_id, category=category, language=current_language(), said=_NOTHING_SAID
    )
    near = _on_foot(found, service) if mode == BUS else []
    ways = way_sentences(found, service=service, mode="walk" if near else mode)
    visit: Sequence[str] = ()
    asked = _Asked(settings, region, cell_of(open_region(settings, region), place_id), category, mode)
    if mode == BUS:
        visit = bus_sentences(settings, region, place_id=place_id, category=category, day=day, stay_min=stay_min)
    elif asked.span() is not None:
        visit = asked.told(day, stay_min)
    told = (*near, *visit, *(text for text in ways if text not in near)) if mode == BUS else (*ways, *visit)
    way = found.nearest_by(mode)
    return Everyday(
        category, told, service_id=way.service_id or "" if way else "", service=way.service if way else ""
    )  # fmt: skip


_NOTHING_SAID = pd.DataFrame({"lon": pd.Series(dtype=float), "lat": pd.Series(dtype=float)})


def _on_foot(found: Answer, service: str) -> list[str]:
    """For those who asked for the bus: what they can walk to, told before any bus."""
    near = [way for way in found.ways if way.mode == "walk" and way.minutes <= _WALKED_MIN]
    return [nearest_sentence(way, service) for way in near]


def _within_a_walk(found: Answer) -> bool:
    """Whether one of the services is no farther than people walk to a bus."""
    from sempre_geo.travel.walks import WalkingRules

    limit_min = WalkingRules().access_limit_s / 60
    return any(way.mode == "walk" and way.minutes <= limit_min for way in found.ways)


def _walks_past(asked: _Asked, found: VisitDetail) -> bool:
    """Whether somebody who has a service within a walk would walk much farther, to another that is open that day."""
    from sempre_geo.travel.walks import WalkingRules

    visit = found.visit if asked.mode == BUS and asked.can_walk else None
    return visit is not None and visit.riding_s == 0 and visit.walking_s > 2 * WalkingRules().access_limit_s


def _there_and_back(asked: _Asked, now: datetime) -> Everyday:
    """Today, the next day on which it works, and the days of the week, by the way that was chosen."""
    span = asked.span()
    if span is None:
        return Everyday(asked.category, ())
    from sempre_geo.pipeline.travel.visit_sentences import spoken_mode, too_late, visit_sentence

    first, last = span
    start = now.date() if first <= now.date() <= last else first
    today = _still_today(asked, now) if start == now.date() else asked.day(start)
    shown, told = today, []
    if today is None or today.visit is None or _walks_past(asked, today):
        shown = _next_day(asked, start, last) or today
    by = spoken_mode(shown) if shown is not None else asked.mode
    if today is None:
        told.append(too_late(by))
    elif today.visit is None:
        told += [visit_sentence(today, changes=0), today.change]
    if shown is not None and shown.visit is not None:
        told.append(visit_sentence(shown, changes=shown.visit.transfers))
    week, not_on = replace(asked, mode=by).week(start)
    told.append(week)
    by_bus = asked.mode == BUS and shown is not None and shown.visit is not None
    steps = _steps(asked.settings, asked.region, shown) if by_bus and shown is not None else ()
    return Everyday(asked.category, tuple(told), steps, shown.date if steps and shown is not None else None, not_on)


def _week_by_bus(asked: _Asked, now: datetime) -> str:
    """For those who chose another way: on which days there is one by bus."""
    by_bus = replace(asked, mode=BUS)
    span = by_bus.span()
    if span is None:
        return ""
    return by_bus.week(now.date() if span[0] <= now.date() <= span[1] else span[0])[0]


@dataclass(frozen=True)
class _Asked:
    """From where to what and how, so that days can be asked one after the other."""

    settings: Settings
    region: str
    cell: str
    category: str
    mode: str
    can_walk: bool = False

    def span(self) -> tuple[Date, Date] | None:
        """The days that can be asked about; None where the region has no timetable, or no streets."""
        if self.mode == BUS:
            has_one = has_timetable(self.settings, self.region)
            return timetable_span(self.settings, self.region) if has_one else None
        return (Date.min, Date.max) if open_region(self.settings, self.region).has(_STREETS) else None

    def told(self, day: Date, stay_min: int) -> Sequence[str]:
        """A day's visit in sentences, for a stay of so many minutes."""
        from sempre_geo.pipeline.travel.visit_details import visit_sentences

        return visit_sentences(
            self.settings, self.region, cell_id=self.cell, service=self.category, date=day, stay_min=stay_min,
            mode=self.mode, week=False,
        )  # fmt: skip

    def day(self, day: Date, *, earliest_min: int = 6 * 60, latest_min: int = _LATEST_MIN) -> VisitDetail:
        """The best visit of a day that begins after one minute of it and is over by another."""
        from sempre_geo.pipeline.travel.visit_details import visit_at

        return visit_at(
            self.settings, self.region, cell_id=self.cell, service=self.category, date=day, stay_min=STAY_MIN,
            earliest_min=earliest_min, latest_min=latest_min, mode=self.mode,
        )  # fmt: skip

    def week(self, day: Date) -> tuple[str, tuple[str, ...]]:
        """On which days of a week one can go and be back; why not on the others."""
        from sempre_geo.pipeline.travel.visit_details import week_at
        from sempre_geo.pipeline.travel.visit_sentences import days_sentence, refusals

        mine = week_at(
            self.settings, self.region, cell_id=self.cell, service=self.category, date=day, stay_min=STAY_MIN,
            mode=self.mode,
        )  # fmt: skip
        return days_sentence(mine, mode=self.mode), tuple(refusals(mine))


def _still_today(asked: _Asked, now: datetime) -> VisitDetail | None:
    """Today's visit if it can still be begun; None where it is too late for one that there was."""
    whole = asked.day(now.date())
    if whole.visit is None:
        return whole
    passed_min = now.hour * 60 + now.minute
    rounded_min = math.ceil(passed_min / _ROUND_MIN) * _ROUND_MIN  # so that many ask the same
    if whole.visit.leave_home_s >= passed_min * 60:
        return _sooner(asked, whole, from_min=rounded_min)
    for from_min in dict.fromkeys((rounded_min, passed_min)):  # what leaves before the half hour is still to be had
        rest = asked.day(now.date(), earliest_min=from_min) if from_min < _LATEST_MIN else None
        if rest is not None and rest.visit is not None:
            return _sooner(asked, rest, from_min=from_min)
    return None


def _sooner(asked: _Asked, found: VisitDetail, *, from_min: int) -> VisitDetail:
    """A visit that is over before the best one begins and takes hardly longer: nobody waits hours to save minutes."""
    for _again in range(_MOST_SOONER):
        if found.visit is None:
            break
        until_min = found.visit.leave_home_s // 60 // _ROUND_MIN * _ROUND_MIN
        if max(from_min, found.first_start_s // 60) + STAY_MIN > until_min or from_min >= until_min:
            break
        other = asked.day(found.date, earliest_min=from_min, latest_min=until_min)
        away_s = other.visit.away_s if other.visit is not None and other.status == found.status else math.inf
        if away_s > found.visit.away_s + _ROUND_MIN * 60 or _walks_past(asked, other):
            break
        found = other
    return found


def _next_day(asked: _Asked, start: Date, last: Date) -> VisitDetail | None:
    """The first day after ``start`` with a visit; one that walks past the nearest only where there is no other."""
    past = None
    for ahead in range(1, _DAYS_AHEAD + 1):
        day = start + timedelta(days=ahead)
        found = asked.day(day) if day <= last else None
        if found is not None and found.visit is not None and not _walks_past(asked, found):
            return found
        past = past or (found if found is not None and found.visit is not None else None)
    return past


def _steps(settings: Settings, region: str, shown: VisitDetail) -> tuple[str, ...]:
    from sempre_geo.pipeline.travel.visit_steps import step_sentences

    return step_sentences(settings, region, detail=shown)


def _hours(settings: Settings, region: str, *, found: Answer, mode: str, now: datetime) -> str:
    """When the nearest service is open today, and else on which day next."""
    from sempre_geo.travel.calendars import read_calendar
    from sempre_geo.travel.hours import open_intervals

    built = open_region(settings, region)
    way = found.nearest_by(mode)
    if way is None or way.service_id not in built.services.index:
        return ""
    row = built.services.loc[way.service_id]
    text = row["opening_hours"] if isinstance(row["opening_hours"], str) else None
    name = way.service or way.service_place
    try:
        calendar = read_calendar(settings, built.country, region=region)
    except SempreGeoError:
        calendar = None
    next_open = _("{service}: closed today; next open on {day}, {times}.")
    for ahead in range(_DAYS_AHEAD + 1):
        day = now.date() + timedelta(days=ahead)
        hours = open_intervals(text, day, country=built.country, calendar=calendar, service_id=str(way.service_id))
        if not hours.known:
            return _("{service}: the opening hours are not known; ask before you go.").format(service=name)
        if hours.intervals:
            times = ", ".join(_between(opens, closes) for opens, closes in hours.intervals)
            if ahead == 0 and hours.intervals[-1][1] <= now.hour * 60 + now.minute:
                next_open = _("{service}: already closed today; next open on {day}, {times}.")
                continue
            if ahead == 0:
                return _("{service}: open today {times}.").format(service=name, times=times)
            return next_open.format(service=name, day=spoken_date(day), times=times)
    return _("{service}: closed for the next seven days.").format(service=name)


def _between(opens_min: int, closes_min: int) -> str:
    """An opening as a notice on the door has it: past midnight the hours begin anew, all day long ends at 24:00.

    >>> _between(0, 36 * 60), _between(18 * 60, 26 * 60), _between(9 * 60, 24 * 60)
    ('00:00-24:00', '18:00-02:00', '09:00-24:00')
    """
    from sempre_geo.pipeline.travel.visit_sentences import clock

    past = closes_min > _DAY_MIN
    ends = min(closes_min, _DAY_MIN) if closes_min - opens_min >= _DAY_MIN or not past else closes_min - _DAY_MIN
    return f"{clock(opens_min * 60)}-{clock(ends * 60)}"
