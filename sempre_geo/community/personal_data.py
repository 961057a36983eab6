"""Personal data in free text: found before review, shown to the coordinator, never removed by itself.

National numbers are checked by their own rules (python-stdnum), telephone numbers by the country's plan
(phonenumbers). Names are a hint only: a machine cannot tell a person's name from a place's in nine
languages, and a coordinator can.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Literal

from sempre_geo.community.addresses import addresses
from sempre_geo.community.personal_numbers import national_numbers, phone_numbers
from sempre_geo.community.personal_words import PersonalWords, any_of
from sempre_geo.community.texts import seen_text

FindingKind = Literal["national_id", "phone", "email", "address", "link", "name"]

_LINK = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w{3,}", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Finding:
    """A piece of text that may be personal: where it stands and what it looks like."""

    start: int
    end: int
    kind: FindingKind


_NO_WORDS = PersonalWords()


def personal_data(text: str, *, words: PersonalWords = _NO_WORDS, own: Iterable[str] = ()) -> list[Finding]:
    """What in a text may tell who somebody is, in the order of the text; overlapping finds are told once.

    ``own`` are the region's own countries: their numbers are known in any grouping, those of other countries in their
    usual one. What is looked at is the text as it is seen: no invisible sign and no kind of dash hides anything.

    Examples
    --------
    >>> [finding.kind for finding in personal_data("Zvaniet 26 123 456 vai rakstiet anna@pasts.lv", own=["LV"])]
    ['phone', 'email']
    >>> personal_data("The bus leaves at 07:10 and the shop opens at 9-15.")
    []
    """
    seen = seen_text(text)
    return sorted(
        Finding(*seen.written(finding.start, finding.end), finding.kind)
        for finding in _once(_found(seen.text, words, tuple(own)))
    )


def _found(text: str, words: PersonalWords, own: tuple[str, ...]) -> Iterator[Finding]:
    """All finds, the surest kind first."""
    for pattern in _emails(words):
        yield from _by_pattern(text, pattern, "email")
    yield from (Finding(start, end, "national_id") for start, end in national_numbers(text, own))
    yield from _by_pattern(text, _LINK, "link")
    yield from (Finding(start, end, "address") for start, end in addresses(text, words))
    yield from (Finding(start, end, "phone") for start, end in phone_numbers(text, words, own))
    yield from _names(text, words)


def _once(found: Iterable[Finding]) -> Iterator[Finding]:
    taken: list[Finding] = []
    for finding in found:
        if all(finding.end <= other.start or finding.start >= other.end for other in taken):
            taken.append(finding)
            yield finding


def _by_pattern(text: str, pattern: re.Pattern[str], kind: FindingKind) -> list[Finding]:
    return [Finding(match.start(), match.end(), kind) for match in pattern.finditer(text)]


@lru_cache(maxsize=4)
def _emails(words: PersonalWords) -> tuple[re.Pattern[str], ...]:
    """Mail addresses with their signs, with words in brackets for them, and all in words: "karin at web dot de"."""
    at, dot = any_of({"at", *words.at_words}), any_of({"dot", *words.dot_words})
    at_sign = rf"\s*(?:@|[(\[{{]\s?(?:{at})\s?[)\]}}])\s*"
    dot_sign = rf"\s?(?:\.|[(\[{{]\s?(?:{dot})\s?[)\]}}])\s?"
    return (
        re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}{at_sign}[\w-]+(?:{dot_sign}[\w-]+)+", re.IGNORECASE),
        re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}\s(?:{at})\s[\w-]+(?:\s(?:{dot})\s[\w-]+)+", re.IGNORECASE),
    )


def _names(text: str, words: PersonalWords) -> list[Finding]:
    """Capitalised words after an introduction; which letters are capitals is known for every script."""
    introductions = any_of(words.introductions)
    found = []
    for match in re.finditer(rf"(?<!\w)(?:{introductions})\s+((?:[^\W\d_][\w'-]+\s?){{1,3}})", text, re.IGNORECASE):
        called = list(takewhile(str.istitle, match.group(1).split()))
        if called:
            found.append(Finding(match.start(1), match.start(1) + len(" ".join(called)), "name"))
    return found
