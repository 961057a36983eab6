"""Corrections: what somebody who knows the place says about a service or a stop, decided, sourced and used.

An accepted correction is an override: every calculation takes it, and every figure made with it names it.
The original stays in the layer, so that an override can be taken back and exported to where it belongs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - as in the use cases of visits

import pandas as pd

from sempre_geo.community.texts import kept_text, shown_text
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.travel.hours_words import hours_of_words

FIELDS = {
    "services": ("opening_hours", "name", "phone", "website", "capacity", "staff", "wheelchair", "languages", "gone"),
    "stops": ("gone", "name", "wheelchair"),
    "lines": ("not_running",),
}
WHEELCHAIR = ("yes", "limited", "no", "unknown")
LONGEST_VALUE = 300
CORRECTION_COLUMNS = (
    "id", "layer", "thing", "field", "value", "text", "source", "status", "status_at", "created_at",
)  # fmt: skip
IN_USE = ("id", "layer", "thing", "field", "value", "source", "since")
"""The columns of a correction that was accepted: what everybody may read, and every calculation uses."""
_NUMBERS = ("capacity", "staff")
_NUMBER = re.compile(r"\d{1,9}")
_WEBSITE = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_LANGUAGES = re.compile(r"[a-z]{2,3}(?:;[a-z]{2,3})*")


@dataclass(frozen=True)
class Report:
    """What is wrong, as it is reported: ``thing`` is a service, stop or line id, ``value`` what holds instead.

    For a line that does not run it is empty, or the days of it (:func:`period_text`).
    ``source`` says how the reporter knows ("I work there", "a notice on the door, 3 November").
    """

    layer: str
    thing: str
    field: str
    value: str
    source: str
    text: str = ""


def checked_report(report: Report) -> Report:
    """The report with its texts as the store keeps them.

    Raises
    ------
    InputError
        It names no layer or field that can be corrected, no thing, or not how it is known.
    """
    if report.field not in FIELDS.get(report.layer, ()):
        raise InputError(
            _("What can be corrected: {fields}.").format(
                fields="; ".join(f"{layer}: {', '.join(names)}" for layer, names in FIELDS.items())
            )
        )
    if not report.thing.strip() or not report.source.strip():
        raise InputError(_("Say which service or stop it is, and how you know."))
    if report.field in _NUMBERS and not can_be_used(report.field, report.value):
        raise InputError(_("Places and staff are whole numbers."))
    if report.field == "website" and not can_be_used(report.field, report.value):
        raise InputError(_("Write the address of a web page in full, beginning with https://."))
    if report.field == "name" and not can_be_used(report.field, report.value):
        raise InputError(_("Give the name that is right."))
    if report.field == "wheelchair" and report.value not in WHEELCHAIR:
        raise InputError(_("For wheelchairs say one of {choices}.").format(choices=", ".join(WHEELCHAIR)))
    if report.field == "languages" and not _LANGUAGES.fullmatch(report.value):
        raise InputError(_("Write languages as codes with semicolons between them, like lv;ru;en."))
    if report.field == "opening_hours":
        report = replace(report, value=hours_of_words(report.value))
    if report.field == "not_running":
        days_without(report.value)
    texts = {
        name: kept_text(getattr(report, name), longest=LONGEST_VALUE) for name in ("thing", "value", "source", "text")
    }
    return Report(report.layer, field=report.field, **texts)


def can_be_used(field: str, value: str) -> bool:
    """Whether a calculation or a page can take a value; one that was accepted all the same is left aside.

    >>> can_be_used("capacity", "12"), can_be_used("capacity", "²"), can_be_used("website", "javascript:alert(1)")
    (True, False, False)
    >>> can_be_used("name", " "), can_be_used("website", "")
    (False, True)
    """
    held = shown_text(value).strip()
    if field in _NUMBERS:
        return _NUMBER.fullmatch(held) is not None
    if field == "website":
        return not held or _WEBSITE.fullmatch(held) is not None
    return field != "name" or bool(held)


def period_text(first: str, last: str) -> str:
    """The first and the last day without a line as the value of a correction; empty for good.

    >>> period_text("2027-03-01", "2027-03-31"), period_text("", " ")
    ('2027-03-01/2027-03-31', '')
    """
    days = (first.strip(), last.strip())
    return "/".join(days) if any(days) else ""


def days_without(value: str) -> tuple[Date, Date] | None:
    """The first and the last day on which a line does not run; None if it is for good.

    >>> days_without("2027-03-01/2027-03-31")
    (datetime.date(2027, 3, 1), datetime.date(2027, 3, 31))
    >>> days_without("") is None
    True

    Raises
    ------
    InputError
        These are no days, or the last is before the first.
    """
    if not value.strip():
        return None
    try:
        first, last = (Date.fromisoformat(day) for day in value.split("/"))
    except ValueError:
        first, last = Date.max, Date.min
    if first > last:
        raise InputError(_("Give the first and the last day, each like 2027-03-01, or neither."))
    return first, last


def corrected_services(services: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """The services with the corrections in use, the last of several counting; a service that is gone has no row.

    What no calculation can use (:func:`can_be_used`) is left aside; the region's notes name it.
    The column ``corrected`` lists the fields that differ from the layer, and ``source`` names the
    correction beside the layer's own source, so that each figure can say what it rests on.

    Parameters
    ----------
    services : DataFrame
        Index ``service_id``.
    corrections : DataFrame
        :data:`IN_USE`, in the order in which they hold; those of other layers or services are left aside.
    """
    frame = services.assign(corrected="")
    used = corrections[corrections["layer"].eq("services")]
    gone = set(used.loc[used["field"].eq("gone"), "thing"])
    for row in used[used["thing"].isin(frame.index)].itertuples():
        if row.field != "gone" and can_be_used(str(row.field), str(row.value)):
            frame = _overridden(frame, str(row.thing), field=str(row.field), value=str(row.value), why=str(row.source))
    return frame[~frame.index.isin(gone)]


def _overridden(frame: pd.DataFrame, thing: str, *, field: str, value: str, why: str) -> pd.DataFrame:
    held: object = float(shown_text(value)) if field in _NUMBERS else value
    here = frame.index == thing
    before = frame[field] if field in frame else pd.Series("", index=frame.index, dtype=object)
    known = frame["source"].astype(object) if "source" in frame else pd.Series("", index=frame.index, dtype=object)
    fields = [*filter(None, str(frame.loc[here, "corrected"].iloc[0]).split(", ")), field]
    return frame.assign(
        **{field: before.astype(object).mask(here, held)},
        corrected=frame["corrected"].mask(here, ", ".join(sorted(set(fields)))),
        source=known.mask(here, known.map(lambda own: _joined([own, _("correction: {why}").format(why=why)]))),
    )


def _joined(parts: Iterable[object]) -> str:
    return "; ".join(str(part) for part in parts if part)
