"""Use case: who is beyond one limit, where, why, and which group more than others; what the page of gaps shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sempre_geo.errors import MissingDataError
from sempre_geo.gaps.equity import Interval, group_ratio_interval
from sempre_geo.gaps.gap_table import Assessment
from sempre_geo.gaps.ranking import RESAMPLES, Ranking, ranking
from sempre_geo.gaps.standards import EVERYWHERE, Standard
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import sentence
from sempre_geo.pipeline.explore.views import named, open_region
from sempre_geo.pipeline.gaps.assessments import assessment
from sempre_geo.pipeline.gaps.ground import ground_of
from sempre_geo.pipeline.gaps.limits import limit_of_code
from sempre_geo.pipeline.gaps.metrics import STAY_MIN
from sempre_geo.region.bundle import Region
from sempre_geo.region.catalog import CATALOG
from sempre_geo.settings import Settings

EVERYBODY = "population"
COMPARED = ("over_64", "under_15", "women", "employed", "born_elsewhere_eu", "born_outside_eu")
NO_MUNICIPALITY = ""


@dataclass(frozen=True, eq=False)
class GapAnswer:
    """Who of a group is beyond one limit.

    Attributes
    ----------
    assessment
        What each cell has to cross, and whether that is known.
    group
        The column of the cells that was counted.
    ranking
        The municipalities (empty id: outside every one), with ``name``, the worst first; and the whole.
    reasons
        People beyond by reason code, most people first; reasons that fit nobody are left out.
    ratios
        How many times as likely as everybody else each group is to be beyond; groups the data know.
    sources
        Titles and dates of the data the figures rest on.
    """

    assessment: Assessment
    group: str
    ranking: Ranking
    reasons: pd.Series
    ratios: Mapping[str, Interval]
    sources: tuple[str, ...]
    estimated: bool

    @property
    def standard(self) -> Standard:
        """The limit."""
        return self.assessment.standard

    @property
    def table(self) -> pd.DataFrame:
        """The municipalities in order."""
        return self.ranking.table

    @property
    def total(self) -> pd.Series:
        """People, beyond, no_way and unknown of the whole region, the share of those whose cost is known, and cells."""
        total = self.table[["people", "beyond", "no_way", "unknown", "cells"]].sum()
        known = total["people"] - total["unknown"]
        total["share_beyond"] = total["beyond"] / known if known > 0 else np.nan
        return total


def gap_answer(
    settings: Settings,
    region: str,
    *,
    standard: Standard,
    category: str,
    group: str = EVERYBODY,
    day: date | None = None,
    stay_min: int = STAY_MIN,
    language: str = "",
) -> GapAnswer:
    """Who of a group is beyond a limit, by municipality.

    A limit that speaks of one group only is held against that group.

    Parameters
    ----------
    day, stay_min
        For visits by bus; without a day, a Tuesday early in the timetable.

    Raises
    ------
    MissingDataError
        The region's population data do not tell the group.
    """
    stamp = (settings.results(region) / CATALOG).stat().st_mtime_ns
    return _answered(settings, region, stamp, standard, category, group, day, stay_min, language)


@lru_cache(maxsize=64)
def _answered(  # noqa: PLR0917 - the keys of a cache
    settings: Settings, region: str, _stamp: int, standard: Standard, category: str, group: str, day: date | None,
    stay_min: int, language: str,
) -> GapAnswer:  # fmt: skip
    built = open_region(settings, region)
    found = assessed(settings, region, standard=standard, category=category, day=day, stay_min=stay_min)
    group = counted_group(settings, built, standard, group)
    cells = built.cells
    places = cells["municipality_id"].fillna(NO_MUNICIPALITY).astype(str)
    ranked = ranking(found, cells[group], places=places)
    names = [municipality_name(built, str(place), language) for place in ranked.table.index]
    return GapAnswer(
        assessment=found, group=group, ranking=Ranking(ranked.table.assign(name=names), ranked.whole),
        reasons=_reasons(found, cells[group]), ratios=_ratios(found, cells), sources=_sources(built, found),
        estimated=bool(cells["estimated"].any()) if "estimated" in cells else False,
    )  # fmt: skip


def assessed(
    settings: Settings, region: str, *, standard: Standard, category: str, day: date | None, stay_min: int = STAY_MIN
) -> Assessment:
    """What each cell has to cross, kept in memory until the region is built again."""
    stamp = (settings.results(region) / CATALOG).stat().st_mtime_ns
    return _assessed(settings, region, stamp, standard, category, day, stay_min)


def assessed_limit(settings: Settings, region: str, *, category: str, mode: str, code: str) -> Assessment:
    """The same for a limit by its `limit_code`, on the day that the page of gaps takes.

    Raises
    ------
    InputError
        No limit of this service and mode has this name (any more).
    """
    standard = limit_of_code(settings, region, category=category, mode=mode, code=code)
    return assessed(settings, region, standard=standard, category=category, day=None)


@lru_cache(maxsize=64)
def _assessed(  # noqa: PLR0917 - the keys of a cache
    settings: Settings, region: str, _stamp: int, standard: Standard, category: str, day: date | None, stay_min: int
) -> Assessment:
    ground = ground_of(settings, open_region(settings, region), day=day)
    spoken_of = category if standard.category == EVERYWHERE else standard.category
    return assessment(ground, standard, category=spoken_of, stay_min=stay_min)


def counted_group(settings: Settings, region: Region, standard: Standard, group: str) -> str:
    """The column of the cells to count: the standard's own group, else the one asked for.

    Raises
    ------
    MissingDataError
        The population data do not tell it.
    """
    named_group = ground_of(settings, region).crosswalk.groups.get(standard.group)
    own = named_group.names[0] if named_group else standard.group
    wanted = group if own == EVERYBODY else own
    if wanted not in region.cells.columns:
        raise MissingDataError(
            _("The population data of '{name}' do not tell {group}.").format(name=region.name, group=wanted)
        )
    return wanted


def municipality_name(region: Region, municipality_id: str, language: str = "") -> str:
    """A municipality's name in a language; cells can also lie outside every one."""
    if municipality_id in region.municipalities.index:
        return named(region.municipalities.loc[municipality_id], language)
    return _("outside every municipality")


