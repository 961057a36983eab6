"""Proposals: the list, a page for each, and the way from a published idea to a new one."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from sempre_geo.community.proposal_questions import part_names
from sempre_geo.community.proposals import PARTS, Member, Proposal, Sentences
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.proposal_dues import due_items
from sempre_geo.pipeline.community.proposal_files import TakenIn, take_in_proposal
from sempre_geo.pipeline.community.proposals import Joined, proposal, proposals, propose
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.gaps.evidence import evidence_of_idea
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import written_date
from sempre_geo.ui import lists, project_board, session, words
from sempre_geo.ui.contributions import card
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.proposal_doors import (
    IDEA,
    INVITATION,
    JOINED,
    LEFT,
    OPEN,
    code_for,
    doors,
    keep_code,
    open_proposal,
    receipt,
)
from sempre_geo.ui.proposal_filters import chosen_proposals, gain_sentence
from sempre_geo.ui.proposal_form import STEP
from sempre_geo.ui.proposal_reading import whole
from sempre_geo.ui.proposal_room import files, room

_TAKEN = "proposal_taken"
_FIELDS = {"title": "proposal_title", "what": "proposal_what", "for_whom": "proposal_for", "why_here": "proposal_why"}

here, region = installation(), installation().region
said = public_contributions(here.settings, region.name)
ideas = said[(said["kind"] == "idea") & said["text"].notna() & (said["status"] != "awaiting_review")].set_index("id")
needs = said[(said["kind"] == "need") & said["text"].notna() & (said["status"] != "awaiting_review")].set_index("id")


def _start(idea_id: str | None) -> None:
    st.session_state[IDEA] = idea_id
    st.session_state.pop(JOINED, None)


def _list(*, on_board: frozenset[str]) -> None:
    """What anybody may read, but for what whoever looks has on their board already."""
    others = set(proposals(here.settings, region.name)["id"]) - on_board
    if on_board and not others:
        return
    lead = _("Service users and a provider, together: what could be done, for whom, and why here.")
    if on_board:
        st.html(f'<h2>{escape(_("Other proposals"))}</h2><p class="lead">{escape(lead)}</p>')
    else:
        page_title(_("Proposals"), lead)
    listed = chosen_proposals(without=on_board)
    if listed.empty:
        none = _("There is no proposal yet. It begins with an idea, below.")
        chosen = st.session_state.get("proposals_place") or st.session_state.get("proposals_stage")
        st.html(
            f'<div class="empty"><p>{escape(_("No proposal is at this stage there.") if chosen else none)}</p></div>'
        )
    for _number, row in listed.iterrows():
        with st.container(border=True, key=f"proposal_{row['id']}"):
            st.html(
                f'<p class="said"><span class="tag">{escape(words.status(str(row["status"])))}</span>'
                f"{inert(row['place_name'])}</p><p class='said'><strong>{inert(row['title'])}</strong><br>"
                f"{inert(row['what'])}</p><p class='quiet'>{inert(gain_sentence(row['gaining'], row['scenario']))}</p>"
            )
            st.button(_("Read it"), key=f"read_{row['id']}", on_click=open_proposal, args=(row["id"],))


def _due() -> None:
    """What else waits for whoever is logged in; what is due in a project stands on the board."""
    due = due_items(here.settings, region.name, by=session.login_token())
    told = {
        "network_diary": _("{title}: an entry of the network's diary is due on {day}."),
        "read_lesson": _("{title}: this lesson is to be read by {day}."),
    }
    due = due[due["what"].isin(told)]
    if due.empty:
        return
    late = f'<span class="tag">{escape(_("Late"))}</span>'
    lines = "".join(
        f"<li>{late if row['days_late'] > 0 else ''}"
        f"{inert(told[row['what']].format(title=row['title'], day=written_date(row['due'])))}</li>"
        for row in due.to_dict("records")
    )
    st.html(f"<h2>{escape(_('What is due'))}</h2><ul>{lines}</ul>")


def _by_code() -> None:
    """Where a code is typed by whoever has no link: the page of one's codes knows what each opens."""
    with st.expander(_("My code"), icon=":material/key:"):
        label = _("The four words you were given")
        written = st.text_input(label, key="code_of_any", max_chars=200, autocomplete="off")
        st.button(_("Open it with my code"), key="code_of_any_open")
    if written:
        st.session_state["mine_code"] = written
        st.switch_page(st.Page(Path(__file__).with_name("mine.py"), url_path="mine"))


