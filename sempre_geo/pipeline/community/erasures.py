"""The list of what was erased, beside the store: a backup restored later is cleaned by it. It holds ids only."""

from __future__ import annotations

import os

from sempre_geo.settings import Settings

_LIST = "erased.txt"


def write_erased(settings: Settings, thing: str) -> None:
    """Add an id to the list; it is on the disk when this returns."""
    with (settings.data / _LIST).open("a", encoding="ascii") as listed:
        listed.write(f"{thing}\n")
        listed.flush()
        os.fsync(listed.fileno())


def read_erased(settings: Settings) -> list[str]:
    """Every id on the list; a line that was cut off by a power failure is none."""
    path = settings.data / _LIST
    if not path.is_file():
        return []
    return [line for line in path.read_text(encoding="ascii").splitlines() if len(line) == 32 and line.isalnum()]  # noqa: PLR2004 - 16 bytes in hex
