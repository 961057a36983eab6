"""Entries in which somebody may be in danger, handed on to the set contact, in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import insert, select, update

from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of
from sempre_geo.community.store.office_tables import escalations
from sempre_geo.community.store.tables import contributions


def save_escalation(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Note that an entry is handed on."""
    transaction.execute(insert(escalations), dict(row))


def load_escalations(transaction: Transaction, region: str) -> pd.DataFrame:
    """Escalations of a region that nobody has closed, the oldest first, with the scopes of their entries."""
    said = contributions.c
    query = (
        select(escalations, said.region, said.municipality_id, said.category)
        .join(contributions, said.id == escalations.c.contribution_id)
        .where(said.region == region, escalations.c.closed_at == "")
        .order_by(escalations.c.at, escalations.c.id)
    )
    return frame_of(transaction, query)


def load_escalations_of(transaction: Transaction, contribution_id: str) -> list[dict[str, Any]]:
    """How often an entry was handed on, the oldest first."""
    query = select(escalations).where(escalations.c.contribution_id == contribution_id).order_by(escalations.c.at)
    return [dict(row) for row in transaction.execute(query).mappings()]


def is_escalated(transaction: Transaction, contribution_id: str) -> bool:
    """Whether an entry was ever handed on."""
    query = select(escalations.c.id).where(escalations.c.contribution_id == contribution_id)
    return transaction.execute(query).first() is not None


def mark_told(transaction: Transaction, contribution_id: str) -> None:
    """Note that a mail about an entry reached the contact's server."""
    still = (escalations.c.contribution_id == contribution_id) & (escalations.c.closed_at == "")
    transaction.execute(update(escalations).where(still).values(told=True))


def close_escalation(transaction: Transaction, contribution_id: str, *, at: str) -> int:
    """Note that the contact was reached; returns how many were open."""
    still = (escalations.c.contribution_id == contribution_id) & (escalations.c.closed_at == "")
    return transaction.execute(update(escalations).where(still).values(told=True, closed_at=at)).rowcount
