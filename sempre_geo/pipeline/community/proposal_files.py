"""Taking a proposal out as JSON, DOCX or PDF, each for those who may, and reading it back whole."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sempre_geo.community.access import Person, may
from sempre_geo.community.imports import lasting_id
from sempre_geo.community.proposal_file import LARGEST_BYTES, ProposalFile, from_json, to_json
from sempre_geo.community.proposal_form import for_everybody
from sempre_geo.community.proposal_questions import questions
from sempre_geo.community.proposals import UNLISTED, Proposal
from sempre_geo.community.store.contributions import Row, load_contribution, save_event
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.lessons import load_lesson, save_diary_entry, save_lesson
from sempre_geo.community.store.proposals import (
    load_comments,
    load_proposal,
    load_team,
    load_version,
    load_versions,
    save_comment,
    save_member,
    save_proposal,
    save_version,
)
from sempre_geo.errors import InputError, MissingFileError, NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, now, open_community, privileged, secret_key
from sempre_geo.pipeline.community.lessons import lesson_row
from sempre_geo.pipeline.community.proposal_desk import code_digest, known_proposal, member_at, page_of, person_at
from sempre_geo.publish import proposal_docx, proposal_pdf
from sempre_geo.region.bundle import read_region
from sempre_geo.settings import Settings

FORMATS: Mapping[str, tuple[str, Callable[[ProposalFile], bytes]]] = {
    "json": ("application/json", to_json),
    "docx": (proposal_docx.MEDIA_TYPE, proposal_docx.to_docx),
    "pdf": (proposal_pdf.MEDIA_TYPE, proposal_pdf.to_pdf),
}
TICKET_LASTS = timedelta(minutes=15)
_DECIDING = ("publish or not publish", "decide a proposal")


@dataclass(frozen=True)
class Exported:
    """A file for a visitor: its name, its kind, its bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class TakenIn:
    """What reading a proposal back did: its id here, and whether it was here already (nothing is changed then)."""

    proposal_id: str
    known: bool


def export_proposal(
    settings: Settings, proposal_id: str, *, kind: str, by: Asker = "", code: str = "", ticket: str = ""
) -> Exported:
    """A proposal as a file of a kind of :data:`FORMATS`, with what the asker may see of it and no more.

    The team gets all versions, names and comments; the office all but the names; everybody else the
    version that a coordinator has read. ``ticket`` stands for a code for a quarter of an hour (see
    :func:`file_ticket`), so that no code stands in a link.

    Raises
    ------
    InputError
        There is no such kind of file.
    MissingDataError
        There is no such proposal, or it is not open to the asker.
    """
    if kind not in FORMATS:
        raise InputError(_("A proposal is exported as one of: {kinds}.").format(kinds=", ".join(FORMATS)))
    claimed = code_digest(code)
    with open_community(settings).reading() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        file = _file(settings, transaction, row, _with_ticket(settings, transaction, row, person, ticket=ticket))
    media_type, write = FORMATS[kind]
    return Exported(f"proposal-{proposal_id[:8]}.{kind}", media_type, write(file))


def file_ticket(settings: Settings, proposal_id: str, *, code: str) -> str:
    """A text for a link by which a team member takes the files for a quarter of an hour; it is no code.

    Raises
    ------
    NotAllowedError
        The code is of nobody in this team.
    """
    claimed = code_digest(code)
    with open_community(settings).reading() as transaction:
        row = known_proposal(transaction, proposal_id)
        member = member_at(transaction, row, person=Person(), claimed=claimed)
    if member is None:
        raise NotAllowedError(_("This is for those in the team; give the code with which you joined it."))
    return str(_signer(settings).dumps([proposal_id, member["id"]]))


def read_proposal(content: bytes) -> ProposalFile:
    """The proposal that an exported file of any kind holds.

    Raises
    ------
    InputError
        It holds none, or one that cannot be used.
    """
    if len(content) > 2 * LARGEST_BYTES:
        raise InputError(_("This file is too large to be a proposal."))
    if content.startswith(b"PK"):
        return from_json(proposal_docx.data_in_docx(content))
    if content.startswith(b"%PDF"):
        return from_json(proposal_pdf.data_in_pdf(content))
    return from_json(content)


