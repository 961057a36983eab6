"""How fast each mode goes on a way, from its OpenStreetMap tags.

Every table here is meant to be read by a planner; ``docs/streets.md`` says where the numbers come from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sempre_geo.region.countries import Country
from sempre_geo.region.osm_ferries import minutes_of_duration
from sempre_geo.travel.access import MODES, OPEN, Mode, Tags, directions, told_open, way_access

__all__ = ["MODES", "Mode", "WaySpeed", "limit_kmh", "minutes_of_duration", "way_speed"]

WALK_KMH = 5.1
WHEELCHAIR_KMH = 4.0
BIKE_KMH = 18.0
FERRY_KMH = 15.0
FERRY_BOARDING_S = 600.0
MPH_KMH = 1.609344
_CAR_KMH = {
    "motorway": 105.0, "motorway_link": 60.0, "trunk": 90.0, "trunk_link": 55.0, "primary": 75.0, "primary_link": 50.0,
    "secondary": 60.0, "secondary_link": 45.0, "tertiary": 50.0, "tertiary_link": 40.0, "unclassified": 40.0,
    "residential": 35.0, "road": 35.0, "living_street": 10.0, "service": 15.0, "track": 10.0,
}  # fmt: skip
# Ways made for others, on which a tag may let cars in all the same.
_CAR_GUEST_KMH = dict.fromkeys(("pedestrian", "path", "footway", "cycleway", "bridleway"), 8.0)
_WALKING_PACE_KMH = 7.0
_LIVING_STREET_KMH = dict.fromkeys(("EE", "LV", "LT", "FI", "PL", "LI", "demo"), 20.0) | {"DK": 15.0}
_EXPRESSWAY_BONUS_KMH = 20.0  # "expressway" and "trunk" stand between the rural and the motorway limit
# A share below 1 on main roads: riders without a path of their own go slower there, or take the quieter way round.
_BIKE_GUEST = frozenset({"path", "footway", "bridleway", "track", "pedestrian", "motorway", "trunk"})
_BIKE_SHARE = {
    "primary": 0.75, "primary_link": 0.75, "secondary": 0.8, "secondary_link": 0.8, "tertiary": 0.95,
    "motorway": 0.0, "motorway_link": 0.0, "trunk": 0.7, "trunk_link": 0.7, "steps": 0.0, "path": 0.75,
    "footway": 0.6, "pedestrian": 0.5, "bridleway": 0.5, "track": 0.7, "living_street": 0.85, "service": 0.85,
    "cycleway": 1.0,
}  # fmt: skip
_WALK_SHARE = {"motorway": 0.0, "motorway_link": 0.0, "steps": 0.6}
_KNOWN_HIGHWAYS = set(_CAR_KMH) | set(_BIKE_SHARE) | {"corridor"}
_TRACK_SHARE = {"grade1": 1.0, "grade2": 0.9, "grade3": 0.75, "grade4": 0.6, "grade5": 0.5}
_PAVED = frozenset({
    "paved", "asphalt", "concrete", "paving_stones", "concrete:plates", "concrete:lanes", "metal", "wood", "chipseal",
})  # fmt: skip
_ROUGH = frozenset({
    "cobblestone", "sett", "unhewn_cobblestone", "pebblestone", "ground", "earth", "dirt", "grass", "mud", "sand",
    "rock", "snow", "woodchips", "gravel",
})  # fmt: skip
_SLOW_BY_KIND = frozenset({"service", "track", "living_street", *_CAR_GUEST_KMH})
_BAD_GOING = frozenset({"bad", "very_bad", "horrible", "very_horrible", "impassable"})
_BAD_TRACKS = frozenset({"grade3", "grade4", "grade5"})
_STEEP_PERCENT = 8.0
_CAR_ROUGH_KMH = 30.0
_CAR_UNPAVED_KMH = 60.0
_TURN_LOSS = 0.97  # bends, junctions and yielding cost a little of the posted speed, in the mean over a way


@dataclass(frozen=True)
class WaySpeed:
    """Speed along and against a way in km/h, 0 where the mode may not go.

    ``ends_only`` ways may begin or end a trip, never carry it through. ``uncertain`` is true where a
    wheelchair's way is not tagged either way. ``minutes`` is a ferry's crossing time where it is tagged.
    """

    forward_kmh: float = 0.0
    backward_kmh: float = 0.0
    ends_only: bool = False
    uncertain: bool = False
    minutes: float | None = None
    boarding_s: float = 0.0


@dataclass(frozen=True)
class _Place:
    """Where a way lies, as far as it bears on speed."""

    country: Country
    built_up: bool


CLOSED = WaySpeed()


def way_speed(tags: Tags, *, mode: Mode, country: Country, day: date | None = None, built_up: bool = False) -> WaySpeed:
    """The speed of a mode on a way with these tags.

    Ice and winter roads are closed unless ``day`` lies in their season; without a day they are closed.

    Examples
    --------
    >>> from sempre_geo.settings import read_settings
    >>> from sempre_geo.region.countries import read_country
    >>> latvia = read_country("LV", read_settings())
    >>> way_speed({"highway": "steps"}, mode="car", country=latvia)
    WaySpeed(forward_kmh=0.0, backward_kmh=0.0, ends_only=False, uncertain=False, minutes=None, boarding_s=0.0)
    >>> way_speed({"highway": "residential", "oneway": "yes"}, mode="walk", country=latvia).backward_kmh
    5.1
    """
    access = way_access(tags, mode, day=day)
    if access == "no":
        return CLOSED
    if tags.get("route") == "ferry":
        return _ferry(tags, mode=mode, ends_only=access == "ends")
    if tags.get("highway") not in _KNOWN_HIGHWAYS:
        return CLOSED
    kmh, uncertain = _RULES[mode](tags, _Place(country, built_up))
    along, against = directions(tags, mode)
    return WaySpeed(kmh * along, kmh * against, ends_only=access == "ends", uncertain=uncertain)


def limit_kmh(tags: Tags, *, country: Country) -> float | None:
    """The posted or implicit speed limit in km/h; None where neither is known.

    >>> from sempre_geo.settings import read_settings
    >>> from sempre_geo.region.countries import read_country
    >>> latvia = read_country("LV", read_settings())
    >>> limit_kmh({"maxspeed": "LV:rural"}, country=latvia)
    90.0
    >>> round(limit_kmh({"maxspeed": "30 mph"}, country=latvia), 1)
    48.3
    >>> limit_kmh({"maxspeed": "signals"}, country=latvia) is None
    True
    """
    for key in ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic"):
        found = _limit(tags.get(key), country)
        if found is not None:
            return found
    return None


def _limit(text: str | None, country: Country) -> float | None:
    text = (text or "").strip().lower()
    if match := re.match(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?(?:$|[;|\s])", text):
        return float(match[1]) * (MPH_KMH if match[2] == "mph" else 1.0)
    zone = text.rpartition(":")[2]
    if match := re.fullmatch(r"(?:zone:?)?(\d+)", zone):
        return float(match[1])
    express = min(country.rural_kmh + _EXPRESSWAY_BONUS_KMH, country.motorway_kmh)
    return {
        "walk": _WALKING_PACE_KMH,
        "living_street": _LIVING_STREET_KMH.get(country.code, _WALKING_PACE_KMH),
        "bicycle_road": 30.0,
        "trunk": express,
        "expressway": express,
        "urban": country.urban_kmh,
        "rural": country.rural_kmh,
        "motorway": country.motorway_kmh,
        "none": country.motorway_kmh,
    }.get(zone)


def _car(tags: Tags, place: _Place) -> tuple[float, bool]:
    highway, surface = tags.get("highway", ""), tags.get("surface", "")
    speed = _CAR_KMH.get(highway, _CAR_GUEST_KMH.get(highway, 0.0) if told_open(tags, "car") else 0.0)
    limit = limit_kmh(tags, country=place.country)
    if highway in _SLOW_BY_KIND:
        speed = min(speed, limit or speed)
    elif limit is not None:
        speed = limit * _TURN_LOSS
    else:
        speed = min(speed, _implicit_kmh(highway, place))
    speed *= _TRACK_SHARE.get(tags.get("tracktype", ""), 1.0)
    if surface in _ROUGH or tags.get("smoothness") in _BAD_GOING - {"bad"}:
        return min(speed, _CAR_ROUGH_KMH), False
    return min(speed, _CAR_UNPAVED_KMH) if surface and surface not in _PAVED else speed, False


def _implicit_kmh(highway: str, place: _Place) -> float:
    """The limit that holds where no sign stands."""
    if highway.startswith("motorway"):
        return place.country.motorway_kmh
    return place.country.urban_kmh if place.built_up else place.country.rural_kmh


def _bike(tags: Tags, _place: _Place) -> tuple[float, bool]:
    highway = tags.get("highway", "")
    share = _BIKE_SHARE.get(highway, 1.0)
    if tags.get("bicycle") in OPEN and highway in _BIKE_GUEST:
        share = max(share, 0.9)
    if tags.get("bicycle") == "dismount":
        share = WALK_KMH / BIKE_KMH
    if tags.get("motorroad") == "yes" and tags.get("bicycle") not in OPEN:
        share = 0.0
    share *= _TRACK_SHARE.get(tags.get("tracktype", ""), 1.0)
    if tags.get("surface") in _ROUGH:
        share *= 0.75
    return BIKE_KMH * share, False


def _walk(tags: Tags, _place: _Place) -> tuple[float, bool]:
    share = _WALK_SHARE.get(tags.get("highway", ""), 1.0)
    if tags.get("motorroad") == "yes" and tags.get("foot") not in OPEN:
        share = 0.0
    return WALK_KMH * share, False


def _wheelchair(tags: Tags, _place: _Place) -> tuple[float, bool]:
    """Stairs without a ramp, rough ground and steep ways are closed; what nobody has tagged is uncertain."""
    highway, tagged = tags.get("highway", ""), tags.get("wheelchair")
    ramp = tags.get("ramp:wheelchair") == "yes"
    if tagged == "no" or _WALK_SHARE.get(highway, 1.0) == 0 or (highway == "steps" and not ramp and tagged != "yes"):
        return 0.0, False
    if tags.get("motorroad") == "yes":
        return 0.0, False
    if tagged in {"yes", "designated", "limited"} or ramp:
        return WHEELCHAIR_KMH, False
    if tags.get("kerb") == "raised" or tags.get("tracktype") in _BAD_TRACKS:
        return 0.0, False
    rough = tags.get("surface") in _ROUGH or tags.get("smoothness") in _BAD_GOING
    if rough or _incline_percent(tags.get("incline")) > _STEEP_PERCENT:
        return 0.0, False
    sure = tags.get("surface") in _PAVED and highway not in {"path", "track", "bridleway"}
    return WHEELCHAIR_KMH, not sure


def _incline_percent(text: str | None) -> float:
    match = re.match(r"-?(\d+(?:\.\d+)?)\s*(%|°)?", text or "")
    if match is None:
        return 0.0
    return 100 * math.tan(math.radians(min(float(match[1]), 45.0))) if match[2] == "°" else float(match[1])


def _ferry(tags: Tags, *, mode: Mode, ends_only: bool) -> WaySpeed:
    """A ferry takes everybody, unless its tags speak only of people on foot or on bikes."""
    of_others = tags.get("foot") in OPEN or tags.get("bicycle") in OPEN
    if mode == "car" and of_others and not told_open(tags, "car"):
        return CLOSED
    return WaySpeed(
        FERRY_KMH,
        FERRY_KMH,
        ends_only=ends_only,
        uncertain=mode == "wheelchair" and tags.get("wheelchair") not in {"yes", "designated"},
        minutes=minutes_of_duration(tags.get("duration")),
        boarding_s=FERRY_BOARDING_S,
    )


_RULES: dict[Mode, Callable[[Tags, _Place], tuple[float, bool]]] = {
    "car": _car,
    "bike": _bike,
    "walk": _walk,
    "wheelchair": _wheelchair,
}
