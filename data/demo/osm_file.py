"""Writes the county as OpenStreetMap objects; a place on the ground is one node, however many lines meet there."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import shapely
from plane import Floats, to_degrees

STAMP = "2026-01-01T00:00:00Z"
Tags = dict[str, str]


class OsmFile:
    """Collects nodes, ways and relations, and writes them in the order of their ids.

    Ids are counted from one, kind by kind: no real object is meant.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at: dict[tuple[float, float], int] = {}
        self._nodes: list[tuple[float, float]] = []
        self._tags: dict[int, Tags] = {}
        self._ways: list[tuple[list[int], Tags]] = []
        self._relations: list[tuple[list[tuple[str, int, str]], Tags]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._write()

    def node(self, point: Floats | tuple[float, float], tags: Tags | None = None, *, own: bool = False) -> int:
        """The node at a point of the plane; ``own`` makes a new one even if another lies there."""
        lon, lat = to_degrees(np.asarray([point], dtype=float))[0].tolist()
        key = (lon, lat)
        if own or key not in self._at:
            self._nodes.append(key)
            if not own:
                self._at[key] = len(self._nodes)
            number = len(self._nodes)
        else:
            number = self._at[key]
        if tags:
            self._tags.setdefault(number, {}).update(tags)
        return number

    def way(self, line: Floats, tags: Tags) -> int:
        """A line; its first point repeated at the end makes it a ring."""
        refs = [self.node(point) for point in line]
        refs = [ref for at, ref in enumerate(refs) if at == 0 or ref != refs[at - 1]]
        self._ways.append((refs, tags))
        return len(self._ways)

    def area(self, shape: shapely.Polygon, tags: Tags) -> None:
        """A polygon: a closed way, or a multipolygon where it has holes."""
        if not len(shape.interiors):
            self.way(shapely.get_coordinates(shape.exterior), tags)
            return
        self.multi([shape], {"type": "multipolygon", **tags})

    def multi(self, shapes: list[shapely.Polygon], tags: Tags, *, ring_tags: Tags | None = None) -> None:
        """Polygons with holes as one relation; each ring is a way of its own."""
        members = [
            ("w", self.way(shapely.get_coordinates(ring), dict(ring_tags or {})), role)
            for shape in shapes
            for role, rings in (("outer", [shape.exterior]), ("inner", shape.interiors))
            for ring in rings
        ]
        self.relation(members, tags)

    def relation(self, members: list[tuple[str, int, str]], tags: Tags) -> None:
        """A relation of (kind, id, role)."""
        self._relations.append((members, tags))

    def node_at(self, point: Floats) -> int:
        """The id of the node at a point that a way already has."""
        lon, lat = to_degrees(np.asarray([point], dtype=float))[0].tolist()
        return self._at[lon, lat]

    def _write(self) -> None:
        import osmium
        from osmium.osm import mutable

        header = osmium.io.Header()
        header.set("generator", "make_demo.py (fictional)")
        header.set("osmosis_replication_timestamp", STAMP)
        self._path.unlink(missing_ok=True)
        writer: Any = osmium.SimpleWriter(str(self._path), header=header)
        try:
            for number, place in enumerate(self._nodes, start=1):
                writer.add_node(mutable.Node(id=number, location=place, tags=self._tags.get(number, {}), version=1))
            for number, (refs, tags) in enumerate(self._ways, start=1):
                writer.add_way(mutable.Way(id=number, nodes=refs, tags=tags, version=1))
            for number, (members, tags) in enumerate(self._relations, start=1):
                writer.add_relation(mutable.Relation(id=number, members=members, tags=tags, version=1))
        finally:
            writer.close()

    def counts(self) -> dict[str, int]:
        """How many nodes, ways and relations there are."""
        return {"nodes": len(self._nodes), "ways": len(self._ways), "relations": len(self._relations)}
