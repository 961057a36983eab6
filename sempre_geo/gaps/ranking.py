"""Places in order of how many miss a standard, and how sure that order is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from sempre_geo.gaps.equity import Interval
from sempre_geo.gaps.gap_table import Assessment

RESAMPLES = 199
_BOUNDS = (2.5, 97.5)
_FEWEST = 2
_F = NDArray[np.float64]

# Nine of ten of our car and bike times lie within 20 % of another engine's, on foot within 10 % (docs/streets.md).
SPREAD_OF_TIMES: Mapping[str, float] = MappingProxyType({"car": 0.12, "bike": 0.12, "walk": 0.06, "wheelchair": 0.12})
_TIMES = frozenset({"travel_time", "response_time"})


@dataclass(frozen=True, eq=False)
class Ranking:
    """Places from the largest share beyond the standard to the smallest, and the whole.

    Attributes
    ----------
    table
        Index ``place_id``: ``people, beyond, beyond_low, beyond_high, no_way, unknown, share_beyond, share_low,
        share_high, rank, rank_low, rank_high, cells``. ``cells`` are those on which the figure rests. Bounds are
        NaN where fewer than two do; everything is NaN but the people where nothing is known.
    whole
        People beyond in all places together.
    """

    table: pd.DataFrame
    whole: Interval


def ranking(
    assessment: Assessment, people: pd.Series, *, places: pd.Series, resamples: int = RESAMPLES, seed: int = 0
) -> Ranking:
    """The places ranked, with the bounds between which 95 of 100 repetitions fall.

    A repetition draws the cells of each place anew, with replacement, and takes all travel times as too short or
    too long by the same factor, as far as ours differ from another engine's. So a bound tells both how much hangs
    on single villages and on the speeds assumed. The number of people itself is taken as counted.

    Parameters
    ----------
    people
        Of one group, per cell; NaN where confidential.
    places
        The place each cell belongs to.

    References
    ----------
    Goldstein, H. & Spiegelhalter, D. J. (1996). League tables and their limitations. Journal of the Royal
    Statistical Society A 159, 385-443. https://doi.org/10.2307/2983325
    """
    place, labels = pd.factorize(places.to_numpy(), sort=True)
    counted = people.fillna(0.0).to_numpy(dtype=np.float64)
    known = np.where(assessment.known, counted, 0.0)
    rows = np.lexsort((np.arange(len(place)), place))
    rows = rows[known[rows] > 0]
    table = _counts(assessment, counted, known, place=place, labels=labels)
    drawn = _repetitions(
        assessment, known[rows], rows=rows, place=place[rows], places=len(labels), resamples=resamples, seed=seed
    )
    inhabited = np.bincount(place[rows], minlength=len(labels))
    table = table.assign(**_bounds(drawn, table, inhabited), cells=inhabited)
    whole = np.nansum(drawn * np.bincount(place, weights=known, minlength=len(labels)), axis=1)
    low, high = np.percentile(whole, _BOUNDS) if len(rows) >= _FEWEST else (np.nan, np.nan)
    ordered = table.sort_values(["share_beyond", "people"], ascending=False, kind="stable")
    return Ranking(ordered, Interval(float(table["beyond"].sum()), float(low), float(high)))


def spread_of(assessment: Assessment) -> float:
    """By how much a cost may be off, as the standard deviation of its logarithm; 0 for what is counted exactly."""
    return SPREAD_OF_TIMES.get(assessment.mode, 0.0) if assessment.standard.metric in _TIMES else 0.0


def _counts(
    assessment: Assessment, counted: _F, known: _F, *, place: NDArray[np.int64], labels: NDArray[np.object_]
) -> pd.DataFrame:
    def total(amount: _F) -> _F:
        return np.bincount(place, weights=amount, minlength=len(labels)).astype(np.float64)

    misses = assessment.misses.to_numpy()
    figures = pd.DataFrame(
        {
            "people": total(counted),
            "beyond": total(np.where(misses, known, 0.0)),
            "no_way": total(np.where(misses & np.isposinf(assessment.cost), known, 0.0)),
            "unknown": total(counted) - total(known),
        },
        index=pd.Index(labels.astype(str), name="place_id"),
    )
    share = figures["beyond"] / (figures["people"] - figures["unknown"]).where(lambda left: left > 0)
    rank = share.rank(ascending=False, method="min")
    return figures.assign(share_beyond=share, rank=rank)


def _repetitions(
    assessment: Assessment, known: _F, *, rows: NDArray[np.int64], place: NDArray[np.int64], places: int,
    resamples: int, seed: int,
) -> _F:  # fmt: skip
    """The share beyond of every place in every repetition, shape (resamples, places); NaN where nobody is known."""
    draw = np.random.default_rng(seed)
    cost = assessment.cost.to_numpy(dtype=np.float64)[rows]
    size = np.bincount(place, minlength=places)
    first = (np.cumsum(size) - size)[place]
    shares = np.full((resamples, places), np.nan)
    for number, factor in enumerate(np.exp(draw.normal(0.0, spread_of(assessment), resamples))):
        taken = first + (draw.random(len(rows)) * size[place]).astype(np.int64)
        misses = assessment.standard.misses(cost[taken] * factor)
        weight = np.bincount(place, weights=known[taken], minlength=places)
        beyond = np.bincount(place, weights=known[taken] * misses, minlength=places)
        shares[number] = np.divide(beyond, weight, out=np.full(places, np.nan), where=weight > 0)
    return shares


def _bounds(drawn: _F, table: pd.DataFrame, inhabited: NDArray[np.int64]) -> dict[str, _F]:
    """Bounds of shares, people and ranks, one each place."""
    bounds = {
        f"{name}_{end}": np.full(len(table), np.nan) for name in ("beyond", "share", "rank") for end in ("low", "high")
    }
    there = np.flatnonzero(inhabited > 0)
    if not len(there):
        return bounds
    ranks = rankdata(-drawn[:, there], axis=1, method="min")
    known = (table["people"] - table["unknown"]).to_numpy()[there]
    wide = inhabited[there] >= _FEWEST
    for end, percent in zip(("low", "high"), _BOUNDS, strict=True):
        share = np.where(wide, np.percentile(drawn[:, there], percent, axis=0), np.nan)
        bounds[f"share_{end}"][there], bounds[f"beyond_{end}"][there] = share, share * known
        bounds[f"rank_{end}"][there] = np.percentile(ranks, percent, axis=0, method="nearest")
    return bounds
