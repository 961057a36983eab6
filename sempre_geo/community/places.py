"""Which settlement and municipality a contribution belongs to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
import shapely

from sempre_geo.community.contributions import Place
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _


@dataclass(frozen=True)
class Located:
    """A place with the names and the point that belong to it, and its masked zone once that is known."""

    settlement_id: str | None
    municipality_id: str | None
    municipality: str
    lon: float | None
    lat: float | None
    zone_id: str | None = None


def locate(place: Place, settlements: pd.DataFrame, municipalities: pd.DataFrame) -> Located:
    """The municipality and settlement of a place, and the point that stands for it.

    A settlement stands at its own point, a municipality at none. Frames without rows (a region that is
    not built) leave the ids as they were given.

    Raises
    ------
    InputError
        The region has no such settlement or municipality.
    """
    lon, lat = place.lon, place.lat
    settlement = place.settlement_id
    if settlement is not None and not settlements.empty:
        _check_known(settlement, settlements, _("settlement"))
        if lon is None:
            point = settlements.geometry.loc[settlement]
            lon, lat = float(point.x), float(point.y)
    municipality = place.municipality_id
    if municipality is None and lon is not None and not municipalities.empty:
        municipality = _containing(lon, lat or 0.0, municipalities)
    if municipality is not None and not municipalities.empty:
        _check_known(municipality, municipalities, _("municipality"))
    if settlement is None and place.precision == "exact":
        settlement = _nearest(lon or 0.0, lat or 0.0, settlements)
    known = municipality is not None and municipality in municipalities.index
    name = str(municipalities.loc[[municipality], "name"].iloc[0]) if known else ""
    return Located(settlement, municipality, name, lon, lat)


def _check_known(place_id: str, places: pd.DataFrame, what: str) -> None:
    if place_id not in places.index:
        raise InputError(
            _("There is no {what} '{id}' in this region; choose one of its list.").format(what=what, id=place_id)
        )


def _containing(lon: float, lat: float, municipalities: pd.DataFrame) -> str | None:
    """The municipality round a point; None outside all of them."""
    holds = shapely.contains_xy(municipalities.geometry.to_numpy(), lon, lat)
    return str(municipalities.index[int(holds.argmax())]) if holds.any() else None


def _nearest(lon: float, lat: float, settlements: pd.DataFrame) -> str | None:
    """The nearest settlement's id; a degree of longitude is shrunk to its length there, good enough to compare."""
    if settlements.empty:
        return None
    points = settlements.geometry.to_numpy()
    across, up = shapely.get_x(points) - lon, shapely.get_y(points) - lat
    return str(settlements.index[int(((across * math.cos(math.radians(lat))) ** 2 + up**2).argmin())])
