"""Inbox: what waits for a coordinator, part by part, signs of danger first, then the longest waiting, a press each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.community.corrections import waiting_corrections
from sempre_geo.pipeline.community.duplicates import standing_merges
from sempre_geo.pipeline.community.escalation import open_escalations
from sempre_geo.pipeline.community.inbox import inbox, unanswered_inbox
from sempre_geo.pipeline.community.proposal_queue import unread_proposals
from sempre_geo.pipeline.community.providers import provider_requests
from sempre_geo.pipeline.community.voices import waiting_sentences
from sempre_geo.ui import inbox_groups, lists, review_desk, session, words
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import login_address

PART, NUMBER, _ALL = "inbox_part", "inbox_number", ""
_A_PAGE = 10
here, region = installation(), installation().region


@dataclass(frozen=True)
class Part:
    """One kind of what waits: its name, its rows, how one of them is shown, and how those that say the same are."""

    name: str
    rows: pd.DataFrame
    show: Callable[[pd.Series], None]
    show_boxes: Callable[..., None] | None = None


def _rows(load: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """What waits of one kind; nothing where the asker has nothing to decide."""
    try:
        return load(here.settings, region.name, by=session.login_token())
    except NotAllowedError:  # a coordinator of one place only does not decide what concerns the whole region
        return pd.DataFrame()


def _parts(queue: pd.DataFrame) -> dict[str, Part]:
    return {
        "review": Part(_("To review"), queue, review_desk.waiting_entry, inbox_groups.show),
        "answer": Part(
            _("No answer for a long time"),
            _rows(unanswered_inbox),
            review_desk.unanswered_entry,
            inbox_groups.show_unanswered,
        ),
        "sentences": Part(_("Sentences of people who say “me too”"), _rows(waiting_sentences), review_desk.sentence),
        "corrections": Part(_("Corrections"), _rows(waiting_corrections), review_desk.correction),
        "providers": Part(_("People who speak for a service"), _rows(provider_requests), review_desk.provider),
        "proposals": Part(_("Proposals nobody has read yet"), _rows(unread_proposals), review_desk.unread_proposal),
    }


def _show(queue: pd.DataFrame) -> None:
    review_desk.said()
    for _number, row in _rows(open_escalations).iterrows():
        review_desk.escalated(row)
    parts = {name: part for name, part in _parts(queue).items() if not part.rows.empty}
    waiting = sum(len(part.rows) for part in parts.values())
    nothing = _("Nothing waits. Everything that was told has been read.")
    told = ngettext("{n} entry waits.", "{n} entries wait.", waiting).format(n=waiting)
    st.html(f'<p class="lead" role="status">{escape(told if parts else nothing)}</p>')
    if parts:
        _part(parts[_chosen(parts)])
    _merged()


def _chosen(parts: dict[str, Part]) -> str:
    """The part that is looked at; the next one with something in it when one is done."""
    if st.session_state.get(PART) not in parts:
        st.session_state[PART] = next(iter(parts))
    return str(
        st.segmented_control(
            _("What waits"),
            list(parts),
            key=PART,
            required=True,
            label_visibility="collapsed",
            on_change=_first_page,
            format_func=lambda name: f"{parts[name].name} ({len(parts[name].rows)})",
        )
    )


def _part(part: Part) -> None:
    rows = _narrowed(part.rows)
    boxes = inbox_groups.boxes(rows) if part.show_boxes else rows
    pages = max(-(-len(boxes) // _A_PAGE), 1)
    number = min(int(st.session_state.get(NUMBER, 0)), pages - 1)
    shown = boxes.iloc[number * _A_PAGE : (number + 1) * _A_PAGE]
    if part.show_boxes:
        part.show_boxes(shown, queue=rows)
    else:
        for _label, row in shown.iterrows():
            part.show(row)
    if pages > 1:
        _pages(number, pages)


def _narrowed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one service and municipality, where there are more than a page; those that say the same stay so."""
    if len(rows) <= _A_PAGE or "first" not in rows:
        return rows
    firsts = rows.set_index("id").loc[rows["first"]]
    asked: dict[str, tuple[str, str, Callable[[str], str]]] = {
        "category": (_("Service"), _("All services"), words.category),
        "municipality": (_("Municipality"), _("All municipalities"), str),
    }
    kept = pd.Series(data=True, index=rows.index)
    with st.container(horizontal=True):
        for name, (label, all_of_them, spoken) in asked.items():
            sizes = rows[name].value_counts()
            titles = {_ALL: all_of_them} | {str(one): f"{spoken(str(one))} ({n})" for one, n in sizes.items()}
            if st.session_state.get(f"inbox_{name}") not in titles:  # the last of them has been decided on
                st.session_state.pop(f"inbox_{name}", None)
            wished = lists.selectbox(
                label, list(titles), key=f"inbox_{name}", format_func=titles.__getitem__, on_change=_first_page
            )
            kept &= (firsts[name] == wished).to_numpy() | (wished == _ALL)
    return rows[kept]


def _pages(number: int, pages: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="inbox_pages"):
        st.button(_("Back"), key="inbox_back", disabled=number == 0, on_click=_turn, args=(number - 1,))
        st.html(f"<span>{escape(_('Page {n} of {all}').format(n=number + 1, all=pages))}</span>", width="content")
        st.button(_("On"), key="inbox_on", disabled=number == pages - 1, on_click=_turn, args=(number + 1,))


def _turn(number: int) -> None:
    st.session_state[NUMBER] = number


def _first_page() -> None:
    _turn(0)


def _merged() -> None:
    box = st.expander(_("What counts as one"), key="merged", on_change="rerun")
    if not box.open:
        return
    with box:
        rows = standing_merges(here.settings, region.name, by=session.login_token())
        for number, (_label, row) in enumerate(rows.head(2 * _A_PAGE).iterrows()):
            review_desk.merged(row, number=number)
        if rows.empty:
            st.html(f'<p class="said">{escape(_("Nothing has been put together."))}</p>')


page_title(_("What waits for review"))
queue: pd.DataFrame | None
try:
    queue = inbox(here.settings, region.name, by=session.login_token())
except NotAllowedError as refusal:
    st.html(
        f'<div class="empty"><p>{escape(str(refusal))} '
        f'<a href="{login_address()}" target="_self">{escape(_("Log in"))}</a></p></div>'
    )
    queue = None
if queue is not None:
    with st.container(key="inbox"):
        _show(queue)
