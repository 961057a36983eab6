"""The What-if page on the village: a change is added, worked out, taken out; a file goes out and comes in."""

from __future__ import annotations

import io
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pypdf
import pytest
from docx import Document
from streamlit.testing.v1 import AppTest

from sempre_geo import __version__
from sempre_geo.community.access import Person
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.errors import NotAllowedError
from sempre_geo.gaps.scenarios import KINDS, scenario_from_table
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.proposal_files import export_proposal, file_ticket, read_proposal
from sempre_geo.pipeline.community.proposals import proposal, propose
from sempre_geo.pipeline.gaps.kept_scenarios import drop_scenario, keep_scenario
from sempre_geo.pipeline.gaps.scenario_choices import scenario_choices
from sempre_geo.pipeline.gaps.whatif_saved import list_scenarios, saved_scenario
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.settings import read_settings
from sempre_geo.ui import change_form, map_frame
from sempre_geo.ui.installation import installation
from sempre_geo.ui.scenario_file import scenario_bytes
from tests.timetable_files import timetable, write_zip
from tests.village import EAST, NORTH, SOUTH, WEST, write_village

PLANNER = Person("p", frozenset({("policymaker", "region:ciems")}))
PAGE = Path(change_form.__file__).parent / "screens" / "whatif.py"


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whatif")
    variables = {"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers"), "SEMPRE_REGION": "ciems"}
    trips = {f"bus{hour}": [("a", f"{hour:02}:10:00"), ("b", f"{hour:02}:30:00")] for hour in (7, 13)}
    tables = timetable(trips, places={"a": (WEST, SOUTH), "b": (EAST, NORTH)})
    build_region(
        read_settings(variables), "ciems", osm=[write_village(folder / "v.osm.pbf")],
        gtfs=[write_zip(folder / "bus.zip", tables)], country="LV",
    )  # fmt: skip
    return variables


@pytest.fixture
def page(village, monkeypatch):
    for name, value in village.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(map_frame, "st_folium", lambda *_arguments, **_named: {})
    installation.cache_clear()
    yield AppTest.from_file(str(PAGE), default_timeout=60).run()
    installation.cache_clear()


def _close_the_pharmacy(page, settings):
    services = scenario_choices(settings, "ciems").services
    page.selectbox(key="scenario_kind").set_value("close_service").run()
    chosen = next(key for key, words in services.items() if words.startswith("Pharmacy"))
    page.selectbox(key="change_close_service_service_id").set_value(chosen).run()
    return page.button(key="scenario_add").click().run()


def test_every_kind_of_change_can_be_asked_for(page):
    offered = page.selectbox(key="scenario_kind").options
    assert {"close_service", "add_trip", "zone", "mend_road"} <= set(KINDS)
    assert len(offered) == len(change_form.kinds()) - 1  # no ferry in the village
    assert set(change_form.kinds()) == set(KINDS)
    for kind in change_form.offered_kinds(scenario_choices(read_settings(), "ciems")):
        assert not page.selectbox(key="scenario_kind").set_value(kind).run().exception


def test_a_closed_service_is_worked_out_and_taken_out_again(page):
    _close_the_pharmacy(page, read_settings())
    assert not page.exception
    assert not page.error
    page.button_group(key="scenario_mode").set_value("car").run()
    page.button(key="scenario_go").click().run()
    assert not page.exception
    found = page.session_state["scenario_found"]
    assert found.people_losing > 0
    assert [part.value for part in page.markdown if part.value.startswith("Most of those who lose")]
    assert found.sentences[0] in " ".join(block.body for block in page.get("html"))
    page.button(key="scenario_out_close_service_0").click().run()
    assert "close_service" not in page.session_state["scenario"]
    assert "scenario_found" not in page.session_state


def test_what_contradicts_itself_is_refused_in_a_sentence_and_not_taken_in(page):
    settings = read_settings()
    _close_the_pharmacy(page, settings)
    _close_the_pharmacy(page, settings)
    assert "Pharmacy: Aptieka is changed twice" in page.error[0].value
    assert len(page.session_state["scenario"]["close_service"]) == 1


def test_hours_are_written_in_the_readers_words_and_refused_when_the_change_is_added(page):
    page.session_state["language"] = "de"
    page.selectbox(key="scenario_kind").set_value("change_service").run()
    pharmacy = next(
        key for key, said in scenario_choices(read_settings(), "ciems").services.items() if "Aptieka" in said
    )
    page.selectbox(key="change_change_service_service_id").set_value(pharmacy)
    hours = page.text_input(key="change_change_service_opening_hours")
    assert hours.placeholder == "Di 09:00-13:00; Do 12:00-17:00"
    hours.set_value("irgendwann").run()
    page.button(key="scenario_add").click().run()
    assert "Di 09:00-13:00" in page.error[0].value
    page.text_input(key="change_change_service_opening_hours").set_value("Di 9-13; Donnerstag 12-17 Uhr").run()
    page.button(key="scenario_add").click().run()
    assert not page.error
    assert page.session_state["scenario"]["change_service"][0]["opening_hours"] == "Tu 09:00-13:00; Th 12:00-17:00"


