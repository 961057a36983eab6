"""Telling a need or an idea, saying "me too", and opening one's own again with the code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sempre_geo.community.claim_codes import claim_code_from, claim_digest, new_claim_code
from sempre_geo.community.contributions import AWAITING, Draft, Receipt, checked_draft
from sempre_geo.community.groups import kept_groups
from sempre_geo.community.moderation import Sending
from sempre_geo.community.moments import stamp
from sempre_geo.community.photos import clean_photo, read_photo, write_photo
from sempre_geo.community.places import Located, locate
from sempre_geo.community.privacy import Zones
from sempre_geo.community.rules import read_rules
from sempre_geo.community.store.contributions import (
    Row,
    change_contribution,
    erase_contribution,
    load_claimed,
    load_contribution,
    load_ease_of,
    load_originals,
    load_photos,
    load_position,
    load_sent,
    load_told_steps,
    load_voices,
    save_contribution,
    save_event,
    save_photo,
)
from sempre_geo.community.store.corrections import erase_correction, load_claimed_correction
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.escalations import is_escalated, load_escalations_of
from sempre_geo.community.store.voices import load_sentences
from sempre_geo.community.store.ways import load_needs_of, save_needs_of
from sempre_geo.community.store.workshops import load_workshops_of, save_workshop_entry
from sempre_geo.community.texts import kept_text
from sempre_geo.errors import InputError, NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Ground, ground, nothing_opens, now, open_community, partition, secret_key
from sempre_geo.pipeline.community.erasures import erase_elsewhere, list_erased
from sempre_geo.pipeline.community.moderation import check_sender, help_in, looked_through, receive, words_of
from sempre_geo.pipeline.community.photos import photo_folder
from sempre_geo.pipeline.community.way import BEGUN, NO_WAY, Stage, Way, shown_by_itself, stages_of_like, way_in
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import Settings

LONGEST_SENTENCE = 500


@dataclass(frozen=True)
class Own:
    """A contribution as its author sees it again: all of it, with every step and answer so far.

    ``of_like`` are the answers to the one that says the same and with which it is counted, if it is.
    """

    id: str
    kind: str
    category: str
    title: str
    text: str
    language: str
    obstacle: str
    about: str
    groups: tuple[str, ...]
    precision: str
    municipality: str
    settlement_id: str | None
    municipality_id: str | None
    lon: float | None
    lat: float | None
    ease: Mapping[str, int]
    photos: int
    shown_alone: bool
    status: str
    voices: int
    steps: tuple[Row, ...]
    messages: tuple[str, ...] = ()
    way: Way = NO_WAY
    counted_with_like: bool = False
    of_like: tuple[Stage, ...] = ()

    @property
    def shown_status(self) -> str:
        """Its status; none while it is counted unread with one that says the same, as it waits for nothing then."""
        return "" if self.counted_with_like and self.status in AWAITING else self.status

    @property
    def so_far(self) -> tuple[Stage, ...]:
        """The decisions on it and the stages that it reached, by their days; undated ones last."""
        decided = [Stage(step["status"], "", step["at"], step["reason"]) for step in self.steps]
        reached = [stage for stage in self.way.stages if stage.status not in BEGUN]
        return tuple(sorted((*decided, *reached), key=lambda stage: stage.at or "~"))


def tell(
    settings: Settings, region: str, *, draft: Draft, sending: Sending | None = None, at: datetime | None = None
) -> Receipt:
    """Save a need or an idea; when this returns, it is on the disk.

    Sent twice with the same ``sending_key`` and content, it is saved once and answered with the same code.
    ``sending`` says how it arrived; pages always give it, for it keeps scripts out.

    Returns
    -------
    Receipt
        The code, and what the author should read at once, such as numbers that help in danger.

    Raises
    ------
    InputError
        The draft lacks something, its photo cannot be read, or this sender has sent enough today.
    """
    moment = at or now()
    checked = checked_draft(draft)
    if sending is not None and not checked.sending_key:
        check_sender(settings, region, sending=sending, at=moment)
    photo = clean_photo(checked.photo) if checked.photo is not None else None
    sent = _sending_digest(settings, checked)
    code = claim_code_from(bytes.fromhex(sent)) if sent else new_claim_code()
    row, position = contribution_row(settings, region, draft=checked)
    row |= {"claim_digest": claim_digest(code), "sending_key": sent}
    row |= {"created_at": stamp(moment), "status_at": stamp(moment)}
    with open_community(settings).writing() as transaction:
        before = load_sent(transaction, sent) if sent else None
        if before is not None:
            messages = looked_through(settings, region, text=words_of(checked)).messages
            return Receipt(before["id"], code, before["status"], messages)
        arrival = receive(settings, transaction, region, draft=checked, sending=sending, at=moment)
        row |= {"status": arrival.status, "findings": list(arrival.noticed)}
        if arrival.workshop_id:
            row["how_it_came_in"] = "workshop"
        save_contribution(transaction, row, position=position, felt=checked.ease)
        if arrival.workshop_id:
            further = sending is not None and sending.further
            save_workshop_entry(transaction, row["id"], workshop_id=arrival.workshop_id, further=further)
        _keep_answered(transaction, row, answers=checked.answers)
        if photo is not None:
            keep_photo(settings, transaction, row["id"], photo)
    return Receipt(row["id"], code, row["status"], arrival.messages)


def open_with_code(settings: Settings, code: str) -> Own:
    """A contribution as its author wrote it, with its answers and reasons.

    Raises
    ------
    InputError
        The code is incomplete or has a slip.
    MissingDataError
        It opens nothing (any more).
    """
    digest = claim_digest(code)
    with open_community(settings).reading() as transaction:
        row = claimed_row(transaction, digest)
        own = {field.name: row[field.name] for field in fields(Own) if field.name in row}
        lon, lat = load_position(transaction, row["id"]) or (None, None)
        steps = load_told_steps(transaction, row["id"])
        voices = len(load_voices(transaction, row["id"]))
        felt, pictures = load_ease_of(transaction, row["id"]), len(load_photos(transaction, row["id"]))
        way, of_like = way_in(settings, transaction, row, own=True), stages_of_like(transaction, row)
        near = "danger" in row["findings"] or is_escalated(transaction, row["id"])
    messages = (help_in(settings, row["region"]),) if near else ()
    return Own(
        **own | {"groups": tuple(row["groups"]), "way": way},
        lon=lon,
        lat=lat,
        ease=felt,
        photos=pictures,
        voices=voices,
        steps=tuple(steps),
        messages=messages,
        counted_with_like=row["merged_into"] is not None,
        of_like=of_like,
    )


def contest_with_code(settings: Settings, code: str, *, why: str, at: datetime | None = None) -> None:
    """Ask that a decision not to publish be looked at again, with one's own reason."""
    digest, when = claim_digest(code), stamp(at or now())
    reason = kept_text(why, longest=LONGEST_SENTENCE)
    with open_community(settings).writing() as transaction:
        row = claimed_row(transaction, digest)
        if row["status"] != "not_published":
            raise NotAllowedError(_("There is no decision to contest: it is not refused."))
        change_contribution(transaction, row["id"], {"status": "in_review", "status_at": when})
        save_event(transaction, row["id"], status="in_review", at=when, actor="contributor", reason=reason)


