"""Felt beside calculated: by hand, and never silence as satisfaction."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre_geo.community.felt import (
    FeltClass,
    class_title,
    felt_and_calculated,
    felt_sentence,
    questions_to_ask,
    silent_places,
    silent_sentence,
)
from sempre_geo.community.outreach import PLAN_COLUMNS, all_halls, halls_near, outreach_plan
from sempre_geo.errors import InputError

PLACES = pd.DataFrame(
    {
        "name": ["Haavere", "Pikksaare", "Uuskula", "Linnamaa", "Laid", "Metsa"],
        "people": [200, 200, 200, 400, 0, 100],
        "beyond": [150.0, 150.0, 150.0, 20.0, 0.0, 10.0],
        "lon": [20.0, 20.2, 20.4, 20.6, 20.8, 21.0],
        "lat": 57.0,
    },
    index=list("abcdef"),
)
RECEIVED = pd.Series({"a": 30, "b": 5, "c": 4, "d": 55, "f": 6})


def test_each_class_by_hand():
    # 100 voices of 1,100 people: 0.0909 each; 200 people -> 18.2, 400 -> 36.4, 100 -> 9.1 expected
    table = felt_and_calculated(PLACES, RECEIVED)
    assert table["expected"].round(1).tolist() == [18.2, 18.2, 18.2, 36.4, 0.0, 9.1]
    assert table["felt_class"].tolist() == [
        "both", "calculated_more", "not_heard", "felt_more", "uninhabited", "neither",
    ]  # fmt: skip
    assert table["sure"].tolist() == [True, True, True, True, False, False]


def test_the_bounds_of_chance_hold_what_is_expected():
    # Poisson with mean 9 and 81: 2.5 % and 97.5 % quantiles from a printed table.
    places = pd.DataFrame({"people": [100, 900], "beyond": 0.0}, index=["a", "b"])
    table = felt_and_calculated(places, pd.Series({"b": 90}))
    assert table.loc["a", ["expected", "expected_low", "expected_high"]].tolist() == [9.0, 4.0, 15.0]
    assert table.loc["b", "expected_low"] == 64.0


def test_silent_is_who_is_not_heard_or_says_less_than_chance_explains_and_rounding_silences_nobody():
    places = pd.DataFrame({"people": [300, 300, 300, 20, 300, 0], "beyond": 0.0}, index=list("abcdef"))
    received = pd.Series({"a": 60, "b": 5, "c": 0, "e": 26})
    table = felt_and_calculated(places, received)  # 91 voices of 1,220 people: 22.4 expected of 300, 1.5 of 20
    assert silent_places(table).index.tolist() == ["c", "b"]
    assert silent_places(table)["missing"].round().tolist() == [22.0, 17.0]
    assert silent_places(table.assign(rounded=True)).index.tolist() == ["c", "b"]
    assert silent_places(table.assign(rounded=3)).index.tolist() == ["c"], "of three sums up to twelve are hidden"
    assert silent_sentence("Metsa", table.loc["b"]).startswith("Voices from Metsa: 5, where about 22 were")
    assert silent_sentence("Metsa", table.assign(rounded=True).loc["c"]).startswith("From Metsa too few have spoken")


@given(st.lists(st.tuples(st.integers(0, 500), st.one_of(st.none(), st.floats(0, 1)), st.integers(0, 50)), min_size=1))
def test_a_place_where_too_few_spoke_is_never_anything_but_not_heard(rows):
    people = np.array([row[0] for row in rows], dtype=float)
    beyond = np.array([np.nan if row[1] is None else row[1] for row in rows], dtype=float) * people
    places = pd.DataFrame({"people": people, "beyond": beyond})
    table = felt_and_calculated(places, pd.Series([row[2] for row in rows]))
    silent = table["received"].lt(5)
    assert (table["felt_class"].eq("not_heard") == (silent & table["people"].gt(0))).all()
    assert (table["felt_class"].eq("uninhabited") == (silent & table["people"].eq(0))).all()
    assert table.index.equals(places.index)
    assert (table.loc[table["share_beyond"].isna() & ~silent, "felt_class"] == "unknown").all()


def test_voices_from_nowhere_are_named():
    with pytest.raises(InputError, match="not in the table: z"):
        felt_and_calculated(PLACES, pd.Series({"z": 1}))


def test_every_class_has_a_sentence_without_jargon():
    table = felt_and_calculated(PLACES, RECEIVED)
    said = [felt_sentence(PLACES.loc[place, "name"], row) for place, row in table.iterrows()]
    assert said[0] == "In Haavere people say what the map says: 30 voices, where 18 were to be expected."
    assert said[2] == silent_sentence("Uuskula", table.loc["c"])
    assert said[2].endswith("4, where about 18 were to be expected. Ask who has not been heard.")
    assert said[4] == "Nobody lives in Laid."
    assert not any("nan" in sentence or "None" in sentence for sentence in said)


def test_every_class_has_a_name_and_its_meanings_are_questions():
    for felt_class in get_args(FeltClass):
        assert class_title(felt_class)
        assert all(question.endswith("?") for question in questions_to_ask(felt_class))
    only_said = " ".join(questions_to_ask("felt_more"))
    assert all(word in only_said for word in ("expensive", "open", "language", "ashamed", "wrong"))
    only_calculated = " ".join(questions_to_ask("calculated_more"))
    assert "heard" in only_calculated
    assert "manage" in only_calculated


def test_the_plan_goes_first_where_many_are_badly_served_and_silent():
    services = pd.DataFrame(
        {"category": ["pharmacy", "school", "community_centre", "community_centre"],
         "name": ["Apteek", "Kool", "Rahvamaja", "Far hall"],
         "lon": [20.4, 20.401, 20.41, 22.0], "lat": 57.0},
        index=["s1", "s2", "s3", "s4"],
    )  # fmt: skip
    cells = pd.DataFrame({"lon": [20.4, 20.42, 20.6], "lat": 57.0, "population": [150, 60, 400]})
    plan = outreach_plan(PLACES, felt_and_calculated(PLACES, RECEIVED), services, cells=cells)
    assert tuple(plan.columns) == PLAN_COLUMNS
    assert plan["name"].tolist()[:2] == ["Uuskula", "Pikksaare"]
    first = plan.iloc[0]
    assert (first["hall"], first["reaches"]) == ("Rahvamaja", 210.0)
    assert plan.iloc[1]["hall"] == ""
    near = halls_near(all_halls(services), lon=20.4, lat=57.0)
    assert near.index.tolist() == ["s3", "s2"], "the kind first, then how near; nothing beyond five kilometres"
    felt = felt_and_calculated(PLACES, RECEIVED)
    other = outreach_plan(PLACES, felt, services, cells=cells, chosen={"c": "s2"})
    assert other.loc[0, ["hall", "hall_category"]].tolist() == ["Kool", "school"]
    with pytest.raises(InputError, match="not within reach of Uuskula"):
        outreach_plan(PLACES, felt, services, cells=cells, chosen={"c": "s4"})
    assert "Linnamaa" not in set(plan["name"])
