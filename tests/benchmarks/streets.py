"""Nearest services on a country-sized network, side by side with one bare scipy Dijkstra on the same arrays.

Run by hand: ``python tests/benchmarks/streets.py``. Ratios count; times alone do not.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from sempre_geo.travel.search import k_nearest_sources, nearest_source

SIDE = 1000
SERVICES = 500


def grid_arcs(side: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Arcs of a grid town with random lengths: side**2 nodes, 3 arcs a node."""
    draw = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate([
        np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
        np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
    ])  # fmt: skip
    pairs = pairs[draw.random(len(pairs)) < 0.76]
    seconds = draw.uniform(5, 60, len(pairs))
    tail, head = np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]])
    order = np.argsort(tail, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=side * side))])
    both = np.concatenate([seconds, seconds])[order]
    return indptr.astype(np.int64), head[order].astype(np.int32), both.astype(np.float32), both.astype(np.float32)


def best_of(work: Callable[[], object], runs: int = 5) -> float:
    """Median seconds of computing of several runs: what else the machine does then counts for neither side."""
    spent = []
    for _run in range(runs):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def main() -> None:
    """Measure and print."""
    indptr, head, seconds, metres = grid_arcs(SIDE)
    draw = np.random.default_rng(2)
    nodes = draw.choice(SIDE * SIDE, SERVICES, replace=False).astype(np.int64)
    seeds = (nodes, np.zeros(SERVICES), np.zeros(SERVICES), np.arange(SERVICES, dtype=np.int64))
    arcs = (indptr, head, seconds, metres)
    graph = csr_matrix((seconds.astype(np.float64), head, indptr), shape=(SIDE * SIDE, SIDE * SIDE))
    one = (arcs[:3], (nodes, np.zeros(SERVICES)))
    ours = nearest_source(*one)
    k_nearest_sources(arcs, seeds, 3)
    theirs = dijkstra(graph, indices=nodes, min_only=True)
    print("largest difference (s):", float(np.nanmax(np.abs(ours[np.isfinite(theirs)] - theirs[np.isfinite(theirs)]))))
    print(f"{SIDE * SIDE:,} nodes, {len(head):,} arcs, {SERVICES} services")
    pairs = [
        (
            best_of(lambda: nearest_source(*one), 1),
            best_of(lambda: dijkstra(graph, indices=nodes, min_only=True), 1),
        )
        for _run in range(5)
    ]
    ratios = [one / other for one, other in pairs]
    print(
        f"nearest: {np.median([p[0] for p in pairs]):.2f} s, scipy {np.median([p[1] for p in pairs]):.2f} s, "
        f"ratio {np.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
    )
    print(f"three nearest: {best_of(lambda: k_nearest_sources(arcs, seeds, 3), 3):.2f} s")


if __name__ == "__main__":
    main()
