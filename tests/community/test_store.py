"""The store: safe settings, whole migrations, refusals in one sentence."""

from __future__ import annotations

import os
import shutil
import sqlite3
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from sempre_geo.community.store.engine import check_local, connect_store
from sempre_geo.community.store.schema import metadata
from sempre_geo.community.store.versions import MIGRATIONS, open_store, version_of, write_backup
from sempre_geo.errors import StoreError

VERSIONS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.sqlite'}"


def test_every_connection_writes_safely(address):
    store = open_store(address)
    with store.reading() as first, store.writing() as second:
        for connection in (first, second):
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_the_migrations_lead_to_exactly_the_tables_the_code_expects(address):
    store = open_store(address)
    with store.reading() as transaction:
        assert compare_metadata(MigrationContext.configure(transaction), metadata) == []


def test_an_error_says_nothing_of_what_was_written(address):
    store, said = open_store(address), {"thing": "what somebody said"}
    with store.writing() as transaction:
        transaction.execute(text("INSERT INTO erasures VALUES (:thing, '')"), said)
        with pytest.raises(IntegrityError) as refused:
            transaction.execute(text("INSERT INTO erasures VALUES (:thing, '')"), said)
    assert "what somebody said" not in str(refused.value)


def test_a_look_cannot_write(address):
    store = open_store(address)
    with store.reading() as transaction:
        transaction.execute(text("INSERT INTO erasures VALUES ('x', '2026-01-01T00:00:00Z')"))
    with store.reading() as transaction:
        assert transaction.execute(text("SELECT count(*) FROM erasures")).scalar() == 0


def _with_broken_migration(folder: Path) -> Path:
    """The real migrations and one more that fails after changing a table and deleting rows."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_broken.py").write_text(
        textwrap.dedent(f"""
        import sqlalchemy as sa
        from alembic import op
        revision = "9999"
        down_revision = "{VERSIONS[-1]}"
        def upgrade():
            op.create_table("half", sa.Column("id", sa.Integer))
            with op.batch_alter_table("contributions") as batch:
                batch.add_column(sa.Column("more", sa.Text))
            op.execute("DELETE FROM erasures")
            raise RuntimeError("the lamp goes out")
        """),  # noqa: S608 - a migration the test writes
        encoding="utf-8",
    )
    return folder


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_a_migration_that_fails_in_its_middle_leaves_everything_as_it_was(address, tmp_path):
    store = open_store(address)
    with store.writing() as transaction:
        transaction.execute(text("INSERT INTO erasures VALUES ('x', '2026-01-01T00:00:00Z')"))
    store.close()
    before = _dump(tmp_path / "store.sqlite")

    with pytest.raises(RuntimeError, match="lamp"):
        open_store(address, migrations=_with_broken_migration(tmp_path / "migrations"))

    assert _dump(tmp_path / "store.sqlite") == before
    assert _dump(tmp_path / "store.before-9999.sqlite") == before, "and the backup of before lies beside it"
    assert version_of(open_store(address)) == VERSIONS[-1]


def test_a_newer_store_is_refused_in_a_sentence(address):
    store = open_store(address)
    with store.writing() as transaction:
        transaction.execute(text("UPDATE alembic_version SET version_num = '2099'"))
    with pytest.raises(StoreError, match=r"newer version \(2099\).*install that one"):
        open_store(address)


def test_a_store_that_cannot_be_written_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "store.sqlite"
    open_store(f"sqlite:///{path}").close()
    store = connect_store(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="cannot be written; let this user"), store.writing() as transaction:
        transaction.execute(text("DELETE FROM erasures"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused_in_a_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="cannot be written"):
        open_store(f"sqlite:///{tmp_path / 'deeper' / 'store.sqlite'}")


def test_a_file_that_is_no_database_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"id,kind,category\n" * 100)
    with pytest.raises(StoreError, match="damaged or no database"):
        open_store(f"sqlite:///{path}")


@pytest.mark.parametrize("address", ["what is this", "nosuchbase://x/y"])
def test_an_address_that_is_none_is_refused_in_a_sentence(address):
    with pytest.raises(StoreError, match="no database address"):
        open_store(address)


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:50 / /mnt/county\\040share rw,relatime - cifs //server/share rw
41 40 254:3 / /mnt/county\\040share/local rw - ext4 /dev/vdb rw
"""


