"""The proposal's questions on a page: one step at a time, each with its help and example, nothing typed ever lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from sempre_geo.community.proposal_form import Field, Question, cost_totals
from sempre_geo.community.proposal_questions import COUNT, FIRST, ownership_names, questions
from sempre_geo.community.proposals import Proposal, Sentences
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.proposal_evidence import evidence_sentences
from sempre_geo.pipeline.community.proposal_writing import drafts, keep_draft, write_in_proposal
from sempre_geo.ui import lists, session
from sempre_geo.ui.installation import installation
from sempre_geo.ui.proposal_figures import figures_to_attach

STEP = "proposal_step"
_SENTENCE_FIELDS = ("title", "what", "for_whom", "why_here")


def form(shown: Proposal, *, code: str) -> None:
    """The question of the step where the writer is, with what they had half written, and the way on and back."""
    asked = questions()
    number = min(max(int(st.session_state.get(STEP, 1)), 1), COUNT)
    question = asked[number - 1]
    _progress(shown)
    with st.container(horizontal=True, key="proposal_ways"):
        st.button(_("Back"), key="step_back", on_click=_go, args=(number - 1,), disabled=number == 1)
        st.button(_("Next question"), key="step_on", on_click=_go, args=(number + 1,), disabled=number == COUNT)
    st.html(
        f"<h2>{number}. {escape(question.title)}</h2><p class='lead'>{escape(question.help)}</p>"
        f"<p class='said'><em>{escape(_('For example:'))}</em> {escape(question.example)}</p>"
    )
    half = drafts(installation().settings, shown.id, by=session.login_token(), code=code).get(question.id)
    if half is not None:
        st.html(f'<p role="status">{escape(_("This is what you had begun; it is not saved yet."))}</p>')
    before = half if half is not None else _saved(shown, question)
    _fields(question, before, shown, code=code)
    _suggestions(question, shown, code=code)
    st.button(
        _("Save this answer"), key=f"save_{question.id}", type="primary", icon=":material/check:", on_click=_save,
        args=(question, shown, code),
    )  # fmt: skip


def _progress(shown: Proposal) -> None:
    st.progress(len(shown.answered) / COUNT, text=shown.progress)
    for kind in ("said", "trouble"):
        told = st.session_state.pop(f"proposal_{kind}", "")
        if told:
            st.html(f'<p role="{"alert" if kind == "trouble" else "status"}"><strong>{escape(told)}</strong></p>')


def _go(number: int) -> None:
    st.session_state[STEP] = number
    forget_fields()


def forget_fields(prefix: str = "answer_") -> None:
    """Let go of what stands in fields, so that they are filled anew from what is kept."""
    for key in [str(key) for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]


def _saved(shown: Proposal, question: Question) -> Mapping[str, Any]:
    if question.id == FIRST:
        return vars(shown.sentences)
    own = {"ownership": shown.ownership} if question.id == "decisions" else {}
    return {**shown.answers.get(question.id, {}), **own}


def _fields(question: Question, before: Mapping[str, Any], shown: Proposal, *, code: str) -> None:
    keep: dict[str, Any] = {"on_change": _keep, "args": (question, shown.id, code)}
    if question.id == FIRST:
        labels = (_("A short name for it"), _("What should happen?"), _("For whom?"), _("Why here?"))
        for name, label in zip(_SENTENCE_FIELDS, labels, strict=True):
            st.text_area(label, str(before.get(name, "")), key=_key(question, name), height=80, **keep)
        return
    if question.id == "decisions":
        names, chosen = ownership_names(), str(before.get("ownership") or "")
        st.radio(
            _("Degree of ownership"), list(names), index=list(names).index(chosen) if chosen in names else None,
            key=_key(question, "ownership"), format_func=lambda one: names[one], **keep,
        )  # fmt: skip
    for asked in question.fields:
        _field(question, asked, before.get(asked.id), keep)
    if question.id == "costs":
        sums = cost_totals(shown.answers.get("costs", {}))
        told = _("Together as saved: {amount} in money, of which {open} not promised yet, and {hours} hours in kind.")
        st.html(f"<p>{escape(told.format(amount=sums.amount, open=sums.open_amount, hours=sums.hours))}</p>")


def _field(question: Question, asked: Field, value: Any, keep: Mapping[str, Any]) -> None:
    key, label = _key(question, asked.id), asked.label
    if asked.team_only:
        label = _("{label} (for the team only)").format(label=label)
    if asked.shape == "rows":
        _table(asked, value if isinstance(value, list) else [], key=key, keep=keep, label=label)
    elif asked.shape == "choice":
        options = list(asked.choices)
        index = options.index(value) if value in options else None
        lists.selectbox(label, options, index=index, key=key, format_func=lambda one: asked.choices[one], **keep)
    elif asked.shape == "choices":
        chosen = [one for one in value or [] if one in asked.choices]
        lists.multiselect(
            label, list(asked.choices), chosen, key=key, format_func=lambda one: asked.choices[one], **keep
        )
    elif asked.shape == "text":
        st.text_area(label, str(value or ""), key=key, height=80, **keep)
    else:
        written = f"{value:g}" if isinstance(value, float) else str(value or "")
        hint = _("like 2026-11-24") if asked.shape == "date" else ""
        st.text_input(label, written, key=key, placeholder=hint, **keep)


def _table(asked: Field, rows: list[Mapping[str, Any]], *, key: str, keep: Mapping[str, Any], label: str) -> None:
    """A table to fill in; its start is kept, for the editor gives back only what was changed."""
    if key not in st.session_state or f"{key}_start" not in st.session_state:
        words = [
            {column.id: _cell(column, row.get(column.id)) for column in asked.columns}
            for row in rows
            if isinstance(row, Mapping)
        ]
        st.session_state[f"{key}_start"] = pd.DataFrame(words, columns=[one.id for one in asked.columns], dtype=object)
    st.html(f"<p><strong>{escape(label)}</strong></p>")
    st.data_editor(
        st.session_state[f"{key}_start"], key=key, num_rows="dynamic", hide_index=True, placeholder="",
        column_config={one.id: _column(one) for one in asked.columns}, **keep,
    )  # fmt: skip


def _column(column: Field) -> Any:
    if column.shape == "choice":
        return st.column_config.SelectboxColumn(column.label, options=list(column.choices.values()))
    return st.column_config.TextColumn(column.label)


def _cell(column: Field, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return column.choices.get(str(value), str(value))


def _rows(asked: Field, start: pd.DataFrame, edits: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A table as it stands after the edits of its editor: changed cells, new rows, deleted rows."""
    rows = [{str(name): value for name, value in row.items()} for row in start.to_dict("records")]
    for number, changed in edits.get("edited_rows", {}).items():
        rows[int(number)] |= changed
    gone = {int(number) for number in edits.get("deleted_rows", ())}
    kept = [row for number, row in enumerate(rows) if number not in gone] + list(edits.get("added_rows", ()))
    return [{column.id: _id(column, row.get(column.id)) for column in asked.columns} for row in kept]


