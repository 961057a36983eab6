"""A country in one go: nearest three and E2SFCA within 30 minutes for 100,000 cells, 12 categories, 4 modes.

Run by hand: ``python tests/benchmarks/country.py [--peer PYTHON]``. Networks, cells and services are made up, of the
size of a small country; all work goes through the package's own functions, two modes at a time on two cores. With
``--peer``, the Python of an environment with pandana and access, cells and services of one category by car are given to
pandana's nearest points, and our pairs to access' E2SFCA; the same is timed here. Ratios count. The peers get a network
of their own size (``--peer-side``), as thick with cells and services: pandana had not answered for a million nodes
after 25 minutes.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.gaps.catchments import floating_catchment
from sempre_geo.gaps.costs import costs_from_pairs
from sempre_geo.gaps.decay import step
from sempre_geo.region.countries import Country
from sempre_geo.region.ways import NODE_TAGS, WAY_TAGS, StreetWays
from sempre_geo.travel.catchment_areas import catchment_areas
from sempre_geo.travel.nearest import Streets, nearest_services, streets_of
from sempre_geo.travel.snapping import Snapped
from sempre_geo.travel.speeds import MODES, Mode
from sempre_geo.travel.streets import street_network

SIDE, CELLS, LIMIT_S, PEER_SIDE = 1000, 100_000, 1800.0, 300
SERVICES = (1000, 40, 500, 400, 600, 500, 200, 900, 80, 300, 250, 1500)
DECAY = step({10: 1.0, 20: 0.68, 30: 0.22})
WEST, SOUTH, STEP_LON, STEP_LAT = 22.0, 57.6, 0.0036, 0.0019  # about 210 m: 210 km by 210 km
COUNTRY = Country(
    code="XX", title="Testland", timezone="Europe/Riga", municipality_level=7, languages=("en",), holidays="",
    urban_kmh=50.0, rural_kmh=90.0, motorway_kmh=110.0, fictional=True,
)  # fmt: skip
_PEER = """
import json, sys, time
import numpy as np, pandas as pd, pandana
from access import Access
from access.weights import step_fn
folder = sys.argv[1]
read = lambda name: np.load(f"{folder}/{name}.npy")
nodes = pd.DataFrame(read("nodes"), columns=["x", "y"])
arcs = pd.DataFrame(read("arcs"), columns=["from", "to"]).astype(int)
network = pandana.Network(nodes["x"], nodes["y"], arcs["from"], arcs["to"], pd.DataFrame({"s": read("seconds")}),
                          twoway=False)
services, cells = read("services"), read("cells")
begin = time.process_time()
network.set_pois("s", 1e6, 3, services[:, 0], services[:, 1])
table = network.nearest_pois(1e6, "s", num_pois=3)
at = network.get_node_ids(cells[:, 0], cells[:, 1])
found = table.loc[at]
nearest_s = time.process_time() - begin
pairs = read("pairs")
long = pd.DataFrame({"o": pairs[:, 0].astype(int), "d": pairs[:, 1].astype(int), "cost": pairs[:, 2]})
demand = pd.DataFrame({"id": np.arange(len(cells)), "people": read("people")})
supply = pd.DataFrame({"id": np.arange(len(services)), "places": 1.0})
access = Access(demand_df=demand, demand_index="id", demand_value="people", supply_df=supply, supply_index="id",
                supply_value="places", cost_df=long, cost_origin="o", cost_dest="d", cost_name="cost")
