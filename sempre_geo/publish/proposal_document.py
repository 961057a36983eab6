"""A proposal as a document: headings, paragraphs and tables, the same for every kind of file.

All texts are data. What could turn the reading direction, is invisible, or cannot be written into XML is
left out here, once, so that no kind of file has to think of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sempre_geo.community.proposal_file import ProposalFile
from sempre_geo.community.proposal_form import CostTotals, Field, Question, cost_totals
from sempre_geo.community.proposal_questions import ownership_names, part_names, questions
from sempre_geo.community.proposal_versions import readable
from sempre_geo.community.texts import shown_text
from sempre_geo.i18n import gettext as _
from sempre_geo.publish.figure_words import figure_date, figure_title
from sempre_geo.publish.labels import statuses
from sempre_geo.publish.speech import written_date
from sempre_geo.region.bundle import fictional_title

_UNWRITABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)])


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the document's title, 2 a question."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a quiet one explains and is set smaller."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its head; the last row holds sums if it ``adds_up``."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    adds_up: bool = False


Block = Heading | Paragraph | Table


def writable(text: object) -> str:
    r"""A text as every kind of file can hold it.

    >>> writable("a\x00\u202eb\ufffe")
    'ab'
    """
    return shown_text(str(text)).translate(_UNWRITABLE)


def notice(file: ProposalFile) -> str:
    """What stands at the head of every page: where it comes from, and whether that place exists."""
    place = writable(file.region_title)
    return fictional_title(place) if file.fictional else place


def document(file: ProposalFile) -> list[Block]:
    """The parts of a proposal in their order; a question without an answer says so."""
    return list(_blocks(file))


def _blocks(file: ProposalFile) -> Iterator[Block]:
    content = file.content
    yield Heading(writable(content["title"]), level=1)
    yield Paragraph(_standing(file), quiet=True)
    for number, question in enumerate(questions()):
        yield Heading(f"{question.number}. {question.title}")
        if number == 0:
            yield from (Paragraph(writable(content[name])) for name in ("what", "for_whom", "why_here"))
            continue
        told = [*_beside(file, question.id), *_answer(question, content["answers"].get(question.id, {}))]
        yield from told or [Paragraph(_("Not answered yet."), quiet=True)]
    yield from _ending(file)


def _standing(file: ProposalFile) -> str:
    newest = file.versions[-1]
    return _("{notice}. {place}. {status}. Version {version} of {day}.").format(
        notice=notice(file),
        place=writable(file.place_name) or _("Place not stated"),
        status=statuses()[file.status],
        version=newest["version"],
        day=written_date(newest["at"]),
    )


def _beside(file: ProposalFile, question_id: str) -> Iterator[Block]:
    """What the program knows of a question besides the words that were typed."""
    if question_id == "needs":
        yield Paragraph(_needs_sentence(file.needs_count))
    if question_id == "evidence" and file.content["evidence"]:
        head = (_("Figure"), _("Data of"), _("Made with version"))
        rows = [[figure_title(figure), figure_date(figure), figure["version"]] for figure in file.content["evidence"]]
        yield _table(head, rows)
    if question_id == "people" and file.team:
        parts, yes = part_names(), _("yes")
        rows = [[parts[one["part"]], one["name"] or "-", yes if one["owner"] else ""] for one in file.team]
        yield _table((_("Part, as they say themselves"), _("Who"), _("Co-owner")), rows)
    if question_id == "decisions" and file.content["ownership"]:
        yield Paragraph(ownership_names()[file.content["ownership"]])
    if question_id == "diary":
        yield from _diary(file)


def _needs_sentence(count: int) -> str:
    if count == 0:
        return _("Too few needs are linked to tell their number.")
    return _("At least {n} needs that people have told are linked.").format(n=count)


def _diary(file: ProposalFile) -> Iterator[Block]:
    if file.diary:
        head = (_("Date"), _("What went well"), _("What was hard"), _("What comes next"))
        rows = [[written_date(one["created_at"]), one["good"], one["hard"], one["further"]] for one in file.diary]
        yield _table(head, rows)
    if file.lessons:
        yield _table(
            (_("Lesson"), _("Again"), _("Not again")),
            [[one["title"], one["again"], one["not_again"]] for one in file.lessons],
        )


def _answer(question: Question, answer: Mapping[str, Any]) -> Iterator[Block]:
    for asked in question.fields:
        value = answer.get(asked.id)
        if value in (None, "", []):
            continue
        if asked.shape == "rows":
            yield _rows(asked, value, sums=cost_totals(answer) if asked.id == "costs" else None)
        else:
            yield Paragraph(f"{asked.label}: {writable(readable(asked, value))}")


def _rows(asked: Field, rows: Sequence[Mapping[str, Any]], *, sums: CostTotals | None) -> Table:
    body = [[readable(column, row.get(column.id)) for column in asked.columns] for row in rows]
    if sums is not None:
        totals = {"item": _("Together"), "amount": str(sums.amount), "hours": str(sums.hours)}
        totals["promised"] = _("open: {amount}").format(amount=sums.open_amount)
        body.append([totals.get(column.id, "") for column in asked.columns])
    return _table([column.label for column in asked.columns], body, adds_up=sums is not None)


def _ending(file: ProposalFile) -> Iterator[Block]:
    yield Heading(_("How it came to be"))
    head = (_("Date"), _("Step"), _("Reason"))
    yield _table(head, [[written_date(step["at"]), statuses()[step["status"]], step["reason"]] for step in file.steps])
    yield Paragraph(
        _("This file carries the proposal as data, so that it can be read back whole; no code is in it."), quiet=True
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[object]], *, adds_up: bool = False) -> Table:
    return Table(tuple(head), tuple(tuple(writable(cell) for cell in row) for row in rows), adds_up=adds_up)
