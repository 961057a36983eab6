"""What a hall's file may bring to the office: the rule, and the one place that holds to it.

A file is no more than somebody's word, for whoever has a laptop can write any store into one. It therefore brings
what an evening in a hall gathers, and of decisions no more than the account that brings it in could take by hand:

- **Entries** of regions for which the account may import. One entry of another region, and nothing comes in. Each is
  checked as if it were told here: choices, lengths, signs, place. Its topic, municipality and masked zone follow
  from this installation's rules, and its words are looked through here again.
- **Decisions** only where the account may publish: a status beyond the review, the steps towards it with their
  reasons, merges, shown photos and sentences. Each is logged as this account's. Elsewhere the entry waits for review
  with nothing but its author's own words.
- **What is here already** stays as it was decided here, whatever the file says and whenever it says it was decided;
  it gains voices, if it lies where the account may import.
- **What was erased** there is erased here if it came from a hall; nothing else can be erased by a file.
- **Workshops** come closed, without their word, and only with an entry that was told in them.
- No account, role, log, secret, code that opens something else here, correction, network or proposal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sempre_geo.community.access import Person, may
from sempre_geo.community.claim_codes import claim_digest, new_claim_code
from sempre_geo.community.contributions import AWAITING, Draft, Place, checked_draft
from sempre_geo.community.moments import moment, stamp
from sempre_geo.community.steps import CONTRIBUTION
from sempre_geo.community.store.contributions import Row, load_contribution, load_events
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.proposals import is_member
from sempre_geo.community.store.voices import load_voice
from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError
from sempre_geo.pipeline.community.contributions import contribution_row
from sempre_geo.pipeline.community.desk import ground, privileged, scopes_of
from sempre_geo.pipeline.community.moderation import looked_through
from sempre_geo.pipeline.community.voices import DECISIONS, LONGEST_SENTENCE
from sempre_geo.settings import Settings

IMPORT, PUBLISH = "import contributions", "publish or not publish"
HALL = "hall"
"""The actor of what a hall did: its accounts are none of ours, and what has this actor in its steps came from one."""
_AUTHOR = "contributor"
_ID, _DIGEST, _MARK = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{1,64}"), re.compile(r"[a-z_]{1,32}")
_GIVEN = ("id", "claim_digest", "merged_into", "status")
_SAID = {"none", "received", *DECISIONS}


def checked_entry(settings: Settings, one: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """An entry of a file with all that belongs to it, as it could have been told here; its rights are not looked at.

    Raises
    ------
    InputError
        It could not have been told here.
    TypeError, ValueError, KeyError
        It is no entry at all.
    """
    given, now = one["row"], stamp(at)
    row, position = _row(settings, given, one=one)
    row |= {name: given[name] for name in _GIVEN}
    row |= {name: _moment(given[name], now=now) for name in ("created_at", "status_at")}
    _check_form(row["id"], _ID)
    _check_form(row["merged_into"] or row["id"], _ID)
    _check_form(row["claim_digest"] or "0", _DIGEST)
    looked = looked_through(settings, row["region"], text=f"{row['title']}\n{row['text']}").noticed
    row["findings"] = [*looked, *(mark for mark in given["findings"] if _MARK.fullmatch(mark) and mark not in looked)]
    halls = list(_halls(one, row, now=now))
    own = {"contribution_id": row["id"]}
    return {
        "row": row,
        "exact_places": [own | {"lon": position[0], "lat": position[1]}] if position else [],
        "ease": [own | {"mode": felt["mode"], "ease": felt["ease"]} for felt in one["ease"]],
        "originals": [own | _earlier(text, now=now) for text in one["originals"]],
        "photos": [own | _photo(photo) for photo in one["photos"]],
        "voices": [own | _voice(voice, at=at) for voice in one["voices"]],
        "events": list(_steps(one, row, now=now)),
        "workshops": halls,
        "workshop_entries": list(_told_in(one, row, halls={hall["id"] for hall in halls})),
        "answers": [link for link in one["answers"] if link["idea_id"] == row["id"]],
    }


def checked_voices(one: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Of an entry that is here already only the voices, as they could have been given here.

    Raises
    ------
    InputError
        A sentence is too long.
    TypeError, ValueError, KeyError
        Something is no voice at all.
    """
    own = {"contribution_id": one["row"]["id"]}
    return {"row": one["row"], "voices": [own | _voice(voice, at=at) for voice in one["voices"]]}


def _voice(voice: Row, *, at: datetime) -> Row:
    _check_form(voice["id"], _ID)
    _check_form(voice["voter_digest"], _DIGEST)
    _check_form(voice["claim_digest"] or "0", _DIGEST)
    if voice["sentence_status"] not in _SAID:
        raise ValueError(voice["sentence_status"])
    kept = {name: voice[name] for name in ("id", "voter_digest", "sentence_status", "claim_digest")}
    sentence = kept_text(voice["sentence"], longest=LONGEST_SENTENCE)
    return kept | {"sentence": sentence, "created_at": _moment(voice["created_at"], now=stamp(at))}


