"""Merging contributions and undoing it exactly: what is decided is noted, and no text or voice ever moves."""

from __future__ import annotations

import secrets

import pandas as pd
from sqlalchemy import func, insert, select, update

from sempre_geo.community.contributions import AWAITING
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of
from sempre_geo.community.store.standing import settle
from sempre_geo.community.store.tables import contributions, merges


def save_merge(transaction: Transaction, contribution_id: str, *, into: str, at: str) -> str:
    """Decide that a contribution, and all that was merged into it, is counted with another; returns the merge's id.

    Decided on before and to be read again since, it is read by this, and the decision stays the one it was.
    """
    status = select(contributions.c.status).where(contributions.c.id == contribution_id)
    as_read = transaction.execute(status).scalar() in AWAITING
    same = (merges.c.contribution_id == contribution_id) & (merges.c.after == into) & merges.c.undone.is_(False)
    merge_id = transaction.execute(select(merges.c.merge_id).where(same)).scalar() or secrets.token_hex(16)
    if not transaction.execute(update(merges).where(same).values(as_read=as_read)).rowcount:
        decided = {"merge_id": merge_id, "contribution_id": contribution_id, "after": into, "at": at}
        transaction.execute(insert(merges), decided | {"undone": False, "as_read": as_read})
    settle(transaction, contribution_id)
    return merge_id


def undo_merge(transaction: Transaction, merge_id: str) -> list[str]:
    """Take back one decision and no other, whichever came first; returns the ids that are counted elsewhere by it."""
    decided = merges.c.merge_id == merge_id
    own = list(
        transaction.execute(select(merges.c.contribution_id).where(decided, merges.c.undone.is_(False))).scalars()
    )
    transaction.execute(update(merges).where(decided).values(undone=True))
    return settle(transaction, *own)


def load_standing_merges(transaction: Transaction, region: str) -> pd.DataFrame:
    """A region's merges that are not undone, the newest first, with what they brought together and its scopes."""
    merged, into = contributions.alias("merged"), contributions.alias("into_one")
    shown = (merged.c.title, merged.c.text), (into.c.title, into.c.text)
    titles = [func.coalesce(func.nullif(title, ""), func.substr(text, 1, 80)) for title, text in shown]
    query = (
        select(
            merges.c.merge_id, into.c.id.label("into"), titles[0].label("title"), titles[1].label("into_title"),
            merges.c.at, into.c.region, into.c.municipality_id, into.c.category,
        )
        .join(merged, merged.c.id == merges.c.contribution_id)
        .join(into, into.c.id == merges.c.after)
        .where(into.c.region == region, merges.c.undone.is_(False))
        .order_by(merges.c.id.desc())
    )  # fmt: skip
    return frame_of(transaction, query)


def load_merges(transaction: Transaction, contribution_id: str) -> list[Row]:
    """The merges that brought others into a contribution and are not undone, the newest first."""
    into = select(merges).where((merges.c.after == contribution_id) & merges.c.undone.is_(False))
    return [dict(row) for row in transaction.execute(into.order_by(merges.c.id.desc())).mappings()]
