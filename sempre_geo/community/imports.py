"""Contributions from other programs' tables: our own CSV and GeoJSON, KoboToolbox and ODK exports.

A row's id is made from the region and its own id (or, without one, its content), so that the same row is
known again however often and from whichever file it comes. Rows without an id and with the same content are as
many people: each beyond the first has its number among them in its id.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from sempre_geo.community.contributions import MODES, PUBLIC, Draft, Place, checked_draft
from sempre_geo.community.moments import stamp
from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.region.tables import LAT_NAMES, LON_NAMES, numbers

_SAME = {
    "id": ("id", "_uuid", "instanceid", "key"),
    "lon": (*LON_NAMES, "_location_longitude", "_place_longitude", "place-longitude", "location-longitude"),
    "lat": (*LAT_NAMES, "_location_latitude", "_place_latitude", "place-latitude", "location-latitude"),
    "created_at": ("created_at", "as_of", "date", "_submission_time", "submissiondate", "end"),
}
_GEOPOINT = ("location", "place", "geopoint")
_GROUP = re.compile(r"^.*[/-](?!(longitude|latitude|altitude|accuracy)$)")  # need/text, need-text, need-place-latitude
_LISTS = re.compile(r"[;,|\s]+")
# In our languages and as spreadsheets write them, without marks; a layer writes 1.0 where another row has no answer.
_YES = frozenset(
    ("yes", "y", "true", "1", "1.0", "x", "ja", "j", "jah", "joo", "kylla", "taip", "tak", "так", "да", "wahr", "tosi",
     "prawda", "истина", "істина")
)  # fmt: skip
_NO = frozenset(
    ("no", "n", "false", "0", "0.0", "nej", "nei", "nein", "ne", "nie", "ei", "нет", "ні", "falsch", "epatosi", "fałsz",
     "ложь")
)  # fmt: skip


@dataclass(frozen=True)
class Imported:
    """A row that can be saved: its lasting id, what it says, and what our own files add to that.

    ``row`` and ``own_id`` are its number and its id in the file, as its author sees them there.
    """

    id: str
    draft: Draft
    created_at: str
    status: str
    voices: int
    row: str
    own_id: str


@dataclass(frozen=True)
class Reading:
    """The rows of a file that can be saved, and a sentence for each that cannot."""

    rows: tuple[Imported, ...]
    problems: tuple[str, ...]


def read_in(table: pd.DataFrame, *, region: str, at: datetime, latest: datetime | None = None) -> Reading:
    """A table's contributions; its index names the rows in the sentences about what is wrong.

    Columns are found under our own names and those that KoboToolbox and ODK give them, with or without
    their group (``need/text``, ``need-text``). Lists are separated by semicolons, commas or spaces. A table
    with the column ``consent`` has a yes in each row that is kept; one without it was consented to as a whole.

    Parameters
    ----------
    at
        When the rows without a date were said.
    latest
        Rows with a later date are refused: they would stay the newest for years, and their places be kept as long.

    Raises
    ------
    InputError
        The table has no column of texts: it is another table.
    """
    plain = _plain_columns(table)
    if "text" not in plain:
        raise InputError(
            _("there is no column 'text', only {columns}; take the columns of the form or of an export.").format(
                columns=first_items([str(name) for name in table.columns])
            )
        )
    rows: list[Imported] = []
    problems: list[str] = []
    for name, cells in zip(plain.index, plain.to_dict("records"), strict=True):
        try:
            said = {str(column): value for column, value in cells.items()}
            rows.append(_imported(said, region=region, row=str(name), at=at, latest=latest))
        except InputError as error:
            problems.append(_("row {row}: {what}").format(row=name, what=str(error)))
    clashing = _clashing_ids(rows)
    twice = _("an id that stands there twice")
    problems += [_("row {row}: {what}").format(row=row.row, what=twice) for row in rows if row.id in clashing]
    return Reading(tuple(_one_a_person(row for row in rows if row.id not in clashing)), tuple(problems))


def _clashing_ids(rows: Iterable[Imported]) -> set[str]:
    """The ids under which rows say different things: nobody can tell whose the id is."""
    first: dict[str, Imported] = {}
    return {row.id for row in rows if replace(row, row="") != replace(first.setdefault(row.id, row), row="")}


def _one_a_person(rows: Iterable[Imported]) -> Iterable[Imported]:
    """A row of the same own id once; rows without one as often as they are there, equal ones numbered."""
    seen: Counter[str] = Counter()
    for row in rows:
        before = seen[row.id]
        seen[row.id] += 1
        if not before:
            yield row
        elif not row.own_id:
            yield replace(row, id=lasting_id(row.id, f"again {before}"))


def lasting_id(region: str, own_id: str) -> str:
    """The id under which a row of a file is kept.

    >>> lasting_id("demo", "17") == lasting_id("demo", "17"), len(lasting_id("demo", ""))
    (True, 32)
    """
    return hashlib.sha256(f"{region}\x1f{own_id}".encode("utf-8", "replace")).hexdigest()[:32]


def _plain_columns(table: pd.DataFrame) -> pd.DataFrame:
    """The table under our own column names, blank cells as empty text."""
    short = {column: _GROUP.sub("", str(column).strip().lower()) for column in table.columns}
    named = table.rename(columns=short).loc[:, ~pd.Index(short.values()).duplicated()]
    for ours, others in _SAME.items():
        found = next((name for name in others if name in named.columns), None)
        if found is not None and found != ours:
            named = named.rename(columns={found: ours})
    point = next((name for name in _GEOPOINT if name in named.columns), None)
    if point is not None and "lon" not in named.columns:
        parts = named[point].astype("string").str.split(expand=True).reindex(columns=[0, 1])
        named = named.assign(lat=parts[0], lon=parts[1])
    for axis in {"lon", "lat"} & set(named.columns):
        named[axis] = numbers(named[axis])
    return named.astype(object).where(named.notna(), "")


def _imported(said: Mapping[str, Any], *, region: str, row: str, at: datetime, latest: datetime | None) -> Imported:
    draft = checked_draft(_draft(said))
    own = str(said.get("id", "")).strip()
    content = own or repr(sorted((name, str(value)) for name, value in said.items()))
    status = str(said.get("status", ""))
    return Imported(
        id=lasting_id(region, content),
        draft=draft,
        created_at=_moment(str(said.get("created_at", "")), at=at, latest=latest),
        status=status if status in PUBLIC else "received",
        voices=_count(said.get("voices", 0)),
        row=row,
        own_id=own,
    )


def _draft(row: Mapping[str, Any]) -> Draft:
    def text(name: str, without: str = "") -> str:
        return str(row.get(name, "")).strip() or without

    return Draft(
        kind=text("kind", "need"),
        category=text("category"),
        text=str(row.get("text", "")),
        place=Place(
            lon=_degrees(row.get("lon", "")),
            lat=_degrees(row.get("lat", "")),
            settlement_id=text("settlement_id") or None,
            municipality_id=text("municipality_id") or None,
        ),
        title=text("title"),
        obstacle=text("obstacle", "other"),
        about=text("about", "myself"),
        groups=tuple(group for group in _LISTS.split(text("groups")) if group),
        ease={mode: _count(row[f"ease_{mode}"]) for mode in MODES if str(row.get(f"ease_{mode}", "")).strip()},
        language=text("language", "en"),
        how_it_came_in=text("how_it_came_in", "paper"),
        consent=_agreed(text("consent"), column="consent") if "consent" in row else True,
        shown_alone=_agreed(text("shown_alone", "no"), column="shown_alone"),
    )


def _agreed(written: str, *, column: str) -> bool:
    """Whether an answer means yes; what is neither a known yes nor a known no is asked again, blank or not.

    >>> _agreed("Jā", column="consent"), _agreed("KYLLA", column="consent"), _agreed("nē", column="consent")
    (True, True, False)
    """
    answer = _bare(written)
    if answer not in _YES | _NO:
        raise InputError(
            _("'{value}' in the column '{column}' is neither yes nor no; write one of them").format(
                value=written, column=column
            )
        )
    return answer in _YES


def _bare(word: str) -> str:
    """A word in small letters and without their marks, as it is typed on a keyboard that lacks them."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _degrees(value: Any) -> float | None:
    return None if value == "" or math.isnan(float(value)) else float(value)


def _count(value: Any) -> int:
    written = str(value).strip() or "0"
    if not re.fullmatch(r"\d{1,6}(\.0+)?", written):
        raise InputError(_("'{value}' is no whole number").format(value=written))
    return int(float(written))


def _moment(written: str, *, at: datetime, latest: datetime | None) -> str:
    if not written.strip():
        return stamp(at)
    try:
        found = datetime.fromisoformat(written.strip())
        told = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(_("'{value}' is no date; write it like 2026-11-24").format(value=written)) from None
    if latest is not None and told > latest:
        raise InputError(_("'{value}' lies in the future; write the day when it was said").format(value=written))
    return stamp(told)
