"""Where to go and listen next: places that are badly served and have said little, with a hall, and what to think of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sempre_geo.community.privacy import metres_of
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext

REACH_M = 5_000
_LEAST = 0.01
_MANY_CHILDREN, _MANY_FROM_ELSEWHERE, _MOST = 0.15, 0.1, 0.5
HALLS = ("community_centre", "library", "school", "primary_school", "place_of_worship", "municipality_office")
PLAN_COLUMNS = (
    "place_id", "name", "people", "beyond", "received", "expected", "missing", "hall_id", "hall", "reaches",
    "hall_category", "hall_lon", "hall_lat", "wheelchair", "opening_hours",
)  # fmt: skip


def outreach_plan(
    places: pd.DataFrame, felt: pd.DataFrame, services: pd.DataFrame, *, cells: pd.DataFrame, most: int = 10
) -> pd.DataFrame:
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
        are taken from these, those that a wheelchair is known not to get into last.
    cells : DataFrame
        ``lon, lat, population``: who can reach a hall within five kilometres as the crow flies.

    Returns
    -------
    DataFrame
        :data:`PLAN_COLUMNS`. ``hall`` is empty where the place has none within reach.
    """
    missing = (felt["expected"] - felt["received"]).clip(lower=0) * felt["share_beyond"].fillna(0).clip(lower=_LEAST)
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
        "hall": "" if hall is None else _text(hall.name),
        "reaches": float(cells.loc[near, "population"].sum()),
        "hall_category": "" if hall is None else str(hall.category),
        "hall_lon": float(lon),
        "hall_lat": float(lat),
        "wheelchair": _text(getattr(hall, "wheelchair", "")) or "unknown",
        "opening_hours": _text(getattr(hall, "opening_hours", "")),
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _hall(lon: float, lat: float, halls: pd.DataFrame) -> Any | None:
    """The best kind of hall within reach, the nearest of its kind."""
    apart = _apart_m(halls, lon=lon, lat=lat)
    kind = halls["category"].map(HALLS.index).to_numpy(dtype=float)
    within = np.flatnonzero(apart <= REACH_M)
    if not within.size:
        return None
    steps = halls["wheelchair"].eq("no").to_numpy() if "wheelchair" in halls else np.zeros(len(halls), dtype=bool)
    best = within[np.lexsort((apart[within], kind[within], steps[within]))[0]]
    return next(halls.iloc[[int(best)]].itertuples())


def _apart_m(places: pd.DataFrame, *, lon: float, lat: float) -> np.ndarray:
    east, north = metres_of(places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float))
    here = metres_of(np.array([lon]), np.array([lat]))
    return np.hypot(east - here[0], north - here[1])


def plan_notes(facts: Mapping[str, Any]) -> list[str]:
    """What to think of at a place, as sentences: child care, an interpreter, a ride, the door.

    Parameters
    ----------
    facts
        ``people, children, from_elsewhere`` (None where the census does not tell), ``of, on_foot, by_bus`` (None
        without a timetable), ``wheelchair``, ``hall``.

    Examples
    --------
    >>> facts = {"people": 100, "children": 20, "from_elsewhere": None, "of": 100, "on_foot": 5, "by_bus": 10}
    >>> plan_notes(facts | {"hall": "Library", "wheelchair": "yes"})
    ['20 children live here: offer child care.', 'Most people cannot come by bus: offer a ride.']
    """
    people, children, elsewhere = facts["people"] or 0, facts["children"], facts["from_elsewhere"]
    notes = []
    if children and children >= _MANY_CHILDREN * people:
        n = round(children)
        notes.append(
            ngettext("{n} child lives here: offer child care.", "{n} children live here: offer child care.", n).format(
                n=n
            )
        )
    if elsewhere and elsewhere >= _MANY_FROM_ELSEWHERE * people:
        notes.append(_("Many people here were born in another country: ask who can interpret."))
    if facts["of"] and facts["on_foot"] + facts["by_bus"] < _MOST * facts["of"]:
        notes.append(_("Most people cannot come by bus: offer a ride."))
    if not facts["hall"]:
        notes.append(_("No hall is known here: ask the municipality."))
    elif facts["wheelchair"] != "yes":
        notes.append(_("Ask whether a wheelchair gets in."))
    return notes
