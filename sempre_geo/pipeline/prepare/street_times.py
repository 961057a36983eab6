"""Use case part: the nearest services of every cell, by every category and street mode."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.i18n import gettext as _
from sempre_geo.progress import Progress, silent
from sempre_geo.travel.nearest import Streets, nearest_services
from sempre_geo.travel.snapping import SegmentIndex, Snapped
from sempre_geo.travel.streets import StreetNetwork

RANKS = 3
COLUMNS = (
    "cell_id", "category", "mode", "rank", "service_id", "minutes", "minutes_if_unknown_is_fine", "metres",
    "off_network_m", "status",
)  # fmt: skip
_KEY = ["cell_id", "rank"]


def street_times(
    network: StreetNetwork,
    cells: gpd.GeoDataFrame,
    services: gpd.GeoDataFrame,
    *,
    covered: pd.Series,
    index: SegmentIndex | None = None,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Up to three nearest services of each cell and category by one mode; at least one row for each pair.

    A category without any service in the region has no rows: map data without a pharmacy do not prove that there
    is none. By wheelchair the minutes are pessimistic (what is not tagged is a barrier) and
    ``minutes_if_unknown_is_fine`` are optimistic; where only the optimistic way leads there, the status is
    ``unknown``.

    Parameters
    ----------
    cells, services
        Points with unique indices, EPSG:4326.
    covered
        Whether the map data cover a cell, bool on the cells' index; elsewhere the status is ``unknown``.
    index
        The network's index of segments, where it is made already.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`; minutes and metres are infinite where there is no way, with the reason as ``status``.
    """
    made = index or SegmentIndex(network)
    tables = list(_by_category(network, cells, services, index=made, progress=progress))
    if not tables:
        return _as_table(pd.DataFrame(columns=list(COLUMNS)), cells, services)
    table = pd.concat(tables, ignore_index=True).assign(mode=network.mode)
    lost = ~covered.reindex(table["cell_id"]).to_numpy(dtype=bool)
    table = table[~lost | (table["rank"] == 1).to_numpy()]
    lost = ~covered.reindex(table["cell_id"]).to_numpy(dtype=bool)
    for column in ("minutes", "minutes_if_unknown_is_fine", "metres"):
        table[column] = table[column].where(~lost, np.inf)
    table["service_id"] = table["service_id"].where(~lost, None)
    table["status"] = table["status"].where(~lost, "unknown")
    return _as_table(table, cells, services)


def _by_category(
    network: StreetNetwork,
    cells: gpd.GeoDataFrame,
    services: gpd.GeoDataFrame,
    *,
    index: SegmentIndex,
    progress: Progress,
) -> Iterator[pd.DataFrame]:
    streets = Streets(network, index)
    fine = Streets(network, index, fine=True) if network.mode == "wheelchair" else None
    categories, snapped = sorted(services["category"].unique()), index.snap(cells.geometry)
    for number, category in enumerate(categories):
        progress(_("Travel times by {mode} to {category}").format(mode=network.mode, category=category),
                 number / len(categories))  # fmt: skip
        places = services[services["category"] == category]
        table = _nearest(streets, cells, places, snapped)
        if fine is None:
            table["minutes_if_unknown_is_fine"] = table["minutes"]
        else:
            table = _with_optimistic(table, _nearest(fine, cells, places, snapped))
        yield table.assign(category=category)


def _nearest(streets: Streets, cells: gpd.GeoDataFrame, services: gpd.GeoDataFrame, snapped: Snapped) -> pd.DataFrame:
    return nearest_services(streets, cells, services, k=RANKS, snapped=snapped).rename(columns={"origin_id": "cell_id"})


def _with_optimistic(table: pd.DataFrame, fine: pd.DataFrame) -> pd.DataFrame:
    best = fine.set_index(_KEY)["minutes"].rename("minutes_if_unknown_is_fine")
    both = table.join(best, on=_KEY)
    both["minutes_if_unknown_is_fine"] = both["minutes_if_unknown_is_fine"].fillna(np.inf).astype(np.float32)
    unsure = np.isinf(both["minutes"]) & np.isfinite(both["minutes_if_unknown_is_fine"])
    both["status"] = both["status"].where(~unsure, "unknown")
    return both


def _as_table(table: pd.DataFrame, cells: gpd.GeoDataFrame, services: gpd.GeoDataFrame) -> pd.DataFrame:
    """The columns in order; labels as categories, as a country has millions of rows."""
    labels = {
        "cell_id": cells.index,
        "service_id": services.index,
        "category": sorted(services["category"].unique()),
        "mode": ["car", "bike", "walk", "wheelchair"],
        "status": ["ok", "no_road", "unreachable", "unknown"],
    }
    columns = {name: pd.Categorical(table[name], categories=list(values)) for name, values in labels.items()}
    numbers = dict.fromkeys(("minutes", "minutes_if_unknown_is_fine", "metres", "off_network_m"), np.float32)
    return table.assign(**columns).astype({"rank": np.int8, **numbers})[list(COLUMNS)].reset_index(drop=True)
