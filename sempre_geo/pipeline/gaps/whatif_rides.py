"""Part of what-if: rides on demand put into a timetable, door to door inside their zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sempre_geo.errors import InputError
from sempre_geo.gaps.scenario_changes import clock_s
from sempre_geo.gaps.scenario_timetable import NewCall, NewTrip, with_hidden_stops, with_trips
from sempre_geo.gaps.timetable_changes import Zone
from sempre_geo.i18n import gettext as _
from sempre_geo.region.bundle import Region
from sempre_geo.region.gtfs import Feed
from sempre_geo.travel.footpaths import DETOUR
from sempre_geo.travel.nearest import Streets, travel_matrix

EVERY_S = 15 * 60
"""How often one can be picked up: rides are put in at this headway, as no timetable knows when somebody calls."""
MOST_PAIRS = 20_000
_AROUND_M = 1_000.0
_METRIC = "EPSG:3035"
_LEAST_RIDE_S = 60


@dataclass(frozen=True, eq=False)
class OnDemand:
    """A timetable with rides on demand, and the hidden stops at the doors they go to, by cell and by service id."""

    feed: Feed
    homes: Mapping[str, str]
    services: Mapping[str, str]


def accepted_share(zones: Sequence[Zone]) -> float:
    """The share of visits for which both rides, there and back, are accepted; the worst of the zones counts.

    >>> from sempre_geo.gaps.scenario_changes import Clock
    >>> accepted_share([Zone("north", Clock("8:00"), Clock("18:00"), 40.0, refused_share=0.5)]), accepted_share([])
    (0.25, 1.0)
    """
    return (1.0 - max((zone.refused_share for zone in zones), default=0.0)) ** 2


def on_demand(
    region: Region, feed: Feed, zones: Sequence[Zone], *, services: gpd.GeoDataFrame, streets: Streets | None
) -> OnDemand:
    """A timetable with the rides of some zones.

    In each zone rides go between every home in it and every service in it, and the stops it names. They take as long
    as the way by car is long at the zone's speed, and can be had every quarter of an hour of its hours.

    Parameters
    ----------
    feed
        The timetable, with the scenario's other changes.
    services
        Those that visits are asked about.
    streets
        By car; without them ways are 1.3 times as long as the straight line.

    Raises
    ------
    InputError
        A zone names no municipality or settlement of the region, nobody lives in it, or too many doors lie in it.
    """
    trips: list[NewTrip] = []
    homes: dict[str, str] = {}
    served: dict[str, str] = {}
    for number, zone in enumerate(zones, start=1):
        area = zone_area(region, zone)
        inside = region.cells[region.cells.within(area)], services[services.within(area)]
        starts, ends = (_as_doors(places) for places in inside)
        stops = gpd.GeoDataFrame(geometry=_stop_points(feed, zone), crs="EPSG:4326")
        _check_size(zone, len(starts), len(ends) + len(stops))
        homes |= dict(zip(inside[0].index, starts.index, strict=True))
        served |= dict(zip(inside[1].index, ends.index, strict=True))
        every = pd.concat([ends[["geometry"]], stops])
        if len(every):
            ways = {"out": (starts, every), "back": (every, starts)}
            for way, (start, end) in ways.items():
                trips += _rides(zone, f"new:zone-{number}-{way}", metres=_metres(streets, start, end))
    called = {call.stop for trip in trips for call in trip.calls}
    homes = {name: door for name, door in homes.items() if door in called}
    served = {name: door for name, door in served.items() if door in called}
    names = {door: name for name, door in [*homes.items(), *served.items()]}
    made = with_hidden_stops(feed, pd.Series(names, dtype=object))
    lines = {_line_id(zone): zone.name for zone in zones}
    return OnDemand(with_trips(made, trips, names=lines) if trips else made, homes, served)


def zone_area(region: Region, zone: Zone) -> shapely.Geometry:
    """The area of a zone, in degrees: its polygon, its municipalities, a kilometre around its settlements' cells.

    Raises
    ------
    InputError
        It names municipalities or settlements the region does not have.
    """
    parts = [shapely.Polygon(zone.polygon)] if zone.polygon else []
    towns, villages = region.municipalities, region.settlements
    unknown = [name for name in zone.municipalities if not _named(towns, name).any()]
    unknown += [name for name in zone.settlements if not _named(villages, name).any()]
    if unknown:
        raise InputError(
            _("The zone '{zone}' names places the region does not have: {places}.").format(
                zone=zone.name, places=", ".join(unknown)
            )
        )
    parts += [shape for name in zone.municipalities for shape in towns.geometry[_named(towns, name)]]
    for name in zone.settlements:
        ids = villages.index[_named(villages, name)]
        points = pd.concat([villages.geometry[ids], region.cells.geometry[region.cells["settlement_id"].isin(ids)]])
        around = gpd.GeoSeries(points, crs="EPSG:4326").to_crs(_METRIC).buffer(_AROUND_M)
        parts.append(gpd.GeoSeries([around.union_all()], crs=_METRIC).to_crs("EPSG:4326").iloc[0])
    area: shapely.Geometry = shapely.union_all([shapely.make_valid(part) for part in parts])
    return area


def _named(places: gpd.GeoDataFrame, name: str) -> pd.Series:
    """Which places are called so, by id or by name."""
    named: pd.Series = places["name"].eq(name) | (places.index.astype(str) == name)
    return named


def _stop_points(feed: Feed, zone: Zone) -> gpd.GeoSeries:
    rows = feed.stops.loc[list(zone.stops)]
    return gpd.GeoSeries(gpd.points_from_xy(rows["lon"], rows["lat"]), index=rows.index, crs="EPSG:4326")


def _as_doors(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Places under the ids of their hidden stops, which no feed has and no two places share."""
    kind = str(places.index.name)
    return gpd.GeoDataFrame(
        places[["geometry"]].set_axis(pd.Index([f"new:{kind}:{name}" for name in places.index]), axis=0)
    )


