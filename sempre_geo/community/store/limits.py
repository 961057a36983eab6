"""How often a sender and a text came today; yesterday's counts are thrown away."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, delete, insert, select, update

from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.office_tables import limits, sent_texts


def count_sender(transaction: Transaction, digest: str, *, day: str) -> int:
    """Count one more entry of a sender; returns how many came before it today."""
    return _count(transaction, limits.c.sender_digest, digest, day=day)


def load_sender(transaction: Transaction, digest: str, *, day: str) -> int:
    """How many entries of a sender came today."""
    same = (limits.c.day == day) & (limits.c.sender_digest == digest)
    return int(transaction.execute(select(limits.c.sent).where(same)).scalar() or 0)


def count_text(transaction: Transaction, digest: str, *, day: str) -> int:
    """Count one more entry with this text; returns how many came before it today."""
    return _count(transaction, sent_texts.c.text_digest, digest, day=day)


def _count(transaction: Transaction, column: Column[Any], digest: str, *, day: str) -> int:
    table = column.table
    transaction.execute(delete(table).where(table.c.day < day))
    same = (table.c.day == day) & (column == digest)
    before = transaction.execute(select(table.c.sent).where(same)).scalar()
    if before is None:
        transaction.execute(insert(table), {"day": day, column.name: digest, "sent": 1})
        return 0
    transaction.execute(update(table).where(same).values(sent=before + 1))
    return int(before)
