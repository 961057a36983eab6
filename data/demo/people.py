"""Who lives where: people in houses, counted in the squares of the census grid."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
from buildings import Building
from plane import Floats, sample, to_degrees
from settlements import TOWNS, Settlement
from terrain import Terrain

HEADER = [
    "GRD_ID", "T", "M", "F", "Y_LT15", "Y_1564", "Y_GE65", "EMP", "NAT", "EU_OTH", "OTH", "SAME", "CHG_IN", "CHG_OUT",
    "LAND_SURFACE", "POPULATED", "CNTR_ID",
]  # fmt: skip
HIDDEN = -9999
_HIDDEN_CELLS = 14
COUNTRY = "DEMO"


def make_people(
    rng: np.random.Generator, terrain: Terrain, places: list[Settlement], buildings: list[Building]
) -> pd.DataFrame:
    """The census table, one row a populated square, ordered by its code; few squares are confidential."""
    spots, heads = _at_home(rng, places, buildings)
    codes = _codes(spots)
    towns = np.array([(x, y) for _name, x, y, _people in TOWNS])
    squares: dict[str, list[int]] = defaultdict(list)
    for at, code in enumerate(codes):
        squares[code].append(at)
    rows = []
    for code in sorted(squares):
        total = int(heads[squares[code]].sum())
        if total:
            middle = spots[squares[code]].mean(axis=0)
            far_km = float(np.hypot(*(towns - middle).T).min()) / 1000
            rows.append(
                {"GRD_ID": code, "T": total, **_groups(rng, total, far_km), "LAND_SURFACE": _land(terrain, middle)}
            )
    table = pd.DataFrame(rows).assign(POPULATED=1, CNTR_ID=COUNTRY)
    small = np.flatnonzero(table["T"].to_numpy() < 10)
    hidden = np.sort(rng.choice(small, _HIDDEN_CELLS, replace=False))
    counts = [name for name in HEADER if name not in {"GRD_ID", "LAND_SURFACE", "POPULATED", "CNTR_ID"}]
    table.loc[table.index[hidden], counts] = HIDDEN
    return table[HEADER]


def _at_home(
    rng: np.random.Generator, places: list[Settlement], buildings: list[Building]
) -> tuple[Floats, np.ndarray]:
    """Positions of homes and how many people live in each; a settlement's homes hold its people."""
    homes = [one for one in buildings if one.kind in {"house", "apartments"}]
    heads = np.zeros(len(homes), dtype=int)
    by_place: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(homes):
        by_place[one.home].append(at)
    for place in places:
        mine = by_place.get(place.name, [])
        if mine:
            room = np.array([homes[at].levels * (7.0 if homes[at].kind == "apartments" else 1.0) for at in mine])
            heads[mine] = rng.multinomial(place.people, room / room.sum())
    alone = by_place.get("", [])
    heads[alone] = rng.choice([0, 1, 2, 3, 4, 5], len(alone), p=[0.14, 0.26, 0.32, 0.13, 0.1, 0.05])
    return np.array([(one.x, one.y) for one in homes]), heads


def _codes(spots: Floats) -> list[str]:
    """The 1 km square of EPSG:3035 each point lies in."""
    from pyproj import Transformer

    lon, lat = to_degrees(spots).T
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True).transform(lon, lat)
    return [f"CRS3035RES1000mN{int(n // 1000) * 1000}E{int(e // 1000) * 1000}" for e, n in zip(x, y, strict=True)]


def _groups(rng: np.random.Generator, total: int, far_km: float) -> dict[str, int]:
    """Age, sex, work, birthplace and last year's address; the farther from a town, the older."""
    away = min(far_km / 14, 1.0)
    old, young = 0.19 + 0.17 * away, 0.17 - 0.06 * away
    under, over, middle = rng.multinomial(total, [young, old, 1 - young - old])
    men = rng.binomial(total, 0.485)
    working = rng.binomial(middle, 0.74 - 0.12 * away)
    native, union, world = rng.multinomial(total, [0.90 + 0.04 * away, 0.035, 0.065 - 0.04 * away])
    same, inside, abroad = rng.multinomial(total, [0.93, 0.06, 0.01])
    counts = {
        "M": men, "F": total - men, "Y_LT15": under, "Y_1564": middle, "Y_GE65": over, "EMP": working, "NAT": native,
        "EU_OTH": union, "OTH": world, "SAME": same, "CHG_IN": inside, "CHG_OUT": abroad,
    }  # fmt: skip
    return {name: int(count) for name, count in counts.items()}


def _land(terrain: Terrain, middle: Floats) -> float:
    """About which share of the square round a point is land."""
    steps = np.linspace(-450, 450, 7)
    points = np.array([(middle[0] + right, middle[1] + up) for right in steps for up in steps])
    return round(float((sample(terrain.height, points) > 0).mean()), 3)


def write_people(table: pd.DataFrame, path: Path) -> None:
    """The table as the publisher's CSV."""
    path.write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
