"""From an idea to a micro-project: starting a proposal, its team, its words, and its way to an end."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import pandas as pd

from sempre_geo.community.access import Person, check_may
from sempre_geo.community.claim_codes import claim_digest, new_claim_code
from sempre_geo.community.contributions import PUBLIC
from sempre_geo.community.moments import stamp
from sempre_geo.community.proposals import (
    OWNERSHIP,
    PROPOSAL_COLUMNS,
    Member,
    Proposal,
    Sentences,
    check_member,
    check_ready,
)
from sempre_geo.community.steps import CONTRIBUTION, PROPOSAL, step_to
from sempre_geo.community.store.contributions import (
    Row,
    change_contribution,
    load_contribution,
    load_events,
    save_event,
)
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.proposals import (
    change_proposal,
    load_claimed_member,
    load_comments,
    load_needs,
    load_proposal,
    load_proposals,
    load_team,
    load_versions,
    save_comment,
    save_member,
    save_proposal,
    save_version,
)
from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community, privileged
from sempre_geo.settings import Settings

_VERSIONED = ("title", "what", "for_whom", "why_here", "ownership", "answers", "evidence")
UNLISTED = frozenset({"idea", "supported", "team"})


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
    at: datetime | None = None,
) -> Joined:
    """Start a proposal from an idea with its three sentences; whoever starts it is its first member.

    ``evidence`` holds the gap figures and what-if results of the place, each a mapping with its own
    ``title``, ``date`` and ``version``; they are kept as they were at that moment. The proposal is not
    listed before a coordinator has read it (see :func:`approve`).

    Raises
    ------
    InputError
        A sentence is missing, or the part in the team is none.
    MissingDataError
        The idea or a need is not published in this region.
    """
    words, when = sentences.kept(), stamp(at or now())
    check_member(who)
    linked = list(dict.fromkeys(needs))
    with open_community(settings).writing() as transaction:
        sources = [_published(transaction, region, source) for source in ([idea_id] if idea_id else []) + linked]
        row = _row(region, words=words, idea=sources[0] if idea_id else None, language=language, at=when) | {
            "evidence": [dict(figure) for figure in evidence],
        }
        save_proposal(transaction, row, needs=linked)
        save_event(transaction, row["id"], status="team", at=when, actor="team")
        _keep_version(transaction, row["id"], at=when)
        return Joined(row["id"], _add_member(transaction, row["id"], who, at=when))


def proposals(settings: Settings, region: str, *, at: datetime | None = None) -> pd.DataFrame:
    """The list that anybody may read: :data:`PROPOSAL_COLUMNS`, the newest first, and nothing unread by a coordinator.

    The number of linked needs is shown in steps of five, so that no single need can be made out.
    """
    with open_community(settings).reading() as transaction:
        rows = load_proposals(transaction, region)
    listed = rows[~rows["status"].isin(UNLISTED)].reset_index(drop=True)
    shown = listed.assign(needs=listed["needs"] // 5 * 5, as_of=(at or now()).date().isoformat())
    return shown[list(PROPOSAL_COLUMNS)]


def proposal(settings: Settings, proposal_id: str, *, by: Asker = "", code: str = "") -> Proposal:
    """A proposal's page. One that no coordinator has read is open to its team (with a code) and to coordinators.

    Raises
    ------
    MissingDataError
        There is none, or it is not open to the asker.
    """
    with open_community(settings).reading() as transaction:
        row = load_proposal(transaction, proposal_id)
        if row is None:
            raise _no_proposal()
        person = _person(settings, transaction, by=by, code=code)
        insider = person.has("team", f"thing:{proposal_id}") or any(
            person.has("coordinator", scope) for scope in _scopes(row)
        )
        if row["status"] in UNLISTED and not insider:
            raise _no_proposal()
        return _page(transaction, row)


def approve(settings: Settings, proposal_id: str, *, by: Asker, at: datetime | None = None) -> None:
    """List a proposal: a coordinator has read it."""
    when = at or now()
    with open_community(settings).writing() as transaction:
        row = _known(transaction, proposal_id)
        step_to(PROPOSAL, row["status"], "proposal")
        person = privileged(
            settings, transaction, by, action="publish or not publish", thing=proposal_id, scopes=_scopes(row), at=when
        )
        _move(transaction, row, to="proposal", at=stamp(when), actor=person.actor, reason="")


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
        own it together.
    NotAllowedError
        The asker may not take this step.
    """
    when, told = at or now(), kept_text(reason)
    if to == "proposal":
        approve(settings, proposal_id, by=by, at=when)
        return
    with open_community(settings).writing() as transaction:
        row = _known(transaction, proposal_id)
        step = step_to(PROPOSAL, row["status"], to, reason=told)
        asking = _person(settings, transaction, by=by, code=code)
        if to == "submitted":
            check_ready(_members(transaction, proposal_id), ownership=row["ownership"])
        person = privileged(
            settings, transaction, asking, action=step.action, thing=proposal_id,
            scopes=_scopes(row), detail=f"{to} {told}", at=when,
        )  # fmt: skip
        _move(transaction, row, to=to, at=stamp(when), actor=person.actor, reason=told)


