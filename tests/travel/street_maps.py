"""Small street maps drawn by hand: nodes at metres from a corner, ways with tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from sempre_geo.region.countries import Country
from sempre_geo.region.ways import NODE_TAGS, RESTRICTIONS, WAY_TAGS, StreetWays

CORNER = (5_200_000.0, 3_800_000.0)  # EPSG:3035, in the Baltic Sea: metres there are metres here
COUNTRY = Country(
    code="XX", title="Testland", timezone="Europe/Riga", municipality_level=7, languages=("en",), holidays="",
    urban_kmh=50.0, rural_kmh=90.0, motorway_kmh=110.0, fictional=True,
)  # fmt: skip
_TO_DEGREES = Transformer.from_crs("EPSG:3035", "EPSG:4326", always_xy=True)

Place = tuple[float, float]


def degrees(places: Sequence[Place]) -> np.ndarray:
    """Longitudes and latitudes of places given in metres from the corner."""
    east, north = zip(*places, strict=True)
    lon, lat = _TO_DEGREES.transform(np.array(east) + CORNER[0], np.array(north) + CORNER[1])
    return np.column_stack([lon, lat])


def points(**places: Place) -> gpd.GeoDataFrame:
    """Named points in metres from the corner."""
    at = degrees(list(places.values()))
    return gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(at[:, 0], at[:, 1]), index=pd.Index(list(places), name="id"), crs="EPSG:4326"
    )


def street_map(
    nodes: Mapping[str, Place],
    ways: Sequence[tuple[str, Mapping[str, str]]],
    *,
    barriers: Mapping[str, Mapping[str, str]] | None = None,
    restrictions: Sequence[tuple[int, str | int | tuple[int, ...], int, str]] = (),
    exceptions: str = "",
    condition: str = "",
) -> StreetWays:
    """A map of ways like ``("A B C", {"highway": "residential"})``; restrictions are (from, via, to, kind).

    Ways are numbered from 1; a restriction's via is a node's name, a way's number or several.
    """
    names = list(nodes)
    at = degrees([nodes[name] for name in names])
    lines = [[names.index(name) for name in path.split()] for path, _tags in ways]
    table = pd.DataFrame(
        [[tags.get(key) for key in WAY_TAGS] for _path, tags in ways], columns=list(WAY_TAGS), dtype=object
    )
    table = table.astype("category").assign(built_up=False)
    table.index = pd.Index(range(1, len(ways) + 1), name="way_id")
    tagged = dict(barriers or {})
    return StreetWays(
        ways=table,
        offsets=np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64),
        nodes=np.concatenate(lines).astype(np.int32),
        node_id=np.arange(100, 100 + len(names), dtype=np.int64),
        lon=at[:, 0],
        lat=at[:, 1],
        node_tags=pd.DataFrame(
            [[tags.get(key) for key in NODE_TAGS] for tags in tagged.values()],
            columns=list(NODE_TAGS),
            index=[names.index(name) for name in tagged],
            dtype=object,
        ),
        restrictions=pd.DataFrame(
            [
                (start, *_via(names, via), end, kind, exceptions, _further(via), condition)
                for start, via, end, kind in restrictions
            ],
            columns=list(RESTRICTIONS),
        ),
    )


def _via(names: Sequence[str], via: str | int | tuple[int, ...]) -> tuple[int, int]:
    if isinstance(via, str):
        return 100 + names.index(via), -1
    return -1, via if isinstance(via, int) else via[0]


def _further(via: str | int | tuple[int, ...]) -> str:
    return ";".join(map(str, via[1:])) if isinstance(via, tuple) else ""
