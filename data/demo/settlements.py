"""Where people settled: the town, six small towns, villages, and the island and islet of the planted cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from names import NORTH, SOUTH
from plane import Floats, X, Y, sample
from scipy import ndimage
from terrain import ISLAND, LIGHTHOUSE, Terrain

BORDER_Y = -4000.0  # north of it Northern names, south of it Southern ones
TOWNS = (  # name, x, y, people
    ("Kuuranna", 11_300.0, 2_700.0, 8050), ("Haavere", -14_000.0, 17_000.0, 1480), ("Ehalaane", 2_500.0, 20_000.0,
    1260),
    ("Rauavere", -4_500.0, 4_500.0, 2210), ("Lazdaine", -15_000.0, -7_500.0, 1640), ("Medņurga", -8_500.0,
    -20_500.0, 1330),
    ("Zvejaine", 11_000.0, -15_500.0, 1890),
)  # fmt: skip
VILLAGES = 150
# Villages whose place and size the planted cases need: name, x, y, people.
PLANTED = (
    ("Linnuranna", 20_500.0, -6_800.0, 190),  # the ferry's harbour
    ("Pikksaare", ISLAND[0] - 700, ISLAND[1] + 1300, 92),  # the island's harbour
    ("Lõunasaare", ISLAND[0] + 300, ISLAND[1] - 1500, 41),
    ("Tirranina", -22_300.0, 25_300.0, 63), ("Metsaveeru", -20_300.0, 22_300.0, 71), ("Hõbeneeme", -17_300.0,
    20_600.0, 78),
    ("Sooveeru", -5_800.0, 12_300.0, 54), ("Ahunurme", -1_500.0, 13_600.0, 47),
    ("Kaugemäe", 6_200.0, 26_300.0, 58), ("Purvmala", -1_500.0, -11_800.0, 44), ("Rietgals", -24_500.0, -4_500.0, 52),
    ("Kāpgals", 10_300.0, -25_300.0, 61), ("Dienvidragi", -9_800.0, -26_500.0, 66),
)  # fmt: skip


@dataclass(frozen=True)
class Settlement:
    """A named place; ``kind`` is its OSM ``place`` value, x and y metres of the plane."""

    name: str
    kind: str
    x: float
    y: float
    people: int
    north: bool

    @property
    def at(self) -> tuple[float, float]:
        """Its middle."""
        return self.x, self.y


def make_settlements(rng: np.random.Generator, terrain: Terrain) -> list[Settlement]:
    """The town first, then small towns, planted villages, and the others, the largest first."""
    dry = np.where(terrain.water_mask == 0, 1.0, 0.0)
    shore_m = ndimage.distance_transform_edt(dry) * 125.0
    towns = [
        _settled(name, shore_m, x=x, y=y, people=people, kind="town" if people else "village")
        for name, x, y, people in TOWNS
    ]
    planted = [_settled(name, shore_m, x=x, y=y, people=people, kind="village") for name, x, y, people in PLANTED]
    light = Settlement("Tuulenina", "isolated_dwelling", *LIGHTHOUSE, 3, north=True)
    spots = _spots(rng, terrain, shore_m, [place.at for place in towns + planted])
    sizes = np.sort(np.clip(np.exp(rng.normal(4.0, 0.72, len(spots))), 14, 420).astype(int))[::-1]
    # Larger villages stand where the ground is good or the shore is near; not always.
    worth = sample(terrain.fertile, spots) + rng.normal(0, 0.8, len(spots))
    by_worth = np.argsort(-worth, kind="stable")
    names = {True: list(NORTH), False: list(SOUTH)}
    villages = []
    for place, people in zip(spots[by_worth], sizes, strict=True):
        north = bool(names[True]) and (place[1] > BORDER_Y or not names[False])
        name = names[north].pop(int(rng.integers(len(names[north]))))
        kind = "village" if people >= 60 else "hamlet"
        villages.append(Settlement(name, kind, float(place[0]), float(place[1]), int(people), north))
    return [*towns, *planted, light, *villages]


def _settled(name: str, shore_m: Floats, *, x: float, y: float, people: int, kind: str) -> Settlement:
    """The place moved to the nearest ground 250 m or more from water."""
    parts, _count = ndimage.label(shore_m >= 260)
    large = np.isin(parts, np.flatnonzero(np.bincount(parts.ravel()) > 300)) & (parts > 0)
    far = np.where(large, np.hypot(X - x, Y - y), np.inf)
    row, column = np.unravel_index(int(np.argmin(far)), far.shape)
    if kind == "village" and people < 60:
        kind = "hamlet"
    return Settlement(name, kind, float(X[row, column]), float(Y[row, column]), people, y > BORDER_Y)


def _spots(rng: np.random.Generator, terrain: Terrain, shore_m: Floats, taken: list[tuple[float, float]]) -> Floats:
    """Good ground at a distance from every other place, villages closer together where the ground is better."""
    good = terrain.fertile + np.where(shore_m < 900, 0.5, 0.0) - 0.25 * terrain.forest_mask
    parts, _count = ndimage.label(shore_m > 260)
    main = np.bincount(parts.ravel())[1:].argmax() + 1
    bearing = (parts == main) & (np.hypot(X - ISLAND[0], Y - ISLAND[1]) > 6000)
    rows, columns = np.nonzero(bearing)
    points = np.column_stack([X[rows, columns], Y[rows, columns]])
    order = np.argsort(-(good[rows, columns] + rng.normal(0, 1.5, len(points))), kind="stable")
    chosen = [np.array(place) for place in taken]
    found: list[Floats] = []
    for at in order:
        room = 1900 + 500 * (good[rows[at], columns[at]] < 0)
        away = np.hypot(*(np.array(chosen) - points[at]).T)
        if (away > room).all() and (away[: len(TOWNS)] > 2400).all():
            chosen.append(points[at])
            found.append(points[at])
        if len(found) == VILLAGES - len(PLANTED):
            break
    return np.array(found)
