"""The typed tables of a timetable: what each column must be, and which rows cannot be used.

Every ``clean_`` function takes texts (the index is the row number in the file) and gives the typed table of
the rows that can be used; what is left out is listed in the problems.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import available_timezones

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.i18n import gettext as _
from sempre_geo.region.gtfs_files import Problems

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NO_TIME = np.iinfo(np.int32).min
_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_SHORT_TIME = re.compile(r"(\d{1,3}):([0-5]\d)")
_STATION = 1
_BUS = 3
_FAR_DEG = 20.0
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "agency": ("agency_id", "agency_name", "agency_url", "agency_timezone", "agency_lang", "agency_phone",
               "agency_fare_url"),
    "stops": ("stop_id", "stop_name", "stop_code", "stop_desc", "zone_id", "parent_station", "stop_timezone",
              "platform_code"),
    "routes": ("route_id", "agency_id", "route_short_name", "route_long_name", "route_color", "route_url"),
    "trips": ("trip_id", "route_id", "service_id", "trip_headsign", "trip_short_name", "block_id", "shape_id"),
    "fare_attributes": ("fare_id", "price", "currency_type", "payment_method", "transfers", "agency_id",
                        "transfer_duration"),
    "fare_rules": ("fare_id", "route_id", "origin_id", "destination_id", "contains_id"),
    "feed_info": ("feed_publisher_name", "feed_publisher_url", "feed_lang", "feed_start_date", "feed_end_date",
                  "feed_version", "feed_contact_email", "feed_contact_url"),
    "attributions": ("attribution_id", "agency_id", "route_id", "trip_id", "organization_name", "is_producer",
                     "is_operator", "is_authority", "attribution_url", "attribution_email"),
}  # fmt: skip


def texts(table: pd.DataFrame | None, name: str) -> pd.DataFrame:
    """The known text columns of a table, empty texts where there is none; no rows for a table that is missing."""
    source = pd.DataFrame() if table is None else table
    return pd.DataFrame(
        {
            column: source[column].fillna("") if column in source else pd.Series("", index=source.index, dtype="str")
            for column in _TEXTS[name]
        }
    ).astype("str")


def codes(table: pd.DataFrame, column: str, *, file: str, allowed: range, problems: Problems) -> NDArray[np.int16]:
    """A column of small numbers; blank is 0, and so is what is not allowed, which is listed."""
    if column not in table:
        return np.zeros(len(table), dtype=np.int16)
    number = pd.to_numeric(table[column], errors="coerce")
    wrong = table[column].notna() & ~number.isin(list(allowed))
    problems.add(file, table.index[wrong], _("{column} is no number that is known").format(column=column))
    return number.where(~wrong, 0).fillna(0).to_numpy().astype(np.int16)


def seconds(values: pd.Series) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Seconds of ``H:MM:SS`` texts, hours beyond 24 allowed, and which texts are no time; blank is ``NO_TIME``.

    >>> of, wrong = seconds(pd.Series(["06:05:00", "25:30:00", "7:10", None, "soon", "12:61:00"]))
    >>> of[:3].tolist(), (of[3:] == NO_TIME).all().item(), wrong.tolist()
    ([21900, 91800, 25800], True, [False, False, False, False, True, True])
    """
    number, different = pd.factorize(values, use_na_sentinel=True)
    parsed = np.array([_seconds_of(text) for text in different] + [NO_TIME], dtype=np.int64)
    known = number >= 0
    wrong = known & (parsed[number] == NO_TIME)
    return parsed[number].astype(np.int32), wrong


