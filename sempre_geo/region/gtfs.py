"""Timetables: GTFS feeds as they are published, several together, the broken rows listed and the rest used.

Read with Arrow and pandas rather than a GTFS library: those unpack the zip to the disk, stop at the first
broken row, and know neither its number nor its file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from sempre_geo.errors import InputError, MissingDataError, MissingFileError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.region.gtfs_files import Problems, read_feed_tables
from sempre_geo.region.gtfs_tables import (
    DAYS,
    clean_agency,
    clean_calendar,
    clean_calendar_dates,
    clean_frequencies,
    clean_routes,
    clean_stops,
    clean_transfers,
    clean_trips,
    texts,
)
from sempre_geo.region.gtfs_times import clean_stop_times

_REQUIRED = {
    "stops": ("stop_id",),
    "trips": ("trip_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "departure_time"),
}
_WANTED = {"stops": ("stop_lat", "stop_lon", "stop_name"), "trips": ("route_id",), "stop_times": ("stop_sequence",)}
_PREFIXED = {
    "agency": ("agency_id",),
    "stops": ("stop_id", "parent_station", "zone_id"),
    "routes": ("route_id", "agency_id"),
    "trips": ("trip_id", "route_id", "service_id", "block_id"),
    "stop_times": ("trip_id", "stop_id"),
    "calendar": ("service_id",),
    "calendar_dates": ("service_id",),
    "frequencies": ("trip_id",),
    "transfers": ("from_stop_id", "to_stop_id"),
    "fare_attributes": ("fare_id", "agency_id"),
    "fare_rules": ("fare_id", "route_id", "origin_id", "destination_id", "contains_id"),
    "attributions": ("agency_id", "route_id", "trip_id"),
}
_META = "feed.json"


@dataclass(frozen=True, eq=False)
class Feed:
    """One or several timetables, cleaned. Its frames are shared by all who read it: never change one in place.

    Attributes
    ----------
    stops
        Index ``stop_id``; names, ``lon, lat`` (NaN unknown), ``location_type, parent_station,
        wheelchair_boarding`` (0 unknown, 1 yes, 2 no; inherited from the station), ``stop_timezone``.
    routes, trips, agency
        Index ``route_id``, ``trip_id``, ``agency_id``; ``route_type`` may be an extended one.
    stop_times
        Sorted by trip and sequence: ``trip, stop`` (int32 positions in ``trips`` and ``stops``),
        ``stop_sequence, arrival_s, departure_s`` (int32, seconds after noon minus 12 hours of the service day,
        beyond 86400 allowed), ``pickup_type, drop_off_type`` (int8).
    calendar, calendar_dates
        Which service runs when; see :meth:`active_services`.
    frequencies, transfers
        ``trip_id, start_s, end_s, headway_s, exact``; ``from_stop_id, to_stop_id, transfer_type, min_transfer_s``.
    feed_info, fare_attributes, fare_rules, attributions
        As published, texts.
    problems
        ``file, row, what``: what was mended or left out; row 0 means the whole file.
    names
        The feeds' names; ids carry them in front where there are several.
    """

    stops: pd.DataFrame
    routes: pd.DataFrame
    trips: pd.DataFrame
    stop_times: pd.DataFrame
    calendar: pd.DataFrame
    calendar_dates: pd.DataFrame
    frequencies: pd.DataFrame
    transfers: pd.DataFrame
    agency: pd.DataFrame
    feed_info: pd.DataFrame
    fare_attributes: pd.DataFrame
    fare_rules: pd.DataFrame
    attributions: pd.DataFrame
    problems: pd.DataFrame
    names: tuple[str, ...]

    @cached_property
    def span(self) -> tuple[date, date]:
        """The first and the last date on which any service is declared.

        Raises
        ------
        MissingDataError
            No calendar names a single day.
        """
        added = self.calendar_dates.loc[self.calendar_dates["added"], "date"]
        first = pd.concat([self.calendar["start_date"], added]).min()
        last = pd.concat([self.calendar["end_date"], added]).max()
        if pd.isna(first):
            raise MissingDataError(_("The timetable's calendar names no day; ask its publisher for a whole one."))
        return first.date(), last.date()

    def silent_on(self, day: date) -> tuple[str, ...]:
        """Names of the feeds, of several, whose calendars do not reach a date: none of their trips run then."""
        if len(self.names) == 1:
            return ()
        return tuple(name for name in self.names if not self._reaches(name, pd.Timestamp(day)))

    def _reaches(self, name: str, at: pd.Timestamp) -> bool:
        weekly = self.calendar[self.calendar.index.str.startswith(f"{name}:")]
        mine = self.calendar_dates["added"] & self.calendar_dates["service_id"].str.startswith(f"{name}:")
        days = self.calendar_dates.loc[mine, "date"]
        first, last = pd.concat([weekly["start_date"], days]).min(), pd.concat([weekly["end_date"], days]).max()
        return bool(first <= at <= last)

    @cached_property
    def timezone(self) -> str:
        """The time zone most of the agencies give; empty where none does."""
        zones = self.agency["agency_timezone"]
        known = zones[zones != ""]
        return str(known.mode().iloc[0]) if len(known) else ""

    def covers(self, day: date) -> bool:
        """Whether a date lies inside the calendars."""
        first, last = self.span
        return first <= day <= last

    def check_covers(self, day: date) -> None:
        """Refuse a date outside every calendar: a day of walking is no answer to a question about buses.

        Raises
        ------
        MissingDataError
            The sentence names the valid span.
        """
        if not self.covers(day):
            first, last = self.span
            raise MissingDataError(
                _("The timetable says nothing about {day}; it is valid from {first} to {last}: choose a date in it.")
                .format(day=day.isoformat(), first=first.isoformat(), last=last.isoformat())
            )  # fmt: skip

    def active_services(self, day: date) -> set[str]:
        """The services that run on a service day: the week's pattern, then the exceptions."""
        at = pd.Timestamp(day)
        weekly = self.calendar
        running = weekly[DAYS[day.weekday()]] & (weekly["start_date"] <= at) & (weekly["end_date"] >= at)
        today = self.calendar_dates[self.calendar_dates["date"] == at]
        removed, added = today.loc[~today["added"], "service_id"], today.loc[today["added"], "service_id"]
        return (set(weekly.index[running]) - set(removed)) | set(added)

    def expired(self, today: date) -> str:
        """A sentence if the timetable ended before ``today``, else an empty text."""
        last = self.span[1]
        if last >= today:
            return ""
        return _("the timetable ended on {last}; ask its publisher for a newer one").format(last=last.isoformat())

    def facts(self) -> dict[str, object]:
        """What a catalog should say of the timetable: validity, publisher, version, who must be named, its size."""
        first, last = self.span
        named = [*self.feed_info["feed_publisher_name"], *self.attributions["organization_name"]]
        return {
            "first": first.isoformat(),
            "last": last.isoformat(),
            "credits": sorted({name for name in named if name} or set(self.agency["agency_name"]) - {""}),
            "versions": sorted(set(self.feed_info["feed_version"]) - {""}),
            "stops": len(self.stops),
            "trips": len(self.trips),
            "fares": len(self.fare_attributes),
            "problems": len(self.problems),
        }

    def write(self, folder: Path) -> None:
        """Write the timetable as Parquet tables into ``folder``, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        for part in fields(self):
            if part.name != "names":
                getattr(self, part.name).to_parquet(folder / f"{part.name}.parquet", compression="zstd")
        (folder / _META).write_text(json.dumps({"names": self.names}, ensure_ascii=False) + "\n", encoding="utf-8")


def read_gtfs(paths: Sequence[Path]) -> Feed:
    """Read one or several GTFS feeds, zips or folders, into one.

    With several, each id gets its feed's name in front, so that two operators' stop ``1`` stay apart.

    Raises
    ------
    MissingFileError
        A path is not there.
    InputError
        A feed has no stops, trips or stop times, or is no zip; the sentence names it.
    """
    if not paths:
        raise InputError(_("No timetable was given; name at least one GTFS zip or folder."))
    names = _feed_names(paths)
    parts = [
        _read_one(path, prefix=f"{name}:" if len(paths) > 1 else "") for path, name in zip(paths, names, strict=True)
    ]
    if len(parts) == 1:
        return Feed(**parts[0], names=names)
    return _joined(parts, names)


def read_feed(folder: Path) -> Feed:
    """Read a timetable written by :meth:`Feed.write`.

    Raises
    ------
    MissingFileError
        The region was built without a timetable.
    """
    if not (folder / _META).is_file():
        raise MissingFileError(
            _("There is no timetable in {folder}; build the region with --gtfs.").format(folder=folder)
        )
    tables = {
        part.name: pd.read_parquet(folder / f"{part.name}.parquet") for part in fields(Feed) if part.name != "names"
    }
    names = json.loads((folder / _META).read_text(encoding="utf-8"))["names"]
    return Feed(**tables, names=tuple(names))


def gtfs_problems(path: Path, *, today: date) -> pd.DataFrame:
    """What is wrong with a feed, for ``sempre-geo check``: ``file, row, what``, expiry included.

    Raises
    ------
    InputError
        It cannot be read at all.
    MissingDataError
        Nothing ever runs.
    """
    feed = read_gtfs([path])
    said = Problems(list(feed.problems.itertuples(index=False, name=None)))
    if late := feed.expired(today):
        said.add("calendar.txt", [0], late)
    return said.table()


def _feed_names(paths: Sequence[Path]) -> tuple[str, ...]:
    stems = [path.stem for path in paths]
    return tuple(stem if stems.count(stem) == 1 else f"{stem}-{at + 1}" for at, stem in enumerate(stems))


def _read_one(path: Path, *, prefix: str) -> dict[str, pd.DataFrame]:
    problems = Problems()
    raw = read_feed_tables(path, problems)
    _check_complete(raw, path, problems)
    if prefix:
        raw = {name: _with_prefix(table, _PREFIXED.get(name, ()), prefix) for name, table in raw.items()}
    tables = _cleaned(raw, problems)
    if tables["stop_times"].empty:
        wrong: list[tuple[str, int, str]] = list(problems.table().itertuples(index=False, name=None))
        named = first_items(f"{file} row {row}: {what.rstrip('.')}" for file, row, what in wrong)
        raise InputError(
            _("{path} has no trip with two usable stop times ({problems}); mend these rows first.").format(
                path=path, problems=named
            )
        )
    listed = problems.table()
    return tables | {"problems": listed.assign(file=prefix + listed["file"]) if prefix else listed}


def _check_complete(raw: dict[str, pd.DataFrame], path: Path, problems: Problems) -> None:
    """Refuse a feed without a table or column nothing works without; list columns that are only missed."""
    missing = [f"{name}.txt" for name in _REQUIRED if name not in raw or raw[name].empty]
    if missing:
        raise InputError(
            _("{path} has no {missing}, or nothing in it; a timetable needs it: get a whole GTFS feed.").format(
                path=path, missing=", ".join(missing)
            )
        )
    columns = [
        f"{name}.txt: {column}" for name, needed in _REQUIRED.items() for column in needed if column not in raw[name]
    ]
    if columns:
        raise InputError(
            _("{path} lacks columns a timetable needs ({columns}); get a whole GTFS feed.").format(
                path=path, columns=first_items(columns)
            )
        )
    for name, wanted in _WANTED.items():
        for column in wanted:
            if column not in raw[name]:
                problems.add(f"{name}.txt", [0], _("has no column {column}").format(column=column))
    if not {"calendar", "calendar_dates"} & set(raw):
        problems.add("calendar.txt", [0], _("is missing, and so is calendar_dates.txt: nothing ever runs"))


def _with_prefix(table: pd.DataFrame, columns: Sequence[str], prefix: str) -> pd.DataFrame:
    made = {column: prefix + table[column] for column in columns if column in table}
    if "agency_id" in columns:  # a feed with one agency need not name it
        blank = pd.Series(prefix, index=table.index, dtype="str")
        made["agency_id"] = made.get("agency_id", blank).fillna(prefix)
    return table.assign(**made)


def _cleaned(raw: dict[str, pd.DataFrame], problems: Problems) -> dict[str, pd.DataFrame]:
    stops, trips = clean_stops(raw["stops"], problems), clean_trips(raw["trips"], problems)
    calendar, dates = (
        clean_calendar(raw.get("calendar"), problems),
        clean_calendar_dates(raw.get("calendar_dates"), problems),
    )
    never = ~trips["service_id"].isin(set(calendar.index) | set(dates["service_id"]))
    problems.add("trips.txt", trips.index[never], _("service_id is in no calendar, so it never runs"))
    routes = clean_routes(raw.get("routes"), trips, problems)
    rows = pd.Series(trips.index, index=trips["trip_id"])
    trips = trips.set_index("trip_id")
    times = clean_stop_times(raw["stop_times"], trips=trips.index, stops=stops.index, problems=problems)
    used = np.zeros(len(trips), dtype=bool)
    used[times["trip"].unique()] = True
    problems.add("trips.txt", rows[~used], _("has fewer than two usable stop times and is left out"))
    times = times.assign(trip=(np.cumsum(used) - 1)[times["trip"]].astype(np.int32)).reset_index(drop=True)
    trips = trips[used]
    others = ("feed_info", "fare_attributes", "fare_rules", "attributions")
    return {name: texts(raw.get(name), name) for name in others} | {
        "stops": stops, "routes": routes, "trips": trips, "stop_times": times, "calendar": calendar,
        "calendar_dates": dates, "agency": clean_agency(raw.get("agency"), problems),
        "frequencies": clean_frequencies(raw.get("frequencies"), trips.index, problems),
        "transfers": clean_transfers(raw.get("transfers"), stops.index, problems),
    }  # fmt: skip


def _joined(parts: Sequence[dict[str, pd.DataFrame]], names: tuple[str, ...]) -> Feed:
    """Several feeds as one: positions in stop times move on by what stands before."""
    tables = {}
    for name in parts[0]:
        tables[name] = pd.concat([part[name] for part in parts], ignore_index=parts[0][name].index.name is None)
    trips = np.cumsum([0, *(len(part["trips"]) for part in parts)])
    stops = np.cumsum([0, *(len(part["stops"]) for part in parts)])
    tables["stop_times"] = pd.concat(
        [
            part["stop_times"].assign(
                trip=(part["stop_times"]["trip"] + trips[at]).astype(np.int32),
                stop=(part["stop_times"]["stop"] + stops[at]).astype(np.int32),
            )
            for at, part in enumerate(parts)
        ],
        ignore_index=True,
    )
    return Feed(**tables, names=names)
