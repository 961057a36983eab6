"""Municipalities: read from a file, mended, and given to every place that lies in one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import sentence
from sempre_geo.region.tables import column_named, read_layer

METRIC = "EPSG:3035"
NEAR_BORDER_M = 500.0  # a pier or a house on a coarse border still belongs to its municipality
_ID_NAMES = ("municipality_id", "id", "@id", "osm_id", "okood", "lau_id", "natcode", "code", "kood", "kunta", "atvk")
_NAME_NAMES = ("name", "municipality", "onimi", "nimi", "lau_name", "nosaukums", "pavadinimas", "namn", "nazwa")
_POLYGONS = {"Polygon", "MultiPolygon"}


@dataclass(frozen=True)
class Boundaries:
    """Municipalities (index ``municipality_id``; name, ``name_<language>``; polygons) and what was mended."""

    municipalities: gpd.GeoDataFrame
    notes: tuple[str, ...] = ()


def read_boundaries(path: Path) -> Boundaries:
    """Municipalities from a polygon layer; invalid polygons are mended and named, several rows of one are joined.

    The id is the column ``municipality_id``, ``id`` or a usual national code; the name is ``name`` or its usual
    national word. Without an id the name serves; a row without either is kept and called by its number.

    Raises
    ------
    InputError
        There is no polygon, or neither an id nor a name.
    """
    layer = read_layer(path)
    kept = layer[layer.geometry.notna() & layer.geom_type.isin(_POLYGONS | {"GeometryCollection"})]
    if kept.empty:
        raise InputError(_("{path} has no polygons; use a layer of municipalities.").format(path=path))
    names = column_named(kept, _NAME_NAMES)
    ids = next((column for column in _id_columns(kept) if _tells_apart(kept[column])), names)
    if ids is None:
        raise InputError(
            _("{path} has neither a column 'id' nor 'name', only {columns}; name one of them so.").format(
                path=path, columns=first_items(kept.columns.drop("geometry"))
            )
        )
    frame, notes = _mended(kept, path.name)
    rows = pd.Series([_("row {row}").format(row=row) for row in frame.index], index=frame.index, dtype=object)
    known = frame[ids].notna()
    found_ids = frame[ids].astype(str).where(known, rows).astype(str)
    called = frame[names or ids]
    table = frame[[column for column in frame if str(column).startswith("name_")]].assign(
        municipality_id=found_ids, name=called.astype(str).where(called.notna(), found_ids).astype(str)
    )
    if called.isna().any():
        notes.append(
            sentence(
                "{file}: the municipalities in row {rows} have no name and are called by their id or row.",
                file=path.name,
                rows=first_items(frame.index[called.isna()]),
            )
        )
    joined = gpd.GeoDataFrame(table, geometry=frame.geometry, crs=frame.crs).dissolve("municipality_id")
    if len(joined) < len(kept):
        notes.append(
            sentence(
                "{file}: {n} rows were joined with another of the same id.", file=path.name, n=len(kept) - len(joined)
            )
        )
    if len(kept) < len(layer):
        notes.append(
            sentence("{file}: {n} rows are no polygons and were left out.", file=path.name, n=len(layer) - len(kept))
        )
    columns = ["name", *[column for column in joined if str(column).startswith("name_")], "geometry"]
    return Boundaries(joined[columns], tuple(notes))


def _id_columns(layer: gpd.GeoDataFrame) -> list[str]:
    return [column for name in _ID_NAMES if (column := column_named(layer, (name,)))]


def _tells_apart(values: pd.Series) -> bool:
    """Whether a column can be an id: some formats carry one that is blank or the same everywhere."""
    return bool(values.notna().all()) and (len(values) == 1 or bool((values != values.iloc[0]).any()))


def read_clip(path: Path) -> shapely.Geometry:
    """The outline a region is cut by: all polygons of a layer as one, or an Osmosis ``.poly`` file.

    Raises
    ------
    InputError
        There is no polygon in it.
    """
    if path.suffix.lower() == ".poly":
        return _read_poly(path)
    layer = read_layer(path)
    shapes = [_polygons_of(shape) for shape in layer.geometry if shape is not None and not shape.is_empty]
    outline = shapely.union_all([shape for shape in shapes if shape.geom_type in _POLYGONS])
    if outline.is_empty:
        raise InputError(_("{path} has no polygons; draw the outline of the region as one.").format(path=path))
    return outline


def _read_poly(path: Path) -> shapely.Geometry:
    """The format Geofabrik and Osmosis use: a name, then rings of ``lon lat`` lines, each closed by END."""
    outline, ring, hole = shapely.Polygon(), [], False
    try:
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            words = line.split()
            if len(words) == 2:  # noqa: PLR2004 - longitude and latitude
                ring.append((float(words[0]), float(words[1])))
            elif words == ["END"] and ring:
                shape = shapely.make_valid(shapely.Polygon(ring))
                outline = outline.difference(shape) if hole else outline.union(shape)
                ring = []
            elif words:
                hole = words[0].startswith("!")
    except (UnicodeDecodeError, ValueError):
        outline = shapely.Polygon()
    if outline.is_empty:
        raise InputError(_("{path} is no .poly file; use one of Geofabrik's, or a polygon layer.").format(path=path))
    return outline


def _mended(layer: gpd.GeoDataFrame, file: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """The layer with valid polygons, and a sentence if there were others."""
    broken = ~layer.is_valid
    if not broken.any():
        return layer, []
    shapes = np.array([_polygons_of(shape) for shape in layer.geometry], dtype=object)
    rows = first_items(layer.index[broken])
    note = sentence("{file}: the polygons in row {rows} crossed themselves and were mended.", file=file, rows=rows)
    return layer.set_geometry(shapes, crs=layer.crs), [note]


def _polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """A valid shape of polygons only: mending can leave stray lines."""
    if shape.is_valid and shape.geom_type in _POLYGONS:
        return shape
    parts = shapely.get_parts(shapely.get_parts([shapely.make_valid(shape)]))
    return shapely.union_all([part for part in shapely.get_parts(parts) if part.geom_type in _POLYGONS])


def municipality_of(places: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame) -> pd.Series:
    """The municipality each place lies in, None outside all; on the places' index.

    A place up to 500 m beyond every border belongs to the nearest. Where municipalities overlap, the first by
    index counts.

    Parameters
    ----------
    places, municipalities
        EPSG:4326; points, and polygons indexed by ``municipality_id``.

    Examples
    --------
    >>> towns = gpd.GeoDataFrame(geometry=[shapely.box(24, 57, 25, 58)], index=["valka"], crs="EPSG:4326")
    >>> homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([24.5, 25.001, 26], [57.5] * 3), crs="EPSG:4326")
    >>> municipality_of(homes, towns).tolist()
    ['valka', 'valka', None]
    """
    found = np.full(len(places), -1, dtype=np.int64)
    if len(municipalities) and len(places):
        shapes = municipalities.geometry.to_crs(METRIC).to_numpy()
        points = places.geometry.to_crs(METRIC).to_numpy()
        tree = shapely.STRtree(shapes)
        inside, hit = tree.query(points, predicate="intersects")
        order = np.lexsort((-hit, inside))
        found[inside[order]] = hit[order]
        lost = np.flatnonzero(found < 0)
        near, hit = tree.query_nearest(points[lost], max_distance=NEAR_BORDER_M, all_matches=False)
        found[lost[near]] = hit
    labels = [*municipalities.index, None]
    return pd.Series([labels[position] for position in found], index=places.index, name="municipality_id", dtype=object)
