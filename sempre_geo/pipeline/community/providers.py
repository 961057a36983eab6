"""A service's own people: verified by a coordinator, they see what is needed around them and offer what they have.

What a provider says about its own service is a correction (:func:`~sempre_geo.pipeline.community.corrections
.confirm_service`), an answer is :func:`~sempre_geo.pipeline.community.review.answer`; both check the role there.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from sempre_geo.community.access import ALLOWED, OPERATOR, check_may, may
from sempre_geo.community.accounts import Account
from sempre_geo.community.claim_codes import claim_digest, new_claim_code
from sempre_geo.community.contributions import PUBLIC, Receipt
from sempre_geo.community.corrections import Report
from sempre_geo.community.duplicates import bbox_around
from sempre_geo.community.moderation import Sending
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.accounts import load_account
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.providers import (
    change_offer,
    change_request,
    load_offer,
    load_offers,
    load_request,
    load_requests,
    save_offer,
    save_request,
)
from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.accounts import keep_account, new_account
from sempre_geo.pipeline.community.corrections import confirm_services
from sempre_geo.pipeline.community.counts import counts
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community, privileged
from sempre_geo.pipeline.community.moderation import check_and_count
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import answer
from sempre_geo.settings import Settings

_SCOPE = "service:"
OFFERS = ("hall", "hours", "vehicle", "other")
_LONGEST = 1000


@dataclass(frozen=True)
class Around:
    """What is needed round a service: counts with few people behind them left out, and texts that were reviewed."""

    counts: pd.DataFrame
    texts: pd.DataFrame


def ask_to_provide(
    settings: Settings,
    region: str,
    *,
    service_id: str,
    name: str,
    contact: str,
    source: str,
    sending: Sending | None = None,
    at: datetime | None = None,
) -> Receipt:
    """Ask to speak for a service. A coordinator calls back (``contact``) and verifies it, by ``source`` if need be.

    Returns
    -------
    Receipt
        With its code the account is opened once the request was verified.
    """
    said = {"name": kept_line(name), "contact": kept_line(contact), "source": kept_text(source, longest=_LONGEST)}
    if not all(text.strip() for text in (service_id, *said.values())):
        raise InputError(_("Say which service it is, who you are, how to reach you and how that can be checked."))
    when, code = at or now(), new_claim_code()
    row = said | {
        "id": secrets.token_hex(16), "region": region, "service_id": service_id, "status": "received",
        "status_at": stamp(when), "decided_by": "", "account_id": None, "claim_digest": claim_digest(code),
        "created_at": stamp(when),
    }  # fmt: skip
    with open_community(settings).writing() as transaction:
        if sending is not None:
            check_and_count(settings, transaction, region, sending=sending, at=when)
        save_request(transaction, row)
    return Receipt(str(row["id"]), code, "received")


def provider_requests(settings: Settings, region: str, *, by: Asker) -> pd.DataFrame:
    """Who asks to speak for which service, the longest waiting first: ``id, service_id, name, contact, source``."""
    with open_community(settings).reading() as transaction:
        check_may(asker(settings, transaction, by), "verify a provider", f"region:{region}")
        return load_requests(transaction, region, status="received")


def decide_provider(
    settings: Settings, request_id: str, *, verified: bool, by: Asker, at: datetime | None = None
) -> None:
    """Verify, or turn down, somebody who asks to speak for a service; how to reach them is forgotten with that.

    Raises
    ------
    MissingDataError
        There is no such request, or it was decided before.
    NotAllowedError
        The asker is no coordinator of the region.
    """
    when, decision = at or now(), "verified" if verified else "declined"
    with open_community(settings).writing() as transaction:
        row = load_request(transaction, request_id=request_id)
        if row is not None:
            scopes = (f"region:{row['region']}", f"service:{row['service_id']}")
            check_may(asker(settings, transaction, by), "verify a provider", *scopes)
        if row is None or row["status"] != "received":
            raise MissingDataError(_("There is no such request (any more); load the list again."))
        person = privileged(
            settings, transaction, by, action="verify a provider", thing=request_id,
            scopes=scopes, detail=decision, at=when,
        )  # fmt: skip
        values = {"status": decision, "status_at": stamp(when), "decided_by": person.actor, "contact": "", "source": ""}
        change_request(transaction, request_id, values)


def open_provider_account(
    settings: Settings, code: str, *, name: str, password: str, at: datetime | None = None
) -> Account:
    """Open the account of a verified provider with the code of the request, once.

    Raises
    ------
    InputError
        Name or password cannot be used; the code stays good.
    NotAllowedError
        The request is not verified (yet), or its account is open already.
    """
    digest, store = claim_digest(code), open_community(settings)
    with store.reading() as transaction:  # before a password is digested, which takes long
        row = _verified(transaction, digest)
    account = new_account(name, role="provider", password=password, scope=f"{_SCOPE}{row['service_id']}")
    with store.writing() as transaction:
        # Somebody else may have come with the same code meanwhile: the account is theirs, and there is no other.
        row = _verified(transaction, digest)
        keep_account(settings, transaction, account, by=OPERATOR, at=at or now())
        change_request(transaction, row["id"], {"account_id": account.id, "status": "open", "claim_digest": None})
    return account


def own_services(settings: Settings, *, by: Asker) -> tuple[str, ...]:
    """The services that the asker speaks for, by id; none for everybody else."""
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
    scopes = sorted(scope for role, scope in person.grants if role == "provider")
    return tuple(scope.removeprefix(_SCOPE) for scope in scopes if scope.startswith(_SCOPE) and scope != _SCOPE)


def confirm_facts(
    settings: Settings,
    region: str,
    *,
    service_id: str,
    facts: Mapping[str, str],
    source: str,
    by: Asker,
    at: datetime | None = None,
) -> None:
    """Say several things of one's own service at once; all of them are kept, or none.

    Parameters
    ----------
    facts
        Fields that can be corrected, and what holds.

    Raises
    ------
    InputError
        One of them cannot be used; nothing is kept.
    NotAllowedError
        The asker is neither the provider of this service nor a coordinator of the region.
    """
    reports = [Report("services", service_id, field, value, source) for field, value in facts.items()]
    confirm_services(settings, region, reports=reports, by=by, at=at)


def answer_need(
    settings: Settings,
    region: str,
    *,
    service_id: str,
    contribution_id: str,
    text: str,
    services: pd.DataFrame,
    by: Asker,
    at: datetime | None = None,
) -> None:
    """Answer one of the needs around one's own service, in its name; the author reads it with the code.

    Raises
    ------
    NotAllowedError
        The asker does not speak for this service.
    MissingDataError
        What is answered is none of the needs around it.
    """
    around = needs_around(settings, region, service_id=service_id, services=services, by=by)
    if contribution_id not in set(around.texts["id"]):
        raise MissingDataError(_("There is no such contribution (any more); load the list again."))
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
    check_may(person, "answer a contribution", f"region:{region}", f"{_SCOPE}{service_id}")
    # The grant is for the service; here it reaches this one need, which was found to be about it.
    here = replace(person, grants=person.grants | {("provider", f"thing:{contribution_id}")})
    name = services.loc[[service_id]].iloc[0].get("name")
    signed = f"{name}: {text}" if isinstance(name, str) and text.strip() else text
    answer(settings, contribution_id, by=here, text=signed, at=at)


def needs_around(settings: Settings, region: str, *, service_id: str, services: pd.DataFrame, by: Asker) -> Around:
    """What is needed near a service: this week's public counts, and published texts of its category nearby.

    No provider sees more of people than everybody does: only what concerns them comes to them by itself.

    Parameters
    ----------
    services : GeoDataFrame
        Index ``service_id``; ``category``; points in EPSG:4326.
    """
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
    check_may(person, "see suppressed needs", f"region:{region}", f"service:{service_id}")
    if service_id not in services.index:
        raise MissingDataError(_("There is no service '{id}' in this region.").format(id=service_id))
    service = services.loc[[service_id]].iloc[0]
    west, south, east, north = bbox_around((service.geometry.x, service.geometry.y))
    weekly, said = (
        frame[
            frame["category"].eq(service["category"])
            & frame["lon"].between(west, east)
            & frame["lat"].between(south, north)
        ].reset_index(drop=True)
        for frame in (counts(settings, region), public_contributions(settings, region))
    )
    return Around(weekly, said[said["status"].isin(PUBLIC)].reset_index(drop=True))


def offer(
    settings: Settings,
    region: str,
    *,
    service_id: str,
    kind: str,
    text: str,
    by: Asker,
    hours: str = "",
    at: datetime | None = None,
) -> str:
    """Offer a hall, hours or a vehicle to those who plan something here; returns the offer's id.

    Raises
    ------
    NotAllowedError
        The asker is neither the provider of that service, nor of the network or the office here.
    """
    if kind not in OFFERS or not text.strip():
        raise InputError(_("Say what you offer ({choices}) in a sentence.").format(choices=", ".join(OFFERS)))
    when, offer_id = at or now(), secrets.token_hex(16)
    with open_community(settings).writing() as transaction:
        person = privileged(
            settings, transaction, by, action="make an offer", thing=offer_id,
            scopes=(f"region:{region}", f"service:{service_id}"), detail=kind, at=when,
        )  # fmt: skip
        account = load_account(transaction, account_id=person.actor)
        save_offer(
            transaction,
            {
                "id": offer_id, "region": region, "service_id": service_id, "kind": kind,
                "account_id": account.id if account else None, "text": kept_text(text, longest=_LONGEST),
                "hours": kept_line(hours), "status": "open", "status_at": stamp(when), "created_at": stamp(when),
            },
        )  # fmt: skip
    return offer_id


def offers(settings: Settings, region: str, *, by: Asker) -> pd.DataFrame:
    """What is offered in a region, the newest first: ``id, service_id, kind, text, hours, status``."""
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        if not any(role in ALLOWED["read offers"] for role, _scope in person.grants):
            check_may(person, "read offers", f"region:{region}")
        rows = load_offers(transaction, region)
    own = [may(person, "read offers", f"region:{region}", f"service:{service}") for service in rows["service_id"]]
    return rows.loc[own].reset_index(drop=True)


def withdraw_offer(settings: Settings, offer_id: str, *, by: Asker, at: datetime | None = None) -> None:
    """Take an offer back: whoever made it, or a coordinator of the region."""
    when = at or now()
    with open_community(settings).writing() as transaction:
        row = load_offer(transaction, offer_id)
        if row is None:
            raise MissingDataError(_("There is no such offer (any more)."))
        privileged(
            settings, transaction, by, action="make an offer", thing=offer_id,
            scopes=(f"region:{row['region']}", f"service:{row['service_id']}"), detail="withdraw", at=when,
        )  # fmt: skip
        change_offer(transaction, offer_id, {"status": "withdrawn", "status_at": stamp(when)})


def _verified(transaction: Transaction, digest: str) -> Row:
    row = load_request(transaction, claim_digest=digest)
    if row is None or row["status"] != "verified":
        raise NotAllowedError(_("This code opens no account: the request is not verified yet, or its account is open."))
    return row
