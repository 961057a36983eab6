"""Contributions in the store: saving, finding by code, changing, erasing, and the rows behind the public frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Select, delete, insert, select, update

from sempre_geo.community.store.changes import note_change
from sempre_geo.community.store.cuts import take_out_of_cuts
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of
from sempre_geo.community.store.standing import note_step, settle, take_out
from sempre_geo.community.store.tables import (
    contributions,
    ease,
    erasures,
    events,
    exact_places,
    originals,
    photos,
    proposal_needs,
    voices,
)

Row = dict[str, Any]


def save_contribution(
    transaction: Transaction, row: Mapping[str, Any], *, position: tuple[float, float] | None, felt: Mapping[str, int]
) -> None:
    """Add a contribution with its exact position, if there is one, and its ease per mode."""
    transaction.execute(insert(contributions), dict(row))
    replace_position(transaction, row["id"], position)
    replace_ease(transaction, row["id"], felt)
    save_event(transaction, row["id"], status=row["status"], at=row["created_at"], actor="contributor")
    note_change(transaction, row["id"])


def load_contribution(transaction: Transaction, contribution_id: str) -> Row | None:
    """One contribution with all its columns but the exact place; None if there is none."""
    return _one(transaction, select(contributions).where(contributions.c.id == contribution_id))


def load_ids(transaction: Transaction) -> set[str]:
    """The ids of all contributions."""
    return set(transaction.execute(select(contributions.c.id)).scalars())


def load_claimed(transaction: Transaction, digest: str) -> Row | None:
    """The contribution that a claim code opens."""
    return _one(transaction, select(contributions).where(contributions.c.claim_digest == digest))


def load_sent(transaction: Transaction, sending_key: str) -> Row | None:
    """The contribution already saved for a sending key."""
    return _one(transaction, select(contributions).where(contributions.c.sending_key == sending_key))


def load_position(transaction: Transaction, contribution_id: str) -> tuple[float, float] | None:
    """The exact place (lon, lat) of a contribution. Whoever calls this records the look."""
    query = select(exact_places.c.lon, exact_places.c.lat).where(exact_places.c.contribution_id == contribution_id)
    found = transaction.execute(query).first()
    return (found.lon, found.lat) if found else None


def load_standing(
    transaction: Transaction, region: str, statuses: Iterable[str], *, before: str = "9999"
) -> pd.DataFrame:
    """Contributions of some statuses that have had them since before a moment and are not merged into another."""
    columns = contributions.c
    wanted = columns.status.in_(sorted(statuses)) & (columns.status_at < before) & columns.merged_into.is_(None)
    query = select(contributions).where(columns.region == region, wanted)
    return frame_of(transaction, query.order_by(columns.status_at, columns.id))


def load_candidates(
    transaction: Transaction, like: Mapping[str, Any], *, around: tuple[float, float, float, float] | None
) -> pd.DataFrame:
    """Standing contributions of the kind and category of ``like`` that lie in a bbox, or without an exact place.

    For comparing on the server: ``id, region, kind, category, obstacle, language, title, text, status,
    municipality_id, lon, lat``.
    """
    names = (
        "id", "region", "kind", "category", "obstacle", "language", "title", "text", "status", "municipality_id",
    )  # fmt: skip
    same = [contributions.c[name] == like[name] for name in ("region", "kind", "category")]
    place = exact_places.c
    query = (
        select(*(contributions.c[name] for name in names), place.lon, place.lat)
        .outerjoin(exact_places, place.contribution_id == contributions.c.id)
        .where(*same, contributions.c.merged_into.is_(None))
    )
    if around is not None:
        west, south, east, north = around
        inside = place.lon.between(west, east) & place.lat.between(south, north)
        unplaced = place.lon.is_(None) & (contributions.c.municipality_id == like["municipality_id"])
        query = query.where(inside | unplaced)
    return frame_of(transaction, query.order_by(contributions.c.created_at))


def load_ease(transaction: Transaction, region: str) -> pd.DataFrame:
    """``contribution_id, mode, ease`` of a region."""
    joined = select(ease).join(contributions, contributions.c.id == ease.c.contribution_id)
    return frame_of(transaction, joined.where(contributions.c.region == region))


def load_ease_of(transaction: Transaction, contribution_id: str) -> dict[str, int]:
    """How easy one contribution says it is, per mode."""
    found = transaction.execute(select(ease.c.mode, ease.c.ease).where(ease.c.contribution_id == contribution_id))
    return {row.mode: row.ease for row in found}


def load_places_of(transaction: Transaction, ids: Sequence[str]) -> pd.DataFrame:
    """What tells whether contributions are alike, for calculation on the server only.

    ``id, topic, obstacle, settlement_id, municipality_id, lon, lat``.
    """
    places, columns = exact_places.c, contributions.c
    query = (
        select(
            columns.id,
            columns.topic,
            columns.obstacle,
            columns.settlement_id,
            columns.municipality_id,
            places.lon,
            places.lat,
        )
        .outerjoin(exact_places, places.contribution_id == columns.id)
        .where(columns.id.in_(ids))
    )
    return frame_of(transaction, query)


def change_contribution(transaction: Transaction, contribution_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a contribution."""
    transaction.execute(update(contributions).where(contributions.c.id == contribution_id).values(**values))
    note_change(transaction, contribution_id)
    if "status" in values:
        note_step(transaction, contribution_id)
    settle(transaction, contribution_id)


