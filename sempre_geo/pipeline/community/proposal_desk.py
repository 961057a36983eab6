"""What the use cases of a proposal share: finding it, who asks, its page, its versions."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from sempre_geo.community.access import Person, may
from sempre_geo.community.claim_codes import claim_code_from, claim_digest, new_claim_code
from sempre_geo.community.imports import lasting_id
from sempre_geo.community.proposal_form import for_everybody
from sempre_geo.community.proposal_questions import questions
from sempre_geo.community.proposals import UNLISTED, VERSIONED, Member, Proposal, Sentences
from sempre_geo.community.store.accounts import load_account
from sempre_geo.community.store.contributions import Row, load_contribution, load_told_steps
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.lessons import load_diary, load_lessons
from sempre_geo.community.store.proposals import (
    load_claimed_member,
    load_member_of_account,
    load_needs,
    load_networks_of,
    load_proposal,
    load_team,
    load_version,
    save_member,
    save_version,
)
from sempre_geo.community.suppression import shown_count
from sempre_geo.community.texts import kept_line
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, secret_key
from sempre_geo.settings import Settings

TOLD = frozenset({"accepted", "returned", "declined"})
_DIARY = ("period", "good", "hard", "further", "created_at")
_LESSON = ("id", "title", "again", "not_again", "groups", "category", "barriers", "status", "created_at")


def known_proposal(transaction: Transaction, proposal_id: str) -> Row:
    """The row of a proposal.

    Raises
    ------
    MissingDataError
        There is none.
    """
    row = load_proposal(transaction, proposal_id)
    if row is None:
        raise no_proposal()
    return row


def no_proposal() -> MissingDataError:
    """What is said of a proposal that is not there, and of one that is not open to the asker: the same."""
    return MissingDataError(_("There is no such proposal, or it is not open to you (yet)."))


def code_digest(code: str) -> str:
    """What the store knows of a code; nothing for none. Made before a transaction begins, for it takes a while."""
    return claim_digest(code) if code else ""


def code_of_sending(settings: Settings, sent: str, *, sending_key: str) -> str:
    """A new member's code: with a key the same each time, for the same words only; it opens nobody else's place."""
    if not sending_key:
        return new_claim_code()
    content = f"{sending_key}\x1f{sent}".encode("utf-8", "replace")
    return claim_code_from(hmac.digest(secret_key(settings, "joining"), content, "sha256"))


def person_at(settings: Settings, transaction: Transaction, row: Row, *, by: Asker = "", claimed: str = "") -> Person:
    """The asker, together with the place in the team that a code's digest or their account proves."""
    person = asker(settings, transaction, by)
    member = member_at(transaction, row, person=person, claimed=claimed)
    if member is None:
        return person
    actor = member["id"] if person.actor == "visitor" else person.actor
    return Person(actor, person.grants | {("team", f"thing:{row['id']}")})


def member_at(transaction: Transaction, row: Row, *, person: Person, claimed: str = "") -> Row | None:
    """The team member of this proposal whom a code's digest or an account proves; None for everybody else."""
    if claimed:
        member = load_claimed_member(transaction, claimed)
        if member is not None and member["proposal_id"] == row["id"]:
            return member
    return load_member_of_account(transaction, row["id"], person.actor)


def proposal_scopes(transaction: Transaction, row: Row) -> tuple[str, ...]:
    """The scopes in which a proposal lies: its region, itself, the networks it belongs to."""
    networks = (f"network:{network}" for network in load_networks_of(transaction, row["id"]))
    return (f"region:{row['region']}", f"thing:{row['id']}", *networks)


def add_member(
    transaction: Transaction, proposal_id: str, who: Member, *, digest: str, at: str, account: str | None = None
) -> None:
    """Add somebody to a team, who writes in the proposal with the code of this digest."""
    member = {
        "id": secrets.token_hex(16),
        "proposal_id": proposal_id,
        "part": who.part,
        "name": kept_line(who.name),
        "owner": who.owner,
        "account_id": account,
        "claim_digest": digest,
        "created_at": at,
    }
    save_member(transaction, member)


def team_of(transaction: Transaction, proposal_id: str, *, named: bool) -> tuple[Member, ...]:
    """The people behind a proposal, with their names or without."""
    return tuple(
        Member(row["part"], row["name"] if named else "", owner=row["owner"], verified=_is_verified(transaction, row))
        for row in load_team(transaction, proposal_id)
    )


