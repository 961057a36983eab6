"""Gaps: who is beyond a limit to a service, where, why, which group more than others, and what people say of it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.gaps.reasons import reason_sentence
from sempre_geo.gaps.standards import Standard
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.visit_views import BUS, has_timetable
from sempre_geo.pipeline.gaps.answers import GapAnswer, gap_answer
from sempre_geo.pipeline.gaps.limits import SAME_DAY_MIN, limit_code, limits_of, own_limit
from sempre_geo.pipeline.gaps.sentences import fairness, is_same_day, limit_title, reading, spoken_limit, who_says
from sempre_geo.publish.speech import duration, in_sentence, people, share
from sempre_geo.ui import felt_table, session, words
from sempre_geo.ui.charts import interval_bars, saved_table
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import service_pins, surface
from sempre_geo.ui.legend import limit_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.pictures import beyond
from sempre_geo.ui.session import theme

CATEGORY, MODE, GROUP, HELD, LIMIT = "service", "by", "group", "held", "limit"
OWN = "own"
_STREET_LIMITS = (5, 10, 15, 20, 30, 45, 60, 90, 120)
_BUS_LIMITS = (60, 90, 120, 180, 240, 300, 360)

here, region = installation(), installation().region
categories = words.category_choices(region)
groups = [name for name in words.groups() if name in region.cells.columns]
modes = words.modes(with_bus=has_timetable(here.settings, region.name))
session.read_link(region, {CATEGORY: categories, MODE: list(modes), GROUP: groups})


def _ask() -> tuple[str, str, str, Standard]:
    page_title(_("Who is too far away?"))
    category = st.selectbox(_("Service"), categories, key=CATEGORY, format_func=words.category, persist_state="session")
    mode = st.pills(
        _("How people get there"), list(modes), key=MODE, format_func=modes.__getitem__,
        default=None if MODE in st.session_state else "car", required=True, persist_state="session",
    )  # fmt: skip
    standard = _ask_limit(str(category), str(mode))
    group = st.selectbox(_("Who"), groups, key=GROUP, format_func=words.groups().__getitem__, persist_state="session")
    return str(category), str(mode), str(group), standard


def _ask_limit(category: str, mode: str) -> Standard:
    """A published or own limit, a visit within one day by bus, or one chosen here; the list is that of the mode."""
    known = {limit_code(limit): limit for limit in limits_of(here.settings, region.name, category=category, mode=mode)}
    if mode == BUS:
        any_visit = own_limit(category=category, mode=mode, limit_min=SAME_DAY_MIN)
        known = {limit_code(any_visit): any_visit} | known
    key, wished = f"{HELD}_{category}_{mode}", st.query_params.get(HELD)
    if key not in st.session_state and wished in [*known, OWN]:
        st.session_state[key] = wished
    code = st.selectbox(
        _("Held against"), [*known, OWN], key=key, persist_state="session",
        format_func=lambda code: _("A limit of your own") if code == OWN else limit_title(known[code]),
    )  # fmt: skip
    if code in known:
        return known[code]
    steps, usual = (_BUS_LIMITS, 240) if mode == BUS else (_STREET_LIMITS, 20)
    limit = st.select_slider(_("Longer than"), steps, value=usual, key=f"{LIMIT}_{mode}", format_func=duration)
    return own_limit(category=category, mode=mode, limit_min=float(limit))


def _say(told: Sequence[str]) -> None:
    first, *rest = told
    st.html(f'<div class="answer" role="status"><p class="first">{escape(first)}</p>'
            + "".join(f'<p class="quiet">{escape(text)}</p>' for text in rest) + "</div>")  # fmt: skip


def _show_places(answer: GapAnswer) -> None:
    """The municipalities in order, with the bounds of each."""
    table = answer.table[answer.table["people"] > 0]
    st.subheader(_("Where"))
    known = table[table["share_beyond"].notna()]
    if len(known):
        worst = known.iloc[0]
        st.write(
            _("{name} has the largest share: {share}. Its rank could be anything from {best} to {last}.").format(
                name=worst["name"], share=share(worst["share_beyond"]), best=int(worst["rank_low"]),
                last=int(worst["rank_high"]),
            )
        )  # fmt: skip
    rows = pd.DataFrame(
        {
            "label": table["name"], "value": table["share_beyond"], "low": table["share_low"],
            "high": table["share_high"], "text": [people(count) for count in table["beyond"]],
        }
    )  # fmt: skip
    interval_bars(rows, axis=_("Share beyond the limit"), key="gaps_places", percent=True)
    saved_table(table, name="gaps", columns=words.gap_columns(), key="gaps_table")


def _show_reasons(answer: GapAnswer) -> None:
    if answer.reasons.empty:
        return
    st.subheader(_("Why"))
    st.write(
        _("For most of them: {reason}").format(reason=reason_sentence(str(answer.reasons.index[0])))
    )  # fmt: skip
    rows = pd.DataFrame(
        {
            "label": [reason_sentence(str(code)) for code in answer.reasons.index], "value": answer.reasons.to_numpy(),
            "low": float("nan"), "high": float("nan"), "text": [people(count) for count in answer.reasons],
        }
    )  # fmt: skip
    interval_bars(rows, axis=_("People"), key="gaps_reasons")
    saved_table(rows, name="reasons", columns={"label": _("Reason"), "value": _("People")}, key="gaps_reasons_table")


def _show_fairness(answer: GapAnswer, *, service: str, mode: str) -> None:
    told = fairness(answer, service=service, mode=mode)
    if not told:
        return
    st.subheader(_("Who more than others"))
    st.write(told[0])
    rows = pd.DataFrame(
        [
            {"label": words.groups()[group], "value": ratio.value, "low": ratio.low, "high": ratio.high,
             "text": f"{ratio.value:.1f}"}
            for group, ratio in answer.ratios.items()
        ]
    ).replace(float("inf"), float("nan")).sort_values("value", ascending=False)  # fmt: skip
    interval_bars(rows, axis=_("Times as likely as everybody else"), key="gaps_fairness", reference=1.0)
    with st.expander(_("The same in words"), key="gaps_fairness_words"):
        st.write("\n\n".join(told))
    columns = {"label": _("Group"), "value": _("Times as likely"), "low": _("At least"), "high": _("At most")}
    saved_table(rows, name="fairness", columns=columns, key="gaps_fairness_table")


with st.container(key="split"):
    with st.container(key="ask"):
        chosen, by_mode, who, held = _ask()
    found = gap_answer(
        here.settings, region.name, standard=held, category=chosen, group=who, language=current_language()
    )  # fmt: skip
    spoken = in_sentence(words.category(chosen))
    with st.container(key="map_side"):
        without = _("No same-day visit by bus")
        limit_legend(
            theme(), title=without if is_same_day(held) else _("Limit: {limit}").format(limit=spoken_limit(held))
        )
        layers = [surface(chosen, by_mode, beyond(held)), service_pins(chosen)]
        show_map(region, [layer for layer in layers if layer], key="gaps")
    with st.container(key="answer"):
        published = [limit for limit in limits_of(here.settings, region.name, category=chosen, mode=by_mode)
                     if limit.published]  # fmt: skip
        _say(reading(found, service=spoken, mode=by_mode) + who_says(found, published=len(published)))
_show_places(found)
_show_reasons(found)
_show_fairness(found, service=spoken, mode=by_mode)
felt_table.show(found, category=chosen)
session.write_link({CATEGORY: chosen, MODE: by_mode, GROUP: who, HELD: limit_code(held)})
