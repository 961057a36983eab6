"""A proposal as one file: everything it was and is, written so that it can be read back whole.

The file is JSON; a DOCX or PDF of a proposal carries the same JSON inside. It holds no claim code and no
digest of one: whoever takes a proposal in invites its team anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sempre_geo.community.lessons import Lesson
from sempre_geo.community.moments import moment
from sempre_geo.community.proposal_form import kept_answers
from sempre_geo.community.proposal_questions import questions
from sempre_geo.community.proposals import OWNERSHIP, PARTS, VERSIONED, Sentences, kept_evidence
from sempre_geo.community.steps import PROPOSAL
from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

FORMAT = "sempre_geo proposal"
FORMAT_VERSION = 1
LARGEST_BYTES = 20_000_000
_ID = re.compile(r"[0-9a-f]{32}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MOST = 2000


@dataclass(frozen=True)
class ProposalFile:
    """What a file says of a proposal. ``seen_by`` is ``team``, ``office`` or ``public``: who it was written for.

    ``versions`` hold ``version, at, writer, content``; a writer or the author of a comment is a number in
    ``team``, or null for somebody outside it. ``needs`` are the ids of linked needs that may be known to
    whom it was written for, ``needs_count`` how many there are, in steps of five.
    """

    id: str
    region: str
    region_title: str
    fictional: bool
    seen_by: str
    place_name: str
    language: str
    status: str
    created_at: str
    read_version: int
    idea: str | None
    needs: tuple[str, ...]
    needs_count: int
    team: tuple[Mapping[str, Any], ...]
    steps: tuple[Mapping[str, Any], ...]
    versions: tuple[Mapping[str, Any], ...]
    comments: tuple[Mapping[str, Any], ...] = ()
    diary: tuple[Mapping[str, Any], ...] = ()
    lessons: tuple[Mapping[str, Any], ...] = ()

    @property
    def content(self) -> Mapping[str, Any]:
        """What the newest version says."""
        newest: Mapping[str, Any] = self.versions[-1]["content"]
        return newest


def to_json(file: ProposalFile) -> bytes:
    """The file's bytes, the same for the same proposal."""
    said = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(file)}
    return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def from_json(content: bytes) -> ProposalFile:
    """The proposal that a file holds, checked as if somebody had typed it.

    Raises
    ------
    InputError
        The file is no proposal, was made by a newer program, or says something that cannot be.

    Examples
    --------
    >>> from_json(b"{}")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: This is no proposal of sempre_geo; choose a file that was exported here.
    """
    said = _read(content)
    try:
        return _checked(said)
    except InputError as problem:
        raise InputError(_("The file of the proposal cannot be used: {why}").format(why=problem)) from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError) as problem:
        raise InputError(
            _("The file of the proposal is not whole ({why}); export it again.").format(
                why=kept_line(repr(problem)[:100])
            )
        ) from None


def _read(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content) if len(content) <= LARGEST_BYTES else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise InputError(_("This is no proposal of sempre_geo; choose a file that was exported here."))
    if said.get("format_version") != FORMAT_VERSION:
        raise InputError(_("This proposal was exported by a newer version of sempre_geo; install that one."))
    return said


def _checked(said: Mapping[str, Any]) -> ProposalFile:
    names = {one.name for one in fields(ProposalFile)}
    strange = [kept_line(str(name)[:80]) for name in said if name not in names | {"format", "format_version"}]
    _require(not strange, _("there is no field '{name}'").format(name=", ".join(strange)))
    team = tuple(_member(one) for one in _list(said["team"]))
    versions = tuple(_version(one, n, team=len(team)) for n, one in enumerate(_list(said["versions"]), start=1))
    _require(bool(versions), _("it has no version"))
    return ProposalFile(
        id=_id(said["id"]),
        region=kept_line(said["region"]),
        region_title=kept_line(said["region_title"]),
        fictional=_truth(said["fictional"]),
        seen_by=_one_of(said["seen_by"], ("team", "office", "public")),
        place_name=kept_line(said["place_name"]),
        language=_language(said["language"]),
        status=_one_of(said["status"], tuple(PROPOSAL)),
        created_at=_moment(said["created_at"]),
        read_version=_number(said["read_version"], most=versions[-1]["version"]),
        idea=None if said["idea"] is None else _id(said["idea"]),
        needs=tuple(sorted({_id(need) for need in _list(said["needs"])})),
        needs_count=_number(said["needs_count"], most=1_000_000),
        team=team,
        steps=tuple(_step(one) for one in _list(said["steps"])),
        versions=versions,
        comments=tuple(_comment(one, team=len(team)) for one in _list(said["comments"])),
        diary=tuple(_diary_entry(one) for one in _list(said["diary"])),
        lessons=tuple(_lesson(one) for one in _list(said["lessons"])),
    )


