"""Who may go where: access tags, one-way streets, gates and kerbs, seasons.

What a mode may do on a way is one of three: go through, begin or end a trip there (a private drive, a field track),
or nothing. A planner can read the tables; ``docs/streets.md`` says where they come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from sempre_geo.region.conditions import conditions, holds, months_of

Mode = Literal["car", "bike", "walk", "wheelchair"]
MODES: tuple[Mode, ...] = ("car", "bike", "walk", "wheelchair")
Tags = Mapping[str, str]
Leave = Literal["yes", "ends", "no"]
Passage = Literal["open", "ends", "uncertain", "shut"]

# The most specific key decides.
_KEYS: dict[Mode, tuple[str, ...]] = {
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "bike": ("bicycle", "vehicle", "access"),
    "walk": ("foot", "access"),
    "wheelchair": ("wheelchair", "foot", "access"),
}
OPEN = frozenset({"yes", "designated", "permissive", "official", "public", "permit_free", "discouraged", "dismount"})
_ENDS = frozenset({
    "private", "destination", "customers", "delivery", "residents", "permit", "employees", "agricultural", "forestry",
    "use_sidepath", "students", "guests", "members", "visitors",
})  # fmt: skip
_SHUT = frozenset({"no", "military", "emergency", "psv", "bus", "taxi", "hgv", "official_only", "none"})
_DRIVES = frozenset({"driveway", "parking_aisle", "drive-through", "emergency_access"})

_BLOCKS: dict[Mode, frozenset[str]] = {
    "car": frozenset({
        "bollard", "block", "cycle_barrier", "kissing_gate", "stile", "turnstile", "jersey_barrier", "planter",
        "motorcycle_barrier", "chain", "log", "debris", "full-height_turnstile", "wicket_gate", "bus_trap", "rope",
    }),
    "bike": frozenset({"kissing_gate", "stile", "turnstile", "full-height_turnstile"}),
    "walk": frozenset(),
    "wheelchair": frozenset({
        "kissing_gate", "stile", "turnstile", "full-height_turnstile", "cycle_barrier", "log", "debris", "block",
    }),
}  # fmt: skip
_GATES = frozenset({"gate", "swing_gate", "sliding_gate", "hampshire_gate", "chain"})
_BUILT_BESIDE = frozenset({"no", "minor", "widening"})
_LOW_KERBS = frozenset({"lowered", "flush", "no", "rolled"})
# Ice and winter roads open when the ice bears: January to March on the Baltic's coasts.
_ICE_MONTHS = frozenset({1, 2, 3})
_WINTER_MONTHS = frozenset({12, 1, 2, 3, 4})


def way_access(tags: Tags, mode: Mode, *, day: date | None = None) -> Leave:
    """Whether a mode may go through on a way, only begin or end a trip there, or not use it.

    What is not tagged is open. Ice and winter roads are closed unless ``day`` lies in their season; a road closed
    in winter is no way through when no day is given.

    >>> way_access({"highway": "service", "access": "private"}, "car")
    'ends'
    >>> way_access({"highway": "track", "ice_road": "yes"}, "car"), way_access({}, "walk")
    ('no', 'yes')
    """
    season = _season(tags, mode, day)
    tagged = _tagged_access(tags, mode, day)
    if "no" in {season, tagged}:
        return "no"
    if tagged is None and mode == "car" and tags.get("service") in _DRIVES:
        return "ends"
    return "ends" if "ends" in {season, tagged} else "yes"


def told_open(tags: Tags, mode: Mode) -> bool:
    """Whether tags of the mode itself, not of everybody, let it in."""
    return any(value in OPEN | _ENDS for key in _KEYS[mode][:-1] if (value := tags.get(key)))


def node_passage(tags: Tags, mode: Mode) -> Passage:
    """Whether a mode gets past a node with a barrier or a kerb; a gate that nobody says is open ends a car's road.

    >>> node_passage({"barrier": "bollard"}, "car"), node_passage({"barrier": "gate"}, "walk")
    ('shut', 'open')
    >>> node_passage({"kerb": "raised"}, "wheelchair"), node_passage({}, "wheelchair")
    ('shut', 'open')
    """
    access, barrier = _tagged_access(tags, mode), tags.get("barrier")
    if access == "no":
        return "shut"
    if mode == "wheelchair" and (kerb := _kerb(tags)) != "open":
        return kerb
    if access is None and barrier in _BLOCKS[mode]:
        return "shut"
    if access == "ends" or tags.get("locked") == "yes" or (access is None and mode == "car" and barrier in _GATES):
        return "ends"
    return "open"


def directions(tags: Tags, mode: Mode) -> tuple[bool, bool]:
    """Whether a mode may go along and against a way; people on foot go both ways unless a sign speaks of them.

    >>> directions({"oneway": "yes", "oneway:bicycle": "no"}, "bike"), directions({"oneway": "-1"}, "car")
    ((True, True), (False, True))
    >>> directions({"junction": "roundabout"}, "car"), directions({"oneway": "yes"}, "walk")
    ((True, False), (True, True))
    """
    if mode in {"walk", "wheelchair"}:
        return _along(tags.get("oneway:foot"))
    oneway = tags.get("oneway")
    round_or_motorway = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    if oneway is None and round_or_motorway:
        oneway = "yes"
    if mode == "bike":
        lanes = (tags.get(key, "") for key in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both"))
        opposite = any(lane.startswith("opposite") for lane in lanes)
        oneway = tags.get("oneway:bicycle") or (None if opposite else oneway)
    return _along(oneway)


def _along(oneway: str | None) -> tuple[bool, bool]:
    if oneway in {"yes", "1", "true"}:
        return True, False
    if oneway in {"-1", "reverse"}:
        return False, True
    return True, True  # "reversible" and "alternating" change with the hour: both ways at some time


def _tagged_access(tags: Tags, mode: Mode, day: date | None = None) -> Leave | None:
    """What the most specific tag says; a way that is closed in some months is no way through undated."""
    closed_in_part = False
    for key in _KEYS[mode]:
        value, in_part = _value(tags, key, day)
        closed_in_part |= in_part
        if value is None or (key == "wheelchair" and value in {"limited", "unknown"}):
            continue
        leave = _leave(value)
        return "ends" if closed_in_part and leave == "yes" else leave
    return "ends" if closed_in_part else None


def _value(tags: Tags, key: str, day: date | None) -> tuple[str | None, bool]:
    """The value of a key under the conditions of a day, and whether it is shut in some months."""
    value, in_part = tags.get(key), False
    for said, condition in conditions(tags.get(f"{key}:conditional", "")):
        if holds(condition, day):
            value = said
        elif day is None and said in _SHUT and months_of(condition):
            in_part = True
    return value, in_part


def _leave(value: str) -> Leave:
    parts = {part.strip() for part in value.split(";")}
    if parts & OPEN:
        return "yes"
    if parts & _ENDS:
        return "ends"
    return "no" if parts & _SHUT else "yes"


def _kerb(tags: Tags) -> Passage:
    """A raised kerb stops a wheelchair, a lowered one does not, one nobody described is uncertain."""
    if tags.get("wheelchair") in {"yes", "designated", "limited"}:
        return "open"
    if tags.get("kerb") in {"raised", "yes"} or (tags.get("barrier") == "kerb" and tags.get("wheelchair") == "no"):
        return "shut"
    untold = tags.get("barrier") == "kerb" or tags.get("highway") == "crossing" or "kerb" in tags
    return "uncertain" if untold and tags.get("kerb") not in _LOW_KERBS else "open"


def _season(tags: Tags, mode: Mode, day: date | None) -> Leave:
    if tags.get("highway") in {"construction", "proposed"} or tags.get("construction", "no") not in _BUILT_BESIDE:
        return "no"
    month = day.month if day else None
    seasonal = tags.get("seasonal", "")
    if tags.get("ice_road") == "yes" or tags.get("surface") == "ice" or tags.get("highway") == "ice_road":
        return "yes" if month in (_months(tags, mode) or _ICE_MONTHS) else "no"
    if tags.get("winter_road") == "yes" or seasonal == "winter":
        return "yes" if month in (_months(tags, mode) or _WINTER_MONTHS) else "no"
    if "summer" in seasonal and "winter" not in seasonal:
        return "ends" if month is None else "no" if month in _WINTER_MONTHS else "yes"
    return "yes"


def _months(tags: Tags, mode: Mode) -> frozenset[int]:
    """Months in which conditions open a way."""
    told = [pair for key in _KEYS[mode] for pair in conditions(tags.get(f"{key}:conditional", ""))]
    return frozenset().union(*(months_of(condition) for value, condition in told if value in OPEN))
