"""Proposals: three sentences first, the people behind them, and what must be there before one is submitted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sempre_geo.community.proposal_questions import COUNT, questions
from sempre_geo.community.texts import has_words, kept_line, kept_text
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import written_out

OWNERSHIP = ("consulted", "co_designed", "co_delivered", "user_led")
PARTS = ("user", "provider", "network", "helper")
PROPOSAL_COLUMNS = (
    "id", "title", "what", "for_whom", "why_here", "place_name", "language", "status", "ownership", "needs",
    "version", "as_of",
)  # fmt: skip
VERSIONED = ("title", "what", "for_whom", "why_here", "ownership", "answers", "evidence")
UNLISTED = frozenset({"team"})
WRITABLE = UNLISTED | {"proposal", "returned", "accepted", "running", "paused"}
FIRST_TEST = timedelta(weeks=8)
_LONGEST_FIGURE = 20_000
_MOST_FIGURES = 60


@dataclass(frozen=True)
class Sentences:
    """The beginning of every proposal: a title and three sentences."""

    title: str
    what: str
    for_whom: str
    why_here: str

    def kept(self) -> Sentences:
        """The sentences as the store keeps them.

        Raises
        ------
        InputError
            One of them is missing.
        """
        missing = [name for name, text in vars(self).items() if not has_words(text)]
        if missing:
            raise InputError(
                _("A proposal begins with three sentences; these are missing: {names}.").format(
                    names=", ".join(missing)
                )
            )
        return Sentences(
            title=kept_line(self.title),
            what=kept_text(self.what),
            for_whom=kept_text(self.for_whom),
            why_here=kept_text(self.why_here),
        )


@dataclass(frozen=True)
class Member:
    """Somebody behind a proposal: their part, the name they want to be shown with, whether they own it.

    The part is the person's own statement. The name is empty for everybody outside the team. ``verified`` is what a
    coordinator knows of a provider, and nobody says of themselves.
    """

    part: str
    name: str
    owner: bool = True
    verified: bool = False

    @property
    def counts_as(self) -> str:
        """The part that this person fills as a co-owner; empty for who owns nothing or says to be a provider only.

        >>> Member("user", "Aina").counts_as, Member("provider", "Aina again").counts_as
        ('user', '')
        """
        return self.part if self.owner and (self.verified or self.part != "provider") else ""


@dataclass(frozen=True)
class Proposal:
    """A proposal's page: everything that is shown of it.

    Who is ``inside`` (its team, its coordinators) sees the newest words; all others see the version that a
    coordinator has read. ``needs`` are ids of linked needs that may be shown by themselves, for those inside
    only; ``needs_count`` is a multiple of five, so that no single need can be made out.
    """

    id: str
    region: str
    status: str
    sentences: Sentences
    place_name: str
    language: str
    ownership: str
    answers: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...]
    team: tuple[Member, ...]
    needs: tuple[str, ...]
    version: int
    steps: tuple[Mapping[str, Any], ...] = field(default=())
    needs_count: int = 0
    diary: tuple[Mapping[str, Any], ...] = ()
    lessons: tuple[Mapping[str, Any], ...] = ()
    created_at: str = ""
    read_version: int = 0
    inside: bool = False

    @property
    def answered(self) -> tuple[str, ...]:
        """Ids of the questions that have an answer, in the form's order.

        The first is answered by the three sentences, that of the needs by a link, that of the evidence by a
        figure, that of the people by a user and a provider, that of decisions by the degree of ownership;
        every one of them also by words or by saying what is not known yet.
        """
        given = {
            "sentences": all(vars(self.sentences).values()),
            "needs": bool(self.needs) or self.needs_count > 0,
            "evidence": bool(self.evidence),
            "people": has_both_owners(self.team),
            "decisions": self.ownership in OWNERSHIP,
            "diary": bool(self.diary or self.lessons),
        }
        return tuple(one.id for one in questions() if self.answers.get(one.id) or given.get(one.id))

    @property
    def progress(self) -> str:
        """How much is answered, as a person says it: "7 of 17 answered"."""
        return _("{n} of {all} answered").format(n=len(self.answered), all=COUNT)


def check_member(member: Member) -> None:
    """Refuse a part that is none, or a name that is empty.

    >>> check_member(Member("user", "Aina"))
    """
    if member.part not in PARTS:
        raise InputError(_("A part in a team is one of {parts}.").format(parts=", ".join(PARTS)))
    if not member.name.strip():
        raise InputError(_("Say how you want to be called in the team; it need not be your name."))


def has_both_owners(team: Iterable[Member]) -> bool:
    """Whether a service user and a provider whom a coordinator verified are among the co-owners.

    >>> has_both_owners([Member("user", "Aina"), Member("provider", "The practice", verified=True)])
    True
    >>> has_both_owners([Member("user", "Aina"), Member("provider", "Aina again")])
    False
    """
    return {"user", "provider"} <= {member.counts_as for member in team}


def check_ready(team: Iterable[Member], *, ownership: str, unanswered: Sequence[str] = ()) -> None:
    """Refuse to submit what users and providers do not own together, or what leaves questions open.

    Raises
    ------
    InputError
        No service user, or no verified provider, is a co-owner; the degree of ownership is not said; or questions,
        named by their titles in ``unanswered``, have no answer ("we do not know yet" is one).

    Examples
    --------
    >>> practice = Member("provider", "The practice", verified=True)
    >>> check_ready([Member("user", "Aina"), practice], ownership="co_designed")
    >>> check_ready([], ownership="")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: Before it is submitted it needs: a service user as co-owner; and more.
    """
    owners = {member.counts_as for member in team}
    missing = []
    if "user" not in owners:
        missing.append(_("a service user as co-owner"))
    if "provider" not in owners:
        missing.append(_("a service provider as co-owner, joined with the account that a coordinator verified"))
    if ownership not in OWNERSHIP:
        missing.append(_("the degree of ownership ({choices})").format(choices=", ".join(OWNERSHIP)))
    missing += [_("an answer to '{question}' (also \"we do not know yet\")").format(question=one) for one in unanswered]
    if missing:
        raise InputError(_("Before it is submitted it needs: {what}.").format(what="; ".join(missing)))


def check_first_test(answer: Mapping[str, Any]) -> None:
    """Refuse a first small test that ends before it begins, or more than eight weeks later.

    >>> check_first_test({"starts": "2026-01-05", "ends": "2026-03-02"})
    >>> check_first_test({"starts": "2026-01-05", "ends": "2026-06-01"})
    Traceback (most recent call last):
    sempre_geo.errors.InputError: The first small test ends within eight weeks of its beginning, by 2 March 2026.
    """
    if "starts" not in answer or "ends" not in answer:
        return
    starts, ends = date.fromisoformat(answer["starts"]), date.fromisoformat(answer["ends"])
    if ends < starts:
        raise InputError(_("The first small test ends before it begins; look at the two dates."))
    if ends > starts + FIRST_TEST:
        raise InputError(
            _("The first small test ends within eight weeks of its beginning, by {day}.").format(
                day=written_out(starts + FIRST_TEST)
            )
        )


def kept_evidence(figures: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Figures as a proposal keeps them: anything that JSON can say, with a title, a date and a version.

    Raises
    ------
    InputError
        A figure has no title, date or version, is too large, or cannot be written as JSON; or there are
        too many.

    Examples
    --------
    >>> kept_evidence([{"title": "212 people", "value": 212, "date": "2026-11-24", "version": "0.1.0"}])[0]["value"]
    212
    >>> kept_evidence([{"title": "212 people"}])
    Traceback (most recent call last):
    sempre_geo.errors.InputError: A figure is attached with its title, date and version; 'date' is missing.
    """
    kept = [_kept_figure(figure) for figure in figures]
    if len(kept) > _MOST_FIGURES:
        raise InputError(_("A proposal carries {most} figures at most.").format(most=_MOST_FIGURES))
    return kept


def _kept_figure(figure: Mapping[str, Any]) -> dict[str, Any]:
    for name in ("title", "date", "version"):
        if not isinstance(figure.get(name), str) or (name == "title" and not figure[name].strip()):
            raise InputError(
                _("A figure is attached with its title, date and version; '{name}' is missing.").format(name=name)
            )
    try:
        text = json.dumps(figure, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise InputError(_("A figure holds something that is neither text nor number nor a list of them.")) from None
    if len(text) > _LONGEST_FIGURE:
        raise InputError(_("A figure is too large to attach; attach its sums and name its source."))
    kept = _kept_deep(json.loads(text))
    return dict(kept)


def _kept_deep(value: Any) -> Any:
    if isinstance(value, str):
        return kept_text(value)
    if isinstance(value, dict):
        return {kept_line(name): _kept_deep(part) for name, part in value.items()}
    return [_kept_deep(part) for part in value] if isinstance(value, list) else value
