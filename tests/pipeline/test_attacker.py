"""Somebody who knows every home and border, and reads all that is public of a person, is left with twenty people."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import text

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.privacy import SMALLEST_ZONE, square_of
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.community.store.versions import open_store
from sempre_geo.pipeline.community.contributions import open_with_code, tell
from sempre_geo.pipeline.community.counts import counts, counts_by_place
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.proposal_gains import proposals_with_gains
from sempre_geo.pipeline.community.proposals import approve, propose
from sempre_geo.pipeline.community.research import export_for_research
from sempre_geo.pipeline.community.review import publish
from tests.pipeline.community_region import CELLS, build_region

IDEA = Draft("idea", "library", "A book bus on Thursdays.", Place())
NEW = ["id", "title", "as_of", "idea", "day"]
VILLAGE, ACROSS, TOWN, ISLAND = (20.1975, 56.99), (20.2003, 56.99), (20.30, 57.0), (20.90, 57.30)
HOMES = pd.DataFrame(
    [(*VILLAGE, 6), (20.1973, 56.9901, 30), (20.1979, 56.9901, 8), (*ACROSS, 3), (*TOWN, 60), (*ISLAND, 7)],
    columns=["lon", "lat", "residents"],
)
BORDER = pd.DataFrame(
    [(*VILLAGE, 44.0, "m1", "s1", "Haavere"), (*ACROSS, 3.0, "m2", "s3", "Linnamaa")],
    columns=CELLS.columns, index=["by_border", "across"],
)  # fmt: skip


@pytest.fixture
def region(store):
    assert square_of(*VILLAGE) == square_of(*ACROSS), "one square, two municipalities"
    yield build_region(store, pd.concat([CELLS, BORDER]).rename_axis("cell_id"))
    close_community(store)


def _tell(store, region, place):
    """An idea told, published and made a proposal; ids of both."""
    said = tell(store, region, draft=replace(IDEA, place=place))
    publish(store, said.id, by=OPERATOR)
    words = Sentences(said.id, "A bus.", "For all.", "There is none.")
    made = propose(store, region, sentences=words, who=Member("user", "Anna", owner=True), idea_id=said.id)
    approve(store, made.proposal_id, by=OPERATOR)
    return said.id, made.proposal_id


def _all_that_is_public(store, region, told, folder):
    """Of each who told something: every public row of it and of its proposal, without what is new for each."""
    export_for_research(store, region, folder / "all.csv")
    research = pd.read_csv(folder / "all.csv", keep_default_na=False).set_index("id")
    listed = proposals_with_gains(store, region).set_index("id")
    return [
        repr([research.loc[said].drop(labels=NEW, errors="ignore").to_dict(),
              listed.loc[made].drop(labels=NEW, errors="ignore").to_dict()])
        for said, made in told
    ]  # fmt: skip


def test_a_square_across_a_border_and_a_small_island_leave_twenty_people_for_every_pin(store, region, tmp_path):
    told = [_tell(store, region, Place(lon=lon, lat=lat)) for lon, lat in zip(HOMES["lon"], HOMES["lat"], strict=True)]
    told.append(_tell(store, region, Place(municipality_id="m2")))
    public = _all_that_is_public(store, region, told, tmp_path)
    could_be = Counter()
    for facts, residents in zip(public, [*HOMES["residents"], 900], strict=True):
        could_be[facts] += residents
    assert min(could_be.values()) >= SMALLEST_ZONE, could_be
    assert len(could_be) == 3, "the village with the home across the border, the town, no more than a municipality"


def test_counts_by_municipality_count_a_zone_as_a_whole(store, region):
    for _person in range(5):
        _tell(store, region, Place(lon=ACROSS[0], lat=ACROSS[1]))
    finer = counts_by_place(store, region, at=datetime.now(UTC) + timedelta(days=8))
    assert set(finer.loc[finer["cut"] == "municipality", "part"]) == {"m1"}


def test_what_an_earlier_version_kept_is_moved_to_the_municipality_of_its_zone(store, region):
    receipt = tell(store, region, draft=replace(IDEA, text="Across.", place=Place(lon=ACROSS[0], lat=ACROSS[1])))
    neighbour = tell(store, region, draft=replace(IDEA, place=Place(lon=VILLAGE[0], lat=VILLAGE[1])))
    publish(store, receipt.id, by=OPERATOR)
    made = propose(
        store, region, sentences=Sentences("Bus", "A bus.", "For all.", "None."), idea_id=receipt.id,
        who=Member("user", "Anna", owner=True),
    )  # fmt: skip
    approve(store, made.proposal_id, by=OPERATOR)
    counts(store, region)
    close_community(store)
    earlier = open_store(store.store)
    with earlier.writing() as transaction:
        for line in (
            "UPDATE contributions SET municipality_id = 'm2', municipality = 'Linnamaa town' WHERE text = 'Across.'",
            "UPDATE proposals SET place_name = 'Linnamaa town'",
            "DROP INDEX ix_merges_contribution_id",
            "DROP INDEX ix_merges_after",
            "ALTER TABLE merges DROP COLUMN as_read",
            'ALTER TABLE merges ADD COLUMN "before" VARCHAR(32)',
            "UPDATE alembic_version SET version_num = '0007'",
        ):
            transaction.execute(text(line))
    earlier.close()
    mended = open_store(store.store)
    with mended.reading() as transaction:
        assert transaction.execute(text("SELECT count(*) FROM public_cuts")).scalar() == 0
    mended.close()
    assert open_with_code(store, receipt.claim_code).municipality == "Haavere parish"
    assert open_with_code(store, neighbour.claim_code).municipality_id == "m1"
    assert proposals_with_gains(store, region)["place_name"].tolist() == ["Haavere parish"]
