"""PDF documents set by typst: a template beside this module, data as JSON, pictures as files.

Texts reach the template as data and never as typst source, so nothing that a user typed can run. The date is
pinned and system fonts are off: the same data give the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sempre_geo.publish.fonts import font_folder

_TEMPLATES = Path(__file__).resolve().parent / "documents"
_NO_MOMENT = 0  # the day a document was set says nothing; what its figures are of stands in its text


def pdf(template: str, *, data: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """A document as PDF.

    Parameters
    ----------
    template
        Name of a file in ``publish/documents``; it reads the data by ``json("data.json")``.
    data
        Anything JSON can say; texts are shown as they are.
    pictures
        File names used in the template or named in the data, with their content.

    Returns
    -------
    bytes
        The PDF, tagged for screen readers; the same for the same input.
    """
    import typst

    with TemporaryDirectory() as name:
        folder = Path(name)
        for picture, content in (pictures or {}).items():
            (folder / picture).write_bytes(content)
        (folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (folder / "main.typ").write_text((_TEMPLATES / template).read_text(encoding="utf-8"), encoding="utf-8")
        made = typst.compile(
            str(folder / "main.typ"),
            root=name,
            font_paths=[str(font_folder())],
            ignore_system_fonts=True,
            timestamp=_NO_MOMENT,
        )
    return bytes(made)
