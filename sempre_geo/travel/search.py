"""Dijkstra searches as compiled loops: from several places at once, for the k nearest, and within a limit."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from sempre_geo.travel.compiled import compiled


@compiled
def bounded_search(arcs: Any, seeds: Any, limit: Any) -> Any:
    """Seconds and metres of the quickest way from the seeds to every node; infinity beyond ``limit``.

    ``arcs`` are (indptr, head, seconds, metres), ``seeds`` (node, seconds, metres).
    """
    indptr, head, seconds, metres = arcs
    seed, start, start_m = seeds
    cost = np.full(len(indptr) - 1, np.inf)
    far = np.full(len(indptr) - 1, np.inf)
    heap = [(0.0, np.int64(0)) for _ in range(0)]
    for i in range(len(seed)):
        if start[i] < cost[seed[i]] and start[i] <= limit:
            cost[seed[i]] = start[i]
            far[seed[i]] = start_m[i]
            heapq.heappush(heap, (start[i], seed[i]))
    while heap:
        here, node = heapq.heappop(heap)
        if here > cost[node]:
            continue
        for arc in range(indptr[node], indptr[node + 1]):
            there = here + seconds[arc]
            to = np.int64(head[arc])
            if there < cost[to] and there <= limit:
                cost[to] = there
                far[to] = far[node] + metres[arc]
                heapq.heappush(heap, (there, to))
    return cost, far


@compiled
def k_nearest_sources(arcs: Any, seeds: Any, k: Any) -> Any:
    """The ``k`` sources nearest to every node: seconds, source and metres, shape (nodes, k).

    Each node is settled at most ``k`` times, each time by another source. ``arcs`` are (indptr, head, seconds,
    metres), ``seeds`` (node, seconds, metres, source).
    """
    indptr, head, seconds, metres = arcs
    seed, start, start_m, source = seeds
    nodes = len(indptr) - 1
    cost = np.full((nodes, k), np.inf)
    who = np.full((nodes, k), np.int64(-1))
    far = np.full((nodes, k), np.inf)
    settled = np.zeros(nodes, dtype=np.int8)
    heap = [(0.0, np.int64(0), np.int64(0), 0.0) for _ in range(0)]
    for i in range(len(seed)):
        heapq.heappush(heap, (start[i], seed[i], source[i], start_m[i]))
    while heap:
        here, node, origin, travelled = heapq.heappop(heap)
        rank = settled[node]
        if rank >= k:
            continue
        known = False
        for earlier in range(rank):
            known = known or who[node, earlier] == origin
        if known or not np.isfinite(here):
            continue
        cost[node, rank] = here
        who[node, rank] = origin
        far[node, rank] = travelled
        settled[node] = rank + 1
        for arc in range(indptr[node], indptr[node + 1]):
            to = np.int64(head[arc])
            if settled[to] < k:
                heapq.heappush(heap, (here + seconds[arc], to, origin, travelled + metres[arc]))
    return cost, who, far


@compiled
def reach_within(  # noqa: C901, PLR0912, PLR0917 - one search, written out for the compiler
    arcs: Any, origins: Any, ends: Any, targets: Any, limit: Any
) -> Any:
    """Targets within ``limit`` of each origin: origin, target, seconds, metres, one entry a pair.

    ``arcs`` are (indptr, head, seconds, metres); ``origins`` (position, nodes, seconds, metres) with two nodes an
    origin; ``ends`` (indptr over nodes, target, seconds, metres): which targets each node leads to.
    """
    indptr, head, seconds, metres = arcs
    who, seeds, start, start_m = origins
    target_indptr, target, extra, extra_m = ends
    cost = np.full(len(indptr) - 1, np.inf)
    far = np.full(len(indptr) - 1, np.inf)
    best = np.full(targets, np.inf)
    best_m = np.full(targets, np.inf)
    out_origin = [np.int64(0) for _ in range(0)]
    out_target = [np.int64(0) for _ in range(0)]
    out_seconds = [0.0 for _ in range(0)]
    out_metres = [0.0 for _ in range(0)]
    for row in range(len(who)):
        heap = [(0.0, np.int64(0)) for _ in range(0)]
        touched = [np.int64(0) for _ in range(0)]
        hit = [np.int64(0) for _ in range(0)]
        for end in range(2):
            node = seeds[row, end]
            if start[row, end] <= limit and start[row, end] < cost[node]:
                touched.append(node)
                cost[node] = start[row, end]
                far[node] = start_m[row, end]
                heapq.heappush(heap, (start[row, end], node))
        while heap:
            here, node = heapq.heappop(heap)
            if here > cost[node]:
                continue
            for entry in range(target_indptr[node], target_indptr[node + 1]):
                there = here + extra[entry]
                if there <= limit and there < best[target[entry]]:
                    if not np.isfinite(best[target[entry]]):
                        hit.append(target[entry])
                    best[target[entry]] = there
                    best_m[target[entry]] = far[node] + extra_m[entry]
            for arc in range(indptr[node], indptr[node + 1]):
                there = here + seconds[arc]
                to = np.int64(head[arc])
                if there <= limit and there < cost[to]:
                    touched.append(to)
                    cost[to] = there
                    far[to] = far[node] + metres[arc]
                    heapq.heappush(heap, (there, to))
        for node in touched:
            cost[node] = np.inf
        for found in hit:
            out_origin.append(who[row])
            out_target.append(found)
            out_seconds.append(best[found])
            out_metres.append(best_m[found])
            best[found] = np.inf
    return np.array(out_origin), np.array(out_target), np.array(out_seconds), np.array(out_metres)
