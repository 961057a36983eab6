"""What a hall's file may bring to the office, and what it may not, whoever wrote it."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.community.store.accounts import load_acts
from sempre_geo.community.store.contributions import (
    erase_contribution,
    load_contribution,
    load_erasures,
    load_events,
    load_photos,
)
from sempre_geo.community.store.proposals import load_team
from sempre_geo.community.store.transfer import load_all_rows
from sempre_geo.community.store.voices import load_sentences
from sempre_geo.errors import InputError, NotAllowedError, StoreError
from sempre_geo.pipeline.community.backup import back_up, take_over
from sempre_geo.pipeline.community.contributions import contest_with_code, erase_with_code, open_with_code, tell
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.photos import photo, photos_of, publish_photo
from sempre_geo.pipeline.community.proposals import propose
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import do_not_publish, publish, review_queue
from sempre_geo.pipeline.community.voices import add_voice, decide_sentence, withdraw_voice
from sempre_geo.pipeline.community.workshop import hand_round, open_workshop, tell_in_hand, workshops
from sempre_geo.settings import Settings, read_settings
from tests.pipeline.community_region import NAME, build_region

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 8, 5, tzinfo=UTC)
COORDINATOR = Person("c" * 32, frozenset({("coordinator", f"region:{NAME}")}))
ADMINISTRATOR = Person("a" * 32, frozenset({("administrator", "*")}))
FARM = Place(lon=20.0612, lat=57.0212)


def _picture() -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "at home"
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A laptop on which one need waits, one is published with a photo and a sentence, one refused and contested."""
    folder = tmp_path_factory.mktemp("hall")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    build_region(settings)
    yield settings
    close_community(settings)


@pytest.fixture(scope="module")
def told(hall: Settings) -> dict[str, str]:
    """Ids and codes of what was told in the hall, whose backup is ``hall.zip`` beside its data."""
    patch = pytest.MonkeyPatch()
    patch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)
    evening = open_workshop(hall, NAME, by=OPERATOR, settlement_id="s1", consent="Yes.", at=AT)
    carried = hand_round(hall, evening.id, by=OPERATOR, at=AT)
    waits = tell_in_hand(hall, carried, draft=Draft("need", "library", "Call me: 2612 3456", FARM), at=AT)
    shown = tell(hall, NAME, draft=Draft("need", "library", "Books", FARM, photo=_picture()), at=AT)
    refused = tell(hall, NAME, draft=Draft("need", "library", "Hm", FARM), at=AT)
    publish(hall, shown.id, by=OPERATOR, at=AT)
    (kept,) = photos_of(hall, shown.id, by=OPERATOR)
    publish_photo(hall, kept, by=OPERATOR, at=AT)
    voice = add_voice(hall, shown.id, voter="slip-1", sentence="Me too, on Fridays.", at=AT)
    decide_sentence(hall, voice.id, decision="published", by=OPERATOR, at=AT)
    do_not_publish(hall, refused.id, by=OPERATOR, reason="Too short.", at=AT)
    contest_with_code(hall, refused.claim_code, why="It is long enough.", at=AT)
    back_up(hall, hall.data.parent / "hall.zip", at=AT)
    patch.undo()
    return {
        "waits": waits.id, "shown": shown.id, "refused": refused.id, "photo": kept, "voice": voice.id,
        "evening": evening.id, "code": waits.claim_code, "voice_code": voice.claim_code,
    }  # fmt: skip


@pytest.fixture
def office(store: Settings, hall: Settings) -> Settings:
    store.layers.symlink_to(hall.layers)
    return store


@pytest.fixture
def file(hall: Settings, told: dict[str, str], tmp_path: Path) -> Callable[..., Path]:
    """The hall's file as somebody has changed it by hand."""
    assert told

    def changed(*statements: str, photo_bytes: bytes = b"") -> Path:
        folder, made = tmp_path / "unpacked", tmp_path / "changed.zip"
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(hall.data.parent / "hall.zip") as archive:
            archive.extractall(folder)
        with closing(sqlite3.connect(folder / "store.sqlite")) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        if photo_bytes:
            (folder / "photos" / f"{told['photo']}.jpg").write_bytes(photo_bytes)
        with zipfile.ZipFile(made, "w") as archive:
            for part in sorted(folder.rglob("*.*")):
                archive.write(part, part.relative_to(folder))
        return made

    return changed


