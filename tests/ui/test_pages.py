"""Each page as a script, with the map patched: what it asks, says and does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.contributions import open_with_code, tell
from sempre_geo.pipeline.community.proposals import proposals
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import publish, review_queue
from sempre_geo.settings import Settings
from tests.ui.small_region import HOSTILE, NAME

SCREENS = Path(sempre_geo.ui.__file__).parent / "screens"
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as a test
Open = Callable[..., AppTest]


@pytest.fixture
def drawn() -> Iterator[list[dict[str, object]]]:
    """What the page handed to the map; nothing is drawn."""
    calls: list[dict[str, object]] = []

    def record(base: object, **options: object) -> None:
        calls.append({"base": base, **options})

    with patch("sempre_geo.ui.map_frame.st_folium", record):
        yield calls


@pytest.fixture
def page(served: Settings, drawn: list[dict[str, object]]) -> Open:
    assert served
    assert drawn == []

    def opened(name: str, **state: object) -> AppTest:
        script = AppTest.from_file(str(SCREENS / f"{name}.py"), default_timeout=30)
        for key, value in state.items():
            script.session_state[key] = value
        return script.run()

    return opened


def _told(script: AppTest) -> str:
    return " ".join(str(element.value) for element in script.get("html"))


def _coordinator(settings: Settings) -> str:
    add_account(settings, "anna", role="coordinator", password=PASSWORD)
    return login(settings, "anna", password=PASSWORD)


# What if needs streets, which the small region lacks; that it refuses within its frame is tried in a browser.
@pytest.mark.parametrize("name", sorted(path.stem for path in SCREENS.glob("[a-z]*.py") if path.stem != "whatif"))
def test_every_page_opens_without_an_error_and_has_one_heading(page: Open, name: str) -> None:
    script = page(name)
    assert not script.exception
    assert _told(script).count("<h1") == 1


def test_explore_answers_in_sentences_for_a_chosen_village(page: Open) -> None:
    script = page("explore", place_id="s1")
    told = _told(script)
    assert "41 people live here." in told
    assert "The nearest doctor: Dr. Ozola, Augstkalni, 8 min by car." in told
    assert "28 min by bike" in told
    assert "That is silence, not satisfaction." in told


def test_explore_says_plainly_that_there_is_no_way_and_never_a_raw_infinity(page: Open) -> None:
    told = _told(page("explore", place_id="s3"))
    assert "No doctor can be reached by car." in told
    assert "How many people live here is not known." in told
    assert not any(word in told for word in ("inf ", "nan", "None", "null"))


def test_on_a_phone_the_questions_are_one_line_that_opens_and_shuts(page: Open) -> None:
    script = page("explore", place_id="s1")
    line = script.button(key="ask_line")
    assert line.label.startswith("Doctor · ")
    assert line.label.endswith("Bebrene (Bjebrene)")
    shut = line.icon
    script.pills(key="by").set_value("walk").run()
    assert "On foot" in script.button(key="ask_line").label
    opened = script.button(key="ask_line").click().run()
    assert opened.button(key="ask_line").icon != shut
    assert opened.pills(key="by").value == "walk"
    assert opened.button(key="ask_line").click().run().button(key="ask_line").icon == shut


def test_explore_keeps_the_view_in_the_link_by_names_and_not_by_coordinates(page: Open) -> None:
    script = page("explore", place_id="s1")
    script.pills(key="by").set_value("walk").run()
    assert dict(script.query_params) == {"service": "gp", "by": "walk", "place": "s1"}


def test_a_link_with_unknown_values_opens_the_plain_page(served: Settings, drawn: list[dict[str, object]]) -> None:
    script = AppTest.from_file(str(SCREENS / "explore.py"), default_timeout=30)
    script.query_params["service"] = HOSTILE
    script.query_params["place"] = "s99"
    script.run()
    assert served
    assert not script.exception
    assert script.selectbox(key="service").value == "gp"
    assert len(drawn) == 1


def test_the_base_map_stays_the_same_while_layers_change(page: Open, drawn: list[dict[str, object]]) -> None:
    script = page("explore", place_id="s1")
    script.pills(key="by").set_value("walk").run()
    first, second = drawn[0], drawn[-1]
    assert first["key"] == second["key"]
    assert first["base"] is not second["base"]
    assert first["returned_objects"] == ["last_clicked"]


def test_the_table_beside_the_map_names_every_village(page: Open) -> None:
    script = page("explore", explore_table=True)
    table = script.dataframe[0].value
    assert sorted(table["settlement"]) == ["Augstkalni", "Bebrene", "Cīruļi", "Dižvanagi"]
    assert table.set_index("settlement").loc["Bebrene", "middle_min"] == 8
    assert table["settlement"].iloc[0] == "Dižvanagi"


def _fill(script: AppTest, text: str = "The bus goes too early.") -> AppTest:
    """Through the four screens to the button that saves."""
    script.pills(key="tell_category").set_value("library").run()
    script.button(key="tell_on").click().run()
    script.selectbox(key="tell_place").set_value("s1").run()
    script.button(key="tell_on").click().run()
    script.pills(key="tell_obstacle").set_value("cannot_get_there").run()
    script.button(key="tell_on").click().run()
    script.text_area(key="tell_text").set_value(text)
    script.checkbox(key="tell_consent").check()
    return script


def test_a_need_is_saved_with_a_code_and_shown_without_its_text_until_it_is_read(page: Open, served: Settings) -> None:
    script = _fill(page("tell"))
    script.session_state["tell_begun"] -= 60  # sent at once it would be a script's, and no sign on the map
    script.button(key="tell_save").click().run()
    receipt, kind = script.session_state["tell_receipt"]
    assert kind == "need"
    assert receipt.claim_code in _told(script)
    assert open_with_code(served, receipt.claim_code).text == "The bus goes too early."
    public = public_contributions(served, NAME)
    assert public["status"].tolist() == ["awaiting_review"]
    assert public["text"].isna().all() or not public["text"].fillna("").any()


def test_what_is_missing_is_said_and_what_was_chosen_stays(page: Open, served: Settings) -> None:
    script = page("tell")
    script.button(key="tell_on").click().run()
    assert "Choose what it is about" in script.warning[0].value
    script.pills(key="tell_category").set_value("library").run()
    script.button(key="tell_on").click().run()
    script.button(key="tell_on").click().run()
    assert "Say where" in script.warning[0].value
    script.button(key="tell_back").click().run()
    assert script.pills(key="tell_category").value == "library"
    script = _fill(page("tell"), text="Half an entry")
    script.checkbox(key="tell_consent").uncheck()
    script.button(key="tell_save").click().run()
    assert "consent" in script.warning[0].value
    assert script.text_area(key="tell_text").value == "Half an entry"
    assert public_contributions(served, NAME).empty


def test_review_is_closed_to_visitors_and_publishes_for_a_coordinator(page: Open, served: Settings) -> None:
    tell(served, NAME, draft=Draft("need", "library", "No bus on Tuesdays.", Place(settlement_id="s1")))
    assert "Only a coordinator" in _told(page("review"))
    token = _coordinator(served)
    waiting = review_queue(served, NAME, by=token)["id"].iloc[0]
    with patch("sempre_geo.ui.session.login_token", return_value=token):
        script = page("review")
        assert "No bus on Tuesdays." in _told(script)
        script.button(key=f"publish_{waiting}").click().run()
        assert "Nothing waits." in _told(script)
    assert public_contributions(served, NAME)["text"].tolist() == ["No bus on Tuesdays."]


def _published_idea(settings: Settings, text: str) -> str:
    tell(settings, NAME, draft=Draft("idea", "library", text, Place(settlement_id="s1")))
    token = _coordinator(settings)
    idea = str(review_queue(settings, NAME, by=token)["id"].iloc[0])
    publish(settings, idea, by=token)
    return idea


def test_an_idea_becomes_a_proposal_with_the_figures_of_its_place(page: Open, served: Settings) -> None:
    idea = _published_idea(served, "A taxi-bus on Thursdays.")
    script = page("proposals")
    script.button(key=f"start_{idea}").click().run()
    for key, text in {
        "proposal_title": "Taxi-bus", "proposal_what": "A bus on call", "proposal_for": "People over 64",
        "proposal_why": "Two buses a day",
    }.items():  # fmt: skip
        (script.text_input if key == "proposal_title" else script.text_area)(key=key).set_value(text)
    script.text_input(key="proposal_name").set_value("Aina")
    script.button(key="proposal_save").click().run()
    assert not script.exception
    assert script.session_state["proposal_joined"].claim_code in _told(script)
    assert proposals(served, NAME).empty


def test_hostile_text_reaches_no_page_as_markup(page: Open, served: Settings) -> None:
    _published_idea(served, HOSTILE)
    for name, state in (("explore", {"place_id": "s1", "service": "library"}), ("proposals", {})):
        told = _told(page(name, **state))
        assert "<script" not in told
        assert "<img src=x" not in told
        assert "&lt;img src=x" in told


def test_gaps_counts_who_is_beyond_the_limit_and_says_that_it_is_no_standard(page: Open) -> None:
    script = page("gaps", by="bike", held_gp_bike="own", limit_bike=20)
    told = _told(script)
    assert "29 % must travel more than 20 min by bike to the nearest doctor." in told
    assert "This limit is yours: it is no published standard." in told
    assert "We know of no published standard" in told
    assert not script.exception
    assert [heading.value for heading in script.subheader] == [
        "Where",
        "Why",
        "Who more than others",
        "What people say",
    ]
    written = " ".join(str(element.value) for element in script.markdown)
    assert "Austrumu has the largest share: everybody." in written
    assert "The way takes longer than the limit." in written
    assert (
        "People over 64 are 1.5 times as likely to be beyond this limit" in written or "as likely as others" in written
    )
    assert len(script.get("vega_lite_chart")) == 3


def test_gaps_names_who_has_published_a_limit(page: Open, served: Settings) -> None:
    rows = "min,car,all,one way,The county council 2024,rule\n"
    own = served.inputs(NAME) / "standards.csv"
    own.parent.mkdir(parents=True)
    own.write_text(
        f"standard_id,country,category,metric,limit,unit,mode,group,scope,source,status\na,*,*,travel_time,25,{rows}"
    )
    told = _told(page("gaps", by="car"))
    assert "A published limit (rule): 25 min, one way. Source: The county council 2024." in told
    assert "Counted from 3 places where people live: Written by hand (1 November 2026)." in told
    assert "We know of no published standard" not in told


def test_sources_name_the_licence_and_that_the_place_is_invented(page: Open) -> None:
    script = page("about")
    assert "Tiny county does not exist." in _told(script)
    licences = script.table[0].value["Licence"]
    assert licences.str.contains("CC0", regex=False).all()
    assert licences.str.contains(r"1\.0", regex=False).all(), "no sign of Markdown's, which would make a list of 1."


def test_the_pins_change_as_soon_as_somebody_else_has_said_something(
    served: Settings, page: Open, drawn: list[dict[str, object]]
) -> None:
    script = page("explore", place_id="s1")
    tell(served, NAME, draft=Draft("need", "library", "Too far.", Place(settlement_id="s1")))
    script.run()
    script.run()
    pins = [_pins_of(call) for call in drawn]
    assert pins[0] == []
    assert pins[1] == pins[2] == ["need_waiting"]


def _pins_of(call: dict[str, object]) -> list[str]:
    groups = [child for group in call["feature_group_to_add"] for child in group._children.values()]
    features = [layer.features["features"] for layer in groups if hasattr(layer, "features")]
    return [str(one["properties"]["pin"]) for of_one in features for one in of_one
            if one["properties"]["pin"] not in {"service", "here"}]  # fmt: skip
