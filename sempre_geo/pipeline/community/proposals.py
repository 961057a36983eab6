"""From an idea to a micro-project: starting a proposal, its page, and its way to an end."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from sempre_geo.community.access import Person, check_may, may
from sempre_geo.community.contributions import PUBLIC, check_sending_key
from sempre_geo.community.moderation import Sending
from sempre_geo.community.moments import stamp
from sempre_geo.community.proposal_questions import questions
from sempre_geo.community.proposals import (
    PROPOSAL_COLUMNS,
    UNLISTED,
    Member,
    Proposal,
    Sentences,
    check_first_test,
    check_member,
    check_ready,
    kept_evidence,
)
from sempre_geo.community.steps import CONTRIBUTION, PROPOSAL, WAY, Step, step_to
from sempre_geo.community.store.contributions import Row, change_contribution, load_contribution, save_event
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.proposals import (
    change_proposal,
    load_claimed_member,
    load_need_topics,
    load_needs,
    load_proposal,
    load_proposals,
    load_read_contents,
    save_proposal,
)
from sempre_geo.community.suppression import shown_count
from sempre_geo.community.texts import kept_text
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, now, open_community, privileged
from sempre_geo.pipeline.community.moderation import check_and_count
from sempre_geo.pipeline.community.proposal_desk import (
    add_member,
    code_digest,
    code_of_sending,
    keep_version,
    known_proposal,
    no_proposal,
    page_of,
    person_at,
    proposal_scopes,
    team_of,
)
from sempre_geo.pipeline.community.way import way_in
from sempre_geo.settings import Settings

_DECIDED = frozenset({"proposal", "accepted", "returned", "declined"})


@dataclass(frozen=True)
class Joined:
    """What a new team member gets: the proposal's id and the code with which they write in it."""

    proposal_id: str
    claim_code: str


def propose(  # noqa: PLR0913 - an idea, its words, its people, its needs, its evidence
    settings: Settings,
    region: str,
    *,
    sentences: Sentences,
    who: Member,
    idea_id: str | None = None,
    needs: Iterable[str] = (),
    evidence: Iterable[Mapping[str, Any]] = (),
    language: str = "en",
    sending: Sending | None = None,
    sending_key: str = "",
    at: datetime | None = None,
) -> Joined:
    """Start a proposal from an idea with its three sentences; whoever starts it is its first member.

    From an idea, the needs that it answers are linked, too. ``evidence`` holds the gap figures and what-if
    results of the place, each a mapping with its own ``title``, ``date`` and ``version``; they are kept as they
    were at that moment. The proposal is not listed before a coordinator has read it (see :func:`approve`). Plain
    pages give ``sending``, which keeps scripts out, and a random ``sending_key``: sent again with it, there is one
    proposal, and the answer is the same.

    Raises
    ------
    InputError
        A sentence is missing, a figure lacks its date, the part in the team is none, or this sender has sent too much.
    MissingDataError
        The idea or a need is not published in this region.
    """
    words, figures, when = sentences.kept(), kept_evidence(evidence), at or now()
    check_member(who)
    check_sending_key(sending_key)
    code = code_of_sending(settings, f"{region}\x1f{idea_id}\x1f{words}\x1f{who}", sending_key=sending_key)
    digest, linked = code_digest(code), list(dict.fromkeys(needs))
    with open_community(settings).writing() as transaction:
        before = load_claimed_member(transaction, digest)
        if before is not None:
            return Joined(before["proposal_id"], code)
        if sending is not None:
            check_and_count(settings, transaction, region, sending=sending, at=when)
        sources = [published_source(transaction, region, one) for one in ([idea_id] if idea_id else []) + linked]
        if idea_id:
            way = way_in(settings, transaction, sources[0], own=False)
            step_to(WAY, way.before_proposal, "team")
            linked = list(dict.fromkeys([*linked, *way.needs]))
        row = _row(region, words=words, idea=sources[0] if idea_id else None, language=language, at=stamp(when))
        save_proposal(transaction, row | {"evidence": figures}, needs=linked)
        _begin(transaction, row, who=who, digest=digest)
    return Joined(str(row["id"]), code)


def _begin(transaction: Transaction, row: Row, *, who: Member, digest: str) -> None:
    """The first step, the first version and the first member."""
    at = row["created_at"]
    save_event(transaction, row["id"], status="team", at=at, actor="team")
    keep_version(transaction, row["id"], at=at, actor="team")
    add_member(transaction, row["id"], who, digest=digest, at=at)


def proposals(settings: Settings, region: str, *, at: datetime | None = None) -> pd.DataFrame:
    """The list that anybody may read: :data:`PROPOSAL_COLUMNS`, the newest first, each in its version last read.

    The number of linked needs is shown in steps of five, so that no single need can be made out.
    """
    with open_community(settings).reading() as transaction:
        rows = load_proposals(transaction, region)
        read, topics = load_read_contents(transaction, region), load_need_topics(transaction, region)
    open_to_all = ~rows["status"].isin(UNLISTED) & rows["id"].isin(read)
    listed = [
        row | {name: read[row["id"]][name] for name in ("title", "what", "for_whom", "why_here", "ownership")}
        for row in rows[open_to_all].to_dict("records")
    ]
    table = pd.DataFrame(listed, columns=rows.columns)
    shown = table.assign(
        needs=[_needs_shown(topics.get(one, [])) for one in table["id"]],
        version=table["read_version"],
        as_of=(at or now()).date().isoformat(),
    )
    return shown[list(PROPOSAL_COLUMNS)]


