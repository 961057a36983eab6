"""How fast the community's parts are at 100,000 contributions; by hand: python -m tests.benchmarks.community [N].

Targets (of the issue): public map data under 0.3 s, similar ones under 0.2 s, aggregate with suppression
under 1 s, 20 submissions a second sustained on SQLite with synchronous=FULL. Beside the submissions stand the
same rows put in by bare sqlite3 with the same safety settings, in the same run.

"First of a process" is asked of a new process that has imported the code and opened the store and has read
nothing: from the call until the whole public list is there, every row in order with its text, place and voices,
of which the map and the first page of the list are made. The middle of five processes stands; first without
voices, then with as many voices as contributions and one in twenty merged into another.
"""

from __future__ import annotations

import secrets
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import bindparam, insert, select, update

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.store.tables import contributions, exact_places, voices
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.counts import counts
from sempre_geo.pipeline.community.desk import open_community, partition
from sempre_geo.pipeline.community.duplicates import similar_for_review
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.settings import Settings, read_settings
from tests.pipeline.community_region import NAME, build_region

DRAFT = Draft("need", "library", "The library bus came every second week.", Place(lon=20.2, lat=57.1))


def main(rows: int) -> None:
    """Fill a store and print one line a measure."""
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(folder)
        region = build_region(settings, _cells())
        partition(settings, region)
        one = _fill(settings, region, rows)
        _first_of_a_process(f"public map data, {rows} contributions", folder)
        _support(settings, rows)
        _first_of_a_process(f"public map data, {rows} voices", folder)
        _timed(f"public map data, {rows} contributions", lambda: public_contributions(settings, region))
        _timed("public map data after one more entry", lambda: _told_and_read(settings, region))
        _timed("similar ones", lambda: similar_for_review(settings, one, by=OPERATOR))
        _timed("this week's counts, taken", lambda: counts(settings, region))
        _timed("this week's counts, again", lambda: counts(settings, region))
        _submissions(settings, region)
        _bare(Path(folder) / "bare.sqlite")


def _cells() -> pd.DataFrame:
    """A county of 60 x 60 km: 3,000 inhabited square kilometres."""
    draw = np.random.default_rng(1)
    count = 3000
    lon, lat = 20 + draw.uniform(0, 1, count), 56.9 + draw.uniform(0, 0.5, count)
    return pd.DataFrame(
        {
            "lon": lon, "lat": lat, "population": draw.integers(1, 60, count).astype(float),
            "municipality_id": np.where(lon < 20.2, "m1", "m2"), "settlement_id": [f"s{n % 150}" for n in range(count)],
            "settlement": [f"village {n % 150}" for n in range(count)],
        },
        index=pd.Index([f"c{n}" for n in range(count)], name="cell_id"),
    )  # fmt: skip


def _fill(settings: Settings, region: str, count: int) -> str:
    zones = partition(settings, region)
    assert zones is not None
    draw = np.random.default_rng(2)
    names = list(zones.zones.index)
    categories = ["library", "gp", "grocery", "post", "school", "bank", "pharmacy", "bus_stop"]
    rows = [
        {
            "id": secrets.token_hex(16), "region": region, "kind": "need", "category": categories[n % 8],
            "topic": "health" if n % 8 in {1, 6} else "", "obstacle": ["cannot_get_there", "language"][n % 2],
            "about": "myself", "groups": ["over_64"] if n % 3 else [], "title": "A need", "text": f"{DRAFT.text} {n}",
            "language": ["lv", "et", "en"][n % 3], "settlement_id": f"s{n % 150}", "municipality_id": "m1",
            "municipality": "Haavere parish", "zone_id": names[int(draw.integers(len(names)))], "precision": "exact",
            "how_it_came_in": "web", "shown_alone": n % 2 == 0, "consent": True, "status": "published",
            "status_at": "2026-01-01T00:00:00Z", "merged_into": None, "findings": [], "claim_digest": None,
            "sending_key": None, "created_at": f"2026-01-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z",
        }
        for n in range(count)
    ]  # fmt: skip
    spots = zip(20 + draw.uniform(0, 1, count), 56.9 + draw.uniform(0, 0.5, count), strict=True)
    places = [{"contribution_id": row["id"], "lon": x, "lat": y} for row, (x, y) in zip(rows, spots, strict=True)]
    with open_community(settings).writing() as transaction:
        transaction.execute(insert(contributions), rows)
        transaction.execute(insert(exact_places), places)
    return str(rows[0]["id"])


