"""National numbers and telephone numbers in free text, those of the region's own country before those of the others.

A number of the own country is known however it is grouped. One of another country must be grouped as it is there,
or stand behind a word such as "call": eight digits in a row are a valid number in one country or another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import pairwise

from sempre_geo.community.personal_words import PersonalWords, any_of


@dataclass(frozen=True)
class _NationalNumber:
    """How a country's number is written there, how else its own people write it, and what checks it."""

    typical: str
    loose: str
    module: str = ""


_ELEVEN = r"\d{11}|\d{6}[- ]\d{5}"
_NATIONAL_NUMBERS = {
    "EE": [_NationalNumber(_ELEVEN, r"\d(?:[ -]?\d){10}", "stdnum.ee.ik")],
    "LT": [_NationalNumber(_ELEVEN, r"\d(?:[ -]?\d){10}", "stdnum.lt.asmens")],
    # A Latvian number given since 2017 tells no date, and one before it needs no check digit to be one.
    "LV": [_NationalNumber(
        r"(?:(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}|32\d{4})\s?-\s?\d{5}",
        r"(?:(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}\s?[0-2]|32\d{4}\s?\d)\d{4}",
    )],
    "FI": [_NationalNumber(r"\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Za-z]", r"\d{6}\s?[-+A-FU-Ya-fu-y]\s?\d{3}[0-9A-Za-z]",
                           "stdnum.fi.hetu")],
    "SE": [_NationalNumber(r"(?:1[89]|20)?\d{6}[-+]\d{4}|(?:1[89]|20)\d{10}", r"(?:1[89]|20)?\d{6}\s?[-+]?\s?\d{4}",
                           "stdnum.se.personnummer")],
    "DK": [_NationalNumber(r"\d{6}-\d{4}", r"\d{6}\s?-?\s?\d{4}", "stdnum.dk.cpr")],
    "NO": [_NationalNumber(_ELEVEN, r"\d(?:[ -]?\d){10}", "stdnum.no.fodselsnummer")],
    "PL": [_NationalNumber(_ELEVEN, r"\d(?:[ -]?\d){10}", "stdnum.pl.pesel")],
    "DE": [_NationalNumber(r"\d{11}|\d{2}([ -])\d{3}\1\d{3}\1\d{3}", r"\d(?:[ -]?\d){10}", "stdnum.de.idnr")],
    "UA": [_NationalNumber(r"[1-9]\d{9}", r"[1-9]\d{9}", "stdnum.ua.rntrc")],
    "RU": [_NationalNumber(r"\d{12}", r"\d{12}", "stdnum.ru.inn")],
}  # fmt: skip
COUNTRIES = tuple(_NATIONAL_NUMBERS)

_ID = re.compile(r"(?<![\w+])\d(?:[ -]{0,3}[0-9A-FU-Ya-fu-y+]){8,12}[ -]?[0-9A-Za-z]?(?!\w)")
_INTERNATIONAL = re.compile(r"(?<!\w)\(?(?:\+\s?|00)[1-9](?:[ ().\-/]{0,3}\d){6,14}(?!\w)")
_NATIONAL = re.compile(r"(?<![\w+])\(?\d(?:[ ().\-/]{0,3}\d){6,14}(?!\w)")
_GROUP = re.compile(r"\d+")
_PHONE_DIGITS = 7
_LONGEST_UNBROKEN = 12
_MOST_DROPPED = 2
_LAST_DAY_OF_A_MONTH = 31
_PAIRS = 2
_YEAR = r"(?:19|20)\d{2}"
_DATES = (
    rf"(?<!\d-)(?<!\d){_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)",
    rf"(?<![\d.])(?:0?[1-9]|[12]\d|3[01])\s?[./-]\s?(?:0?[1-9]|1[0-2])\s?[./-]\s?(?:{_YEAR}(?!\d)|\d{{2}}(?!\d|[./-]\d))",
    r"(?<![\d.])(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?!\d)",
    rf"(?<!\d){_YEAR}\.?\s?[-/]\s?{_YEAR}(?!\d)",
)
_HOUR = r"(?:[01]?\d|2[0-4])"
_TIMES = (
    rf"(?<![\d.:+]){_HOUR}[.:][0-5]\d(?!\d|[.:]\d)",
    r"(?<![\d.:+])(?:[01]\d|2[0-4])[0-5]\d\s?-\s?(?:[01]\d|2[0-4])[0-5]\d(?!\d)",
)
_AMOUNT = r"(?<![\d.+])(?<!\d )\d{1,3}(?:(?: \d{3})+|(?:\.\d{3})+)(?![\d])"
_FARTHEST_WORD = 60


