"""Use cases of a provider's own page: what is known of the service, what its hours mean, what others would change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from datetime import timedelta

import pandas as pd

from sempre_geo.community.corrections import FIELDS
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.service_views import change_of_hours
from sempre_geo.pipeline.explore.views import named, open_region, service_place
from sempre_geo.pipeline.travel.service_reach import HoursTried, ServiceWeek, gain_of_opening
from sempre_geo.pipeline.travel.visit_sentences import on_weekday
from sempre_geo.publish.speech import people
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings
from sempre_geo.travel.calendars import read_calendar
from sempre_geo.travel.hours import OpenDay, open_intervals
from sempre_geo.travel.weekly_hours import spans_text

_FEWEST, _DAYS_OF_WEEK = 1.0, 7


@dataclass(frozen=True)
class ServiceFacts:
    """What is known of one service as every calculation uses it, and what of that was corrected.

    ``known`` has the fields of a correction that are known, as text; ``source`` says where all of it comes from.
    """

    service_id: str
    name: str
    place: str
    category: str
    lon: float
    lat: float
    known: Mapping[str, str]
    corrected: tuple[str, ...]
    source: str


def service_facts(settings: Settings, region: str, *, service_id: str, language: str = "") -> ServiceFacts:
    """What is known of a service.

    Raises
    ------
    MissingDataError
        The region has no such service (any more).
    """
    built = open_region(settings, region)
    if service_id not in built.services.index:
        raise MissingDataError(_("There is no service '{id}' in this region.").format(id=service_id))
    row = built.services.loc[service_id]
    values = {field: _as_text(row.get(field)) for field in FIELDS["services"] if field != "gone"}
    fields = _as_text(row.get("corrected"))
    return ServiceFacts(
        service_id=service_id, name=named(row, language), place=service_place(built, service_id, language),
        category=str(row["category"]), lon=float(row.geometry.x), lat=float(row.geometry.y),
        known={field: value for field, value in values.items() if value and value != "unknown"},
        corrected=tuple(filter(None, fields.split(", "))), source=_source_in_words(_as_text(row.get("source")), built),
    )  # fmt: skip


def hours_in_words(opening_hours: str, region: Region, *, settings: Settings, day: Date) -> list[tuple[Date, str]]:
    """What opening hours mean on the seven days from a day on: each date, and when it is open on it, in words."""
    calendar = read_calendar(settings, region.country, region=region.name)
    dates = [day + timedelta(days=number) for number in range(_DAYS_OF_WEEK)]
    return [
        (one, _day_in_words(open_intervals(opening_hours, one, country=region.country, calendar=calendar)))
        for one in dates
    ]


def tried_sentences(tried: HoursTried) -> list[str]:
    """What other hours would change, in sentences: who gains most on which day, who loses, who is new at all."""
    days = tried.days
    if days.empty:
        return [_("The timetable covers no day of this week.")]
    told = []
    most, worst = (days.iloc[int(days[name].to_numpy().argmax())] for name in ("gain", "lose"))
    if most["gain"] >= _FEWEST:
        gain = _("With these hours {people} could come {when} who cannot come that day.")
        told.append(gain.format(people=people(most["gain"]), when=on_weekday(most["date"].date())))
    if tried.gain_new >= _FEWEST:
        new = _("For {people} it would be the only day of the week on which they can come.")
        told.append(new.format(people=people(tried.gain_new)))
    if worst["lose"] >= _FEWEST:
        loss = _("With these hours {people} could not come {when} any more.")
        told.append(loss.format(people=people(worst["lose"]), when=on_weekday(worst["date"].date())))
    if tried.lose_all >= _FEWEST:
        told.append(_("{people} could come on no day of the week any more.").format(people=people(tried.lose_all)))
    return told or [_("With these hours as many people can come as today.")]


def helpful_changes(
    settings: Settings, region: str, *, service_id: str, day: Date, stay_min: int, not_on: Collection[int] = ()
) -> list[tuple[str, pd.Series]]:
    """The changes of hours by which most others could come, each as a sentence and as the row that says it.

    The best of each kind: an earlier hour, a later one and a new day are different things to ask of people, and a
    new day, which helps most nearly everywhere, is the dearest of them. Days ``not_on`` (Monday 0) are
    left as they are.
    """
    gains = gain_of_opening(settings, region, asked=ServiceWeek(service_id, day, stay_min))
    best = gains[(gains["gain"] >= _FEWEST) & ~gains["weekday"].isin(list(not_on))].drop_duplicates("kind")
    return [(change_of_hours(best.iloc[[place]]), best.iloc[place]) for place in range(len(best))]


def _source_in_words(source: str, region: Region) -> str:
    """A service's source with the title of the layer's own one, which the table knows by a short name."""
    own, *corrections = source.split("; ")
    titles = {str(known["id"]): str(known["title"]) for known in region.sources}
    return "; ".join(filter(None, [titles.get(own, own), *dict.fromkeys(corrections)]))


def _as_text(value: object) -> str:
    """A field's value as people write it; empty where it is not known."""
    if isinstance(value, str):
        return value
    return f"{value:g}" if isinstance(value, float | int) and not pd.isna(value) else ""


def _day_in_words(day: OpenDay) -> str:
    if day.intervals:
        return spans_text(day.intervals, between=", ")
    if day.maybe:
        return _("perhaps {hours}").format(hours=spans_text(day.maybe, between=", "))
    return _("closed") if day.known else _("not known")