def _is_verified(transaction: Transaction, row: Row) -> bool:
    """Whether a provider is one: a coordinator verified their account, or took them in with a file of the office."""
    if row["part"] != "provider":
        return False
    if row["id"].startswith(lasting_id(row["proposal_id"], "team")[:28]):
        return True
    account = load_account(transaction, account_id=row["account_id"]) if row["account_id"] else None
    return account is not None and any(role == "provider" for role, _scope in account.grants)


def keep_version(transaction: Transaction, proposal_id: str, *, at: str, actor: str) -> None:
    """Keep what a proposal says now as the version it has now."""
    row = known_proposal(transaction, proposal_id)
    content = {name: row[name] for name in VERSIONED}
    save_version(transaction, proposal_id, version=row["version"], at=at, content=content, actor=actor)


def page_of(transaction: Transaction, row: Row, person: Person) -> Proposal:
    """A proposal's page as this person may see it.

    Raises
    ------
    MissingDataError
        No coordinator has read it, and the person neither is in its team nor coordinates here.
    """
    if not may(person, "write a proposal", *proposal_scopes(transaction, row)):
        return _outside(transaction, row)
    named = may(person, "read who is in a team", f"thing:{row['id']}")
    linked = linked_needs(transaction, row)
    return _page(
        row,
        row,
        team=team_of(transaction, row["id"], named=named),
        answers=row["answers"] if named else for_everybody(questions(), row["answers"]),
        needs=tuple(need["id"] for need in linked if not need["topic"] or need["shown_alone"]),
        needs_count=needs_shown(transaction, row),
        version=row["version"],
        steps=_steps(transaction, row, told=None),
        diary=tuple(_named(entry, _DIARY) for entry in load_diary(transaction, row["id"])),
        lessons=_lessons(transaction, row, statuses=("received", "published")),
        inside=True,
    )


def needs_shown(transaction: Transaction, row: Row) -> int:
    """How many needs are linked, as anybody may see it; those of another installation count, too."""
    linked = linked_needs(transaction, row)
    elsewhere = set((row["origin"] or {}).get("needs", [])) - {need["id"] for need in linked}
    return shown_count(len(linked) + len(elsewhere), protected=any(need["topic"] for need in linked))


def linked_needs(transaction: Transaction, row: Row) -> list[Row]:
    """The needs that a proposal answers, as whole rows for the server."""
    linked = [load_contribution(transaction, need) for need in load_needs(transaction, row["id"])]
    return [need for need in linked if need is not None]


def _outside(transaction: Transaction, row: Row) -> Proposal:
    """The page for everybody: what a coordinator has read, parts without names, needs as a rounded number."""
    read = load_version(transaction, row["id"], row["read_version"])
    if read is None or row["status"] in UNLISTED:
        raise no_proposal()
    return _page(
        row,
        read["content"],
        team=team_of(transaction, row["id"], named=False),
        answers=for_everybody(questions(), read["content"]["answers"]),
        needs=(),
        needs_count=needs_shown(transaction, row),
        version=row["read_version"],
        steps=_steps(transaction, row, told=TOLD),
        lessons=_lessons(transaction, row, statuses=("published",)),
    )


def _page(row: Row, content: Mapping[str, Any], **parts: Any) -> Proposal:
    taken = {
        name: row[name] for name in ("id", "region", "status", "place_name", "language", "created_at", "read_version")
    }
    return Proposal(
        **taken,
        **parts,
        sentences=Sentences(*(content[name] for name in ("title", "what", "for_whom", "why_here"))),
        ownership=content["ownership"],
        evidence=tuple(content["evidence"]),
    )


def _steps(transaction: Transaction, row: Row, *, told: frozenset[str] | None) -> tuple[dict[str, Any], ...]:
    """The steps so far; reasons only of those in ``told``, for a coordinator wrote these to be read by all."""
    steps = load_told_steps(transaction, row["id"])
    if told is None:
        return tuple(steps)
    return tuple(step if step["status"] in told else {**step, "reason": ""} for step in steps)


def _lessons(transaction: Transaction, row: Row, *, statuses: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    found = load_lessons(transaction, statuses=statuses, proposal_id=row["id"])
    return tuple(_named(lesson, _LESSON) for lesson in reversed(found))


def _named(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}
