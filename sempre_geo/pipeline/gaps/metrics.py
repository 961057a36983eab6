"""Part of counting gaps: what each cell has to cross, in minutes, metres, time away, or departures per hour.

Every function gives a frame on the cells' index: ``cost`` in the metric's unit (infinite where there is no way),
``known``, ``reason``, the code that holds where the standard is missed, and ``service_id`` where a service is meant.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from sempre_geo.errors import MissingDataError
from sempre_geo.gaps.reasons import street_reasons
from sempre_geo.gaps.standards import Standard
from sempre_geo.pipeline.gaps.ground import Ground
from sempre_geo.pipeline.travel.timetables import region_timetable
from sempre_geo.pipeline.travel.visits import away_of_day
from sempre_geo.travel.departures import WALK_TO_TRAIN_S, departures_per_hour
from sempre_geo.travel.response import response_times
from sempre_geo.travel.walks import walks

STAY_MIN = 60
_STREET_COLUMNS = {"travel_time": "minutes", "distance": "metres"}
_HOURS = re.compile(r"\b(\d{2})-(\d{2})\b")
_USUAL_HOURS = (6, 20)
_METRIC_CRS = "EPSG:3035"


def street_costs(
    ground: Ground, standard: Standard, *, categories: tuple[str, ...], modes: tuple[str, ...]
) -> pd.DataFrame:
    """Minutes or metres to the nearest service of any of the categories by the best of the modes."""
    column, times = _STREET_COLUMNS[standard.metric], ground.region.travel_times
    rows = times[times["category"].isin(categories) & times["mode"].isin(modes) & (times["status"] != "unknown")]
    cells = ground.region.cells.index
    if rows.empty:
        return nothing_known(cells)
    least = rows.sort_values(column, kind="stable").drop_duplicates("cell_id").set_index("cell_id")
    cost = least[column].reindex(cells).astype(np.float64) * (2.0 if standard.there_and_back else 1.0)
    status = least["status"].astype(str).reindex(cells).fillna("")
    frame = _by_street(standard, cost=cost.fillna(np.inf), known=cost.notna(), status=status)
    return frame.assign(service_id=least["service_id"].astype(object).reindex(cells))


def visit_costs(ground: Ground, standard: Standard, *, category: str, stay_min: int = STAY_MIN) -> pd.DataFrame:
    """Time away from home by bus; for travel standards without the stay."""
    cells = ground.region.cells.index
    if ground.day is None:
        return nothing_known(cells)
    try:
        table = away_of_day(
            ground.settings, str(ground.region.path), service=category, date=ground.day, stay_min=stay_min
        )
    except MissingDataError:  # no such service in the map data, or a day outside the timetable
        return nothing_known(cells)
    table = table.reindex(cells)
    away = table["time_away_min"].astype(np.float64).fillna(np.inf)
    cost = away - stay_min if standard.metric == "travel_time" else away
    reason = table["reason"].replace("", None).fillna("too_long")
    known = table["status"].ne("ok_if_open")
    return pd.DataFrame({"cost": cost, "known": known, "reason": reason, "service_id": table["service_id"]})


def response_costs(ground: Ground, standard: Standard, *, categories: tuple[str, ...]) -> pd.DataFrame:
    """Minutes by car in which help from the nearest station comes."""
    cells, services = ground.region.cells, ground.region.services
    stations = services[services["category"].isin(categories)]
    if stations.empty:
        return nothing_known(cells.index)
    found = response_times(ground.streets("car"), stations, cells)
    return _by_street(standard, cost=found["minutes"], known=_covered(ground), status=found["status"])


def road_costs(ground: Ground, standard: Standard, *, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Metres as the crow flies to the nearest road of the kinds, as the Rural Access Index takes them."""
    cells = ground.region.cells
    roads = ground.region.roads
    roads = roads[roads["kind"].isin(kinds)]
    if roads.empty:
        return nothing_known(cells.index)
    near = roads.to_crs(_METRIC_CRS).sindex.nearest(
        cells.geometry.to_crs(_METRIC_CRS), return_all=False, return_distance=True
    )
    cost = pd.Series(np.inf, index=cells.index)
    cost.iloc[near[0][0]] = near[1]
    return _by_street(standard, cost=cost, known=_covered(ground), status=pd.Series("ok", index=cells.index))


def departure_costs(ground: Ground, standard: Standard) -> pd.DataFrame:
    """Departures per hour from stops within five minutes' walk (trains: ten), in the hours the standard names."""
    cells = ground.region.cells
    if ground.day is None:
        return nothing_known(cells.index)
    timetable = region_timetable(ground.region)
    near = walks(
        timetable.streets("walk"), cells.geometry, timetable.stops.geometry,
        limit_s=WALK_TO_TRAIN_S, rules=timetable.rules,
    )  # fmt: skip
    found = departures_per_hour(timetable.day(ground.day), near, places=len(cells), hours=_hours(standard))
    reason = np.select(
        [found["stops"].eq(0), found["per_hour"].eq(0)],
        ["no_stop_in_reach", "no_departure"],
        default="too_few_departures",
    )
    frame = pd.DataFrame({"cost": found["per_hour"].to_numpy(), "known": True, "reason": reason}, index=cells.index)
    return frame.assign(known=_covered(ground))


def nothing_known(cells: pd.Index) -> pd.DataFrame:
    """The frame of a question that the data cannot answer."""
    return pd.DataFrame({"cost": np.inf, "known": False, "reason": "", "service_id": None}, index=cells)


def depends_on_day(standard: Standard, modes: tuple[str, ...]) -> bool:
    """Whether a standard's figures are those of one day of the timetable."""
    by_bus = "transit" in modes and standard.there_and_back
    return standard.metric in {"time_away", "departures_per_hour"} or by_bus


def day_note(day: date | None) -> str:
    """The day as a column shows it; empty without a timetable."""
    return day.isoformat() if day else ""


def _hours(standard: Standard) -> tuple[int, int]:
    named = _HOURS.search(standard.scope)
    return (int(named[1]), int(named[2])) if named else _USUAL_HOURS


def _by_street(standard: Standard, *, cost: pd.Series, known: pd.Series, status: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"cost": cost, "known": known, "reason": street_reasons(standard.misses(cost), status)})


def _covered(ground: Ground) -> pd.Series:
    """Cells that the map data reach: those whose way by car is not marked as unknown."""
    times = ground.region.travel_times
    lost = times.loc[(times["mode"] == "car") & (times["status"] == "unknown"), "cell_id"].unique()
    return pd.Series(~ground.region.cells.index.isin(lost), index=ground.region.cells.index)