def _id(column: Field, value: Any) -> Any:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    ids = {label: one for one, label in column.choices.items()}
    return ids.get(value, value)


def _written(question: Question) -> dict[str, Any]:
    """What stands in the fields now."""
    names = [*_SENTENCE_FIELDS] if question.id == FIRST else [one.id for one in question.fields]
    if question.id == "decisions":
        names.append("ownership")
    written: dict[str, Any] = {}
    for name in names:
        key, asked = _key(question, name), question.field(name)
        if asked is not None and asked.shape == "rows":
            written[name] = _rows(asked, st.session_state[f"{key}_start"], st.session_state.get(key) or {})
        else:
            written[name] = st.session_state.get(key)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in written.items()}


def _keep(question: Question, proposal_id: str, code: str) -> None:
    """Keep what is half written at every change: a closed browser or an empty battery loses nothing."""
    try:
        keep_draft(
            installation().settings, proposal_id, question=question.id, content=_written(question),
            by=session.login_token(), code=code,
        )  # fmt: skip
    except SempreGeoError as problem:
        st.session_state["proposal_trouble"] = str(problem)


def _save(question: Question, shown: Proposal, code: str) -> None:
    written = _written(question)
    ownership = written.pop("ownership", None)
    words: dict[str, Any] = (
        {"sentences": Sentences(**{name: str(text or "") for name, text in written.items()})}
        if question.id == FIRST
        else {"answers": {question.id: written}}
    )
    _keep(question, shown.id, code)
    try:
        write_in_proposal(
            installation().settings, shown.id, by=session.login_token(), code=code, ownership=ownership, **words
        )
    except SempreGeoError as problem:
        st.session_state["proposal_trouble"] = str(problem)
        return
    st.session_state["proposal_said"] = _("Saved.")
    forget_fields(f"answer_{question.id}_")


def _suggestions(question: Question, shown: Proposal, *, code: str) -> None:
    """What the needs and the map tell of the four kinds of evidence, to be taken over with one press."""
    if question.id != "evidence":
        return
    told = evidence_sentences(installation().settings, shown.id, by=session.login_token(), code=code)
    lines = "".join(f"<li>{escape(text)}</li>" for text in told.values())
    st.html(f"<p>{escape(_('What the needs and the map tell:'))}</p><ul>{lines}</ul>")
    st.button(_("Fill in what is empty"), key="fill_evidence", on_click=_fill, args=(question, told, shown.id, code))
    figures_to_attach(shown, code=code)


def _fill(question: Question, told: Mapping[str, str], proposal_id: str, code: str) -> None:
    for kind, text in told.items():
        if not st.session_state.get(_key(question, kind)):
            st.session_state[_key(question, kind)] = text
    _keep(question, proposal_id, code)


def _key(question: Question, name: str) -> str:
    return f"answer_{question.id}_{name}"
