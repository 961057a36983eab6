"""The silent places, told and drawn alike wherever they are shown: how many came, how many were to be expected."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from sempre_geo.community.felt import silence_can_be_told, silent_places, silent_sentence
from sempre_geo.i18n import gettext as _
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import number
from sempre_geo.ui.charts import interval_bars

_MOST_TOLD, _MOST_DRAWN = 5, 12


def show(table: pd.DataFrame, *, key: str) -> None:
    """The silent places of a table of what people feel beside what is calculated; ``name`` is among its columns."""
    st.subheader(_("Silent places"))
    if not silence_can_be_told(table):
        st.write(_("Too few have spoken so far for anybody to know who is silent."))
        return
    silent = silent_places(table)
    if silent.empty:
        st.write(_("From every place where voices were to be expected enough have come."))
        return
    told = (silent_sentence(str(row["name"]), row) for _id, row in silent.head(_MOST_TOLD).iterrows())
    st.html(f'<ul class="said">{"".join(f"<li>{inert(sentence)}</li>" for sentence in told)}</ul>')
    drawn = silent.head(_MOST_DRAWN)
    rows = pd.DataFrame(
        {"label": drawn["name"], "value": drawn["received"].astype(float), "low": drawn["expected_low"],
         "high": drawn["expected_high"],
         "text": [_("{received} of {expected}").format(received=number(got), expected=number(wanted))
                  for got, wanted in zip(drawn["received"], drawn["expected"], strict=True)]}
    )  # fmt: skip
    interval_bars(rows, axis=_("Voices that came; the line: how many it would be by chance"), key=key)


def columns() -> dict[str, str]:
    """The columns of such a table, as the pages name them."""
    return {
        "name": _("Place"), "felt_class": _("Said and calculated"), "people": _("People"),
        "share_beyond": _("Share beyond"), "received": _("Voices"), "expected": _("Voices to be expected"),
        "expected_low": _("At least, likely"), "expected_high": _("At most, likely"),
    }  # fmt: skip
