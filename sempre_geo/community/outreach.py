"""Where to go and listen next: places that are badly served and have said little, with a hall and a language."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sempre_geo.community.privacy import metres_of

REACH_M = 5_000
HALLS = ("community_centre", "library", "school", "primary_school", "place_of_worship", "municipality_office")
PLAN_COLUMNS = ("place_id", "name", "people", "beyond", "received", "expected", "missing", "hall_id", "hall", "reaches")


def outreach_plan(
    places: pd.DataFrame, felt: pd.DataFrame, services: pd.DataFrame, *, cells: pd.DataFrame, most: int = 10
) -> pd.DataFrame:
    """Where an outreach day would hear the most who have not been heard, the most missing voices first.

    Missing voices are those expected and not received, weighted by the share of people beyond the
    standard: a place that is well served comes after one that is not.

    Parameters
    ----------
    places : DataFrame
        Index as ``felt``; ``name, lon, lat, beyond``.
    felt : DataFrame
        From :func:`sempre_geo.community.felt.felt_and_calculated`.
    services : DataFrame
        Index ``service_id``; ``category, name, lon, lat``: the halls are taken from these.
    cells : DataFrame
        ``lon, lat, population``: who can reach a hall within five kilometres as the crow flies.

    Returns
    -------
    DataFrame
        :data:`PLAN_COLUMNS`. ``hall`` is empty where the place has none within reach.
    """
    missing = (felt["expected"] - felt["received"]).clip(lower=0) * felt["share_beyond"].fillna(0)
    joined = places[["name", "lon", "lat", "beyond"]].join(felt[["people", "received", "expected"]])
    wanted = joined.assign(missing=missing).query("missing > 0").sort_values("missing", ascending=False, kind="stable")
    halls = services[services["category"].isin(HALLS)]
    rows = [
        _with_hall(row, halls, cells) for row in wanted.head(most).rename_axis("place_id").reset_index().itertuples()
    ]
    return pd.DataFrame(rows, columns=list(PLAN_COLUMNS))


def _with_hall(place: Any, halls: pd.DataFrame, cells: pd.DataFrame) -> dict[str, Any]:
    """A place's row of the plan: its own figures, the hall, and who lives within reach of it."""
    hall = _hall(place.lon, place.lat, halls)
    lon, lat = (place.lon, place.lat) if hall is None else (hall.lon, hall.lat)
    near = _apart_m(cells, lon=lon, lat=lat) <= REACH_M
    own = {name: getattr(place, name) for name in PLAN_COLUMNS if hasattr(place, name)}
    return own | {
        "hall_id": None if hall is None else hall.Index,
        "hall": "" if hall is None else hall.name,
        "reaches": float(cells.loc[near, "population"].sum()),
    }


def _hall(lon: float, lat: float, halls: pd.DataFrame) -> Any | None:
    """The best kind of hall within reach, the nearest of its kind."""
    apart = _apart_m(halls, lon=lon, lat=lat)
    kind = halls["category"].map(HALLS.index).to_numpy(dtype=float)
    within = np.flatnonzero(apart <= REACH_M)
    if not within.size:
        return None
    best = within[np.lexsort((apart[within], kind[within]))[0]]
    return next(halls.iloc[[int(best)]].itertuples())


def _apart_m(places: pd.DataFrame, *, lon: float, lat: float) -> np.ndarray:
    east, north = metres_of(places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float))
    here = metres_of(np.array([lon]), np.array([lat]))
    return np.hypot(east - here[0], north - here[1])
