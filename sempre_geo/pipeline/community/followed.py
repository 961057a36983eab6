"""What a code leads to: the proposals that answer one's need or idea, the team one is in or is invited into."""

from __future__ import annotations

from dataclasses import dataclass

from sempre_geo.community.claim_codes import claim_digest
from sempre_geo.community.proposals import UNLISTED
from sempre_geo.community.store.proposals import (
    load_claimed_member,
    load_invitation,
    load_needs,
    load_proposals,
    load_read_contents,
)
from sempre_geo.pipeline.community.contributions import claimed_row
from sempre_geo.pipeline.community.desk import nothing_opens, open_community
from sempre_geo.settings import Settings


@dataclass(frozen=True)
class TeamOfCode:
    """The proposal that a code belongs to, and whether it is a member's or an invitation."""

    proposal_id: str
    inside: bool


@dataclass(frozen=True)
class Followed:
    """A proposal that answers somebody's need or idea, as everybody reads it."""

    proposal_id: str
    title: str
    status: str


def proposals_of_code(settings: Settings, code: str) -> tuple[Followed, ...]:
    """The listed proposals that answer what a code opens; empty where there is none yet.

    Raises
    ------
    InputError
        The code is incomplete or has a slip.
    MissingDataError
        It opens nothing (any more).
    """
    digest = claim_digest(code)
    with open_community(settings).reading() as transaction:
        own = claimed_row(transaction, digest)
        rows = load_proposals(transaction, own["region"])
        read = load_read_contents(transaction, own["region"])
        listed = rows[~rows["status"].isin(UNLISTED) & rows["id"].isin(list(read))]
        return tuple(
            Followed(row["id"], read[row["id"]]["title"], row["status"])
            for row in listed.to_dict("records")
            if own["id"] == row["idea_id"] or own["id"] in load_needs(transaction, row["id"])
        )


def team_of_code(settings: Settings, code: str) -> TeamOfCode:
    """The team in which a code is a member's, or into which it invites.

    Raises
    ------
    InputError
        The code is incomplete or has a slip.
    MissingDataError
        It is neither.
    """
    digest = claim_digest(code)
    with open_community(settings).reading() as transaction:
        member, invitation = load_claimed_member(transaction, digest), load_invitation(transaction, digest)
    found = member or invitation
    if found is None:
        raise nothing_opens()
    return TeamOfCode(str(found["proposal_id"]), member is not None)
