"""What a form must ask before it sends: whether a subject is protected."""

from __future__ import annotations

from sempre_geo.community.rules import read_rules
from sempre_geo.settings import Settings


def is_protected(settings: Settings, category: str) -> bool:
    """Whether needs of this category are only counted, unless their author wants them shown by themselves."""
    return bool(read_rules(settings).topic(category, ()))


def days_to_answer(settings: Settings) -> int:
    """Within how many days a coordinator should have answered."""
    return read_rules(settings).answer_within_days
