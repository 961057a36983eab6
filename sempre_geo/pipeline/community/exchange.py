"""In and out: contributions and proposals from files, public files for others, the fictional region's beginning."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.claim_codes import claim_code_from, claim_digest
from sempre_geo.community.imports import Imported, lasting_id, read_in
from sempre_geo.community.moments import stamp
from sempre_geo.community.spreadsheets import read_spreadsheet
from sempre_geo.community.store.contributions import (
    Row,
    change_contribution,
    load_contribution,
    load_erasures,
    save_contribution,
    save_event,
    save_voice,
)
from sempre_geo.community.store.engine import Transaction
from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.contributions import contribution_row
from sempre_geo.pipeline.community.desk import Asker, now, open_community, partition, privileged, secret_key
from sempre_geo.pipeline.community.lessons import region_title
from sempre_geo.pipeline.community.moderation import looked_through, words_of
from sempre_geo.pipeline.community.network_seed import seed_lesson, seed_network
from sempre_geo.pipeline.community.proposal_seed import seed_proposal
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.region.files import write_table
from sempre_geo.region.tables import CSV_ENDINGS, overfull_words, read_fitting_rows, read_layer, read_properties
from sempre_geo.settings import Settings


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do: rows added, rows known (or erased) before, sentences about what was left aside.

    ``codes`` has one row a saved row of the file, ``row, id, code``: who spoke on paper or to an interviewer
    gets the code as if it had been typed in, and can follow, change or erase it.
    """

    added: int
    known: int
    problems: tuple[str, ...]
    codes: pd.DataFrame


@dataclass(frozen=True)
class _Fitting:
    """A row that the region has a category and a place for, as the store keeps it."""

    row: Imported
    kept: dict[str, Any]
    position: tuple[float, float] | None


CODE_COLUMNS = ("row", "id", "code")
_TOLD = ("kind", "category", "title", "text")
_CLOCKS_DIFFER = timedelta(days=1)
_GEOJSON_ENDINGS = (".geojson", ".json")


def import_contributions(
    settings: Settings,
    region: str,
    path: Path,
    *,
    dry_run: bool = False,
    by: Asker = OPERATOR,
    at: datetime | None = None,
) -> ImportResult:
    """Save the contributions of a CSV, GeoJSON, Kobo or ODK file; all wait for review, known ones are skipped.

    All rows that can be read, name a category of ours and lie in the region are saved in one transaction. A
    row that its author has erased here does not come back, and one under a known id that says something else than
    is kept here is named and left aside. The codes are the same at every import of a file.

    Raises
    ------
    InputError
        The file cannot be read, or not one of its rows can.
    NotAllowedError
        The asker may not import here.
    """
    when = at or now()
    fitting, problems = _read_fitting(settings, region, path, at=when, latest=when + _CLOCKS_DIFFER)
    if problems and not fitting:
        raise InputError(
            _("{path} holds no row that can be used: {problems}").format(path=path, problems=first_items(problems))
        )
    with open_community(settings).writing() as transaction:
        person = privileged(
            settings, transaction, by, action="import contributions", thing=f"import into {region}",
            scopes=(f"region:{region}",), detail=path.name, at=when,
        )  # fmt: skip
        kept = _load_kept(transaction, fitting)
        others = [entry for entry in fitting if _says_otherwise(entry, kept.get(entry.row.id))]
        aside = {entry.row.id for entry in others}
        fitting = [entry for entry in fitting if entry.row.id not in aside]
        fresh = _unknown(transaction, fitting, kept=kept)
        if dry_run:
            transaction.rollback()
        else:
            _save(settings, transaction, region, entries=fresh, person=person, trusted=False)
    problems += tuple(_("row {row}: {what}").format(row=entry.row.row, what=_known_otherwise()) for entry in others)
    codes = pd.DataFrame(columns=list(CODE_COLUMNS)) if dry_run else _codes(settings, fitting)
    return ImportResult(len(fresh), len(fitting) - len(fresh) + len(others), problems, codes)


def _read_fitting(
    settings: Settings, region: str, path: Path, *, at: datetime, latest: datetime | None = None
) -> tuple[list[_Fitting], tuple[str, ...]]:
    """The rows whose category and place the region has, and a sentence for each that cannot be used."""
    table, overfull = read_contributions(path)
    try:
        reading = read_in(table, region=region, at=at, latest=latest)
    except InputError as error:  # a table does not know its file
        raise InputError(f"{path}: {error}") from None
    partition(settings, region)  # drawn before, for drawing it writes in a transaction of its own
    fitting = []
    problems = [_("row {row}: {what}").format(row=row, what=overfull_words()) for row in overfull]
    problems += reading.problems
    for row in reading.rows:
        try:
            values, position = contribution_row(settings, region, draft=row.draft)
        except InputError as error:
            problems.append(_("row {row}: {what}").format(row=row.row, what=str(error)))
        else:
            fitting.append(_Fitting(row, values, position))
    return fitting, tuple(problems)


def _code(settings: Settings, contribution_id: str) -> str:
    """The code of an imported row: made of its id with the installation's secret, so that it is kept nowhere."""
    return claim_code_from(hmac.digest(secret_key(settings, "import"), contribution_id.encode(), "sha256"))


def _codes(settings: Settings, fitting: list[_Fitting]) -> pd.DataFrame:
    """The codes of those rows of a file that are kept and that their code still opens."""
    found = []
    with open_community(settings).reading() as transaction:
        for row in (entry.row for entry in fitting):
            kept, code = load_contribution(transaction, row.id), _code(settings, row.id)
            if kept is not None and kept["claim_digest"] == claim_digest(code):
                found.append((row.row, row.own_id, code))
    return pd.DataFrame(found, columns=list(CODE_COLUMNS))