def _check_size(zone: Zone, homes: int, doors: int) -> None:
    if not homes:
        raise InputError(_("Nobody lives in the zone '{zone}'; draw it where people are.").format(zone=zone.name))
    if homes * doors > MOST_PAIRS:
        raise InputError(
            _(
                "The zone '{zone}' has {homes} homes and {doors} doors, more than can be computed; make it smaller."
            ).format(zone=zone.name, homes=homes, doors=doors)
        )


def _metres(streets: Streets | None, start: gpd.GeoDataFrame, end: gpd.GeoDataFrame) -> pd.DataFrame:
    """``origin_id, destination_id, metres`` of every pair with a way."""
    if streets is not None:
        found = travel_matrix(streets, start, end)
        reached: pd.DataFrame = found[np.isfinite(found["metres"])]
        return reached
    left, right = start.geometry.to_crs(_METRIC).to_numpy(), end.geometry.to_crs(_METRIC).to_numpy()
    straight = shapely.distance(left[:, None], right[None, :]) * DETOUR
    return pd.DataFrame(
        {
            "origin_id": np.repeat(start.index.to_numpy(), len(end)),
            "destination_id": np.tile(end.index.to_numpy(), len(start)),
            "metres": straight.ravel(),
        }
    )


def _rides(zone: Zone, prefix: str, *, metres: pd.DataFrame) -> list[NewTrip]:
    first = clock_s(zone.opens) + (0 if zone.day_before else round(zone.book_ahead_min * 60))
    last = clock_s(zone.closes)
    ride_s = np.maximum(np.ceil(metres["metres"].to_numpy() * 3.6 / zone.kmh), _LEAST_RIDE_S).astype(int)
    pairs = zip(metres["origin_id"], metres["destination_id"], ride_s.tolist(), strict=True)
    return [
        NewTrip(
            f"{prefix}-{number}", _line_id(zone),
            (NewCall(str(start), first), NewCall(str(end), first + seconds)),
            tuple(zone.days), book_ahead=True, every_s=EVERY_S, until_s=last - seconds + 1,
        )
        for number, (start, end, seconds) in enumerate(pairs)
        if first + seconds <= last
    ]  # fmt: skip


def _line_id(zone: Zone) -> str:
    return f"new:{zone.name}"
