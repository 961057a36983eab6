"""The build before the last is kept, but not for a build of the same."""

from __future__ import annotations

from sempre_geo.region.earlier import earlier_folder, write_earlier


def _written(folder, catalog, cells="cells"):
    folder.mkdir(parents=True)
    (folder / "catalog.json").write_text(catalog)
    (folder / "cells.parquet").write_text(cells)
    return folder


def test_the_replaced_build_is_kept_and_a_later_one_takes_its_place(tmp_path):
    here = _written(tmp_path / "valka", "first")
    write_earlier(here, draft=_written(tmp_path / "draft", "second"))
    kept = earlier_folder(here)
    assert (kept / "catalog.json").read_text() == "first"
    (here / "catalog.json").unlink()
    (here / "catalog.json").write_text("second")
    assert (kept / "catalog.json").read_text() == "first"  # files are replaced, never written into
    write_earlier(here, draft=_written(tmp_path / "other", "third"))
    assert (kept / "catalog.json").read_text() == "second"


def test_the_same_build_again_pushes_nothing_away_and_a_first_one_keeps_nothing(tmp_path):
    here, draft = _written(tmp_path / "valka", "first"), _written(tmp_path / "draft", "first")
    write_earlier(here, draft=draft)
    write_earlier(tmp_path / "nowhere", draft=draft)
    assert not earlier_folder(here).parent.exists()
