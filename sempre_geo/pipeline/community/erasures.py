"""Erasure beyond the rows of the store: the list that cleans a restored backup, a store set aside, photos.

The list lies beside the store and holds ids only. Whoever erases takes three steps, after any of which the program
may be killed: the rows in a transaction; at its end, before it is confirmed, the ids on the list; afterwards
everything else. What is on the list is erased, if not by that program then by :func:`finish_erasures`.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from sempre_geo.community.moments import stamp
from sempre_geo.community.photos import write_no_photo
from sempre_geo.community.store.contributions import load_erasures
from sempre_geo.community.store.engine import Store, Transaction
from sempre_geo.community.store.transfer import erase_again, load_left
from sempre_geo.community.store.versions import open_store
from sempre_geo.errors import StoreError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import now, open_community
from sempre_geo.pipeline.community.photos import photo_folder, sweep_photos
from sempre_geo.settings import Settings

_LIST = "erased.txt"
_SET_ASIDE = "store.replaced.sqlite"
_COPIES_LAST = timedelta(days=30)


def list_erased(settings: Settings, *things: str) -> None:
    """Put ids on the list, which is on the disk when this returns: the last act of the transaction that erases them.

    A line that a power failure cut off is ended first, so that it takes no other id with it.

    Raises
    ------
    StoreError
        The list cannot be written; nothing may be erased then.
    """
    if not things:
        return
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with (settings.data / _LIST).open("ab+") as listed:
            listed.write(_missing_end(listed) + "".join(f"{thing}\n" for thing in things).encode("ascii"))
            listed.flush()
            os.fsync(listed.fileno())
    except OSError as error:
        raise StoreError(
            _("The folder {path} cannot be written; let this user write there.").format(path=settings.data)
        ) from error


def erase_elsewhere(settings: Settings, *things: str, at: str, photos: Iterable[str] = ()) -> None:
    """What follows on the transaction that erased: photos, the write-ahead log, a store that was set aside."""
    for photo_id in photos:
        write_no_photo(photo_folder(settings), photo_id)
    open_community(settings).forget()
    with set_aside(settings) as transaction:
        if transaction is not None:
            erase_again(transaction, things, at=at)
    _remove_copies(settings)


def finish_erasures(settings: Settings, *, at: datetime | None = None) -> None:
    """Carry through what a program that was killed left half done: at start, before a backup, once a day.

    What is on the list is erased from the store and from one that was set aside; what the store notes as erased is put
    on the list, which may have been lost or cut off; photos that belong to nothing are removed.
    """
    listed, when, store = set(read_erased(settings)), stamp(at or now()), open_community(settings)
    with store.reading() as transaction:
        noted = {row["thing"] for row in load_erasures(transaction) if _is_id(row["thing"])}
        left = load_left(transaction, listed)
    if left or noted - listed:
        with store.writing() as transaction:
            erase_again(transaction, left, at=when)
            list_erased(settings, *sorted(noted - listed))
    sweep_photos(settings)
    with set_aside(settings) as transaction:
        if transaction is not None:
            erase_again(transaction, load_left(transaction, listed | noted), at=when)
    _remove_copies(settings, made_before=(at or now()) - (timedelta(0) if left else _COPIES_LAST))
    store.forget()


def read_erased(settings: Settings) -> list[str]:
    """Every id on the list; a line that was cut off by a power failure is none."""
    path = settings.data / _LIST
    if not path.is_file():
        return []
    return [line for line in path.read_text(encoding="ascii").splitlines() if _is_id(line)]


def set_aside_path(settings: Settings) -> Path:
    """Where a restore puts the SQLite store it replaces."""
    return Path(settings.store.removeprefix("sqlite:///")).with_name(_SET_ASIDE)


@contextmanager
def set_aside(settings: Settings) -> Iterator[Transaction | None]:
    """A transaction in the store that a restore replaced; None where there is none.

    One that cannot be opened any more is deleted: it could neither be used again nor be cleaned.
    """
    path = set_aside_path(settings)
    store = _opened(path) if settings.store.startswith("sqlite:///") and path.is_file() else None
    if store is None:
        yield None
        return
    with closing(store):
        with store.writing() as transaction:
            yield transaction
        store.forget()


def _remove_copies(settings: Settings, *, made_before: datetime | None = None) -> None:
    """The stores as they were before a newer program brought them up to date.

    Theirs is an older shape, from which nothing can be erased; and who goes back to the older program after somebody
    erased something takes a backup, which the list cleans.
    """
    if not settings.store.startswith("sqlite:///"):
        return
    store = Path(settings.store.removeprefix("sqlite:///"))
    for copy in store.parent.glob(f"{glob.escape(store.stem)}*.before-*{store.suffix}"):
        if made_before is None or copy.stat().st_mtime < made_before.timestamp():
            copy.unlink(missing_ok=True)


def _opened(path: Path) -> Store | None:
    try:
        return open_store(f"sqlite:///{path}")
    except StoreError:
        path.unlink(missing_ok=True)
        return None


def _missing_end(listed: IO[bytes]) -> bytes:
    if not listed.seek(0, os.SEEK_END):
        return b""
    listed.seek(-1, os.SEEK_END)
    return b"" if listed.read(1) == b"\n" else b"\n"


def _is_id(line: str) -> bool:
    return len(line) == 32 and line.isalnum()  # noqa: PLR2004 - 16 bytes in hex
