"""The doors of a proposal's team: the code of a member, an invitation, and who one says one is in it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

from sempre_geo.community.proposal_questions import part_names
from sempre_geo.community.proposals import PARTS, Member
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.followed import team_of_code
from sempre_geo.pipeline.community.proposal_files import file_ticket
from sempre_geo.pipeline.community.proposal_team import join_team
from sempre_geo.pipeline.community.proposals import Joined
from sempre_geo.ui import session
from sempre_geo.ui.installation import installation
from sempre_geo.ui.proposal_form import forget_fields

OPEN, IDEA, JOINED, LEFT = "proposal_id", "idea_id", "proposal_joined", "proposal_left"
INVITATION = "invitation"
_CODES = "proposal_codes"


def open_proposal(proposal_id: str | None) -> None:
    """Show a proposal next, whatever was shown of another; None for their list."""
    for name in (JOINED, LEFT, IDEA):
        st.session_state.pop(name, None)
    st.session_state[OPEN] = proposal_id


def open_team(code: str) -> None:
    """Show next the room in which a code is a member's, or with it filled in the doors of the team it invites into.

    Raises
    ------
    MissingDataError
        It is neither.
    """
    found = team_of_code(installation().settings, code)
    open_proposal(found.proposal_id)
    if found.inside:
        keep_code(found.proposal_id, code)
    else:
        st.session_state[INVITATION] = code


def code_for(proposal_id: str) -> str:
    """The code with which this visitor has opened a proposal; empty for most."""
    return str(st.session_state.get(_CODES, {}).get(proposal_id, ""))


def keep_code(proposal_id: str, code: str) -> None:
    """Remember a code for as long as the page is open; nothing of it goes into the link or the browser."""
    st.session_state[_CODES] = {**st.session_state.get(_CODES, {}), proposal_id: code}
    forget_fields()


def doors(proposal_id: str) -> None:
    """The ways in: the code of a member, or an invitation of somebody who is one."""
    with st.expander(_("I am in the team"), icon=":material/key:"):
        st.text_input(
            _("Your code"), key="code_written", autocomplete="off", on_change=_open, args=(proposal_id,)
        )  # fmt: skip
        st.button(_("Open it with my code"), key="code_open", on_click=_open, args=(proposal_id,))
    invited = bool(st.session_state.get(INVITATION))
    with st.expander(_("I am invited into the team"), icon=":material/group_add:", expanded=invited):
        st.text_input(_("The invitation, or the code of a need that it answers"), key=INVITATION, autocomplete="off")
        who_fields("join")
        st.button(_("Join the team"), key="join", on_click=_join, args=(proposal_id,), type="primary")
    trouble()


def _open(proposal_id: str) -> None:
    def opening() -> None:
        code = str(st.session_state.get("code_written", "")).strip()
        file_ticket(installation().settings, proposal_id, code=code)  # refuses who is not in the team
        keep_code(proposal_id, code)

    attempt(opening)


def _join(proposal_id: str) -> None:
    def joining() -> None:
        joined = join_team(
            installation().settings, proposal_id, who=said_who("join"), code=str(st.session_state[INVITATION]),
            by=session.login_token(),
        )  # fmt: skip
        st.session_state[JOINED] = joined
        keep_code(proposal_id, joined.claim_code)

    attempt(joining)


def receipt(joined: Joined) -> None:
    """The code of a new member, once, to be written down."""
    st.html(
        f'<div class="answer" role="status"><p>{escape(_("The code with which you write in it:"))}</p>'
        f'<p><span class="code" data-code>{escape(joined.claim_code)}</span></p>'
        f"<p>{escape(_('Write it down: it is shown only now, and nobody can tell it to you again.'))}</p></div>"
    )


def who_fields(prefix: str) -> None:
    """What one says of oneself in a team; the fields of a form have its ``prefix``."""
    st.text_input(_("How do you want to be called? It need not be your name."), key=f"{prefix}_name", max_chars=80)
    parts = part_names()
    st.pills(
        _("Who are you in it?"), list(PARTS), key=f"{prefix}_part", default="user", required=True,
        format_func=lambda part: parts[part],
    )  # fmt: skip
    st.checkbox(_("I want to own it together with the others"), value=True, key=f"{prefix}_owner")


def said_who(prefix: str) -> Member:
    """What was said in :func:`who_fields`."""
    state = st.session_state
    return Member(str(state[f"{prefix}_part"]), str(state[f"{prefix}_name"]), owner=bool(state[f"{prefix}_owner"]))


def attempt(act: Callable[[], Any]) -> None:
    """Do something with a proposal; a refusal is kept for :func:`trouble`."""
    try:
        act()
    except SempreGeoError as problem:
        st.session_state["proposal_trouble"] = str(problem)


def trouble() -> None:
    """Say what was refused last, once."""
    told = st.session_state.pop("proposal_trouble", "")
    if told:
        st.warning(told, icon=":material/info:")