def national_numbers(text: str, own: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where in a text a national number may begin and end."""
    own = tuple(own)
    for match in _ID.finditer(text):
        for start, end in _pieces(match):
            if any(_is_number(text[start:end], country, own=country in own) for country in COUNTRIES):
                yield start, end
                break


def _pieces(match: re.Match[str]) -> list[tuple[int, int]]:
    """A row of digits as a whole, and without what may not belong to it at either end."""
    start, written = match.start(), match.group()
    cuts = [gap.start() for gap in re.finditer(r"[ -]+", written)]
    ends = [len(written), *reversed(cuts[-1:])]
    begins = [0, *(gap.end() for gap in list(re.finditer(r"[ -]+", written))[:1])]
    return [(start + begin, start + end) for begin in begins for end in ends if end - begin >= _PHONE_DIGITS]


def _is_number(written: str, country: str, *, own: bool) -> bool:
    return any(
        _is_written_so(number, written, own=own) and _checked(written, number.module)
        for number in _NATIONAL_NUMBERS[country]
    )


def _is_written_so(number: _NationalNumber, written: str, *, own: bool) -> bool:
    forms = (number.typical, number.loose) if own else (number.typical,)
    return any(re.fullmatch(form, written) for form in forms)


def _checked(written: str, module: str) -> bool:
    if not module:
        return True
    valid: Callable[[str], bool] = import_module(module).is_valid
    return valid(written.replace(" ", "")) or valid(re.sub(r"[ -]", "", written))


def phone_numbers(text: str, words: PersonalWords, own: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where in a text a telephone number may begin and end."""
    own, known = tuple(own), _known(words)
    taken = []
    for match in _INTERNATIONAL.finditer(text):
        if _is_phone(match.group().replace("00", "+", 1) if "+" not in match.group() else match.group(), None):
            taken.append(match.span())
            yield match.span()
    rest = known.blanked(text, taken)
    for match in _NATIONAL.finditer(rest):
        yield from list(_national_phone(match, own, called=known.is_called(rest, match.start())))[:1]


def _national_phone(match: re.Match[str], own: tuple[str, ...], *, called: bool) -> Iterator[tuple[int, int]]:
    groups = [group.span() for group in _GROUP.finditer(match.group())]
    for start, end in _windows(groups):
        if start == 0 and end == match.end() - match.start() and _is_list(match.group()):
            return
        written = match.group()[start:end]
        if any(_is_phone(written, country) for country in own) or any(
            _is_phone(written, country) and (called or _is_typical(written, country)) for country in COUNTRIES
        ):
            yield match.start() + start, match.start() + end


def _windows(groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """A row of groups of digits, whole first, then without a few at one end or the other."""
    most = _MOST_DROPPED if any(end - start > 1 for start, end in groups) else 0
    for dropped in range(most + 1):
        for left in range(dropped + 1):
            kept = groups[left : len(groups) - (dropped - left)]
            if kept and sum(end - start for start, end in kept) >= _PHONE_DIGITS:
                yield kept[0][0], kept[-1][1]


def _is_phone(written: str, country: str | None) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, country))
    except phonenumbers.NumberParseException:
        return False


def _is_typical(written: str, country: str) -> bool:
    """Whether a number is grouped as in its country, in pairs, from a leading zero, or not at all."""
    import phonenumbers

    groups = [len(group) for group in _GROUP.findall(written)]
    if len(groups) == 1:
        return _PHONE_DIGITS < groups[0] <= _LONGEST_UNBROKEN
    if written.lstrip("(").startswith("0") or set(groups) == {_PAIRS}:
        return True
    number = phonenumbers.parse(written, country)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return groups == [len(group) for group in _GROUP.findall(shown)]


def _is_list(written: str) -> bool:
    """Whether numbers grow from one to the next as hours and days do, not as a telephone number's pairs."""
    numbers = [int(group) for group in _GROUP.findall(written)]
    rising = all(before < after for before, after in pairwise(numbers))
    return len(numbers) > 1 and rising and numbers[-1] <= _LAST_DAY_OF_A_MONTH


@lru_cache(maxsize=4)
def _known(words: PersonalWords) -> _Known:
    return _Known.of(words)


@dataclass(frozen=True)
class _Known:
    """What digits may be besides a telephone number: dates, times, amounts of something, the numbers of lines."""

    surely: re.Pattern[str]
    round_amount: re.Pattern[str]
    called: re.Pattern[str]

    @classmethod
    def of(cls, words: PersonalWords) -> _Known:
        stems, units = any_of([*words.measures, *words.counted]), any_of(words.measures_short)
        measured = rf"(?=\s?-?(?:(?:{stems})\w*|(?:{units})(?!\w)|[%€$£]))"
        lines = rf"(?<!\w)(?:{any_of(words.lines)})\.?\s*(?:nr\.?\s*)?\d{{1,3}}(?:\s?[-/,+]\s?\d{{1,3}})+(?!\d)"
        amount = rf"(?:{_AMOUNT}|(?<![\d.+])\d{{7,10}}(?!\d)){measured}"
        return cls(
            re.compile("|".join(f"(?:{one})" for one in (*_DATES, *_TIMES, lines, amount)), re.IGNORECASE),
            re.compile(rf"{_AMOUNT}(?<=[ .]000)(?![-./]?\d)"),
            re.compile(rf"(?<!\w)(?:{any_of(words.phones)})(?!\w)\W{{0,3}}(?:\w+\W{{1,2}}){{0,3}}\(?$", re.IGNORECASE),
        )

    def is_called(self, text: str, start: int) -> bool:
        """Whether a word such as "call" stands just before."""
        return self.called.search(text[max(0, start - _FARTHEST_WORD) : start]) is not None

    def blanked(self, text: str, taken: Iterable[tuple[int, int]]) -> str:
        """The text with all that is surely no telephone number, or is already told as one, struck out."""
        for start, end in taken:
            text = text[:start] + "|" * (end - start) + text[end:]
        text = self.surely.sub(_struck_out, text)
        return self.round_amount.sub(
            lambda match: match.group() if self.is_called(text, match.start()) else _struck_out(match), text
        )


def _struck_out(match: re.Match[str]) -> str:
    return "|" * len(match.group())
