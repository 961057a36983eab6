"""How long reading an extract takes, and how much memory, beside pyrosm on the same file.

    python tests/benchmarks/pbf_reading.py [--peer PYTHON_WITH_PYROSM] [--file F.osm.pbf] [--side 1000]

Without --file, a made street network of side x side nodes (1000: 1 M nodes, 3 M arcs) is written to a temporary
folder first. Each reader runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

SEED = 20260101
WAY_NODES = 7
CORNER = (22.0, 56.0)
STEP_DEG = (0.002, 0.001)
KINDS = ("residential", "unclassified", "track", "service", "tertiary", "footway")
PEER = """
import resource, sys, time
from pyrosm import OSM
start, cpu = time.perf_counter(), time.process_time()
network = OSM(sys.argv[1]).get_network(network_type="all", nodes=True)
print(f"{time.perf_counter() - start:.1f} s ({time.process_time() - cpu:.1f} s of CPU), "
      f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GB, "
      f"{len(network[0]):,} nodes, {len(network[1]):,} arcs: streets only")
"""


def main() -> None:
    """Measure what the command line asks for."""
    options = _options()
    if options.read:
        _read(options.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.file
        if path is None:
            path = Path(folder) / "made.osm.pbf"
            start = time.perf_counter()
            write_made_streets(path, side=options.side)
            print(f"made {path.stat().st_size / 1e6:.0f} MB in {time.perf_counter() - start:.1f} s")
        _run("sempre_geo", [sys.executable, __file__, "--read", "--file", str(path)])
        if options.peer:
            _run("pyrosm", [options.peer, "-c", PEER, str(path)])


def write_made_streets(path: Path, *, side: int) -> None:
    """A town as a bent grid: every row is a street, every second column; nodes first, ways after them."""
    import osmium

    random = np.random.default_rng(SEED)
    lon = CORNER[0] + np.arange(side) * STEP_DEG[0] + random.uniform(-0.3, 0.3, (side, side)) * STEP_DEG[0]
    lat = CORNER[1] + np.arange(side)[:, None] * STEP_DEG[1] + random.uniform(-0.3, 0.3, (side, side)) * STEP_DEG[1]
    places = np.column_stack([lon.ravel(), lat.ravel()]).tolist()
    with osmium.SimpleWriter(str(path)) as out:
        for number, place in enumerate(places):
            out.add_node(osmium.osm.mutable.Node(id=number + 1, version=1, location=tuple(place)))
        for number, nodes in enumerate(_lines(side)):
            tags = {"highway": KINDS[int(random.integers(len(KINDS)))], "name": f"Street {number % 5000}"}
            if random.random() < 0.3:
                tags |= {"maxspeed": str(random.choice([30, 50, 70, 90])), "surface": "asphalt"}
            out.add_way(osmium.osm.mutable.Way(id=number + 1, version=1, nodes=nodes, tags=tags))


def _lines(side: int) -> Iterator[list[int]]:
    grid = np.arange(side * side).reshape(side, side) + 1
    for line in (*grid, *grid.T[::2]):
        for start in range(0, side - 1, WAY_NODES - 1):
            yield line[start : start + WAY_NODES].tolist()


def _read(path: Path) -> None:
    from sempre_geo.region.categories import read_categories
    from sempre_geo.region.countries import read_country
    from sempre_geo.region.osm import read_osm
    from sempre_geo.settings import read_settings

    settings = read_settings(os.environ)
    country, categories = read_country("LV", settings), read_categories(settings)
    start, cpu = time.perf_counter(), time.process_time()
    extract = read_osm([path], country=country, categories=categories)
    arcs = 2 * (len(extract.streets.nodes) - len(extract.streets.ways))
    print(
        f"{time.perf_counter() - start:.1f} s ({time.process_time() - cpu:.1f} s of CPU), "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GB, "
        f"{len(extract.streets.node_id):,} nodes, {arcs:,} arcs: streets, {len(extract.buildings):,} buildings, "
        f"{len(extract.services):,} services, {len(extract.land):,} pieces of land"
    )


def _run(name: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"{name}: {done.stdout.strip() or done.stderr.strip().splitlines()[-1]}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="a Python that can import pyrosm")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--side", type=int, default=1000)
    parser.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
