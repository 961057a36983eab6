"""Travel costs between origins and destinations, kept as the reachable pairs only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _

_MINUTE_S = 60.0


@dataclass(frozen=True)
class Costs:
    """The pairs of an origin and a destination that can reach each other, with what it costs.

    A pair that is not listed cannot be reached. A country's cells times its services never fit in memory
    as a full matrix; the pairs within half an hour do.

    Attributes
    ----------
    origin, destination
        Positions of each pair's ends, int64, shape (pairs,).
    value
        Cost of each pair (minutes, metres, minutes away from home ...), float64, shape (pairs,), finite, >= 0.
    origins, destinations
        The labels behind the positions, unique.
    """

    origin: NDArray[np.int64]
    destination: NDArray[np.int64]
    value: NDArray[np.float64]
    origins: pd.Index
    destinations: pd.Index

    def per_origin(self, amount: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of a per-pair ``amount`` over each origin, shape (origins,)."""
        return np.bincount(self.origin, weights=amount, minlength=len(self.origins)).astype(np.float64)

    def per_destination(self, amount: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of a per-pair ``amount`` over each destination, shape (destinations,)."""
        return np.bincount(self.destination, weights=amount, minlength=len(self.destinations)).astype(np.float64)

    def within(self, limit: float) -> Costs:
        """Only the pairs that cost at most ``limit``."""
        keep = self.value <= limit
        return Costs(self.origin[keep], self.destination[keep], self.value[keep], self.origins, self.destinations)


def costs_from_matrix(matrix: ArrayLike) -> Costs:
    """Costs from a full matrix; infinity marks a pair that cannot be reached.

    Parameters
    ----------
    matrix
        Shape (origins, destinations), >= 0.

    Raises
    ------
    InputError
        The matrix is not two-dimensional, or holds NaN or a negative number.

    Examples
    --------
    >>> costs_from_matrix([[5.0, float("inf")]]).value
    array([5.])
    """
    full = np.asarray(matrix, dtype=np.float64)
    if full.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise InputError(_("Costs need rows (origins) and columns (destinations); give a table with both."))
    wrong = np.argwhere(np.isnan(full) | (full < 0))
    if len(wrong):
        raise InputError(
            _(
                "Costs at (row, column) {places} are missing or negative; give numbers, infinity where there is no way."
            ).format(places=first_items((int(row), int(column)) for row, column in wrong))
        )
    origin, destination = np.nonzero(np.isfinite(full))
    return Costs(
        origin.astype(np.int64),
        destination.astype(np.int64),
        full[origin, destination],
        pd.RangeIndex(full.shape[0]),
        pd.RangeIndex(full.shape[1]),
    )


def costs_from_pairs(pairs: pd.DataFrame, *, origins: pd.Index, destinations: pd.Index) -> Costs:
    """Costs in minutes from the pairs of `catchment_areas` or `reach`, which know positions, not labels.

    Parameters
    ----------
    pairs
        ``origin, target`` (positions in ``origins`` and ``destinations``) and ``seconds``, finite; one row a pair.

    Examples
    --------
    >>> pairs = pd.DataFrame({"origin": [0], "target": [1], "seconds": [90.0]})
    >>> costs_from_pairs(pairs, origins=pd.Index(["a"]), destinations=pd.Index(["x", "y"])).value
    array([1.5])
    """
    return Costs(
        pairs["origin"].to_numpy(dtype=np.int64),
        pairs["target"].to_numpy(dtype=np.int64),
        pairs["seconds"].to_numpy(dtype=np.float64) / _MINUTE_S,
        origins,
        destinations,
    )


def costs_from_table(table: pd.DataFrame, *, origins: pd.Index, destinations: pd.Index, cost: str = "minutes") -> Costs:
    """Costs from a long table; rows with an infinite cost are the pairs that cannot be reached.

    Parameters
    ----------
    table
        Columns ``cell_id``, ``service_id`` and ``cost``; at most one row a pair.
    origins, destinations
        All cells and all services, also those without a row.

    Raises
    ------
    InputError
        A row names an unknown cell or service, repeats a pair, or has no cost.
    """
    origin = origins.get_indexer(pd.Index(table["cell_id"]))
    destination = destinations.get_indexer(pd.Index(table["service_id"]))
    value = table[cost].to_numpy(dtype=np.float64)
    strange = table.index[(origin < 0) | (destination < 0) | np.isnan(value) | (value < 0)]
    repeated = table.index[table.duplicated(["cell_id", "service_id"])]
    if len(strange) or len(repeated):
        raise InputError(
            _(
                "Rows {rows} name an unknown cell or service, repeat a pair or have no cost; mend or remove them."
            ).format(rows=first_items([*strange, *repeated]))
        )
    keep = np.isfinite(value)
    return Costs(origin[keep].astype(np.int64), destination[keep].astype(np.int64), value[keep], origins, destinations)
