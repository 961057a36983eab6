"""The form in which an author changes a need or an idea: everything that was asked when it was told."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sempre_geo.community.contributions import EASE, MODES, Place
from sempre_geo.community.groups import told_groups
from sempre_geo.community.texts import LONGEST_TEXT
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.contributions import Own
from sempre_geo.pipeline.community.own_changes import Change
from sempre_geo.pipeline.community.tell_rules import is_protected
from sempre_geo.ui import lists, words
from sempre_geo.ui.installation import installation

_PREFIX, _GIVEN = "mine_new_", "mine_photos_given"
_ROUGHLY = "municipality:"


def _key(name: str) -> str:
    return f"{_PREFIX}{name}"


def _photo_key() -> str:
    """Another field after each saved change, for a field that holds a file cannot be emptied."""
    return _key(f"photo_{st.session_state.get(_GIVEN, 0)}")


def change_form(own: Own) -> None:
    """Every field as it stands now; what is not touched stays as it is."""
    for name, value in _now(own).items():
        st.session_state.setdefault(_key(name), value)
    st.text_area(_("Your words"), key=_key("text"), height=120, max_chars=LONGEST_TEXT)
    categories = words.category_choices(installation().region)
    known = list(categories) if own.category in categories else [own.category, *categories]
    lists.selectbox(_("What is it about?"), known, key=_key("category"), format_func=words.category)
    _where()
    _whom(own)
    st.file_uploader(
        _("Another photo, if you like (only the picture is kept, without its place and date)"),
        type=["jpg", "jpeg", "png", "webp"], key=_photo_key(), max_upload_size=15,
    )  # fmt: skip
    if own.photos:
        st.checkbox(_("Take the photo away"), key=_key("without"))
    if is_protected(installation().settings, st.session_state[_key("category")], st.session_state[_key("groups")]):
        st.checkbox(
            _("It may be shown by itself. Otherwise it is only counted, as it may touch on health or safety."),
            key=_key("alone"),
        )


def _where() -> None:
    places = _places()
    lists.selectbox(
        _("Another place"), list(places), index=None, key=_key("place"), format_func=places.__getitem__,
        placeholder=_("The place stays as it is"),
    )  # fmt: skip


def _whom(own: Own) -> None:
    labels = dict(words.about_whom())
    st.pills(_("Who is it about?"), list(labels), key=_key("about"), required=True, format_func=labels.__getitem__)
    groups = {**{one: words.everybody_or(one) for one in own.groups}, **told_groups()}
    st.pills(_("They belong to:"), list(groups), key=_key("groups"), selection_mode="multi",
             format_func=groups.__getitem__)  # fmt: skip
    if own.kind == "need":
        st.pills(_("What stands in the way?"), list(words.obstacles()), key=_key("obstacle"), required=True,
                 format_func=words.obstacles().__getitem__)  # fmt: skip
    modes = words.mode_names(with_bus=True)
    st.caption(_("How easy is it to get there today, if you like"))
    for mode in MODES:
        lists.selectbox(modes[mode], list(EASE), index=None, key=_key(mode), placeholder=_("No answer"),
                     format_func=lambda step: words.eases()[step])  # fmt: skip


def _now(own: Own) -> dict[str, Any]:
    return {
        "text": own.text, "category": own.category, "about": own.about, "groups": list(own.groups),
        "obstacle": own.obstacle, "alone": own.shown_alone, **{mode: own.ease.get(mode) for mode in MODES},
    }  # fmt: skip


def _places() -> dict[str, str]:
    region = installation().region
    roughly = {f"{_ROUGHLY}{place_id}": label for place_id, label in words.municipality_choices(region).items()}
    return {**words.settlement_choices(region), **roughly}


def changed_fields(own: Own) -> Change:
    """What the form changes of a contribution."""
    filled = {name: st.session_state.get(_key(name), value) for name, value in _now(own).items()}
    photo = st.session_state.get(_photo_key())
    return Change(
        text=str(filled["text"]),
        category=str(filled["category"]),
        obstacle=str(filled["obstacle"] or own.obstacle),
        about=str(filled["about"] or own.about),
        groups=tuple(filled["groups"] or ()),
        ease={mode: int(filled[mode]) for mode in MODES if filled[mode]},
        place=_place(st.session_state.get(_key("place"))),
        shown_alone=bool(filled["alone"]),
        photo=photo.getvalue() if photo is not None else None,
        without_photo=bool(st.session_state.get(_key("without"))),
    )


def _place(chosen: object) -> Place | None:
    if chosen not in _places():
        return None
    roughly = str(chosen).removeprefix(_ROUGHLY)
    return Place(municipality_id=roughly) if roughly != chosen else Place(settlement_id=roughly)


def forget_fields() -> None:
    """Leave nothing of one contribution in the form for the next."""
    for name in [str(key) for key in st.session_state if str(key).startswith(_PREFIX)]:
        st.session_state.pop(name, None)
    st.session_state[_GIVEN] = st.session_state.get(_GIVEN, 0) + 1