def erase_with_code(settings: Settings, code: str, *, at: datetime | None = None) -> None:
    """Erase what a code opens everywhere, at once and for good: a contribution, or the report of a correction.

    Of a report that was accepted the fact stays in use, without its reporter's words.

    Raises
    ------
    InputError
        The code is incomplete or has a slip.
    MissingDataError
        It opens nothing (any more).
    """
    digest, when = claim_digest(code), stamp(at or now())
    with open_community(settings).writing() as transaction:
        report = load_claimed_correction(transaction, digest)
        row = report or claimed_row(transaction, digest)
        photos = load_photos(transaction, row["id"])
        if report is not None:
            erase_correction(transaction, row["id"], at=when)
        else:
            erase_contribution(transaction, row["id"], at=when)
        list_erased(settings, row["id"])
    erase_elsewhere(settings, row["id"], at=when, photos=[photo["id"] for photo in photos])


def my_data(settings: Settings, code: str) -> str:
    """Everything kept of a contribution, as a JSON text the author can take along; its photo is in it as base64.

    What others said or did with it is there as far as its author may know it: the sentences that everybody reads, the
    days on which it was handed on to somebody who helps, but not who decided, and no coordinator's note.
    """
    digest = claim_digest(code)
    with open_community(settings).reading() as transaction:
        row = claimed_row(transaction, digest)
        kept = {name: value for name, value in row.items() if name not in {"claim_digest", "sending_key"}}
        kept["position"] = load_position(transaction, row["id"])
        kept["ease"] = load_ease_of(transaction, row["id"])
        kept["steps"] = load_told_steps(transaction, row["id"])
        like = [
            {"at": stage.at, "status": stage.status, "reason": stage.reason}
            for stage in stages_of_like(transaction, row)
        ]
        kept["steps_of_the_like_one"] = like
        kept["answers"] = load_needs_of(transaction, row["id"])
        kept["earlier_texts"] = _told_of(load_originals(transaction, row["id"]), "at", "title", "text")
        kept["voices"] = len(load_voices(transaction, row["id"]))
        said = load_sentences(transaction, row["region"], status="published", contribution_id=row["id"])
        kept["sentences"] = said["sentence"].tolist()
        kept["handed_on"] = _told_of(load_escalations_of(transaction, row["id"]), "at", "closed_at")
        kept["workshop"] = _told_of(load_workshops_of(transaction, row["id"]), "place_name", "opened_at", "consent")
        photos = load_photos(transaction, row["id"])
    kept["photos"] = [photo | {"jpeg_base64": _picture(settings, photo["id"])} for photo in photos]
    return json.dumps(kept, ensure_ascii=False, indent=2)


def _told_of(rows: list[Row], *names: str) -> list[Row]:
    return [{name: row[name] for name in names} for row in rows]


