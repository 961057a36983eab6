"""The words on buttons and in lists, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

import pandas as pd

from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.views import categories_of, named
from sempre_geo.publish.grid import LIMITS_MIN
from sempre_geo.publish.speech import duration
from sempre_geo.region.bundle import Region
from sempre_geo.ui.installation import installation


def modes(*, with_bus: bool = False) -> Mapping[str, str]:
    """Ways of getting about, with their icons; the bus where there is a timetable."""
    bus = {"transit": f":material/directions_bus: {_('Bus')}"} if with_bus else {}
    return {
        **bus,
        "car": f":material/directions_car: {_('Car')}",
        "bike": f":material/directions_bike: {_('Bike')}",
        "walk": f":material/directions_walk: {_('On foot')}",
        "wheelchair": f":material/accessible: {_('Wheelchair')}",
    }


def obstacles() -> Mapping[str, str]:
    """What can stand in the way."""
    return {
        "cannot_get_there": _("I cannot get there"),
        "closed_when_i_can_come": _("It is closed when I can come"),
        "does_not_exist": _("It does not exist here"),
        "too_expensive": _("It is too expensive"),
        "not_accessible": _("It is hard to enter or use"),
        "language": _("It is not in my language"),
        "do_not_know_or_trust": _("I do not know it or do not trust it"),
        "other": _("Something else"),
    }


def about_whom() -> Mapping[str, str]:
    """Who a contribution is about."""
    return {
        "myself": _("Myself"),
        "someone_i_care_for": _("Someone I care for"),
        "my_community": _("My community"),
    }


def groups() -> Mapping[str, str]:
    """Parts of the population, as far as the census knows them."""
    return {
        "population": _("Everybody"),
        "over_64": _("People over 64"),
        "under_15": _("Children under 15"),
        "age_15_64": _("People of 15 to 64"),
        "women": _("Women"),
        "men": _("Men"),
        "employed": _("People with work"),
        "born_elsewhere_eu": _("Born elsewhere in the EU"),
        "born_outside_eu": _("Born outside the EU"),
    }


def statuses() -> Mapping[str, str]:
    """Where a contribution or proposal stands."""
    return {
        "awaiting_review": _("Awaiting review"),
        "received": _("New"),
        "in_review": _("In review"),
        "published": _("Published"),
        "answered": _("Answered"),
        "taken_up": _("Taken up"),
        "done": _("Done"),
        "team": _("Team is forming"),
        "proposal": _("Proposal"),
        "submitted": _("Submitted"),
        "approved": _("Approved"),
        "running": _("Running"),
        "finished": _("Finished"),
    }


def kinds() -> Mapping[str, str]:
    """Needs and ideas."""
    return {"need": _("Need"), "idea": _("Idea")}


def status(code: str) -> str:
    """A status as a person reads it."""
    return statuses().get(code, code.replace("_", " ").capitalize())


def category(category_id: str) -> str:
    """A category's name; the id in plain words where the table does not know it."""
    known = installation().categories
    return known.title(category_id) if category_id in known.by_id else category_id.replace("_", " ").capitalize()


def category_choices(region: Region) -> list[str]:
    """The categories of a region in the category table's order, so that the most asked-for stand first."""
    order = {name: rank for rank, name in enumerate(installation().categories.by_id)}
    return sorted(categories_of(region), key=lambda name: (order.get(name, len(order)), name))


def settlement_choices(region: Region) -> Mapping[str, str]:
    """Settlement ids and names, sorted by name; a second name tells equal ones apart."""
    return _settlements_by_name(region, current_language())


@lru_cache(maxsize=32)
def _settlements_by_name(region: Region, language: str) -> dict[str, str]:
    places = pd.DataFrame(region.settlements.drop(columns="geometry"))
    labels = {str(key): _settlement_label(row, language) for key, row in places.iterrows()}
    return dict(sorted(labels.items(), key=lambda item: item[1].casefold()))


def _settlement_label(row: pd.Series, language: str) -> str:
    name = named(row, language)
    others = {row[column] for column in row.index if column.startswith("name") and isinstance(row[column], str)}
    also = sorted(others - {name})
    return f"{name} ({', '.join(also)})" if also else name


def time_steps(mode: str) -> list[str]:
    """The legend's words for the five steps: "under 5 min" ... "over 30 min"."""
    limits = LIMITS_MIN[mode]
    between = [_("{low} to {high}").format(low=_low(low, high), high=duration(high)) for low, high in pairwise(limits)]
    return [
        _("under {time}").format(time=duration(limits[0])),
        *between,
        _("over {time}").format(time=duration(limits[-1])),
    ]


def _low(low: float, high: float) -> str:
    """The lower end of a step, without its unit where the upper end has the same."""
    hour = 60
    return f"{low:.0f}" if high < hour else duration(low)


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
        "municipality": _("Municipality"),
        "people": _("People"),
        "beyond": _("Beyond the limit"),
        "no_way": _("Of these without a way"),
        "unknown": _("Not known"),
        "share_beyond": _("Share beyond"),
    }
