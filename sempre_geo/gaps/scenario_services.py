"""The services of a region as a scenario would have them, and which of them that concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from sempre_geo.gaps.scenario_changes import WEEKDAYS
from sempre_geo.gaps.scenarios import Scenario, check_possible
from sempre_geo.gaps.service_changes import AddService, ChangeService, CloseService, MobileService, MoveService, Round
from sempre_geo.i18n import gettext as _
from sempre_geo.region.categories import Categories
from sempre_geo.region.services import MARGIN_DEG
from sempre_geo.travel.hours import unreadable_hours

SOURCE = "scenario"
_OSM_DAYS = dict(zip(WEEKDAYS, ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), strict=True))
_DETAIL_DEG = 1e-6  # halts nearer than a step are one place


@dataclass(frozen=True, eq=False)
class ChangedServices:
    """Services after a scenario.

    Attributes
    ----------
    services
        All of them, those of the region first and in their order.
    removed
        Ids that stand where they stood no more: closed or moved.
    placed
        Ids that stand somewhere new: added or moved.
    other_terms
        Ids that stay where they are with other hours or staff.
    """

    services: gpd.GeoDataFrame
    removed: pd.Index
    placed: pd.Index
    other_terms: pd.Index

    def touched(self, before: gpd.GeoDataFrame) -> list[str]:
        """The categories in which anything changes, sorted."""
        old = before.loc[before.index.isin([*self.removed, *self.other_terms]), "category"]
        new = self.services.loc[self.services.index.isin(self.placed), "category"]
        return sorted({str(category) for category in [*old, *new]})


def changed_services(
    services: gpd.GeoDataFrame,
    scenario: Scenario,
    *,
    categories: Categories,
    bbox: tuple[float, float, float, float],
    publish_sensitive: bool = False,
) -> ChangedServices:
    """The services after a scenario.

    Parameters
    ----------
    services
        Those of the region.
    bbox
        (west, south, east, north) of the region in degrees; new places lie at most 0.3 degrees beyond it.

    Raises
    ------
    InputError
        Services that do not exist or exist already, categories nobody knows or publishes, places far away, or hours
        nobody can read: all of them in one sentence.
    """
    added = _added(scenario, services)
    _check(scenario, services, added, categories=categories, bbox=bbox, publish_sensitive=publish_sensitive)
    closed = [change.service_id for change in scenario.of(CloseService)]
    moved = {change.service_id: shapely.Point(change.lon, change.lat) for change in scenario.of(MoveService)}
    changed = services.copy()
    places = changed.geometry.copy()
    for service_id, point in moved.items():
        places[service_id] = point
    changed = changed.set_geometry(places)
    for change in scenario.of(ChangeService):
        if change.opening_hours:
            changed["opening_hours"] = changed["opening_hours"].astype(object)
            changed.loc[change.service_id, "opening_hours"] = change.opening_hours
        if change.capacity is not None:
            changed.loc[change.service_id, "capacity"] = change.capacity
    changed = changed.drop(index=closed)
    if len(added):
        both = pd.concat([changed, added.reindex(columns=changed.columns)])
        changed = gpd.GeoDataFrame(both, geometry="geometry", crs=services.crs)
        changed.index.name = services.index.name
    terms = pd.Index([change.service_id for change in scenario.of(ChangeService) if change.service_id not in moved])
    return ChangedServices(changed, pd.Index([*closed, *moved]), pd.Index([*moved, *added.index]), terms)


def round_hours(halts: Iterable[Round]) -> str:
    """The hours of halts at one place, in OpenStreetMap's syntax.

    >>> from sempre_geo.gaps.scenario_changes import Clock, Weekday
    >>> round_hours([Round(25.0, 57.0, Weekday("thursday"), Clock("9:30"), Clock("11:00"))])
    'Th 09:30-11:00'
    """
    return "; ".join(
        f"{_OSM_DAYS[halt.weekday]} {halt.opens.zfill(5)}-{halt.closes.zfill(5)}"
        for halt in sorted(halts, key=lambda halt: (WEEKDAYS.index(halt.weekday), halt.opens.zfill(5)))
    ).replace("; ", ", ")


def _added(scenario: Scenario, services: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """New services in the columns of the region's; those without an id are called ``new:<number>``."""
    rows: list[Mapping[str, Any]] = []
    for number, change in enumerate(scenario.of(AddService), start=1):
        rows.append(
            _row(change, change.lon, change.lat, hours=change.opening_hours)
            | {"service_id": change.service_id or f"new:{number}", "name": change.name}
        )
    for number, mobile in enumerate(scenario.of(MobileService), start=1):
        rows += _halts(mobile, number)
    ids = pd.Index([row["service_id"] for row in rows], name=services.index.name, dtype=object)
    table = pd.DataFrame(rows, index=ids, columns=[*dict.fromkeys([*services.columns, "service_id"])])
    points = gpd.points_from_xy([row["lon"] for row in rows], [row["lat"] for row in rows])
    return gpd.GeoDataFrame(
        table.drop(columns=["service_id", "geometry"], errors="ignore"), geometry=points, crs="EPSG:4326"
    )


