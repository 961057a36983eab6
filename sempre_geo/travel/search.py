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
def nearest_source(arcs: Any, seeds: Any) -> Any:
    """Seconds from the nearest seed to every node, and the node before it on that way (-2 - i at seed i).

    Written out rather than built from `k_nearest_sources`: with one label a node it takes a third of the time.
    ``arcs`` are (indptr, head, seconds), ``seeds`` (node, seconds).
    """
    indptr, head, seconds = arcs
    seed, start = seeds
    cost = np.full(len(indptr) - 1, np.inf)
    before = np.full(len(indptr) - 1, np.int32(-1), dtype=np.int32)
    queue = (np.empty(max(1024, len(seed)), dtype=np.float64), np.empty(max(1024, len(seed)), dtype=np.int32))
    size = 0
    for i in range(len(seed)):
        if start[i] < cost[seed[i]]:
            cost[seed[i]], before[seed[i]] = start[i], -2 - i
            size = _push(queue, size, start[i], seed[i])
    while size > 0:
        here, node = queue[0][0], queue[1][0]
        size = _drop_first(queue, size)
        if here > cost[node]:
            continue
        for arc in range(indptr[node], indptr[node + 1]):
            there, to = here + seconds[arc], head[arc]
            if there < cost[to]:
                cost[to], before[to] = there, node
                if size >= len(queue[0]):
                    queue = _room(queue)
                size = _push(queue, size, there, to)
    return cost, before


@compiled
def way_back(arcs: Any, tree: Any, nodes: Any) -> Any:
    """The seed nearest to each of ``nodes`` and the metres to it; -1 and infinity where there is none.

    ``arcs`` are (indptr, head, seconds, metres), ``tree`` what `nearest_source` gave.
    """
    indptr, head, seconds, metres = arcs
    cost, before = tree
    who = np.full(len(nodes), np.int64(-1))
    far = np.full(len(nodes), np.inf)
    for row in range(len(nodes)):
        node = nodes[row]
        if not np.isfinite(cost[node]):
            continue
        travelled = 0.0
        while before[node] >= 0:
            previous = before[node]
            for arc in range(indptr[previous], indptr[previous + 1]):
                if head[arc] == node and cost[previous] + seconds[arc] == cost[node]:
                    travelled += metres[arc]
                    break
            node = previous
        who[row], far[row] = -2 - before[node], travelled
    return who, far


@compiled
def k_nearest_sources(arcs: Any, seeds: Any, k: Any) -> Any:
    """The ``k`` sources nearest to every node: seconds, source and metres, shape (nodes, k), nearest first.

    Every node has ``k`` labels, each of another source; a label that a nearer source takes over leaves its old
    entry in the queue, where it is passed by. ``arcs`` are (indptr, head, seconds, metres), ``seeds`` (node,
    seconds, metres, source).
    """
    indptr, head, seconds, metres = arcs
    seed, start, start_m, source = seeds
    labels = (len(indptr) - 1) * k
    cost = np.full(labels, np.inf)
    who = np.full(labels, np.int32(-1), dtype=np.int32)
    far = np.full(labels, np.float32(np.inf), dtype=np.float32)
    queue = (np.empty(max(1024, len(seed)), dtype=np.float64), np.empty(max(1024, len(seed)), dtype=np.int64))
    size = 0
    for i in range(len(seed)):
        label = _taken(cost, who, seed[i] * k, k, start[i], source[i])
        if label >= 0:
            cost[label], who[label], far[label] = start[i], source[i], start_m[i]
            if size >= len(queue[0]):
                queue = _room(queue)
            size = _push(queue, size, start[i], label)
    while size > 0:
        here, label = queue[0][0], queue[1][0]
        size = _drop_first(queue, size)
        if here > cost[label]:
            continue
        node, origin = label // k, who[label]
        for arc in range(indptr[node], indptr[node + 1]):
            there = here + seconds[arc]
            onward = _taken(cost, who, np.int64(head[arc]) * k, k, there, origin)
            if onward >= 0:
                cost[onward], who[onward], far[onward] = there, origin, far[label] + metres[arc]
                if size >= len(queue[0]):
                    queue = _room(queue)
                size = _push(queue, size, there, onward)
    return _in_order(cost, who, far, k)


@compiled
def _taken(cost: Any, who: Any, first: Any, k: Any, there: Any, origin: Any) -> Any:  # noqa: PLR0917 - for the compiler
    """The label of a node that a source at this cost takes over; -1 where it is none of the ``k`` nearest."""
    worst = first
    for label in range(first, first + k):
        if who[label] == origin:
            return label if there < cost[label] else -1
        if cost[label] > cost[worst]:
            worst = label
    return worst if there < cost[worst] else -1


@compiled
def _in_order(cost: Any, who: Any, far: Any, k: Any) -> Any:
    for first in range(0, len(cost), k):
        for label in range(first + 1, first + k):
            at = label
            while at > first and cost[at] < cost[at - 1]:
                cost[at], cost[at - 1] = cost[at - 1], cost[at]
                who[at], who[at - 1] = who[at - 1], who[at]
                far[at], far[at - 1] = far[at - 1], far[at]
                at -= 1
    return cost.reshape(-1, k), who.reshape(-1, k), far.reshape(-1, k)


@compiled
def _room(queue: Any) -> Any:
    """The queue in twice the room."""
    return np.concatenate((queue[0], np.empty_like(queue[0]))), np.concatenate((queue[1], np.empty_like(queue[1])))


@compiled
def _push(queue: Any, size: Any, key: Any, item: Any) -> Any:
    """Put an item into a heap in which every entry has four below it; the new size."""
    keys, items = queue
    at = size
    while at > 0:
        above = (at - 1) >> 2
        if keys[above] <= key:
            break
        keys[at], items[at] = keys[above], items[above]
        at = above
    keys[at], items[at] = key, item
    return size + 1


@compiled
def _drop_first(queue: Any, size: Any) -> Any:
    """Take the smallest entry off the heap; the new size."""
    keys, items = queue
    size -= 1
    key, item = keys[size], items[size]
    at = 0
    while True:
        below = 4 * at + 1
        if below >= size:
            break
        least = below
        for other in range(below + 1, min(below + 4, size)):
            if keys[other] < keys[least]:
                least = other
        if keys[least] >= key:
            break
        keys[at], items[at] = keys[least], items[least]
        at = least
    keys[at], items[at] = key, item
    return size


@compiled
def reach_within(  # noqa: C901, PLR0917 - one search, written out for the compiler
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
