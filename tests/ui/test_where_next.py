"""The Where-next page on the village: a search is begun, ends with a proven answer, and becomes a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sempre_geo.gaps.scenarios import scenario_from_table
from sempre_geo.ui import map_frame
from sempre_geo.ui.installation import installation
from tests.ui.test_whatif import village  # noqa: F401 - the fixture

PAGE = Path(map_frame.__file__).parent / "screens" / "where_next.py"


@pytest.fixture
def page(village, monkeypatch):  # noqa: F811 - the fixture, asked for by its name
    for name, value in village.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(map_frame, "st_folium", lambda *_arguments, **_named: {})
    installation.cache_clear()
    yield AppTest.from_file(str(PAGE), default_timeout=60).run()
    installation.cache_clear()


def _searched(page):
    page.button(key="siting_go").click().run()
    page.session_state["siting_job"].wait(60)
    return page.run()


def test_a_search_ends_with_places_and_becomes_a_scenario(page, monkeypatch):
    switched = []
    monkeypatch.setattr("streamlit.switch_page", switched.append)
    page.selectbox(key="siting_service").set_value("pharmacy").run()
    _searched(page)
    assert not page.exception
    plan = page.session_state["siting_job"].state.plan
    assert len(plan.sites) == 1
    shown = " ".join(block.body for block in page.get("html"))
    assert str(plan.sites["name"].iloc[0]) in shown
    assert "proven" in shown
    page.button(key="siting_to_scenario").click().run()
    scenario = scenario_from_table(page.session_state["scenario"])
    assert [change.category for change in scenario.changes] == ["pharmacy"]
    assert Path(switched[0]).name == "whatif.py"


def test_more_places_than_there_are_is_refused_in_a_sentence(page):
    page.number_input(key="siting_add").set_value(10).run()
    _searched(page)
    assert not page.exception
    assert "candidates" in page.error[0].value
