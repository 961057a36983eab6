"""Part of what-if: what each cell needs to a category of services before and after, computed only where it changed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.gaps.differences import Travel
from sempre_geo.pipeline.prepare.street_times import RANKS, street_times
from sempre_geo.pipeline.travel.visit_grounds import TRANSIT, RegionGrounds, rider_of
from sempre_geo.region.bundle import Region
from sempre_geo.travel.nearest import Streets
from sempre_geo.travel.profiles import FAR_S
from sempre_geo.travel.there_and_back import meetings
from sempre_geo.travel.visits import CLOSENESS, Ground, Question, Site, closeness_of, door_of, town_of, wishes

_RANK_S = 1 << 20  # more seconds than two days have: rank of sureness and time away in one number
_NONE = np.iinfo(np.int32).max
_NO_WAY = "unreachable"
_CODES = np.array(sorted(CLOSENESS, key=CLOSENESS.__getitem__), dtype=object)
_I32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class SiteVisits:
    """Every home's best visit to one service on one day.

    Attributes
    ----------
    order
        Sureness of the hours, then seconds away, as one number; the largest int32 where there is no visit.
    failure
        How far one gets, as a position in the reasons by closeness; int32.
    """

    order: _I32
    failure: _I32


def site_visits(ground: Ground, site: Site, question: Question) -> SiteVisits:
    """The best visits to one service; the same as those of `category_visits` for it alone, without the itineraries."""
    town = town_of(ground, site)
    door = door_of(town, question)
    order = np.full(len(ground.on_road), _NONE, np.int32)
    failure = np.full(len(ground.on_road), len(_CODES) - 1, np.int32)
    in_reach = (np.diff(ground.homes.access.indptr) > 0) & bool(len(site.stop)) | (town.walk_there_s < FAR_S)
    for rank, wish in wishes(site.hours, question):
        met = meetings(ground.homes, door, wish)
        found = met.away_s < FAR_S
        order[found] = np.minimum(order[found], rank * _RANK_S + met.away_s[found])
        failure = closeness_of(met, wish, in_reach=in_reach, on_road=ground.on_road)
    return SiteVisits(order, failure)


def visits_of(
    grounds: RegionGrounds, category: str, *, day: date, mode: str, question: Question
) -> Mapping[str, SiteVisits]:
    """The visits to each service of a category, by its id."""
    ground = grounds.ground(day if mode == TRANSIT else None, mode, rider_of(wheelchair=False))
    sites = grounds.sites(category, day, mode=mode)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        found = pool.map(lambda site: site_visits(ground, site, question), sites)
        return {site.service_id: visits for site, visits in zip(sites, found, strict=True)}


@lru_cache(maxsize=24)
def known_visits(  # noqa: PLR0917 - a cache compares positions
    grounds: RegionGrounds, category: str, day: date, mode: str, question: Question
) -> Mapping[str, SiteVisits]:
    """The visits in the region as it is, kept for the next scenario; read-only."""
    return visits_of(grounds, category, day=day, mode=mode, question=question)


def minutes_away(visits: SiteVisits) -> NDArray[np.float64]:
    """Minutes away for the best visit to one service, infinite where there is none, however sure its hours."""
    return np.where(visits.order < _NONE, visits.order % _RANK_S / 60, np.inf)


def visit_pairs(visits: Sequence[tuple[str, SiteVisits]], cells: pd.Index) -> pd.DataFrame:
    """Who can visit which service, and the least minutes away: ``cell_id, service_id, minutes``, one row a pair."""
    parts = []
    for service, found in visits:
        away = minutes_away(found)
        there = np.isfinite(away)
        parts.append(pd.DataFrame({"cell_id": cells[there], "service_id": service, "minutes": away[there]}))
    if not parts:
        return pd.DataFrame({"cell_id": [], "service_id": [], "minutes": []}).astype({"minutes": float})
    together = pd.concat(parts, ignore_index=True).sort_values("minutes", kind="stable")
    return together.drop_duplicates(["cell_id", "service_id"])


def visit_travel(
    region: Region, visits: Sequence[SiteVisits], *, question: Question, on_road: NDArray[np.bool_], mode: str
) -> Travel:
    """The best of some services for every cell: time away, or why there is no visit."""
    cells = len(region.cells)
    order, failure = np.full(cells, _NONE, np.int32), np.full(cells, len(_CODES) - 1, np.int32)
    if not visits:
        failure[on_road] = CLOSENESS["no_departure"]
    for found in visits:
        order, failure = np.minimum(order, found.order), np.minimum(failure, found.failure)
    possible = order < _NONE
    reason = np.where(possible, "", _CODES[failure]).astype(object)
    if mode != TRANSIT:
        reason[reason == "no_stop_in_reach"] = "not_accessible" if mode == "wheelchair" else _NO_WAY
    table = pd.DataFrame(
        {
            "minutes": np.where(possible, order % _RANK_S / 60, np.inf), "metres": np.nan,
            "known": ~possible | (order < _RANK_S), "reason": reason,
        }, index=region.cells.index,
    )  # fmt: skip
    return Travel(table, "visit", question.stay_min)


def nearest_rows(region: Region, categories: Sequence[str], mode: str) -> pd.DataFrame:
    """The three nearest services of each cell as the build wrote them: `street_times` of a category and a mode."""
    times = region.travel_times
    rows = times[times["category"].isin(list(categories)) & (times["mode"] == mode)]
    texts = dict.fromkeys(("cell_id", "category", "mode", "service_id", "status"), object)
    return rows.astype(texts)


def changed_rows(
    region: Region,
    rows: pd.DataFrame,
    streets: Streets,
    *,
    removed: pd.Index,
    placed: gpd.GeoDataFrame,
    left: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """The three nearest services of each cell of one category after services came and went.

    New services are searched from alone and compared with the three that were nearest. Only cells one of whose three
    is gone, while others lie farther, are looked at again with all that are left.

    Parameters
    ----------
    rows
        Those before.
    removed
        Ids that are gone, or no longer where they were.
    placed
        Services that are new there.
    left
        All services of the category that stand where they stood.
    """
    gone = rows["service_id"].isin(removed)
    short = rows.loc[gone, "cell_id"].unique()
    kept = rows[~gone]
    if len(short) and len(left) >= RANKS:
        again = region.cells.loc[region.cells.index.isin(short)]
        kept = pd.concat([kept[~kept["cell_id"].isin(short)], all_rows(region, streets, left, cells=again)])
    if len(placed):
        kept = pd.concat([kept, all_rows(region, streets, placed, cells=region.cells)])
    lost = region.cells.index.difference(pd.Index(kept["cell_id"]))
    return _nearest_few(pd.concat([kept, _no_services(rows, lost)]))


def all_rows(region: Region, streets: Streets, services: gpd.GeoDataFrame, *, cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """The three nearest of some services from some cells, computed anew; no row where there is no service."""
    if services.empty:
        return nearest_rows(region, [], streets.network.mode)
    covered = pd.Series(~cells.index.isin(_uncovered(region)), index=cells.index)
    found = street_times(streets.network, cells, services, covered=covered, index=streets.index)
    return found.astype(dict.fromkeys(("cell_id", "category", "mode", "service_id", "status"), object))


def way_travel(region: Region, rows: pd.DataFrame) -> Travel:
    """The nearest service of every cell: the least minutes, the least metres, and whether they are known."""
    cells = region.cells.index
    told = rows[rows["status"] != "unknown"]
    least = told.sort_values("minutes", kind="stable").drop_duplicates("cell_id").set_index("cell_id")
    minutes = least["minutes"].astype(np.float64).reindex(cells)
    metres = told.groupby("cell_id")["metres"].min().astype(np.float64).reindex(cells)
    unknown = cells.isin(rows["cell_id"]) & minutes.isna().to_numpy()
    reason = least["status"].reindex(cells).fillna(_NO_WAY).replace("ok", "")
    table = pd.DataFrame(
        {"minutes": minutes.fillna(np.inf), "metres": metres.fillna(np.inf), "known": ~unknown, "reason": reason}
    )
    return Travel(table, "way")


def _nearest_few(rows: pd.DataFrame) -> pd.DataFrame:
    """The three nearest of each cell, no service twice; one row without a service only where there is none."""
    ordered = rows.sort_values(["cell_id", "minutes", "service_id"], kind="stable", na_position="last")
    ordered = ordered.drop_duplicates(["cell_id", "service_id"])
    rank = ordered.groupby("cell_id").cumcount()
    found = ordered["service_id"].notna() | (rank == 0)
    return ordered[found & (rank < RANKS)]


def _no_services(rows: pd.DataFrame, cells: pd.Index) -> pd.DataFrame:
    """Rows of cells that no service of the category is left for."""
    blank = {"rank": 1, "service_id": None, "minutes": np.inf, "minutes_if_unknown_is_fine": np.inf, "metres": np.inf,
             "off_network_m": np.nan, "status": _NO_WAY}  # fmt: skip
    return pd.DataFrame({"cell_id": cells, **blank}).reindex(columns=rows.columns).astype(rows.dtypes.to_dict())


def _uncovered(region: Region) -> pd.Index:
    """Cells that the map data do not reach."""
    times = region.travel_times
    lost: pd.Series = times.loc[(times["mode"] == "car") & (times["status"] == "unknown"), "cell_id"]
    found: pd.Index = pd.Index(lost.astype(object).unique())
    return found
