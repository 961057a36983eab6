"""Use case: where further services of a category would help most people of a region."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import InputError
from sempre_geo.gaps.gap_table import EVERYBODY
from sempre_geo.gaps.scenarios import Scenario, scenario_from_table
from sempre_geo.gaps.siting import MODELS, Improvement, Model, Siting, locate
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.place_gaps import GROUPS
from sempre_geo.pipeline.gaps.siting_costs import USUAL_HOURS, SiteCosts, street_site_costs, visit_site_costs
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.pipeline.travel.visit_grounds import TRANSIT
from sempre_geo.progress import Progress, silent
from sempre_geo.region.bundle import Region
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import Settings
from sempre_geo.travel.speeds import MODES
from sempre_geo.travel.visits import Question

WEIGHTS = ("people", "beyond")
HALLS = ("community_centre", "library", "primary_school", "school", "municipality_office", "place_of_worship")
MOST_CANDIDATES = 120
MOST_HOMES = 400
_APART_M = 1_000.0
_VILLAGE_FIRST = 1.5
_SETTLED = ("city", "town", "village", "hamlet", "suburb", "quarter")
_Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class SitingQuestion:
    """What is asked: which service, how many more, by which model, for whom.

    Attributes
    ----------
    service
        A category.
    add
        How many more; for ``lscp`` the most allowed.
    model
        ``mclp, p-median, p-center`` or ``lscp``.
    limit_min
        Minutes that count as served: one way, with ``transit`` away from home. Needed by ``mclp`` and ``lscp``.
    mode
        A street mode, or ``transit`` for the time away of a visit.
    group
        Whose number weighs: ``all`` or a group of the region's cells.
    weigh
        ``people``: everybody of the group; ``beyond``: only those beyond the limit today.
    capacity
        People that each site and each existing service has room for; ``p-median`` only, None for any number.
    opening_hours, stay_min, day
        With ``transit``: of the new sites, of a visit, and the day; a Tuesday without it.
    """

    service: str
    add: int
    model: str
    limit_min: float | None = None
    mode: str = "car"
    group: str = EVERYBODY
    weigh: str = "people"
    capacity: float | None = None
    opening_hours: str = USUAL_HOURS
    stay_min: int = 60
    day: date | None = None


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

    question: SitingQuestion
    sites: pd.DataFrame
    objective: float
    bound: float
    gap: float
    homes: int
    homes_in_all: int
    candidates: int
    candidates_in_all: int
    unreached: float


def siting(
    settings: Settings,
    region: str,
    *,
    time_limit_s: float | None = 60.0,
    on_improvement: Improvement | None = None,
    progress: Progress = silent,
    **question: Any,
) -> SitingPlan:
    """The best places for more services, beside those that exist; the question is that of `SitingQuestion`.

    Raises
    ------
    InputError
        As `best_sites`.
    """
    return best_sites(
        settings, region, SitingQuestion(**question), time_limit_s=time_limit_s, on_improvement=on_improvement,
        progress=progress,
    )  # fmt: skip


def best_sites(
    settings: Settings,
    region: str,
    question: SitingQuestion,
    *,
    time_limit_s: float | None = 60.0,
    on_improvement: Improvement | None = None,
    stopped: Callable[[], bool] | None = None,
    progress: Progress = silent,
) -> SitingPlan:
    """The best places for more services, beside those that exist, from settlements and existing halls.

    Candidates are thinned to the 120 with most people around them, at least a kilometre apart; for the p-median and the
    p-center, cells are joined to at most 400 homes by settlement. Both are said in the plan.

    Raises
    ------
    InputError
        An unknown category, model, mode or group; more sites than candidates; nobody to serve, or nobody beyond the
        limit; too little room.
    MissingDataError
        By bus: the region has no timetable.
    """
    built = region_in_use(settings, region)
    _check(settings, built, question)
    progress(_("Looking for places where a service could be"), 0.0)
    homes = _homes(built, group=question.group, joined=question.model in {"p-median", "p-center"})
    every = _candidates(built)
    chosen = _thinned(every, homes)
    existing = built.services[built.services["category"] == question.service]
    progress(_("Travel times to {n} places").format(n=len(chosen) + len(existing)), 0.2)
    costs = _costs(settings, region, question, homes=homes, existing=existing, candidates=chosen)
    before = costs.now.min(axis=1) if costs.now.shape[1] else np.full(len(homes), np.inf)
    weight = _weights(question, homes, before)
    progress(_("Searching for the best of them"), 0.5)
    search = {"time_limit_s": time_limit_s, "on_improvement": on_improvement, "stopped": stopped}
    found = _located(question, costs, weight, search=search)
    progress(_("Done"), 1.0)
    return SitingPlan(
        question=question,
        sites=_sites(chosen, found, new=costs.new, before=before, weight=weight, limit_min=question.limit_min),
        objective=found.objective,
        bound=found.bound,
        gap=found.gap,
        homes=len(homes),
        homes_in_all=int((built.cells["population"] > 0).sum()),
        candidates=len(chosen),
        candidates_in_all=len(every),
        unreached=float(weight[list(found.unreached)].sum()),
    )


def scenario_of_sites(plan: SitingPlan, *, name: str, cost_per_year: float | None = None) -> Scenario:
    """A plan as a scenario that adds its sites, to be looked at with what-if and to be kept.

    Parameters
    ----------
    name
        What people call it.
    cost_per_year
        Of each site.

    Raises
    ------
    InputError
        The plan has no site.
    """
    question = plan.question
    added = [
        {
            "category": question.service, "lon": float(row["lon"]), "lat": float(row["lat"]),
            "name": str(row["name"]) if isinstance(row["name"], str) else "", "opening_hours": question.opening_hours,
        }
        | ({} if cost_per_year is None else {"cost_per_year": cost_per_year})
        for _site, row in plan.sites.iterrows()
    ]  # fmt: skip
    return scenario_from_table({"name": name, "stay_min": question.stay_min, "add_service": added}, where=name)


def _costs(
    settings: Settings, region: str, question: SitingQuestion, *, homes: gpd.GeoDataFrame, existing: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
) -> SiteCosts:  # fmt: skip
    if question.mode != TRANSIT:
        return street_site_costs(
            settings,
            region,
            mode=question.mode,
            homes=homes,
            existing=existing,
            candidates=candidates,
            day=question.day,
        )
    return visit_site_costs(
        settings, region, service=question.service, day=question.day, question=Question(question.stay_min),
        opening_hours=question.opening_hours, homes=homes, candidates=candidates,
    )  # fmt: skip


def _weights(question: SitingQuestion, homes: gpd.GeoDataFrame, before: NDArray[np.float64]) -> NDArray[np.float64]:
    weight: NDArray[np.float64] = homes["weight"].to_numpy(dtype=np.float64)
    if question.weigh == "people":
        return weight
    beyond = np.where(before > (question.limit_min or np.inf), weight, 0.0)
    if not beyond.sum() > 0:
        raise InputError(_("Nobody of the group is beyond the limit today; there is nothing to improve."))
    return beyond


def _located(
    question: SitingQuestion,
    costs: SiteCosts,
    weight: NDArray[np.float64],
    *,
    search: Mapping[str, Any],
) -> Siting:
    """Existing services stand as one column with the least of them, or each for itself where rooms are counted."""
    new, now = costs.new, costs.now
    if question.capacity is None and now.shape[1]:
        now = now.min(axis=1, keepdims=True)
    cost = np.column_stack([new, now])
    fixed = range(new.shape[1], cost.shape[1])
    room = None if question.capacity is None else np.full(cost.shape[1], question.capacity)
    return locate(
        cost, weight, question.add, model=cast("Model", question.model), fixed=tuple(fixed), limit=question.limit_min,
        capacity=room, **search,
    )  # fmt: skip


def _check(settings: Settings, region: Region, question: SitingQuestion) -> None:
    groups = [EVERYBODY, *(name for name in GROUPS if name in region.cells.columns)]
    known: dict[str, tuple[str, list[str]]] = {
        _("category"): (question.service, list(read_categories(settings).by_id)),
        _("model"): (question.model, list(MODELS)),
        _("mode"): (question.mode, [*MODES, TRANSIT]),
        _("group"): (question.group, groups),
        _("weight"): (question.weigh, list(WEIGHTS)),
    }
    for what, (given, allowed) in known.items():
        if given not in allowed:
            raise InputError(
                _("There is no {what} '{given}'; use one of {known}.").format(
                    what=what, given=given, known=", ".join(allowed)
                )
            )
    if question.weigh == "beyond" and not (question.limit_min or 0) > 0:
        raise InputError(_("People beyond a limit can only be weighed with a limit above zero."))


def _homes(region: Region, *, group: str, joined: bool) -> gpd.GeoDataFrame:
    cells = region.cells
    people = cells["population" if group == EVERYBODY else group].fillna(0.0)
    columns = {"weight": people, "cell_id": cells.index}
    homes = gpd.GeoDataFrame(columns, geometry=cells.geometry, crs=cells.crs)[people > 0]
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
