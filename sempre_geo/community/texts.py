"""What people write: kept as written, never interpreted, harmless where it is shown."""

from __future__ import annotations

import unicodedata

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

LONGEST_TEXT = 5000
LONGEST_LINE = 200
_LINE_BREAKS = "\n\t"
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs of which nothing is seen
_INVISIBLE = frozenset("\u200b\u2060\ufeff\u00ad\u180e")


def kept_text(text: str, *, longest: int = LONGEST_TEXT) -> str:
    r"""A text as the store keeps it: every word, sign and line break; no control characters.

    A null byte cannot be stored by every database and half of an emoji cannot be written to a file;
    both are left out. What looks like a program, a formula or a path is text like any other.

    Raises
    ------
    InputError
        The text is longer than ``longest`` characters.

    Examples
    --------
    >>> kept_text("Buss\x00 läheb\r\nvara \ud83d")
    'Buss läheb\nvara '
    >>> kept_text("")
    ''
    """
    if len(text) > longest:
        raise InputError(
            _("The text has {n} characters; at most {most} can be kept. Shorten it, or send it in two.").format(
                n=len(text), most=longest
            )
        )
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in _LINE_BREAKS or unicodedata.category(sign) not in {"Cc", "Cs"})


def kept_line(text: str, *, longest: int = LONGEST_LINE) -> str:
    r"""A title or a name as the store keeps it: as :func:`kept_text`, on one line.

    >>> kept_line("  Taxi-bus\non Thursdays ")
    'Taxi-bus on Thursdays'
    """
    return " ".join(kept_text(text, longest=longest).split())


def has_words(text: str) -> bool:
    r"""Whether anything of a text can be seen; spaces, joiners and other invisible signs are no words.

    >>> has_words("Jā!"), has_words("\u200b\u200d \u3164"), has_words("")
    (True, False, False)
    """
    return any(sign not in _BLANK and unicodedata.category(sign)[0] in "LNPS" for sign in text)


def shown_text(text: str) -> str:
    r"""A text as others see it: without the signs that turn the reading direction or are invisible.

    With them, a name or an address could show as another than it is. Joiners inside emoji stay.

    >>> shown_text("\u202eevil\u202c \u200bok")
    'evil ok'
    """
    return "".join(sign for sign in text if sign not in _TURNING and sign not in _INVISIBLE)
