"""Where how many people live: the European census grid, or any layer with a population column.

A census grid is known by its ``GRD_ID`` codes. There, a number below zero means confidential or missing: the
cell stays, its people are unknown, and it is marked. In any other layer a negative number is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import sentence
from sempre_geo.region.tables import (
    CSV_ENDINGS,
    check_is_there,
    column_named,
    numbers,
    raise_problems,
    read_chunks,
    read_layer,
    read_table,
)

GRID_CRS = "EPSG:3035"
GRID_M = 1000
CENSUS_SOURCE = "Eurostat Census 2021 grid, (c) European Union, reuse with the source named"
CENSUS_ID = "GRD_ID"
CENSUS_TOTAL = "T"
CENSUS_GROUPS: Mapping[str, str] = {
    "F": "women",
    "M": "men",
    "Y_LT15": "under_15",
    "Y_1564": "age_15_64",
    "Y_GE65": "over_64",
    "EMP": "employed",
    "NAT": "born_in_country",
    "EU_OTH": "born_elsewhere_eu",
    "OTH": "born_outside_eu",
    "SAME": "same_address",
    "CHG_IN": "moved_within_country",
    "CHG_OUT": "moved_from_abroad",
}
OWN_GROUP = "group_"  # a planner's own group: column group_no_car -> no_car
_IDS = ("cell_id", "id", "grd_id", "inspireid", "code", "akood", "fid")
_CODE = r"^(?:CRS3035RES(?P<metres>\d+)m|(?P<km>\d+)km)N(?P<n>\d+)E(?P<e>\d+)$"


@dataclass(frozen=True)
class PopulationLayer:
    """A population layer as it was read: shapes in EPSG:4326, not yet the points where people are.

    Attributes
    ----------
    areas
        Index ``cell_id``; ``population`` (NaN where unknown), one column a group, ``confidential``; polygons, or
        points that are not to be moved.
    kind
        ``grid``, ``polygons`` or ``points``.
    notes
        What a reader should know about it.
    """

    areas: gpd.GeoDataFrame
    kind: Literal["grid", "polygons", "points"]
    notes: tuple[str, ...] = ()


def read_population(
    path: Path, *, column: str | None = None, bbox: tuple[float, float, float, float] | None = None
) -> PopulationLayer:
    """A census grid or a layer with a population column.

    Of a census grid only the cells that touch ``bbox`` are read, as it may cover a continent. Of any other layer
    every row becomes a cell.

    Parameters
    ----------
    column
        The column with the number of people; without it ``T`` in a census grid, else ``population``.
    bbox
        (west, south, east, north) in degrees, or None for everything.

    Raises
    ------
    InputError
        There is no such column, no coordinate reference system, no row, or rows with negative, unreadable or
        repeated cells; the first five are named.
    """
    check_is_there(path)
    if path.suffix.lower() in {*CSV_ENDINGS, ".parquet"} and column_named(next(_tables(path)), (CENSUS_ID,)):
        return _from_grid(path, pd.concat([_near(table, bbox) for table in _tables(path)]), column=column)
    layer = read_layer(path, bbox=bbox, only_near=CENSUS_ID) if path.suffix.lower() == ".gpkg" else read_table(path)
    if column_named(layer, (CENSUS_ID,)):
        return _from_grid(path, _near(pd.DataFrame(layer.drop(columns="geometry")), bbox), column=column)
    return _from_shapes(path, layer, column=column)


def grid_squares(codes: pd.Series) -> gpd.GeoSeries:
    """The squares (EPSG:3035) that grid codes stand for, None where a code is none; on the same index.

    >>> grid_squares(pd.Series(["CRS3035RES1000mN2684000E4285000", "1kmN2684E4285"])).bounds.iloc[1].tolist()
    [4285000.0, 2684000.0, 4286000.0, 2685000.0]
    >>> grid_squares(pd.Series(["Valka"])).tolist()
    [None]
    """
    corners = _corners(codes)
    x, y, size = corners["x"], corners["y"], corners["size"]
    squares = shapely.box(x.fillna(0), y.fillna(0), (x + size).fillna(1), (y + size).fillna(1))
    shapes = np.where(x.notna(), squares, None)
    return gpd.GeoSeries(shapes, index=codes.index, crs=GRID_CRS)


def grid_code(x: float, y: float) -> str:
    """The code of the 1 km square a point of EPSG:3035 lies in.

    >>> grid_code(4285999.9, 2684000.0)
    'CRS3035RES1000mN2684000E4285000'
    """
    return f"CRS3035RES{GRID_M}mN{int(y // GRID_M) * GRID_M}E{int(x // GRID_M) * GRID_M}"


def _tables(path: Path) -> Iterator[pd.DataFrame]:
    if path.suffix.lower() in CSV_ENDINGS:
        yield from read_chunks(path)
        return
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise InputError(
            _("{path} cannot be read as Parquet ({why}); export it again.").format(
                path=path, why=str(error).split("\n")[0]
            )
        ) from None
    yield table.set_axis(pd.RangeIndex(1, len(table) + 1, name="row"), axis=0)


def _corners(codes: pd.Series) -> pd.DataFrame:
    """Lower-left corner and side of each code's square, in metres; NaN where a code is none."""
    parts = pc.extract_regex(pa.array(codes.astype(str), pa.string(), from_pandas=True), _CODE)
    number = {name: _floats(pc.struct_field(parts, name)) for name in ("metres", "km", "n", "e")}
    scale = np.where(np.isnan(number["km"]), 1.0, 1000.0)
    side = np.where(np.isnan(number["km"]), number["metres"], number["km"] * scale)
    return pd.DataFrame({"x": number["e"] * scale, "y": number["n"] * scale, "size": side}, index=codes.index)


