"""A proposal's words on a page: everything is shown as text, tables as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sempre_geo.community.proposal_form import Field, cost_totals
from sempre_geo.community.proposal_questions import counted_parts, ownership_names, part_names, questions
from sempre_geo.community.proposal_versions import readable
from sempre_geo.community.proposals import Proposal
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.proposal_gains import best_gain
from sempre_geo.publish.figure_words import figure_date, figure_title
from sempre_geo.publish.maps import inert
from sempre_geo.ui import words
from sempre_geo.ui.proposal_filters import gain_sentence


def whole(shown: Proposal) -> str:
    """What the asker may read of a proposal; an unanswered question is not shown, for it is no answer."""
    parts = {
        _("What"): shown.sentences.what,
        _("For whom"): shown.sentences.for_whom,
        _("Why here"): shown.sentences.why_here,
    }
    told = "".join(f"<h2>{escape(name)}</h2><p class='said'>{inert(text)}</p>" for name, text in parts.items())
    return (
        f'<div class="answer"><p><span class="tag">{escape(words.status(shown.status))}</span>'
        f"{inert(shown.place_name)}</p>{told}{_behind(shown)}{_answers(shown)}</div>"
    )


def _behind(shown: Proposal) -> str:
    """Needs, people and figures behind a proposal: needs as a number, people outside their team by their part."""
    counted = (
        _("At least {n} needs that people have told are linked.").format(n=shown.needs_count)
        if shown.needs_count
        else _("Too few needs are linked to tell their number.")
    )
    names = part_names()
    named = [f"{inert(member.name)} ({escape(names[member.part])})" for member in shown.team if member.name]
    team = ", ".join([*named, *map(escape, counted_parts(one.part for one in shown.team if not one.name))])
    figures = "".join(
        f"<li>{inert(figure_title(figure))} <small>({inert(figure_date(figure)) or escape(_('date not known'))}; "
        f"{inert(figure['version'])})</small></li>"
        for figure in shown.evidence
    )
    places = f"<h2>{escape(_('Figures of the place'))}</h2><ul>{figures}</ul>" if figures else ""
    owned = ownership_names().get(shown.ownership, "")
    return (
        f"<p class='said'>{inert(gain_sentence(*best_gain(shown.evidence)))}</p>"
        f"<p class='said'>{escape(counted)}</p><h2>{escape(_('Who is behind it'))}</h2>"
        f"<p class='said'>{team or escape(_('Nobody named yet.'))}</p><p class='said'>{escape(owned)}</p>{places}"
    )


def _answers(shown: Proposal) -> str:
    told = ""
    for question in questions():
        answer = shown.answers.get(question.id, {})
        lines = "".join(_line(asked, answer[asked.id]) for asked in question.fields if asked.id in answer)
        if question.id == "costs" and lines:
            sums = cost_totals(answer)
            sentence = _("Together {amount} in money, of which {open} is not promised yet, and {hours} hours in kind.")
            together = sentence.format(amount=sums.amount, open=sums.open_amount, hours=sums.hours)
            lines += f"<p class='said'>{escape(together)}</p>"
        if lines:
            told += f"<h2>{question.number}. {escape(question.title)}</h2>{lines}"
    return told


def _line(asked: Field, value: Any) -> str:
    if asked.shape == "rows":
        return _table(asked, value)
    return f"<p class='said'><strong>{escape(asked.label)}:</strong> {inert(readable(asked, value))}</p>"


def _table(asked: Field, rows: Sequence[Mapping[str, Any]]) -> str:
    used = [column for column in asked.columns if any(column.id in row for row in rows)]
    head = "".join(f'<th scope="col">{escape(column.label)}</th>' for column in used)
    body = "".join(
        "<tr>" + "".join(f"<td>{inert(readable(column, row.get(column.id)))}</td>" for column in used) + "</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(asked.label)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
