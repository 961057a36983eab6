"""The small region, served to the pages of one test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.settings import Settings
from sempre_geo.ui.installation import installation
from tests.ui.small_region import small_environment, small_settings, write_small_region


@pytest.fixture(scope="session")
def small_layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    write_small_region(folder / "layers")
    settings = small_settings(folder)
    open_community(settings)
    close_community(settings)
    return folder


@pytest.fixture
def served(small_layers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The pages see the small region and an empty store of this test's own."""
    (tmp_path / "layers").symlink_to(small_layers / "layers")
    shutil.copytree(small_layers / "data", tmp_path / "data")
    for name, value in small_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    installation.cache_clear()
    settings = small_settings(tmp_path)
    yield settings
    close_community(settings)
    installation.cache_clear()
