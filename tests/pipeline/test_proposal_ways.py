"""A proposal's way under any row of wishes, many hands and a killed program; and proposals of earlier stores."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.steps import PROPOSAL
from sempre_geo.community.store.versions import MIGRATIONS, open_store
from sempre_geo.errors import InputError, NotAllowedError, SempreGeoError
from sempre_geo.pipeline.community.accounts import check_log
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.proposal_files import export_proposal, read_proposal
from sempre_geo.pipeline.community.proposal_team import invite, join_team, leave_team
from sempre_geo.pipeline.community.proposal_writing import versions, write_in_proposal
from sempre_geo.pipeline.community.proposals import approve, move, proposal, proposals, steps_open
from tests.pipeline.proposal_story import ANSWERS, PRACTICE, REGION, begun, verified_provider

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))
WISH = st.tuples(st.sampled_from([*PROPOSAL, "write", "approve", "join"]), st.booleans())


@given(st.lists(WISH, max_size=14))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
def test_no_row_of_wishes_leaves_the_ways_or_loses_a_version(store, wishes):
    story = begun(store)
    told = 1
    for wish, by_office in wishes:
        status = proposal(store, story.id, code=story.code).status
        who = {"by": OPERATOR} if by_office else {"code": story.code}
        try:
            if wish == "write":
                told = write_in_proposal(store, story.id, answers=ANSWERS, ownership="user_led", **who)
            elif wish == "approve":
                approve(store, story.id, by=who.get("by", ""))
            elif wish == "join":
                join_team(
                    store, story.id, who=PRACTICE, code=invite(store, story.id, **who), by=verified_provider(store)
                )
            else:
                open_ways = {step.to for step in steps_open(store, story.id, **who)}
                move(store, story.id, to=wish, reason="because", **who)
                assert wish in open_ways
                assert wish in {step.to for step in PROPOSAL[status]}
        except (InputError, NotAllowedError):
            assert proposal(store, story.id, code=story.code).status == status
    page = proposal(store, story.id, code=story.code)
    assert [one.number for one in versions(store, story.id, code=story.code)] == list(range(1, told + 1))
    assert page.steps[-1]["status"] == page.status
    passed = [step["status"] for step in page.steps]
    assert all(after in {step.to for step in PROPOSAL[now]} for now, after in itertools.pairwise(passed))
    assert page.status not in {"submitted", "accepted", "running"} or len(page.answered) == 17
    assert check_log(store, by=OPERATOR) is None


def test_many_hands_at_once_lose_no_version_and_use_an_invitation_once(store):
    story = begun(store)
    invitation = invite(store, story.id, code=story.code)
    codes, failed = [], []

    def work(number: int) -> None:
        try:
            write_in_proposal(store, story.id, code=story.code, answers={"risks": {"not_known": f"risk {number}"}})
            write_in_proposal(store, story.id, by=OPERATOR, answers={"legal": {"not_known": f"law {number}"}})
        except SempreGeoError as error:
            failed.append(error)
        with contextlib.suppress(NotAllowedError):
            codes.append(join_team(store, story.id, who=PRACTICE, code=invitation).claim_code)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    assert len(codes) == 1
    kept = versions(store, story.id, code=story.code)
    assert [one.number for one in kept] == list(range(1, 14))
    said = {one.content["answers"].get("risks", {}).get("not_known") for one in kept}
    assert said >= {f"risk {number}" for number in range(6)}


WRITER = textwrap.dedent("""
    import sys
    from sempre_geo.pipeline.community.proposal_writing import write_in_proposal
    from sempre_geo.settings import read_settings
    settings = read_settings({"SEMPRE_DATA": sys.argv[1], "SEMPRE_LAYERS": sys.argv[1]})
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        answers = {"risks": {"not_known": f"{number} " + "x" * 2000}}
        print(write_in_proposal(settings, sys.argv[2], code=sys.argv[3], answers=answers), flush=True)
""")


def test_every_saved_version_is_there_after_the_program_was_killed(settings):
    story = begun(settings)
    close_community(settings)
    command = [sys.executable, "-c", WRITER, str(settings.data), story.id, story.code]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert writer.stdout.readline() == "ready\n"
    said = [writer.stdout.readline() for _first in range(3)]
    time.sleep(0.15)
    writer.kill()
    rest, _nothing = writer.communicate()
    confirmed = [int(line) for line in [*said, *rest.splitlines()] if line.strip().isdigit()]
    kept = versions(settings, story.id, code=story.code)
    assert len(kept) >= max(confirmed)
    assert proposal(settings, story.id, code=story.code).version == kept[-1].number
    close_community(settings)


def _with_old_proposals(path: Path, version: str) -> None:
    open_store(f"sqlite:///{path}", to=version).close()
    at = "2026-01-01T00:00:00Z"
    with sqlite3.connect(path) as database:
        for proposal_id, status in (("a" * 32, "submitted"), ("b" * 32, "team")):
            database.execute(
                "INSERT INTO proposals (id, region, title, what, for_whom, why_here, place_name, language, ownership,"
                " answers, evidence, status, status_at, version, created_at)"
                " VALUES (?, ?, 'Ā', 'w', 'f', 'y', '', 'lv', 'user_led', '{}', '[]', ?, ?, 1, ?)",
                (proposal_id, REGION, status, at, at),
            )
            content = (
                '{"title": "Ā", "what": "w", "for_whom": "f", "why_here": "y", "ownership": "user_led",'
                ' "answers": {}, "evidence": []}'
            )
            database.execute(
                "INSERT INTO proposal_versions (proposal_id, version, at, content) VALUES (?, 1, ?, ?)",
                (proposal_id, at, content),
            )
            database.execute(
                "INSERT INTO events (thing, at, status, reason, actor) VALUES (?, ?, ?, '', 'x')",
                (proposal_id, at, status),
            )


@pytest.mark.parametrize("version", [version for version in VERSIONS if version < "0003"])
def test_proposals_of_an_earlier_store_are_listed_as_before_and_can_be_taken_along(settings, version):
    settings.data.mkdir()
    _with_old_proposals(settings.data / "store.sqlite", version)
    assert proposals(settings, REGION)["id"].tolist() == ["a" * 32]
    assert proposal(settings, "a" * 32).sentences.title == "Ā"
    kept = versions(settings, "b" * 32, by=OPERATOR)
    assert [(one.number, one.writer) for one in kept] == [(1, "not known")]
    file = read_proposal(export_proposal(settings, "a" * 32, kind="json", by=OPERATOR).content)
    assert (file.status, file.versions[0]["writer"]) == ("submitted", None)
    close_community(settings)


def test_whoever_has_left_can_be_invited_again(store):
    story = begun(store)
    joined = join_team(store, story.id, who=PRACTICE, code=invite(store, story.id, code=story.code))
    leave_team(store, story.id, code=joined.claim_code)
    again = join_team(store, story.id, who=PRACTICE, code=invite(store, story.id, code=story.code))
    assert again.claim_code != joined.claim_code
    assert len(proposal(store, story.id, code=again.claim_code).team) == 2
