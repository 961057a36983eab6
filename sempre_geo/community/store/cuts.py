"""The weekly cuts that are published: taken once, then the same for everybody until the next."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import delete, insert, select

from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import public_cuts

_FINER = "/finer"  # what no region's name has


def save_cut(transaction: Transaction, region: str, *, week: str, table: pd.DataFrame) -> None:
    """Keep the cut of a week, column by column."""
    held = table.astype(object)
    content: dict[str, list[Any]] = {str(name): held[name].where(held[name].notna(), None).tolist() for name in held}
    transaction.execute(insert(public_cuts), {"region": region, "week": week, "content": content})


def load_cut(transaction: Transaction, region: str, *, week: str) -> pd.DataFrame | None:
    """The cut of a week; None if it has not been taken."""
    wanted = (public_cuts.c.region == region) & (public_cuts.c.week == week)
    found = transaction.execute(select(public_cuts.c.content).where(wanted)).first()
    return pd.DataFrame(found.content) if found else None


def finer_of(region: str) -> str:
    """The name under which a region's finer cuts are kept, which are not for everybody.

    >>> finer_of("valka") != "valka"
    True
    """
    return f"{region}{_FINER}"


def erase_cuts(transaction: Transaction, region: str) -> None:
    """Forget a region's cuts, because something in them was erased; the present ones are taken anew."""
    transaction.execute(delete(public_cuts).where(public_cuts.c.region.in_([region, finer_of(region)])))
