"""Use cases of the map: how long each cell's way is, what is at a place, and what was said round it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import InputError, MissingDataError, MissingFileError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.travel.region_in_use import RegionInUse, correction_notes, region_in_use
from sempre_geo.region.bundle import Region
from sempre_geo.region.categories import Categories, read_categories
from sempre_geo.settings import Settings

STREET_MODES = ("car", "bike", "walk", "wheelchair")
NEARBY_M = 6000.0
_REACH_OF_CLICK_M = 1500.0
_EARTH_M = 6_371_000.0
_reading = threading.Lock()


@dataclass(frozen=True)
class Way:
    """The way from a place to the nearest service of a category by one mode.

    ``minutes`` is infinite where there is no way and NaN where it is not known; ``minutes_if_fine`` is the time
    by wheelchair if everything untagged is passable, else the same.
    """

    mode: str
    minutes: float
    minutes_if_fine: float
    status: str
    service_id: str | None
    service: str
    service_place: str


@dataclass(frozen=True)
class Answer:
    """What there is to say about a place: who lives there, the ways to a service, what was said nearby.

    ``people`` is None where nobody may know (confidential or not counted). ``said`` has the public columns of
    contributions, the most supported first. ``corrected`` names the ferries that are left out of the ways.
    """

    place_id: str
    place: str
    municipality: str
    lon: float
    lat: float
    people: float | None
    estimated: bool
    category: str
    ways: tuple[Way, ...]
    said: pd.DataFrame
    corrected: tuple[str, ...] = ()

    def nearest_by(self, mode: str) -> Way | None:
        """The way by a mode; by the bus, which is told by its day, the first of the others."""
        return next((way for way in self.ways if way.mode == mode), next(iter(self.ways), None))


def open_region(settings: Settings, region: str) -> RegionInUse:
    """A built region, corrected, kept until it is built again or a correction is decided; never change its frames.

    Raises
    ------
    MissingFileError
        It is not built; with an empty name, none is.
    """
    if not region:
        raise MissingFileError(
            _("No region is built yet; run 'sempre-geo demo' for the fictional one, or 'sempre-geo build'.")
        )
    with _reading:
        return region_in_use(settings, region)


@lru_cache(maxsize=4)
def known_categories(settings: Settings) -> Categories:
    """The kinds of services as the operator's table has them, read once."""
    return read_categories(settings)


@lru_cache(maxsize=4)
def categories_of(region: Region) -> tuple[str, ...]:
    """The categories that the region has services of, sorted."""
    return tuple(sorted(region.services["category"].astype(str).unique()))


def travel_surface(settings: Settings, region: str, *, category: str, mode: str) -> pd.DataFrame:
    """Minutes from every cell to the nearest service of a category by a street mode.

    Returns
    -------
    DataFrame
        Index ``cell_id``, all cells; ``minutes`` (infinite: no way; NaN: not known), ``status``, ``service_id``.

    Raises
    ------
    InputError
        The mode is none of `STREET_MODES`.
    MissingDataError
        The region has no service of the category.
    """
    if mode not in STREET_MODES:
        raise InputError(_("There are no street times by '{mode}'; choose {known}.").format(
            mode=mode, known=", ".join(STREET_MODES)))  # fmt: skip
    built = open_region(settings, region)
    rows = _nearest(built, category)
    rows = rows[rows["mode"] == mode].set_index("cell_id")
    surface = rows[["minutes", "status", "service_id"]].reindex(built.cells.index)
    known = surface["status"].notna() & (surface["status"].astype(object) != "unknown")
    return surface.assign(minutes=surface["minutes"].where(known))


def place_at(settings: Settings, region: str, *, lon: float, lat: float) -> str:
    """The place somebody means who taps the map: the cell there, else the nearest settlement.

    Raises
    ------
    MissingDataError
        The region has neither cells nor settlements.
    """
    built = open_region(settings, region)
    cell, away = _closest(_standing(built, "cells"), lon, lat)
    if cell is not None and away <= _REACH_OF_CLICK_M:
        return cell
    settlement, _away = _closest(_standing(built, "settlements"), lon, lat)
    if settlement is None and cell is None:
        raise MissingDataError(_("The region '{name}' has no places yet.").format(name=built.name))
    return settlement or str(cell)


