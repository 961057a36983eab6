"""Writing in a proposal with a member's code: its questions one a screen, the diary, the next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sempre_geo.community.proposal_form import Field, Question
from sempre_geo.community.proposal_questions import COUNT, FIRST, ownership_names, questions
from sempre_geo.community.proposal_versions import readable
from sempre_geo.community.proposals import Proposal, Sentences
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page, status_of
from sempre_geo.light.proposals import FORM
from sempre_geo.light.team import after, inside
from sempre_geo.light.tokens import new_token, wrong_token
from sempre_geo.light.visit import Visit, counted
from sempre_geo.pipeline.community.lessons import write_diary
from sempre_geo.pipeline.community.proposal_evidence import evidence_sentences
from sempre_geo.pipeline.community.proposal_writing import drafts, write_in_proposal
from sempre_geo.pipeline.community.proposals import move

_SENTENCES = ("title", "what", "for_whom", "why_here")
_SPARE_ROWS = 3


def ask(visit: Visit) -> Response:
    """One question with its help, its example and what is kept or half written of its answer."""
    return _question(visit, _number(visit))


def answer(visit: Visit) -> Response:
    """Save the answer to a question, and on to the next one."""
    number = _number(visit)
    question = questions()[number - 1]
    written = _written(visit, question)
    problems = wrong_token(visit, FORM)
    if problems:
        return _question(visit, number, problems=problems, written=written)
    try:
        write_in_proposal(
            visit.here.settings, visit.asked["id"], code=visit.form.one("code"),
            ownership=visit.form.one("ownership") or None, **_words(question, written),
        )  # fmt: skip
    except SempreGeoError as problem:
        return _question(visit, number, problems={"": str(problem)}, written=written, status_code=status_of(problem))
    return _question(visit, min(number + 1, COUNT), done=_("Saved."))


def diary(visit: Visit) -> Response:
    """Write the next entry of the diary."""
    form = visit.form

    def writing() -> str:
        write_diary(
            visit.here.settings, visit.asked["id"], good=form.one("good"), hard=form.one("hard"),
            further=form.one("further"), code=form.one("code"),
        )  # fmt: skip
        return _("Saved.")

    return after(visit, writing, field="good")


def step(visit: Visit) -> Response:
    """Take the proposal a step further, as far as the team may."""
    form = visit.form

    def moving() -> str:
        move(
            visit.here.settings, visit.asked["id"], to=form.one("to"), code=form.one("code"), reason=form.one("reason")
        )  # fmt: skip
        return _("It is changed.")

    return after(visit, moving, field="reason")


def _question(
    visit: Visit, number: int, *, problems: Mapping[str, str] | None = None, written: Mapping[str, Any] | None = None,
    done: str = "", status_code: int = 422,
) -> Response:  # fmt: skip
    settings, code, question = visit.here.settings, visit.form.one("code"), questions()[number - 1]
    shown = inside(visit)
    if isinstance(shown, Response):
        return shown
    half = drafts(settings, shown.id, code=code).get(question.id)
    before = written or half or {**_told(visit, question), **_kept(shown, question)}
    return page(
        visit, "question", shown=shown, id=shown.id, code=code, question=question, before=before, done=done,
        half=half is not None and written is None, problems=problems or {}, rows=_SPARE_ROWS, count=COUNT, first=FIRST,
        ownerships=ownership_names(), readable=readable, token=new_token(settings, FORM),
        status_code=status_code if problems else 200,
    )  # fmt: skip


def _number(visit: Visit) -> int:
    return min(counted(visit.form.one("number")) or 1, COUNT)


def _kept(shown: Proposal, question: Question) -> Mapping[str, Any]:
    if question.id == FIRST:
        return vars(shown.sentences)
    own = {"ownership": shown.ownership} if question.id == "decisions" else {}
    return {**own, **shown.answers.get(question.id, {})}


def _told(visit: Visit, question: Question) -> Mapping[str, str]:
    """What the needs and the map tell of the evidence, where nothing else is written yet."""
    if question.id != "evidence":
        return {}
    return evidence_sentences(visit.here.settings, visit.asked["id"], code=visit.form.one("code"))


def _words(question: Question, written: Mapping[str, Any]) -> dict[str, Any]:
    if question.id == FIRST:
        return {"sentences": Sentences(*(written[name] for name in _SENTENCES))}
    return {"answers": {question.id: {name: value for name, value in written.items() if name != "ownership"}}}


def _written(visit: Visit, question: Question) -> dict[str, Any]:
    """What stands in the fields of the form that was sent."""
    form = visit.form
    if question.id == FIRST:
        return {name: form.one(f"f_{name}") for name in _SENTENCES}
    found = {asked.id: _value(visit, asked, f"f_{asked.id}") for asked in question.fields}
    return {**found, "ownership": form.one("ownership")} if question.id == "decisions" else found


def _value(visit: Visit, asked: Field, name: str) -> Any:
    if asked.shape == "choices":
        return list(visit.form.every(name))
    if asked.shape != "rows":
        return visit.form.one(name)
    count = counted(visit.form.one(f"{name}_rows")) or 0
    rows = [
        {column.id: _value(visit, column, f"{name}_{number}_{column.id}") for column in asked.columns}
        for number in range(min(count, 100))
    ]
    return [row for row in rows if any(row.values())]