def _rows(settings: Settings) -> dict:
    with open_community(settings).reading() as transaction:
        every = load_all_rows(transaction)
    return {name: rows for name, rows in every.items() if not name.startswith("zone")}  # drawn at first use


def _row(settings: Settings, thing: str) -> dict:
    with open_community(settings).reading() as transaction:
        row = load_contribution(transaction, thing)
    assert row is not None
    return row


def _steps(settings: Settings, thing: str) -> list[tuple[str, str, str]]:
    with open_community(settings).reading() as transaction:
        return [(step["status"], step["actor"], step["reason"]) for step in load_events(transaction, thing)]


def test_a_coordinator_of_the_region_brings_decisions_in_as_their_own(office, told, file):
    forged = f"UPDATE events SET actor = '{ADMINISTRATOR.actor}' WHERE actor = 'operator'"  # noqa: S608 - ours
    assert take_over(office, file(forged), by=COORDINATOR, at=NOW) == (3, 1)
    assert open_with_code(office, told["code"]).text == "Call me: 2612 3456"
    shown = public_contributions(office, NAME).set_index("id").loc[told["shown"]]
    assert (shown["status"], shown["voices"]) == ("published", 1)
    assert _steps(office, told["shown"]) == [("received", "hall", ""), ("published", "hall", "")]
    assert _row(office, told["refused"])["status"] == "in_review"
    assert photos_of(office, told["shown"]) == [told["photo"]]
    with open_community(office).reading() as transaction:
        acts = {(act.actor, act.action, act.thing) for act in load_acts(transaction)}
        said = load_sentences(transaction, NAME, status="published")
    assert (COORDINATOR.actor, "publish or not publish", told["shown"]) in acts
    assert {actor for actor, _action, _thing in acts} == {COORDINATOR.actor}
    assert said["sentence"].tolist() == ["Me too, on Fridays."]


def test_whoever_may_not_publish_brings_in_no_decision_but_the_authors_own_words(office, told, file):
    at_once = f"UPDATE events SET actor = 'contributor' WHERE thing = '{told['shown']}'"  # noqa: S608 - ours
    assert take_over(office, file(at_once), by=ADMINISTRATOR, at=NOW) == (3, 1)
    assert _row(office, told["shown"])["status"] == "received"
    assert _steps(office, told["shown"]) == [("received", "hall", "")]
    assert _steps(office, told["refused"])[1:] == [("in_review", "contributor", "It is long enough.")]
    queue = review_queue(office, NAME, by=COORDINATOR, at=NOW).set_index("id")
    assert queue.loc[told["refused"], "contested"] == "It is long enough."
    assert photos_of(office, told["shown"]) == []
    with open_community(office).reading() as transaction:
        assert len(load_sentences(transaction, NAME, status="received")) == 1
        assert {act.action for act in load_acts(transaction)} == {"import contributions"}


@pytest.mark.parametrize(
    "grant",
    [
        ("coordinator", "region:elsewhere"), ("coordinator", "municipality:m1"), ("coordinator", "network:n"),
        ("network_member", "*"), ("policymaker", "*"), ("auditor", "*"),
    ],
)  # fmt: skip
def test_whoever_may_not_import_into_the_region_brings_nothing(office, file, grant):
    before = _rows(office)
    with pytest.raises(NotAllowedError):
        take_over(office, file(), by=Person("x" * 32, frozenset({grant})), at=NOW)
    assert _rows(office) == before


def test_one_entry_of_another_region_and_nothing_of_the_file_comes_in(office, told, file):
    before = _rows(office)
    moved = f"UPDATE contributions SET region = 'elsewhere' WHERE id = '{told['waits']}'"  # noqa: S608 - ours
    with pytest.raises(NotAllowedError):
        take_over(office, file(moved), by=COORDINATOR, at=NOW)
    assert _rows(office) == before


def test_what_was_decided_here_stays_and_gains_voices_only(office, told, file):
    take_over(office, file("DELETE FROM voices"), by=COORDINATOR, at=NOW)
    do_not_publish(office, told["shown"], by=OPERATOR, reason="A name is in it.", at=NOW)
    later = "UPDATE contributions SET status = 'published', text = 'Changed', status_at = '2099-01-01T00:00:00Z'"
    assert take_over(office, file(later), by=COORDINATOR, at=NOW) == (0, 1)
    row = _row(office, told["shown"])
    assert (row["status"], row["text"]) == ("not_published", "Books")