def test_a_network_drive_is_refused_and_a_local_disk_inside_it_is_not():
    check_local(Path("/home/office/store.sqlite"), mounts=MOUNTS)
    check_local(Path("/mnt/county share/local/store.sqlite"), mounts=MOUNTS)
    with pytest.raises(StoreError, match="network drive"):
        check_local(Path("/mnt/county share/sempre/store.sqlite"), mounts=MOUNTS)
    with pytest.raises(StoreError, match="network drive"):
        check_local(Path("\\\\server\\share\\store.sqlite"), mounts="")


def _contribution(store, one, merged_into):
    """A contribution in a store of any version, all that is not named here empty."""
    given = {"id": one, "kind": "need", "merged_into": merged_into, "claim_digest": one, "sending_key": one}
    with store.writing() as transaction:
        names = [row[1] for row in transaction.exec_driver_sql("PRAGMA table_info(contributions)")]
        marks = ", ".join("?" * len(names))
        insert = f"INSERT INTO contributions VALUES ({marks})"  # noqa: S608 - ours
        transaction.exec_driver_sql(insert, tuple(given.get(name, "") for name in names))


def test_merges_of_an_earlier_version_become_one_decision_each(address, tmp_path):
    earlier = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, earlier, ignore=shutil.ignore_patterns("__pycache__", "0009*", "0010*"))
    store = open_store(address, migrations=earlier)
    for one, into in (("c", None), ("a", "c"), ("b", "c"), ("torn", "c"), ("hall", "c"), ("free", None)):
        _contribution(store, one, into)
    rows = [
        ("m1", "a", None, "b", 0),
        ("m2", "b", None, "c", 0),
        ("m2", "a", "b", "c", 0),
        ("m3", "free", None, "c", 1),
    ]
    rows += [("m4", "torn", None, "gone", 0), ("m5", "torn", "gone", "c", 0)]
    with store.writing() as transaction:
        for row in rows:
            insert = (
                'INSERT INTO merges (merge_id, contribution_id, "before", "after", at, undone) VALUES (?,?,?,?,?,?)'
            )
            transaction.exec_driver_sql(insert, (*row[:4], "2026-01-01T00:00:00Z", row[4]))
    store.close()
    with open_store(address).reading() as transaction:
        query = 'SELECT contribution_id, "after" FROM merges WHERE NOT undone ORDER BY contribution_id'
        decided = [tuple(row) for row in transaction.exec_driver_sql(query)]
    assert decided == [("a", "b"), ("b", "c"), ("hall", "c"), ("torn", "c")]


def test_of_merges_of_an_earlier_version_only_what_was_read_is_counted(address, tmp_path):
    earlier = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, earlier, ignore=shutil.ignore_patterns("__pycache__", "0010*"))
    store = open_store(address, migrations=earlier)
    said = (
        ("public", "published", 1),
        ("unread", "received", 1),
        ("changed", "received", 3),
        ("no", "not_published", 1),
    )
    _contribution(store, "into", None)
    for one, status, at in said:
        _contribution(store, one, "into")
        with store.writing() as transaction:
            stepped = "UPDATE contributions SET status = ?, status_at = ? WHERE id = ?"
            transaction.exec_driver_sql(stepped, (status, f"2026-01-0{at}T00:00:00Z", one))
            merged = 'INSERT INTO merges (merge_id, contribution_id, "after", at, undone) VALUES (?, ?, ?, ?, 0)'
            transaction.exec_driver_sql(merged, (one, one, "into", "2026-01-02T00:00:00Z"))
    store.close()
    with open_store(address).reading() as transaction:
        query = "SELECT id FROM contributions WHERE merged_into IS NOT NULL ORDER BY id"
        assert [row.id for row in transaction.exec_driver_sql(query)] == ["public", "unread"]
        query = "SELECT merge_id FROM merges WHERE as_read AND NOT undone"
        assert [row.merge_id for row in transaction.exec_driver_sql(query)] == ["unread"]


def test_two_programs_started_at_once_migrate_once(address):
    opened, failed = [], []

    def start():
        try:
            opened.append(open_store(address))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert {version_of(store) for store in opened} == {VERSIONS[-1]}


def test_a_backup_taken_while_someone_writes_is_sound(address, tmp_path):
    store = open_store(address)
    with store.writing() as transaction:
        transaction.execute(text("INSERT INTO erasures VALUES ('x', '2026-01-01T00:00:00Z')"))
    with store.writing() as transaction:
        transaction.execute(text("INSERT INTO erasures VALUES ('y', '2026-01-01T00:00:00Z')"))
        write_backup(store, tmp_path / "backup.sqlite")
    with closing(sqlite3.connect(tmp_path / "backup.sqlite")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT thing FROM erasures").fetchall() == [("x",)]
