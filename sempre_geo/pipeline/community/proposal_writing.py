"""Writing in a proposal: answers and their versions, what is half written, figures, linked needs, comments."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sempre_geo.community.access import Person, check_may, may
from sempre_geo.community.moments import stamp
from sempre_geo.community.proposal_form import kept_answers
from sempre_geo.community.proposal_questions import questions
from sempre_geo.community.proposal_versions import Difference, differences
from sempre_geo.community.proposals import OWNERSHIP, WRITABLE, Sentences, check_first_test, kept_evidence
from sempre_geo.community.status_names import status as status_name
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.proposals import (
    change_proposal,
    erase_draft,
    load_comments,
    load_drafts,
    load_team,
    load_versions,
    save_comment,
    save_draft,
    save_needs,
)
from sempre_geo.community.texts import kept_text
from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, now, open_community, privileged
from sempre_geo.pipeline.community.proposal_desk import (
    code_digest,
    keep_version,
    known_proposal,
    member_at,
    person_at,
    proposal_scopes,
)
from sempre_geo.pipeline.community.proposals import published_source
from sempre_geo.settings import Settings

_WRITE = "write a proposal"


@dataclass(frozen=True)
class Version:
    """What a proposal said at one version, when, and who wrote it as the asker may know them."""

    number: int
    written_at: str
    writer: str
    content: Mapping[str, Any]


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
    """Change a proposal's words; each change is a version that can be read again. Returns its number.

    An answer takes the place of the earlier one to the same question, an empty one takes it away. What one
    had half written on these questions is forgotten. What says the same as before makes no version.

    Raises
    ------
    InputError
        An answer cannot be used, or the proposal waits for a decision or has come to its end.
    NotAllowedError
        The asker neither is in the team nor coordinates here.
    """
    if ownership is not None and ownership not in OWNERSHIP:
        raise InputError(_("The degree of ownership is one of {choices}.").format(choices=", ".join(OWNERSHIP)))
    changed: dict[str, Any] = vars(sentences.kept()) if sentences else {}
    kept = kept_answers(questions(), answers or {})
    check_first_test(kept.get("first_test", {}))
    if ownership is not None:
        changed["ownership"] = ownership
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = _writer(settings, transaction, row, by=by, claimed=claimed, at=at)
        if answers is not None:
            merged = row["answers"] | _with_unseen(row, kept, person=person)
            changed["answers"] = {name: answer for name, answer in merged.items() if answer}
        for question in [*kept, *(["sentences"] if sentences else [])]:
            erase_draft(transaction, proposal_id, writer=person.actor, question=question)
        return _save(transaction, row, changed, actor=person.actor, at=at)


def attach_evidence(
    settings: Settings,
    proposal_id: str,
    *,
    figures: Iterable[Mapping[str, Any]],
    by: Asker = "",
    code: str = "",
    at: datetime | None = None,
) -> int:
    """Attach gap figures or what-if results of a place, each with its date and version; twice is once.

    Returns the number of the version that holds them.
    """
    fresh = kept_evidence(figures)
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = _writer(settings, transaction, row, by=by, claimed=claimed, at=at)
        known = [_facts(figure) for figure in row["evidence"]]
        added = [figure for figure in fresh if _facts(figure) not in known]
        together = kept_evidence([*row["evidence"], *added])
        return _save(transaction, row, {"evidence": together}, actor=person.actor, at=at)


def _facts(figure: Mapping[str, Any]) -> Mapping[str, Any]:
    """What tells a figure from another: not its sentence where that is found anew for each who reads it."""
    return {name: figure[name] for name in figure if name != "title" or "place" not in figure}


def link_needs(
    settings: Settings,
    proposal_id: str,
    *,
    needs: Iterable[str],
    by: Asker = "",
    code: str = "",
    at: datetime | None = None,
) -> None:
    """Link further published needs that the proposal answers.

    Raises
    ------
    MissingDataError
        One of them is not published in this region.
    """
    linked = list(dict.fromkeys(needs))
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        _writer(settings, transaction, row, by=by, claimed=claimed, at=at)
        for need in linked:
            published_source(transaction, row["region"], need)
        save_needs(transaction, proposal_id, linked)


def keep_draft(
    settings: Settings,
    proposal_id: str,
    *,
    question: str,
    content: Mapping[str, Any],
    by: Asker = "",
    code: str = "",
    at: datetime | None = None,
) -> None:
    """Keep what somebody has half written on a question, for nobody but them, until they save it.

    It need not be right yet: it is only checked to be of a size that can be kept.
    """
    if question not in {one.id for one in questions()}:
        raise InputError(_("The form has no such questions: {names}.").format(names=question[:80]))
    (kept,) = kept_evidence([{"title": question, "date": "", "version": "", "draft": dict(content)}])
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        check_may(person, _WRITE, *proposal_scopes(transaction, row))
        save_draft(
            transaction, proposal_id, writer=person.actor, question=question, content=kept["draft"],
            at=stamp(at or now()),
        )  # fmt: skip


def drafts(settings: Settings, proposal_id: str, *, by: Asker = "", code: str = "") -> dict[str, Any]:
    """What the asker has half written, by question."""
    claimed = code_digest(code)
    with open_community(settings).reading() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        check_may(person, _WRITE, *proposal_scopes(transaction, row))
        return load_drafts(transaction, proposal_id, writer=person.actor)


def versions(settings: Settings, proposal_id: str, *, by: Asker = "", code: str = "") -> list[Version]:
    """Every version of a proposal, the first first, for those who write in it; names for the team only.

    Raises
    ------
    NotAllowedError
        The asker neither is in the team nor coordinates here.
    """
    claimed = code_digest(code)
    with open_community(settings).reading() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        check_may(person, _WRITE, *proposal_scopes(transaction, row))
        names = _names(transaction, row, person)
        return [
            Version(one["version"], one["at"], names.get(one["actor"], _who(one["actor"])), one["content"])
            for one in load_versions(transaction, proposal_id)
        ]


def version_differences(
    settings: Settings, proposal_id: str, *, before: int, after: int, by: Asker = "", code: str = ""
) -> tuple[Difference, ...]:
    """What changed from one version of a proposal to another, by field.

    Raises
    ------
    MissingDataError
        There is no version of such a number.
    """
    contents = {one.number: one.content for one in versions(settings, proposal_id, by=by, code=code)}
    missing = [number for number in (before, after) if number not in contents]
    if missing:
        raise MissingDataError(_("There is no version {number} of this proposal.").format(number=missing[0]))
    return differences(contents[before], contents[after])


def comment(
    settings: Settings, proposal_id: str, *, text: str, code: str = "", by: Asker = "", at: datetime | None = None
) -> None:
    """Add a comment for the team; what the same person has just said, sent again by another press, is kept once."""
    said = kept_text(text)
    if not said.strip():
        raise InputError(_("A sentence is missing."))
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        check_may(person, "comment a proposal", *proposal_scopes(transaction, row))
        member = member_at(transaction, row, person=person, claimed=claimed)
        new = {"proposal_id": proposal_id, "member_id": member["id"] if member else None, "text": said}
        last = next(iter(load_comments(transaction, proposal_id)[-1:]), {})
        if any(last.get(name) != value for name, value in new.items()):
            save_comment(transaction, new | {"id": secrets.token_hex(16), "created_at": stamp(at or now())})


def team_comments(settings: Settings, proposal_id: str, *, code: str = "", by: Asker = "") -> list[Row]:
    """What the team said to each other, for the team and its coordinator: ``text, created_at, name``.

    The name is empty for those outside the team, and of people who have left it.
    """
    claimed = code_digest(code)
    with open_community(settings).reading() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        check_may(person, "comment a proposal", *proposal_scopes(transaction, row))
        names = _names(transaction, row, person)
        return [
            {"text": one["text"], "created_at": one["created_at"], "name": names.get(one["member_id"], "")}
            for one in load_comments(transaction, proposal_id)
        ]


def _writer(
    settings: Settings, transaction: Transaction, row: Row, *, by: Asker, claimed: str, at: datetime | None
) -> Person:
    """Whoever writes, entered in the log; refused while a proposal waits for a decision or has ended."""
    asking = person_at(settings, transaction, row, by=by, claimed=claimed)
    person = privileged(
        settings, transaction, asking, action=_WRITE, thing=row["id"], scopes=proposal_scopes(transaction, row),
        detail=f"version {row['version']}", at=at or now(),
    )  # fmt: skip
    if row["status"] not in WRITABLE:
        raise InputError(
            _("This proposal is '{status}' and cannot be changed now; comments are open.").format(
                status=status_name(row["status"])
            )
        )
    return person


def _with_unseen(row: Row, answers: Mapping[str, Any], *, person: Person) -> dict[str, Any]:
    """Answers of somebody outside the team together with what only the team sees, which they could not copy."""
    if may(person, "read who is in a team", f"thing:{row['id']}"):
        return dict(answers)
    unseen = {one.id: [part.id for part in one.fields if part.team_only] for one in questions()}
    before = row["answers"]
    return {
        name: answer | {part: before[name][part] for part in unseen[name] if part in before.get(name, {})}
        for name, answer in answers.items()
    }


def _save(transaction: Transaction, row: Row, changed: Mapping[str, Any], *, actor: str, at: datetime | None) -> int:
    version = int(row["version"])
    if all(row[name] == value for name, value in changed.items()):
        return version
    change_proposal(transaction, row["id"], {**changed, "version": version + 1})
    keep_version(transaction, row["id"], at=stamp(at or now()), actor=actor)
    return version + 1


def _names(transaction: Transaction, row: Row, person: Person) -> dict[str, str]:
    """The names of a team by member and account id; empty for those outside it."""
    if not may(person, "read who is in a team", f"thing:{row['id']}"):
        return {}
    team = load_team(transaction, row["id"])
    return {member["id"]: member["name"] for member in team} | {
        member["account_id"]: member["name"] for member in team if member["account_id"]
    }


def _who(actor: str) -> str:
    return {"team": _("the team"), "operator": _("the office"), "": _("not known")}.get(actor, _("a member"))
