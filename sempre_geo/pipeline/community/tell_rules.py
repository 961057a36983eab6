"""What a form must ask before it sends: whether a subject is protected."""

from __future__ import annotations

from collections.abc import Iterable

from sempre_geo.community.rules import read_rules
from sempre_geo.settings import Settings


def is_protected(settings: Settings, category: str, groups: Iterable[str] = ()) -> bool:
    """Whether what is said of a category and of groups is only counted, unless its author wants it shown by itself."""
    return bool(read_rules(settings).topic(category, groups))


def days_to_answer(settings: Settings) -> int:
    """Within how many days a coordinator should have answered."""
    return read_rules(settings).answer_within_days
