"""Use case: the halls in which one could meet near a place, and who can come to each of them and be home again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sempre_geo.community.outreach import all_halls, halls_near
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, open_community
from sempre_geo.pipeline.community.listening import OUTREACH, listener
from sempre_geo.pipeline.community.outreach import placed
from sempre_geo.pipeline.community.outreach_ways import Coming, coming_by_bus, hall_hours
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.settings import Settings

MOST_HALLS = 4


@dataclass(frozen=True)
class Hall:
    """A hall near a place on a day.

    ``open`` is when one can be in it, in minutes of the day, and empty where it is closed; ``coming`` who can come
    to the longest of these times, None where it is closed or no timetable tells.
    """

    id: str
    name: str
    category: str
    wheelchair: str
    opening_hours: str
    away_m: float
    open: tuple[tuple[int, int], ...]
    coming: Coming | None


def halls_of_place(
    settings: Settings, region: str, *, place_id: str, day: date, frame: tuple[int, int] = (8 * 60, 18 * 60), by: Asker
) -> list[Hall]:
    """The most fitting halls within reach of a settlement, at most `MOST_HALLS`, with who can come on a day.

    ``frame`` is from when to when one could be there, in minutes of the day.

    Raises
    ------
    InputError
        The region has no such settlement.
    NotAllowedError
        The asker is neither coordinator nor network member here.
    """
    with open_community(settings).reading() as transaction:
        listener(settings, transaction, region, by=by, action=OUTREACH)
    built = open_region(settings, region)
    if place_id not in built.settlements.index:
        raise InputError(_("The region has no such settlement; choose one of the list."))
    home = built.settlements.geometry.loc[place_id]
    near = halls_near(all_halls(placed(built.services)), lon=home.x, lat=home.y).head(MOST_HALLS)
    found = []
    for row in near.rename_axis("id").reset_index().to_dict("records"):
        known = {name: row[name] if isinstance(row[name], str) else "" for name in ("name", "opening_hours")}
        times = _inside(hall_hours(settings, region, hall_id=row["id"], day=day, frame=frame), frame)
        longest = max(times, key=lambda time: time[1] - time[0], default=None)
        coming = longest and coming_by_bus(
            settings, region, hall_id=row["id"], settlement_id=place_id, day=day, open_min=longest
        )
        wheelchair = row["wheelchair"] if isinstance(row["wheelchair"], str) else "unknown"
        found.append(
            Hall(str(row["id"]), known["name"], str(row["category"]), wheelchair, known["opening_hours"],
                 float(row["away_m"]), times, coming)
        )  # fmt: skip
    return found


def _inside(times: tuple[tuple[int, int], ...], frame: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    cut = ((max(first, frame[0]), min(last, frame[1])) for first, last in times)
    return tuple((first, last) for first, last in cut if first < last)
