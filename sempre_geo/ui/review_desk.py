"""What a coordinator presses: each press asks one use case and says in a sentence what came of it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language, ngettext
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community import (
    corrections,
    duplicates,
    escalation,
    photos,
    proposals,
    providers,
    review,
    voices,
)
from sempre_geo.pipeline.community.moderation import marked
from sempre_geo.pipeline.community.reasons import reasons
from sempre_geo.pipeline.explore.views import named
from sempre_geo.pipeline.explore.wrong_things import told_correction
from sempre_geo.publish.maps import inert
from sempre_geo.ui import review_places, session, words
from sempre_geo.ui.contributions import card
from sempre_geo.ui.installation import installation

_SAID, _REFUSED = "review_said", "review_refused"
_UNDO = "inbox_undo"


def said() -> None:
    """What came of the last press, in a place that is always there: what stands below it never moves up or down."""
    with st.container():
        if _SAID in st.session_state:
            st.html(f'<p role="status"><strong>{inert(st.session_state.pop(_SAID))}</strong></p>')


def refused(form: str) -> None:
    """Why the last press of a form came to nothing, where the form is."""
    if st.session_state.get(_REFUSED, ("", ""))[0] == form:
        st.warning(inert(st.session_state.pop(_REFUSED)[1]), icon=":material/info:")


def say(sentence: str) -> None:
    """Keep the sentence that the page shows next."""
    st.session_state[_SAID] = sentence


def act(decide: Callable[[], object], done: str, *, form: str = "") -> None:
    """Carry a press out and keep what came of it; what was put together before can no longer be undone from here.

    A refusal is said where the ``form`` is, if it has a name, else above.
    """
    st.session_state.pop(_UNDO, None)
    try:
        decide()
    except SempreGeoError as problem:
        if form:
            st.session_state[_REFUSED] = (form, str(problem))
        else:
            say(str(problem))
    else:
        say(done)


def waiting_entry(row: pd.Series) -> None:
    """One entry that waits for review, with all that can be done with it."""
    one = str(row["id"])
    with st.container(border=True, key=f"entry_{one}"):
        said, place = st.columns((3, 2))
        with said:
            entry_words(row)
            _photos(one)
        with place:
            review_places.where(row)
        _decisions(row)
        _similar(one)


def _decisions(row: pd.Series) -> None:
    one = str(row["id"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(_("Publish"), key=f"publish_{one}", type="primary", on_click=_publish, args=(one,))
        with st.popover(_("Do not publish"), key=f"why_{one}"):
            _reasons(one, str(row["language"]))
        with st.popover(_("Change the words"), key=f"words_{one}"):
            if row["title"]:
                st.text_input(_("A short name for it"), value=row["title"], key=f"title_{one}")
            st.text_area(_("What is published instead"), value=row["text"], key=f"text_{one}")
            st.button(_("Keep these words"), key=f"edit_{one}", on_click=_edit, args=(one,))
        st.button(_("Someone is in danger"), key=f"danger_{one}", on_click=_escalate, args=(one,))


def escalated(row: pd.Series) -> None:
    """An entry that was handed on: whom to call, and that they were told."""
    here, one = installation(), str(row["contribution_id"])
    try:
        contact = escalation.contact_of(here.settings, here.region_name)
    except SempreGeoError as problem:
        st.warning(str(problem))
        return
    told = _("Somebody may be in danger. Call {name} now: {phone}.").format(name=contact.name, phone=contact.phone)
    with st.container(border=True, key=f"escalated_{one}"):
        st.html(f'<p class="said"><strong>{escape(told)}</strong></p><p class="said">{inert(row["note"])}</p>')
        st.caption(
            _("A mail with the number of the entry is on its way to them; still, call.")
            if row["mailed"]
            else _("No mail was sent to them; nobody knows before you call.")
        )
        st.button(_("They know now"), key=f"reached_{one}", on_click=_reached, args=(one,))


def unanswered_entry(row: pd.Series) -> None:
    """A published entry that nobody has answered for the set time."""
    one = str(row["id"])
    with st.container(border=True, key=f"unanswered_{one}"):
        card(row)
        days = ngettext("Without an answer for {n} day.", "Without an answer for {n} days.", int(row["waits_days"]))
        st.html(f'<p class="said">{escape(days.format(n=int(row["waits_days"])))}</p>')
        st.text_area(_("Your answer"), key=f"answer_text_{one}")
        with st.container(horizontal=True):
            st.button(_("Answer"), key=f"answer_{one}", type="primary", on_click=_answer, args=(one,))
            st.button(_("It exists now"), key=f"done_{one}", on_click=_done, args=(one,))


def sentence(row: pd.Series) -> None:
    """A voice's own sentence."""
    one = str(row["id"])
    with st.container(border=True, key=f"sentence_{one}"):
        st.html(f'<p class="said">{inert(row["title"])}</p><p class="said">{_marked(str(row["sentence"]))}</p>')
        with st.container(horizontal=True):
            for decision, label in (("published", _("Publish")), ("not_published", _("Do not publish"))):
                st.button(label, key=f"{decision}_{one}", on_click=_sentence, args=(one, decision))


