"""The code with which a person reads, changes, follows or erases what they wrote, without an account.

Four words of three syllables, such as ``kamilo-setura-pinoke-vatemi``. The 47 syllables join one of ten
consonants and one of five vowels that every language round the Baltic Sea has; none of the pairs that are
confused on the telephone (b/p, d/t, g/k) has both its letters, so whichever is heard or typed is right.
Eleven syllables are random (61 bits); the twelfth is a check: any one wrong syllable and any two that
changed places are noticed, before the store is asked.

The store keeps a digest only. The code itself has 61 random bits, so the digest needs no salt of its own
(there is nothing to guess from) and must not depend on the installation: a code given by a laptop in a
village hall still works in the office. Scrypt makes each of the 2**61 guesses cost 4 MB and some
milliseconds, should the store be stolen.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

SYLLABLES = tuple(
    consonant + vowel for consonant in "klmnprstvj" for vowel in "aeiou" if consonant + vowel not in {"ji", "je", "vu"}
)
GUESS_COST = 2**12
"""How dear each guess of a code is; tests of other things make it cheap."""
_RANDOM = 11
_WORD = 3
WORDS = (_RANDOM + 1) // _WORD
"""So many words has a code."""
_VALUE = {syllable: value for value, syllable in enumerate(SYLLABLES)}
_HEARD = str.maketrans("bdgwyzcq", "ptkvjskk")
_CYRILLIC = {
    "к": "k", "г": "k", "ґ": "k", "л": "l", "м": "m", "н": "n", "п": "p", "б": "p", "р": "r", "с": "s", "з": "s",  # noqa: RUF001 - meant to be Cyrillic
    "т": "t", "д": "t", "в": "v", "й": "j", "а": "a", "е": "e", "э": "e", "є": "e", "и": "i", "і": "i", "ы": "i",  # noqa: RUF001 - meant to be Cyrillic
    "о": "o", "у": "u", "я": "ja", "ё": "jo", "ю": "ju", "ь": "", "ъ": "",  # noqa: RUF001 - meant to be Cyrillic
}  # fmt: skip


def new_claim_code() -> str:
    """A fresh code from the system's random source."""
    return _code([secrets.randbelow(len(SYLLABLES)) for _syllable in range(_RANDOM)])


def claim_code_from(seed: bytes) -> str:
    """The code that belongs to a secret ``seed`` of at least 16 bytes, always the same.

    An entry that is sent twice because the network broke gets the same code twice.
    """
    number = int.from_bytes(hashlib.sha512(seed).digest(), "big")
    values = []
    for _syllable in range(_RANDOM):
        number, value = divmod(number, len(SYLLABLES))
        values.append(value)
    return _code(values)


def read_back(written: str) -> str:
    """The code that a person typed or heard: capitals, accents, Cyrillic, any gaps are all the same.

    Raises
    ------
    InputError
        The text has another length, a syllable no code has, or a slip in it.

    Examples
    --------
    >>> code = claim_code_from(b"sixteen bytes at least")
    >>> read_back(code.upper().replace("-", " ")) == code
    True
    >>> read_back("")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: The code is not complete: it has four words, like kamilo-setura-pinoke-vatemi.
    """
    letters = _plain(written)
    if len(letters) != 2 * (_RANDOM + 1):
        raise InputError(
            _("The code is not complete: it has four words, like {example}.").format(
                example="kamilo-setura-pinoke-vatemi"
            )
        )
    values = [_VALUE.get(letters[start : start + 2], -1) for start in range(0, len(letters), 2)]
    if -1 in values or _check_value(values[:-1]) != values[-1]:
        raise InputError(_("The code has a slip in it; compare it with what you wrote down, word by word."))
    return _written(values)


def claim_digest(code: str) -> str:
    """What the store keeps of a code that :func:`read_back` has accepted."""
    plain = read_back(code).replace("-", "").encode()
    return hashlib.scrypt(plain, salt=b"sempre_geo claim code", n=GUESS_COST, r=8, p=1, dklen=32).hex()


def _code(values: list[int]) -> str:
    return _written([*values, _check_value(values)])


def _check_value(values: list[int]) -> int:
    # 47 is prime and the weights differ: one changed value, or two exchanged ones, always change the sum.
    return sum((place + 1) * value for place, value in enumerate(values)) % len(SYLLABLES)


def _written(values: list[int]) -> str:
    spoken = [SYLLABLES[value] for value in values]
    return "-".join("".join(spoken[start : start + _WORD]) for start in range(0, len(spoken), _WORD))


def _plain(written: str) -> str:
    folded = written.casefold()[:200]
    latin = "".join(_CYRILLIC.get(letter, letter) for letter in unicodedata.normalize("NFC", folded))
    bare = unicodedata.normalize("NFD", latin)
    return "".join(letter for letter in bare if "a" <= letter <= "z").translate(_HEARD)
