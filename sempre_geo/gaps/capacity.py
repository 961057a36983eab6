"""How much a service can give: its places or staff where they are known, its hours a week, or one each."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.region.countries import Country
from sempre_geo.travel.calendars import DayCalendar
from sempre_geo.travel.hours import open_intervals

_HOUR_MIN = 60.0
_DAYS_OF_WEEK = 7


def service_capacity(known: pd.Series) -> pd.Series:
    """Capacity of each service from what is known of some of them; one each where nothing is known of any.

    A service whose capacity nobody recorded takes the median of those recorded: leaving it out would say that
    it does not exist, and one place beside a school of 300 would say nearly the same.

    Parameters
    ----------
    known
        Staff, places or hours a week of services of *one* category, NaN where not known; >= 0.

    Raises
    ------
    InputError
        A capacity is below zero.

    Examples
    --------
    >>> service_capacity(pd.Series([2.0, float("nan"), 4.0])).tolist()
    [2.0, 3.0, 4.0]
    >>> service_capacity(pd.Series([float("nan")])).tolist()
    [1.0]
    """
    amounts = known.astype(np.float64)
    if (amounts < 0).any():
        raise InputError(
            _("The capacity of {services} is below zero; mend or empty it.").format(
                services=first_items(known.index[amounts < 0])
            )
        )
    typical = amounts.median() if amounts.notna().any() else 1.0
    return amounts.fillna(typical).rename("service_capacity")


def opening_hours_per_week(
    opening_hours: pd.Series, *, week_of: date, country: Country, calendar: DayCalendar | None = None
) -> pd.Series:
    """Hours each service is open in the week of a day; NaN where they are not known, not even for one day of it.

    Parameters
    ----------
    opening_hours
        OSM's syntax, on the services' index.
    week_of
        Any day of the week meant; weeks begin on Monday. Holidays in it count as they fall.
    """
    monday = week_of - timedelta(days=week_of.weekday())
    days = [monday + timedelta(days=number) for number in range(_DAYS_OF_WEEK)]
    hours = [
        _hours(None if pd.isna(text) else str(text), days, country=country, calendar=calendar, service_id=str(service))
        for service, text in opening_hours.items()
    ]
    return pd.Series(hours, index=opening_hours.index, name="opening_hours_per_week", dtype=np.float64)


def _hours(
    text: str | None, days: list[date], *, country: Country, calendar: DayCalendar | None, service_id: str
) -> float:
    opened = [open_intervals(text, day, country=country, calendar=calendar, service_id=service_id) for day in days]
    if not all(day.known for day in opened):
        return float("nan")
    return sum(closes - opens for day in opened for opens, closes in day.intervals) / _HOUR_MIN
