"""Tell us: four screens to a saved need or idea; no account, and a code to come back with."""

from __future__ import annotations

import secrets
import time
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from sempre_geo.community.contributions import EASE, MODES, Draft, Place, Receipt
from sempre_geo.community.groups import told_groups
from sempre_geo.community.moderation import Sending
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.tell_rules import days_to_answer, is_protected, left_out_better
from sempre_geo.pipeline.explore.views import place_at, position
from sempre_geo.ui import lists, words
from sempre_geo.ui.contributions import contributions_table, similar_to, voice_receipt
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import contribution_pins, marker_at, place_marker
from sempre_geo.ui.legend import pin_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.on_device import keep_draft, kept_draft
from sempre_geo.ui.paper_routes import PAPER, qr_figure
from sempre_geo.ui.place_search import ask_place
from sempre_geo.ui.session import theme

CHOICE, POINT, KEY, RECEIPT, STEP = "tell_place", "tell_point", "tell_sending_key", "tell_receipt", "tell_step"
MUNICIPALITY = "tell_municipality"
EASES = {mode: f"tell_ease_{mode}" for mode in MODES}
FIELDS = ("tell_kind", "tell_category", CHOICE, MUNICIPALITY, "tell_about", "tell_groups", "tell_obstacle",
          *EASES.values(), "tell_text", "tell_alone")  # fmt: skip
_KEPT = (*FIELDS, POINT, STEP, KEY)
_LONGEST, _LAST = 2000, 4

here, region = installation(), installation().region
places, municipalities = words.settlement_choices(region), words.municipality_choices(region)
categories = words.category_choices(region)


def _take_up() -> None:
    """What this tab had kept before it was loaded again, and what stood on another screen of the form."""
    for name, value in kept_draft("tell").items():
        chosen_elsewhere = name == CHOICE and st.session_state.get(CHOICE)
        if name in _KEPT and not chosen_elsewhere and _is_choice(name, value):
            st.session_state[name] = tuple(value) if name == POINT else value
    for name in FIELDS:
        if name in st.session_state:
            st.session_state[name] = st.session_state[name]  # a field that is not on this screen keeps its value
    st.session_state.setdefault("tell_begun", time.monotonic())


def _is_choice(name: str, value: object) -> bool:
    """Whether a kept value is one that its field offers."""
    offered = {
        "tell_kind": list(words.kinds()), "tell_category": categories, CHOICE: list(places),
        MUNICIPALITY: list(municipalities),
        "tell_about": list(words.about_whom()), "tell_obstacle": list(words.obstacles()),
        STEP: range(1, _LAST + 1), **dict.fromkeys(EASES.values(), EASE),
    }  # fmt: skip
    if name == "tell_groups":
        return isinstance(value, list) and set(value) <= told_groups().keys()
    if name == POINT:
        return isinstance(value, list) and [type(part) for part in value] == [float, float]
    if name == "tell_alone":
        return isinstance(value, bool)
    if name in offered:
        return isinstance(value, str | int) and value in offered[name]
    return isinstance(value, str) and len(value) <= _LONGEST


def _click(lon: float, lat: float) -> None:
    st.session_state[POINT] = (lon, lat)
    st.session_state[MUNICIPALITY] = None
    nearest = place_at(here.settings, region.name, lon=lon, lat=lat)
    st.session_state[CHOICE] = nearest if nearest in places else None


def _choose(_settlement: str) -> None:
    st.session_state.pop(POINT, None)
    st.session_state[MUNICIPALITY] = None


def _only_roughly() -> None:
    if st.session_state.get(MUNICIPALITY):
        st.session_state.pop(POINT, None)
        st.session_state[CHOICE] = None


def _place() -> Place | None:
    """The exact point if the map was tapped, else the settlement, else no more than the municipality."""
    if POINT in st.session_state:
        lon, lat = st.session_state[POINT]
        return Place(lon=lon, lat=lat)
    chosen = st.session_state.get(CHOICE)
    if chosen in places:
        return Place(settlement_id=chosen)
    roughly = st.session_state.get(MUNICIPALITY)
    return Place(municipality_id=roughly) if roughly in municipalities else None


def _what() -> None:
    st.pills(_("Is it a need or an idea?"), list(words.kinds()), key="tell_kind", required=True,
             default=None if "tell_kind" in st.session_state else "need", format_func=_kind_label,
             persist_state="session")  # fmt: skip
    st.pills(_("What is it about?"), categories, key="tell_category", format_func=words.category,
             persist_state="session")  # fmt: skip


def _where() -> None:
    ask_place("tell", choose=_choose, locate=_click, list_key=CHOICE)
    lists.selectbox(
        _("Or say no more than the municipality"), list(municipalities), index=None, key=MUNICIPALITY,
        format_func=municipalities.__getitem__, on_change=_only_roughly, placeholder=_("Choose a municipality"),
        persist_state="session",
    )  # fmt: skip
    if POINT in st.session_state:
        st.caption(_("You tapped the map. The exact place is kept to find the right answer and is never shown."))


