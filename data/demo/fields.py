"""Fields and meadows: a mosaic round villages and farms, cut by forest, water, bog and houses."""

from __future__ import annotations

import numpy as np
import shapely
from plane import X, Y, noise
from terrain import Terrain

SEEDS = 4200


def make_fields(
    rng: np.random.Generator, terrain: Terrain, *, taken: list[shapely.Geometry]
) -> list[tuple[str, shapely.Polygon]]:
    """Polygons called ``farmland`` or ``meadow``; the rest of the open ground stays as it is."""
    use = terrain.fertile + 0.6 * noise(rng, wave_m=2500) - 3.0 * terrain.forest_mask
    rows, columns = np.nonzero((terrain.water_mask == 0) & (use > -1.0))
    order = np.argsort(-(use[rows, columns] + rng.gumbel(0, 1.4, len(rows))), kind="stable")[:SEEDS]
    seeds = np.column_stack([X[rows[order], columns[order]], Y[rows[order], columns[order]]])
    seeds = np.round(seeds + rng.uniform(-62, 62, seeds.shape), 2)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds)))
    shore = shapely.union_all(np.array(terrain.land, dtype=object)).buffer(-70)
    cells = shapely.buffer(cells, -4.0, join_style="mitre")
    cells = cells[(shapely.area(cells) > 15_000) & (shapely.area(cells) < 900_000)]
    order = np.lexsort((shapely.get_y(shapely.centroid(cells)), shapely.get_x(shapely.centroid(cells))))
    blocked = np.array([*taken, *terrain.forests, *terrain.lakes, *terrain.bogs], dtype=object)
    blocked = shapely.buffer(blocked, 12, quad_segs=1)
    tree = shapely.STRtree(blocked)
    shapely.prepare(shore)
    found: list[tuple[str, shapely.Polygon]] = []
    for cell in cells[order]:
        if not shore.contains(cell):
            continue
        away = blocked[np.sort(tree.query(cell, predicate="intersects"))]
        rest = shapely.difference(cell, shapely.union_all(away)) if len(away) else cell
        kind = ("farmland", "farmland", "farmland", "meadow", "meadow")[int(rng.integers(5))]
        for part in shapely.get_parts(shapely.simplify(rest, 6)):
            if part.geom_type == "Polygon" and part.area > 20_000 and part.is_valid:
                found.append((kind, shapely.Polygon(part.exterior)))  # noqa: PERF401 - a comprehension of four loops
    return found
