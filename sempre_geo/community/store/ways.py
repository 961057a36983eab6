"""What leads from a need to an idea and on to a proposal, in the store."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, or_, select, union_all

from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import contributions, idea_needs, proposals, voices


def save_needs_of(transaction: Transaction, idea_id: str, needs: Iterable[str]) -> None:
    """Note which needs an idea answers."""
    rows = [{"idea_id": idea_id, "need_id": need} for need in dict.fromkeys(needs)]
    if rows:
        transaction.execute(insert(idea_needs), rows)


def load_needs_of(transaction: Transaction, idea_id: str) -> list[str]:
    """Ids of the needs that an idea answers."""
    query = select(idea_needs.c.need_id).where(idea_needs.c.idea_id == idea_id).order_by(idea_needs.c.need_id)
    return list(transaction.execute(query).scalars())


def load_ideas_for(transaction: Transaction, need_id: str) -> list[str]:
    """Ids of the ideas that answer a need."""
    query = select(idea_needs.c.idea_id).where(idea_needs.c.need_id == need_id).order_by(idea_needs.c.idea_id)
    return list(transaction.execute(query).scalars())


def load_proposals_from(transaction: Transaction, idea_id: str) -> list[Row]:
    """The proposals that were begun from an idea, the newest first."""
    query = select(proposals).where(proposals.c.idea_id == idea_id)
    ordered = query.order_by(proposals.c.created_at.desc(), proposals.c.id)
    return [dict(row) for row in transaction.execute(ordered).mappings()]


def load_voice_moments(transaction: Transaction, contribution_id: str) -> list[str]:
    """When each voice for a contribution was given, the first first; authors of what was merged into it count, too."""
    own = or_(contributions.c.id == contribution_id, contributions.c.merged_into == contribution_id)
    given = select(voices.c.created_at).join(contributions, contributions.c.id == voices.c.contribution_id).where(own)
    authors = select(contributions.c.created_at).where(contributions.c.merged_into == contribution_id)
    return sorted(transaction.execute(union_all(given, authors)).scalars())
