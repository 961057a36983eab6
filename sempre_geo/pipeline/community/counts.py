"""The public counts of what people say, and what the office may know beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pandas as pd

from sempre_geo.community.public_counts import COUNT_COLUMNS, FINER_COLUMNS, finer_counts, public_counts, week_of
from sempre_geo.community.store.cuts import finer_of, load_cut, save_cut
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.public_rows import load_heard, load_tallies
from sempre_geo.community.store.zones import load_zones
from sempre_geo.pipeline.community.desk import now, open_community
from sempre_geo.settings import Settings


def counts(settings: Settings, region: str, *, at: datetime | None = None) -> pd.DataFrame:
    """What anybody may count: the cut of this week's Monday, the same for all until the next.

    Returns
    -------
    DataFrame
        ``cut, category, group, part, place_name, lon, lat, zones, people, as_of``: see :func:`public_counts`. A
        place that is not among the parts has not been heard enough to be shown; that is no sign that
        nothing is missing there.
    """

    def taken(transaction: Transaction, before: str) -> pd.DataFrame:
        return public_counts(load_tallies(transaction, region, before=before), load_zones(transaction, region))

    week = week_of((at or now()).date()).isoformat()
    cut = _of_week(settings, region, week=week, take=taken)
    return cut.reindex(columns=list(COUNT_COLUMNS)).assign(as_of=week)


def counts_by_place(settings: Settings, region: str, *, at: datetime | None = None) -> pd.DataFrame:
    """What those who plan may count by municipality and settlement: see `finer_counts`; of this week's Monday, too.

    Whoever calls this has checked who asks.
    """

    def taken(transaction: Transaction, before: str) -> pd.DataFrame:
        return finer_counts(load_heard(transaction, region, before=before))

    week = week_of((at or now()).date()).isoformat()
    cut = _of_week(settings, finer_of(region), week=week, take=taken)
    return cut.reindex(columns=list(FINER_COLUMNS))


def _of_week(
    settings: Settings, kept_as: str, *, week: str, take: Callable[[Transaction, str], pd.DataFrame]
) -> pd.DataFrame:
    """A cut as it was first taken in a week; ``take`` gets the Monday before which something must have been said."""
    store = open_community(settings)
    with store.reading() as transaction:
        cut = load_cut(transaction, kept_as, week=week)
        made = take(transaction, f"{week}T00:00:00Z") if cut is None else cut
    if cut is None:
        with store.writing() as transaction:
            cut = load_cut(transaction, kept_as, week=week)
            if cut is None:
                save_cut(transaction, kept_as, week=week, table=made)
                cut = made
    return cut
