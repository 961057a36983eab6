"""The sentences that voices add, in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import select, update

from sempre_geo.community.store.contributions import Row, frame_of
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import contributions, voices


def load_voice(transaction: Transaction, voice_id: str) -> Row | None:
    """One voice; None if there is none."""
    found = transaction.execute(select(voices).where(voices.c.id == voice_id)).mappings().first()
    return dict(found) if found else None


def change_voice(transaction: Transaction, voice_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a voice."""
    transaction.execute(update(voices).where(voices.c.id == voice_id).values(**values))


def load_sentences(transaction: Transaction, region: str, *, status: str, contribution_id: str = "") -> pd.DataFrame:
    """Sentences of a status with the title and scopes of what they support, the oldest first.

    With ``contribution_id`` only those given to it and to what was merged into it.
    """
    said = contributions.c
    names = ("title", "region", "municipality_id", "category")
    query = (
        select(voices.c.id, voices.c.contribution_id, voices.c.sentence, voices.c.created_at, *(said[n] for n in names))
        .join(contributions, said.id == voices.c.contribution_id)
        .where(said.region == region, voices.c.sentence_status == status)
        .order_by(voices.c.created_at, voices.c.id)
    )
    if contribution_id:
        query = query.where((said.id == contribution_id) | (said.merged_into == contribution_id))
    return frame_of(transaction, query)