def replace_position(transaction: Transaction, contribution_id: str, position: tuple[float, float] | None) -> None:
    """Keep another exact place of a contribution instead of the one it had; or none."""
    transaction.execute(delete(exact_places).where(exact_places.c.contribution_id == contribution_id))
    if position is not None:
        place = {"contribution_id": contribution_id, "lon": position[0], "lat": position[1]}
        transaction.execute(insert(exact_places), place)


def replace_ease(transaction: Transaction, contribution_id: str, felt: Mapping[str, int]) -> None:
    """Keep another ease per mode of a contribution instead of the one it had."""
    transaction.execute(delete(ease).where(ease.c.contribution_id == contribution_id))
    if felt:
        steps = [{"contribution_id": contribution_id, "mode": mode, "ease": step} for mode, step in felt.items()]
        transaction.execute(insert(ease), steps)


def save_original(transaction: Transaction, row: Mapping[str, Any], *, at: str, changed_by: str) -> None:
    """Keep what a text was before somebody changes it."""
    kept = {"contribution_id": row["id"], "title": row["title"], "text": row["text"]}
    transaction.execute(insert(originals), kept | {"at": at, "changed_by": changed_by})


def load_originals(transaction: Transaction, contribution_id: str) -> list[Row]:
    """Earlier texts of a contribution, the oldest first."""
    query = select(originals).where(originals.c.contribution_id == contribution_id).order_by(originals.c.id)
    return _rows(transaction, query)


def save_event(transaction: Transaction, thing: str, *, status: str, at: str, actor: str, reason: str = "") -> None:
    """Note a step of a contribution or a proposal, with its date and reason."""
    transaction.execute(insert(events), {"thing": thing, "status": status, "at": at, "actor": actor, "reason": reason})


def load_events(transaction: Transaction, thing: str) -> list[Row]:
    """The steps of a contribution or proposal so far."""
    return _rows(transaction, select(events).where(events.c.thing == thing).order_by(events.c.id))


def load_told_steps(transaction: Transaction, thing: str) -> list[Row]:
    """The steps as they are told to whoever they are about: ``at, status, reason``, and not who took them."""
    names = ("at", "status", "reason")
    return [{name: step[name] for name in names} for step in load_events(transaction, thing)]


