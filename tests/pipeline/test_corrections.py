"""Corrections: reported by anyone, decided by those who know, used everywhere, named beside every figure."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.corrections import Report
from sempre_geo.community.moderation import Sending
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.corrections import save_correction
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.corrections import (
    confirm_service,
    correction_with_code,
    corrections_in_use,
    decide_correction,
    export_corrections,
    report_correction,
    services_in_use,
    waiting_corrections,
)
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.travel.region_in_use import correction_notes, load_corrections_in_use
from tests.pipeline.community_region import write_rules

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
    assert list(corrections_in_use(settings, REGION)["thing"]) == ["osm:n1", "osm:n2"]


def test_one_that_was_accepted_and_cannot_be_used_is_left_aside_and_stops_nothing(settings):
    sound = Report("services", "osm:n1", "capacity", "3", "I work there")
    for report in (sound, replace(sound, value="²"), replace(sound, field="website", value="javascript:alert(1)")):
        row = vars(report) | {"id": secrets.token_hex(16), "region": REGION, "status": "accepted", "decided_by": "p"}
        moments = {"status_at": stamp(AT), "created_at": stamp(AT), "claim_digest": None}
        with open_community(settings).writing() as transaction:
            save_correction(transaction, row | moments)
    used = services_in_use(settings, REGION, services=SERVICES)
    assert (used["capacity"].iloc[0], used["corrected"].iloc[0]) == (3, "capacity")
    told = [row for row in load_corrections_in_use(settings, REGION) if row[3] == "²"]
    assert correction_notes(told)[0].startswith("Not used: osm:n1, capacity: ²")


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
        ({"field": "languages", "value": "Latvian"}, "like lv;ru;en"),
        ({"field": "capacity", "value": "many"}, "whole number"),
        ({"field": "staff", "value": "²"}, "whole number"),
        ({"field": "website", "value": "javascript:alert(1)"}, "beginning with https"),
        ({"field": "name", "value": " \u200b"}, "name that is right"),
        ({"field": "wheelchair", "value": "perhaps"}, "one of yes, limited, no, unknown"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(settings, change, said):
    with pytest.raises(InputError, match=said):
        report_correction(settings, REGION, report=replace(EARLIER, **change))


def test_who_reported_it_reads_the_decision_and_its_reason_with_the_code(settings):
    receipt = report_correction(settings, REGION, report=EARLIER, at=AT)
    decide_correction(settings, receipt.id, decision="declined", by=OPERATOR, reason="It is on Mondays.", at=AT)
    own = correction_with_code(settings, receipt.claim_code)
    assert (own.thing, own.value, own.status) == ("osm:n1", "Tu 11:00-16:00", "declined")
    assert [(step["status"], step["reason"]) for step in own.steps] == [
        ("received", ""), ("declined", "It is on Mondays."),
    ]  # fmt: skip
    assert "operator" not in str(own), "who decided stays in the log"
    other = tell(settings, REGION, draft=Draft("need", "library", "No bus.", Place(municipality_id="m1")))
    with pytest.raises(MissingDataError):
        correction_with_code(settings, other.claim_code)


def test_declining_needs_a_reason(settings):
    receipt = report_correction(settings, REGION, report=EARLIER)
    with pytest.raises(InputError, match="Say why"):
        decide_correction(settings, receipt.id, decision="declined", by=OPERATOR)


def test_the_same_report_sent_twice_is_saved_once_with_the_same_code(settings):
    key = "a-random-key-of-22-signs"
    first, again = (report_correction(settings, REGION, report=EARLIER, sending_key=key) for _time in range(2))
    other = report_correction(settings, REGION, report=replace(EARLIER, value="We 10:00-12:00"), sending_key=key)
    assert first == again
    assert other.claim_code != first.claim_code
    assert len(waiting_corrections(settings, REGION, by=OPERATOR)) == 2


def test_reports_of_a_script_end_and_those_of_a_person_do_not(settings):
    write_rules(settings, voices_per_day=6)
    script, person = Sending("203.0.113.7"), Sending("198.51.100.9")
    for number in range(6):
        report_correction(settings, REGION, report=replace(EARLIER, text=str(number)), sending=script, at=AT)
    with pytest.raises(InputError, match="6 voices or reports"):
        report_correction(settings, REGION, report=EARLIER, sending=script, at=AT)
    report_correction(settings, REGION, report=EARLIER, sending=person, at=AT)


def test_unread_words_are_for_those_who_decide_and_personal_data_is_marked(settings):
    words = replace(EARLIER, text="Ask Anna on +371 26123456")
    report_correction(settings, REGION, report=words)
    assert corrections_in_use(settings, REGION).empty
    own = Person("p", frozenset({("provider", "service:osm:n1")}))
    other = Person("q", frozenset({("provider", "service:osm:n2")}))
    assert waiting_corrections(settings, REGION, by=own)["findings"].tolist() == [["phone"]]
    assert waiting_corrections(settings, REGION, by=other).empty
    with pytest.raises(NotAllowedError, match="own people"):
        waiting_corrections(settings, REGION, by="")


def test_a_provider_confirms_its_own_service_at_once_with_its_source(settings):
    own = Person("p", frozenset({("provider", "service:osm:n1")}))
    for field, value in (("languages", "lv;ru"), ("capacity", "3"), ("wheelchair", "yes")):
        confirm_service(settings, REGION, report=replace(EARLIER, field=field, value=value), by=own, at=AT)
    row = services_in_use(settings, REGION, services=SERVICES).loc["osm:n1"]
    assert (row["languages"], row["capacity"], row["wheelchair"]) == ("lv;ru", 3.0, "yes")
    assert row["corrected"] == "capacity, languages, wheelchair"
    with pytest.raises(NotAllowedError):
        confirm_service(settings, REGION, report=replace(EARLIER, thing="osm:n2"), by=own)


def test_overrides_leave_as_notes_for_mappers_and_as_a_list_for_the_publisher(settings, tmp_path):
    places = gpd.GeoDataFrame(
        SERVICES.assign(sensitive=[False, True]), geometry=gpd.points_from_xy([20.1, 20.2], [57.0, 57.1]), crs=4326
    )
    reports = [
        EARLIER, replace(EARLIER, thing="osm:n2", value="Mo 10:00-12:00"),
        Report("stops", "stop:7", "gone", "", "=cmd|a notice at the stop"),
    ]  # fmt: skip
    for minute, report in enumerate(reports):
        confirm_service(settings, REGION, report=report, by=OPERATOR, at=AT + timedelta(minutes=minute))
    assert export_corrections(settings, REGION, tmp_path / "all.csv", services=places) == 3
    listed = pd.read_csv(tmp_path / "all.csv", keep_default_na=False)
    assert listed["object"].tolist() == ["node/1", "node/2", ""]
    assert listed["source"].tolist()[2].startswith("'=cmd"), "no cell runs as a formula"
    assert export_corrections(settings, REGION, tmp_path / "notes.osn", services=places) == 1, "no sensitive service"
    (note,) = ET.parse(tmp_path / "notes.osn").getroot()  # noqa: S314 - a file this test wrote
    assert (note.get("lat"), note.get("lon")) == ("57.0000000", "20.1000000")
    assert note[0].text == (
        "node/1 osm:n1: opening_hours should be 'Tu 11:00-16:00' (source: I work there; checked 2026-11-01)."
    )
