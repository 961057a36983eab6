"""The device that goes round: one person's few questions, their code, and then nothing of them is left."""

from __future__ import annotations

import secrets
from html import escape

import streamlit as st

from sempre_geo.community.contributions import EASE, Draft, Place, Receipt
from sempre_geo.community.groups import told_groups
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language, ngettext
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.tell_rules import is_protected
from sempre_geo.pipeline.community.workshop import Workshop, tell_in_hand
from sempre_geo.pipeline.explore.places import municipality_names
from sempre_geo.publish.speech import written_date
from sempre_geo.ui import lists, session, words
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import login_address
from sempre_geo.ui.place_search import search_place

PREFIX, RECEIPT, TURN, FURTHER, LANGUAGE = "hall_", "hall_receipt", "hall_turn", "hall_further", "hall_language"
_LONGEST = 2000


def show(here: Workshop) -> None:
    """The questions, or the code of whoever has just answered them."""
    st.session_state.setdefault(LANGUAGE, st.session_state.get(session.LANGUAGE))
    if RECEIPT in st.session_state:
        _slip(here, st.session_state[RECEIPT])
    elif here.is_open:
        _questions(here)
    else:
        page_title(_("This workshop is closed."))
        st.html(f'<p class="lead">{escape(_("Thank you; give the device back to whoever brought it."))}</p>')
    _end()


def forget(*, further: bool = False) -> None:
    """Leave nothing of the person before: neither words, nor choices, nor code, nor language.

    ``further`` says that the same person goes on; of them, too, nothing is taken over.
    """
    turn, language = int(st.session_state.get(TURN, 0)) + 1, st.session_state.get(LANGUAGE)
    for key in [str(key) for key in st.session_state if str(key).startswith(PREFIX)]:
        del st.session_state[key]
    st.session_state.update({TURN: turn, LANGUAGE: language, FURTHER: further})
    if not further and language:
        st.session_state[session.LANGUAGE] = st.session_state[session.CHOSEN] = language


def _key(name: str) -> str:
    """A field's name for this turn: each person has fields that nobody has typed in before."""
    return f"{PREFIX}{name}_{st.session_state.get(TURN, 0)}"


def _questions(here: Workshop) -> None:
    region = installation().region
    page_title(_("Is something missing or hard?"), _spoken(here))
    _problem()
    kind = st.pills(_("Is it a need or an idea?"), list(words.kinds()), key=_key("kind"), required=True, default="need",
                    format_func=words.kinds().__getitem__)  # fmt: skip
    st.pills(_("What is it about?"), words.category_choices(region), key=_key("category"), format_func=words.category)
    if kind == "need":
        st.pills(_("What stands in the way?"), list(words.obstacles()), key=_key("obstacle"),
                 format_func=words.obstacles().__getitem__)  # fmt: skip
    st.text_area(_("In your own words, in any language"), key=_key("text"), max_chars=_LONGEST, height=120)
    _place(here)
    st.pills(_("Who is it about?"), list(words.about_whom()), key=_key("about"), required=True, default="myself",
             format_func=words.about_whom().__getitem__)  # fmt: skip
    st.pills(_("They belong to:"), list(told_groups()), key=_key("groups"), selection_mode="multi",
             format_func=told_groups().__getitem__)  # fmt: skip
    _more()
    st.checkbox(here.consent or default_consent(), key=_key("consent"))
    with st.container(horizontal=True):
        label = _("Save my idea") if kind == "idea" else _("Save my need")
        st.button(label, key=_key("save"), type="primary", icon=":material/check:", on_click=_save)
        st.button(_("Empty everything"), key=_key("empty"), icon=":material/backspace:", on_click=forget)


def default_consent() -> str:
    """What people agree to where a workshop says nothing else."""
    return _("You may keep this and show it, without my name, after somebody has read it.")


def _spoken(here: Workshop) -> str:
    if not here.spoken:
        return _("Nobody has spoken yet: you are the first.")
    return ngettext("{n} person has spoken so far.", "{n} people have spoken so far.", here.spoken).format(
        n=here.spoken
    )


def _place(here: Workshop) -> None:
    """The hall's own village stands there already; another is found by its name or a landmark, or in the list."""
    places, chosen = words.settlement_choices(installation().region), _key("place")
    st.session_state.setdefault(chosen, here.settlement_id if here.settlement_id in places else None)
    search_place(_key("where"), choose=lambda _settlement: None, list_key=chosen)
    lists.selectbox(_("Where?"), list(places), index=None, key=chosen, format_func=places.__getitem__,
                 placeholder=_("Choose a place"))  # fmt: skip


