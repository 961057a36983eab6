"""The figures of a proposal: those attached, and further ones with one press each."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from sempre_geo.community.proposals import Proposal
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.proposal_figures import attach_place_figures, attach_scenario
from sempre_geo.pipeline.gaps.whatif_saved import list_scenarios
from sempre_geo.publish.figure_words import figure_date, figure_title
from sempre_geo.publish.maps import inert
from sempre_geo.ui import lists, session
from sempre_geo.ui.installation import installation


def figures_to_attach(shown: Proposal, *, code: str) -> None:
    """What is attached, a press for the place's figures as they are today, and one for a kept what-if."""
    lines = "".join(f"<li>{inert(figure_title(one))}{_dated(figure_date(one))}</li>" for one in shown.evidence)
    if lines:
        st.html(f"<h2>{escape(_('Figures of the place'))}</h2><ul>{lines}</ul>")
    here, by = installation(), session.login_token()
    if st.button(_("Attach today's figures of the place"), key="figures_attach", icon=":material/attach_file:"):
        _try(lambda: attach_place_figures(here.settings, shown.id, by=by, code=code))
    known = list_scenarios(here.settings, shown.region).set_index("key")["name"].to_dict()
    if not known:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = lists.selectbox(_("Kept scenarios"), list(known), key="figures_scenario", format_func=known.__getitem__)
        if st.button(_("Attach what it would change"), key="figures_whatif", icon=":material/alt_route:"):
            _try(lambda: attach_scenario(here.settings, shown.id, name=str(name), by=by, code=code))


def _dated(day: str) -> str:
    """The date of the data, where the files said one."""
    return f" <small>({inert(day)})</small>" if day else ""


def _try(attach: Callable[[], int]) -> None:
    with st.spinner(_("Comparing before and after")):
        try:
            attach()
        except SempreGeoError as problem:
            st.warning(str(problem), icon=":material/info:")
            return
    st.session_state["proposal_said"] = _("It stands in the proposal now, with its date.")
    st.rerun()
