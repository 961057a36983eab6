"""Masked zones: the inhabited land cut once into parts of at least twenty residents.

A single published item is shown at its zone's point. Everybody in a zone shares that point, so someone who
knows the method, the land, the boundaries and every home, and sees the point, is left with all the
residents of the zone: at least :data:`SMALLEST_ZONE`. That number is counted by the same rule by which a
pin finds its zone (the square kilometre it lies in), not by distance. Moving a pin at random would not
give this: where one farm stands alone, any displacement leads back to it.

The partition is drawn once and kept in the store: were it drawn anew from next year's population, two
zones of the same pin could be laid over each other. A secret key decides the order of growing, so that the
partition cannot be recomputed outside; nothing above depends on its staying secret. A zone's point is the
middle of its most inhabited square, moved by up to some fifty metres so that it is nobody's door.

A zone belongs to one municipality, and so does whatever lies in it, also a home across the border in one of its
squares: the home's own municipality beside the zone would leave no more than the few homes across.
"""

from __future__ import annotations

import heapq
import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

if TYPE_CHECKING:
    from scipy.spatial import KDTree

SMALLEST_ZONE = 20
SQUARE_M = 1000
FARTHEST_M = 15_000
_POINT_DECIMALS = 3
_WGS84, _LAEA = "EPSG:4326", "EPSG:3035"

Square = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Zones:
    """A partition. ``zones``: index ``zone_id``; ``name, municipality_id, residents, lon, lat, accuracy_m``.

    ``squares``: index ``(north, east)`` in kilometres of the European grid; ``municipality_id`` and the
    ``zone_id``, which is None where no zone of enough residents could be made.
    """

    zones: pd.DataFrame
    squares: pd.DataFrame

    def zone_of(self, lon: float, lat: float) -> str | None:
        """The zone of a position: that of its square, else of the nearest inhabited square.

        The nearest one may have no zone: then there is none here either, for otherwise a lone pin beside
        a small island would be told apart from those on it.
        """
        if self.squares.empty:
            return None
        _steps, nearest = self._places[0].query(square_of(lon, lat))
        zone = self._places[1][nearest]
        return zone if isinstance(zone, str) else None

    @cached_property
    def _places(self) -> tuple[KDTree, list[object]]:
        from scipy.spatial import KDTree  # late: it takes longer to import than to show a page

        squares = self.squares.sort_index()
        return KDTree(np.array(list(squares.index), dtype=float)), list(squares["zone_id"])


def square_of(lon: float, lat: float) -> Square:
    """The square kilometre of the European grid (EPSG:3035) in which a position lies, as (north, east).

    >>> square_of(10.0, 52.0)
    (3210, 4321)
    """
    east, north = _to_metres().transform(lon, lat)
    return math.floor(north / SQUARE_M), math.floor(east / SQUARE_M)


