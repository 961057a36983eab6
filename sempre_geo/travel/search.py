"""Dijkstra searches as compiled loops: from several places at once, for the k nearest, and within a limit."""

from __future__ import annotations

from typing import Any

import numpy as np

from sempre_geo.travel.compiled import compiled

_ITEM = (1 << 32) - 1  # the lower half of a queue entry


@compiled
def nearest_source(arcs: Any, seeds: Any) -> Any:
    """Seconds from the nearest seed to every node.

    Written out rather than built from `k_nearest_sources`: with one label a node it takes a third of the time.
    ``arcs`` are (indptr, head, seconds), ``seeds`` (node, seconds).
    """
    indptr, head, seconds = arcs
    seed, start = seeds
    cost = np.full(len(indptr) - 1, np.inf)
    queue = np.empty(max(1024, len(seed)), dtype=np.int64)
    size = 0
    for i in range(len(seed)):
        if start[i] < cost[seed[i]]:
            cost[seed[i]] = start[i]
            size = _push(queue, size, _entry(start[i], seed[i]))
    while size > 0:
        first = queue[0]
        node = first & _ITEM
        size = _drop_first(queue, size)
        here = cost[node]
        if first != _entry(here, node):
            continue
        for arc in range(indptr[node], indptr[node + 1]):
            there, to = here + seconds[arc], head[arc]
            if there < cost[to]:
                cost[to] = there
                if size >= len(queue):
                    queue = _room(queue)
                size = _push(queue, size, _entry(there, to))
    return cost


@compiled
def way_to_source(arcs: Any, cost: Any, seeds: Any, nodes: Any) -> Any:
    """The seed nearest to each of ``nodes`` and the metres to it; -1 and infinity where there is none.

    Follows the arcs (indptr, head, seconds, metres) the other way round than `nearest_source` did, each step to where
    ``cost`` is less by just that arc; every arc takes some time, so that the walk ends. ``seeds`` are (node, seconds).
    """
    indptr, head, seconds, metres = arcs
    seed, start = seeds
    here = np.full(len(cost), np.int32(-1), dtype=np.int32)
    for i in range(len(seed)):
        if start[i] == cost[seed[i]]:
            here[seed[i]] = i
    who = np.full(len(nodes), np.int64(-1))
    far = np.full(len(nodes), np.inf)
    for row in range(len(nodes)):
        node = np.int64(nodes[row])
        if not np.isfinite(cost[node]):
            continue
        far[row] = 0.0
        while here[node] < 0:
            for arc in range(indptr[node], indptr[node + 1]):
                if cost[head[arc]] + seconds[arc] == cost[node]:
                    far[row] += metres[arc]
                    node = np.int64(head[arc])
                    break
        who[row] = here[node]
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
    queue = np.empty(max(1024, len(seed)), dtype=np.int64)
    size = 0
    for i in range(len(seed)):
        label = _taken(cost, who, seed[i] * k, k, start[i], source[i])
        if label >= 0:
            cost[label], who[label], far[label] = start[i], source[i], start_m[i]
            if size >= len(queue):
                queue = _room(queue)
            size = _push(queue, size, _entry(start[i], label))
    while size > 0:
        first = queue[0]
        label = first & _ITEM
        size = _drop_first(queue, size)
        here = cost[label]
        if first != _entry(here, label):
            continue
        node, origin = label // k, who[label]
        for arc in range(indptr[node], indptr[node + 1]):
            there = here + seconds[arc]
            onward = _taken(cost, who, np.int64(head[arc]) * k, k, there, origin)
            if onward >= 0:
                cost[onward], who[onward], far[onward] = there, origin, far[label] + metres[arc]
                if size >= len(queue):
                    queue = _room(queue)
                size = _push(queue, size, _entry(there, onward))
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
def _entry(cost: Any, item: Any) -> Any:
    """A queue entry: the cost rounded to 32 bits above, the item below; entries sort by cost.

    A rounding may let two entries pass each other by a ten-millionth; searches that take up an improved cost again are
    exact all the same.
    """
    return (np.int64(np.float32(cost).view(np.int32)) << 32) | np.int64(item)


@compiled
def _room(queue: Any) -> Any:
    """The queue in twice the room."""
    return np.concatenate((queue, np.empty_like(queue)))


