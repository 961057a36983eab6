"""What happens to an entry before anybody has read it: refused, held with marks for the coordinator, or shown.

No puzzles: a script is told from a person by how it sends, not by what it can see.
"""

from __future__ import annotations

import hmac
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from sempre_geo.community.personal_data import Finding
from sempre_geo.community.rules import Rules
from sempre_geo.community.texts import seen_text
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.settings import Settings

_WORD = re.compile(r"\w+(?:'\w+)*")


@dataclass(frozen=True)
class Sending:
    """How an entry arrived. ``address`` is the sender's network address, seen only through a daily hash.

    ``seconds_on_form`` is None where a page cannot tell. ``hidden_field`` is what stood in a field that
    people do not see. ``workshop`` is the word that a coordinator gave to the hall, ``further`` whether this person
    has told something there before.
    """

    address: str
    seconds_on_form: float | None = None
    hidden_field: str = ""
    workshop: str = ""
    further: bool = False


@dataclass(frozen=True)
class Seen:
    """What the store knows: entries of this sender today, of this text today, and whether a workshop is open."""

    sent_today: int
    same_text_today: int
    in_workshop: bool


@dataclass(frozen=True)
class Contact:
    """Whom a coordinator calls when somebody may be in danger, and where a mail reaches them at any hour."""

    name: str
    phone: str
    source: str = ""
    email: str = ""


@dataclass(frozen=True)
class Danger:
    """``danger.toml``: words that ask for help, per language; numbers that give it and a contact, per country.

    ``harmless`` are turns of speech with the same words that ask for none.
    """

    words: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[str, ...]]
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    harmless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def is_near(self, text: str) -> bool:
        """Whether somebody may be in danger, in whichever language they wrote.

        >>> Danger({"de": ("angst nach hause",)}, {}).is_near("Ich habe ANGST, nach Hause zu gehen")
        True
        >>> Danger({"en": ("hit me",)}, {}).is_near("It hit mercilessly")
        False
        >>> Danger({"sv": ("slår mig",)}, {}, harmless={"sv": ("det slår mig",)}).is_near("Det slår mig att bussen går")
        False
        """
        said = f" {_plain(text)} "
        for turn in _plain_turns(tuple(self.harmless.values())):
            said = said.replace(turn, " | ")
        return any(turn in said for turn in _plain_turns(tuple(self.words.values())))

    def numbers_in(self, country: str) -> tuple[str, ...]:
        """Numbers to call in a country; the European one where none is listed."""
        return self.numbers.get(country) or self.numbers.get("*", ("112",))

    def contact_in(self, country: str) -> Contact | None:
        """Whom to call in a country; None if the operator has set nobody."""
        return self.contacts.get(country) or self.contacts.get("*")


@lru_cache(maxsize=16)
def _plain_turns(listed: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """All turns of speech as they stand in a plain text, between spaces."""
    return tuple(f" {_plain(turn)} " for turns in listed for turn in turns)


def _plain(text: str) -> str:
    """Words in small letters with one space between them."""
    return " ".join(_WORD.findall(re.sub("[’ʼ`´]", "'", seen_text(text).text.casefold())))  # noqa: RUF001 - what phones write


def read_danger(settings: Settings) -> Danger:
    """The words and numbers of ``danger.toml``."""
    return _read_danger(settings.definition("danger.toml"))


@lru_cache(maxsize=4)
def _read_danger(path: Path) -> Danger:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        words = {language: tuple(listed) for language, listed in table["words"].items()}
        numbers = {country: tuple(_number(line) for line in lines) for country, lines in table["numbers"].items()}
        harmless = {language: tuple(listed) for language, listed in table.get("harmless", {}).items()}
        contacts = {country: Contact(**contact) for country, contact in table.get("contact", {}).items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            _("{path} cannot be used ({why}); mend it or take the one that came with the program.").format(
                path=path, why=error
            )
        ) from None
    return Danger(words, numbers, contacts, harmless)


def _number(line: Mapping[str, str]) -> str:
    """A telephone number as people read it: with what it is for, if the file says so. Its source must be named."""
    if not line["source"].strip():
        raise KeyError("source")
    return f"{line['number']} ({line['what']})" if line.get("what") else line["number"]


def help_message(danger: Danger, *, country: str) -> str:
    """What somebody in danger reads at once."""
    return _("If you or someone else is in danger, call {numbers}. It costs nothing.").format(
        numbers=_(" or ").join(danger.numbers_in(country))
    )


def sender_digest(sending: Sending, *, key: bytes) -> str:
    """The sender as the store sees them today; ``key`` is another one every day, so that nobody is followed."""
    return hmac.digest(key, sending.address.encode("utf-8", "replace"), "sha256").hex()


def text_digest(text: str, *, key: bytes) -> str:
    """A text so that its repetition is known whatever its capitals and gaps."""
    plain = "".join(sign for sign in text.casefold() if sign.isalnum())
    return hmac.digest(key, plain.encode("utf-8", "replace"), "sha256").hex()


def check_sending(sending: Sending, seen: Seen, rules: Rules) -> None:
    """Refuse what no person sends.

    Raises
    ------
    InputError
        A hidden field was filled, or the sender has sent as much today as one sender may.
    """
    _check_hidden_field(sending)
    most = rules.per_day_in_a_workshop if seen.in_workshop else rules.per_day
    if seen.sent_today >= most:
        raise InputError(
            _("{n} entries have come from this connection today; send more tomorrow, or ask your coordinator.").format(
                n=seen.sent_today
            )
        )


def check_voice(sending: Sending, *, given_today: int, on_this_today: int, in_workshop: bool, rules: Rules) -> None:
    """Refuse a voice or a report that no person gives; ``on_this_today`` went to the same contribution.

    Raises
    ------
    InputError
        A hidden field was filled, or as many came from this connection today as one may give.
    """
    _check_hidden_field(sending)
    most = rules.voices_per_day_in_a_workshop if in_workshop else rules.voices_per_day
    most_on_this = most if in_workshop else rules.voices_per_day_on_one
    if given_today >= most or on_this_today >= most_on_this:
        raise InputError(
            _(
                "{n} voices or reports have come from this connection today; "
                "send more tomorrow, or ask your coordinator."
            ).format(n=given_today)
        )


def _check_hidden_field(sending: Sending) -> None:
    if sending.hidden_field:
        raise InputError(_("A field was filled that people do not see; leave it empty and send again."))


def marks_of_text(findings: list[Finding], *, danger: bool) -> list[str]:
    """What the coordinator should look at in a text, the gravest first.

    >>> marks_of_text([Finding(3, 5, "phone"), Finding(7, 9, "phone")], danger=True)
    ['danger', 'phone']
    """
    return [*(["danger"] if danger else []), *sorted({finding.kind for finding in findings})]


def marks_of_sending(*, sending: Sending | None, seen: Seen, rules: Rules) -> list[str]:
    """What the coordinator should know of how an entry arrived.

    >>> marks_of_sending(sending=None, seen=Seen(0, 3, False), rules=None)
    ['repeated_text']
    """
    found = []
    if seen.same_text_today:
        found.append("repeated_text")
    if sending and sending.seconds_on_form is not None and sending.seconds_on_form < rules.fastest_form_s:
        found.append("sent_too_fast")
    if sending and not seen.sent_today and not seen.in_workshop:
        found.append("first_post")
    return found


def may_be_shown_at_once(category: str, *, noticed: list[str], with_photo: bool, rules: Rules) -> bool:
    """Whether the operator lets this category out unread and nothing speaks against this entry."""
    return category in rules.at_once and not noticed and not with_photo
