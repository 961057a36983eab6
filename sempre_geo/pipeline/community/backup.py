"""Backup, restore, from the hall to the office, and forgetting in time."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sempre_geo import __version__
from sempre_geo.community.access import OPERATOR, Person, check_may
from sempre_geo.community.moments import stamp
from sempre_geo.community.photos import clean_photo
from sempre_geo.community.rules import read_rules
from sempre_geo.community.store.accounts import void_all_logins
from sempre_geo.community.store.contributions import (
    change_photo,
    erase_photo,
    load_contribution,
    load_erasures,
    load_ids,
    save_event,
)
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.retention import forget_old
from sempre_geo.community.store.transfer import (
    erase_again,
    load_collected,
    load_photo_ids,
    save_collected,
)
from sempre_geo.community.store.versions import open_store, version_of, write_backup
from sempre_geo.community.store.voices import load_voice
from sempre_geo.errors import InputError, MissingFileError, SempreGeoError, StoreError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import (
    Asker,
    asker,
    close_community,
    now,
    open_community,
    partition,
    privileged,
    secret_path,
)
from sempre_geo.pipeline.community.erasures import (
    erase_elsewhere,
    finish_erasures,
    list_erased,
    read_erased,
    set_aside,
    set_aside_path,
)
from sempre_geo.pipeline.community.from_hall import (
    HALL,
    IMPORT,
    admitted,
    checked_entry,
    checked_voices,
    may_be_erased,
)
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

    The store is copied by SQLite itself while others go on writing; of the photos come those that it names.
    Whoever has the file has everything: keep it where the store may be kept.

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
    finish_erasures(settings, at=at)
    with tempfile.TemporaryDirectory(dir=settings.data) as folder, write_whole(path) as draft:
        copy = Path(folder) / STORE
        write_backup(store, copy)
        named = [photo_folder(settings) / f"{name}.jpg" for name in sorted(_photo_names(copy))]
        photos = [photo for photo in named if photo.is_file()]
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
    MissingFileError
        There is no such file.
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

    What a file may bring is the rule of :mod:`~sempre_geo.pipeline.community.from_hall`: entries and voices of
    regions where the asker may import, decisions only where the asker may publish, nothing that would change what
    was decided here. Again and again the same file changes nothing. The codes given out there open the same entries
    here. Photos come over with their entries only, drawn anew.

    Raises
    ------
    MissingFileError
        There is no such file.
    InputError
        The file is no backup of this program, or holds what could not have been told here. Nothing was changed.
    NotAllowedError
        The asker may not import into every region of the file. Nothing was changed.
    """
    when = at or now()
    with open_community(settings).reading() as transaction:
        _check_may_bring(asker(settings, transaction, by), regions=())
    with _unpacked(path, settings.data) as folder:
        collected, erased = _read_collected(folder / STORE, path)
        regions = sorted({str(one["row"]["region"]) for one in collected})
        with open_community(settings).reading() as transaction:
            _check_may_bring(asker(settings, transaction, by), regions=regions)
            known = load_ids(transaction)
        for region in regions:
            partition(settings, region)  # drawn before, for drawing it writes in a transaction of its own
        checked = [_checked(settings, one, path=path, is_known=one["row"]["id"] in known, at=when) for one in collected]
        with open_community(settings).writing() as transaction:
            before = load_photo_ids(transaction)
            person = _noted(settings, transaction, by, regions=regions, detail=path.name, at=when)
            lost = _erase_here(transaction, erased, person=person, at=when)
            came = [admitted(settings, transaction, one, person=person, at=when) for one in checked]
            added, heard = save_collected(transaction, [one for one in came if one is not None])
            for voice_id in heard:
                save_event(transaction, voice_id, status="received", at=stamp(when), actor=HALL)
            for photo_id in sorted(load_photo_ids(transaction) - before):
                _take_in_photo(settings, transaction, photo_id, folder=folder)
            gone = before - load_photo_ids(transaction)
            list_erased(settings, *lost)
    erase_elsewhere(settings, *lost, at=stamp(when), photos=gone)
    return len(added), len(heard)


