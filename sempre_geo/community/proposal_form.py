"""How the proposal's questions are answered: fields with a shape each, and what an answer must be to be kept.

The questions themselves stand in `proposal_questions`. An answer to a question is a mapping of its fields'
ids; a field is a text, a choice, a date, an amount, or a table whose rows have fields of their own. Nothing
must be answered before a proposal is submitted, and "we do not know yet" is an answer to every question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _

Shape = Literal["text", "line", "choice", "choices", "date", "amount", "rows"]
NOT_KNOWN = "not_known"
MOST_ROWS = 60
_LARGEST = Decimal(1_000_000_000)
_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f']?\d{3})*(?:[.,]\d{1,2})?")


@dataclass(frozen=True)
class Field:
    """One thing asked within a question.

    ``choices`` gives the words of each choice's id. ``columns`` are the fields of a table's rows. What is
    ``team_only`` never leaves the team: names of people and how to reach them.
    """

    id: str
    label: str
    shape: Shape = "text"
    choices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    columns: tuple[Field, ...] = ()
    team_only: bool = False


@dataclass(frozen=True)
class Question:
    """One question of the form with a sentence of help, an example, and its fields."""

    number: int
    id: str
    title: str
    help: str
    example: str
    fields: tuple[Field, ...] = ()

    def field(self, field_id: str) -> Field | None:
        """The field of this id; None if the question has none."""
        return next((one for one in self.fields if one.id == field_id), None)


def kept_answer(question: Question, answer: object) -> dict[str, Any]:
    r"""An answer as the store keeps it: known fields only, what is empty left out.

    Raises
    ------
    InputError
        All that cannot be used, at once: an unknown field, a text too long, a choice that is none, a date
        or an amount that cannot be read, too many rows.

    Examples
    --------
    >>> asked = Question(1, "q", "", "", "", (Field("a", "How much", "amount"), Field("b", "What")))
    >>> kept_answer(asked, {"a": "1 200,50", "b": " ice\x00 "})
    {'a': 1200.5, 'b': 'ice'}
    >>> kept_answer(asked, {"a": "", "b": None})
    {}
    """
    if not isinstance(answer, Mapping):
        raise InputError(_("The answer to '{question}' has no fields.").format(question=question.title))
    problems: list[str] = []
    kept = _kept_fields(question.fields, answer, problems)
    if problems:
        raise InputError(
            _("In '{question}': {problems}.").format(question=question.title, problems=first_items(problems))
        )
    return kept


def kept_answers(questions: Iterable[Question], answers: Mapping[str, object]) -> dict[str, Any]:
    """Answers to several questions, by the questions' ids, as the store keeps them.

    Raises
    ------
    InputError
        A question is unknown, or an answer cannot be used.

    Examples
    --------
    >>> kept_answers([], {"colour": {}})
    Traceback (most recent call last):
    sempre_geo.errors.InputError: The form has no such questions: colour.
    """
    known = {question.id: question for question in questions}
    strange = [kept_line(str(name)[:80]) for name in answers if name not in known]
    if strange:
        raise InputError(_("The form has no such questions: {names}.").format(names=first_items(strange)))
    return {name: kept_answer(known[name], answer) for name, answer in answers.items()}


def for_everybody(questions: Iterable[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers without what is for the team only, and without what the form does not know.

    >>> asked = Question(5, "people", "", "", "", (Field("who", "Who", team_only=True), Field("how", "How")))
    >>> for_everybody([asked], {"people": {"who": "Aina", "how": "together"}, "old": {"x": "y"}})
    {'people': {'how': 'together'}}
    """
    shown = {}
    for question in questions:
        answer = answers.get(question.id, {})
        open_to_all = {
            one.id: answer[one.id]
            for one in question.fields
            if not one.team_only and isinstance(answer, Mapping) and one.id in answer
        }
        if open_to_all:
            shown[question.id] = open_to_all
    return shown


def amount_from(written: object) -> float:
    """An amount of money or hours as a person writes it, to the hundredth.

    A point or a comma stands before one or two digits; before three it could mean thousands, so it is refused.

    Raises
    ------
    InputError
        It is no amount, below zero, or a billion and more.

    Examples
    --------
    >>> amount_from("1 200,5"), amount_from(80)
    (1200.5, 80.0)
    >>> amount_from("1.200")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: '1.200' is no amount; write it like 1200 or 1200,50.
    """
    shown = str(written).strip()
    plain = isinstance(written, int | float) and not isinstance(written, bool)
    text = f"{written:.2f}" if plain else shown
    if not _NUMBER.fullmatch(text):
        raise InputError(
            _("'{written}' is no amount; write it like 1200 or 1200,50.").format(written=kept_line(shown[:40]))
        )
    value = Decimal(re.sub(r"[^\d.,]", "", text).replace(",", "."))
    if value >= _LARGEST:
        raise InputError(_("'{written}' is more than can be counted here.").format(written=kept_line(shown[:40])))
    return float(value)


