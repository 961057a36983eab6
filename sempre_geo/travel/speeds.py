"""How fast each mode goes on a way, from its OpenStreetMap tags.

Every table here is meant to be read by a planner; ``docs/streets.md`` says where the numbers come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sempre_geo.region.countries import Country

Mode = Literal["car", "bike", "walk", "wheelchair"]
MODES: tuple[Mode, ...] = ("car", "bike", "walk", "wheelchair")
Tags = Mapping[str, str]

WALK_KMH = 5.1
WHEELCHAIR_KMH = 4.0
BIKE_KMH = 18.0
FERRY_KMH = 15.0
FERRY_BOARDING_S = 600.0
MPH_KMH = 1.609344
_OPEN = {"yes", "designated", "permissive", "official", "destination;permissive", "public"}
_ENDS_ONLY = {"private", "destination", "customers", "delivery", "residents", "permit", "employees"}
_SHUT = {"no", "agricultural", "forestry", "agricultural;forestry", "military", "emergency", "use_sidepath"}

_CAR_KMH = {
    "motorway": 105.0, "motorway_link": 60.0, "trunk": 90.0, "trunk_link": 55.0, "primary": 75.0, "primary_link": 50.0,
    "secondary": 60.0, "secondary_link": 45.0, "tertiary": 50.0, "tertiary_link": 40.0, "unclassified": 40.0,
    "residential": 35.0, "road": 35.0, "living_street": 10.0, "service": 15.0, "track": 10.0,
}  # fmt: skip
# A share below 1 on main roads: riders without a path of their own go slower there, or take the quieter way round.
_BIKE_SHARE = {
    "primary": 0.75, "primary_link": 0.75, "secondary": 0.8, "secondary_link": 0.8, "tertiary": 0.95,
    "motorway": 0.0, "motorway_link": 0.0, "trunk": 0.7, "trunk_link": 0.7, "steps": 0.0, "path": 0.75,
    "footway": 0.6, "pedestrian": 0.5, "bridleway": 0.5, "track": 0.7, "living_street": 0.85, "service": 0.85,
    "cycleway": 1.0,
}  # fmt: skip
_WALK_SHARE = {"motorway": 0.0, "motorway_link": 0.0, "steps": 0.6}
_KNOWN_HIGHWAYS = set(_CAR_KMH) | set(_BIKE_SHARE) | {"corridor"}
_TRACK_SHARE = {"grade1": 1.0, "grade2": 0.9, "grade3": 0.75, "grade4": 0.6, "grade5": 0.5}
_PAVED = {
    "paved",
    "asphalt",
    "concrete",
    "paving_stones",
    "concrete:plates",
    "concrete:lanes",
    "metal",
    "wood",
    "chipseal",
}
_ROUGH = {
    "cobblestone",
    "sett",
    "unhewn_cobblestone",
    "pebblestone",
    "ground",
    "earth",
    "dirt",
    "grass",
    "mud",
    "sand",
    "rock",
    "snow",
    "woodchips",
    "gravel",
}
_CAR_ROUGH_KMH = 30.0
_CAR_UNPAVED_KMH = 60.0
_TURN_LOSS = 0.97  # a mean over a way: bends, junctions and yielding cost a little of the posted speed


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
    if _is_shut_today(tags, day):
        return CLOSED
    access = _access(tags, mode)
    if access == "no":
        return CLOSED
    if tags.get("route") == "ferry":
        return _ferry(tags, mode=mode, access=access)
    if tags.get("highway") not in _KNOWN_HIGHWAYS:
        return CLOSED
    forward, backward, uncertain = _RULES[mode](tags, _Place(country, built_up))
    if mode in {"car", "bike"}:
        forward, backward = _one_way(tags, forward, backward, mode=mode)
    return WaySpeed(forward, backward, ends_only=access == "ends", uncertain=uncertain)


def minutes_of_duration(text: str | None) -> float | None:
    """Minutes of a ``duration`` tag: ``HH:MM``, ``HH:MM:SS``, minutes, or ISO 8601; None where unreadable.

    >>> [minutes_of_duration(text) for text in ("00:20", "PT1H30M", "25", "a while")]
    [20.0, 90.0, 25.0, None]
    """
    text = (text or "").strip()
    if match := re.fullmatch(r"(\d+):(\d{1,2})(?::(\d{1,2}))?", text):
        return int(match[1]) * 60 + int(match[2]) + int(match[3] or 0) / 60
    if match := re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text):
        if any(match.groups()):
            days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return days * 1440 + hours * 60 + minutes + seconds / 60
        return None
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:min|minutes)?", text):
        return float(match[1])
    return None


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
    if match := re.match(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?(?:$|;|\s)", text):
        return float(match[1]) * (MPH_KMH if match[2] == "mph" else 1.0)
    if text in {"walk", "de:walk"} or text.endswith((":living_street", ":walk")):
        return 7.0
    zone = text.rpartition(":")[2]
    if match := re.fullmatch(r"(?:zone:?)?(\d+)", zone):
        return float(match[1])
    return {
        "urban": country.urban_kmh,
        "rural": country.rural_kmh,
        "motorway": country.motorway_kmh,
        "none": country.motorway_kmh,
    }.get(zone)


def _car(tags: Tags, place: _Place) -> tuple[float, float, bool]:
    country = place.country
    highway = tags.get("highway", "")
    if highway not in _CAR_KMH:
        return 0.0, 0.0, False
    speed, limit = _CAR_KMH[highway], limit_kmh(tags, country=country)
    if place.built_up and highway not in {"motorway", "motorway_link", "service", "track", "living_street"}:
        speed = min(speed, country.urban_kmh)
    if highway in {"motorway", "motorway_link"}:
        speed = min(speed, country.motorway_kmh)
    if limit is not None and highway not in {"service", "track"}:
        speed = limit * _TURN_LOSS
    elif limit is not None:
        speed = min(speed, limit)
    speed *= _TRACK_SHARE.get(tags.get("tracktype", ""), 1.0)
    surface = tags.get("surface", "")
    if surface in _ROUGH or tags.get("smoothness") in {"very_bad", "horrible"}:
        speed = min(speed, _CAR_ROUGH_KMH)
    elif surface and surface not in _PAVED:
        speed = min(speed, _CAR_UNPAVED_KMH)
    return speed, speed, False


def _bike(tags: Tags, _place: _Place) -> tuple[float, float, bool]:
    highway = tags.get("highway", "")
    share = _BIKE_SHARE.get(highway, 1.0)
    if tags.get("bicycle") in _OPEN and highway in {
        "path",
        "footway",
        "bridleway",
        "track",
        "pedestrian",
        "motorway",
        "trunk",
    }:
        share = max(share, 0.9)
    if tags.get("motorroad") == "yes" and tags.get("bicycle") not in _OPEN:
        share = 0.0
    share *= _TRACK_SHARE.get(tags.get("tracktype", ""), 1.0)
    if tags.get("surface") in _ROUGH:
        share *= 0.75
    return BIKE_KMH * share, BIKE_KMH * share, False


def _walk(tags: Tags, _place: _Place) -> tuple[float, float, bool]:
    share = _WALK_SHARE.get(tags.get("highway", ""), 1.0)
    if tags.get("motorroad") == "yes" and tags.get("foot") not in _OPEN:
        share = 0.0
    return WALK_KMH * share, WALK_KMH * share, False


def _wheelchair(tags: Tags, _place: _Place) -> tuple[float, float, bool]:
    """Stairs without a ramp, rough ground and steep ways are closed; what nobody has tagged is uncertain."""
    highway, tagged = tags.get("highway", ""), tags.get("wheelchair")
    ramp = tags.get("ramp:wheelchair") == "yes"
    if tagged == "no" or _WALK_SHARE.get(highway, 1.0) == 0 or (highway == "steps" and not ramp and tagged != "yes"):
        return 0.0, 0.0, False
    if tags.get("motorroad") == "yes":
        return 0.0, 0.0, False
    if tagged in {"yes", "designated", "limited"} or ramp:
        return WHEELCHAIR_KMH, WHEELCHAIR_KMH, False
    rough = tags.get("surface") in _ROUGH or tags.get("smoothness") in {
        "bad",
        "very_bad",
        "horrible",
        "very_horrible",
        "impassable",
    }
    if rough or _incline_percent(tags.get("incline")) > 8 or tags.get("tracktype") in {"grade3", "grade4", "grade5"}:  # noqa: PLR2004 - percent
        return 0.0, 0.0, False
    sure = tags.get("surface") in _PAVED and highway not in {"path", "track", "bridleway"}
    return WHEELCHAIR_KMH, WHEELCHAIR_KMH, not sure


def _incline_percent(text: str | None) -> float:
    match = re.match(r"-?(\d+(?:\.\d+)?)\s*(%|°)?", text or "")
    return float(match[1]) if match else 0.0


def _ferry(tags: Tags, *, mode: Mode, access: str) -> WaySpeed:
    """A ferry takes everybody unless its tags speak only of people on foot or on bikes."""
    cars = (
        any(tags.get(key) in _OPEN for key in ("motorcar", "motor_vehicle", "vehicle")) or tags.get("ferry") is not None
    )
    if mode == "car" and not cars and any(tags.get(key) for key in ("foot", "bicycle")):
        return CLOSED
    minutes = minutes_of_duration(tags.get("duration"))
    return WaySpeed(
        FERRY_KMH,
        FERRY_KMH,
        ends_only=access == "ends",
        uncertain=mode == "wheelchair" and tags.get("wheelchair") != "yes",
        minutes=minutes,
        boarding_s=FERRY_BOARDING_S,
    )


_ACCESS_KEYS: dict[Mode, tuple[str, ...]] = {
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "bike": ("bicycle", "vehicle", "access"),
    "walk": ("foot", "access"),
    "wheelchair": ("wheelchair", "foot", "access"),
}


def _access(tags: Tags, mode: Mode) -> Literal["yes", "ends", "no"]:
    """The most specific access tag decides; what is not tagged is open."""
    for key in _ACCESS_KEYS[mode]:
        value = tags.get(key)
        if value is None or (key == "wheelchair" and value in {"limited", "unknown"}):
            continue
        if value in _ENDS_ONLY:
            return "ends"
        if value in _SHUT:
            walked_past = mode == "bike" and key == "bicycle" and value == "use_sidepath"
            return "ends" if walked_past or value in {"agricultural", "forestry", "agricultural;forestry"} else "no"
        return "yes"
    if tags.get("service") in {"driveway", "parking_aisle"} and mode == "car":
        return "ends"
    return "yes"


def _one_way(tags: Tags, forward: float, backward: float, *, mode: Mode) -> tuple[float, float]:
    oneway = tags.get("oneway")
    if oneway is None and (tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"):
        oneway = "yes"
    if mode == "bike":
        own = tags.get("oneway:bicycle")
        opposite = any(
            (tags.get(key) or "").startswith("opposite")
            for key in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
        )
        oneway = own or (None if opposite else oneway)
    if oneway in {"yes", "1", "true"}:
        return forward, 0.0
    if oneway in {"-1", "reverse"}:
        return 0.0, backward
    if oneway in {"reversible", "alternating"}:
        return 0.0, 0.0
    return forward, backward


_WINTER = {12, 1, 2, 3}


def _is_shut_today(tags: Tags, day: date | None) -> bool:
    if tags.get("highway") in {"construction", "proposed"}:
        return True
    if tags.get("ice_road") == "yes" or tags.get("winter_road") == "yes" or tags.get("seasonal") == "winter":
        return day is None or day.month not in _WINTER
    if tags.get("seasonal") == "summer":
        return day is not None and day.month in _WINTER
    return False


_RULES: dict[Mode, Callable[[Tags, _Place], tuple[float, float, bool]]] = {
    "car": _car,
    "bike": _bike,
    "walk": _walk,
    "wheelchair": _wheelchair,
}

_BLOCKS: dict[Mode, set[str]] = {
    "car": {
        "bollard", "block", "cycle_barrier", "kissing_gate", "stile", "turnstile", "jersey_barrier", "planter",
        "motorcycle_barrier", "chain", "log", "debris", "full-height_turnstile", "wicket_gate",
    },
    "bike": {"kissing_gate", "stile", "turnstile", "full-height_turnstile"},
    "walk": set(),
    "wheelchair": {"kissing_gate", "stile", "turnstile", "full-height_turnstile", "cycle_barrier", "log", "debris"},
}  # fmt: skip


def node_passage(tags: Tags, *, mode: Mode) -> Literal["open", "ends", "shut", "uncertain"]:
    """Whether a mode gets past a node with a barrier or kerb.

    >>> node_passage({"barrier": "bollard"}, mode="car"), node_passage({"barrier": "gate"}, mode="walk")
    ('shut', 'open')
    """
    access = _access(tags, mode)
    if access != "yes":
        return "ends" if access == "ends" else "shut"
    told = any(tags.get(key) for key in _ACCESS_KEYS[mode] if key != "wheelchair")
    if tags.get("barrier") in _BLOCKS[mode] and not told:
        return "shut"
    if tags.get("barrier") in {"gate", "swing_gate", "lift_gate"} and mode == "car" and not told:
        return "ends" if tags.get("locked") == "yes" or tags["barrier"] != "lift_gate" else "open"
    if mode == "wheelchair" and tags.get("wheelchair") != "yes":
        if tags.get("wheelchair") == "no" or tags.get("kerb") in {"raised", "yes"}:
            return "shut"
        if tags.get("highway") == "crossing" and tags.get("kerb") not in {"lowered", "flush", "no"}:
            return "uncertain"
    return "open"
