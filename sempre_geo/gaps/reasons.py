"""Why a place misses a standard: one code for each cause, and the sentence a person reads."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sempre_geo.i18n import gettext as _

REASONS = (
    "no_road",
    "unreachable",
    "no_stop_in_reach",
    "no_departure",
    "closed_that_day",
    "closed_on_arrival",
    "stay_too_short",
    "no_return",
    "not_accessible",
    "too_long",
    "too_few_departures",
)


def reason_sentence(code: str) -> str:
    """What a reason code means, in the reader's language."""
    sentences = {
        "no_road": _("No road or path leads from here."),
        "unreachable": _("There is no way through from here."),
        "no_stop_in_reach": _("No stop is within walking distance."),
        "no_departure": _("Nothing leaves from the stops nearby that day."),
        "closed_that_day": _("The service is closed that day."),
        "closed_on_arrival": _("The service is closed whenever one can be there."),
        "stay_too_short": _("It closes, or the way home leaves, before the stay is over."),
        "no_return": _("There is no way home the same day."),
        "not_accessible": _("The way is not accessible with a wheelchair."),
        "too_long": _("The way takes longer than the limit."),
        "too_few_departures": _("Fewer buses and trains leave nearby than the limit asks for."),
    }
    return sentences[code]


def visit_reason_sentence(code: str) -> str:
    """The same where a visit is held against a limit: the time that counts is that away from home, with the waiting.

    >>> visit_reason_sentence("no_return")
    'There is no way home the same day.'
    """
    if code == "too_long":
        return _("A visit keeps one away from home for longer than the limit.")
    return reason_sentence(code)


def street_reasons(misses: pd.Series, status: pd.Series) -> pd.Series:
    """The reason of each place that misses a limit by street; empty text where it does not.

    A place with a way that is merely too long has ``too_long``; one without any has its travel status.

    Examples
    --------
    >>> street_reasons(pd.Series([True, True, False]), pd.Series(["ok", "no_road", "ok"])).tolist()
    ['too_long', 'no_road', '']
    """
    code = np.where(status.isin(["no_road", "unreachable"]), status, "too_long")
    return pd.Series(np.where(misses, code, ""), index=misses.index, name="reason")
