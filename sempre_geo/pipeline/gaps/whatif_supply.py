"""Part of what-if: how many people share a service before and after, where its staff or places are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sempre_geo.gaps.capacity import service_capacity
from sempre_geo.gaps.differences import Limit, Measure
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.shared_access import PER, shared_access
from sempre_geo.pipeline.gaps.whatif_parts import Prepared, Sides
from sempre_geo.publish.labels import mode_phrases
from sempre_geo.publish.speech import duration, number
from sempre_geo.publish.speech import people as spoken

ACCESS_COLUMNS = ("category", "place_id", "name", "people", "access_before", "access_after", "more", "fewer")
_USUAL_MIN: dict[Measure, float] = {"way": 30.0, "visit": 240.0}
_NOTICED = 0.01


@dataclass(frozen=True, eq=False)
class SharedChange:
    """How much of a service there is for each person before and after, by place, and in words.

    ``unknown`` is the service's name where the data hold neither staff nor places, before or after.
    """

    table: pd.DataFrame
    sentences: tuple[str, ...] = ()
    unknown: str = ""


def shared_change(
    prepared: Prepared, category: str, sides: Sides, *, limit: Limit, people: pd.Series, places: pd.Series
) -> SharedChange:
    """Capacity per 1,000 people within reach (E2SFCA), before and after, by place.

    Where the data hold staff or places of some services only, the others take the median of those. Where they hold
    none, and the scenario names some, one each is taken and that is said; else nothing is counted.
    """
    service = _service(prepared, category)
    names = prepared.names_of(category)
    now, then = _room(prepared.region.services, names), _room(prepared.services.services, names)
    if not now.notna().any() and not then.notna().any():
        return SharedChange(no_access(), unknown=service)
    limit_min = _limit_min(limit, prepared)
    typical = float(service_capacity(now).median()) if now.notna().any() else 1.0
    stay_min = prepared.scenario.stay_min if prepared.measure == "visit" else 0.0
    before, after = (
        shared_access(pairs, people, room.fillna(typical), limit=limit_min, stay_min=stay_min)
        for pairs, room in ((sides.pairs_before, now), (sides.pairs_after, then))
    )
    nothing = pd.Series(0.0, index=people.index)
    before, after = nothing if before is None else before, nothing if after is None else after
    said = _said(before, after, people, service=service, within=duration(limit_min), by=mode_phrases()[prepared.mode])
    if not now.notna().any():
        said += (_("{service}: the data hold no staff or places today; one each is taken.").format(service=service),)
    return SharedChange(_by_place(before, after, people, places).assign(category=category), said)


def no_access() -> pd.DataFrame:
    """The table of nothing."""
    return pd.DataFrame(columns=list(ACCESS_COLUMNS))


def _room(services: pd.DataFrame, categories: tuple[str, ...]) -> pd.Series:
    mine = services[services["category"].astype(str).isin(categories)]
    if "capacity" not in mine:
        return pd.Series(np.nan, index=mine.index)
    return pd.Series(pd.to_numeric(mine["capacity"], errors="coerce").astype(float))


def _limit_min(limit: Limit, prepared: Prepared) -> float:
    """The limit's minutes in the measure of the pairs: one way by street, away from home by bus."""
    standard = limit.standard
    if standard is None or standard.unit != "min":
        return _USUAL_MIN[prepared.measure]
    if prepared.measure == "visit":
        return standard.limit + (prepared.scenario.stay_min if standard.metric == "travel_time" else 0.0)
    return standard.limit / 2 if standard.there_and_back else standard.limit


def _said(
    before: pd.Series, after: pd.Series, people: pd.Series, *, service: str, within: str, by: str
) -> tuple[str, ...]:
    count = people.fillna(0.0)
    mean = [float(np.average(access, weights=count)) if count.sum() > 0 else 0.0 for access in (before, after)]
    first = _("{service}: {before} places or staff for 1,000 people within {limit} {by}, and {after} then.").format(
        service=service, before=number(mean[0], digits=1), after=number(mean[1], digits=1), limit=within, by=by
    )
    more, fewer = _moved(before, after)
    gaining, losing = float(count[more].sum()), float(count[fewer].sum())
    if gaining < 1 and losing < 1:
        return (first, _("{service}: nobody shares it with more or with fewer people than today.").format(
            service=service))  # fmt: skip
    second = _("{service}: there is more of it within reach for {more}, and less for {fewer}.")
    return first, second.format(service=service, more=spoken(gaining), fewer=spoken(losing))


def _moved(before: pd.Series, after: pd.Series) -> tuple[pd.Series, pd.Series]:
    least = _NOTICED * np.maximum(before, after)
    return (after - before) > least, (before - after) > least


def _by_place(before: pd.Series, after: pd.Series, people: pd.Series, places: pd.Series) -> pd.DataFrame:
    count = people.fillna(0.0).astype(float)
    more, fewer = _moved(before, after)
    parts = pd.DataFrame(
        {
            "people": count, "access_before": before * count, "access_after": after * count,
            "more": count.where(more, 0.0), "fewer": count.where(fewer, 0.0),
        }
    )  # fmt: skip
    table = parts.groupby(places.astype(str).rename("place_id")).sum()
    for name in ("access_before", "access_after"):
        table[name] = table[name] / table["people"].where(table["people"] > 0)
    return table.reset_index()


def access_method(shared: Sequence[SharedChange]) -> tuple[str, ...]:
    """How sharing was counted, and of which services it could not be."""
    counted = _(
        "How many people share a service (E2SFCA, Luo & Qi 2009): what is near counts more, in three steps of the "
        "limit; by street the three nearest services of each place count. Told per {n} people."
    ).format(n=number(PER))
    unknown = _("The data hold no staff or places of: {services}. How many people share each is not counted.").format(
        services=", ".join(one.unknown for one in shared if one.unknown)
    )
    known = any(len(one.table) for one in shared)
    return (*([counted] if known else []), *([unknown] if any(one.unknown for one in shared) else []))


def _service(prepared: Prepared, category: str) -> str:
    known = prepared.known_categories
    return known.title(category) if category in known.by_id else category.replace("_", " ").capitalize()
