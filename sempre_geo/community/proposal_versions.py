"""What changed between two versions of a proposal, field by field and line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from sempre_geo.community.proposal_form import Field
from sempre_geo.community.proposal_questions import ownership_names, questions
from sempre_geo.i18n import gettext as _

Mark = Literal[" ", "-", "+"]


@dataclass(frozen=True)
class Difference:
    """One field that changed: its question's id, its name, and its lines, each kept, taken away or added."""

    question: str
    label: str
    lines: tuple[tuple[Mark, str], ...]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields in which two versions differ, in the form's order; nothing for equal ones.

    ``before`` and ``after`` are the contents of two versions. A table's row is a line, so is a figure.

    >>> one = {"title": "Bus", "answers": {"needs": {"text": "late"}}}
    >>> differences(one, {**one, "title": "Taxi-bus"})[0].lines
    (('-', 'Bus'), ('+', 'Taxi-bus'))
    >>> differences(one, one)
    ()
    """
    old, new = dict(_fields(before)), dict(_fields(after))
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        Difference(question, label, _lines(old.get((question, label), ""), new.get((question, label), "")))
        for question, label in names
        if old.get((question, label), "") != new.get((question, label), "")
    )


def readable(asked: Field, value: Any) -> str:
    """A field's value as lines of text: choices in words, a table's row as one line, nothing as nothing.

    >>> columns = (Field("item", "What for"), Field("amount", "Amount", "amount"))
    >>> table = Field("costs", "Costs", "rows", columns=columns)
    >>> readable(table, [{"item": "Fuel", "amount": 600.0}])
    'What for: Fuel; Amount: 600'
    >>> readable(table, None)
    ''
    """
    if value in (None, "", [], {}):
        return ""
    if asked.shape == "rows":
        return "\n".join(_row(asked, row) for row in value)
    if asked.shape == "choices":
        return ", ".join(asked.choices.get(one, str(one)) for one in value)
    if asked.shape == "choice":
        return str(asked.choices.get(value, value))
    if asked.shape == "amount":
        return f"{value:g}" if float(value).is_integer() and value < 1e6 else f"{value:.2f}"  # noqa: PLR2004 - %g turns to powers there
    return str(value)


def _row(asked: Field, row: Mapping[str, Any]) -> str:
    told = [f"{column.label}: {readable(column, row[column.id])}" for column in asked.columns if column.id in row]
    return "; ".join(told)


def _fields(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    sentences = {"title": _("Title"), "what": _("What"), "for_whom": _("For whom"), "why_here": _("Why here")}
    for name, label in sentences.items():
        yield ("sentences", label), str(content.get(name, ""))
    ownership = str(content.get("ownership", ""))
    yield ("decisions", _("Degree of ownership")), ownership_names().get(ownership, ownership)
    figures = [str(figure.get("title", "")) for figure in content.get("evidence", ())]
    yield ("evidence", _("Figures")), "\n".join(figures)
    answers = content.get("answers", {})
    for question in questions():
        answer = answers.get(question.id, {})
        if isinstance(answer, Mapping):
            for asked in question.fields:
                yield (question.id, asked.label), readable(asked, answer.get(asked.id))


def _lines(before: str, after: str) -> tuple[tuple[Mark, str], ...]:
    old, new = before.splitlines(), after.splitlines()
    lines: list[tuple[Mark, str]] = []
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [(" ", line) for line in old[old_start:old_end]]
        else:
            lines += [("-", line) for line in old[old_start:old_end]]
            lines += [("+", line) for line in new[new_start:new_end]]
    return tuple(lines)
