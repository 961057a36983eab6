"""Writing together: answers, versions, drafts, figures, comments; who is in the team and who leaves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.proposal_form import Question, amount_from, cost_totals, kept_answer, kept_answers
from sempre_geo.community.proposal_questions import COUNT, FIRST, questions
from sempre_geo.community.proposal_versions import differences
from sempre_geo.community.proposals import Member, check_first_test
from sempre_geo.community.store.transfer import load_all_rows
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.backup import back_up, restore
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.proposal_team import invite, join_team, leave_team, say_who_one_is
from sempre_geo.pipeline.community.proposal_writing import (
    attach_evidence,
    comment,
    drafts,
    keep_draft,
    link_needs,
    team_comments,
    version_differences,
    versions,
    write_in_proposal,
)
from sempre_geo.pipeline.community.proposals import approve, proposal
from tests.pipeline.proposal_story import AINA, ANSWERS, FIGURE, PRACTICE, answered, begun, published

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)


def test_every_question_has_help_an_example_and_an_id_of_its_own():
    asked = questions()
    assert len({one.id for one in asked}) == len(asked) == COUNT
    assert all(one.help and one.example and one.title for one in asked)
    assert all(one.fields for one in asked if one.id != FIRST)
    assert set(ANSWERS) == {one.id for one in asked} - {FIRST}


def test_answers_are_kept_whole_and_the_costs_add_up(store):
    story = answered(store)
    kept = proposal(store, story.id, code=story.code).answers
    assert kept["costs"]["costs"][0] == {"item": "Fuel", "amount": 1200.1, "source": "Parish", "promised": "yes"}
    sums = cost_totals(kept["costs"])
    assert (str(sums.amount), str(sums.hours), str(sums.open_amount)) == ("1200.30", "80.00", "0.20")
    again = {name: kept_answer(_question(name), answer) for name, answer in kept.items()}
    assert again == kept, "what was kept is kept the same"


def _question(question_id: str) -> Question:
    return next(one for one in questions() if one.id == question_id)


@given(st.lists(st.integers(0, 99_999_999), max_size=30))
def test_a_table_of_cents_adds_up_to_the_cent(cents):
    rows = [{"item": "x", "amount": f"{cent // 100},{cent % 100:02d}"} for cent in cents]
    kept = kept_answer(_question("costs"), {"costs": rows})
    assert cost_totals(kept).amount * 100 == sum(cents)


@pytest.mark.parametrize("written", ["", "-1", "1.200", "1,2,3", "nan", "inf", "1e9", "12 €", "10000000000", True, [1]])
def test_what_is_no_amount_is_refused_in_a_sentence(written):
    with pytest.raises(InputError, match=r"no amount|more than can be counted"):
        amount_from(written)


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"colour": {}}, "no such questions: colour"),
        ({"costs": "many"}, "has no fields"),
        ({"costs": {"costs": [{"amount": "x"}, {"amount": "y"}]}}, "'x' is no amount.*'y' is no amount"),
        ({"costs": {"costs": ["x"]}}, "a table is wanted"),
        ({"costs": {"costs": [{"item": "x"}] * 61}}, "60 rows"),
        ({"costs": {"currency": "GOLD"}}, "choose one of"),
        ({"group": {"groups": "over_64"}}, "choose some of"),
        ({"group": {"asked": {"a": 1}}}, "a text is wanted"),
        ({"group": {"asked": "x" * 6000}}, "6000 characters"),
        ({"first_test": {"starts": "soon"}}, "'soon' is no date"),
        ({"first_test": {"starts": "2026-12-01", "ends": "2027-03-01"}}, "within eight weeks.*26 January 2027"),
        ({"first_test": {"starts": "2026-12-01", "ends": "2026-11-01"}}, "ends before it begins"),
        ({"risks": {"cost": 1}}, "no field 'cost'"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_in_a_sentence(answers, problem):
    with pytest.raises(InputError, match=problem):
        check_first_test(kept_answers(questions(), answers).get("first_test", {}))


def test_of_a_refused_answer_nothing_is_written(store):
    story = begun(store)
    with pytest.raises(InputError):
        write_in_proposal(store, story.id, code=story.code, answers={**ANSWERS, "risks": {"risks": "many"}})
    assert len(versions(store, story.id, code=story.code)) == 1


def test_each_change_is_a_version_with_its_writer_that_can_be_read_again(store):
    story = begun(store)
    joined = join_team(store, story.id, who=PRACTICE, code=invite(store, story.id, code=story.code))
    costs = {"costs": [{"item": "Fuel", "amount": 600}, {"item": "Tea", "amount": 5}]}
    assert write_in_proposal(store, story.id, code=joined.claim_code, answers={"costs": costs}, at=AT) == 2
    costs["costs"][0]["amount"] = 650
    assert write_in_proposal(store, story.id, code=story.code, answers={"costs": costs}) == 3
    assert write_in_proposal(store, story.id, code=story.code, answers={"costs": costs}) == 3, "nothing changed"
    write_in_proposal(store, story.id, by=OPERATOR, ownership="user_led")
    kept = versions(store, story.id, code=story.code)
    assert [one.writer for one in kept] == ["the team", "The practice", "Aina", "the office"]
    assert kept[1].written_at == "2026-11-24T08:05:00Z"
    (changed,) = version_differences(store, story.id, before=2, after=3, code=story.code)
    assert changed.lines == (
        ("-", "What for: Fuel; Amount: 600"),
        ("+", "What for: Fuel; Amount: 650"),
        (" ", "What for: Tea; Amount: 5"),
    )
    with pytest.raises(MissingDataError, match="no version 9"):
        version_differences(store, story.id, before=2, after=9, code=story.code)
    assert [one.writer for one in versions(store, story.id, by=OPERATOR)][1:3] == ["a member", "a member"]


def test_versions_are_for_those_who_write_and_nobody_else(store):
    story = begun(store)
    approve(store, story.id, by=OPERATOR)
    for by in ("", Person("p", frozenset({("policymaker", "*")})), Person("n", frozenset({("network_member", "*")}))):
        with pytest.raises(NotAllowedError):
            versions(store, story.id, by=by)


@given(st.dictionaries(st.sampled_from(sorted(ANSWERS)), st.text(max_size=40), max_size=4))
def test_differences_are_empty_exactly_for_equal_contents(texts):
    before = {"title": "T", "answers": {}, "evidence": []}
    answers = {name: {"not_known": text.strip()} for name, text in texts.items() if text.strip()}
    found = differences(before, {**before, "answers": answers})
    assert {one.question for one in found} == set(answers)
    assert differences(before, before) == ()


def test_what_is_half_written_waits_for_its_writer_alone_until_it_is_saved(store):
    story = begun(store)
    joined = join_team(store, story.id, who=PRACTICE, code=invite(store, story.id, code=story.code))
    half = {"costs": [{"item": "Fu", "amount": "12,"}]}
    keep_draft(store, story.id, question="costs", content=half, code=story.code)
    close_community(store)
    assert drafts(store, story.id, code=story.code) == {"costs": half}
    assert drafts(store, story.id, code=joined.claim_code) == {}
    assert proposal(store, story.id, code=joined.claim_code).answers == {}
    write_in_proposal(store, story.id, code=story.code, answers={"costs": {"not_known": "later"}})
    assert drafts(store, story.id, code=story.code) == {}
    with pytest.raises(InputError, match="too large"):
        keep_draft(store, story.id, question="costs", content={"x": "y" * 30_000}, code=story.code)
    with pytest.raises(NotAllowedError):
        keep_draft(store, story.id, question="costs", content={})


def test_figures_are_attached_once_with_date_and_version(store):
    story = begun(store)
    result = {**FIGURE, "title": "What if: 90 people gain a visit", "kind": "what_if"}
    attach_evidence(store, story.id, figures=[result, FIGURE], code=story.code)
    attach_evidence(store, story.id, figures=[result], code=story.code)
    assert proposal(store, story.id, code=story.code).evidence == (FIGURE, result)
    for figure in (
        {"title": "x"},
        {**FIGURE, "value": float("nan")},
        {**FIGURE, "value": AT},
        {**FIGURE, "date": None},
    ):
        with pytest.raises(InputError):
            attach_evidence(store, story.id, figures=[figure], code=story.code)


def test_further_needs_are_linked_if_they_are_published(store):
    story, need = begun(store), published(store, kind="need", category="library")
    link_needs(store, story.id, needs=[need.id, need.id], code=story.code)
    assert set(proposal(store, story.id, code=story.code).needs) == {story.idea_id, need.id}
    with pytest.raises(MissingDataError, match="not published"):
        link_needs(store, story.id, needs=["0" * 32], code=story.code)


def test_the_team_talks_among_itself_and_only_the_team_sees_the_names(store):
    story = begun(store)
    for _press in range(2):
        comment(store, story.id, text="Who drives?", code=story.code)
    assert len(team_comments(store, story.id, code=story.code)) == 1, "pressed twice, said once"
    assert team_comments(store, story.id, code=story.code)[0]["name"] == "Aina"
    assert team_comments(store, story.id, by=OPERATOR)[0] == {
        "text": "Who drives?", "created_at": team_comments(store, story.id, by=OPERATOR)[0]["created_at"], "name": "",
    }  # fmt: skip
    with pytest.raises(NotAllowedError):
        team_comments(store, story.id)


def test_contacts_stay_in_the_team_and_a_coordinator_who_writes_does_not_lose_them(store):
    story = answered(store)
    write_in_proposal(store, story.id, by=OPERATOR, answers={"people": {"text": "Two drivers"}})
    approve(store, story.id, by=OPERATOR)
    assert proposal(store, story.id, code=story.code).answers["people"] == {
        "text": "Two drivers", "contact": "Riina, 555 0101"
    }  # fmt: skip
    for shown in (proposal(store, story.id), proposal(store, story.id, by=OPERATOR)):
        assert "555 0101" not in repr(shown)
        assert "Aina" not in repr(shown)


def test_an_invitation_lets_one_person_in_within_thirty_days(store):
    story = begun(store)
    late = invite(store, story.id, code=story.code, at=AT)
    with pytest.raises(NotAllowedError, match="invites nobody"):
        join_team(store, story.id, who=PRACTICE, code=late, at=AT + timedelta(days=31))
    invitation = invite(store, story.id, by=OPERATOR)
    assert join_team(store, story.id, who=PRACTICE, code=invitation).claim_code not in (invitation, story.code)
    with pytest.raises(NotAllowedError, match="invites nobody"):
        join_team(store, story.id, who=PRACTICE, code=invitation)
    with pytest.raises(InputError, match=r"slip|not complete"):
        join_team(store, story.id, who=PRACTICE, code="kamilo")


def test_the_author_of_a_need_it_answers_may_join_with_their_own_code(store):
    story = begun(store)
    joined = join_team(store, story.id, who=Member("user", "Ants"), code=story.idea_code)
    assert write_in_proposal(store, story.id, code=joined.claim_code, ownership="user_led") == 2


def test_a_provider_with_an_account_joins_once_and_writes_without_a_code(store):
    story = begun(store)
    add_account(store, "practice", role="provider", password="long enough")  # noqa: S106 - lives as long as the test
    token = login(store, "practice", password="long enough")  # noqa: S106 - lives as long as the test
    join_team(store, story.id, who=PRACTICE, code=invite(store, story.id, code=story.code), by=token)
    write_in_proposal(store, story.id, by=token, ownership="co_delivered")
    assert versions(store, story.id, by=token)[-1].writer == "The practice"
    with pytest.raises(InputError, match="in this team already"):
        join_team(store, story.id, who=PRACTICE, by=token)


def test_everybody_says_for_themselves_who_they_are(store):
    story = begun(store)
    say_who_one_is(store, story.id, who=Member("helper", "A.", owner=False), code=story.code)
    assert proposal(store, story.id, code=story.code).team == (Member("helper", "A.", owner=False),)
    for by in (OPERATOR, ""):
        with pytest.raises(NotAllowedError, match="for those in the team"):
            say_who_one_is(store, story.id, who=AINA, by=by)


def test_who_leaves_is_gone_also_from_an_older_backup(store, tmp_path):
    story = begun(store)
    joined = join_team(store, story.id, who=Member("provider", "Xyzzy"), code=invite(store, story.id, code=story.code))
    comment(store, story.id, text="Bye", code=joined.claim_code)
    back_up(store, tmp_path / "backup.zip")
    leave_team(store, story.id, code=joined.claim_code)
    assert proposal(store, story.id, code=story.code).team == (AINA,)
    assert [one["name"] for one in team_comments(store, story.id, code=story.code)] == [""]
    with pytest.raises(NotAllowedError):
        write_in_proposal(store, story.id, code=joined.claim_code, ownership="user_led")
    close_community(store)
    assert restore(store, tmp_path / "backup.zip") == 1
    assert proposal(store, story.id, code=story.code).team == (AINA,)
    with open_community(store).reading() as transaction:
        assert "Xyzzy" not in repr(load_all_rows(transaction))
