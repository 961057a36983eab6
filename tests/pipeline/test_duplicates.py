"""Similar ones are suggested; merging loses no voice and can be undone exactly."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.store.contributions import change_contribution, load_contribution
from sempre_geo.errors import InputError, NotAllowedError, SempreGeoError
from sempre_geo.pipeline.community.contributions import (
    contest_with_code,
    erase_with_code,
    my_data,
    open_with_code,
    tell,
)
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.duplicates import (
    merge,
    similar_for_review,
    similar_public,
    standing_merges,
    unmerge,
)
from sempre_geo.pipeline.community.inbox import publish_together
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import answer, do_not_publish, publish, review_queue, unanswered
from sempre_geo.pipeline.community.voices import add_voice
from tests.pipeline.community_region import build_region

BUS = Draft(
    "need", "bus_stop", "The bus comes only twice a day", Place(lon=20.001, lat=57.001), obstacle="cannot_get_there"
)
SAME = replace(BUS, text="Only twice a day a bus comes here", place=Place(lon=20.03, lat=57.01))
LATVIAN = replace(BUS, text="Autobuss iet tikai divas reizes", language="lv")
FAR = replace(BUS, place=Place(lon=20.3, lat=57.0))
OTHER = replace(BUS, category="library")


@pytest.fixture
def region(settings):
    yield build_region(settings)
    close_community(settings)


def _published(settings, region, *drafts):
    receipts = [tell(settings, region, draft=draft) for draft in drafts]
    for receipt in receipts:
        publish(settings, receipt.id, by=OPERATOR)
    return receipts


def _dump(settings):
    with open_community(settings).reading() as transaction:
        return [
            transaction.execute(text(query)).fetchall()
            for query in ("SELECT * FROM contributions ORDER BY id", "SELECT * FROM voices ORDER BY id")
        ]


def test_the_same_in_other_words_or_another_language_is_suggested_and_other_things_are_not(settings, region):
    bus, same, latvian, far, other = _published(settings, region, BUS, SAME, LATVIAN, FAR, OTHER)
    found = similar_for_review(settings, bus.id, by=OPERATOR)
    assert list(found["id"]) == [same.id, latvian.id]
    assert found["likeness"].iloc[0] > 0.8
    before_sending = similar_public(settings, region, draft=replace(SAME, text="Bus twice a day only!"))
    assert set(before_sending["id"]) == {bus.id, same.id, latvian.id}
    assert not {far.id, other.id} & set(before_sending["id"])
    with pytest.raises(NotAllowedError):
        similar_for_review(settings, bus.id, by="")


def test_merging_counts_every_voice_and_author_and_undoing_brings_back_exactly_what_was(settings, region):
    bus, same, latvian = _published(settings, region, BUS, SAME, LATVIAN)
    for number, receipt in enumerate([bus, same, same, latvian]):
        add_voice(settings, receipt.id, voter=f"phone-{number}")
    before = _dump(settings)
    first = merge(settings, same.id, into=latvian.id, by=OPERATOR)
    second = merge(settings, latvian.id, into=bus.id, by=OPERATOR)
    shown = public_contributions(settings, region)
    assert shown[["id", "voices"]].to_numpy().tolist() == [[bus.id, 4 + 2]]
    assert set(unmerge(settings, second, into=bus.id, by=OPERATOR)) == {same.id, latvian.id}
    assert unmerge(settings, first, into=latvian.id, by=OPERATOR) == [same.id]
    assert _dump(settings) == before


def test_what_differs_is_not_merged(settings, region):
    bus, doctor = _published(settings, region, BUS, replace(BUS, category="gp"))
    for source, target in ((bus, bus), (bus, doctor)):
        with pytest.raises(InputError, match="Only two different"):
            merge(settings, source.id, into=target.id, by=OPERATOR)
    with pytest.raises(NotAllowedError):
        merge(settings, bus.id, into=tell(settings, region, draft=SAME).id, by=Person("x"))


def test_erasing_the_standing_one_brings_the_others_back(settings, region):
    bus, same = _published(settings, region, BUS, SAME)
    merge(settings, same.id, into=bus.id, by=OPERATOR)
    erase_with_code(settings, bus.claim_code)
    assert list(public_contributions(settings, region)["id"]) == [same.id]


def test_writers_mergers_and_erasers_at_once_lose_no_voice(settings, region):
    bus, same, latvian = _published(settings, region, BUS, SAME, LATVIAN)
    unexpected = []

    def run(act):
        try:
            act()
        except SempreGeoError:
            pass  # two merged the same, or it was already erased: refused, not lost
        except Exception as error:  # noqa: BLE001 - the test names whatever it was
            unexpected.append(error)

    acts = [lambda n=n: add_voice(settings, bus.id, voter=f"phone-{n}") for n in range(12)]
    acts += [lambda: merge(settings, same.id, into=bus.id, by=OPERATOR) for _try in range(3)]
    acts += [lambda: erase_with_code(settings, latvian.claim_code) for _try in range(2)]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert unexpected == []
    assert public_contributions(settings, region)[["id", "voices"]].to_numpy().tolist() == [[bus.id, 12 + 1]]


def test_of_another_municipality_no_unread_word_is_suggested(settings, region):
    own, other = (tell(settings, region, draft=one) for one in (BUS, replace(SAME, text="The bus comes twice a day")))
    with open_community(settings).writing() as transaction:
        change_contribution(transaction, other.id, {"municipality_id": "elsewhere"})
        place = load_contribution(transaction, own.id)["municipality_id"]
    neighbour = Person("c", frozenset({("coordinator", f"municipality:{place}")}))
    assert similar_for_review(settings, own.id, by=neighbour).empty
    assert similar_for_review(settings, own.id, by=OPERATOR)["id"].tolist() == [other.id]


def test_entries_placed_by_a_settlement_are_compared_too(settings, region):
    first, second = (tell(settings, region, draft=replace(BUS, place=Place(settlement_id="s1"))) for _time in range(2))
    assert similar_for_review(settings, second.id, by=OPERATOR)["id"].tolist() == [first.id]


def test_merges_that_can_be_undone_are_listed_and_leave_the_list(settings, region):
    first, second = (tell(settings, region, draft=BUS) for _time in range(2))
    merged = merge(settings, second.id, into=first.id, by=OPERATOR)
    assert standing_merges(settings, region, by=OPERATOR)[["merge_id", "into"]].to_numpy().tolist() == [
        [merged, first.id]
    ]
    unmerge(settings, merged, into=first.id, by=OPERATOR)
    assert standing_merges(settings, region, by=OPERATOR).empty


def test_whoever_is_merged_unread_reads_the_answer_to_the_like_one_and_nothing_of_its_review(settings, region):
    bus, same = (tell(settings, region, draft=draft) for draft in (BUS, SAME))
    publish_together(settings, [same.id], into=bus.id, by=OPERATOR)
    answer(settings, bus.id, by=OPERATOR, text="It comes in May.")
    own = open_with_code(settings, same.claim_code)
    assert (own.counted_with_like, own.shown_status) == (True, "")
    assert [(stage.status, stage.reason) for stage in own.of_like] == [("answered", "It comes in May.")]
    (step,) = json.loads(my_data(settings, same.claim_code))["steps_of_the_like_one"]
    assert (step["status"], step["reason"]) == ("answered", "It comes in May.")
    assert review_queue(settings, region, by=OPERATOR).empty
    assert unanswered(settings, region, by=OPERATOR, at=datetime(2099, 1, 1, tzinfo=UTC)).empty
    do_not_publish(settings, bus.id, by=OPERATOR, reason="It names Ann.")
    assert "Ann" not in my_data(settings, same.claim_code)
    assert open_with_code(settings, same.claim_code).shown_status == "received"
    assert review_queue(settings, region, by=OPERATOR)["id"].tolist() == [same.id]


def test_what_was_refused_gives_no_voice_and_comes_up_when_its_author_contests_it(settings, region):
    bus, spam = _published(settings, region, BUS, SAME)
    do_not_publish(settings, spam.id, by=OPERATOR, reason="Spam.")
    merged = merge(settings, spam.id, into=bus.id, by=OPERATOR)
    assert public_contributions(settings, region)[["id", "voices"]].to_numpy().tolist() == [[bus.id, 0]]
    contest_with_code(settings, spam.claim_code, why="It is none.")
    assert review_queue(settings, region, by=OPERATOR)["id"].tolist() == [spam.id]
    assert merge(settings, spam.id, into=bus.id, by=OPERATOR) == merged, "read again, and counted there after all"
    assert review_queue(settings, region, by=OPERATOR).empty
    assert public_contributions(settings, region)[["id", "voices"]].to_numpy().tolist() == [[bus.id, 1]]
