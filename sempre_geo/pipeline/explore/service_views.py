"""Use cases of a service's own page: which services there are, who can come on which days, what would let more come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from datetime import timedelta

import pandas as pd

from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.views import named, open_region, service_place
from sempre_geo.publish.labels import groups
from sempre_geo.publish.speech import calendar_date, people, share
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings

EVERYBODY = "population"
_FEWEST, _SOON_OVER_DAYS = 1.0, 28


@dataclass(frozen=True)
class ServicePage:
    """What a service's page says: its name and facts, and who can come on the seven days from a day on.

    ``week``: one row a day: ``date``, ``everybody`` who is counted, ``can_come``, ``if_open`` where the hours are
    not known. ``by_group``: one row a group of people, one column a day, in people.
    """

    name: str
    place: str
    category: str
    opening_hours: str
    wheelchair: str
    week: pd.DataFrame
    by_group: pd.DataFrame
    change: str


def service_names(settings: Settings, region: str, *, category: str, language: str = "") -> Mapping[str, str]:
    """Ids and names of a category's services with the settlement each stands in, sorted by name.

    Names that are the same are numbered: a list of choices could not tell them apart.
    """
    built = open_region(settings, region)
    shown = built.services[built.services["category"] == category]
    labels = {str(key): _label(built, str(key), language) for key in shown.index}
    seen: Counter[str] = Counter()
    told = {}
    for key, label in sorted(labels.items(), key=lambda item: item[1].casefold()):
        seen[label] += 1
        told[key] = f"{label} ({seen[label]})" if seen[label] > 1 else label
    return told


def service_page(
    settings: Settings, region: str, *, service_id: str, day: Date, stay_min: int, language: str = ""
) -> ServicePage:
    """Everything a service's page says for the seven days from a day on, by bus.

    Raises
    ------
    MissingDataError
        The region has no such service, or its timetable does not cover the day.
    """
    from sempre_geo.pipeline.travel.service_reach import ServiceWeek, gain_of_opening, who_can_come

    built = open_region(settings, region)
    if service_id not in built.services.index:
        raise MissingDataError(_("There is no service '{id}' in this region.").format(id=service_id))
    row = built.services.loc[service_id]
    asked = ServiceWeek(service_id, day, stay_min)
    found = who_can_come(settings, region, asked=asked)
    gains = gain_of_opening(settings, region, asked=asked)
    hours = row.get("opening_hours")
    return ServicePage(
        name=named(row, language),
        place=service_place(built, service_id, language),
        category=str(row["category"]),
        opening_hours=hours if isinstance(hours, str) else "",
        wheelchair=str(row.get("wheelchair", "unknown")),
        week=_week(found),
        by_group=_by_group(found),
        change=change_of_hours(gains),
    )


def _label(region: Region, service_id: str, language: str) -> str:
    place = service_place(region, service_id, language)
    name = named(region.services.loc[service_id], language) or _("without a name")
    return f"{name}, {place}" if place else name


def _week(found: pd.DataFrame) -> pd.DataFrame:
    rows = found[found["group"] == EVERYBODY]
    return pd.DataFrame(
        {
            "date": rows["date"].dt.date,
            "everybody": rows["people"],
            "can_come": rows["can_come"],
            "if_open": rows["can_come_if_open"],
        }
    ).reset_index(drop=True)


def _by_group(found: pd.DataFrame) -> pd.DataFrame:
    """People of each group who can come, a column a day; where the hours are unknown, those who could if open."""
    known = groups()
    counted = found[found["group"].isin(list(known))]
    table = counted.assign(can=counted["can_come"] + counted["can_come_if_open"]).pivot_table(
        index="group", columns="date", values="can", aggfunc="sum"
    )
    table.columns = table.columns.map(lambda moment: moment.date())
    table.insert(0, "people", counted.groupby("group")["people"].first())
    return table.reindex([group for group in known if group in table.index])


def week_sentences(page: ServicePage, *, weekday: Mapping[int, str]) -> Sequence[str]:
    """The week in sentences: the best day, days on which nobody can come, what is only so if it is open.

    Parameters
    ----------
    weekday
        How a sentence names each weekday, Monday first: "on Mondays".
    """
    from sempre_geo.pipeline.travel.visit_sentences import in_a_row

    week = page.week
    if week.empty:
        return [_("The timetable covers no day of this week.")]
    total = (week["can_come"] + week["if_open"]).tolist()
    days = [weekday[day.weekday()] for day in week["date"]]
    if max(total) < _FEWEST:
        return [_("Nobody can come by bus and be home again the same day, on any day of this week.")]
    told = [_best_days(max(total), float(week["everybody"].iloc[0]), _equal(total, days, max(total)))]
    never = [day for day, count in zip(days, total, strict=True) if count < _FEWEST]
    if never:
        told.append(_("Nobody can come by bus and be home the same day {days}.").format(days=in_a_row(never)))
    if week["if_open"].sum() >= _FEWEST:
        told.append(_("The opening hours are not known: the numbers hold if it is open when people arrive."))
    return told


def _equal(total: Sequence[float], days: Sequence[str], most: float) -> Sequence[str]:
    return [day for day, count in zip(days, total, strict=True) if round(count) == round(most)]


def _best_days(count: float, everybody: float, days: Sequence[str]) -> str:
    from sempre_geo.pipeline.travel.visit_sentences import in_a_row

    told = {"people": people(count), "share": share(count / everybody)}
    return _("Most people can come by bus {day} and be home the same day: {people}, {share} of all.").format(
        day=in_a_row(days), **told
    )


def change_of_hours(gains: pd.DataFrame) -> str:
    """The single change of hours by which most others could come, as a sentence; empty where none helps."""
    if gains.empty or gains["gain"].iloc[0] < _FEWEST:
        return ""
    from sempre_geo.pipeline.travel.visit_sentences import clock, on_weekday

    best = gains.iloc[0]
    forms = {
        "open_earlier": _("If it opened at {opens} {when}, {people} could come who cannot come that day."),
        "open_later": _("If it closed at {closes} {when}, {people} could come who cannot come that day."),
        "open_that_day": _(
            "If it were open from {opens} to {closes} {when}, {people} could come who cannot come that day."
        ),
    }
    told = forms[str(best["kind"])].format(
        opens=clock(int(best["opens_min"]) * 60), closes=clock(int(best["closes_min"]) * 60),
        when=on_weekday(best["date"].date()), people=people(float(best["gain"])),
    )  # fmt: skip
    if best["gain_new"] < _FEWEST:
        return told
    new = _("On no day of the week can {people} of them come today.").format(people=people(float(best["gain_new"])))
    return f"{told} {new}"


def timetable_note(settings: Settings, region: str, *, today: Date) -> str:
    """How long the timetable holds and how old it is, in a sentence; empty where there is none."""
    from sempre_geo.pipeline.explore.visit_views import has_timetable, timetable_span

    if not has_timetable(settings, region):
        return ""
    first, last = timetable_span(settings, region)
    days = {"first": calendar_date(first), "last": calendar_date(last)}
    if today > last:
        return _("The timetable ended on {last}; buses may run at other times now.").format(**days)
    if today < first:
        return _("The timetable holds from {first} on; until then buses may run at other times.").format(**days)
    if last - today < timedelta(days=_SOON_OVER_DAYS):
        return _("The timetable holds only until {last}; a new one is needed soon.").format(**days)
    return _("The timetable holds from {first} to {last}.").format(**days)