def admitted(
    settings: Settings, transaction: Transaction, one: dict[str, Any], *, person: Person, at: datetime
) -> dict[str, Any] | None:
    """What of a checked entry comes in by this person's rights; None where nothing does.

    A decision that comes in is written into the log. Of what is here already only the voices are looked at.
    """
    here = load_contribution(transaction, one["row"]["id"])
    row = here or one["row"]
    scopes = scopes_of(row)
    if not may(person, IMPORT, f"region:{row['region']}") or (here is None and "events" not in one):
        return None
    voices = [voice | {"sentence_status": "received" if voice["sentence"] else "none"} for voice in one["voices"]]
    if may(person, PUBLISH, *scopes):
        if here is None and row["status"] not in AWAITING:
            detail = f"{row['status']} {HALL}"
            privileged(
                settings, transaction, person, action=PUBLISH, thing=row["id"], scopes=scopes, detail=detail, at=at
            )
        return one
    if here is not None:
        return one | {"voices": voices}
    told, *steps = one["events"]
    status = row["status"] if row["status"] in AWAITING else "received"
    return one | {
        "row": row | {"status": status, "merged_into": None},
        "events": [told, *(step for step in steps if step["actor"] == _AUTHOR and step["status"] in AWAITING)],
        "photos": [photo | {"published": False} for photo in one["photos"]],
        "voices": voices,
        "originals": [],
    }


def may_be_erased(transaction: Transaction, thing: str, *, person: Person) -> bool:
    """Whether a file's word is enough to erase something; what is not here (yet) stays away by it."""
    voice = load_voice(transaction, thing)
    row = load_contribution(transaction, voice["contribution_id"] if voice else thing)
    if row is None:
        return _ID.fullmatch(thing) is not None and not is_member(transaction, thing)
    came_from_a_hall = any(step["actor"] == HALL for step in load_events(transaction, thing))
    return came_from_a_hall and may(person, IMPORT, f"region:{row['region']}")


def _row(settings: Settings, given: Row, *, one: dict[str, Any]) -> tuple[Row, tuple[float, float] | None]:
    """The entry's row by this installation's rules; a place that this region does not know is left out of it."""
    exact = next(iter(one["exact_places"]), None)
    place = Place(settlement_id=given["settlement_id"], municipality_id=given["municipality_id"])
    if exact is not None:
        place = replace(place, lon=float(exact["lon"]), lat=float(exact["lat"]))
    named = ("kind", "category", "obstacle", "about", "language", "how_it_came_in", "title")
    draft = checked_draft(
        Draft(
            **{name: given[name] for name in named}, text=given["text"].strip() or "-", place=place,
            groups=tuple(given["groups"]), ease={felt["mode"]: felt["ease"] for felt in one["ease"]},
            consent=given["consent"] is True, shown_alone=given["shown_alone"] is True,
        )
    )  # fmt: skip
    known = _known_place(settings, given["region"], place=place)
    row, position = contribution_row(settings, given["region"], draft=replace(draft, place=known))
    return row | {"text": kept_text(given["text"])}, position


def _known_place(settings: Settings, region: str, *, place: Place) -> Place:
    """A place as this region knows it: the municipality follows from a point or a settlement, as when it is told."""
    site = ground(settings, region)
    if site.settlements.empty or site.municipalities.empty:
        return place
    settlement = place.settlement_id if place.settlement_id in site.settlements.index else None
    municipality = place.municipality_id if place.municipality_id in site.municipalities.index else None
    if place.lon is not None:
        return Place(place.lon, place.lat)
    return Place(settlement_id=settlement, municipality_id=None if settlement else municipality)


def _steps(one: dict[str, Any], row: Row, *, now: str) -> Iterator[Row]:
    """The steps so far, each the author's or the hall's; the first one says that the entry came from a hall."""
    first = {"thing": row["id"], "at": row["created_at"], "status": "received", "reason": "", "actor": HALL}
    yield first
    told = one["events"]
    for step in told[1:] if told and told[0]["status"] == "received" else told:
        if step["status"] not in CONTRIBUTION:
            raise ValueError(step["status"])
        actor = _AUTHOR if step["actor"] == _AUTHOR else HALL
        said = {"status": step["status"], "reason": kept_text(step["reason"]), "actor": actor}
        yield first | said | {"at": _moment(step["at"], now=now)}
    if row["status"] not in CONTRIBUTION:
        raise ValueError(row["status"])


def _halls(one: dict[str, Any], row: Row, *, now: str) -> Iterator[Row]:
    for hall in one["workshops"]:
        _check_form(hall["id"], _ID)
        if hall["region"] == row["region"]:
            yield {
                "id": hall["id"], "region": row["region"], "settlement_id": kept_line(hall["settlement_id"]),
                "municipality_id": kept_line(hall["municipality_id"]), "place_name": kept_line(hall["place_name"]),
                "consent": kept_text(hall["consent"]), "office": kept_line(hall["office"]), "opened_by": HALL,
                "opened_at": _moment(hall["opened_at"], now=now), "closes_at": _moment(hall["closes_at"], now=now),
                "word_digest": claim_digest(new_claim_code()),
            }  # fmt: skip


def _told_in(one: dict[str, Any], row: Row, *, halls: Collection[str]) -> Iterator[Row]:
    for entry in one["workshop_entries"][:1]:
        if entry["workshop_id"] in halls:
            yield {
                "contribution_id": row["id"], "workshop_id": entry["workshop_id"], "further": entry["further"] is True
            }  # fmt: skip


def _earlier(text: Row, *, now: str) -> Row:
    kept = {"title": kept_line(text["title"]), "text": kept_text(text["text"])}
    return kept | {"at": _moment(text["at"], now=now), "changed_by": HALL}


def _photo(photo: Row) -> Row:
    _check_form(photo["id"], _ID)
    return {"id": photo["id"], "sha256": "", "published": photo["published"] is True}


def _moment(said: str, *, now: str) -> str:
    """A moment of the file; one that is still to come has not been."""
    return min(stamp(moment(said)), now)


def _check_form(said: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(said):
        raise InputError(repr(said[:64]))
