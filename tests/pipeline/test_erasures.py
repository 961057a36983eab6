"""What is erased is gone everywhere, whenever the program is killed while it erases."""

from __future__ import annotations

import io
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import text

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.corrections import Report
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.errors import MissingDataError
from sempre_geo.pipeline.community import contributions, erasures, own_changes, voices
from sempre_geo.pipeline.community.backup import back_up, forget, restore
from sempre_geo.pipeline.community.contributions import erase_with_code, open_with_code, tell
from sempre_geo.pipeline.community.corrections import (
    correction_with_code,
    corrections_in_use,
    decide_correction,
    report_correction,
)
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.erasures import finish_erasures, read_erased
from sempre_geo.pipeline.community.followed import team_of_code
from sempre_geo.pipeline.community.own_changes import Change, change_with_code
from sempre_geo.pipeline.community.photos import photo_folder
from sempre_geo.pipeline.community.proposals import move, propose
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.community.voices import add_voice, withdraw_voice

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)


class _Killed(BaseException):
    """The program ends here, without a chance to tidy up."""


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "PNG")
    return out.getvalue()


def _tell(settings, text="No bus."):
    place = Place(municipality_id="m1")
    return tell(settings, "unbuilt", draft=Draft("need", "library", text, place, photo=_photo()), at=AT)


def _photos(settings) -> list[str]:
    return sorted(path.name for path in photo_folder(settings).iterdir())


@contextmanager
def _killed_at(monkeypatch, module, step):
    """Let the program end after the list was written, but before anything is confirmed; or right after that."""

    def listed(*args):
        erasures.list_erased(*args)
        raise _Killed

    def confirmed(*_args, **_more):
        raise _Killed

    acts = {"list_erased": listed, "erase_elsewhere": confirmed}
    with monkeypatch.context() as patched:
        patched.setattr(module, step, acts[step])
        with pytest.raises(_Killed):
            yield


