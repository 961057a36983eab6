"""What was confirmed is there, whatever happens to the program; and old stores reach this version with their rows."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from sempre_geo.community.store.versions import MIGRATIONS, open_store, version_of

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))
WRITER = textwrap.dedent("""
    import secrets, sys
    from sempre_geo.community.store.contributions import save_contribution
    from sempre_geo.community.store.engine import connect_store
    row = dict(region="r", kind="need", category="gp", topic="", obstacle="other", about="myself", groups=[],
        title="", text="x" * 2000, language="en", settlement_id=None, municipality_id=None, municipality="",
        zone_id=None, precision="exact", how_it_came_in="web", shown_alone=False, consent=True, status="received",
        status_at="2026-01-01T00:00:00Z", merged_into=None, findings=[], claim_digest=None, sending_key=None,
        created_at="2026-01-01T00:00:00Z")
    store = connect_store(sys.argv[1])
    print("ready", flush=True)
    while True:
        one = secrets.token_hex(16)
        with store.writing() as transaction:
            save_contribution(transaction, row | {"id": one}, position=(20.0, 57.0), felt={"car": 1})
        print(one, flush=True)
""")


def test_every_confirmed_row_is_there_after_its_writer_was_killed(tmp_path):
    path = tmp_path / "store.sqlite"
    open_store(f"sqlite:///{path}").close()
    command = [sys.executable, "-c", WRITER, f"sqlite:///{path}"]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _writer in range(3)]
    moments = random.Random(7)
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    confirmed = []
    for writer in writers:
        time.sleep(moments.uniform(0.05, 0.25))
        writer.kill()
    for writer in writers:
        said, _nothing = writer.communicate()
        confirmed += [line for line in said.splitlines() if len(line) == 32]
    assert len(confirmed) > 10

    store = open_store(f"sqlite:///{path}")
    with store.reading() as transaction:
        kept = set(transaction.execute(text("SELECT id FROM contributions")).scalars())
        whole = set(transaction.execute(text("SELECT contribution_id FROM exact_places")).scalars())
        assert transaction.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert set(confirmed) <= kept
    assert whole == kept, "no row without the rest of its transaction"


def _filled(path: Path, version: str) -> None:
    """A store of an earlier version with a row in every table that the version has and that needs no parent."""
    store = open_store(f"sqlite:///{path}", to=version)
    assert version_of(store) == version
    store.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO contributions (id, region, kind, category, topic, obstacle, about, groups, title, text,"
            " language, municipality, precision, how_it_came_in, shown_alone, consent, status, status_at,"
            " findings, created_at)"
            " VALUES ('c1', 'r', 'need', 'gp', '', 'other', 'myself', '[]', 'T', 'Ā🙂', 'lv', '', 'exact', 'web', 0, 1,"
            " 'received', '2026-01-01T00:00:00Z', '[]', '2026-01-01T00:00:00Z')"
        )
        database.execute("INSERT INTO exact_places VALUES ('c1', 20.5, 57.5)")
        database.execute(
            "INSERT INTO voices VALUES ('v1', 'c1', 'd', 'me too', 'received', NULL, '2026-01-02T00:00:00Z')"
        )
        database.execute("INSERT INTO erasures VALUES ('c0', '2026-01-01T00:00:00Z')")
        database.execute("INSERT INTO audit VALUES (1, '2026-01-01T00:00:00Z', 'a', 'b', 'c', 'd', 'e')")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_store_of_every_earlier_version_keeps_its_rows(tmp_path, version):
    path = tmp_path / "store.sqlite"
    _filled(path, version)
    store = open_store(f"sqlite:///{path}")
    assert version_of(store) == VERSIONS[-1]
    with store.reading() as transaction:
        kept = transaction.execute(
            text(
                "SELECT c.text, p.lon, v.sentence, a.hash FROM contributions c"
                " JOIN exact_places p ON p.contribution_id = c.id"
                " JOIN voices v ON v.contribution_id = c.id JOIN audit a ON a.seq = 1 WHERE c.id = 'c1'"
            )
        ).one()
    assert tuple(kept) == ("Ā🙂", 20.5, "me too", "e")


def test_many_writers_at_once_lose_nothing_and_do_not_wait_for_ever(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    failed = []

    def write(writer: int) -> None:
        try:
            for number in range(10):
                with store.writing() as transaction:
                    found = transaction.execute(text("SELECT count(*) FROM erasures")).scalar()
                    transaction.execute(text(f"INSERT INTO erasures VALUES ('{writer}-{number}', '{found}')"))  # noqa: S608 - numbers
        except Exception as error:  # noqa: BLE001 - the test names whatever it was
            failed.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    with store.reading() as transaction:
        assert transaction.execute(text("SELECT count(*), count(DISTINCT at) FROM erasures")).one() == (200, 200)
