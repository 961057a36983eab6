"""Use case: where further services of a category would help most people of a region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import InputError
from sempre_geo.gaps.gap_table import EVERYBODY
from sempre_geo.gaps.siting import MODELS, Model, Siting, locate
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.place_gaps import GROUPS
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.progress import Progress, silent
from sempre_geo.region.bundle import Region
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import Settings
from sempre_geo.travel.nearest import Streets, streets_of, travel_matrix
from sempre_geo.travel.speeds import MODES, Mode
from sempre_geo.travel.streets import read_network

HALLS = ("community_centre", "library", "primary_school", "school", "municipality_office", "place_of_worship")
MOST_CANDIDATES = 120
MOST_HOMES = 400
_APART_M = 1_000.0
_VILLAGE_FIRST = 1.5
_SETTLED = ("city", "town", "village", "hamlet", "suburb", "quarter")
_Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class SitingPlan:
    """Sites for a category, who gains, and how good the answer is known to be.

    Attributes
    ----------
    sites
        ``site_id, name, lon, lat, people_gaining``: people for whom this site is nearer than every existing
        service and every other new site; with a limit, those whom it brings within the limit.
    objective, bound, gap
        As `Siting`; the unit is people (``mclp``), person-minutes (``p-median``), minutes (``p-center``) or sites.
    homes, homes_in_all
        Places of demand the model looked at, and inhabited cells they stand for; fewer where cells were joined.
    candidates, candidates_in_all
        Likewise for the places where a site could be.
    unreached
        People in places that reach no candidate and no existing service at all.
    """

    sites: pd.DataFrame
    objective: float
    bound: float
    gap: float
    homes: int
    homes_in_all: int
    candidates: int
    candidates_in_all: int
    unreached: float


def siting(  # noqa: PLR0913 - each is one clause of the question; most have a default
    settings: Settings,
    region: str,
    *,
    service: str,
    add: int,
    model: str,
    limit_min: float | None = None,
    mode: str = "car",
    group: str = EVERYBODY,
    time_limit_s: float | None = 60.0,
    on_improvement: Callable[[float, float], bool] | None = None,
    progress: Progress = silent,
) -> SitingPlan:
    """The best places for ``add`` more services, beside those that exist, from settlements and existing halls.

    Candidates are thinned to the 120 with most people around them, at least a kilometre apart; for the
    p-median and the p-center, cells are joined to at most 400 homes by settlement. Both are said in the plan.

    Parameters
    ----------
    limit_min
        Minutes one way that count as served; needed by ``mclp`` and ``lscp``.
    group
        Whose number weighs: ``all`` or a group of the region's cells.

    Raises
    ------
    InputError
        An unknown category, model, mode or group; more sites than candidates; nobody to serve.
    """
    built = region_in_use(settings, region)
    _check(settings, built, service=service, model=model, mode=mode, group=group)
    progress(_("Looking for places where a service could be"), 0.0)
    homes = _homes(built, group=group, joined=model in {"p-median", "p-center"})
    every = _candidates(built)
    chosen = _thinned(every, homes)
    existing = built.services[built.services["category"] == service]
    streets = streets_of(read_network(built.path / "networks" / mode, cast("Mode", mode)))
    progress(_("Travel times to {n} places").format(n=len(chosen) + len(existing)), 0.2)
    now = _times(streets, homes, existing)
    new = _times(streets, homes, chosen)
    progress(_("Searching for the best of them"), 0.5)
    weight = homes["weight"].to_numpy()
    cost = np.column_stack([new, now.min(axis=1)]) if len(existing) else new
    found = locate(
        cost, weight, add, model=cast("Model", model), fixed=(len(chosen),) if len(existing) else (), limit=limit_min,
        time_limit_s=time_limit_s, on_improvement=on_improvement,
    )  # fmt: skip
    progress(_("Done"), 1.0)
    before = now.min(axis=1) if len(existing) else np.full(len(homes), np.inf)
    return SitingPlan(
        sites=_sites(chosen, found, new=new, before=before, weight=weight, limit_min=limit_min),
        objective=found.objective,
        bound=found.bound,
        gap=found.gap,
        homes=len(homes),
        homes_in_all=int((built.cells["population"] > 0).sum()),
        candidates=len(chosen),
        candidates_in_all=len(every),
        unreached=float(weight[list(found.unreached)].sum()),
    )


def _check(settings: Settings, region: Region, *, service: str, model: str, mode: str, group: str) -> None:
    categories = list(read_categories(settings).by_id)
    known: dict[str, tuple[str, list[str]]] = {
        _("category"): (service, categories),
        _("model"): (model, list(MODELS)),
        _("mode"): (mode, list(MODES)),
        _("group"): (group, [EVERYBODY, *(name for name in GROUPS if name in region.cells.columns)]),
    }
    for what, (given, allowed) in known.items():
        if given not in allowed:
            raise InputError(
                _("There is no {what} '{given}'; use one of {known}.").format(
                    what=what, given=given, known=", ".join(allowed)
                )
            )


def _homes(region: Region, *, group: str, joined: bool) -> gpd.GeoDataFrame:
    cells = region.cells
    people = cells["population" if group == EVERYBODY else group].fillna(0.0)
    homes = gpd.GeoDataFrame({"weight": people}, geometry=cells.geometry, crs=cells.crs)[people > 0]
    if homes.empty:
        raise InputError(
            _("Nobody of the group '{group}' is known to live here; choose another group.").format(group=group)
        )
    if not joined or len(homes) <= MOST_HOMES:
        return homes
    place = cells.loc[homes.index, "settlement_id"].fillna("").astype(str)
    return _merged(homes, place)


def _merged(homes: gpd.GeoDataFrame, place: pd.Series) -> gpd.GeoDataFrame:
    """Homes joined by settlement, standing where most of its people are; the smallest go to their neighbours."""
    total = homes["weight"].groupby(place).sum()
    kept = total.nlargest(MOST_HOMES).index
    by_size = homes.assign(place=place).sort_values("weight", kind="stable")
    largest = by_size.drop_duplicates("place", keep="last").set_index("place")
    centres = gpd.GeoDataFrame(largest.loc[kept], geometry="geometry", crs=homes.crs)
    metric = centres.to_crs("EPSG:3035")
    nearest = metric.sindex.nearest(homes.to_crs("EPSG:3035").geometry, return_all=False)[1]
    weight = np.bincount(nearest, weights=homes["weight"], minlength=len(centres))
    return centres.assign(weight=weight)[weight > 0]


def _candidates(region: Region) -> gpd.GeoDataFrame:
    """Settlements and existing halls; ``name`` and a point each."""
    settled = region.settlements[region.settlements["kind"].isin(_SETTLED)]
    halls = region.services[region.services["category"].isin(HALLS)]
    columns = ["name", "geometry", "settled"]
    both = pd.concat([settled.assign(settled=True)[columns], halls.assign(settled=False)[columns]])
    found = gpd.GeoDataFrame(both, geometry="geometry", crs=region.settlements.crs)
    if found.empty:
        raise InputError(_("The region has no settlement or hall where a service could be; add some with --services."))
    return found[~found.index.duplicated()]


def _thinned(candidates: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The candidates with most people within 5 km, at least a kilometre apart; a village before a hall in it."""
    places = candidates.geometry.to_crs("EPSG:3035")
    people = homes.to_crs("EPSG:3035")
    near, home = people.sindex.query(places.buffer(5 * _APART_M), predicate="intersects")
    around = np.bincount(near, weights=homes["weight"].to_numpy()[home], minlength=len(candidates))
    around *= np.where(candidates["settled"], 1.0, 1 / _VILLAGE_FIRST)
    xy = np.column_stack([places.x, places.y])
    kept: list[int] = []
    for number in np.argsort(-around, kind="stable").tolist():
        if len(kept) == MOST_CANDIDATES:
            break
        if not kept or np.hypot(*(xy[kept] - xy[number]).T).min() >= _APART_M:
            kept.append(number)
    return candidates.iloc[sorted(kept)]


def _times(streets: Streets, homes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> _Matrix:
    if places.empty:
        return np.empty((len(homes), 0))
    table = travel_matrix(streets, homes, places)
    return table["minutes"].to_numpy(dtype=np.float64).reshape(len(homes), len(places))


def _sites(
    candidates: gpd.GeoDataFrame,
    found: Siting,
    *,
    new: _Matrix,
    before: NDArray[np.float64],
    weight: NDArray[np.float64],
    limit_min: float | None,
) -> pd.DataFrame:
    sites = list(found.sites)
    times = new[:, sites]
    best = times.min(axis=1) if sites else np.full(len(weight), np.inf)
    gains = best < before if limit_min is None else (best <= limit_min) & (before > limit_min)
    mine = times.argmin(axis=1) if sites else np.zeros(len(weight), dtype=np.int64)
    chosen = candidates.iloc[sites]
    return pd.DataFrame(
        {
            "site_id": chosen.index.to_numpy(),
            "name": chosen["name"].to_numpy(),
            "lon": chosen.geometry.x.round(5).to_numpy(),
            "lat": chosen.geometry.y.round(5).to_numpy(),
            "people_gaining": np.bincount(mine[gains], weights=weight[gains], minlength=len(sites)),
        }
    )