def test_a_voice_reaches_no_entry_of_another_region_under_a_false_name(office, file):
    take_over(office, file("DELETE FROM voices"), by=OPERATOR, at=NOW)
    with open_community(office).writing() as transaction:
        transaction.exec_driver_sql("UPDATE contributions SET region = 'elsewhere'")
    assert take_over(office, file(), by=COORDINATOR, at=NOW) == (0, 0)


def test_a_file_erases_what_came_from_a_hall_and_nothing_else(office, told, file):
    native = tell(office, NAME, draft=Draft("need", "library", "Told here.", FARM), at=NOW)
    publish(office, native.id, by=OPERATOR, at=NOW)
    voice = add_voice(office, native.id, voter="phone-1", at=NOW)
    begun = propose(office, NAME, sentences=Sentences("Books", "w", "f", "y"), who=Member("user", "Ida")).proposal_id
    with open_community(office).reading() as transaction:
        members = [member["id"] for member in load_team(transaction, begun)]
    take_over(office, file(), by=COORDINATOR, at=NOW)
    gone, unknown = (told["shown"], told["voice"]), "e" * 32
    things = (native.id, voice.id, *members, *gone, unknown, "../../x")
    listed = ", ".join(f"('{thing}', '2026-11-25T08:00:00Z')" for thing in things)
    also_erased = f"INSERT INTO erasures VALUES {listed}"  # noqa: S608 - ours
    take_over(office, file(also_erased), by=COORDINATOR, at=NOW)
    with open_community(office).reading() as transaction:
        assert {row["thing"] for row in load_erasures(transaction)} == {*gone, unknown}
        assert len(load_team(transaction, begun)) == len(members) > 0
    assert public_contributions(office, NAME).set_index("id").loc[native.id, "voices"] == 1
    assert _steps(office, told["voice"]) == []


def test_a_merge_counts_where_its_bearer_may_merge_and_within_one_region_only(office, told, file):
    merged = f"UPDATE contributions SET merged_into = '{told['shown']}' WHERE id = '{told['waits']}'"  # noqa: S608 - ours
    path = file(merged)
    take_over(office, path, by=ADMINISTRATOR, at=NOW)
    assert _row(office, told["waits"])["merged_into"] is None
    with open_community(office).writing() as transaction:
        for thing in (told["waits"], told["refused"]):
            erase_contribution(transaction, thing, at="2026-11-25T08:05:00Z")
        transaction.exec_driver_sql("DELETE FROM erasures")
    take_over(office, path, by=COORDINATOR, at=NOW)
    assert _row(office, told["waits"])["merged_into"] == told["shown"]
    with open_community(office).writing() as transaction:
        erase_contribution(transaction, told["waits"], at="2026-11-25T08:05:00Z")
        transaction.exec_driver_sql("DELETE FROM erasures")
        transaction.exec_driver_sql("UPDATE contributions SET region = 'elsewhere'")
    take_over(office, path, by=OPERATOR, at=NOW)
    assert _row(office, told["waits"])["merged_into"] is None


def test_a_workshop_comes_closed_and_without_its_word(office, told, file):
    open_still = "UPDATE workshops SET closes_at = '2099-01-01T00:00:00Z'"
    take_over(office, file(open_still), by=COORDINATOR, at=NOW)
    (evening,) = workshops(office, NAME, by=COORDINATOR, at=NOW)
    assert (evening.id, evening.is_open, evening.spoken) == (told["evening"], False, 1)
    with closing(sqlite3.connect(office.data / "store.sqlite")) as here:
        joined = "SELECT word_digest, opened_by FROM workshops"
        ((word, opened_by),) = here.execute(joined).fetchall()
        here.execute("ATTACH ? AS hall", (str(office.data.parent / "unpacked" / "store.sqlite"),))
        assert here.execute("SELECT count(*) FROM hall.workshops WHERE word_digest = ?", (word,)).fetchone() == (0,)
    assert opened_by == "hall"


