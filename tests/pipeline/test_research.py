"""Researchers read what the public only sees counted, and neither reads a place, a code or a held word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import PUBLIC_COLUMNS, Draft, Place
from sempre_geo.errors import InputError, NotAllowedError
from sempre_geo.pipeline.community.accounts import read_log
from sempre_geo.pipeline.community.contributions import erase_with_code, tell
from sempre_geo.pipeline.community.duplicates import merge
from sempre_geo.pipeline.community.exchange import export_contributions
from sempre_geo.pipeline.community.research import RESEARCH_COLUMNS, export_for_research
from sempre_geo.pipeline.community.review import publish
from tests.pipeline.community_region import build_region

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
NEED = Draft(
    "need", "library", "=No bus since May.", Place(lon=20.0618277, lat=57.0197413), obstacle="language",
    about="someone_i_care_for", groups=("women", "over_64"), ease={"transit": 1},
)  # fmt: skip


@pytest.fixture
def region(store):
    return build_region(store)


def _told(store, region, draft, *, shown=True):
    said = tell(store, region, draft=draft, at=AT)
    if shown:
        publish(store, said.id, by=OPERATOR)
    return said


def _written(store, region, tmp_path):
    export_for_research(store, region, tmp_path / "all.csv", at=AT)
    return pd.read_csv(tmp_path / "all.csv", keep_default_na=False).set_index("id")


def test_it_says_more_than_the_public_file_and_holds_no_place_and_no_held_word(store, region, tmp_path):
    said = _told(store, region, NEED)
    same = _told(store, region, replace(NEED, text="The same."))
    merge(store, same.id, into=said.id, by=OPERATOR)
    counted = _told(store, region, replace(NEED, category="gp", text="About my heart."))
    open_one = _told(store, region, replace(NEED, category="gp", text="I say it openly.", shown_alone=True))
    held = _told(store, region, replace(NEED, text="Nobody has read this."), shown=False)
    rows = _written(store, region, tmp_path)
    export_contributions(store, region, tmp_path / "public.csv", at=AT)
    public = pd.read_csv(tmp_path / "public.csv", keep_default_na=False).set_index("id")
    assert set(RESEARCH_COLUMNS) > set(PUBLIC_COLUMNS)
    assert {"obstacle", "about", "groups", "day"}.isdisjoint(public.columns)
    one = rows.loc[said.id]
    assert (one["obstacle"], one["about"], one["groups"], one["day"], one["ease_transit"]) == (
        "language", "someone_i_care_for", "women;over_64", "2026-11-24", 1,
    )  # fmt: skip
    assert [float(one[name]) for name in ("lon", "accuracy_m")] == public.loc[said.id, ["lon", "accuracy_m"]].tolist()
    assert (one["text"], one["voices"]) == ("'=No bus since May.", 1), "no formula; the merged one's author is a voice"
    assert rows.loc[same.id, "merged_into"] == said.id
    assert (rows.loc[counted.id, ["text", "lon", "municipality"]].tolist()) == ["", "", "Haavere parish"]
    assert rows.loc[open_one.id, "text"] == "I say it openly."
    assert held.id not in rows.index
    written = (tmp_path / "all.csv").read_text(encoding="utf-8")
    for secret in ("20.06182", "57.01974", "my heart", "Nobody has", said.claim_code):
        assert secret not in written
    erase_with_code(store, said.claim_code)
    assert said.id not in _written(store, region, tmp_path).index


def test_a_zone_does_not_tell_whether_a_settlement_or_a_point_was_named(store, region, tmp_path):
    places = (NEED.place, Place(settlement_id="s1"), Place(municipality_id="m1"))
    told = [_told(store, region, replace(NEED, place=place)).id for place in places]
    rows = _written(store, region, tmp_path)
    assert rows.loc[told, "precision"].tolist() == ["zone", "zone", "municipality"]


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "parquet"])
def test_every_format_is_written_and_an_empty_region_too(store, region, tmp_path, ending):
    assert export_for_research(store, region, tmp_path / f"none.{ending}") == 0
    _told(store, region, NEED)
    assert export_for_research(store, region, tmp_path / f"all.{ending}") == 1
    with pytest.raises(InputError, match="ends in none"):
        export_for_research(store, region, tmp_path / "all.xlsx")


def test_only_those_who_may_get_it_and_the_log_names_them(store, region, tmp_path):
    for role in ("provider", "network_member", "policymaker", "auditor"):
        with pytest.raises(NotAllowedError):
            export_for_research(store, region, tmp_path / "x.csv", by=Person("p", frozenset({(role, "*")})))
    elsewhere = Person("c", frozenset({("coordinator", "region:elsewhere")}))
    with pytest.raises(NotAllowedError):
        export_for_research(store, region, tmp_path / "x.csv", by=elsewhere)
    assert not (tmp_path / "x.csv").exists()
    export_for_research(store, region, tmp_path / "x.csv", by=Person("c1", frozenset({("coordinator", "*")})))
    log = read_log(store, by=OPERATOR)
    assert log.iloc[-2][["actor", "action"]].tolist() == ["c1", "export for research"]
