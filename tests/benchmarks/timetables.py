"""How long timetables take to read, open and ask, beside gtfs_kit reading the same feeds in the same run.

Run by hand: ``python -m tests.benchmarks.timetables FEED.zip...``; without a feed a large one is made (20,000 trips,
420,000 stop times). Seconds of processor time, so that a busy machine matters less.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gtfs_kit
import numpy as np

from sempre_geo.region.gtfs import read_feed, read_gtfs
from sempre_geo.travel.journeys import DayRides, Doorsteps, Place, arrivals, depart_at
from sempre_geo.travel.timetable import service_day
from tests.timetable_files import clock, csv_text, timetable, write_zip

QUESTIONS = 200


def main(paths: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path in paths or [_large(Path(folder) / "large.zip")]:
            _measure(path, Path(folder) / "bundle")


def _measure(path: Path, bundle: Path) -> None:
    ours, feed = _timed(lambda: read_gtfs([path]))
    feed.write(bundle)
    opened, _feed = _timed(lambda: read_feed(bundle))
    middle = feed.span[0] + (feed.span[1] - feed.span[0]) / 2
    made, day = _timed(lambda: service_day(feed, middle))
    print(f"{path.name}: {len(feed.trips)} trips, {len(feed.stop_times)} stop times")
    print(f"  read and checked {ours:.2f} s ({_peer(path)}), open {opened:.2f} s")
    print(f"  day of {len(day.dep_s)} connections {made:.2f} s")
    _ask(DayRides(day))


def _peer(path: Path) -> str:
    """The same by gtfs_kit, which checks nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            theirs, _feed = _timed(lambda: gtfs_kit.read_feed(path, dist_units="km"))
        except (TypeError, ValueError) as error:
            return f"gtfs_kit cannot: {error}"
    return f"gtfs_kit {theirs:.2f} s unchecked"


def _ask(rides: DayRides) -> None:
    rng = np.random.default_rng(1)
    here, there = Place("here", None, None), Place("there", None, None)
    spent = []
    for question in range(QUESTIONS + 1):
        at = rng.integers(0, len(rides.day.stops), 2).astype(np.int32)
        steps = np.zeros(1, np.int32)
        ends = Doorsteps(at[:1], steps, at[1:], steps)
        moment = rides.day.moment(int(rng.integers(6, 20)) * 3600)
        journey, _found = _timed(lambda e=ends, m=moment: depart_at(rides, e, m, origin=here, destination=there))
        leave_s = rides.day.seconds(moment)
        one_to_all, _off = _timed(lambda a=at[:1], w=steps, s=leave_s: arrivals(rides, a, w, s))
        if question:  # the first one loads the compiled code
            spent.append((journey, one_to_all))
    journey_s, all_s = np.median(np.array(spent), axis=0)
    print(f"  medians of {QUESTIONS}: a journey {journey_s * 1000:.1f} ms, to all stops {all_s * 1000:.2f} ms")


def _timed(job: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = job()
    return time.process_time() - start, result


def _large(path: Path) -> Path:
    rng = np.random.default_rng(0)
    stops = [f"s{n}" for n in range(4000)]
    places = {stop: (24 + rng.random() * 2, 56.5 + rng.random()) for stop in stops}
    rows = []
    for trip in range(20_000):
        start, line = int(rng.integers(5 * 3600, 22 * 3600)), (trip % 400) * 10
        for at, stop in enumerate(stops[line : line + 21]):
            rows.append((f"t{trip}", clock(start + 120 * at), clock(start + 120 * at), stop, at))
    tables = timetable({f"t{trip}": [] for trip in range(20_000)}, places=places)
    tables["stop_times"] = csv_text("trip_id,arrival_time,departure_time,stop_id,stop_sequence", rows)
    return write_zip(path, tables)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
