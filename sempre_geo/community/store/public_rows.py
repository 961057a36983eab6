"""What is published, read from the store: the rows of the public frame and the sums behind the public counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, String, Subquery, cast, func, literal, or_, select, type_coerce, union_all

from sempre_geo.community.contributions import AWAITING, PUBLIC
from sempre_geo.community.public_counts import Tallies
from sempre_geo.community.store.contributions import frame_of
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import contributions, voices

# The only columns a page for everybody can be made of: no exact place, no digest, not who it is about.
_PUBLIC = (
    "id", "kind", "category", "topic", "title", "text", "language", "municipality", "zone_id", "precision",
    "how_it_came_in", "shown_alone", "status", "merged_into", "created_at",
)  # fmt: skip
_ALL_TIME = "9999"  # behind every moment the store can hold


def load_public(transaction: Transaction, region: str, *, only: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows that the public frame is made of, with their voices, the newest first; of all or of ``only`` some ids.

    A voice counts where it was given or where that contribution was merged into; the author of each
    merged contribution counts as a voice, too.
    """
    standing = contributions.c.merged_into.is_(None) & contributions.c.status.in_(sorted(PUBLIC | AWAITING))
    alone = (contributions.c.topic == "") | contributions.c.shown_alone
    query = (
        standing_with_voices(*_PUBLIC, only=only)
        .where(contributions.c.region == region, standing, alone)
        .order_by(contributions.c.created_at.desc(), contributions.c.id)
    )
    return frame_of(transaction, query if only is None else query.where(contributions.c.id.in_(only)))


def load_for_research(transaction: Transaction, region: str) -> pd.DataFrame:
    """Every published contribution with what is else only counted, merged ones too, the oldest first."""
    count = _voices()
    said = contributions.c
    names = (*_PUBLIC, "obstacle", "about", "groups", "municipality_id")
    query = (
        select(*(said[name] for name in names), func.coalesce(count.c.voices, 0).label("voices"))
        .outerjoin(count, count.c.id == said.id)
        .where(said.region == region, said.status.in_(sorted(PUBLIC)), said.consent.is_(True))
        .order_by(said.created_at, said.id)
    )
    return frame_of(transaction, query)


def standing_with_voices(*names: str, only: Sequence[str] | None = None) -> Select[Any]:
    """The query for some columns of contributions and the voices of each."""
    count = _voices(only=only)
    columns = (contributions.c[name] for name in names)
    voices_of = func.coalesce(count.c.voices, 0).label("voices")
    return select(*columns, voices_of).outerjoin(count, count.c.id == contributions.c.id)


def load_heard(transaction: Transaction, region: str, *, before: str = _ALL_TIME) -> pd.DataFrame:
    """Who was heard where ``before`` a moment, of published, standing contributions.

    ``category, topic, settlement_id, municipality_id, groups`` (a tuple of group ids) and ``people``. For the office,
    for the sums are exact.
    """
    heard = _heard(region, before=before)
    names = ("category", "topic", "settlement_id", "municipality_id", "groups")
    query = select(*(heard.c[name] for name in names), func.sum(heard.c.people).label("people"))
    frame = frame_of(transaction, query.group_by(*(heard.c[name] for name in names)))
    groups = [tuple(json.loads(text)) for text in frame["groups"]]
    return frame.assign(groups=pd.Series(groups, index=frame.index, dtype=object))


def load_tallies(transaction: Transaction, region: str, *, before: str) -> Tallies:
    """The people behind what was said before a moment and is published, summed as the public cuts need them.

    The database sums, once for all three: a hundred thousand texts need not be read to count them.
    """
    words = ("category", "obstacle", "about", "kind")
    every = _tally(transaction, _heard(region, before=before), "zone_id", *words, "groups")
    by_place = every.groupby(["zone_id", "category", "topic"], dropna=False)["people"].sum().reset_index()
    spread = every.groupby(["zone_id", "groups", "topic"], dropna=False)["people"].sum().reset_index()
    known = {text: json.loads(text) for text in spread["groups"].unique()}
    listed = spread.assign(groups=spread["groups"].map(known)).explode("groups").dropna(subset=["groups"])
    return Tallies(
        by_place=by_place.assign(zone_id=by_place["zone_id"].where(by_place["zone_id"].notna(), None)),
        by_word=every.groupby([*words, "topic"])["people"].sum().reset_index(),
        by_group=listed.groupby(["zone_id", "groups", "topic"], dropna=False)["people"].sum().reset_index(),
    )


def _tally(transaction: Transaction, heard: Subquery, *names: str) -> pd.DataFrame:
    columns = [heard.c[name] for name in (*names, "topic")]
    query = select(*columns, func.sum(heard.c.people).label("people")).group_by(*columns)
    frame = frame_of(transaction, query)
    return frame.assign(people=frame["people"].astype(int))


def _heard(region: str, *, before: str) -> Subquery:
    """Published, standing contributions without their texts, each with the people behind it."""
    count = _voices(before=before)
    names = ("kind", "category", "topic", "obstacle", "about", "zone_id", "settlement_id", "municipality_id")
    said = contributions.c
    query = (
        select(
            *(said[name] for name in names),
            # As text: parsed once for each different list and not once for each row; PostgreSQL groups no JSON.
            _as_text(said.groups).label("groups"),
            (1 + func.coalesce(count.c.voices, 0)).label("people"),
        )
        .outerjoin(count, count.c.id == said.id)
        .where(said.region == region, said.created_at < before)
        .where(said.status.in_(sorted(PUBLIC)), said.merged_into.is_(None))
    )
    return query.subquery()


def _as_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(type_coerce(column, String), String)


def _voices(*, before: str = _ALL_TIME, only: Sequence[str] | None = None) -> Subquery:
    """Voices per standing contribution: those given to it, to what was merged into it, and those authors."""
    standing = func.coalesce(contributions.c.merged_into, contributions.c.id)
    given = (
        select(standing.label("id"), literal(1).label("one"))
        .join(voices, voices.c.contribution_id == contributions.c.id)
        .where(voices.c.created_at < before)
    )
    authors: Select[Any] = select(contributions.c.merged_into.label("id"), literal(1).label("one")).where(
        contributions.c.merged_into.is_not(None), contributions.c.created_at < before
    )
    if only is not None:
        given = given.where(or_(contributions.c.id.in_(only), contributions.c.merged_into.in_(only)))
        authors = authors.where(contributions.c.merged_into.in_(only))
    every = union_all(given, authors).subquery()
    return select(every.c.id, func.sum(every.c.one).label("voices")).group_by(every.c.id).subquery()