def test_a_code_given_out_here_goes_on_opening_what_it_opens(office, told, file):
    native = tell(office, NAME, draft=Draft("need", "library", "Told here.", FARM), at=NOW)
    digest = _row(office, native.id)["claim_digest"]
    same = f"UPDATE contributions SET claim_digest = '{digest}' WHERE id = '{told['waits']}'"  # noqa: S608 - ours
    take_over(office, file(same), at=NOW)
    assert open_with_code(office, native.claim_code).text == "Told here."
    assert _row(office, told["waits"])["claim_digest"] is None


def test_an_entry_is_placed_marked_and_protected_by_the_rules_of_the_office(office, told, file):
    forged = (
        "UPDATE contributions SET municipality_id = 'm2', municipality = 'Linnamaa', zone_id = 'z', topic = '', "
        "category = 'gp', findings = '[]', created_at = '2099-01-01T00:00:00Z', title = 'a' || char(10) || 'b'"
    )
    take_over(office, file(forged), by=COORDINATOR, at=NOW)
    row = _row(office, told["waits"])
    assert (row["municipality_id"], row["municipality"], row["topic"]) == ("m1", "Haavere parish", "health")
    assert (row["created_at"], row["title"]) == ("2026-11-25T08:05:00Z", "a b")
    assert row["zone_id"] not in {None, "z"}
    assert "phone" in row["findings"]


FORGED = (
    "UPDATE contributions SET status = 'king'",
    "UPDATE contributions SET about = '<script>'",
    "UPDATE contributions SET category = '=cmd()'",
    "UPDATE contributions SET text = zeroblob(9)",
    "UPDATE contributions SET text = printf('%.*c', 9999, 'x')",
    "UPDATE contributions SET created_at = 'soon'",
    "UPDATE contributions SET groups = '['",
    "UPDATE contributions SET groups = '5'",
    "UPDATE contributions SET findings = '[1]'",
    "UPDATE contributions SET consent = 0",
    "UPDATE contributions SET region = '../small'",
    "UPDATE contributions SET merged_into = 'x'",
    "UPDATE exact_places SET lon = 900",
    "UPDATE exact_places SET lat = 'north'",
    "UPDATE voices SET sentence_status = 'true'",
    "UPDATE voices SET sentence = printf('%.*c', 999, 'x')",
    "UPDATE voices SET voter_digest = '?'",
    "UPDATE events SET status = 'king'",
    "UPDATE photos SET id = '../../../../etc/x'",
    "UPDATE workshops SET opened_at = 'then'",
    "DROP TABLE voices",
)


def test_what_could_not_have_been_told_here_is_refused_in_a_sentence(office, file):
    before = _rows(office)
    answers = {forged: _refusal(office, file("PRAGMA foreign_keys = OFF", forged)) for forged in FORGED}
    told = re.compile(r"changed\.zip|store\.sqlite|cannot name a region")
    assert [forged for forged, answer in answers.items() if not told.search(answer)] == []
    assert _rows(office) == before


def _refusal(settings: Settings, path: Path) -> str:
    try:
        take_over(settings, path, at=NOW)
    except (InputError, StoreError) as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize(("sent", "stays"), [(_picture(), 1), (b"<html>", 0)], ids=["metadata", "no photo"])
def test_a_photo_is_drawn_anew_and_what_is_none_is_left_out(office, told, file, sent, stays):
    take_over(office, file(photo_bytes=sent), by=COORDINATOR, at=NOW)
    with open_community(office).reading() as transaction:
        kept = load_photos(transaction, told["shown"])
    assert len(kept) == len(list((office.data / "photos").glob("*"))) == stays
    if stays:
        assert b"at home" not in photo(office, told["photo"])


def test_what_was_withdrawn_in_the_hall_is_withdrawn_here(office, hall, told, file, tmp_path):
    take_over(office, file(), by=COORDINATOR, at=NOW)
    copy = read_settings({"SEMPRE_DATA": str(tmp_path / "copy"), "SEMPRE_LAYERS": str(hall.layers)})
    shutil.copytree(hall.data, copy.data)
    withdraw_voice(copy, told["voice_code"])
    erase_with_code(copy, told["code"])
    back_up(copy, tmp_path / "later.zip")
    close_community(copy)
    assert take_over(office, tmp_path / "later.zip", by=COORDINATOR, at=NOW) == (0, 0)
    assert public_contributions(office, NAME).set_index("id").loc[told["shown"], "voices"] == 0
    assert told["waits"] in (office.data / "erased.txt").read_text()
