"""What people feel beside what the model says: where the two agree, where they differ, and where nobody has spoken.

A place from which too few have spoken for anything to be known is *not heard*, whatever the model says of it:
silence is no sign of satisfaction, and is never drawn as "no need". Too few is fewer than are ever published: so
the class tells nobody more than the public counts do.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from sempre_geo.community.public_counts import STEP
from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _

FeltClass = Literal["both", "calculated_more", "felt_more", "neither", "not_heard", "unknown", "uninhabited"]
GAP_SHARE = 0.25
_TAIL = 0.025


def felt_and_calculated(places: pd.DataFrame, received: pd.Series, *, gap_share: float = GAP_SHARE) -> pd.DataFrame:
    """Felt and calculated gaps per place, on the index of ``places``.

    What is expected from a place is its people times the rate of the whole region: as many voices as if
    everybody spoke up alike. A place *feels* a gap where at least as many spoke as expected, and *has* a
    calculated one where at least ``gap_share`` of its people are beyond the standard. Fewer than `STEP` voices
    are *not heard*; where nobody lives, nobody can be. ``sure`` says
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
            "felt_class": _classes(people, share, heard, expected, gap_share=gap_share),
        },
        index=places.index,
    )


def felt_sentence(name: str, row: pd.Series) -> str:
    """What a row of :func:`felt_and_calculated` says, as one would say it.

    Where numbers are ``rounded``, none may be some: then nobody is said to be silent, only that too few have spoken.

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
        "few": _(
            "From {name} too few have spoken for anything to be known. About {expected} voices were to be expected. "
            "That is silence, not satisfaction."
        ),
        "unknown": _("How many people live in {name}, or how far they have to go, is not known."),
        "uninhabited": _("Nobody lives in {name}."),
    }
    unsure = row["received"] > 0 or bool(row.get("rounded", False))
    code = "few" if row["felt_class"] == "not_heard" and unsure else row["felt_class"]
    return said[code].format(name=name, received=int(row["received"]), expected=round(row["expected"]))


def silent_places(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`felt_and_calculated` from which fewer spoke than chance explains, most missing voices first.

    ``missing`` is how many more were to be expected. Numbers that are ``rounded`` down are taken as up to four more
    than they show, so that rounding silences nobody.

    >>> places = pd.DataFrame({"people": [100, 1000], "beyond": 0.0}, index=["valley", "town"])
    >>> silent_places(felt_and_calculated(places, pd.Series({"valley": 60})))[["expected", "missing"]].round().values
    array([[55., 55.]])
    """
    rounding = STEP - 1 if "rounded" in table and bool(table["rounded"].any()) else 0
    most = _interval(table["received"].to_numpy() + rounding)[1]
    silent = table[(most < table["expected"]) & (table["people"] > 0)]
    missing = silent["expected"] - silent["received"]
    return silent.assign(missing=missing).sort_values("missing", ascending=False, kind="stable")


def class_title(felt_class: str) -> str:
    """What a class is called."""
    return {
        "both": _("Said and calculated"),
        "calculated_more": _("Only calculated"),
        "felt_more": _("Only said"),
        "neither": _("Neither"),
        "not_heard": _("Not heard"),
        "unknown": _("Not known"),
        "uninhabited": _("Nobody lives there"),
    }[felt_class]


def questions_to_ask(felt_class: str) -> list[str]:
    """What a class may mean, as questions to take there: none of them is a finding.

    >>> len(questions_to_ask("felt_more")), questions_to_ask("neither")
    (5, ['Do people manage, or have they given up asking?'])
    """
    return {
        "both": [
            _("Who in the place would help to change it?"),
            _("What have people tried already?"),
        ],
        "calculated_more": [
            _("Do people manage: do neighbours drive them, or does the service come to them?"),
            _("Have those who do not manage been heard at all?"),
        ],
        "felt_more": [
            _("Is it too expensive?"),
            _("Is it open when people can come?"),
            _("Is it in their language?"),
            _("Are they ashamed to go, or do they not trust it?"),
            _("Are our data wrong: does the service, the road or the bus exist?"),
        ],
        "neither": [_("Do people manage, or have they given up asking?")],
        "not_heard": [
            _("Who could be asked there, where do people meet, and in which language?"),
            _("Do people know that they can tell us something?"),
        ],
        "unknown": [_("Who can tell how many people live there, or which services there are?")],
        "uninhabited": [],
    }[felt_class]


def _interval(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from scipy.stats import chi2

    low = np.where(counts > 0, chi2.ppf(_TAIL, 2 * np.maximum(counts, 1)) / 2, 0.0)
    return low, chi2.ppf(1 - _TAIL, 2 * counts + 2) / 2


def _classes(
    people: pd.Series, share: pd.Series, heard: pd.Series, expected: pd.Series, *, gap_share: float
) -> np.ndarray:
    gap, felt = share >= gap_share, heard >= expected
    names = np.select(
        [(people == 0) & (heard < STEP), heard < STEP, share.isna(), gap & felt, gap, felt],
        ["uninhabited", "not_heard", "unknown", "both", "calculated_more", "felt_more"],
        default="neither",
    )
    return names.astype(object)
