"""Telling, supporting, publishing and erasing: what others see at each moment, and what they never see."""

from __future__ import annotations

import base64
import io
import json
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import PUBLIC_COLUMNS, Draft, Place
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.contributions import (
    contest_with_code,
    erase_with_code,
    my_data,
    open_with_code,
    tell,
)
from sempre_geo.pipeline.community.counts import counts, counts_by_place
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.own_changes import Change, change_with_code
from sempre_geo.pipeline.community.photos import photo_folder
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import (
    answer,
    do_not_publish,
    edit,
    exact_place,
    mark_done,
    publish,
    review_queue,
)
from sempre_geo.pipeline.community.voices import add_voice, decide_sentence, withdraw_voice
from tests.pipeline.community_region import build_region

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
FARM = Place(lon=20.0612345, lat=57.0212345)
NEED = Draft(
    kind="need", category="grocery", text="Pood on kinni, kui buss tuleb.", place=FARM, title="Pood",
    obstacle="closed_when_i_can_come", about="someone_i_care_for", groups=("over_64",), ease={"transit": 1, "car": 4},
    language="et",
)  # fmt: skip


def _photo_file() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def region(settings):
    yield build_region(settings)
    close_community(settings)


@pytest.mark.parametrize("change", [{"groups": ("free_text_anna",)}, {"text": "\u200b\u2060 \u3164"}])
def test_what_names_no_known_group_or_holds_no_word_that_can_be_seen_is_refused(settings, region, change):
    with pytest.raises(InputError, match=r"a group is none we know|a sentence is missing"):
        tell(settings, region, draft=replace(NEED, **change))
    code = tell(settings, region, draft=NEED).claim_code
    with pytest.raises(InputError):
        change_with_code(settings, code, change=Change(**change))


def test_an_entry_of_which_no_word_is_left_cannot_be_shown(settings, region):
    receipt = tell(settings, region, draft=NEED)
    edit(settings, receipt.id, by=OPERATOR, text="", title="")
    with pytest.raises(InputError, match="a sentence is missing"):
        publish(settings, receipt.id, by=OPERATOR)
    edit(settings, receipt.id, by=OPERATOR, text="The shop is closed.")
    publish(settings, receipt.id, by=OPERATOR)
    with pytest.raises(InputError, match="a sentence is missing"):
        edit(settings, receipt.id, by=OPERATOR, text="\u200b")


def test_an_awaiting_need_is_shown_at_its_zone_without_its_words(settings, region):
    receipt = tell(settings, region, draft=NEED, at=AT)
    frame = public_contributions(settings, region, at=AT)
    assert tuple(frame.columns) == PUBLIC_COLUMNS
    shown = frame.iloc[0]
    assert (shown["id"], shown["status"], shown["title"], shown["text"]) == (receipt.id, "awaiting_review", "", "")
    assert (shown["lon"], shown["lat"]) != (FARM.lon, FARM.lat)
    assert (shown["masked"], shown["accuracy_m"] >= 1000, shown["as_of"]) == (True, True, "2026-11-24")
    assert shown["place_name"] in {"Haavere", "Pikksaare"}


def test_a_published_need_shows_its_words_and_voices_and_still_nothing_finer(settings, region):
    receipt = tell(settings, region, draft=NEED, at=AT)
    before = public_contributions(settings, region).iloc[0]
    publish(settings, receipt.id, by=OPERATOR, at=AT)
    add_voice(settings, receipt.id, voter="phone-1")
    after = public_contributions(settings, region).iloc[0]
    assert (after["status"], after["text"], after["voices"]) == ("published", NEED.text, 1)
    assert (after["lon"], after["lat"], after["place_name"]) == (before["lon"], before["lat"], before["place_name"])


def test_it_is_still_there_after_a_restart(settings, region):
    receipt = tell(settings, region, draft=NEED, at=AT)
    close_community(settings)
    assert open_with_code(settings, receipt.claim_code).text == NEED.text
    assert list(public_contributions(settings, region)["id"]) == [receipt.id]


def test_a_pin_on_the_small_island_names_the_municipality_and_draws_no_point(settings, region):
    tell(settings, region, draft=replace(NEED, place=Place(lon=20.9001, lat=57.3001)))
    shown = public_contributions(settings, region).iloc[0]
    assert shown["place_name"] == "Linnamaa town"
    assert shown[["lon", "lat", "accuracy_m"]].isna().all()


