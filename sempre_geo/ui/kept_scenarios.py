"""Scenarios that are kept: opened, saved for all, set side by side, attached to a proposal."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import pandas as pd
import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.gaps.scenarios import Scenario, scenario_from_table, scenario_table
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.proposal_writing import attach_evidence
from sempre_geo.pipeline.community.proposals import proposals
from sempre_geo.pipeline.gaps.kept_scenarios import keep_scenario
from sempre_geo.pipeline.gaps.whatif import WhatIf
from sempre_geo.pipeline.gaps.whatif_saved import (
    MOST_COMPARED,
    compare_scenarios,
    evidence_of_scenario,
    list_scenarios,
    saved_scenario,
)
from sempre_geo.publish.speech import euros
from sempre_geo.ui import lists, session, words
from sempre_geo.ui.installation import installation
from sempre_geo.ui.scenario_file import scenario_bytes

OPENED = "scenario_opened"


def open_or_keep(scenario: Scenario | None, *, on_open: Callable[[Scenario], None]) -> None:
    """Open a kept scenario or a file; keep this one as a file, and for all where the role allows it."""
    here = installation()
    with st.expander(_("Keep it, or open another"), key="scenario_keep"):
        known = list_scenarios(here.settings, here.region_name).set_index("key")["name"].to_dict()
        if len(known):
            key = lists.selectbox(_("Kept scenarios"), list(known), key="scenario_kept", format_func=known.__getitem__)
            st.button(_("Open it"), key="scenario_open", on_click=_open_kept, args=(str(key), on_open))
        given = st.file_uploader(_("Open a scenario file"), type=["toml"], key="scenario_file")
        if given is not None and st.session_state.get(OPENED) != given.file_id:
            st.session_state[OPENED] = given.file_id
            _open_file(given.getvalue(), on_open)
        if scenario is not None:
            st.download_button(
                _("Save as a file (scenario.toml)"), scenario_bytes(scenario_table(scenario)), key="scenario_save",
                file_name="scenario.toml", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
        if scenario is not None and session.is_planner():
            st.button(_("Keep it here for everybody"), key="scenario_share", on_click=_share, args=(scenario,))


def _open_kept(key: str, on_open: Callable[[Scenario], None]) -> None:
    here = installation()
    try:
        on_open(saved_scenario(here.settings, here.region_name, key))
    except SempreGeoError as refusal:
        st.error(str(refusal))


def _open_file(given: bytes, on_open: Callable[[Scenario], None]) -> None:
    try:
        on_open(scenario_from_table(tomllib.loads(given.decode("utf-8-sig"))))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        st.error(_("This file is no scenario; take one that was saved here."))
    except SempreGeoError as refusal:
        st.error(str(refusal))
    else:
        st.rerun()


def _share(scenario: Scenario) -> None:
    here = installation()
    try:
        keep_scenario(here.settings, here.region_name, scenario, by=session.login_token())
    except SempreGeoError as refusal:
        st.error(str(refusal))
    else:
        st.toast(_("Kept. Everybody finds it under this name: {name}.").format(name=scenario.name))


def side_by_side(*, mode: str) -> None:
    """Two or three kept scenarios in one table."""
    here = installation()
    known = list_scenarios(here.settings, here.region_name).set_index("key")["name"].to_dict()
    if len(known) < 2:  # noqa: PLR2004 - one has nothing to stand beside
        return
    st.subheader(_("Side by side"))
    chosen = lists.multiselect(
        _("Two or three kept scenarios"), list(known), key="scenario_compared", max_selections=MOST_COMPARED,
        format_func=known.__getitem__, placeholder=_("none chosen"),
    )  # fmt: skip
    if not st.button(_("Compare them"), key="scenario_compare", disabled=len(chosen) < 2):  # noqa: PLR2004 - as above
        return
    with st.spinner(_("Comparing before and after")):
        try:
            found = compare_scenarios(here.settings, here.region_name, [str(one) for one in chosen], mode=mode)
        except SempreGeoError as refusal:
            st.error(str(refusal))
            return
    st.dataframe(_spoken(found.figures), key="scenario_figures")
    groups = found.groups.assign(
        category=[words.category(str(name)) for name in found.groups["category"]],
        group=[words.everybody_or(str(name)) for name in found.groups["group"]],
    )
    st.dataframe(groups.round().rename(columns={"category": _("Service"), "group": _("Who")}), hide_index=True)


def _spoken(figures: pd.DataFrame) -> pd.DataFrame:
    names = {
        "people_gaining": _("People who gain"),
        "people_losing": _("People who lose"),
        "people_unknown": _("Not known"),
        "hours_saved": _("Hours saved, one visit each"),
        "cost_per_year": _("Cost a year"),
        "cost_per_person": _("Cost a person who gains"),
    }
    money = figures[["cost_per_year", "cost_per_person"]].map(lambda cost: euros(cost) if pd.notna(cost) else "")
    return figures.round().assign(**money).rename(columns=names).rename_axis(_("Scenario"))


def attach(found: WhatIf) -> None:
    """Put a result into a proposal one writes, as evidence with its date and version."""
    here = installation()
    listed = proposals(here.settings, here.region_name).set_index("id")["title"].to_dict()
    if not listed:
        return
    with st.expander(_("Attach this to a proposal"), key="scenario_attach"):
        chosen = lists.selectbox(_("Proposal"), list(listed), key="scenario_proposal", format_func=listed.__getitem__)
        code = st.text_input(_("Your code, if you are in its team"), key="scenario_code")
        if not st.button(_("Attach it"), key="scenario_attach_now"):
            return
        try:
            attach_evidence(
                here.settings, str(chosen), figures=[evidence_of_scenario(found)], by=session.login_token(), code=code
            )
        except SempreGeoError as refusal:
            st.error(str(refusal))
        else:
            st.success(_("It stands in the proposal now, with its date."))
