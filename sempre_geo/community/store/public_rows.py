"""What is published, read from the store: the rows of the public frame and the sums behind the public counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, String, and_, case, cast, select, type_coerce

from sempre_geo.community.contributions import AWAITING, PUBLIC
from sempre_geo.community.public_counts import Tallies
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of, long_frame_of, newest_frame_of
from sempre_geo.community.store.tables import contributions
from sempre_geo.community.store.voices import load_people, with_voices

# The only columns a page for everybody can be made of: no exact place, no digest, not who it is about.
_PUBLIC = (
    "id",
    "kind",
    "category",
    "title",
    "text",
    "language",
    "municipality",
    "how_it_came_in",
    "status",
    "created_at",
)
_HEARD = ("category", "topic", "settlement_id", "municipality_id", "groups")
_COUNTED = ("zone_id", "obstacle", "about", "kind", *_HEARD)
# What bears one of these marks is not even a sign on the map before somebody has read it.
_HELD_BACK = ("sent_too_fast", "danger")
# Somebody who only named a municipality has no point in it, wherever its zone may lie.
_ZONE = case((contributions.c.precision != "municipality", contributions.c.zone_id)).label("zone_id")


def load_public(transaction: Transaction, region: str, *, only: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows that the public frame is made of, with their voices, the newest first; of all or of ``only`` some ids.

    This is where it is decided what anybody may see by itself: what is published or awaits review, is not merged
    into another and not of a protected topic, unless its author wishes to show it. What awaits review and looks like
    a script's, or like somebody's danger, is left out until it was read. A voice counts where it was given or where
    that contribution was merged into; the author of each merged contribution counts, too.
    """
    standing = contributions.c.merged_into.is_(None) & contributions.c.status.in_(sorted(PUBLIC | AWAITING))
    alone = (contributions.c.topic == "") | contributions.c.shown_alone
    query = select(*(contributions.c[name] for name in _PUBLIC), _ZONE).where(contributions.c.region == region)
    query = query.where(standing, alone, _read_or_harmless())
    query = query if only is None else query.where(contributions.c.id.in_(only))
    return with_voices(transaction, newest_frame_of(transaction, query), only=only)


def _read_or_harmless() -> ColumnElement[bool]:
    """What was read, and of the rest what bears no mark for which it is held back."""
    said, marks = contributions.c, _as_text(contributions.c.findings)
    return said.status.in_(sorted(PUBLIC)) | and_(*(marks.not_like(f'%"{mark}"%') for mark in _HELD_BACK))


def load_for_research(transaction: Transaction, region: str) -> pd.DataFrame:
    """Every published contribution with what is else only counted, merged ones too, the oldest first."""
    said = contributions.c
    own = ("precision", "topic", "shown_alone", "obstacle", "about", "groups", "municipality_id", "merged_into")
    query = (
        select(*(said[name] for name in (*_PUBLIC, *own)), _ZONE)
        .where(said.region == region, said.status.in_(sorted(PUBLIC)), said.consent.is_(True))
        .order_by(said.created_at, said.id)
    )
    return with_voices(transaction, frame_of(transaction, query))


def load_heard(transaction: Transaction, region: str, *, before: str = "") -> pd.DataFrame:
    """Who was heard where ``before`` a moment, of published, standing contributions.

    ``category, topic, settlement_id, municipality_id, groups`` (a tuple of group ids) and ``people``. For the office,
    for the sums are exact.
    """
    rows = with_voices(transaction, _published(transaction, region, _HEARD, before=before), before=before)
    return _heard(_texts_of(rows, _HEARD).append_column("people", pa.array(1 + rows["voices"])))


def load_people_counted(transaction: Transaction, region: str, *, before: str) -> pa.Table:
    """The people behind what was said before a moment and is published: what a week's cuts are made of.

    One row a person with the ``id`` of their contribution or voice, and all that a cut tells apart, as texts.
    """
    rows = _published(transaction, region, _COUNTED, before=before)
    table = _texts_of(rows, ("id", *_COUNTED))
    # Few different words: their numbers are summed in a tenth of the time.
    for at, name in enumerate(_COUNTED, start=1):
        table = table.set_column(at, name, table[name].dictionary_encode())
    return load_people(transaction, table, before=before)


def heard_of(people: pa.Table) -> pd.DataFrame:
    """As :func:`load_heard`, of those whom a week's cuts count."""
    return _heard(_each(people))


def tallies_of(people: pa.Table) -> Tallies:
    """Those whom a week's cuts count, summed as the public ones need them; summed once for all three."""
    words = ("category", "obstacle", "about", "kind")
    every = _summed(_each(people), ("zone_id", *words, "topic", "groups"))
    by_place = every.groupby(["zone_id", "category", "topic"], dropna=False)["people"].sum().reset_index()
    spread = every.groupby(["zone_id", "groups", "topic"], dropna=False)["people"].sum().reset_index()
    known = {text: json.loads(text) for text in spread["groups"].unique()}
    listed = spread.assign(groups=spread["groups"].map(known)).explode("groups").dropna(subset=["groups"])
    return Tallies(
        by_place=by_place.assign(zone_id=by_place["zone_id"].astype(object).where(by_place["zone_id"].notna(), None)),
        by_word=every.groupby([*words, "topic"])["people"].sum().reset_index(),
        by_group=listed.groupby(["zone_id", "groups", "topic"], dropna=False)["people"].sum().reset_index(),
    )


def _published(transaction: Transaction, region: str, names: Sequence[str], *, before: str) -> pd.DataFrame:
    """``id`` and ``names`` of published, standing contributions from before a moment, if one is given."""
    said = contributions.c
    # Lists of groups as text: parsed once for each different list, and in PostgreSQL not to be joined otherwise.
    columns = [_as_text(said[name]).label(name) if name == "groups" else said[name] for name in names]
    query = select(said.id, *columns).where(said.region == region, said.status.in_(sorted(PUBLIC)))
    return long_frame_of(
        transaction, query.where(said.merged_into.is_(None), *([said.created_at < before] if before else []))
    )


def _heard(people: pa.Table) -> pd.DataFrame:
    frame = _summed(people, _HEARD)
    groups = {text: tuple(json.loads(text)) for text in frame["groups"].unique()}
    return frame.assign(groups=pd.Series([groups[text] for text in frame["groups"]], index=frame.index, dtype=object))


def _summed(people: pa.Table, names: Sequence[str]) -> pd.DataFrame:
    """The ``people`` summed for each different set of what ``names`` say."""
    summed = people.group_by(list(names)).aggregate([("people", "sum")]).rename_columns([*names, "people"])
    for at, name in enumerate(names):
        summed = summed.set_column(at, name, pc.cast(summed[name], pa.large_string()))
    frame: pd.DataFrame = summed.sort_by([(name, "ascending") for name in names]).to_pandas()
    return frame


def _each(people: pa.Table) -> pa.Table:
    return people.append_column("people", pa.array(np.ones(len(people), np.int64)))


def _texts_of(rows: pd.DataFrame, names: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array(rows[name], pa.large_string()) for name in names})


def _as_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(type_coerce(column, String), String)
