"""Use case: what would change if services, buses or roads were other than they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo import __version__
from sempre_geo.gaps.differences import (
    Effect,
    Limit,
    by_reason,
    difference_table,
    effect,
    expected,
)
from sempre_geo.gaps.gap_table import EVERYBODY
from sempre_geo.gaps.scenarios import Scenario
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.place_gaps import municipality_names, municipality_of_cells, region_standards
from sempre_geo.pipeline.gaps.whatif_limits import group_people, limits_of_groups
from sempre_geo.pipeline.gaps.whatif_parts import Prepared, Sides
from sempre_geo.pipeline.gaps.whatif_sentences import method_of, sentences_of
from sempre_geo.pipeline.gaps.whatif_supply import ACCESS_COLUMNS, access_method, no_access, shared_change
from sempre_geo.pipeline.travel.timetables import LAYER
from sempre_geo.pipeline.travel.visit_grounds import TRANSIT, check_mode, region_grounds
from sempre_geo.progress import Progress, part_of, silent
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings

_SAME_MIN = 0.5
"""Differences below half a minute are none."""


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What a scenario changes.

    Attributes
    ----------
    table
        One row a place, category and group: `sempre_geo.gaps.differences.COLUMNS`.
    cells
        One row a category and cell, for a map: ``category, cell_id, people, minutes_before, minutes_after,
        minutes_saved`` (away from home), ``gain, lose`` (shares of its people), ``change`` (``gain``, ``lose``,
        ``sooner``, ``later``, ``same``, ``unknown``), ``reason_before, reason_after``; points.
    groups
        One row a category and group: ``people, gain, lose, minutes_saved_mean``.
    reasons
        One row a category and reason: people who ``gain`` for whom it held before, who ``lose`` for whom it holds now.
    people_gaining, people_losing
        Everybody who gains or loses in at least one category.
    people_unknown
        Everybody of whom it is not known in some category.
    person_minutes_saved
        Minutes away from home saved, summed over everybody for one visit each to every category.
    cost_per_year, cost_per_person
        As given by the scenario, and for each person who gains; None where not given, or nobody gains.
    access
        Staff or places per 1,000 people within reach (E2SFCA) before and after, one row a category and place:
        `sempre_geo.pipeline.gaps.whatif_supply.ACCESS_COLUMNS`; none where neither is known.
    method
        Sentences: the day, the stay, the limits, what gaining means, what was assumed.
    sentences
        The answer in words.
    """

    scenario: Scenario
    region: str
    mode: str
    days: tuple[date, ...]
    table: pd.DataFrame
    cells: gpd.GeoDataFrame
    groups: pd.DataFrame
    reasons: pd.DataFrame
    people_gaining: float
    people_losing: float
    people_unknown: float
    person_minutes_saved: float
    cost_per_year: float | None
    cost_per_person: float | None
    method: tuple[str, ...]
    sentences: tuple[str, ...]
    sources: tuple[Mapping[str, Any], ...]
    data_date: str
    access: pd.DataFrame
    version: str = __version__


def what_if(
    settings: Settings,
    region: str,
    scenario: Scenario,
    *,
    mode: str = TRANSIT,
    categories: list[str] | None = None,
    day: date | None = None,
    progress: Progress = silent,
) -> WhatIf:
    """Who would gain and who would lose by a scenario, and how much time.

    By bus a visit on a day counts: there, the scenario's stay inside the opening hours, and back home. By street
    modes the way counts, unless the scenario has a mobile service: then visits do. Only what the scenario touches is
    computed again; the result is that of computing everything.

    Parameters
    ----------
    categories
        Of services; without them those the scenario touches, for another timetable or other streets all.
    day
        Without it an early week of the timetable: its Tuesday, or the days on which the changes run.

    Raises
    ------
    InputError
        The scenario names what does not exist, or the mode or a category is unknown.
    MissingDataError
        The region has no timetable, or it does not cover the day.
    """
    check_mode(mode)
    prepared = Prepared(settings, region, scenario, mode=mode, categories=categories, day=day)
    built, people = prepared.region, group_people(prepared.region)
    standards = region_standards(settings, built)
    found = []
    for number, category in enumerate(prepared.categories):
        progress(_("Comparing before and after"), number / len(prepared.categories))
        limits = limits_of_groups(
            standards, prepared.crosswalk, category=category, mode=mode, measure=prepared.measure,
            groups=list(people.columns), gain_min=scenario.gain_min,
        )  # fmt: skip
        found.append(_compared(category, prepared.sides(category), limits, share=prepared.accepted))
    progress(_("Done"), 1.0)
    return _answer(prepared, found, people)


def what_if_by_modes(
    settings: Settings,
    region: str,
    scenario: Scenario,
    *,
    modes: Sequence[str] = (),
    categories: list[str] | None = None,
    day: date | None = None,
    progress: Progress = silent,
) -> list[WhatIf]:
    """The same for several modes; without any, by bus where there is a timetable, and by car."""
    built = region_grounds(settings, region).region
    asked = list(dict.fromkeys(modes)) or [*([TRANSIT] if built.has(LAYER) else []), "car"]
    return [
        what_if(
            settings, region, scenario, mode=mode, categories=categories, day=day,
            progress=part_of(progress, number / len(asked), (number + 1) / len(asked)),
        )
        for number, mode in enumerate(asked)
    ]  # fmt: skip


