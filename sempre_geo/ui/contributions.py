"""Needs and ideas as a table and as cards, and "me too"; what people wrote is only ever shown as text."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.community.contributions import Draft
from sempre_geo.community.moderation import Sending
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.publish.maps import inert
from sempre_geo.ui import words
from sempre_geo.ui.installation import installation
from sempre_geo.ui.on_device import voter

_AWAITING = "awaiting_review"
_VOICE, _TROUBLE, _MOST_SIMILAR, _LONGEST_SENTENCE = "voice_receipt", "voice_trouble", 3, 500
_IS_READ_FIRST = "voice_is_read_first"


def contributions_table(*, key: str) -> None:
    """Everything that the map shows of needs and ideas, as a table."""
    here = installation()
    table = st.expander(_("Needs and ideas as a table"), key=key, on_change="rerun", icon=":material/table:")
    if not table.open:
        return
    with table:
        said = public_contributions(here.settings, here.region_name)
        if said.empty:
            st.html(f'<p class="lead">{escape(_("Nobody has told us anything yet."))}</p>')
        else:
            st.dataframe(readable(said), hide_index=True, key=f"{key}_rows", placeholder="")


def readable(said: pd.DataFrame) -> pd.DataFrame:
    """Public contributions with headings and values that people read."""
    waiting = said["status"] == _AWAITING
    return pd.DataFrame(
        {
            _("What"): said["kind"].map(dict(words.kinds())),
            _("About"): said["category"].map(words.category),
            _("Near"): said["place_name"].fillna(_("somewhere in the municipality")),
            _("In their words"): said["text"].where(~waiting, _("Awaiting review")),
            _("Voices"): said["voices"],
            _("Where it stands"): said["status"].map(words.status),
        }
    )


def card(row: pd.Series) -> None:
    """One need or idea with its text, inert."""
    kind = words.kinds().get(str(row["kind"]), str(row["kind"]))
    place = row.get("place_name") or row.get("municipality") or ""
    where = f" · {inert(place)}" if isinstance(place, str) and place else ""
    category = words.category(str(row["category"]))
    title = f"<strong>{inert(row['title'])}</strong><br>" if row.get("title") else ""
    st.html(
        f'<p class="said"><span class="tag">{escape(kind)}</span>{escape(category)}{where}</p>'
        f'<p class="said">{title}{inert(row["text"])}</p>'
    )


def similar_to(draft: Draft) -> None:
    """Published entries like a draft, before it is sent: perhaps it is one of these."""
    from sempre_geo.pipeline.community.duplicates import similar_public

    here = installation()
    try:
        found = similar_public(here.settings, here.region_name, draft=replace(draft, consent=True, photo=None))
    except SempreGeoError:
        return
    if found.empty:
        return
    st.html(f"<h2>{escape(_('Is it one of these? Then you can add your voice to it instead.'))}</h2>")
    for _number, row in found.head(_MOST_SIMILAR).iterrows():
        with st.container(border=True, key=f"similar_{row['id']}"):
            card(row)
            me_too(str(row["id"]), name="tell", label=_("Me too, to this one"))


def voices(row: pd.Series) -> str:
    """How many have said "me too", and where it stands."""
    counted = ngettext("{n} voice", "{n} voices", int(row["voices"])).format(n=int(row["voices"]))
    return f"{counted} · {words.status(str(row['status']))}"


def me_too(contribution_id: str, *, name: str, label: str = "") -> None:
    """The button by which somebody supports an entry, with what they wrote beside it if they did."""
    st.session_state.setdefault("voices_begun", time.monotonic())
    st.button(
        label or _("Me too"), key=f"me_too_{contribution_id}", on_click=_give_voice, args=(contribution_id, name),
        icon=":material/thumb_up:",
    )  # fmt: skip


def sentence_field(contribution_id: str) -> None:
    """A sentence of one's own beside "me too"; somebody of the network reads it before others do."""
    st.text_area(
        _("A sentence of your own, if you like"), key=f"sentence_{contribution_id}", max_chars=_LONGEST_SENTENCE,
        height=80,
    )  # fmt: skip


def _give_voice(contribution_id: str, name: str) -> None:
    from sempre_geo.pipeline.community.voices import add_voice

    keys = st.session_state.setdefault("voice_keys", {})
    seconds = time.monotonic() - st.session_state["voices_begun"]
    sentence = str(st.session_state.get(f"sentence_{contribution_id}") or "")
    st.session_state[_IS_READ_FIRST] = bool(sentence.strip())
    try:
        st.session_state[_VOICE] = add_voice(
            installation().settings, contribution_id, voter=voter(name),
            sentence=sentence,
            sending=Sending(address=str(st.context.ip_address or ""), seconds_on_form=seconds),
            sending_key=keys.setdefault(contribution_id, secrets.token_hex(16)),
        )  # fmt: skip
    except SempreGeoError as problem:
        st.session_state[_TROUBLE] = str(problem)


def voice_receipt() -> bool:
    """What came of a "me too", until it was read; whether there is one."""
    trouble = st.session_state.pop(_TROUBLE, "")
    if trouble:
        st.warning(trouble, icon=":material/info:")
    receipt = st.session_state.get(_VOICE)
    if receipt is None:
        return False
    messages = "".join(f'<p role="alert"><strong>{escape(text)}</strong></p>' for text in receipt.messages)
    if receipt.claim_code:
        first = _(
            "Somebody of the network reads your sentence before others see it; with the code you see what was decided."
        )
        read = f"<p>{escape(first)}</p>" if st.session_state.get(_IS_READ_FIRST) else ""
        told = (
            f"<h2>{escape(_('Your voice counts. With this code you can take it back:'))}</h2>"
            f'<p><span class="code" data-code>{escape(receipt.claim_code)}</span></p>'
            f"<p>{escape(_('Write it down: it is shown only now, and nobody can tell it to you again.'))}</p>{read}"
        )
    else:
        told = f"<h2>{escape(_('Your voice was counted before'))}</h2>"
    st.html(f'<div class="answer receipt" role="status">{told}{messages}</div>')
    st.button(_("Read on"), key="voice_read", on_click=lambda: st.session_state.pop(_VOICE), type="primary")
    return True
