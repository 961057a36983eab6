"""Merging contributions and undoing it exactly: only the pointer moves, never a text or a voice."""

from __future__ import annotations

import secrets

import pandas as pd
from sqlalchemy import func, insert, or_, select, update

from sempre_geo.community.store.changes import note_change
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of
from sempre_geo.community.store.tables import contributions, merges


def save_merge(transaction: Transaction, contribution_id: str, *, into: str, at: str) -> str:
    """Point a contribution, and all that was merged into it, to another; returns the merge's id."""
    merge_id = secrets.token_hex(16)
    moved = or_(contributions.c.id == contribution_id, contributions.c.merged_into == contribution_id)
    rows = transaction.execute(select(contributions.c.id, contributions.c.merged_into).where(moved)).all()
    for row in rows:
        change = {"merge_id": merge_id, "contribution_id": row.id, "before": row.merged_into, "after": into}
        transaction.execute(insert(merges), change | {"at": at, "undone": False})
    transaction.execute(update(contributions).where(moved).values(merged_into=into))
    note_change(transaction, *(row.id for row in rows))
    return merge_id


def undo_merge(transaction: Transaction, merge_id: str) -> list[str]:
    """Point everything that a merge moved back to where it was; returns the ids moved back.

    A contribution that a later merge moved on stays there: that merge is undone by itself.
    """
    moved = select(merges).where((merges.c.merge_id == merge_id) & merges.c.undone.is_(False))
    back = []
    for row in transaction.execute(moved).mappings().all():
        still = (contributions.c.id == row["contribution_id"]) & (contributions.c.merged_into == row["after"])
        if transaction.execute(update(contributions).where(still).values(merged_into=row["before"])).rowcount:
            back.append(str(row["contribution_id"]))
            note_change(transaction, str(row["contribution_id"]), str(row["after"]))
    transaction.execute(update(merges).where(merges.c.merge_id == merge_id).values(undone=True))
    return back


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
        .where(into.c.region == region, merges.c.undone.is_(False), merged.c.merged_into == merges.c.after)
        .order_by(merges.c.id.desc())
    )  # fmt: skip
    return frame_of(transaction, query)


def load_merges(transaction: Transaction, contribution_id: str) -> list[Row]:
    """The merges that brought others into a contribution and are not undone, the newest first."""
    into = select(merges).where((merges.c.after == contribution_id) & merges.c.undone.is_(False))
    return [dict(row) for row in transaction.execute(into.order_by(merges.c.id.desc())).mappings()]
