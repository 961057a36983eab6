"""Proposals: three sentences first, the people behind them, and what must be there before one is submitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

OWNERSHIP = ("consulted", "co_designed", "co_delivered", "user_led")
PARTS = ("user", "provider", "network", "helper")
PROPOSAL_COLUMNS = (
    "id", "title", "what", "for_whom", "why_here", "place_name", "language", "status", "ownership", "needs",
    "version", "as_of",
)  # fmt: skip


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
        missing = [name for name, text in vars(self).items() if not text.strip()]
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
    """Somebody behind a proposal: their part, the name they want to be shown with, whether they own it."""

    part: str
    name: str
    owner: bool = True


@dataclass(frozen=True)
class Proposal:
    """A proposal's page: everything that is shown of it."""

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


def check_member(member: Member) -> None:
    """Refuse a part that is none, or a name that is empty.

    >>> check_member(Member("user", "Aina"))
    """
    if member.part not in PARTS:
        raise InputError(_("A part in a team is one of {parts}.").format(parts=", ".join(PARTS)))
    if not member.name.strip():
        raise InputError(_("Say how you want to be called in the team; it need not be your name."))


def check_ready(team: Iterable[Member], *, ownership: str) -> None:
    """Refuse to submit what users and providers do not own together.

    Raises
    ------
    InputError
        No service user, or no provider, is a co-owner, or the degree of ownership is not said.

    Examples
    --------
    >>> check_ready([Member("user", "Aina"), Member("provider", "The practice")], ownership="co_designed")
    >>> check_ready([], ownership="")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: Before it is submitted it needs: a service user as co-owner; and more.
    """
    owners = {member.part for member in team if member.owner}
    missing = []
    if "user" not in owners:
        missing.append(_("a service user as co-owner"))
    if "provider" not in owners:
        missing.append(_("a service provider as co-owner"))
    if ownership not in OWNERSHIP:
        missing.append(_("the degree of ownership ({choices})").format(choices=", ".join(OWNERSHIP)))
    if missing:
        raise InputError(_("Before it is submitted it needs: {what}.").format(what="; ".join(missing)))
