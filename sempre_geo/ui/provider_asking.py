"""How somebody comes to speak for a service: ask, be called back by a coordinator, open an account with the code."""

from __future__ import annotations

from html import escape

import streamlit as st

from sempre_geo.community.moderation import Sending
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.providers import ask_to_provide, open_provider_account
from sempre_geo.pipeline.explore.service_views import service_names
from sempre_geo.ui import lists, review_desk, words
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import login_address

_RECEIPT, _CATEGORY, _SERVICE = "provider_receipt", "provider_category", "provider_service"
_ASKING, _OPENING = "provider_asking", "provider_opening"


def becoming_a_provider() -> None:
    """The steps, each with its form; whoever has an account already logs in."""
    review_desk.said()
    if _RECEIPT in st.session_state:
        _receipt(str(st.session_state[_RECEIPT]))
        return
    steps = (
        _("Ask to speak for your service; you get a code."),
        _("A coordinator calls you back and checks it."),
        _("Open your account with the code, and log in."),
    )
    listed = "".join(f"<li>{escape(step)}</li>" for step in steps)
    st.html(
        f'<div class="answer"><ol>{listed}</ol></div><p class="said">'
        f'<a class="door" href="{login_address()}" target="_self">{escape(_("I have an account: log in"))}</a></p>'
    )
    with st.expander(_("Ask to speak for a service"), icon=":material/storefront:", expanded=True, key=_ASKING):
        _asking()
        review_desk.refused(_ASKING)
    with st.expander(_("I was called back: open my account"), icon=":material/key:", key=_OPENING):
        _opening()
        review_desk.refused(_OPENING)


def _asking() -> None:
    here = installation()
    category = lists.selectbox(
        _("What kind of service?"), words.category_choices(here.region), key=_CATEGORY, format_func=words.category
    )
    names = service_names(here.settings, here.region_name, category=str(category), language=current_language())
    # A key for each category: under one key the browser would keep showing the service of the category before.
    chosen = lists.selectbox(_("Which one?"), list(names), key=f"{_SERVICE}_{category}", format_func=names.__getitem__)
    st.text_input(_("Your name"), key="provider_name", max_chars=80, autocomplete="name")
    st.text_input(
        _("How can we reach you? Only a coordinator reads it, until you were called."), key="provider_contact",
        max_chars=120, autocomplete="off",
    )  # fmt: skip
    st.text_input(
        _("How can we check that you work there? For instance the service's own telephone."), key="provider_source",
        max_chars=300, autocomplete="off",
    )  # fmt: skip
    st.button(_("Ask to speak for it"), key="provider_ask", type="primary", on_click=_ask, args=(chosen,))


def _ask(service_id: str | None) -> None:
    state, here = st.session_state, installation()
    sending = Sending(str(st.context.ip_address or ""))

    def asking() -> None:
        state[_RECEIPT] = ask_to_provide(
            here.settings, here.region_name, service_id=service_id or "",
            name=str(state["provider_name"]), contact=str(state["provider_contact"]),
            source=str(state["provider_source"]), sending=sending,
        ).claim_code  # fmt: skip

    review_desk.act(asking, _("Your request is saved."), form=_ASKING)


def _opening() -> None:
    """A form: outside of one, a password is not told when the focus goes on to the eye that stands in its field."""
    with st.form("provider_open_form", border=False):
        st.text_input(_("Your code"), key="provider_code", autocomplete="off")
        st.text_input(_("The name with which you want to log in"), key="provider_account", autocomplete="username")
        st.text_input(_("Password"), key="provider_password", type="password", autocomplete="new-password")
        st.form_submit_button(_("Open my account"), key="provider_open", type="primary", on_click=_open)


def _open() -> None:
    state = st.session_state
    name, password = str(state["provider_account"]).strip(), str(state["provider_password"])

    def opening() -> None:
        code = str(state["provider_code"]).strip()
        open_provider_account(installation().settings, code, name=name, password=password)
        state["provider_password"] = ""

    told = _("Your account is open. Log in with the name '{name}'.").format(name=name)
    review_desk.act(opening, told, form=_OPENING)


def _receipt(code: str) -> None:
    st.html(
        f'<div class="answer" role="status"><p>{escape(_("Your code"))}</p>'
        f'<p><span class="code" data-code>{escape(code)}</span></p>'
        f"<p>{escape(_('Write it down: it is shown only now, and nobody can tell it to you again.'))}</p>"
        f"<p>{escape(_('A coordinator calls you back and checks it.'))}</p></div>"
    )
    st.button(_("I have written it down"), key="provider_noted", on_click=_noted)


def _noted() -> None:
    st.session_state.pop(_RECEIPT, None)
