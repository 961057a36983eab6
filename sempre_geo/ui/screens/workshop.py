"""Workshop: a coordinator opens one, hands a device round, lets phones join, closes it and takes it to the office."""

from __future__ import annotations

from html import escape

import streamlit as st

from sempre_geo.errors import NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.workshop import workshops
from sempre_geo.ui import session, workshop_desk, workshop_round
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import login_address

here = installation()


def _desk() -> None:
    page_title(_("Workshop"), _("Many voices on one evening: one device goes round, and the phones of the hall join."))
    try:
        known = workshops(here.settings, here.region_name, by=session.login_token())
    except NotAllowedError as refusal:
        link = f'<a href="{escape(login_address("workshop"))}" target="_self">{escape(_("Log in"))}</a>'
        st.html(f'<div class="empty"><p>{escape(str(refusal))} {link}</p></div>')
        return
    workshop_desk.show(known)


in_hand = session.workshop_in_hand()
with st.container(key="reading"):
    if in_hand is None:
        _desk()
    else:
        workshop_round.show(in_hand)
