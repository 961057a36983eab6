"""Use cases of outreach days that were held: noting one, and what was heard from the place before and after."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from sempre_geo.community.moments import stamp
from sempre_geo.community.public_counts import week_of
from sempre_geo.community.store.outreach import load_days, load_moments, save_day
from sempre_geo.community.suppression import shown_count
from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, now, open_community
from sempre_geo.pipeline.community.listening import OUTREACH, listener
from sempre_geo.pipeline.explore.views import open_region, place_name
from sempre_geo.pipeline.gaps.answers import EVERYBODY
from sempre_geo.settings import Settings

AROUND, WEEKS_AROUND = timedelta(days=90), timedelta(weeks=13)
_MOST_PEOPLE = 10_000
DAY_COLUMNS = ("held_on", "place_id", "place_name", "hall", "group", "came", "note", "before", "after")


@dataclass(frozen=True)
class HeldDay:
    """An outreach day that was held: when, in which settlement, for which group, and how many came."""

    held_on: date
    settlement_id: str
    came: int
    hall: str = ""
    group: str = EVERYBODY
    note: str = ""


def record_day(settings: Settings, region: str, *, day: HeldDay, by: Asker, at: datetime | None = None) -> str:
    """Note that an outreach day was held, and how many came as whoever held it says; returns its id.

    Raises
    ------
    InputError
        The day lies ahead, the number cannot be, or the region has no such settlement.
    NotAllowedError
        The asker is neither coordinator nor network member here.
    """
    when, day_id = at or now(), secrets.token_hex(16)
    built = open_region(settings, region)
    if day.settlement_id not in built.settlements.index:
        raise InputError(_("The region has no such settlement; choose one of the list."))
    if day.held_on > when.astimezone(built.country.zone).date():
        raise InputError(_("A day is noted when it is over."))
    if not 0 <= day.came <= _MOST_PEOPLE:
        raise InputError(_("How many came is a number from 0 to {most}.").format(most=_MOST_PEOPLE))
    if day.group not in built.cells.columns:
        raise InputError(_("a group is none we know"))
    with open_community(settings).writing() as transaction:
        person = listener(settings, transaction, region, by=by, action=OUTREACH)
        row = {
            "id": day_id, "region": region, "held_on": day.held_on.isoformat(), "settlement_id": day.settlement_id,
            "hall": kept_line(day.hall), "population_group": day.group, "came": int(day.came),
            "note": kept_text(day.note),
            "actor": person.actor, "created_at": stamp(when),
        }  # fmt: skip
        save_day(transaction, row)
    return day_id


def held_days(
    settings: Settings, region: str, *, by: Asker, language: str = "", at: datetime | None = None
) -> pd.DataFrame:
    """The outreach days of a region, the newest first: :data:`DAY_COLUMNS`.

    ``before`` and ``after`` are people heard from the place in the 90 days before the day and the 90 days from it
    on: exact for the coordinator. For others they are the 13 whole weeks before the day's week and those from it on,
    up to last Monday, in steps of five, 0 where too few to be shown: days noted one after the other would else tell
    on which of them somebody spoke.

    Raises
    ------
    NotAllowedError
        The asker is neither coordinator nor network member here.
    """
    when = at or now()
    with open_community(settings).reading() as transaction:
        person = listener(settings, transaction, region, by=by, action=OUTREACH)
        rows, moments = load_days(transaction, region), load_moments(transaction, region)
    exact = person.has("coordinator", f"region:{region}")
    if not exact:
        moments = moments[moments["created_at"] < week_of(when.date()).isoformat()]
    built = open_region(settings, region)
    found = [
        {
            "held_on": row["held_on"], "place_id": row["settlement_id"],
            "place_name": place_name(built, row["settlement_id"], language=language), "hall": row["hall"],
            "group": row["population_group"], "came": row["came"], "note": row["note"],
        } | _before_and_after(
            moments[moments["settlement_id"] == row["settlement_id"]], date.fromisoformat(row["held_on"]), exact=exact
        )
        for row in rows
    ]  # fmt: skip
    return pd.DataFrame(found, columns=list(DAY_COLUMNS))


def _before_and_after(heard: pd.DataFrame, on: date, *, exact: bool) -> dict[str, int]:
    turn, around = (on, AROUND) if exact else (week_of(on), WEEKS_AROUND)
    spans = {"before": (turn - around, turn), "after": (turn, turn + around)}
    counted = {}
    for name, (first, end) in spans.items():
        inside = heard[(heard["created_at"] >= first.isoformat()) & (heard["created_at"] < end.isoformat())]
        protected = bool(inside["topic"].ne("").any())
        counted[name] = len(inside) if exact else shown_count(len(inside), protected=protected)
    return counted
