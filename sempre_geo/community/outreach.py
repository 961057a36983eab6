"""Where to go and listen next: places that are badly served and have said little, with a hall."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from sempre_geo.community.privacy import metres_of
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

REACH_M = 5_000
_LEAST = 0.01
_NOTHING_CHOSEN: Mapping[str, str] = MappingProxyType({})
HALLS = ("community_centre", "library", "school", "primary_school", "place_of_worship", "municipality_office")
PLAN_COLUMNS = (
    "place_id", "name", "people", "beyond", "received", "expected", "missing", "hall_id", "hall", "reaches",
    "hall_category", "hall_lon", "hall_lat", "wheelchair", "opening_hours",
)  # fmt: skip


def outreach_plan(
    places: pd.DataFrame, felt: pd.DataFrame, services: pd.DataFrame, *, cells: pd.DataFrame,
    chosen: Mapping[str, str] = _NOTHING_CHOSEN, most: int = 10,
) -> pd.DataFrame:  # fmt: skip
    """Where an outreach day would hear the most who have not been heard, the most missing voices first.

    Missing voices are those expected and not received, weighted by the share of people beyond the
    standard: a place that is well served, or of which that is not known, comes after those that are not, but it comes.

    Parameters
    ----------
    places : DataFrame
        Index as ``felt``; ``name, lon, lat, beyond``.
    felt : DataFrame
        From :func:`sempre_geo.community.felt.felt_and_calculated`.
    services : DataFrame
        Index ``service_id``; ``category, name, lon, lat``, and ``wheelchair, opening_hours`` where known: the halls
        are taken from these.
    cells : DataFrame
        ``lon, lat, population``: who can reach a hall within five kilometres as the crow flies.
    chosen
        The hall of a place that somebody has chosen among its :func:`halls_near`; the first of them otherwise.

    Returns
    -------
    DataFrame
        :data:`PLAN_COLUMNS`. ``hall`` is empty where the place has none within reach.

    Raises
    ------
    InputError
        A hall was chosen that is not within reach of its place.
    """
    missing = (felt["expected"] - felt["received"]).clip(lower=0) * felt["share_beyond"].fillna(0).clip(lower=_LEAST)
    joined = places[["name", "lon", "lat", "beyond"]].join(felt[["people", "received", "expected"]])
    wanted = joined.assign(missing=missing).query("missing > 0").sort_values("missing", ascending=False, kind="stable")
    halls = all_halls(services)
    rows = [
        _with_hall(row, halls, cells, chosen.get(str(row.place_id), ""))
        for row in wanted.head(most).rename_axis("place_id").reset_index().itertuples()
    ]
    return pd.DataFrame(rows, columns=list(PLAN_COLUMNS))


def all_halls(services: pd.DataFrame) -> pd.DataFrame:
    """The services in which people can meet, with the columns that tell something of a hall."""
    halls = services.loc[services["category"].isin(HALLS)]
    return halls.reindex(columns=["category", "name", "lon", "lat", "wheelchair", "opening_hours"])


def halls_near(halls: pd.DataFrame, *, lon: float, lat: float) -> pd.DataFrame:
    """The halls within reach of a place, the most fitting first: ``away_m`` beside the columns of :func:`all_halls`.

    Those that a wheelchair is known not to get into come last; then the kind of hall decides, then how near it is.
    """
    found = halls.assign(
        away_m=_apart_m(halls, lon=lon, lat=lat), steps=halls["wheelchair"].eq("no"),
        kind=halls["category"].map({name: number for number, name in enumerate(HALLS)}),
    )  # fmt: skip
    within = found[found["away_m"] <= REACH_M].sort_values(["steps", "kind", "away_m"], kind="stable")
    return within.drop(columns=["steps", "kind"])


def _with_hall(place: Any, halls: pd.DataFrame, cells: pd.DataFrame, chosen: str) -> dict[str, Any]:
    """A place's row of the plan: its own figures, the hall, and who lives within reach of it."""
    near = halls_near(halls, lon=place.lon, lat=place.lat)
    if chosen and chosen not in near.index:
        raise InputError(_("This hall is not within reach of {place}; choose another one.").format(place=place.name))
    hall: Any = next((near.loc[[chosen]] if chosen else near).itertuples(), None)
    lon, lat = (place.lon, place.lat) if hall is None else (hall.lon, hall.lat)
    around = _apart_m(cells, lon=lon, lat=lat) <= REACH_M
    own = {name: getattr(place, name) for name in PLAN_COLUMNS if hasattr(place, name)}
    return own | {
        "hall_id": None if hall is None else hall.Index,
        "hall": "" if hall is None else _text(hall.name),
        "reaches": float(cells.loc[around, "population"].sum()),
        "hall_category": "" if hall is None else str(hall.category),
        "hall_lon": float(lon),
        "hall_lat": float(lat),
        "wheelchair": _text(getattr(hall, "wheelchair", "")) or "unknown",
        "opening_hours": _text(getattr(hall, "opening_hours", "")),
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _apart_m(places: pd.DataFrame, *, lon: float, lat: float) -> np.ndarray:
    east, north = metres_of(places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float))
    here = metres_of(np.array([lon]), np.array([lat]))
    return np.hypot(east - here[0], north - here[1])
