"""Gaps: who needs longer than a limit to a service, where, and how sure that is."""

from __future__ import annotations

import math
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.gaps.reasons import reason_sentence
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.sentences import mode_phrases
from sempre_geo.pipeline.gaps.limits import EVERYBODY, beyond_limit, published_limits, whole_region, why_beyond
from sempre_geo.publish.grid import LIMITS_MIN
from sempre_geo.publish.speech import duration, people, share
from sempre_geo.ui import session, words
from sempre_geo.ui.bars import bars
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import service_pins, surface
from sempre_geo.ui.legend import limit_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.session import theme

CATEGORY, MODE, GROUP, LIMIT = "service", "by", "group", "limit"
_LONGEST_MIN = 120

here, region = installation(), installation().region
categories = words.category_choices(region)
groups = [name for name in words.groups() if name in region.cells.columns]
limits = sorted({limit for steps in LIMITS_MIN.values() for limit in steps if limit <= _LONGEST_MIN})
session.read_link(region, {CATEGORY: categories, MODE: list(words.modes()), GROUP: groups})


def _ask() -> tuple[str, str, str, int]:
    page_title(_("Who is too far away?"))
    category = st.selectbox(_("Service"), categories, key=CATEGORY, format_func=words.category, persist_state="session")
    mode = st.pills(
        _("How people get there"), list(words.modes()), key=MODE, format_func=lambda name: words.modes()[name],
        default=None if MODE in st.session_state else "car", required=True, persist_state="session",
    )  # fmt: skip
    limit = st.select_slider(_("Longer than"), limits, value=20, key=LIMIT, format_func=duration)
    group = st.selectbox(_("Who"), groups, key=GROUP, format_func=words.groups().__getitem__, persist_state="session")
    return str(category), str(mode), str(group), int(limit)


def _reading(total: pd.Series, *, category: str, mode: str, group: str, limit: int) -> None:
    service, by = words.category(category).lower(), mode_phrases()[mode]
    if math.isnan(total["share_beyond"]):
        told = [_("For nobody is it known how long it takes.")]
    else:
        sentence = _("{group}: {share} must travel more than {limit} {by} to the nearest {service}. That is {people}.")
        told = [
            sentence.format(
                group=words.groups()[group], share=share(total["share_beyond"]), limit=duration(limit), by=by,
                service=service, people=people(total["beyond"]),
            )
        ]  # fmt: skip
    if total["no_way"] >= 1:
        told.append(
            _("For {people} of them there is no way at all {by}.").format(people=people(total["no_way"]), by=by)
        )
    if total["unknown"] >= 1:
        told.append(_("For {people} it is not known.").format(people=people(total["unknown"])))
    told.append(_("This limit is yours: it is no published standard."))
    told += _published(category, mode)
    first, *rest = told
    st.html(f'<div class="answer" role="status"><p class="first">{escape(first)}</p>'
            + "".join(f'<p class="quiet">{escape(text)}</p>' for text in rest) + "</div>")  # fmt: skip


def _published(category: str, mode: str) -> list[str]:
    """The limits that others have set for this service and mode, each with who says so."""
    limits = published_limits(here.settings, region.name, category=category, mode=mode)
    sentence = _("A published limit: {limit} {unit}, {scope}. Source: {source}.")
    told = [
        sentence.format(limit=f"{limit.limit:g}", unit=limit.unit, scope=limit.scope, source=limit.source)
        for limit in limits
    ]
    return told or [_("We know of no published standard for this service and this way of getting there.")]


def _reasons(*, category: str, mode: str, limit: int, group: str) -> None:
    """Why people are beyond the limit: bars that are a table, the most frequent reason first."""
    why = why_beyond(
        here.settings, region.name, category=category, mode=mode, limit_min=limit, group=group
    )  # fmt: skip
    if why.empty:
        return
    bars(
        [reason_sentence(code) for code in why.index], (why / why.sum()).tolist(),
        numbers=[people(count) for count in why], caption=_("Why they are beyond the limit"), colour=theme().time[3],
    )  # fmt: skip


with st.container(key="split"):
    with st.container(key="ask"):
        chosen, by_mode, who, minutes = _ask()
    table = beyond_limit(
        here.settings, region.name, category=chosen, mode=by_mode, limit_min=minutes, group=who,
        language=current_language(),
    )  # fmt: skip
    with st.container(key="map_side"):
        limit_legend(theme(), title=_("More than {limit}").format(limit=duration(minutes)))
        layers = [surface(chosen, by_mode, f"beyond-{minutes}"), service_pins(chosen)]
        show_map(region, [layer for layer in layers if layer], key="gaps")
    with st.container(key="answer"):
        _reading(whole_region(table), category=chosen, mode=by_mode, group=who, limit=minutes)
peopled = table[table["people"] > 0]
bars(
    peopled["municipality"].tolist(),
    peopled["share_beyond"].tolist(),
    numbers=[people(count) for count in peopled["beyond"]],
    caption=_("Share beyond the limit, by municipality"),
    colour=theme().time[3],
)
_reasons(category=chosen, mode=by_mode, limit=minutes, group=who)
shown = st.expander(_("The same as a table"), key="gaps_table", on_change="rerun", icon=":material/table:")
if shown.open:
    with shown:
        st.dataframe(table, hide_index=True, key="gaps_rows", column_config=words.gap_columns(), placeholder="")
        st.caption(_("Group: {name}").format(name=words.groups().get(who, words.groups()[EVERYBODY])))
session.write_link({CATEGORY: chosen, MODE: by_mode, GROUP: who})
