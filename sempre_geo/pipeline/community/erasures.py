"""Erasure beyond the store in use: the list by which a backup restored later is cleaned, and a store set aside.

The list lies beside the store and holds ids only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sempre_geo.community.store.engine import Store, Transaction
from sempre_geo.community.store.transfer import erase_again
from sempre_geo.community.store.versions import open_store
from sempre_geo.errors import StoreError
from sempre_geo.settings import Settings

_LIST = "erased.txt"
_SET_ASIDE = "store.replaced.sqlite"


def erase_elsewhere(settings: Settings, thing: str, *, at: str) -> None:
    """Put an id on the list, which is on the disk when this returns, and take it out of a store that was set aside."""
    with (settings.data / _LIST).open("a", encoding="ascii") as listed:
        listed.write(f"{thing}\n")
        listed.flush()
        os.fsync(listed.fileno())
    with set_aside(settings) as transaction:
        if transaction is not None:
            erase_again(transaction, [thing], at=at)


def read_erased(settings: Settings) -> list[str]:
    """Every id on the list; a line that was cut off by a power failure is none."""
    path = settings.data / _LIST
    if not path.is_file():
        return []
    return [line for line in path.read_text(encoding="ascii").splitlines() if len(line) == 32 and line.isalnum()]  # noqa: PLR2004 - 16 bytes in hex


def set_aside_path(settings: Settings) -> Path:
    """Where a restore puts the SQLite store it replaces."""
    return Path(settings.store.removeprefix("sqlite:///")).with_name(_SET_ASIDE)


@contextmanager
def set_aside(settings: Settings) -> Iterator[Transaction | None]:
    """A transaction in the store that a restore replaced; None where there is none.

    One that cannot be opened any more is deleted: it could neither be used again nor be cleaned.
    """
    path = set_aside_path(settings)
    store = _opened(path) if settings.store.startswith("sqlite:///") and path.is_file() else None
    if store is None:
        yield None
        return
    with closing(store):
        with store.writing() as transaction:
            yield transaction
        store.forget()


def _opened(path: Path) -> Store | None:
    try:
        return open_store(f"sqlite:///{path}")
    except StoreError:
        path.unlink(missing_ok=True)
        return None
