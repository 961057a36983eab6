"""What is due comes up by itself: diaries, first tests, answers that people wait for, words nobody has read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from sempre_geo.community.access import Person, may
from sempre_geo.community.lessons import due_date, next_period
from sempre_geo.community.moments import moment
from sempre_geo.community.proposals import FIRST_TEST, UNLISTED, has_both_owners
from sempre_geo.community.rules import read_rules
from sempre_geo.community.store.contributions import Row, load_events
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.lessons import load_diary, load_lessons
from sempre_geo.community.store.networks import load_networks
from sempre_geo.community.store.proposals import load_claimed_member, load_proposals, load_version
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community
from sempre_geo.pipeline.community.networks import network_scopes
from sempre_geo.pipeline.community.proposal_desk import code_digest, known_proposal, person_at, proposal_scopes, team_of
from sempre_geo.settings import Settings

DUE_COLUMNS = ("what", "thing", "title", "due", "days_late")
AHEAD = timedelta(days=14)
_UNDER_WAY = frozenset({"submitted", "accepted", "running", "paused"})


@dataclass(frozen=True)
class Due:
    """Something that is due: what (a word of the list below), of which thing, by which day."""

    what: str
    thing: str
    title: str
    due: date


def due_items(
    settings: Settings, region: str, *, by: Asker = "", code: str = "", at: datetime | None = None
) -> pd.DataFrame:
    """What the asker has to do in a region: all that is late, the latest first, and the next two weeks.

    ``what`` is ``diary`` (every two months while a proposal runs), ``first_test`` (its end as planned, else
    eight weeks after it began to run), ``co_owner`` (no user or no provider is left in the team),
    ``network_diary``; for coordinators also ``answer`` (a submitted proposal waits), ``read`` (words of a
    proposal) and ``read_lesson``.

    Returns
    -------
    DataFrame
        :data:`DUE_COLUMNS`; ``days_late`` is negative before the day. Empty for those who have nothing to do.
    """
    today, days = (at or now()).date(), read_rules(settings).answer_within_days
    digest = code_digest(code)
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        member = load_claimed_member(transaction, digest) if digest else None
        if not person.grants and member is None:  # most visitors: there is nothing to look for
            return pd.DataFrame(columns=list(DUE_COLUMNS))
        found = [*_of_networks(transaction, region, person), *_of_lessons(transaction, region, person, days=days)]
        for number in load_proposals(transaction, region)["id"]:
            row = known_proposal(transaction, number)
            asking = person_at(settings, transaction, row, by=person)
            if member is not None and member["proposal_id"] == row["id"]:
                asking = Person(asking.actor, asking.grants | {("team", f"thing:{row['id']}")})
            found += _of_proposal(transaction, row, asking, days=days)
    near = sorted((one for one in found if one.due <= today + AHEAD), key=lambda one: (one.due, one.title, one.what))
    rows = [(one.what, one.thing, one.title, one.due.isoformat(), (today - one.due).days) for one in near]
    return pd.DataFrame(rows, columns=list(DUE_COLUMNS))


def _of_proposal(transaction: Transaction, row: Row, person: Person, *, days: int) -> Iterator[Due]:
    scopes = proposal_scopes(transaction, row)
    if may(person, "run a proposal", *scopes):
        yield from _to_run(transaction, row)
    if may(person, "decide a proposal", *scopes):
        yield from _to_decide(transaction, row, days=days)


def dues_of_proposal(transaction: Transaction, row: Row, *, days: int) -> list[Due]:
    """Everything that is due in a proposal, now or later, whoever has to do it; ``days`` are those an answer takes."""
    return [*_to_run(transaction, row), *_to_decide(transaction, row, days=days)]


def _to_run(transaction: Transaction, row: Row) -> Iterator[Due]:
    status_day = moment(row["status_at"]).date()
    if row["status"] in _UNDER_WAY and not has_both_owners(team_of(transaction, row["id"], named=False)):
        yield Due("co_owner", row["id"], row["title"], status_day)
    if row["status"] != "running":
        return
    begun = _begun(transaction, row) or status_day
    written = [entry["period"] for entry in load_diary(transaction, row["id"])]
    yield Due("diary", row["id"], row["title"], due_date(begun, next_period(written)))
    if not written:  # the first entry tells of the test
        planned = row["answers"].get("first_test", {}).get("ends")
        yield Due("first_test", row["id"], row["title"], date.fromisoformat(planned) if planned else begun + FIRST_TEST)


def _to_decide(transaction: Transaction, row: Row, *, days: int) -> Iterator[Due]:
    waits = timedelta(days=days)
    if row["status"] == "submitted":
        yield Due("answer", row["id"], row["title"], moment(row["status_at"]).date() + waits)
    elif row["status"] in UNLISTED or row["read_version"] < row["version"]:
        first_unread = load_version(transaction, row["id"], row["read_version"] + 1)
        since = first_unread["at"] if first_unread else row["created_at"]
        yield Due("read", row["id"], row["title"], moment(since).date() + waits)


def _of_networks(transaction: Transaction, region: str, person: Person) -> Iterator[Due]:
    for row in load_networks(transaction, region):
        if may(person, "write a network's diary", *network_scopes(row)):
            period = next_period(entry["period"] for entry in load_diary(transaction, row["id"]))
            yield Due("network_diary", row["id"], row["name"], due_date(moment(row["created_at"]).date(), period))


def _of_lessons(transaction: Transaction, region: str, person: Person, *, days: int) -> Iterator[Due]:
    if may(person, "publish or not publish", f"region:{region}"):
        for row in load_lessons(transaction, statuses=["received"]):
            if row["region"] == region:
                yield Due(
                    "read_lesson", row["id"], row["title"], moment(row["created_at"]).date() + timedelta(days=days)
                )


def _begun(transaction: Transaction, row: Row) -> date | None:
    """The day on which a proposal first ran."""
    began = (moment(step["at"]).date() for step in load_events(transaction, row["id"]) if step["status"] == "running")
    return min(began, default=None)
