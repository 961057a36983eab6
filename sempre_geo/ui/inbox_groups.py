"""Entries of the inbox that say the same, in one box: counted as one with a press, and taken apart with another."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.community.inbox import put_together, take_apart
from sempre_geo.ui import review_desk, session
from sempre_geo.ui.installation import installation

_APART, _UNDO = "inbox_apart", "inbox_undo"
_SHOWN = 5


def boxes(queue: pd.DataFrame) -> pd.DataFrame:
    """One row a box of the page: entries by themselves, and the first of those that say the same."""
    alone = queue["alike"].eq(1) | queue["first"].isin(_looked_at_singly()) | queue["id"].eq(queue["first"])
    return queue[alone]


def show(page: pd.DataFrame, *, queue: pd.DataFrame) -> None:
    """The boxes of a page; those of the queue that say the same stand together in theirs."""
    _undo()
    for _label, row in page.iterrows():
        first = str(row["first"])
        if int(row["alike"]) == 1 or first in _looked_at_singly():
            review_desk.waiting_entry(row)
        else:
            _together(queue[queue["first"] == first], first=first)


def _together(alike: pd.DataFrame, *, first: str) -> None:
    with st.container(border=True, key=f"alike_{first}"):
        told = ngettext("{n} entry seems to say the same.", "{n} entries seem to say the same.", len(alike))
        st.html(f'<p class="said"><strong>{escape(told.format(n=len(alike)))}</strong></p>')
        for _label, row in alike.head(_SHOWN).iterrows():
            review_desk.entry_words(row)
        if len(alike) > _SHOWN:
            more = ngettext("and {n} more", "and {n} more", len(alike) - _SHOWN).format(n=len(alike) - _SHOWN)
            st.html(f'<p class="said">{escape(more)}</p>')
        with st.container(horizontal=True):
            st.button(_("Count them as one"), key=f"together_{first}", type="primary", icon=":material/merge:",
                      on_click=_put_together, args=(list(alike["id"]), first))  # fmt: skip
            st.button(_("Look at each by itself"), key=f"singly_{first}", on_click=_look_singly, args=(first,))


def _looked_at_singly() -> set[str]:
    return set(st.session_state.get(_APART, ()))


def _look_singly(first: str) -> None:
    st.session_state[_APART] = _looked_at_singly() | {first}


def _put_together(ids: list[str], first: str) -> None:
    try:
        merges = put_together(installation().settings, ids, into=first, by=session.login_token())
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
