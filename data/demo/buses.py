"""Stops and timetable: lines laid along the roads, times from the distance, everything in the GTFS format."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from bus_lines import BUS_LINES, FERRY_MIN, KEPT_FREE, KEPT_FREE_M, LINES, VALLEYS, Line
from calendar_days import FIRST, LAST, SERVICES, calendar_rows
from names import in_both
from plane import Floats, to_degrees
from roads import Road
from scipy import sparse
from scipy.sparse import csgraph
from services import Service
from settlements import Settlement

_KMH = {"primary": 62.0, "secondary": 55.0, "tertiary": 46.0, "unclassified": 36.0, "residential": 24.0}
_DWELL_S = 25.0
_NEAR_M = 160.0
_TURN_OFF_M, _APART_M = 2200.0, 1500.0
_ZIP_DATE = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Stop:
    """A stop on a road; ``node`` is its place in the road graph."""

    stop_id: str
    names: dict[str, str]
    at: tuple[float, float]
    node: int
    wheelchair: str


@dataclass(frozen=True)
class Laid:
    """A line on the ground: its stops in order, seconds from the first, and its course."""

    line: Line
    stops: tuple[Stop, ...]
    seconds: tuple[float, ...]
    course: Floats


class RoadGraph:
    """The roads a bus may use, with the time it needs."""

    def __init__(self, roads: list[Road]) -> None:
        number: dict[tuple[float, float], int] = {}
        tails, heads, seconds = [], [], []
        for road in roads:
            if road.highway not in _KMH or "ice_road" in road.tags:
                continue
            ids = [number.setdefault((float(x), float(y)), len(number)) for x, y in road.line]
            metres = np.hypot(*np.diff(road.line, axis=0).T)
            tails += ids[:-1]
            heads += ids[1:]
            seconds += list(metres / (_KMH[road.highway] / 3.6))
        self.points = np.array(list(number))
        self.graph = sparse.csr_matrix((seconds, (tails, heads)), shape=(len(number), len(number)))

    def nearest(self, x: float, y: float) -> int:
        """The graph's point nearest to a place."""
        return int(np.argmin(np.hypot(self.points[:, 0] - x, self.points[:, 1] - y)))

    def way(self, nodes: list[int]) -> tuple[list[int], Floats]:
        """The quickest way through points in order: its nodes, and the seconds at each."""
        path, at = [nodes[0]], [0.0]
        for start, end in pairwise(nodes):
            cost, before = csgraph.dijkstra(self.graph, directed=False, indices=start, return_predecessors=True)
            leg = [end]
            while leg[-1] != start:
                leg.append(int(before[leg[-1]]))
            leg.reverse()
            base = at[-1]
            path += leg[1:]
            at += [base + float(cost[node]) for node in leg[1:]]
        return path, np.round(np.array(at), 3)


def make_stops(
    rng: np.random.Generator, graph: RoadGraph, places: list[Settlement], services: list[Service]
) -> dict[str, Stop]:
    """One stop in every village; the town has a bus station, the hospital and a ring of six."""
    stops: dict[str, Stop] = {}
    for place in places:
        if place.kind == "isolated_dwelling":
            continue
        node = graph.nearest(place.x, place.y)
        names = in_both(place.name, north=place.north)
        if place.kind == "town":
            names = _with_word(names, "bussijaam", "autoosta", north=place.north)
        wheel = "1" if place.kind == "town" else ("0", "0", "1", "2")[int(rng.integers(4))]
        stops[place.name] = _stop(graph, node, names, wheel, number=len(stops) + 1)
    town = places[0]
    hospital = next(one for one in services if one.kind == "hospital")
    ring = [(hospital.x, hospital.y)] + [
        (town.x + 560 * math.cos(turn), town.y + 520 * math.sin(turn)) for turn in np.arange(6) * math.pi / 3
    ]
    words = [("haigla", "slimnīca"), ("Ida", "Austrumi"), ("Kirde", "Ziemeļaustrumi"), ("Loode", "Ziemeļrietumi"),
             ("Lääs", "Rietumi"), ("Edel", "Dienvidrietumi"), ("Kagu", "Dienvidaustrumi")]  # fmt: skip
    for (x, y), (north_word, south_word) in zip(ring, words, strict=True):
        names = _with_word(in_both(town.name, north=True), north_word, south_word, north=True)
        stops[f"{town.name} {north_word}"] = _stop(graph, graph.nearest(x, y), names, "1", number=len(stops) + 1)
    for name, (north_word, south_word) in {"Linnuranna": ("sadam", "osta"), "Pikksaare": ("sadam", "osta")}.items():
        other = stops[name]
        quay = _with_word(other.names, north_word, south_word, north=True)
        at = (other.at[0] + 14.0, other.at[1] + 10.0)
        stops[f"{name} {north_word}"] = Stop(f"D{len(stops) + 1:03d}", quay, at, other.node, "1")
    return stops


