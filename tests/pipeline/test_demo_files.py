"""Where the fictional region's own files are found."""

from __future__ import annotations

from sempre_geo.pipeline.prepare.demo import demo_inputs
from sempre_geo.settings import Settings


def test_the_demo_is_found_beside_the_package_however_far_the_data_folder_is(settings: Settings) -> None:
    assert not settings.inputs("demo").exists()
    assert all(path.is_file() for path in demo_inputs(settings).values())
