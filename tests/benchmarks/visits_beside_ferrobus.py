"""The same question put to ferrobus, as one would have to use it; called by ``visits.py``.

ferrobus knows one-way times only: from each home a range search there, one back, and the merge. That is measured on a
sample of pairs of home and service, and extrapolated to all; the ratio is of that.

One-way times are compared on the same ground: one street network of straight ways, walked at ferrobus's 1.4 m/s in
whole seconds an edge (rounded down, as it does), the same limits on foot, and no least time for a change, of which it
knows none.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

from sempre_geo.travel.profiles import FAR_S, legs_from_pairs, rides_of_day, service_profile

PAIRS = 400
REACH_M = 500
WALK_M_S, ACCESS_S, CHANGE_S = 1.4, 1200, 600


class Walks(NamedTuple):
    """The ground both engines walk on; its points are stops, homes and services.

    ``edges`` pairs of points; ``seconds`` between all of them, infinite where too far.
    """

    edges: np.ndarray
    seconds: np.ndarray


def beside_ferrobus(python: str, feed: Path, day: str, places, ours: float) -> None:
    """Ask both, and print the ratio and how well one-way times agree; ``ours`` is what all pairs took us."""
    made, stops, at_home, at_service = places
    every = np.concatenate([stops, at_home, at_service])
    walks = straight_walks(every, stops)
    pairs = joined_pairs(walks, len(stops), len(at_home), len(at_service))
    with tempfile.TemporaryDirectory() as folder:
        osm = Path(folder) / "walks.osm.pbf"
        write_walks(osm, every, walks.edges)
        question = {
            "osm": str(osm), "gtfs": str(feed), "day": day, "pairs": pairs.tolist(), "homes": degrees(at_home).tolist(),
            "services": degrees(at_service).tolist(), "walk_s": ACCESS_S, "change_s": CHANGE_S,
        }  # fmt: skip
        script = Path(__file__).with_name("ferrobus_pairs.py")
        done = subprocess.run(
            [python, str(script)], input=json.dumps(question), capture_output=True, text=True, check=False
        )
    if done.returncode:
        print("ferrobus:", done.stderr.strip().splitlines()[-1:])
        return
    answer = json.loads(done.stdout)
    asked = answer["pairs"]
    whole = answer["seconds"] / max(len(asked), 1) * len(at_home) * len(at_service)
    print(f"ferrobus: {answer['seconds']:.1f} s for {len(asked)} pairs there and back, extrapolated {whole:,.0f} s "
          f"for all; ratio {whole / ours:,.0f}")  # fmt: skip
    agreement(made, walks, (len(stops), len(at_home)), asked, answer)


def straight_walks(every: np.ndarray, stops: np.ndarray) -> Walks:
    """Ways from each point to the stops within reach, walked as ferrobus does."""
    near = cKDTree(stops).query_ball_point(every, REACH_M)
    reached = [(n, stop) for n, found in enumerate(near) for stop in found if stop != n]
    # Joined into one network: ferrobus drops all parts of a network but the largest.
    joining = np.concatenate([Delaunay(stops).simplices[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    edges = np.concatenate([np.array(reached, dtype=np.int64), joining])
    long_s = np.floor(np.hypot(*(every[edges[:, 0]] - every[edges[:, 1]]).T) / WALK_M_S)
    shortest = pd.Series(np.maximum(long_s, 1e-9)).groupby([edges[:, 0], edges[:, 1]]).min()  # given twice: not summed
    pair = tuple(shortest.index.get_level_values(end).to_numpy() for end in (0, 1))
    graph = coo_array((shortest.to_numpy(), pair), shape=(len(every),) * 2).tocsr()
    return Walks(edges, dijkstra(graph, directed=False, limit=ACCESS_S).round())


def joined_pairs(walks: Walks, stops: int, homes: int, services: int) -> np.ndarray:
    """A sample of pairs of which both ends have a stop in reach: ferrobus knows no others."""
    joined = np.isfinite(walks.seconds[:, :stops]).any(axis=1)
    home, service = np.flatnonzero(joined[stops : stops + homes]), np.flatnonzero(joined[stops + homes :][:services])
    draw = np.random.default_rng(3)
    return np.column_stack([draw.choice(home, PAIRS), draw.choice(service, PAIRS)])


def agreement(made, walks: Walks, sizes: tuple[int, int], pairs, answer) -> None:
    """One-way times at ferrobus's departures against ours, on the same ground."""
    stops, homes = sizes
    between = walks.seconds[:stops, :stops]
    start, end = np.nonzero((between <= CHANGE_S) & ~np.eye(stops, dtype=bool))
    foot = legs_from_pairs(start, end, between[start, end], places=stops)
    rides = rides_of_day(
        replace(
            made, foot_indptr=foot.indptr, foot_stop=foot.stop, foot_s=foot.seconds, change_s=np.zeros(stops, np.int32)
        )
    )
    rows = []
    for (home, service), (moments, theirs) in zip(pairs, answer["there"], strict=True):
        door = stops + homes + service
        egress = np.where(np.isfinite(walks.seconds[door, :stops]), walks.seconds[door, :stops], FAR_S).astype(np.int32)
        profile = service_profile(rides, egress, arrive_by_s=36 * 3600)
        access, on_foot = walks.seconds[stops + home], walks.seconds[stops + home, door]
        for at, takes in zip(moments, theirs, strict=True):
            rows.append((takes, min(earliest(profile, access[:stops], at) - at, on_foot)))
    both = np.array([(a, b) for a, b in rows if a is not None and b < FAR_S / 2], dtype=float)
    later = (both[:, 1] - both[:, 0]) / 60
    only = [sum(a is None and b < FAR_S / 2 for a, b in rows), sum(a is not None and b >= FAR_S / 2 for a, b in rows)]
    print(f"one way: {len(both)} departures in both; within 1 min {(abs(later) <= 1).mean():.1%}, ours earlier "
          f"{(later < -1).mean():.1%}, ours later {(later > 1).mean():.1%}, median difference "
          f"{np.median(abs(later)):.2f} min; {only[0]} only ours, {only[1]} only theirs")  # fmt: skip


def earliest(profile, access: np.ndarray, leave: int) -> float:
    """The earliest arrival of one who leaves then and walks to any stop."""
    best = float(FAR_S)
    for stop in np.flatnonzero(np.isfinite(access)):
        rows = slice(profile.indptr[stop], profile.indptr[stop + 1])
        inside = profile.dep_s[rows] >= leave + access[stop]
        if inside.any():
            best = min(best, float(profile.arrival_s[profile.arrival[rows][inside]].min()))
    return best


def degrees(points) -> np.ndarray:
    """Metres back as (lon, lat)."""
    return np.column_stack([points[:, 0] / 111_320 / np.cos(np.radians(62.9)), points[:, 1] / 110_540])


def write_walks(path: Path, every: np.ndarray, edges: np.ndarray) -> None:
    """The ways as an extract."""
    import osmium

    out = osmium.SimpleWriter(str(path), overwrite=True)
    for n, (lon, lat) in enumerate(degrees(every), start=1):
        out.add_node(osmium.osm.mutable.Node(id=n, location=(float(lon), float(lat))))
    for way, (start, end) in enumerate(edges.tolist(), start=1):
        nodes = [start + 1, end + 1]
        out.add_way(osmium.osm.mutable.Way(id=way, nodes=nodes, tags={"highway": "footway"}))
    out.close()
