"""What people feel beside what the model says: where the two agree, where they differ, and where nobody has spoken.

A place from which nobody has spoken is *not heard*, whatever the model says of it: silence is no sign of
satisfaction, and is never drawn as "no need".
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _

FeltClass = Literal["both", "calculated_more", "felt_more", "neither", "not_heard", "unknown"]
GAP_SHARE = 0.25
_TAIL = 0.025


def felt_and_calculated(places: pd.DataFrame, received: pd.Series, *, gap_share: float = GAP_SHARE) -> pd.DataFrame:
    """Felt and calculated gaps per place, on the index of ``places``.

    What is expected from a place is its people times the rate of the whole region: as many voices as if
    everybody spoke up alike. A place *feels* a gap where at least as many spoke as expected, and *has* a
    calculated one where at least ``gap_share`` of its people are beyond the standard. ``sure`` says
    whether chance alone would explain the difference from what was expected (exact Poisson interval, 95 %).

    Parameters
    ----------
    places : DataFrame
        ``people`` and ``beyond`` (people beyond the standard; NaN where not known).
    received : Series
        Voices per place; places without any may be left out.

    Returns
    -------
    DataFrame
        ``people, share_beyond, received, expected, low, high, sure, felt_class``.

    Raises
    ------
    InputError
        Voices come from places that are not in the table.

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.
    https://doi.org/10.2307/2333958

    Examples
    --------
    >>> places = pd.DataFrame({"people": [100, 100], "beyond": [80.0, 80.0]}, index=["valley", "next valley"])
    >>> felt_and_calculated(places, pd.Series({"valley": 12}))["felt_class"].tolist()
    ['both', 'not_heard']
    """
    strange = received.index.difference(places.index)
    if len(strange):
        raise InputError(
            _("Voices come from places that are not in the table: {ids}.").format(ids=first_items(strange))
        )
    heard = received.reindex(places.index).fillna(0).astype(int)
    people = places["people"].astype(float)
    expected = people.fillna(0) * (heard.sum() / max(people.sum(), 1.0))
    low, high = _interval(heard.to_numpy())
    share = places["beyond"] / people.where(people > 0)
    return pd.DataFrame(
        {
            "people": people,
            "share_beyond": share,
            "received": heard,
            "expected": expected,
            "low": low,
            "high": high,
            "sure": (low > expected) | (high < expected),
            "felt_class": _classes(share.to_numpy(), heard.to_numpy(), expected.to_numpy(), gap_share=gap_share),
        },
        index=places.index,
    )


def felt_sentence(name: str, row: pd.Series) -> str:
    """What a row of :func:`felt_and_calculated` says, as one would say it.

    >>> row = pd.Series({"felt_class": "not_heard", "received": 0, "expected": 8.7, "share_beyond": 0.4})
    >>> felt_sentence("Uuskula", row).split(". ")
    ['Nobody from Uuskula has told us anything yet', 'About 9 voices were to be expected',
     'That is silence, not satisfaction.']
    """
    said = {
        "both": _("In {name} people say what the map says: {received} voices, where {expected} were to be expected."),
        "calculated_more": _("In {name} the map says more than people do: {received} voices of {expected} expected."),
        "felt_more": _("In {name} people say more than the map does: {received} voices, {expected} expected. Ask why."),
        "neither": _("In {name} neither the map nor people say much: {received} voices of {expected} expected."),
        "not_heard": _(
            "Nobody from {name} has told us anything yet. About {expected} voices were to be expected. "
            "That is silence, not satisfaction."
        ),
        "unknown": _("How many people live in {name}, or how far they have to go, is not known."),
    }
    return said[row["felt_class"]].format(name=name, received=int(row["received"]), expected=round(row["expected"]))


def _interval(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from scipy.stats import chi2

    low = np.where(counts > 0, chi2.ppf(_TAIL, 2 * np.maximum(counts, 1)) / 2, 0.0)
    return low, chi2.ppf(1 - _TAIL, 2 * counts + 2) / 2


def _classes(share: np.ndarray, heard: np.ndarray, expected: np.ndarray, *, gap_share: float) -> np.ndarray:
    gap, felt = share >= gap_share, heard >= expected
    names = np.select(
        [heard == 0, np.isnan(share), gap & felt, gap, felt],
        ["not_heard", "unknown", "both", "calculated_more", "felt_more"],
        default="neither",
    )
    return names.astype(object)
