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
)
from sempre_geo.community.outreach import PLAN_COLUMNS, outreach_plan
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


def test_the_interval_is_garwoods():
    # Published: 10 observed -> 4.80 to 18.39 (Garwood 1936; also in every table of exact Poisson limits)
    table = felt_and_calculated(pd.DataFrame({"people": [1], "beyond": [0.0]}, index=["x"]), pd.Series({"x": 10}))
    assert (round(table["low"].iloc[0], 2), round(table["high"].iloc[0], 2)) == (4.80, 18.39)


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
    assert said[2].startswith("From Uuskula too few have spoken")
    assert said[2].endswith("About 18 voices were to be expected. That is silence, not satisfaction.")
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
    assert "Linnamaa" not in set(plan["name"])
