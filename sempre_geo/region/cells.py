"""Cells: the points where people really are, placed by buildings, or estimated from them where nothing is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import sentence
from sempre_geo.region.population import GRID_CRS, PopulationLayer, grid_code

PEOPLE_PER_BUILDING = 2.2  # average household size in the EU, Eurostat ilc_lvph01, 2021: one household a building
LARGEST_HOME_M2 = 2000.0  # floor area that counts at most: beyond it stand halls, not homes
UNKNOWN_HOME_M2 = 100.0  # a building mapped as a point
REACH_OF_PLACE_M = 10_000.0  # buildings farther from every place with a known population are not its people's
COVERED_SHARE = 0.5  # of the buildings must be near such a place, else the places say too little about the region
_PLACES_WITH_PEOPLE = ("city", "town", "village", "hamlet", "isolated_dwelling", "farm")
_HARDLY = 1e-6  # weight of a building nobody lives in: it only counts where there is no other
_NOT_LIVED_IN = {
    "industrial", "retail", "commercial", "warehouse", "school", "church", "chapel", "cathedral", "mosque",
    "synagogue", "hospital", "public", "office", "kindergarten", "university", "college", "train_station",
    "transportation", "hangar", "supermarket", "civic", "government", "fire_station", "stable", "cowshed", "sty",
    "farm_auxiliary", "sports_hall", "sports_centre", "stadium", "bunker", "silo", "storage_tank",
    "transformer_tower", "parking", "construction", "barn", "garage", "garages", "shed", "roof", "carport",
    "greenhouse", "ruins", "service", "hut", "kiosk", "toilets",
}  # fmt: skip


@dataclass(frozen=True)
class CellLayer:
    """Cells as points with how they came about.

    Attributes
    ----------
    cells
        Index ``cell_id``; population, groups, ``confidential``, ``estimated``; points in EPSG:4326.
    method
        A sentence for the catalog.
    parameters
        The numbers the method used.
    notes
        What a reader should know.
    """

    cells: gpd.GeoDataFrame
    method: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def weighted_buildings(buildings: pd.DataFrame) -> pd.DataFrame:
    """Buildings as ``lon, lat, weight``: floor area where people may live, in m2, at most 2,000.

    Workplaces and barns weigh next to nothing: they place a cell only where nothing else stands.

    Parameters
    ----------
    buildings
        ``lon, lat, area_m2, levels, kind``.
    """
    area = buildings["area_m2"].where(buildings["area_m2"] > 0, UNKNOWN_HOME_M2)
    floors = (area * buildings["levels"]).clip(upper=LARGEST_HOME_M2)
    weight = floors * np.where(buildings["kind"].isin(_NOT_LIVED_IN), _HARDLY, 1.0)
    return buildings[["lon", "lat"]].assign(weight=weight.to_numpy(dtype=np.float64))


def cells_from_population(layer: PopulationLayer, *, buildings: pd.DataFrame, streets: gpd.GeoSeries) -> CellLayer:
    """Cells of a population layer: points stay where they are, polygons become their buildings' middle.

    The middle weighs each building by its floor area. Where it falls outside a crooked polygon, the building
    nearest to it is taken; without buildings the street nearest to the polygon's centre; without both the centre.

    Parameters
    ----------
    buildings
        ``lon, lat, weight``.
    streets
        Points along streets, EPSG:4326.
    """
    areas = layer.areas
    if layer.kind == "points":
        cells, notes = areas.assign(estimated=False), list(layer.notes)
        return CellLayer(_ordered(cells), sentence("As given: one cell a point."), notes=tuple(notes))
    shapes = areas.geometry.to_crs(GRID_CRS)
    placed, without = _middles(shapes, buildings=_metric(buildings), streets=streets.to_crs(GRID_CRS))
    cells = areas.set_geometry(gpd.GeoSeries(placed, index=areas.index, crs=GRID_CRS).to_crs("EPSG:4326"))
    notes = list(layer.notes)
    lost = int((without & (areas["population"].fillna(0) > 0).to_numpy()).sum())
    if lost:
        notes.append(
            sentence(
                "{n} cells with people have no building in the map data; their street nearest to the middle is used.",
                n=lost,
            )
        )
    method = sentence("Counted people; each cell's point is the middle of its buildings, weighted by floor area.")
    return CellLayer(_ordered(cells.assign(estimated=False)), method, notes=tuple(notes))


def cells_in_study_area(
    layer: PopulationLayer, *, municipalities: gpd.GeoDataFrame, buildings: pd.DataFrame, streets: gpd.GeoSeries
) -> PopulationLayer:
    """Of a census grid, the cells the region is about; any other layer as it is.

    A grid file reaches over the border, the streets do not: a cell outside all municipalities without a building
    or a street in it cannot be judged, and is left out with a note.
    """
    if layer.kind != "grid" or municipalities.empty:
        return layer
    shapes = layer.areas.geometry.to_crs(GRID_CRS).to_numpy()
    tree = shapely.STRtree(shapes)
    homes = np.array([], dtype=object) if buildings.empty else _metric(buildings).geometry.to_numpy()
    witnesses = (municipalities.geometry.to_crs(GRID_CRS).to_numpy(), homes, streets.to_crs(GRID_CRS).to_numpy())
    keep = np.zeros(len(shapes), dtype=bool)
    for witness in witnesses:
        keep[tree.query(witness, predicate="intersects")[1]] = True
    if keep.all():
        return layer
    note = sentence(
        "{n} grid cells beyond the border, without a street in the map data, were left out.", n=int((~keep).sum())
    )
    return PopulationLayer(layer.areas[keep], layer.kind, (*layer.notes, note))


def estimated_cells(*, buildings: pd.DataFrame, settlements: gpd.GeoDataFrame) -> CellLayer:
    """Cells of the 1 km grid with people estimated, for regions without a population layer.

    Where map data state the population of places and most buildings lie within 10 km of one, each place's people
    are spread over the buildings nearest to it, by floor area. Otherwise every building holds 2.2 people on
    average (one household), again by floor area. Without buildings each settlement is a cell.

    Parameters
    ----------
    buildings
        ``lon, lat, weight``.
    settlements
        Index ``settlement_id``; kind, population; points.

    Raises
    ------
    InputError
        There are neither buildings nor settlements.
    """
    homes = buildings[buildings["weight"] >= 1]
    known = settlements[settlements["kind"].isin(_PLACES_WITH_PEOPLE) & (settlements["population"] > 0)]
    if homes.empty:
        return _settlement_cells(settlements)
    points = _metric(homes)
    near = _nearest_place(points, known.to_crs(GRID_CRS)) if len(known) else np.full(len(points), -1)
    weight = points["weight"].to_numpy()
    if weight[near >= 0].sum() >= COVERED_SHARE * weight.sum():
        people = _spread(weight, near, known["population"].to_numpy(dtype=np.float64))
        method = sentence("Estimated: the population of places in OpenStreetMap, spread over the buildings near them.")
        notes = [
            sentence(
                "No population layer was given: {people} people of {n} places were spread over the buildings near "
                "them.",
                people=round(people.sum()),
                n=len(known),
            )
        ]
        return CellLayer(_gridded(points, people), method, {"reach_m": REACH_OF_PLACE_M}, tuple(notes))
    people = weight / weight.sum() * PEOPLE_PER_BUILDING * len(points)
    method = sentence(
        "Estimated from buildings: {rate} people a building, spread by floor area.", rate=PEOPLE_PER_BUILDING
    )
    notes = [
        sentence("No population is known: {people} people were estimated from buildings.", people=round(people.sum()))
    ]
    return CellLayer(_gridded(points, people), method, {"people_per_building": PEOPLE_PER_BUILDING}, tuple(notes))


def nearest_settlement(cells: gpd.GeoDataFrame, settlements: gpd.GeoDataFrame) -> pd.DataFrame:
    """``settlement_id`` and its name ``settlement`` for each cell, None where the region has none."""
    places = settlements[settlements["kind"].isin(_PLACES_WITH_PEOPLE)] if len(settlements) else settlements
    if places.empty:
        return pd.DataFrame({"settlement_id": None, "settlement": None}, index=cells.index, dtype=object)
    tree = shapely.STRtree(places.geometry.to_crs(GRID_CRS).to_numpy())
    nearest = tree.nearest(cells.geometry.to_crs(GRID_CRS).to_numpy())
    return pd.DataFrame(
        {
            "settlement_id": places.index.to_numpy(dtype=object)[nearest],
            "settlement": places["name"].to_numpy(dtype=object)[nearest],
        },
        index=cells.index,
    )


def _metric(buildings: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.GeoSeries(gpd.points_from_xy(buildings["lon"], buildings["lat"]), crs="EPSG:4326").to_crs(GRID_CRS)
    return gpd.GeoDataFrame({"weight": buildings["weight"].to_numpy(), "geometry": points}, crs=GRID_CRS)


def _middles(
    shapes: gpd.GeoSeries, *, buildings: gpd.GeoDataFrame, streets: gpd.GeoSeries
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """The point of each shape, and whether there was no building in it."""
    areas = shapes.to_numpy()
    middle, without = _weighted_middle(areas, buildings)
    outside = np.flatnonzero(~without & ~shapely.intersects(areas, middle))
    _move_to_nearest(middle, areas, outside, buildings.geometry.to_numpy())
    centre = np.where(shapely.intersects(areas, shapely.centroid(areas)), shapely.centroid(areas),
                      shapely.point_on_surface(areas))  # fmt: skip
    middle[without] = centre[without]
    _move_to_nearest(middle, areas, np.flatnonzero(without), streets.to_numpy())
    return middle, without


def _weighted_middle(
    areas: NDArray[np.object_], buildings: gpd.GeoDataFrame
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    points = buildings.geometry.to_numpy()
    building, area = shapely.STRtree(areas).query(points, predicate="intersects")
    _first, once = np.unique(building, return_index=True)
    building, area = building[once], area[once]
    weight = buildings["weight"].to_numpy()[building]
    size = len(areas)
    total = np.bincount(area, weight, minlength=size)
    without = total <= 0
    safe = np.where(without, 1.0, total)
    x = np.bincount(area, weight * shapely.get_x(points[building]), minlength=size) / safe
    y = np.bincount(area, weight * shapely.get_y(points[building]), minlength=size) / safe
    return shapely.points(x, y), without


def _move_to_nearest(
    middle: NDArray[np.object_], areas: NDArray[np.object_], which: NDArray[np.int64], points: NDArray[np.object_]
) -> None:
    """Move some middles to the nearest of the points inside their own area, if there is one."""
    tree = shapely.STRtree(points)
    for position in which:
        inside = tree.query(areas[position], predicate="intersects")
        if len(inside):
            distance = shapely.distance(points[np.sort(inside)], middle[position])
            middle[position] = points[np.sort(inside)[np.argmin(distance)]]


def _nearest_place(points: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> NDArray[np.int64]:
    nearest = np.full(len(points), -1, dtype=np.int64)
    tree = shapely.STRtree(places.geometry.to_numpy())
    of, place = tree.query_nearest(points.geometry.to_numpy(), max_distance=REACH_OF_PLACE_M, all_matches=False)
    nearest[of] = place
    return nearest


def _spread(weight: NDArray[np.float64], near: NDArray[np.int64], people: NDArray[np.float64]) -> NDArray[np.float64]:
    counts = near >= 0
    total = np.bincount(near[counts], weight[counts], minlength=len(people))
    spread = np.zeros(len(weight))
    spread[counts] = weight[counts] / total[near[counts]] * people[near[counts]]
    return spread


def _gridded(points: gpd.GeoDataFrame, people: NDArray[np.float64]) -> gpd.GeoDataFrame:
    x, y = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    codes = [grid_code(east, north) for east, north in zip(x, y, strict=True)]
    weight = points["weight"].to_numpy()
    table = pd.DataFrame({"cell_id": codes, "people": people, "weight": weight, "x": x * weight, "y": y * weight})
    sums = table.groupby("cell_id", sort=True).sum()
    middle = gpd.GeoSeries(
        shapely.points(sums["x"] / sums["weight"], sums["y"] / sums["weight"]), index=sums.index, crs=GRID_CRS
    )
    cells = gpd.GeoDataFrame({"population": sums["people"]}, geometry=middle.to_crs("EPSG:4326"), crs="EPSG:4326")
    return _ordered(cells.assign(confidential=False, estimated=True))


def _settlement_cells(settlements: gpd.GeoDataFrame) -> CellLayer:
    places = settlements[settlements["kind"].isin(_PLACES_WITH_PEOPLE)]
    if places.empty:
        raise InputError(
            _("Nothing says where people live: no population layer, building or settlement; give --population FILE.")
        )
    cells = gpd.GeoDataFrame(
        {"population": places["population"].astype(np.float64)}, geometry=places.geometry, crs=places.crs
    )
    cells.index = pd.Index(places.index, name="cell_id")
    unknown = int(cells["population"].isna().sum())
    notes = [sentence("The map data have no buildings: each of {n} settlements is one cell.", n=len(cells))]
    if unknown:
        notes.append(sentence("The population of {n} settlements is unknown.", n=unknown))
    method = sentence("Settlements of OpenStreetMap with their stated population.")
    return CellLayer(_ordered(cells.assign(confidential=False, estimated=True)), method, notes=tuple(notes))


def _ordered(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    marks = ["confidential", "estimated", "geometry"]
    groups = [name for name in cells.columns if name not in {"population", *marks}]
    return cells[["population", *groups, *marks]]
