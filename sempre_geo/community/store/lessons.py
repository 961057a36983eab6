"""Diaries and lessons in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert, select, update

from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import diary, lessons


def save_diary_entry(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Add an entry to the diary of a proposal or a network."""
    transaction.execute(insert(diary), dict(row))


def load_diary(transaction: Transaction, thing: str) -> list[Row]:
    """The diary of a proposal or a network, the first entry first."""
    query = select(diary).where(diary.c.thing == thing).order_by(diary.c.created_at, diary.c.period, diary.c.id)
    return [dict(row) for row in transaction.execute(query).mappings()]


def save_lesson(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Add a lesson."""
    transaction.execute(insert(lessons), dict(row))


def load_lesson(transaction: Transaction, lesson_id: str) -> Row | None:
    """One lesson; None if there is none."""
    found = transaction.execute(select(lessons).where(lessons.c.id == lesson_id)).mappings().first()
    return dict(found) if found else None


def load_lessons(
    transaction: Transaction, *, statuses: Iterable[str] = ("received", "published"), proposal_id: str | None = None
) -> list[Row]:
    """Lessons of these statuses, of all regions or of one proposal, the newest first."""
    query = select(lessons).where(lessons.c.status.in_(sorted(statuses)))
    if proposal_id is not None:
        query = query.where(lessons.c.proposal_id == proposal_id)
    ordered = query.order_by(lessons.c.created_at.desc(), lessons.c.id)
    return [dict(row) for row in transaction.execute(ordered).mappings()]


def change_lesson(transaction: Transaction, lesson_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a lesson."""
    transaction.execute(update(lessons).where(lessons.c.id == lesson_id).values(**values))
