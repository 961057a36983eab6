"""The Brief page on the small region: asked, made, and offered as two files."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sempre_geo.publish.brief import to_html
from sempre_geo.ui import frame
from tests.ui.small_region import NAME

PAGE = Path(frame.__file__).parent / "screens" / "brief.py"


@pytest.fixture
def page(served):
    (served.data / NAME).mkdir(parents=True, exist_ok=True)
    (served.data / NAME / "standards.csv").write_text(
        "country,category,metric,limit,unit,mode,group,scope,source,status\n"
        "demo,gp,travel_time,6,min,car,all,one way,the four villages,own\n",
        encoding="utf-8",
    )
    return AppTest.from_file(str(PAGE), default_timeout=60).run()


def test_a_brief_is_made_and_its_key_figures_are_shown(page):
    page.button(key="brief_go").click().run()
    assert not page.exception
    assert not page.error
    made = page.session_state["brief_made"]
    shown = " ".join(block.body for block in page.get("html"))
    assert "Services within reach: Tiny county (fictional)" in shown
    assert made.file_stem == "services-within-reach-tiny-county-fictional-en"
    assert made.sections[0].blocks[0].sentences[-1] in shown
    assert "Fictional" in to_html(made)


def test_the_brief_of_one_municipality_is_its_own(page):
    places = page.selectbox(key="brief_place").options
    page.selectbox(key="brief_place").select_index(1).run()
    page.button(key="brief_go").click().run()
    assert not page.exception
    assert places[1] in page.session_state["brief_made"].title


def test_the_place_is_named_in_the_language_that_is_chosen_afterwards(page):
    page.session_state["language"] = "pl"
    page.run()
    told = page.selectbox(key="brief_place").proto
    assert told.set_value, "the browser would keep the words of before"
    assert told.raw_value == told.options[0]
    assert told.raw_value != "The whole region"
    assert not page.run().selectbox(key="brief_place").proto.set_value
