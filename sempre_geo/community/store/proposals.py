"""Proposals in the store: their words, versions, drafts, needs, teams and invitations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from sqlalchemy import delete, insert, select, update

from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import (
    comments,
    contributions,
    ease,
    erasures,
    invitations,
    network_proposals,
    proposal_drafts,
    proposal_needs,
    proposal_versions,
    proposals,
    team,
)


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
    """A region's proposals, the newest first."""
    query = select(proposals).where(proposals.c.region == region)
    result = transaction.execute(query.order_by(proposals.c.created_at.desc(), proposals.c.id))
    return pd.DataFrame(list(result), columns=list(result.keys()))


def load_need_topics(transaction: Transaction, region: str) -> dict[str, list[str]]:
    """By proposal id: the topic of each linked need, empty text for one that is not protected."""
    linked = (
        select(proposal_needs.c.proposal_id, contributions.c.topic)
        .join(contributions, contributions.c.id == proposal_needs.c.contribution_id)
        .join(proposals, proposals.c.id == proposal_needs.c.proposal_id)
        .where(proposals.c.region == region)
    )
    topics: dict[str, list[str]] = {}
    for row in transaction.execute(linked):
        topics.setdefault(row.proposal_id, []).append(row.topic)
    return topics


def change_proposal(transaction: Transaction, proposal_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a proposal."""
    transaction.execute(update(proposals).where(proposals.c.id == proposal_id).values(**values))


def save_version(
    transaction: Transaction, proposal_id: str, *, version: int, at: str, content: Mapping[str, Any], actor: str = ""
) -> None:
    """Keep what a proposal said at one version, and who wrote it."""
    row = {"proposal_id": proposal_id, "version": version, "at": at, "content": dict(content), "actor": actor}
    transaction.execute(insert(proposal_versions), row)


def load_version(transaction: Transaction, proposal_id: str, version: int) -> Row | None:
    """One version of a proposal; None if there is none of that number."""
    here = (proposal_versions.c.proposal_id == proposal_id) & (proposal_versions.c.version == version)
    found = transaction.execute(select(proposal_versions).where(here)).mappings().first()
    return dict(found) if found else None


def load_read_contents(transaction: Transaction, region: str) -> dict[str, Row]:
    """By proposal id: the content of the version that a coordinator has read, for those of which one was."""
    joined = (proposal_versions.c.proposal_id == proposals.c.id) & (
        proposal_versions.c.version == proposals.c.read_version
    )
    query = select(proposals.c.id, proposal_versions.c.content).join(proposal_versions, joined)
    return {row.id: row.content for row in transaction.execute(query.where(proposals.c.region == region))}


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


def load_member_of_account(transaction: Transaction, proposal_id: str, account_id: str) -> Row | None:
    """The place that an account has in a team; None if it has none."""
    here = (team.c.proposal_id == proposal_id) & (team.c.account_id == account_id)
    found = transaction.execute(select(team).where(here)).mappings().first()
    return dict(found) if found else None


def is_member(transaction: Transaction, member_id: str) -> bool:
    """Whether an id is that of somebody in a team."""
    return transaction.execute(select(team.c.id).where(team.c.id == member_id)).first() is not None


def change_member(transaction: Transaction, member_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a team member."""
    transaction.execute(update(team).where(team.c.id == member_id).values(**values))


def erase_member(transaction: Transaction, member_id: str, *, at: str) -> None:
    """Remove somebody from a team, their drafts too, and note the id, so that a restored backup is cleaned."""
    transaction.execute(delete(proposal_drafts).where(proposal_drafts.c.writer == member_id))
    transaction.execute(update(comments).where(comments.c.member_id == member_id).values(member_id=None))
    transaction.execute(delete(team).where(team.c.id == member_id))
    if not transaction.execute(select(erasures.c.thing).where(erasures.c.thing == member_id)).first():
        transaction.execute(insert(erasures), {"thing": member_id, "at": at})


def save_invitation(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Keep an invitation into a team."""
    transaction.execute(insert(invitations), dict(row))


def load_invitation(transaction: Transaction, digest: str) -> Row | None:
    """The invitation of a digest, however old."""
    found = transaction.execute(select(invitations).where(invitations.c.digest == digest)).mappings().first()
    return dict(found) if found else None


def take_invitation(transaction: Transaction, proposal_id: str, *, digest: str, after: str) -> bool:
    """Use up an invitation that is not older than a moment; False if there is none."""
    here = (invitations.c.digest == digest) & (invitations.c.proposal_id == proposal_id)
    fresh = here & (invitations.c.created_at >= after)
    return bool(transaction.execute(delete(invitations).where(fresh)).rowcount)


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


def save_draft(
    transaction: Transaction, proposal_id: str, *, writer: str, question: str, content: Mapping[str, Any], at: str
) -> None:
    """Keep what somebody has half written on a question, in the place of what they had before."""
    erase_draft(transaction, proposal_id, writer=writer, question=question)
    row = {"proposal_id": proposal_id, "writer": writer, "question": question, "content": dict(content), "at": at}
    transaction.execute(insert(proposal_drafts), row)


def erase_draft(transaction: Transaction, proposal_id: str, *, writer: str, question: str) -> None:
    """Forget what somebody had half written on a question."""
    drafts = proposal_drafts.c
    here = (drafts.proposal_id == proposal_id) & (drafts.writer == writer) & (drafts.question == question)
    transaction.execute(delete(proposal_drafts).where(here))


def load_drafts(transaction: Transaction, proposal_id: str, *, writer: str) -> dict[str, Any]:
    """What somebody has half written, by question."""
    drafts = proposal_drafts.c
    query = select(drafts.question, drafts.content).where(drafts.proposal_id == proposal_id, drafts.writer == writer)
    return {row.question: row.content for row in transaction.execute(query.order_by(drafts.question))}


def load_networks_of(transaction: Transaction, proposal_id: str) -> list[str]:
    """Ids of the networks that a proposal belongs to."""
    query = select(network_proposals.c.network_id).where(network_proposals.c.proposal_id == proposal_id)
    return list(transaction.execute(query.order_by(network_proposals.c.network_id)).scalars())


def load_felt_of(transaction: Transaction, contribution_ids: Iterable[str]) -> dict[str, list[int]]:
    """By contribution id: how easy its author finds it to get there, a step from 1 to 5 for each mode they named."""
    wanted = list(contribution_ids)
    felt: dict[str, list[int]] = {}
    for row in transaction.execute(select(ease).where(ease.c.contribution_id.in_(wanted))):
        felt.setdefault(row.contribution_id, []).append(row.ease)
    return felt