def forget(settings: Settings, *, at: datetime | None = None) -> tuple[int, int]:
    """Drop exact places and codes of every kind whose time is over (``community.toml``); how many of each were dropped.

    What was erased, and of which a killed program left something, is gone after this, too.
    """
    rules, when = read_rules(settings), at or now()
    old = {
        "places_before": _months_before(when, rules.exact_place_months),
        "claims_before": _months_before(when, rules.claim_code_months),
    }
    with open_community(settings).writing() as transaction:
        dropped = forget_old(transaction, **old)
    finish_erasures(settings, at=when)
    with set_aside(settings) as transaction:
        if transaction is not None:
            forget_old(transaction, **old)
    return dropped


@contextmanager
def _unpacked(path: Path, beside: Path) -> Iterator[Path]:
    """A backup's files in a folder of their own, looked at before anything is touched."""
    if not path.is_file():
        raise MissingFileError(_("There is no file {path}; check the name.").format(path=path))
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside) as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(path) as archive:
                _check_members(archive, path)
                _check_room(archive, beside)
                archive.extractall(folder)
        except SempreGeoError:
            raise
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


def _check_room(archive: zipfile.ZipFile, beside: Path) -> None:
    """Refuse what would fill the disk of a store that others write into: a small file can unpack to a huge one."""
    if sum(entry.file_size for entry in archive.infolist()) > shutil.disk_usage(beside).free / 2:
        raise StoreError(
            _("The disk of the store {path} is full; nothing was saved; make room and try again.").format(path=beside)
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
        raise _damaged(path)


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


def _check_may_bring(person: Person, *, regions: Sequence[str]) -> None:
    """Refuse whoever may import nowhere, or not into each of these regions."""
    check_may(person, IMPORT, *(scope for _role, scope in person.grants))
    for region in regions:
        check_may(person, IMPORT, f"region:{region}")


def _noted(
    settings: Settings, transaction: Transaction, by: Asker, *, regions: Sequence[str], detail: str, at: datetime
) -> Person:
    """Who brings a file in, asked again and written into the log for each region; also where a file has no entry."""
    person = asker(settings, transaction, by)
    named: list[tuple[str, ...]] = [(f"region:{region}",) for region in regions]
    for scopes in named or [tuple(scope for _role, scope in person.grants)]:
        privileged(settings, transaction, person, action=IMPORT, thing="take over", scopes=scopes, detail=detail, at=at)
    return person


def _read_collected(store: Path, path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    try:
        other = open_store(f"sqlite:///{store}")
        with closing(other), other.reading() as transaction:
            erased = [str(row["thing"]) for row in load_erasures(transaction)]
            return load_collected(transaction), erased
    except SempreGeoError:
        raise
    except (ValueError, TypeError):  # cells that hold something else than their column says
        raise _damaged(path) from None


def _checked(settings: Settings, one: dict[str, Any], *, path: Path, is_known: bool, at: datetime) -> dict[str, Any]:
    try:
        return checked_voices(one, at=at) if is_known else checked_entry(settings, one, at=at)
    except InputError as problem:
        what = f"{str(one['row']['id'])[:32]}: {problem}"
        raise InputError(_("{path} is no backup of sempre_geo: {what}.").format(path=path, what=what)) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _damaged(path) from None


def _erase_here(transaction: Transaction, erased: Iterable[str], *, person: Person, at: datetime) -> list[str]:
    """Erase what a file says is erased, as far as its word is enough; the ids of what was here."""
    gone = [thing for thing in erased if may_be_erased(transaction, thing, person=person)]
    here = [thing for thing in gone if load_contribution(transaction, thing) or load_voice(transaction, thing)]
    erase_again(transaction, gone, at=stamp(at))
    return here


def _damaged(path: Path) -> InputError:
    return InputError(_("The store in {path} is damaged; take an older backup.").format(path=path))


def _take_in_photo(settings: Settings, transaction: Transaction, photo_id: str, *, folder: Path) -> None:
    """A photo of a file, drawn anew as on every way in; what is no photo is none."""
    sent = folder / "photos" / f"{photo_id}.jpg"
    try:
        clean = clean_photo(sent.read_bytes())
    except (FileNotFoundError, InputError):
        erase_photo(transaction, photo_id)
        return
    with write_whole(photo_folder(settings) / sent.name) as draft:
        draft.write_bytes(clean)
    change_photo(transaction, photo_id, {"sha256": hashlib.sha256(clean).hexdigest()})


def _months_before(at: datetime, months: int) -> str:
    return stamp(at - timedelta(days=months * _DAYS_A_MONTH))
