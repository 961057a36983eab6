"""Services from a planner's own table, added to those of OpenStreetMap or instead of them; what is not published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import sentence
from sempre_geo.region.categories import Categories
from sempre_geo.region.tables import column_named, numbers, raise_problems, read_table

ServicesMode = Literal["add", "replace"]
MARGIN_DEG = 0.3  # a hospital some 20 km beyond the border serves the region; one farther away is a slip
_OWN = "own"
_TEXTS = ("name", "opening_hours", "serves", "operator", "phone", "website")
_WHEELCHAIR = ("yes", "limited", "no", "unknown")
_ID_NAMES = ("service_id", "id")


@dataclass(frozen=True)
class ServiceLayer:
    """Services that may be published, and sentences about those that may not."""

    services: gpd.GeoDataFrame
    notes: tuple[str, ...] = ()


def read_services(path: Path, *, categories: Categories, bbox: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Services of a CSV, GeoJSON or GeoPackage file, in the columns of the region's services.

    Needed are ``category`` and a position; ``service_id`` or ``id``, ``name`` (and ``name_<language>``),
    ``opening_hours``, ``capacity``, ``wheelchair``, ``serves``, ``operator``, ``phone`` and ``website`` are taken
    where there are. Rows without an id are called ``own:<row>``.

    Parameters
    ----------
    bbox
        (west, south, east, north) of the region in degrees; services up to 0.3 degrees beyond it are kept.

    Raises
    ------
    InputError
        A column is missing, or rows have missing, swapped or far-away coordinates, unknown categories, repeated
        ids, or a capacity that is no number: all problems in one sentence, the first five rows of each.
    """
    table = read_table(path)
    category = column_named(table, ("category",))
    if category is None:
        raise InputError(
            _("{path} has no column 'category', only {columns}; add one with ids of services.toml.").format(
                path=path, columns=first_items(table.columns.drop("geometry"))
            )
        )
    if table.empty:
        raise InputError(_("{path} has no rows; export it again.").format(path=path))
    kinds = table[category].astype(object).where(table[category].notna(), "").astype(str).str.strip()
    ids = _ids(table)
    capacity = column_named(table, ("capacity",))
    room = numbers(table[capacity]) if capacity else pd.Series(np.nan, index=table.index)
    unread = room.isna() & table[capacity].notna() if capacity else room.notna()
    unknown = ~kinds.isin(categories.by_id.keys())
    problems = _position_problems(table.geometry, bbox)
    problems[_unknown_categories(kinds[unknown])] = table.index[unknown]
    problems[_("an id that stands there twice")] = table.index[ids.duplicated()]
    problems[_("a capacity that is no number")] = table.index[unread | (room < 0)]
    raise_problems(path, problems)
    return _as_services(table, kinds, ids=ids, capacity=room)


def merged_services(found: gpd.GeoDataFrame, own: gpd.GeoDataFrame | None, *, mode: ServicesMode) -> gpd.GeoDataFrame:
    """The services of the map data and the planner's; in mode ``replace`` only the planner's.

    An own service with the id of one in the map data takes its place: that is how a single one is corrected.
    """
    if own is None:
        return found
    if mode == "replace":
        columns = [*found.columns, *[name for name in own.columns if name not in found.columns]]
        return own.reindex(columns=columns)
    kept = found[~found.index.isin(own.index)]
    both = pd.concat([kept, own]) if len(kept) else own.reindex(columns=found.columns.union(own.columns, sort=False))
    both.index.name = "service_id"
    return gpd.GeoDataFrame(both, geometry="geometry", crs="EPSG:4326")


def public_services(services: gpd.GeoDataFrame, *, categories: Categories, publish_sensitive: bool) -> ServiceLayer:
    """Services with ``sensitive`` marked; the sensitive ones left out unless the operator publishes them.

    The note tells how many were left out and nothing else: no place, no name.
    """
    sensitive = services["category"].isin(categories.sensitive)
    marked = services.assign(sensitive=sensitive)
    if publish_sensitive or not sensitive.any():
        return ServiceLayer(marked)
    note = sentence("Services not published, to protect those who use them: {n}.", n=int(sensitive.sum()))
    return ServiceLayer(marked[~sensitive], (note,))


def _ids(table: pd.DataFrame) -> pd.Series:
    column = column_named(table, _ID_NAMES)
    rows = pd.Series([f"{_OWN}:{row}" for row in table.index], index=table.index, dtype=object)
    if column is None:
        return rows
    given = table[column].astype(object)
    return rows.where(given.isna(), given.astype(str).str.strip())


def _position_problems(places: gpd.GeoSeries, bbox: tuple[float, float, float, float]) -> dict[str, pd.Index]:
    west, south, east, north = bbox[0] - MARGIN_DEG, bbox[1] - MARGIN_DEG, bbox[2] + MARGIN_DEG, bbox[3] + MARGIN_DEG
    missing = places.isna() | places.is_empty
    points = places.representative_point()
    x, y = points.x, points.y
    inside = x.between(west, east) & y.between(south, north)
    swapped = ~missing & ~inside & x.between(south, north) & y.between(west, east)
    return {
        _("no position"): places.index[missing],
        _("longitude and latitude swapped"): places.index[swapped],
        _("a position outside the region"): places.index[~missing & ~inside & ~swapped],
    }


def _unknown_categories(kinds: pd.Series) -> str:
    names = first_items(f"'{kind}'" for kind in sorted(set(kinds)))
    return _("a category services.toml does not know ({names})").format(names=names)


def _as_services(table: gpd.GeoDataFrame, kinds: pd.Series, *, ids: pd.Series, capacity: pd.Series) -> gpd.GeoDataFrame:
    columns: dict[str, Sequence[object] | pd.Series] = {"category": kinds}
    translated = [name for name in table.columns if str(name).startswith("name_")]
    for name in (*_TEXTS, *translated):
        given = column_named(table, (name,))
        columns[name] = table[given].astype(object) if given else pd.Series(None, index=table.index, dtype=object)
    access = column_named(table, ("wheelchair",))
    said = table[access].astype(str).str.strip().str.lower() if access else pd.Series("unknown", index=table.index)
    columns["wheelchair"] = said.where(said.isin(_WHEELCHAIR), "unknown")
    columns["capacity"] = capacity
    columns["source"] = pd.Series(_OWN, index=table.index)
    frame = gpd.GeoDataFrame(columns, geometry=table.geometry.representative_point(), crs="EPSG:4326")
    return frame.set_index(pd.Index(ids.to_numpy(dtype=object), name="service_id"))
