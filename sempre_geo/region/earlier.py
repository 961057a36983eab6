"""The build that the last one replaced, kept beside the regions so that the two can be compared."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sempre_geo.region.catalog import CATALOG

_KEPT = ".earlier"


def earlier_folder(folder: Path) -> Path:
    """Where the build before the one in ``folder`` is kept; it need not be there."""
    return folder.parent / _KEPT / folder.name


def write_earlier(folder: Path, *, draft: Path) -> None:
    """Keep the build in ``folder`` before ``draft`` takes its place, unless both were made from the same.

    Files are linked, not copied: builds replace files and never change them, so keeping one costs its own size
    and no time. On a disk without links they are copied.
    """
    old, new = folder / CATALOG, draft / CATALOG
    if not old.is_file() or old.read_bytes() == new.read_bytes():
        return
    kept = earlier_folder(folder)
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept, copy_function=_linked)


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
