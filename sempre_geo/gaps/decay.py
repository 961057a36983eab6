"""How much less a service counts the more it costs to get there: weights between 1 and 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

Decay = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def binary(limit: float) -> Decay:
    """Weight 1 up to and including ``limit``, 0 beyond.

    >>> binary(45)(np.array([45.0, 45.1]))
    array([1., 0.])
    """
    return step({limit: 1.0})


def step(weights: Mapping[float, float]) -> Decay:
    """Weight of the first step a cost falls into (limits included); 0 beyond the last.

    >>> step({20: 1, 40: 0.68})(np.array([20.0, 21.0, 41.0]))
    array([1.  , 0.68, 0.  ])
    """
    if not weights:
        raise InputError(_("A stepped decay needs at least one limit and its weight."))
    limits = np.array(sorted(weights), dtype=np.float64)
    values = np.array([*(weights[limit] for limit in sorted(weights)), 0.0], dtype=np.float64)
    return lambda cost: values[np.searchsorted(limits, cost, side="left")]


def gravity(exponent: float) -> Decay:
    """Weight ``cost ** -exponent``, as in the gravity model; a cost of 0 counts as a cost of 1.

    The weight exceeds 1 for costs below 1, as published; at 0 it would be infinite and is held at 1.

    >>> gravity(1)(np.array([0.0, 2.0]))
    array([1. , 0.5])
    """
    _check_positive(exponent)
    return lambda cost: np.where(cost > 0, cost, 1.0) ** -exponent


def exponential(rate: float) -> Decay:
    """Weight ``exp(-rate * cost)``.

    >>> float(exponential(0.1)(np.array([0.0]))[0])
    1.0
    """
    _check_positive(rate)
    return lambda cost: np.exp(-rate * cost)


def gaussian(bandwidth: float) -> Decay:
    """Weight ``exp(-cost**2 / (2 * bandwidth**2))``.

    >>> gaussian(10.0)(np.array([0.0])).round(4)
    array([1.])
    """
    _check_positive(bandwidth)
    return lambda cost: np.exp(-0.5 * (cost / bandwidth) ** 2)


def _check_positive(parameter: float) -> None:
    if not parameter > 0:
        raise InputError(_("A decay's parameter is {number}; give a number above zero.").format(number=parameter))
