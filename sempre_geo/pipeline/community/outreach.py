"""Felt beside calculated, and where to go and listen: for those who plan, not for everybody."""

from __future__ import annotations

import pandas as pd

from sempre_geo.community.access import check_may
from sempre_geo.community.felt import felt_and_calculated
from sempre_geo.community.outreach import outreach_plan
from sempre_geo.community.store.public_rows import load_heard
from sempre_geo.community.suppression import shown_count
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, open_community
from sempre_geo.settings import Settings

_BY = {"municipality": "municipality_id", "settlement": "settlement_id"}


def felt(
    settings: Settings,
    region: str,
    *,
    gaps: pd.DataFrame,
    by: Asker,
    place: str = "municipality",
    category: str = "",
    group: str = "",
) -> pd.DataFrame:
    """What people feel beside what the model says, per municipality or settlement.

    ``gaps`` has ``people`` and ``beyond`` on an index of the places' ids, as the gap tables give them; with
    ``group`` those of a group, such as ``over_64``, and then voices count that are of it. Only a coordinator of
    the region reads the exact numbers; a policymaker reads them as they may be published (``rounded``): in steps
    of five, and a place with too few voices as not heard.

    Raises
    ------
    NotAllowedError
        The asker is neither coordinator nor policymaker here.
    """
    if place not in _BY:
        raise InputError(_("Places are one of {choices}.").format(choices=", ".join(_BY)))
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        check_may(person, "read finer aggregates", f"region:{region}")
        heard = load_heard(transaction, region)
    heard = heard[heard["category"].eq(category)] if category else heard
    heard = heard[[group in groups for groups in heard["groups"]]] if group else heard
    heard = heard[heard[_BY[place]].isin(gaps.index)]
    exact = person.has("coordinator", f"region:{region}")
    received = heard["people"].astype(int).groupby(heard[_BY[place]]).sum()
    return felt_and_calculated(gaps, received if exact else _as_shown(received, heard, _BY[place])).assign(
        rounded=not exact
    )


def _as_shown(received: pd.Series, heard: pd.DataFrame, place: str) -> pd.Series:
    """The voices of each place as they may be published."""
    protected = heard["topic"].ne("").groupby(heard[place]).any().reindex(received.index)
    shown = [shown_count(int(count), protected=bool(hidden)) for count, hidden in zip(received, protected, strict=True)]
    return pd.Series(shown, index=received.index, dtype=int)


def outreach(
    settings: Settings,
    region: str,
    *,
    places: pd.DataFrame,
    services: pd.DataFrame,
    cells: pd.DataFrame,
    by: Asker,
    most: int = 10,
) -> pd.DataFrame:
    """Where an outreach day would hear the most who have not been heard: see :func:`outreach_plan`.

    ``places`` has ``name, lon, lat, people, beyond`` on settlement ids.
    """
    table = felt(settings, region, gaps=places[["people", "beyond"]], by=by, place="settlement")
    return outreach_plan(places, table, services, cells=cells, most=most)
