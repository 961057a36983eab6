"""The areas in which people are counted for everybody: branches of one fixed tree of all zones, heard or not.

The tree halves the region by residents, whole municipalities first, again and again down to the single zones. Which
branches are shown depends only on which of them have enough people, never on who spoke inside one: nothing shown, of
one week or several, tells of a zone that is not shown by itself whether anybody spoke in it. For that,

- a branch is parted where both halves have enough people. Where one has not, the other goes on alone: the people of
  the small half are in no area, as if there were none. Totals by word do count them, and with them those who named no
  more than a municipality, whose number is told nowhere: so they are not what is left over by subtraction;
- what goes on alone, and is parted nowhere below, must have one person more for each depth: the more people, the finer
  the area. No more is told of an area than what would keep it whole if all of its people were in one of its zones: of
  two neighbouring villages, "five" never means that both were heard;
- areas of different weeks, categories and groups are branches of the same tree: one lies in the other, or apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.community.privacy import metres_of

_MOST_NAMES = 3


@dataclass(frozen=True)
class Area:
    """Zones that are counted as one: their ids, a name, and where to draw it; all the same whoever spoke there."""

    zones: tuple[str, ...]
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, eq=False)
class ZoneTree:
    """All zones, halved again and again.

    ``zones`` stand in the tree's order, so that each branch is a slice of them, from ``starts`` to ``ends``; the
    first branch is the whole region. ``halves`` are the two branches that one is parted into; none for a single zone.
    """

    zones: pd.DataFrame
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    halves: list[tuple[int, ...]]
    _areas: dict[int, Area] = field(default_factory=dict)

    def area(self, branch: int) -> Area:
        """What is shown of a branch; named by, and drawn at, those of its zones in which most people live."""
        if branch not in self._areas:
            self._areas[branch] = self._described(range(self.starts[branch], self.ends[branch]))
        return self._areas[branch]

    def _described(self, inside: range) -> Area:
        ids, names, lon, lat, residents = self._columns
        most = sorted(inside, key=residents.__getitem__, reverse=True)
        different = list(dict.fromkeys(names[at] for at in most))
        name = ", ".join(different[:_MOST_NAMES]) + (" …" if len(different) > _MOST_NAMES else "")
        return Area(tuple(ids[inside.start : inside.stop]), name, lon[most[0]], lat[most[0]])

    @cached_property
    def _columns(self) -> tuple[list[str], list[str], list[float], list[float], list[float]]:
        """Plain lists: an area is described thousands of times."""
        lon, lat, residents = (self.zones[name].astype(float).tolist() for name in ("lon", "lat", "residents"))
        return self.zones.index.astype(str).tolist(), self.zones["name"].astype(str).tolist(), lon, lat, residents


def zone_tree(zones: pd.DataFrame) -> ZoneTree:
    """The tree of a region's zones; it changes only if they do, and they are drawn once.

    Parameters
    ----------
    zones : DataFrame
        Index ``zone_id``; ``name, municipality_id, residents, lon, lat``.
    """
    ordered = zones.sort_index()
    east, north = metres_of(ordered["lon"].to_numpy(dtype=float), ordered["lat"].to_numpy(dtype=float))
    places = _Places(east.tolist(), north.tolist(), ordered["residents"].astype(float).tolist())
    by_municipality = ordered.groupby("municipality_id", sort=True).indices.values()
    order: list[int] = []
    branches: list[tuple[int, int, tuple[int, ...]]] = []
    if len(ordered):
        _grow([[int(one) for one in at] for at in by_municipality], places, order=order, branches=branches)
    return ZoneTree(
        zones=ordered.iloc[order],
        starts=np.array([start for start, _end, _halves in branches], dtype=int),
        ends=np.array([end for _start, end, _halves in branches], dtype=int),
        halves=[halves for _start, _end, halves in branches],
    )


def shown_areas(people: pd.Series, tree: ZoneTree, *, fewest: int) -> list[tuple[Area, int]]:
    """The areas that may be shown, and how many people at least stand behind each: ``fewest`` or more.

    Nothing is shown if all of them together are fewer; ``people`` are by zone, those of unknown zones count nowhere.
    """
    sums = np.concatenate([[0], people.reindex(tree.zones.index).fillna(0).to_numpy(dtype=int).cumsum()])
    behind: list[int] = (sums[tree.ends] - sums[tree.starts]).tolist()
    if not behind or behind[0] < fewest:
        return []
    return [(tree.area(branch), least) for branch, least in _shown(0, tree.halves, behind, fewest=fewest, most=fewest)]


def _shown(
    branch: int, halves: list[tuple[int, ...]], behind: list[int], *, fewest: int, most: int
) -> Iterator[tuple[int, int]]:
    """The branches to show below one with enough people, and what is told of the people behind each.

    ``most`` is what may be told of the branch while it is shown whole: one more at each depth of the tree.
    """
    alone = [branch]
    while enough := [half for half in halves[alone[-1]] if behind[half] >= fewest]:
        if len(enough) > 1:
            for half in enough:
                yield from _shown(half, halves, behind, fewest=fewest, most=most + len(alone))
            return
        alone += enough
    steps = 0
    while steps + 1 < len(alone) and behind[alone[steps + 1]] > most + steps:
        steps += 1
    found = alone[steps]
    yield found, min(behind[found], most + steps) if halves[found] else behind[found]


@dataclass(frozen=True)
class _Places:
    east_m: list[float]
    north_m: list[float]
    residents: list[float]


def _grow(
    groups: list[list[int]], places: _Places, *, order: list[int], branches: list[tuple[int, int, tuple[int, ...]]]
) -> int:
    """Add the branch of some groups of zones, and all below it; a single group is parted into its zones."""
    parts = groups if len(groups) > 1 else [[at] for at in groups[0]]
    branch, start = len(branches), len(order)
    branches.append((start, start, ()))
    halves: tuple[int, ...] = ()
    if len(parts) == 1:
        order += parts[0]
    else:
        halves = tuple(_grow(half, places, order=order, branches=branches) for half in _halved(parts, places))
    branches[branch] = (start, len(order), halves)
    return branch


def _halved(groups: list[list[int]], places: _Places) -> tuple[list[list[int]], list[list[int]]]:
    """Groups parted across their longer extent, with about as many residents on both sides."""
    lines = [_middles(groups, along, places.residents) for along in (places.east_m, places.north_m)]
    along = max(lines, key=lambda line: max(line) - min(line))
    turn = sorted(range(len(groups)), key=along.__getitem__)
    sums = list(accumulate(sum(places.residents[at] for at in groups[one]) for one in turn))
    half = sums[-1] / 2
    cut = bisect_left(sums, half)
    cut += not cut or sums[cut] - half <= half - sums[cut - 1]
    cut = min(cut, len(turn) - 1)
    return [groups[one] for one in turn[:cut]], [groups[one] for one in turn[cut:]]


def _middles(groups: list[list[int]], along: list[float], residents: list[float]) -> list[float]:
    return [
        sum(along[at] * residents[at] for at in group) / sum(residents[at] for at in group)
        if len(group) > 1 else along[group[0]]
        for group in groups
    ]  # fmt: skip
