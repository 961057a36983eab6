"""Review: what waits for a coordinator, signs of danger first, then the longest waiting, one press each."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.community.corrections import waiting_corrections
from sempre_geo.pipeline.community.duplicates import standing_merges
from sempre_geo.pipeline.community.escalation import open_escalations
from sempre_geo.pipeline.community.proposal_queue import unread_proposals
from sempre_geo.pipeline.community.proposals import approve
from sempre_geo.pipeline.community.providers import provider_requests
from sempre_geo.pipeline.community.review import review_queue, unanswered
from sempre_geo.pipeline.community.voices import waiting_sentences
from sempre_geo.publish.maps import inert
from sempre_geo.ui import review_desk, session
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation

_AT_ONCE = 20
here, region = installation(), installation().region


def _show(queue: pd.DataFrame) -> None:
    review_desk.said()
    _each(open_escalations, review_desk.escalated)
    nothing = _("Nothing waits. Everything that was told has been read.")
    waiting = ngettext("{n} entry waits.", "{n} entries wait.", len(queue)).format(n=len(queue))
    st.html(f'<p class="lead">{escape(nothing if queue.empty else waiting)}</p>')
    for _number, entry in queue.head(_AT_ONCE).iterrows():
        review_desk.waiting_entry(entry)
    _each(unanswered, review_desk.unanswered_entry, title=_("No answer for a long time"))
    _each(waiting_sentences, review_desk.sentence, title=_("Sentences of people who say “me too”"))
    _each(waiting_corrections, review_desk.correction, title=_("Corrections"))
    _each(provider_requests, review_desk.provider, title=_("People who speak for a service"))
    _each(unread_proposals, _unread, title=_("Proposals nobody has read yet"))
    _merged()


def _each(load: Callable[..., pd.DataFrame], show: Callable[[pd.Series], None], *, title: str = "") -> None:
    """One part of the page; nothing at all where nothing waits or the asker has nothing to decide."""
    try:
        rows = load(here.settings, region.name, by=session.login_token())
    except NotAllowedError:  # a coordinator of one place only does not decide what concerns the whole region
        return
    if title and not rows.empty:
        st.html(f"<h2>{escape(title)}</h2>")
    for _number, row in rows.head(_AT_ONCE).iterrows():
        show(row)


def _merged() -> None:
    box = st.expander(_("What counts as one"), key="merged", on_change="rerun")
    if not box.open:
        return
    with box:
        rows = standing_merges(here.settings, region.name, by=session.login_token())
        for number, (_label, row) in enumerate(rows.head(_AT_ONCE).iterrows()):
            review_desk.merged(row, number=number)
        if rows.empty:
            st.html(f'<p class="said">{escape(_("Nothing has been put together."))}</p>')


def _unread(entry: pd.Series) -> None:
    with st.container(border=True, key=f"unread_{entry['id']}"):
        lines = "<br>".join(inert(entry[name]) for name in ("what", "for_whom", "why_here"))
        st.html(f'<p class="said"><strong>{inert(entry["title"])}</strong><br>{lines}</p>')
        st.button(_("List it"), key=f"approve_{entry['id']}", type="primary", on_click=_approve, args=(entry["id"],))


def _approve(proposal_id: str) -> None:
    review_desk.act(lambda: approve(here.settings, proposal_id, by=session.login_token()), _("The proposal is listed."))


page_title(_("What waits for review"))
queue: pd.DataFrame | None
try:
    queue = review_queue(here.settings, region.name, by=session.login_token())
except NotAllowedError as refusal:
    st.html(
        f'<div class="empty"><p>{escape(str(refusal))} '
        f'<a href="/login" target="_self">{escape(_("Log in"))}</a></p></div>'
    )
    queue = None
if queue is not None:
    _show(queue)
