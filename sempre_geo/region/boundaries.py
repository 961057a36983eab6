"""Municipalities: their polygons, mended where needed, and which of them a place lies in."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.region.files import read_vector

NEAREST_M = 2_000.0
_NAME_COLUMNS = (
    "name",
    "NAME",
    "Name",
    "ONIMI",
    "NIMI",
    "NAMN",
    "KOMMUNENAVN",
    "LAU_NAME",
    "nimi",
    "namn",
    "navn",
    "nazwa",
    "pavadinimas",
    "nosaukums",
)
_ID_COLUMNS = ("municipality_id", "id", "OKOOD", "LAU_ID", "GISCO_ID", "code", "kood")


def read_boundaries(path: Path) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Municipalities of a file, and notes on what was mended.

    Returns
    -------
    geopandas.GeoDataFrame
        Index ``municipality_id`` (text, unique), ``name``, polygons in EPSG:4326.

    Raises
    ------
    MissingFileError
        No such file.
    InputError
        The file has no polygons, no coordinate system or no column with names.
    """
    frame = read_vector(path)
    frame = frame[frame.geometry.notna()]
    polygons = frame.geom_type.isin(["Polygon", "MultiPolygon"])
    if not polygons.any():
        raise InputError(_("{path} has no polygons; boundaries are areas.").format(path=path.name))
    frame = frame[polygons]
    name = next((column for column in _NAME_COLUMNS if column in frame.columns), None)
    if name is None:
        raise InputError(
            _("{path} has no column with the municipalities' names; call it 'name'.").format(path=path.name)
        )
    broken = int((~frame.geometry.is_valid).sum())
    shapes = shapely.make_valid(frame.geometry.to_numpy())
    key = next((column for column in _ID_COLUMNS if column in frame.columns and frame[column].is_unique), None)
    index = frame[key].astype(str) if key else pd.Series([f"m{number}" for number in range(len(frame))])
    found = gpd.GeoDataFrame(
        {"name": frame[name].astype(str).to_numpy()},
        geometry=[_areas_only(shape) for shape in shapes],
        index=pd.Index(index.to_numpy(), name="municipality_id", dtype=object),
        crs="EPSG:4326",
    )
    notes = (
        (_("{n} outlines in {path} crossed themselves and were mended.").format(n=broken, path=path.name),)
        if broken
        else ()
    )
    return found.sort_index(), notes


def municipality_of(points: gpd.GeoSeries, municipalities: gpd.GeoDataFrame) -> pd.Series:
    """The municipality each point lies in, or the nearest within 2 km; missing beyond. As many as points."""
    result = pd.Series(None, index=points.index, dtype=object)
    if municipalities.empty:
        return result
    areas = municipalities.geometry.to_crs("EPSG:3035")
    places = points.to_crs("EPSG:3035").to_numpy()
    tree = shapely.STRtree(areas.to_numpy())
    (at, area), _far = tree.query_nearest(places, max_distance=NEAREST_M, return_distance=True, all_matches=False)
    result.iloc[at] = municipalities.index.to_numpy()[area]
    return result


def _areas_only(shape: shapely.Geometry) -> shapely.Geometry:
    """What remains of a mended outline: its areas, without the stray lines and points."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(np.array(parts, dtype=object))
