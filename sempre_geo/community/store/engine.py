"""Opening the store: where it may lie, how safely it writes, and one connection per transaction."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from sempre_geo.errors import InputError, SempreGeoError, StoreError
from sempre_geo.i18n import gettext as _

Transaction = Connection
BUSY_S = 30
WRITE_LOCK = 7_361_942
# The waiting time comes first: the change to "wal" itself waits for others.
_PRAGMAS = {
    "busy_timeout": BUSY_S * 1000,
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
}
_REMOTE = frozenset(
    {"9p", "afs", "cephfs", "cifs", "davfs", "drvfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs"}
    | {"glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "webdav"}
)
_WINDOWS_REMOTE_DRIVE = 4


@dataclass(frozen=True)
class Store:
    """An opened store. Each transaction takes a connection of its own, so threads never share one.

    Writers of one program take turns before they ask the database: SQLite itself lets whoever waits for its
    write lock sleep up to a tenth of a second at a time, in which the disk would idle.
    """

    engine: Engine
    path: Path | None
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Connect for one consistent look; nothing can be written through it by mistake, for it rolls back."""
        with sentences(self.path), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Run one transaction: all of it is on the disk when the block ends, or none after an error.

        SQLite's write lock is taken at once (``BEGIN IMMEDIATE``): a transaction that first reads and
        then writes would otherwise fail half-way when another writer came between. PostgreSQL's writers
        take turns by a lock of ours, for the same reason.
        """
        if not self.turn.acquire(timeout=BUSY_S):
            raise StoreError(_sentence(self.path, "busy"))
        try:
            with sentences(self.path), self.engine.execution_options(writes=True).begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITE_LOCK})
                yield connection
        finally:
            self.turn.release()

    def forget(self) -> None:
        """Empty SQLite's write-ahead log, in which erased words would stand until it is next full."""
        if self.path is not None:
            with sentences(self.path), closing(sqlite3.connect(self.path, timeout=BUSY_S)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every idle connection."""
        self.engine.dispose()


def connect_store(address: str) -> Store:
    """The store at an SQLAlchemy URL, its safety settings read back, its tables not yet looked at.

    Raises
    ------
    StoreError
        The address is no URL, the folder is on a network drive or not writable, the file is not a
        database, or SQLite refuses a safety setting.
    """
    url = _url(address)
    path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    if path is not None and not url.query.get("uri"):
        path = path.absolute()
        check_local(path)
        with sentences(path):
            path.parent.mkdir(parents=True, exist_ok=True)
    # What somebody wrote must not stand in an error, which goes to the log.
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    store = Store(engine, path)
    try:
        with store.reading() as connection:
            if engine.dialect.name == "sqlite":
                _check_pragmas(connection)
    except BaseException:
        store.close()
        raise
    return store


def check_local(path: Path, *, mounts: str | None = None) -> None:
    """Refuse a store on a network drive: its locks lie, and SQLite's write-ahead log needs shared memory.

    ``mounts`` is the text of Linux's ``/proc/self/mountinfo``, read from there if not given.
    """
    remote = str(path).startswith(("\\\\", "//")) or _is_windows_share(path)
    if remote or _file_system(path, mounts=mounts) in _REMOTE:
        raise StoreError(
            _(
                "The store {path} would lie on a network drive, where a database loses entries; "
                "set SEMPRE_DATA to a folder on this computer, or SEMPRE_STORE to a PostgreSQL address."
            ).format(path=path)
        )


def _url(address: str) -> URL:
    try:
        url = make_url(address)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise StoreError(
            _("SEMPRE_STORE is no database address; write it like sqlite:////folder/store.sqlite.")
        ) from None
    return url


def _file_system(path: Path, *, mounts: str | None) -> str:
    """The type of the file system that holds ``path``; empty where the system does not say."""
    if mounts is None:
        table = Path("/proc/self/mountinfo")
        mounts = table.read_text(encoding="utf-8", errors="replace") if table.is_file() else ""
    found, longest = "", -1
    for line in mounts.splitlines():
        left, _dash, right = line.partition(" - ")
        place = Path(left.split()[4].encode().decode("unicode_escape"))
        if len(place.parts) > longest and (place == path or place in path.parents):
            found, longest = right.split()[0], len(place.parts)
    return found


def _is_windows_share(path: Path) -> bool:
    if os.name != "nt":
        return False
    import ctypes

    drive_type: Callable[[str], int] = getattr(ctypes, "windll").kernel32.GetDriveTypeW  # noqa: B009 - not on Linux
    return drive_type(path.anchor) == _WINDOWS_REMOTE_DRIVE


def _prepare(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # The driver must not open transactions by itself: it would leave table changes outside them.
    connection.isolation_level = None
    try:
        for name, value in _PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")
    except sqlite3.Error:  # a connection that was never handed over is closed by nobody else
        connection.close()
        raise


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _check_pragmas(connection: Connection) -> None:
    found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in _PRAGMAS}
    wrong = [f"{name} = {found[name]}" for name, value in _PRAGMAS.items() if found[name] != value]
    if wrong:
        raise StoreError(
            _("SQLite does not write safely here ({settings}); put the store on an ordinary local disk.").format(
                settings=", ".join(wrong)
            )
        )


@contextmanager
def sentences(path: Path | None) -> Iterator[None]:
    """Turn the driver's words into one sentence; a broken rule of the tables is our own mistake and stays."""
    try:
        yield
    except SempreGeoError:
        raise
    except DBAPIError as error:
        if error.orig is None or type(error.orig).__name__ not in {"OperationalError", "DatabaseError"}:
            raise
        raise StoreError(_sentence(path, str(error.orig).lower())) from error
    except UnicodeEncodeError:
        raise InputError(_("There is half a sign in it that cannot be kept or looked for; write it again.")) from None
    except PermissionError as error:
        raise StoreError(_sentence(path, "readonly")) from error


def _sentence(path: Path | None, why: str) -> str:
    where = path or _("the database")
    if "readonly" in why or "read-only" in why or "unable to open" in why:
        return _("The store {path} cannot be written; let this user write the file and its folder.").format(path=where)
    if "not a database" in why or "malformed" in why:
        return _("The store {path} is damaged or no database; restore a backup.").format(path=where)
    if "full" in why:
        return _("The disk of the store {path} is full; nothing was saved; make room and try again.").format(path=where)
    if "locked" in why or "busy" in why:
        return _("The store {path} is busy; nothing was saved; try again in a minute.").format(path=where)
    return _("The store {path} refused: {why}; nothing was saved.").format(path=where, why=why)
