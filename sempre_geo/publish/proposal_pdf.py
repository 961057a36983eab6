"""A proposal as PDF, with the proposal's data attached to it."""

from __future__ import annotations

import io
from typing import Any

from sempre_geo.community.proposal_file import LARGEST_BYTES, ProposalFile, to_json
from sempre_geo.errors import InputError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.publish.proposal_document import Block, Heading, Paragraph, document, notice
from sempre_geo.publish.typesetting import pdf

MEDIA_TYPE = "application/pdf"
_ATTACHED = "proposal.json"


def to_pdf(file: ProposalFile) -> bytes:
    """The proposal as ``.pdf``, the same bytes for the same proposal and language."""
    parts = document(file)
    data = {
        "title": parts[0].text,  # type: ignore[union-attr]
        "language": current_language(),
        "notice": notice(file),
        "attached": _("The proposal as data"),
        "parts": [_plain(part) for part in parts],
    }
    return pdf("proposal.typ", data=data, pictures={_ATTACHED: to_json(file)})


def data_in_pdf(content: bytes) -> bytes:
    """The data that a PDF made by :func:`to_pdf` carries.

    Raises
    ------
    InputError
        It is damaged, locked, or carries none.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        attached = PdfReader(io.BytesIO(content)).attachments.get(_ATTACHED, [])
        if len(attached) == 1 and len(attached[0]) <= LARGEST_BYTES:
            return bytes(attached[0])
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        pass
    raise InputError(_("This document carries no proposal of sempre_geo; choose one that was exported here."))


def _plain(part: Block) -> dict[str, Any]:
    if isinstance(part, Heading):
        return {"kind": "heading", "level": part.level, "text": part.text}
    if isinstance(part, Paragraph):
        return {"kind": "paragraph", "text": part.text, "quiet": part.quiet}
    return {"kind": "table", "head": part.head, "rows": part.rows, "adds_up": part.adds_up}
