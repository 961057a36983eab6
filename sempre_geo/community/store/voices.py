"""Voices in the store: how many stand behind each contribution, and the sentences that they add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select, update

from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of, long_frame_of
from sempre_geo.community.store.tables import contributions, voices


def load_voice(transaction: Transaction, voice_id: str) -> Row | None:
    """One voice; None if there is none."""
    found = transaction.execute(select(voices).where(voices.c.id == voice_id)).mappings().first()
    return dict(found) if found else None


def change_voice(transaction: Transaction, voice_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a voice."""
    transaction.execute(update(voices).where(voices.c.id == voice_id).values(**values))


def load_sentences(transaction: Transaction, region: str, *, status: str, contribution_id: str = "") -> pd.DataFrame:
    """Sentences of a status with the title and scopes of what they support, the oldest first.

    With ``contribution_id`` only those given to it and to what was merged into it.
    """
    said = contributions.c
    names = ("title", "region", "municipality_id", "category")
    query = (
        select(voices.c.id, voices.c.contribution_id, voices.c.sentence, voices.c.created_at, *(said[n] for n in names))
        .join(contributions, said.id == voices.c.contribution_id)
        .where(said.region == region, voices.c.sentence_status == status)
        .order_by(voices.c.created_at, voices.c.id)
    )
    if contribution_id:
        query = query.where((said.id == contribution_id) | (said.merged_into == contribution_id))
    return frame_of(transaction, query)


def with_voices(
    transaction: Transaction, rows: pd.DataFrame, *, before: str = "", only: Sequence[str] | None = None
) -> pd.DataFrame:
    """Rows of contributions with their ``voices``: given to each and to what was merged into it, and those authors.

    What is itself merged has none left. Of all voices or of those ``before`` a moment; ``only`` are the ids of
    all rows where these are few. Voices are laid beside contributions here and not by the database, which takes
    a hundred thousand of each for a search of one list for every row of the other.
    """
    given, merged = _load_given(transaction, before=before, only=only), _load_merged(transaction, only=only)
    if given.empty and merged.empty:
        return rows.assign(voices=0)
    authors = merged if not before else merged[merged["created_at"] < before]
    standing = [_standing(given["contribution_id"], merged), _texts(authors["merged_into"])]
    heard = pc.value_counts(pa.concat_arrays(standing))
    found = pc.index_in(_texts(rows["id"]), value_set=heard.field("values"))
    return rows.assign(voices=pc.fill_null(heard.field("counts").take(found), 0).to_numpy())


def load_people(transaction: Transaction, rows: pa.Table, *, before: str) -> pa.Table:
    """One row a person behind each of ``rows``: its columns, and as ``id`` that of the person's voice or contribution.

    As :func:`with_voices` counts: authors, voices before a moment, and both of what was merged into one of the rows.
    """
    given = select(voices.c.id, voices.c.contribution_id).where(voices.c.created_at < before)
    voters, merged = long_frame_of(transaction, given), _load_merged(transaction, only=None)
    authors = merged[merged["created_at"] < before]
    standing = [
        rows["id"].combine_chunks(),
        _standing(voters["contribution_id"], merged),
        _texts(authors["merged_into"]),
    ]
    people = [rows["id"].combine_chunks(), _texts(voters["id"]), _texts(authors["id"])]
    behind = pc.index_in(pa.concat_arrays(standing), value_set=rows["id"].combine_chunks())
    table = rows.take(behind).set_column(rows.schema.get_field_index("id"), "id", pa.concat_arrays(people))
    return table.filter(pc.is_valid(behind))


def _load_given(transaction: Transaction, *, before: str, only: Sequence[str] | None) -> pd.DataFrame:
    query = select(voices.c.contribution_id)
    if before:
        query = query.where(voices.c.created_at < before)
    if only is not None:
        merged = select(contributions.c.id).where(contributions.c.merged_into.in_(only))
        query = query.where(voices.c.contribution_id.in_(only) | voices.c.contribution_id.in_(merged))
    return long_frame_of(transaction, query)


def _load_merged(transaction: Transaction, *, only: Sequence[str] | None) -> pd.DataFrame:
    said = contributions.c
    # Not "is not null", for which SQLite would read every contribution with its text.
    query = select(said.id, said.merged_into, said.created_at).where(said.merged_into > "")
    return long_frame_of(transaction, query if only is None else query.where(said.merged_into.in_(only)))


def _standing(supported: pd.Series, merged: pd.DataFrame) -> pa.Array:
    """What each voice counts for: what it was given to, or what that was merged into."""
    voters, into = _texts(supported), _texts(merged["merged_into"])
    return pc.coalesce(into.take(pc.index_in(voters, value_set=_texts(merged["id"]))), voters)


def _texts(column: pd.Series) -> pa.Array:
    return pa.array(column, pa.large_string())
