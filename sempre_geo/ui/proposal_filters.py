"""Choosing among the proposals: by municipality and stage, and what each would bring."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet

import pandas as pd
import streamlit as st

from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.proposal_gains import proposals_with_gains
from sempre_geo.pipeline.explore.places import municipality_names
from sempre_geo.publish.speech import people
from sempre_geo.ui import lists, words
from sempre_geo.ui.installation import installation

ALL = ""


def chosen_proposals(*, without: AbstractSet[str] = frozenset()) -> pd.DataFrame:
    """The proposals as `proposals_with_gains` gives them, of one municipality or stage where that is chosen.

    ``without`` are the ids of those that stand on the page already.
    """
    here = installation()
    listed = proposals_with_gains(here.settings, here.region_name)
    listed = listed[~listed["id"].isin(without)]
    if len(listed) < 2:  # noqa: PLR2004 - there is nothing to choose from
        return listed
    names = municipality_names(here.region, current_language())
    there = {one for ids in listed["municipality_ids"] for one in ids}
    places = {ALL: _("The whole region"), **{one: name for one, name in names.items() if one in there}}
    stages = {ALL: _("Every stage"), **{code: words.status(code) for code in dict.fromkeys(listed["status"])}}
    with st.container(horizontal=True, key="proposal_filters"):
        place = lists.selectbox(_("For"), list(places), key="proposals_place", format_func=places.__getitem__)
        stage = lists.selectbox(_("Stage"), list(stages), key="proposals_stage", format_func=stages.__getitem__)
    if place:
        listed = listed[[place in ids for ids in listed["municipality_ids"]]]
    return listed[listed["status"] == stage] if stage else listed


def gain_sentence(gaining: float, scenario: str) -> str:
    """How many would gain by a proposal's what-if, or that nobody has counted it."""
    if math.isnan(gaining):
        return _("How many people would gain has not been worked out yet.")
    return _("{people} would gain, as its what-if counts ({scenario}).").format(
        people=people(gaining), scenario=scenario
    )