def _with_word(names: dict[str, str], north_word: str, south_word: str, *, north: bool) -> dict[str, str]:
    both = {"name:et": f"{names['name:et']} {north_word}", "name:lv": f"{names['name:lv']} {south_word}"}
    return {"name": both["name:et" if north else "name:lv"], **both}


def _stop(graph: RoadGraph, node: int, names: dict[str, str], wheelchair: str, *, number: int) -> Stop:
    x, y = graph.points[node]
    return Stop(f"D{number:03d}", names, (round(x + 4.0, 3), round(y + 3.0, 3)), node, wheelchair)


def lay_lines(graph: RoadGraph, places: list[Settlement], stops: dict[str, Stop]) -> list[Laid]:
    """The operator's lines, then one for each far valley still without a bus, up to the number there is money for."""
    laid = [_lay(line, graph, places, stops) for line in LINES]
    busy = {stop.stop_id for one in laid for stop in one.stops}
    free = {place.name for place in places if place.name in stops and place.kind != "town"} - _kept_free(places)
    far = Distances(graph, stops)
    number = 26
    while sum(not one.line.ferry for one in laid) < BUS_LINES:
        waiting = {p.name: p.people for p in places if p.name in free and stops[p.name].stop_id not in busy}
        via = far.valley(waiting, towns=[p.name for p in places if p.kind == "town"])
        line = Line(str(number), via, VALLEYS[number % len(VALLEYS)], wheelchair="12"[number % 2])
        one = _lay(line, graph, places, stops)
        if {stop.stop_id for stop in one.stops} & {stops[name].stop_id for name in KEPT_FREE}:
            free -= {via[0]}
            continue
        laid.append(one)
        busy |= {stop.stop_id for stop in one.stops}
        number += 1
    return sorted(laid, key=lambda one: (one.line.ferry, int(one.line.number) if not one.line.ferry else 0))


def _kept_free(places: list[Settlement]) -> set[str]:
    """Places so near to a planted case that no further line may begin there."""
    middle = {place.name: np.array(place.at) for place in places}
    return {
        place.name
        for place in places
        if any(np.hypot(*(middle[place.name] - middle[name])) < KEPT_FREE_M for name in KEPT_FREE)
    }


class Distances:
    """Minutes by bus between all villages, and the round that serves a valley best."""

    def __init__(self, graph: RoadGraph, stops: dict[str, Stop]) -> None:
        self._names = list(stops)
        self._at = {name: at for at, name in enumerate(self._names)}
        nodes = [stop.node for stop in stops.values()]
        self._min = np.round(csgraph.dijkstra(graph.graph, directed=False, indices=nodes)[:, nodes] / 60, 6)

    def minutes(self, start: str, end: str) -> float:
        """Driving minutes from one stop to another."""
        return float(self._min[self._at[start], self._at[end]])

    def valley(self, waiting: dict[str, int], *, towns: list[str]) -> tuple[str, ...]:
        """From the farthest large unserved village to its nearest town, by way of others that lie nearly on it."""
        nearest = {name: min(towns, key=lambda town: self.minutes(name, town)) for name in waiting}
        start = max(waiting, key=lambda name: min(self.minutes(name, nearest[name]), 40) * waiting[name] ** 0.6)
        via = [start, nearest[start]]
        rest = dict(waiting)
        for _more in range(4):
            rest.pop(via[-2], None)
            options = [
                (rest[name] / (2 + detour), name, place)
                for name in rest
                if name not in via
                for place in range(1, len(via))
                if (detour := self._detour(via, name, place)) < 8
            ]
            if not options:
                break
            _worth, name, place = max(options)
            via.insert(place, name)
        return tuple(via)

    def _detour(self, via: list[str], name: str, place: int) -> float:
        before, after = via[place - 1], via[place]
        return self.minutes(before, name) + self.minutes(name, after) - self.minutes(before, after)


