"""Use case: the proposals, and later changes of proposals, that no coordinator has read yet."""

from __future__ import annotations

import pandas as pd

from sempre_geo.community.access import may
from sempre_geo.community.proposals import UNLISTED
from sempre_geo.community.store.proposals import load_networks_of, load_proposals
from sempre_geo.pipeline.community.desk import Asker, asker, open_community, scopes_of
from sempre_geo.settings import Settings

COLUMNS = ("id", "title", "what", "for_whom", "why_here", "place_name", "language", "status")


def unread_proposals(settings: Settings, region: str, *, by: Asker) -> pd.DataFrame:
    """Proposals of which the newest version waits for a coordinator's eye, the oldest first, in the asker's places.

    Returns
    -------
    DataFrame
        `COLUMNS`; empty for everybody who is no coordinator.
    """
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        rows = load_proposals(transaction, region)
        waiting = rows[rows["status"].isin(UNLISTED) | (rows["read_version"] < rows["version"])]
        own = [
            may(
                person,
                "publish or not publish",
                *scopes_of(row),
                *(f"network:{network}" for network in load_networks_of(transaction, row["id"])),
            )
            for row in waiting.to_dict("records")
        ]
    return waiting.loc[own, list(COLUMNS)].iloc[::-1].reset_index(drop=True)
