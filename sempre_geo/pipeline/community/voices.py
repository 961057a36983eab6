"""Saying "me too", with a sentence of one's own that a coordinator reads before others do."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from sempre_geo.community.access import may
from sempre_geo.community.claim_codes import claim_code_from, claim_digest, new_claim_code
from sempre_geo.community.contributions import PUBLIC, Receipt, check_sending_key
from sempre_geo.community.moderation import Sending
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.contributions import (
    Row,
    erase_voice,
    load_claimed_voice,
    load_contribution,
    save_voice,
)
from sempre_geo.community.store.voices import change_voice, load_sentences, load_voice
from sempre_geo.community.texts import kept_text
from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import (
    Asker,
    asker,
    check_reviewer,
    nothing_opens,
    now,
    open_community,
    privileged,
    scopes_of,
    secret_key,
)
from sempre_geo.pipeline.community.erasures import erase_elsewhere, list_erased
from sempre_geo.pipeline.community.moderation import check_and_count, looked_through
from sempre_geo.settings import Settings

LONGEST_SENTENCE = 500
DECISIONS = ("published", "not_published")


@dataclass(frozen=True)
class OwnVoice:
    """A voice as whoever gave it sees it again: for what, and what became of its sentence.

    ``contribution_id`` is the entry that the voice counts for, where two were merged the one that stands.
    """

    region: str
    contribution_id: str
    sentence: str
    sentence_status: str
    messages: tuple[str, ...]


def add_voice(
    settings: Settings,
    contribution_id: str,
    *,
    voter: str,
    sentence: str = "",
    sending: Sending | None = None,
    sending_key: str = "",
    at: datetime | None = None,
) -> Receipt:
    """Say "me too" to a public contribution; a second time by the same ``voter`` changes nothing.

    ``voter`` is whatever tells one person from another without following them: a random text kept in
    their browser, or in a hall a number on a slip of paper. Only a digest made with the contribution's id
    is kept, so that nobody can see which contributions the same person supports. An own sentence is shown
    to nobody before a coordinator has read it. Pages give ``sending``, which keeps scripts out, and a
    random ``sending_key``: sent again with it after the network broke, the voice gets the same answer.

    Returns
    -------
    Receipt
        Its code withdraws the voice. The code is empty if the voice had been given before, without this key.

    Raises
    ------
    InputError
        The sentence is too long, the key too short, or this sender has given enough voices today.
    MissingDataError
        Nothing of this id is published.
    """
    check_sending_key(sending_key)
    when, said = at or now(), kept_text(sentence, longest=LONGEST_SENTENCE)
    row, code = _voice(settings, contribution_id, voter=voter, said=said, sending_key=sending_key)
    with open_community(settings).writing() as transaction:
        supported = load_contribution(transaction, contribution_id)
        if supported is None or supported["status"] not in PUBLIC:
            raise MissingDataError(_("There is nothing published to support here; it may have been withdrawn."))
        before = load_claimed_voice(transaction, row["claim_digest"])
        if before is None and sending is not None:
            check_and_count(settings, transaction, supported["region"], sending=sending, at=when, on=contribution_id)
        added = before is None and save_voice(transaction, row | {"created_at": stamp(when)})
    messages = looked_through(settings, supported["region"], text=said).messages
    if not added and before is None:
        return Receipt("", "", "given_before")
    return Receipt(str(before["id"] if before else row["id"]), code, "given", messages)


def voice_with_code(settings: Settings, code: str) -> OwnVoice:
    """A "me too" and what became of its sentence, for whoever has its code.

    Raises
    ------
    InputError
        The code is incomplete or has a slip.
    MissingDataError
        It opens no voice.
    """
    digest = claim_digest(code)
    with open_community(settings).reading() as transaction:
        voice = load_claimed_voice(transaction, digest)
        row = load_contribution(transaction, voice["contribution_id"]) if voice else None
    if voice is None or row is None:
        raise nothing_opens()
    waits = voice["sentence_status"] == "received"
    return OwnVoice(
        region=row["region"],
        contribution_id=row["merged_into"] or row["id"],
        sentence=voice["sentence"],
        sentence_status="awaiting_review" if waits else voice["sentence_status"],
        messages=looked_through(settings, row["region"], text=voice["sentence"]).messages,
    )


def withdraw_voice(settings: Settings, code: str, *, at: datetime | None = None) -> None:
    """Take a voice back with its code."""
    digest, when = claim_digest(code), stamp(at or now())
    with open_community(settings).writing() as transaction:
        voice = load_claimed_voice(transaction, digest)
        if voice is None:
            raise nothing_opens()
        erase_voice(transaction, voice["id"], at=when)
        list_erased(settings, voice["id"])
    erase_elsewhere(settings, voice["id"], at=when)


def sentences(settings: Settings, contribution_id: str) -> tuple[str, ...]:
    """What others added to a published contribution in their own words, as far as a coordinator has read it."""
    with open_community(settings).reading() as transaction:
        row = load_contribution(transaction, contribution_id)
        if row is None or row["status"] not in PUBLIC or (row["topic"] and not row["shown_alone"]):
            return ()
        given = load_sentences(transaction, row["region"], status="published", contribution_id=contribution_id)
    return tuple(given["sentence"])


def waiting_sentences(settings: Settings, region: str, *, by: Asker) -> pd.DataFrame:
    """Sentences that wait for a coordinator: ``id, contribution_id, title, sentence, findings, created_at``.

    Raises
    ------
    NotAllowedError
        The asker reviews nothing in this region.
    """
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        check_reviewer(person)
        rows = load_sentences(transaction, region, status="received")
        own = [may(person, "read the review queue", *scopes_of(_supported(row))) for row in rows.to_dict("records")]
    queue = rows.loc[own].reset_index(drop=True)
    noticed = [list(looked_through(settings, region, text=said).noticed) for said in queue["sentence"]]
    columns = ["id", "contribution_id", "title", "sentence", "findings", "created_at"]
    return queue.assign(findings=pd.Series(noticed, dtype=object))[columns]


def decide_sentence(settings: Settings, voice_id: str, *, decision: str, by: Asker, at: datetime | None = None) -> None:
    """Show a voice's sentence, or keep it from others; the voice counts either way."""
    if decision not in DECISIONS:
        raise InputError(_("A decision is one of {choices}.").format(choices=", ".join(DECISIONS)))
    with open_community(settings).writing() as transaction:
        voice = load_voice(transaction, voice_id)
        row = load_contribution(transaction, voice["contribution_id"]) if voice else None
        if voice is None or row is None or voice["sentence_status"] == "none":
            raise MissingDataError(_("There is no such sentence (any more); load the list again."))
        privileged(
            settings, transaction, by, action="publish or not publish", thing=voice_id,
            scopes=scopes_of(row), detail=f"{decision} {voice['sentence']}", at=at or now(),
        )  # fmt: skip
        change_voice(transaction, voice_id, {"sentence_status": decision})


def _voice(settings: Settings, contribution_id: str, *, voter: str, said: str, sending_key: str) -> tuple[Row, str]:
    """A voice's row without its date, and its code: with a key the same each time, for the same words only."""
    key = secret_key(settings, f"voices of {contribution_id}")
    sent = f"{sending_key}\x1f{voter}\x1f{said}".encode("utf-8", "replace")
    code = claim_code_from(hmac.digest(key, sent, "sha256")) if sending_key else new_claim_code()
    row = {
        "id": secrets.token_hex(16),
        "contribution_id": contribution_id,
        "voter_digest": hmac.digest(key, voter.encode("utf-8", "replace"), "sha256").hex(),
        "sentence": said,
        "sentence_status": "received" if said else "none",
        "claim_digest": claim_digest(code),
    }
    return row, code


def _supported(row: Mapping[Any, Any]) -> Row:
    """The contribution's part of a sentence's row, as the scopes are found by."""
    return {str(name): value for name, value in row.items()} | {"id": row["contribution_id"]}
