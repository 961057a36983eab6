"""Workshops: who may, what a device that goes round can do, what is counted, and what reaches the office."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.moderation import Sending
from sempre_geo.community.store.engine import Store
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.accounts import add_account
from sempre_geo.pipeline.community.backup import take_over
from sempre_geo.pipeline.community.contributions import erase_with_code, my_data, open_with_code, tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.photos import photos_of
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.community.voices import add_voice
from sempre_geo.pipeline.community.workshop import (
    close_workshop,
    hand_round,
    open_workshop,
    summary,
    tell_in_hand,
    word_on_the_wall,
    workshop_in_hand,
    workshops,
)
from sempre_geo.pipeline.community.workshop_file import workshop_file
from sempre_geo.settings import Settings, read_settings
from tests.pipeline.community_region import build_region

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
REGION = "unbuilt"
NEED = Draft("need", "library", "The book bus is gone.", Place(municipality_id="m1"), groups=("over_64",))
MEMBER = Person("m", frozenset({("network_member", f"region:{REGION}")}))


@pytest.fixture(autouse=True)
def _cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)


@pytest.fixture
def here(settings):
    yield settings
    close_community(settings)


def _open(settings: Settings, **more: object):
    return open_workshop(settings, REGION, by=MEMBER, consent="You may keep this.", at=AT, **more)


def test_a_network_member_opens_a_workshop_and_people_tell_on_a_device_without_a_login(here):
    hall = _open(here)
    carried = hand_round(here, hall.id, by=MEMBER, at=AT)
    first = tell_in_hand(here, carried, draft=NEED, at=AT)
    tell_in_hand(here, carried, draft=replace(NEED, text="And the bus, too."), further=True, at=AT)
    tell_in_hand(here, carried, draft=replace(NEED, text="Closed on Mondays."), at=AT)
    assert '"how_it_came_in": "workshop"' in my_data(here, first.claim_code)
    assert (workshop_in_hand(here, carried, at=AT).spoken, first.status) == (2, "received")
    erase_with_code(here, first.claim_code)
    assert workshops(here, REGION, by=MEMBER, at=AT)[0].spoken == 1


def test_what_somebody_tells_further_is_confirmed_in_one_transaction(here, monkeypatch):
    hall = _open(here)
    carried, begun, writing = hand_round(here, hall.id, by=MEMBER, at=AT), [], Store.writing
    monkeypatch.setattr(Store, "writing", lambda store: begun.append(store) or writing(store))
    tell_in_hand(here, carried, draft=NEED, further=True, at=AT)
    assert len(begun) == 1
    assert workshop_in_hand(here, carried, at=AT).spoken == 0


def test_more_people_than_one_address_may_send_are_heard_in_a_hall(here):
    hall = _open(here)
    carried, word = hand_round(here, hall.id, by=MEMBER, at=AT), word_on_the_wall(here, hall.id, by=MEMBER)
    phone = Sending("10.42.0.17", seconds_on_form=40, workshop=word.upper().replace("-", " "))
    for number in range(22):
        tell_in_hand(here, carried, draft=replace(NEED, text=f"Voice {number}"), at=AT)
        tell(here, REGION, draft=replace(NEED, text=f"Phone {number}"), sending=phone, at=AT)
    assert workshops(here, REGION, by=MEMBER, at=AT)[0].spoken == 44


def test_a_device_can_tell_only_while_its_workshop_is_open(here):
    hall = _open(here, hours=2)
    carried = hand_round(here, hall.id, by=MEMBER, at=AT)
    for nothing in ("", "x.y", carried[:-2], hall.id):
        with pytest.raises(NotAllowedError, match="closed"):
            tell_in_hand(here, nothing, draft=NEED, at=AT)
    with pytest.raises(NotAllowedError, match="closed"):
        tell_in_hand(here, carried, draft=NEED, at=AT + timedelta(hours=3))
    close_workshop(here, hall.id, by=MEMBER, at=AT + timedelta(hours=1))
    with pytest.raises(NotAllowedError, match="closed"):
        tell_in_hand(here, carried, draft=NEED, at=AT + timedelta(minutes=90))
    with pytest.raises(NotAllowedError, match="closed"):
        hand_round(here, hall.id, by=MEMBER, at=AT + timedelta(minutes=90))
    with pytest.raises(InputError, match="12 hours"):
        _open(here, hours=13)


def test_what_was_told_is_counted_in_fives_and_only_when_the_workshop_is_closed(here):
    hall = _open(here)
    carried = hand_round(here, hall.id, by=MEMBER, at=AT)
    for number in range(6):
        tell_in_hand(here, carried, draft=replace(NEED, text=f"Voice {number}"), at=AT)
    for number in range(4):
        tell_in_hand(here, carried, draft=replace(NEED, category="bank", groups=(), text=f"Bank {number}"), at=AT)
    with pytest.raises(InputError, match="when the workshop is closed"):
        summary(here, hall.id, by=MEMBER, at=AT)
    close_workshop(here, hall.id, by=MEMBER, at=AT)
    told = summary(here, hall.id, by=MEMBER, at=AT + timedelta(minutes=1))
    counted = {(row["part"], row["value"]): row["people"] for row in told.to_dict("records")}
    assert counted == {
        ("kind", "need"): 10, ("category", "library"): 5, ("obstacle", "other"): 10, ("groups", "over_64"): 5,
    }  # fmt: skip


def test_health_is_counted_from_ten_on_only(here):
    hall = _open(here)
    carried = hand_round(here, hall.id, by=MEMBER, at=AT)
    for number in range(9):
        tell_in_hand(here, carried, draft=replace(NEED, category="gp", text=f"Voice {number}"), at=AT)
    assert summary(here, hall.id, by=MEMBER, at=AT + timedelta(hours=9)).empty


@pytest.fixture
def hall_laptop(tmp_path):
    settings = read_settings({"SEMPRE_DATA": str(tmp_path / "hall"), "SEMPRE_LAYERS": str(tmp_path / "layers2")})
    build_region(settings)
    yield settings
    close_community(settings)


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "PNG")
    return out.getvalue()


def test_the_hall_reaches_the_office_once_only_with_its_codes_and_without_the_laptops_secrets(
    settings, hall_laptop, tmp_path
):
    region = build_region(settings)
    add_account(hall_laptop, "riina", role="coordinator", password="long enough")  # noqa: S106 - of a test
    earlier = tell(hall_laptop, region, draft=replace(NEED, text="Told last year."), at=AT - timedelta(days=300))
    publish(hall_laptop, earlier.id, by=OPERATOR)
    silent = tell(hall_laptop, region, draft=replace(NEED, text="Not of this day."), at=AT - timedelta(days=200))
    hall = open_workshop(hall_laptop, region, by=OPERATOR, settlement_id="s1", consent="Yes, keep it.", at=AT)
    carried = hand_round(hall_laptop, hall.id, by=OPERATOR, at=AT)
    told = tell_in_hand(hall_laptop, carried, draft=replace(NEED, photo=_photo()), at=AT)
    erased = tell_in_hand(hall_laptop, carried, draft=replace(NEED, text="Take me back."), at=AT)
    add_voice(hall_laptop, earlier.id, voter="p", at=AT)
    path = tmp_path / "hall.zip"
    path.write_bytes(workshop_file(hall_laptop, hall.id, by=OPERATOR, at=AT))
    assert take_over(settings, path) == (3, 1)
    assert take_over(settings, path) == (0, 0)
    assert open_with_code(settings, told.claim_code).text == NEED.text
    assert len(photos_of(settings, told.id, by=OPERATOR)) == 1
    (at_office,) = workshops(settings, region, by=OPERATOR, at=AT)
    assert (at_office.consent, at_office.spoken) == ("Yes, keep it.", 2)
    with pytest.raises(MissingDataError):
        open_with_code(settings, silent.claim_code)
    erase_with_code(hall_laptop, erased.claim_code)
    path.write_bytes(workshop_file(hall_laptop, hall.id, by=OPERATOR, at=AT))
    take_over(settings, path)
    with pytest.raises(MissingDataError):
        open_with_code(settings, erased.claim_code)
    with zipfile.ZipFile(path) as archive:
        assert {name for name in archive.namelist() if "photos/" not in name} == {"store.sqlite", "about.json"}
        archive.extract("store.sqlite", tmp_path)
    with sqlite3.connect(tmp_path / "store.sqlite") as copy:
        counts = [copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of tables
                  for table in ("accounts", "grants", "audit", "limits", "sent_texts")]  # fmt: skip
    assert counts == [0, 0, 0, 0, 0]
    close_community(settings)


def test_only_who_may_see_places_takes_a_workshop_to_the_office(here):
    hall = _open(here)
    with pytest.raises(NotAllowedError):
        workshop_file(here, hall.id, by=MEMBER)
    with pytest.raises(MissingDataError):
        workshop_file(here, "0" * 32, by=OPERATOR)
