"""Fairness in figures under the fairness in words: worked out when somebody opens it."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.answers import GapAnswer
from sempre_geo.pipeline.gaps.fairness_figures import Fairness, fairness_figures
from sempre_geo.publish.speech import number
from sempre_geo.ui.charts import saved_rows
from sempre_geo.ui.installation import installation


def show(answer: GapAnswer) -> None:
    """How unequally the service is within reach: two sentences, then each figure with its bounds and source."""
    opened = st.expander(
        _("How unequal it is, in figures"), key="gaps_inequality", on_change="rerun", icon=":material/balance:"
    )
    if not opened.open:
        return
    here = installation()
    with opened:
        found = fairness_figures(here.settings, here.region_name, answer)
        for sentence in found.sentences:
            st.write(sentence)
        if not found.figures:
            st.write(_("For nobody is it known how long it takes."))
            return
        saved_rows(_rows(found), name="inequality", columns=_columns(), key="gaps_inequality_table")
        st.caption(
            _("Within reach: staff or places for each person within the limit, others sharing it (E2SFCA); one for "
              "each service where neither is known.")
        )  # fmt: skip


def _rows(found: Fairness) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"figure": one.name, "value": _exact(one.value.value), "low": _exact(one.value.low),
             "high": _exact(one.value.high), "says": one.says, "method": one.method}
            for one in found.figures
        ]
    )  # fmt: skip


def _exact(value: float) -> str:
    """A figure to three places; words where there is none."""
    if math.isnan(value):
        return _("not known")
    return _("without bound") if math.isinf(value) else number(value, digits=3)


def _columns() -> dict[str, str]:
    return {
        "figure": _("Figure"),
        "value": _("Value"),
        "low": _("At least, likely"),
        "high": _("At most, likely"),
        "says": _("What it says"),
        "method": _("Source"),
    }
