"""Diaries and lessons: writing them, finding the same need solved elsewhere, exchanging them as one file."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pandas as pd

from sempre_geo.community.access import Person, may
from sempre_geo.community.lessons import LESSON_COLUMNS, Lesson, found_lessons, next_period
from sempre_geo.community.moments import moment, stamp
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.lessons import (
    change_lesson,
    load_diary,
    load_lesson,
    load_lessons,
    save_diary_entry,
    save_lesson,
)
from sempre_geo.community.store.networks import load_network
from sempre_geo.community.store.proposals import load_networks_of
from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError, MissingDataError, MissingFileError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community, privileged
from sempre_geo.pipeline.community.proposal_desk import code_digest, known_proposal, person_at, proposal_scopes
from sempre_geo.region.bundle import read_region
from sempre_geo.settings import Settings

FORMAT, FORMAT_VERSION = "sempre_geo lessons", 1
LARGEST_BYTES = 20_000_000
_ID = re.compile(r"[0-9a-f]{32}")
_COUNTRY = re.compile(r"[A-Za-z]{0,16}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_RUN = frozenset({"running", "paused", "completed", "stopped", "lessons"})


def write_diary(
    settings: Settings,
    proposal_id: str,
    *,
    good: str = "",
    hard: str = "",
    further: str = "",
    by: Asker = "",
    code: str = "",
    at: datetime | None = None,
) -> int:
    """Write the next entry of a proposal's diary; returns which two months it stands for, counted from 1.

    Raises
    ------
    InputError
        Nothing was written, or the proposal has not begun to run.
    NotAllowedError
        The asker neither is in the team nor coordinates here.
    """
    when = at or now()
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        asking = person_at(settings, transaction, row, by=by, claimed=claimed)
        person = privileged(
            settings, transaction, asking, action="run a proposal", thing=proposal_id,
            scopes=proposal_scopes(transaction, row), detail="diary", at=when,
        )  # fmt: skip
        _check_run(row)
        entry = diary_entry(good=good, hard=hard, further=further)
        return save_entry(transaction, proposal_id, entry, actor=person.actor, at=stamp(when))


def diary_entry(*, good: str, hard: str, further: str) -> dict[str, str]:
    """The texts of an entry as the store keeps them.

    Raises
    ------
    InputError
        All three are empty.
    """
    entry = {"good": kept_text(good), "hard": kept_text(hard), "further": kept_text(further)}
    if not any(text.strip() for text in entry.values()):
        raise InputError(_("An entry of a diary says at least one thing: what went well, was hard, or comes next."))
    return entry


def save_entry(transaction: Transaction, thing: str, entry: Mapping[str, str], *, actor: str, at: str) -> int:
    """Add an entry to a diary; it stands for the first two months of which nothing was written."""
    period = next_period(one["period"] for one in load_diary(transaction, thing))
    row = {**entry, "id": secrets.token_hex(16), "thing": thing, "period": period, "actor": actor, "created_at": at}
    save_diary_entry(transaction, row)
    return period


def add_lesson(
    settings: Settings,
    proposal_id: str,
    *,
    lesson: Lesson,
    by: Asker = "",
    code: str = "",
    at: datetime | None = None,
) -> str:
    """Write down what a team has learnt; it is found by others when a coordinator has read it.

    Raises
    ------
    InputError
        The lesson says nothing, or the proposal has not begun to run.
    NotAllowedError
        The asker neither is in the team nor coordinates here.
    """
    kept, when = lesson.kept(), at or now()
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        asking = person_at(settings, transaction, row, by=by, claimed=claimed)
        privileged(
            settings, transaction, asking, action="run a proposal", thing=proposal_id,
            scopes=proposal_scopes(transaction, row), detail="lesson", at=when,
        )  # fmt: skip
        _check_run(row)
        written = asdict(kept) | {"id": secrets.token_hex(16), "status": "received", "created_at": stamp(when)}
        title, country = region_title(settings, row["region"])
        saved = lesson_row(written, region=row["region"], title=title, proposal_id=proposal_id)
        saved |= {"country": country, "network": _networks(transaction, row), "language": row["language"]}
        save_lesson(transaction, saved)
    return str(written["id"])


def lesson_row(said: Mapping[str, Any], *, region: str, title: str, proposal_id: str | None) -> dict[str, Any]:
    """A lesson as a row of the store; where it came from is filled in by whoever knows."""
    return {
        **{name: said[name] for name in ("id", "title", "again", "not_again", "category", "status", "created_at")},
        "groups": list(said["groups"]), "barriers": list(said["barriers"]), "proposal_id": proposal_id,
        "region": region, "region_title": title, "country": "", "network": "", "language": "en", "came_from": "",
    }  # fmt: skip


def publish_lesson(settings: Settings, lesson_id: str, *, by: Asker, at: datetime | None = None) -> None:
    """Let everybody find a lesson: a coordinator has read it."""
    with open_community(settings).writing() as transaction:
        row = load_lesson(transaction, lesson_id)
        if row is None:
            raise MissingDataError(_("There is no such lesson (any more); load the list again."))
        person = asker(settings, transaction, by)
        privileged(
            settings, transaction, person, action="publish or not publish", thing=lesson_id,
            scopes=_scopes(row, person), at=at or now(),
        )  # fmt: skip
        change_lesson(transaction, lesson_id, {"status": "published"})


def unread_lessons(settings: Settings, region: str, *, by: Asker) -> pd.DataFrame:
    """Lessons that wait for the eye of a region's coordinator, the oldest first; empty for everybody else.

    Those of other installations wait in every region.
    """
    with open_community(settings).reading() as transaction:
        if not may(asker(settings, transaction, by), "publish or not publish", f"region:{region}"):
            return pd.DataFrame(columns=list(LESSON_COLUMNS))
        received = load_lessons(transaction, statuses=["received"])
    waiting = [row for row in received if row["region"] == region or row["came_from"]]
    return found_lessons(waiting[::-1])


def _scopes(row: Row, person: Person) -> tuple[str, ...]:
    """Where a lesson lies: in its region; one of another installation, which is found in all, in the reader's own."""
    own = (scope for _role, scope in person.grants if row["came_from"] and scope.startswith("region:"))
    return (f"region:{row['region']}", *own)


