"""Whole rows from one store to another, retention, and what was erased before: for backups and merging halls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from sempre_geo.community.store.changes import forget_changes, note_change
from sempre_geo.community.store.contributions import Row, erase_contribution
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.office_tables import workshop_entries, workshops
from sempre_geo.community.store.proposals import erase_member
from sempre_geo.community.store.schema import metadata
from sempre_geo.community.store.tables import (
    contributions,
    ease,
    erasures,
    events,
    exact_places,
    idea_needs,
    originals,
    photos,
    team,
    voices,
)

_ZoneOf = Callable[[Row, Row | None], str | None]
_OF_A_CONTRIBUTION = (exact_places, ease, originals, photos)


def load_collected(transaction: Transaction, *, region: str = "", since: str = "") -> list[dict[str, Any]]:
    """Every contribution with all that belongs to it, as another installation can take it over.

    ``region`` and ``since`` narrow it to one region and to what was told, or got a voice, since a moment.
    """
    heard = select(voices.c.contribution_id).where(voices.c.created_at >= since)
    wanted = or_(contributions.c.created_at >= since, contributions.c.id.in_(heard))
    query = select(contributions).where(wanted).order_by(contributions.c.created_at)
    if region:
        query = query.where(contributions.c.region == region)
    collected = []
    for row in transaction.execute(query).mappings():
        parts = {
            table.name: _rows(transaction, select(table).where(table.c.contribution_id == row["id"]))
            for table in (*_OF_A_CONTRIBUTION, voices, workshop_entries)
        }
        answered = _rows(transaction, select(idea_needs).where(idea_needs.c.idea_id == row["id"]))
        steps = _rows(transaction, select(events).where(events.c.thing == row["id"]).order_by(events.c.id))
        told_in = [entry["workshop_id"] for entry in parts[workshop_entries.name]]
        halls = _rows(transaction, select(workshops).where(workshops.c.id.in_(told_in)))
        collected.append({"row": dict(row), "events": steps, "workshops": halls, "answers": answered, **parts})
    return collected


def save_collected(
    transaction: Transaction, collected: Iterable[dict[str, Any]], *, zone_of: _ZoneOf
) -> tuple[int, int]:
    """Take over what another installation collected; returns the numbers of new contributions and new voices.

    A contribution or voice that is here already, or was erased here, is left as it is. Its zone is found
    anew, for zones differ between installations.
    """
    erased = set(transaction.execute(select(erasures.c.thing)).scalars())
    added = heard = 0
    links: list[Row] = []
    for one in sorted(collected, key=lambda one: one["row"]["merged_into"] is not None):
        contribution_id = one["row"]["id"]
        if contribution_id in erased:
            continue
        here = select(contributions.c.id).where(contributions.c.id == contribution_id)
        if transaction.execute(here).first() is None:
            _save_one(transaction, one, zone_of=zone_of)
            links += one.get("answers", [])
            added += 1
        heard += sum(_save_voice(transaction, voice) for voice in one["voices"] if voice["id"] not in erased)
        note_change(transaction, contribution_id)
    _save_links(transaction, links)
    return added, heard


def load_photo_ids(transaction: Transaction) -> set[str]:
    """The ids of all photos that belong to something."""
    return set(transaction.execute(select(photos.c.id)).scalars())


def forget_old(transaction: Transaction, *, places_before: str, claims_before: str) -> tuple[int, int]:
    """Drop exact places and claim digests of contributions from before two moments; the zones stay."""
    old = select(contributions.c.id).where(contributions.c.created_at < places_before)
    places = transaction.execute(delete(exact_places).where(exact_places.c.contribution_id.in_(old))).rowcount
    late = (contributions.c.created_at < claims_before) & contributions.c.claim_digest.is_not(None)
    claims = transaction.execute(update(contributions).where(late).values(claim_digest=None, sending_key=None)).rowcount
    late_voice = (voices.c.created_at < claims_before) & voices.c.claim_digest.is_not(None)
    transaction.execute(update(voices).where(late_voice).values(claim_digest=None))
    forget_changes(transaction)
    return places, claims


def erase_again(transaction: Transaction, things: Iterable[str], *, at: str) -> int:
    """Erase what was erased before, in a store that was restored from an older copy."""
    count = 0
    for thing in things:
        found = transaction.execute(select(contributions.c.id).where(contributions.c.id == thing)).first()
        voice = transaction.execute(select(voices.c.contribution_id).where(voices.c.id == thing)).scalar()
        if found:
            erase_contribution(transaction, thing, at=at)
        if voice:
            note_change(transaction, voice)
            transaction.execute(delete(voices).where(voices.c.id == thing))
        member = transaction.execute(select(team.c.id).where(team.c.id == thing)).first()
        if member:
            erase_member(transaction, thing, at=at)
        count += bool(found or voice or member)
        if not transaction.execute(select(erasures.c.thing).where(erasures.c.thing == thing)).first():
            transaction.execute(insert(erasures), {"thing": thing, "at": at})
    return count


def load_all_rows(transaction: Transaction) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted: what a restored store is compared with."""
    return {
        table.name: sorted((tuple(row) for row in transaction.execute(select(table))), key=repr)
        for table in metadata.sorted_tables
    }


def _save_one(transaction: Transaction, one: dict[str, Any], *, zone_of: _ZoneOf) -> None:
    place = one["exact_places"][0] if one["exact_places"] else None
    target = one["row"]["merged_into"]
    known = target and transaction.execute(select(contributions.c.id).where(contributions.c.id == target)).first()
    row = one["row"] | {
        "zone_id": zone_of(one["row"], place),
        "merged_into": target if known else None,
        "sending_key": None,  # made with the other installation's secret
    }
    transaction.execute(insert(contributions), row)
    for table in _OF_A_CONTRIBUTION:
        _insert(transaction, table, one[table.name])
    _insert(transaction, events, one["events"])
    known = set(transaction.execute(select(workshops.c.id)).scalars()) if one["workshops"] else set()
    _insert(transaction, workshops, [hall for hall in one["workshops"] if hall["id"] not in known])
    _insert(transaction, workshop_entries, one[workshop_entries.name])


def _save_links(transaction: Transaction, links: list[Row]) -> None:
    """Which idea answers which need, where both are here."""
    ids = {one for link in links for one in link.values()}
    here = set(transaction.execute(select(contributions.c.id).where(contributions.c.id.in_(ids))).scalars())
    _insert(transaction, idea_needs, [link for link in links if here.issuperset(link.values())])


def _insert(transaction: Transaction, table: Any, rows: list[Row]) -> None:
    numbered = [
        {name: value for name, value in row.items() if not (name == "id" and isinstance(value, int))} for row in rows
    ]
    if numbered:
        transaction.execute(insert(table), numbered)


def _save_voice(transaction: Transaction, voice: Row) -> bool:
    same_person = (voices.c.contribution_id == voice["contribution_id"]) & (
        voices.c.voter_digest == voice["voter_digest"]
    )
    if transaction.execute(select(voices.c.id).where((voices.c.id == voice["id"]) | same_person)).first():
        return False
    transaction.execute(insert(voices), voice)
    return True


def _rows(transaction: Transaction, query: Any) -> list[Row]:
    return [dict(row) for row in transaction.execute(query).mappings()]