def _kept_fields(fields: tuple[Field, ...], answer: Mapping[Any, Any], problems: list[str]) -> dict[str, Any]:
    known = {one.id: one for one in fields}
    problems += [
        _("there is no field '{name}'").format(name=kept_line(str(name)[:80])) for name in answer if name not in known
    ]
    kept = {}
    for name, value in answer.items():
        if name not in known or value is None or value in ("", [], {}):
            continue
        try:
            taken = _TAKEN[known[name].shape](known[name], value, problems)
        except InputError as problem:
            problems.append(f"{known[name].label}: {str(problem).rstrip('.')}")
            continue
        if taken not in ("", [], None):
            kept[name] = taken
    return kept


def _text(_field: Field, value: object, _problems: list[str]) -> str:
    return kept_text(_words(value)).strip()


def _line(_field: Field, value: object, _problems: list[str]) -> str:
    return kept_line(_words(value))


def _words(value: object) -> str:
    if isinstance(value, Mapping | list | tuple | set | bytes):
        raise InputError(_("a text is wanted"))
    return str(value)


def _choice(asked: Field, value: object, _problems: list[str]) -> str:
    if not isinstance(value, str) or value not in asked.choices:
        raise InputError(_("choose one of: {choices}").format(choices=", ".join(asked.choices)))
    return value


def _choices(asked: Field, value: object, problems: list[str]) -> list[str]:
    if not isinstance(value, list | tuple):
        raise InputError(_("choose some of: {choices}").format(choices=", ".join(asked.choices)))
    chosen = {_choice(asked, one, problems) for one in value}
    return [name for name in asked.choices if name in chosen]


def _date(_field: Field, value: object, _problems: list[str]) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise InputError(
            _("'{written}' is no date; write it like 2026-11-24").format(written=kept_line(str(value)[:40]))
        ) from None


def _amount(_field: Field, value: object, _problems: list[str]) -> float:
    return amount_from(value)


def _rows(asked: Field, value: object, problems: list[str]) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple) or not all(isinstance(row, Mapping) for row in value):
        raise InputError(_("a table is wanted"))
    if len(value) > MOST_ROWS:
        raise InputError(_("a table has {most} rows at most; this one has {n}").format(most=MOST_ROWS, n=len(value)))
    kept = [_kept_fields(asked.columns, row, problems) for row in value]
    return [row for row in kept if row]


_TAKEN: Mapping[str, Callable[[Field, Any, list[str]], Any]] = {
    "text": _text,
    "line": _line,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "amount": _amount,
    "rows": _rows,
}


@dataclass(frozen=True)
class CostTotals:
    """The sums of a costs table, exact to the hundredth: money, hours in kind, and the money not yet promised."""

    amount: Decimal
    hours: Decimal
    open_amount: Decimal
    by_source: Mapping[str, Decimal]


def cost_totals(answer: Mapping[str, Any]) -> CostTotals:
    """The sums of an answer to the question of costs, added as decimal numbers, not as binary fractions.

    >>> rows = [{"item": "Bus", "amount": 0.1, "source": "County", "promised": "yes"}, {"item": "Tea", "amount": 0.2}]
    >>> found = cost_totals({"costs": rows})
    >>> str(found.amount), str(found.open_amount), {name: str(sum_) for name, sum_ in found.by_source.items()}
    ('0.30', '0.20', {'County': '0.10', '': '0.20'})
    >>> str(cost_totals({}).amount)
    '0.00'
    """
    amount = hours = waiting = Decimal("0.00")
    by_source: dict[str, Decimal] = {}
    for row in answer.get("costs", ()):
        money = _hundredths(row.get("amount", 0))
        amount, hours = amount + money, hours + _hundredths(row.get("hours", 0))
        if row.get("promised") != "yes":
            waiting += money
        source = str(row.get("source", ""))
        by_source[source] = by_source.get(source, Decimal("0.00")) + money
    return CostTotals(amount, hours, waiting, by_source)


def _hundredths(number: float) -> Decimal:
    return Decimal(str(number)).quantize(Decimal("0.01"))
