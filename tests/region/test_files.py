"""Files are written wholly or not at all, and each format says what a reader of it can use."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sempre_geo.errors import InputError, StoreError
from sempre_geo.region.files import read_checksum, write_folder_whole, write_table, write_text, write_whole

ENDINGS = (".csv", ".geojson", ".gpkg", ".parquet")


@pytest.fixture
def places() -> gpd.GeoDataFrame:
    table = {
        "name": ["=1+1", "@home", None],
        "minutes": [1.5, np.inf, np.nan],
        "status": ["ok", "unreachable", "unknown"],
        "n": [-1, 2, 3],
    }
    index = pd.Index(["a", "-b", "c"], name="cell_id")
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([24, 25, 26], [57] * 3), index=index, crs="EPSG:4326")


def test_spreadsheets_run_no_cell_as_a_formula_and_numbers_stay_numbers(places, tmp_path):
    write_table(places, tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "cell_id,name,minutes,status,n,lon,lat",
        "a,'=1+1,1.5,ok,-1,24.0,57.0",
        "'-b,'@home,inf,unreachable,2,25.0,57.0",
        "c,,,unknown,3,26.0,57.0",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_escaped_also_in_a_heading(start, tmp_path):
    write_table(pd.DataFrame({f"{start}x": pd.Categorical([f"{start}cmd"])}), tmp_path / "t.csv")
    table = pd.read_csv(tmp_path / "t.csv")
    written = start.replace("\r", "\n")
    assert table.columns[0] == f"'{written}x"
    assert table.iloc[0, 0] == f"'{written}cmd"


def test_geojson_has_null_for_infinity_beside_its_status_and_counterclockwise_rings(places, tmp_path):
    ring = shapely.Polygon([(24, 57), (24, 58), (25, 58), (25, 57)])
    write_table(places.set_geometry([ring, *places.geometry[1:]], crs="EPSG:4326"), tmp_path / "t.geojson")
    layer = json.loads((tmp_path / "t.geojson").read_text(encoding="utf-8"))
    assert [feature["properties"]["minutes"] for feature in layer["features"]] == [1.5, None, None]
    assert layer["features"][1]["properties"]["status"] == "unreachable"
    assert shapely.Polygon(layer["features"][0]["geometry"]["coordinates"][0]).exterior.is_ccw
    assert "crs" not in layer


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_table_written_on_two_days_has_the_same_bytes_and_all_its_rows(ending, places, tmp_path, monkeypatch):
    first, second = tmp_path / f"one{ending}", tmp_path / "two" / f"one{ending}"
    write_table(places, first)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    if ending == ".gpkg":
        time.sleep(1.1)  # GDAL asks the clock itself, in whole seconds
    write_table(places, second)
    assert read_checksum(first) == read_checksum(second)
    read = pd.read_csv(first) if ending == ".csv" else gpd.read_file(first) if ending != ".parquet" else None
    assert len(gpd.read_parquet(first) if read is None else read) == 3


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_table_without_shapes_is_written_in_every_format(ending, places, tmp_path):
    write_table(pd.DataFrame(places.drop(columns="geometry")), tmp_path / f"t{ending}")
    assert (tmp_path / f"t{ending}").stat().st_size > 0


def test_an_unknown_ending_is_refused_in_a_sentence(places, tmp_path):
    with pytest.raises(InputError, match=r"t\.xlsx ends in none of \.csv, \.geojson, \.gpkg, \.parquet"):
        write_table(places, tmp_path / "t.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "The disk is full"), (errno.EROFS, "may not be written here"), (errno.EIO, "could not be written")],
)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_failing_disk_leaves_the_old_file_and_nothing_half_written(
    ending, number, sentence, places, tmp_path, monkeypatch
):
    target = tmp_path / f"t{ending}"
    target.write_bytes(b"old")

    def fail(_file: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match=sentence):
        write_table(places, target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_disk_that_is_really_full_ends_in_one_sentence_with_nothing_left_behind(tmp_path):
    script = """
import resource, signal, sys
from pathlib import Path
import pandas as pd
from sempre_geo.errors import StoreError
from sempre_geo.region.files import write_table
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
frame = pd.DataFrame({"a": range(100_000)})
for ending in ("csv", "geojson", "parquet", "gpkg"):
    try:
        write_table(frame, Path(sys.argv[1]) / f"t.{ending}")
    except StoreError as error:
        print(str(error))
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    said = done.stdout.splitlines()
    assert len(said) == 4
    assert all("free some space" in line or "could not be written" in line for line in said)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_swapped_only_when_its_writing_ended_well(tmp_path):
    target = tmp_path / "valka"
    with write_folder_whole(target) as draft:
        write_text("one", draft / "a.txt")
    with pytest.raises(InputError), write_folder_whole(target) as draft:  # noqa: PT012 - the writing fails in its middle
        write_text("two", draft / "a.txt")
        raise InputError
    assert (target / "a.txt").read_text() == "one"
    with write_folder_whole(target) as draft:
        write_text("three", draft / "b.txt")
    assert [file.name for file in target.iterdir()] == ["b.txt"]
    assert list(tmp_path.iterdir()) == [target]


def test_the_old_folder_comes_back_when_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    target = tmp_path / "valka"
    with write_folder_whole(target) as draft:
        write_text("one", draft / "a.txt")
    rename = Path.rename

    def fail_for_drafts(self: Path, to: Path) -> Path:
        if to == target and not (self / "a.txt").exists():
            raise OSError(errno.EIO, "no luck")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fail_for_drafts)
    with pytest.raises(StoreError, match="no luck"), write_folder_whole(target) as draft:
        write_text("two", draft / "b.txt")
    assert (target / "a.txt").read_text() == "one"
    assert list(tmp_path.iterdir()) == [target]


def test_a_writer_that_fails_leaves_the_old_text(tmp_path):
    target = tmp_path / "a.txt"
    write_text("old", target)
    with pytest.raises(InputError), write_whole(target) as draft:  # noqa: PT012 - the writing fails in its middle
        draft.write_text("half")
        raise InputError
    assert target.read_text() == "old"


def test_the_checksum_of_a_folder_changes_with_a_name_or_a_byte_in_it(tmp_path):
    write_text("x", tmp_path / "f" / "a.txt")
    before = read_checksum(tmp_path / "f")
    (tmp_path / "f" / "a.txt").rename(tmp_path / "f" / "b.txt")
    assert read_checksum(tmp_path / "f") != before