def take_in_proposal(
    settings: Settings, region: str, content: bytes, *, by: Asker, at: datetime | None = None
) -> TakenIn:
    """Save the proposal of an exported file in a region, with its versions, steps, diary and team.

    Members get no code: whoever invites them anew gives them one. Needs that are not known here are still
    counted. Again and again the same file changes nothing. A file is no more than somebody's word: from whoever may
    not decide here it comes in as a team's that no coordinator has read, its lessons too.

    Raises
    ------
    InputError
        The file holds no proposal that can be used; nothing was changed.
    NotAllowedError
        The asker may not take proposals in here.
    """
    file, when = read_proposal(content), at or now()
    with open_community(settings).writing() as transaction:
        person = privileged(
            settings, transaction, by, action="take in a proposal", thing=file.id, scopes=(f"region:{region}",),
            detail=file.status, at=when,
        )  # fmt: skip
        if load_proposal(transaction, file.id) is not None:
            return TakenIn(file.id, known=True)
        if load_contribution(transaction, file.id) is not None:
            raise InputError(_("This file takes the number of something else; it was not exported by sempre_geo."))
        _save(transaction, region, _admitted(settings, transaction, file, scope=f"region:{region}", by=person, at=when))
    return TakenIn(file.id, known=False)


def _admitted(
    settings: Settings, transaction: Transaction, file: ProposalFile, *, scope: str, by: Person, at: datetime
) -> ProposalFile:
    """What of a file comes in by this person's rights; a decision that does is written into the log as theirs."""
    if not all(may(by, action, scope) for action in _DECIDING):
        unread = tuple({**lesson, "status": "received"} for lesson in file.lessons)
        begun = tuple(step for step in file.steps if step["status"] in UNLISTED)
        owners = tuple({**one, "owner": one["owner"] and one["part"] != "provider"} for one in file.team)
        return replace(file, status="team", read_version=0, steps=begun, lessons=unread, team=owners)
    if file.status not in UNLISTED:
        privileged(
            settings, transaction, by, action="decide a proposal", thing=file.id, scopes=(scope,),
            detail=f"{file.status} in a file", at=at,
        )  # fmt: skip
    return file


def _file(settings: Settings, transaction: Transaction, row: Row, person: Person) -> ProposalFile:
    page = page_of(transaction, row, person)
    title, fictional = _region(settings, row["region"])
    team = load_team(transaction, row["id"])
    in_team = may(person, "read who is in a team", f"thing:{row['id']}")
    origin = row["origin"] or {}
    return ProposalFile(
        **{name: row[name] for name in ("id", "region", "place_name", "language", "status", "created_at")},
        region_title=title,
        fictional=fictional,
        seen_by="team" if in_team else "office" if page.inside else "public",
        read_version=row["read_version"],
        idea=_idea(transaction, row) if page.inside else None,
        needs=tuple(sorted({*page.needs, *(origin.get("needs", []) if page.inside else [])})),
        needs_count=max(page.needs_count, origin.get("needs_count", 0)),
        team=tuple(
            {"part": one["part"], "name": one["name"] if in_team else "", "owner": one["owner"],
             "joined_at": one["created_at"] if page.inside else row["created_at"]}
            for one in team
        ),
        steps=tuple(dict(step) for step in page.steps),
        versions=_versions(transaction, row, page, writers=_places(team), in_team=in_team),
        comments=_comments(transaction, row, writers=_places(team)) if page.inside else (),
        diary=tuple(dict(entry) for entry in page.diary),
        lessons=tuple(dict(lesson) for lesson in page.lessons),
    )  # fmt: skip


def _idea(transaction: Transaction, row: Row) -> str | None:
    """The idea it came from, if that may be shown by itself; of another installation as its file named it."""
    idea = load_contribution(transaction, row["idea_id"]) if row["idea_id"] else None
    if idea is None:
        elsewhere = (row["origin"] or {}).get("idea")
        return None if elsewhere is None else str(elsewhere)
    return str(idea["id"]) if not idea["topic"] or idea["shown_alone"] else None


def _versions(
    transaction: Transaction, row: Row, page: Proposal, *, writers: Mapping[str, int], in_team: bool
) -> tuple[dict[str, Any], ...]:
    if not page.inside:
        one = load_version(transaction, row["id"], row["read_version"])
        kept = [one] if one else []
        return tuple(
            {"version": one["version"], "at": one["at"], "writer": None, "content": _content(page)} for one in kept
        )
    return tuple(
        {
            "version": one["version"],
            "at": one["at"],
            "writer": writers.get(one["actor"]),
            "content": one["content"] if in_team else _for_office(one["content"]),
        }
        for one in load_versions(transaction, row["id"])
    )


