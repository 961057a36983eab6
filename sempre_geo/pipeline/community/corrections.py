"""Reporting that hours are wrong or a stop is gone, deciding it, and using it in every calculation."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import pandas as pd

from sempre_geo.community.access import may
from sempre_geo.community.claim_codes import claim_code_from, claim_digest, new_claim_code
from sempre_geo.community.contributions import Receipt, check_sending_key
from sempre_geo.community.correction_files import for_publishers, to_osm_notes
from sempre_geo.community.corrections import IN_USE, Report, checked_report, corrected_services
from sempre_geo.community.moderation import Sending
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.contributions import Row, load_told_steps, save_event
from sempre_geo.community.store.corrections import (
    change_correction,
    load_claimed_correction,
    load_correction,
    load_corrections,
    save_correction,
)
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.texts import kept_text
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, nothing_opens, now, open_community, privileged, secret_key
from sempre_geo.pipeline.community.moderation import check_and_count, looked_through
from sempre_geo.region.ferries import crossing_points
from sempre_geo.region.files import write_table, write_whole
from sempre_geo.region.ways import StreetWays
from sempre_geo.settings import Settings

DECISIONS = ("accepted", "declined", "withdrawn")
_NOTES = ".osn"


@dataclass(frozen=True)
class OwnReport:
    """A correction as whoever reported it sees it again: each decision so far with its day and its reason."""

    id: str
    region: str
    layer: str
    thing: str
    field: str
    value: str
    source: str
    text: str
    status: str
    created_at: str
    steps: tuple[Row, ...]


def report_correction(
    settings: Settings,
    region: str,
    *,
    report: Report,
    sending: Sending | None = None,
    sending_key: str = "",
    at: datetime | None = None,
) -> Receipt:
    """Save what somebody says is wrong; nothing is changed before a coordinator or the provider has decided.

    Pages give ``sending``, which keeps scripts out, and a random ``sending_key``: the same report sent
    again with it is saved once and answered with the same code.

    Raises
    ------
    InputError
        The report cannot be used, or this sender has sent enough today.
    """
    check_sending_key(sending_key)
    checked, when = checked_report(report), at or now()
    content = f"{sending_key}\x1f{region}\x1f{sorted(vars(checked).items())}".encode("utf-8", "replace")
    seed = hmac.digest(secret_key(settings, "reports"), content, "sha256")
    code = claim_code_from(seed) if sending_key else new_claim_code()
    row = vars(checked) | {
        "id": secrets.token_hex(16), "region": region, "status": "received", "status_at": stamp(when),
        "decided_by": "", "claim_digest": claim_digest(code), "created_at": stamp(when),
    }  # fmt: skip
    with open_community(settings).writing() as transaction:
        before = load_claimed_correction(transaction, row["claim_digest"])
        if before is not None:
            return Receipt(before["id"], code, before["status"])
        if sending is not None:
            check_and_count(settings, transaction, region, sending=sending, at=when)
        save_correction(transaction, row)
        save_event(transaction, row["id"], status="received", at=stamp(when), actor="contributor")
    return Receipt(row["id"], code, "received")


def correction_with_code(settings: Settings, code: str) -> OwnReport:
    """What became of a report, for whoever has its code; who decided stays in the log.

    Raises
    ------
    InputError
        The code is incomplete or has a slip.
    MissingDataError
        It opens no report.
    """
    digest = claim_digest(code)
    with open_community(settings).reading() as transaction:
        row = load_claimed_correction(transaction, digest)
        if row is None:
            raise nothing_opens()
        steps = tuple(load_told_steps(transaction, row["id"]))
    kept = {field.name: row[field.name] for field in fields(OwnReport) if field.name in row}
    return OwnReport(**kept, steps=steps)


def corrections_in_use(settings: Settings, region: str) -> pd.DataFrame:
    """Every override of a region in one table, for calculations and for anybody: what was accepted, and its source.

    Returns
    -------
    DataFrame
        ``id, layer, thing, field, value, source, since``, in the order in which they hold: the last of
        several for the same thing and field counts. Words that nobody has read are not among them.
    """
    with open_community(settings).reading() as transaction:
        rows = load_corrections(transaction, region)
    accepted = rows[rows["status"].eq("accepted")].sort_values("status_at", kind="stable")
    return accepted.rename(columns={"status_at": "since"})[list(IN_USE)].reset_index(drop=True)


def waiting_corrections(settings: Settings, region: str, *, by: Asker) -> pd.DataFrame:
    """Reports that the asker may decide, the longest waiting first, with ``findings`` of personal data.

    Raises
    ------
    NotAllowedError
        The asker decides nothing in this region.
    """
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        if not {"coordinator", "provider"} & {role for role, _scope in person.grants}:
            raise NotAllowedError(_("Only a coordinator or a service's own people decide corrections; log in as one."))
        rows = load_corrections(transaction, region)
    waiting = rows[rows["status"].eq("received")]
    own = [may(person, "decide a correction", f"region:{region}", f"service:{thing}") for thing in waiting["thing"]]
    queue = waiting.loc[own].reset_index(drop=True)
    words = queue["value"] + "\n" + queue["source"] + "\n" + queue["text"]
    noticed = [list(looked_through(settings, region, text=said).noticed) for said in words]
    return queue.assign(findings=pd.Series(noticed, dtype=object))


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


def confirm_service(settings: Settings, region: str, *, report: Report, by: Asker, at: datetime | None = None) -> str:
    """Say how one's own service is: its hours, days, capacity, access or languages; used at once. Returns the id.

    Raises
    ------
    NotAllowedError
        The asker is neither the provider of this service nor a coordinator of the region.
    """
    return confirm_services(settings, region, reports=[report], by=by, at=at)[0]


def confirm_services(
    settings: Settings, region: str, *, reports: Sequence[Report], by: Asker, at: datetime | None = None
) -> list[str]:
    """Say several things at once as :func:`confirm_service` does: all of them are kept, or none."""
    when, checked = at or now(), [checked_report(report) for report in reports]
    with open_community(settings).writing() as transaction:
        return [_confirm(settings, transaction, region, report=report, by=by, at=when) for report in checked]


def _confirm(
    settings: Settings, transaction: Transaction, region: str, *, report: Report, by: Asker, at: datetime
) -> str:
    correction_id = secrets.token_hex(16)
    person = privileged(
        settings, transaction, by, action="confirm a service", thing=correction_id,
        scopes=(f"region:{region}", f"service:{report.thing}"), detail=f"{report.field} {report.value}", at=at,
    )  # fmt: skip
    save_correction(
        transaction,
        vars(report)
        | {
            "id": correction_id, "region": region, "status": "accepted", "status_at": stamp(at),
            "decided_by": person.actor, "claim_digest": None, "created_at": stamp(at),
        },
    )  # fmt: skip
    save_event(transaction, correction_id, status="accepted", at=stamp(at), actor=person.actor)
    return correction_id


def services_in_use(settings: Settings, region: str, *, services: pd.DataFrame) -> pd.DataFrame:
    """A region's services as every calculation uses them: with accepted corrections, each named in ``source``."""
    return corrected_services(services, corrections_in_use(settings, region))


def export_corrections(
    settings: Settings, region: str, path: Path, *, services: pd.DataFrame, ferries: StreetWays | None = None
) -> int:
    """Write the overrides for those whose data they mend; returns how many were written.

    ``.osn`` holds OpenStreetMap notes, to be looked through in an editor and sent by a person; any table's
    ending (``.csv`` ...) is a list for the timetable's publisher.
    ``services`` and ``ferries`` are the region's as they were built: a note stands where they do.
    """
    used = corrections_in_use(settings, region)
    if path.suffix.lower() == _NOTES:
        piers = [] if ferries is None else [crossing_points(ferries).to_frame("geometry")]
        text, written = to_osm_notes(used, pd.concat([services, *piers]))
        with write_whole(path) as draft:
            draft.write_text(text, encoding="utf-8")
        return written
    listed = for_publishers(used)
    write_table(listed, path)
    return len(listed)
