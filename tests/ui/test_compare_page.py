"""The Compare page: municipalities with their bounds, regions side by side, then and now."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.settings import Settings
from tests.ui.small_region import NAME

PAGE = Path(sempre_geo.ui.__file__).parent / "screens" / "compare.py"


@pytest.fixture
def own_layers(served: Settings, tmp_path: Path) -> Path:
    """The layers of this test alone, to put another region or an earlier build beside."""
    shared = tmp_path / "layers"
    source = shared.resolve()
    shared.unlink()
    shutil.copytree(source, shared)
    assert served.layers == shared
    return shared


def _opened(what: str) -> AppTest:
    script = AppTest.from_file(str(PAGE), default_timeout=30)
    for key, value in {"compare_what": what, "by": "bike", "held_gp_bike": "own", "limit_bike": 20}.items():
        script.session_state[key] = value
    script.run()
    assert not script.exception
    return script


def _told(script: AppTest) -> str:
    return " ".join(str(element.value) for element in script.get("html"))


def test_municipalities_stand_in_order_with_the_bounds_of_share_and_rank(served: Settings) -> None:
    script = _opened("places")
    assert served
    assert "Austrumu has the largest share" in _told(script)
    assert [heading.value for heading in script.subheader] == ["How sure the order is"]
    assert len(script.get("vega_lite_chart")) == 2


def test_one_region_alone_has_nothing_beside_it_and_two_are_compared(own_layers: Path) -> None:
    assert "Only one region is built here." in _told(_opened("regions"))
    shutil.copytree(own_layers / NAME, own_layers / "other")
    catalog = json.loads((own_layers / "other" / "catalog.json").read_text())
    (own_layers / "other" / "catalog.json").write_text(json.dumps(catalog | {"region": "other", "title": "Elsewhere"}))
    script = _opened("regions")
    assert "has the largest share beyond the limit: 29 %." in _told(script)
    assert len(script.get("vega_lite_chart")) == 1


def test_an_earlier_build_is_compared_and_where_there_is_none_the_page_says_so(own_layers: Path) -> None:
    assert "No earlier build is kept yet." in _told(_opened("builds"))
    earlier = own_layers / ".earlier" / NAME
    shutil.copytree(own_layers / NAME, earlier)
    catalog = json.loads((earlier / "catalog.json").read_text())
    (earlier / "catalog.json").write_text(json.dumps(catalog | {"date": "2025-11-01"}))
    assert "161 people were beyond the limit, 161 are now." in _told(_opened("builds"))
