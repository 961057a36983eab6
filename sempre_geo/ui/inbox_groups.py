"""Entries of the inbox that say the same, in one box: counted as one with a press, and taken apart with another."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.community.inbox import answer_together, publish_together, put_together, take_apart
from sempre_geo.ui import review_desk, session
from sempre_geo.ui.contributions import card
from sempre_geo.ui.installation import installation

_APART, _UNDO = "inbox_apart", "inbox_undo"
_SHOWN = 5


def boxes(queue: pd.DataFrame) -> pd.DataFrame:
    """One row a box of the page: entries by themselves, and the first of those that say the same."""
    alone = queue["alike"].eq(1) | queue["first"].isin(_looked_at_singly()) | queue["id"].eq(queue["first"])
    return queue[alone]


def show(page: pd.DataFrame, *, queue: pd.DataFrame) -> None:
    """The boxes of a page that wait for review; those of the queue that say the same stand together in theirs."""
    _undo()
    for _label, row in page.iterrows():
        first = str(row["first"])
        if int(row["alike"]) == 1 or first in _looked_at_singly():
            review_desk.waiting_entry(row)
        else:
            _together(queue[queue["first"] == first], first=first)


def show_unanswered(page: pd.DataFrame, *, queue: pd.DataFrame) -> None:
    """The boxes of a page that wait for an answer; one answer for those that say the same."""
    for _label, row in page.iterrows():
        first = str(row["first"])
        if int(row["alike"]) == 1 or first in _looked_at_singly():
            review_desk.unanswered_entry(row)
        else:
            _answered_together(queue[queue["first"] == first], first=first)


def _together(alike: pd.DataFrame, *, first: str) -> None:
    with st.container(border=True, key=f"alike_{first}"):
        _alike(alike, review_desk.entry_words)
        ids, clean = list(alike["id"]), not alike["to_look_at"].any()
        with st.container(horizontal=True):
            if clean:  # what was found in one of them is to be looked at before anything is published
                st.button(_("Publish the first, count the others with it"), key=f"publish_together_{first}",
                          type="primary", icon=":material/merge:", on_click=_put_together,
                          args=(publish_together, ids, first))  # fmt: skip
            st.button(_("Count them as one"), key=f"together_{first}", type="secondary" if clean else "primary",
                      icon=":material/merge:", on_click=_put_together, args=(put_together, ids, first))  # fmt: skip
            st.button(_("Look at each by itself"), key=f"singly_{first}", on_click=_look_singly, args=(first,))


def _answered_together(alike: pd.DataFrame, *, first: str) -> None:
    with st.container(border=True, key=f"unanswered_alike_{first}"):
        _alike(alike, card)
        st.text_area(_("Your answer"), key=f"answer_all_text_{first}")
        with st.container(horizontal=True):
            st.button(_("Answer all of them"), key=f"answer_all_{first}", type="primary", on_click=_answer_all,
                      args=(list(alike["id"]), first))  # fmt: skip
            st.button(_("Look at each by itself"), key=f"singly_{first}", on_click=_look_singly, args=(first,))


def _alike(alike: pd.DataFrame, show_one: Callable[[pd.Series], None]) -> None:
    """How many say the same, and the first of them."""
    told = ngettext("{n} entry seems to say the same.", "{n} entries seem to say the same.", len(alike))
    st.html(f'<p class="said"><strong>{escape(told.format(n=len(alike)))}</strong></p>')
    for _label, row in alike.head(_SHOWN).iterrows():
        show_one(row)
    if len(alike) > _SHOWN:
        more = ngettext("and {n} more", "and {n} more", len(alike) - _SHOWN).format(n=len(alike) - _SHOWN)
        st.html(f'<p class="said">{escape(more)}</p>')


def _looked_at_singly() -> set[str]:
    return set(st.session_state.get(_APART, ()))


def _look_singly(first: str) -> None:
    st.session_state[_APART] = _looked_at_singly() | {first}


def _answer_all(ids: list[str], first: str) -> None:
    text = str(st.session_state.get(f"answer_all_text_{first}", ""))
    review_desk.act(
        lambda: answer_together(installation().settings, ids, by=session.login_token(), text=text),
        _("Answered; its author reads it with their code."),
    )


def _put_together(decide: Callable[..., tuple[str, ...]], ids: list[str], first: str) -> None:
    try:
        merges = decide(installation().settings, ids, into=first, by=session.login_token())
    except SempreGeoError as problem:
        review_desk.say(str(problem))
        return
    st.session_state[_UNDO] = (merges, first)
    review_desk.say(_("Counted there; every text and voice is kept, and it can be taken apart again."))


def _undo() -> None:
    """Taking the last ones apart again, for as long as nothing else was decided."""
    if _UNDO in st.session_state:
        st.button(_("Take apart again"), key="inbox_undo_press", icon=":material/undo:", on_click=_take_apart)


def _take_apart() -> None:
    merges, first = st.session_state.pop(_UNDO)

    def undo() -> None:
        take_apart(installation().settings, merges, into=first, by=session.login_token())

    review_desk.act(undo, _("Both stand by themselves again."))