def _who() -> None:
    st.pills(_("Who is it about?"), list(words.about_whom()), key="tell_about", required=True,
             label_visibility="collapsed",  # the heading says it
             default=None if "tell_about" in st.session_state else "myself",
             format_func=words.about_whom().__getitem__, persist_state="session")  # fmt: skip
    st.pills(_("They belong to:"), list(told_groups()), key="tell_groups", selection_mode="multi",
             format_func=told_groups().__getitem__, persist_state="session")  # fmt: skip
    if st.session_state.get("tell_kind") != "idea":
        st.pills(_("What stands in the way?"), list(words.obstacles()), key="tell_obstacle",
                 format_func=words.obstacles().__getitem__, persist_state="session")  # fmt: skip
    with st.expander(_("How easy is it to get there today, if you like")):
        labels = words.mode_names(with_bus=True)
        for mode, key in EASES.items():
            lists.selectbox(labels[mode], list(EASE), index=None, key=key, format_func=lambda step: words.eases()[step],
                         placeholder=_("No answer"), persist_state="session")  # fmt: skip


def _say() -> None:
    st.text_area(
        _("In your own words, in any language"), key="tell_text", max_chars=_LONGEST, height=120,
        placeholder=_("I go twice a year instead of monthly, because ..."), persist_state="session",
    )  # fmt: skip
    st.caption(_("For example: I go twice a year instead of monthly. Leave out names and telephone numbers."))
    better = left_out_better(here.settings, region.name, str(st.session_state.get("tell_text") or ""))
    if better:
        st.info(better, icon=":material/info:")
    st.file_uploader(
        _("A photo, if you like (only the picture is kept, without its place and date)"),
        type=["jpg", "jpeg", "png", "webp"], key="tell_photo", max_upload_size=15,
    )  # fmt: skip
    st.checkbox(_("You may keep this and show it, without my name, after somebody has read it"), key="tell_consent")
    if is_protected(here.settings, st.session_state["tell_category"], st.session_state.get("tell_groups") or ()):
        st.checkbox(
            _("It may stand on the map by itself. Otherwise it is only counted, as it may touch on health or safety"),
            key="tell_alone",
        )
    draft = _draft()
    if draft is not None and draft.text.strip():
        similar_to(draft)


def _kind_label(kind: str) -> str:
    return _("I have an idea") if kind == "idea" else _("Something is missing or hard")


def _save_label() -> str:
    return _("Save my idea") if st.session_state.get("tell_kind") == "idea" else _("Save my need")


def _missing(step: int) -> str:
    """What a screen still lacks, in a sentence; empty if nothing."""
    if step == 1 and st.session_state.get("tell_category") not in categories:
        return _("Choose what it is about.")
    if step == 2 and _place() is None:  # noqa: PLR2004 - the second screen
        return _("Say where: choose a place in the list or tap the map.")
    if step == _LAST and not str(st.session_state.get("tell_text") or "").strip():
        return _("Write a sentence, in any language.")
    return ""


def _say_problem(problem: str) -> None:
    st.session_state["tell_problem"] = (problem, current_language())


def _still_said(step: int) -> str:
    """What was said of the last press; after another language what is missing, and no refusal in words of before."""
    problem, said_in = st.session_state.get("tell_problem", ("", ""))
    return str(problem) if said_in == current_language() or not problem else _missing(step)


def _go(by: int) -> None:
    """To the screen before or after; not on while something is missing."""
    step = st.session_state.get(STEP, 1)
    problem = _missing(step) if by > 0 else ""
    _say_problem(problem)
    if not problem:
        st.session_state[STEP] = min(max(step + by, 1), _LAST)


def _draft(photo: bytes | None = None) -> Draft | None:
    """The draft so far; None while its place is missing."""
    place, state = _place(), st.session_state
    if place is None:
        return None
    kind = state.get("tell_kind") or "need"
    return Draft(
        kind=kind,
        category=state["tell_category"],
        text=str(state.get("tell_text") or ""),
        place=place,
        obstacle=(state.get("tell_obstacle") or "other") if kind == "need" else "other",
        about=state.get("tell_about") or "myself",
        groups=tuple(state.get("tell_groups") or ()),
        ease={mode: int(state[key]) for mode, key in EASES.items() if state.get(key)},
        language=current_language().partition("@")[0],
        shown_alone=bool(state.get("tell_alone")),
        consent=bool(state.get("tell_consent")),
        photo=photo,
        sending_key=state.setdefault(KEY, secrets.token_hex(16)),
    )


