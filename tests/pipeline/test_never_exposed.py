"""A pin at X: nothing that leaves the server to anybody but the permitted role holds X, in text or in bytes."""

from __future__ import annotations

import logging
import sqlite3
import struct
from contextlib import closing

import pandas as pd
import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.moderation import Sending
from sempre_geo.errors import SempreGeoError
from sempre_geo.pipeline.community import accounts, counts, duplicates, exchange, review, voices
from sempre_geo.pipeline.community.contributions import contest_with_code, open_with_code, tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.public_view import public_contributions
from tests.pipeline.community_region import build_region

LON, LAT = 20.0618277, 57.0197413
NEED = Draft("need", "library", "No bus since May.", Place(lon=LON, lat=LAT), title="Bus")


def holds_place(what: object, lon: float, lat: float, *, fewest: int = 3) -> bool:
    """Whether a text or bytes hold a position, written with ``fewest`` decimals, or as a number of 4 or 8 bytes."""
    held = what if isinstance(what, bytes) else str(what).encode()
    signs = [f"{value:.{digits}f}"[:-1] for value in (lon, lat) for digits in range(fewest + 1, 8)]
    packed = [struct.pack(order + kind, value) for value in (lon, lat) for order in "<>" for kind in "df"]
    return any(sign.encode() in held for sign in signs) or any(one in held for one in packed)


def _holds(what: object) -> bool:
    return holds_place(what, LON, LAT)


def _whole(frame: pd.DataFrame) -> str:
    return frame.to_json(double_precision=15) + frame.to_csv()


@pytest.fixture
def region(settings):
    yield build_region(settings)
    close_community(settings)


def test_no_answer_list_file_or_log_line_holds_the_place(settings, region, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    said = [tell(settings, region, draft=NEED, sending=Sending(f"10.0.0.{n}", 60.0)) for n in range(6)]
    for one in said[:5]:
        review.publish(settings, one.id, by=OPERATOR)
    provider = Person("p", frozenset({("provider", "category:library")}))
    told = [
        said,
        _whole(public_contributions(settings, region)),
        _whole(counts.counts(settings, region)),
        _whole(duplicates.similar_public(settings, region, draft=NEED)),
        _whole(review.review_queue(settings, region, by=OPERATOR)),
        _whole(duplicates.similar_for_review(settings, said[5].id, by=OPERATOR)),
        _whole(review.unanswered(settings, region, by=provider)),
        voices.add_voice(settings, said[0].id, voter="p"),
    ]
    assert [number for number, one in enumerate(told) if _holds(one)] == []
    for ending in ("csv", "geojson", "gpkg", "parquet"):
        exchange.export_contributions(settings, region, tmp_path / f"all.{ending}")
        assert not _holds((tmp_path / f"all.{ending}").read_bytes()), ending
    assert review.exact_place(settings, said[0].id, by=OPERATOR) == (LON, LAT), "the permitted role, and recorded"
    assert not _holds(accounts.read_log(settings, by=OPERATOR).to_csv())
    assert open_with_code(settings, said[0].claim_code).lon == LON, "the author's own"
    assert not _holds(caplog.text)
    assert not any(_holds(path.read_bytes()) for path in settings.layers.rglob("*") if path.is_file())


def test_no_refusal_repeats_the_place(settings, region):
    far = Draft("need", "library", "x", Place(lon=LON, lat=LAT, settlement_id="nowhere"))
    said = tell(settings, region, draft=NEED)
    acts = [
        lambda: tell(settings, region, draft=far),
        lambda: tell(settings, region, draft=Draft("wish", "", "", Place(lon=LON))),
        lambda: review.exact_place(settings, said.id, by=""),
        lambda: contest_with_code(settings, said.claim_code, why="x"),
    ]
    refusals = []
    for act in acts:
        with pytest.raises(SempreGeoError) as refused:
            act()
        refusals.append(f"{refused.value} {refused.value.__cause__}")
    assert not any(_holds(refusal) for refusal in refusals)


def test_this_test_would_see_it(settings, region):
    """What does hold the place is found in it: the store itself."""
    tell(settings, region, draft=NEED)
    close_community(settings)
    assert _holds((settings.data / "store.sqlite").read_bytes())
    with closing(sqlite3.connect(settings.data / "store.sqlite")) as database:
        places = database.execute("SELECT lon, lat FROM exact_places").fetchall()
        columns = {row[1] for row in database.execute("PRAGMA table_info(contributions)")}
    assert _holds(places)
    assert not {"lon", "lat"} & columns, "no query for the public can touch a place by accident"
