"""The log of privileged acts: each row's digest covers the row before, so that an altered row shows.

Rows name ids and digests only, never what was written: an erased text leaves nothing here, and erasing it
does not break the chain.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

START = "0" * 64


@dataclass(frozen=True)
class Act:
    """One row of the log."""

    seq: int
    at: str
    actor: str
    action: str
    thing: str
    detail_digest: str
    hash: str = ""


def detail_digest(detail: str, *, key: bytes) -> str:
    """A digest by which a kept text can be proved to be the one acted upon, and nobody can guess it."""
    return hmac.digest(key, detail.encode("utf-8", "surrogatepass"), "sha256").hex()


def chained(act: Act, *, before: str, key: bytes) -> str:
    """The digest that ties a row to the one before it; without the key nobody can tie a false one."""
    row = "\x1f".join([before, str(act.seq), act.at, act.actor, act.action, act.thing, act.detail_digest])
    return hmac.new(key, row.encode(), hashlib.sha256).hexdigest()


def first_altered(acts: Iterable[Act], *, key: bytes) -> int | None:
    """The number of the first row that was altered, removed or put in between; None if the log is whole.

    Rows cut off at the end are seen only by whoever noted the last digest: it stands in every backup.

    >>> first_altered([], key=b"k") is None
    True
    """
    before = START
    for expected, act in enumerate(acts, start=1):
        if act.seq != expected or not hmac.compare_digest(act.hash, chained(act, before=before, key=key)):
            return expected
        before = act.hash
    return None
