"""Part of siting: what the way to each place costs each home, by street or as time away by bus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.ground import ground_of
from sempre_geo.pipeline.gaps.whatif_costs import known_visits, minutes_away, visits_of
from sempre_geo.pipeline.gaps.whatif_grounds import Changed, ScenarioGrounds
from sempre_geo.pipeline.travel.visit_grounds import TRANSIT, region_grounds
from sempre_geo.settings import Settings
from sempre_geo.travel.nearest import Streets, travel_matrix
from sempre_geo.travel.visits import Question

USUAL_HOURS = "Mo-Fr 09:00-15:00"
"""When a new service is taken to be open, where nobody says; as a service of unknown hours is."""
_Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SiteCosts:
    """Minutes from each home (row) to each place (column), infinite where there is no way or no visit.

    ``now`` are existing services, ``new`` the candidates.
    """

    now: _Matrix
    new: _Matrix


def street_site_costs(
    settings: Settings, region: str, *, mode: str, homes: gpd.GeoDataFrame, existing: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame, day: date | None = None,
) -> SiteCosts:  # fmt: skip
    """Minutes one way by a street mode; the day counts for ferries that rest."""
    streets = region_grounds(settings, region, day=day).streets(mode)
    return SiteCosts(_minutes(streets, homes, existing), _minutes(streets, homes, candidates))


def visit_site_costs(
    settings: Settings, region: str, *, service: str, day: date | None, question: Question, opening_hours: str,
    homes: gpd.GeoDataFrame, candidates: gpd.GeoDataFrame,
) -> SiteCosts:  # fmt: skip
    """Minutes away from home for a visit by bus on a day; ``homes`` are known by the cells they stand at.

    A candidate is taken to be open as ``opening_hours`` say. Existing services of unknown hours are taken to be open
    from 9 to 15, so that nothing is put where something may be.

    Raises
    ------
    InputError
        Without a timetable, when no day is given.
    """
    before = region_grounds(settings, region)
    at = day or ground_of(settings, before.region).day
    if at is None:
        raise InputError(_("The region has no timetable to take a day from; say which day is meant."))
    before = before.on(at)
    rows = before.region.cells.index.get_indexer(pd.Index(homes["cell_id"]))
    now = known_visits(before, service, at, TRANSIT, question)
    places = gpd.GeoDataFrame(
        {"category": service, "opening_hours": opening_hours, "wheelchair": "unknown", "geometry": candidates.geometry},
        index=candidates.index, crs=candidates.crs,
    )  # fmt: skip
    after = ScenarioGrounds(before, settings, Changed(places))
    new = visits_of(after, service, day=at, mode=TRANSIT, question=question)
    return SiteCosts(
        _columns([minutes_away(found)[rows] for found in now.values()], len(rows)),
        _columns([minutes_away(new[str(name)])[rows] for name in candidates.index], len(rows)),
    )


def _minutes(streets: Streets, homes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> _Matrix:
    if places.empty:
        return np.empty((len(homes), 0))
    table = travel_matrix(streets, homes, places)
    return cast("_Matrix", table["minutes"].to_numpy(dtype=np.float64).reshape(len(homes), len(places)))


def _columns(columns: list[_Matrix], rows: int) -> _Matrix:
    return np.column_stack(columns) if columns else np.empty((rows, 0))
