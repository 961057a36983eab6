"""What a brief counts: one topic for each standard and service, with who is beyond it, why, and how fairly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sempre_geo.errors import InputError, first_items
from sempre_geo.gaps.equity import Interval, group_ratio_interval
from sempre_geo.gaps.gap_table import EVERYBODY, Assessment, gap_table
from sempre_geo.gaps.reasons import REASONS
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import reworded
from sempre_geo.pipeline.gaps.assessments import assess, spoken_of
from sempre_geo.pipeline.gaps.ground import Ground
from sempre_geo.pipeline.gaps.place_gaps import (
    group_counts,
    municipality_names,
    municipality_of_cells,
    region_standards,
)
from sempre_geo.progress import Progress
from sempre_geo.region.categories import Categories, read_categories

_COMPARED = ("over_64", "under_15", "women", "born_outside_eu")
_FEWEST_BEYOND = 1.0


@dataclass(frozen=True, eq=False)
class Topic:
    """One standard held against one service.

    Attributes
    ----------
    assessment
        The cost of every cell and whether it misses the standard.
    groups
        People per cell, one column a group.
    place
        The municipality id of each cell, empty where it lies in none.
    title
        The service's name in the reader's language.
    """

    assessment: Assessment
    groups: pd.DataFrame
    place: pd.Series
    names: pd.Series
    title: str

    @cached_property
    def table(self) -> pd.DataFrame:
        """The gap table by municipality, index ``place_id``, everybody (or the one group the standard speaks of)."""
        counted = self.groups[[self.group]]
        return gap_table(self.assessment, counted, places=self.place, names=self.names).set_index("place_id")

    @property
    def group(self) -> str:
        """Everybody, where counted; else the standard's own group."""
        return EVERYBODY if EVERYBODY in self.groups else str(self.groups.columns[0])

    @property
    def people(self) -> float:
        """How many are counted."""
        return float(self.table["people"].sum())

    @property
    def beyond(self) -> float:
        """How many of them miss the standard."""
        return float(self.table["beyond"].sum())

    @property
    def unknown(self) -> float:
        """How many of them nothing is known of."""
        return float(self.table["unknown"].sum())

    @property
    def share(self) -> float:
        """Beyond, of those of whom it is known; NaN where it is known of nobody."""
        known = self.people - self.unknown
        return self.beyond / known if known > 0 else float("nan")

    def reasons(self) -> pd.Series:
        """People beyond by reason, most first; reasons of nobody are left out."""
        counts = pd.Series({code: float(self.table[f"reason_{code}"].sum()) for code in REASONS})
        return counts[counts >= _FEWEST_BEYOND].sort_values(ascending=False, kind="stable")

    @cached_property
    def group_ratios(self) -> dict[str, Interval]:
        """How many times as likely a group is to be beyond as everybody else, with bootstrap intervals."""
        if self.group != EVERYBODY or self.beyond < _FEWEST_BEYOND:
            return {}
        everyone = self.groups[EVERYBODY].fillna(0.0)
        rows = (self.assessment.known & (everyone > 0)).to_numpy()
        misses, found = self.assessment.misses[rows], {}
        for group in (name for name in _COMPARED if name in self.groups):
            members = np.minimum(self.groups[group].fillna(0.0), everyone)[rows]
            found[group] = group_ratio_interval(misses, members, everyone[rows])
        return {group: ratio for group, ratio in found.items() if np.isfinite(ratio.value)}

    def inside(self, municipality: str) -> Topic:
        """The same for one municipality alone."""
        rows = self.place == municipality
        part = Assessment(
            standard=self.assessment.standard,
            category=self.assessment.category,
            mode=self.assessment.mode,
            cost=self.assessment.cost[rows],
            known=self.assessment.known[rows],
            reason=self.assessment.reason[rows],
            approximated_by=self.assessment.approximated_by,
        )
        return Topic(part, self.groups[rows], self.place[rows], self.names, self.title)


def region_topics(ground: Ground, *, categories: Sequence[str], progress: Progress) -> list[Topic]:
    """Every standard of a region as topics; with ``categories`` only those services.

    Raises
    ------
    InputError
        No standard of the region speaks of a category asked for.
    """
    standards, titles = region_standards(ground.settings, ground.region), read_categories(ground.settings)
    known = {name for standard in standards for name in spoken_of(ground, standard)}
    missing = [name for name in categories if name not in known]
    if missing:
        raise InputError(
            _("No standard of this region speaks of {missing}; choose from {known}.").format(
                missing=first_items(missing), known=", ".join(sorted(known))
            )
        )
    topics = []
    for number, standard in enumerate(standards):
        progress(_("Counting who is beyond {standard}").format(standard=standard.standard_id), number / len(standards))
        topics += [_topic(ground, found, known=titles) for found in assess(ground, standard, only=categories)]
    return topics


def _topic(ground: Ground, assessment: Assessment, *, known: Categories) -> Topic:
    match = ground.crosswalk.category(assessment.category)
    titles = [known.title(name) for name in match.names] or [reworded(match.title)]
    return Topic(
        assessment=assessment,
        groups=group_counts(ground.region, assessment.standard, ground.crosswalk),
        place=municipality_of_cells(ground.region),
        names=municipality_names(ground.region),
        title=" / ".join(titles) or assessment.category.replace("_", " ").capitalize(),
    )