def save_voice(transaction: Transaction, row: Mapping[str, Any]) -> bool:
    """Add a voice; False if this person has given one already."""
    same = (voices.c.contribution_id == row["contribution_id"]) & (voices.c.voter_digest == row["voter_digest"])
    if transaction.execute(select(voices.c.id).where(same)).first():
        return False
    transaction.execute(insert(voices), dict(row))
    note_change(transaction, row["contribution_id"])
    return True


def load_voices(transaction: Transaction, contribution_id: str) -> list[Row]:
    """The voices given to one contribution itself, oldest first."""
    query = select(voices).where(voices.c.contribution_id == contribution_id)
    return _rows(transaction, query.order_by(voices.c.created_at, voices.c.id))


def load_claimed_voice(transaction: Transaction, digest: str) -> Row | None:
    """The voice that a claim code opens."""
    return _one(transaction, select(voices).where(voices.c.claim_digest == digest))


def erase_voice(transaction: Transaction, voice_id: str, *, at: str) -> None:
    """Remove a voice and note its id, so that a restored backup is cleaned, too."""
    given = transaction.execute(select(voices.c.contribution_id).where(voices.c.id == voice_id)).scalars().all()
    note_change(transaction, *given)
    for contribution_id in given:
        take_out_of_cuts(transaction, contribution_id, voice_id=voice_id)
    transaction.execute(delete(voices).where(voices.c.id == voice_id))
    transaction.execute(delete(events).where(events.c.thing == voice_id))
    _note_erasure(transaction, voice_id, at=at)


def erase_contribution(transaction: Transaction, contribution_id: str, *, at: str) -> None:
    """Remove a contribution with its place, texts, events, photos' rows and links to proposals.

    What was merged into it stays, counted as if this one had never been: those voices belong to other people. Its
    own voices go with it. The id is noted, so that a restored backup is cleaned, too.
    """
    note_change(transaction, contribution_id)
    take_out_of_cuts(transaction, contribution_id)
    take_out(transaction, contribution_id)
    with_it = select(voices.c.id).where(voices.c.contribution_id == contribution_id)
    transaction.execute(delete(events).where((events.c.thing == contribution_id) | events.c.thing.in_(with_it)))
    for table in (exact_places, ease, originals, voices, photos, proposal_needs):
        transaction.execute(delete(table).where(table.c.contribution_id == contribution_id))
    transaction.execute(delete(contributions).where(contributions.c.id == contribution_id))
    _note_erasure(transaction, contribution_id, at=at)


def load_erasures(transaction: Transaction) -> list[Row]:
    """What was erased so far, as ids with their dates."""
    return _rows(transaction, select(erasures).order_by(erasures.c.at))


def save_photo(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Note a photo; its file lies beside the store."""
    transaction.execute(insert(photos), dict(row))


def load_photos(transaction: Transaction, contribution_id: str) -> list[Row]:
    """The photos of a contribution."""
    return _rows(transaction, select(photos).where(photos.c.contribution_id == contribution_id))


def load_photo(transaction: Transaction, photo_id: str) -> Row | None:
    """What is known of one photo."""
    return _one(transaction, select(photos).where(photos.c.id == photo_id))


def change_photo(transaction: Transaction, photo_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a photo."""
    transaction.execute(update(photos).where(photos.c.id == photo_id).values(**values))


def erase_photo(transaction: Transaction, photo_id: str) -> None:
    """Remove the row of a photo."""
    transaction.execute(delete(photos).where(photos.c.id == photo_id))


def _note_erasure(transaction: Transaction, thing: str, *, at: str) -> None:
    if not transaction.execute(select(erasures.c.thing).where(erasures.c.thing == thing)).first():
        transaction.execute(insert(erasures), {"thing": thing, "at": at})


def _rows(transaction: Transaction, query: Select[Any]) -> list[Row]:
    return [dict(row) for row in transaction.execute(query).mappings()]


def _one(transaction: Transaction, query: Select[Any]) -> Row | None:
    found = transaction.execute(query).mappings().first()
    return dict(found) if found else None
