"""Proposals in the store: their words, versions, needs and teams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from sqlalchemy import func, insert, select, update

from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import comments, proposal_needs, proposal_versions, proposals, team


def save_proposal(transaction: Transaction, row: Mapping[str, Any], *, needs: Iterable[str]) -> None:
    """Add a proposal with the ids of the needs it answers."""
    transaction.execute(insert(proposals), dict(row))
    save_needs(transaction, str(row["id"]), needs)


def save_needs(transaction: Transaction, proposal_id: str, needs: Iterable[str]) -> None:
    """Link further needs to a proposal; those already linked stay."""
    linked = set(load_needs(transaction, proposal_id))
    rows = [
        {"proposal_id": proposal_id, "contribution_id": need} for need in dict.fromkeys(needs) if need not in linked
    ]
    if rows:
        transaction.execute(insert(proposal_needs), rows)


def load_needs(transaction: Transaction, proposal_id: str) -> list[str]:
    """Ids of the contributions that a proposal answers."""
    query = select(proposal_needs.c.contribution_id).where(proposal_needs.c.proposal_id == proposal_id)
    return list(transaction.execute(query.order_by(proposal_needs.c.contribution_id)).scalars())


def load_proposal(transaction: Transaction, proposal_id: str) -> Row | None:
    """One proposal with all its columns; None if there is none."""
    found = transaction.execute(select(proposals).where(proposals.c.id == proposal_id)).mappings().first()
    return dict(found) if found else None


def load_proposals(transaction: Transaction, region: str) -> pd.DataFrame:
    """A region's proposals with the number of linked needs, the newest first."""
    needs = (
        select(proposal_needs.c.proposal_id, func.count().label("needs"))
        .group_by(proposal_needs.c.proposal_id)
        .subquery()
    )
    query = (
        select(proposals, func.coalesce(needs.c.needs, 0).label("needs"))
        .outerjoin(needs, needs.c.proposal_id == proposals.c.id)
        .where(proposals.c.region == region)
        .order_by(proposals.c.created_at.desc(), proposals.c.id)
    )
    result = transaction.execute(query)
    return pd.DataFrame(list(result), columns=list(result.keys()))


def change_proposal(transaction: Transaction, proposal_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a proposal."""
    transaction.execute(update(proposals).where(proposals.c.id == proposal_id).values(**values))


def save_version(
    transaction: Transaction, proposal_id: str, *, version: int, at: str, content: Mapping[str, Any]
) -> None:
    """Keep what a proposal said at one version."""
    row = {"proposal_id": proposal_id, "version": version, "at": at, "content": dict(content)}
    transaction.execute(insert(proposal_versions), row)


def load_versions(transaction: Transaction, proposal_id: str) -> list[Row]:
    """Every version of a proposal, the first first."""
    query = select(proposal_versions).where(proposal_versions.c.proposal_id == proposal_id)
    return [dict(row) for row in transaction.execute(query.order_by(proposal_versions.c.version)).mappings()]


def save_member(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Add somebody to a proposal's team."""
    transaction.execute(insert(team), dict(row))


def load_team(transaction: Transaction, proposal_id: str) -> list[Row]:
    """The people behind a proposal, in the order they joined."""
    query = select(team).where(team.c.proposal_id == proposal_id).order_by(team.c.created_at, team.c.id)
    return [dict(row) for row in transaction.execute(query).mappings()]


def load_claimed_member(transaction: Transaction, digest: str) -> Row | None:
    """The team member whom a claim code opens."""
    found = transaction.execute(select(team).where(team.c.claim_digest == digest)).mappings().first()
    return dict(found) if found else None


def save_comment(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Add a comment of the team."""
    transaction.execute(insert(comments), dict(row))


def load_comments(transaction: Transaction, proposal_id: str) -> list[Row]:
    """The comments on a proposal, the oldest first."""
    query = select(comments).where(comments.c.proposal_id == proposal_id)
    return [dict(row) for row in transaction.execute(query.order_by(comments.c.created_at, comments.c.id)).mappings()]
