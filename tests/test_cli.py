"""The command line: refusals, results, and what every command says of itself."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from click.testing import CliRunner

from sempre_geo.cli import cli, main
from tests.conftest import ROOT
from tests.village import MIDDLE, write_village


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Folders in which ``ciems`` was built by the command itself."""
    folder = tmp_path_factory.mktemp("home")
    write_village(folder / "village.osm.pbf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEMPRE_DATA", str(folder / "data"))
        patch.setenv("SEMPRE_LAYERS", str(folder / "layers"))
        patch.setenv("SEMPRE_LANGUAGE", "en")
        assert _status("build", "ciems", "--osm", str(folder / "village.osm.pbf"), "--country", "LV") == 0
        yield folder


def _status(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_every_command_has_help_with_an_example():
    def commands(group, path):
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from commands(command, [*path, name])
            else:
                yield [*path, name]

    for path in commands(cli, []):
        text = CliRunner().invoke(cli, [*path, "--help"]).output
        assert f"Example: sempre-geo {' '.join(path)}" in " ".join(text.split()), path


def demo_examples() -> list[list[str]]:
    """The words of each example on the fictional county."""
    found = []
    for path in sorted((ROOT / "sempre_geo" / "cli").glob("*.py")):
        found += re.findall(r"Example: sempre-geo (\w+ demo .*)", path.read_text(encoding="utf-8"))
    return [shlex.split(words) for words in found]


def test_what_an_example_reads_comes_with_the_fictional_county():
    assert len(demo_examples()) > 5
    named = [word for words in demo_examples() for word in words if word.startswith("data/")]
    for word in named:
        folder, _slash, name = word.rpartition("/")
        assert (folder, (ROOT / "data" / "demo" / "options" / name).is_file()) == ("data/demo/scenarios", True), word
    assert named


def test_every_command_and_setting_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in cli.commands:
        assert f"`sempre-geo {name}" in readme, name
    settings = (ROOT / "sempre_geo" / "settings.py").read_text(encoding="utf-8")
    for variable in {part.split('"')[0] for part in settings.split('environ.get("')[1:]}:
        assert f"`{variable}`" in readme, variable


def test_help_comes_within_a_second():
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sempre_geo.cli", "--help"], check=True, capture_output=True)
    program = "import sempre_geo.cli, sys; print('pandas' in sys.modules, 'streamlit' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert loaded.stdout.split() == ["False", "False"]  # what makes it quick, whatever the machine
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["gaps", "nowhere", "--out", "g.csv"], "'nowhere' is not built"),
        (["gaps", "../ciems", "--out", "g.csv"], "cannot name a region"),
        (["export", "ciems", "--out", "g.doc"], "g.doc"),
        (["gaps", "nowhere", "--out", "g.xlsx"], "g.xlsx ends in none of"),  # said before any work
        (["build", "x", "--osm", "absent.osm.pbf"], "absent.osm.pbf"),
        (["journey", "ciems", "--from", "here", "--to", "25.3,57.6", "--depart", "2026-01-01T08:00"], "no position"),
        (
            ["journey", "ciems", "--from", "25.3,57.6", "--to", "25.31,57.6", "--depart", "2026-01-01T08:00"],
            "no timetable",
        ),
        (["visits", "ciems", "--service", "gp", "--date", "soon", "--stay", "30", "--out", "v.csv"], "--date"),
        (
            ["matrix", "ciems", "--mode", "transit", "--origins", "a.csv", "--destinations", "b.csv", "--out", "m.csv"],
            "a.csv",
        ),
        (["siting", "ciems", "--service", "gp", "--add", "0", "--model", "mclp", "--out", "s.csv"], "--add"),
        (["nonsense"], "nonsense"),
        (["import", "ciems", "absent.csv"], "absent.csv"),
    ],
)
def test_bad_input_ends_in_one_sentence_and_status_2(home, capsys, monkeypatch, arguments, says):
    monkeypatch.chdir(home)
    before = sorted(path for path in home.rglob("*") if "store" not in path.name)
    assert _status(*arguments) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert says in said
    assert "Traceback" not in said
    assert sorted(path for path in home.rglob("*") if "store" not in path.name) == before


