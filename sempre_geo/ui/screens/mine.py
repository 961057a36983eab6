"""My code: follow what one wrote, change, contest, take along or erase it, join the team that takes it up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from html import escape
from pathlib import Path

import streamlit as st

from sempre_geo.community.contributions import AWAITING_REVIEW
from sempre_geo.community.proposal_questions import part_names
from sempre_geo.community.proposals import PARTS, Member
from sempre_geo.errors import MissingDataError, SempreGeoError
from sempre_geo.i18n import current_language, ngettext
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.contributions import (
    Own,
    contest_with_code,
    erase_with_code,
    open_with_code,
)
from sempre_geo.pipeline.community.corrections import correction_with_code
from sempre_geo.pipeline.community.followed import Followed, proposals_of_code
from sempre_geo.pipeline.community.own_changes import change_with_code
from sempre_geo.pipeline.community.proposal_team import join_team
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.voices import voice_with_code, withdraw_voice
from sempre_geo.pipeline.community.way import Stage
from sempre_geo.pipeline.explore.wrong_things import told_correction
from sempre_geo.publish.maps import inert
from sempre_geo.ui import words
from sempre_geo.ui.contributions import card
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.own_form import change_form, changed_fields, forget_fields
from sempre_geo.ui.paper_routes import PAPER
from sempre_geo.ui.proposal_doors import open_team
from sempre_geo.ui.so_far import list_of_steps, standing

TYPED, CODE, DONE, TROUBLE, JOINED = "mine_typed", "mine_code", "mine_done", "mine_trouble", "mine_joined"
_OF_ONE = ("mine_why", "mine_sure", JOINED)
_OF_A_TEAM = ("mine_name_", "mine_part_")

here = installation()


def _try(act: Callable[[], str]) -> None:
    """Do something with the code; what came of it is told on the page."""
    try:
        st.session_state[DONE] = act()
    except SempreGeoError as problem:
        st.session_state[TROUBLE] = str(problem)


def _open() -> None:
    st.session_state[CODE] = str(st.session_state.get(TYPED) or "")[:200]


def _close() -> None:
    of_teams = [str(key) for key in st.session_state if str(key).startswith(_OF_A_TEAM)]
    for name in (CODE, TYPED, *_OF_ONE, *of_teams):
        st.session_state.pop(name, None)
    forget_fields()


def _ask() -> None:
    page_title(_("My code"), _("Capitals, accents and gaps do not matter."))
    st.text_input(_("The four words you were given"), key=TYPED, max_chars=200, on_change=_open, autocomplete="off")
    st.button(_("Open what I wrote"), key="mine_open", on_click=_open, type="primary")


def _withdraw() -> None:
    def withdrawing() -> str:
        withdraw_voice(here.settings, st.session_state[CODE])
        _close()
        return _("It is erased")

    _try(withdrawing)


def _nothing(problem: SempreGeoError) -> None:
    _ask()
    st.warning(str(problem), icon=":material/info:")


def _voice(code: str) -> None:
    """A "me too": what it was given to, and what became of its sentence."""
    voice = voice_with_code(here.settings, code)
    page_title(_("Your voice counts"))
    said = public_contributions(here.settings, voice.region)
    entry = said[(said["id"] == voice.contribution_id) & (said["status"] != AWAITING_REVIEW)]
    if not entry.empty:  # what it was given to may be open to nobody any more
        card(entry.iloc[0])
    alert = "".join(f'<p role="alert"><strong>{escape(text)}</strong></p>' for text in voice.messages)
    if voice.sentence:
        st.html(
            f'<div class="answer">{alert}<h2>{escape(_("What you wrote"))}</h2>'
            f'<p class="said">{inert(voice.sentence)}</p><p><strong>{escape(_("Where it stands"))}:</strong> '
            f"{escape(words.status(voice.sentence_status))}</p></div>"
        )
    st.button(_("Take my 'me too' back"), key="mine_withdraw", on_click=_withdraw)
    _close_button()


def _told(own: Own) -> None:
    """What it is, where it stands and what happened so far."""
    page_title(_("What you wrote"))
    counted = ngettext("{n} voice", "{n} voices", own.voices).format(n=own.voices)
    kind = words.kinds().get(own.kind, own.kind)
    settlement = words.settlement_choices(here.region).get(own.settlement_id or "", "")
    where = ", ".join(name for name in (settlement, own.municipality) if name) or _("in this region")
    if own.precision == "exact":
        where += ". " + _("The exact place is kept and never shown.")
    alert = "".join(f'<p role="alert"><strong>{escape(text)}</strong></p>' for text in own.messages)
    steps = own.so_far
    like = escape(_("Counted with one that says the same")) if own.counted_with_like else ""
    status = escape(words.status(own.shown_status)) if own.shown_status else ""
    stands = " · ".join(part for part in (status, standing(own.way), like, escape(counted)) if part)
    past = f"<h2>{escape(_('What happened so far'))}</h2>{list_of_steps(steps)}" if steps else ""
    past += f"<h3>{like}</h3>{list_of_steps(own.of_like)}" if own.of_like else ""
    st.html(
        f'<div class="answer">{alert}<p><span class="tag">{escape(kind)}</span>'
        f'{escape(words.category(own.category))} · {inert(where)}</p><p class="said">{inert(own.text)}</p>'
        f"<p><strong>{escape(_('Where it stands'))}:</strong> {stands}</p>{past}</div>"
    )


def _report(code: str) -> None:
    """A correction that somebody reported: what, how they know it, and what became of it."""
    report = correction_with_code(here.settings, code)
    page_title(_("What you wrote"))
    told = told_correction(
        here.settings, report.region, layer=report.layer, thing=report.thing, field=report.field, value=report.value,
        language=current_language(),
    )  # fmt: skip
    said = f'<p class="said">{inert(report.text)}</p>' if report.text else ""
    steps = [Stage(step["status"], "", step["at"], step["reason"]) for step in report.steps]
    st.html(
        f'<div class="answer"><p class="said"><strong>{inert(told)}</strong></p>'
        f"<p><strong>{escape(_('Source'))}:</strong> {inert(report.source)}</p>{said}"
        f"<p><strong>{escape(_('Where it stands'))}:</strong> {escape(words.status(report.status))}</p>"
        f"<h2>{escape(_('What happened so far'))}</h2>{list_of_steps(steps)}</div>"
    )
    _erase()
    _close_button()


def _contest(own: Own) -> None:
    if own.status != "not_published":
        return
    st.html(f"<h2>{escape(_('You do not agree?'))}</h2>")
    st.text_area(_("Why should it be published?"), key="mine_why", max_chars=500, height=80)
    st.button(_("Ask to look at it again"), key="mine_contest", on_click=_contesting)


def _contesting() -> None:
    def contesting() -> str:
        why = str(st.session_state.get("mine_why") or "")
        if not why.strip():
            return _("Say in a sentence why it should be published.")
        contest_with_code(here.settings, st.session_state[CODE], why=why)
        return _("Your reason is kept, and the decision will be looked at again.")

    _try(contesting)


def _change(own: Own) -> None:
    with st.expander(_("Change it"), icon=":material/edit:"):
        change_form(own)
        st.button(_("Save the change"), key="mine_change", on_click=_changing, args=(own,), type="primary")


def _changing(own: Own) -> None:
    def changing() -> str:
        changed = change_with_code(here.settings, st.session_state[CODE], change=changed_fields(own))
        forget_fields()
        done = _("Changed. Somebody of the network reads what others will see of it before they see it.")
        return " ".join((*changed.messages, done if changed.status == "received" else _("Changed.")))

    _try(changing)


def _take_along() -> None:
    """A form of its own: a download button would put the file where anybody with its address can take it."""
    st.html(
        f'<form method="post" action="{PAPER}/data"><input type="hidden" name="code" '
        f'value="{escape(st.session_state[CODE])}"><button class="sempre_button second" type="submit">'
        f"{escape(_('Everything kept of it, as a file'))}</button></form>"
    )


def _erase() -> None:
    with st.expander(_("Erase it"), icon=":material/delete:"):
        st.checkbox(_("Erase it everywhere and for good; this cannot be undone."), key="mine_sure")
        st.button(_("Erase what I wrote"), key="mine_erase", on_click=_erasing)


def _erasing() -> None:
    def erasing() -> str:
        if not st.session_state.get("mine_sure"):
            return _("Tick the box if it shall be erased for good.")
        erase_with_code(here.settings, st.session_state[CODE])
        _close()
        return _("It is erased")

    _try(erasing)


def _teams(code: str) -> None:
    """The proposals that answer it; whoever wrote it may join their teams with the same code."""
    followed = proposals_of_code(here.settings, code)
    if JOINED in st.session_state:
        own_code = escape(str(st.session_state[JOINED]))
        told = _("You are in the team. With this code you write in the proposal:")
        st.html(f'<div class="answer receipt"><h2>{escape(told)}</h2><p><span class="code" data-team>{own_code}</span>'
                "</p></div>")  # fmt: skip
    for one in followed:
        with st.container(border=True, key=f"followed_{one.proposal_id}"):
            _team(one)


def _team(one: Followed) -> None:
    told = _("A proposal answers it")
    st.html(
        f'<h2>{escape(told)}</h2><p class="said"><span class="tag">{escape(words.status(one.status))}</span>'
        f'<a href="/proposals?proposal={escape(one.proposal_id)}" target="_self">{inert(one.title)}</a></p>'
    )
    with st.expander(_("Join its team"), icon=":material/group_add:"):
        name, part = (f"{prefix}{one.proposal_id}" for prefix in _OF_A_TEAM)
        st.text_input(_("How do you want to be called? It need not be your name."), key=name, max_chars=80)
        parts = part_names()
        st.pills(_("Who are you in it?"), list(PARTS), key=part, required=True,
                 default=None if part in st.session_state else "user",
                 format_func=parts.__getitem__)  # fmt: skip
        st.button(_("Join the team"), key=f"mine_join_{one.proposal_id}", type="primary", on_click=_joining,
                  args=(one.proposal_id,))  # fmt: skip


def _joining(proposal_id: str) -> None:
    def joining() -> str:
        name, part = (str(st.session_state[f"{prefix}{proposal_id}"]) for prefix in _OF_A_TEAM)
        who = Member(part, name)
        joined = join_team(here.settings, proposal_id, who=who, code=st.session_state[CODE])
        st.session_state[JOINED] = joined.claim_code
        return ""

    _try(joining)


def _contribution(code: str) -> None:
    own = open_with_code(here.settings, code)
    _told(own)
    _teams(code)
    _contest(own)
    _change(own)
    _take_along()
    _erase()
    _close_button()


def _room(code: str) -> None:
    """The room or the doors of a team stand on the page of proposals."""
    open_team(code)
    _close()
    st.switch_page(st.Page(Path(__file__).with_name("proposals.py"), url_path="proposals"))


def _opened(code: str) -> None:
    """What a code opens: a need or an idea, a correction, a "me too", a team."""
    try:
        for opens in (_contribution, _report, _voice):
            with suppress(MissingDataError):
                opens(code)
                return
        _room(code)
    except SempreGeoError as problem:
        _nothing(problem)


def _close_button() -> None:
    st.button(_("Close it"), key="mine_close", on_click=_close, icon=":material/close:")


with st.container(key="reading"):
    trouble, done = st.session_state.pop(TROUBLE, ""), st.session_state.pop(DONE, "")
    if trouble:
        st.warning(trouble, icon=":material/info:")
    if done:
        st.html(f'<p role="status" class="lead"><strong>{inert(done)}</strong></p>')
    if st.session_state.get(CODE):
        _opened(st.session_state[CODE])
    else:
        _ask()
