"""Files written wholly or not at all, tables written by their ending, checksums.

A reader never meets half a file: everything is written beside its target under a temporary name, forced
to the disk, and renamed. A disk that is full or read-only ends in one sentence and leaves the old file.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sempre_geo.errors import InputError, StoreError
from sempre_geo.i18n import gettext as _

PINNED_TIME = "2000-01-01T00:00:00.000Z"  # GeoPackages carry a date of writing; ours do not depend on the day
COORDINATE_DECIMALS = 7  # a centimetre, as RFC 7946 advises
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LOCKED = {errno.EACCES, errno.EPERM, errno.EROFS}
_BLOCK = 1 << 20
_gdal_options = threading.Lock()


@contextmanager
def write_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary name to write to; it takes the place of ``path`` if the block ends well.

    Raises
    ------
    StoreError
        The disk is full, read-only or gone. ``path`` is as it was before.
    """
    draft = _draft_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        _force_to_disk(draft)
        draft.replace(path)
    except OSError as error:
        raise _as_store_error(error, path) from None
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def write_folder_whole(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder; it takes the place of the folder ``path`` if the block ends well.

    A folder cannot replace a full one in one step: the old one is moved aside first and moved back should
    the second step fail.

    Raises
    ------
    StoreError
        The disk is full, read-only or gone. ``path`` is as it was before.
    """
    draft = _draft_of(path)
    try:
        draft.mkdir(parents=True)
        yield draft
        for file in sorted(draft.rglob("*")):
            if file.is_file():
                _force_to_disk(file)
        _swap(draft, path)
    except OSError as error:
        raise _as_store_error(error, path) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_text(text: str, path: Path) -> None:
    """Write ``text`` as UTF-8, wholly or not at all."""
    with write_whole(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table in the format its name ends in: ``.csv``, ``.geojson``, ``.gpkg`` or ``.parquet``.

    An index with a name becomes the first column. In CSV, points become ``lon`` and ``lat``, and text that
    a spreadsheet would run as a formula gets an apostrophe before it. GeoJSON has no infinity: there it is
    null, beside the table's own status column.

    Raises
    ------
    InputError
        The ending is none of these.
    StoreError
        The disk is full or read-only; nothing is half-written.
    """
    check_table_ending(path)
    writer = _WRITERS[path.suffix.lower()]
    named = frame.reset_index() if frame.index.name else frame.reset_index(drop=True)
    with write_whole(path) as draft:
        writer(named, draft, path.stem)


def write_layers(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write several layers into one file: a GeoPackage with one layer each, or one table whose rows name theirs.

    The table has a column ``layer`` first; a column that a layer does not know is empty in its rows.

    Raises
    ------
    InputError
        The file's ending is none of `write_table`'s.
    StoreError
        The disk is full or read-only; nothing is half-written.
    """
    if path.suffix.lower() != ".gpkg":
        named = [frame.reset_index(drop=True).assign(layer=name) for name, frame in layers.items()]
        together = pd.concat(named, ignore_index=True)
        first = ["layer", *together.columns.drop("layer")]
        write_table(gpd.GeoDataFrame(together[first], geometry="geometry", crs="EPSG:4326"), path)
        return
    with write_whole(path) as draft:
        for name, frame in layers.items():
            _write_geopackage(frame.reset_index(drop=True), draft, name)


def check_table_ending(path: Path) -> None:
    """Refuse a name `write_table` could not write to, before the long work is done.

    >>> check_table_ending(Path("gaps.CSV"))
    >>> check_table_ending(Path("gaps.xlsx"))
    Traceback (most recent call last):
    sempre_geo.errors.InputError: gaps.xlsx ends in none of .csv, .geojson, .gpkg, .parquet; name the file with one of them.
    """  # noqa: E501 - a doctest compares the sentence as a whole
    if path.suffix.lower() not in _WRITERS:
        raise InputError(
            _("{path} ends in none of {endings}; name the file with one of them.").format(
                path=path, endings=", ".join(_WRITERS)
            )
        )


def escape_formula(text: object) -> object:
    """``text`` so that no spreadsheet runs it; anything but text stays as it is.

    A carriage return becomes a line feed: Python's writer leaves it unquoted, and readers would break the row there.

    >>> escape_formula("=1+1"), escape_formula("Valka"), escape_formula(-3), escape_formula("")
    ("'=1+1", 'Valka', -3, '')
    """
    if not isinstance(text, str):
        return text
    safe = f"'{text}" if text.startswith(_FORMULA_STARTS) else text
    return safe.replace("\r\n", "\n").replace("\r", "\n")


def read_checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits; of a folder, that of its files' names and contents."""
    digest = hashlib.sha256()
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        if path.is_dir():
            digest.update(file.relative_to(path).as_posix().encode())
        with file.open("rb") as source:
            while block := source.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def _write_csv(frame: pd.DataFrame, draft: Path, _name: str) -> None:
    table = _flat(frame)
    for column in table.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]]:
        table = table.assign(**{str(column): table[column].astype(object).map(escape_formula)})
    table.columns = [escape_formula(column) for column in table.columns]
    table.to_csv(draft, index=False, encoding="utf-8", lineterminator="\n")


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """The table without its geometry: points as ``lon, lat``, other shapes by a point on them."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    shapes = _in_degrees(frame).geometry
    points = shapes.where(shapes.geom_type == "Point", shapes.representative_point())
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    places = {
        "lon": points.x.round(COORDINATE_DECIMALS).to_numpy(),
        "lat": points.y.round(COORDINATE_DECIMALS).to_numpy(),
    }
    return table.assign(**{name: values for name, values in places.items() if name not in table})


def _write_geojson(frame: pd.DataFrame, draft: Path, name: str) -> None:
    shapes: list[Any] = [None] * len(frame)
    table = frame
    if isinstance(frame, gpd.GeoDataFrame):
        degrees = _in_degrees(frame).geometry
        rounded = shapely.set_precision(degrees.to_numpy(), 10.0**-COORDINATE_DECIMALS)
        shapes = [shape and json.loads(shapely.to_geojson(shape)) for shape in shapely.orient_polygons(rounded)]
        table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    columns = [str(column) for column in table.columns]
    with draft.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f'{{"type": "FeatureCollection", "name": {json.dumps(name)}, "features": [\n')
        for number, (row, shape) in enumerate(zip(table.itertuples(index=False, name=None), shapes, strict=True)):
            properties = {column: _plain(value) for column, value in zip(columns, row, strict=True)}
            feature = {"type": "Feature", "properties": properties, "geometry": shape}
            out.write((",\n" if number else "") + json.dumps(feature, ensure_ascii=False, allow_nan=False))
        out.write("\n]}\n")


def _plain(value: Any) -> Any:
    """A value as JSON has it; what JSON cannot say (infinity, missing) is null."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool | int | str | list | dict):
        return value
    return str(value)


