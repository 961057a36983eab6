"""Turn restrictions: whoever comes by one way may not, or may only, go on by another."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.region.ways import StreetWays
from sempre_geo.travel.access import Mode

_EXCEPTED = {"car": "motorcar|motor_vehicle", "bike": "bicycle"}
_NO_TURNING_BACK_STEPS = 60
_NOT_A_TURN = ("no_entry", "no_exit")


@dataclass(frozen=True)
class _Rule:
    """Ways that may not be taken, or with ``only`` the ones that alone may."""

    ways: frozenset[int]
    only: bool


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

    def apply_along(self, arcs: list[int], rule: _Rule, *, path: list[int], way: int) -> None:
        """The same at the end of a ``path`` of nodes along a way, for those alone who came by ``arcs``.

        The path is copied: who leaves it on the way is free again, who stays on it meets the rule at its end.
        """
        for node in sorted({int(self.head[arc]) for arc in arcs}):
            chain = self._chain(node, rule, path=path, way=way)
            self.head[[arc for arc in arcs if self.head[arc] == node]] = chain

    def _chain(self, node: int, rule: _Rule, *, path: list[int], way: int) -> int:
        steps = [node]
        for onward in path[1:]:
            arc = self._step(steps[-1], onward, way)
            if arc is None:
                return node
            steps.append(arc[1])
        last = self.restricted(steps[-1], rule)
        before = [node, *steps]
        for place, here, onward in zip(before[-3::-1], steps[-2::-1], steps[:0:-1], strict=True):
            last = self.copy(here, [
                (arc, last if to == onward and self.way[arc] == way else to)
                for arc, to in self.out_of(here) if here == node or self.twin_of[to] != self.twin_of[place]
            ])  # fmt: skip
        return last

    def _step(self, node: int, onward: int, way: int) -> tuple[int, int] | None:
        found = [(arc, to) for arc, to in self.out_of(node) if self.way[arc] == way and self.twin_of[to] == onward]
        return found[0] if found else None


def with_turns(
    arcs: pd.DataFrame, ways: StreetWays, *, mode: Mode, twin_of: NDArray[np.int64]
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Arcs under the turn restrictions that bind a mode, and for every node the node it is a copy of.

    The first arcs stay as many and in order; some lead elsewhere, and arcs out of the copies follow them.
    Restrictions by the hour, of other vehicles, and over several ways between are not applied.
    """
    ruled = _binding(ways.restrictions, mode)
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
    for _pair, rows in ruled[ruled["node"].isna()].dropna(subset=["between"]).groupby(["between", "start"]):
        _over_a_way(turns, ways, rows)
    return _rewritten(arcs, turns), np.asarray(turns.twin_of, dtype=np.int64)


def _binding(restrictions: pd.DataFrame, mode: Mode) -> pd.DataFrame:
    """Restrictions that a mode has to obey; people on foot turn where they like."""
    if mode not in _EXCEPTED or restrictions.empty:
        return restrictions.iloc[:0]
    excepted = restrictions["except"].fillna("").str.contains(_EXCEPTED[mode], regex=True)
    kind = restrictions["restriction"].fillna("")
    turn = kind.str.startswith(("no_", "only_")) & ~kind.isin(_NOT_A_TURN)
    return restrictions[~excepted & turn]


def _rule(rows: pd.DataFrame) -> _Rule:
    only = rows["restriction"].str.startswith("only_")
    return _Rule(frozenset(rows["end"][only if only.any() else ~only].astype(int)), bool(only.any()))


def _over_a_way(turns: _Turns, ways: StreetWays, rows: pd.DataFrame) -> None:
    between, start = int(rows["between"].iloc[0]), int(rows["start"].iloc[0])
    path = ways.nodes[ways.offsets[between] : ways.offsets[between + 1]].tolist()
    for way_along in (path, path[::-1]):
        last = _nodes_of(ways, rows["end"].astype(int).tolist())
        if way_along[-1] in last and (arriving := turns.arriving(way_along[0], start)):
            turns.apply_along(arriving, _rule(rows), path=way_along, way=between)


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
