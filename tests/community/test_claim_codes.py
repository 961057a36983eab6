"""The code: long enough, readable by anybody, every slip noticed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre_geo.community.claim_codes import SYLLABLES, claim_code_from, claim_digest, new_claim_code, read_back
from sempre_geo.errors import InputError

CODES = st.binary(min_size=16, max_size=32).map(claim_code_from)


def _syllables(code: str) -> list[str]:
    letters = code.replace("-", "")
    return [letters[at : at + 2] for at in range(0, len(letters), 2)]


def test_it_holds_more_than_sixty_random_bits():
    assert 11 * math.log2(len(SYLLABLES)) >= 60
    assert len({new_claim_code() for _code in range(200)}) == 200


@given(CODES, st.integers(0, 11), st.sampled_from(SYLLABLES))
def test_one_wrong_syllable_is_always_noticed(code, place, other):
    heard = _syllables(code)
    if heard[place] != other:
        heard[place] = other
        with pytest.raises(InputError, match="slip"):
            read_back("".join(heard))


@given(CODES, st.integers(0, 10), st.integers(0, 10))
def test_two_syllables_that_changed_places_are_always_noticed(code, one, two):
    heard = _syllables(code)
    if heard[one] != heard[two]:
        heard[one], heard[two] = heard[two], heard[one]
        with pytest.raises(InputError, match="slip"):
            read_back("".join(heard))


@given(CODES)
def test_it_is_understood_as_it_is_said_and_typed(code):
    cyrillic = str.maketrans("klmnprstvaeiou", "клмнпрстваеиоу")
    heard = str.maketrans("ptkvs", "bdgwz")
    spoken = code.replace("ja", "я").replace("jo", "ё").replace("ju", "ю").translate(cyrillic)
    assert read_back(code.upper()) == read_back(code.translate(heard)) == read_back(spoken) == code
    assert read_back(f"  {code.replace('-', '. ')}\n") == code


@pytest.mark.parametrize("written", ["", "ka", "kamilo-setura-pinoke", "x" * 10_000, "\x00", "1234", "' OR 1=1 --"])
def test_anything_else_is_refused_in_a_sentence(written):
    with pytest.raises(InputError, match="code"):
        claim_digest(written)


def test_the_digest_is_the_same_on_every_installation_and_not_the_code():
    code = claim_code_from(b"0123456789abcdef")
    assert claim_digest(code) == claim_digest(code.upper())
    assert code not in claim_digest(code)