def test_a_place_given_as_a_municipality_has_no_point_and_one_given_as_a_settlement_has_its_zone(settings, region):
    tell(settings, region, draft=replace(NEED, place=Place(municipality_id="m1")), at=AT)
    tell(settings, region, draft=replace(NEED, place=Place(settlement_id="s1")), at=AT + timedelta(minutes=1))
    village, parish = (row for _name, row in public_contributions(settings, region).iterrows())
    assert (village["place_name"], round(village["lon"], 3)) == ("Haavere", 20.0)
    assert parish["place_name"] == "Haavere parish"
    assert parish[["lon", "lat"]].isna().all()


@pytest.mark.parametrize("place", [Place(settlement_id="s99"), Place(municipality_id="m99")])
def test_a_place_the_region_does_not_have_is_refused_in_a_sentence(settings, region, place):
    with pytest.raises(InputError, match=r"There is no .* in this region"):
        tell(settings, region, draft=replace(NEED, place=place))


def test_without_a_built_region_nothing_finer_than_its_name_is_shown(settings):
    receipt = tell(settings, "unbuilt", draft=NEED)
    shown = public_contributions(settings, "unbuilt").iloc[0]
    assert (shown["id"], shown["place_name"]) == (receipt.id, "")
    assert shown[["lon", "lat"]].isna().all()
    close_community(settings)


def test_health_needs_are_not_shown_alone_unless_their_author_asks_for_it(settings, region):
    receipt = tell(settings, region, draft=replace(NEED, category="gp"))
    publish(settings, receipt.id, by=OPERATOR)
    assert public_contributions(settings, region).empty
    change_with_code(settings, receipt.claim_code, change=Change(shown_alone=True))
    assert list(public_contributions(settings, region)["status"]) == ["published"]


def test_everything_that_is_wrong_with_a_draft_is_said_at_once(settings, region):
    wrong = Draft(kind="wish", category="", text=" ", place=Place(lon=20.0), consent=False, ease={"car": 9})
    with pytest.raises(InputError, match=r"kind must be one of need/idea.*lacks its lon or lat.*and 1 more"):
        tell(settings, region, draft=wrong)
    assert public_contributions(settings, region).empty


def test_an_entry_sent_twice_is_saved_once_and_gets_the_same_code(settings, region):
    draft = replace(NEED, sending_key="a-random-key-of-22-signs")
    first, second = tell(settings, region, draft=draft), tell(settings, region, draft=draft)
    assert (first.id, first.claim_code) == (second.id, second.claim_code)
    assert len(public_contributions(settings, region)) == 1


def test_a_stolen_sending_key_opens_nothing(settings, region):
    key = "a-random-key-of-22-signs"
    mine = tell(settings, region, draft=replace(NEED, sending_key=key))
    theirs = tell(settings, region, draft=replace(NEED, sending_key=key, text="something else"))
    assert mine.claim_code != theirs.claim_code


def test_the_code_opens_all_of_it_and_is_read_as_people_say_it(settings, region):
    receipt = tell(settings, region, draft=NEED, at=AT)
    own = open_with_code(settings, receipt.claim_code.upper().replace("-", " "))
    assert (own.text, own.obstacle, own.groups) == (NEED.text, NEED.obstacle, ("over_64",))
    assert (own.lon, own.lat) == (FARM.lon, FARM.lat)


def test_a_code_that_opens_nothing_is_told_in_a_sentence(settings, region):
    receipt = tell(settings, region, draft=NEED)
    erase_with_code(settings, receipt.claim_code)
    with pytest.raises(MissingDataError, match="opens nothing"):
        open_with_code(settings, receipt.claim_code)


def test_changed_words_wait_for_review_again(settings, region):
    receipt = tell(settings, region, draft=NEED)
    publish(settings, receipt.id, by=OPERATOR)
    own = change_with_code(settings, receipt.claim_code, change=Change(text="Pood on pühapäeval kinni."))
    assert (own.status, own.text) == ("received", "Pood on pühapäeval kinni.")
    assert list(public_contributions(settings, region)["text"]) == [""]