def _halts(mobile: MobileService, number: int) -> list[dict[str, Any]]:
    """One service for each place of a round; several halts there are its hours."""
    places: dict[tuple[int, int], list[Round]] = {}
    for halt in mobile.halts:
        places.setdefault((round(halt.lon / _DETAIL_DEG), round(halt.lat / _DETAIL_DEG)), []).append(halt)
    return [
        _row(mobile, halts[0].lon, halts[0].lat, hours=round_hours(halts))
        | {"service_id": f"new:mobile-{number}-{at}", "name": halts[0].name or mobile.name}
        for at, halts in enumerate(places.values(), start=1)
    ]


def _row(change: AddService | MobileService, lon: float, lat: float, *, hours: str) -> dict[str, Any]:
    return {
        "category": change.category, "opening_hours": hours or None, "capacity": change.capacity,
        "wheelchair": change.wheelchair, "source": SOURCE, "sensitive": False, "lon": lon, "lat": lat,
    }  # fmt: skip


def _check(
    scenario: Scenario,
    services: gpd.GeoDataFrame,
    added: gpd.GeoDataFrame,
    *,
    categories: Categories,
    bbox: tuple[float, float, float, float],
    publish_sensitive: bool,
) -> None:
    moves, changes = scenario.of(MoveService), scenario.of(ChangeService)
    existing: list[MoveService | CloseService | ChangeService] = [*moves, *scenario.of(CloseService), *changes]
    named = [change.service_id for change in existing]
    placed: list[AddService | MoveService] = [*scenario.of(AddService), *moves]
    told: list[AddService | ChangeService] = [*scenario.of(AddService), *changes]
    west, south, east, north = bbox
    given = [(f"{change.lon}, {change.lat}", change.lon, change.lat) for change in placed]
    given += [(f"{h.lon}, {h.lat}", h.lon, h.lat) for mobile in scenario.of(MobileService) for h in mobile.halts]
    kinds = list(dict.fromkeys(added["category"].astype(str)))
    hidden = frozenset() if publish_sensitive else categories.sensitive
    hours = pd.DataFrame({"opening_hours": [change.opening_hours for change in told]})
    problems = {
        _("there is no service {items}"): [name for name in dict.fromkeys(named) if name not in services.index],
        _("there is already a service {items}"): added.index[added.index.isin(services.index)],
        _("several new services are called {items}"): added.index[added.index.duplicated()].unique(),
        _("there is no category {items}"): [kind for kind in kinds if kind not in categories.by_id],
        _("services of the category {items} are not published, to protect those who use them"): [
            kind for kind in kinds if kind in hidden
        ],
        _("{items} lies far outside the region"): [
            text
            for text, lon, lat in given
            if not (west <= lon + MARGIN_DEG and lon - MARGIN_DEG <= east)
            or not (south <= lat + MARGIN_DEG and lat - MARGIN_DEG <= north)
        ],
        _("nobody can read the opening hours {items}"): [
            f"'{text}'" for text in unreadable_hours(hours)["opening_hours"]
        ],
    }
    check_possible(scenario, problems)
