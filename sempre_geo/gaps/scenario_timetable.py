"""A timetable as a scenario would have it: trips moved, taken away and added, new stops and lines, a later return.

Only the frames of the feed are changed, so whatever reads a timetable reads the changed one too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.gaps.scenario_changes import WEEKDAYS, Weekday, clock_s
from sempre_geo.gaps.scenarios import Scenario, check_possible
from sempre_geo.gaps.timetable_changes import (
    AddLine,
    AddStop,
    AddTrip,
    LaterReturn,
    MoveStop,
    MoveTrip,
    RemoveTrip,
    Zone,
)
from sempre_geo.i18n import gettext as _
from sempre_geo.region.gtfs import Feed

NEVER = "new:never"
_BUS = 3
_TO_BOOK = 2
_WHEELCHAIR = {"yes": 1, "limited": 1, "no": 2, "unknown": 0}
_MINUTE_S = 60


@dataclass(frozen=True)
class NewCall:
    """A call of a new trip, in seconds after midnight."""

    stop: str
    at_s: int


@dataclass(frozen=True)
class NewTrip:
    """A trip to put into a feed.

    ``every_s`` and ``until_s`` repeat it at a headway whose minute is not promised, as GTFS frequencies do.
    """

    trip_id: str
    route_id: str
    calls: tuple[NewCall, ...]
    days: tuple[Weekday, ...] = ()
    book_ahead: bool = False
    wheelchair: str = "unknown"
    every_s: int = 0
    until_s: int = 0


def changed_feed(feed: Feed, scenario: Scenario) -> Feed:
    """The timetable after a scenario; ``feed`` itself where it changes none. Rides on demand are put in elsewhere.

    Raises
    ------
    InputError
        Trips, stops or lines that do not exist, or stops that exist already: all of them in one sentence.
    """
    _check(feed, scenario)
    changed = _with_stops(feed, scenario)
    changed = _with_other_times(changed, scenario)
    for later in scenario.of(LaterReturn):
        changed = _with_later_return(changed, later)
    new = [*_added_trips(changed, scenario.of(AddTrip)), *_line_trips(changed, scenario.of(AddLine))]
    return with_trips(changed, new, names=_new_lines(scenario)) if new else changed


def with_trips(feed: Feed, trips: Sequence[NewTrip], *, names: dict[str, str] | None = None) -> Feed:
    """A feed with further trips; their stops must be in it. ``names`` are those of lines that are not."""
    first, last = feed.span
    runs = {days: _calendar_id(days) for days in dict.fromkeys(trip.days for trip in trips)}
    rows = pd.DataFrame(
        {
            "route_id": [trip.route_id for trip in trips],
            "service_id": [runs[trip.days] for trip in trips],
            "trip_headsign": [_stop_name(feed, trip.calls[-1].stop) for trip in trips],
            "wheelchair_accessible": [_WHEELCHAIR[trip.wheelchair] for trip in trips],
        },
        index=pd.Index([trip.trip_id for trip in trips], name=feed.trips.index.name),
    )
    weekly = pd.DataFrame(
        [{day: not days or day in days for day in WEEKDAYS} | {"start_date": first, "end_date": last} for days in runs],
        index=pd.Index(list(runs.values()), name=feed.calendar.index.name),
    )
    weekly = weekly[~weekly.index.isin(feed.calendar.index)]
    return replace(
        feed,
        trips=_appended(feed.trips, rows),
        stop_times=_appended(feed.stop_times, _call_rows(feed, trips), ignore_index=True),
        calendar=_appended(feed.calendar, weekly),
        frequencies=_appended(feed.frequencies, _repetitions(trips), ignore_index=True),
        routes=_with_lines(feed, names or {}),
    )


def with_hidden_stops(feed: Feed, names: pd.Series) -> Feed:
    """A feed with stops whose place nobody walks to by the map: doors that rides on demand go to."""
    rows = pd.DataFrame({"stop_name": names.astype(str), "lon": np.nan, "lat": np.nan})
    rows.index.name = feed.stops.index.name
    return replace(feed, stops=_appended(feed.stops, rows))


def _calendar_id(days: tuple[Weekday, ...]) -> str:
    return "new:" + ("daily" if not days else "-".join(day for day in WEEKDAYS if day in days))


def _stop_name(feed: Feed, stop_id: str) -> str:
    return str(feed.stops["stop_name"].loc[stop_id])


def _call_rows(feed: Feed, trips: Sequence[NewTrip]) -> pd.DataFrame:
    position = len(feed.trips) + np.repeat(np.arange(len(trips)), [len(trip.calls) for trip in trips])
    at = [call.at_s for trip in trips for call in trip.calls]
    kind = np.repeat([_TO_BOOK if trip.book_ahead else 0 for trip in trips], [len(trip.calls) for trip in trips])
    return pd.DataFrame(
        {
            "trip": position,
            "stop": feed.stops.index.get_indexer(pd.Index([call.stop for trip in trips for call in trip.calls])),
            "stop_sequence": [number for trip in trips for number in range(len(trip.calls))],
            "arrival_s": at, "departure_s": at, "pickup_type": kind, "drop_off_type": kind,
        }
    )  # fmt: skip


def _repetitions(trips: Sequence[NewTrip]) -> pd.DataFrame:
    repeated = [trip for trip in trips if trip.every_s]
    return pd.DataFrame(
        {
            "trip_id": [trip.trip_id for trip in repeated],
            "start_s": [trip.calls[0].at_s for trip in repeated],
            "end_s": [trip.until_s for trip in repeated],
            "headway_s": [trip.every_s for trip in repeated],
            "exact": False,
        }
    )


def _with_lines(feed: Feed, names: dict[str, str]) -> pd.DataFrame:
    new = {route: name for route, name in names.items() if route not in feed.routes.index}
    rows = pd.DataFrame(
        {"route_short_name": list(new.values()), "route_type": _BUS},
        index=pd.Index(list(new), name=feed.routes.index.name, dtype=object),
    )
    return _appended(feed.routes, rows)


def _appended(frame: pd.DataFrame, rows: pd.DataFrame, *, ignore_index: bool = False) -> pd.DataFrame:
    """A frame with rows more, its types kept; columns the rows lack are blank."""
    if rows.empty:
        return frame
    blank: dict[str, str | int] = {
        str(name): "" if pd.api.types.is_string_dtype(kind) else 0
        for name, kind in frame.dtypes.items()
        if name not in rows
    }
    kinds = frame.dtypes.to_dict()
    whole = rows.assign(**blank)[list(frame.columns)].astype(kinds)
    both = pd.concat([frame, whole], ignore_index=ignore_index)
    if not ignore_index:
        both.index = both.index.astype(frame.index.dtype).rename(frame.index.name)
    return both.astype(kinds)


def _with_stops(feed: Feed, scenario: Scenario) -> Feed:
    added = scenario.of(AddStop)
    stops = feed.stops
    if added:
        rows = pd.DataFrame(
            {"stop_name": [stop.name or stop.stop_id for stop in added], "lon": [stop.lon for stop in added],
             "lat": [stop.lat for stop in added]}, index=pd.Index([stop.stop_id for stop in added]),
        )  # fmt: skip
        stops = _appended(stops, rows)
    moved = scenario.of(MoveStop)
    if moved:
        stops = stops.copy()
        for change in moved:
            stops.loc[change.stop_id, ["lon", "lat"]] = change.lon, change.lat
    changed = replace(feed, stops=stops)
    for stop in added:
        changed = _with_halt(changed, stop) if stop.line else changed
    return changed


def _with_halt(feed: Feed, stop: AddStop) -> Feed:
    """Trips of a line that call at a stop call at a new one after it; what follows is put off."""
    times = feed.stop_times
    of_line = _trip_positions(feed, stop.line)
    new, after = feed.stops.index.get_indexer(pd.Index([stop.stop_id, stop.after]))
    here = np.flatnonzero(times["trip"].isin(of_line).to_numpy() & (times["stop"] == after).to_numpy())
    trip = times["trip"].to_numpy()
    here = here[(here + 1 < len(times)) & (trip[np.minimum(here + 1, len(times) - 1)] == trip[here])]  # it goes on
    first = pd.Series(here).groupby(trip[here]).first().to_numpy()
    number = np.arange(len(times), dtype=np.float64)
    behind = np.full(len(feed.trips), np.inf)
    behind[trip[first]] = first
    late = (number > behind[trip]) * round(stop.delay_min * _MINUTE_S)
    moved = times.assign(
        arrival_s=(times["arrival_s"] + late).astype(np.int32),
        departure_s=(times["departure_s"] + late).astype(np.int32),
    )
    at = times["departure_s"].to_numpy()[first] + round(stop.minutes * _MINUTE_S)
    halts = times.iloc[first].assign(stop=np.int32(new), arrival_s=at, departure_s=at)
    both = pd.concat([moved, halts]).astype(times.dtypes.to_dict())
    order = np.argsort(np.concatenate([number, first + 0.5]), kind="stable")
    both = both.iloc[order].reset_index(drop=True)
    both["stop_sequence"] = both.groupby("trip").cumcount().astype(times["stop_sequence"].dtype)
    return replace(feed, stop_times=both)


def _with_other_times(feed: Feed, scenario: Scenario) -> Feed:
    shift = {change.trip_id: round(change.minutes * _MINUTE_S) for change in scenario.of(MoveTrip)}
    removed = [change.trip_id for change in scenario.of(RemoveTrip)]
    if shift:
        feed = _shifted(feed, shift)
    if not removed:
        return feed
    service = feed.trips["service_id"].where(~feed.trips.index.isin(removed), NEVER)
    return replace(feed, trips=feed.trips.assign(service_id=service.astype(feed.trips["service_id"].dtype)))


def _shifted(feed: Feed, shift: dict[str, int]) -> Feed:
    """Trips so many seconds later, those that repeat too."""
    by_trip = np.zeros(len(feed.trips), dtype=np.int64)
    by_trip[feed.trips.index.get_indexer(pd.Index(list(shift)))] = list(shift.values())
    late = by_trip[feed.stop_times["trip"].to_numpy()]
    again = feed.frequencies["trip_id"].map(shift).fillna(0).to_numpy(dtype=np.int64)
    return replace(
        feed,
        stop_times=_later(feed.stop_times, ("arrival_s", "departure_s"), late),
        frequencies=_later(feed.frequencies, ("start_s", "end_s"), again),
    )


def _later(frame: pd.DataFrame, columns: Iterable[str], seconds: NDArray[np.integer[Any]]) -> pd.DataFrame:
    return frame.assign(**{name: (frame[name] + seconds).astype(frame[name].dtype) for name in columns})


def _with_later_return(feed: Feed, later: LaterReturn) -> Feed:
    """The last trip of each day from a stop, put off; one that is the last on some of its days only runs twice over."""
    leaving = _leaving(feed, later)
    days = _last_days(feed, leaving)
    for trip_id, (last, others) in days.items():
        shift = {trip_id: round(later.minutes * _MINUTE_S)}
        if len(others):
            feed, copy = _split(feed, trip_id, last=last, others=others)
            shift = {copy: shift[trip_id]}
        feed = _shifted(feed, shift)
    return feed


def _leaving(feed: Feed, later: LaterReturn) -> pd.Series:
    """When each trip of a line leaves a stop, by trip id; only where people may get on and it goes on."""
    times = feed.stop_times
    goes_on = times["trip"].eq(times["trip"].shift(-1))
    here = times["trip"].isin(_trip_positions(feed, later.line)) & (
        times["stop"] == feed.stops.index.get_loc(later.stop)
    )
    rows = times[here & goes_on & (times["pickup_type"] != 1)]
    return rows.groupby(feed.trips.index[rows["trip"]].to_numpy())["departure_s"].max()


def _last_days(feed: Feed, leaving: pd.Series) -> dict[str, tuple[pd.DatetimeIndex, pd.DatetimeIndex]]:
    """The trips that are the last on some day: those days, and the other days they run on."""
    days, runs = _running(feed, feed.trips["service_id"].loc[leaving.index])
    leaves = np.where(runs, leaving.to_numpy(), -1)
    last = leaves.argmax(axis=1)
    is_last = runs & (last[:, None] == np.arange(len(leaving)))
    return {
        str(leaving.index[trip]): (days[is_last[:, trip]], days[runs[:, trip] & ~is_last[:, trip]])
        for trip in np.flatnonzero(is_last.any(axis=0)).tolist()
    }


def _running(feed: Feed, services: pd.Series) -> tuple[pd.DatetimeIndex, NDArray[np.bool_]]:
    """All days of a feed, and whether each of some services runs on them; shape (days, services)."""
    days, (number, names) = pd.date_range(*feed.span), pd.factorize(services)
    weekly = feed.calendar.reindex(names)
    on_weekday = weekly[list(WEEKDAYS)].eq(other=True).to_numpy(dtype=bool).T[days.day_of_week]
    at = days.to_numpy()[:, None]
    runs = on_weekday & (at >= weekly["start_date"].to_numpy()) & (at <= weekly["end_date"].to_numpy())
    exceptions = feed.calendar_dates[feed.calendar_dates["service_id"].isin(names)]
    day = days.get_indexer(pd.DatetimeIndex(exceptions["date"]))
    runs[day, names.get_indexer(pd.Index(exceptions["service_id"]))] = exceptions["added"].to_numpy(dtype=bool)
    return days, runs[:, number]


def _split(feed: Feed, trip_id: str, *, last: pd.DatetimeIndex, others: pd.DatetimeIndex) -> tuple[Feed, str]:
    """A copy of a trip for some of its days; the trip itself keeps the others."""
    copy, at = f"{trip_id}@later", feed.trips.index.get_loc(trip_id)
    calls = feed.stop_times[feed.stop_times["trip"] == at].assign(trip=np.int32(len(feed.trips)))
    row = feed.trips.loc[[trip_id]].set_axis(pd.Index([copy]), axis=0).assign(service_id=f"new:{copy}")
    kept = feed.trips["service_id"].where(feed.trips.index != trip_id, f"new:{trip_id}")
    trips = feed.trips.assign(service_id=kept.astype(feed.trips["service_id"].dtype))
    dates = pd.DataFrame(
        {"service_id": [f"new:{copy}"] * len(last) + [f"new:{trip_id}"] * len(others),
         "date": last.append(others), "added": True}
    )  # fmt: skip
    return replace(
        feed,
        trips=_appended(trips, row),
        stop_times=_appended(feed.stop_times, calls, ignore_index=True),
        calendar_dates=_appended(feed.calendar_dates, dates, ignore_index=True),
    ), copy


def _line_ids(feed: Feed, line: str) -> list[str]:
    """The routes that are called so: by id, else by short name, else by long name."""
    if line in feed.routes.index:
        return [line]
    for column in ("route_short_name", "route_long_name"):
        found = feed.routes.index[feed.routes[column] == line]
        if len(found):
            return [str(name) for name in found]
    return []


def _trip_positions(feed: Feed, line: str) -> NDArray[np.intp]:
    return np.flatnonzero(feed.trips["route_id"].isin(_line_ids(feed, line)).to_numpy())


def _new_line_id(line: str) -> str:
    return f"new:{line}"


def _new_lines(scenario: Scenario) -> dict[str, str]:
    lines = [*(trip.line for trip in scenario.of(AddTrip)), *(line.line for line in scenario.of(AddLine))]
    return {_new_line_id(line): line for line in lines}


def _added_trips(feed: Feed, added: Sequence[AddTrip]) -> list[NewTrip]:
    return [
        NewTrip(
            f"new:trip-{number}", (_line_ids(feed, trip.line) or [_new_line_id(trip.line)])[0],
            tuple(NewCall(call.stop, clock_s(call.time)) for call in trip.calls), tuple(trip.days),
            trip.book_ahead, trip.wheelchair,
        )
        for number, trip in enumerate(added, start=1)
    ]  # fmt: skip


def _line_trips(feed: Feed, lines: Sequence[AddLine]) -> list[NewTrip]:
    trips = []
    for number, line in enumerate(lines, start=1):
        route = (_line_ids(feed, line.line) or [_new_line_id(line.line)])[0]
        out = [(stop.stop, round(stop.minutes * _MINUTE_S)) for stop in line.stops]
        back = [(stop, out[-1][1] - after) for stop, after in reversed(out)]
        ways = {"out": out, "back": back} if line.both_ways else {"out": out}
        for start in range(clock_s(line.first), clock_s(line.last) + 1, round(line.headway_min * _MINUTE_S)):
            trips += [
                NewTrip(
                    f"new:line-{number}-{way}-{start // _MINUTE_S}", route,
                    tuple(NewCall(stop, start + after) for stop, after in stops), tuple(line.days),
                    line.book_ahead, line.wheelchair,
                )
                for way, stops in ways.items()
            ]  # fmt: skip
    return trips


def _check(feed: Feed, scenario: Scenario) -> None:
    new_stops = [stop.stop_id for stop in scenario.of(AddStop)]
    stops = [call.stop for trip in scenario.of(AddTrip) for call in trip.calls]
    stops += [stop.stop for line in scenario.of(AddLine) for stop in line.stops]
    stops += [stop for zone in scenario.of(Zone) for stop in zone.stops]
    stops += [change.stop for change in scenario.of(LaterReturn)]
    stops += [change.after for change in scenario.of(AddStop) if change.after]
    moved = [change.stop_id for change in scenario.of(MoveStop)]
    trips = [*(change.trip_id for change in scenario.of(MoveTrip)), *(c.trip_id for c in scenario.of(RemoveTrip))]
    lines = [*(c.line for c in scenario.of(LaterReturn)), *(c.line for c in scenario.of(AddStop) if c.line)]
    known = set(feed.stops.index) | set(new_stops)
    problems = {
        _("there is no stop {items}"): [stop for stop in stops if stop not in known]
        + [stop for stop in moved if stop not in feed.stops.index],
        _("there is already a stop {items}"): [stop for stop in new_stops if stop in feed.stops.index],
        _("there is no trip {items}"): [trip for trip in trips if trip not in feed.trips.index],
        _("there is no line {items}"): [line for line in lines if not _line_ids(feed, line)],
        _("the line {items} repeats at a headway and has no last trip to move; add a trip"): [
            change.line for change in scenario.of(LaterReturn) if _repeats(feed, change.line)
        ],
    }
    check_possible(scenario, problems)


def _repeats(feed: Feed, line: str) -> bool:
    return bool(feed.frequencies["trip_id"].isin(feed.trips.index[_trip_positions(feed, line)]).any())
