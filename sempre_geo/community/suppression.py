"""One number for everybody: rounded down in steps of five, and nothing where too few stand behind it."""

from __future__ import annotations

from sempre_geo.community.public_counts import FEWEST, FEWEST_PROTECTED, STEP


def shown_count(count: int, *, protected: bool) -> int:
    """A count as anybody may see it; 0 means "fewer than can be shown", never "none".

    ``protected`` says that health, disability or violence is among what was counted.

    >>> [shown_count(count, protected=False) for count in (4, 5, 9, 12)]
    [0, 5, 5, 10]
    >>> shown_count(9, protected=True), shown_count(12, protected=True)
    (0, 10)
    """
    fewest = FEWEST_PROTECTED if protected else FEWEST
    return 0 if count < fewest else count // STEP * STEP
