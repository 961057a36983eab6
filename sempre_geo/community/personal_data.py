"""Personal data in free text: found before review, shown to the coordinator, never removed by itself.

National numbers are checked by their own rules (python-stdnum), telephone numbers by the country's plan
(phonenumbers). Names are a hint only: a machine cannot tell a person's name from a place's in nine
languages, and a coordinator can.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import Literal

from sempre_geo.settings import Settings

FindingKind = Literal["national_id", "phone", "email", "address", "link", "name"]

_AT = r"\s*(?:@|\(at\)|\[at\])\s*"
_EMAIL = re.compile(rf"[\w.+-]+{_AT}[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w{3,}", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)\+?\d[\d\s().\-/]{5,20}\d(?!\w)")
_ID = re.compile(r"(?<!\w)\d{6}[-+ A-FU-Y]?\s?\d{3,5}[0-9A-Z]?(?!\w)|(?<!\w)\d{11}(?!\w)|(?<!\w)\d{8}[- ]?\d{4}(?!\w)")
_POSTCODE = re.compile(r"(?<!\w)(?:LV|LT|SE|FI|DK|D|PL|EE)[- ]\d{4,5}(?!\w)|(?<!\w)\d{2}-\d{3}(?!\w)")
_NEVER = r"(?!)"
_PHONE_DIGITS = 7
_ID_MODULES = {
    "EE": ("stdnum.ee.ik",), "LT": ("stdnum.lt.asmens",), "LV": ("stdnum.lv.pvn",), "FI": ("stdnum.fi.hetu",),
    "SE": ("stdnum.se.personnummer",), "DK": ("stdnum.dk.cpr",), "NO": ("stdnum.no.fodselsnummer",),
    "PL": ("stdnum.pl.pesel",), "DE": ("stdnum.de.idnr",),
}  # fmt: skip
_COUNTRIES = tuple(_ID_MODULES)
_LATVIAN = re.compile(r"(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])\d{2}-?[012]\d{4}|32\d{4}-?\d{5}")


@dataclass(frozen=True)
class PersonalWords:
    """The words of ``personal_words.toml``: how a street and an introduction are told in each language."""

    streets_before_number: tuple[str, ...] = ()
    streets_before_name: tuple[str, ...] = ()
    streets_behind_number: tuple[str, ...] = ()
    introductions: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Finding:
    """A piece of text that may be personal: where it stands and what it looks like."""

    start: int
    end: int
    kind: FindingKind


_NO_WORDS = PersonalWords()


def read_personal_words(settings: Settings) -> PersonalWords:
    """The words of ``personal_words.toml``."""
    return _read_words(settings.definition("personal_words.toml"))


@lru_cache(maxsize=4)
def _read_words(path: Path) -> PersonalWords:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return PersonalWords(**{name: tuple(words) for name, words in table.items()})


def personal_data(
    text: str, *, words: PersonalWords = _NO_WORDS, countries: Iterable[str] = _COUNTRIES
) -> list[Finding]:
    """What in a text may tell who somebody is, in the order of the text; overlapping finds are told once.

    Examples
    --------
    >>> [finding.kind for finding in personal_data("Zvaniet 26 123 456 vai rakstiet anna@pasts.lv", countries=["LV"])]
    ['phone', 'email']
    >>> personal_data("The bus leaves at 07:10 and the shop opens at 9-15.")
    []
    """
    wanted = [country for country in countries if country in _COUNTRIES] or list(_COUNTRIES)
    found = [
        *_by_pattern(text, _EMAIL, "email"),
        *_national_ids(text, wanted),
        *_by_pattern(text, _LINK, "link"),
        *(finding for pattern in _addresses(words) for finding in _by_pattern(text, pattern, "address")),
        *_by_pattern(text, _POSTCODE, "address"),
        *_phones(text, wanted),
        *_names(text, words),
    ]
    return sorted(_once(found))


def _once(found: Iterable[Finding]) -> Iterator[Finding]:
    taken: list[Finding] = []
    for finding in found:
        if all(finding.end <= other.start or finding.start >= other.end for other in taken):
            taken.append(finding)
            yield finding


def _by_pattern(text: str, pattern: re.Pattern[str], kind: FindingKind) -> list[Finding]:
    return [Finding(match.start(), match.end(), kind) for match in pattern.finditer(text)]


@lru_cache(maxsize=4)
def _addresses(words: PersonalWords) -> tuple[re.Pattern[str], ...]:
    """Patterns for a street with a house number, in the order of each language."""
    before, name, behind = (
        "|".join(re.escape(word) for word in listed) or _NEVER
        for listed in (words.streets_before_number, words.streets_before_name, words.streets_behind_number)
    )
    house = r"\d{1,4}\s?[^\W\d_]?(?:[-/]\d{1,4})?(?!\w)"
    return (
        re.compile(rf"(?<!\w)(?:[\w'-]+\s)?[\w'-]*(?:{before})\s*{house}", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{name})\s*[\w.-]+(?:\s[\w.-]+)?,?\s+{house}", re.IGNORECASE),
        re.compile(rf"(?<!\w)\d{{1,4}}[a-z]?\s+(?:\w+\s+){{1,2}}(?:{behind})(?!\w)", re.IGNORECASE),
    )


def _names(text: str, words: PersonalWords) -> list[Finding]:
    """Capitalised words after an introduction; which letters are capitals is known for every script."""
    introductions = "|".join(re.escape(word) for word in words.introductions) or _NEVER
    found = []
    for match in re.finditer(rf"(?<!\w)(?:{introductions})\s+((?:[^\W\d_][\w'-]+\s?){{1,3}})", text, re.IGNORECASE):
        called = list(takewhile(str.istitle, match.group(1).split()))
        if called:
            found.append(Finding(match.start(1), match.start(1) + len(" ".join(called)), "name"))
    return found


def _national_ids(text: str, countries: Iterable[str]) -> list[Finding]:
    checks = [check for country in countries for check in _checks(country)]
    return [
        Finding(match.start(), match.end(), "national_id")
        for match in _ID.finditer(text)
        if any(check(match.group()) for check in checks)
    ]


@lru_cache(maxsize=16)
def _checks(country: str) -> tuple[Callable[[str], bool], ...]:
    # A Latvian number given since 2017 tells no date, and one before it needs no check digit to be one.
    if country == "LV":
        return (lambda number: _LATVIAN.fullmatch(number.replace(" ", "")) is not None,)
    return tuple(import_module(name).is_valid for name in _ID_MODULES[country])


def _phones(text: str, countries: Iterable[str]) -> list[Finding]:
    import phonenumbers

    found = []
    for match in _NUMBER.finditer(text):
        written = match.group()
        if sum(letter.isdigit() for letter in written) < _PHONE_DIGITS or _is_time_or_date(written):
            continue
        for country in countries:
            try:
                number = phonenumbers.parse(written, country)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                found.append(Finding(match.start(), match.end(), "phone"))
                break
    return found


def _is_time_or_date(written: str) -> bool:
    """Whether a row of digits is a date, a span of years or a timetable rather than a telephone number."""
    return bool(
        re.fullmatch(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{4}|\d{4}-\d{2}-\d{2}|\d{4}\s?[-/]\s?\d{4}", written.strip())
        or re.fullmatch(r"\d{1,2}[.]\d{2}(?:\s?[-\s/]\s?\d{1,2}[.]\d{2})+", written.strip())
    )
