"""Ways that may begin or end a trip but carry none through: private drives, field tracks, what lies behind a gate."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

_NO_PART = -1


def parts_of(arcs: pd.DataFrame, nodes: int) -> NDArray[np.int64]:
    """The part of the network each node lies in; within a part every place can be reached from every other."""
    passable = arcs[np.isfinite(arcs["fine"])]
    graph = coo_matrix((np.ones(len(passable), np.int8), (passable["tail"], passable["head"])), shape=(nodes, nodes))
    return np.asarray(connected_components(graph.tocsr(), directed=True, connection="strong")[1], dtype=np.int64)


def private_arcs(arcs: pd.DataFrame, part: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which arcs carry nobody through.

    They are those tagged so, and all streets that can be reached only over such ones: they lie behind the gate, and
    serve those who go there. What stays public is the largest part joined by public streets, in each part of the
    network.
    """
    tagged = arcs["ends_only"].to_numpy()
    if not tagged.any():
        return np.zeros(len(arcs), dtype=bool)
    public_part = parts_of(arcs[~tagged], len(part))
    tail, head = arcs["tail"].to_numpy(), arcs["head"].to_numpy()
    joined = ~tagged & (public_part[tail] == public_part[head]) & np.isfinite(arcs["fine"].to_numpy())
    length = pd.DataFrame(
        {"part": part[tail[joined]], "public": public_part[tail[joined]], "metres": arcs["metres"].to_numpy()[joined]}
    )
    sums = length.groupby(["part", "public"]).sum().reset_index().sort_values("metres", kind="stable")
    largest = np.full(len(part), _NO_PART, dtype=np.int64)
    largest[sums["part"]] = sums["public"]  # ascending: the last and largest stays
    return np.asarray(~(joined & (public_part[tail] == largest[part[tail]])))


def without_through_traffic(
    arcs: pd.DataFrame, twin_of: NDArray[np.int64]
) -> tuple[pd.DataFrame, NDArray[np.int64], NDArray[np.int64]]:
    """Open arcs on which nobody passes through a private way.

    A trip has three stages: out of private ways, along public ones, and in again. Each node on private ways stands
    once for those on their way out and once, as a copy, for those who have come in; where private ways meet public
    ones, the node itself is for those on public streets, and there is a second copy for those on their way out.

    Returns
    -------
    tuple
        The arcs; for every node the node it is a copy of; and for every old node the one at which a trip arrives
        that started on a private way.
    """
    private = arcs["private"].to_numpy()
    tail, head = arcs["tail"].to_numpy(), arcs["head"].to_numpy()
    out = np.arange(len(twin_of))
    if not private.any():
        return arcs, twin_of, out
    public = np.zeros(len(twin_of), dtype=bool)
    public[tail[~private]] = public[head[~private]] = True
    touched = np.unique(np.concatenate([tail[private], head[private]]))
    border = touched[public[touched]]
    out[border] = len(twin_of) + np.arange(len(border))
    into = np.full(len(twin_of), _NO_PART, dtype=np.int64)
    into[touched] = len(twin_of) + len(border) + np.arange(len(touched))
    inside = arcs[private]
    changes = pd.DataFrame(
        {"tail": np.concatenate([out[border], border]), "head": np.concatenate([border, into[border]])}
    )
    arcs = pd.concat(
        [
            arcs[~private],
            inside.assign(tail=out[inside["tail"]], head=out[inside["head"]]),
            inside.assign(tail=into[inside["tail"]], head=into[inside["head"]]),
            changes.assign(way=-1, metres=0.0, fine=0.0, seconds=0.0, ends_only=True, private=True),
        ],
        ignore_index=True,
    )
    return arcs, np.concatenate([twin_of, twin_of[border], twin_of[touched]]), out
