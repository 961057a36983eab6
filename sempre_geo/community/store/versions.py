"""Leading a store of any earlier version to this one, a whole migration at a time, after a backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import text

from sempre_geo.community.store.engine import Store, Transaction, connect_store, sentences
from sempre_geo.errors import StoreError
from sempre_geo.i18n import gettext as _

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_LOCK = 7_361_941


def open_store(address: str, *, migrations: Path = MIGRATIONS, to: str = "head") -> Store:
    """The store at an SQLAlchemy URL, brought to the newest version.

    Each migration is one transaction that holds the write lock while it also reads the version: two
    programs started at once do not both migrate, and one killed in its middle leaves the store as it was.

    Raises
    ------
    StoreError
        The store cannot be opened, or was made by a newer version of this program.
    """
    store = connect_store(address)
    try:
        with sentences(store.path):
            _upgrade(store, _scripts(migrations), to=to)
    except BaseException:
        store.close()
        raise
    return store


def version_of(store: Store) -> str | None:
    """The store's revision; None for an empty one."""
    with store.reading() as transaction:
        return MigrationContext.configure(transaction).get_current_revision()


def write_backup(store: Store, target: Path) -> None:
    """A sound copy of an SQLite store, taken by SQLite itself while others go on writing."""
    if store.path is None:
        raise StoreError(_("Only an SQLite store is backed up here; use your database's own tool, such as pg_dump."))
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(target.name + ".tmp")
    temporary.unlink(missing_ok=True)
    with closing(sqlite3.connect(store.path)) as source, closing(sqlite3.connect(temporary)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    temporary.replace(target)


def _scripts(migrations: Path) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return ScriptDirectory.from_config(config)


def _upgrade(store: Store, scripts: ScriptDirectory, *, to: str) -> None:
    found = version_of(store)
    pending = _pending(store, scripts, found=found, to=to)
    if pending and found is not None and store.path is not None:
        write_backup(store, store.path.with_name(f"{store.path.stem}.before-{pending[0]}{store.path.suffix}"))
    for revision in pending:
        _migrate(store, scripts, revision)


def _pending(store: Store, scripts: ScriptDirectory, *, found: str | None, to: str) -> list[str]:
    """Revisions still to be run, the oldest first."""
    known = [script.revision for script in scripts.walk_revisions("base", to)][::-1]
    if found is None:
        return known
    if found not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreError(
            _("The store {path} was made by a newer version ({version}) of sempre_geo; install that one.").format(
                path=store.path or _("in the database"), version=found
            )
        )
    return known[known.index(found) + 1 :] if found in known else []


def _migrate(store: Store, scripts: ScriptDirectory, revision: str) -> None:
    """Run one migration and note its version, in one transaction, unless another program did so meanwhile."""
    connection = store.engine.connect().execution_options(writes=True)
    with connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # a table is rebuilt by dropping the old one: its children must not be deleted with it
            _set_foreign_keys(connection, on=False)
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                _run(connection, scripts, revision)
                if sqlite:
                    _check_references(connection)
        finally:
            if sqlite:
                _set_foreign_keys(connection, on=True)


def _run(connection: Transaction, scripts: ScriptDirectory, revision: str) -> None:
    def steps(found: str | tuple[str, ...], _context: MigrationContext) -> Iterable[RevisionStep]:
        here = found[0] if isinstance(found, tuple) and found else found or "base"
        return scripts._upgrade_revs(revision, str(here))  # noqa: SLF001 - what alembic's own upgrade calls

    environment = EnvironmentContext(Config(), scripts, fn=steps)
    with environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


def _set_foreign_keys(connection: Transaction, *, on: bool) -> None:
    # SQLite ignores this inside a transaction, so it goes past SQLAlchemy, which would open one.
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def _check_references(connection: Transaction) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
    if broken:
        raise StoreError(
            _("Bringing the store to the new version would lose {n} links; it stays as it was.").format(n=len(broken))
        )
