"""Three places on one motor road that nobody may walk, and a bus between two of them; written as real files."""

from __future__ import annotations

from pathlib import Path

import osmium

from tests.timetable_files import csv_text, timetable, write_zip

LAT = 57.6
WEST, EAST, FAR = 25.00, 25.40, 25.70
"""Where the street of each place begins; each is 0.02 degrees (1.2 km) long and its stop in the middle."""
STOPS = {
    "w": (WEST + 0.01, LAT),
    "e": (EAST + 0.01, LAT),
    "q": (EAST + 0.02, LAT + 0.308),
    "i": (EAST + 0.02, LAT + 0.32),
}


def write_valley(path: Path) -> Path:
    """The streets, a house in each place, and a ferry line to an island north of the eastern place."""
    with osmium.SimpleWriter(str(path), overwrite=True) as out:
        places = [(west + 0.005 * step, LAT) for west in (WEST, EAST, FAR) for step in range(5)]
        island = [(EAST + 0.02, LAT + 0.30 + 0.01 * step) for step in range(4)]
        houses = [(lon + dx, lat + 0.001 + dy) for lon, lat in (places[0], places[5], places[10])
                  for dx, dy in ((0, 0), (0.0003, 0), (0.0003, 0.0002), (0, 0.0002))]  # fmt: skip
        for number, place in enumerate([*places, *island, *houses], start=1):
            out.add_node(osmium.osm.mutable.Node(id=number, location=place))
        out.add_node(osmium.osm.mutable.Node(id=99, location=places[0], tags={"place": "village", "name": "Rieti",
                                                                              "population": "90"}))  # fmt: skip
        ways = [
            ([1, 2, 3, 4, 5], {"highway": "residential"}), ([6, 7, 8, 9, 10], {"highway": "residential"}),
            ([11, 12, 13, 14, 15], {"highway": "residential"}),
            ([5, 6], {"highway": "trunk", "motorroad": "yes"}), ([10, 11], {"highway": "trunk", "motorroad": "yes"}),
            ([16, 17], {"highway": "residential"}), ([18, 19], {"highway": "residential"}),
            ([17, 18], {"route": "ferry", "foot": "yes", "duration": "00:10"}),
            *(([n, n + 1, n + 2, n + 3, n], {"building": "house"}) for n in (20, 24, 28)),
        ]  # fmt: skip
        for number, (nodes, tags) in enumerate(ways, start=1):
            out.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path


def write_valley_bus(path: Path) -> Path:
    """Two buses a day each way on working days in 2026, the second to be booked; a ferry on Fridays."""
    calls = {
        "out1": [("w", "07:10:00"), ("e", "07:50:00")], "out2": [("w", "13:40:00"), ("e", "14:20:00")],
        "back1": [("e", "09:00:00"), ("w", "09:40:00")], "back2": [("e", "16:00:00"), ("w", "16:40:00")],
        "boat": [("q", "10:00:00"), ("i", "10:20:00")],
    }  # fmt: skip
    tables = timetable(calls, places=STOPS)
    tables["calendar"] = csv_text(
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
        [("work", 1, 1, 1, 1, 1, 0, 0, 20260101, 20261231), ("fri", 0, 0, 0, 0, 1, 0, 0, 20260101, 20261231)],
    )
    tables["routes"] = csv_text(
        "route_id,agency_id,route_short_name,route_type", [("R", "A", "7", 3), ("F", "A", "Island ferry", 4)]
    )
    tables["trips"] = csv_text(
        "route_id,service_id,trip_id,trip_headsign",
        [("F" if trip == "boat" else "R", "fri" if trip == "boat" else "work", trip, "Centre") for trip in calls],
    )
    tables["stop_times"] = csv_text(
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type",
        [(trip, time, time, stop, at, 2 if trip == "out2" else 0)
         for trip, row in calls.items() for at, (stop, time) in enumerate(row)],
    )  # fmt: skip
    return write_zip(path, tables)