def _lay(line: Line, graph: RoadGraph, places: list[Settlement], stops: dict[str, Stop]) -> Laid:
    if line.ferry:
        ends = tuple(stops[f"{name} sadam"] for name in line.via)
        return Laid(line, ends, (0.0, FERRY_MIN * 60.0), graph.points[[stop.node for stop in ends]])
    if len(line.via) == 1:
        ring = [stop for name, stop in stops.items() if name.startswith(f"{line.via[0]} ")]
        turn = [stops[line.via[0]], ring[0], *ring[1:], stops[line.via[0]]]
        path, at = graph.way([stop.node for stop in turn])
        where = [0]
        for stop in turn[1:]:
            where.append(path.index(stop.node, where[-1]))
        return Laid(line, tuple(turn), _with_dwell(at[where]), graph.points[path])
    path, at = graph.way([stops[name].node for name in line.via])
    course = graph.points[path]
    calls = _calls(course, path, places=places, stops=stops, graph=graph)
    order = sorted(calls)
    return Laid(line, tuple(calls[n] for n in order), _with_dwell(at[order] - at[order[0]]), course)


def _calls(
    course: Floats, path: list[int], *, places: list[Settlement], stops: dict[str, Stop], graph: RoadGraph
) -> dict[int, Stop]:
    """Where along its course a line stops: in villages, and at the turn-offs to villages that lie beside it."""
    calls: dict[int, Stop] = {}
    aside = []
    for place in places:
        if place.name in stops:
            far = np.hypot(*(course - graph.points[stops[place.name].node]).T)
            if far.min() < _NEAR_M:
                calls.setdefault(int(far.argmin()), stops[place.name])
            elif far.min() < _TURN_OFF_M and place.kind != "town" and place.name not in KEPT_FREE:
                aside.append((float(far.min()), int(far.argmin()), place))
    for _far, at, place in sorted(aside, key=lambda one: one[0]):
        here = graph.points[path[at]]
        if all(np.hypot(*(course[other] - here)) > _APART_M for other in calls):
            calls[at] = _turn_off(place, path[at], graph=graph, stops=stops)
    return calls


def _turn_off(place: Settlement, node: int, *, graph: RoadGraph, stops: dict[str, Stop]) -> Stop:
    """The stop at a village's turn-off; lines that pass the same point share it."""
    key = f"{place.name}@{node}"
    if key not in stops:
        names = _with_word(in_both(place.name, north=place.north), "teerist", "pagrieziens", north=place.north)
        stops[key] = _stop(graph, node, names, "0", number=len(stops) + 1)
    return stops[key]


def _with_dwell(seconds: Floats) -> tuple[float, ...]:
    return tuple((seconds + _DWELL_S * np.arange(len(seconds))).tolist())


def write_gtfs(laid: list[Laid], path: Path) -> dict[str, int]:
    """The timetable as a zip; only stops that some line calls at."""
    used = {stop.stop_id: stop for one in laid for stop in one.stops}
    trips, times = _trips(laid)
    rules, changes = calendar_rows()
    tables = {
        "agency.txt": [_AGENCY], "feed_info.txt": [_feed_info()],
        "stops.txt": [_stop_row(used[key]) for key in sorted(used)],
        "routes.txt": [_route_row(one) for one in laid], "trips.txt": trips, "stop_times.txt": times,
        "calendar.txt": rules, "calendar_dates.txt": changes, "shapes.txt": list(_shape_rows(laid)),
        "fare_attributes.txt": _FARES, "attributions.txt": [_ATTRIBUTION],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            text = io.StringIO()
            writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), text.getvalue().encode(), zipfile.ZIP_DEFLATED, 9)
    return {name.removesuffix(".txt"): len(rows) for name, rows in tables.items()}


