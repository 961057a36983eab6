"""One day of a timetable as arrays: rides from stop to stop in order of time, and the ways on foot between.

The clock of a day is GTFS's own: seconds after noon minus 12 hours, so that 08:00 is 28 800 also on the two days a
year when the clocks change; only the hours before the change are off from midnight by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import sentence
from sempre_geo.region.gtfs import Feed
from sempre_geo.travel.footpaths import changing, straight_footpaths

MIN_CHANGE_S = 120
_DAY_S = 86_400
_NO_PICKUP = 1
_FIRST_BOOKED = 2
_I = NDArray[np.int32]
_B = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ServiceDay:
    """One day of a timetable. Its arrays are shared by all who read them: never change one in place.

    Attributes
    ----------
    day, zone
        The date, and the time zone its clock is read in.
    stops
        Index ``stop_id``; name, ``wheelchair_boarding``, station; points (None where unknown). Their order is
        that of stop positions, the same for every day of a feed.
    trips
        One row a run; its order is that of trip positions. ``trip_id, route_id, route`` (what people call it),
        ``headsign, route_type, wheelchair`` and ``bikes`` (0 unknown, 1 yes, 2 no), ``service_date``,
        ``headway_s`` (0 unless the run is one of many at a headway whose minute is not promised).
    dep_stop, arr_stop, trip, seq
        Of each connection, int32 positions; ``seq`` counts the connections of its trip from 0.
    dep_s, arr_s
        int32 seconds on the day's clock; connections are sorted by departure, arrival, then ``seq``.
    board_ok, alight_ok
        Whether people may get on where it departs, and off where it arrives.
    book_board, book_alight
        Whether getting on, or off, there must be arranged by phone or with the driver.
    foot_indptr, foot_stop, foot_s
        Ways on foot from stop ``i`` lie at ``foot_indptr[i]:foot_indptr[i + 1]``: the stop they lead to and the
        seconds from getting off to being ready to board there (at least the minimum change time).
    change_s
        Seconds from getting off to being ready to board at the same stop; ``NO_CHANGE_S`` where it is forbidden.
    notes
        Sentences on what was assumed.
    """

    day: date
    zone: ZoneInfo
    stops: gpd.GeoDataFrame
    trips: pd.DataFrame
    dep_stop: _I
    arr_stop: _I
    trip: _I
    seq: _I
    dep_s: _I
    arr_s: _I
    board_ok: _B
    alight_ok: _B
    book_board: _B
    book_alight: _B
    foot_indptr: _I
    foot_stop: _I
    foot_s: _I
    change_s: _I
    notes: tuple[str, ...] = ()

    @property
    def book_ahead(self) -> _B:
        """Whether a connection's departure or arrival must be booked."""
        return self.book_board | self.book_alight

    @cached_property
    def start(self) -> datetime:
        """The moment the day's clock shows 0: noon minus 12 hours, in UTC."""
        return _clock_zero(self.day, self.zone)

    def moment(self, seconds: float) -> datetime:
        """The local moment at which the day's clock shows ``seconds``."""
        return (self.start + timedelta(seconds=float(seconds))).astimezone(self.zone)

    def seconds(self, moment: datetime) -> int:
        """What the day's clock shows at a moment; one without an offset is a local time."""
        local = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        return round((local.astimezone(UTC) - self.start).total_seconds())


