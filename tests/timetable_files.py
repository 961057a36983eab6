"""Timetables that tests write themselves as GTFS folders and zips, from a few words."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = tuple[object, ...]
AGENCY = "agency_id,agency_name,agency_url,agency_timezone\nA,Bus,http://bus.example,Europe/Riga\n"
CALENDAR = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "all,1,1,1,1,1,1,1,20260101,20261231\n"
)


def csv_text(header: str, rows: Sequence[Row]) -> str:
    """A table as GTFS writes it."""
    return "\n".join([header, *(",".join("" if cell is None else str(cell) for cell in row) for row in rows)]) + "\n"


def clock(seconds: int) -> str:
    """Seconds as HH:MM:SS, hours beyond 24 allowed."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def timetable(
    trips: Mapping[str, Sequence[tuple[str, str]]],
    *,
    places: Mapping[str, tuple[float, float]] | None = None,
    more: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Tables of a feed: each trip a list of (stop, time); stops are 10 km apart unless placed; ``more`` replaces."""
    stops = list(dict.fromkeys(stop for calls in trips.values() for stop, _time in calls))
    where = {stop: (24.0 + 0.16 * at, 57.0) for at, stop in enumerate(stops)} | dict(places or {})
    return {
        "agency": AGENCY,
        "calendar": CALENDAR,
        "routes": csv_text("route_id,agency_id,route_short_name,route_type", [("R", "A", "7", 3)]),
        "stops": csv_text("stop_id,stop_name,stop_lon,stop_lat", [(s, f"Stop {s}", *where[s]) for s in where]),
        "trips": csv_text("route_id,service_id,trip_id", [("R", "all", trip) for trip in trips]),
        "stop_times": csv_text(
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
            [(trip, time, time, stop, at) for trip, calls in trips.items() for at, (stop, time) in enumerate(calls)],
        ),
    } | dict(more or {})


def write_folder(folder: Path, tables: Mapping[str, str | bytes]) -> Path:
    """Write tables as a GTFS folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def write_zip(path: Path, tables: Mapping[str, str | bytes], *, inside: str = "") -> Path:
    """Write tables as a GTFS zip and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(f"{inside}{name}.txt", text)
    return path