def _support(settings: Settings, count: int) -> None:
    """As many voices as contributions, and every twentieth contribution merged into the next."""
    with open_community(settings).writing() as transaction:
        ids = list(transaction.execute(select(contributions.c.id)).scalars())
        draw = np.random.default_rng(3)
        given = [
            {
                "id": secrets.token_hex(16), "contribution_id": ids[int(at)], "voter_digest": secrets.token_hex(32),
                "sentence": "", "sentence_status": "", "claim_digest": None, "created_at": "2026-01-02T00:00:00Z",
            }
            for at in draw.integers(len(ids), size=count)
        ]  # fmt: skip
        transaction.execute(insert(voices), given)
        merging = (
            update(contributions).where(contributions.c.id == bindparam("one")).values(merged_into=bindparam("in"))
        )
        pairs = zip(ids[::20], ids[1::20], strict=False)
        transaction.execute(merging, [{"one": one, "in": into} for one, into in pairs])


def _first_of_a_process(what: str, folder: str) -> None:
    """The first public list of five new processes, one after the other; the middle one."""
    ask = [sys.executable, "-m", "tests.benchmarks.community", "--first-list", folder]
    told = sorted(
        [float(word) for word in subprocess.run(ask, check=True, capture_output=True, text=True).stdout.split()]
        for _process in range(5)
    )
    own, wall = told[2]
    print(f"{what + ', first of a process':60} {wall * 1000:9.1f} ms, of the processor {own * 1000:9.1f} ms")


def _first_list(folder: str) -> None:
    settings = _settings(folder)
    open_community(settings)
    start, own_start = time.perf_counter(), time.process_time()
    public_contributions(settings, NAME)
    print(time.process_time() - own_start, time.perf_counter() - start)


def _settings(folder: str) -> Settings:
    return read_settings({"SEMPRE_DATA": f"{folder}/data", "SEMPRE_LAYERS": f"{folder}/layers"})


def _timed(what: str, act: Callable[[], object]) -> None:
    """Wall time and this process's own time: on a busy machine only the second can be compared."""
    best = own = float("inf")
    for _try in range(3 if "taken" not in what else 1):
        start, own_start = time.perf_counter(), time.process_time()
        act()
        best = min(best, time.perf_counter() - start)
        own = min(own, time.process_time() - own_start)
    print(f"{what:60} {best * 1000:9.1f} ms, of the processor {own * 1000:9.1f} ms")


def _told_and_read(settings: Settings, region: str) -> None:
    """A new entry and the list with it; the entry's own time is the submissions' below."""
    tell(settings, region, draft=DRAFT)
    public_contributions(settings, region)


def _submissions(settings: Settings, region: str, *, writers: int = 4, each: int = 50) -> None:
    def write() -> None:
        for _number in range(each):
            tell(settings, region, draft=DRAFT)

    threads = [threading.Thread(target=write) for _writer in range(writers)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{'submissions, 4 writers at once':50} {writers * each / (time.perf_counter() - start):9.1f} /s")


def _bare(path: Path, *, count: int = 200) -> None:
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE t (id TEXT PRIMARY KEY, text TEXT)")
        start = time.perf_counter()
        for _number in range(count):
            database.execute("INSERT INTO t VALUES (?, ?)", (secrets.token_hex(16), DRAFT.text))
        print(f"{'bare sqlite3, the same safety, one row each':50} {count / (time.perf_counter() - start):9.1f} /s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--first-list"]:
        _first_list(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