def _for_office(content: Mapping[str, Any]) -> dict[str, Any]:
    return dict(content) | {"answers": for_everybody(questions(), content["answers"])}


def _content(page: Proposal) -> dict[str, Any]:
    return vars(page.sentences) | {
        "ownership": page.ownership, "answers": dict(page.answers), "evidence": [dict(one) for one in page.evidence],
    }  # fmt: skip


def _comments(transaction: Transaction, row: Row, *, writers: Mapping[str, int]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"at": one["created_at"], "text": one["text"], "writer": writers.get(one["member_id"] or "")}
        for one in load_comments(transaction, row["id"])
    )


def _places(team: list[Row]) -> dict[str, int]:
    numbered = {one["id"]: number for number, one in enumerate(team)}
    return numbered | {one["account_id"]: number for number, one in enumerate(team) if one["account_id"]}


def _region(settings: Settings, region: str) -> tuple[str, bool]:
    try:
        built = read_region(region, settings)
    except MissingFileError:
        return region, False
    return built.title, built.fictional


def _with_ticket(settings: Settings, transaction: Transaction, row: Row, person: Person, *, ticket: str) -> Person:
    """The asker, with the place in the team that a ticket proves, as long as its member has not left."""
    from itsdangerous import BadData

    if not ticket:
        return person
    try:
        proposal_id, member_id = _signer(settings).loads(ticket, max_age=int(TICKET_LASTS.total_seconds()))
    except (BadData, ValueError, TypeError):
        return person
    still = {one["id"] for one in load_team(transaction, row["id"])}
    if proposal_id != row["id"] or member_id not in still:
        return person
    return Person(member_id, person.grants | {("team", f"thing:{row['id']}")})


def _signer(settings: Settings) -> Any:
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(secret_key(settings, "proposal files"))


def _save(transaction: Transaction, region: str, file: ProposalFile) -> None:
    known = [need for need in file.needs if load_contribution(transaction, need)]
    idea = file.idea if file.idea and load_contribution(transaction, file.idea) else None
    newest = file.versions[-1]
    row = dict(newest["content"]) | {
        "id": file.id, "region": region, "idea_id": idea, "place_name": file.place_name, "language": file.language,
        "status": file.status, "status_at": file.steps[-1]["at"] if file.steps else file.created_at,
        "version": newest["version"], "created_at": file.created_at,
        "read_version": 0 if file.status in UNLISTED else file.read_version,
        "origin": {"needs": list(file.needs), "needs_count": file.needs_count, "idea": file.idea},
    }  # fmt: skip
    save_proposal(transaction, row, needs=known)
    members = _save_team(transaction, file)
    for one in file.versions:
        actor = "operator" if one["writer"] is None else members[one["writer"]]
        save_version(transaction, file.id, version=one["version"], at=one["at"], content=one["content"], actor=actor)
    for step in file.steps:
        save_event(transaction, file.id, status=step["status"], at=step["at"], actor="operator", reason=step["reason"])
    _save_words(transaction, region, file, members)


def _save_team(transaction: Transaction, file: ProposalFile) -> list[str]:
    ids = [f"{lasting_id(file.id, 'team')[:28]}{number:04d}" for number in range(len(file.team))]
    for member_id, one in zip(ids, file.team, strict=True):
        save_member(
            transaction,
            {
                "id": member_id, "proposal_id": file.id, "part": one["part"], "name": one["name"],
                "owner": one["owner"], "account_id": None, "claim_digest": None, "created_at": one["joined_at"],
            },
        )  # fmt: skip
    return ids


def _save_words(transaction: Transaction, region: str, file: ProposalFile, members: list[str]) -> None:
    for number, one in enumerate(file.comments):
        comment = {
            "id": f"{lasting_id(file.id, 'comments')[:28]}{number:04d}", "proposal_id": file.id, "text": one["text"],
            "member_id": None if one["writer"] is None else members[one["writer"]], "created_at": one["at"],
        }  # fmt: skip
        save_comment(transaction, comment)
    for entry in file.diary:
        row = {**entry, "id": secrets.token_hex(16), "thing": file.id, "actor": "operator"}
        save_diary_entry(transaction, row)
    for lesson in file.lessons:
        if load_lesson(transaction, lesson["id"]) is None:
            save_lesson(transaction, lesson_row(lesson, region=region, title=file.region_title, proposal_id=file.id))