def _save() -> None:
    """Save once, however often the button is pressed: the sending key stays the same until it is saved."""
    problem = next((found for step in range(1, _LAST + 1) if (found := _missing(step))), "")
    photo = st.session_state.get("tell_photo")
    draft = _draft(photo.getvalue() if photo is not None else None)
    if problem or draft is None:
        _say_problem(problem)
        return
    sending = Sending(
        address=str(st.context.ip_address or ""),
        seconds_on_form=time.monotonic() - st.session_state["tell_begun"],
    )
    try:
        receipt = tell(here.settings, region.name, draft=draft, sending=sending)
    except SempreGeoError as trouble:
        _say_problem(str(trouble))
        return
    st.session_state[RECEIPT] = (receipt, draft.kind)
    for name in (*_KEPT, "tell_problem", "tell_consent", "tell_begun"):
        st.session_state.pop(name, None)


def _show_receipt(receipt: Receipt, kind: str) -> None:
    saved = _("Your idea is saved. Your code:") if kind == "idea" else _("Your need is saved. Your code:")
    messages = "".join(f'<p role="alert"><strong>{escape(text)}</strong></p>' for text in receipt.messages)
    address = urlsplit(str(st.context.url or ""))
    figure = qr_figure(f"{address.scheme}://{address.netloc}/mine") if address.netloc else ""
    st.html(
        f'<div class="answer receipt" role="status" data-sent="tell"><h2>{escape(saved)}</h2>'
        f'<p><span class="code" data-code>'
        f"{escape(receipt.claim_code)}</span></p>{messages}"
        f"<p>{escape(_('Keep it, on paper or as a photo: with it you can change or erase what you wrote.'))} "
        f"<strong>{escape(_('Write it down: it is shown only now, and nobody can tell it to you again.'))}</strong></p>"
        f'{figure}<p class="quiet">{escape(_what_next())}</p>'
        f'<form method="post" action="{PAPER}/receipt" target="_blank">'
        f'<input type="hidden" name="code" value="{escape(receipt.claim_code)}">'
        f'<input type="hidden" name="next" value="{escape(_what_next())}">'
        f'<input type="hidden" name="said_in" value="{escape(current_language())}">'
        f'<button class="sempre_button" type="submit">{escape(_("Print it"))}</button></form></div>'
    )
    with st.container(horizontal=True, key="receipt_buttons"):
        st.button(_("Tell us something else"), key="tell_again", on_click=lambda: st.session_state.pop(RECEIPT))
        if st.button(_("What people said"), key="said_from_receipt", icon=":material/forum:"):
            st.switch_page(st.Page(Path(__file__).with_name("said.py"), url_path="said"))


def _what_next() -> str:
    return (
        _(
            "What happens next: a coordinator of the network reads it. Until then the map only shows that something "
            "was said near here, without your words. Afterwards the words are shown, the exact place never."
        )
        + " "
        + _("An answer should come within {n} days; with your code you see it under 'My code'.").format(
            n=days_to_answer(here.settings)
        )
    )


def _map() -> None:
    point, chosen = st.session_state.get(POINT), st.session_state.get(CHOICE)
    marker = marker_at(*point) if point else place_marker(chosen)
    center = position(region, chosen) if chosen and not point else None
    groups = [group for group in (contribution_pins(public_contributions(here.settings, region.name)), marker) if group]
    show_map(region, groups, key="tell", on_click=_click, center=center)
    pin_legend(theme(), [("need", _("need")), ("idea", _("idea")), ("need_waiting", _("need, awaiting review")),
                         ("idea_waiting", _("idea, awaiting review"))])  # fmt: skip


def _form(step: int) -> None:
    headings = (_("What is it?"), _("Where is it?"), _("Whom is it about?"), _("In your own words"))
    st.html(f'<p class="step">{escape(_("Step {n} of 4").format(n=step))}</p><h2>{escape(headings[step - 1])}</h2>')
    (_what, _where, _who, _say)[step - 1]()
    problem = _still_said(step)
    if problem:
        st.warning(problem, icon=":material/info:")
    with st.container(horizontal=True, key="tell_steps"):
        if step > 1:
            st.button(_("Back"), key="tell_back", on_click=_go, args=(-1,), icon=":material/arrow_back:")
        if step < _LAST:
            st.button(_("On"), key="tell_on", on_click=_go, args=(1,), type="primary", icon=":material/arrow_forward:")
        else:
            st.button(_save_label(), key="tell_save", type="primary", on_click=_save, icon=":material/check:")


_take_up()
done = RECEIPT in st.session_state
with st.container(key="answer_first"), st.container(key="split"):
    with st.container(key="ask"):
        page_title(_("Is something missing or hard?"), _("No account, no e-mail. Tap the map or choose your place."))
    with st.container(key="answer"):
        if done:
            _show_receipt(*st.session_state[RECEIPT])
        elif not voice_receipt():
            wished = int(st.session_state.get(STEP) or 1)
            _form(next((step for step in range(1, wished) if _missing(step)), wished))
    with st.container(key="map_side"):
        _map()
contributions_table(key="tell_table")
written = {name: st.session_state[name] for name in _KEPT if st.session_state.get(name)}
keep_draft("tell", None if done else written, typed=("tell_text",), pictures=("tell_photo",))
