"""The public list and the public sums are what a plain reading of every row gives, whatever happened in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft
from sempre_geo.community.store.changes import forget_changes
from sempre_geo.community.store.contributions import change_contribution
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.duplicates import standing_merges
from sempre_geo.pipeline.community.public_view import forget_views, public_contributions
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.community.voices import add_voice
from tests.pipeline.community_region import build_region
from tests.pipeline.village import AT, SPOTS, Village, check_list, check_nobody_is_lost, check_sums


@pytest.fixture(autouse=True)
def _cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)


@pytest.fixture
def region(settings):
    yield build_region(settings)
    close_community(settings)


@pytest.mark.parametrize("seed", [1])
def test_the_kept_list_and_the_sums_are_those_of_a_plain_reading_after_each_act(settings, region, seed):
    village = Village(settings, region, seed)
    for number in range(25):
        village.step()
        kept = public_contributions(settings, region, at=AT)
        forget_views(settings.store)
        assert kept.astype(object).equals(public_contributions(settings, region, at=AT).astype(object)), number
        check_list(settings, kept)
        check_nobody_is_lost(village)
        if number == 15:
            with open_community(settings).writing() as transaction:
                forget_changes(transaction)
    check_sums(settings, region)


@pytest.mark.parametrize("seed", range(2))
def test_merges_in_chains_lose_nobody_and_are_undone_in_any_order(settings, region, seed):
    village = Village(settings, region, seed)
    for _number in range(8):
        village.take(village.tell)
    acts = [village.merge, village.merge, village.merge, village.publish, village.publish, village.refuse]
    acts += [village.change, village.unmerge, village.erase, village.tell, village.contest, village.answer]
    for _number in range(60):
        village.take(village.draw.choice(acts))
        check_nobody_is_lost(village)
        check_list(settings, public_contributions(settings, region, at=AT))
    for act in (*[village.tell] * 6, *[village.merge] * 40):
        village.take(act)
    assert len(village.merges) > 0
    check_nobody_is_lost(village)
    check_sums(settings, region)
    while village.merges:
        village.unmerge()
        check_nobody_is_lost(village)
    assert standing_merges(settings, region, by=OPERATOR).empty


def test_a_sign_between_cells_that_another_program_wrote_into_a_text_moves_nothing(settings, region):
    torn, _other = (tell(settings, region, draft=Draft("need", "library", "No bus.", SPOTS[0])) for _n in range(2))
    publish(settings, torn.id, by=OPERATOR)
    add_voice(settings, torn.id, voter="one")
    with open_community(settings).writing() as transaction:
        change_contribution(transaction, torn.id, {"text": "Two\x1fparts.", "title": "\x1e"})
    check_list(settings, public_contributions(settings, region))


def test_a_list_read_before_the_region_was_built_gets_its_points_when_it_is(settings):
    before = tell(settings, "small", draft=Draft("need", "library", "No bus.", SPOTS[0]), at=AT)
    assert public_contributions(settings, "small")["lon"].isna().all()
    build_region(settings)
    after = tell(settings, "small", draft=Draft("need", "library", "No bus at all.", SPOTS[0]), at=AT)
    shown = public_contributions(settings, "small").set_index("id")
    assert shown["lon"].isna().to_dict() == {before.id: True, after.id: False}
    close_community(settings)


def test_what_another_program_wrote_is_seen(settings, region):
    first = tell(settings, region, draft=Draft("need", "library", "No bus.", SPOTS[0]), at=AT)
    assert len(public_contributions(settings, region)) == 1
    other = replace(settings, store_url=f"{settings.store}?timeout=30")  # the same file by another name
    publish(other, first.id, by=OPERATOR)
    assert list(public_contributions(settings, region)["status"]) == ["published"]
    close_community(other)