def _picture(settings: Settings, photo_id: str) -> str:
    return base64.b64encode(read_photo(photo_folder(settings), photo_id)).decode("ascii")


def claimed_row(transaction: Transaction, digest: str) -> Row:
    """The contribution that a code's digest opens.

    Raises
    ------
    MissingDataError
        It opens nothing (any more).
    """
    row = load_claimed(transaction, digest)
    if row is None:
        raise nothing_opens()
    return row


def _keep_answered(transaction: Transaction, row: Row, *, answers: tuple[str, ...]) -> None:
    """Link an idea to the needs it answers; one that was withdrawn meanwhile is no reason to refuse the idea."""
    known = [found for one in answers if (found := load_contribution(transaction, one))]
    here = [one for one in known if one["kind"] == "need" and one["region"] == row["region"] and shown_by_itself(one)]
    save_needs_of(transaction, row["id"], [one["id"] for one in here])


def keep_photo(settings: Settings, transaction: Transaction, contribution_id: str, photo: bytes) -> None:
    """Write the photo's file before its row is confirmed: a row without its file would be a broken promise."""
    photo_id = write_photo(photo_folder(settings), photo)
    digest = hashlib.sha256(photo).hexdigest()
    row = {"id": photo_id, "contribution_id": contribution_id, "sha256": digest, "published": False}
    save_photo(transaction, row)


def _sending_digest(settings: Settings, draft: Draft) -> str | None:
    """What recognises a repeated sending: the device's key together with the content.

    The content is part of it, so that a key that somebody guessed or saw opens nobody else's entry.
    """
    if not draft.sending_key:
        return None
    photo = hashlib.sha256(draft.photo or b"").hexdigest()
    content = repr(sorted(vars(replace(draft, photo=None)).items())) + photo
    return hmac.digest(secret_key(settings, "sending"), content.encode("utf-8", "replace"), "sha256").hex()


def check_fits(settings: Settings, site: Ground, draft: Draft) -> None:
    """Refuse a category or a group that there is not, and a position outside the region: nobody would ever find it.

    A group of one's own making would be free text in the public counts.

    Raises
    ------
    InputError
        The draft has one of them.
    """
    known = read_categories(settings).by_id
    if draft.category not in known:
        raise InputError(
            _("There is no category '{category}'; choose one of {known}.").format(
                category=draft.category, known=", ".join(known)
            )
        )
    if not {*draft.groups} <= kept_groups() | read_rules(settings).topic_of_group.keys():
        raise InputError(_("This cannot be saved yet: {what}.").format(what=_("a group is none we know")))
    lon, lat = draft.place.lon, draft.place.lat
    if site.bbox is None or lon is None or lat is None:
        return
    west, south, east, north = site.bbox
    if not (west <= lon <= east and south <= lat <= north):
        raise InputError(_("The mark on the map lies outside the region; set it again or choose a place."))


def contribution_row(
    settings: Settings, region: str, *, draft: Draft
) -> tuple[dict[str, Any], tuple[float, float] | None]:
    """A checked draft as a row of the store, without its code and dates, and its position if it has one.

    A settlement stands at its own point; that is no exact place and is not kept as one.
    """
    site = ground(settings, region)
    check_fits(settings, site, draft)
    place = masked(locate(draft.place, site.settlements, site.municipalities), partition(settings, region), site)
    row = {
        "id": secrets.token_hex(16),
        "region": region,
        "kind": draft.kind,
        "category": draft.category,
        "topic": read_rules(settings).topic(draft.category, draft.groups),
        "obstacle": draft.obstacle,
        "about": draft.about,
        "groups": list(draft.groups),
        "title": draft.title,
        "text": draft.text,
        "language": draft.language,
        "settlement_id": place.settlement_id,
        "municipality_id": place.municipality_id,
        "municipality": place.municipality,
        "zone_id": place.zone_id,
        "precision": draft.place.precision,
        "how_it_came_in": draft.how_it_came_in,
        "shown_alone": draft.shown_alone,
        "consent": draft.consent,
        "status": "received",
        "merged_into": None,
        "findings": [],
        "claim_digest": None,
        "sending_key": None,
    }
    given = draft.place
    return row, (given.lon, given.lat) if given.lon is not None and given.lat is not None else None


def masked(place: Located, zones: Zones | None, site: Ground) -> Located:
    """A place with its zone, in the zone's municipality; its own municipality only where it has no zone.

    A zone is made of whole squares and belongs to one municipality, while some of its homes may lie in the next.
    Were the home's own municipality kept, all that counts or names by municipality would tell it beside the zone,
    and of the zone's residents the few across the border would be left.
    """
    if zones is None or place.lon is None or place.lat is None:
        return place
    zone = zones.zone_of(place.lon, place.lat)
    if zone is None:
        return place
    of_zone = str(zones.zones.loc[zone, "municipality_id"])
    known = of_zone in site.municipalities.index
    name = site.municipalities.loc[[of_zone], "name"].iloc[0] if known else zones.zones.loc[zone, "name"]
    return replace(place, zone_id=zone, municipality_id=of_zone or None, municipality=str(name))
