"""The words of ``personal_words.toml``: how streets, homes, numbers and introductions are told in each language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sempre_geo.settings import Settings


@dataclass(frozen=True)
class PersonalWords:
    """Lists of words, as the file names and explains them; what a file leaves out is empty."""

    streets_before_number: tuple[str, ...] = ()
    streets_before_name: tuple[str, ...] = ()
    streets_shortened: tuple[str, ...] = ()
    streets_alone: tuple[str, ...] = ()
    streets_by_place: tuple[str, ...] = ()
    streets_behind_number: tuple[str, ...] = ()
    houses: tuple[str, ...] = ()
    flats: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    measures_short: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    not_streets: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    at_words: tuple[str, ...] = ()
    dot_words: tuple[str, ...] = ()
    introductions: tuple[str, ...] = ()


def read_personal_words(settings: Settings) -> PersonalWords:
    """The words of ``personal_words.toml``."""
    return _read_words(settings.definition("personal_words.toml"))


@lru_cache(maxsize=4)
def _read_words(path: Path) -> PersonalWords:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return PersonalWords(**{name: tuple(words) for name, words in table.items()})


def any_of(words: Iterable[str]) -> str:
    r"""A pattern for one of the words, the longest first; for none, a pattern that fits nothing.

    >>> any_of(["st", "st.", "street"])
    'street|st\\.|st'
    >>> any_of([])
    '(?!)'
    """
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"
