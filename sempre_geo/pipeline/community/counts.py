"""The public counts of what people say, and what the office may know beside them."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from sempre_geo.community.public_counts import COUNT_COLUMNS, public_counts, week_of
from sempre_geo.community.store.cuts import load_cut, save_cut
from sempre_geo.community.store.public_rows import load_tallies
from sempre_geo.community.store.zones import load_zones
from sempre_geo.pipeline.community.desk import now, open_community
from sempre_geo.settings import Settings


def counts(settings: Settings, region: str, *, at: datetime | None = None) -> pd.DataFrame:
    """What anybody may count: the cut of this week's Monday, the same for all until the next.

    Returns
    -------
    DataFrame
        ``cut, category, part, place_name, lon, lat, zones, people, as_of``: see :func:`public_counts`. A
        place that is not among the parts has not been heard enough to be shown; that is no sign that
        nothing is missing there.
    """
    week = week_of((at or now()).date()).isoformat()
    store = open_community(settings)
    with store.reading() as transaction:
        cut = load_cut(transaction, region, week=week)
        if cut is None:
            made = public_counts(
                load_tallies(transaction, region, before=f"{week}T00:00:00Z"), load_zones(transaction, region)
            )
    if cut is None:
        with store.writing() as transaction:
            cut = load_cut(transaction, region, week=week)
            if cut is None:
                save_cut(transaction, region, week=week, table=made)
                cut = made
    return cut.reindex(columns=list(COUNT_COLUMNS)).assign(as_of=week)
