"""The options that somebody has worked out for a region: its kept scenarios, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sempre_geo.errors import SempreGeoError
from sempre_geo.gaps.scenarios import Scenario
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.brief.topics import Topic
from sempre_geo.pipeline.gaps.whatif import what_if
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


def options_compared(settings: Settings, region: Region, *, topics: Sequence[Topic] = ()) -> tuple[Section, ...]:
    """A section for the first three kept scenarios, answered for the same services; none where none is kept.

    What changes a timetable or streets is answered for the services whose limits in this mode the brief speaks of.

    A scenario that can no longer be computed, because its services or trips have gone, is named with the reason.
    """
    kept = list_scenarios(settings, region.name).head(MOST_COMPARED)
    if kept.empty:
        return ()
    mode = _BY_BUS if region.has(LAYER) else _BY_STREET
    try:
        kept_ones = [saved_scenario(settings, region.name, str(key)) for key in kept["key"]]
        spoken = list(dict.fromkeys(topic.assessment.category for topic in topics if topic.assessment.mode == mode))
        blocks = _compared(settings, region, kept_ones, mode=mode, spoken=spoken)
    except SempreGeoError as refusal:
        blocks = (str(refusal),)
    return (Section(_("Options compared"), blocks),)


def _compared(
    settings: Settings, region: Region, kept: list[Scenario], *, mode: str, spoken: Sequence[str]
) -> tuple[Block, ...]:
    asked = touched_by(settings, region.name, kept, mode=mode, spoken=spoken)
    if len(kept) == 1:
        alone = what_if(settings, region.name, kept[0], mode=mode, categories=asked)
        title = _("One option was worked out: {name}.").format(name=alone.scenario.name)
        return (title, Points(alone.sentences), Points(alone.method))
    found = compare_scenarios(settings, region.name, kept, mode=mode, categories=asked)
    known = read_categories(settings)
    services = ", ".join(known.title(name) if name in known.by_id else name.replace("_", " ") for name in asked)
    heading = (
        _("Option"), _("People who gain"), _("People who lose"), _("Hours saved, one visit each"), _("Cost a year"),
        _("Cost a person who gains"),
    )  # fmt: skip
    figures, money = ("people_gaining", "people_losing", "hours_saved"), ("cost_per_year", "cost_per_person")
    rows = tuple(
        (str(option), *(_said(row[name]) for name in figures), *(_said(row[name], euros) for name in money))
        for option, row in found.figures.iterrows()
    )
    method = tuple(dict.fromkeys(line for result in found.results for line in result.method))
    return (f"{_('Services')}: {services}", Table(heading, rows), Points(method))


def _said(value: Any, written: Callable[[float], str] = number) -> str:
    return _NOT_GIVEN if math.isnan(float(value)) else written(float(value))
