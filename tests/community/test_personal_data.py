"""The finder against the planted texts: what it must find, and what it must leave in peace."""

from __future__ import annotations

import pytest

from sempre_geo.community.personal_data import personal_data, read_personal_words
from sempre_geo.settings import read_settings
from tests.community.planted_texts import CLEAN, PLANTED

WORDS = read_personal_words(read_settings({}))


@pytest.mark.parametrize("kind", PLANTED)
def test_at_least_ninety_five_of_a_hundred_planted_ones_are_found(kind):
    missed = [
        text for text in PLANTED[kind] if kind not in {finding.kind for finding in personal_data(text, words=WORDS)}
    ]
    assert len(missed) <= 0.05 * len(PLANTED[kind]), missed


def test_at_most_five_clean_texts_in_a_hundred_are_suspected():
    suspected = {text: found for text in CLEAN if (found := personal_data(text, words=WORDS))}
    assert len(CLEAN) >= 100
    assert len(suspected) <= 0.05 * len(CLEAN), suspected


def test_names_are_marked_after_an_introduction_only():
    text = "Mani sauc Anna Bērziņa, dzīvoju Haaverē."
    found = personal_data(text, words=WORDS)
    assert [(finding.kind, text[finding.start : finding.end]) for finding in found] == [("name", "Anna Bērziņa")]


@pytest.mark.parametrize("text", ["", "\x00", "1" * 5000, "@" * 5000, ("1 " * 2500), "a." * 2500, "iela " * 1000])
@pytest.mark.timeout(60)  # a search that runs away would take days, not a slow machine's seconds
def test_hostile_texts_do_not_make_the_search_run_away(text):
    assert isinstance(list(personal_data(text, words=WORDS)), list)
