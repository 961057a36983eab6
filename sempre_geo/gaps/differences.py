"""Who gains and who loses when travel changes: cell by cell, then by place and group, with the reason before and after.

A person *gains* whose cell missed the limit before and meets it after. Where no limit holds for a service, a person
gains who gets a way, or a visit, where there was none, or who saves more than a stated number of minutes. Losing is
the same the other way round. Cells of which it is not known before or after neither gain nor lose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.gaps.standards import Standard

COLUMNS = (
    "place_id", "name", "category", "mode", "group", "people", "gain", "lose", "minutes_saved_mean", "reason_before",
    "reason_after",
)  # fmt: skip
TOO_LONG = "too_long"
Measure = Literal["way", "visit"]
"""Minutes one way, or minutes away from home for a visit."""
_F = NDArray[np.float64]
_B = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Travel:
    """What a category of services takes from each cell.

    Attributes
    ----------
    table
        On the cells' index: ``minutes`` (infinite where there is none), ``metres``, ``known`` (bool), ``reason`` (a
        code where there is none).
    measure
        What ``minutes`` are.
    stay_min
        How much of a visit is spent at the service.
    """

    table: pd.DataFrame
    measure: Measure
    stay_min: float = 0.0

    @property
    def there_and_back(self) -> _F:
        """Minutes away from home: a way counts twice."""
        return self.table["minutes"].to_numpy(dtype=np.float64) * (1.0 if self.measure == "visit" else 2.0)

    def cost(self, standard: Standard) -> _F:
        """The cost in the unit of a standard."""
        column = "metres" if standard.metric == "distance" else "minutes"
        value = self.table[column].to_numpy(dtype=np.float64)
        if self.measure == "visit":
            return value - self.stay_min if standard.metric == "travel_time" else value
        return value * (2.0 if standard.there_and_back else 1.0)


@dataclass(frozen=True)
class Limit:
    """What counts as served for a group: a standard, or without one a visit at all and minutes saved."""

    standard: Standard | None
    gain_min: float

    def missed(self, travel: Travel) -> _B:
        """Cells that are not served."""
        if self.standard is None:
            return np.asarray(np.isinf(travel.table["minutes"].to_numpy(dtype=np.float64)))
        missed = self.standard.misses(pd.Series(travel.cost(self.standard)))
        return np.asarray(missed, dtype=np.bool_)

    def reasons(self, travel: Travel) -> NDArray[np.object_]:
        """The reason of each cell that is known not to be served, empty text elsewhere."""
        code = np.where(np.isinf(travel.table["minutes"]), travel.table["reason"], TOO_LONG).astype(object)
        code[~self.missed(travel) | ~travel.table["known"].to_numpy(dtype=bool)] = ""
        return code


@dataclass(frozen=True, eq=False)
class Effect:
    """What a change does to each cell for one group; arrays in the order of the cells.

    Attributes
    ----------
    gain, lose
        The share of the cell's people who gain or lose: 0 or 1, between them where rides may be refused.
    saved
        Minutes away from home saved, below zero where it takes longer; NaN where there is no way before or after.
    reason_before, reason_after
        Codes; empty text where served.
    known
        Whether both sides are known.
    """

    gain: _F
    lose: _F
    saved: _F
    reason_before: NDArray[np.object_]
    reason_after: NDArray[np.object_]
    known: _B


def effect(before: Travel, after: Travel, limit: Limit) -> Effect:
    """What becomes of each cell.

    Examples
    --------
    >>> table = pd.DataFrame({"minutes": [float("inf"), 50.0], "metres": 0.0, "known": True, "reason": "no_departure"})
    >>> sooner = table.assign(minutes=[30.0, 45.0])
    >>> found = effect(Travel(table, "visit"), Travel(sooner, "visit"), Limit(None, gain_min=10.0))
    >>> found.gain.tolist(), found.saved.tolist(), found.reason_before.tolist()
    ([1.0, 0.0], [nan, 5.0], ['no_departure', ''])
    """
    known = (before.table["known"] & after.table["known"]).to_numpy(dtype=bool)
    was_missed, is_missed = limit.missed(before), limit.missed(after)
    gain, lose = known & was_missed & ~is_missed, known & ~was_missed & is_missed
    with np.errstate(invalid="ignore"):
        saved = before.there_and_back - after.there_and_back
    saved[~known | ~np.isfinite(saved)] = np.nan
    if limit.standard is None:
        gain |= saved > limit.gain_min
        lose |= saved < -limit.gain_min
    return Effect(
        gain.astype(np.float64), lose.astype(np.float64), saved, limit.reasons(before), limit.reasons(after), known
    )


def expected(sure: Effect, hoped: Effect, *, share: float) -> Effect:
    """The effect where only a share of those who hope for it get it; the rest have that which is sure.

    Minutes are saved by those who have a way in both; where one of them lacks it, the other's minutes stand.
    """
    mixed = share * hoped.saved + (1 - share) * sure.saved
    saved = np.where(np.isnan(mixed), np.where(np.isnan(hoped.saved), sure.saved, hoped.saved), mixed)
    return Effect(
        share * hoped.gain + (1 - share) * sure.gain,
        share * hoped.lose + (1 - share) * sure.lose,
        saved,
        hoped.reason_before,
        hoped.reason_after,
        sure.known & hoped.known,
    )


def difference_table(
    effects: Mapping[str, Effect],
    people: pd.DataFrame,
    *,
    places: pd.Series,
    names: Mapping[str, str],
    category: str,
    mode: str,
) -> pd.DataFrame:
    """Who gains and loses in each place, by group.

    Parameters
    ----------
    effects
        By group.
    people
        One column a group, people per cell; NaN where confidential, and counted as nobody.
    places
        The place each cell belongs to.
    names
        By place.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`. ``minutes_saved_mean`` is over the people with a way before and after, NaN where there are none.
        ``reason_before`` and ``reason_after`` are those of most people who are not served, empty where all are.
    """
    codes, labels = pd.factorize(places.astype(str).to_numpy(), sort=True)
    parts = []
    for group, found in effects.items():
        count = people[group].fillna(0.0).to_numpy(dtype=np.float64)
        parts.append(_of_group(found, count, codes, len(labels)).assign(place_id=labels, group=group))
    table = pd.concat(parts, ignore_index=True)
    table["name"] = [str(names.get(str(place), place)) for place in table["place_id"]]
    ordered = table.assign(category=category, mode=mode)[list(COLUMNS)]
    return ordered.sort_values(["place_id", "group"], kind="stable", ignore_index=True)


def by_reason(found: Effect, people: pd.Series) -> pd.DataFrame:
    """People who gain by the reason they were not served before, and who lose by the reason they are not after.

    ``reason, gain, lose``, most first; an empty reason is for those who were served and only save minutes.
    """
    count = people.fillna(0.0).to_numpy(dtype=np.float64)
    gain = pd.Series(count * found.gain).groupby(found.reason_before).sum()
    lose = pd.Series(count * found.lose).groupby(found.reason_after).sum()
    table = pd.DataFrame({"gain": gain, "lose": lose}).fillna(0.0)
    table = table[(table["gain"] > 0) | (table["lose"] > 0)].rename_axis("reason").reset_index()
    return table.sort_values(["gain", "lose", "reason"], ascending=[False, False, True], ignore_index=True)


def _of_group(found: Effect, count: _F, codes: NDArray[np.intp], places: int) -> pd.DataFrame:
    def total(amount: _F) -> _F:
        return np.bincount(codes, weights=amount, minlength=places).astype(np.float64)

    with_both = np.where(np.isnan(found.saved), 0.0, count)
    saved, travellers = total(np.nan_to_num(found.saved) * with_both), total(with_both)
    mean = np.divide(saved, travellers, out=np.full(places, np.nan), where=travellers > 0)
    return pd.DataFrame(
        {
            "people": total(count),
            "gain": total(count * found.gain),
            "lose": total(count * found.lose),
            "minutes_saved_mean": mean,
            "reason_before": _commonest(found.reason_before, count, codes, places),
            "reason_after": _commonest(found.reason_after, count, codes, places),
        }
    )


def _commonest(reason: NDArray[np.object_], count: _F, codes: NDArray[np.intp], places: int) -> list[str]:
    """The reason of most people of each place; of equals the first by name, empty text where nobody has one."""
    number, different = pd.factorize(reason, sort=True)
    by_place = np.bincount(codes * len(different) + number, weights=count, minlength=places * len(different))
    people = by_place.reshape(places, len(different))
    people[:, different == ""] = 0.0
    return [str(different[most]) if people[place, most] > 0 else "" for place, most in enumerate(people.argmax(axis=1))]