begin = time.process_time()
result = access.enhanced_two_stage_fca(name="e", cost="cost", max_cost=30, weight_fn=step_fn({10: 1, 20: .68, 30: .22}))
values = result["e_places"].reindex(np.arange(len(cells))).fillna(0).tolist()
told = {"nearest_s": nearest_s, "catchment_s": time.process_time() - begin, "access": values}
json.dump(told, open(f"{folder}/told.json", "w"))
"""


def grid_ways(side: int, seed: int = 1) -> StreetWays:
    """Streets in rows and columns; every tenth is a main road, every third a track or path, some stretches one-way."""
    draw = np.random.default_rng(seed)
    number = np.arange(side * side, dtype=np.int32).reshape(side, side)
    lines = np.concatenate([number, number.T]).reshape(2 * side * 10, side // 10)
    kinds = np.array(["residential", "track", "unclassified"])[np.arange(2 * side) % 3]
    kinds[::10] = "tertiary"
    table = pd.DataFrame(
        None, index=pd.RangeIndex(1, len(lines) + 1, name="way_id"), columns=list(WAY_TAGS), dtype=object
    )
    table["highway"] = np.repeat(kinds, 10)
    table["oneway"] = np.where(draw.random(len(lines)) < 0.01, "yes", None)
    joined = np.column_stack([lines, np.roll(lines[:, 0], -1)])
    joined[9::10, -1] = lines[9::10, -1]
    y, x = np.divmod(np.arange(side * side), side)
    wobble = draw.uniform(-0.3, 0.3, (2, side * side))
    return StreetWays(
        ways=table.astype("category").assign(built_up=False), offsets=np.arange(len(joined) + 1) * joined.shape[1],
        nodes=joined.ravel(), node_id=np.arange(side * side, dtype=np.int64), lon=WEST + STEP_LON * (x + wobble[0]),
        lat=SOUTH + STEP_LAT * (y + wobble[1]), node_tags=pd.DataFrame(columns=list(NODE_TAGS), dtype=object),
        restrictions=pd.DataFrame(columns=["from_way", "via_node", "via_way", "to_way", "restriction", "except"]),
    )  # fmt: skip


def places(count: int, *, seed: int, side: int) -> gpd.GeoDataFrame:
    """Points spread over the country."""
    draw = np.random.default_rng(seed)
    lon, lat = WEST + STEP_LON * side * draw.random(count), SOUTH + STEP_LAT * side * draw.random(count)
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


def one_mode(
    ways: StreetWays, mode: Mode, cells: gpd.GeoDataFrame, services: list[gpd.GeoDataFrame]
) -> dict[str, float]:
    """All categories by one mode; the seconds of each part, the pairs, and how many cells reach something."""
    people = np.random.default_rng(7).integers(1, 200, len(cells))
    begin = time.monotonic()
    streets = streets_of(street_network(ways, mode=mode, country=COUNTRY))
    snapped = streets.index.snap(cells.geometry)
    told = {"network_s": time.monotonic() - begin, "nearest_s": 0.0, "catchment_s": 0.0, "pairs": 0.0, "served": 0.0}
    for category in services:
        begin = time.monotonic()
        nearest_services(streets, cells, category, k=3, snapped=snapped)
        told["nearest_s"] += time.monotonic() - begin
        access, pairs = _access(streets, cells, category, people, snapped)
        told["catchment_s"] += time.monotonic() - begin
        told["pairs"] += pairs
        told["served"] += float((access > 0).sum())
    told["catchment_s"] -= told["nearest_s"]
    return told


def _access(
    streets: Streets, cells: gpd.GeoDataFrame, services: gpd.GeoDataFrame, people: np.ndarray, snapped: Snapped
) -> tuple[pd.Series, int]:
    pairs = catchment_areas(streets, cells.geometry, services.geometry, limit_s=LIMIT_S, snapped=snapped)
    costs = costs_from_pairs(pairs, origins=cells.index, destinations=services.index)
    return floating_catchment(costs, people, np.ones(len(services)), method="e2sfca", decay=DECAY, limit=30), len(pairs)


def beside_peers(ways: StreetWays, cells: gpd.GeoDataFrame, services: gpd.GeoDataFrame, python: str) -> None:
    """One category by car: pandana's three nearest on the same arcs, access' E2SFCA on the same pairs."""
    streets = streets_of(street_network(ways, mode="car", country=COUNTRY))
    people = np.random.default_rng(7).integers(1, 200, len(cells))
    pairs = catchment_areas(streets, cells.geometry, services.geometry, limit_s=LIMIT_S)
    costs = costs_from_pairs(pairs, origins=cells.index, destinations=services.index)
    begin = time.process_time()
    nearest_services(streets, cells, services, k=3)
    nearest_s = time.process_time() - begin
    begin = time.process_time()
    ours = floating_catchment(costs, people, np.ones(len(services)), method="e2sfca", decay=DECAY, limit=30)
    catchment_s = time.process_time() - begin
    network = streets.network
    tail = np.repeat(np.arange(len(network.lon)), np.diff(network.indptr))
    with tempfile.TemporaryDirectory() as folder:
        for name, array in {
            "nodes": np.column_stack([network.lon, network.lat]), "arcs": np.column_stack([tail, network.head]),
            "seconds": network.seconds.astype(float), "people": people,
            "cells": np.column_stack([cells.geometry.x, cells.geometry.y]),
            "services": np.column_stack([services.geometry.x, services.geometry.y]),
            "pairs": pairs.assign(seconds=pairs["seconds"] / 60).to_numpy(dtype=float),
        }.items():  # fmt: skip
            np.save(Path(folder) / f"{name}.npy", array)
        subprocess.run([python, "-W", "ignore", "-c", _PEER, folder], capture_output=True, check=True)
        theirs = json.loads((Path(folder) / "told.json").read_text())
    for what, ours_s, name in (("three nearest", nearest_s, "nearest_s"), ("E2SFCA", catchment_s, "catchment_s")):
        print(f"{what}: {ours_s:.2f} s, peer {theirs[name]:.2f} s, ratio {ours_s / theirs[name]:.3f}")
    print("largest difference of access:", float(np.abs(ours.to_numpy() - np.array(theirs["access"])).max()))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peer", help="a Python with pandana and access")
    options.add_argument("--peer-side", type=int, default=PEER_SIDE, help="of the peers' network, a multiple of ten")
    options.add_argument("--side", type=int, default=SIDE)
    options.add_argument("--cells", type=int, default=CELLS)
    asked = options.parse_args()
    ways = grid_ways(asked.side)
    cells = places(asked.cells, seed=2, side=asked.side)
    services = [places(count, seed=3 + number, side=asked.side) for number, count in enumerate(SERVICES)]
    print(f"{asked.side**2:,} nodes, {asked.cells:,} cells, {sum(SERVICES):,} services in {len(SERVICES)} categories")
    begin, spent = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda mode: one_mode(ways, mode, cells, services), MODES))
    for mode, told in zip(MODES, found, strict=True):
        print(mode, {name: round(number, 1) for name, number in told.items()})
    print(
        f"all: {time.monotonic() - begin:.0f} s on two cores, {time.process_time() - spent:.0f} s of computing, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB at most"
    )
    if asked.peer:
        side, share = asked.peer_side, (asked.peer_side / SIDE) ** 2
        here, doctors = (places(int(count * share), seed=seed, side=side) for seed, count in ((2, CELLS), (3, 1000)))
        print(f"beside peers: {side**2:,} nodes, {len(here):,} cells, {len(doctors)} services")
        beside_peers(grid_ways(side), here, doctors, asked.peer)


if __name__ == "__main__":
    main()
