"""The public counts of what people say, and what the office may know beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pandas as pd
import pyarrow as pa

from sempre_geo.community.public_counts import COUNT_COLUMNS, FINER_COLUMNS, finer_counts, public_counts, week_of
from sempre_geo.community.store.cuts import count_erasures, finer_of, load_cut, load_people, save_cut, save_people
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.public_rows import heard_of, load_people_counted, tallies_of
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

    def taken(transaction: Transaction, people: pa.Table) -> pd.DataFrame:
        return public_counts(tallies_of(people), load_zones(transaction, region))

    week = week_of((at or now()).date()).isoformat()
    cut = _of_week(settings, region, kept_as=region, week=week, take=taken)
    return cut.reindex(columns=list(COUNT_COLUMNS)).assign(as_of=week)


def counts_by_place(settings: Settings, region: str, *, at: datetime | None = None) -> pd.DataFrame:
    """What those who plan may count by municipality and settlement: see `finer_counts`; of this week's Monday, too.

    Whoever calls this has checked who asks.
    """

    def taken(_transaction: Transaction, people: pa.Table) -> pd.DataFrame:
        return finer_counts(heard_of(people))

    week = week_of((at or now()).date()).isoformat()
    cut = _of_week(settings, region, kept_as=finer_of(region), week=week, take=taken)
    return cut.reindex(columns=list(FINER_COLUMNS))


def _of_week(
    settings: Settings, region: str, *, kept_as: str, week: str, take: Callable[[Transaction, pa.Table], pd.DataFrame]
) -> pd.DataFrame:
    """A cut as it was first taken in a week, less those who erased since; ``take`` gets whom it counts.

    Summing is done where others can write meanwhile, and again if one of them erased something.
    """
    store = open_community(settings)
    while True:
        with store.reading() as transaction:
            cut = load_cut(transaction, kept_as, week=week)
            if cut is not None:
                return cut
            erased, known = count_erasures(transaction), load_people(transaction, region, week=week)
            before = f"{week}T00:00:00Z"
            people = load_people_counted(transaction, region, before=before) if known is None else known
            made = take(transaction, people)
        with store.writing() as transaction:
            if count_erasures(transaction) != erased or load_cut(transaction, kept_as, week=week) is not None:
                continue
            if load_people(transaction, region, week=week) is None:
                save_people(transaction, region, week=week, people=people)
            save_cut(transaction, kept_as, week=week, table=made)
            return made
