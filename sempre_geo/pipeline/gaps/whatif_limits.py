"""Part of what-if: which limit each group is held against."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sempre_geo.gaps.differences import Limit, Measure
from sempre_geo.gaps.gap_table import EVERYBODY
from sempre_geo.gaps.standards import EVERYWHERE, STATUSES, Crosswalk, Standard
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.place_gaps import GROUPS
from sempre_geo.pipeline.gaps.sentences import spoken_limit, statuses
from sempre_geo.publish.labels import groups
from sempre_geo.region.bundle import Region, kept_title

_METRICS: dict[Measure, tuple[str, ...]] = {"way": ("travel_time", "distance"), "visit": ("time_away", "travel_time")}
_PEOPLE = "population"


def group_people(region: Region) -> pd.DataFrame:
    """People per cell of everybody and each known group."""
    cells = region.cells
    known = {EVERYBODY: _PEOPLE, **{group: group for group in GROUPS if group in cells.columns}}
    return pd.DataFrame({name: cells[column] for name, column in known.items()}, index=cells.index)


def limits_of_groups(
    standards: Sequence[Standard],
    crosswalk: Crosswalk,
    *,
    category: str,
    mode: str,
    measure: Measure,
    groups: Sequence[str],
    gain_min: float,
) -> dict[str, Limit]:
    """The limit of each group: that of its own standard, else everybody's, else none.

    Of several, one for the category goes before one for every category, then law before rule, benchmark, practice,
    indicator and the operator's own, then the tighter.
    """
    fitting = [standard for standard in standards if _fits(standard, crosswalk, category, mode=mode, measure=measure)]
    fitting.sort(
        key=lambda standard: (
            standard.category == EVERYWHERE, STATUSES.index(standard.status), standard.limit, standard.standard_id
        )
    )  # fmt: skip
    by_column: dict[str, Standard] = {}
    for standard in fitting:
        by_column.setdefault(crosswalk.groups[standard.group].names[0], standard)
    everybody = by_column.get(_PEOPLE)
    return {group: Limit(by_column.get(group, everybody), gain_min) for group in groups}


def limit_sentence(limit: Limit, group: str) -> str:
    """What counts as served, as the method says it."""
    standard = limit.standard
    if standard is None:
        return _(
            "For {group} there is no limit: who gets a way or a visit where there was none gains, and who saves more "
            "than {minutes:g} minutes away from home."
        ).format(group=_group(group), minutes=limit.gain_min)
    return _("For {group} the limit is {limit} ({source}; {status}).").format(
        group=_group(group),
        limit=spoken_limit(standard),
        source=kept_title(standard.source),
        status=statuses()[standard.status],
    )


def _group(group: str) -> str:
    return _("everybody") if group == EVERYBODY else groups().get(group, group)


def _fits(standard: Standard, crosswalk: Crosswalk, category: str, *, mode: str, measure: Measure) -> bool:
    round_trip = standard.there_and_back or standard.metric == "time_away"
    return (
        standard.metric in _METRICS[measure]
        and standard.category in {category, EVERYWHERE}
        and mode in crosswalk.modes[standard.mode].names
        and standard.group in crosswalk.groups
        and (measure == "way" or round_trip)
    )
