"""An entry's arrival: counted, looked through, refused or held or shown; and the hall that a coordinator opens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sempre_geo.community.claim_codes import claim_digest, new_claim_code
from sempre_geo.community.contributions import Draft
from sempre_geo.community.moderation import (
    Seen,
    Sending,
    check_sending,
    help_message,
    marks,
    may_be_shown_at_once,
    read_danger,
    sender_digest,
    text_digest,
)
from sempre_geo.community.moments import stamp
from sempre_geo.community.personal_data import personal_data, read_personal_words
from sempre_geo.community.rules import read_rules
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.limits import count_sender, count_text, load_workshop, save_workshop
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, ground, now, open_community, privileged, secret_key
from sempre_geo.settings import Settings

LONGEST_WORKSHOP = timedelta(hours=12)


@dataclass(frozen=True)
class Arrival:
    """How an entry is received: its first status, what the coordinator should look at, what its author reads."""

    status: str
    noticed: tuple[str, ...]
    messages: tuple[str, ...]


def receive(
    settings: Settings, transaction: Transaction, region: str, *, draft: Draft, sending: Sending | None, at: datetime
) -> Arrival:
    """Count an entry and decide what happens to it before anybody has read it.

    Raises
    ------
    InputError
        No person sends like this, or this sender has sent enough today.
    """
    rules, danger = read_rules(settings), read_danger(settings)
    seen = _seen(settings, transaction, region, draft=draft, sending=sending, at=at)
    if sending is not None:
        check_sending(sending, seen, rules)
    text = f"{draft.title}\n{draft.text}"
    country = ground(settings, region).country
    countries = [country] if country and country != "demo" else []
    findings = personal_data(text, words=read_personal_words(settings), countries=countries)
    near = danger.is_near(text)
    noticed = marks(findings, sending=sending, seen=seen, rules=rules, danger=near)
    shown = sending is not None and may_be_shown_at_once(
        draft.category, noticed=noticed, with_photo=draft.photo is not None, rules=rules
    )
    messages = (help_message(danger, country=country),) if near else ()
    return Arrival("published" if shown else "received", tuple(noticed), messages)


def start_workshop(settings: Settings, region: str, *, by: Asker, hours: float = 4, at: datetime | None = None) -> str:
    """Let a hall full of people behind one address send; returns the word to write on the wall.

    Raises
    ------
    NotAllowedError
        The asker is no coordinator or network member of this region.
    """
    when, lasts = at or now(), timedelta(hours=hours)
    if not timedelta(0) < lasts <= LONGEST_WORKSHOP:
        raise InputError(_("A workshop is open for up to 12 hours; open another one tomorrow."))
    word, workshop_id = new_claim_code(), secrets.token_hex(16)
    with open_community(settings).writing() as transaction:
        person = privileged(
            settings, transaction, by, action="open a workshop", thing=workshop_id,
            scopes=(f"region:{region}",), at=when,
        )  # fmt: skip
        save_workshop(
            transaction,
            {
                "id": workshop_id, "region": region, "word_digest": claim_digest(word), "opened_by": person.actor,
                "opened_at": stamp(when), "closes_at": stamp(when + lasts),
            },
        )  # fmt: skip
    return word


def _seen(
    settings: Settings, transaction: Transaction, region: str, *, draft: Draft, sending: Sending | None, at: datetime
) -> Seen:
    day = at.date().isoformat()
    key = secret_key(settings, f"senders of {day}")
    same = count_text(transaction, text_digest(draft.text, key=key), day=day)
    if sending is None:
        return Seen(0, same, in_workshop=False)
    before = count_sender(transaction, sender_digest(sending, key=key), day=day)
    return Seen(before, same, in_workshop=_in_workshop(transaction, region, sending=sending, at=at))


def _in_workshop(transaction: Transaction, region: str, *, sending: Sending, at: datetime) -> bool:
    """Whether the sender knows the word of an open workshop; a slip in it is no reason to refuse an entry."""
    if not sending.workshop:
        return False
    try:
        digest = claim_digest(sending.workshop)
    except InputError:
        return False
    return load_workshop(transaction, region, word_digest=digest, at=stamp(at)) is not None
