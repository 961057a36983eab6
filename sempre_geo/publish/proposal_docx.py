"""A proposal as a Word document, with the proposal's data inside as a part that Word keeps."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from datetime import datetime
from typing import Any

from sempre_geo.community.proposal_file import LARGEST_BYTES, ProposalFile, to_json
from sempre_geo.errors import InputError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.publish.proposal_document import Block, Heading, Paragraph, document, notice

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PART = "/customXml/sempre_proposal.xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_WRAPPED = re.compile(rb"<proposal[^>]*>([A-Za-z0-9+/=\s]*)</proposal>")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_XML_PARTS = re.compile(r"customXml/[A-Za-z0-9_]+\.xml")


def to_docx(file: ProposalFile) -> bytes:
    """The proposal as ``.docx``, the same bytes for the same proposal and language."""
    from docx import Document

    word = Document()
    word.styles["Normal"].font.name = "Calibri"
    word.sections[0].header.paragraphs[0].text = notice(file)
    for block in document(file):
        _add(word, block)
    _describe(word, file)
    _carry(word, to_json(file))
    out = io.BytesIO()
    word.save(out)
    return _undated(out.getvalue())


def data_in_docx(content: bytes) -> bytes:
    """The data that a document made by :func:`to_docx` carries, also after Word has saved it again.

    Raises
    ------
    InputError
        It carries none, or more than a proposal can be.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [one for one in archive.infolist() if _XML_PARTS.fullmatch(one.filename)]
            for part in (one for one in parts if one.file_size <= 2 * LARGEST_BYTES):
                found = _WRAPPED.search(archive.read(part))
                if found:
                    return base64.b64decode(found.group(1))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        pass
    raise InputError(_("This document carries no proposal of sempre_geo; choose one that was exported here."))


def _add(word: Any, block: Block) -> None:
    if isinstance(block, Heading):
        word.add_heading(block.text, level=block.level)
    elif isinstance(block, Paragraph):
        word.add_paragraph(block.text, style="Caption" if block.quiet else None)
    else:
        table = word.add_table(rows=0, cols=len(block.head), style="Table Grid")
        for number, row in enumerate((block.head, *block.rows)):
            strong = number == 0 or (block.adds_up and number == len(block.rows))
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.paragraphs[0].add_run(text).bold = strong
        word.add_paragraph()


def _describe(word: Any, file: ProposalFile) -> None:
    """Who made it and when: the day of the version, not of the export, so that the bytes stay the same."""
    newest = datetime.strptime(file.versions[-1]["at"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - Word keeps no zone
    about = word.core_properties
    about.author, about.last_modified_by, about.comments = "sempre_geo", "sempre_geo", ""
    about.title, about.language = document(file)[0].text[:255], current_language()  # type: ignore[union-attr]
    about.created = about.modified = newest
    about.revision = 1


def _carry(word: Any, data: bytes) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    wrapped = b'<proposal xmlns="urn:sempre_geo:proposal">' + base64.b64encode(data) + b"</proposal>"
    part = Part(PackURI(_PART), "application/xml", wrapped, word.part.package)
    word.part.relate_to(part, _RELATION)


def _undated(content: bytes) -> bytes:
    """The same archive with every member of the same day: python-docx writes the hour of saving into each."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pinned:
        for name in archive.namelist():
            pinned.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), archive.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