@pytest.mark.parametrize("step", ["list_erased", "erase_elsewhere"])
def test_an_erasure_that_was_killed_is_finished_before_a_backup_and_every_day(store, monkeypatch, tmp_path, step):
    kept, gone = _tell(store), _tell(store)
    with _killed_at(monkeypatch, contributions, step):
        erase_with_code(store, gone.claim_code)
    assert read_erased(store) == [gone.id]
    back_up(store, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert len([name for name in archive.namelist() if name.startswith("photos/")]) == 1
    assert len(_photos(store)) == 1
    with pytest.raises(MissingDataError):
        open_with_code(store, gone.claim_code)
    assert open_with_code(store, kept.claim_code).photos == 1


def test_an_erasure_that_was_killed_before_it_was_confirmed_can_be_repeated(store, monkeypatch):
    gone = _tell(store)
    with _killed_at(monkeypatch, contributions, "list_erased"):
        erase_with_code(store, gone.claim_code)
    erase_with_code(store, gone.claim_code)
    assert _photos(store) == []


@pytest.mark.parametrize("step", ["list_erased", "erase_elsewhere"])
def test_a_photo_that_was_exchanged_while_the_program_was_killed_goes_one_day_later(store, monkeypatch, step):
    told = _tell(store)
    before = _photos(store)
    with _killed_at(monkeypatch, own_changes, step):
        change_with_code(store, told.claim_code, change=Change(photo=_photo()))
    (photo_folder(store) / f".{before[0][:-4]}.1234.tmp.jpg").write_bytes(_photo())  # killed while it was written
    forget(store, at=AT)
    assert not set(before) & set(_photos(store))
    assert len(_photos(store)) == open_with_code(store, told.claim_code).photos


def test_a_voice_that_was_taken_back_while_the_program_was_killed_stays_so_after_a_restore(
    store, monkeypatch, tmp_path
):
    told = _tell(store)
    publish(store, told.id, by=OPERATOR)
    voice = add_voice(store, told.id, voter="one")
    back_up(store, tmp_path / "backup.zip")
    with _killed_at(monkeypatch, voices, "erase_elsewhere"):
        withdraw_voice(store, voice.claim_code)
    restore(store, tmp_path / "backup.zip")
    assert open_with_code(store, told.claim_code).voices == 0


def test_a_line_that_a_power_failure_cut_off_takes_no_other_with_it_and_comes_back(store, tmp_path):
    first, second = _tell(store), _tell(store)
    back_up(store, tmp_path / "backup.zip")
    erase_with_code(store, first.claim_code)
    listed = store.data / "erased.txt"
    listed.write_text(listed.read_text()[:20])
    erase_with_code(store, second.claim_code)
    assert read_erased(store) == [second.id]
    finish_erasures(store, at=AT)
    assert set(read_erased(store)) == {first.id, second.id}
    close_community(store)
    for path in store.data.glob("store.sqlite*"):
        path.unlink()
    assert restore(store, tmp_path / "backup.zip") == 2


@pytest.mark.parametrize("decision", ["declined", "accepted"])
def test_the_words_of_a_report_go_with_its_code_and_only_what_is_used_of_it_stays(store, tmp_path, decision):
    report = Report("services", "osm:n1", "opening_hours", "Tu 11:00-16:00", "Anna told me", "call 26123456")
    told = report_correction(store, "unbuilt", report=report, at=AT)
    decide_correction(store, told.id, decision=decision, by=OPERATOR, reason="Asked.", at=AT)
    back_up(store, tmp_path / "backup.zip")
    erase_with_code(store, told.claim_code)
    for _time in ("at once", "after a restore"):
        used = corrections_in_use(store, "unbuilt")[["value", "source"]].to_numpy().tolist()
        assert used == ([["Tu 11:00-16:00", "2026-11-24"]] if decision == "accepted" else [])
        with pytest.raises(MissingDataError):
            correction_with_code(store, told.claim_code)
        left = b"".join(path.read_bytes() for path in store.data.glob("store.sqlite*"))
        assert b"Anna" not in left
        assert b"26123456" not in left
        restore(store, tmp_path / "backup.zip")


def test_every_code_and_voter_is_forgotten_in_time_and_voices_still_count(store):
    told = _tell(store)
    publish(store, told.id, by=OPERATOR, at=AT)
    voice = add_voice(store, told.id, voter="one", at=AT)
    report = Report("services", "osm:n1", "gone", "", "I was there")
    reported = report_correction(store, "unbuilt", report=report, at=AT)
    answer = Sentences("A bus", "a bus on call", "all", "no bus")
    (team, busy) = (propose(store, "unbuilt", sentences=answer, who=Member("user", "A"), at=AT) for _team in range(2))
    move(store, busy.proposal_id, to="proposal", by=OPERATOR, at=AT + timedelta(days=1000))
    assert forget(store, at=AT + timedelta(days=1200)) == (0, 4)
    with open_community(store).reading() as transaction:
        digests = [
            transaction.execute(text(f"SELECT claim_digest FROM {table}")).scalars().all()  # noqa: S608 - our tables
            for table in ("contributions", "voices", "corrections")
        ]
        assert digests == [[None]] * 3
        assert transaction.execute(text("SELECT voter_digest FROM voices")).scalar() == voice.id
    assert public_contributions(store, "unbuilt")["voices"].tolist() == [1]
    with pytest.raises(MissingDataError):
        correction_with_code(store, reported.claim_code)
    with pytest.raises(MissingDataError):
        team_of_code(store, team.claim_code)
    assert team_of_code(store, busy.claim_code).inside


def test_the_copy_from_before_a_newer_version_goes_with_the_first_erasure_or_after_a_month(store):
    copy = store.data / "store.before-0009.sqlite"
    copy.touch()
    finish_erasures(store)
    assert copy.exists()
    finish_erasures(store, at=datetime.now(UTC) + timedelta(days=31))
    assert not copy.exists()
    copy.touch()
    erase_with_code(store, _tell(store).claim_code)
    assert not copy.exists()
