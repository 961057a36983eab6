"""The coordinator's table: the queue, publishing or not with a reason, answering, looking at an exact place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from sempre_geo.community.access import Person, check_may, may
from sempre_geo.community.contributions import AWAITING, PUBLIC
from sempre_geo.community.moments import stamp
from sempre_geo.community.rules import read_rules
from sempre_geo.community.steps import CONTRIBUTION, step_to
from sempre_geo.community.store.contributions import (
    Row,
    change_contribution,
    load_contribution,
    load_events,
    load_originals,
    load_position,
    load_standing,
    save_event,
    save_original,
)
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.zones import load_zones
from sempre_geo.community.texts import has_words, kept_line, kept_text
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, check_reviewer, now, open_community, privileged, scopes_of
from sempre_geo.settings import Settings

QUEUE_COLUMNS = (
    "id", "kind", "category", "topic", "obstacle", "about", "title", "text", "language", "municipality",
    "settlement_id", "precision", "shown_near", "shown_lon", "shown_lat", "how_it_came_in", "findings", "status",
    "created_at", "waits_days", "contested",
)  # fmt: skip
_ACTION_TO = {
    "published": "publish or not publish", "not_published": "publish or not publish",
    "answered": "answer a contribution", "done": "answer a contribution",
}  # fmt: skip
UNANSWERED_COLUMNS = ("id", "kind", "category", "title", "text", "language", "municipality", "status", "waits_days")


def review_queue(settings: Settings, region: str, *, by: Asker, at: datetime | None = None) -> pd.DataFrame:
    """What waits for review in the asker's places, without exact places: signs of danger, then the longest waiting.

    ``contested`` is the author's own reason against a decision, ``waits_days`` the full days since the last step,
    ``shown_near, shown_lon, shown_lat`` the masked zone at which everybody will see it; empty where it has none.

    Raises
    ------
    NotAllowedError
        The asker reviews nothing in this region.
    """
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        check_reviewer(person)
        rows = _own(load_standing(transaction, region, AWAITING), person, action="read the review queue")
        contested = [_contested(transaction, row) for row in rows.to_dict("records")]
        rows = _with_zones(rows, load_zones(transaction, region))
    rows = rows.assign(contested=pd.Series(contested, index=rows.index, dtype=object))
    queue = _with_days(rows, at=at or now())[list(QUEUE_COLUMNS)]
    urgent = queue["findings"].map(lambda noticed: "danger" not in noticed)
    return queue.iloc[urgent.argsort(kind="stable")].reset_index(drop=True)


def unanswered(settings: Settings, region: str, *, by: Asker, at: datetime | None = None) -> pd.DataFrame:
    """What was published and has had no answer for the set time, the longest waiting first: :data:`UNANSWERED_COLUMNS`.

    The time is ``answer_within_days`` of ``community.toml``. What was answered and taken up, but not done,
    comes up again after the same time, so that a promise is not forgotten.

    Raises
    ------
    NotAllowedError
        The asker answers nothing in this region.
    """
    when, patience = at or now(), timedelta(days=read_rules(settings).answer_within_days)
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        if not {"coordinator", "provider"} & {role for role, _scope in person.grants}:
            raise NotAllowedError(_("Only a coordinator or a service's own people answer; log in as one."))
        rows = load_standing(transaction, region, {"published", "taken_up"}, before=stamp(when - patience))
    own = _own(rows, person, action="answer a contribution")
    return _with_days(own, at=when)[list(UNANSWERED_COLUMNS)].reset_index(drop=True)


def publish(settings: Settings, contribution_id: str, *, by: Asker, at: datetime | None = None) -> None:
    """Show a contribution's words to everybody, at its masked zone."""
    _step(settings, contribution_id, to="published", by=by, reason="", at=at)


def do_not_publish(
    settings: Settings, contribution_id: str, *, by: Asker, reason: str, at: datetime | None = None
) -> None:
    """Keep a contribution from the public, or take it off again; its author reads the reason and can contest it."""
    _step(settings, contribution_id, to="not_published", by=by, reason=reason, at=at)


def answer(settings: Settings, contribution_id: str, *, by: Asker, text: str, at: datetime | None = None) -> None:
    """Answer a contribution; its author reads it with the code."""
    _step(settings, contribution_id, to="answered", by=by, reason=text, at=at)


def mark_done(settings: Settings, contribution_id: str, *, by: Asker, text: str, at: datetime | None = None) -> None:
    """Say that what was asked for exists now, and what it is."""
    _step(settings, contribution_id, to="done", by=by, reason=text, at=at)


