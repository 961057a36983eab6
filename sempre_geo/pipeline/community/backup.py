"""Backup, restore, from the hall to the office, and forgetting in time."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sempre_geo import __version__
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.moments import stamp
from sempre_geo.community.photos import write_no_photo
from sempre_geo.community.rules import read_rules
from sempre_geo.community.store.accounts import void_all_logins
from sempre_geo.community.store.contributions import Row, load_erasures
from sempre_geo.community.store.transfer import (
    erase_again,
    forget_old,
    load_collected,
    load_photo_ids,
    save_collected,
)
from sempre_geo.community.store.versions import open_store, version_of, write_backup
from sempre_geo.errors import InputError, StoreError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import (
    Asker,
    close_community,
    ground,
    now,
    open_community,
    partition,
    privileged,
    secret_path,
)
from sempre_geo.pipeline.community.erasures import read_erased, set_aside, set_aside_path
from sempre_geo.pipeline.community.photos import photo_folder
from sempre_geo.region.files import write_whole
from sempre_geo.settings import Settings

STORE, SECRET, ABOUT = "store.sqlite", "secret.key", "about.json"
_PHOTO = re.compile(r"photos/[0-9a-f]{32}\.jpg")
_LARGEST = 50_000_000_000
_DAYS_A_MONTH = 30.44
_LONGEST_LEAP = 1_000_000


def back_up(settings: Settings, path: Path, *, by: Asker = OPERATOR, at: datetime | None = None) -> int:
    """Write the store, the photos and the installation's secret into one ``.zip``; returns the number of photos.

    The store is copied by SQLite itself while others go on writing. Whoever has the file has everything:
    keep it where the store may be kept.

    Raises
    ------
    NotAllowedError
        The asker is no administrator.
    StoreError
        The store is not SQLite, or the disk is full.
    """
    store = open_community(settings)
    with store.writing() as transaction:
        privileged(settings, transaction, by, action="back up and restore", thing="backup", at=at or now())
    photos = sorted(photo_folder(settings).glob("*.jpg"))
    with tempfile.TemporaryDirectory(dir=settings.data) as folder, write_whole(path) as draft:
        copy = Path(folder) / STORE
        write_backup(store, copy)
        about = {"program": "sempre_geo", "version": __version__, "store": version_of(store)}
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(copy, STORE)
            archive.writestr(ABOUT, json.dumps(about))
            if secret_path(settings).is_file():
                archive.write(secret_path(settings), SECRET)
            for photo in photos:
                archive.write(photo, f"photos/{photo.name}")
    return len(photos)


def restore(settings: Settings, path: Path, *, at: datetime | None = None) -> int:
    """Put a backup in the place of the store and the photos; returns how many erased things stayed erased.

    What was erased since the backup was taken is erased from it again: the list of erasures lies beside
    the store and in the store that is replaced. Everybody logs in again. Stop the app before; the old store is
    kept as ``store.replaced.sqlite``; what is erased or forgotten later is so in it, too.

    Raises
    ------
    InputError
        The file is no backup, or damaged. Nothing was changed.
    """
    if not settings.store.startswith("sqlite:///"):
        raise StoreError(_("Only an SQLite store is restored here; use your database's own tool."))
    with _unpacked(path, settings.data) as folder:
        erased = set(read_erased(settings)) | _erased_here(settings)
        restored = open_store(f"sqlite:///{folder / STORE}")
        with restored.writing() as transaction:
            again = erase_again(transaction, sorted(erased), at=stamp(at or now()))
            # A leap nobody foresees: a login that ended after the backup was taken must not be good again.
            void_all_logins(transaction, by=1 + secrets.randbelow(_LONGEST_LEAP))
        write_backup(restored, folder / "clean.sqlite")
        restored.close()
        close_community(settings)
        _put_in_place(settings, folder)
    with open_community(settings).writing() as transaction:
        privileged(settings, transaction, OPERATOR, action="back up and restore", thing="restore", at=at or now())
    return again


def take_over(settings: Settings, path: Path, *, by: Asker = OPERATOR, at: datetime | None = None) -> tuple[int, int]:
    """Merge what another installation collected (its backup) into this one; new contributions and new voices.

    Again and again the same file changes nothing. The codes given out there open the same entries here. Photos come
    over with their entries only, and those of what was erased there are erased here.

    Raises
    ------
    InputError
        The file is no backup of this program.
    NotAllowedError
        The asker may not import.
    """
    when = at or now()
    with open_community(settings).writing() as transaction:
        privileged(
            settings, transaction, by, action="import contributions", thing="take over", detail=path.name, at=when
        )
    with _unpacked(path, settings.data) as folder:
        other = open_store(f"sqlite:///{folder / STORE}")
        with closing(other), other.reading() as transaction:
            collected = load_collected(transaction)
            erased = [row["thing"] for row in load_erasures(transaction)]
        for region in {one["row"]["region"] for one in collected}:
            partition(settings, region)
        with open_community(settings).writing() as transaction:
            before = load_photo_ids(transaction)
            erase_again(transaction, erased, at=stamp(when))
            came = save_collected(transaction, collected, zone_of=lambda row, place: _zone_of(settings, row, place))
            after = load_photo_ids(transaction)
            for photo in sorted((folder / "photos").glob("*.jpg")):
                if photo.stem in after - before:  # not of what was erased here meanwhile
                    _take_photo(photo, photo_folder(settings))
    for photo_id in before - after:
        write_no_photo(photo_folder(settings), photo_id)
    return came


def forget(settings: Settings, *, at: datetime | None = None) -> tuple[int, int]:
    """Drop exact places and claim codes whose time is over (``community.toml``); how many of each were dropped."""
    rules, when = read_rules(settings), at or now()
    old = {
        "places_before": _months_before(when, rules.exact_place_months),
        "claims_before": _months_before(when, rules.claim_code_months),
    }
    store = open_community(settings)
    with store.writing() as transaction:
        dropped = forget_old(transaction, **old)
    store.forget()
    with set_aside(settings) as transaction:
        if transaction is not None:
            forget_old(transaction, **old)
    return dropped


@contextmanager
def _unpacked(path: Path, beside: Path) -> Iterator[Path]:
    """A backup's files in a folder of their own, looked at before anything is touched."""
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside) as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(path) as archive:
                _check_members(archive, path)
                archive.extractall(folder)
        except (OSError, zipfile.BadZipFile) as error:
            raise InputError(
                _("{path} is no backup of sempre_geo ({why}); choose a file that 'backup' wrote.").format(
                    path=path, why=error
                )
            ) from None
        _check_sound(folder / STORE, path)
        yield folder


