"""Turn restrictions: whoever comes by one way may not, or may only, go on by another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.region.conditions import holds
from sempre_geo.region.ways import RESTRICTIONS, StreetWays
from sempre_geo.travel.access import Mode

_EXCEPTED = {"car": "motorcar|motor_vehicle", "bike": "bicycle"}
_NO_TURNING_BACK_STEPS = 60
_NOT_A_TURN = ("no_entry", "no_exit")


@dataclass(frozen=True)
class _Rule:
    """Ways that may not be taken, or with ``only`` the ones that alone may."""

    ways: frozenset[int]
    only: bool


@dataclass(frozen=True)
class _Path:
    """Nodes in a row, and the way along which each is reached from the one before."""

    nodes: tuple[int, ...]
    ways: tuple[int, ...]


@dataclass
class _Turns:
    """Arcs while restrictions are put in: whoever must not turn arrives at a copy of the node.

    ``tail, head, way`` are the arcs'; ``twin_of`` says which node each is a copy of; ``leaving`` of a copy are pairs
    of an arc it resembles and the node that leads to.
    """

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    way: NDArray[np.int64]
    passable: NDArray[np.bool_]
    twin_of: list[int]
    leaving: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._out = _grouped(self.tail, len(self.twin_of))
        self._into = _grouped(np.asarray(self.twin_of)[self.head], len(self.twin_of))

    def arriving(self, node: int, way: int) -> list[int]:
        """Arcs of a way that lead to a node or a copy of it."""
        order, start = self._into
        return [arc for arc in order[start[node] : start[node + 1]].tolist() if self.way[arc] == way]

    def out_of(self, node: int) -> list[tuple[int, int]]:
        """Arcs that leave a node, each with where it leads."""
        if node in self.leaving:
            return self.leaving[node]
        order, start = self._out
        arcs = order[start[node] : start[node + 1]].tolist()
        return [(arc, int(self.head[arc])) for arc in arcs if self.passable[arc]]

    def onward(self, node: int, place: int, *, steps: int = _NO_TURNING_BACK_STEPS) -> int:
        """A copy of ``node`` for those who come from ``place`` and do not turn round there, nor before a junction.

        Else a forbidden turn would be made by turning back a few metres on. At a dead end one has to.
        """
        leaving = [(arc, to) for arc, to in self.out_of(node) if self.twin_of[to] != place]
        if not leaving:
            return node
        if len(leaving) == 1 and steps > 0:
            arc, to = leaving[0]
            leaving = [(arc, self.onward(to, self.twin_of[node], steps=steps - 1))]
        return self.copy(node, leaving)

    def restricted(self, node: int, rule: _Rule) -> int:
        """A copy of a node from which only what the rule allows can be taken."""
        allowed = [(arc, to) for arc, to in self.out_of(node) if self.allows(arc, rule)]
        return self.copy(node, [(arc, self.onward(to, self.twin_of[node])) for arc, to in allowed])

    def copy(self, node: int, leaving: list[tuple[int, int]]) -> int:
        """A copy of a node from which only these arcs leave."""
        self.twin_of.append(self.twin_of[node])
        self.leaving[len(self.twin_of) - 1] = leaving
        return len(self.twin_of) - 1

    def allows(self, arc: int, rule: _Rule) -> bool:
        """Whether a rule lets one go on along an arc."""
        return (int(self.way[arc]) in rule.ways) == rule.only

    def apply(self, arcs: list[int], rule: _Rule) -> None:
        """Let these arcs arrive at copies of their node from which only what the rule allows can be taken."""
        for node in sorted({int(self.head[arc]) for arc in arcs}):
            self.head[[arc for arc in arcs if self.head[arc] == node]] = self.restricted(node, rule)

    def apply_along(self, arcs: list[int], rule: _Rule, *, path: _Path) -> None:
        """The same at the end of a path along the ways between, for those alone who came by ``arcs``.

        The path is copied: who leaves it on the way is free again, who stays on it meets the rule at its end.
        """
        for node in sorted({int(self.head[arc]) for arc in arcs}):
            chain = self._chain(node, rule, path=path)
            self.head[[arc for arc in arcs if self.head[arc] == node]] = chain

    def _chain(self, node: int, rule: _Rule, *, path: _Path) -> int:
        steps = [node]
        for onward, way in zip(path.nodes[1:], path.ways, strict=True):
            arc = self._step(steps[-1], onward, way)
            if arc is None:
                return node
            steps.append(arc[1])
        last = self.restricted(steps[-1], rule)
        before = [node, *steps]
        along = zip(before[-3::-1], steps[-2::-1], steps[:0:-1], path.ways[::-1], strict=True)
        for place, here, onward, way in along:
            last = self.copy(here, [
                (arc, last if to == onward and self.way[arc] == way else to)
                for arc, to in self.out_of(here) if here == node or self.twin_of[to] != self.twin_of[place]
            ])  # fmt: skip
        return last

    def _step(self, node: int, onward: int, way: int) -> tuple[int, int] | None:
        found = [(arc, to) for arc, to in self.out_of(node) if self.way[arc] == way and self.twin_of[to] == onward]
        return found[0] if found else None


def with_turns(
    arcs: pd.DataFrame, ways: StreetWays, *, mode: Mode, twin_of: NDArray[np.int64], day: date | None = None
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Arcs under the turn restrictions that bind a mode, and for every node the node it is a copy of.

    The first arcs stay as many and in order; some lead elsewhere, and arcs out of the copies follow them.
    Restrictions of other vehicles are not applied, nor those under a condition that does not hold on the day
    (:func:`sempre_geo.region.conditions.holds`).
    """
    ruled = _binding(ways.restrictions.reindex(columns=list(RESTRICTIONS), fill_value=""), mode, day)
    if ruled.empty:
        return arcs, twin_of
    turns = _Turns(
        tail=arcs["tail"].to_numpy(), head=arcs["head"].to_numpy(copy=True), way=arcs["way"].to_numpy(),
        passable=np.isfinite(arcs["fine"].to_numpy()), twin_of=twin_of.tolist(),
    )  # fmt: skip
    position = pd.Series(np.arange(len(ways.ways)), index=ways.ways.index)
    ruled = ruled.assign(
        start=position.reindex(ruled["from_way"]).to_numpy(), end=position.reindex(ruled["to_way"]).to_numpy(),
        node=pd.Series(np.arange(len(ways.node_id)), index=ways.node_id).reindex(ruled["via_node"]).to_numpy(),
        between=position.reindex(ruled["via_way"]).to_numpy(),
    ).dropna(subset=["start", "end"])  # fmt: skip
    for _pair, rows in ruled.dropna(subset=["node"]).groupby(["node", "start"]):
        turns.apply(turns.arriving(int(rows["node"].iloc[0]), int(rows["start"].iloc[0])), _rule(rows))
    over = ruled[ruled["node"].isna()].dropna(subset=["between"])
    for _chain, rows in over.groupby(["between", "further_ways", "start"]):
        further = [int(way) for way in rows["further_ways"].iloc[0].split(";") if way]
        between = [int(rows["between"].iloc[0]), *position.reindex(further).dropna().astype(int)]
        if len(between) == len(further) + 1:
            _over_ways(turns, ways, rows, between=between)
    return _rewritten(arcs, turns), np.asarray(turns.twin_of, dtype=np.int64)


