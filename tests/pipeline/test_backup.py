"""Backups come back row for row, without what was erased; halls merge once only; time makes us forget."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from PIL import Image

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.store.transfer import load_all_rows
from sempre_geo.errors import InputError, MissingDataError, MissingFileError, NotAllowedError, StoreError
from sempre_geo.pipeline.community.accounts import add_account, log_out, login, who_is
from sempre_geo.pipeline.community.backup import back_up, forget, restore, take_over
from sempre_geo.pipeline.community.contributions import erase_with_code, open_with_code, tell
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.duplicates import merge, standing_merges, unmerge
from sempre_geo.pipeline.community.photos import photo_folder
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import exact_place, publish
from sempre_geo.pipeline.community.voices import add_voice, withdraw_voice
from sempre_geo.settings import Settings, read_settings
from tests.pipeline.community_region import build_region

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "PNG")
    return out.getvalue()


NEED = Draft("need", "library", "Xyzzy wants books", Place(lon=20.0612, lat=57.0212), ease={"car": 2}, photo=_photo())


@pytest.fixture
def region(settings):
    yield build_region(settings)
    close_community(settings)


@pytest.fixture
def hall(tmp_path):
    """The laptop in the village hall: another installation with another secret."""
    settings = read_settings({"SEMPRE_DATA": str(tmp_path / "hall"), "SEMPRE_LAYERS": str(tmp_path / "hall_layers")})
    build_region(settings)
    yield settings
    close_community(settings)


def _rows(settings: Settings) -> dict:
    with open_community(settings).reading() as transaction:
        return {name: rows for name, rows in load_all_rows(transaction).items() if name != "audit"}


def test_a_restored_store_has_every_row_and_photo(settings, region, tmp_path):
    receipt = tell(settings, region, draft=NEED, at=AT)
    publish(settings, receipt.id, by=OPERATOR, at=AT)
    add_voice(settings, receipt.id, voter="phone-1", sentence="me too")
    before, photos = _rows(settings), [path.read_bytes() for path in photo_folder(settings).iterdir()]
    assert back_up(settings, tmp_path / "backup.zip") == 1

    close_community(settings)
    shutil.rmtree(settings.data)
    assert restore(settings, tmp_path / "backup.zip") == 0
    assert _rows(settings) == before
    assert [path.read_bytes() for path in photo_folder(settings).iterdir()] == photos
    assert open_with_code(settings, receipt.claim_code).text == NEED.text


@pytest.mark.usefixtures("region")
def test_a_login_that_ended_after_the_backup_is_not_good_again(settings, tmp_path):
    add_account(settings, "anna", role="coordinator", password="long enough")  # noqa: S106 - of a test
    back_up(settings, tmp_path / "backup.zip")
    ended = []
    for _time in range(3):
        ended.append(login(settings, "anna", password="long enough"))  # noqa: S106 - of a test
        log_out(settings, ended[-1])
    close_community(settings)
    restore(settings, tmp_path / "backup.zip")
    assert {who_is(settings, token).actor for token in ended} == {"visitor"}
    assert who_is(settings, login(settings, "anna", password="long enough")).has("coordinator")  # noqa: S106


def test_what_was_erased_after_the_backup_stays_erased(settings, region, tmp_path):
    gone, kept = (tell(settings, region, draft=NEED, at=AT) for _n in range(2))
    publish(settings, kept.id, by=OPERATOR)
    voice = add_voice(settings, kept.id, voter="phone-1")
    back_up(settings, tmp_path / "backup.zip")
    erase_with_code(settings, gone.claim_code)
    withdraw_voice(settings, voice.claim_code)
    close_community(settings)
    for path in settings.data.glob("store.sqlite*"):
        path.write_bytes(b"the disk is broken")

    assert restore(settings, tmp_path / "backup.zip") == 2
    shown = public_contributions(settings, region)
    assert shown[["id", "voices"]].to_numpy().tolist() == [[kept.id, 0]]
    assert len(list(photo_folder(settings).iterdir())) == 1
    with pytest.raises(MissingDataError):
        open_with_code(settings, gone.claim_code)


@pytest.mark.parametrize("broken", [False, True])
def test_what_is_erased_after_a_restore_is_gone_from_the_store_that_was_set_aside(settings, region, tmp_path, broken):
    gone, kept = (tell(settings, region, draft=replace(NEED, text=text), at=AT) for text in ("Mine to take", "Stays"))
    back_up(settings, tmp_path / "backup.zip")
    close_community(settings)
    restore(settings, tmp_path / "backup.zip")
    aside = settings.data / "store.replaced.sqlite"
    assert b"Mine to take" in aside.read_bytes()
    if broken:
        aside.write_bytes(b"Mine to take, in what is no store any more")
    erase_with_code(settings, gone.claim_code)
    left = b"".join(path.read_bytes() for path in settings.data.glob("store*"))
    assert b"Mine to take" not in left
    assert b"Stays" in left
    assert open_with_code(settings, kept.claim_code).text == "Stays"
    assert aside.exists() is not broken


def test_a_file_that_is_no_backup_changes_nothing(settings, region, tmp_path):
    tell(settings, region, draft=NEED)
    before = _rows(settings)
    good = tmp_path / "backup.zip"
    back_up(settings, good)
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("store.sqlite", "x")
        archive.writestr("../../evil", "x")
    with zipfile.ZipFile(tmp_path / "damaged.zip", "w") as archive:
        archive.writestr("store.sqlite", "not a database, not at all")
    (tmp_path / "cut.zip").write_bytes(good.read_bytes()[:-200])
    for name in ("evil.zip", "damaged.zip", "cut.zip"):
        with pytest.raises(InputError, match="backup"):
            restore(settings, tmp_path / name)
    assert _rows(settings) == before


def test_a_file_that_is_not_there_is_called_missing_and_no_backup_of_another_kind(settings, tmp_path):
    settings.data.mkdir()
    for act in (restore, take_over):
        with pytest.raises(MissingFileError, match=r"no file .*nowhere\.zip; check the name"):
            act(settings, tmp_path / "nowhere.zip")


def test_a_file_that_would_fill_the_disk_is_refused_before_it_is_unpacked(settings, tmp_path, monkeypatch):
    settings.data.mkdir()
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("store.sqlite", bytes(9_000_000))
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=10_000_000))
    for act in (restore, take_over):
        with pytest.raises(StoreError, match="full; nothing was saved"):
            act(settings, tmp_path / "bomb.zip")


@pytest.mark.parametrize(
    "added",
    [
        "CREATE TRIGGER t AFTER UPDATE ON erasures BEGIN DELETE FROM erasures; END",
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    ],
)
@pytest.mark.usefixtures("region")
def test_a_store_that_would_act_by_itself_is_refused(settings, tmp_path, added):
    back_up(settings, tmp_path / "good.zip")
    with zipfile.ZipFile(tmp_path / "good.zip") as archive:
        archive.extract("store.sqlite", tmp_path)
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
        connection.execute(added)
        connection.commit()
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.write(tmp_path / "store.sqlite", "store.sqlite")
    with pytest.raises(InputError, match="damaged"):
        take_over(settings, tmp_path / "evil.zip")


def test_what_a_hall_merged_can_be_taken_apart_in_the_office(settings, region, hall, tmp_path):
    first, second = (tell(hall, region, draft=NEED, at=AT) for _time in range(2))
    for one in (first, second):
        publish(hall, one.id, by=OPERATOR)
    merge(hall, first.id, into=second.id, by=OPERATOR)
    back_up(hall, tmp_path / "hall.zip")
    take_over(settings, tmp_path / "hall.zip")
    (undo,) = standing_merges(settings, region, by=OPERATOR)["merge_id"]
    assert unmerge(settings, undo, into=second.id, by=OPERATOR) == [first.id]


def test_what_a_hall_collected_comes_over_once_and_its_codes_work(settings, region, hall, tmp_path):
    receipt = tell(hall, region, draft=NEED, at=AT)
    erased = tell(hall, region, draft=NEED, at=AT)
    publish(hall, receipt.id, by=OPERATOR)
    add_voice(hall, receipt.id, voter="slip-1")
    back_up(hall, tmp_path / "hall.zip")
    assert take_over(settings, tmp_path / "hall.zip") == (2, 1)
    assert take_over(settings, tmp_path / "hall.zip") == (0, 0)
    assert open_with_code(settings, receipt.claim_code).lon == 20.0612
    here = public_contributions(settings, region).set_index("id")
    assert (here.loc[receipt.id, "voices"], len(list(photo_folder(settings).iterdir()))) == (1, 2)

    erase_with_code(settings, erased.claim_code)
    assert take_over(settings, tmp_path / "hall.zip") == (0, 0)
    assert len(list(photo_folder(settings).iterdir())) == 1, "what was erased here does not come back with its photo"
    erase_with_code(hall, receipt.claim_code)
    back_up(hall, tmp_path / "hall2.zip")
    take_over(settings, tmp_path / "hall2.zip")
    assert public_contributions(settings, region).empty
    assert list(photo_folder(settings).iterdir()) == []


@pytest.mark.usefixtures("region")
def test_only_the_office_takes_a_backup_or_takes_over(settings, tmp_path):
    for act in (back_up, take_over):
        with pytest.raises(NotAllowedError):
            act(settings, tmp_path / "x.zip", by="")
    assert not (tmp_path / "x.zip").exists()


def test_exact_places_and_codes_are_forgotten_in_time_and_the_zone_stays(settings, region):
    receipt = tell(settings, region, draft=NEED, at=AT)
    shown = public_contributions(settings, region, at=AT)
    assert forget(settings, at=AT + timedelta(days=600)) == (0, 0)
    assert forget(settings, at=AT + timedelta(days=740)) == (1, 0)
    assert exact_place(settings, receipt.id, by=OPERATOR) is None
    assert forget(settings, at=AT + timedelta(days=1200)) == (0, 1)
    with pytest.raises(MissingDataError):
        open_with_code(settings, receipt.claim_code)
    assert public_contributions(settings, region, at=AT).equals(shown)


def test_a_backup_says_what_made_it_and_no_clock_time(settings, region, tmp_path):
    tell(settings, region, draft=replace(NEED, photo=None))
    back_up(settings, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert set(archive.namelist()) == {"store.sqlite", "about.json", "secret.key"}
        assert json.loads(archive.read("about.json"))["program"] == "sempre_geo"