def metres_of(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions as metres east and north (EPSG:3035)."""
    east, north = _to_metres().transform(lon, lat)
    return np.asarray(east), np.asarray(north)


def make_zones(cells: pd.DataFrame, *, key: bytes) -> Zones:
    """The partition for where people live.

    Squares are joined inside a municipality, smallest group first, always with the nearest neighbour in
    it, until each group has :data:`SMALLEST_ZONE` residents. A group that finds nobody within
    :data:`FARTHEST_M` (a small island far out) gets no zone. People of unknown number count as none.

    Parameters
    ----------
    cells : DataFrame
        ``lon, lat`` of where the people are, ``population``, ``municipality_id``, ``settlement`` (a name).
        A row whose ``cell_id`` index names a square of the grid is counted there.
    key : bytes
        The installation's secret for this purpose.
    """
    squares = _squares(cells)
    labels = [
        f"{municipality} {label}"
        for municipality, inside in squares.groupby("municipality_id", sort=True)
        for label in _grown(inside, key=key)
    ]
    squares = squares.sort_values("municipality_id", kind="stable").assign(group=labels)
    residents = squares.groupby("group")["residents"].transform("sum")
    zones = _described(squares[residents >= SMALLEST_ZONE], key=key)
    zone_of = zones.reset_index().set_index("group")["zone_id"]
    listed = squares[["municipality_id"]].assign(zone_id=squares["group"].map(zone_of).astype(object))
    return Zones(zones[list(_COLUMNS)], listed.where(listed.notna(), None))


_COLUMNS = ("name", "municipality_id", "residents", "lon", "lat", "accuracy_m")


def _squares(cells: pd.DataFrame) -> pd.DataFrame:
    """Inhabited squares: residents, municipality, settlement name and the point where most of them live."""
    found = [_named_square(str(name)) for name in cells.index]
    east, north = _to_metres().transform(cells["lon"].to_numpy(), cells["lat"].to_numpy())
    rows = pd.DataFrame(
        {
            "north": [
                square[0] if square else math.floor(y / SQUARE_M) for square, y in zip(found, north, strict=True)
            ],
            "east": [square[1] if square else math.floor(x / SQUARE_M) for square, x in zip(found, east, strict=True)],
            "residents": cells["population"].fillna(0).clip(lower=0).to_numpy(dtype=float),
            "municipality_id": cells["municipality_id"].fillna("").astype(str).to_numpy(),
            "name": cells["settlement"].fillna("").astype(str).to_numpy(),
            "lon": cells["lon"].to_numpy(dtype=float),
            "lat": cells["lat"].to_numpy(dtype=float),
        }
    )
    leading = rows.sort_values("residents", ascending=False, kind="stable").groupby(["north", "east"]).first()
    return leading.assign(residents=rows.groupby(["north", "east"])["residents"].sum())


def _named_square(cell_id: str) -> Square | None:
    """The square that a grid code names: ``CRS3035RES1000mN3210000E4321000``."""
    if not cell_id.startswith("CRS3035RES1000m"):
        return None
    north, _e, east = cell_id.removeprefix("CRS3035RES1000mN").partition("E")
    return (int(north) // SQUARE_M, int(east) // SQUARE_M) if north.isdigit() and east.isdigit() else None


def _grown(inside: pd.DataFrame, *, key: bytes) -> NDArray[np.int64]:
    """A group number for each of one municipality's squares; each group is large enough or stands alone."""
    return joined(
        inside["residents"].to_numpy(dtype=float),
        np.array(list(inside.index), dtype=float) * SQUARE_M,
        fewest=SMALLEST_ZONE,
        farthest_m=FARTHEST_M,
        turn=[_draw(key, f"grow {square}") for square in inside.index],
    )


def joined(
    people: NDArray[np.float64], places_m: NDArray[np.float64], *, fewest: int, farthest_m: float, turn: Sequence[str]
) -> NDArray[np.int64]:
    """A group number for each place: the smallest group joins the nearest other one until each has ``fewest``.

    A group with no other within ``farthest_m`` stays as small as it is. ``turn`` orders equally small ones.
    """
    from scipy.spatial import KDTree

    people = people.copy()
    tree = KDTree(places_m)
    group = np.arange(len(people))
    members = [[at] for at in range(len(people))]
    waiting = [(count, turn[at], at) for at, count in enumerate(people) if count < fewest]
    heapq.heapify(waiting)
    while waiting:
        count, _turn, name = heapq.heappop(waiting)
        if people[name] != count or not members[name]:
            continue  # it has grown, or was joined to another, since it was put on the heap
        other = _nearest(tree, places_m[members[name]], group, name=name, farthest_m=farthest_m)
        if other is None:
            continue
        group[members[name]] = other
        members[other] += members[name]
        members[name] = []
        people[other] += count
        if people[other] < fewest:
            heapq.heappush(waiting, (people[other], turn[other], other))
    return group


def _nearest(
    tree: KDTree, own: NDArray[np.float64], group: NDArray[np.int64], *, name: int, farthest_m: float
) -> int | None:
    """The group whose place is the nearest to any of ``own``; None if all are too far."""
    for neighbours in (9, 65, 1025, tree.n):
        steps, there = tree.query(own, k=range(1, min(neighbours, tree.n) + 1))
        steps = np.where(group[there] == name, np.inf, steps)
        best = int(steps.argmin())
        if np.isfinite(steps.flat[best]):
            return int(group[there.flat[best]]) if steps.flat[best] <= farthest_m else None
    return None


def _described(squares: pd.DataFrame, *, key: bytes) -> pd.DataFrame:
    """One row a zone: its name, residents, the point that is shown, and how far from it a pin may be."""
    places = squares.index.to_frame(index=False)
    east, north = _to_metres().transform(squares["lon"].to_numpy(), squares["lat"].to_numpy())
    rows = squares.reset_index(drop=True).assign(
        y_m=(places["north"] + 0.5) * SQUARE_M,
        x_m=(places["east"] + 0.5) * SQUARE_M,
        point_y_m=north,
        point_x_m=east,
        draw=[_draw(key, f"point {square}") for square in squares.index],
    )
    shown = rows.sort_values(["residents", "draw"], ascending=False).groupby("group").first()
    shown[["lon", "lat"]] = shown[["lon", "lat"]].round(_POINT_DECIMALS)
    point = shown.loc[rows["group"], ["point_y_m", "point_x_m"]].to_numpy()
    rows["reach_m"] = np.hypot(rows["y_m"] - point[:, 0], rows["x_m"] - point[:, 1]) + SQUARE_M * math.sqrt(0.5)
    by_name = rows.groupby(["group", "name"])["residents"].sum().reset_index()
    named = by_name.sort_values("residents", ascending=False, kind="stable").groupby("group")["name"].first()
    zones = shown[["municipality_id", "lon", "lat"]].assign(
        name=named,
        residents=rows.groupby("group")["residents"].sum(),
        accuracy_m=(np.ceil(rows.groupby("group")["reach_m"].max() / 100) * 100).astype(int),
        zone_id=[draw[:16] for draw in shown["draw"]],
    )
    return zones.reset_index().set_index("zone_id")


def _draw(key: bytes, what: str) -> str:
    return hmac.digest(key, what.encode(), "sha256").hex()


@lru_cache(maxsize=1)
def _to_metres() -> Transformer:
    return Transformer.from_crs(_WGS84, _LAEA, always_xy=True)