def _more() -> None:
    """What may be left out, so that a hall of people gets its turn: how easy it is, a vaguer place, a photo."""
    here, state = installation(), st.session_state
    with st.expander(_("How easy is it to get there today, if you like")):
        for mode, label in words.mode_names(with_bus=True).items():
            lists.selectbox(label, list(EASE), index=None, key=_key(f"ease_{mode}"), placeholder=_("No answer"),
                         format_func=lambda step: words.eases()[step])  # fmt: skip
    with st.expander(_("A photo, or no more than the municipality, if you like")):
        municipalities = municipality_names(here.region, current_language())
        lists.selectbox(
            _("Or say no more than the municipality"), list(municipalities), index=None, key=_key("roughly"),
            format_func=municipalities.__getitem__, placeholder=_("Choose a municipality"),
        )  # fmt: skip
        st.file_uploader(
            _("A photo, if you like (only the picture is kept, without its place and date)"),
            type=["jpg", "jpeg", "png", "webp"], key=_key("photo"), max_upload_size=15,
        )  # fmt: skip
    category = state.get(_key("category"))
    if category and is_protected(here.settings, str(category), state.get(_key("groups")) or ()):
        st.checkbox(
            _("It may stand on the map by itself. Otherwise it is only counted, as it may touch on health or safety"),
            key=_key("alone"),
        )


def _save() -> None:
    """Save once, however often the button is pressed."""
    state = st.session_state
    place, category = state.get(_key("roughly")) or state.get(_key("place")), state.get(_key("category"))
    missing = {
        _("Choose what it is about."): not category,
        _("Choose a place in the list, or type its name."): not place,
        _("Tick this box, so that we may keep what you wrote."): not state.get(_key("consent")),
    }
    if any(missing.values()):
        state[f"{PREFIX}problem"] = " ".join(told for told, is_missing in missing.items() if is_missing)
        return
    kind = str(state[_key("kind")])
    try:
        told = tell_in_hand(
            installation().settings, session.hall_token(), draft=_draft(kind), further=bool(state.get(FURTHER))
        )
    except SempreGeoError as problem:
        state[f"{PREFIX}problem"] = str(problem)
        return
    forget(further=bool(state.get(FURTHER)))
    state[RECEIPT] = (told, kind)


def _draft(kind: str) -> Draft:
    state = st.session_state
    roughly, photo = state.get(_key("roughly")), state.get(_key("photo"))
    eases = {mode: state.get(_key(f"ease_{mode}")) for mode in words.mode_names(with_bus=True)}
    return Draft(
        kind=kind,
        category=str(state[_key("category")]),
        text=str(state[_key("text")]),
        place=Place(municipality_id=str(roughly)) if roughly else Place(settlement_id=str(state[_key("place")])),
        obstacle=(state.get(_key("obstacle")) if kind == "need" else None) or "other",
        about=str(state.get(_key("about")) or "myself"),
        groups=tuple(state.get(_key("groups")) or ()),
        ease={mode: int(step) for mode, step in eases.items() if step},
        language=current_language().partition("@")[0],
        shown_alone=bool(state.get(_key("alone"))),
        consent=bool(state.get(_key("consent"))),
        photo=photo.getvalue() if photo is not None else None,
        how_it_came_in="workshop",
        sending_key=state.setdefault(_key("sending"), secrets.token_hex(16)),
    )


def _problem() -> None:
    told = st.session_state.pop(f"{PREFIX}problem", "")
    if told:
        st.warning(told, icon=":material/info:")


def _slip(here: Workshop, receipt: tuple[Receipt, str]) -> None:
    told, kind = receipt
    saved = _("Your idea is saved. Your code:") if kind == "idea" else _("Your need is saved. Your code:")
    keep = _("Copy it onto a slip of paper, photograph it or print this page: only you have it.")
    can = _("With it you can read, change or erase what you wrote; without it nobody can.")
    later = _("Later on, type it here: {address}").format(address=here.office)
    st.html(
        f'<div class="answer slip" role="status"><h1 class="title">{escape(saved)}</h1>'
        f'<p><span class="code" data-code>{escape(told.claim_code)}</span></p>'
        + "".join(f'<p class="first" role="alert">{escape(message)}</p>' for message in told.messages)
        + f"<p>{escape(keep)}</p><p>{escape(can)}</p>"
        + (f"<p>{escape(later)}</p>" if here.office else "")
        + f'<p class="quiet">{escape(here.place_name)} · {written_date(here.opened_at)}</p></div>'
    )
    with st.container(horizontal=True, key="slip_buttons"):
        st.button(_("I have it: next person"), key="hall_next", type="primary", icon=":material/arrow_forward:",
                  on_click=forget)  # fmt: skip
        st.button(_("Tell us something else"), key="hall_more", on_click=forget, kwargs={"further": True})


def _end() -> None:
    """The way back for whoever brought the device; their password is asked, as their login was given up."""
    link = (
        f'<a href="{escape(login_address("workshop"))}" target="_self">{escape(_("End the round (coordinators)"))}</a>'
    )
    with st.container(key="round_end"):
        st.html(f'<p class="quiet">{link}</p>')
