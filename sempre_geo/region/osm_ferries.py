"""Ferries as relations name them: member ways that carry no tag of their own, and what the relation says for all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sempre_geo.region.ways import WAY_TAGS

# What stands among the members of a route and is no water way: piers, platforms, roads to the quay.
_OTHER_THINGS = frozenset({"highway", "railway", "building", "man_made", "public_transport", "area", "landuse"})
_NOT_FOR_MEMBERS = frozenset({"duration", "route", "oneway", "railway", "public_transport"})
_CHAIN_ENDS = 2
Ferry = tuple[int, Mapping[str, str], NDArray[np.int64], NDArray[np.float64]]


class FerryRelations:
    """Takes ``route=ferry`` relations one by one; afterwards tells what they say of their member ways."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Mapping[str, str], tuple[int, ...]]] = {}

    def take(self, relation: Any, tags: Mapping[str, str]) -> None:
        """Keep a relation if it is a ferry."""
        if tags.get("route") == "ferry":
            members = (entry.ref for entry in relation.members if entry.type == "w" and "platform" not in entry.role)
            self._found[relation.id] = (tags, tuple(dict.fromkeys(members)))

    @property
    def members(self) -> set[int]:
        """Ids of all member ways."""
        return {way for _tags, ways in self._found.values() for way in ways}

    def inherited(
        self,
        tags: Mapping[int, Mapping[str, str]],
        nodes: Mapping[int, NDArray[np.int64]],
        places: Mapping[int, NDArray[np.float64]],
    ) -> dict[int, dict[str, str]]:
        """The tags that ferry ways take from their relations, where they have none themselves.

        The relation's ``duration`` is that of the whole crossing: what its ways do not tell of it is shared among the
        rest by their length, if they follow one another; of ways that branch it tells nothing.
        """
        found: dict[int, dict[str, str]] = {}
        for _number, (of_relation, members) in sorted(self._found.items()):
            ways = [way for way in members if tags.get(way, {}).get("route") == "ferry"]
            shared = {key: of_relation[key] for key in WAY_TAGS if key in of_relation and key not in _NOT_FOR_MEMBERS}
            untold = [way for way in ways if minutes_of_duration(tags[way].get("duration")) is None]
            minutes = minutes_of_duration(of_relation.get("duration"))
            left = (minutes or 0.0) - sum(minutes_of_duration(tags[way].get("duration")) or 0.0 for way in ways)
            lengths = [_length(places[way]) for way in untold]
            for way in ways:
                found[way] = shared | found.get(way, {})
            if minutes is not None and left > 0 and sum(lengths) > 0 and _is_chain([nodes[way] for way in ways]):
                for way, length in zip(untold, lengths, strict=True):
                    found[way].setdefault("duration", f"{left * length / sum(lengths):.3f}")
        return found


def read_member_ways(path: Path, wanted: set[int]) -> Iterator[Ferry]:
    """The wanted ways of an extract that are whole in it and nothing else than part of a ferry's route."""
    import osmium

    named: Any = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.IdFilter(sorted(wanted)))
    ways = {way.id: (dict(way.tags), [node.ref for node in way.nodes]) for way in named}
    ways = {name: way for name, way in ways.items() if _OTHER_THINGS.isdisjoint(way[0]) and len(way[1]) > 1}
    refs = sorted({ref for _tags, nodes in ways.values() for ref in nodes})
    if not refs:
        return
    corners: Any = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.IdFilter(refs))
    places = {node.id: (node.location.lon, node.location.lat) for node in corners if node.location.valid()}
    for name, (tags, nodes) in sorted(ways.items()):
        if all(ref in places for ref in nodes):
            line = np.array([places[ref] for ref in nodes])
            yield name, {**tags, "route": "ferry"}, np.array(nodes, dtype=np.int64), line


def minutes_of_duration(text: str | None) -> float | None:
    """Minutes of a ``duration`` tag: ``HH:MM``, ``HH:MM:SS``, minutes, or ISO 8601; None where unreadable.

    >>> [minutes_of_duration(text) for text in ("00:20", "PT1H30M", "25", "1:30:00", "a while")]
    [20.0, 90.0, 25.0, 90.0, None]
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


def _length(places: NDArray[np.float64]) -> float:
    """A length in degrees of latitude: only its share matters."""
    east, north = np.diff(places, axis=0).T
    return float(np.hypot(east * np.cos(np.radians(places[0, 1])), north).sum())


def _is_chain(ways: Sequence[NDArray[np.int64]]) -> bool:
    """Whether ways follow one another from one end to another, or there is only one."""
    meeting = Counter(int(end) for way in ways for end in (way[0], way[-1]))
    once = sum(count == 1 for count in meeting.values())
    return len(ways) == 1 or (once == _CHAIN_ENDS and len(meeting) == len(ways) + 1)
