"""Workshops: a coordinator opens one; one device goes round and the hall's phones join; counted, summed up, closed."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
from itsdangerous import BadSignature, URLSafeSerializer

from sempre_geo.community.access import check_may, may
from sempre_geo.community.claim_codes import claim_code_from, claim_digest
from sempre_geo.community.contributions import Draft, Place, Receipt
from sempre_geo.community.moderation import Sending
from sempre_geo.community.moments import stamp
from sempre_geo.community.places import locate
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.workshops import (
    count_spoken,
    end_workshop,
    load_told,
    load_workshop,
    load_workshops,
    load_workshops_of,
    save_workshop,
)
from sempre_geo.community.suppression import shown_count
from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import (
    Asker,
    asker,
    end_logins_of,
    ground,
    now,
    open_community,
    privileged,
    secret_key,
)
from sempre_geo.settings import Settings

LONGEST = timedelta(hours=12)
OPEN = "open a workshop"
SUMMARY_COLUMNS = ("part", "value", "people")


@dataclass(frozen=True)
class Workshop:
    """A workshop as those who may open one see it. ``office`` is where its people's codes work later on."""

    id: str
    region: str
    settlement_id: str
    place_name: str
    consent: str
    office: str
    opened_at: str
    closes_at: str
    is_open: bool
    spoken: int


def open_workshop(
    settings: Settings,
    region: str,
    *,
    by: Asker,
    settlement_id: str = "",
    hours: float = 4,
    consent: str = "",
    office: str = "",
    at: datetime | None = None,
) -> Workshop:
    """Let a hall full of people tell what they need: on one device that goes round, and on their phones.

    ``consent`` is what each of them agrees to; it is kept with the workshop and so with each entry.

    Raises
    ------
    InputError
        The time is over 12 hours, or the region has no such settlement.
    NotAllowedError
        The asker is no coordinator or network member of this place.
    """
    when, lasts, workshop_id = at or now(), timedelta(hours=hours), secrets.token_hex(16)
    if not timedelta(0) < lasts <= LONGEST:
        raise InputError(_("A workshop is open for up to 12 hours; open another one tomorrow."))
    row = _place(settings, region, settlement_id) | {
        "id": workshop_id, "region": region, "consent": kept_text(consent), "office": kept_line(office),
        "word_digest": claim_digest(_word(settings, workshop_id)), "opened_at": stamp(when),
        "closes_at": stamp(when + lasts),
    }  # fmt: skip
    with open_community(settings).writing() as transaction:
        person = privileged(
            settings, transaction, by, action=OPEN, thing=workshop_id, scopes=_scopes(row), detail=consent, at=when
        )
        save_workshop(transaction, row | {"opened_by": person.actor})
        return _shown(transaction, row, at=when)


def workshops(settings: Settings, region: str, *, by: Asker, at: datetime | None = None) -> tuple[Workshop, ...]:
    """The workshops of a region in the asker's places, the newest first.

    Raises
    ------
    NotAllowedError
        The asker opens no workshops anywhere.
    """
    when = at or now()
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        if not {"coordinator", "network_member"} & {role for role, _scope in person.grants}:
            check_may(person, OPEN)
        rows = [row for row in load_workshops(transaction, region) if may(person, OPEN, *_scopes(row))]
        return tuple(_shown(transaction, row, at=when) for row in rows)


def word_on_the_wall(settings: Settings, workshop_id: str, *, by: Asker) -> str:
    """The word by which the phones of the hall join; it can be told again, as it is made from the secret."""
    with open_community(settings).reading() as transaction:
        _allowed(settings, transaction, workshop_id, by=by)
    return _word(settings, workshop_id)


def hand_round(settings: Settings, workshop_id: str, *, by: Asker, at: datetime | None = None) -> str:
    """What a device carries while it goes round instead of a login: it can tell in this workshop, and nothing else.

    The asker's login ends, in every open page and on other devices, too: a page that was left open on this device
    would otherwise act for the asker in whosever hands it is.

    Raises
    ------
    NotAllowedError
        The asker may not open a workshop there, or it is closed.
    """
    with open_community(settings).writing() as transaction:
        row = _allowed(settings, transaction, workshop_id, by=by)
        if not _is_open(row, at=at or now()):
            raise _closed()
        end_logins_of(settings, transaction, by)
    return _signer(settings).dumps(workshop_id)


def workshop_in_hand(settings: Settings, carried: str, *, at: datetime | None = None) -> Workshop | None:
    """The workshop in which a device goes round; None for a device that carries nothing, or nothing valid."""
    if not carried:
        return None
    try:
        workshop_id = str(_signer(settings).loads(carried))
    except BadSignature:
        return None
    with open_community(settings).reading() as transaction:
        row = load_workshop(transaction, workshop_id)
        return _shown(transaction, row, at=at or now()) if row else None


