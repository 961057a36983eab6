"""What each cell of a region has to cross for a service, held against one standard after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sempre_geo.errors import MissingDataError
from sempre_geo.gaps.gap_table import Assessment
from sempre_geo.gaps.reasons import street_reasons
from sempre_geo.gaps.standards import EVERYWHERE, Crosswalk, Standard, read_crosswalk
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.travel.timetables import LAYER, region_timetable
from sempre_geo.pipeline.travel.visits import visits
from sempre_geo.region.bundle import Region
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import Settings

STAY_MIN = 60
TRANSIT = "transit"
_STREET_METRICS = {"travel_time": "minutes", "distance": "metres"}
_SETTLING_IN = timedelta(days=14)
_TUESDAY = 1
_STOPS = frozenset({"bus_stop", "train_stop", "ferry_terminal"})  # nobody makes a day's visit to a stop


@dataclass(frozen=True)
class Ground:
    """A region, the words of its standards, and the day that visits by bus are computed for (None: no timetable)."""

    settings: Settings
    region: Region
    crosswalk: Crosswalk
    day: date | None


def ground_of(settings: Settings, region: Region, *, day: date | None = None) -> Ground:
    """A region made ready; without a day, the first Tuesday two weeks into its timetable."""
    if day is None and region.has(LAYER):
        first = region_timetable(region).feed.span[0] + _SETTLING_IN
        day = first + timedelta(days=(_TUESDAY - first.weekday()) % 7)
    return Ground(settings, region, read_crosswalk(settings.definition("crosswalk.toml")), day)


def assess(ground: Ground, standard: Standard) -> Iterator[Assessment]:
    """One assessment for each category that a standard speaks of.

    Categories the map data lack are unknown, not fine; so are opening hours that nobody knows.
    """
    for category in _categories(ground, standard):
        costs, notes = _costs(ground, standard, category)
        misses = standard.misses(costs["cost"]) & costs["known"]
        yield Assessment(
            standard=standard,
            category=category,
            mode=standard.mode,
            cost=costs["cost"],
            known=costs["known"],
            reason=costs["reason"].where(misses, ""),
            approximated_by="; ".join(note for note in notes if note),
        )


def _categories(ground: Ground, standard: Standard) -> list[str]:
    if standard.category != EVERYWHERE:
        return [standard.category]
    categories = read_categories(ground.settings)
    left_out = categories.sensitive | (_STOPS if standard.there_and_back else frozenset())
    return [name for name in categories.by_id if name not in left_out]


def _costs(ground: Ground, standard: Standard, category: str) -> tuple[pd.DataFrame, list[str]]:
    """``cost, known, reason`` of each cell: the least over the services and modes that count; and how they differ."""
    services, modes = ground.crosswalk.category(category), ground.crosswalk.modes[standard.mode]
    notes = [services.approximated_by, modes.approximated_by]
    if standard.group in ground.crosswalk.groups:
        notes.append(ground.crosswalk.groups[standard.group].approximated_by)
    found = [_street_costs(ground, standard, categories=services.names, modes=modes.names)]
    if standard.there_and_back and standard.metric == "travel_time":
        notes.append(_("by street the way there counts twice"))
    if TRANSIT in modes.names and standard.metric in {"time_away", "travel_time"} and standard.there_and_back:
        found += [_visit_costs(ground, standard, name) for name in services.names]
        notes.append(_("a stay of {stay} minutes on {day}").format(stay=STAY_MIN, day=ground.day) if ground.day else "")
    return _least(found), notes


def _street_costs(
    ground: Ground, standard: Standard, *, categories: tuple[str, ...], modes: tuple[str, ...]
) -> pd.DataFrame:
    cells, column = ground.region.cells.index, _STREET_METRICS.get(standard.metric)
    times = ground.region.travel_times
    rows = times[times["category"].isin(categories) & times["mode"].isin(modes) & (times["status"] != "unknown")]
    if column is None or rows.empty:
        return _nothing_known(cells)
    least = rows.sort_values(column, kind="stable").drop_duplicates("cell_id").set_index("cell_id")
    cost = least[column].reindex(cells).astype(np.float64) * (2.0 if standard.there_and_back else 1.0)
    status = least["status"].astype(str).reindex(cells).fillna("")
    known = cost.notna()
    cost = cost.fillna(np.inf)
    return pd.DataFrame({"cost": cost, "known": known, "reason": street_reasons(standard.misses(cost), status)})


def _visit_costs(ground: Ground, standard: Standard, category: str) -> pd.DataFrame:
    """Time away from home by bus; for travel standards without the stay."""
    cells = ground.region.cells.index
    if ground.day is None:
        return _nothing_known(cells)
    try:
        table = visits(ground.settings, str(ground.region.path), service=category, date=ground.day, stay_min=STAY_MIN)
    except MissingDataError:  # no such service in the map data, or a day outside the timetable
        return _nothing_known(cells)
    table = table.set_index("cell_id").reindex(cells)
    away = table["time_away_min"].astype(np.float64).fillna(np.inf)
    cost = away - STAY_MIN if standard.metric == "travel_time" else away
    reason = table["reason"].replace("", None).fillna("too_long")
    return pd.DataFrame({"cost": cost, "known": table["status"] != "ok_if_open", "reason": reason})


def _least(found: list[pd.DataFrame]) -> pd.DataFrame:
    """The row with the least known cost for each cell; unknown only where no way is known."""
    best = found[0]
    for other in found[1:]:
        nearer = other["known"] & (~best["known"] | (other["cost"] < best["cost"]))
        best = best.where(~nearer, other)
    return best.astype({"cost": np.float64, "known": bool})


def _nothing_known(cells: pd.Index) -> pd.DataFrame:
    return pd.DataFrame({"cost": np.inf, "known": False, "reason": ""}, index=cells)
