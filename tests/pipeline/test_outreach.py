"""Who may read felt beside calculated, and how exactly."""

from __future__ import annotations

import pandas as pd
import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.errors import NotAllowedError
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.outreach import felt, outreach
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.community.voices import add_voice
from tests.pipeline.community_region import build_region

GAPS = pd.DataFrame({"people": [205, 907], "beyond": [200.0, 400.0]}, index=["m1", "m2"])


@pytest.fixture
def region(settings):
    name = build_region(settings)
    receipt = tell(settings, name, draft=Draft("need", "library", "x", Place(lon=20.0, lat=57.0)))
    publish(settings, receipt.id, by=OPERATOR)
    for number in range(2):
        add_voice(settings, receipt.id, voter=f"phone-{number}")
    tell(settings, name, draft=Draft("need", "library", "waits", Place(lon=20.0, lat=57.0)))
    yield name
    close_community(settings)


def test_coordinators_read_numbers_policymakers_steps_of_five_and_others_nothing(settings, region):
    coordinator = Person("c", frozenset({("coordinator", f"region:{region}")}))
    policymaker = Person("p", frozenset({("policymaker", "*")}))
    assert felt(settings, region, gaps=GAPS, by=coordinator)["received"].tolist() == [3, 0]
    assert felt(settings, region, gaps=GAPS, by=policymaker)["received"].tolist() == [0, 0]
    assert felt(settings, region, gaps=GAPS, by=coordinator, category="gp")["received"].sum() == 0
    for person in (
        "",
        Person("x", frozenset({("provider", "*")})),
        Person("y", frozenset({("coordinator", "region:z")})),
    ):
        with pytest.raises(NotAllowedError):
            felt(settings, region, gaps=GAPS, by=person)


def test_the_silent_settlement_is_visited_first(settings, region):
    places = pd.DataFrame(
        {"name": ["Haavere", "Linnamaa"], "people": [205, 907], "beyond": [200.0, 400.0],
         "lon": [20.0, 20.3], "lat": 57.0},
        index=["s1", "s3"],
    )  # fmt: skip
    services = pd.DataFrame({"category": ["library"], "name": ["Library"], "lon": [20.3], "lat": [57.0]}, index=["l"])
    cells = pd.DataFrame({"lon": [20.3], "lat": [57.0], "population": [900.0]})
    plan = outreach(settings, region, places=places, services=services, cells=cells, by=OPERATOR)
    assert plan[["name", "hall", "reaches"]].to_numpy().tolist() == [["Linnamaa", "Library", 900.0]]
