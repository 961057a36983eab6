"""OpenStreetMap objects as the Overpass service answers them, written as the extract that everything else reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sempre_geo.region.files import write_whole

_KINDS = ("node", "way", "relation")
_TYPE_LETTERS = {"node": "n", "way": "w", "relation": "r"}
_STAMP = "osmosis_replication_timestamp"


def write_osm(elements: Iterable[Mapping[str, Any]], path: Path, *, timestamp: str | None = None) -> None:
    """Write ``path`` (``.osm.pbf``) with every object once, sorted, so that the same objects give the same file.

    Parameters
    ----------
    elements
        Objects of Overpass JSON: ``type, id, lat, lon, tags, nodes, members``. Of an object that comes twice
        the fuller one counts: an answer may name a node without its tags.
    timestamp
        When the data were valid, ISO 8601; it becomes the file's own.
    """
    import osmium

    found: dict[tuple[int, int], Mapping[str, Any]] = {}
    for element in elements:
        if element.get("type") in _KINDS:
            key = (_KINDS.index(element["type"]), int(element["id"]))
            if key not in found or len(element) > len(found[key]):
                found[key] = element
    header = osmium.io.Header()
    if timestamp:
        header.set(_STAMP, timestamp)
    with (
        write_whole(path) as draft,
        osmium.SimpleWriter(osmium.io.File(str(draft), "pbf"), header=header, overwrite=True) as out,
    ):
        for key in sorted(found):
            _write_one(out, found[key])


def _write_one(out: Any, element: Mapping[str, Any]) -> None:
    import osmium

    identity = {"id": int(element["id"]), "tags": element.get("tags", {}), "version": 1, "visible": True}
    if element["type"] == "node":
        if "lon" in element and "lat" in element:
            out.add_node(osmium.osm.mutable.Node(location=(element["lon"], element["lat"]), **identity))
    elif element["type"] == "way":
        out.add_way(osmium.osm.mutable.Way(nodes=element.get("nodes", []), **identity))
    else:
        members = [
            (_TYPE_LETTERS[member["type"]], int(member["ref"]), member.get("role", ""))
            for member in element.get("members", [])
            if member.get("type") in _TYPE_LETTERS
        ]
        out.add_relation(osmium.osm.mutable.Relation(members=members, **identity))