def correction(row: pd.Series) -> None:
    """A reported correction."""
    one = str(row["id"])
    with st.container(border=True, key=f"correction_{one}"):
        here = installation()
        told = told_correction(
            here.settings, here.region_name, language=current_language(),
            **{name: str(row[name]) for name in ("layer", "thing", "field", "value")},
        )  # fmt: skip
        how = _("How they know: {source}").format(source=row["source"])
        st.html(
            f'<p class="said"><strong>{inert(told)}</strong></p>'
            f'<p class="said">{_marked(how)}<br>{_marked(str(row["text"]))}</p>'
        )
        st.text_input(_("Reason, if not"), key=f"correction_why_{one}")
        with st.container(horizontal=True):
            for decision, label in (("accepted", _("Use it from now on")), ("declined", _("Do not use it"))):
                st.button(label, key=f"{decision}_{one}", on_click=_correction, args=(one, decision))


def provider(row: pd.Series) -> None:
    """Somebody who asks to speak for a service."""
    one = str(row["id"])
    with st.container(border=True, key=f"provider_{one}"):
        services = installation().region.services
        known = row["service_id"] in services.index
        service = named(services.loc[row["service_id"]], current_language()) if known else ""
        lines = [service or row["service_id"], *(row[name] for name in ("name", "contact", "source"))]
        st.html(f'<p class="said">{"<br>".join(inert(line) for line in lines)}</p>')
        with st.container(horizontal=True):
            for verified, label in ((True, _("I have checked this")), (False, _("Turn down"))):
                st.button(label, key=f"verify_{verified}_{one}", on_click=_verify, args=(one, verified))


def unread_proposal(row: pd.Series) -> None:
    """A proposal, or what its team has changed, that no coordinator has read."""
    one = str(row["id"])
    with st.container(border=True, key=f"unread_{one}"):
        lines = "<br>".join(inert(row[name]) for name in ("what", "for_whom", "why_here"))
        st.html(f'<p class="said"><strong>{inert(row["title"])}</strong><br>{lines}</p>')
        st.button(_("List it"), key=f"approve_{one}", type="primary", on_click=_approve, args=(one,))


def merged(row: pd.Series, *, number: int) -> None:
    """Two entries that count as one."""
    with st.container(border=True, key=f"merged_{number}"):
        st.html(f'<p class="said">{inert(row["title"])} → <strong>{inert(row["into_title"])}</strong></p>')
        st.button(
            _("Take apart again"), key=f"unmerge_{number}", on_click=_unmerge, args=(row["merge_id"], row["into"])
        )


def entry_words(row: pd.Series) -> None:
    """What somebody wrote, with personal data marked in it, and what a coordinator should know of it."""
    kind, category = words.kinds().get(str(row["kind"]), ""), words.category(str(row["category"]))
    told = row["kind"] == "need" and row["obstacle"] != "other"
    parts = [category, words.obstacles().get(str(row["obstacle"]), "") if told else "", review_places.village(row)]
    head = " · ".join(inert(part) for part in parts if part)
    title = f"<strong>{_marked_if_found(row, 'title')}</strong><br>" if row["title"] else ""
    st.html(
        f'<p class="said"><span class="tag">{escape(kind)}</span>{head}</p>'
        f'<p class="said">{title}{_marked_if_found(row, "text")}</p>{_hints(row)}'
    )


def _marked_if_found(row: pd.Series, name: str) -> str:
    return _marked(str(row[name])) if row["findings"] else inert(row[name])


def _hints(row: pd.Series) -> str:
    lines = []
    if row["findings"]:
        listed = ", ".join(_finding_names().get(str(found), str(found)) for found in row["findings"])
        lines.append(f"<strong>{escape(_('Look closely'))}: {escape(listed)}</strong>")
    if row["contested"]:
        lines.append(escape(_("Its author contests the decision:")) + " " + inert(row["contested"]))
    days = int(row["waits_days"])
    if days:
        lines.append(escape(ngettext("Waits for {n} day.", "Waits for {n} days.", days).format(n=days)))
    return '<p class="said">' + "<br>".join(lines) + "</p>" if lines else ""


def _finding_names() -> Mapping[str, str]:
    return {
        "danger": _("somebody may be in danger"),
        "national_id": _("a personal number"),
        "phone": _("a telephone number"),
        "email": _("an e-mail address"),
        "address": _("an address"),
        "link": _("a link"),
        "name": _("perhaps a name"),
        "repeated_text": _("the same text came before"),
        "sent_too_fast": _("sent faster than people write"),
        "first_post": _("the first of this sender today"),
    }


