"""Felt beside calculated, and where to go and listen: for those who plan, not for everybody."""

from __future__ import annotations

import pandas as pd

from sempre_geo.community.access import check_may
from sempre_geo.community.felt import felt_and_calculated
from sempre_geo.community.outreach import outreach_plan
from sempre_geo.community.public_counts import STEP
from sempre_geo.community.store.public_rows import load_heard
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, open_community
from sempre_geo.settings import Settings

_BY = {"municipality": "municipality_id", "settlement": "settlement_id"}


def felt(
    settings: Settings, region: str, *, gaps: pd.DataFrame, by: Asker, place: str = "municipality", category: str = ""
) -> pd.DataFrame:
    """What people feel beside what the model says, per municipality or settlement.

    ``gaps`` has ``people`` and ``beyond`` on an index of the places' ids, as the gap tables give them. Only
    a coordinator of the region reads the exact numbers; a policymaker reads them in steps of five, and a
    place with one to four voices as not heard.

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
    received = heard["people"].astype(int).groupby(heard[_BY[place]]).sum()
    received = received[received.index.isin(gaps.index)]
    if not person.has("coordinator", f"region:{region}"):
        received = received // STEP * STEP
    return felt_and_calculated(gaps, received)


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