def test_an_unexpected_error_gives_a_reference_and_goes_to_the_log(home, capsys, monkeypatch):
    monkeypatch.setattr("sempre_geo.pipeline.gaps.place_gaps.gaps", lambda *_a, **_k: 1 / 0)
    assert _status("gaps", "ciems", "--out", "g.csv") == 70
    said = capsys.readouterr().err.strip()
    assert "reference" in said
    assert "ZeroDivisionError" in (home / "data" / "log" / "errors.log").read_text(encoding="utf-8")


def test_gaps_matrix_siting_and_export_write_what_they_promise(home, monkeypatch):
    monkeypatch.chdir(home)
    lon, lat = MIDDLE
    pd.DataFrame({"id": ["a", "b"], "lon": [lon, lon + 0.004], "lat": [lat, lat]}).to_csv("points.csv", index=False)
    row = "LV,pharmacy,travel_time,5,min,walk,all,one way,ours,own"
    (home / "ours.csv").write_text(f"country,category,metric,limit,unit,mode,group,scope,source,status\n{row}\n")
    assert _status("gaps", "ciems", "--standards", "ours.csv", "--out", "gaps.csv") == 0
    both = ("--origins", "points.csv", "--destinations", "points.csv")
    assert _status("matrix", "ciems", "--mode", "walk", *both, "--out", "m.csv") == 0
    assert _status("siting", "ciems", "--service", "gp", "--add", "1", "--model", "p-median", "--out", "s.csv") == 0
    assert _status("export", "ciems", "--out", "all.geojson") == 0
    matrix = pd.read_csv("m.csv")
    assert list(matrix.columns) == ["origin_id", "destination_id", "minutes", "status"]
    assert matrix["minutes"].iloc[0] < 5 < matrix["minutes"].iloc[0] + 10
    layers = {entry["properties"]["layer"] for entry in json.loads((home / "all.geojson").read_text())["features"]}
    assert {"cells", "services"} <= layers
    assert _status("export", "ciems", "--out", "all.gpkg") == 0
    assert sorted(pyogrio.list_layers("all.gpkg")[:, 0]) == ["cells", "contributions", "services"]
    cells = gpd.read_file("all.gpkg", layer="cells")
    assert cells[["lon", "lat", "pharmacy_walk_min", "pharmacy_walk_status"]].notna().all(axis=None)
    assert _status("export", "ciems", "--out", "all.csv") == 0
    rows = pd.read_csv("all.csv", low_memory=False)
    assert rows.loc[rows["layer"] != "contributions", ["lon", "lat"]].notna().all(axis=None)


@pytest.mark.usefixtures("home")
def test_a_street_journey_is_told_to_people_and_to_programs(capsys):
    lon, lat = MIDDLE
    question = ["journey", "ciems", "--from", f"{lon},{lat}", "--to", f"{lon + 0.004},{lat}", "--mode", "walk"]
    assert _status(*question, "--depart", "2026-01-01T08:00") == 0
    assert "08:00" in capsys.readouterr().out
    assert _status(*question, "--arrive", "2026-01-01T08:00", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["legs"][0]["mode"] == "walk"
    assert answer["arrival"].startswith("2026-01-01T08:00")
    assert answer["arrival"].endswith("+02:00")


def test_the_readmes_table_of_roles_is_the_codes():
    from sempre_geo.community.access import role_table

    assert role_table().strip() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_a_build_noticed_is_told_where_it_was_asked_for(tmp_path, monkeypatch, capsys):
    write_village(tmp_path / "village.osm.pbf")
    home = f"a,{MIDDLE[0]},{MIDDLE[1]},9"
    (tmp_path / "people.csv").write_text(f"id,lon,lat,population\n{home}\nfar,10.0,50.0,3\n", encoding="utf-8")
    monkeypatch.setenv("SEMPRE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SEMPRE_LAYERS", str(tmp_path / "layers"))
    files = ("--osm", str(tmp_path / "village.osm.pbf"), "--population", str(tmp_path / "people.csv"))
    assert _status("build", "ciems", *files, "--population-column", "population", "--country", "LV") == 0
    assert "lie beyond the map data: their travel times are unknown." in capsys.readouterr().err
