"""Proposals: the list, a page for each, and the way from a published idea to a new one."""

from __future__ import annotations

from html import escape

import streamlit as st

from sempre_geo.community.proposals import PARTS, Member, Proposal, Sentences
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.proposals import Joined, proposal, proposals, propose
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.gaps.evidence import evidence_of_idea
from sempre_geo.publish.maps import inert
from sempre_geo.ui import session, words
from sempre_geo.ui.contributions import card
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation

OPEN, IDEA, JOINED = "proposal_id", "idea_id", "proposal_joined"
_FIELDS = {"title": "proposal_title", "what": "proposal_what", "for_whom": "proposal_for", "why_here": "proposal_why"}

here, region = installation(), installation().region
said = public_contributions(here.settings, region.name)
ideas = said[(said["kind"] == "idea") & said["text"].notna() & (said["status"] != "awaiting_review")].set_index("id")
needs = said[(said["kind"] == "need") & said["text"].notna() & (said["status"] != "awaiting_review")].set_index("id")


def _open(proposal_id: str | None) -> None:
    st.session_state[OPEN] = proposal_id


def _start(idea_id: str | None) -> None:
    st.session_state[IDEA] = idea_id
    st.session_state.pop(JOINED, None)


def _list() -> None:
    listed = proposals(here.settings, region.name)
    page_title(_("Proposals"), _("Service users and a provider, together: what could be done, for whom, and why here."))
    if listed.empty:
        st.html(
            f'<div class="empty"><p>{escape(_("There is no proposal yet. It begins with an idea, below."))}</p></div>'
        )
    for _number, row in listed.iterrows():
        with st.container(border=True, key=f"proposal_{row['id']}"):
            st.html(
                f'<p class="said"><span class="tag">{escape(words.status(str(row["status"])))}</span>'
                f"{inert(row['place_name'])}</p><p class='said'><strong>{inert(row['title'])}</strong><br>"
                f"{inert(row['what'])}</p>"
            )
            st.button(_("Read it"), key=f"read_{row['id']}", on_click=_open, args=(row["id"],))


def _ideas() -> None:
    st.html(f"<h2>{escape(_('Ideas that could become a proposal'))}</h2>")
    if ideas.empty:
        st.html(f'<div class="empty"><p>{escape(_("No idea has been published yet. Tell us yours."))}</p></div>')
    for idea_id, row in ideas.head(30).iterrows():
        with st.container(border=True, key=f"idea_{idea_id}"):
            card(row)
            st.button(_("Make a proposal of it"), key=f"start_{idea_id}", on_click=_start, args=(idea_id,),
                      icon=":material/flag:")  # fmt: skip


def _page(shown: Proposal) -> None:
    st.button(_("All proposals"), key="back_to_list", on_click=_open, args=(None,), icon=":material/arrow_back:")
    page_title(shown.sentences.title)
    parts = {
        _("What"): shown.sentences.what,
        _("For whom"): shown.sentences.for_whom,
        _("Why here"): shown.sentences.why_here,
    }
    told = "".join(f"<h2>{escape(name)}</h2><p class='said'>{inert(text)}</p>" for name, text in parts.items())
    team = ", ".join(f"{inert(member.name)} ({escape(_part(member.part))})" for member in shown.team)
    figures = "".join(f"<li>{inert(figure.get('title', ''))}</li>" for figure in shown.evidence)
    places = f"<h2>{escape(_('Figures of the place'))}</h2><ul>{figures}</ul>" if figures else ""
    st.html(
        f'<div class="answer"><p><span class="tag">{escape(words.status(shown.status))}</span>'
        f"{inert(shown.place_name)}</p>"
        f"{told}<h2>{escape(_('Who is behind it'))}</h2><p class='said'>{team or escape(_('Nobody named yet.'))}</p>"
        f"{places}</div>"
    )
    if shown.needs:
        st.html(f"<h2>{escape(_('Needs behind it'))}</h2>")
        for need_id in shown.needs:
            if need_id in needs.index:
                card(needs.loc[[need_id]].iloc[0])


def _part(part: str) -> str:
    names = {
        "user": _("uses the service"),
        "provider": _("provides the service"),
        "network": _("in the network"),
        "helper": _("helps"),
    }
    return names.get(part, part)


def _form(idea_id: str) -> None:
    st.button(_("Back to the ideas"), key="back_to_ideas", on_click=_start, args=(None,), icon=":material/arrow_back:")
    page_title(_("From an idea to a proposal"), _("Three sentences are enough for now."))
    with st.container(border=True):
        card(ideas.loc[[idea_id]].iloc[0])
    st.text_input(_("A short name for it"), key=_FIELDS["title"], max_chars=120)
    st.text_area(_("What should happen?"), key=_FIELDS["what"], height=80)
    st.text_area(_("For whom?"), key=_FIELDS["for_whom"], height=80)
    st.text_area(_("Why here?"), key=_FIELDS["why_here"], height=80)
    near = needs[needs["place_name"] == ideas.loc[idea_id, "place_name"]]
    others = needs.drop(index=near.index)
    options = [*near.index, *others.index]
    st.multiselect(_("Which needs does it answer?"), options, key="proposal_needs", format_func=_need_label)
    st.text_input(_("How do you want to be called? It need not be your name."), key="proposal_name", max_chars=80)
    st.pills(
        _("Who are you in it?"), list(PARTS), key="proposal_part", default="user", required=True, format_func=_part
    )
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
            language=current_language(),
        )
    except SempreGeoError as problem:
        st.warning(str(problem), icon=":material/info:")
        return
    st.session_state[JOINED] = joined
    st.rerun()


def _receipt(joined: Joined) -> None:
    page_title(_("Your proposal is saved."))
    st.html(
        f'<div class="answer" role="status"><p>{escape(_("The code with which you write in it:"))}</p>'
        f'<p><span class="code" data-code>{escape(joined.claim_code)}</span></p>'
        f"<p>{escape(_('It is listed when a coordinator has read it.'))}</p></div>"
    )
    st.button(_("All proposals"), key="after_saving", on_click=_start, args=(None,))


def _shown(proposal_id: str) -> None:
    try:
        _page(proposal(here.settings, proposal_id, by=session.login_token()))
    except SempreGeoError as problem:
        st.button(_("All proposals"), key="back_from_nothing", on_click=_open, args=(None,))
        st.info(str(problem))


if OPEN not in st.session_state:
    st.session_state[OPEN] = st.query_params.get("proposal")
idea = st.session_state.get(IDEA)
with st.container(key="reading"):
    if JOINED in st.session_state:
        _receipt(st.session_state[JOINED])
    elif idea in ideas.index:
        _form(str(idea))
    elif st.session_state[OPEN]:
        _shown(str(st.session_state[OPEN]))
    else:
        _list()
        _ideas()
session.write_link({"proposal": st.session_state[OPEN]})