def join_team(settings: Settings, proposal_id: str, *, who: Member, code: str, at: datetime | None = None) -> Joined:
    """Join a team on the invitation of a member, who gives their ``code``; no account is needed."""
    check_member(who)
    with open_community(settings).writing() as transaction:
        row = _known(transaction, proposal_id)
        check_may(_person(settings, transaction, by="", code=code), "write a proposal", *_scopes(row))
        return Joined(proposal_id, _add_member(transaction, proposal_id, who, at=stamp(at or now())))


def write_in_proposal(
    settings: Settings,
    proposal_id: str,
    *,
    by: Asker = "",
    code: str = "",
    sentences: Sentences | None = None,
    answers: Mapping[str, Any] | None = None,
    ownership: str | None = None,
    at: datetime | None = None,
) -> int:
    """Change a proposal's words; each change is a version that can be read again. Returns its number."""
    if ownership is not None and ownership not in OWNERSHIP:
        raise InputError(_("The degree of ownership is one of {choices}.").format(choices=", ".join(OWNERSHIP)))
    with open_community(settings).writing() as transaction:
        row = _known(transaction, proposal_id)
        check_may(_person(settings, transaction, by=by, code=code), "write a proposal", *_scopes(row))
        changed: dict[str, Any] = vars(sentences.kept()) if sentences else {}
        if answers is not None:
            changed["answers"] = row["answers"] | kept_answers(answers)
        if ownership is not None:
            changed["ownership"] = ownership
        change_proposal(transaction, proposal_id, changed | {"version": row["version"] + 1})
        _keep_version(transaction, proposal_id, at=stamp(at or now()))
        return int(row["version"]) + 1


def versions(settings: Settings, proposal_id: str, *, by: Asker = "", code: str = "") -> list[Row]:
    """Every version of a proposal that the asker may read, the first first."""
    proposal(settings, proposal_id, by=by, code=code)
    with open_community(settings).reading() as transaction:
        return load_versions(transaction, proposal_id)


def comment(settings: Settings, proposal_id: str, *, text: str, code: str = "", by: Asker = "") -> None:
    """Add a comment for the team."""
    said = kept_text(text)
    if not said.strip():
        raise InputError(_("A sentence is missing."))
    with open_community(settings).writing() as transaction:
        row = _known(transaction, proposal_id)
        check_may(_person(settings, transaction, by=by, code=code), "comment a proposal", *_scopes(row))
        member = load_claimed_member(transaction, claim_digest(code)) if code else None
        save_comment(
            transaction,
            {
                "id": secrets.token_hex(16),
                "proposal_id": proposal_id,
                "member_id": member["id"] if member else None,
                "text": said,
                "created_at": stamp(now()),
            },
        )


def team_comments(settings: Settings, proposal_id: str, *, code: str = "", by: Asker = "") -> list[Row]:
    """What the team said to each other, for the team and its coordinator."""
    with open_community(settings).reading() as transaction:
        row = _known(transaction, proposal_id)
        check_may(_person(settings, transaction, by=by, code=code), "comment a proposal", *_scopes(row))
        return load_comments(transaction, proposal_id)


