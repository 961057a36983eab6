"""The commands of what people say, run as they are typed."""

from __future__ import annotations

import pandas as pd
import pytest

from sempre_geo.cli import main
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.corrections import Report
from sempre_geo.pipeline.community.accounts import login, who_is
from sempre_geo.pipeline.community.contributions import open_with_code, tell
from sempre_geo.pipeline.community.corrections import confirm_service
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.settings import read_settings


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return _moved(tmp_path / "office", monkeypatch)


def _moved(folder, monkeypatch):
    monkeypatch.setenv("SEMPRE_DATA", str(folder))
    monkeypatch.setenv("SEMPRE_LAYERS", str(folder / "layers"))
    return read_settings()


def _status(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_from_the_hall_to_the_office_by_one_file_and_once_only(home, tmp_path, monkeypatch, capsys):
    hall = _moved(tmp_path / "hall", monkeypatch)
    said = tell(hall, "small", draft=Draft("need", "library", "No bus.", Place(municipality_id="m1")))
    assert _status("backup", "hall.zip") == 0
    close_community(hall)
    _moved(tmp_path / "office", monkeypatch)
    for expected in ("1 entries", "0 entries"):
        assert _status("merge", "hall.zip") == 0
        assert expected in capsys.readouterr().out
    assert open_with_code(home, said.claim_code).text == "No bus."
    assert _status("forget") == 0
    assert "0 exact places" in capsys.readouterr().out
    close_community(home)


def test_an_account_is_made_changed_and_closed(home, capsys):
    given = ("--password", "long enough")
    assert _status("user", "add", "anna", "--role", "coordinator", *given) == 0
    tokens = []
    for command in (("password", "anna", *given), ("role", "anna", "--role", "auditor"), ("log-out", "anna")):
        tokens.append(login(home, "anna", password=given[1]))
        assert _status("user", *command) == 0
    assert {who_is(home, token).actor for token in tokens} == {"visitor"}
    assert who_is(home, login(home, "anna", password=given[1])).has("auditor")
    assert _status("user", "close", "anna") == 0
    assert "Every login of 'anna' has ended." in capsys.readouterr().out
    assert _status("user", "close", "nobody") == 2
    close_community(home)


def test_counts_and_corrections_are_written(home, capsys):
    assert _status("counts", "small", "--out", "counts.csv") == 0
    assert "zones" in pd.read_csv("counts.csv").columns
    confirm_service(home, "small", report=Report("stops", "s:1", "gone", "", "a notice"), by=OPERATOR)
    assert _status("corrections", "small", "--out", "all.csv") == 2, "the region is not built"
    assert _status("counts", "small", "--out", "counts.pdf") == 2
    assert "small" in capsys.readouterr().err
    close_community(home)