def lessons(
    settings: Settings, *, text: str = "", group: str = "", category: str = "", barrier: str = "", country: str = ""
) -> pd.DataFrame:
    """Published lessons of all regions that fit everything asked for, the newest first: :data:`LESSON_COLUMNS`."""
    with open_community(settings).reading() as transaction:
        rows = load_lessons(transaction, statuses=["published"])
    return found_lessons(rows, text=text, group=group, category=category, barrier=barrier, country=country)


def export_lessons(settings: Settings) -> bytes:
    """Every published lesson as one JSON file, the same bytes for the same lessons; nobody's name or code is in it."""
    table = lessons(settings).sort_values(["created_at", "id"])
    said = {"format": FORMAT, "format_version": FORMAT_VERSION, "lessons": table.to_dict("records")}
    return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def import_lessons(
    settings: Settings, region: str, content: bytes, *, by: Asker, at: datetime | None = None
) -> tuple[int, int]:
    """Take the lessons of another installation's file in; returns how many were new and how many known.

    A lesson that is here already stays as it is. Each keeps where it came from, and waits for a coordinator's eye
    unless whoever brings it in may publish here.

    Raises
    ------
    InputError
        The file holds no lessons, or one that cannot be used; nothing was changed.
    NotAllowedError
        The asker may not exchange lessons.
    """
    rows = read_lessons(content)
    with open_community(settings).writing() as transaction:
        person = privileged(
            settings, transaction, by, action="exchange lessons", thing=f"lessons into {region}",
            scopes=(f"region:{region}",), at=at or now(),
        )  # fmt: skip
        read = may(person, "publish or not publish", f"region:{region}")
        fresh = [row for row in rows if load_lesson(transaction, row["id"]) is None]
        for row in fresh:
            save_lesson(transaction, row | {"status": "published" if read else "received"})
    return len(fresh), len(rows) - len(fresh)


def read_lessons(content: bytes) -> list[Row]:
    """The lessons in a file, checked as if somebody had typed them, as rows of the store.

    Raises
    ------
    InputError
        The file holds none, or one that cannot be used; it is named by its place in the file.
    """
    try:
        said = json.loads(content) if len(content) <= LARGEST_BYTES else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or said.get("format") != FORMAT or not isinstance(said.get("lessons"), list):
        raise InputError(_("This file holds no lessons of sempre_geo; choose one that was exported as lessons."))
    if said.get("format_version") != FORMAT_VERSION:
        raise InputError(_("These lessons were exported by a newer version of sempre_geo; install that one."))
    rows: dict[str, Row] = {}
    for number, one in enumerate(said["lessons"], start=1):
        try:
            row = _read_row(one)
        except (KeyError, TypeError, ValueError, AttributeError) as why:
            raise InputError(
                _("Lesson {number} of the file cannot be used: {why}").format(
                    number=number, why=kept_line(str(why)[:150])
                )
            ) from None
        rows.setdefault(row["id"], row)
    return list(rows.values())


def _read_row(said: Mapping[str, Any]) -> Row:
    lesson = Lesson(**{name: said[name] for name in ("title", "again", "not_again", "groups", "category", "barriers")})
    moment(said["created_at"])
    for name, form in (("id", _ID), ("country", _COUNTRY), ("language", _LANGUAGE)):
        if not form.fullmatch(said[name]):
            raise InputError(_("'{name}' is missing or wrong.").format(name=name))
    written = asdict(lesson.kept()) | {name: said[name] for name in ("id", "created_at")} | {"status": "published"}
    title = kept_line(said["region_title"])
    row = lesson_row(written, region=kept_line(said["region"], longest=64), title=title, proposal_id=None)
    came_from = kept_line(said["came_from"]) or title or _("another installation")
    return row | {
        "country": said["country"], "language": said["language"], "network": kept_line(said["network"]),
        "came_from": came_from,
    }  # fmt: skip


def _check_run(row: Row) -> None:
    if row["status"] not in _RUN:
        raise InputError(_("The diary and the lessons begin when the proposal runs."))


def _networks(transaction: Transaction, row: Row) -> str:
    found = [load_network(transaction, one) for one in load_networks_of(transaction, row["id"])]
    return ", ".join(network["name"] for network in found if network)


def region_title(settings: Settings, region: str) -> tuple[str, str]:
    """The title and the country's code of a region; the bare name where it is not built."""
    try:
        built = read_region(region, settings)
    except MissingFileError:
        return region, ""
    return built.title, built.country.code
