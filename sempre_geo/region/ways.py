"""The street ways of a region as OSM has them: nodes, tags, barriers and turn restrictions, not yet a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WAY_TAGS = (
    "highway",
    "route",
    "duration",
    "oneway",
    "oneway:bicycle",
    "oneway:foot",
    "junction",
    "maxspeed",
    "maxspeed:type",
    "source:maxspeed",
    "zone:maxspeed",
    "zone:traffic",
    "surface",
    "tracktype",
    "smoothness",
    "service",
    "access",
    "vehicle",
    "motor_vehicle",
    "motorcar",
    "bicycle",
    "foot",
    "wheelchair",
    "cycleway",
    "cycleway:left",
    "cycleway:right",
    "cycleway:both",
    "sidewalk",
    "ramp",
    "ramp:wheelchair",
    "incline",
    "width",
    "kerb",
    "motorroad",
    "ice_road",
    "winter_road",
    "seasonal",
    "access:conditional",
    "vehicle:conditional",
    "motor_vehicle:conditional",
    "motorcar:conditional",
    "bicycle:conditional",
    "foot:conditional",
    "lit",
    "toll",
    "bridge",
    "tunnel",
    "name",
    "ref",
    "segregated",
    "footway",
    "public_transport",
    "railway",
    "construction",
    "opening_hours",
)
NODE_TAGS = (
    "barrier",
    "highway",
    "kerb",
    "access",
    "vehicle",
    "motor_vehicle",
    "motorcar",
    "bicycle",
    "foot",
    "wheelchair",
    "locked",
    "crossing",
    "entrance",
)
RESTRICTIONS = ("from_way", "via_node", "via_way", "to_way", "restriction", "except", "further_ways", "condition")
NONE = -1  # in the place of an id: not given


@dataclass(frozen=True)
class StreetWays:
    """Every way a person could travel along, ferries included, with its nodes in order.

    Attributes
    ----------
    ways
        One row a way, index ``way_id`` (int64, sorted, unique; below zero: a further stretch of a way that an
        extract's border cuts in pieces), columns `WAY_TAGS` as categoricals of
        strings (a missing tag is a missing value), and ``built_up`` (bool: the way lies mostly in
        built-up land).
    offsets, nodes
        Way ``i`` runs through ``nodes[offsets[i]:offsets[i + 1]]``, positions in the node arrays.
    node_id, lon, lat
        The nodes, sorted by id; int64, float64 degrees.
    node_tags
        Index = position in the node arrays, columns `NODE_TAGS`: nodes with a barrier, kerb or crossing.
    restrictions
        Columns `RESTRICTIONS`: ids, -1 where not given, ``via_node`` an OSM id; texts: ``further_ways`` are the ids
        of the ways between after ``via_way``, ``condition`` is when it holds, empty for always.
    """

    ways: pd.DataFrame
    offsets: NDArray[np.int64]
    nodes: NDArray[np.int32]
    node_id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    node_tags: pd.DataFrame
    restrictions: pd.DataFrame