def _office() -> None:
    """For coordinators: a proposal of another installation, from any of its files."""
    if not session.is_coordinator():
        return
    with st.expander(_("Take in a proposal of another installation"), icon=":material/upload_file:"):
        file = st.file_uploader(
            _("Its file"), type=["json", "docx", "pdf"], key="proposal_file",
            on_change=lambda: st.session_state.pop(_TAKEN, None),
        )  # fmt: skip
        if file is not None:
            # taken by a callback: the list above is drawn with it
            st.button(_("Take it in"), key="proposal_take", on_click=_take_in, args=(file.getvalue(),))
        _taken()


def _take_in(content: bytes) -> None:
    try:
        st.session_state[_TAKEN] = take_in_proposal(here.settings, region.name, content, by=session.login_token())
    except SempreGeoError as problem:
        st.session_state[_TAKEN] = problem


def _taken() -> None:
    """What came of a file that was taken in."""
    taken = st.session_state.get(_TAKEN)
    if isinstance(taken, TakenIn):
        known, new = _("This proposal is here already; nothing was changed."), _("The proposal was taken in.")
        st.html(f'<p role="status"><strong>{escape(known if taken.known else new)}</strong></p>')
        st.button(_("Read it"), key="read_taken", on_click=open_proposal, args=(taken.proposal_id,))
    elif taken is not None:
        st.warning(str(taken), icon=":material/info:")


def _ideas() -> None:
    st.html(f"<h2>{escape(_('Ideas that could become a proposal'))}</h2>")
    if ideas.empty:
        st.html(f'<div class="empty"><p>{escape(_("No idea has been published yet. Tell us yours."))}</p></div>')
    for idea_id, row in ideas.head(30).iterrows():
        with st.container(border=True, key=f"idea_{idea_id}"):
            card(row)
            st.button(_("Make a proposal of it"), key=f"start_{idea_id}", on_click=_start, args=(idea_id,),
                      icon=":material/flag:")  # fmt: skip


def _page(shown: Proposal, *, code: str) -> None:
    """A proposal for everybody; those inside have its words as one part of their room."""
    st.button(
        _("All proposals"), key="back_to_list", on_click=open_proposal, args=(None,), icon=":material/arrow_back:"
    )
    page_title(shown.sentences.title)
    if shown.inside:
        room(shown, code=code, needs=needs)
        return
    st.html(whole(shown))
    files(shown.id, code="")
    doors(shown.id)


def _form(idea_id: str) -> None:
    st.button(_("Back to the ideas"), key="back_to_ideas", on_click=_start, args=(None,), icon=":material/arrow_back:")
    page_title(_("From an idea to a proposal"), _("Three sentences are enough for now."))
    with st.container(border=True):
        card(ideas.loc[[idea_id]].iloc[0])
    # "persist_state": another page, and back again, loses nothing.
    st.text_input(_("A short name for it"), key=_FIELDS["title"], max_chars=120, persist_state="session")
    st.text_area(_("What should happen?"), key=_FIELDS["what"], height=80, persist_state="session")
    st.text_area(_("For whom?"), key=_FIELDS["for_whom"], height=80, persist_state="session")
    st.text_area(_("Why here?"), key=_FIELDS["why_here"], height=80, persist_state="session")
    near = needs[needs["place_name"] == ideas.loc[idea_id, "place_name"]]
    others = needs.drop(index=near.index)
    options = [*near.index, *others.index]
    lists.multiselect(_("Which needs does it answer?"), options, key="proposal_needs", format_func=_need_label)
    st.text_input(_("How do you want to be called? It need not be your name."), key="proposal_name", max_chars=80)
    st.pills(
        _("Who are you in it?"), list(PARTS), key="proposal_part", default="user", required=True,
        format_func=lambda part: part_names()[part],
    )  # fmt: skip
    figures = evidence_of_idea(here.settings, region.name, idea_id=idea_id)
    if figures:
        st.html(f"<h2>{escape(_('These figures go with it'))}</h2><ul>"
                + "".join(f"<li>{inert(figure['title'])}</li>" for figure in figures) + "</ul>")  # fmt: skip
    if st.button(_("Save the proposal"), key="proposal_save", type="primary", icon=":material/check:"):
        _save(idea_id, figures)


