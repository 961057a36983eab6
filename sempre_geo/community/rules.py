"""The operator's rules for the community: what is protected, published at once, forgotten, limited."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.settings import Settings


@dataclass(frozen=True)
class Rules:
    """``community.toml`` as a value. Topics are ids such as ``health``; an empty topic is unprotected."""

    topic_of_category: Mapping[str, str]
    topic_of_group: Mapping[str, str]
    at_once: frozenset[str]
    answer_within_days: int
    exact_place_months: int
    claim_code_months: int
    per_day: int
    per_day_in_a_workshop: int
    voices_per_day: int
    voices_per_day_in_a_workshop: int
    voices_per_day_on_one: int
    fastest_form_s: int
    voices_for_support: int

    def topic(self, category: str, groups: Iterable[str]) -> str:
        """The protected topic of a contribution, or nothing."""
        topics = [self.topic_of_category.get(category, ""), *(self.topic_of_group.get(group, "") for group in groups)]
        return next((topic for topic in topics if topic), "")


def read_rules(settings: Settings) -> Rules:
    """The rules in ``community.toml``.

    Raises
    ------
    InputError
        The file is no TOML, or lacks a part.
    """
    return _read(settings.definition("community.toml"))


@lru_cache(maxsize=4)
def _read(path: Path) -> Rules:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        topics, keep, limits = table["topics"], table["retention"], table["limits"]
        return Rules(
            topic_of_category={name: topic for topic, row in topics.items() for name in row["categories"]},
            topic_of_group={name: topic for topic, row in topics.items() for name in row["groups"]},
            at_once=frozenset(table["review"]["at_once"]),
            answer_within_days=int(table["review"]["answer_within_days"]),
            exact_place_months=int(keep["exact_place_months"]),
            claim_code_months=int(keep["claim_code_months"]),
            per_day=int(limits["per_day"]),
            per_day_in_a_workshop=int(limits["per_day_in_a_workshop"]),
            voices_per_day=int(limits.get("voices_per_day", 60)),
            voices_per_day_in_a_workshop=int(limits.get("voices_per_day_in_a_workshop", 2000)),
            voices_per_day_on_one=int(limits.get("voices_per_day_on_one", 10)),
            fastest_form_s=int(limits["fastest_form_seconds"]),
            voices_for_support=int(table.get("way", {}).get("voices_for_support", 5)),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            _("{path} cannot be used ({why}); mend it or take the one that came with the program.").format(
                path=path, why=error
            )
        ) from None