def edit(
    settings: Settings,
    contribution_id: str,
    *,
    by: Asker,
    text: str,
    title: str | None = None,
    at: datetime | None = None,
) -> None:
    """Take personal data out of a text before it is published; what it was is kept for the auditor."""
    when = at or now()
    with open_community(settings).writing() as transaction:
        row = _known(transaction, contribution_id)
        person = privileged(
            settings, transaction, by, action="publish or not publish", thing=contribution_id,
            scopes=scopes_of(row), detail=row["text"], at=when,
        )  # fmt: skip
        save_original(transaction, row, at=stamp(when), changed_by=person.actor)
        new = {"text": kept_text(text), "title": row["title"] if title is None else kept_line(title)}
        if row["status"] in PUBLIC:
            _check_words(new)
        change_contribution(transaction, contribution_id, new)


def originals(settings: Settings, contribution_id: str, *, by: Asker, at: datetime | None = None) -> list[Row]:
    """What a text was before coordinators changed it, the oldest first, for an auditor; each look is recorded.

    Raises
    ------
    NotAllowedError
        The asker is no auditor.
    """
    with open_community(settings).writing() as transaction:
        row = _known(transaction, contribution_id)
        privileged(
            settings, transaction, by, action="read originals", thing=contribution_id,
            scopes=scopes_of(row), at=at or now(),
        )  # fmt: skip
        kept = load_originals(transaction, contribution_id)
    return [{name: one[name] for name in ("at", "title", "text", "changed_by")} for one in kept]


def exact_place(
    settings: Settings, contribution_id: str, *, by: Asker, at: datetime | None = None
) -> tuple[float, float] | None:
    """Where exactly a contribution was placed; each look is recorded. None if that is not kept (any more)."""
    with open_community(settings).writing() as transaction:
        row = _known(transaction, contribution_id)
        privileged(
            settings, transaction, by, action="see an exact place", thing=contribution_id,
            scopes=scopes_of(row), at=at or now(),
        )  # fmt: skip
        return load_position(transaction, contribution_id)


def _own(rows: pd.DataFrame, person: Person, *, action: str) -> pd.DataFrame:
    return rows.loc[[may(person, action, *scopes_of(row)) for row in rows.to_dict("records")]]


def _with_days(rows: pd.DataFrame, *, at: datetime) -> pd.DataFrame:
    since = [(at - datetime.fromisoformat(str(moment))).days for moment in rows["status_at"]]
    return rows.assign(waits_days=pd.Series(since, index=rows.index, dtype=int))


def _with_zones(rows: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    point = zones.reindex(rows["zone_id"].where(rows["precision"].ne("municipality")))
    return rows.assign(
        shown_near=pd.Series(point["name"].to_numpy(), rows.index, dtype=object).fillna(""),
        shown_lon=point["lon"].to_numpy(dtype=float),
        shown_lat=point["lat"].to_numpy(dtype=float),
    )


def _contested(transaction: Transaction, row: Mapping[Any, Any]) -> str:
    """The author's reason against the last decision; empty where none is contested."""
    if row["status"] != "in_review":
        return ""
    last = load_events(transaction, row["id"])[-1:]
    return str(last[0]["reason"]) if last and last[0]["actor"] == "contributor" else ""


def _step(settings: Settings, contribution_id: str, *, to: str, by: Asker, reason: str, at: datetime | None) -> None:
    when, told = at or now(), kept_text(reason)
    with open_community(settings).writing() as transaction:
        row = _known(transaction, contribution_id)
        # First who asks: a refusal for the status would tell a stranger what the status is.
        check_may(asker(settings, transaction, by), _ACTION_TO[to], *scopes_of(row))
        step = step_to(CONTRIBUTION, row["status"], to, reason=told)
        if to == "published":
            _check_words(row)
        person = privileged(
            settings, transaction, by, action=step.action, thing=contribution_id,
            scopes=scopes_of(row), detail=f"{to} {told}", at=when,
        )  # fmt: skip
        change_contribution(transaction, contribution_id, {"status": to, "status_at": stamp(when)})
        save_event(transaction, contribution_id, status=to, at=stamp(when), actor=person.actor, reason=told)


def _check_words(said: Mapping[str, Any]) -> None:
    """Refuse to show an entry of which nothing is left to read."""
    if not has_words(said["title"] + said["text"]):
        raise InputError(_("This cannot be saved yet: {what}.").format(what=_("a sentence is missing")))


def _known(transaction: Transaction, contribution_id: str) -> Row:
    row = load_contribution(transaction, contribution_id)
    if row is None:
        raise MissingDataError(_("There is no such contribution (any more); load the list again."))
    return row
