"""Somebody may be in danger: handing an entry on to the set contact, until somebody has reached them."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime

import pandas as pd

from sempre_geo.community.access import may
from sempre_geo.community.mail import send_mail
from sempre_geo.community.moderation import Contact, read_danger
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.contributions import load_contribution
from sempre_geo.community.store.escalations import close_escalation, load_escalations, mark_told, save_escalation
from sempre_geo.community.texts import kept_text
from sempre_geo.errors import MissingDataError, SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import (
    Asker,
    asker,
    check_reviewer,
    ground,
    now,
    open_community,
    privileged,
    scopes_of,
)
from sempre_geo.settings import Settings

_log = logging.getLogger(__name__)


def escalate(
    settings: Settings, contribution_id: str, *, by: Asker, note: str = "", at: datetime | None = None
) -> Contact:
    """Hand an entry on because somebody may be in danger; returns whom to call now.

    Its author reads the numbers that help as soon as they open it with their code. Where the operator has set a
    mail server and the contact an address, they get a mail with the entry's id and nothing else of it. The
    coordinator calls in any case: the entry stays on top of the page until the contact was reached, and
    :func:`open_escalations` says whether a mail left.

    Raises
    ------
    MissingDataError
        There is no such entry, or the operator has set no contact for this country.
    NotAllowedError
        The asker does not review this place.
    """
    when = at or now()
    with open_community(settings).writing() as transaction:
        row = load_contribution(transaction, contribution_id)
        if row is None:
            raise MissingDataError(_("There is no such contribution (any more); load the list again."))
        contact = contact_of(settings, row["region"])
        person = privileged(
            settings, transaction, by, action="escalate a danger", thing=contribution_id,
            scopes=scopes_of(row), detail=note, at=when,
        )  # fmt: skip
        save_escalation(
            transaction,
            {
                "id": secrets.token_hex(16), "contribution_id": contribution_id, "at": stamp(when),
                "by": person.actor, "note": kept_text(note, longest=500), "told": False, "closed_at": "",
            },
        )  # fmt: skip
    if _mailed(settings, contact, contribution_id):  # not inside: a slow server would keep everybody from writing
        with open_community(settings).writing() as transaction:
            mark_told(transaction, contribution_id)
    return contact


def contact_reached(settings: Settings, contribution_id: str, *, by: Asker, at: datetime | None = None) -> None:
    """Note that the contact was told of an entry; it leaves the top of the page.

    Raises
    ------
    MissingDataError
        Nothing was handed on, or somebody has noted it already.
    """
    when = at or now()
    with open_community(settings).writing() as transaction:
        row = load_contribution(transaction, contribution_id)
        if row is None:
            raise MissingDataError(_("There is no such contribution (any more); load the list again."))
        privileged(
            settings, transaction, by, action="escalate a danger", thing=contribution_id,
            scopes=scopes_of(row), detail="reached", at=when,
        )  # fmt: skip
        if not close_escalation(transaction, contribution_id, at=stamp(when)):
            raise MissingDataError(_("This entry was not handed on, or the contact was reached already."))


def open_escalations(settings: Settings, region: str, *, by: Asker) -> pd.DataFrame:
    """What was handed on and not yet told: ``contribution_id, at, note, mailed``, the longest waiting first."""
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        check_reviewer(person)
        rows = load_escalations(transaction, region)
    own = [
        may(person, "escalate a danger", *scopes_of({**row, "id": row["contribution_id"]}))
        for row in rows.to_dict("records")
    ]
    shown = rows.rename(columns={"told": "mailed"}).astype({"mailed": bool})
    return shown.loc[own, ["contribution_id", "at", "note", "mailed"]].reset_index(drop=True)


def _mailed(settings: Settings, contact: Contact, contribution_id: str) -> bool:
    """Whether a mail server took a mail to the contact; what went wrong is in the log, with no address in it."""
    if not (settings.smtp_url and contact.email):
        return False
    words = _("Somebody may be in danger. A coordinator will call you about entry {number}; if nobody does, call them.")
    try:
        send_mail(
            settings.smtp_url, sender=settings.smtp_sender, to=contact.email, subject=_("Somebody may be in danger"),
            text=words.format(number=contribution_id),
        )  # fmt: skip
    except SempreGeoError as problem:
        _log.error("no mail about %s: %s", contribution_id, type(problem.__cause__ or problem).__name__)
        return False
    return True


def contact_of(settings: Settings, region: str) -> Contact:
    """Whom a coordinator of a region calls when somebody may be in danger."""
    danger = read_danger(settings)
    contact = danger.contact_in(ground(settings, region).country)
    if contact is None:
        raise MissingDataError(
            _(
                "No contact is set for this country; the operator names one in danger.toml. In danger call {numbers}."
            ).format(numbers=", ".join(danger.numbers_in(ground(settings, region).country)))
        )
    return contact
