"""Who says they run a service, and what they offer, in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import insert, select, update

from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of
from sempre_geo.community.store.office_tables import offers, provider_requests


def save_request(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Note that somebody asks to speak for a service."""
    transaction.execute(insert(provider_requests), dict(row))


def load_request(transaction: Transaction, *, request_id: str = "", claim_digest: str = "") -> Row | None:
    """One request by its id or its code's digest."""
    columns = provider_requests.c
    wanted = columns.id == request_id if request_id else columns.claim_digest == claim_digest
    found = transaction.execute(select(provider_requests).where(wanted)).mappings().first()
    return dict(found) if found else None


def is_self_opened(transaction: Transaction, account_id: str) -> bool:
    """Whether an account was opened by a provider with a code, who chose its name."""
    query = select(provider_requests.c.id).where(provider_requests.c.account_id == account_id)
    return transaction.execute(query).first() is not None


def load_requests(transaction: Transaction, region: str, *, status: str) -> pd.DataFrame:
    """A region's requests of one status, the oldest first, without codes."""
    names = ("id", "service_id", "name", "contact", "source", "created_at")
    wanted = (provider_requests.c.region == region) & (provider_requests.c.status == status)
    query = select(*(provider_requests.c[name] for name in names)).where(wanted)
    return frame_of(transaction, query.order_by(provider_requests.c.created_at, provider_requests.c.id))


def change_request(transaction: Transaction, request_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a request."""
    transaction.execute(update(provider_requests).where(provider_requests.c.id == request_id).values(**values))


def save_offer(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Add an offer."""
    transaction.execute(insert(offers), dict(row))


def load_offer(transaction: Transaction, offer_id: str) -> Row | None:
    """One offer; None if there is none."""
    found = transaction.execute(select(offers).where(offers.c.id == offer_id)).mappings().first()
    return dict(found) if found else None


def load_offers(transaction: Transaction, region: str) -> pd.DataFrame:
    """A region's standing offers, the newest first, without the accounts behind them."""
    names = ("id", "service_id", "kind", "text", "hours", "status", "created_at")
    wanted = (offers.c.region == region) & (offers.c.status != "withdrawn")
    query = select(*(offers.c[name] for name in names)).where(wanted)
    return frame_of(transaction, query.order_by(offers.c.created_at.desc(), offers.c.id))


def change_offer(transaction: Transaction, offer_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of an offer."""
    transaction.execute(update(offers).where(offers.c.id == offer_id).values(**values))
