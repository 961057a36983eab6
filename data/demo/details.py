"""What makes lines into streets: surfaces, limits, sidewalks, crossings, a gate, one-way streets, a forbidden turn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from plane import Floats
from roads import Road
from settlements import Settlement
from streets import town_radius_m

_SURFACE = {"primary": "asphalt", "secondary": "asphalt", "tertiary": "asphalt"}
Point = tuple[float, float]


@dataclass
class Details:
    """Roads with all their tags, tagged points on them, and (from, via, to) positions of forbidden left turns."""

    roads: list[Road]
    points: dict[Point, dict[str, str]] = field(default_factory=dict)
    no_left: list[tuple[int, Point, int]] = field(default_factory=list)


def with_details(rng: np.random.Generator, roads: list[Road], places: list[Settlement]) -> Details:
    """The same roads, tagged as a careful mapper would, and here and there left untagged as usual."""
    towns = [place for place in places if place.kind == "town"]
    middles = np.array([town.at for town in towns])
    radii = np.array([town_radius_m(town) for town in towns])
    found = Details([])
    for road in roads:
        middle = road.line[len(road.line) // 2]
        in_town = bool((np.hypot(*(middles - middle).T) < radii).any())
        found.roads.append(Road(road.highway, road.line, _tags(rng, road, in_town=in_town)))
    _one_way(rng, found, towns[0])
    _gates(rng, found)
    _crossings(rng, found)
    _forbidden_turn(found, towns[0])
    found.roads += _footways(rng, found, towns)
    return found


def _tags(rng: np.random.Generator, road: Road, *, in_town: bool) -> dict[str, str]:
    tags = dict(road.tags)
    if road.highway in _SURFACE:
        tags.setdefault("surface", "asphalt" if road.highway != "tertiary" or rng.random() < 0.75 else "gravel")
        if in_town:
            tags |= {"maxspeed": "50", "sidewalk": "both", "lit": "yes"}
        elif road.highway == "tertiary" and tags["surface"] == "gravel":
            tags["maxspeed"] = "70"
        elif rng.random() < 0.6:
            tags["maxspeed"] = "90"
    elif road.highway == "unclassified" and "surface" not in tags:
        tags["surface"] = "asphalt" if rng.random() < 0.25 else "gravel"
        if rng.random() < 0.3:
            tags["maxspeed"] = "70"
    elif road.highway == "track" and "surface" not in tags:
        tags |= {
            "tracktype": f"grade{rng.integers(2, 5)}",
            "surface": ("gravel", "ground", "grass")[int(rng.integers(3))],
        }
    elif road.highway == "residential" and in_town and rng.random() < 0.7:
        tags["sidewalk"] = ("both", "right", "left", "no")[int(rng.integers(4))]
    return tags


def _one_way(rng: np.random.Generator, found: Details, town: Settlement) -> None:
    """A handful of narrow streets in the old middle."""
    near = [
        road for road in found.roads
        if road.highway == "residential" and np.hypot(*(road.line.mean(axis=0) - town.at)) < 420
    ]  # fmt: skip
    for at in sorted(rng.choice(len(near), min(5, len(near)), replace=False)):
        near[at].tags |= {"oneway": "yes", "oneway:bicycle": "no"}


def _gates(rng: np.random.Generator, found: Details) -> None:
    """A few farm ways are private behind a gate; forest ways have a boom."""
    lanes = [road for road in found.roads if road.highway in {"track", "service"} and len(road.line) > 3]
    for at in sorted(rng.choice(len(lanes), 14, replace=False)):
        x, y = lanes[at].line[1]
        private = rng.random() < 0.6
        if private:
            lanes[at].tags |= {"access": "private"}
        found.points[float(x), float(y)] = {"barrier": "gate" if private else "lift_gate"} | (
            {"access": "private"} if private else {}
        )


def _crossings(rng: np.random.Generator, found: Details) -> None:
    """Where streets of a town meet a main road there is a crossing, its kerb lowered, raised or not noted."""
    main = {(float(x), float(y)) for road in found.roads if road.highway in _SURFACE for x, y in road.line}
    for road in found.roads:
        if road.highway != "residential":
            continue
        for x, y in road.line:
            if (float(x), float(y)) in main and rng.random() < 0.6:
                kerb = ("lowered", "raised", "flush", "")[int(rng.integers(4))]
                found.points[float(x), float(y)] = {"highway": "crossing"} | ({"kerb": kerb} if kerb else {})


def _forbidden_turn(found: Details, town: Settlement) -> None:
    """One junction in the town where a street must not be left to the left into the main road."""
    ends = [
        (float(np.hypot(*(road.line[side] - town.at))), number, side)
        for number, road in enumerate(found.roads)
        if road.highway == "residential" and "oneway" not in road.tags
        for side in (0, -1)
    ]
    for _far, number, side in sorted(ends):
        street, point = found.roads[number], found.roads[number].line[side]
        for main in [road for road in found.roads if road.highway == "primary"]:
            at = np.flatnonzero((main.line[1:-1] == point).all(axis=1)) + 1
            if len(at):
                rest = Road(main.highway, main.line[int(at[0]) :], dict(main.tags))
                main.line = main.line[: int(at[0]) + 1]
                found.roads.append(rest)
                came = point - street.line[1 if side == 0 else -2]
                ahead = rest.line[1] - point
                to_left = came[0] * ahead[1] - came[1] * ahead[0] > 0
                left = rest if to_left else main
                target = next(place for place, road in enumerate(found.roads) if road is left)
                found.no_left.append((number, (float(point[0]), float(point[1])), target))
                return


def _footways(rng: np.random.Generator, found: Details, towns: list[Settlement]) -> list[Road]:
    """Short cuts on foot between neighbouring ends of streets; two of them have steps."""
    ways: list[Road] = []
    for town in towns:
        near = [
            road.line[side]
            for road in found.roads
            if road.highway == "residential"
            for side in (0, -1)
            if np.hypot(*(road.line[side] - town.at)) < town_radius_m(town)
        ]
        tree = shapely.STRtree(shapely.points(near))
        count = 0
        for number, start in enumerate(near):
            for other in np.sort(tree.query(shapely.Point(start), predicate="dwithin", distance=150)):
                away = float(np.hypot(*(near[other] - start)))
                if other > number and away > 60 and rng.random() < 0.25 and count < town.people / 250:
                    line: Floats = np.array(
                        [start, np.round((start + near[other]) / 2 + rng.normal(0, 4, 2), 3), near[other]]
                    )
                    ways.append(Road("footway", line, {"surface": "paving_stones", "bicycle": "yes"}))
                    count += 1
    for way in ways[:2]:
        way.highway, way.tags = "steps", {"surface": "concrete", "step_count": "18"}
    return ways