def proposal(settings: Settings, proposal_id: str, *, by: Asker = "", code: str = "") -> Proposal:
    """A proposal's page. One that no coordinator has read is open to its team (with a code) and to coordinators.

    Raises
    ------
    MissingDataError
        There is none, or it is not open to the asker.
    """
    claimed = code_digest(code)
    with open_community(settings).reading() as transaction:
        row = load_proposal(transaction, proposal_id)
        if row is None:
            raise no_proposal()
        return page_of(transaction, row, person_at(settings, transaction, row, by=by, claimed=claimed))


def approve(settings: Settings, proposal_id: str, *, by: Asker, at: datetime | None = None) -> None:
    """List a proposal, or what its team has changed since: a coordinator has read its newest version."""
    when = at or now()
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        fresh = row["status"] in UNLISTED
        if fresh:
            step_to(PROPOSAL, row["status"], "proposal")
        person = privileged(
            settings, transaction, by, action="publish or not publish", thing=proposal_id,
            scopes=proposal_scopes(transaction, row), detail=f"version {row['version']}", at=when,
        )  # fmt: skip
        if fresh:
            _move(transaction, row, to="proposal", at=stamp(when), actor=person.actor, reason="")
        else:
            change_proposal(transaction, proposal_id, {"read_version": row["version"]})


def move(
    settings: Settings,
    proposal_id: str,
    *,
    to: str,
    by: Asker = "",
    code: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Take a proposal a step further, with a login or with a team member's code.

    Raises
    ------
    InputError
        There is no such step, it needs a reason, or (for ``submitted``) users and providers do not yet
        own it together, or questions are open.
    NotAllowedError
        The asker may not take this step.
    """
    when, told = at or now(), kept_text(reason)
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        asking = person_at(settings, transaction, row, by=by, claimed=claimed)
        _check_right(asking, proposal_scopes(transaction, row), to=to)
        step = step_to(PROPOSAL, row["status"], to, reason=told)
        person = privileged(
            settings, transaction, asking, action=step.action, thing=proposal_id,
            scopes=proposal_scopes(transaction, row), detail=f"{to} {told}", at=when,
        )  # fmt: skip
        if to == "submitted":
            _check_whole(page_of(transaction, row, asking), team_of(transaction, proposal_id, named=False))
        _move(transaction, row, to=to, at=stamp(when), actor=person.actor, reason=told)


def steps_open(settings: Settings, proposal_id: str, *, by: Asker = "", code: str = "") -> tuple[Step, ...]:
    """The steps that the asker may take with a proposal now, whether or not it is ready for them."""
    claimed = code_digest(code)
    with open_community(settings).reading() as transaction:
        row = known_proposal(transaction, proposal_id)
        person, scopes = (
            person_at(settings, transaction, row, by=by, claimed=claimed),
            proposal_scopes(transaction, row),
        )
    return tuple(step for step in PROPOSAL[row["status"]] if may(person, step.action, *scopes))


def published_source(transaction: Transaction, region: str, contribution_id: str) -> Row:
    """The row of a need or an idea to which a proposal may refer.

    Raises
    ------
    MissingDataError
        It is not published in this region.
    """
    row = load_contribution(transaction, contribution_id)
    if row is None or row["region"] != region or row["status"] not in PUBLIC:
        raise MissingDataError(_("A linked need or idea is not published (any more); choose from the list."))
    return row


def _needs_shown(topics: list[str]) -> int:
    return shown_count(len(topics), protected=any(topics))


def _row(region: str, *, words: Sentences, idea: Row | None, language: str, at: str) -> dict[str, Any]:
    return vars(words) | {
        "id": secrets.token_hex(16),
        "region": region,
        "idea_id": idea["id"] if idea else None,
        "place_name": idea["municipality"] if idea else "",
        "language": language,
        "ownership": "",
        "answers": {},
        "status": "team",
        "status_at": at,
        "version": 1,
        "created_at": at,
        "read_version": 0,
    }


def _check_whole(page: Proposal, team: Iterable[Member]) -> None:
    """Refuse to submit what is not whole: see :func:`check_ready`."""
    given = page.answered
    open_ones = [one.title for one in questions() if one.id not in given]
    check_ready(team, ownership=page.ownership, unanswered=open_ones)
    check_first_test(page.answers.get("first_test", {}))


def _check_right(person: Person, scopes: tuple[str, ...], *, to: str) -> None:
    """Refuse by right before by state: another refusal would tell a stranger what the status is."""
    leading = [step.action for steps in PROPOSAL.values() for step in steps if step.to == to] or ["write a proposal"]
    if not any(may(person, action, *scopes) for action in leading):
        check_may(person, leading[0], *scopes)


def _move(transaction: Transaction, row: Row, *, to: str, at: str, actor: str, reason: str) -> None:
    read = {"read_version": row["version"]} if to in _DECIDED and row["status"] != "declined" else {}
    change_proposal(transaction, row["id"], {"status": to, "status_at": at, **read})
    save_event(transaction, row["id"], status=to, at=at, actor=actor, reason=reason)
    if to == "accepted":
        for need in [*load_needs(transaction, row["id"]), *([row["idea_id"]] if row["idea_id"] else [])]:
            _take_up(transaction, need, at=at, actor=actor)


def _take_up(transaction: Transaction, contribution_id: str, *, at: str, actor: str) -> None:
    row = load_contribution(transaction, contribution_id)
    if row is not None and any(step.to == "taken_up" for step in CONTRIBUTION[row["status"]]):
        change_contribution(transaction, contribution_id, {"status": "taken_up", "status_at": at})
        save_event(transaction, contribution_id, status="taken_up", at=at, actor=actor)
