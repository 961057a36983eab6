"""How fairly access is shared: between people, municipalities and groups.

The library ``inequality`` counts every place once; here places weigh as many people as live there, so the
weighted forms stand here and are tested against it on populations written out person by person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _

_Vector = NDArray[np.float64]
TOP_SHARE = 0.1
BOTTOM_SHARE = 0.4


@dataclass(frozen=True)
class Interval:
    """An estimate with the bounds between which 95 of 100 bootstrap samples fall."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Theil:
    """Theil's T, and the parts of it that lie between and within the groups."""

    total: float
    between: float
    within: float


def gini(values: ArrayLike, people: ArrayLike) -> float:
    """Population-weighted Gini coefficient: 0 all alike, towards 1 one has everything.

    Parameters
    ----------
    values
        Access per place, >= 0 and finite. Minutes to an unreachable service have no Gini; use an access measure.
    people
        Residents per place, >= 0.

    Raises
    ------
    InputError
        Values that are missing, infinite or negative, nobody at all, or nothing to share.

    References
    ----------
    Lerman & Yitzhaki (1989), doi:10.1016/0304-4076(89)90060-8.

    Examples
    --------
    >>> gini([3.0, 3.0], [10, 20])
    0.0
    """
    value, weight = _checked(values, people)
    order = np.argsort(value, kind="stable")
    share = np.concatenate([[0.0], np.cumsum(weight[order]) / weight.sum()])
    held = np.concatenate([[0.0], np.cumsum((value * weight)[order]) / (value * weight).sum()])
    return float(max(0.0, 1 - np.sum(np.diff(share) * (held[1:] + held[:-1]))))


def palma(values: ArrayLike, people: ArrayLike) -> float:
    """What the best-served tenth of the people hold, divided by what the worst-served 40 % hold.

    Places are split where a share's border runs through them. Infinity where the worst-served hold nothing.

    References
    ----------
    Palma (2011), doi:10.1111/j.1467-7660.2011.01683.x.

    Examples
    --------
    >>> palma([1.0, 1.0], [50, 50])
    0.25
    >>> palma([0.0, 2.0], [50, 50])
    inf
    """
    value, weight = _checked(values, people)
    order = np.argsort(value, kind="stable")
    share = np.concatenate([[0.0], np.cumsum(weight[order]) / weight.sum()])
    held = np.concatenate([[0.0], np.cumsum((value * weight)[order]) / (value * weight).sum()])
    bottom = float(np.interp(BOTTOM_SHARE, share, held))
    top = 1 - float(np.interp(1 - TOP_SHARE, share, held))
    return round(top / bottom, 12) if bottom > 0 else float("inf")


def theil(values: ArrayLike, people: ArrayLike, groups: ArrayLike) -> Theil:
    """Theil's T of access between people, parted into between and within ``groups`` (municipalities, say).

    References
    ----------
    Theil (1967), Economics and Information Theory; decomposition: Shorrocks (1980), doi:10.2307/1913126.

    Examples
    --------
    >>> theil([1.0, 3.0], [5, 5], ["a", "b"]).within
    0.0
    """
    value, weight = _checked(values, people)
    label = np.asarray(groups)
    everywhere = _theil(value, weight)
    held = (value * weight).sum()
    within = 0.0
    for name in np.unique(label):
        inside = label == name
        part = (value * weight)[inside].sum() / held
        if part > 0:
            within += part * _theil(value[inside], weight[inside])
    return Theil(total=everywhere, between=float(max(0.0, everywhere - within)), within=float(within))


def concentration_index(values: ArrayLike, people: ArrayLike, rank_by: ArrayLike) -> float:
    """Whether access concentrates where ``rank_by`` is high (positive) or low (negative): -1 to 1.

    ``rank_by`` is any social measure of a place, such as its share of people over 65. Ties share their mean rank.

    References
    ----------
    Kakwani, Wagstaff & van Doorslaer (1997), doi:10.1016/S0304-4076(96)01807-6.

    Examples
    --------
    >>> concentration_index([1.0, 1.0], [5, 5], [0.2, 0.4])
    0.0
    """
    value, weight = _checked(values, people)
    measure = np.asarray(rank_by, dtype=np.float64)
    levels, level = np.unique(measure, return_inverse=True)
    size = np.bincount(level, weights=weight, minlength=len(levels)) / weight.sum()
    rank = (np.cumsum(size) - size / 2)[level]
    mean = np.average(value, weights=weight)
    return float(2 / mean * np.average(value * rank, weights=weight) - 1)


def shortfall_index(values: ArrayLike, people: ArrayLike, *, line: float, order: int) -> float:
    """Foster-Greer-Thorbecke index of access *below* a line: 0 the share, 1 its depth, 2 its severity.

    References
    ----------
    Foster, Greer & Thorbecke (1984), doi:10.2307/1913475.

    Examples
    --------
    >>> shortfall_index([10.0, 30.0], [1, 3], line=20, order=0)
    0.25
    """
    value, weight = _checked(values, people)
    _check_line(line)
    missing = np.clip((line - value) / line, 0, None)
    return float(np.average(np.where(value < line, missing**order, 0.0), weights=weight))


def excess_index(minutes: ArrayLike, people: ArrayLike, *, limit: float, order: int) -> float:
    """Foster-Greer-Thorbecke index of a cost *beyond* a standard: 0 the share, 1 its depth, 2 its severity.

    A place from which nothing can be reached counts in the share and makes depth and severity infinite:
    leaving it out would let the worst-served place disappear.

    Examples
    --------
    >>> excess_index([10.0, 40.0], [1, 1], limit=20, order=1)
    0.5
    >>> excess_index([10.0, float("inf")], [1, 1], limit=20, order=0)
    0.5
    """
    value = np.asarray(minutes, dtype=np.float64)
    weight = _people(people, len(value))
    if np.isnan(value).any():
        raise InputError(_("Costs are missing for some places; leave the places with unknown data out first."))
    _check_line(limit)
    beyond = value > limit
    excess = np.where(beyond, ((value - limit) / limit) ** order, 0.0)
    inhabited = weight > 0
    return float(np.sum(excess[inhabited] * weight[inhabited]) / weight.sum())