def joined_tables(results: Sequence[WhatIf]) -> pd.DataFrame:
    """The tables of several results as one."""
    return pd.concat([result.table for result in results], ignore_index=True)


@dataclass(frozen=True, eq=False)
class _Compared:
    """One category before and after, by group."""

    category: str
    sides: Sides
    limits: Mapping[str, Limit]
    effects: Mapping[str, Effect]


def _compared(category: str, sides: Sides, limits: Mapping[str, Limit], *, share: float) -> _Compared:
    by_limit: dict[Limit, Effect] = {}
    for limit in limits.values():
        if limit not in by_limit:
            sure = effect(sides.before, sides.sure, limit)
            hoped = sure if sides.hoped is sides.sure else effect(sides.before, sides.hoped, limit)
            by_limit[limit] = sure if hoped is sure else expected(sure, hoped, share=share)
    return _Compared(category, sides, limits, {group: by_limit[limit] for group, limit in limits.items()})


def _answer(prepared: Prepared, found: list[_Compared], people: pd.DataFrame) -> WhatIf:
    region, scenario = prepared.region, prepared.scenario
    places = municipality_of_cells(region)
    names = {str(place): str(name) for place, name in municipality_names(region).items()}
    shared = [
        shared_change(
            prepared, one.category, one.sides, limit=one.limits[EVERYBODY], people=people[EVERYBODY], places=places
        )
        for one in found
    ]
    groups = _table(found, people, places=pd.Series("", index=places.index), names=names, mode=prepared.mode)
    reasons = pd.concat(
        [by_reason(one.effects[EVERYBODY], people[EVERYBODY]).assign(category=one.category) for one in found]
    )
    limits = {one.category: one.limits for one in found}
    sums, cost = _sums(found, people[EVERYBODY]), scenario.cost_per_year
    gaining = sums["people_gaining"]
    return WhatIf(
        scenario=scenario,
        region=region.name,
        mode=prepared.mode,
        days=prepared.days,
        table=_table(found, people, places=places, names=names, mode=prepared.mode),
        cells=_cell_table(region, found, people[EVERYBODY]),
        groups=groups[["category", "group", "people", "gain", "lose", "minutes_saved_mean"]],
        reasons=reasons[["category", "reason", "gain", "lose"]].reset_index(drop=True),
        **sums,
        cost_per_year=cost,
        cost_per_person=cost / gaining if cost is not None and gaining > 0 else None,
        access=_access_table([one.table for one in shared], names),
        method=(*method_of(prepared, limits), *access_method(shared)),
        sentences=(
            *sentences_of(prepared, groups, reasons, limits=limits, gaining=gaining, cost=cost),
            *(told for one in shared for told in one.sentences),
        ),
        sources=tuple(region.catalog.get("sources", ())),
        data_date=str(region.catalog.get("date") or ""),
    )


def _table(
    found: list[_Compared], people: pd.DataFrame, *, places: pd.Series, names: Mapping[str, str], mode: str
) -> pd.DataFrame:
    """Who gains and loses in each place, one row a category, place and group."""
    return pd.concat(
        [
            difference_table(one.effects, people, places=places, names=names, category=one.category, mode=mode)
            for one in found
        ],
        ignore_index=True,
    )


class _Sums(TypedDict):
    people_gaining: float
    people_losing: float
    people_unknown: float
    person_minutes_saved: float


def _sums(found: list[_Compared], people: pd.Series) -> _Sums:
    """Everybody who gains, loses or is not known in at least one category, and the minutes saved in all of them."""
    counted = people.fillna(0.0).to_numpy(dtype=np.float64)
    effects = [one.effects[EVERYBODY] for one in found]
    known = np.all([one.known for one in effects], axis=0)
    return {
        "people_gaining": float((counted * np.max([one.gain for one in effects], axis=0)).sum()),
        "people_losing": float((counted * np.max([one.lose for one in effects], axis=0)).sum()),
        "people_unknown": float(counted[~known].sum()),
        "person_minutes_saved": float(sum(np.nansum(counted * one.saved) for one in effects)),
    }


def _access_table(tables: Sequence[pd.DataFrame], names: Mapping[str, str]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    if not filled:
        return no_access()
    table = pd.concat(filled, ignore_index=True)
    return table.assign(name=table["place_id"].map(names))[list(ACCESS_COLUMNS)]


def _cell_table(region: Region, found: list[_Compared], people: pd.Series) -> gpd.GeoDataFrame:
    cells = region.cells
    parts = []
    for one in found:
        made, sides = one.effects[EVERYBODY], one.sides
        parts.append(
            pd.DataFrame(
                {
                    "category": one.category, "cell_id": cells.index, "people": people.to_numpy(),
                    "minutes_before": sides.before.there_and_back, "minutes_after": sides.hoped.there_and_back,
                    "minutes_saved": made.saved, "gain": made.gain, "lose": made.lose, "change": _words(made),
                    "reason_before": made.reason_before, "reason_after": made.reason_after,
                }
            )
        )  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    return gpd.GeoDataFrame(table, geometry=np.tile(cells.geometry.to_numpy(), len(found)), crs=cells.crs)


def _words(made: Effect) -> np.ndarray[Any, np.dtype[np.object_]]:
    saved = np.nan_to_num(made.saved)
    checks = [~made.known, made.gain > 0, made.lose > 0, saved >= _SAME_MIN, saved <= -_SAME_MIN]
    return np.select(checks, ["unknown", "gain", "lose", "sooner", "later"], default="same").astype(object)
