"""The question "where?" without a map: a list, a name or landmark that is looked up, or a mark that a map has set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sempre_geo.community.contributions import Place
from sempre_geo.i18n import gettext as _
from sempre_geo.light.here import Here
from sempre_geo.light.visit import Form, Visit
from sempre_geo.pipeline.explore.places import (
    Found,
    find_places,
    municipality_names,
    nearest_settlement,
    places_within,
    settlement_names,
)

LONGEST_LIST = 400
"""More settlements than these are not listed, as the list alone would weigh 10 KB; they are found by name."""
_SHOWN = 0.62  # of the picture's pixels: it fits a narrow phone and is sharp on a fine screen
_SETTLEMENT, _MUNICIPALITY = "s", "m"


@dataclass(frozen=True)
class Where:
    """What the answer came to. ``value`` is ``s:`` or ``m:`` and an id, or empty; then ``problem`` says why.

    ``found`` are settlements to choose from, where the name fits several. ``marked`` is a position on the
    map; it is in no page that we send.
    """

    value: str = ""
    label: str = ""
    marked: tuple[float, float] | None = None
    found: tuple[Found, ...] = ()
    problem: str = ""

    @property
    def settlement_id(self) -> str:
        """The settlement's id; empty for a municipality or nothing."""
        kind, _colon, place_id = self.value.partition(":")
        return place_id if kind == _SETTLEMENT else ""

    @property
    def place(self) -> Place:
        """The place as a contribution keeps it, as exact as it was given."""
        if self.marked is not None:
            return Place(lon=self.marked[0], lat=self.marked[1])
        if self.settlement_id:
            return Place(settlement_id=self.settlement_id)
        return Place(municipality_id=self.value.partition(":")[2])


def place_lists(visit: Visit, *, with_municipalities: bool) -> Mapping[str, Mapping[str, str]]:
    """The lists to choose from: settlements where they are few enough, and municipalities where that is an answer."""
    region = visit.here.region
    settlements = settlement_names(region, visit.language)
    wider = municipality_names(region, visit.language) if with_municipalities else {}
    return {
        "settlements": {f"{_SETTLEMENT}:{key}": name for key, name in settlements.items()}
        if len(settlements) <= LONGEST_LIST
        else {},
        "municipalities": {f"{_MUNICIPALITY}:{key}": name for key, name in wider.items()},
    }


def picture_size(here: Here) -> tuple[int, int]:
    """Width and height at which the lettered map is shown: a browser tells the pressed point in these pixels."""
    width, height = here.lettered_map.size_px
    return round(width * _SHOWN), round(height * _SHOWN)


def read_where(visit: Visit) -> Where:
    """The answer of a form: the mark or press on a map, else the choice among those found, the name, the list."""
    form = visit.form
    if form.one("lon") or form.one("lat"):
        return _marked(visit, form)
    if form.one("at.x") not in {"", "0"} or form.one("at.y") not in {"", "0"}:  # 0, 0 is the Enter key
        return _pressed(visit, form)
    if form.one("found"):
        return _listed(visit, form.one("found"))
    name = form.one("sought").strip()
    return _named(visit, name) if name else _listed(visit, form.one("place"))


def _marked(visit: Visit, form: Form) -> Where:
    lon, lat = _degrees(form.one("lon")), _degrees(form.one("lat"))
    west, south, east, north = visit.here.region.bbox
    if not (west <= lon <= east and south <= lat <= north):
        return Where(problem=_("The mark on the map lies outside the region; set it again or choose a place."))
    settlement = nearest_settlement(visit.here.settings, visit.here.region_name, lon=lon, lat=lat)
    names = settlement_names(visit.here.region, visit.language)
    return Where(f"{_SETTLEMENT}:{settlement}", names.get(settlement, ""), marked=(lon, lat))


def _degrees(text: str) -> float:
    """A number of degrees; not a number where the text is none, which lies outside every region."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _pressed(visit: Visit, form: Form) -> Where:
    """The settlement nearest to where the picture of the lettered map was pressed."""
    width, height = picture_size(visit.here)
    across, down = _degrees(form.one("at.x")) / width, _degrees(form.one("at.y")) / height
    if not (0 <= across <= 1 and 0 <= down <= 1):
        return Where(problem=_("Press on the map, or type the letter and number of a square."))
    lon, lat = visit.here.lettered_map.position(across, down)
    settlement = nearest_settlement(visit.here.settings, visit.here.region_name, lon=lon, lat=lat)
    return _listed(visit, f"{_SETTLEMENT}:{settlement}")


def _named(visit: Visit, name: str) -> Where:
    settings, region = visit.here.settings, visit.here.region_name
    square = visit.here.lettered_map.square_bbox(name)
    if square is not None:
        found = places_within(settings, region, bbox=square, language=visit.language)
    else:
        found = find_places(settings, region, text=name[:100], language=visit.language)
    if not found and square is not None:
        return Where(problem=_("No village lies in that square; take the one beside it."))
    if not found:
        return Where(problem=_("Nothing here has that name; try another spelling, a bigger place or the list."))
    if len(found) > 1:
        return Where(found=tuple(found), problem=_("Several places fit that name; choose one."))
    return Where(f"{_SETTLEMENT}:{found[0].settlement_id}", found[0].name)


def _listed(visit: Visit, value: str) -> Where:
    region, language = visit.here.region, visit.language
    names = {f"{_SETTLEMENT}:{key}": name for key, name in settlement_names(region, language).items()}
    names |= {f"{_MUNICIPALITY}:{key}": name for key, name in municipality_names(region, language).items()}
    if value not in names:
        return Where(problem=_("Choose a place in the list, or type its name."))
    return Where(value, names[value])