def service_day(
    feed: Feed,
    day: date,
    *,
    zone: ZoneInfo | None = None,
    min_change_s: int = MIN_CHANGE_S,
    footpaths: pd.DataFrame | None = None,
    service_days: Sequence[int] = (-1, 0),
    window_s: tuple[int, int] = (0, 3 * _DAY_S),
) -> ServiceDay:
    """The rides of a day, with those of the day before that still run.

    Parameters
    ----------
    zone
        The time zone of the day's clock; the feed's own without it. Agencies in other zones are converted.
    min_change_s
        The least time for a change, where ``transfers.txt`` says nothing else.
    footpaths
        ``from_stop, to_stop`` (stop ids), ``seconds``. Without them, straight lines of at most 400 m are
        walked, 1.3 times as long as they are; the day's notes say so.
    service_days
        Which service days take part, counted from ``day``.
    window_s
        Connections that leave before or arrive after these seconds are left out.

    Raises
    ------
    MissingDataError
        ``day`` lies outside every calendar; the sentence names the valid span.
    InputError
        Footpaths name stops the feed does not have.
    """
    feed.check_covers(day)
    zone = zone or ZoneInfo(feed.timezone or "UTC")
    stops, used = served_stops(feed), _used(feed)
    runs = pd.concat([_runs(feed, day + timedelta(days=shift)) for shift in service_days], ignore_index=True)
    runs["shift_s"] += _zone_shift(feed, runs, day=day, zone=zone)
    table = _connections(feed, runs, used=used, window_s=window_s)
    notes = tuple(
        sentence("The timetable '{name}' says nothing about {day}.", name=name, day=day) for name in feed.silent_on(day)
    )
    if footpaths is None:
        footpaths = straight_footpaths(stops)
        notes += (
            sentence("Ways between stops are straight lines, taken as 1.3 times as long: no street network was used."),
        )
    foot_indptr, foot_stop, foot_s, change_s = changing(
        feed, stops, footpaths=_known(footpaths, stops.index), min_change_s=min_change_s
    )
    return ServiceDay(
        day=day, zone=zone, stops=stops, trips=_trips(feed, runs), **table, foot_indptr=foot_indptr,
        foot_stop=foot_stop, foot_s=foot_s, change_s=change_s, notes=notes,
    )  # fmt: skip


def _used(feed: Feed) -> NDArray[np.int32]:
    return np.unique(feed.stop_times["stop"].to_numpy())


def _clock_zero(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC) - timedelta(hours=12)


def _known(footpaths: pd.DataFrame, stops: pd.Index) -> pd.DataFrame:
    """Footpaths with stop positions in place of ids."""
    start, end = (stops.get_indexer(pd.Index(footpaths[column])) for column in ("from_stop", "to_stop"))
    if (start < 0).any() or (end < 0).any():
        raise InputError(_("The footpaths name stops the timetable does not have; compute them for this timetable."))
    seconds = np.ceil(footpaths["seconds"].to_numpy(dtype=np.float64))
    return pd.DataFrame({"start": start, "end": end, "seconds": seconds})


def served_stops(feed: Feed) -> gpd.GeoDataFrame:
    """The stops at which anything ever stops, in the feed's order: that of stop positions on every day.

    Index ``stop_id``; ``name, platform_code, zone_id, parent_station, wheelchair_boarding``; points, None where
    the place is unknown.
    """
    table = feed.stops.iloc[_used(feed)]
    place = gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), index=table.index, crs="EPSG:4326")
    named = table.assign(name=table["stop_name"].where(table["stop_name"] != "", table.index.to_series()))
    columns = ["name", "platform_code", "zone_id", "parent_station", "wheelchair_boarding"]
    return gpd.GeoDataFrame(named[columns], geometry=place.where(table["lon"].notna(), None), crs="EPSG:4326")


def _runs(feed: Feed, service_date: date) -> pd.DataFrame:
    """Each run of a service day: ``trip`` (position in the feed), ``shift_s``, ``headway_s``, ``service_date``."""
    active = feed.trips["service_id"].isin(list(feed.active_services(service_date))).to_numpy()
    repeated = feed.trips.index.isin(feed.frequencies["trip_id"])
    single = np.flatnonzero(active & ~repeated)
    plain = pd.DataFrame({"trip": single, "shift_s": 0, "headway_s": 0})
    rows = feed.frequencies.assign(trip=feed.trips.index.get_indexer(pd.Index(feed.frequencies["trip_id"])))
    rows = rows[active[rows["trip"]]]
    runs = pd.concat([plain, _repeated(feed, rows)], ignore_index=True) if len(rows) else plain
    return runs.astype({"trip": np.int64, "shift_s": np.int64, "headway_s": np.int32}).assign(
        service_date=pd.Timestamp(service_date)
    )


