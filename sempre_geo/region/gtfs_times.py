"""Stop times that can be trusted: known trips and stops, in order, no time missing, none running backwards."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.i18n import gettext as _
from sempre_geo.region.gtfs_files import Problems
from sempre_geo.region.gtfs_tables import NO_TIME, codes, seconds

FILE = "stop_times.txt"
COLUMNS = ("trip", "stop", "stop_sequence", "arrival_s", "departure_s", "pickup_type", "drop_off_type")


def clean_stop_times(table: pd.DataFrame, *, trips: pd.Index, stops: pd.Index, problems: Problems) -> pd.DataFrame:
    """Stop times sorted by trip and sequence, of trips with at least two of them.

    A row that cannot be used is left out and its trip kept: what is known of a bus is still true where one of
    its stops is not. Times missing between two known ones are interpolated, along ``shape_dist_traveled``
    where it is given, else evenly.

    Returns
    -------
    pandas.DataFrame
        ``trip, stop`` (int32 positions in ``trips`` and ``stops``), ``stop_sequence, arrival_s, departure_s``
        (int32; seconds after noon minus 12 hours), ``pickup_type, drop_off_type`` (int8); the index is the row
        in the file.
    """
    times = _typed(table, trips=trips, stops=stops, problems=problems)
    times = _in_order(times, problems)
    times = _ends_known(times, problems)
    times = _interpolated(times)
    times = _forward(times, problems)
    size = times.groupby("trip")["trip"].transform("size")
    return times.loc[size >= 2, list(COLUMNS)]  # noqa: PLR2004 - a ride has two ends


def _typed(table: pd.DataFrame, *, trips: pd.Index, stops: pd.Index, problems: Problems) -> pd.DataFrame:
    source = table.reindex(columns=["trip_id", "stop_id", "arrival_time", "departure_time"])
    trip, stop = trips.get_indexer(pd.Index(source["trip_id"])), stops.get_indexer(pd.Index(source["stop_id"]))
    problems.add(FILE, table.index[trip < 0], _("trip_id is not in trips.txt"))
    problems.add(FILE, table.index[stop < 0], _("stop_id is not in stops.txt"))
    arrival, arrival_wrong = seconds(source["arrival_time"])
    departure, departure_wrong = seconds(source["departure_time"])
    problems.add(FILE, table.index[arrival_wrong | departure_wrong], _("arrival or departure is no time (HH:MM:SS)"))
    sequence = _sequence(table, trip)
    problems.add(FILE, table.index[np.isnan(sequence)], _("stop_sequence is no number"))
    kinds = {
        column: codes(table, column, file=FILE, allowed=range(4), problems=problems).astype(np.int8)
        for column in ("pickup_type", "drop_off_type")
    }
    times = pd.DataFrame(
        {
            "trip": trip.astype(np.int32), "stop": stop.astype(np.int32), "stop_sequence": sequence,
            "arrival_s": np.where(arrival == NO_TIME, departure, arrival),
            "departure_s": np.where(departure == NO_TIME, arrival, departure),
            **kinds,
            "along": _number(table, "shape_dist_traveled"),
        }, index=table.index,
    )  # fmt: skip
    usable = (trip >= 0) & (stop >= 0) & ~arrival_wrong & ~departure_wrong & ~np.isnan(sequence)
    return times[usable].astype({"stop_sequence": np.int32})


def _number(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    if column not in table:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan, copy=True)


def _sequence(table: pd.DataFrame, trip: NDArray[np.intp]) -> NDArray[np.float64]:
    """The order of stops; the order of the file where the column is missing altogether."""
    if "stop_sequence" in table:
        given = _number(table, "stop_sequence")
        given[~((given >= 0) & (given < np.iinfo(np.int32).max))] = np.nan
        return given
    return np.asarray(pd.Series(trip).groupby(trip).cumcount(), dtype=np.float64)


def _in_order(times: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    order = np.lexsort((times["stop_sequence"].to_numpy(), times["trip"].to_numpy()))
    times = times.iloc[order]
    twice = times.duplicated(["trip", "stop_sequence"])
    problems.add(FILE, times.index[twice], _("stop_sequence stands twice in its trip; the first counts"))
    return times[~twice]


def _ends_known(times: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Leave out stops before the first and behind the last time that is known of a trip."""
    known = times["arrival_s"] != NO_TIME
    if known.all():
        return times
    before = known.groupby(times["trip"]).cummax()
    after = known[::-1].groupby(times["trip"][::-1]).cummax()[::-1]
    inside = before & after
    problems.add(FILE, times.index[~inside], _("has no time, and the trip none before or behind it"))
    return times[inside]


def _interpolated(times: pd.DataFrame) -> pd.DataFrame:
    arrival, departure = (
        times["arrival_s"].to_numpy().astype(np.int64),
        times["departure_s"].to_numpy().astype(np.int64),
    )
    gaps = np.flatnonzero(arrival == NO_TIME)
    if not len(gaps):
        return times
    known = np.flatnonzero(arrival != NO_TIME)
    following = np.searchsorted(known, gaps)
    left, right = known[following - 1], known[following]
    along = times["along"].to_numpy()
    span = along[right] - along[left]
    by_distance = (along[gaps] - along[left]) / np.where(span > 0, span, np.nan)
    sound = (by_distance >= 0) & (by_distance <= 1)
    share = np.where(sound, by_distance, (gaps - left) / (right - left))
    made = np.rint(departure[left] + share * (arrival[right] - departure[left])).astype(np.int64)
    arrival[gaps], departure[gaps] = made, made
    return times.assign(arrival_s=arrival.astype(np.int32), departure_s=departure.astype(np.int32))


def _forward(times: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Leave out the fewest stops so that no trip's times run backwards."""
    arrival, departure = times["arrival_s"].to_numpy(), times["departure_s"].to_numpy()
    early = departure < arrival
    problems.add(FILE, times.index[early], _("departs before it arrives; the arrival counts"))
    departure = np.maximum(arrival, departure)
    trip = times["trip"].to_numpy()
    backwards = np.zeros(len(times), dtype=bool)
    backwards[1:] = (trip[1:] == trip[:-1]) & (arrival[1:] < departure[:-1])
    keep = np.ones(len(times), dtype=bool)
    for number in np.unique(trip[backwards]).tolist():
        start, end = np.searchsorted(trip, [number, number + 1])
        keep[start:end] = _longest_forward(arrival[start:end].tolist(), departure[start:end].tolist())
    problems.add(FILE, times.index[~keep], _("time runs backwards along its trip"))
    return times.assign(departure_s=departure)[keep]


def _longest_forward(arrival: list[int], departure: list[int]) -> list[bool]:
    """Which stops belong to the longest series whose times never run backwards.

    >>> _longest_forward([10, 90, 20, 30], [10, 90, 21, 30])
    [True, False, True, True]
    """
    tails: list[int] = []
    at_tail: list[int] = []
    before: list[int] = []
    for number, (come, go) in enumerate(zip(arrival, departure, strict=True)):
        length = bisect_right(tails, come)
        before.append(at_tail[length - 1] if length else -1)
        if length == len(tails):
            tails.append(go)
            at_tail.append(number)
        elif go < tails[length]:
            tails[length], at_tail[length] = go, number
    keep = [False] * len(arrival)
    number = at_tail[-1] if at_tail else -1
    while number >= 0:
        keep[number] = True
        number = before[number]
    return keep
