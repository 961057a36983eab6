"""Part of outreach: who can come to a hall by bus and be home again, and how long the roads between halls take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.community.outreach import REACH_M
from sempre_geo.community.privacy import metres_of
from sempre_geo.errors import MissingDataError
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.explore.visit_views import BUS, has_timetable
from sempre_geo.pipeline.travel.visit_grounds import RegionGrounds, region_grounds, rider_of
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings
from sempre_geo.travel.hours import OpenDay, open_intervals
from sempre_geo.travel.nearest import travel_matrix
from sempre_geo.travel.profiles import FAR_S
from sempre_geo.travel.there_and_back import Door, Meetings, meetings
from sempre_geo.travel.visits import Question, door_of, town_of, wishes

SHORTEST_STAY_MIN = 60
_WALK_S = 30 * 60
_DETOUR, _STRAIGHT_KMH = 1.4, 50.0


@dataclass(frozen=True)
class Coming:
    """Who can come to a hall on a day, stay an hour and be home again.

    ``of`` are the people of the settlement and of those within five kilometres of the hall, ``on_foot`` those of
    them who live within half an hour's walk, ``by_bus`` the others who can come by bus; ``first`` is when the first
    of those can begin, ``last`` when their last way home leaves, in minutes of the day.
    """

    of: float
    on_foot: float
    by_bus: float
    first: int | None
    last: int | None


def coming_by_bus(
    settings: Settings, region: str, *, hall_id: str, settlement_id: str, day: date, open_min: tuple[int, int]
) -> Coming | None:
    """Who can come to a hall that is open between two minutes of the day; None without a timetable of that day."""
    if not has_timetable(settings, region):
        return None
    grounds = region_grounds(settings, region, day=day)
    try:
        grounds.timetable.feed.check_covers(day)
    except MissingDataError:
        return None
    people = grounds.region.cells["population"].fillna(0).to_numpy(dtype=np.float64)
    people = np.where(_near(grounds.region, hall_id, settlement_id), people, 0.0)
    question = Question(min(SHORTEST_STAY_MIN, open_min[1] - open_min[0]))
    door, met = _meetings(grounds, hall_id, day, open_min, question=question)
    walk = (door.walk_there_s < FAR_S) & (met.away_s < FAR_S)
    ride = (met.away_s < FAR_S) & ~walk & (people > 0)
    return Coming(
        of=float(people.sum()),
        on_foot=float(people[walk].sum()),
        by_bus=float(people[ride].sum()),
        first=int(met.first_start_s[ride].min()) // 60 if ride.any() else None,
        last=int(met.last_leave_s[ride].max()) // 60 if ride.any() else None,
    )


def _meetings(
    grounds: RegionGrounds, hall_id: str, day: date, open_min: tuple[int, int], *, question: Question
) -> tuple[Door, Meetings]:
    """Every home's visits to a hall by bus or half an hour on foot; longer walks are nothing to invite people to."""
    category = str(grounds.region.services.loc[hall_id, "category"])
    ground = grounds.ground(day, BUS, rider_of(wheelchair=False))
    site = next(site for site in grounds.sites(category, day, mode=BUS) if site.service_id == hall_id)
    there, back = site.home_s <= _WALK_S, site.home_back_s <= _WALK_S
    held = replace(
        site, hours=OpenDay(intervals=(open_min,)), home=site.home[there], home_s=site.home_s[there],
        home_back=site.home_back[back], home_back_s=site.home_back_s[back],
    )  # fmt: skip
    door = door_of(town_of(ground, held), question)
    ((_rank, wish),) = wishes(held.hours, question)
    return door, meetings(ground.homes, door, wish)


def _near(region: Region, hall_id: str, settlement_id: str) -> NDArray[np.bool_]:
    cells, hall = region.cells, region.services.geometry.loc[hall_id]
    east, north = metres_of(cells.geometry.x.to_numpy(), cells.geometry.y.to_numpy())
    (x,), (y,) = metres_of(np.array([hall.x]), np.array([hall.y]))
    return np.asarray((np.hypot(east - x, north - y) <= REACH_M) | cells["settlement_id"].eq(settlement_id).to_numpy())


def hall_hours(
    settings: Settings, region: str, *, hall_id: object, day: date, frame: tuple[int, int]
) -> tuple[tuple[int, int], ...]:
    """When one can be in a hall on a day; the whole frame where its hours are not known, or there is no hall."""
    built = open_region(settings, region)
    if not isinstance(hall_id, str) or hall_id not in built.services.index:
        return (frame,)
    text = built.services.loc[hall_id].get("opening_hours")
    calendar = region_grounds(settings, region).calendar
    hours = open_intervals(
        text if isinstance(text, str) else None, day, country=built.country, calendar=calendar, service_id=hall_id
    )
    return hours.intervals if hours.known else (*hours.intervals, *hours.maybe) or (frame,)


def road_minutes(
    settings: Settings, region: str, *, places: pd.DataFrame, days: Sequence[date]
) -> tuple[NDArray[np.float64], bool]:
    """Minutes by car between places (``lon, lat``) that suffice on each of some days, and whether they follow roads.

    A region built without streets is measured as the crow flies, with a detour.
    """
    built = open_region(settings, region)
    if (built.path / "networks" / "car").is_dir():
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(places["lon"], places["lat"]), crs="EPSG:4326")
        grounds = {region_grounds(settings, region, day=day) for day in days}  # one, unless a ferry rests on some
        tables = [travel_matrix(ground.streets("car"), points, points)["minutes"].to_numpy() for ground in grounds]
        minutes = np.max(tables, axis=0).astype(np.float64).reshape(len(places), len(places))
        np.fill_diagonal(minutes, 0.0)
        return minutes, True
    east, north = metres_of(places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float))
    apart_m = np.hypot(east[:, None] - east[None, :], north[:, None] - north[None, :])
    return apart_m * _DETOUR / (_STRAIGHT_KMH * 1000 / 60), False
