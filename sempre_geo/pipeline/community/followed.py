"""What came of one's own need or idea: the proposals that answer it, whose team its author may join."""

from __future__ import annotations

from dataclasses import dataclass

from sempre_geo.community.claim_codes import claim_digest
from sempre_geo.community.proposals import UNLISTED
from sempre_geo.community.store.proposals import load_needs, load_proposals, load_read_contents
from sempre_geo.pipeline.community.contributions import claimed_row
from sempre_geo.pipeline.community.desk import open_community
from sempre_geo.settings import Settings


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
