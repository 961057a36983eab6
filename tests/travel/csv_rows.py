"""A timetable's own rows, read with nothing but the standard library: what rides are checked against."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path


class CsvRows:
    """Stop times as they stand in a zip, read with nothing but the standard library."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.tables = {
                name: list(csv.DictReader(io.TextIOWrapper(archive.open(f"{name}.txt"), "utf-8-sig")))
                for name in ("stop_times", "trips", "calendar")
            } | {
                name: list(csv.DictReader(io.TextIOWrapper(archive.open(f"{name}.txt"), "utf-8-sig")))
                for name in ("calendar_dates", "frequencies")
                if f"{name}.txt" in archive.namelist()
            }
        self.calls: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.tables["stop_times"]:
            self.calls[row["trip_id"]].append(row)
        for rows in self.calls.values():
            rows.sort(key=lambda row: int(row["stop_sequence"]))
        self.starts: dict[str, set[int]] = defaultdict(set)
        for row in self.tables.get("frequencies", []):
            each = range(_seconds(row["start_time"]), _seconds(row["end_time"]), int(row["headway_secs"]))
            self.starts[row["trip_id"]].update(each)
        self.service = {row["trip_id"]: row["service_id"] for row in self.tables["trips"]}

    def runs_on(self, trip: str, day: date) -> bool:
        service, text = self.service[trip], day.strftime("%Y%m%d")
        for row in self.tables.get("calendar_dates", []):
            if row["service_id"] == service and row["date"] == text:
                return row["exception_type"] == "1"
        return any(
            row["service_id"] == service
            and row["start_date"] <= text <= row["end_date"]
            and row[f"{day:%A}".lower()] == "1"
            for row in self.tables["calendar"]
        )

    def has_ride(self, trip: str, start: tuple[str, datetime], end: tuple[str, datetime]) -> bool:
        """Whether the trip really leaves one stop and later reaches the other at these local times."""
        calls = self.calls[trip]
        first = _seconds(calls[0]["departure_time"])
        for day in (start[1].date(), start[1].date() - timedelta(days=1)):
            midnight = datetime.combine(day, datetime.min.time(), tzinfo=start[1].tzinfo)
            for shift in {each - first for each in self.starts[trip]} or {0}:
                left = [
                    int(c["stop_sequence"]) for c in calls
                    if c["stop_id"] == start[0] and c.get("pickup_type") != "1"
                    and midnight + timedelta(seconds=_seconds(c["departure_time"]) + shift) == start[1]
                ]  # fmt: skip
                there = [
                    int(c["stop_sequence"]) for c in calls
                    if c["stop_id"] == end[0] and c.get("drop_off_type") != "1"
                    and midnight + timedelta(seconds=_seconds(c["arrival_time"]) + shift) == end[1]
                ]  # fmt: skip
                if left and there and min(left) < max(there) and self.runs_on(trip, day):
                    return True
        return False


def _seconds(text: str) -> int:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + seconds