def _binding(restrictions: pd.DataFrame, mode: Mode, day: date | None) -> pd.DataFrame:
    """Restrictions that a mode has to obey; people on foot turn where they like."""
    if mode not in _EXCEPTED or restrictions.empty:
        return restrictions.iloc[:0]
    excepted = restrictions["except"].fillna("").str.contains(_EXCEPTED[mode], regex=True)
    kind = restrictions["restriction"].fillna("")
    turn = kind.str.startswith(("no_", "only_")) & ~kind.isin(_NOT_A_TURN)
    ruled = restrictions[~excepted & turn]
    return ruled[[not condition or holds(condition, day) for condition in ruled["condition"]]]


def _rule(rows: pd.DataFrame) -> _Rule:
    only = rows["restriction"].str.startswith("only_")
    return _Rule(frozenset(rows["end"][only if only.any() else ~only].astype(int)), bool(only.any()))


def _over_ways(turns: _Turns, ways: StreetWays, rows: pd.DataFrame, *, between: list[int]) -> None:
    """Restrictions of one way to others with the same ways between, whichever way round these were drawn."""
    start, last = int(rows["start"].iloc[0]), _nodes_of(ways, rows["end"].astype(int).tolist())
    for path in _paths(ways, between):
        if path.nodes[-1] in last and (arriving := turns.arriving(path.nodes[0], start)):
            turns.apply_along(arriving, _rule(rows), path=path)


def _paths(ways: StreetWays, between: list[int]) -> list[_Path]:
    """The ways between joined end to end, in both directions; none where they do not follow one another."""
    found = []
    for order in (between, between[::-1]) if len(between) > 1 else (between,):
        first = ways.nodes[ways.offsets[order[0]] : ways.offsets[order[0] + 1]].tolist()
        for begun in (first, first[::-1]):
            path = _Path(tuple(begun), (order[0],) * (len(begun) - 1))
            for way in order[1:]:
                path = _continued(path, way, ways.nodes[ways.offsets[way] : ways.offsets[way + 1]].tolist())
            if path.nodes:
                found.append(path)
    return found


def _continued(path: _Path, way: int, nodes: list[int]) -> _Path:
    """A path and one way more; an empty one where that does not begin or end at its end."""
    if not path.nodes or path.nodes[-1] not in {nodes[0], nodes[-1]}:
        return _Path((), ())
    onward = nodes[1:] if nodes[0] == path.nodes[-1] else nodes[-2::-1]
    return _Path((*path.nodes, *onward), (*path.ways, *(way for _node in onward)))


def _nodes_of(ways: StreetWays, which: list[int]) -> set[int]:
    return {node for way in which for node in ways.nodes[ways.offsets[way] : ways.offsets[way + 1]].tolist()}


def _rewritten(arcs: pd.DataFrame, turns: _Turns) -> pd.DataFrame:
    added = [(arc, copy, to) for copy, leaving in turns.leaving.items() for arc, to in leaving]
    like, tail, head = (np.array(column, dtype=np.int64) for column in zip(*added, strict=True)) if added else (
        np.array([], dtype=np.int64) for _column in range(3)
    )  # fmt: skip
    more = arcs.iloc[like].assign(tail=tail, head=head)
    return pd.concat([arcs.assign(head=turns.head), more], ignore_index=True)


def _grouped(keys: NDArray[np.int64], nodes: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions ordered by key, and where each key's begin."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=nodes))])
    return np.argsort(keys, kind="stable"), starts.astype(np.int64)
