"""Corrections in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import delete, insert, select, update

from sempre_geo.community.corrections import CORRECTION_COLUMNS
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import corrections, erasures, events


def save_correction(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Add a reported correction."""
    transaction.execute(insert(corrections), dict(row))


def load_correction(transaction: Transaction, correction_id: str) -> Row | None:
    """One correction; None if there is none."""
    found = transaction.execute(select(corrections).where(corrections.c.id == correction_id)).mappings().first()
    return dict(found) if found else None


def load_claimed_correction(transaction: Transaction, digest: str) -> Row | None:
    """The correction that a claim code opens."""
    found = transaction.execute(select(corrections).where(corrections.c.claim_digest == digest)).mappings().first()
    return dict(found) if found else None


def load_corrections(transaction: Transaction, region: str) -> pd.DataFrame:
    """A region's corrections, the oldest first, without who decided and without codes."""
    columns = (corrections.c[name] for name in CORRECTION_COLUMNS)
    result = transaction.execute(
        select(*columns).where(corrections.c.region == region).order_by(corrections.c.created_at, corrections.c.id)
    )
    return pd.DataFrame(list(result), columns=list(result.keys()))


def change_correction(transaction: Transaction, correction_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a correction."""
    transaction.execute(update(corrections).where(corrections.c.id == correction_id).values(**values))


def erase_correction(transaction: Transaction, correction_id: str, *, at: str) -> None:
    """Remove a report with its code and note its id, so that a restored backup is cleaned, too.

    Of one that is in use the fact stays, for others go by it: without the reporter's words, the day on which it was
    accepted in the place of how they knew.
    """
    row = load_correction(transaction, correction_id)
    if row is not None and row["status"] == "accepted":
        bare = {"text": "", "source": row["status_at"][:10], "claim_digest": None}
        change_correction(transaction, correction_id, bare)
    else:
        transaction.execute(delete(corrections).where(corrections.c.id == correction_id))
        transaction.execute(delete(events).where(events.c.thing == correction_id))
    if not transaction.execute(select(erasures.c.thing).where(erasures.c.thing == correction_id)).first():
        transaction.execute(insert(erasures), {"thing": correction_id, "at": at})