def clean_stops(table: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Stops and stations: index ``stop_id``; texts, ``lon, lat`` (NaN unknown), ``location_type`` ..."""
    file = "stops.txt"
    stops = texts(table, "stops")
    stops["location_type"] = codes(table, "location_type", file=file, allowed=range(5), problems=problems)
    stops["wheelchair_boarding"] = codes(table, "wheelchair_boarding", file=file, allowed=range(3), problems=problems)
    for column in ("lon", "lat"):
        source = table.get(f"stop_{column}", pd.Series(None, index=table.index, dtype="str"))
        stops[column] = pd.to_numeric(source, errors="coerce")
    stops = _unique(stops, "stop_id", file=file, problems=problems)
    stops = _placed(stops, problems)
    parent = stops["parent_station"]
    orphan = (parent != "") & ~parent.isin(stops["stop_id"])
    problems.add(file, stops.index[orphan], _("parent_station is not among the stops"))
    stops["parent_station"] = parent.where(~orphan, "")
    return _inherited(stops.set_index("stop_id"))


def clean_routes(table: pd.DataFrame | None, trips: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Routes: index ``route_id``; texts and ``route_type`` (extended ones too). One is made where none is given."""
    file = "routes.txt"
    routes = texts(table, "routes")
    if table is None:
        problems.add(file, [0], _("is missing; lines are called by their route_id"))
        routes["route_type"] = np.zeros(0, dtype=np.int16)
    else:
        routes["route_type"] = codes(table, "route_type", file=file, allowed=range(1800), problems=problems)
    routes = _unique(routes, "route_id", file=file, problems=problems).set_index("route_id")
    unknown = ~trips["route_id"].isin(routes.index)
    problems.add("trips.txt", trips.index[unknown], _("route_id is not in routes.txt"))
    made = _lines_called_by_id(trips.loc[unknown, "route_id"], routes)
    return pd.concat([routes, made]) if len(made) else routes


def _lines_called_by_id(route_id: pd.Series, routes: pd.DataFrame) -> pd.DataFrame:
    """A line for each id, called by it, in the columns of ``routes``; taken to be a bus."""
    ids = pd.Index(route_id.unique(), name="route_id", dtype="str")
    blank = dict.fromkeys(routes.columns, "") | {"route_short_name": ids, "route_type": _BUS}
    return pd.DataFrame(blank, index=ids).astype(routes.dtypes.to_dict())


def clean_trips(table: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Trips, index the row number: texts, ``direction_id, wheelchair_accessible, bikes_allowed``."""
    file = "trips.txt"
    trips = texts(table, "trips")
    for column, allowed in (
        ("direction_id", range(2)),
        ("wheelchair_accessible", range(3)),
        ("bikes_allowed", range(3)),
    ):
        trips[column] = codes(table, column, file=file, allowed=allowed, problems=problems)
    lost = trips["service_id"] == ""
    problems.add(file, trips.index[lost], _("has no service_id, so nobody knows when it runs"))
    return _unique(trips[~lost], "trip_id", file=file, problems=problems)


def clean_calendar(table: pd.DataFrame | None, problems: Problems) -> pd.DataFrame:
    """Weekly services: index ``service_id``; seven bool columns, ``start_date, end_date`` (datetime64)."""
    file = "calendar.txt"
    source = (
        pd.DataFrame(columns=["service_id", *DAYS, "start_date", "end_date"], dtype="str") if table is None else table
    )
    calendar = pd.DataFrame(
        {day: codes(source, day, file=file, allowed=range(2), problems=problems) == 1 for day in DAYS},
        index=source.index,
    )
    for column in ("start_date", "end_date"):
        calendar[column] = _dates(source, column)
    calendar.insert(
        0, "service_id", source.get("service_id", pd.Series("", index=source.index)).fillna("").astype("str")
    )
    wrong = (
        calendar["start_date"].isna() | calendar["end_date"].isna() | (calendar["start_date"] > calendar["end_date"])
    )
    problems.add(file, calendar.index[wrong], _("start_date and end_date are no span of days (YYYYMMDD)"))
    return _unique(calendar[~wrong], "service_id", file=file, problems=problems).set_index("service_id")


def clean_calendar_dates(table: pd.DataFrame | None, problems: Problems) -> pd.DataFrame:
    """Exceptions: ``service_id, date`` (datetime64), ``added`` (bool; False: does not run that day)."""
    file = "calendar_dates.txt"
    source = pd.DataFrame(columns=["service_id", "date", "exception_type"], dtype="str") if table is None else table
    kind = pd.to_numeric(
        source.get("exception_type", pd.Series(None, index=source.index, dtype="str")), errors="coerce"
    )
    dates = pd.DataFrame(
        {
            "service_id": source.get("service_id", pd.Series("", index=source.index)).fillna("").astype("str"),
            "date": _dates(source, "date"),
            "added": kind == 1,
        }
    )
    wrong = dates["date"].isna() | ~kind.isin([1, 2]) | (dates["service_id"] == "")
    problems.add(
        file, dates.index[wrong], _("is no exception: service_id, a date (YYYYMMDD) and type 1 or 2 are needed")
    )
    return dates[~wrong].reset_index(drop=True)


def clean_agency(table: pd.DataFrame | None, problems: Problems) -> pd.DataFrame:
    """Agencies: index ``agency_id``; texts; an unknown time zone is blanked and listed."""
    file = "agency.txt"
    if table is None:
        problems.add(file, [0], _("is missing; times are taken as the region's local times"))
    agency = texts(table, "agency")
    wrong = (agency["agency_timezone"] != "") & ~agency["agency_timezone"].isin(available_timezones())
    problems.add(
        file,
        agency.index[wrong | (agency["agency_timezone"] == "")],
        _("agency_timezone is no time zone; the region's own is taken"),
    )
    agency["agency_timezone"] = agency["agency_timezone"].where(~wrong, "")
    named: pd.DataFrame = agency.drop_duplicates("agency_id").set_index("agency_id")
    return named


def clean_frequencies(table: pd.DataFrame | None, trips: pd.Index, problems: Problems) -> pd.DataFrame:
    """Repeated trips: ``trip_id, start_s, end_s, headway_s, exact``."""
    columns = ["trip_id", "start_time", "end_time", "headway_secs", "exact_times"]
    source = (pd.DataFrame() if table is None else table).reindex(columns=columns)
    start, start_wrong = seconds(source["start_time"])
    end, end_wrong = seconds(source["end_time"])
    headway = pd.to_numeric(source["headway_secs"], errors="coerce").fillna(0).to_numpy()
    exact = pd.to_numeric(source["exact_times"], errors="coerce").fillna(0).to_numpy() == 1
    frame = pd.DataFrame(
        {"trip_id": source["trip_id"].fillna("").astype("str"), "start_s": start, "end_s": end,
         "headway_s": headway.astype(np.int32), "exact": exact}, index=source.index,
    )  # fmt: skip
    wrong = start_wrong | end_wrong | (start == NO_TIME) | (end == NO_TIME) | (end <= start) | (headway < 1)
    problems.add("frequencies.txt", frame.index[wrong], _("start, end and headway_secs are no repetition"))
    unknown = ~wrong & ~frame["trip_id"].isin(trips).to_numpy()
    problems.add("frequencies.txt", frame.index[unknown], _("trip_id is not in trips.txt, or that trip cannot be used"))
    kept: pd.DataFrame = frame[~wrong & ~unknown].reset_index(drop=True)
    return kept


def clean_transfers(table: pd.DataFrame | None, stops: pd.Index, problems: Problems) -> pd.DataFrame:
    """Rules for changing: ``from_stop_id, to_stop_id, transfer_type, min_transfer_s`` (-1 not given)."""
    file = "transfers.txt"
    wanted = ["from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time", "from_trip_id", "to_trip_id",
              "from_route_id", "to_route_id"]  # fmt: skip
    source = (pd.DataFrame() if table is None else table).reindex(columns=wanted)
    least = pd.to_numeric(source["min_transfer_time"], errors="coerce")
    frame = pd.DataFrame(
        {
            "from_stop_id": source["from_stop_id"].fillna("").astype("str"),
            "to_stop_id": source["to_stop_id"].fillna("").astype("str"),
            "transfer_type": codes(source, "transfer_type", file=file, allowed=range(6), problems=problems),
            "min_transfer_s": least.where(least >= 0, -1).fillna(-1).to_numpy().astype(np.int32),
        },
        index=source.index,
    )
    special = source[wanted[4:]].notna().any(axis=1) | (frame["transfer_type"] > 3)  # noqa: PLR2004 - in-seat
    problems.add(file, frame.index[special], _("holds for single trips or lines only and is not used"))
    unknown = ~special & ~(frame["from_stop_id"].isin(stops) & frame["to_stop_id"].isin(stops))
    problems.add(file, frame.index[unknown], _("names a stop that is not in stops.txt"))
    return frame[~special & ~unknown].reset_index(drop=True)


def _seconds_of(text: str) -> int:
    match = _TIME.fullmatch(text)
    if match:
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
    short = _SHORT_TIME.fullmatch(text)
    return int(short[1]) * 3600 + int(short[2]) * 60 if short else NO_TIME


def _dates(source: pd.DataFrame, column: str) -> pd.Series:
    given = source.get(column, pd.Series(None, index=source.index, dtype="str")).astype("str")
    eight = given.where(given.str.fullmatch(r"\d{8}").fillna(value=False).astype(bool))
    return pd.to_datetime(eight, format="%Y%m%d", errors="coerce").astype("datetime64[ms]")  # as Parquet keeps it


def _unique(table: pd.DataFrame, column: str, *, file: str, problems: Problems) -> pd.DataFrame:
    blank = table[column] == ""
    problems.add(file, table.index[blank], _("has no {column}").format(column=column))
    twice = table[column].duplicated() & ~blank
    problems.add(file, table.index[twice], _("{column} stands there twice; the first counts").format(column=column))
    kept: pd.DataFrame = table[~blank & ~twice]
    return kept


def _placed(stops: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Coordinates that cannot be are unknown; a stop without any takes those of its station."""
    lon, lat = stops["lon"], stops["lat"]
    missing = lon.isna() | lat.isna() | ~lon.between(-180, 180) | ~lat.between(-90, 90)
    null_island = (lon.abs() < 1e-6) & (lat.abs() < 1e-6)  # noqa: PLR2004 - a tenth of a metre
    lon, lat = (column.where(~missing & ~null_island) for column in (lon, lat))
    far = ((lon - lon.median()).abs() > _FAR_DEG) | ((lat - lat.median()).abs() > _FAR_DEG)
    problems.add("stops.txt", stops.index[far], _("lies far from all others; are longitude and latitude swapped?"))
    station = stops["parent_station"].map(pd.Series(stops.index, index=stops["stop_id"]))
    lon, lat = (column.fillna(station.map(column)) for column in (lon, lat))
    needed = stops["location_type"].isin([0, _STATION])
    problems.add("stops.txt", stops.index[null_island], _("lies at 0, 0; its place is unknown"))
    problems.add(
        "stops.txt", stops.index[needed & ~null_island & (lon.isna() | lat.isna())], _("has no usable coordinates")
    )
    return stops.assign(lon=lon.astype(np.float64), lat=lat.astype(np.float64))


def _inherited(stops: pd.DataFrame) -> pd.DataFrame:
    """What a platform does not say of wheelchairs and time zone, its station says."""
    parent = stops["parent_station"]
    of_parent = parent.map(stops["wheelchair_boarding"]).fillna(0).astype(np.int16)
    own = stops["wheelchair_boarding"]
    zone = parent.map(stops["stop_timezone"]).fillna("")
    return stops.assign(
        wheelchair_boarding=own.where(own != 0, of_parent),
        stop_timezone=stops["stop_timezone"].where(stops["stop_timezone"] != "", zone),
    )