def answer(
    settings: Settings,
    region: str,
    *,
    place_id: str,
    category: str,
    language: str = "",
    said: pd.DataFrame | None = None,
    day: date | None = None,
) -> Answer:
    """Everything the map says about a cell or settlement, for one category of services.

    Parameters
    ----------
    place_id
        A ``cell_id`` or ``settlement_id``.
    language
        Names in this language where the data have it.
    said
        All public contributions, where the caller has loaded them already.
    day
        The day of the ways: a ferry may rest on it.

    Raises
    ------
    MissingDataError
        The region has no such place, or no service of the category.
    """
    from sempre_geo.pipeline.community.public_view import public_contributions

    built = open_region(settings, region).on(day)
    cell, lon, lat = _ground(built, place_id)
    here = built.cells.loc[cell]
    people, estimated = _people(built, place_id)
    return Answer(
        place_id=place_id,
        place=place_name(built, place_id, language=language),
        municipality=_municipality(built, here.get("municipality_id"), language),
        lon=lon,
        lat=lat,
        people=people,
        estimated=estimated,
        category=category,
        ways=_ways(built, cell, category, language),
        said=said_near(public_contributions(settings, region) if said is None else said, lon=lon, lat=lat),
        corrected=correction_notes(built.about_streets(day)),
    )


def said_near(said: pd.DataFrame, *, lon: float, lat: float, within_m: float = NEARBY_M) -> pd.DataFrame:
    """Public contributions within a distance as the crow flies, those with the most voices first.

    Items awaiting review are among them, without their text. The places of contributions are masked, so the
    distance is as rough as they are.
    """
    placed = said[said["lon"].notna()]
    if placed.empty:
        return placed
    near: pd.DataFrame = placed[away_m(on_globe(placed["lon"], placed["lat"]), lon, lat) <= within_m]
    return near.sort_values(["voices", "id"], ascending=[False, True], kind="stable")


def cell_of(region: Region, place_id: str) -> str:
    """The cell whose ways stand for a cell or settlement.

    Raises
    ------
    MissingDataError
        The region has no such place.
    """
    return _ground(region, place_id)[0]


def position(region: Region, place_id: str) -> tuple[float, float]:
    """(lon, lat) of a cell or settlement."""
    places = region.cells if place_id in region.cells.index else region.settlements
    point = places.geometry.loc[place_id]
    return float(point.x), float(point.y)


def place_name(region: Region, place_id: str, *, language: str = "") -> str:
    """A settlement's name, or that of the settlement a cell belongs to; empty for a cell without one."""
    if place_id in region.settlements.index:
        return named(region.settlements.loc[place_id], language)
    settlement = region.cells.loc[place_id].get("settlement_id") if place_id in region.cells.index else None
    known = isinstance(settlement, str) and settlement in region.settlements.index
    return named(region.settlements.loc[settlement], language) if known else ""


def named(row: pd.Series, language: str = "") -> str:
    """A row's name in a language where it has one there, else its own name.

    Easy English has the names of English; Norwegian names stand under ``no`` as well as ``nb``.

    >>> named(pd.Series({"name": "Haavere", "name_lv": "Hāvere"}), "lv"), named(pd.Series({"name": None}))
    ('Hāvere', '')
    >>> named(pd.Series({"name": "Tromsø", "name_en": "Tromso", "name_no": None}), "en@easy")
    'Tromso'
    """
    spoken = language.partition("@")[0]
    others = ["name_no"] if spoken == "nb" else []
    for column in (f"name_{spoken}", *others, "name"):
        if isinstance(row.get(column), str) and row[column]:
            return str(row[column])
    return ""


def _nearest(region: Region, category: str) -> pd.DataFrame:
    """Rows of rank 1 of one category; looked up once a category, as a country's table has millions of rows."""
    with _reading:
        return _nearest_kept(region, category)


@lru_cache(maxsize=64)
def _nearest_kept(region: Region, category: str) -> pd.DataFrame:
    times = region.travel_times
    rows = times[(times["category"] == category) & (times["rank"] == 1)]
    if rows.empty:
        raise MissingDataError(
            _("No service of this kind ({category}) is known in '{name}'; that need not mean there is none.").format(
                category=category, name=region.name
            )
        )
    return rows


@lru_cache(maxsize=8)
def _standing(region: Region, layer: str) -> tuple[pd.Index, NDArray[np.float64]]:
    places = getattr(region, layer)
    return places.index, on_globe(places.geometry.x, places.geometry.y)