def read_contributions(path: Path) -> tuple[pd.DataFrame, list[int]]:
    """A file's rows with ``lon`` and ``lat``, and the numbers of those with more cells than the heading.

    The index is the row number its author sees.
    """
    if path.suffix.lower() in CSV_ENDINGS:
        return read_fitting_rows(path)
    if path.suffix.lower() == ".xlsx":
        return read_spreadsheet(path), []
    layer = read_layer(path)
    points = layer.geometry.representative_point()
    said = read_properties(path) if path.suffix.lower() in _GEOJSON_ENDINGS else layer.drop(columns=layer.geometry.name)
    return pd.DataFrame(said).assign(lon=points.x, lat=points.y), []


def export_contributions(settings: Settings, region: str, path: Path, *, at: datetime | None = None) -> int:
    """Write what anybody may see to ``.csv``, ``.geojson``, ``.gpkg`` or ``.parquet``; returns the rows written."""
    frame = public_contributions(settings, region, at=at)
    write_table(public_layer(frame), path)
    return len(frame)


def public_layer(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Public contributions as a point layer; those without a point keep an empty geometry.

    By their random ids: the order in which they came would tell the day of each.
    """
    rows = frame.sort_values("id", ignore_index=True)
    points = gpd.points_from_xy(rows["lon"], rows["lat"], crs="EPSG:4326")
    placed = gpd.GeoSeries(points, index=rows.index).where(rows["lon"].notna(), None)
    return gpd.GeoDataFrame(rows, geometry=placed, crs="EPSG:4326")


def seed(
    settings: Settings,
    region: str,
    *,
    contributions: Path,
    proposals: Path | None = None,
    networks: Path | None = None,
    at: datetime | None = None,
) -> ImportResult:
    """Fill a region with what came with it: contributions with statuses and voices, proposals, networks, lessons.

    Only for files of the installation itself, such as the fictional region's: unlike an import it
    publishes what the file calls published. Doing it again changes nothing.
    """
    when = at or now()
    fitting, problems = _read_fitting(settings, region, contributions, at=when)
    if problems:
        raise InputError(
            _("{path} has rows that cannot be used: {problems}").format(
                path=contributions, problems=first_items(problems)
            )
        )
    with open_community(settings).writing() as transaction:
        fresh = _unknown(transaction, fitting, kept=_load_kept(transaction, fitting))
        _save(settings, transaction, region, entries=fresh, person=OPERATOR, trusted=True)
        if proposals is not None:
            for entry in json.loads(proposals.read_text(encoding="utf-8")):
                seed_proposal(transaction, region, entry, at=stamp(when))
        if networks is not None:
            _seed_networks(settings, transaction, region, json.loads(networks.read_text(encoding="utf-8")))
    return ImportResult(len(fresh), len(fitting) - len(fresh), (), pd.DataFrame(columns=list(CODE_COLUMNS)))


def _seed_networks(settings: Settings, transaction: Transaction, region: str, said: dict[str, Any]) -> None:
    title, country = region_title(settings, region)
    for entry in said["networks"]:
        seed_network(transaction, region, entry)
    for entry in said["lessons"]:
        seed_lesson(transaction, region, entry, title=title, country=country)


def _load_kept(transaction: Transaction, fitting: list[_Fitting]) -> dict[str, Row]:
    """What is kept here under the ids of a file's rows."""
    found = (load_contribution(transaction, entry.row.id) for entry in fitting)
    return {row["id"]: row for row in found if row is not None}


def _unknown(transaction: Transaction, fitting: list[_Fitting], *, kept: dict[str, Row]) -> list[_Fitting]:
    """The rows that are neither kept here nor erased here by their authors."""
    known = kept.keys() | {row["thing"] for row in load_erasures(transaction)}
    return [entry for entry in fitting if entry.row.id not in known]


def _says_otherwise(entry: _Fitting, kept: Row | None) -> bool:
    """Whether something else is kept under a row's id: of one who changed it here since, or of somebody else."""
    return kept is not None and bool(kept["text"]) and any(kept[name] != entry.kept[name] for name in _TOLD)


def _known_otherwise() -> str:
    return _("its id is known with other words, and what is kept stays; give it another id if it is somebody else's")


def _save(
    settings: Settings,
    transaction: Transaction,
    region: str,
    *,
    entries: list[_Fitting],
    person: Person,
    trusted: bool,
) -> None:
    for entry in entries:
        row = entry.row
        values = entry.kept | {"id": row.id, "created_at": row.created_at, "status_at": row.created_at}
        if not trusted:
            values["findings"] = list(looked_through(settings, region, text=words_of(row.draft)).noticed)
            values["claim_digest"] = claim_digest(_code(settings, row.id))
        save_contribution(transaction, values, position=entry.position, felt=row.draft.ease)
        if trusted:
            if row.status != "received":
                change_contribution(transaction, row.id, {"status": row.status})
                save_event(transaction, row.id, status=row.status, at=row.created_at, actor=person.actor)
            _save_voices(transaction, row)


def _save_voices(transaction: Transaction, row: Imported) -> None:
    for number in range(row.voices):
        voice_id = lasting_id(row.id, f"voice {number}")
        values = {"id": voice_id, "contribution_id": row.id, "voter_digest": voice_id, "sentence": ""}
        save_voice(
            transaction, values | {"sentence_status": "none", "claim_digest": None, "created_at": row.created_at}
        )
