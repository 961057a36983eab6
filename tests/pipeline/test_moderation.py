"""Scripts stay outside, people do not notice; photos say nothing but what they show."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.moderation import Sending
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.contributions import erase_with_code, tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.moderation import start_workshop
from sempre_geo.pipeline.community.photos import photo, photo_folder, photos_of, publish_photo
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import publish, review_queue

REGION = "unbuilt"
AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
NEED = Draft("need", "library", "No library bus since May.", Place(municipality_id="m1"))
SCRIPT = Sending("203.0.113.7", seconds_on_form=0.2)
PERSON = Sending("198.51.100.9", seconds_on_form=95)


@pytest.fixture(autouse=True)
def at_once(settings):
    """Rules that let library needs out unread, the boldest an operator can be."""
    text = settings.definition("community.toml").read_text(encoding="utf-8")
    settings.layers.mkdir(parents=True)
    bold = text.replace("at_once = []", 'at_once = ["library"]')
    (settings.layers / "community.toml").write_text(bold, encoding="utf-8")
    yield
    close_community(settings)


def test_of_scripted_posts_none_is_public_and_a_person_in_the_same_minute_is_not_hindered(settings):
    refused = 0
    for number in range(25):
        try:
            tell(settings, REGION, draft=replace(NEED, text=f"Buy pills {number}"), sending=SCRIPT, at=AT)
        except InputError as error:
            assert "today" in str(error)  # noqa: PT017 - the first twenty are held, the others refused
            refused += 1
    assert refused == 5
    assert set(public_contributions(settings, REGION)["status"]) == {"awaiting_review"}
    assert tell(settings, REGION, draft=NEED, sending=PERSON, at=AT).status == "received"


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


def test_a_hall_behind_one_address_is_let_through_by_an_open_workshop_only(settings):
    word = start_workshop(settings, REGION, by=OPERATOR, hours=2, at=AT)
    hall = replace(PERSON, workshop=word.upper())
    for number in range(25):
        tell(settings, REGION, draft=replace(NEED, text=f"need {number}"), sending=hall, at=AT)
    with pytest.raises(InputError, match="today"):
        tell(settings, REGION, draft=NEED, sending=hall, at=AT + timedelta(hours=3))
    with pytest.raises(NotAllowedError):
        start_workshop(settings, REGION, by="")


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
