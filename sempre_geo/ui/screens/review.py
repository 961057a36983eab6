"""Review: what waits for a coordinator, the longest waiting first, one press each."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import NotAllowedError, SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.community.proposal_queue import unread_proposals
from sempre_geo.pipeline.community.proposals import approve
from sempre_geo.pipeline.community.review import do_not_publish, publish, review_queue
from sempre_geo.publish.maps import inert
from sempre_geo.ui import session
from sempre_geo.ui.contributions import card
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation

_AT_ONCE = 20
here, region = installation(), installation().region


def _publish(contribution_id: str) -> None:
    _act(lambda: publish(here.settings, contribution_id, by=session.login_token()), _("Published."))


def _refuse(contribution_id: str) -> None:
    reason = str(st.session_state.get(f"reason_{contribution_id}", ""))
    _act(
        lambda: do_not_publish(here.settings, contribution_id, by=session.login_token(), reason=reason),
        _("Not published; its author reads the reason with their code."),
    )


def _approve(proposal_id: str) -> None:
    _act(lambda: approve(here.settings, proposal_id, by=session.login_token()), _("The proposal is listed."))


def _act(decide: Callable[[], None], done: str) -> None:
    try:
        decide()
    except SempreGeoError as problem:
        st.session_state["review_said"] = str(problem)
    else:
        st.session_state["review_said"] = done


def _entry(row: pd.Series) -> None:
    with st.container(border=True, key=f"entry_{row['id']}"):
        card(row)
        hints = row["findings"] if isinstance(row["findings"], list | tuple) else []
        if hints:
            st.html(f'<p class="said">{escape(_("Look closely"))}: {escape(", ".join(map(str, hints)))}</p>')
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.button(_("Publish"), key=f"publish_{row['id']}", type="primary", on_click=_publish, args=(row["id"],))
            st.text_input(_("Reason, if not"), key=f"reason_{row['id']}", width=320)
            st.button(_("Do not publish"), key=f"refuse_{row['id']}", on_click=_refuse, args=(row["id"],))


def _show(queue: pd.DataFrame) -> None:
    if "review_said" in st.session_state:
        st.html(f'<p role="status"><strong>{escape(st.session_state.pop("review_said"))}</strong></p>')
    nothing = _("Nothing waits. Everything that was told has been read.")
    waiting = ngettext("{n} entry waits.", "{n} entries wait.", len(queue)).format(n=len(queue))
    st.html(f'<p class="lead">{escape(nothing if queue.empty else waiting)}</p>')
    for _number, entry in queue.head(_AT_ONCE).iterrows():
        _entry(entry)
    _unread()


def _unread() -> None:
    unread = unread_proposals(here.settings, region.name, by=session.login_token())
    if unread.empty:
        return
    st.html(f"<h2>{escape(_('Proposals nobody has read yet'))}</h2>")
    for _number, entry in unread.iterrows():
        with st.container(border=True, key=f"unread_{entry['id']}"):
            lines = "<br>".join(inert(entry[name]) for name in ("what", "for_whom", "why_here"))
            st.html(f'<p class="said"><strong>{inert(entry["title"])}</strong><br>{lines}</p>')
            st.button(_("List it"), key=f"approve_{entry['id']}", type="primary", on_click=_approve,
                      args=(entry["id"],))  # fmt: skip


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
