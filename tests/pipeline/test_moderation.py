"""Scripts stay outside, people do not notice; photos say nothing but what they show."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.moderation import Sending, read_danger
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.contributions import erase_with_code, tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.own_changes import Change, change_with_code
from sempre_geo.pipeline.community.photos import photo, photo_folder, photos_of, publish_photo
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import publish, review_queue
from sempre_geo.pipeline.community.voices import add_voice, decide_sentence, sentences, waiting_sentences
from sempre_geo.pipeline.community.workshop import open_workshop, word_on_the_wall
from tests.pipeline.community_region import write_rules

REGION = "unbuilt"
AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
NEED = Draft("need", "library", "No library bus since May.", Place(municipality_id="m1"))
SCRIPT = Sending("203.0.113.7", seconds_on_form=0.2)
PERSON = Sending("198.51.100.9", seconds_on_form=95)


@pytest.fixture(autouse=True)
def at_once(settings):
    """Rules that let library needs out unread, the boldest an operator can be."""
    write_rules(settings, at_once=["library"], voices_per_day=6)
    yield
    close_community(settings)


def test_of_500_scripted_posts_none_is_public_and_a_person_in_the_same_minute_is_not_hindered(settings):
    first = tell(settings, REGION, draft=NEED, sending=PERSON, at=AT)  # their next today may be shown at once
    outcomes = Counter()
    for number in range(500):
        try:
            said = tell(settings, REGION, draft=replace(NEED, text=f"Buy pills {number}"), sending=SCRIPT, at=AT)
            outcomes[said.status] += 1
        except InputError:
            outcomes["refused"] += 1
        if number == 250:
            person = tell(settings, REGION, draft=replace(NEED, text="None in June."), sending=PERSON, at=AT)
    assert outcomes == {"received": 20, "refused": 480}
    assert person.status == "published"
    shown = public_contributions(settings, REGION).set_index("id")["status"].to_dict()
    assert shown == {first.id: "awaiting_review", person.id: "published"}, "not even a sign on the map of the others"


@pytest.mark.parametrize("seconds", [0.2, 95.0, None])
def test_scripts_that_wait_or_change_their_address_are_held_too(settings, seconds):
    for number in range(5):
        sending = Sending(f"203.0.113.{number}", seconds_on_form=seconds)
        assert tell(settings, REGION, draft=replace(NEED, text=f"Buy {number}"), sending=sending).status == "received"


def test_words_changed_with_the_code_are_looked_through_again(settings):
    receipt = tell(settings, REGION, draft=NEED, sending=PERSON, at=AT)
    publish(settings, receipt.id, by=OPERATOR)
    own = change_with_code(settings, receipt.claim_code, change=Change(text="Call +371 26123456, she hits me."))
    assert "112" in own.messages[0]
    assert own.status == "received"
    assert review_queue(settings, REGION, by=OPERATOR)["findings"].tolist() == [["danger", "phone"]]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Ich habe Angst, nach Hause zu gehen.", True), ("My husband is hitting me", True), ("He beat me; yes!", True),
        ("Han slo meg i går", True), ("Він мене б’є.", True), ("The bus line hits Merrow only", False),  # noqa: RUF001
        ("Ich habe Angst vor meinem Mann", True), ("Es negribu vairs dzīvot.", True),
        ("Jeg orker ikke leve lenger", True),
        ("Jag vill dö", True), ("En halua enää elää", True), ("Vīrs sit bērnus", True), ("he hits\u200b me", True),
        ("Mein Mann schlägt vor, dass der Bus hält.", False), ("Det slår mig att bussen aldrig kommer.", False),
        ("Nie chcę żyć bez autobusu.", False), ("Не хочу жить в городе.", False),  # noqa: RUF001
        ("Der Bus fährt nicht nach Hause.", False), ("She told me about the shop", False),
    ],
)  # fmt: skip
def test_signs_of_danger_are_seen_through_commas_and_forms_and_not_inside_other_words(settings, text, near):
    assert read_danger(settings).is_near(text) is near


def test_a_voices_own_sentence_is_read_before_others_read_it(settings):
    receipt = tell(settings, REGION, draft=NEED)
    publish(settings, receipt.id, by=OPERATOR)
    voice = add_voice(settings, receipt.id, voter="phone-1", sentence="He hits me. anna@example.org")
    quiet = add_voice(settings, receipt.id, voter="phone-2", sentence="Me too.")
    assert "112" in voice.messages[0]
    waiting = waiting_sentences(settings, REGION, by=OPERATOR)
    assert dict(zip(waiting["sentence"], waiting["findings"], strict=True)) == {
        "He hits me. anna@example.org": ["danger", "email"], "Me too.": [],
    }  # fmt: skip
    assert sentences(settings, receipt.id) == ()
    decide_sentence(settings, quiet.id, decision="published", by=OPERATOR)
    decide_sentence(settings, voice.id, decision="not_published", by=OPERATOR)
    assert sentences(settings, receipt.id) == ("Me too.",)
    assert public_contributions(settings, REGION)["voices"].tolist() == [2]
    for by in ("", Person("p", frozenset({("policymaker", "*")}))):
        with pytest.raises(NotAllowedError):
            waiting_sentences(settings, REGION, by=by)
        with pytest.raises(NotAllowedError):
            decide_sentence(settings, quiet.id, decision="published", by=by)


def test_a_script_that_changes_its_name_gives_ten_voices_and_a_hall_as_many_as_it_has_people(settings):
    write_rules(settings, voices_per_day=60)
    receipt = tell(settings, REGION, draft=NEED)
    publish(settings, receipt.id, by=OPERATOR)
    for number in range(10):
        add_voice(settings, receipt.id, voter=f"script {number}", sending=SCRIPT, at=AT)
    with pytest.raises(InputError, match="10 voices"):
        add_voice(settings, receipt.id, voter="script 10", sending=SCRIPT, at=AT)
    hall = replace(SCRIPT, workshop=_word(settings))
    for number in range(10):
        add_voice(settings, receipt.id, voter=f"slip {number}", sending=hall, at=AT)
    add_voice(settings, receipt.id, voter="phone", sending=PERSON)
    assert public_contributions(settings, REGION)["voices"].tolist() == [21]


def test_a_voice_sent_twice_gets_the_same_code_and_one_given_before_none(settings):
    receipt = tell(settings, REGION, draft=NEED)
    publish(settings, receipt.id, by=OPERATOR)
    key = "a-random-key-of-22-signs"
    first, again = (add_voice(settings, receipt.id, voter="p", sending_key=key, sentence="So") for _time in range(2))
    assert first == again
    assert add_voice(settings, receipt.id, voter="p").status == "given_before"
    assert public_contributions(settings, REGION)["voices"].tolist() == [1]
    with pytest.raises(InputError, match="too short"):
        add_voice(settings, receipt.id, voter="q", sending_key="1")


def test_voices_of_one_connection_end_but_not_in_an_open_workshop(settings):
    receipt = tell(settings, REGION, draft=NEED)
    publish(settings, receipt.id, by=OPERATOR)
    for number in range(6):
        add_voice(settings, receipt.id, voter=str(number), sending=SCRIPT, at=AT)
    with pytest.raises(InputError, match="6 voices"):
        add_voice(settings, receipt.id, voter="60", sending=SCRIPT, at=AT)
    with pytest.raises(InputError, match="do not see"):
        add_voice(settings, receipt.id, voter="61", sending=replace(PERSON, hidden_field="x"), at=AT)
    hall = replace(SCRIPT, workshop=_word(settings))
    assert add_voice(settings, receipt.id, voter="62", sending=hall, at=AT).status == "given"


def test_a_persons_second_entry_may_be_shown_at_once_where_the_operator_wants_it(settings):
    first = tell(settings, REGION, draft=NEED, sending=PERSON, at=AT)
    second = tell(settings, REGION, draft=replace(NEED, text="And none in June."), sending=PERSON, at=AT)
    assert (first.status, second.status) == ("received", "published")


@pytest.mark.parametrize(
    ("text", "category", "sending", "mark"),
    [
        ("No library bus since May.", "library", PERSON, "repeated_text"),
        ("Call me on +371 26123456.", "library", PERSON, "phone"),
        ("Quickly sent.", "library", replace(PERSON, seconds_on_form=1), "sent_too_fast"),
        ("He hits me when I miss the bus.", "library", PERSON, "danger"),
    ],
)
def test_what_speaks_against_an_entry_holds_it_and_is_marked_for_review(settings, text, category, sending, mark):
    tell(settings, REGION, draft=NEED, sending=PERSON, at=AT)
    receipt = tell(settings, REGION, draft=replace(NEED, text=text, category=category), sending=sending, at=AT)
    assert receipt.status == "received"
    queue = review_queue(settings, REGION, by=OPERATOR).set_index("id")
    assert mark in queue.loc[receipt.id, "findings"]


def test_somebody_in_danger_reads_the_numbers_at_once_and_stands_first_in_the_queue(settings):
    tell(settings, REGION, draft=NEED, sending=PERSON, at=AT)
    receipt = tell(settings, REGION, draft=replace(NEED, text="Mani sit."), sending=PERSON, at=AT + timedelta(hours=1))
    assert "112" in receipt.messages[0]
    assert review_queue(settings, REGION, by=OPERATOR)["id"].iloc[0] == receipt.id


def test_a_field_that_people_do_not_see_catches_scripts(settings):
    with pytest.raises(InputError, match="people do not see"):
        tell(settings, REGION, draft=NEED, sending=replace(PERSON, hidden_field="http://x"), at=AT)


def _word(settings):
    workshop = open_workshop(settings, REGION, by=OPERATOR, hours=2, at=AT)
    return word_on_the_wall(settings, workshop.id, by=OPERATOR)


def test_a_hall_behind_one_address_is_let_through_by_an_open_workshop_only(settings):
    word = _word(settings)
    hall = replace(PERSON, workshop=word.upper())
    for number in range(25):
        tell(settings, REGION, draft=replace(NEED, text=f"need {number}"), sending=hall, at=AT)
    with pytest.raises(InputError, match="today"):
        tell(settings, REGION, draft=NEED, sending=hall, at=AT + timedelta(hours=3))
    with pytest.raises(NotAllowedError):
        open_workshop(settings, REGION, by="")


def test_no_address_is_kept(settings):
    tell(settings, REGION, draft=NEED, sending=PERSON, at=AT)
    close_community(settings)
    assert PERSON.address.encode() not in (settings.data / "store.sqlite").read_bytes()


def _photo(kind: str = "JPEG") -> bytes:
    picture = Image.new("RGB", (2400, 1200), (10, 120, 60))
    exif = Image.Exif()
    exif[0x010E] = "secret caption"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (57.0, 1.0, 16.0)
    out = io.BytesIO()
    picture.save(out, kind, exif=exif, comment=b"secret comment")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_drawn_anew_without_place_or_caption(settings, kind):
    receipt = tell(settings, REGION, draft=replace(NEED, photo=_photo(kind)))
    (kept,) = photo_folder(settings).iterdir()
    assert b"secret" not in kept.read_bytes()
    with Image.open(kept) as picture:
        assert (picture.format, dict(picture.getexif()), picture.size) == ("JPEG", {}, (800, 1600))
    erase_with_code(settings, receipt.claim_code)
    assert list(photo_folder(settings).iterdir()) == []


def test_a_photo_is_shown_after_a_coordinator_has_looked_at_it(settings):
    receipt = tell(settings, REGION, draft=replace(NEED, photo=_photo()))
    publish(settings, receipt.id, by=OPERATOR)
    (photo_id,) = photos_of(settings, receipt.id, by=OPERATOR)
    assert photos_of(settings, receipt.id) == []
    with pytest.raises(MissingDataError):
        photo(settings, photo_id)
    publish_photo(settings, photo_id, by=OPERATOR)
    assert photo(settings, photo_id)[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    "sent",
    [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\xff\xd8\xff" + b"x" * 100, b"\x89PNG\r\n\x1a\n" + b"\0" * 50],
)
def test_what_is_no_photo_is_refused_and_nothing_is_kept(settings, sent):
    with pytest.raises(InputError, match="photo"):
        tell(settings, REGION, draft=replace(NEED, photo=sent))
    assert public_contributions(settings, REGION).empty
    assert not photo_folder(settings).exists()


@pytest.mark.parametrize("photo_id", ["../store.sqlite", "a" * 32, "", "a/b"])
def test_no_other_file_can_be_had_as_a_photo(settings, photo_id):
    with pytest.raises(MissingDataError):
        photo(settings, photo_id, by=OPERATOR)