def _need_label(need_id: str) -> str:
    text = " ".join(str(needs.loc[need_id, "text"]).split())
    return f"{words.category(str(needs.loc[need_id, 'category']))}: {text[:70]}"


def _save(idea_id: str, figures: list[dict[str, object]]) -> None:
    texts = {name: str(st.session_state[key]) for name, key in _FIELDS.items()}
    try:
        joined = propose(
            here.settings,
            region.name,
            sentences=Sentences(**texts),
            who=Member(str(st.session_state["proposal_part"]), str(st.session_state["proposal_name"])),
            idea_id=idea_id,
            needs=st.session_state["proposal_needs"],
            evidence=figures,
            language=current_language().partition("@")[0],
        )
    except SempreGeoError as problem:
        st.warning(str(problem), icon=":material/info:")
        return
    st.session_state[JOINED] = joined
    keep_code(joined.proposal_id, joined.claim_code)
    for key in _FIELDS.values():
        del st.session_state[key]
    st.rerun()


def _receipt(joined: Joined) -> None:
    page_title(_("Your proposal is saved."))
    receipt(joined)
    st.html(f"<p>{escape(_('It is listed when a coordinator has read it.'))}</p>")
    st.button(_("Answer further questions"), key="go_on", on_click=_go_on, args=(joined.proposal_id,), type="primary")
    st.button(_("All proposals"), key="after_saving", on_click=open_proposal, args=(None,))


def _farewell() -> None:
    """What leaving a team has done; the proposal itself may be open to its team only."""
    gone = _("Your name and your code are gone; what you saved in the proposal stays the team's.")
    page_title(_("You have left the team"), gone)
    st.button(_("All proposals"), key="after_leaving", on_click=open_proposal, args=(None,))


def _go_on(proposal_id: str) -> None:
    open_proposal(proposal_id)
    st.session_state[STEP] = 2


def _shown(proposal_id: str) -> None:
    code = code_for(proposal_id)
    try:
        found = proposal(here.settings, proposal_id, by=session.login_token(), code=code)
        _page(found, code=code)
    except SempreGeoError as problem:
        st.button(_("All proposals"), key="back_from_nothing", on_click=open_proposal, args=(None,))
        page_title(_("Proposals"))
        doors(proposal_id)
        if not st.session_state.get(INVITATION):  # whoever was sent here by one is right here
            st.info(str(problem))


if OPEN not in st.session_state:
    st.session_state[OPEN] = st.query_params.get("proposal")
idea = st.session_state.get(IDEA)
at_list = not {JOINED, LEFT} & set(st.session_state) and idea not in ideas.index and not st.session_state[OPEN]
on_board = project_board.show(open_proposal) if at_list else frozenset()
with st.container(key="reading"):
    if JOINED in st.session_state:
        _receipt(st.session_state[JOINED])
    elif LEFT in st.session_state:
        _farewell()
    elif idea in ideas.index:
        _form(str(idea))
    elif st.session_state[OPEN]:
        _shown(str(st.session_state[OPEN]))
    else:
        _list(on_board=on_board)
        _by_code()
        _due()
        _ideas()
        _office()
session.write_link({"proposal": st.session_state[OPEN]})
