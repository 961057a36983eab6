"""Fixtures every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from sempre_geo.settings import Settings, read_settings

# Shared machines are noisy: a slow example is not a failure, and the same code draws the same examples.
hypothesis_settings.register_profile("house", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data lying beside the project; a plain clone does not have it."""
    folder = Path(os.environ.get("SEMPRE_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the folder of real data (shared/data) is not beside this checkout")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose data and layers folders are this test's own."""
    return read_settings({"SEMPRE_DATA": str(tmp_path / "data"), "SEMPRE_LAYERS": str(tmp_path / "layers")})
