"""The inbox: those that say the same beside one another, put together and taken apart exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.errors import NotAllowedError
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.inbox import INBOX_COLUMNS, inbox, put_together, take_apart
from sempre_geo.pipeline.community.review import review_queue
from tests.pipeline.community_region import build_region

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
NEED = Draft("need", "library", "The library bus does not come to our village any more.", Place(lon=20.06, lat=57.02))
NEAR = Place(lon=20.07, lat=57.02)


@pytest.fixture(autouse=True)
def _cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)


@pytest.fixture
def region(settings):
    yield build_region(settings)
    close_community(settings)


def _told(settings, region, drafts):
    return [tell(settings, region, draft=draft, at=AT + timedelta(hours=n)).id for n, draft in enumerate(drafts)]


def test_those_that_say_the_same_follow_the_first_and_what_differs_stands_alone(settings, region):
    first, other, same, language, far, idea, town = _told(settings, region, [
        NEED,
        replace(NEED, text="I cannot read any more, there should be talking books."),
        replace(NEED, text="the LIBRARY bus does not come to the village any more!", place=NEAR),
        replace(NEED, language="lv"),
        replace(NEED, place=Place(lon=20.35, lat=57.02)),
        replace(NEED, kind="idea"),
        replace(NEED, category="bank"),
    ])  # fmt: skip
    waiting = inbox(settings, region, by=OPERATOR, at=AT)
    assert tuple(waiting.columns) == INBOX_COLUMNS
    assert waiting["id"].tolist() == [first, same, other, language, far, idea, town]
    assert waiting["first"].tolist()[:3] == [first, first, other]
    assert waiting["alike"].tolist() == [2, 2, 1, 1, 1, 1, 1]


def test_an_exact_place_is_no_column_and_an_empty_inbox_is_empty(settings, region):
    assert inbox(settings, region, by=OPERATOR).empty
    _told(settings, region, [NEED])
    assert "20.06" not in inbox(settings, region, by=OPERATOR).to_csv()
    with pytest.raises(NotAllowedError):
        inbox(settings, region, by="")


def test_many_are_put_together_and_taken_apart_as_they_were(settings, region):
    ids = _told(settings, region, [NEED, NEED, NEED, replace(NEED, category="bank")])
    before = review_queue(settings, region, by=OPERATOR, at=AT)
    merges = put_together(settings, ids[:3], into=ids[0], by=OPERATOR)
    assert review_queue(settings, region, by=OPERATOR)["id"].tolist() == [ids[0], ids[3]]
    assert set(take_apart(settings, merges, into=ids[0], by=OPERATOR)) == {ids[1], ids[2]}
    assert review_queue(settings, region, by=OPERATOR, at=AT).equals(before)
