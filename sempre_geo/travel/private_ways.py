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


def without_through_traffic(arcs: pd.DataFrame, twin_of: NDArray[np.int64]) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Open arcs on which nobody passes through a private way, and for every node the node it is a copy of.

    Each node on private ways gets a copy for those who come in from the public streets: from copies only private ways
    lead on, so who has entered stays until the trip's end. Who starts there uses the nodes themselves and gets out.
    """
    private = arcs["private"].to_numpy()
    if not private.any():
        return arcs, twin_of
    nodes = len(twin_of)
    tail, head = arcs["tail"].to_numpy(), arcs["head"].to_numpy()
    public_node = np.zeros(nodes, dtype=bool)
    public_node[tail[~private]] = True
    public_node[head[~private]] = True
    touched = np.unique(np.concatenate([tail[private], head[private]]))
    copy = np.full(nodes, _NO_PART, dtype=np.int64)
    copy[touched] = nodes + np.arange(len(touched))
    entering = private & public_node[tail]
    inside = arcs[private]
    arcs = arcs.assign(head=np.where(entering, copy[head], head))
    inside = inside.assign(tail=copy[inside["tail"]], head=copy[inside["head"]])
    return pd.concat([arcs, inside], ignore_index=True), np.concatenate([twin_of, twin_of[touched]])