def test_the_file_of_a_scenario_reads_back_as_it_was():
    table = {"name": "Ātrāk", "close_service": [{"service_id": "osm:n1", "cost_per_year": -5.0}]}
    again = scenario_from_table(tomllib.loads(scenario_bytes(table).decode()))
    assert again == scenario_from_table(table)


@pytest.mark.usefixtures("page")
def test_a_kept_scenario_is_attached_with_one_press_and_stands_in_every_file_of_the_proposal():
    settings = read_settings()
    pharmacy = next(
        key for key, words in scenario_choices(settings, "ciems").services.items() if words.startswith("Pharmacy")
    )  # fmt: skip
    kept = scenario_from_table({"name": "Ātrāk", "close_service": [{"service_id": pharmacy}]})
    keep_scenario(settings, "ciems", kept, by=PLANNER)
    sentences = Sentences("Taxi-bus", "A taxi-bus on Thursdays.", "People over 64.", "Two buses a day.")
    joined = propose(settings, "ciems", sentences=sentences, who=Member("user", "Aina"))
    room = AppTest.from_file(str(PAGE.with_name("proposals.py")), default_timeout=60)
    room.session_state["proposal_id"] = joined.proposal_id
    room.session_state["proposal_codes"] = {joined.proposal_id: joined.claim_code}
    room.session_state["proposal_step"] = 3
    for _press in range(2):
        room.run().button(key="figures_whatif").click().run()
    assert not room.exception
    assert any("It stands in the proposal now" in block.body for block in room.get("html"))
    ticket = file_ticket(settings, joined.proposal_id, code=joined.claim_code)
    json_, docx, pdf = (
        export_proposal(settings, joined.proposal_id, kind=kind, ticket=ticket).content
        for kind in ("json", "docx", "pdf")
    )
    attached = read_proposal(json_).content["evidence"]
    assert [figure["mode"] for figure in attached] == ["transit", "car"], "each result once, however often one presses"
    assert all(figure["title"].startswith("Ātrāk: ") and figure["version"] == __version__ for figure in attached)
    assert attached[0]["days"], "by bus of the days that were compared"
    words = " ".join(" ".join(sheet.extract_text().split()) for sheet in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    told = " ".join(
        cell.text for table in Document(io.BytesIO(docx)).tables for row in table.rows for cell in row.cells
    )
    assert attached[0]["title"] in told
    assert "Ātrāk:" in words
    drop_scenario(settings, "ciems", "Ātrāk", by=PLANNER)
    assert len(proposal(settings, joined.proposal_id, code=joined.claim_code).evidence) == 2, (
        "and stays when it is gone"
    )
    close_community(settings)


def test_only_those_who_plan_keep_a_scenario_for_everybody(village):
    settings = read_settings(village)
    scenario = scenario_from_table({"name": "Kinnine", "close_service": [{"service_id": "osm:n1"}]})
    with pytest.raises(NotAllowedError):
        keep_scenario(settings, "ciems", scenario, by=Person())
    assert list_scenarios(settings, "ciems").empty
    keep_scenario(settings, "ciems", scenario, by=PLANNER)
    assert saved_scenario(settings, "ciems", "Kinnine") == scenario
    drop_scenario(settings, "ciems", "Kinnine", by=PLANNER)
    assert list_scenarios(settings, "ciems").empty
    close_community(settings)


@pytest.mark.usefixtures("page")
def test_services_of_one_name_are_told_apart_by_where_they_stand(monkeypatch):
    module = sys.modules[scenario_choices.__module__]
    alike = pd.DataFrame({"category": ["gp", "gp", "gp"]}, index=["a", "b", "c"])
    places = {"a": "Haavere", "b": "Sootare", "c": "Sootare"}
    monkeypatch.setattr(module, "named", lambda *_asked: "Kuuranna perearst")
    monkeypatch.setattr(module, "service_place", lambda _region, key, _language: places[key])
    found = module._services(read_settings(), SimpleNamespace(services=alike), "en")
    named = "Doctor: Kuuranna perearst"
    assert list(found.values()) == [f"{named}, Haavere", f"{named}, Sootare", f"{named}, Sootare (2)"]
