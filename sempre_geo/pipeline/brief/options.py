"""The options that somebody has worked out for a region: its kept scenarios, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from sempre_geo.errors import SempreGeoError
from sempre_geo.gaps.scenarios import Scenario
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.brief.topics import Topic
from sempre_geo.pipeline.gaps.whatif import WhatIf, what_if
from sempre_geo.pipeline.gaps.whatif_saved import (
    MOST_COMPARED,
    compare_scenarios,
    list_scenarios,
    saved_scenario,
    touched_by,
)
from sempre_geo.pipeline.travel.timetables import LAYER
from sempre_geo.publish.brief import Block, Points, Section, Table
from sempre_geo.publish.speech import euros, number
from sempre_geo.region.bundle import Region
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import Settings

_BY_STREET = "car"
_BY_BUS = "transit"
_NOT_GIVEN = "-"
_MONEY = frozenset({"cost_per_year", "cost_per_person"})


def options_compared(
    settings: Settings, region: Region, *, topics: Sequence[Topic] = (), place_id: str = ""
) -> tuple[Section, ...]:
    """A section for the first three kept scenarios, answered for the same services; none where none is kept.

    What changes a timetable or streets is answered for the services whose limits in this mode the brief speaks of.
    With ``place_id`` those who gain and lose are the people of this municipality alone.

    A scenario that can no longer be computed, because its services or trips have gone, is named with the reason.
    """
    kept = list_scenarios(settings, region.name).head(MOST_COMPARED)
    if kept.empty:
        return ()
    mode = _BY_BUS if region.has(LAYER) else _BY_STREET
    try:
        kept_ones = [saved_scenario(settings, region.name, str(key)) for key in kept["key"]]
        spoken = list(dict.fromkeys(topic.assessment.category for topic in topics if topic.assessment.mode == mode))
        asked = touched_by(settings, region.name, kept_ones, mode=mode, spoken=spoken)
        if place_id:
            blocks = _compared_in(settings, region, kept_ones, mode=mode, asked=asked, place_id=place_id)
        else:
            blocks = _compared(settings, region, kept_ones, mode=mode, asked=asked)
    except SempreGeoError as refusal:
        blocks = (str(refusal),)
    return (Section(_("Options compared"), blocks),)


def _compared(
    settings: Settings, region: Region, kept: list[Scenario], *, mode: str, asked: list[str]
) -> tuple[Block, ...]:
    if len(kept) == 1:
        alone = what_if(settings, region.name, kept[0], mode=mode, categories=asked)
        title = _("One option was worked out: {name}.").format(name=alone.scenario.name)
        return (title, Points(alone.sentences), Points(alone.method))
    found = compare_scenarios(settings, region.name, kept, mode=mode, categories=asked)
    return _side_by_side(settings, found.results, found.figures, asked=asked)


def _compared_in(
    settings: Settings, region: Region, kept: list[Scenario], *, mode: str, asked: list[str], place_id: str
) -> tuple[Block, ...]:
    """The same for the people of one municipality; what an option costs for each of them is not known."""
    results = [what_if(settings, region.name, one, mode=mode, categories=asked) for one in kept]
    cells = region.cells.index[region.cells["municipality_id"] == place_id]
    figures = pd.DataFrame(
        [{**_people_figures(result, cells), "cost_per_year": result.cost_per_year} for result in results],
        index=[result.scenario.name for result in results],
    ).astype(float)
    return _side_by_side(settings, results, figures, asked=asked)


def _people_figures(result: WhatIf, cells: pd.Index) -> dict[str, float]:
    """Of the people of some cells: who gains or loses in at least one service, and the hours saved in all."""
    part = result.cells[result.cells["cell_id"].isin(cells)]
    counted = part["people"].fillna(0.0)
    of_cells = part[["gain", "lose"]].mul(counted, axis=0).groupby(part["cell_id"]).max().sum()
    return {
        "people_gaining": float(of_cells["gain"]),
        "people_losing": float(of_cells["lose"]),
        "hours_saved": float((counted * part["minutes_saved"]).sum()) / 60,
    }


def _side_by_side(
    settings: Settings, results: Sequence[WhatIf], figures: pd.DataFrame, *, asked: Sequence[str]
) -> tuple[Block, ...]:
    known, shown = read_categories(settings), [name for name in _headings() if name in figures]
    services = ", ".join(known.title(name) if name in known.by_id else name.replace("_", " ") for name in asked)
    rows = tuple(
        (str(option), *(_said(row[name], euros if name in _MONEY else number) for name in shown))
        for option, row in figures.iterrows()
    )
    method = tuple(dict.fromkeys(line for result in results for line in result.method))
    heading = (_("Option"), *(_headings()[name] for name in shown))
    return (f"{_('Services')}: {services}", Table(heading, rows), Points(method))


def _headings() -> Mapping[str, str]:
    return {
        "people_gaining": _("People who gain"), "people_losing": _("People who lose"),
        "hours_saved": _("Hours saved, one visit each"), "cost_per_year": _("Cost a year"),
        "cost_per_person": _("Cost a person who gains"),
    }  # fmt: skip


def _said(value: Any, written: Callable[[float], str] = number) -> str:
    return _NOT_GIVEN if math.isnan(float(value)) else written(float(value))
