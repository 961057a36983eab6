"""Lessons and diaries: what a team would do again and what not, and when the next entry is due."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from sempre_geo.community.groups import group_names
from sempre_geo.community.proposal_questions import barrier_names
from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

MONTHS_A_PERIOD = 2
_WORD = re.compile(r"[a-z0-9_]{1,64}")
LESSON_COLUMNS = (
    "id", "title", "again", "not_again", "groups", "category", "barriers", "country", "region", "region_title",
    "network", "language", "came_from", "created_at",
)  # fmt: skip
"""What anybody may read of a published lesson."""


@dataclass(frozen=True)
class Lesson:
    """What a team has learnt: to be done again, not to be done again, and for whom it may be of use.

    ``groups`` and ``barriers`` are ids of the form's lists, ``category`` is a service's.
    """

    title: str
    again: str
    not_again: str
    groups: tuple[str, ...] = ()
    category: str = ""
    barriers: tuple[str, ...] = ()

    def kept(self) -> Lesson:
        """The lesson as the store keeps it.

        Raises
        ------
        InputError
            It has no title, says neither what to do again nor what not, or names a group, barrier or
            category that is none.

        Examples
        --------
        >>> Lesson("Call first", "Ask by telephone", "", barriers=("hours", "hours")).kept().barriers
        ('hours',)
        >>> Lesson("Call first", "", " ").kept()
        Traceback (most recent call last):
        sempre_geo.errors.InputError: A lesson has a title, and says what you would do again or not again.
        """
        title, again, not_again = kept_line(self.title), kept_text(self.again), kept_text(self.not_again)
        if not title or not (again.strip() or not_again.strip()):
            raise InputError(_("A lesson has a title, and says what you would do again or not again."))
        if self.category and not _WORD.fullmatch(self.category):
            raise InputError(_("A category is an id such as 'library'."))
        return Lesson(
            title, again, not_again,
            groups=_chosen(self.groups, group_names()),
            category=self.category,
            barriers=_chosen(self.barriers, barrier_names()),
        )  # fmt: skip


def found_lessons(
    lessons: Iterable[Mapping[str, Any]],
    *,
    text: str = "",
    group: str = "",
    category: str = "",
    barrier: str = "",
    country: str = "",
) -> pd.DataFrame:
    """The lessons that fit everything asked for, in their order; every word of ``text`` must occur somewhere.

    >>> rows = [dict.fromkeys(LESSON_COLUMNS, "") | {"groups": ["women"], "barriers": [], "title": "Call FIRST"}]
    >>> len(found_lessons(rows, text="first call", group="women")), len(found_lessons(rows, group="men"))
    (1, 0)
    """
    words = text.casefold().split()
    fit = [
        {name: row[name] for name in LESSON_COLUMNS}
        for row in lessons
        if (not group or group in row["groups"])
        and (not barrier or barrier in row["barriers"])
        and (not category or category == row["category"])
        and (not country or country == row["country"])
        and all(word in _said(row) for word in words)
    ]
    return pd.DataFrame(fit, columns=list(LESSON_COLUMNS))


def due_date(begun: date, period: int) -> date:
    """The day by which a diary's entry of a period is due: two, four, six ... months after the beginning.

    >>> due_date(date(2026, 12, 31), 1), due_date(date(2026, 11, 24), 3)
    (datetime.date(2027, 2, 28), datetime.date(2027, 5, 24))
    """
    months = begun.month - 1 + MONTHS_A_PERIOD * period
    year, month = begun.year + months // 12, months % 12 + 1
    return date(year, month, min(begun.day, calendar.monthrange(year, month)[1]))


def next_period(written: Iterable[int]) -> int:
    """The first period of which nothing has been written.

    >>> next_period([]), next_period([1, 2, 4])
    (1, 3)
    """
    done, period = set(written), 1
    while period in done:
        period += 1
    return period


def _chosen(wished: object, known: Mapping[str, str]) -> tuple[str, ...]:
    if not isinstance(wished, list | tuple) or not all(isinstance(one, str) and one in known for one in wished):
        raise InputError(_("Choose from: {choices}.").format(choices=", ".join(known)))
    return tuple(name for name in known if name in wished)


def _said(row: Mapping[str, Any]) -> str:
    return " ".join(str(row[name]) for name in ("title", "again", "not_again", "network", "region_title")).casefold()
