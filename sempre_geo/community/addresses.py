"""Addresses in free text: a house number, told from distances, times and counts by the words round it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sempre_geo.community.personal_words import PersonalWords, any_of

_CAPITAL = f"[{''.join(chr(code) for code in range(0x41, 0x530) if chr(code).isupper())}]"
_POSTCODE = re.compile(
    rf"(?<!\w)(?:LV|LT|SE|FI|DK|D|PL|EE)[- ]\d{{4,5}}(?!\w)|(?<!\w)\d{{2}}-\d{{3}}\s+(?={_CAPITAL}\w)"
)
_POSITION = re.compile(r"(?<![\w.])-?\d{1,2}[.,]\d{4,}\s?[NS°]?\s*[,;/ ]\s*-?\d{1,3}[.,]\d{4,}(?!\w)")
_BEFORE_A_NOUN = re.compile(rf"\s{_CAPITAL}")
_WORD = re.compile(r"\d+\.|\d*-?[^\W\d_][\w.'-]*|\d+")
_SURE_STREETS = ("street", "road", "lane", "avenue")
_FARTHEST_WORD = 100
_FARTHEST_HOME = 6
_LONGEST_NAME = 4
_SURE_ENDING = 4
_LONGEST_INITIAL = 4
_FIRST_YEAR, _LAST_YEAR = 1900, 2099


def addresses(text: str, words: PersonalWords) -> Iterator[tuple[int, int]]:
    """Where in a text an address, a postcode or a position may begin and end."""
    grammar = _grammar(words)
    for number in grammar.house.finditer(text):
        before = grammar.words_before(text, number.start())
        if before and grammar.is_home(text, number, [word.group() for word in before]):
            yield before[-3:][0].start(), number.end()
    for pattern in (grammar.number_first, _POSTCODE, _POSITION):
        for match in pattern.finditer(text):
            if not grammar.counts.match(text, match.end()):
                yield match.span()


@lru_cache(maxsize=4)
def _grammar(words: PersonalWords) -> _Grammar:
    return _Grammar.of(words)


@dataclass(frozen=True)
class _Grammar:
    """How the languages build an address; words in small letters."""

    words: PersonalWords
    house: re.Pattern[str]
    number_first: re.Pattern[str]
    measures: re.Pattern[str]
    counts: re.Pattern[str]
    behind: frozenset[str]
    endings: tuple[str, ...]
    not_names: frozenset[str]

    @classmethod
    def of(cls, words: PersonalWords) -> _Grammar:
        flat = rf"(?:,?\s*(?:{any_of(words.flats)})\s*\d{{0,4}}(?!\w)|,\s*\d\.?\s*(?:st|th|tv|mf)\b\.?)"
        letter = r"(?:\s?[^\W\d_](?![\w'])(?:\s\d{1,3}(?![\w.:]))?)"
        number = rf"(?P<number>\d{{1,4}})(?!\s\d{{3}}(?!\d)){letter}?(?:\s?[-/]\s?\d{{1,4}}[^\W\d_]?(?!\w))?"
        house = (
            rf"(?<![\w:/+-])(?<!\d[.,])(?:(?:{any_of(words.houses)})\s*)?{number}(?P<flat>{flat})*(?![\w€%])(?![.,:]\d)"
        )
        measured = rf"(?:{any_of(words.measures)})\w*|(?:{any_of(words.measures_short)})(?!\w)|[%€$£]"
        counted = rf"(?:{any_of(words.counted)})\w*"
        gap = r"[.-]?\s*"
        streets_behind = any_of({*words.streets_behind_number, *words.streets_before_number, *words.streets_shortened})
        not_name = rf"(?!(?:{any_of(words.not_names)})\s)"
        capital = rf"(?:{_CAPITAL}[\w.'-]*\s){{1,3}}(?i:{streets_behind})"
        small = rf"{not_name}[^\W\d_]+\s(?:{any_of(_SURE_STREETS)})"
        behind = frozenset(words.streets_before_number)
        return cls(
            words,
            re.compile(house, re.IGNORECASE),
            re.compile(rf"(?<![\w.,:/-])(?:\d{{1,4}}[^\W\d_]?(?:\s?[-/]\s?\d{{1,4}})?),?\s(?:{capital}|{small})(?!\w)"),
            re.compile(rf"{gap}(?:{measured})", re.IGNORECASE),
            re.compile(rf"{gap}(?:{measured}|{counted})", re.IGNORECASE),
            behind,
            tuple(behind),
            frozenset(words.not_names),
        )

    def is_home(self, text: str, number: re.Match[str], before: list[str]) -> bool:
        """Whether a number behind these words may be that of a house."""
        if _FIRST_YEAR <= int(number["number"]) <= _LAST_YEAR:
            return False
        says_home = any(word.casefold().strip(".") in self.words.homes for word in before[-_FARTHEST_HOME:])
        if not number["flat"] and self._is_count(text, number, at_home=says_home):
            return False
        if not says_home and self._in_place(before) and _BEFORE_A_NOUN.match(text, number.end()):
            return False
        return (
            self._is_street_behind(before, says_home=says_home)
            or self._is_compound(before, says_home=says_home)
            or self._is_street_before(before)
            or self._is_alone(before)
            or (self._is_name(before[-1]) and self._in_place(before))
            or (says_home and self._is_called_home(text, number, before))
        )

    def words_before(self, text: str, end: int) -> list[re.Match[str]]:
        """The words just before a number, as far as neither line nor sentence ends between; commas do not count."""
        start = max(0, end - _FARTHEST_WORD)
        line = text[start:end]
        if not re.search(r"[\w.,]\s*$", line):
            return []
        start += max(line.rfind(sign) for sign in "\n!?;(") + 1
        found = list(_WORD.finditer(text, start, end))
        ends = [place for place, word in enumerate(found) if self._ends_sentence(word.group())]
        return found[ends[-1] + 1 :] if ends else found

    def _ends_sentence(self, word: str) -> bool:
        shortened = word.casefold().endswith("str.") or word.casefold() in self.words.streets_shortened
        return word.endswith(".") and len(word) > _LONGEST_INITIAL and not shortened

    def _is_count(self, text: str, number: re.Match[str], *, at_home: bool) -> bool:
        pattern = self.measures if at_home else self.counts
        return bool(pattern.match(text, number.end("number")) or pattern.match(text, number.end()))

    def _is_name(self, word: str) -> bool:
        return word[0].isupper() and word.casefold() not in self.not_names

    def _is_street_behind(self, before: list[str], *, says_home: bool) -> bool:
        """A name and behind it a word for a street: "Liepu iela 7"."""
        last = before[-1].casefold()
        if (last not in self.behind and last not in self.words.streets_shortened) or len(before) == 1:
            return False
        name = before[-2]
        if self._is_name(name) or (says_home and name.casefold() not in {*self.not_names, *self.words.homes}):
            return True
        return self._is_counted_name(before[:-1])

    def _is_counted_name(self, name: list[str]) -> bool:
        """A name with a number in it: "11. novembra krastmala", "Sodų 2-oji gatvė"."""
        if len(name) == 1:
            return False
        first, second = name[-2:]
        if second[0].isdigit():
            return self._is_name(first) and second[-1].isalpha()
        return first[0].isdigit() and second.casefold() not in self.not_names and second[-1].isalpha()

    def _is_compound(self, before: list[str], *, says_home: bool) -> bool:
        """A name that ends in a word for a street: "Koivutie 7"; with a capital, or of somebody who lives there."""
        last = before[-1].casefold()
        if last in self.words.not_streets or last in self.behind:
            return False
        ending = last.endswith(self.endings) and any(
            len(last) > len(end) + (len(end) < _SURE_ENDING) for end in self.endings if last.endswith(end)
        )
        return (ending or last.endswith(("str.", "str"))) and (says_home or any(map(self._is_name, before[-2:])))

    def _is_street_before(self, before: list[str]) -> bool:
        """A word for a street and behind it a name: "plac Wolności 4"."""
        for length in range(1, min(_LONGEST_NAME, len(before) - 1) + 1):
            kind, name = before[-length - 1].casefold(), before[-length:]
            if kind not in self.words.streets_before_name:
                continue
            called = next((word for word in name if not word[0].isdigit()), "-")
            if self._is_name(called) or (not kind.isalpha() and called.casefold() not in {"-", *self.not_names}):
                return True
        return False

    def _is_alone(self, before: list[str]) -> bool:
        """A word for a street with a capital inside a sentence: "på Torget 4"."""
        return (
            before[-1].casefold() in self.words.streets_alone
            and before[-1][0].isupper()
            and len(before) > 1
            and before[-2][0].islower()
        )

    def _is_called_home(self, text: str, number: re.Match[str], before: list[str]) -> bool:
        """A name behind "I live": of a single street word's length in small letters, if nothing follows the number."""
        name = before[-1].casefold()
        if len(before) == 1 or name in self.words.homes or name in self.not_names:
            return False
        ends = re.match(r"\s*(?:[.,;!?)\n]|$)", text[number.end() :]) is not None
        return before[-1][0].isupper() or (ends and before[-1].isalpha() and len(name) >= _LONGEST_INITIAL)

    def _in_place(self, before: list[str]) -> bool:
        """Whether the last word stands behind a preposition of places: "An der Kirche 4", "Am alten Friedhof 3"."""
        said = [word.casefold() for word in before[-4:-1]]
        adjective = len(said) > 1 and before[-2][0].islower()
        ends = [said, said[:-1]] if adjective else [said]
        return any(" ".join(end[-length:]) in self.words.streets_by_place for end in ends for length in (1, 2))