def group_ratio(beyond: ArrayLike, group: ArrayLike, people: ArrayLike) -> float:
    """How many times as likely a member of a group is to be beyond a standard as everybody else.

    Parameters
    ----------
    beyond
        True where a place misses the standard.
    group, people
        Members of the group and all residents per place, ``group <= people``.

    Returns
    -------
    float
        Infinity where only members are beyond; NaN where nobody is, or where group or rest is empty.

    Examples
    --------
    >>> group_ratio([True, False], [8, 2], [10, 10])
    4.0
    """
    return _ratio(_likelihoods(beyond, group, people).sum(axis=0))


def group_ratio_interval(
    beyond: ArrayLike, group: ArrayLike, people: ArrayLike, *, seed: int = 0, resamples: int = 999
) -> Interval:
    """`group_ratio` with its 95 % percentile bootstrap interval; places are drawn with replacement.

    Examples
    --------
    >>> group_ratio_interval([True], [5], [10]).low
    nan
    """
    parts = _likelihoods(beyond, group, people)
    drawn = [_ratio(sums) for sums in _sums_drawn(parts, seed=seed, resamples=resamples)]
    return _between(_ratio(parts.sum(axis=0)), drawn, resamples=resamples)


def _likelihoods(beyond: ArrayLike, group: ArrayLike, people: ArrayLike) -> _Vector:
    """Members beyond, members, others beyond and others of each place, shape (places, 4)."""
    miss = np.asarray(beyond, dtype=np.float64)
    everyone = _people(people, len(miss))
    members = _people(group, len(miss))
    if (members > everyone + 1e-9).any():
        raise InputError(
            _("The group is larger than the population at places {places}; check the group's column.").format(
                places=first_items(np.flatnonzero(members > everyone + 1e-9))
            )
        )
    rest = everyone - members
    return np.column_stack([miss * members, members, miss * rest, rest])


def _ratio(parts: _Vector) -> float:
    members_beyond, members, rest_beyond, rest = parts.tolist()
    if members == 0 or rest == 0:
        return float("nan")
    of_group, of_rest = members_beyond / members, rest_beyond / rest
    if of_rest == 0:
        return float("inf") if of_group > 0 else float("nan")
    return float(of_group / of_rest)


def bootstrap_interval(
    statistic: Callable[..., float], *columns: ArrayLike, seed: int = 0, resamples: int = 999
) -> Interval:
    """A statistic of places with its 95 % percentile bootstrap interval; places are drawn with replacement.

    Parameters
    ----------
    statistic
        Takes as many arrays as there are ``columns`` and gives a number, ``gini`` for example.

    Returns
    -------
    Interval
        Bounds are NaN with fewer than two places, or where too few samples define the statistic.
    """
    arrays = [np.asarray(column) for column in columns]
    value = statistic(*arrays)
    draw = np.random.default_rng(seed)
    size = len(arrays[0])
    drawn = [_drawn(statistic, arrays, draw.integers(0, size, size)) for _sample in range(resamples if size > 1 else 0)]
    return _between(value, drawn, resamples=resamples)


def _sums_drawn(parts: _Vector, *, seed: int, resamples: int) -> Iterator[_Vector]:
    """The sums over the places of each sample: how often a place was drawn, times what it has."""
    draw, size = np.random.default_rng(seed), len(parts)
    for _sample in range(resamples if size > 1 else 0):
        times = np.bincount(draw.integers(0, size, size), minlength=size).astype(np.float64)
        yield times @ parts


def _between(value: float, drawn: Sequence[float], *, resamples: int) -> Interval:
    """The bounds between which 95 of 100 of the samples lie that define the statistic."""
    known = np.array([number for number in drawn if np.isfinite(number)])
    if len(known) < resamples / 2:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def _drawn(statistic: Callable[..., float], arrays: list[NDArray[Any]], rows: NDArray[np.int64]) -> float:
    try:
        return statistic(*(array[rows] for array in arrays))
    except InputError:  # a sample without people or without access has no value
        return float("nan")


def _theil(value: _Vector, weight: _Vector) -> float:
    mean = np.average(value, weights=weight)
    ratio = value / mean
    log = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return float(max(0.0, np.average(ratio * log, weights=weight)))


def _checked(values: ArrayLike, people: ArrayLike) -> tuple[_Vector, _Vector]:
    value = np.asarray(values, dtype=np.float64)
    weight = _people(people, len(value))
    wrong = np.flatnonzero(~np.isfinite(value) | (value < 0))
    if len(wrong):
        raise InputError(
            _("Access at places {places} is unknown, infinite or negative; inequality needs a finite measure.").format(
                places=first_items(wrong)
            )
        )
    if not (value * weight).sum() > 0:
        raise InputError(_("Nobody has any access, so there is nothing whose sharing could be measured."))
    return value, weight


def _people(people: ArrayLike, length: int) -> _Vector:
    weight = np.asarray(people, dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(weight) | (weight < 0)) if weight.shape == (length,) else [0]
    if len(wrong) or weight.sum() < 0:
        raise InputError(
            _("The number of people is missing or negative at places {places}; leave those places out.").format(
                places=first_items(wrong)
            )
        )
    return weight


def _check_line(line: float) -> None:
    if not line > 0:
        raise InputError(_("A limit of {line} cannot be compared with; give a number above zero.").format(line=line))