def _write_geopackage(frame: pd.DataFrame, draft: Path, name: str) -> None:
    import pyogrio

    table = _named_texts(_in_degrees(frame) if isinstance(frame, gpd.GeoDataFrame) else frame)
    with _gdal_options:
        before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": PINNED_TIME})
        try:
            pyogrio.write_dataframe(table, draft, driver="GPKG", layer=name)
        except RuntimeError as error:  # SQLite says neither why nor with which number
            full = shutil.disk_usage(draft.parent).free < _BLOCK
            raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from None
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _named_texts(frame: pd.DataFrame) -> pd.DataFrame:
    categorical = [column for column in frame if isinstance(frame[column].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(categorical, object))


def _write_parquet(frame: pd.DataFrame, draft: Path, _name: str) -> None:
    frame.to_parquet(draft, index=False)


_WRITERS: Mapping[str, Callable[[pd.DataFrame, Path, str], None]] = {
    ".csv": _write_csv,
    ".geojson": _write_geojson,
    ".gpkg": _write_geopackage,
    ".parquet": _write_parquet,
}


def _in_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame if frame.crs is None or frame.crs == "EPSG:4326" else frame.to_crs("EPSG:4326")


def _force_to_disk(file: Path) -> None:
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def _draft_of(path: Path) -> Path:
    """A free hidden name beside ``path`` with the same ending, which some writers insist on."""
    return path.with_name(f".{path.stem}.{secrets.token_hex(4)}.tmp{path.suffix}")


def _swap(draft: Path, path: Path) -> None:
    aside = _draft_of(path)
    if path.exists():
        path.rename(aside)
    try:
        draft.rename(path)
    except OSError:
        if aside.exists():
            aside.rename(path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _as_store_error(error: OSError, path: Path) -> StoreError:
    if isinstance(error, StoreError):
        return error
    if error.errno in _FULL:
        sentence = _("The disk is full, so {path} was not written; free some space and try again.")
    elif error.errno in _LOCKED:
        sentence = _("{path} may not be written here; choose another folder or ask for the right to write.")
    else:
        sentence = _("{path} could not be written ({why}); check the disk and try again.")
    return StoreError(sentence.format(path=path, why=error.strerror or error))
