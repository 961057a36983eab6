"""Who is beyond a standard, how many, how far and why: one row a place and group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.gaps.reasons import REASONS
from sempre_geo.gaps.standards import Standard
from sempre_geo.i18n import reworded

FIXED_COLUMNS = (
    "place_id", "name", "category", "mode", "group", "standard_id", "limit", "unit", "people", "beyond", "unknown",
    "share_beyond", "mean_excess",
)  # fmt: skip
EVERYBODY = "all"
_NINE_TENTHS = 0.9
_ROUNDING = 1e-6  # people


@dataclass(frozen=True)
class Assessment:
    """What each cell's cost is against one standard, for one category and mode.

    Attributes
    ----------
    standard, category, mode
        The question.
    cost
        In the standard's unit, on the cells' index; infinity where there is no way.
    known
        False where the data do not tell (no services mapped, travel not computed); never counted as fine.
    reason
        A code of `REASONS` where the standard is missed, empty elsewhere.
    approximated_by
        How the data differ from the standard's words, in kept sentences; empty where they do not.
    day
        The day of the timetable that the costs are those of; empty where they are the same every day.
    service_id
        The service that each cell's cost leads to, missing where there is none; None where no service is meant.
    """

    standard: Standard
    category: str
    mode: str
    cost: pd.Series
    known: pd.Series
    reason: pd.Series
    approximated_by: tuple[str, ...] = ()
    day: str = ""
    service_id: pd.Series | None = None

    @property
    def misses(self) -> pd.Series:
        """Cells known to miss the standard."""
        return self.standard.misses(self.cost) & self.known

    def in_words(self) -> str:
        """How the data differ from the standard's words, in the reader's language; empty where they do not."""
        return "; ".join(reworded(note) for note in self.approximated_by)


def gap_table(assessment: Assessment, groups: pd.DataFrame, *, places: pd.Series, names: pd.Series) -> pd.DataFrame:
    """People beyond a standard in each place, by group.

    Parameters
    ----------
    assessment
        On the same index as ``groups``.
    groups
        One column a group, people per cell; NaN where confidential. The column of everybody is ``all``.
    places
        The place each cell belongs to (its municipality, or itself).
    names
        Name of each place, on the places' ids.

    Returns
    -------
    pandas.DataFrame
        `FIXED_COLUMNS`, then ``reason_<code>`` (people beyond for that reason) and what the figure rests on:
        ``worst_tenth`` (the cost that a tenth of the people exceed or meet), ``cells``,
        ``cells_without_count``, ``approximated_by``, ``day``, ``standard_status``, ``standard_source``.
        ``people`` counts only known numbers; ``unknown`` those of them whose cost is unknown.
        ``share_beyond`` is of the people whose cost is known, missing where there are none.
    """
    place, labels = pd.factorize(places.to_numpy(), sort=True)
    parts = [_of_group(assessment, groups[group], place, len(labels)) for group in groups.columns]
    table = pd.concat(parts, keys=list(groups.columns), names=["group", "place"]).reset_index()
    return _labelled(table, assessment, place_id=pd.Index(labels[table["place"]].astype(str)), names=names)


def _of_group(assessment: Assessment, people: pd.Series, place: NDArray[np.int64], places: int) -> pd.DataFrame:
    """The figures of one group, one row a place in the order of its codes."""
    counted = people.fillna(0.0).to_numpy(dtype=np.float64)
    known = np.where(assessment.known, counted, 0.0)
    beyond = np.where(assessment.misses, known, 0.0)

    def total(amount: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(place, weights=amount, minlength=places).astype(np.float64)

    figures = {"people": total(counted), "beyond": total(beyond)}
    figures["unknown"] = figures["people"] - total(known)
    figures["share_beyond"] = _ratio(figures["beyond"], total(known))
    excess = np.where(beyond > 0, _excess(assessment), 0.0)  # nobody times infinity is nobody
    figures["mean_excess"] = np.where(
        figures["beyond"] > 0,
        _ratio(total(excess * beyond), figures["beyond"]),
        np.where(total(known) > 0, 0.0, np.nan),
    )
    for code in REASONS:
        figures[f"reason_{code}"] = total(np.where(assessment.reason.to_numpy() == code, beyond, 0.0))
    figures["worst_tenth"] = _worst_tenth(assessment, known, place, places)
    figures["cells"] = np.bincount(place, minlength=places).astype(np.float64)
    figures["cells_without_count"] = total(np.where(people.isna(), 1.0, 0.0))
    return pd.DataFrame(figures).astype({"cells": np.int64, "cells_without_count": np.int64})


def _labelled(table: pd.DataFrame, assessment: Assessment, *, place_id: pd.Index, names: pd.Series) -> pd.DataFrame:
    standard = assessment.standard
    known_names = {str(place): name for place, name in names.items()}
    table = table.assign(
        place_id=place_id,
        name=[str(known_names.get(place, place)) for place in place_id],
        category=assessment.category,
        mode=assessment.mode,
        standard_id=standard.standard_id,
        limit=standard.limit,
        unit=standard.unit,
        approximated_by=assessment.in_words(),
        day=assessment.day,
        standard_status=standard.status,
        standard_source=standard.source,
    )
    ordered = [*FIXED_COLUMNS, *(column for column in table.columns if column not in {*FIXED_COLUMNS, "place"})]
    return table[ordered].sort_values(["place_id", "group"], kind="stable", ignore_index=True)


def _excess(assessment: Assessment) -> NDArray[np.float64]:
    limit, cost = assessment.standard.limit, assessment.cost.to_numpy(dtype=np.float64)
    too_few = assessment.standard.metric == "departures_per_hour"
    return np.clip(limit - cost if too_few else cost - limit, 0.0, None)


def _worst_tenth(
    assessment: Assessment, weight: NDArray[np.float64], place: NDArray[np.int64], places: int
) -> NDArray[np.float64]:
    """The cost that nine tenths of each place's people stay at or below; NaN where nobody is known."""
    worst = -1.0 if assessment.standard.metric == "departures_per_hour" else 1.0
    cost = assessment.cost.to_numpy(dtype=np.float64) * worst
    rows = np.lexsort((cost, place))
    rows = rows[weight[rows] > 0]
    total = np.bincount(place[rows], weights=weight[rows], minlength=places)
    before = np.concatenate([[0.0], np.cumsum(total)])[place[rows]]
    reached = np.cumsum(weight[rows]) - before >= _NINE_TENTHS * total[place[rows]] - _ROUNDING
    found, first = np.unique(place[rows][reached], return_index=True)
    result = np.full(places, np.nan)
    result[found] = cost[rows][reached][first] * worst
    return result


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
