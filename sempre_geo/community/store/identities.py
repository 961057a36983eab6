"""Which account belongs to whom at another provider."""

from __future__ import annotations

from sqlalchemy import insert, select

from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.office_tables import identities


def load_identity(transaction: Transaction, *, issuer: str, subject: str) -> str:
    """The id of the account that belongs to a subject of an issuer; empty if none does."""
    same = (identities.c.issuer == issuer) & (identities.c.subject == subject)
    return str(transaction.execute(select(identities.c.account_id).where(same)).scalar() or "")


def save_identity(transaction: Transaction, *, issuer: str, subject: str, account_id: str, at: str) -> None:
    """Tie an account to a subject of an issuer."""
    row = {"issuer": issuer, "subject": subject, "account_id": account_id, "created_at": at}
    transaction.execute(insert(identities), row)
