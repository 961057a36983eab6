"""Floating catchments: supply shared by those who can reach it, summed over what each place can reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sempre_geo.errors import InputError, first_items
from sempre_geo.gaps.costs import Costs, costs_from_matrix
from sempre_geo.gaps.decay import Decay
from sempre_geo.i18n import gettext as _

Method = Literal["2sfca", "e2sfca", "3sfca", "bfca"]
_Vector = NDArray[np.float64]


@dataclass(frozen=True)
class _Case:
    """One question: the pairs, their weights, which of them are within the limit, and who shares what."""

    pairs: Costs
    weight: _Vector
    inside: _Vector
    people: _Vector
    places: _Vector


def floating_catchment(
    cost: Costs | ArrayLike,
    demand: ArrayLike,
    supply: ArrayLike,
    *,
    method: Method,
    decay: Decay,
    limit: float | None = None,
) -> pd.Series:
    """Supply per head that each origin can reach, where others compete for the same supply.

    2SFCA and E2SFCA differ only in the decay that is usual with them (binary, stepped); both keep supply:
    demand times access sums to the supply somebody can reach. Supply that nobody can reach adds nothing.
    In 3SFCA people choose between all destinations before ``limit`` cuts, as in the published examples; in
    BFCA each origin's demand and each destination's supply are shared out exactly once.

    Parameters
    ----------
    cost
        `Costs`, or a matrix of shape (origins, destinations) with infinity where there is no way.
    demand, supply
        People per origin and capacity per destination, >= 0, known.
    decay
        Weight of a cost, for example ``binary(45)``, or any function of an array or of one number.
    limit
        Pairs beyond this cost do not count.

    Returns
    -------
    pandas.Series
        Named after the method, on the origins' labels; supply per head, 0 where nothing can be reached.

    Raises
    ------
    InputError
        An unknown method, lengths that do not fit, unknown or negative demand or supply, or none at all, or a
        decay that gives no weight.

    References
    ----------
    2SFCA: Luo & Wang (2003), doi:10.1068/b29120. E2SFCA: Luo & Qi (2009),
    doi:10.1016/j.healthplace.2009.06.002. 3SFCA: Wan, Zou & Sternberg (2012),
    doi:10.1080/13658816.2011.624987. BFCA: Paez, Higgins & Vivona (2019),
    doi:10.1371/journal.pone.0218773.

    Examples
    --------
    Ten people share five places; the second origin reaches nothing:

    >>> from sempre_geo.gaps.decay import binary
    >>> floating_catchment([[10.0], [float("inf")]], [10, 4], [5], method="2sfca", decay=binary(30)).tolist()
    [0.5, 0.0]
    """
    pairs = cost if isinstance(cost, Costs) else costs_from_matrix(cost)
    people = _amounts(demand, len(pairs.origins), _("demand"))
    places = _amounts(supply, len(pairs.destinations), _("supply"))
    if method not in _METHODS:
        raise InputError(
            _("There is no catchment method '{method}'; use one of {known}.").format(
                method=method, known=", ".join(_METHODS)
            )
        )
    weight = _weights(decay, pairs.value)
    inside = np.ones(len(weight)) if limit is None else (pairs.value <= limit).astype(np.float64)
    access = _METHODS[method](_Case(pairs, weight, inside, people, places))
    return pd.Series(access, index=pairs.origins, name=method)


def _two_step(case: _Case) -> _Vector:
    return _shared(case, case.weight * case.inside)


def _three_step(case: _Case) -> _Vector:
    choice = _share(case.weight, case.pairs.per_origin(case.weight)[case.pairs.origin])
    return _shared(case, case.weight * choice * case.inside)


def _balanced(case: _Case) -> _Vector:
    pairs, cut = case.pairs, case.weight * case.inside
    of_origin = _share(cut, pairs.per_origin(cut)[pairs.origin])
    of_destination = _share(cut, pairs.per_destination(cut)[pairs.destination])
    level = _share(case.places, pairs.per_destination(of_origin * case.people[pairs.origin]))
    return pairs.per_origin(of_destination * level[pairs.destination])


def _shared(case: _Case, weight: _Vector) -> _Vector:
    ratio = _share(case.places, case.pairs.per_destination(weight * case.people[case.pairs.origin]))
    return case.pairs.per_origin(weight * ratio[case.pairs.destination])


def _share(part: _Vector, whole: _Vector) -> _Vector:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _weights(decay: Decay, cost: _Vector) -> _Vector:
    try:
        weight = np.broadcast_to(np.asarray(decay(cost), dtype=np.float64), cost.shape)
    except (TypeError, ValueError):  # a planner's own function may know single numbers only
        weight = np.array([decay(value) for value in cost], dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(weight) | (weight < 0))
    if len(wrong):
        raise InputError(
            _("The decay gives no weight, or one below zero, for the costs {costs}; mend the function.").format(
                costs=first_items(cost[wrong])
            )
        )
    return weight


def _amounts(values: ArrayLike, length: int, what: str) -> _Vector:
    amounts = np.asarray(values, dtype=np.float64)
    if amounts.shape != (length,):
        raise InputError(
            _("There are {n} numbers of {what} for {length} places; give one for each.").format(
                n=amounts.size, what=what, length=length
            )
        )
    wrong = np.flatnonzero(~np.isfinite(amounts) | (amounts < 0))
    if len(wrong):
        raise InputError(
            _(
                "The {what} at positions {places} is unknown or below zero; fill it in or leave those places out."
            ).format(what=what, places=first_items(wrong))
        )
    if not amounts.sum() > 0:
        raise InputError(_("The {what} is zero everywhere; there is nothing to share out.").format(what=what))
    return amounts


_METHODS: dict[str, Callable[[_Case], _Vector]] = {
    "2sfca": _two_step,
    "e2sfca": _two_step,
    "3sfca": _three_step,
    "bfca": _balanced,
}
