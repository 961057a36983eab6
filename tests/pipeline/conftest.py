"""An empty store for a test, copied from one led to this version once: migrating takes longer than most tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.settings import Settings, read_settings


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    settings = read_settings({"SEMPRE_DATA": str(folder), "SEMPRE_LAYERS": str(folder / "layers")})
    open_community(settings).forget()
    close_community(settings)
    return folder / "store.sqlite"


@pytest.fixture
def store(settings: Settings, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)
    settings.data.mkdir()
    shutil.copy(migrated, settings.data / "store.sqlite")
    yield settings
    close_community(settings)
