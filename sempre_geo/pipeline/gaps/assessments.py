"""What each cell of a region has to cross for a service, held against one standard after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from sempre_geo.gaps.gap_table import Assessment
from sempre_geo.gaps.standards import EVERYWHERE, Standard
from sempre_geo.i18n import sentence
from sempre_geo.pipeline.gaps.ground import Ground
from sempre_geo.pipeline.gaps.metrics import (
    STAY_MIN,
    day_note,
    departure_costs,
    depends_on_day,
    nothing_known,
    response_costs,
    road_costs,
    street_costs,
    visit_costs,
)
from sempre_geo.region.categories import read_categories

TRANSIT = "transit"
_NOT_VISITED = frozenset({"bus_stop", "train_stop", "ferry_terminal"})  # nobody makes a day's visit to a stop
_COMES_TO_PEOPLE = frozenset({"ambulance_station"})


def assess(ground: Ground, standard: Standard, *, only: Collection[str] = ()) -> Iterator[Assessment]:
    """One assessment for each category that a standard speaks of; with ``only``, of these alone.

    Categories the map data lack are unknown, not fine; so are opening hours that nobody knows.
    """
    for category in spoken_of(ground, standard):
        if not only or category in only:
            yield assessment(ground, standard, category=category)


def assessment(ground: Ground, standard: Standard, *, category: str, stay_min: int = STAY_MIN) -> Assessment:
    """What each cell's cost is against a standard, for one category and a stay of so many minutes."""
    costs, notes = _costs(ground, standard, category, stay_min=stay_min)
    misses = standard.misses(costs["cost"]) & costs["known"]
    return Assessment(
        standard=standard,
        category=category,
        mode=standard.mode,
        cost=costs["cost"],
        known=costs["known"],
        reason=costs["reason"].where(misses, ""),
        approximated_by=tuple(note for note in notes if note),
        day=day_note(ground.day) if depends_on_day(standard, ground.crosswalk.modes[standard.mode].names) else "",
        service_id=costs.get("service_id"),
    )


def spoken_of(ground: Ground, standard: Standard) -> list[str]:
    """The categories that a standard speaks of."""
    if standard.category != EVERYWHERE:
        return [standard.category]
    categories = read_categories(ground.settings)
    left_out = categories.sensitive | (_NOT_VISITED if standard.there_and_back else frozenset()) | _COMES_TO_PEOPLE
    return [name for name in categories.by_id if name not in left_out]


def _costs(ground: Ground, standard: Standard, category: str, *, stay_min: int) -> tuple[pd.DataFrame, list[str]]:
    """``cost, known, reason`` of each cell: the least over the services and modes that count; and how they differ."""
    services, modes = ground.crosswalk.category(category), ground.crosswalk.modes[standard.mode]
    notes = [services.approximated_by, modes.approximated_by, ground.crosswalk.scopes.get(standard.scope, "")]
    if standard.group in ground.crosswalk.groups:
        notes.append(ground.crosswalk.groups[standard.group].approximated_by)
    if standard.metric == "departures_per_hour":
        return departure_costs(ground, standard), notes
    if standard.metric == "response_time":
        return response_costs(ground, standard, categories=services.names), notes
    if services.roads:
        return road_costs(ground, standard, kinds=services.roads), notes
    found = []
    if standard.metric != "time_away":
        found = [street_costs(ground, standard, categories=services.names, modes=modes.names)]
    if standard.there_and_back and standard.metric == "travel_time":
        notes.append(sentence("by street the way there counts twice"))
    if TRANSIT in modes.names and standard.there_and_back:
        found += [visit_costs(ground, standard, category=name, stay_min=stay_min) for name in services.names]
        if ground.day:
            notes.append(sentence("a stay of {stay} minutes on {day}", stay=stay_min, day=ground.day))
    return _least(found, ground.region.cells.index), notes


def _least(found: list[pd.DataFrame], cells: pd.Index) -> pd.DataFrame:
    """The row with the least known cost for each cell; unknown only where no way is known."""
    best = nothing_known(cells)
    for other in found:
        nearer = other["known"] & (~best["known"] | (other["cost"] < best["cost"]))
        best = best.where(~nearer, other)
    return best.astype({"cost": np.float64, "known": bool})
