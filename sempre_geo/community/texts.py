"""What people write: kept as written, never interpreted, harmless where it is shown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

LONGEST_TEXT = 5000
LONGEST_LINE = 200
_LINE_BREAKS = "\n\t"
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs of which nothing is seen
_INVISIBLE = frozenset("\u200b\u2060\ufeff\u00ad\u180e")
_LIKE_DASHES = frozenset("\u2212\u2043\u02d7\u30fc")
_LIKE_DOTS = frozenset("\u00b7\u2022\u2027\u2219\u22c5\u30fb")
_CLUSTER = re.compile(r"[\x00-\u02ff\u0370-\u0482\u048a-\U0010ffff][\u0300-\u036f\u0483-\u0489]*|.", re.DOTALL)


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


@dataclass(frozen=True)
class SeenText:
    """A text as an eye or a telephone takes it in, and where in the written text each of its signs stands."""

    text: str
    origins: tuple[int, ...]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the seen text begins and ends in the written one."""
        return self.origins[start], self.origins[end - 1] + 1


def seen_text(text: str) -> SeenText:
    r"""A text without any invisible sign, with every dash, space, digit and letter in its plainest form.

    What looks for something in a text looks here: all that :func:`shown_text` leaves out is left out, so that nothing
    stands in what is shown that was not looked at, and so are the joiners that it keeps for emoji.

    >>> seen_text("26\u200b12\u201234\u00a0\uff15").text
    '2612-34 5'
    >>> seen_text("").text
    ''
    """
    signs: list[str] = []
    origins: list[int] = []
    for match in _CLUSTER.finditer(text):
        plain = _seen_cluster(match.group())
        signs.append(plain)
        origins += [match.start()] * len(plain)
    return SeenText("".join(signs), tuple(origins))


def _seen_cluster(cluster: str) -> str:
    """One letter with its marks in its plainest form; nothing for what cannot be seen."""
    return "".join(_seen_sign(sign) for sign in unicodedata.normalize("NFKC", cluster))


@lru_cache(maxsize=4096)
def _seen_sign(sign: str) -> str:
    kind = unicodedata.category(sign)
    if sign in _INVISIBLE or sign in _TURNING or kind in {"Cf", "Mn", "Me"}:
        return ""
    if kind == "Pd" or sign in _LIKE_DASHES:
        return "-"
    if kind == "Zs" or sign in _BLANK:
        return " "
    if sign in _LIKE_DOTS:
        return "."
    return str(unicodedata.digit(sign)) if kind == "Nd" else sign
