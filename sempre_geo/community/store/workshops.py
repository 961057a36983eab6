"""Workshops in the store: what is kept of one, and which entries came from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import func, insert, select, update

from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of
from sempre_geo.community.store.office_tables import workshop_entries, workshops
from sempre_geo.community.store.tables import contributions


def save_workshop(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Open a workshop."""
    transaction.execute(insert(workshops), dict(row))


def load_workshop(transaction: Transaction, workshop_id: str) -> Row | None:
    """A workshop by its id, open or not."""
    found = transaction.execute(select(workshops).where(workshops.c.id == workshop_id)).mappings().first()
    return dict(found) if found else None


def load_open_workshop(transaction: Transaction, region: str, *, word_digest: str, at: str) -> Row | None:
    """The workshop of a region that a word opens at this moment."""
    fits = (workshops.c.region == region) & (workshops.c.word_digest == word_digest)
    now_open = (workshops.c.opened_at <= at) & (workshops.c.closes_at > at)
    found = transaction.execute(select(workshops).where(fits & now_open)).mappings().first()
    return dict(found) if found else None


def load_workshops(transaction: Transaction, region: str) -> list[Row]:
    """Every workshop of a region, the newest first."""
    query = select(workshops).where(workshops.c.region == region).order_by(workshops.c.opened_at.desc(), workshops.c.id)
    return [dict(row) for row in transaction.execute(query).mappings()]


def end_workshop(transaction: Transaction, workshop_id: str, *, at: str) -> None:
    """Let nobody tell in a workshop any more."""
    transaction.execute(update(workshops).where(workshops.c.id == workshop_id).values(closes_at=at))


def save_workshop_entry(transaction: Transaction, contribution_id: str, *, workshop_id: str, further: bool) -> None:
    """Note that an entry was told in a workshop; ``further`` if by somebody who had told something: they count once."""
    row = {"contribution_id": contribution_id, "workshop_id": workshop_id, "further": further}
    transaction.execute(insert(workshop_entries), row)


def count_spoken(transaction: Transaction, workshop_id: str) -> int:
    """How many people have spoken in a workshop."""
    firsts = (workshop_entries.c.workshop_id == workshop_id) & workshop_entries.c.further.is_(False)
    query = select(func.count()).select_from(workshop_entries).where(firsts)
    return int(transaction.execute(query).scalar() or 0)


def load_workshops_of(transaction: Transaction, contribution_id: str) -> list[Row]:
    """The workshop in which an entry was told; none of most."""
    query = select(workshops).join(workshop_entries, workshop_entries.c.workshop_id == workshops.c.id)
    found = transaction.execute(query.where(workshop_entries.c.contribution_id == contribution_id))
    return [dict(row) for row in found.mappings()]


def load_told(transaction: Transaction, workshop_id: str) -> pd.DataFrame:
    """What was told in a workshop, without words and places: ``kind, category, topic, obstacle, groups``."""
    names = ("kind", "category", "topic", "obstacle", "groups")
    query = (
        select(*(contributions.c[name] for name in names))
        .join(workshop_entries, workshop_entries.c.contribution_id == contributions.c.id)
        .where(workshop_entries.c.workshop_id == workshop_id)
    )
    return frame_of(transaction, query)
