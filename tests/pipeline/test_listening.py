"""Listening and outreach on four villages: who reads what, what is new, who is silent, a tour, and the day after."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from icalendar import Calendar

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.networks import Network, Organisation
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.halls import halls_of_place
from sempre_geo.pipeline.community.listening import heard_and_silent, listen, news, note_look
from sempre_geo.pipeline.community.networks import make_network
from sempre_geo.pipeline.community.outreach import Search, felt, outreach_places
from sempre_geo.pipeline.community.outreach_days import HeldDay, held_days, record_day
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.community.tours import KINDS, Wish, listed_tours, plan_outreach_tour, tour_content, tour_file
from sempre_geo.pipeline.community.voices import add_voice
from sempre_geo.pipeline.gaps.limits import own_limit
from tests.ui.small_region import HOSTILE, NAME, small_settings, write_small_region

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
MEMBER = Person("m", frozenset({("network_member", f"region:{NAME}")}))
POLICYMAKER = Person("p", frozenset({("policymaker", "*")}))
OTHERS = (Person("x", frozenset({("provider", "*")})), Person("y", frozenset({("coordinator", "region:z")})), "")
TUESDAY = date(2026, 12, 1)


@pytest.fixture
def region(tmp_path, migrated, monkeypatch):
    """Bebrene has spoken: one need with six voices, on the library; nobody else has."""
    monkeypatch.setattr("sempre_geo.community.claim_codes.GUESS_COST", 2)
    write_small_region(tmp_path / "layers")
    settings = small_settings(tmp_path)
    settings.data.mkdir()
    shutil.copy(migrated, settings.data / "store.sqlite")
    said = tell(settings, NAME, draft=Draft("need", "library", "No bus.", Place(settlement_id="s1"),
                                            groups=("over_64",)), at=AT - timedelta(days=9))  # fmt: skip
    publish(settings, said.id, by=OPERATOR)
    for number in range(6):
        add_voice(settings, said.id, voter=f"phone-{number}", at=AT - timedelta(days=8))
    yield settings
    close_community(settings)


def test_the_coordinator_reads_numbers_others_steps_of_five_and_strangers_nothing(region):
    exact, public = (listen(region, NAME, by=by, at=AT) for by in (OPERATOR, MEMBER))
    assert exact.places["people"].tolist() == [7]
    assert [(one.people, one.recent) for one in exact.clusters] == [(7, 7)]
    assert [(one.people, one.recent) for one in public.clusters] == [(5, None)]
    assert public.places["people"].tolist() == [5]
    assert not {"groups", "obstacle", "created_at"} & set(public.needs)
    assert "settlement_id" not in public.needs
    for by in OTHERS:
        with pytest.raises(NotAllowedError):
            listen(region, NAME, by=by)


def test_only_the_coordinator_lays_group_and_time_over_each_other(region):
    assert len(listen(region, NAME, by=OPERATOR, group="over_64", at=AT).needs) == 1
    assert listen(region, NAME, by=OPERATOR, group="women", at=AT).needs.empty
    assert listen(region, NAME, by=OPERATOR, since="2026-11-20", at=AT).needs.empty
    for asked in ({"group": "over_64"}, {"since": "2026-11-20"}):
        with pytest.raises(InputError):
            listen(region, NAME, by=POLICYMAKER, **asked)


def test_what_is_new_is_kept_with_the_account(region):
    add_account(region, "anna", role="coordinator", password="long enough")  # noqa: S106 - lives as long as the test
    token = login(region, "anna", password="long enough")  # noqa: S106
    assert news(region, NAME, by=token).new["people"].sum() == 7
    note_look(region, NAME, by=token, at=AT)
    seen = news(region, NAME, by=token)
    assert (seen.since, len(seen.new)) == ("2026-11-25T12:00:00Z", 0)
    late = tell(region, NAME, draft=Draft("need", "gp", "Far.", Place(settlement_id="s2")), at=AT + timedelta(hours=1))
    publish(region, late.id, by=OPERATOR)
    assert news(region, NAME, by=token).new["category"].tolist() == ["gp"]
    with pytest.raises(InputError):
        note_look(region, NAME, by=OPERATOR)
    with pytest.raises(NotAllowedError):
        note_look(region, NAME, by=MEMBER)


def test_the_silent_places_say_how_many_were_to_be_expected(region):
    table = heard_and_silent(region, NAME, by=OPERATOR, at=AT)
    assert table.loc["s0", ["name", "received", "felt_class"]].tolist() == ["Augstkalni", 0, "not_heard"]
    assert table.loc["s0", "expected"] == pytest.approx(7 * 400 / 561)
    assert table.index[0] == "s0"
    assert "s3" not in table.index, "nobody knows how many live there"
    member = heard_and_silent(region, NAME, by=MEMBER, at=AT)
    assert member["received"].tolist() == [0, 0, 5]


def test_a_week_is_not_told_before_its_monday(region):
    fresh = tell(region, NAME, draft=Draft("need", "library", "x", Place(settlement_id="s2")), at=AT)
    publish(region, fresh.id, by=OPERATOR)
    for number in range(9):
        add_voice(region, fresh.id, voter=f"other-{number}", at=AT)
    assert heard_and_silent(region, NAME, by=MEMBER, at=AT).loc["s2", "received"] == 0
    assert heard_and_silent(region, NAME, by=OPERATOR, at=AT).loc["s2", "received"] == 10


def test_places_come_with_their_hall_and_whoever_knows_them(region):
    network = Network("Valley", "Riina", organisations=(Organisation(f"Cīruļi {HOSTILE}", "ngo"),))
    make_network(region, NAME, network=network, by=OPERATOR)
    plan = outreach_places(region, NAME, by=MEMBER, search=Search("library"), at=AT)
    near = own_limit(category="library", mode="bike", limit_min=1)
    beyond = outreach_places(region, NAME, by=MEMBER, search=Search("library", near), at=AT)["beyond"]
    assert beyond["s0"] == 400 > plan.loc["s0", "beyond"]
    with pytest.raises(NotAllowedError):
        halls_of_place(region, NAME, place_id="s0", day=TUESDAY, by=POLICYMAKER)
    with pytest.raises(InputError):
        halls_of_place(region, NAME, place_id="s9", day=TUESDAY, by=MEMBER)
    assert plan.loc["s2", ["hall_id", "children"]].isna().all()
    assert plan.loc["s2", "known_by"].startswith("Cīruļi")
    for by in (POLICYMAKER, *OTHERS):
        with pytest.raises(NotAllowedError):
            outreach_places(region, NAME, by=by, search=Search("library"))


def _tour(settings, **named):
    wish = Wish(**({"place_ids": ("s2",), "start_id": "s0", "days": (TUESDAY,), "notes": HOSTILE} | named))
    return plan_outreach_tour(settings, NAME, wish=wish, search=Search("library"), by=MEMBER, at=AT)


def test_a_tour_is_kept_and_printed_the_same_each_time_for_those_who_may(region):
    tour = _tour(region)
    day = tour_content(region, tour, by=OPERATOR)["days"][0]
    assert (day["on"], day["visits"][0]["name"]) == ("2026-12-01", "Cīruļi")
    files = {kind: tour_file(region, tour, kind=kind, by=MEMBER) for kind in KINDS}
    assert files == {kind: tour_file(region, tour, kind=kind, by=MEMBER) for kind in KINDS}
    assert files["pdf"].content.startswith(b"%PDF")
    assert b"<img src=x" not in files["html"].content
    assert b"Tuesday, 1 December 2026" in files["html"].content
    (event,) = Calendar.from_ical(files["ics"].content).walk("VEVENT")
    assert event.start.utcoffset() == timedelta(hours=2)
    assert event["summary"] == "Outreach: Cīruļi (fictional)"
    assert event["description"].startswith("Fictional: ")
    assert listed_tours(region, NAME, by=OPERATOR)["names"].tolist() == ["Cīruļi"]
    for by in (POLICYMAKER, *OTHERS):
        with pytest.raises(NotAllowedError):
            tour_file(region, tour, kind="pdf", by=by)


def test_what_cannot_be_planned_is_refused_in_a_sentence(region):
    for wrong in ({"place_ids": ("s9",)}, {"place_ids": ()}, {"start_id": "s9"}, {"days": ()}, {"earliest_min": 1080}):
        with pytest.raises(InputError):
            _tour(region, **wrong)
    with pytest.raises(InputError):
        tour_file(region, _tour(region), kind="exe", by=MEMBER)
    with pytest.raises(MissingDataError):
        tour_content(region, "none", by=OPERATOR)


def test_the_day_is_noted_and_what_was_heard_before_and_after_it(region):
    day = HeldDay(held_on=date(2026, 11, 17), settlement_id="s1", came=12, note=HOSTILE)
    record_day(region, NAME, day=day, by=MEMBER, at=AT)
    exact = held_days(region, NAME, by=OPERATOR, at=AT).iloc[0]
    assert exact[["came", "before", "after"]].tolist() == [12, 1, 6]
    public = held_days(region, NAME, by=MEMBER, at=AT).iloc[0]
    assert public[["before", "after"]].tolist() == [0, 5]
    for wrong in ({"held_on": date(2026, 12, 9)}, {"came": -1}, {"settlement_id": "s9"}, {"group": "geometry; drop"}):
        with pytest.raises(InputError):
            record_day(region, NAME, day=replace(day, **wrong), by=MEMBER, at=AT)
    with pytest.raises(NotAllowedError):
        held_days(region, NAME, by=POLICYMAKER)


def test_a_voice_of_this_week_moves_no_number_but_the_coordinators(region):
    (need,) = listen(region, NAME, by=OPERATOR, at=AT).needs["id"]
    for number in range(3):
        add_voice(region, need, voter=f"late-{number}", at=AT)
    heard = {by: heard_and_silent(region, NAME, by=by, at=AT).loc["s1", "received"] for by in (OPERATOR, MEMBER)}
    assert heard == {OPERATOR: 10, MEMBER: 5}


def test_days_noted_one_after_the_other_tell_nobody_on_which_of_them_somebody_spoke(region):
    week = [date(2026, 11, 16) + timedelta(days=number) for number in range(7)]
    for on in week:
        record_day(region, NAME, day=HeldDay(on, "s1", 3), by=MEMBER, at=AT + timedelta(days=7))
    held = held_days(region, NAME, by=MEMBER, at=AT + timedelta(days=7))
    assert set(zip(held["before"], held["after"], strict=True)) == {(0, 5)}
    assert held_days(region, NAME, by=OPERATOR, at=AT)["after"].tolist() == [0, 0, 0, 0, 0, 6, 7]


def test_a_group_is_asked_for_where_nobody_has_said_anything(tmp_path, migrated):
    write_small_region(tmp_path / "layers")
    settings = small_settings(tmp_path)
    settings.data.mkdir()
    shutil.copy(migrated, settings.data / "store.sqlite")
    try:
        heard = listen(settings, NAME, by=OPERATOR, group="over_64", category="gp", at=AT)
        assert heard.needs.empty
        assert heard.clusters == []
        for by in (OPERATOR, MEMBER):
            places = outreach_places(settings, NAME, by=by, search=Search("library", group="over_64"), at=AT)
            assert places["received"].tolist() == [0] * len(places)
            assert heard_and_silent(settings, NAME, by=by, group="over_64", at=AT)["received"].eq(0).all()
        gaps = pd.DataFrame({"people": [40.0], "beyond": [1.0]}, index=["m1"])
        assert felt(settings, NAME, gaps=gaps, by=OPERATOR, group="over_64")["received"].tolist() == [0]
    finally:
        close_community(settings)
