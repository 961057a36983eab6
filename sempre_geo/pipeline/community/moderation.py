"""An entry's arrival: counted, looked through, refused or held or shown; a hall's many are let through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sempre_geo.community.claim_codes import claim_digest
from sempre_geo.community.contributions import Draft
from sempre_geo.community.moderation import (
    Seen,
    Sending,
    check_sending,
    check_voice,
    help_message,
    marks_of_sending,
    marks_of_text,
    may_be_shown_at_once,
    read_danger,
    sender_digest,
    text_digest,
)
from sempre_geo.community.moments import stamp
from sempre_geo.community.personal_data import Finding, personal_data
from sempre_geo.community.personal_words import read_personal_words
from sempre_geo.community.rules import read_rules
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.limits import count_sender, count_text, load_sender
from sempre_geo.community.store.workshops import load_open_workshop
from sempre_geo.errors import InputError
from sempre_geo.pipeline.community.desk import ground, open_community, secret_key
from sempre_geo.settings import Settings


@dataclass(frozen=True)
class Arrival:
    """How an entry is received: its first status, what the coordinator should look at, what its author reads.

    ``workshop_id`` names the open workshop from which it came; empty for none.
    """

    status: str
    noticed: tuple[str, ...]
    messages: tuple[str, ...]
    workshop_id: str = ""


def check_sender(settings: Settings, region: str, *, sending: Sending, at: datetime) -> None:
    """Refuse a sender who has sent enough before anything costly is done for them: a look, not a count.

    Raises
    ------
    InputError
        No person sends like this, or this sender has sent enough today.
    """
    day = at.date().isoformat()
    digest = sender_digest(sending, key=secret_key(settings, f"senders of {day}"))
    with open_community(settings).reading() as transaction:
        before = load_sender(transaction, digest, day=day)
        workshop = workshop_of(transaction, region, sending=sending, at=at)
    check_sending(sending, Seen(before, 0, in_workshop=bool(workshop)), read_rules(settings))


@dataclass(frozen=True)
class Looked:
    """What a text holds: marks for the coordinator, and what its author reads at once."""

    noticed: tuple[str, ...]
    messages: tuple[str, ...]


def looked_through(settings: Settings, region: str, *, text: str) -> Looked:
    """Look for personal data and for signs of danger in a text, whichever way it came in."""
    findings, near = _personal_data_in(settings, region, text=text), read_danger(settings).is_near(text)
    messages = (help_in(settings, region),) if near else ()
    return Looked(tuple(marks_of_text(findings, danger=near)), messages)


def marked(settings: Settings, region: str, *, text: str) -> tuple[tuple[str, str], ...]:
    """A text in pieces, each with the kind of personal data it may be, or with nothing: to be marked for review."""
    pieces, done = [], 0
    for finding in _personal_data_in(settings, region, text=text):
        pieces += [(text[done : finding.start], ""), (text[finding.start : finding.end], finding.kind)]
        done = finding.end
    return tuple(piece for piece in (*pieces, (text[done:], "")) if piece[0])


def _personal_data_in(settings: Settings, region: str, *, text: str) -> list[Finding]:
    """What may be personal, the numbers of the region's country in any form and those of all others in theirs."""
    country = ground(settings, region).country
    own = [country] if country and country != "demo" else []
    return personal_data(text, words=read_personal_words(settings), own=own)


def help_in(settings: Settings, region: str) -> str:
    """What somebody in danger reads at once, with the numbers of the region's country."""
    return help_message(read_danger(settings), country=ground(settings, region).country)


def receive(
    settings: Settings, transaction: Transaction, region: str, *, draft: Draft, sending: Sending | None, at: datetime
) -> Arrival:
    """Count an entry and decide what happens to it before anybody has read it.

    Raises
    ------
    InputError
        No person sends like this, or this sender has sent enough today.
    """
    rules = read_rules(settings)
    workshop = workshop_of(transaction, region, sending=sending, at=at) if sending is not None else ""
    seen = _seen(settings, transaction, draft=draft, sending=sending, in_workshop=bool(workshop), at=at)
    if sending is not None:
        check_sending(sending, seen, rules)
    looked = looked_through(settings, region, text=words_of(draft))
    noticed = [*looked.noticed, *marks_of_sending(sending=sending, seen=seen, rules=rules)]
    shown = sending is not None and may_be_shown_at_once(
        draft.category, noticed=noticed, with_photo=draft.photo is not None, rules=rules
    )
    return Arrival("published" if shown else "received", tuple(noticed), looked.messages, workshop)


def words_of(draft: Draft) -> str:
    """All that a person wrote in their own words."""
    return f"{draft.title}\n{draft.text}"


def _seen(
    settings: Settings,
    transaction: Transaction,
    *,
    draft: Draft,
    sending: Sending | None,
    in_workshop: bool,
    at: datetime,
) -> Seen:
    day = at.date().isoformat()
    key = secret_key(settings, f"senders of {day}")
    same = count_text(transaction, text_digest(draft.text, key=key), day=day)
    if sending is None:
        return Seen(0, same, in_workshop=False)
    before = count_sender(transaction, sender_digest(sending, key=key), day=day)
    return Seen(before, same, in_workshop=in_workshop)


def check_and_count(
    settings: Settings, transaction: Transaction, region: str, *, sending: Sending, at: datetime, on: str = ""
) -> None:
    """Count a voice or a report, apart from entries, and refuse what no person sends or one sender's too many.

    ``on`` is the contribution that a voice is for.
    """
    day = at.date().isoformat()

    def before(what: str) -> int:
        key = secret_key(settings, f"{what} of {day}")
        return count_sender(transaction, sender_digest(sending, key=key), day=day)

    given, on_this = before("voters"), before(f"on {on}") if on else 0
    workshop = workshop_of(transaction, region, sending=sending, at=at)
    check_voice(
        sending, given_today=given, on_this_today=on_this, in_workshop=bool(workshop), rules=read_rules(settings)
    )


def workshop_of(transaction: Transaction, region: str, *, sending: Sending, at: datetime) -> str:
    """The open workshop whose word the sender knows; empty for none: a slip is no reason to refuse an entry."""
    if not sending.workshop:
        return ""
    try:
        digest = claim_digest(sending.workshop)
    except InputError:
        return ""
    found = load_open_workshop(transaction, region, word_digest=digest, at=stamp(at))
    return str(found["id"]) if found else ""
