"""Tables and layers as people send them: spreadsheets' CSV in any dialect, GeoJSON, GeoPackage, Parquet ...

Byte-order marks, semicolons, decimal commas and old Baltic encodings are read as they were meant. What cannot
be read ends in one sentence with the file and its first five rows.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sempre_geo.errors import InputError, MissingFileError, first_items
from sempre_geo.i18n import gettext as _

CSV_ENDINGS = (".csv", ".tsv", ".txt")
FIRST_ROW = 2  # as a spreadsheet counts: the heading is row 1
LON_NAMES = ("lon", "lng", "long", "longitude", "x_lon")
LAT_NAMES = ("lat", "latitude", "y_lat")
_SEPARATORS = (";", "\t", ",", "|")
_BALTIC = "cp1257"  # Estonian, Latvian and Lithuanian; Swedish, Finnish and German letters lie in the same places
_HEAD_BYTES = 1 << 16
_CHUNK_ROWS = 200_000
_LONGEST_CELL = 1 << 24  # shapes in words are long; an open quotation mark need not fill the memory


@dataclass(frozen=True)
class _Dialect:
    encoding: str
    separator: str
    skipped: int
    width: int


def read_rows(path: Path) -> pd.DataFrame:
    """A CSV table as texts, blank cells missing; the index is the row number a spreadsheet shows.

    Raises
    ------
    MissingFileError
        The file is not there.
    InputError
        It is empty, no text, or rows have more cells than the heading: nobody can tell which cell is which.
    """
    table, overfull = read_fitting_rows(path)
    raise_problems(path, {overfull_words(): overfull})
    return table


def read_fitting_rows(path: Path) -> tuple[pd.DataFrame, list[int]]:
    """The same without the rows that have more cells than the heading, and the numbers of those."""
    dialect = _dialect_of(path)
    overfull = _overfull_rows(path, dialect)
    table = pd.concat(_chunks(path, dialect))
    return table.drop(index=overfull, errors="ignore"), overfull


def read_chunks(path: Path) -> Iterator[pd.DataFrame]:
    """The same as ``read_rows`` in pieces of 200,000 rows, for tables of a whole continent."""
    dialect = _dialect_of(path)
    raise_problems(path, {overfull_words(): _overfull_rows(path, dialect)})
    yield from _chunks(path, dialect)


def overfull_words() -> str:
    """What is wrong with a row that has more cells than the heading, as part of a sentence."""
    return _("more cells than the heading (a text with commas needs quotation marks)")


def check_is_there(path: Path) -> None:
    """Refuse a file that is not there or is empty."""
    if not path.is_file():
        raise MissingFileError(_("There is no file {path}; check the name.").format(path=path))
    if path.stat().st_size == 0:
        raise InputError(_("{path} is empty; export it again.").format(path=path))


def numbers(texts: pd.Series) -> pd.Series:
    """Numbers written with a decimal point or comma, spaces between thousands; NaN where none can be read.

    >>> numbers(pd.Series(["24,5", "1 234.5", "1.234,5", "-9999", "many", None])).tolist()
    [24.5, 1234.5, 1234.5, -9999.0, nan, nan]
    """
    if pd.api.types.is_numeric_dtype(texts.dtype):
        return texts.astype(np.float64)
    plain = texts.astype(object).where(texts.notna(), "").astype(str).str.replace(r"[\s\u00a0\u202f']", "", regex=True)
    comma, point = plain.str.rfind(","), plain.str.rfind(".")
    continental = plain.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    plain = plain.where(comma <= point, continental).str.replace(",", "", regex=False)
    return pd.to_numeric(plain, errors="coerce").astype(np.float64)


def column_named(table: pd.DataFrame, names: Iterable[str]) -> str | None:
    """The table's column that bears one of the names, whatever its capitals; None without one.

    >>> column_named(pd.DataFrame(columns=["Name", "LON"]), ("lng", "lon"))
    'LON'
    """
    by_name = {str(column).strip().lower(): str(column) for column in table.columns}
    return next((by_name[name.lower()] for name in names if name.lower() in by_name), None)


def read_points(path: Path, *, id_column: str = "id") -> gpd.GeoDataFrame:
    """A list of places: CSV with ``id, lon, lat`` or a point layer; the id becomes the index, other columns stay.

    Raises
    ------
    InputError
        A column is missing, there is no row, an id is blank or there twice, or a place is no place; every row is
        named at once.
    """
    table = read_table(path)
    found = column_named(table, (id_column,))
    if found is None:
        raise InputError(
            _("{path} has no column '{column}', only {columns}; name one of them so.").format(
                path=path, column=id_column, columns=first_items([*table.columns.drop("geometry")] or ["lon", "lat"])
            )
        )
    if table.empty:
        raise InputError(_("{path} has no rows; export it again.").format(path=path))
    ids = table[found].astype(object)
    wrong = {
        _("no position"): table.index[table.geometry.isna()],
        _("no id"): table.index[ids.isna()],
        _("an id that stands there twice"): table.index[ids.notna() & ids.duplicated()],
        _("a shape that is no point"): table.index[table.geometry.notna() & (table.geom_type != "Point")],
    }
    raise_problems(path, wrong)
    return table.drop(columns=found).set_index(pd.Index(ids.astype(str), name=id_column))


def read_table(path: Path) -> gpd.GeoDataFrame:
    """Any table of places in EPSG:4326: a layer, or a CSV with ``lon`` and ``lat``; the index counts its rows.

    A row without a position keeps a missing geometry, so that the caller can name it.

    Raises
    ------
    InputError
        No positions, no coordinate reference system, or coordinates that are no degrees.
    """
    if path.suffix.lower() not in CSV_ENDINGS:
        return read_layer(path)
    table = read_rows(path)
    lon, lat = column_named(table, LON_NAMES), column_named(table, LAT_NAMES)
    if lon is None or lat is None:
        raise InputError(
            _("{path} has no columns 'lon' and 'lat', only {columns}; add them in degrees.").format(
                path=path, columns=first_items(table.columns)
            )
        )
    places = _points(numbers(table[lon]), numbers(table[lat]))
    return gpd.GeoDataFrame(table.drop(columns=[lon, lat]), geometry=places, crs="EPSG:4326")


def read_layer(
    path: Path, *, bbox: tuple[float, float, float, float] | None = None, only_near: str | None = None
) -> gpd.GeoDataFrame:
    """A layer of shapes in EPSG:4326, whatever its own system; the index counts its rows from 1.

    Parameters
    ----------
    bbox, only_near
        Of a layer that has the column ``only_near``, read only the shapes that touch ``bbox`` (degrees): a
        continent's grid need not fit into memory.

    Raises
    ------
    MissingFileError
        The file is not there.
    InputError
        It is no layer, has no shapes, or does not say its coordinate reference system.
    """
    check_is_there(path)
    layer = _read_any(path, box=bbox if only_near and only_near in _columns_of(path) else None)
    if layer.crs is None:
        raise InputError(
            _("{path} does not say its coordinate reference system; save it again as GeoPackage with one.").format(
                path=path
            )
        )
    in_degrees = layer if layer.crs == "EPSG:4326" else layer.to_crs("EPSG:4326")
    bounds = in_degrees.total_bounds
    if np.isfinite(bounds).all() and (np.abs(bounds[[0, 2]]).max() > 180 or np.abs(bounds[[1, 3]]).max() > 90):  # noqa: PLR2004 - the globe
        raise InputError(
            _("{path} says degrees but holds larger numbers; save it again in its own reference system.").format(
                path=path
            )
        )
    flat = in_degrees.set_geometry(shapely.force_2d(in_degrees.geometry.to_numpy()), crs="EPSG:4326")
    return flat.set_axis(pd.RangeIndex(1, len(flat) + 1, name="row"), axis=0)


def read_properties(path: Path) -> pd.DataFrame:
    """What a GeoJSON says of its shapes, one row a feature: a yes stays a yes, and 7 is no 7.0 beside a blank.

    ``read_layer`` makes numbers of a column's answers as soon as one feature has none. A feature's own id stands
    for a property ``id`` where it is a text that is no bare number: programs count features anew in every file.

    Raises
    ------
    InputError
        It is no GeoJSON.
    """
    try:
        said = json.loads(path.read_bytes())
        features = said["features"] if said["type"] == "FeatureCollection" else [said]
        rows = [_properties(feature) for feature in features if isinstance(feature, dict)]
    except (ValueError, LookupError, TypeError) as error:
        raise _no_layer(path, error) from None
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="row"), dtype=object)


def raise_problems(path: Path, problems: Mapping[str, pd.Index | Sequence[int]]) -> None:
    """Raise one sentence that names every kind of problem with its first five rows; return if there is none."""
    said = [
        _("{what} in row {rows}").format(what=what, rows=first_items(rows))
        for what, rows in problems.items()
        if len(rows)
    ]
    if said:
        raise InputError(_("{path} has {problems}; mend these rows.").format(path=path, problems="; ".join(said)))


def _columns_of(path: Path) -> list[str]:
    import pyogrio

    try:
        return list(pyogrio.read_info(path)["fields"])
    except pyogrio.errors.DataSourceError:
        return []


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    named = feature.get("id")
    own = {"id": named} if isinstance(named, str) and not named.strip().isdecimal() else {}
    said = own | (feature.get("properties") or {})
    return {name: ";".join(map(str, value)) if isinstance(value, list) else value for name, value in said.items()}


def _no_layer(path: Path, error: Exception) -> InputError:
    return InputError(
        _("{path} cannot be read as a layer ({why}); use GeoPackage, GeoJSON or Parquet.").format(
            path=path, why=re.split(r"[\n;]", str(error))[0]
        )
    )


def _read_any(path: Path, *, box: tuple[float, float, float, float] | None) -> gpd.GeoDataFrame:
    import pyogrio

    try:
        if path.suffix.lower() == ".parquet":
            return gpd.read_parquet(path)
        near = None if box is None else gpd.GeoSeries([shapely.box(*box)], crs="EPSG:4326")
        layer = gpd.read_file(path, bbox=near)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError, KeyError) as error:
        raise _no_layer(path, error) from None
    if path.suffix.lower() == ".topojson" and isinstance(layer, gpd.GeoDataFrame):
        return layer.set_crs("EPSG:4326")  # TopoJSON is in degrees by definition, but has no place to say so
    if not isinstance(layer, gpd.GeoDataFrame):
        raise InputError(_("{path} holds a table without shapes; use a layer with them.").format(path=path))
    return layer


def _points(lon: pd.Series, lat: pd.Series) -> list[shapely.Point | None]:
    known = lon.notna() & lat.notna()
    made = shapely.points(lon.fillna(0), lat.fillna(0))
    return [point if there else None for point, there in zip(made, known, strict=True)]


def _chunks(path: Path, dialect: _Dialect) -> Iterator[pd.DataFrame]:
    start = FIRST_ROW + dialect.skipped
    try:
        with pd.read_csv(
            path, sep=dialect.separator, encoding=dialect.encoding, skiprows=dialect.skipped, dtype=str,
            keep_default_na=False, na_values=[""], skip_blank_lines=False, chunksize=_CHUNK_ROWS, index_col=False,
            skipinitialspace=True, usecols=range(dialect.width),
        ) as pieces:  # fmt: skip
            for piece in pieces:
                table = piece.set_axis([str(name).strip() for name in piece.columns], axis=1)
                table.index = pd.RangeIndex(start, start + len(table), name="row")
                start += len(table)
                yield table.dropna(how="all")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError) as error:
        raise _unreadable(path, error) from None


def _overfull_rows(path: Path, dialect: _Dialect) -> list[int]:
    """The rows with something in more cells than the heading has: pandas drops those cells without a word.

    Without a quotation mark anywhere, counting the separators of each line is enough, and much quicker.
    """
    try:
        with path.open(encoding=dialect.encoding, newline="") as lines:
            if all('"' not in line and line.count(dialect.separator) < dialect.width for line in lines):
                return []
        csv.field_size_limit(_LONGEST_CELL)
        with path.open(encoding=dialect.encoding, newline="") as lines:
            rows = csv.reader(lines, delimiter=dialect.separator, skipinitialspace=True)
            return [number for number, cells in enumerate(rows, start=1) if any(map(str.strip, cells[dialect.width :]))]
    except (csv.Error, UnicodeError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(
        _("{path} cannot be read as a table ({why}); save it again as CSV in UTF-8.").format(
            path=path, why=str(error).strip().split("\n")[0]
        )
    )


def _dialect_of(path: Path) -> _Dialect:
    check_is_there(path)
    with path.open("rb") as source:
        head = source.read(_HEAD_BYTES)
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(_("{path} is no text; save it again as CSV in UTF-8.").format(path=path))
    encoding = _encoding_of(path, head)
    lines = head.decode(encoding, errors="replace").lstrip("\ufeff").splitlines(keepends=True)
    skipped = 1 if lines and lines[0].lower().startswith("sep=") else 0
    heading = lines[skipped] if len(lines) > skipped else ""
    outside_quotes = re.sub(r'"[^"]*"', "", heading)
    separator = max(_SEPARATORS, key=outside_quotes.count)
    names = next(csv.reader(lines[skipped:], delimiter=separator, skipinitialspace=True), [])
    named = [place for place, name in enumerate(names, start=1) if name.strip()]
    return _Dialect(encoding, separator, skipped, width=max(named, default=1))


def _encoding_of(path: Path, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        with path.open("rb") as source:
            while block := source.read(_HEAD_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _BALTIC
    return "utf-8-sig"
