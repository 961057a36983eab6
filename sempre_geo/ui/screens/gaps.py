"""Gaps: who is beyond a limit to a service, where, why, which group more than others, and what people say of it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.answers import GapAnswer, gap_answer
from sempre_geo.pipeline.gaps.limits import limits_of
from sempre_geo.pipeline.gaps.sentences import fairness, is_same_day, reading, reason_words, spoken_limit, who_says
from sempre_geo.publish.speech import in_sentence, number, people, share
from sempre_geo.ui import fairness_table, felt_table, gap_question, words
from sempre_geo.ui.charts import interval_bars, saved_table
from sempre_geo.ui.felt_layer import felt_layer
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import service_pins, surface
from sempre_geo.ui.legend import limit_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.pictures import beyond
from sempre_geo.ui.session import theme

BEYOND, FELT = "beyond", "felt"
here, region = installation(), installation().region
gap_question.take_link()


def _say(told: Sequence[str]) -> None:
    first, *rest = told
    st.html(f'<div class="answer" role="status"><p class="first">{escape(first)}</p>'
            + "".join(f'<p class="quiet">{escape(text)}</p>' for text in rest) + "</div>")  # fmt: skip


def _draw(answer: GapAnswer, *, category: str, mode: str) -> None:
    """The map: who is beyond the limit, or what people say beside that."""
    layers = {BEYOND: _("Beyond the limit"), FELT: _("What people say")}
    layer = st.pills(_("Shown on the map"), list(layers), key="gaps_layer", format_func=layers.__getitem__,
                     default=None if "gaps_layer" in st.session_state else BEYOND, required=True)  # fmt: skip
    standard = answer.standard
    if layer == FELT:
        shaded = felt_layer(answer, category=category)
    else:
        title = _("No same-day visit by bus") if is_same_day(standard) else _("Limit: {limit}").format(
            limit=spoken_limit(standard)
        )  # fmt: skip
        limit_legend(theme(), title=title)
        shaded = surface(category, mode, beyond(standard))
    show_map(region, [group for group in (shaded, service_pins(category)) if group], key="gaps")


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
        _("For most of them: {reason}").format(reason=reason_words(answer.standard, str(answer.reasons.index[0])))
    )  # fmt: skip
    rows = pd.DataFrame(
        {
            "label": [reason_words(answer.standard, str(code)) for code in answer.reasons.index],
            "value": answer.reasons.to_numpy(),
            "low": float("nan"), "high": float("nan"), "text": [people(count) for count in answer.reasons],
        }
    )  # fmt: skip
    interval_bars(rows, axis=_("People"), key="gaps_reasons")
    saved_table(rows, name="reasons", columns={"label": _("Reason"), "value": _("People")}, key="gaps_reasons_table")


def _show_fairness(answer: GapAnswer, *, service: str, mode: str) -> None:
    told = fairness(answer, service=service, mode=mode)
    if told:
        _show_ratios(answer, told)
    fairness_table.show(answer)


def _show_ratios(answer: GapAnswer, told: Sequence[str]) -> None:
    st.subheader(_("Who more than others"))
    st.write(told[0])
    rows = pd.DataFrame(
        [
            {"label": words.groups()[group], "value": ratio.value, "low": ratio.low, "high": ratio.high,
             "text": number(ratio.value, digits=1)}
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
        page_title(_("Who is too far away?"))
        asked = gap_question.ask()
    found = gap_answer(
        here.settings, region.name, standard=asked.standard, category=asked.category, group=asked.group,
        language=current_language(),
    )  # fmt: skip
    spoken = in_sentence(words.category(asked.category))
    with st.container(key="map_side"):
        _draw(found, category=asked.category, mode=asked.mode)
    with st.container(key="answer"):
        limits = limits_of(here.settings, region.name, category=asked.category, mode=asked.mode)
        published = [limit for limit in limits if limit.published]
        _say(reading(found, service=spoken, mode=asked.mode) + who_says(found, published=len(published)))
_show_places(found)
_show_reasons(found)
_show_fairness(found, service=spoken, mode=asked.mode)
felt_table.show(found, category=asked.category)
gap_question.keep_link(asked)
