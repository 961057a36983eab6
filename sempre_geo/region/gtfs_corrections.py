"""A timetable with what people on the spot know better: a stop that is gone, a line that does not run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.region.gtfs import Feed

_BOARDING = {"yes": 1, "limited": 1, "no": 2}


def corrected_feed(feed: Feed, corrections: pd.DataFrame) -> Feed:
    """The timetable as it is in truth; the same object where nothing in it is corrected.

    A vehicle passes a stop that is gone without stopping. A line is named by its id or by what people call it.

    Parameters
    ----------
    corrections
        ``layer`` (``stops`` or ``lines``; others are left aside), ``thing, field, value``, the last of several
        counting. What the timetable does not have is left aside too.
    """
    about_stops = corrections[corrections["layer"].eq("stops") & corrections["thing"].isin(feed.stops.index)]
    still = lines_called(feed, corrections.loc[corrections["layer"].eq("lines"), "thing"].unique())
    if about_stops.empty and not still:
        return feed
    gone = about_stops.loc[about_stops["field"].eq("gone"), "thing"]
    return _without_calls(_with_other_stops(feed, about_stops), gone=pd.Index(gone), lines=pd.Index(still))


def resting_feed(feed: Feed, rests: Sequence[tuple[str, date, date]]) -> Feed:
    """The timetable with lines that rest from a first to a last service day; trips and stops keep their positions.

    Only the calendar differs: trips of such a line run by a service of its own without those days, so that
    whoever reads the timetable sees the same. A line is named as in `corrected_feed`; the same object where
    there is none such.
    """
    for line, first, last in rests:
        idle = feed.trips["route_id"].isin(lines_called(feed, [line])).to_numpy()
        if idle.any():
            feed = _resting(feed, idle, first=first, last=last)
    return feed


def lines_called(feed: Feed, lines: Iterable[str]) -> list[str]:
    """The routes that are named by their id, or by what people call them."""
    routes = feed.routes
    found = [routes.index[(routes.index == name) | (routes["route_short_name"] == name)] for name in lines]
    return [route for routes_of_one in found for route in routes_of_one]


def _resting(feed: Feed, idle: NDArray[np.bool_], *, first: date, last: date) -> Feed:
    """A feed whose idle trips do not run from ``first`` to ``last``."""
    whole = feed.trips["service_id"].astype(object)
    own = whole + f" - {first}/{last}"
    services = pd.Series(own[idle].unique(), index=whole[idle].unique())
    weekly = feed.calendar[feed.calendar.index.isin(services.index)]
    dates = feed.calendar_dates
    of_own = dates[dates["service_id"].isin(services.index)]
    others = of_own[(of_own["date"] < pd.Timestamp(first)) | (of_own["date"] > pd.Timestamp(last))]
    days = pd.date_range(max(first, feed.span[0]), min(last, feed.span[1]))
    off = pd.MultiIndex.from_product([services, days], names=["service_id", "date"]).to_frame(index=False)
    made = [others.assign(service_id=others["service_id"].map(services)), off.assign(added=False)]
    return replace(
        feed,
        trips=feed.trips.assign(service_id=whole.mask(idle, own).astype(feed.trips["service_id"].dtype)),
        calendar=pd.concat([feed.calendar, weekly.set_axis(pd.Index(services[weekly.index]), axis=0)]),
        calendar_dates=pd.concat([dates, *made], ignore_index=True).astype(dates.dtypes.to_dict()),
    )


def _with_other_stops(feed: Feed, about_stops: pd.DataFrame) -> Feed:
    stops = feed.stops.copy()
    for thing, field, value in about_stops[["thing", "field", "value"]].astype(str).itertuples(index=False, name=None):
        here = stops.index == thing
        if field == "name":
            stops.loc[here, "stop_name"] = value
        elif field == "wheelchair":
            stops.loc[here, "wheelchair_boarding"] = _BOARDING.get(value, 0)
    return replace(feed, stops=stops)


def _without_calls(feed: Feed, *, gone: pd.Index, lines: pd.Index) -> Feed:
    """A feed whose vehicles do not stop at some stops (or the platforms of such a station), without some lines."""
    stop, trip = feed.stop_times["stop"].to_numpy(), feed.stop_times["trip"].to_numpy()
    closed = feed.stops.index.isin(gone) | feed.stops["parent_station"].isin(gone).to_numpy()
    idle = feed.trips["route_id"].isin(lines).to_numpy()
    kept = ~closed[stop] & ~idle[trip]
    kept &= np.bincount(trip[kept], minlength=len(feed.trips))[trip] > 1
    runs = np.zeros(len(feed.trips), dtype=bool)
    runs[trip[kept]] = True
    times = feed.stop_times[kept].assign(trip=(np.cumsum(runs) - 1)[trip[kept]].astype(np.int32))
    trips = feed.trips[runs]
    return replace(
        feed,
        trips=trips,
        stop_times=times.reset_index(drop=True),
        frequencies=feed.frequencies[feed.frequencies["trip_id"].isin(trips.index)].reset_index(drop=True),
    )
