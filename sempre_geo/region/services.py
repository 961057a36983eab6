"""Lists of services that people bring, and which services may be shown."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.region.categories import Categories
from sempre_geo.region.files import numbers, read_csv_table, read_vector

_OPTIONAL = ("opening_hours", "wheelchair", "serves", "operator", "phone", "website")
_LON = ("lon", "longitude", "lng", "x")
_LAT = ("lat", "latitude", "y")
_NEAR_DEG = 0.5


def read_services(path: Path, *, categories: Categories, bbox: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Services of a CSV, GeoJSON or GeoPackage.

    Parameters
    ----------
    bbox
        (west, south, east, north) of the region; services half a degree outside it are refused as errors.

    Returns
    -------
    geopandas.GeoDataFrame
        As `OsmExtract.services`, index ``service_id`` (the file's ``id``, else ``<file>:<row>``).

    Raises
    ------
    InputError
        All problems of the file in one sentence: columns missing, categories unknown, coordinates missing,
        swapped or outside the region, ids repeated.
    """
    if path.suffix in {".csv", ".txt", ".tsv"}:
        table, lon, lat = _from_csv(path)
    else:
        frame = read_vector(path)
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
        places = frame.geometry.representative_point()
        table, lon, lat = pd.DataFrame(frame.drop(columns=frame.geometry.name)), places.x, places.y
    if "category" not in table.columns:
        raise InputError(_("{path} has no column 'category'; each service needs one.").format(path=path.name))
    _check(table, lon, lat, path=path, categories=categories, bbox=bbox)
    found = gpd.GeoDataFrame(
        {"category": table["category"].astype(str), "name": table["name"] if "name" in table else None},
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    )
    for column in _OPTIONAL:
        found[column] = table[column].replace("", None) if column in table.columns else None
    found["wheelchair"] = found["wheelchair"].where(found["wheelchair"].isin(["yes", "limited", "no"]), "unknown")
    found["capacity"] = numbers(table["capacity"]) if "capacity" in table.columns else np.nan
    found["source"] = path.name
    found.index = pd.Index(_ids(table, path), name="service_id", dtype=object)
    return found


def join_services(
    known: gpd.GeoDataFrame, brought: gpd.GeoDataFrame, *, mode: Literal["add", "replace"]
) -> gpd.GeoDataFrame:
    """Services of the map and those brought; ``replace`` drops the map's of every category that was brought."""
    kept = known[~known["category"].isin(brought["category"])] if mode == "replace" else known
    kept = kept[~kept.index.isin(brought.index)]
    columns = list(known.columns)
    joined = pd.concat([kept, brought.reindex(columns=[*columns])])
    return gpd.GeoDataFrame(joined, geometry="geometry", crs="EPSG:4326")


def public_services(services: gpd.GeoDataFrame, categories: Categories) -> gpd.GeoDataFrame:
    """The services that may be shown: without shelters and other sensitive categories."""
    return services[~services["category"].isin(categories.sensitive)]


def _from_csv(path: Path) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    table = read_csv_table(path)
    lon = next((name for name in table.columns if name.lower() in _LON), None)
    lat = next((name for name in table.columns if name.lower() in _LAT), None)
    if lon is None or lat is None:
        raise InputError(
            _("{path} has no columns 'lon' and 'lat'; each service needs a position.").format(path=path.name)
        )
    return table, numbers(table[lon]), numbers(table[lat])


def _check(
    table: pd.DataFrame,
    lon: pd.Series,
    lat: pd.Series,
    *,
    path: Path,
    categories: Categories,
    bbox: tuple[float, float, float, float],
) -> None:
    missing = lon.isna() | lat.isna()
    outside = ~missing & ~_near(lon, lat, bbox)
    swapped = outside & _near(lat, lon, bbox)
    unknown = ~table["category"].isin(list(categories.by_id))
    repeated = (
        table["id"].duplicated() & table["id"].ne("") if "id" in table.columns else pd.Series(False, index=table.index)
    )
    problems = [
        (missing, _("rows {rows} have no position")),
        (swapped, _("rows {rows} have longitude and latitude swapped")),
        (outside & ~swapped, _("rows {rows} lie outside the region")),
        (unknown, _("rows {rows} have an unknown category")),
        (repeated, _("rows {rows} repeat an id")),
    ]
    said = "; ".join(text.format(rows=first_items(wrong.index[wrong])) for wrong, text in problems if wrong.any())
    if unknown.any():
        said += " " + _("(known are {known})").format(known=", ".join(categories.by_id))
    if said:
        raise InputError(_("{path}: {problems}; mend these rows.").format(path=path.name, problems=said))


def _near(lon: pd.Series, lat: pd.Series, bbox: tuple[float, float, float, float]) -> pd.Series:
    west, south, east, north = bbox
    return lon.between(west - _NEAR_DEG, east + _NEAR_DEG) & lat.between(south - _NEAR_DEG, north + _NEAR_DEG)


def _ids(table: pd.DataFrame, path: Path) -> list[str]:
    made = [f"{path.stem}:{row}" for row in table.index]
    if "id" not in table.columns:
        return made
    return [
        str(own) if str(own) not in {"", "None", "nan"} else spare for own, spare in zip(table["id"], made, strict=True)
    ]