def _floats(digits: pa.StringArray) -> NDArray[np.float64]:
    known = pc.if_else(pc.equal(digits, ""), None, digits)
    return np.asarray(pc.cast(known, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _near(table: pd.DataFrame, bbox: tuple[float, float, float, float] | None) -> pd.DataFrame:
    """Rows whose square touches the box, and rows whose code cannot be read, so that they can be named."""
    if bbox is None:
        return table
    west, south, east, north = gpd.GeoSeries([shapely.box(*bbox)], crs="EPSG:4326").to_crs(GRID_CRS).total_bounds
    corners = _corners(table[str(column_named(table, (CENSUS_ID,)))])
    x, y, size = corners["x"], corners["y"], corners["size"]
    touches = (x <= east) & (x + size >= west) & (y <= north) & (y + size >= south)
    return pd.DataFrame(table[x.isna() | touches])


def _from_grid(path: Path, table: pd.DataFrame, *, column: str | None) -> PopulationLayer:
    codes = table[str(column_named(table, (CENSUS_ID,)))]
    total = _population_column(path, table, column or CENSUS_TOTAL)
    squares = grid_squares(codes)
    people = numbers(table[total])
    raise_problems(
        path,
        {
            _("a code that is no grid cell"): table.index[squares.isna()],
            _("a cell that stands there twice"): table.index[codes.duplicated()],
            _("a population that is no number"): table.index[people.isna() & table[total].notna()],
        },
    )
    if table.empty:
        raise InputError(_("{path} has no cell in the region; take the grid of the right country.").format(path=path))
    groups = _groups(table, total)
    hidden = (people < 0) | (groups < 0).any(axis=1)
    areas = groups.where(groups >= 0).assign(population=people.where(people >= 0), confidential=hidden)
    areas.index = pd.Index(codes.astype(str), name="cell_id")
    notes = []
    if hidden.any():
        notes.append(sentence("{n} cells are confidential: they are kept, their people are unknown.", n=hidden.sum()))
    frame = gpd.GeoDataFrame(areas, geometry=squares.to_crs("EPSG:4326").to_numpy(), crs="EPSG:4326")
    return PopulationLayer(_ordered(frame), "grid", tuple(notes))


def _from_shapes(path: Path, layer: gpd.GeoDataFrame, *, column: str | None) -> PopulationLayer:
    name = _population_column(path, layer, column or "population")
    if layer.empty:
        raise InputError(_("{path} has no rows; export it again.").format(path=path))
    people = numbers(layer[name])
    ids = _cell_ids(layer)
    shape = layer.geometry.notna() & ~layer.is_empty
    raise_problems(
        path,
        {
            _("no position"): layer.index[~shape],
            _("a negative population"): layer.index[people < 0],
            _("a population that is no number"): layer.index[people.isna() & layer[name].notna()],
            _("a cell that stands there twice"): layer.index[ids.duplicated() | _repeated_polygon(layer)],
        },
    )
    points = bool((layer.geom_type == "Point").all())
    shapes = layer.geometry if points else gpd.GeoSeries(shapely.make_valid(layer.geometry.to_numpy()), crs=layer.crs)
    areas = _groups(layer, name).assign(population=people, confidential=False)
    areas.index = pd.Index(ids, name="cell_id")
    notes = []
    if people.isna().any():
        notes.append(sentence("{n} cells have no population: they are kept as unknown.", n=int(people.isna().sum())))
    frame = gpd.GeoDataFrame(areas, geometry=shapes.to_numpy(), crs="EPSG:4326")
    return PopulationLayer(_ordered(frame), "points" if points else "polygons", tuple(notes))


def _population_column(path: Path, table: pd.DataFrame, column: str) -> str:
    found = column if column in table.columns else column_named(table, (column,))
    if found is None:
        raise InputError(
            _("{path} has no column '{column}', only {columns}; name the right one with --population-column.").format(
                path=path, column=column, columns=first_items(table.columns.drop("geometry", errors="ignore"))
            )
        )
    return found


def _groups(table: pd.DataFrame, total: str) -> pd.DataFrame:
    """Known groups, under our own names or the census's, and a planner's own ``group_...`` columns."""
    names = {column: group for column, group in CENSUS_GROUPS.items() if column in table.columns and column != total}
    names |= {group: group for group in CENSUS_GROUPS.values() if group in table.columns and group != total}
    own = [str(column) for column in table.columns if str(column).startswith(OWN_GROUP)]
    names |= {column: column.removeprefix(OWN_GROUP) for column in own}
    return pd.DataFrame({group: numbers(table[column]) for column, group in names.items()}, index=table.index)


def _cell_ids(layer: gpd.GeoDataFrame) -> pd.Series:
    column = column_named(layer, _IDS)
    if column is not None and layer[column].notna().all():
        return pd.Series(layer[column].astype(str))
    return pd.Series([f"cell-{row - layer.index[0] + 1}" for row in layer.index], index=layer.index, dtype=object)


def _repeated_polygon(layer: gpd.GeoDataFrame) -> pd.Series:
    """Polygons drawn twice would count their people twice; two households at one point are two."""
    outlines = pd.Series(shapely.to_wkb(shapely.normalize(layer.geometry.to_numpy())), index=layer.index)
    return pd.Series(outlines.duplicated() & outlines.notna() & (layer.geom_type != "Point"))


def _ordered(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    groups = [name for name in areas.columns if name not in {"population", "confidential", "geometry"}]
    return areas[["population", *groups, "confidential", "geometry"]]