def _check_members(archive: zipfile.ZipFile, path: Path) -> None:
    names = archive.namelist()
    strange = [name for name in names if name not in {STORE, SECRET, ABOUT} and not _PHOTO.fullmatch(name)]
    if STORE not in names or strange or sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
        raise InputError(
            _("{path} is no backup of sempre_geo: {what}.").format(
                path=path, what=first_items(strange) or _("it holds no store")
            )
        )


def _check_sound(store: Path, path: Path) -> None:
    """Refuse what is no store, or acts by itself: ours has tables and indices only, no triggers and no views."""
    try:
        with closing(sqlite3.connect(store)) as connection:
            kinds = {row[0] for row in connection.execute("SELECT type FROM sqlite_master")}
            sound = kinds <= {"table", "index"} and connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        raise InputError(_("The store in {path} is damaged; take an older backup.").format(path=path))


def _erased_here(settings: Settings) -> set[str]:
    try:
        with open_community(settings).reading() as transaction:
            return {row["thing"] for row in load_erasures(transaction)}
    except StoreError:  # the store that is replaced is damaged, which is why it is replaced; the list beside it is not
        return set()


def _put_in_place(settings: Settings, folder: Path) -> None:
    target = Path(settings.store.removeprefix("sqlite:///"))
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    if target.exists():
        target.replace(set_aside_path(settings))
    (folder / "clean.sqlite").replace(target)
    if (folder / SECRET).is_file() and not secret_path(settings).exists():
        (folder / SECRET).replace(secret_path(settings))
        secret_path(settings).chmod(0o600)
    kept = set(_photo_names(target))
    shutil.rmtree(photo_folder(settings), ignore_errors=True)
    for photo in sorted((folder / "photos").glob("*.jpg")):
        if photo.stem in kept:
            _take_photo(photo, photo_folder(settings))


def _photo_names(store: Path) -> list[str]:
    with closing(sqlite3.connect(store)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT id FROM photos")]


def _take_photo(photo: Path, folder: Path) -> None:
    with write_whole(folder / photo.name) as draft:
        shutil.copyfile(photo, draft)


def _zone_of(settings: Settings, row: Row, place: Row | None) -> str | None:
    zones = partition(settings, row["region"])
    if zones is None:
        return None
    if place is not None:
        return zones.zone_of(place["lon"], place["lat"])
    settlements = ground(settings, row["region"]).settlements
    if row["precision"] == "municipality" or row["settlement_id"] not in settlements.index:
        return None
    point = settlements.geometry.loc[row["settlement_id"]]
    return zones.zone_of(point.x, point.y)


def _months_before(at: datetime, months: int) -> str:
    return stamp(at - timedelta(days=months * _DAYS_A_MONTH))