def test_the_author_reads_the_reason_and_can_contest_it(settings, region):
    receipt = tell(settings, region, draft=NEED)
    do_not_publish(settings, receipt.id, by=OPERATOR, reason="It names your neighbour.")
    assert public_contributions(settings, region).empty
    own = open_with_code(settings, receipt.claim_code)
    assert (own.status, own.steps[-1]["reason"]) == ("not_published", "It names your neighbour.")
    contest_with_code(settings, receipt.claim_code, why="She agreed.")
    assert open_with_code(settings, receipt.claim_code).status == "in_review"
    assert len(review_queue(settings, region, by=OPERATOR)) == 1


def test_not_publishing_needs_a_reason(settings, region):
    receipt = tell(settings, region, draft=NEED)
    with pytest.raises(InputError, match="needs a reason"):
        do_not_publish(settings, receipt.id, by=OPERATOR, reason=" ")


def test_answers_reach_the_author(settings, region):
    receipt = tell(settings, region, draft=NEED)
    publish(settings, receipt.id, by=OPERATOR)
    answer(settings, receipt.id, by=OPERATOR, text="The shop will open at 8.")
    mark_done(settings, receipt.id, by=OPERATOR, text="It opens at 8 now.")
    own = open_with_code(settings, receipt.claim_code)
    assert [step["reason"] for step in own.steps][-2:] == ["The shop will open at 8.", "It opens at 8 now."]
    assert list(public_contributions(settings, region)["status"]) == ["done"]


def test_one_person_has_one_voice_and_can_take_it_back(settings, region):
    receipt = tell(settings, region, draft=NEED)
    publish(settings, receipt.id, by=OPERATOR)
    first = add_voice(settings, receipt.id, voter="phone-1", sentence="Meil ka.")
    again = add_voice(settings, receipt.id, voter="phone-1")
    add_voice(settings, receipt.id, voter="phone-2")
    assert (first.status, again.status, again.claim_code) == ("given", "given_before", "")
    assert list(public_contributions(settings, region)["voices"]) == [2]
    withdraw_voice(settings, first.claim_code)
    assert list(public_contributions(settings, region)["voices"]) == [1]


def test_nothing_unpublished_can_be_supported(settings, region):
    receipt = tell(settings, region, draft=NEED)
    with pytest.raises(MissingDataError, match="nothing published"):
        add_voice(settings, receipt.id, voter="phone-1")


def test_erasing_leaves_no_trace_of_the_words_or_the_place_in_the_store(settings, region):
    receipt = tell(settings, region, draft=replace(NEED, text="Xyzzy lives here", title="Xyzzy"))
    edit(settings, receipt.id, by=OPERATOR, text="Somebody lives here")
    publish(settings, receipt.id, by=OPERATOR)
    add_voice(settings, receipt.id, voter="phone-1", sentence="Plugh")
    erase_with_code(settings, receipt.claim_code)
    kept = b"".join(path.read_bytes() for path in settings.data.glob("store.sqlite*"))
    assert not any(word.encode() in kept for word in ("Xyzzy", "Plugh", receipt.claim_code))
    assert struct.pack(">d", FARM.lon) not in kept
    assert receipt.id.encode() in kept, "its id stays in the list that cleans restored backups"


def test_my_data_holds_what_was_given_and_no_digest(settings, region):
    receipt = tell(settings, region, draft=NEED)
    data = json.loads(my_data(settings, receipt.claim_code))
    assert (data["position"], data["ease"]["transit"]) == ([FARM.lon, FARM.lat], 1)
    assert "claim_digest" not in data


def test_my_data_holds_photo_earlier_words_and_sentences_but_not_who_decided(settings, region):
    receipt = tell(settings, region, draft=replace(NEED, photo=_photo_file()))
    edit(settings, receipt.id, by=OPERATOR, text="The shop is closed.")
    publish(settings, receipt.id, by=OPERATOR)
    for sentence in ("I walk there.", "Nobody has read this."):
        voice = add_voice(settings, receipt.id, voter=sentence, sentence=sentence)
        if sentence == "I walk there.":
            decide_sentence(settings, voice.id, decision="published", by=OPERATOR)
    file = my_data(settings, receipt.claim_code)
    data = json.loads(file)
    assert base64.b64decode(data["photos"][0]["jpeg_base64"]).startswith(b"\xff\xd8")
    assert [one["text"] for one in data["earlier_texts"]] == [NEED.text]
    assert (data["voices"], data["sentences"]) == (2, ["I walk there."])
    assert "operator" not in file