def _photos(one: str) -> None:
    """Photos with the faces in them, as part of the page: no address under which others could find them."""
    here, by = installation(), session.login_token()
    for photo_id in photos.photos_of(here.settings, one, by=by):
        drawn = base64.b64encode(photos.photo(here.settings, photo_id, by=by)).decode()
        st.html(f'<img src="data:image/jpeg;base64,{drawn}" alt="{escape(_("Photo"))}" style="max-width:100%">')
        st.button(_("Nobody can be recognised: show the photo"), key=f"photo_{photo_id}", on_click=_photo,
                  args=(photo_id,))  # fmt: skip


def _photo(photo_id: str) -> None:
    act(
        lambda: photos.publish_photo(installation().settings, photo_id, by=session.login_token()),
        _("The photo is shown with the entry once that is published."),
    )


def _marked(text: str) -> str:
    here = installation()
    pieces = marked(here.settings, here.region_name, text=text)
    return "".join(f"<mark>{inert(piece)}</mark>" if kind else inert(piece) for piece, kind in pieces)


def _reasons(one: str, author_language: str) -> None:
    """Reasons in the coordinator's words; the author reads each in the language in which they wrote."""
    own = reasons(current_language())
    for name, reason in reasons(author_language).items():
        st.button(own[name], key=f"refuse_{name}_{one}", on_click=_refuse, args=(one, reason), width="stretch",
                  help=reason if reason != own[name] else None)  # fmt: skip
    st.text_input(_("Another reason, in their language"), key=f"reason_{one}")
    st.button(_("Do not publish"), key=f"refuse_{one}", on_click=_refuse, args=(one,))


def _similar(one: str) -> None:
    here = installation()
    box = st.expander(_("Similar ones"), key=f"similar_{one}", on_change="rerun")
    if not box.open:
        return
    with box:
        try:
            found = duplicates.similar_for_review(here.settings, one, by=session.login_token())
        except SempreGeoError as problem:
            st.warning(str(problem))
            return
        if found.empty:
            st.html(f'<p class="said">{escape(_("Nothing like it has been told near there."))}</p>')
        for _number, other in found.iterrows():
            st.html(f'<p class="said"><strong>{inert(other["title"])}</strong> {inert(other["text"])}</p>')
            st.button(_("It says the same: count it there"), key=f"merge_{one}_{other['id']}",
                      on_click=_merge, args=(one, other["id"]))  # fmt: skip


def _publish(one: str) -> None:
    act(lambda: review.publish(installation().settings, one, by=session.login_token()), _("Published."))


def _refuse(one: str, reason: str = "") -> None:
    told = reason or str(st.session_state.get(f"reason_{one}", ""))
    act(
        lambda: review.do_not_publish(installation().settings, one, by=session.login_token(), reason=told),
        _("Not published; its author reads the reason with their code."),
    )


def _edit(one: str) -> None:
    text, title = str(st.session_state.get(f"text_{one}", "")), st.session_state.get(f"title_{one}")
    act(
        lambda: review.edit(installation().settings, one, by=session.login_token(), text=text, title=title),
        _("The words are changed; what they were is kept for the auditor."),
    )


def _escalate(one: str) -> None:
    act(
        lambda: escalation.escalate(installation().settings, one, by=session.login_token()),
        _("It stands on top now, with whom to call."),
    )


def _reached(one: str) -> None:
    act(lambda: escalation.contact_reached(installation().settings, one, by=session.login_token()), _("Noted."))


def _answer(one: str) -> None:
    text = str(st.session_state.get(f"answer_text_{one}", ""))
    act(
        lambda: review.answer(installation().settings, one, by=session.login_token(), text=text),
        _("Answered; its author reads it with their code."),
    )


def _done(one: str) -> None:
    text = str(st.session_state.get(f"answer_text_{one}", ""))
    act(lambda: review.mark_done(installation().settings, one, by=session.login_token(), text=text), _("Noted."))


def _sentence(one: str, decision: str) -> None:
    act(
        lambda: voices.decide_sentence(installation().settings, one, decision=decision, by=session.login_token()),
        _("Noted."),
    )


def _correction(one: str, decision: str) -> None:
    why = str(st.session_state.get(f"correction_why_{one}", ""))
    act(
        lambda: corrections.decide_correction(
            installation().settings, one, decision=decision, reason=why, by=session.login_token()
        ),
        _("Noted."),
    )


def _verify(one: str, verified: bool) -> None:  # noqa: FBT001 - a button hands over what stands in args
    act(
        lambda: providers.decide_provider(installation().settings, one, verified=verified, by=session.login_token()),
        _("Noted."),
    )


def _approve(proposal_id: str) -> None:
    act(
        lambda: proposals.approve(installation().settings, proposal_id, by=session.login_token()),
        _("The proposal is listed."),
    )


def _merge(one: str, into: str) -> None:
    act(
        lambda: duplicates.merge(installation().settings, one, into=into, by=session.login_token()),
        _("Counted there; every text and voice is kept, and it can be taken apart again."),
    )


def _unmerge(merge_id: str, into: str) -> None:
    act(
        lambda: duplicates.unmerge(installation().settings, merge_id, into=into, by=session.login_token()),
        _("Both stand by themselves again."),
    )
