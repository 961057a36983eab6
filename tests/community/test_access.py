"""Who may do what: the table as decided, tried role by role; and the two ways of a thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre_geo.community.access import ALLOWED, EVERYWHERE, ROLES, Person, check_may, may, role_table
from sempre_geo.community.steps import CONTRIBUTION, PROPOSAL, step_to
from sempre_geo.errors import InputError, NotAllowedError
from sempre_geo.i18n import language

SCOPES = st.sampled_from(["region:demo", "municipality:m1", "municipality:m2", "thing:t1", "category:gp"])
MACHINES = {"contribution": CONTRIBUTION, "proposal": PROPOSAL}


@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_tried_against_each_action(role, action):
    person = Person("somebody", frozenset({(role, EVERYWHERE)}) if role != "visitor" else frozenset())
    allowed = role in ALLOWED[action] or "visitor" in ALLOWED[action]
    assert may(person, action, "region:demo") is allowed
    if not allowed:
        with pytest.raises(NotAllowedError, match="Your role does not allow"):
            check_may(person, action, "region:demo")


@given(st.sampled_from(list(ALLOWED)), SCOPES, SCOPES, st.sampled_from(ROLES[1:]))
def test_a_grant_counts_only_where_it_was_given(action, held, asked, role):
    person = Person("somebody", frozenset({(role, held)}))
    if held != asked and "visitor" not in ALLOWED[action]:
        assert not may(person, action, asked)


def test_nobody_but_the_auditor_reads_the_log_and_nobody_without_a_role_sees_a_place():
    assert ALLOWED["read the log"] == {"auditor"}
    assert "visitor" not in ALLOWED["see an exact place"]
    assert "policymaker" not in ALLOWED["see an exact place"]


def test_the_table_for_the_readme_says_what_the_code_does():
    head, _line, *rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in role_table().splitlines()]
    said = {(row[0], role) for row in rows for role, cell in zip(head[1:], row[1:], strict=True) if cell == "yes"}
    assert said == {(action, role) for action, roles in ALLOWED.items() for role in roles}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_every_step_leads_to_a_status_that_exists_by_an_action_that_exists(machine):
    for steps in machine.values():
        assert all(step.to in machine and step.action in ALLOWED for step in steps)
        assert len({step.to for step in steps}) == len(steps)


@pytest.mark.parametrize("start", PROPOSAL)
def test_every_proposal_can_come_to_lessons_or_has(start):
    reached, frontier = {start}, [start]
    while frontier:
        frontier = [step.to for status in frontier for step in PROPOSAL[status] if step.to not in reached]
        reached |= set(frontier)
    assert "lessons" in reached


@given(
    machine=st.sampled_from(list(MACHINES.values())),
    wishes=st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["", "because"])), max_size=30),
)
def test_no_row_of_wishes_leaves_the_drawn_ways(machine, wishes):
    names = list(machine)
    status = names[0]
    for wish, reason in wishes:
        wanted = names[wish % len(names)]
        drawn = {step.to: step for step in machine[status]}
        if wanted in drawn and (reason or not drawn[wanted].needs_reason):
            status = step_to(machine, status, wanted, reason=reason).to
        else:
            with pytest.raises(InputError):
                step_to(machine, status, wanted, reason=reason)


@pytest.mark.parametrize("code", ["en", "de"])
def test_a_refused_step_is_said_in_the_readers_words_and_not_in_those_of_the_store(code):
    told = []
    with language(code):
        for machine, status, wanted in [(m, s, w) for m in (CONTRIBUTION, PROPOSAL) for s in m for w in m]:
            try:
                step_to(machine, status, wanted)
            except InputError as refusal:
                told.append(str(refusal))
    assert told
    assert not [text for text in told for inside in (*CONTRIBUTION, *PROPOSAL) if f"'{inside}'" in text or "_" in text]
    with pytest.raises(InputError, match="Write a sentence"):
        step_to(CONTRIBUTION, "published", "answered", reason=" ")


def test_nothing_is_accepted_that_was_not_submitted_and_nothing_runs_that_was_not_accepted():
    before = {to: {status for status, steps in PROPOSAL.items() if to in {s.to for s in steps}} for to in PROPOSAL}
    assert before["accepted"] == {"submitted"}
    assert before["running"] == {"accepted", "paused"}
