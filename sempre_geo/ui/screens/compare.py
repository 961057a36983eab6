"""Compare: municipalities in order, regions side by side, today beside an earlier build."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.compare import (
    LAST,
    Question,
    change_sentences,
    compare_builds,
    compare_municipalities,
    compare_regions,
)
from sempre_geo.pipeline.gaps.limits import is_chosen
from sempre_geo.publish.speech import people, share
from sempre_geo.region.bundle import built_regions
from sempre_geo.ui import gap_question, lists, words
from sempre_geo.ui.charts import interval_bars, saved_table
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation

PLACES, REGIONS, BUILDS = "places", "regions", "builds"
_MOST_REGIONS = 6
here = installation()
gap_question.take_link()


def _what() -> str:
    kinds = {PLACES: _("Municipalities"), REGIONS: _("Regions"), BUILDS: _("Then and now")}
    chosen = st.pills(
        _("What is compared"), list(kinds), key="compare_what", format_func=kinds.__getitem__, required=True,
        default=None if "compare_what" in st.session_state else PLACES, persist_state="session",
    )  # fmt: skip
    return str(chosen)


def _say(told: list[str]) -> None:
    first, *rest = told
    st.html(f'<div class="answer" role="status"><p class="said"><strong>{escape(first)}</strong></p>'
            + "".join(f'<p class="said">{escape(text)}</p>' for text in rest) + "</div>")  # fmt: skip


def _places(question: Question) -> None:
    """The municipalities of this region with the bounds of their shares and of their ranks."""
    table = compare_municipalities(here.settings, here.region_name, question=question, language=current_language())
    table = table[table["people"] > 0]
    known = table[table["share_beyond"].notna()]
    if known.empty:
        st.write(_("For nobody is it known how long it takes."))
        return
    worst = known.iloc[0]
    sentence = _("{name} has the largest share: {share}. Its rank could be anything from {best} to {last}.")
    if pd.isna(worst["rank_low"]):
        sentence = _("{name} has the largest share beyond the limit: {share}.")
    ranks = {} if pd.isna(worst["rank_low"]) else {"best": int(worst["rank_low"]), "last": int(worst["rank_high"])}
    _say([sentence.format(name=worst["name"], share=share(worst["share_beyond"]), **ranks)])
    _bars(known["name"], known, texts=[people(count) for count in known["beyond"]], key="compare_places")
    st.subheader(_("How sure the order is"))
    st.write(_("The line shows every rank that a municipality could have; 1 is the largest share."))
    ranked = pd.DataFrame(
        {"label": known["name"], "value": known["rank"], "low": known["rank_low"], "high": known["rank_high"],
         "text": [f"{rank:.0f}" for rank in known["rank"]]}
    )  # fmt: skip
    interval_bars(ranked, axis=_("Rank"), key="compare_ranks")
    saved_table(table, name="municipalities", columns=words.gap_columns(), key="compare_places_table")


def _bars(names: pd.Series, table: pd.DataFrame, *, texts: list[str], key: str) -> None:
    rows = pd.DataFrame(
        {"label": names, "value": table["share_beyond"], "low": table["share_low"], "high": table["share_high"],
         "text": texts}
    )  # fmt: skip
    interval_bars(rows, axis=_("Share beyond the limit"), key=key, percent=True)


def _regions(question: Question) -> None:
    """The built regions side by side, each whole."""
    built = built_regions(here.settings)
    if len(built) < 2:  # noqa: PLR2004 - one has nothing to stand beside
        st.html(f'<p class="empty">{escape(_("Only one region is built here. Build another to compare them."))}</p>')
        return
    chosen = lists.multiselect(
        _("Regions"), built, default=built[:_MOST_REGIONS], key="compare_regions", max_selections=_MOST_REGIONS,
        placeholder=_("none chosen"),
    )  # fmt: skip
    if not chosen:
        return
    table = compare_regions(here.settings, [str(name) for name in chosen], question=question)
    counted = (table["people"] - table["unknown"]).where(lambda left: left > 0)
    table = table.assign(share_low=table["beyond_low"] / counted, share_high=table["beyond_high"] / counted)
    known = table[table["share_beyond"].notna()]
    if known.empty:
        st.write(_("For nobody is it known how long it takes."))
        return
    sentence = _("{name} has the largest share beyond the limit: {share}.")
    _say([sentence.format(name=known.iloc[0]["title"], share=share(known.iloc[0]["share_beyond"]))])
    _bars(known["title"], known, texts=[people(count) for count in known["beyond"]], key="compare_region_bars")
    columns = {
        "title": _("Region"), "data_date": _("Data of"), "day": _("Bus times of"), "people": _("People"),
        "beyond": _("Beyond the limit"), "beyond_low": _("At least, likely"), "beyond_high": _("At most, likely"),
        "unknown": _("Not known"), "share_beyond": _("Share beyond"), "cells": _("Places counted"),
    }  # fmt: skip
    saved_table(table, name="regions", columns=columns, key="compare_regions_table")


def _builds(question: Question) -> None:
    """Today beside the build before the last one: what changed where, and why."""
    try:
        found = compare_builds(here.settings, here.region_name, earlier=LAST, question=question)
    except SempreGeoError:
        st.html(
            f'<p class="empty">{escape(_("No earlier build is kept yet. Build again when the data have changed."))}</p>'
        )
        return
    _say(change_sentences(found))
    table = found.table[found.table["change"].round() != 0]
    rows = pd.DataFrame(
        {"label": table["name"], "value": table["change"], "low": float("nan"), "high": float("nan"),
         "text": [f"{count:+.0f}" for count in table["change"]]}
    )  # fmt: skip
    interval_bars(rows, axis=_("People beyond the limit, more than then"), key="compare_builds")
    columns = {
        "name": _("Municipality"), "people_before": _("People then"), "people_now": _("People now"),
        "beyond_before": _("Beyond the limit then"), "beyond_now": _("Beyond the limit now"), "change": _("Change"),
        "by_people": _("by other people"), "by_services": _("by services"), "by_hours": _("by opening hours"),
        "by_timetable": _("by the timetable"), "by_map": _("by map data"),
    }  # fmt: skip
    saved_table(found.table.round(1), name="then_and_now", columns=columns, key="compare_builds_table")


with st.container(key="reading"):
    page_title(_("Compare"), _("Who is worse off, and what has changed."))
    kind = _what()
    with st.container(key="labelled"):
        asked = gap_question.ask()
    limit = f"{asked.standard.limit:g}" if is_chosen(asked.standard) else asked.standard.standard_id
    told = {PLACES: _places, REGIONS: _regions, BUILDS: _builds}[kind]
    told(Question(asked.category, asked.mode, limit, asked.group))
gap_question.keep_link(asked)
