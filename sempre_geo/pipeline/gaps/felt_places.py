"""Use cases: what people feel beside one answer about a limit, by place and group, and on a map for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
import pandas as pd

from sempre_geo.community.felt import felt_and_calculated
from sempre_geo.community.groups import TOLD_AS
from sempre_geo.community.privacy import Zones, metres_of
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.counts import counts
from sempre_geo.pipeline.community.desk import Asker, partition
from sempre_geo.pipeline.community.outreach import felt
from sempre_geo.pipeline.explore.views import named, open_region
from sempre_geo.pipeline.gaps.answers import EVERYBODY, GapAnswer, municipality_name
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings

_SQUARE_M = 1000.0
_NO_ZONE = ""


@dataclass(frozen=True, eq=False)
class PublicFelt:
    """What people feel beside what the model says, as anybody may see it.

    Attributes
    ----------
    table
        By public part: ``name`` and what `felt_and_calculated` gives; voices in steps of five.
    cells
        The class of each cell, on the cells' index; that of its part.
    """

    table: pd.DataFrame
    cells: pd.Series


def felt_by_place(
    settings: Settings, region: str, *, answer: GapAnswer, category: str, by: Asker, place: str = "municipality",
    language: str = "", at: datetime | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The classes of an answer's municipalities or settlements, for the group that it counted; for those who plan.

    Returns
    -------
    DataFrame
        What `felt` gives, and ``name``.

    Raises
    ------
    NotAllowedError
        The asker is neither coordinator nor policymaker here.
    """
    built = open_region(settings, region)
    places = built.cells[f"{place}_id"]
    gaps = beyond_by_place(answer, built.cells[answer.group], places)
    table = felt(settings, region, gaps=gaps, by=by, place=place, category=category, group=answer.group, at=at)
    return table.assign(name=[_name(built, str(one), language) for one in table.index])


def felt_in_public(settings: Settings, region: str, *, answer: GapAnswer, category: str) -> PublicFelt:
    """The classes by the parts in which voices are published, of this week's cut; the same for all.

    A part is an area of one or several masked zones in which enough people have spoken, whoever in it has. Zones in
    no part are not heard, each by itself. The voices are those on this service, or of the group that the answer
    counted on whatever service: there is no public cut by place, service and group at once.

    Raises
    ------
    MissingDataError
        No zones can be drawn for the region.
    """
    built = open_region(settings, region)
    zones = partition(settings, region)
    if zones is None:
        raise MissingDataError(_("The region '{name}' has no places yet.").format(name=built.name))
    cut = counts(settings, region)
    if answer.group == EVERYBODY:
        parts = cut[(cut["cut"] == "place") & (cut["category"] == category)]
    else:
        (named, *_others) = TOLD_AS.get(answer.group, (answer.group,))
        parts = cut[(cut["cut"] == "place_of_group") & (cut["group"] == named)]
    part_of = {
        str(zone): str(part) for part, inside in zip(parts["part"], parts["zones"], strict=True) for zone in inside
    }
    zone_of = zones_of_cells(built, zones)
    place = pd.Series([part_of.get(zone, f"zone:{zone}") for zone in zone_of], index=zone_of.index)
    place = place.where(zone_of != _NO_ZONE, None)
    gaps = beyond_by_place(answer, built.cells[answer.group], place)
    received = pd.Series(parts["people"].to_numpy(dtype=int), index=parts["part"].astype(str))
    table = felt_and_calculated(gaps, received[received.index.isin(gaps.index)]).assign(rounded=True)
    names = {str(part): str(name) for part, name in zip(parts["part"], parts["place_name"], strict=True)}
    names |= {f"zone:{zone}": str(name) for zone, name in zones.zones["name"].items()}
    classes = place.map(table["felt_class"]).fillna("unknown")
    classes = classes.where(classes != "uninhabited", "unknown")
    return PublicFelt(table.assign(name=[names.get(str(one), str(one)) for one in table.index]), classes)


def beyond_by_place(answer: GapAnswer, people: pd.Series, places: pd.Series) -> pd.DataFrame:
    """``people`` and ``beyond`` of each place; ``beyond`` is NaN where nothing is known of anybody there."""
    counted = people.fillna(0.0).astype(float)
    known = counted.where(answer.assessment.known, 0.0)
    misses = known.where(answer.assessment.misses, 0.0)
    table = pd.DataFrame({"people": counted, "known": known, "beyond": misses}).groupby(places.astype(object)).sum()
    return pd.DataFrame({"people": table["people"], "beyond": table["beyond"].where(table["known"] > 0)})


@lru_cache(maxsize=8)
def zones_of_cells(region: Region, zones: Zones) -> pd.Series:
    """The masked zone in which each cell lies; empty where there is none. Kept: never change it in place."""
    points = region.cells.geometry
    east, north = metres_of(points.x.to_numpy(dtype=float), points.y.to_numpy(dtype=float))
    squares = pd.MultiIndex.from_arrays(
        [np.floor(north / _SQUARE_M).astype(int), np.floor(east / _SQUARE_M).astype(int)]
    )
    found = zones.squares["zone_id"].reindex(squares)
    return pd.Series(found.fillna(_NO_ZONE).astype(str).to_numpy(), index=region.cells.index, name="zone_id")


def _name(region: Region, place_id: str, language: str) -> str:
    if place_id in region.settlements.index:
        return named(region.settlements.loc[place_id], language)
    return municipality_name(region, place_id, language)