def test_an_exact_place_is_for_coordinators_of_that_place(settings, region):
    receipt = tell(settings, region, draft=NEED)
    here = Person("c1", frozenset({("coordinator", "municipality:m1")}))
    elsewhere = Person("c2", frozenset({("coordinator", "municipality:m2")}))
    assert exact_place(settings, receipt.id, by=here) == (FARM.lon, FARM.lat)
    for person in (elsewhere, Person(), Person("p", frozenset({("policymaker", "*")}))):
        with pytest.raises(NotAllowedError, match="Your role does not allow"):
            exact_place(settings, receipt.id, by=person)
    assert review_queue(settings, region, by=elsewhere).empty
    assert list(review_queue(settings, region, by=here)["id"]) == [receipt.id]
    with pytest.raises(NotAllowedError, match="Only a coordinator"):
        review_queue(settings, region, by="")


def test_counts_are_the_same_all_week_and_forget_what_was_erased(settings, region):
    said = [tell(settings, region, draft=replace(NEED, text=f"{n}"), at=AT) for n in range(12)]
    for receipt in said:
        publish(settings, receipt.id, by=OPERATOR, at=AT)
    assert counts(settings, region, at=AT).empty, "this week's cut was taken on Monday"
    monday = AT + timedelta(days=7)
    first = counts(settings, region, at=monday)
    assert first.loc[first["cut"] == "place", "people"].tolist() == [10, 10]
    later = tell(settings, region, draft=NEED, at=monday)
    publish(settings, later.id, by=OPERATOR, at=monday)
    assert counts(settings, region, at=monday + timedelta(days=3)).equals(first)
    for number in range(5):
        unread = tell(settings, region, draft=replace(NEED, text=f"read later {number}"), at=AT)
        publish(settings, unread.id, by=OPERATOR, at=monday + timedelta(days=1))
    for receipt in said[:4]:
        erase_with_code(settings, receipt.claim_code)
    again = counts(settings, region, at=monday + timedelta(days=3))
    assert again.loc[again["cut"] == "place", "people"].tolist() == [5, 5], "what was decided since shows next week"
    after = counts(settings, region, at=monday + timedelta(days=7))
    assert after.loc[after["cut"] == "place", "people"].tolist() == [10, 10]


def test_a_voice_taken_back_is_out_of_the_counts_at_once(settings, region):
    told = tell(settings, region, draft=NEED, at=AT)
    publish(settings, told.id, by=OPERATOR, at=AT)
    given = [add_voice(settings, told.id, voter=f"{number}", at=AT) for number in range(10)]
    monday = AT + timedelta(days=7)
    for left in (10, 5):
        shown, finer = counts(settings, region, at=monday), counts_by_place(settings, region, at=monday)
        assert set(shown["people"]) == set(finer["people"]) == {left}
        for voice in given[:5]:
            withdraw_voice(settings, voice.claim_code, at=monday)
        given = given[5:]


def test_the_author_changes_the_place_the_groups_and_the_photo_and_others_wait_for_a_look(settings, region):
    receipt = tell(settings, region, draft=replace(NEED, photo=_photo_file()), at=AT)
    publish(settings, receipt.id, by=OPERATOR)
    silent = change_with_code(settings, receipt.claim_code, change=Change(groups=("carers",), ease={"car": 2}))
    assert (silent.status, silent.groups, silent.ease) == ("published", ("carers",), {"car": 2}), (
        "nobody else sees these"
    )
    before = set(photo_folder(settings).iterdir())
    moved = change_with_code(
        settings, receipt.claim_code, change=Change(place=Place(lon=20.3, lat=57.0), photo=_photo_file())
    )
    assert (moved.status, moved.lon, moved.lat, moved.photos) == ("received", 20.3, 57.0, 1)
    assert len(set(photo_folder(settings).iterdir())) == 1
    assert not before & set(photo_folder(settings).iterdir())
    bare = change_with_code(settings, receipt.claim_code, change=Change(without_photo=True))
    assert (bare.photos, list(photo_folder(settings).iterdir())) == (0, [])
    for wrong in (Change(place=Place(lon=0.0, lat=0.0)), Change(category="nonsense"), Change(about="nobody")):
        with pytest.raises(InputError):
            change_with_code(settings, receipt.claim_code, change=wrong)
    assert open_with_code(settings, receipt.claim_code) == bare
