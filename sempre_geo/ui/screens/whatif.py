"""What if: change services, buses or roads, and see who gains, who loses, and where."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.gaps.scenarios import Scenario, scenario_from_table, scenario_table
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.visit_views import BUS, has_timetable
from sempre_geo.pipeline.gaps.scenario_choices import scenario_choices
from sempre_geo.pipeline.gaps.whatif import WhatIf, what_if
from sempre_geo.publish.hours_speech import told_hours
from sempre_geo.travel.hours_words import hours_of_words
from sempre_geo.ui import lists, scenario_view, words
from sempre_geo.ui.change_form import ask_change, kinds, offered_kinds
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.kept_scenarios import attach, open_or_keep, side_by_side

TABLE, FOUND = "scenario", "scenario_found"
_HOURS = "opening_hours"
here, region = installation(), installation().region
choices = scenario_choices(here.settings, region.name, language=current_language())
modes = words.modes(with_bus=has_timetable(here.settings, region.name))


def _table() -> dict[str, Any]:
    """The scenario so far, as a table."""
    table: dict[str, Any] = st.session_state.setdefault(TABLE, {"name": ""})
    return table


def _add(kind: str, row: dict[str, Any]) -> None:
    """Take one more change in, if it can be."""
    table = _table()
    try:
        if _HOURS in row:
            row = row | {_HOURS: hours_of_words(row[_HOURS])}
        wanted = {**table, "name": table["name"] or kinds()[kind], kind: [*table.get(kind, []), row]}
        scenario_from_table(wanted, called=choices.services)
    except SempreGeoError as refusal:
        st.session_state["scenario_refusal"] = str(refusal)
        return
    st.session_state[TABLE] = wanted
    st.session_state.pop(FOUND, None)


def _remove(kind: str, number: int) -> None:
    rows = [row for at, row in enumerate(_table()[kind]) if at != number]
    st.session_state[TABLE] = {**_table(), kind: rows}
    if not rows:
        del st.session_state[TABLE][kind]
    st.session_state.pop(FOUND, None)


def _open(scenario: Scenario) -> None:
    st.session_state[TABLE] = scenario_table(scenario)
    st.session_state.pop(FOUND, None)


def _scenario() -> Scenario | None:
    """The scenario so far; None as long as it changes nothing."""
    return scenario_from_table(_table()) if any(kind in _table() for kind in kinds()) else None


def _ask() -> str:
    page_title(_("What if?"), _("Change something, and see who gains and who loses."))
    kind = lists.selectbox(
        _("What changes?"), offered_kinds(choices), key="scenario_kind", format_func=kinds().__getitem__
    )
    row = ask_change(str(kind), choices, key="change")
    st.button(_("Add this change"), key="scenario_add", on_click=_add, args=(kind, row), icon=":material/add:")
    if refusal := st.session_state.pop("scenario_refusal", ""):
        st.error(refusal)
    _list_changes()
    if any(kind in _table() for kind in kinds()):
        name = st.text_input(_("What do you call it?"), value=_table()["name"], key=f"scenario_name_{_table()['name']}")
        if name.strip():
            _table()["name"] = name.strip()
    mode = st.pills(
        _("How people get there"), list(modes), key="scenario_mode", format_func=modes.__getitem__,
        default=None if "scenario_mode" in st.session_state else next(iter(modes)), required=True,
    )  # fmt: skip
    return str(mode)


def _list_changes() -> None:
    rows = [(kind, number, row) for kind in kinds() for number, row in enumerate(_table().get(kind, []))]
    if not rows:
        st.html(f'<p class="empty">{_("Nothing is changed yet. Choose what changes, fill it in, and add it.")}</p>')
    for kind, number, row in rows:
        with st.container(horizontal=True, vertical_alignment="center", key=f"scenario_row_{kind}_{number}"):
            st.write(f"**{kinds()[kind]}**: {_row_in_words(row)}")
            st.button(
                _("Take out"), key=f"scenario_out_{kind}_{number}", on_click=_remove, args=(kind, number),
                icon=":material/delete:", type="tertiary",
            )  # fmt: skip


def _row_in_words(row: dict[str, Any]) -> str:
    """What a change names, in words where there are any; text of a file is shown as it is."""
    titles = {name: words.category(name) for name in words.category_choices(region)}
    known = {
        **titles,
        **choices.services,
        **choices.stops,
        **choices.lines,
        **choices.settlements,
        **choices.municipalities,
    }
    told = row | ({_HOURS: told_hours(str(row[_HOURS]))} if _HOURS in row else {})
    parts = [known.get(str(value), str(value)) for name, value in told.items() if name not in {"lon", "lat"}]
    return ", ".join(parts).replace("*", r"\*").replace("[", r"\[").replace("<", "&lt;").replace(":", r"\:")


def _work_out(mode: str) -> None:
    scenario, icon = _scenario(), ":material/calculate:"
    pressed = st.button(_("Work it out"), key="scenario_go", type="primary", disabled=scenario is None, icon=icon)
    if not pressed or scenario is None:
        return
    bar = st.progress(0.0, text=_("Comparing before and after"))

    def progress(stage: str, share: float) -> None:
        bar.progress(min(share, 1.0), text=stage)

    try:
        st.session_state[FOUND] = what_if(here.settings, region.name, scenario, mode=mode, progress=progress)
    except SempreGeoError as refusal:
        st.error(str(refusal))
    bar.empty()


with st.container(key="split"):
    with st.container(key="ask"), st.container(key="labelled"):
        by_mode = _ask()
        _work_out(by_mode)
        open_or_keep(_scenario(), on_open=_open)
    found: WhatIf | None = st.session_state.get(FOUND)
    with st.container(key="map_side"):
        if found is None:
            scenario_view.no_change_map()
        else:
            seen = list(dict.fromkeys(found.cells["category"]))
            shown = st.pills(_("Shown on the map"), seen, key="scenario_shown", format_func=words.category,
                             default=seen[0], required=True) if len(seen) > 1 else seen[0]  # fmt: skip
            scenario_view.change_map(found, category=str(shown))
    with st.container(key="answer"):
        if found is not None:
            scenario_view.answer(found)
            attach(found)
if found is not None:
    scenario_view.tables(found)
side_by_side(mode=by_mode)
if BUS not in modes:
    st.caption(_("There is no timetable for this region; only ways by street can be compared."))
