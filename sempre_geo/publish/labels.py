"""The words of lists that people choose from and of the states of what they said, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from sempre_geo.community.status_names import status, statuses
from sempre_geo.i18n import gettext as _
from sempre_geo.publish.grid import LIMITS_MIN
from sempre_geo.publish.speech import duration

__all__ = [
    "LANGUAGE_NAMES", "about_whom", "eases", "groups", "kinds", "mode_phrases", "obstacles", "status", "statuses",
    "time_steps",
]  # fmt: skip

LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English", "en@easy": "Easy English", "da": "Dansk", "de": "Deutsch", "et": "Eesti", "fi": "Suomi",
    "lv": "Latviešu", "lt": "Lietuvių", "nb": "Norsk", "pl": "Polski", "sv": "Svenska", "uk": "Українська",
    "ru": "Русский",
}  # fmt: skip
"""The languages of the app, and of the light pages besides Ukrainian and Russian, by their own names."""


def mode_phrases() -> Mapping[str, str]:
    """How a sentence names each mode."""
    return {
        "car": _("by car"),
        "bike": _("by bike"),
        "walk": _("on foot"),
        "wheelchair": _("by wheelchair"),
        "transit": _("by bus"),
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


def kinds() -> Mapping[str, str]:
    """Needs and ideas."""
    return {"need": _("Need"), "idea": _("Idea")}


def eases() -> Mapping[int, str]:
    """The five steps of how easy it is to get there today."""
    return {
        1: _("Very hard"),
        2: _("Hard"),
        3: _("Neither hard nor easy"),
        4: _("Easy"),
        5: _("Very easy"),
    }


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