def on_globe(lon: pd.Series, lat: pd.Series) -> NDArray[np.float64]:
    """Positions in degrees as points of a globe, in metres from its middle, shape (n, 3).

    A click is answered without a projection: PROJ starts anew in each thread, which takes longer than the answer.
    """
    east, north = np.radians(np.asarray(lon, dtype=float)), np.radians(np.asarray(lat, dtype=float))
    flat = np.cos(north)
    return _EARTH_M * np.column_stack([flat * np.cos(east), flat * np.sin(east), np.sin(north)])


def away_m(points: NDArray[np.float64], lon: float, lat: float) -> NDArray[np.float64]:
    """Metres from a position to each point, straight; within 0.5 % of the way over the ellipsoid."""
    away: NDArray[np.float64] = np.linalg.norm(points - on_globe(pd.Series([lon]), pd.Series([lat])), axis=1)
    return away


def _closest(places: tuple[pd.Index, NDArray[np.float64]], lon: float, lat: float) -> tuple[str | None, float]:
    names, points = places
    if not len(names):
        return None, np.inf
    away = away_m(points, lon, lat)
    at = int(away.argmin())
    return str(names[at]), float(away[at])


def _ground(region: Region, place_id: str) -> tuple[str, float, float]:
    """The cell whose ways stand for a place, and the place's position.

    For a settlement it is the cell of its own with the most people, else the nearest cell.
    """
    cells = region.cells
    if place_id in cells.index:
        point = cells.geometry.loc[place_id]
        return place_id, float(point.x), float(point.y)
    if place_id not in region.settlements.index or cells.empty:
        raise MissingDataError(_("There is no place '{id}' in this region.").format(id=place_id))
    point = region.settlements.geometry.loc[place_id]
    own = cells[cells["settlement_id"] == place_id]
    if len(own) and own["population"].notna().any():
        return str(own["population"].idxmax()), float(point.x), float(point.y)
    cell, _away = _closest(_standing(region, "cells"), float(point.x), float(point.y))
    return str(cell), float(point.x), float(point.y)


def _people(region: Region, place_id: str) -> tuple[float | None, bool]:
    cells = region.cells
    here = cells.loc[[place_id]] if place_id in cells.index else cells[cells["settlement_id"] == place_id]
    known = here["population"].dropna()
    estimated = bool(here["estimated"].any()) if "estimated" in here else False
    return (float(known.sum()) if len(known) else None), estimated


def _municipality(region: Region, municipality_id: object, language: str) -> str:
    known = isinstance(municipality_id, str) and municipality_id in region.municipalities.index
    return named(region.municipalities.loc[municipality_id], language) if known else ""


def nearest_service(region: Region, cell: str, category: str, *, mode: str) -> str | None:
    """The id of the service that an `Answer` names first for a mode, by bus by another; None without any."""
    if category not in categories_of(region) or not region.has("travel_times"):
        return None
    ways = _ways(region, cell, category, "")
    return next((way.service_id for way in ways if way.mode == mode), ways[0].service_id if ways else None)


def _ways(region: Region, cell: str, category: str, language: str) -> tuple[Way, ...]:
    rows = _nearest(region, category)
    here = rows.iloc[_rows_of_cells(region, category).get(cell, [])]
    found = {str(row["mode"]): row for _number, row in here.iterrows()}
    return tuple(_way(region, mode, found[mode], language) for mode in STREET_MODES if mode in found)


@lru_cache(maxsize=64)
def _rows_of_cells(region: Region, category: str) -> Mapping[Any, Any]:
    """Where the rows of each cell stand in `_nearest`."""
    return _nearest(region, category).groupby("cell_id", observed=True).indices


def _way(region: Region, mode: str, row: pd.Series, language: str) -> Way:
    service_id = row["service_id"] if isinstance(row["service_id"], str) else None
    service = region.services.loc[service_id] if service_id in region.services.index else None
    unknown = row["status"] == "unknown"
    return Way(
        mode=mode,
        minutes=float("nan") if unknown else float(row["minutes"]),
        minutes_if_fine=float(row["minutes_if_unknown_is_fine"]),
        status=str(row["status"]),
        service_id=service_id,
        service="" if service is None else named(service, language),
        service_place="" if service is None else service_place(region, str(service_id), language),
    )


@lru_cache(maxsize=4096)
def service_place(region: Region, service_id: str, language: str) -> str:
    """The name of the settlement a service stands in or near."""
    point = region.services.geometry.loc[service_id]
    settlement, _away = _closest(_standing(region, "settlements"), float(point.x), float(point.y))
    return named(region.settlements.loc[settlement], language) if settlement else ""
