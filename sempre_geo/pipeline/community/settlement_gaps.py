"""The settlements of a region as those who listen need them: who lives there, and how many are beyond a usual limit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sempre_geo.gaps.standards import Standard
from sempre_geo.pipeline.explore.views import named, open_region
from sempre_geo.pipeline.explore.visit_views import BUS, has_timetable
from sempre_geo.pipeline.gaps.answers import EVERYBODY, assessed
from sempre_geo.pipeline.gaps.limits import SAME_DAY_MIN, own_limit
from sempre_geo.settings import Settings

USUAL_BY_CAR_MIN = 20.0


def usual_limit(settings: Settings, region: str, *, category: str) -> Standard:
    """What a place is held against where nobody chooses: a visit by bus within the day, else 20 minutes by car."""
    if has_timetable(settings, region):
        return own_limit(category=category, mode=BUS, limit_min=SAME_DAY_MIN)
    return own_limit(category=category, mode="car", limit_min=USUAL_BY_CAR_MIN)


def settlement_gaps(
    settings: Settings, region: str, *, category: str = "", limit: Standard | None = None, group: str = EVERYBODY,
    language: str = "",
) -> pd.DataFrame:  # fmt: skip
    """Index ``settlement_id``; ``name, lon, lat, municipality_id, people, beyond``.

    ``people`` are those of the group; ``beyond`` the ``limit``, the usual one without it, and NaN without a category
    or where nothing is known of anybody.
    """
    built = open_region(settings, region)
    cells, rows = built.cells, pd.DataFrame(built.settlements.drop(columns="geometry"))
    places = cells["settlement_id"].astype(str)
    people = cells[group].astype(float)
    table = pd.DataFrame(
        {
            "name": [named(row, language) for _id, row in rows.iterrows()],
            "lon": built.settlements.geometry.x.to_numpy(),
            "lat": built.settlements.geometry.y.to_numpy(),
            "municipality_id": cells.groupby(places)["municipality_id"].first().reindex(rows.index).to_numpy(),
            "people": people.groupby(places).sum(min_count=1).reindex(rows.index).to_numpy(),
            "beyond": np.nan,
        },
        index=rows.index.astype(str),
    )
    if category:
        held = limit or usual_limit(settings, region, category=category)
        found = assessed(settings, region, standard=held, category=category, day=None)
        beyond = people.where(found.misses, 0.0).where(found.known).groupby(places).sum(min_count=1)
        table["beyond"] = beyond.reindex(table.index)
    return table
