"""The words on buttons and in lists, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.places import municipality_names, offered_categories, settlement_names
from sempre_geo.publish.labels import about_whom, eases, groups, kinds, obstacles, status, statuses, time_steps
from sempre_geo.region.bundle import Region
from sempre_geo.ui.installation import installation

__all__ = ["about_whom", "eases", "groups", "kinds", "obstacles", "status", "statuses", "time_steps"]


def modes(*, with_bus: bool = False) -> Mapping[str, str]:
    """Ways of getting about, with their icons; the bus where there is a timetable."""
    icons = {
        "transit": "directions_bus", "car": "directions_car", "bike": "directions_bike", "walk": "directions_walk",
        "wheelchair": "accessible",
    }  # fmt: skip
    return {mode: f":material/{icons[mode]}: {name}" for mode, name in mode_names(with_bus=with_bus).items()}


def mode_names(*, with_bus: bool = False) -> Mapping[str, str]:
    """Ways of getting about in words alone: the label of a field is read aloud as it is written."""
    bus = {"transit": _("Bus")} if with_bus else {}
    return {**bus, "car": _("Car"), "bike": _("Bike"), "walk": _("On foot"), "wheelchair": _("Wheelchair")}


def deeds() -> Mapping[str, str]:
    """What somebody does who takes a proposal to a status."""
    return {
        "proposal": _("List it"),
        "submitted": _("Submit it"),
        "accepted": _("Accept it"),
        "returned": _("Return it for more work"),
        "declined": _("Decline it"),
        "running": _("Let it run"),
        "paused": _("Pause it"),
        "completed": _("Complete it"),
        "stopped": _("End it"),
        "lessons": _("Close it with its lessons"),
    }


def category(category_id: str) -> str:
    """A category's name; the id in plain words where the table does not know it."""
    known = installation().categories
    return known.title(category_id) if category_id in known.by_id else category_id.replace("_", " ").capitalize()


def wheelchair(code: str) -> str:
    """Whether one gets in with a wheelchair, as OpenStreetMap tells it."""
    return {"yes": _("yes"), "no": _("no"), "limited": _("partly")}.get(code, _("not known"))


def category_choices(region: Region) -> list[str]:
    """The categories of a region in the category table's order, so that the most asked-for stand first."""
    return list(offered_categories(installation().settings, region))


def settlement_choices(region: Region) -> Mapping[str, str]:
    """Settlement ids and names, sorted by name; a second name tells equal ones apart."""
    return settlement_names(region, current_language())


def municipality_choices(region: Region) -> Mapping[str, str]:
    """Municipality ids and what choosing one means: somewhere in it."""
    names = municipality_names(region, current_language())
    return {place_id: _("Somewhere in {place}").format(place=name) for place_id, name in names.items()}


def place_columns() -> dict[str, str]:
    """Headings of the table beside the map of Explore."""
    return {
        "settlement": _("Settlement"),
        "municipality": _("Municipality"),
        "people": _("People"),
        "shortest_min": _("Shortest (min)"),
        "middle_min": _("Middle (min)"),
        "longest_min": _("Longest (min)"),
        "no_way": _("People without a way"),
        "unknown": _("People not known"),
        "nearest": _("Nearest"),
    }


def gap_columns() -> dict[str, str]:
    """Headings of the table beside the map of gaps."""
    return {
        "name": _("Municipality"),
        "people": _("People"),
        "beyond": _("Beyond the limit"),
        "beyond_low": _("At least, likely"),
        "beyond_high": _("At most, likely"),
        "no_way": _("Of these without a way"),
        "unknown": _("Not known"),
        "share_beyond": _("Share beyond"),
        "rank": _("Rank"),
        "rank_low": _("Rank at best"),
        "rank_high": _("Rank at worst"),
        "cells": _("Places counted"),
    }


def everybody_or(group: str) -> str:
    """A group's name; the gap tables call everybody ``all``."""
    return groups().get("population" if group == "all" else group, group)
