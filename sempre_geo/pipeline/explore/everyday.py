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
from sempre_geo.pipeline.explore.sentences import way_sentences
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
    ways = way_sentences(found, service=service, mode=mode)
    hours = _hours(settings, region, found=found, mode=mode, today=now.date())
    bus = _by_bus(settings, region, place_id=place_id, category=category, now=now)
    told = [*bus.told, *ways] if mode == BUS else [*ways, *bus.told]
    way = found.nearest_by(mode)
    return replace(
        bus, told=tuple(text for text in (*told, hours) if text), service_id=way.service_id or "" if way else "",
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
    ways = way_sentences(found, service=service, mode=mode)
    bus: Sequence[str] = ()
    if mode == BUS:
        bus = bus_sentences(settings, region, place_id=place_id, category=category, day=day, stay_min=stay_min)
    way = found.nearest_by(mode)
    return Everyday(
        category, (*bus, *ways), service_id=way.service_id or "" if way else "", service=way.service if way else ""
    )  # fmt: skip


_NOTHING_SAID = pd.DataFrame({"lon": pd.Series(dtype=float), "lat": pd.Series(dtype=float)})


def _by_bus(settings: Settings, region: str, *, place_id: str, category: str, now: datetime) -> Everyday:
    """Today, the next day on which it works, and the days of the week, by bus."""
    if not has_timetable(settings, region):
        return Everyday(category, ())
    from sempre_geo.pipeline.travel.visit_sentences import visit_sentence

    cell = cell_of(open_region(settings, region), place_id)
    first, last = timetable_span(settings, region)
    start = now.date() if first <= now.date() <= last else first
    asked = _Asked(settings, region, cell, category)
    today = _still_today(asked, now) if start == now.date() else asked.day(start)
    shown, told = today, []
    if today is None or today.visit is None:
        told.append(_late() if today is None else visit_sentence(today, changes=0))
        told.append(today.change if today is not None else "")
        shown = _next_day(asked, start, last)
    if shown is not None and shown.visit is not None:
        told.append(visit_sentence(shown, changes=shown.visit.transfers))
    week, not_on = asked.week(start)
    told.append(week)
    steps = _steps(settings, region, shown) if shown is not None and shown.visit is not None else ()
    return Everyday(category, tuple(told), steps, shown.date if steps and shown is not None else None, not_on)


@dataclass(frozen=True)
class _Asked:
    """From where to what, so that days can be asked one after the other."""

    settings: Settings
    region: str
    cell: str
    category: str

    def day(self, day: Date, *, earliest_min: int = 6 * 60) -> VisitDetail:
        """The best visit of a day that begins after a minute of it."""
        from sempre_geo.pipeline.travel.visit_details import visit_at

        return visit_at(
            self.settings, self.region, cell_id=self.cell, service=self.category, date=day, stay_min=STAY_MIN,
            earliest_min=earliest_min,
        )  # fmt: skip

    def week(self, day: Date) -> tuple[str, tuple[str, ...]]:
        """On which days of a week one can go and be back; why not on the others."""
        from sempre_geo.pipeline.travel.visit_sentences import days_sentence, refusals
        from sempre_geo.pipeline.travel.visits import week_visits

        table = week_visits(self.settings, self.region, service=self.category, date=day, stay_min=STAY_MIN)
        mine = table[table["cell_id"] == self.cell]
        return days_sentence(mine), tuple(refusals(mine))


def _still_today(asked: _Asked, now: datetime) -> VisitDetail | None:
    """Today's visit if it can still be begun; None where it is too late for one that there was."""
    whole = asked.day(now.date())
    passed_min = now.hour * 60 + now.minute
    if whole.visit is None or whole.visit.leave_home_s >= passed_min * 60:
        return whole
    from_min = math.ceil(passed_min / _ROUND_MIN) * _ROUND_MIN  # rounded, so that many ask the same
    if from_min >= _LATEST_MIN:
        return None
    rest = asked.day(now.date(), earliest_min=from_min)
    return rest if rest.visit is not None else None


def _next_day(asked: _Asked, start: Date, last: Date) -> VisitDetail | None:
    for ahead in range(1, _DAYS_AHEAD + 1):
        day = start + timedelta(days=ahead)
        if day > last:
            return None
        found = asked.day(day)
        if found.visit is not None:
            return found
    return None


def _late() -> str:
    return _("Today it is too late to go by bus and be home again.")


def _steps(settings: Settings, region: str, shown: VisitDetail) -> tuple[str, ...]:
    from sempre_geo.pipeline.travel.visit_steps import step_sentences

    return step_sentences(settings, region, detail=shown)


def _hours(settings: Settings, region: str, *, found: Answer, mode: str, today: Date) -> str:
    """When the nearest service is open today, and else on which day next."""
    from sempre_geo.pipeline.travel.visit_sentences import clock
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
    for ahead in range(_DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        hours = open_intervals(text, day, country=built.country, calendar=calendar, service_id=str(way.service_id))
        if not hours.known:
            return _("{service}: the opening hours are not known; ask before you go.").format(service=name)
        if hours.intervals:
            times = ", ".join(f"{clock(opens * 60)}-{clock(closes * 60)}" for opens, closes in hours.intervals)
            if ahead == 0:
                return _("{service}: open today {times}.").format(service=name, times=times)
            return _("{service}: closed today; next open on {day}, {times}.").format(
                service=name, day=spoken_date(day), times=times
            )
    return _("{service}: closed for the next seven days.").format(service=name)