def _reasons(found: Assessment, people: pd.Series) -> pd.Series:
    counts = people.fillna(0.0).astype(float).where(found.misses, 0.0).groupby(found.reason.to_numpy()).sum()
    beyond: pd.Series = counts[(counts.index != "") & (counts > 0)]
    return beyond.sort_values(ascending=False, kind="stable")


def _ratios(found: Assessment, cells: pd.DataFrame) -> dict[str, Interval]:
    ratios = {}
    for group in (name for name in COMPARED if name in cells.columns):
        known = found.known & cells[group].notna() & cells[EVERYBODY].gt(0)
        members = cells.loc[known, group].astype(float).to_numpy()
        # Census counts are perturbed for confidentiality: a group may come out larger than everybody.
        everyone = np.maximum(cells.loc[known, EVERYBODY].astype(float).to_numpy(), members)
        misses = found.misses[known].to_numpy()
        ratios[group] = group_ratio_interval(misses, members, everyone, resamples=RESAMPLES)
    return ratios


def _dated(source: Mapping[str, Any]) -> object:
    dated = str(source.get("date") or "")
    if not dated:
        return sentence("date not known")
    return dated if dated.isdigit() else date.fromisoformat(dated[:10])


def _sources(region: Region, found: Assessment) -> tuple[str, ...]:
    """What the figures rest on: the sources of people, services, streets, and of the timetable where it counts.

    They are kept sentences, as answers are kept for readers of any language.
    """
    told = []
    for source in region.catalog.get("sources", ()):
        if str(source["id"]).startswith("gtfs") and not found.day:
            continue
        told.append(sentence("{title} ({date})", title=sentence(str(source["title"])), date=_dated(source)))
    return tuple(told)
