"""Outreach in the store: planned tours, days that were held, last looks, and what was said for those who listen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import insert, select, update

from sempre_geo.community.contributions import PUBLIC
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of
from sempre_geo.community.store.office_tables import looks, outreach_days, tours
from sempre_geo.community.store.standing import counted, standing
from sempre_geo.community.store.tables import contributions, voices
from sempre_geo.community.store.voices import with_voices

_HEARD = (
    "id", "kind", "category", "topic", "obstacle", "groups", "municipality", "zone_id", "precision", "settlement_id",
    "status", "created_at",
)  # fmt: skip


def load_said(transaction: Transaction, region: str) -> pd.DataFrame:
    """Published, standing contributions without their texts, each with its voices; the newest first.

    For the office: groups and obstacles stand beside each. There is no exact place.
    """
    query = select(*(contributions.c[name] for name in _HEARD)).where(
        contributions.c.region == region,
        contributions.c.status.in_(sorted(PUBLIC)),
        contributions.c.merged_into.is_(None),
    )
    rows = frame_of(transaction, query.order_by(contributions.c.created_at.desc(), contributions.c.id))
    return with_voices(transaction, rows.assign(groups=rows["groups"].map(_listed).astype(object)))


def load_moments(transaction: Transaction, region: str) -> pd.DataFrame:
    """``settlement_id, topic, created_at`` of each person heard: authors and voices of what was published.

    Whoever is counted with another one is heard there, as in :func:`load_said`. For the office: sum and round them
    before anybody sees them.
    """
    said = (standing.c.region == region) & standing.c.status.in_(sorted(PUBLIC))
    place = (standing.c.settlement_id, standing.c.topic)
    authors = select(*place, contributions.c.created_at).select_from(counted).where(said)
    given = voices.c.contribution_id == contributions.c.id
    supporters = select(*place, voices.c.created_at).select_from(counted.join(voices, given)).where(said)
    return pd.concat([frame_of(transaction, authors), frame_of(transaction, supporters)], ignore_index=True)


def save_tour(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Keep a planned tour."""
    transaction.execute(insert(tours), dict(row))


def load_tour(transaction: Transaction, tour_id: str) -> Row | None:
    """A planned tour; None if there is none."""
    found = transaction.execute(select(tours).where(tours.c.id == tour_id)).mappings().first()
    return dict(found) if found else None


def load_tours(transaction: Transaction, region: str, *, most: int) -> list[Row]:
    """A region's tours, the newest first."""
    query = select(tours).where(tours.c.region == region).order_by(tours.c.created_at.desc(), tours.c.id)
    return [dict(row) for row in transaction.execute(query.limit(most)).mappings()]


def save_day(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Note a day that was held."""
    transaction.execute(insert(outreach_days), dict(row))


def load_days(transaction: Transaction, region: str) -> list[Row]:
    """The days that were held in a region, the newest first."""
    query = select(outreach_days).where(outreach_days.c.region == region)
    ordered = query.order_by(outreach_days.c.held_on.desc(), outreach_days.c.created_at.desc(), outreach_days.c.id)
    return [dict(row) for row in transaction.execute(ordered).mappings()]


def load_look(transaction: Transaction, account_id: str, region: str) -> str:
    """When an account last looked at what is new in a region; empty if never."""
    query = select(looks.c.at).where(looks.c.account_id == account_id, looks.c.region == region)
    return transaction.execute(query).scalar() or ""


def save_look(transaction: Transaction, account_id: str, region: str, *, at: str) -> None:
    """Note that an account has looked."""
    mine = (looks.c.account_id == account_id) & (looks.c.region == region)
    if not transaction.execute(update(looks).where(mine).values(at=at)).rowcount:
        transaction.execute(insert(looks), {"account_id": account_id, "region": region, "at": at})


def _listed(groups: object) -> list[str]:
    return json.loads(groups) if isinstance(groups, str) else list(groups or ())  # type: ignore[call-overload,no-any-return]
