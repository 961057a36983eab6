"""Visits of pairs of home and service as one would have to find them with ferrobus; run by ``visits.py``.

Reads a question as JSON on standard input and answers on standard output; needs only ferrobus.
"""

from __future__ import annotations

import json
import sys
import time
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import ferrobus

DAY = (6 * 3600, 22 * 3600)
MOST_TRANSFERS = 5
NOON_SAMPLES = (7 * 3600, 8 * 3600, 9 * 3600 + 1800, 12 * 3600, 15 * 3600)


def main() -> None:
    """There and back for each pair, and one-way times at a few departures."""
    question = json.load(sys.stdin)
    folder = Path(question["osm"]).parent / "feed"
    with zipfile.ZipFile(question["gtfs"]) as archive:
        archive.extractall(folder)
    model = ferrobus.create_transit_model(
        question["osm"], [str(folder)], date.fromisoformat(question["day"]), question["change_s"]
    )
    walk = int(question["walk_s"])
    point = {}
    for kind, row in (("homes", 0), ("services", 1)):
        for pair in question["pairs"]:
            lon, lat = question[kind][pair[row]]
            with suppress(ValueError):  # too far from the network to be snapped: left out and counted
                point[kind, pair[row]] = ferrobus.create_transit_point(lat, lon, model, walk, 50)
    pairs = [pair for pair in question["pairs"] if ("homes", pair[0]) in point and ("services", pair[1]) in point]
    start = time.perf_counter()
    for home, service in pairs:
        there = ferrobus.range_multimodal_routing(
            model, point["homes", home], point["services", service], DAY, MOST_TRANSFERS
        )
        back = ferrobus.range_multimodal_routing(
            model, point["services", service], point["homes", home], DAY, MOST_TRANSFERS
        )
        best(there, back)
    seconds = time.perf_counter() - start
    found = []
    for home, service in pairs:
        routes = [
            ferrobus.find_routes_one_to_many(
                model, point["homes", home], [point["services", service]], at, MOST_TRANSFERS
            )[0]
            for at in NOON_SAMPLES
        ]
        found.append((NOON_SAMPLES, [None if route is None else route["travel_time_seconds"] for route in routes]))
    json.dump({"seconds": seconds, "there": found, "pairs": pairs}, sys.stdout)


def best(there, back) -> int | None:
    """The least time away with an hour's stay between 9 and 16."""
    ways_back = sorted(zip(back.departure_times(), back.travel_times(), strict=True))
    least = None
    for leave, takes in zip(there.departure_times(), there.travel_times(), strict=True):
        end = max(leave + takes, 9 * 3600) + 3600
        if end > 16 * 3600:
            continue
        homes = [at + time_back for at, time_back in ways_back if at >= end]
        if homes and (least is None or min(homes) - leave < least):
            least = min(homes) - leave
    return least


if __name__ == "__main__":
    main()
