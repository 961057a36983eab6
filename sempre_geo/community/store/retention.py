"""Retention: exact places, and what codes and voters are recognised by, are dropped in time; zones and sums stay."""

from __future__ import annotations

from sqlalchemy import Table, delete, select, union, update

from sempre_geo.community.store.changes import forget_changes
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.office_tables import provider_requests
from sempre_geo.community.store.tables import (
    contributions,
    corrections,
    diary,
    exact_places,
    invitations,
    proposal_versions,
    proposals,
    team,
    voices,
)


def forget_old(transaction: Transaction, *, places_before: str, claims_before: str) -> tuple[int, int]:
    """Drop the exact places from before one moment, and the digests of codes and voters from before another.

    Returns
    -------
    tuple of int
        How many places and how many codes were dropped.
    """
    old = select(contributions.c.id).where(contributions.c.created_at < places_before)
    places = transaction.execute(delete(exact_places).where(exact_places.c.contribution_id.in_(old))).rowcount
    late = contributions.c.created_at < claims_before
    transaction.execute(update(contributions).where(late).values(sending_key=None))
    told = (contributions, voices, corrections, provider_requests)
    claims = sum(_forget_claims(transaction, table, before=claims_before) for table in told)
    claims += _forget_members(transaction, before=claims_before)
    transaction.execute(delete(invitations).where(invitations.c.created_at < claims_before))
    _forget_voters(transaction, before=claims_before)
    forget_changes(transaction)
    return places, claims


def _forget_claims(transaction: Transaction, table: Table, *, before: str) -> int:
    late = (table.c.created_at < before) & table.c.claim_digest.is_not(None)
    return transaction.execute(update(table).where(late).values(claim_digest=None)).rowcount


def _forget_members(transaction: Transaction, *, before: str) -> int:
    """The codes of teams in which nothing has happened since, for with its code a member writes in a proposal."""
    busy = union(
        select(proposals.c.id).where(proposals.c.status_at >= before),
        select(proposal_versions.c.proposal_id).where(proposal_versions.c.at >= before),
        select(diary.c.thing).where(diary.c.created_at >= before),
    )
    late = (team.c.created_at < before) & team.c.claim_digest.is_not(None) & team.c.proposal_id.not_in(busy)
    return transaction.execute(update(team).where(late).values(claim_digest=None)).rowcount


def _forget_voters(transaction: Transaction, *, before: str) -> None:
    """Put a voice's own id in the place of its voter's digest: the voice still counts, and leads to nobody.

    Whoever says "me too" again after all this time is counted as somebody else; to know better, the voter would have
    to be remembered for ever.
    """
    late = (voices.c.created_at < before) & (voices.c.voter_digest != voices.c.id)
    transaction.execute(update(voices).where(late).values(voter_digest=voices.c.id))
