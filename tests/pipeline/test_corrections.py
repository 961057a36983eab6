"""Corrections: reported by anyone, decided by those who know, used everywhere, named beside every figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.corrections import Report, to_osm_notes
from sempre_geo.errors import InputError, NotAllowedError
from sempre_geo.pipeline.community.corrections import corrections, decide_correction, report_correction, services_in_use
from sempre_geo.pipeline.community.desk import close_community

REGION = "unbuilt"
AT = datetime(2026, 11, 1, 8, 5, tzinfo=UTC)
SERVICES = pd.DataFrame(
    {"category": ["gp", "library"], "name": ["Practice", "Library"], "opening_hours": ["Mo-Fr 12:00-16:00", None],
     "capacity": [1.0, float("nan")], "source": ["OpenStreetMap", "OpenStreetMap"]},
    index=pd.Index(["osm:n1", "osm:n2"], name="service_id"),
)  # fmt: skip
EARLIER = Report("services", "osm:n1", "opening_hours", "Tu 11:00-16:00", "I work there")


@pytest.fixture(autouse=True)
def closing(settings):
    yield
    close_community(settings)


def test_nothing_changes_before_somebody_decided(settings):
    report_correction(settings, REGION, report=EARLIER)
    used = services_in_use(settings, REGION, services=SERVICES)
    pd.testing.assert_frame_equal(used.drop(columns="corrected"), SERVICES)
    assert set(used["corrected"]) == {""}


def test_an_accepted_one_is_used_and_named_and_the_layer_itself_stays(settings):
    before = SERVICES.copy()
    receipt = report_correction(settings, REGION, report=EARLIER, at=AT)
    gone = report_correction(settings, REGION, report=Report("services", "osm:n2", "gone", "", "It burnt down"))
    for one in (receipt, gone):
        decide_correction(settings, one.id, decision="accepted", by=OPERATOR)
    used = services_in_use(settings, REGION, services=SERVICES)
    assert list(used.index) == ["osm:n1"]
    row = used.iloc[0]
    assert (row["opening_hours"], row["corrected"]) == ("Tu 11:00-16:00", "opening_hours")
    assert row["source"] == "OpenStreetMap; correction: I work there"
    pd.testing.assert_frame_equal(SERVICES, before)
    assert "osm:n1: opening_hours should be 'Tu 11:00-16:00'" in to_osm_notes(corrections(settings, REGION))[0]


def test_it_can_be_taken_back_and_the_last_decision_counts(settings):
    first = report_correction(settings, REGION, report=EARLIER)
    later = report_correction(settings, REGION, report=replace(EARLIER, value="We 10:00-12:00"))
    decide_correction(settings, first.id, decision="accepted", by=OPERATOR, at=AT)
    decide_correction(settings, later.id, decision="accepted", by=OPERATOR, at=AT + timedelta(minutes=1))
    assert services_in_use(settings, REGION, services=SERVICES)["opening_hours"].iloc[0] == "We 10:00-12:00"
    decide_correction(settings, later.id, decision="withdrawn", by=OPERATOR, reason="It was only once.")
    assert services_in_use(settings, REGION, services=SERVICES)["opening_hours"].iloc[0] == "Tu 11:00-16:00"


def test_the_provider_decides_about_its_own_service_only(settings):
    own = Person("p", frozenset({("provider", "service:osm:n1")}))
    mine = report_correction(settings, REGION, report=EARLIER)
    other = report_correction(settings, REGION, report=replace(EARLIER, thing="osm:n2"))
    decide_correction(settings, mine.id, decision="accepted", by=own)
    for by in (own, "", Person("v", frozenset({("policymaker", "*")}))):
        with pytest.raises(NotAllowedError):
            decide_correction(settings, other.id, decision="accepted", by=by)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layer": "roads"}, "What can be corrected"),
        ({"field": "category"}, "What can be corrected"),
        ({"thing": " "}, "which service"),
        ({"source": ""}, "how you know"),
        ({"value": "whenever"}, "no opening hours"),
        ({"field": "capacity", "value": "many"}, "whole number"),
        ({"field": "wheelchair", "value": "perhaps"}, "one of yes, limited, no, unknown"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(settings, change, said):
    with pytest.raises(InputError, match=said):
        report_correction(settings, REGION, report=replace(EARLIER, **change))


def test_declining_needs_a_reason(settings):
    receipt = report_correction(settings, REGION, report=EARLIER)
    with pytest.raises(InputError, match="Say why"):
        decide_correction(settings, receipt.id, decision="declined", by=OPERATOR)
