"""Use case: how unequally a service is within reach, in figures: of access, and of how far beyond a limit one is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import InputError
from sempre_geo.gaps.capacity import service_capacity
from sempre_geo.gaps.equity import (
    Interval,
    bootstrap_interval,
    concentration_index,
    excess_index,
    gini,
    palma,
    shortfall_index,
    theil,
)
from sempre_geo.gaps.ranking import RESAMPLES
from sempre_geo.gaps.standards import Standard
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.gaps.answers import EVERYBODY, NO_MUNICIPALITY, GapAnswer
from sempre_geo.pipeline.gaps.ground import Ground, ground_of
from sempre_geo.pipeline.gaps.limits import TRANSIT
from sempre_geo.pipeline.gaps.metrics import STAY_MIN
from sempre_geo.pipeline.gaps.shared_access import shared_access, street_pairs
from sempre_geo.pipeline.gaps.whatif_costs import known_visits, visit_pairs
from sempre_geo.pipeline.travel.visit_grounds import region_grounds
from sempre_geo.publish.speech import number
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings
from sempre_geo.travel.visits import Question

OLDER = "over_64"
_TIMES = frozenset({"travel_time", "time_away"})
_EXACT_TO = 10
_F = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """One figure: what it is, its value with bounds (NaN: not known), what it says, and whose method it is."""

    name: str
    value: Interval
    says: str
    method: str


@dataclass(frozen=True)
class Fairness:
    """The figures of one answer, and the most telling of them in sentences."""

    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]


@lru_cache(maxsize=32)
def fairness_figures(settings: Settings, region: str, answer: GapAnswer) -> Fairness:
    """How far beyond the limit people are, and how unequally the service is within their reach.

    Access is staff or places for each person within the limit, others sharing it (E2SFCA); one for each service
    where the data tell neither. Where a limit is no time, only the figures against the limit stand. Bounds come
    from drawing the cells anew. Cells of which nothing is known are left out.
    """
    built = open_region(settings, region)
    cells = built.cells
    known = answer.assessment.known & cells[answer.group].gt(0)
    people = cells.loc[known, answer.group].astype(float).to_numpy()
    cost = answer.assessment.cost[known].to_numpy(dtype=np.float64)
    if not people.sum() > 0:
        return Fairness((), ())
    beyond = _beyond(cost, people, answer.standard)
    access = _access(settings, built, answer)
    if access is None:
        return Fairness((), tuple(beyond))
    values = access[known].to_numpy(dtype=np.float64)
    if not (values * people).sum() > 0:
        return Fairness((), tuple(beyond))
    place = cells.loc[known, "municipality_id"].fillna(NO_MUNICIPALITY).astype(str).to_numpy()
    shared = _shared(values, people, place)
    if OLDER in cells.columns and answer.group == EVERYBODY:
        older = (cells.loc[known, OLDER].fillna(0.0).astype(float) / cells.loc[known, EVERYBODY]).to_numpy()
        shared.append(_by_age(values, people, older))
    return Fairness(_sentences(shared), (*shared, *beyond))


def _shared(values: _F, people: _F, place: NDArray[np.object_]) -> list[Figure]:
    parts = theil(values, people, place)

    def between(value: _F, weight: _F, group: NDArray[np.object_]) -> float:
        return theil(value, weight, group).between

    def within(value: _F, weight: _F, group: NDArray[np.object_]) -> float:
        return theil(value, weight, group).within

    def whole(value: _F, weight: _F, group: NDArray[np.object_]) -> float:
        return theil(value, weight, group).total

    alike = _("0: everybody has the same within reach.")
    return [
        _figure(_("Gini"), gini, values, people, says=f"{alike} {_('Towards 1: a few have all of it.')}",
                method="Lerman & Yitzhaki 1989, doi:10.1016/0304-4076(89)90060-8"),
        _figure(_("Palma"), palma, values, people,
                says=_("What the best-served tenth has, divided by what the worst-served 40 % have; alike: 0.25."),
                method="Palma 2011, doi:10.1111/j.1467-7660.2011.01683.x"),
        _figure(_("Theil"), whole, values, people, place, says=alike, method="Theil 1967"),
        _figure(_("Theil, between municipalities"), between, values, people, place,
                says=_("{share} of the whole.").format(share=_percent(parts.between, parts.total)),
                method="Shorrocks 1980, doi:10.2307/1913126"),
        _figure(_("Theil, within municipalities"), within, values, people, place,
                says=_("{share} of the whole.").format(share=_percent(parts.within, parts.total)),
                method="Shorrocks 1980, doi:10.2307/1913126"),
    ]  # fmt: skip


def _by_age(values: _F, people: _F, older: _F) -> Figure:
    return _figure(
        _("Concentration by age"), concentration_index, values, people, older,
        says=_("Below 0: less is within reach where more older people live. Above 0: more is."),
        method="Kakwani, Wagstaff & van Doorslaer 1997, doi:10.1016/S0304-4076(96)01807-6",
    )  # fmt: skip


def _beyond(cost: _F, people: _F, standard: Standard) -> list[Figure]:
    """Foster-Greer-Thorbecke 0, 1 and 2: the share beyond, how deep, how severe."""
    some_way = np.isfinite(cost)
    says = [
        _("The share of people beyond the limit."),
        _("How far beyond, in limits, on average over everybody."),
        _("The same squared: who is farthest beyond counts most."),
    ]
    if people[~some_way].sum() > 0:
        says[1:] = [f"{said} {_('Without those who have no way at all.')}" for said in says[1:]]
    counted = (slice(None), some_way, some_way)
    too_few = standard.metric == "departures_per_hour"

    def index(order: int) -> Callable[..., float]:
        def of(value: _F, weight: _F) -> float:
            if too_few:
                return shortfall_index(value, weight, line=standard.limit, order=order)
            return excess_index(value, weight, limit=standard.limit, order=order)

        return of

    return [
        _figure(
            f"FGT {order}", index(order), cost[counted[order]], people[counted[order]], says=said,
            method="Foster, Greer & Thorbecke 1984, doi:10.2307/1913475",
        )
        for order, said in enumerate(says)
    ]  # fmt: skip


def _figure(name: str, statistic: Callable[..., float], *columns: NDArray[Any], says: str, method: str) -> Figure:
    try:
        value = bootstrap_interval(statistic, *columns, resamples=RESAMPLES)
    except InputError:  # nothing to share, or departures that are not known
        value = Interval(math.nan, math.nan, math.nan)
    return Figure(name, value, says, method)


def _sentences(shared: list[Figure]) -> tuple[str, ...]:
    """The Palma ratio per head, and where the inequality lies."""
    _gini, best, whole, between, *_rest = (figure.value.value for figure in shared)
    told = []
    if math.isinf(best):
        told.append(_("The worst-served 40 % of people have nothing of it within the limit."))
    elif math.isfinite(best):
        told.append(
            _("A person of the best-served tenth has {times} times as much of it within reach as one of the "
              "worst-served 40 %.").format(times=_times(4 * best))
        )  # fmt: skip
    if whole > 0 and math.isfinite(between):
        told.append(
            _("Of what is unequal, {part} lies between municipalities and the rest within them.").format(
                part=_percent(between, whole)
            )
        )
    return tuple(told)


def _times(ratio: float) -> str:
    return number(ratio, digits=1 if ratio < _EXACT_TO else 0)


def _percent(part: float, whole: float) -> str:
    return _("{n} %").format(n=round(100 * part / whole) if whole > 0 else 0)


def _access(settings: Settings, region: Region, answer: GapAnswer) -> pd.Series | None:
    """Capacity for each 1,000 people within the limit; None for limits that are no time."""
    standard = answer.standard
    if standard.metric not in _TIMES:
        return None
    ground = ground_of(settings, region)
    names = ground.crosswalk.category(answer.assessment.category).names
    by_street = [mode for mode in ground.crosswalk.modes[standard.mode].names if mode != TRANSIT]
    services = region.services[region.services["category"].astype(str).isin(names)]
    if standard.metric == "travel_time" and by_street and not standard.there_and_back:
        pairs, stay_min = street_pairs(region, names, by_street[0]), 0.0
    elif standard.metric == "time_away" and ground.day is not None:
        pairs, stay_min = _visits(settings, region, ground, names), float(STAY_MIN)
    else:
        return None
    room = pd.to_numeric(services["capacity"], errors="coerce") if "capacity" in services else pd.Series(
        np.nan, index=services.index
    )  # fmt: skip
    return shared_access(
        pairs, region.cells[EVERYBODY], service_capacity(room), limit=standard.limit, stay_min=stay_min
    )


def _visits(settings: Settings, region: Region, ground: Ground, names: tuple[str, ...]) -> pd.DataFrame:
    grounds = region_grounds(settings, region.name, day=ground.day)
    day, question = ground.day, Question(STAY_MIN)
    found = [pair for name in names for pair in known_visits(grounds, name, day, TRANSIT, question).items()]
    return visit_pairs(found, region.cells.index)