def kept_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    r"""Answers with every text in them as the store keeps it.

    >>> kept_answers({"risks": ["ice\x00"], "costs": 3})
    {'risks': ['ice'], 'costs': 3}
    """
    return {kept_line(name): _kept(value) for name, value in answers.items()}


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return kept_text(value)
    if isinstance(value, Mapping):
        return kept_answers(value)
    return [_kept(item) for item in value] if isinstance(value, list | tuple) else value


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
    }


def _published(transaction: Transaction, region: str, contribution_id: str) -> Row:
    row = load_contribution(transaction, contribution_id)
    if row is None or row["region"] != region or row["status"] not in PUBLIC:
        raise MissingDataError(_("A linked need or idea is not published (any more); choose from the list."))
    return row


def _add_member(transaction: Transaction, proposal_id: str, who: Member, *, at: str) -> str:
    code = new_claim_code()
    member = {
        "id": secrets.token_hex(16),
        "proposal_id": proposal_id,
        "part": who.part,
        "name": kept_line(who.name),
        "owner": who.owner,
        "account_id": None,
        "claim_digest": claim_digest(code),
        "created_at": at,
    }
    save_member(transaction, member)
    return code


def _keep_version(transaction: Transaction, proposal_id: str, *, at: str) -> None:
    row = _known(transaction, proposal_id)
    content = {
        name: row[name] for name in ("title", "what", "for_whom", "why_here", "ownership", "answers", "evidence")
    }
    save_version(transaction, proposal_id, version=row["version"], at=at, content=content)


def _move(transaction: Transaction, row: Row, *, to: str, at: str, actor: str, reason: str) -> None:
    change_proposal(transaction, row["id"], {"status": to, "status_at": at})
    save_event(transaction, row["id"], status=to, at=at, actor=actor, reason=reason)
    if to == "accepted":
        for need in [*load_needs(transaction, row["id"]), *([row["idea_id"]] if row["idea_id"] else [])]:
            _take_up(transaction, need, at=at, actor=actor)


def _take_up(transaction: Transaction, contribution_id: str, *, at: str, actor: str) -> None:
    row = load_contribution(transaction, contribution_id)
    if row is not None and any(step.to == "taken_up" for step in CONTRIBUTION[row["status"]]):
        change_contribution(transaction, contribution_id, {"status": "taken_up", "status_at": at})
        save_event(transaction, contribution_id, status="taken_up", at=at, actor=actor)


def _person(settings: Settings, transaction: Transaction, *, by: Asker, code: str) -> Person:
    """The asker, together with the team membership that a code proves."""
    person = asker(settings, transaction, by)
    member = load_claimed_member(transaction, claim_digest(code)) if code else None
    if member is None:
        return person
    actor = member["id"] if person.actor == "visitor" else person.actor
    return Person(actor, person.grants | {("team", f"thing:{member['proposal_id']}")})


def _scopes(row: Row) -> tuple[str, ...]:
    return (f"region:{row['region']}", f"thing:{row['id']}")


def _members(transaction: Transaction, proposal_id: str) -> list[Member]:
    return [Member(row["part"], row["name"], owner=row["owner"]) for row in load_team(transaction, proposal_id)]


def _page(transaction: Transaction, row: Row) -> Proposal:
    taken = {field.name: row[field.name] for field in fields(Proposal) if field.name in row}
    steps = [{name: step[name] for name in ("at", "status", "reason")} for step in load_events(transaction, row["id"])]
    return Proposal(
        **taken | {"evidence": tuple(row["evidence"])},
        sentences=Sentences(row["title"], row["what"], row["for_whom"], row["why_here"]),
        team=tuple(_members(transaction, row["id"])),
        needs=_needs_shown(transaction, row["id"]),
        steps=tuple(steps),
    )


def _needs_shown(transaction: Transaction, proposal_id: str) -> tuple[str, ...]:
    """Linked needs that may be shown by themselves; the others only count."""
    linked = [load_contribution(transaction, need) for need in load_needs(transaction, proposal_id)]
    return tuple(need["id"] for need in linked if need and (not need["topic"] or need["shown_alone"]))


def _known(transaction: Transaction, proposal_id: str) -> Row:
    row = load_proposal(transaction, proposal_id)
    if row is None:
        raise _no_proposal()
    return row


def _no_proposal() -> MissingDataError:
    return MissingDataError(_("There is no such proposal, or it is not open to you (yet)."))