@compiled
def _push(queue: Any, size: Any, entry: Any) -> Any:
    """Put an entry into a heap in which every entry has four below it; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 2
        if queue[above] <= entry:
            break
        queue[at] = queue[above]
        at = above
    queue[at] = entry
    return size + 1


@compiled
def _drop_first(queue: Any, size: Any) -> Any:
    """Take the smallest entry off the heap; the new size."""
    size -= 1
    entry = queue[size]
    at = 0
    while True:
        below = 4 * at + 1
        if below >= size:
            break
        least = below
        for other in range(below + 1, min(below + 4, size)):
            if queue[other] < queue[least]:
                least = other
        if queue[least] >= entry:
            break
        queue[at] = queue[least]
        at = least
    queue[at] = entry
    return size


@compiled
def reach_within(arcs: Any, origins: Any, ends: Any, targets: Any, limit: Any) -> Any:  # noqa: PLR0917 - for the compiler
    """Targets within ``limit`` of each origin: origin, target, seconds, metres, one entry a pair.

    ``arcs`` are (indptr, head, seconds, metres); ``origins`` (position, nodes, seconds, metres) with as many nodes
    an origin as the widest has (infinite seconds where it has fewer); ``ends`` (indptr over nodes, target, seconds,
    metres): which targets each node leads to. A search ends as soon as every node that leads to a target is settled.
    """
    who, seeds, start, start_m = origins
    indptr, _head, _seconds, _metres = arcs
    nodes = len(indptr) - 1
    label = (np.full(nodes, np.inf), np.full(nodes, np.inf), np.zeros(nodes, dtype=np.bool_))
    best = (np.full(targets, np.inf), np.full(targets, np.inf))
    last = 0
    for node in range(nodes):
        last += ends[0][node + 1] > ends[0][node]
    who_out = [np.int64(0) for _ in range(0)]
    hit_out = [np.int64(0) for _ in range(0)]
    seconds_out = [0.0 for _ in range(0)]
    metres_out = [0.0 for _ in range(0)]
    for row in range(len(who)):
        touched, hit = _spread(arcs, (seeds[row], start[row], start_m[row]), ends, (label, best, last), limit)
        for node in touched:
            label[0][node], label[2][node] = np.inf, False
        for found in hit:
            who_out.append(who[row])
            hit_out.append(found)
            seconds_out.append(best[0][found])
            metres_out.append(best[1][found])
            best[0][found] = np.inf
    return np.array(who_out), np.array(hit_out), np.array(seconds_out), np.array(metres_out)


@compiled
def _spread(arcs: Any, seeds: Any, ends: Any, state: Any, limit: Any) -> Any:  # noqa: PLR0917 - for the compiler
    """One origin's search; which nodes it labelled and which targets it hit."""
    indptr, head, seconds, metres = arcs
    (cost, far, settled), best, remaining = state
    queue = np.empty(256, dtype=np.int64)
    size = 0
    touched = [np.int64(0) for _ in range(0)]
    hit = [np.int64(0) for _ in range(0)]
    for end in range(len(seeds[0])):
        node = seeds[0][end]
        if seeds[1][end] <= limit and seeds[1][end] < cost[node]:
            cost[node], far[node] = seeds[1][end], seeds[2][end]
            touched.append(node)
            size = _push(queue, size, _entry(cost[node], node))
    while size > 0 and remaining > 0:
        first = queue[0]
        node = first & _ITEM
        size = _drop_first(queue, size)
        here = cost[node]
        if settled[node] or first != _entry(here, node):
            continue
        settled[node] = True
        if ends[0][node + 1] > ends[0][node]:
            remaining -= 1
            _arrive(ends, node, (here, far[node], limit), best, hit)
        for arc in range(indptr[node], indptr[node + 1]):
            there = here + seconds[arc]
            to = np.int64(head[arc])
            if there <= limit and there < cost[to]:
                touched.append(to)
                cost[to], far[to] = there, far[node] + metres[arc]
                if size >= len(queue):
                    queue = _room(queue)
                size = _push(queue, size, _entry(there, to))
    return touched, hit


@compiled
def _arrive(ends: Any, node: Any, here: Any, best: Any, hit: Any) -> None:  # noqa: PLR0917 - for the compiler
    """Note the targets that a node leads to."""
    first, target, extra, extra_m = ends
    spent, travelled, limit = here
    for entry in range(first[node], first[node + 1]):
        there = spent + extra[entry]
        if there <= limit and there < best[0][target[entry]]:
            if best[0][target[entry]] == np.inf:
                hit.append(np.int64(target[entry]))
            best[0][target[entry]], best[1][target[entry]] = there, travelled + extra_m[entry]
