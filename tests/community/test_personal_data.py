"""The finder against the planted texts: what it must find, and what it must leave in peace."""

from __future__ import annotations

import unicodedata

import pytest

from sempre_geo.community.personal_data import personal_data
from sempre_geo.community.personal_words import read_personal_words
from sempre_geo.community.texts import seen_text, shown_text
from sempre_geo.settings import read_settings
from tests.community.planted_by_language import CLEAN_BY_LANGUAGE, COUNTRY_OF, PLANTED_BY_LANGUAGE
from tests.community.planted_texts import CLEAN, PLANTED

WORDS = read_personal_words(read_settings({}))
ELSEWHERE = "LI"


def kinds(text: str, *own: str) -> set[str]:
    return {finding.kind for finding in personal_data(text, words=WORDS, own=own)}


@pytest.mark.parametrize(("kind", "language"), PLANTED_BY_LANGUAGE)
def test_at_least_ninety_five_of_a_hundred_are_found_of_each_kind_in_each_language(kind, language):
    texts = PLANTED_BY_LANGUAGE[kind, language]
    missed = [text for text in texts if kind not in kinds(text, COUNTRY_OF[language])]
    assert len(texts) >= 20
    assert len(missed) <= 0.05 * len(texts), missed


@pytest.mark.parametrize("kind", PLANTED)
def test_in_a_region_of_another_country_at_least_ninety_of_a_hundred_are_found(kind):
    texts = [
        *PLANTED[kind],
        *(text for key in PLANTED_BY_LANGUAGE if key[0] == kind for text in PLANTED_BY_LANGUAGE[key]),
    ]
    missed = [text for text in texts if kind not in kinds(text, ELSEWHERE)]
    assert len(missed) <= 0.1 * len(texts), missed


@pytest.mark.parametrize("language", CLEAN_BY_LANGUAGE)
def test_at_most_five_clean_texts_in_a_hundred_are_suspected_in_each_language(language):
    texts = CLEAN_BY_LANGUAGE[language]
    suspected = [text for text in texts if kinds(text, COUNTRY_OF[language]) or kinds(text, ELSEWHERE)]
    assert len(texts) >= 30
    assert len(suspected) <= 0.05 * len(texts), suspected


def test_at_most_five_clean_texts_in_a_hundred_are_suspected():
    suspected = [text for text in CLEAN if kinds(text)]
    assert len(CLEAN) >= 100
    assert len(suspected) <= 0.05 * len(CLEAN), suspected


def test_nothing_that_is_shown_hides_from_the_search_behind_signs_that_are_not():
    signs = [chr(code) for code in range(0x80, 0x110000) if unicodedata.category(chr(code)) not in {"Cs", "Cn"}]
    unseen = [sign for sign in signs if not shown_text(sign) or unicodedata.category(sign) == "Cf"]
    assert {"\u200b", "\u200d", "\u00ad", "\u2063", "\u202e"} <= set(unseen)
    assert all(seen_text(f"26{sign}123{sign}4{sign}56").text == "26123456" for sign in unseen)
    assert kinds("".join(f"{digit}{sign}" for digit, sign in zip("26123456", unseen, strict=False)), "LV") == {"phone"}


def test_a_find_stands_where_it_was_written_whatever_signs_stand_in_it():
    text = "Zvan\u00adiet 26\u2011\u200b12\u201134\u201156, e\u0304ka"
    (found,) = personal_data(text, words=WORDS, own=["LV"])
    assert text[found.start : found.end] == "26\u2011\u200b12\u201134\u201156"


def test_names_are_marked_after_an_introduction_only():
    text = "Mani sauc Anna Bērziņa, dzīvoju Haaverē."
    found = personal_data(text, words=WORDS)
    assert [(finding.kind, text[finding.start : finding.end]) for finding in found] == [("name", "Anna Bērziņa")]


@pytest.mark.parametrize(
    "text",
    [
        "", "\x00", "1" * 5000, "@" * 5000, "1 " * 2500, "a." * 2500, "iela " * 1000, "12 34 " * 800,
        "Am Markt 7 " * 450, "e" + "\u0301" * 4999, "12-" * 1600, "a at b dot " * 450, "20.12." * 800, "(+1 " * 1200,
    ],
)  # fmt: skip
@pytest.mark.timeout(60)  # a search that runs away would take days, not a slow machine's seconds
def test_hostile_texts_do_not_make_the_search_run_away(text):
    assert isinstance(list(personal_data(text, words=WORDS)), list)
