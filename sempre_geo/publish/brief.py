"""A brief for decision makers: what it is made of, and its two forms, PDF and one HTML file.

Both show the same parts from the same data. The HTML holds its pictures itself and asks no other host for anything.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import language as spoken
from sempre_geo.publish.palette import Theme
from sempre_geo.region.files import write_text, write_whole

ENDINGS = (".pdf", ".html")
_DOCUMENTS = Path(__file__).resolve().parent / "documents"


@dataclass(frozen=True)
class Table:
    """Rows of texts under a heading; ``numbers`` says from which column on cells stand to the right."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int = 1
    note: str = ""


@dataclass(frozen=True)
class Bars:
    """A sorted bar chart: label, share of the longest (0 to 1), and the number at its end."""

    reading: str
    bars: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True)
class Picture:
    """A map or chart as PNG, what it shows in words for those who cannot see it, and its legend."""

    png: bytes
    caption: str
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Points:
    """Sentences of equal weight, one a line; ``quoted`` ones are people's own words."""

    sentences: tuple[str, ...]
    quoted: bool = False


Block = str | Table | Bars | Picture | Points
"""A paragraph, or one of the others."""


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Brief:
    """The whole document; ``notice`` stands on every page (a fictional region's, for one)."""

    title: str
    subtitle: str
    language: str
    sections: tuple[Section, ...]
    notice: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)

    @property
    def file_stem(self) -> str:
        """What a file of it is called: what it is, of which place and in which language, so that none replaces another.

        >>> Brief("Services within reach: Haavere vald", "", "en@easy", ()).file_stem
        'services-within-reach-haavere-vald-en-easy'
        """
        return "-".join(re.findall(r"\w+", f"{self.title} {self.language}".casefold()))


def colours_of(theme: Theme) -> Mapping[str, str]:
    """The palette's colours that documents use."""
    names = ("ground", "panel", "ink", "quiet", "border", "primary", "no_visit", "need")
    return {name: str(getattr(theme, name)) for name in names}


def write_brief(brief: Brief, path: Path) -> None:
    """Write a brief in the form its name ends in: ``.pdf`` or ``.html``; the same brief gives the same bytes.

    Raises
    ------
    InputError
        The ending is neither.
    """
    check_brief_ending(path)
    if path.suffix.lower() == ".html":
        write_text(to_html(brief), path)
        return
    with write_whole(path) as draft:
        draft.write_bytes(to_pdf(brief))


def check_brief_ending(path: Path) -> None:
    """Refuse a name that says neither form."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError(
            _("A brief is written as {endings}; the name '{name}' ends in neither.").format(
                endings=", ".join(ENDINGS), name=path.name
            )
        )


def to_pdf(brief: Brief) -> bytes:
    """The brief as a tagged PDF."""
    from sempre_geo.publish.typesetting import pdf

    pictures: dict[str, bytes] = {}
    return pdf("brief.typ", data=_data(brief, pictures), pictures=pictures)


def to_html(brief: Brief) -> str:
    """The brief as one HTML file, for screens and screen readers."""
    import jinja2

    pictures: dict[str, bytes] = {}
    data = _data(brief, pictures)
    inside = {name: f"data:image/png;base64,{base64.b64encode(png).decode()}" for name, png in pictures.items()}
    page = jinja2.Environment(loader=jinja2.FileSystemLoader(_DOCUMENTS), autoescape=True, trim_blocks=True)
    return page.get_template("brief.html").render(brief=data, pictures=inside)


def _data(brief: Brief, pictures: dict[str, bytes]) -> dict[str, Any]:
    """What both forms are filled with; the pictures' bytes are put into ``pictures``."""
    with spoken(brief.language):  # a file is often made after the page, where nobody speaks its language
        page_of = _("Page {page} of {pages}")
    sections = [
        {"title": section.title, "blocks": [_block(block, pictures) for block in section.blocks]}
        for section in brief.sections
    ]
    return {
        "title": brief.title,
        "subtitle": brief.subtitle,
        "language": brief.language.split("@", maxsplit=1)[0],
        "notice": brief.notice,
        "colours": dict(brief.colours),
        "sections": sections,
        "page_of": page_of,
    }


def _block(block: Block, pictures: dict[str, bytes]) -> dict[str, Any]:
    match block:
        case Table():
            return {"kind": "table", "heading": block.heading, "rows": block.rows, "numbers": block.numbers,
                    "note": block.note}  # fmt: skip
        case Bars():
            return {"kind": "bars", "reading": block.reading, "bars": block.bars}
        case Picture():
            name = f"picture_{len(pictures) + 1}.png"
            pictures[name] = block.png
            return {"kind": "picture", "file": name, "caption": block.caption, "legend": block.legend}
        case Points():
            return {"kind": "quotes" if block.quoted else "points", "sentences": block.sentences}
        case _:
            return {"kind": "text", "text": block}
