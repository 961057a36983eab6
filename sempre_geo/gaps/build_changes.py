"""What changed between two builds of a region, and how many people each cause put beyond a limit or brought back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sempre_geo.gaps.gap_table import Assessment

CAUSES = ("people", "services", "hours", "timetable", "map")


@dataclass(frozen=True, eq=False)
class Build:
    """One build, held against a limit.

    Attributes
    ----------
    assessment
        What each cell has to cross.
    people
        Of the group counted, per cell.
    opening_hours
        Of the services of the category, on their ids.
    timetable
        What tells one timetable from another, such as checksums; empty where there is none.
    """

    assessment: Assessment
    people: pd.Series
    opening_hours: pd.Series
    timetable: str


def changes_between(before: Build, now: Build) -> pd.DataFrame:
    """People beyond the limit before and now in each cell, and the change parted by cause.

    The part of ``people`` is what would have changed had every way stayed as it was, the rest what would have
    changed had nobody moved, each at the mean of both builds, so that the parts add up to the change. The rest
    goes to the first cause that holds for a cell: its service is new or gone; its service's hours were changed;
    the way is one of a timetable and that was changed; else the map.

    Returns
    -------
    pandas.DataFrame
        Index: cells of either build. ``people_before, people_now, beyond_before, beyond_now, change`` and
        ``by_<cause>`` for each of `CAUSES`. A cell whose cost is not known in a build is not beyond in it.

    References
    ----------
    Kitagawa, E. M. (1955). Components of a difference between two rates. Journal of the American Statistical
    Association 50, 1168-1194. https://doi.org/10.2307/2281213
    """
    cells = before.people.index.union(now.people.index)
    people = [build.people.fillna(0.0).reindex(cells, fill_value=0.0) for build in (before, now)]
    missed = [_misses(build, other, cells) for build, other in ((before, now), (now, before))]
    table = pd.DataFrame(
        {
            "people_before": people[0],
            "people_now": people[1],
            "beyond_before": people[0] * missed[0],
            "beyond_now": people[1] * missed[1],
        }
    )
    table["change"] = table["beyond_now"] - table["beyond_before"]
    of_ways = (missed[1] - missed[0]) * (people[0] + people[1]) / 2
    cause = _causes(before, now, cells)
    table["by_people"] = (people[1] - people[0]) * (missed[0] + missed[1]) / 2
    for name in CAUSES[1:]:
        table[f"by_{name}"] = np.where(cause == name, of_ways, 0.0)
    return table


def _misses(build: Build, other: Build, cells: pd.Index) -> pd.Series:
    """1 where a cell is beyond; a cell that a build does not have had the other's ways."""
    own = build.assessment.misses.astype(float).reindex(cells)
    return own.fillna(other.assessment.misses.astype(float).reindex(cells)).fillna(0.0)


def _causes(before: Build, now: Build, cells: pd.Index) -> pd.Series:
    """The first cause that holds for each cell."""
    services = [_services(build, cells) for build in (before, now)]
    here = before.opening_hours.index.intersection(now.opening_hours.index)
    gone_or_new = [services[0].notna() & ~services[0].isin(here), services[1].notna() & ~services[1].isin(here)]
    changed = before.opening_hours[here].fillna("") != now.opening_hours[here].fillna("")
    other_hours = [found.isin(here[changed.to_numpy()]) for found in services]
    closed = [
        build.assessment.reason.reindex(cells).isin(["closed_that_day", "closed_on_arrival", "stay_too_short"])
        for build in (before, now)
    ]
    by_hours = other_hours[0] | other_hours[1] | ((closed[0] | closed[1]) & bool(changed.any()))
    by_bus = bool(now.assessment.day) and before.timetable != now.timetable
    names = np.select(
        [gone_or_new[0] | gone_or_new[1], by_hours & bool(now.assessment.day), np.full(len(cells), by_bus)],
        ["services", "hours", "timetable"],
        default="map",
    )
    return pd.Series(names, index=cells)


def _services(build: Build, cells: pd.Index) -> pd.Series:
    found = build.assessment.service_id
    return pd.Series(None, index=cells, dtype=object) if found is None else found.astype(object).reindex(cells)
