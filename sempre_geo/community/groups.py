"""User groups as people speak of them: whom a need, an idea, a proposal, a network or a lesson is about.

Wider than what the census counts: no census tells who cares for somebody or has no car, yet they have a say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sempre_geo.i18n import gettext as _

TOLD_AS: Mapping[str, tuple[str, ...]] = {
    "born_elsewhere_eu": ("newcomers",),
    "born_outside_eu": ("newcomers",),
}
"""Under which other name people who belong to a group of the census speak."""


def group_names() -> Mapping[str, str]:
    """The groups that a proposal, a network or a lesson can be about."""
    return {
        "everybody": _("Everybody"),
        "over_64": _("Older people"),
        "young_people": _("Young people"),
        "under_15": _("Children"),
        "families": _("Families, single parents"),
        "carers": _("People who care for somebody"),
        "disability": _("People with a disability"),
        "without_work": _("People without work"),
        "newcomers": _("Newcomers, people born elsewhere"),
        "without_a_car": _("People without a car"),
        "women": _("Women"),
        "men": _("Men"),
        "other": _("Others"),
    }


def told_groups() -> Mapping[str, str]:
    """The groups that a need or an idea can be about, as its form offers them.

    >>> {"disability", "carers", "employed"} <= told_groups().keys(), "everybody" in told_groups()
    (True, False)
    """
    named = {name: label for name, label in group_names().items() if name not in {"everybody", "other"}}
    return named | {"employed": _("People with work")}


def kept_groups() -> frozenset[str]:
    """The ids of all groups that something said can be kept with: those of the forms, and of the census in a file.

    >>> {"carers", "born_outside_eu", "everybody"} <= kept_groups(), "free_text_anna" in kept_groups()
    (True, False)
    """
    from sempre_geo.region.population import CENSUS_GROUPS  # late: it takes longer to import than to show a page

    return frozenset({*group_names(), *told_groups(), *CENSUS_GROUPS.values()})


def told_of(said: Collection[str]) -> tuple[str, ...]:
    """Every group that something said is about, those of the census that are named otherwise among them.

    >>> told_of(["newcomers", "women"])
    ('newcomers', 'women', 'born_elsewhere_eu', 'born_outside_eu')
    """
    return tuple(dict.fromkeys([*said, *(group for group in TOLD_AS if is_told_of(said, group))]))


def is_told_of(said: Collection[str], group: str) -> bool:
    """Whether something said is about a group, also where the census names the group otherwise.

    >>> is_told_of(["newcomers"], "born_outside_eu"), is_told_of(["women"], "men"), is_told_of([], "women")
    (True, False, False)
    """
    return group in said or any(name in said for name in TOLD_AS.get(group, ()))
