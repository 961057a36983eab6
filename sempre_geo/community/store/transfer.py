"""Whole rows from one store to another, and what was erased before: for backups and merging halls."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import insert, or_, select

from sempre_geo.community.store.changes import note_change
from sempre_geo.community.store.contributions import Row, erase_contribution, erase_photo, erase_voice, load_photo
from sempre_geo.community.store.corrections import erase_correction, load_correction
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.merges import save_merge
from sempre_geo.community.store.office_tables import workshop_entries, workshops
from sempre_geo.community.store.proposals import erase_member, is_member
from sempre_geo.community.store.schema import metadata
from sempre_geo.community.store.standing import load_told, load_way_up
from sempre_geo.community.store.tables import (
    contributions,
    corrections,
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
        merged = {"merged_into": load_told(transaction, row)}
        collected.append({"row": dict(row) | merged, "events": steps, "workshops": halls, "answers": answered, **parts})
    return collected


def save_collected(transaction: Transaction, collected: Iterable[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Take over what another installation collected; returns the ids of new contributions and of new voices.

    A contribution or voice that is here already, or was erased here, is left as it is. A code that opens something
    here already goes on opening that.
    """
    erased = set(transaction.execute(select(erasures.c.thing)).scalars())
    added: list[str] = []
    heard: list[str] = []
    links: list[Row] = []
    merged: list[Row] = []
    for one in collected:
        contribution_id = one["row"]["id"]
        if contribution_id in erased:
            continue
        here = select(contributions.c.id).where(contributions.c.id == contribution_id)
        if transaction.execute(here).first() is None:
            _save_one(transaction, one)
            links += one.get("answers", [])
            merged.append(one["row"])
            added.append(contribution_id)
        given = [voice for voice in one["voices"] if voice["id"] not in erased]
        heard += [voice["id"] for voice in given if _save_voice(transaction, voice)]
        note_change(transaction, contribution_id)
    _save_links(transaction, links)
    _save_merges(transaction, merged)
    return added, heard


def load_photo_ids(transaction: Transaction) -> set[str]:
    """The ids of all photos that belong to something."""
    return set(transaction.execute(select(photos.c.id)).scalars())


def erase_again(transaction: Transaction, things: Iterable[str], *, at: str) -> int:
    """Erase what was erased before, in a store that was restored from an older copy."""
    count = 0
    for thing in things:
        found = transaction.execute(select(contributions.c.id).where(contributions.c.id == thing)).first()
        voice = transaction.execute(select(voices.c.id).where(voices.c.id == thing)).scalar()
        if found:
            erase_contribution(transaction, thing, at=at)
        if voice:
            erase_voice(transaction, thing, at=at)
        photo = load_photo(transaction, thing)
        if photo:
            erase_photo(transaction, thing)
        member = is_member(transaction, thing)
        if member:
            erase_member(transaction, thing, at=at)
        report = load_correction(transaction, thing)
        if report:
            erase_correction(transaction, thing, at=at)
        count += bool(found or voice or photo or member or report)
        if not transaction.execute(select(erasures.c.thing).where(erasures.c.thing == thing)).first():
            transaction.execute(insert(erasures), {"thing": thing, "at": at})
    return count


def load_left(transaction: Transaction, things: Collection[str]) -> list[str]:
    """Those of the erased ids of which something is still there."""
    if not things:
        return []
    ids = [select(table.c.id) for table in (contributions, voices, photos, team)]
    ids.append(select(corrections.c.id).where(corrections.c.claim_digest.is_not(None)))  # a used one stays, wordless
    here = [transaction.execute(query).scalars() for query in ids]
    return sorted({one for ids in here for one in ids} & set(things))


def load_all_rows(transaction: Transaction) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted: what a restored store is compared with."""
    return {
        table.name: sorted((tuple(row) for row in transaction.execute(select(table))), key=repr)
        for table in metadata.sorted_tables
    }


def _save_one(transaction: Transaction, one: dict[str, Any]) -> None:
    row = one["row"] | {
        "merged_into": None,  # decided when all are here
        "claim_digest": _free_claim(transaction, one["row"]["claim_digest"]),
        "sending_key": None,  # made with the other installation's secret
    }
    transaction.execute(insert(contributions), row)
    same = photos.c.id.in_([photo["id"] for photo in one["photos"]])
    taken = set(transaction.execute(select(photos.c.id).where(same)).scalars())
    kept = one | {"photos": [photo for photo in one["photos"] if photo["id"] not in taken]}
    for table in _OF_A_CONTRIBUTION:
        _insert(transaction, table, kept[table.name])
    _insert(transaction, events, one["events"])
    _save_halls(transaction, one)


def _save_halls(transaction: Transaction, one: dict[str, Any]) -> None:
    """The workshop an entry was told in; one that is here stays as it is, and has entries of its region only."""
    for hall in one["workshops"]:
        here = transaction.execute(select(workshops.c.region).where(workshops.c.id == hall["id"])).scalar()
        if here is None:
            transaction.execute(insert(workshops), hall)
        if here in {None, one["row"]["region"]}:
            told = [entry for entry in one[workshop_entries.name] if entry["workshop_id"] == hall["id"]]
            _insert(transaction, workshop_entries, told)


def _save_links(transaction: Transaction, links: list[Row]) -> None:
    """Which idea answers which need, where both are here and in the same region."""
    ids = {one for link in links for one in link.values()}
    query = select(contributions.c.id, contributions.c.region).where(contributions.c.id.in_(ids))
    here: dict[str, str] = {row.id: row.region for row in transaction.execute(query)}
    _insert(
        transaction, idea_needs, [link for link in links if len({here.get(one, one) for one in link.values()}) == 1]
    )


def _save_merges(transaction: Transaction, rows: list[Row]) -> None:
    """What was merged into what, where both are here and in the same region, and not in a circle."""
    for row in rows:
        into = row["merged_into"]
        region = transaction.execute(select(contributions.c.region).where(contributions.c.id == into)).scalar()
        if into and region == row["region"] and row["id"] not in {into, *load_way_up(transaction, into)}:
            save_merge(transaction, row["id"], into=into, at=row["status_at"])


def _free_claim(transaction: Transaction, digest: str | None) -> str | None:
    """A code's digest, unless the code opens something here already."""
    for table in (contributions, voices):
        if digest and transaction.execute(select(table.c.id).where(table.c.claim_digest == digest)).first():
            return None
    return digest


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
    transaction.execute(insert(voices), voice | {"claim_digest": _free_claim(transaction, voice["claim_digest"])})
    return True


def _rows(transaction: Transaction, query: Any) -> list[Row]:
    return [dict(row) for row in transaction.execute(query).mappings()]