def tell_in_hand(
    settings: Settings, carried: str, *, draft: Draft, further: bool = False, at: datetime | None = None
) -> Receipt:
    """Save what somebody told on the device that goes round; ``further`` if they have told something before.

    Raises
    ------
    NotAllowedError
        The device goes round in no workshop, or that is closed.
    """
    when = at or now()
    here = workshop_in_hand(settings, carried, at=when)
    if here is None or not here.is_open:
        raise _closed()
    sending = Sending(f"workshop {here.id}", workshop=_word(settings, here.id), further=further)
    return tell(settings, here.region, draft=draft, sending=sending, at=when)


def office_of(settings: Settings, contribution_id: str) -> str:
    """Where the code of an entry that was told in a workshop works later on; empty where nothing is known of that."""
    with open_community(settings).reading() as transaction:
        return next((str(row["office"]) for row in load_workshops_of(transaction, contribution_id)), "")


def close_workshop(settings: Settings, workshop_id: str, *, by: Asker, at: datetime | None = None) -> None:
    """End a workshop: from now on nobody tells in it, neither on the device nor on a phone."""
    when = at or now()
    with open_community(settings).writing() as transaction:
        row = _known(transaction, workshop_id)
        privileged(
            settings, transaction, by, action=OPEN, thing=workshop_id, scopes=_scopes(row), detail="close", at=when
        )
        if _is_open(row, at=when):
            end_workshop(transaction, workshop_id, at=stamp(when))


def summary(settings: Settings, workshop_id: str, *, by: Asker, at: datetime | None = None) -> pd.DataFrame:
    """What was told in a workshop, counted as anybody may see it: :data:`SUMMARY_COLUMNS`, the most first.

    ``part`` is ``kind``, ``category``, ``obstacle`` or ``groups`` and ``value`` one of its ids. Counts move in
    steps of five and are left out below five, or below ten where health, disability or violence is among them.

    Raises
    ------
    InputError
        It is open still: whoever watched a count move would know whose entry moved it.
    """
    with open_community(settings).reading() as transaction:
        row = _allowed(settings, transaction, workshop_id, by=by)
        if _is_open(row, at=at or now()):
            raise InputError(_("What was told is counted when the workshop is closed."))
        told = load_told(transaction, workshop_id)
    return pd.DataFrame(list(_counted(told)), columns=list(SUMMARY_COLUMNS))


def _counted(told: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    for part in ("kind", "category", "obstacle", "groups"):
        named = told.explode(part).dropna(subset=[part]) if part == "groups" else told
        protected = set(named.loc[named["topic"] != "", part])
        for value, count in Counter(named[part]).most_common():
            shown = shown_count(count, protected=value in protected)
            if shown:
                yield part, str(value), shown


def _place(settings: Settings, region: str, settlement_id: str) -> dict[str, str]:
    site = ground(settings, region)
    place = locate(Place(settlement_id=settlement_id or None), site.settlements, site.municipalities)
    known = settlement_id in site.settlements.index
    name = str(site.settlements.loc[settlement_id, "name"]) if known else settlement_id
    return {"settlement_id": settlement_id, "municipality_id": place.municipality_id or "", "place_name": name}


def _shown(transaction: Transaction, row: Row, *, at: datetime) -> Workshop:
    named = ("id", "region", "settlement_id", "place_name", "consent", "office", "opened_at", "closes_at")
    return Workshop(
        **{name: row[name] for name in named},
        is_open=_is_open(row, at=at),
        spoken=count_spoken(transaction, row["id"]),
    )


def _is_open(row: Row, *, at: datetime) -> bool:
    return bool(row["opened_at"] <= stamp(at) < row["closes_at"])


def _allowed(settings: Settings, transaction: Transaction, workshop_id: str, *, by: Asker) -> Row:
    row = _known(transaction, workshop_id)
    check_may(asker(settings, transaction, by), OPEN, *_scopes(row))
    return row


def _known(transaction: Transaction, workshop_id: str) -> Row:
    row = load_workshop(transaction, workshop_id)
    if row is None:
        raise MissingDataError(_("There is no such workshop; choose one of the list."))
    return row


def _closed() -> NotAllowedError:
    return NotAllowedError(_("This workshop is closed. Thank you; give the device back to whoever brought it."))


def _scopes(row: Row) -> tuple[str, ...]:
    return tuple(
        f"{kind}:{row[name]}" for kind, name in (("region", "region"), ("municipality", "municipality_id")) if row[name]
    )


def _word(settings: Settings, workshop_id: str) -> str:
    return claim_code_from(secret_key(settings, f"workshop {workshop_id}"))


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(settings, "workshop device"))