def _member(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "part": _one_of(said["part"], PARTS),
        "name": kept_line(said["name"]),
        "owner": _truth(said["owner"]),
        "joined_at": _moment(said["joined_at"]),
    }


def _version(said: Mapping[str, Any], least: int, *, team: int) -> dict[str, Any]:
    number = _number(said["version"], most=1_000_000)
    _require(number >= least, _("its versions are out of order"))
    content = said["content"]
    words = Sentences(*(content[name] for name in ("title", "what", "for_whom", "why_here"))).kept()
    _require(set(content) == set(VERSIONED), _("a version lacks a part"))
    return {
        "version": number,
        "at": _moment(said["at"]),
        "writer": _writer(said["writer"], team=team),
        "content": vars(words)
        | {
            "ownership": _one_of(content["ownership"], ("", *OWNERSHIP)),
            "answers": kept_answers(questions(), content["answers"]),
            "evidence": kept_evidence(_list(content["evidence"])),
        },
    }


def _step(said: Mapping[str, Any]) -> dict[str, Any]:
    status = _one_of(said["status"], tuple(PROPOSAL))
    return {"at": _moment(said["at"]), "status": status, "reason": kept_text(said["reason"])}


def _comment(said: Mapping[str, Any], *, team: int) -> dict[str, Any]:
    return {"at": _moment(said["at"]), "text": kept_text(said["text"]), "writer": _writer(said["writer"], team=team)}


def _diary_entry(said: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: kept_text(said[name]) for name in ("good", "hard", "further")}
    return {"period": _number(said["period"], most=1200), "created_at": _moment(said["created_at"]), **texts}


def _lesson(said: Mapping[str, Any]) -> dict[str, Any]:
    lesson = Lesson(**{name: said[name] for name in ("title", "again", "not_again", "groups", "category", "barriers")})
    kept = asdict(lesson.kept())
    return {
        **{name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()},
        "id": _id(said["id"]),
        "status": _one_of(said["status"], ("received", "published")),
        "created_at": _moment(said["created_at"]),
    }


def _require(right: bool, what: str) -> None:  # noqa: FBT001 - the condition itself
    if not right:
        raise InputError(what + ".")


def _list(said: object) -> list[Any]:
    if not isinstance(said, list):
        raise TypeError("a list is wanted")
    _require(len(said) <= _MOST, _("a list in it is too long"))
    return said


def _id(said: object) -> str:
    if not isinstance(said, str) or not _ID.fullmatch(said):
        raise ValueError("an id is wanted")
    return said


def _truth(said: object) -> bool:
    if not isinstance(said, bool):
        raise TypeError("true or false is wanted")
    return said


def _number(said: object, *, most: int) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said <= most:
        raise ValueError("a number is out of its range")
    return said


def _writer(said: object, *, team: int) -> int | None:
    return None if said is None else _number(said, most=team - 1)


def _moment(said: str) -> str:
    moment(said)
    return said


def _language(said: str) -> str:
    if not _LANGUAGE.fullmatch(said):
        raise ValueError("a language code is wanted")
    return said


def _one_of(said: object, choices: tuple[str, ...]) -> str:
    if not isinstance(said, str) or said not in choices:
        raise ValueError("a word is none of its choices")
    return said