_AGENCY = {
    "agency_id": "DEMO", "agency_name": "Metsamaa buses (fictional)", "agency_url": "https://example.org/",
    "agency_timezone": "Europe/Riga", "agency_lang": "en",
}  # fmt: skip
_FARES = [
    {"fare_id": "ride", "price": "1.80", "currency_type": "EUR", "payment_method": "0", "transfers": "1"},
    {"fare_id": "ferry", "price": "3.00", "currency_type": "EUR", "payment_method": "0", "transfers": "0"},
]
_ATTRIBUTION = {"attribution_id": "1", "organization_name": "sempre_geo: an invented timetable", "is_producer": "1"}


def _feed_info() -> dict[str, str]:
    return {
        "feed_publisher_name": "sempre_geo (fictional county of Metsamaa)",
        "feed_publisher_url": "https://example.org/",
        "feed_lang": "mul", "feed_start_date": f"{FIRST:%Y%m%d}", "feed_end_date": f"{LAST:%Y%m%d}",
        "feed_version": "1",
    }  # fmt: skip


def _stop_row(stop: Stop) -> dict[str, str]:
    lon, lat = to_degrees(np.array([stop.at]))[0]
    return {
        "stop_id": stop.stop_id, "stop_name": stop.names["name"], "stop_lat": f"{lat:.7f}", "stop_lon": f"{lon:.7f}",
        "location_type": "0", "wheelchair_boarding": stop.wheelchair,
    }  # fmt: skip


def _route_row(one: Laid) -> dict[str, str]:
    first, last = one.stops[0].names["name"], one.stops[-1].names["name"]
    return {
        "route_id": f"L{one.line.number}", "agency_id": "DEMO", "route_short_name": one.line.number,
        "route_long_name": f"{first} - {last}", "route_type": "4" if one.line.ferry else "3",
    }  # fmt: skip


def _trips(laid: list[Laid]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    trips: list[dict[str, str]] = []
    times: list[dict[str, str]] = []
    for one in laid:
        for service, starts in one.line.times.items():
            for way, departures in enumerate(starts):
                stops, seconds = one.stops, np.array(one.seconds)
                if way:
                    stops, seconds = stops[::-1], seconds[-1] - seconds[::-1]
                for start in departures.split():
                    name = f"L{one.line.number}-{SERVICES[service].lower()}-{way}-{start.replace(':', '')}"
                    trips.append(_trip_row(one, name, service=SERVICES[service], way=way, to=stops[-1]))
                    times += _time_rows(one.line, name, start, stops=stops, seconds=seconds)
    return trips, times


def _trip_row(one: Laid, name: str, *, service: str, way: int, to: Stop) -> dict[str, str]:
    return {
        "route_id": f"L{one.line.number}", "service_id": service, "trip_id": name, "trip_headsign": to.names["name"],
        "direction_id": str(way), "wheelchair_accessible": one.line.wheelchair,
        "bikes_allowed": "1" if one.line.ferry else "0",
        "shape_id": f"L{one.line.number}-{way}",
    }  # fmt: skip


def _time_rows(
    line: Line, name: str, start: str, *, stops: tuple[Stop, ...], seconds: Floats
) -> Iterable[dict[str, str]]:
    hour, minute = start.split(":")
    at = int(hour) * 60 + int(minute)
    booked = "2" if line.on_demand else "0"
    before = at - 1
    for number, (stop, after) in enumerate(zip(stops, seconds, strict=True), start=1):
        before = max(before + 1, at + math.ceil(round(float(after) / 60, 6)))
        clock = f"{before // 60:02d}:{before % 60:02d}:00"
        yield {
            "trip_id": name, "arrival_time": clock, "departure_time": clock, "stop_id": stop.stop_id,
            "stop_sequence": str(number), "pickup_type": booked, "drop_off_type": "0",
        }  # fmt: skip


def _shape_rows(laid: list[Laid]) -> Iterable[dict[str, str]]:
    for one in laid:
        line = to_degrees(shapely.get_coordinates(shapely.simplify(shapely.linestrings(one.course), 12)))
        for way, points in enumerate((line, line[::-1])):
            for number, (lon, lat) in enumerate(points, start=1):
                yield {
                    "shape_id": f"L{one.line.number}-{way}", "shape_pt_lat": f"{lat:.5f}",
                    "shape_pt_lon": f"{lon:.5f}",
                    "shape_pt_sequence": str(number),
                }  # fmt: skip
