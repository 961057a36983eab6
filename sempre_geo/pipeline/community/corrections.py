"""Reporting that hours are wrong or a stop is gone, deciding it, and using it in every calculation."""

from __future__ import annotations

import secrets
from datetime import datetime

import pandas as pd

from sempre_geo.community.claim_codes import claim_digest, new_claim_code
from sempre_geo.community.contributions import Receipt
from sempre_geo.community.corrections import Report, checked_report, corrected_services
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.contributions import save_event
from sempre_geo.community.store.corrections import (
    change_correction,
    load_correction,
    load_corrections,
    save_correction,
)
from sempre_geo.community.texts import kept_text
from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, now, open_community, privileged
from sempre_geo.settings import Settings

DECISIONS = ("accepted", "declined", "withdrawn")


def report_correction(settings: Settings, region: str, *, report: Report, at: datetime | None = None) -> Receipt:
    """Save what somebody says is wrong; nothing is changed before a coordinator or the provider has decided."""
    checked, when, code = checked_report(report), stamp(at or now()), new_claim_code()
    row = vars(checked) | {
        "id": secrets.token_hex(16), "region": region, "status": "received", "status_at": when, "decided_by": "",
        "claim_digest": claim_digest(code), "created_at": when,
    }  # fmt: skip
    with open_community(settings).writing() as transaction:
        save_correction(transaction, row)
    return Receipt(row["id"], code, "received")


def corrections(settings: Settings, region: str) -> pd.DataFrame:
    """All corrections of a region with their status and source; what waits has not been used yet."""
    with open_community(settings).reading() as transaction:
        return load_corrections(transaction, region)


def decide_correction(
    settings: Settings, correction_id: str, *, decision: str, by: Asker, reason: str = "", at: datetime | None = None
) -> None:
    """Accept, decline or take back a correction: a coordinator of the region, or the provider of that service.

    Raises
    ------
    InputError
        The decision is none, or one against the reporter has no reason.
    NotAllowedError
        The asker decides nothing here.
    """
    if decision not in DECISIONS:
        raise InputError(_("A decision is one of {choices}.").format(choices=", ".join(DECISIONS)))
    if decision != "accepted" and not reason.strip():
        raise InputError(_("Say why, so that whoever reported it can read it."))
    when, why = at or now(), kept_text(reason)
    with open_community(settings).writing() as transaction:
        row = load_correction(transaction, correction_id)
        if row is None:
            raise MissingDataError(_("There is no such correction (any more)."))
        person = privileged(
            settings, transaction, by, action="decide a correction", thing=correction_id,
            scopes=(f"region:{row['region']}", f"service:{row['thing']}"), detail=f"{decision} {why}", at=when,
        )  # fmt: skip
        values = {"status": decision, "status_at": stamp(when), "decided_by": person.actor}
        change_correction(transaction, correction_id, values)
        save_event(transaction, correction_id, status=decision, at=stamp(when), actor=person.actor, reason=why)


def services_in_use(settings: Settings, region: str, *, services: pd.DataFrame) -> pd.DataFrame:
    """A region's services as every calculation uses them: with accepted corrections, each named in ``source``."""
    return corrected_services(services, corrections(settings, region))
