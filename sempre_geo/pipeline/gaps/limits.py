"""Use cases of limits: which published and own ones fit a service and a way of getting there, and their addresses."""

from __future__ import annotations

import hashlib

from sempre_geo.errors import InputError
from sempre_geo.gaps.standards import EVERYWHERE, Standard, read_crosswalk
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.gaps.place_gaps import region_standards
from sempre_geo.settings import Settings

TRANSIT = "transit"
SAME_DAY_MIN = 24 * 60
"""Time away that every visit of one day stays within: beyond it is who has no same-day visit at all."""
_OWN = "own-"
_THERE_AND_BACK = "there and back, waiting included"


def limits_of(settings: Settings, region: str, *, category: str, mode: str) -> list[Standard]:
    """The limits of a region that speak of a service and a mode: those that others published first, then own ones."""
    crosswalk = read_crosswalk(settings.definition("crosswalk.toml"))
    fitting = [
        standard
        for standard in region_standards(settings, open_region(settings, region))
        if mode in crosswalk.modes[standard.mode].names
        and (standard.category == EVERYWHERE or category in crosswalk.category(standard.category).names)
    ]
    return sorted(fitting, key=lambda standard: not standard.published)


def own_limit(*, category: str, mode: str, limit_min: float) -> Standard:
    """A limit that whoever asks has chosen: minutes one way, by bus minutes away from home.

    Raises
    ------
    InputError
        It is no positive number.
    """
    if not limit_min > 0:
        raise InputError(_("A limit is a number of minutes above zero."))
    by_bus = mode == TRANSIT
    return Standard(
        standard_id=f"{_OWN}{limit_min:g}", country=EVERYWHERE, category=category,
        metric="time_away" if by_bus else "travel_time", limit=float(limit_min), unit="min", mode=mode, group="all",
        there_and_back=by_bus, scope=_THERE_AND_BACK if by_bus else "one way",
        source=_("your own choice, no published standard"), status="own",
    )  # fmt: skip


def is_chosen(standard: Standard) -> bool:
    """Whether a limit is one that whoever asks has chosen, of no table."""
    return standard.standard_id == f"{_OWN}{standard.limit:g}"


def limit_code(standard: Standard) -> str:
    """A short name of a limit for links and pictures; it changes when the limit is edited.

    >>> limit_code(own_limit(category="gp", mode="car", limit_min=20))
    'own-20'
    """
    if is_chosen(standard):
        return f"{_OWN}{standard.limit:g}"
    return "std-" + hashlib.sha256(repr(standard).encode()).hexdigest()[:12]


def limit_of_code(settings: Settings, region: str, *, category: str, mode: str, code: str) -> Standard:
    """The limit that `limit_code` has named.

    Raises
    ------
    InputError
        No limit of this service and mode has this name (any more).
    """
    number = code.removeprefix(_OWN)
    if code.startswith(_OWN) and number.replace(".", "", 1).isdigit():
        return own_limit(category=category, mode=mode, limit_min=float(number))
    for standard in limits_of(settings, region, category=category, mode=mode):
        if limit_code(standard) == code:
            return standard
    raise InputError(_("There is no limit '{code}' (any more); choose it again.").format(code=code))
