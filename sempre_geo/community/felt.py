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
_WORTH_SAYING = 1.5


def felt_and_calculated(places: pd.DataFrame, received: pd.Series, *, gap_share: float = GAP_SHARE) -> pd.DataFrame:
    """Felt and calculated gaps per place, on the index of ``places``.

    What is expected from a place is its people times the rate of the whole region: as many voices as if
    everybody spoke up alike. A place *feels* a gap where at least as many spoke as expected, and *has* a
    calculated one where at least ``gap_share`` of its people are beyond the standard. Fewer than `STEP` voices
    are *not heard*; where nobody lives, nobody can be. Between ``expected_low`` and ``expected_high`` the voices
    would lie by chance (Poisson, 95 %); ``sure`` says that they do not.

    Parameters
    ----------
    places : DataFrame
        ``people`` and ``beyond`` (people beyond the standard; NaN where not known).
    received : Series
        Voices per place; places without any may be left out.

    Returns
    -------
    DataFrame
        ``people, share_beyond, received, expected, expected_low, expected_high, sure, felt_class``.

    Raises
    ------
    InputError
        Voices come from places that are not in the table.

    Examples
    --------
    >>> places = pd.DataFrame({"people": [100, 100], "beyond": [80.0, 80.0]}, index=["valley", "next valley"])
    >>> felt_and_calculated(places, pd.Series({"valley": 12}))["felt_class"].tolist()
    ['both', 'not_heard']
    """
    from scipy.stats import poisson

    strange = received.index.difference(places.index)
    if len(strange):
        raise InputError(
            _("Voices come from places that are not in the table: {ids}.").format(ids=first_items(strange))
        )
    heard = received.reindex(places.index).fillna(0).astype(int)
    people = places["people"].astype(float)
    expected = people.fillna(0) * (heard.sum() / max(people.sum(), 1.0))
    low, high = (poisson.ppf(tail, expected) for tail in (_TAIL, 1 - _TAIL))
    share = places["beyond"] / people.where(people > 0)
    return pd.DataFrame(
        {
            "people": people,
            "share_beyond": share,
            "received": heard,
            "expected": expected,
            "expected_low": low,
            "expected_high": high,
            "sure": (heard < low) | (heard > high),
            "felt_class": _classes(people, share, heard, expected, gap_share=gap_share),
        },
        index=places.index,
    )


def felt_sentence(name: str, row: pd.Series) -> str:
    """What a row of :func:`felt_and_calculated` says, as one would say it; of the not heard :func:`silent_sentence`.

    >>> row = pd.Series({"felt_class": "felt_more", "received": 12, "expected": 8.7, "share_beyond": 0.1})
    >>> felt_sentence("Haavere", row)
    'In Haavere people say more than the map does: 12 voices, 9 expected. Ask why.'
    """
    said = {
        "both": _("In {name} people say what the map says: {received} voices, where {expected} were to be expected."),
        "calculated_more": _("In {name} the map says more than people do: {received} voices of {expected} expected."),
        "felt_more": _("In {name} people say more than the map does: {received} voices, {expected} expected. Ask why."),
        "neither": _("In {name} neither the map nor people say much: {received} voices of {expected} expected."),
        "unknown": _("How many people live in {name}, or how far they have to go, is not known."),
        "uninhabited": _("Nobody lives in {name}."),
    }
    if row["felt_class"] == "not_heard":
        return silent_sentence(name, row)
    return said[row["felt_class"]].format(name=name, received=int(row["received"]), expected=round(row["expected"]))


def silent_sentence(name: str, row: pd.Series) -> str:
    """How silent a place of :func:`silent_places` is: how many came, how many were to be expected.

    Where numbers are ``rounded``, none may be some: then nobody is said to be silent, only that too few have spoken.

    >>> row = pd.Series({"received": 0, "expected": 8.7})
    >>> silent_sentence("Uuskula", row).split(". ")
    ['Nobody from Uuskula has told us anything yet', 'About 9 voices were to be expected',
     'That is silence, not satisfaction.']
    >>> silent_sentence("Linnamaa", pd.Series({"received": 12, "expected": 36.0}))
    'Voices from Linnamaa: 12, where about 36 were to be expected. Ask who has not been heard.'
    """
    heard, expected = int(row["received"]), round(row["expected"])
    if heard == 0 and bool(row.get("rounded", False)):
        said = _(
            "From {name} too few have spoken for anything to be known. About {expected} voices were to be expected. "
            "That is silence, not satisfaction."
        )
    elif heard == 0:
        said = _(
            "Nobody from {name} has told us anything yet. About {expected} voices were to be expected. "
            "That is silence, not satisfaction."
        )
    else:
        said = _(
            "Voices from {name}: {received}, where about {expected} were to be expected. Ask who has not been heard."
        )
    return said.format(name=name, received=heard, expected=expected)


def silent_places(table: pd.DataFrame) -> pd.DataFrame:
    """The silent rows of :func:`felt_and_calculated`, most missing voices first; ``missing`` is how many.

    Silent is a place that is not heard though two voices or more were to be expected, and one from which fewer came
    than chance explains. A number that is ``rounded`` down is taken as up to four more than it shows, or as many
    times four as sums were rounded, so that rounding silences nobody.

    >>> places = pd.DataFrame({"people": [100, 10, 1000], "beyond": 0.0}, index=["valley", "farm", "town"])
    >>> silent_places(felt_and_calculated(places, pd.Series({"valley": 60})))[["expected", "missing"]].round().values
    array([[54., 54.]])
    """
    rounding = (STEP - 1) * table["rounded"].astype(int) if "rounded" in table else 0
    fewer = table["received"] + rounding < table["expected_low"]
    unheard = table["felt_class"].eq("not_heard") & (table["expected"] >= _WORTH_SAYING)
    silent = table[(fewer | unheard) & (table["people"] > 0)]
    missing = silent["expected"] - silent["received"]
    return silent.assign(missing=missing).sort_values("missing", ascending=False, kind="stable")


def silence_can_be_told(table: pd.DataFrame) -> bool:
    """Whether enough have spoken in all for silence to mean something: somewhere two voices were to be expected.

    >>> places = pd.DataFrame({"people": [100, 300], "beyond": 0.0})
    >>> [silence_can_be_told(felt_and_calculated(places, pd.Series({0: said}))) for said in (1, 3)]
    [False, True]
    """
    return bool((table["expected"] >= _WORTH_SAYING).any())


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