def _repeated(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """One run for each departure of a repeated trip; its stop times only say how long it takes from its first stop."""
    counts = -(-(rows["end_s"] - rows["start_s"]) // rows["headway_s"]).to_numpy()
    row = np.repeat(np.arange(len(rows)), counts)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    picked = rows.iloc[row]
    first = feed.stop_times.groupby("trip")["departure_s"].first().reindex(picked["trip"]).to_numpy()
    start = picked["start_s"].to_numpy() + nth * picked["headway_s"].to_numpy()
    headway = np.where(picked["exact"], 0, picked["headway_s"])
    return pd.DataFrame({"trip": picked["trip"].to_numpy(), "shift_s": start - first, "headway_s": headway})


def _zone_shift(feed: Feed, runs: pd.DataFrame, *, day: date, zone: ZoneInfo) -> NDArray[np.int64]:
    """Seconds from each run's own clock (its service date, its agency's zone) to the day's clock."""
    agency = feed.routes["agency_id"].reindex(feed.trips["route_id"])
    zones = agency.map(feed.agency["agency_timezone"]).fillna("").to_numpy()[runs["trip"].to_numpy()]
    named = pd.Series(zones).where(zones != "", feed.timezone or str(zone))
    keys = pd.MultiIndex.from_arrays([named, runs["service_date"]])
    number, different = pd.factorize(keys)
    zero = _clock_zero(day, zone)
    shifts = [
        round((_clock_zero(service_date.date(), ZoneInfo(name)) - zero).total_seconds())
        for name, service_date in different
    ]
    return np.array(shifts, dtype=np.int64)[number] if shifts else np.zeros(0, dtype=np.int64)


def _connections(
    feed: Feed, runs: pd.DataFrame, *, used: NDArray[np.int32], window_s: tuple[int, int]
) -> dict[str, Any]:
    """The sorted connections of all runs, as the arrays a :class:`ServiceDay` holds."""
    times = feed.stop_times
    trip_of_time = times["trip"].to_numpy()
    start = np.searchsorted(trip_of_time, runs["trip"].to_numpy())
    rides = np.searchsorted(trip_of_time, runs["trip"].to_numpy(), side="right") - start - 1
    run = np.repeat(np.arange(len(runs)), rides)
    seq = np.arange(len(run)) - np.repeat(np.cumsum(rides) - rides, rides)
    row = np.repeat(start, rides) + seq
    shift = runs["shift_s"].to_numpy()[run]
    departs = times["departure_s"].to_numpy()[row] + shift
    arrives = times["arrival_s"].to_numpy()[row + 1] + shift
    inside = np.flatnonzero((departs >= window_s[0]) & (arrives <= window_s[1]))
    order = inside[np.lexsort((seq[inside], arrives[inside], departs[inside]))]
    row, stop = row[order], np.searchsorted(used, times["stop"].to_numpy()).astype(np.int32)
    pickup, drop_off = times["pickup_type"].to_numpy()[row], times["drop_off_type"].to_numpy()[row + 1]
    return {
            "dep_stop": stop[row], "arr_stop": stop[row + 1], "trip": run[order].astype(np.int32),
            "seq": seq[order].astype(np.int32), "dep_s": departs[order].astype(np.int32),
            "arr_s": arrives[order].astype(np.int32), "board_ok": pickup != _NO_PICKUP,
            "alight_ok": drop_off != _NO_PICKUP, "book_board": pickup >= _FIRST_BOOKED,
            "book_alight": drop_off >= _FIRST_BOOKED,
        }  # fmt: skip


def _trips(feed: Feed, runs: pd.DataFrame) -> pd.DataFrame:
    trips = feed.trips.iloc[runs["trip"].to_numpy()]
    routes = feed.routes.loc[trips["route_id"]]
    short, long = routes["route_short_name"], routes["route_long_name"]
    name = short.where(short != "", long).where((short != "") | (long != ""), routes.index.to_series())
    return pd.DataFrame(
        {
            "trip_id": trips.index.to_numpy(), "route_id": trips["route_id"].to_numpy(), "route": name.to_numpy(),
            "headsign": trips["trip_headsign"].to_numpy(), "route_type": routes["route_type"].to_numpy(),
            "wheelchair": trips["wheelchair_accessible"].to_numpy(), "bikes": trips["bikes_allowed"].to_numpy(),
            "service_date": runs["service_date"].to_numpy(), "headway_s": runs["headway_s"].to_numpy(),
        }
    )  # fmt: skip
