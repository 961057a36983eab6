"""Networks, diaries, lessons and what is due: who writes them, what others see, and how they travel."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre_geo.community.access import ALLOWED, OPERATOR, ROLES, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.lessons import Lesson, due_date, next_period
from sempre_geo.community.networks import Meeting, Network, Organisation
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.accounts import check_log
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.lessons import (
    add_lesson,
    export_lessons,
    import_lessons,
    lessons,
    publish_lesson,
    unread_lessons,
    write_diary,
)
from sempre_geo.pipeline.community.networks import (
    link_proposals,
    make_network,
    network_page,
    networks,
    write_in_network,
    write_network_diary,
)
from sempre_geo.pipeline.community.proposal_dues import due_items
from sempre_geo.pipeline.community.proposal_team import leave_team
from sempre_geo.pipeline.community.proposal_writing import write_in_proposal
from sempre_geo.pipeline.community.proposals import approve, move, proposal
from sempre_geo.pipeline.community.review import publish
from sempre_geo.settings import read_settings
from tests.pipeline.proposal_story import REGION, answered, begun, running
from tests.pipeline.test_hostile_texts import HOSTILE

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
PENINSULA = Network(
    "Peninsula network",
    "Riina",
    about="For those without a car.",
    groups=("over_64",),
    municipalities=("m1",),
    organisations=(Organisation("Haavere hall", "municipality"), Organisation("Choir", "ngo", "sings")),
    meetings=(Meeting("2026-12-01", "Haavere", "Second"), Meeting("2026-10-01", "Haavere", "First", "12 came")),
)
LESSON = Lesson("Call first", "Ask by telephone", "Letters", ("over_64",), "bus_stop", ("shame", "hours"))


def _coordinator(scope: str) -> Person:
    return Person("c1", frozenset({("coordinator", scope)}))


def test_a_network_is_made_for_everybody_to_read_and_kept_by_its_coordinator(store):
    network_id = make_network(store, REGION, network=PENINSULA, by=_coordinator(f"region:{REGION}"))
    page = network_page(store, network_id)
    assert [meeting.title for meeting in page.network.meetings] == ["First", "Second"]
    assert page.network.organisations == PENINSULA.organisations
    assert networks(store, REGION).iloc[0][["name", "organisations"]].tolist() == ["Peninsula network", 2]
    own = _coordinator(f"network:{network_id}")
    changed = replace(page.network, about="For all.")
    assert write_in_network(store, network_id, network=changed, version=1, by=own) == 2
    with pytest.raises(InputError, match="changed this network meanwhile"):
        write_in_network(store, network_id, network=PENINSULA, version=1, by=own)
    with pytest.raises(NotAllowedError):
        write_in_network(store, network_id, network=changed, version=2, by=_coordinator("network:other"))
    with pytest.raises(NotAllowedError):
        make_network(store, REGION, network=PENINSULA, by=own)
    assert network_page(store, network_id).network.about == "For all."
    assert check_log(store, by=OPERATOR) is None


def test_what_is_wrong_with_a_network_is_said_at_once():
    wrong = Network(
        " ", "", groups=("kings",), organisations=(Organisation("Hall", "castle"),), meetings=(Meeting("soon", "", ""),)
    )
    with pytest.raises(InputError, match=r"a name; a coordinator; .*not kings; .*Hall; .*not soon"):
        wrong.kept()


def test_a_network_that_is_not_there_is_missed_in_a_sentence(store):
    with pytest.raises(MissingDataError, match="no such network"):
        network_page(store, "0" * 32)


@pytest.mark.parametrize(
    ("category", "told", "shown"), [("library", 4, 0), ("library", 7, 5), ("gp", 9, 0), ("gp", 12, 10)]
)
def test_people_heard_are_counted_up_to_monday_in_fives_and_protected_ones_from_ten(store, category, told, shown):
    draft = Draft("need", category, "x", Place(municipality_id="m1"))
    for number in range(told + 5):
        place = Place(municipality_id="m1" if number < told else "m2")
        publish(store, tell(store, REGION, draft=replace(draft, place=place), at=AT).id, by=OPERATOR, at=AT)
    network_id = make_network(store, REGION, network=PENINSULA, by=OPERATOR)
    assert network_page(store, network_id, at=AT).people_heard == 0, "this week's do not count yet"
    assert network_page(store, network_id, at=AT + timedelta(days=7)).people_heard == shown


def test_a_networks_proposals_are_listed_ones_and_its_coordinator_has_a_say_in_them(store):
    story, hidden = answered(store), begun(store)
    network_id = make_network(store, REGION, network=PENINSULA, by=OPERATOR)
    own = _coordinator(f"network:{network_id}")
    with pytest.raises(NotAllowedError):
        link_proposals(store, network_id, proposal_ids=[story.id], by=own)
    with pytest.raises(MissingDataError):
        proposal(store, hidden.id, by=own)
    link_proposals(store, network_id, proposal_ids=[story.id, hidden.id], by=_coordinator(f"region:{REGION}"))
    assert network_page(store, network_id).proposals["id"].tolist() == [story.id]
    approve(store, hidden.id, by=own)
    assert len(network_page(store, network_id).proposals) == 2
    elsewhere = begun(store, region="elsewhere")
    with pytest.raises(InputError, match="own region"):
        link_proposals(store, network_id, proposal_ids=[elsewhere.id], by=OPERATOR)


def test_members_and_the_coordinator_write_the_networks_diary(store):
    network_id = make_network(store, REGION, network=PENINSULA, by=OPERATOR, at=AT)
    member = Person("n1", frozenset({("network_member", f"network:{network_id}")}))
    assert write_network_diary(store, network_id, good="Twelve came", by=member) == 1
    assert write_network_diary(store, network_id, hard="Ice", by=_coordinator(f"network:{network_id}")) == 2
    assert [entry["good"] for entry in network_page(store, network_id).diary] == ["Twelve came", ""]
    with pytest.raises(InputError, match="at least one thing"):
        write_network_diary(store, network_id, good=" ", by=member)
    with pytest.raises(NotAllowedError):
        write_network_diary(store, network_id, good="x", by=Person("n2", frozenset({("network_member", "network:x")})))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_entries_are_due_every_two_months_and_never_on_a_day_that_is_none(begun_on, period):
    due, before = due_date(begun_on, period), due_date(begun_on, period - 1)
    assert (due.year * 12 + due.month) - (begun_on.year * 12 + begun_on.month) == 2 * period
    assert due.day <= begun_on.day
    assert 56 <= (due - before).days <= 64


@given(st.sets(st.integers(1, 20)))
def test_the_next_period_is_the_first_without_an_entry(written):
    period = next_period(written)
    assert period not in written
    assert set(range(1, period)) <= written


def test_a_diary_begins_when_it_runs_and_is_for_the_team_and_its_coordinator(store):
    early = answered(store)
    with pytest.raises(InputError, match="begin when the proposal runs"):
        write_diary(store, early.id, good="x", code=early.code)
    story = running(store, at=AT)
    assert write_diary(store, story.id, good="Twelve rode", code=story.code, at=AT) == 1
    assert proposal(store, story.id, code=story.code).diary[0]["good"] == "Twelve rode"
    assert proposal(store, story.id).diary == ()
    with pytest.raises(NotAllowedError):
        write_diary(store, story.id, good="x", by=Person("p", frozenset({("network_member", "*")})))


def _lesson(store, lesson=LESSON) -> str:
    story = running(store)
    lesson_id = add_lesson(store, story.id, lesson=lesson, code=story.code, at=AT)
    publish_lesson(store, lesson_id, by=OPERATOR)
    return lesson_id


def test_a_lesson_is_found_once_a_coordinator_has_read_it(store):
    story = running(store)
    lesson_id = add_lesson(store, story.id, lesson=LESSON, code=story.code)
    assert lessons(store).empty
    assert proposal(store, story.id).lessons == ()
    assert unread_lessons(store, REGION, by="").empty
    assert list(unread_lessons(store, REGION, by=OPERATOR)["id"]) == [lesson_id]
    with pytest.raises(NotAllowedError):
        publish_lesson(store, lesson_id, by=Person("p", frozenset({("provider", "*")})))
    publish_lesson(store, lesson_id, by=OPERATOR)
    assert list(lessons(store)["title"]) == ["Call first"]
    assert proposal(store, story.id).lessons[0]["title"] == "Call first"


def test_lessons_are_found_by_group_category_barrier_country_and_words(store):
    _lesson(store)
    _lesson(store, Lesson("Begin small", "Two Thursdays", "", ("young_people",), "library", ("money",)))
    for wish, found in (
        ({"group": "over_64"}, ["Call first"]), ({"category": "library"}, ["Begin small"]),
        ({"barrier": "shame", "text": "TELEPHONE call"}, ["Call first"]), ({"country": "EE"}, []),
        ({"group": "over_64", "barrier": "money"}, []), ({"text": "thursdays"}, ["Begin small"]),
    ):  # fmt: skip
        assert list(lessons(store, **wish)["title"]) == found, wish


def test_lessons_travel_between_installations_once_and_come_home_unchanged(store, tmp_path):
    other = read_settings({"SEMPRE_DATA": str(tmp_path / "other"), "SEMPRE_LAYERS": str(tmp_path / "none")})
    _lesson(store, Lesson(HOSTILE[1], "\n".join(HOSTILE), "", ("women",), "", ("trust",)))
    _lesson(store)
    file = export_lessons(store)
    try:
        assert import_lessons(other, "valka", file, by=OPERATOR) == (2, 0)
        assert import_lessons(other, "valka", file, by=OPERATOR) == (0, 2)
        assert set(lessons(other)["came_from"]) == {REGION}
        home = export_lessons(other)
        assert import_lessons(store, REGION, home, by=OPERATOR) == (0, 2)
        assert export_lessons(store) == file
        names = ["title", "again", "not_again", "groups", "barriers", "created_at"]
        assert lessons(other)[names].to_dict("records") == lessons(store)[names].to_dict("records")
    finally:
        close_community(other)


def test_lessons_wait_to_be_read_where_who_brings_them_may_not_publish(store, tmp_path):
    other = read_settings({"SEMPRE_DATA": str(tmp_path / "other"), "SEMPRE_LAYERS": str(tmp_path / "none")})
    _lesson(store)
    try:
        import_lessons(other, "valka", export_lessons(store), by=Person("a", frozenset({("administrator", "*")})))
        assert lessons(other).empty
        reader = Person("c", frozenset({("coordinator", "region:valka")}))
        waiting = unread_lessons(other, "valka", by=reader)
        publish_lesson(other, waiting["id"].iloc[0], by=reader)
        assert export_lessons(other) == export_lessons(store).replace(b'"came_from": ""', b'"came_from": "unbuilt"')
    finally:
        close_community(other)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"id": "x"}, "Lesson 1.*'id' is missing"),
        ({"title": ""}, "Lesson 1.*has a title"),
        ({"groups": ["kings"]}, "Lesson 1.*Choose from"),
        ({"groups": "women"}, "Lesson 1.*Choose from"),
        ({"created_at": "soon"}, "Lesson 1"),
        ({"again": 5}, "Lesson 1"),
        ({"country": "../x"}, "'country'"),
        ({"category": "A b"}, "category is an id"),
    ],
)
def test_a_file_of_lessons_that_cannot_be_used_changes_nothing(store, changed, problem):
    _lesson(store)
    said = json.loads(export_lessons(store))
    said["lessons"][0] |= {"id": "0" * 32} | changed
    with pytest.raises(InputError, match=problem):
        import_lessons(store, REGION, json.dumps(said).encode(), by=OPERATOR)
    assert len(lessons(store)) == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", b'{"format": "sempre_geo lessons", "lessons": 1}'])
def test_what_is_no_file_of_lessons_is_refused_in_a_sentence(store, content):
    with pytest.raises(InputError, match="holds no lessons"):
        import_lessons(store, REGION, content, by=OPERATOR)


def test_what_is_due_comes_up_by_itself_for_whom_it_concerns(store):
    story = running(store, at=AT)
    waiting, network_id = begun(store), make_network(store, REGION, network=PENINSULA, by=OPERATOR, at=AT)
    assert due_items(store, REGION, at=AT + timedelta(days=300)).empty, "visitors have nothing to do"
    team = due_items(store, REGION, code=story.code, at=datetime(2027, 2, 10, tzinfo=UTC))
    assert team[["what", "due", "days_late"]].to_numpy().tolist() == [
        ["first_test", "2027-01-15", 26], ["diary", "2027-01-24", 17],
    ]  # fmt: skip
    write_diary(store, story.id, good="x", code=story.code)
    assert due_items(store, REGION, code=story.code, at=datetime(2027, 2, 10, tzinfo=UTC)).empty
    next_one = due_items(store, REGION, code=story.code, at=datetime(2027, 3, 11, tzinfo=UTC))
    assert next_one[["what", "due"]].to_numpy().tolist() == [["diary", "2027-03-24"]]
    office = due_items(store, REGION, by=OPERATOR, at=datetime(2027, 3, 11, tzinfo=UTC))
    assert {("read", waiting.id), ("network_diary", network_id)} <= set(
        zip(office["what"], office["thing"], strict=True)
    )
    member = Person("n1", frozenset({("network_member", f"network:{network_id}")}))
    assert list(due_items(store, REGION, by=member, at=datetime(2027, 3, 11, tzinfo=UTC))["what"]) == ["network_diary"]


def test_an_answer_is_due_a_month_after_it_was_asked_for_and_a_lost_co_owner_shows(store):
    story = answered(store)
    write_in_proposal(store, story.id, code=story.code, ownership="user_led", at=AT)
    move(store, story.id, to="submitted", code=story.code, at=AT)
    late = due_items(store, REGION, by=OPERATOR, at=AT + timedelta(days=40))
    assert late.set_index("what").loc["answer", "days_late"] == 10
    leave_team(store, story.id, code=story.code)
    assert "co_owner" in set(due_items(store, REGION, by=OPERATOR, at=AT)["what"])


ACTS = {
    "keep a network": lambda store, _story, by: make_network(store, REGION, network=PENINSULA, by=by),
    "exchange lessons": lambda store, _story, by: import_lessons(store, REGION, export_lessons(store), by=by),
    "write a proposal": lambda store, story, by: write_in_proposal(store, story.id, ownership="user_led", by=by),
    "run a proposal": lambda store, story, by: write_diary(store, story.id, good="x", by=by),
    "decide a proposal": lambda store, story, by: move(store, story.id, to="returned", reason="x", by=by),
}


@pytest.mark.parametrize("action", ACTS)
def test_each_role_is_tried_against_each_act(store, action):
    story = answered(store)
    if action == "run a proposal":
        story = running(store)
    for role in ROLES:
        if action == "decide a proposal" and proposal(store, story.id).status != "submitted":
            move(store, story.id, to="submitted", code=story.code)
        scope = f"thing:{story.id}" if role == "team" else "*"
        person = Person("somebody", frozenset({(role, scope)}) if role != "visitor" else frozenset())
        if role in ALLOWED[action]:
            ACTS[action](store, story, person)
        else:
            with pytest.raises(NotAllowedError):
                ACTS[action](store, story, person)
    assert check_log(store, by=OPERATOR) is None
