"""What a form must ask and say before it sends: whether a subject is protected, what had better be left out."""

from __future__ import annotations

from collections.abc import Iterable

from sempre_geo.community.rules import read_rules
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.moderation import marked
from sempre_geo.settings import Settings


def is_protected(settings: Settings, category: str, groups: Iterable[str] = ()) -> bool:
    """Whether what is said of a category and of groups is only counted, unless its author wants it shown by itself."""
    return bool(read_rules(settings).topic(category, groups))


def left_out_better(settings: Settings, region: str, text: str) -> str:
    """What to say while somebody writes a telephone number, an address or the like; nothing if they do not."""
    kinds = {kind for _piece, kind in marked(settings, region, text=text)} - {"", "name"}
    if not kinds:
        return ""
    return _("It holds a telephone number, an address or a link; please write it again without it.")


def days_to_answer(settings: Settings) -> int:
    """Within how many days a coordinator should have answered."""
    return read_rules(settings).answer_within_days
