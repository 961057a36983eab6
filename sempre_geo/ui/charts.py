"""Plots of numbers with their bounds: readable in grey, with a table below.

Each plot's own menu saves it as a picture in the browser and asks no other host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from sempre_geo.i18n import gettext as _
from sempre_geo.region.files import escape_formula
from sempre_geo.ui.session import theme

if TYPE_CHECKING:
    import altair as alt

_ROW_PX, _BAR_PX = 34, 18
_ROOM = 1.45  # for the number at the end
_LABEL_PX = 260


def interval_bars(
    rows: pd.DataFrame, *, axis: str, key: str, percent: bool = False, reference: float | None = None
) -> None:
    """Sorted bars with the number at the end and a line from the lower to the upper bound; one colour, no legend.

    Parameters
    ----------
    rows
        ``label, value, low, high, text`` in the order to draw; bounds may be NaN, ``text`` stands at the end.
    axis
        What the bars measure.
    reference
        Where a line is drawn to compare with, such as 1 for "as everybody else".
    """
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return
    st.altair_chart(_drawn(rows, axis=axis, percent=percent, reference=reference), width="stretch", key=key, alt=axis)


def saved_table(rows: pd.DataFrame, *, name: str, columns: dict[str, str], key: str) -> None:
    """The table of a chart, folded, with a button that saves it as CSV."""
    shown = st.expander(_("The same as a table"), key=key, on_change="rerun", icon=":material/table:")
    if not shown.open:
        return
    with shown:
        saved_rows(rows, name=name, columns=columns, key=key)


def saved_rows(rows: pd.DataFrame, *, name: str, columns: dict[str, str], key: str) -> None:
    """A table as it stands, with the button that saves it as CSV."""
    named = _named(rows, columns)
    st.dataframe(named, hide_index=True, key=f"{key}_rows", placeholder="")
    st.download_button(
        _("Save this table (CSV)"), _csv(named), file_name=f"{name}.csv", mime="text/csv",
        key=f"{key}_save", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def private_table(rows: pd.DataFrame, *, columns: dict[str, str], key: str) -> None:
    """The same for figures that not everybody may see: its own menu saves it in the browser.

    A download button would put it where anybody with the address can take it.
    """
    shown = st.expander(_("The same as a table"), key=key, on_change="rerun", icon=":material/table:")
    if not shown.open:
        return
    with shown:
        st.dataframe(_named(rows, columns), hide_index=True, key=f"{key}_rows", placeholder="")
        st.caption(_("Its menu, above on the right, saves it; not everybody may see these figures."))


def _named(rows: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    return rows[[column for column in columns if column in rows]].rename(columns=columns)


def _csv(rows: pd.DataFrame) -> bytes:
    """With a mark by which spreadsheets know UTF-8, and no text that they would run."""
    return rows.astype(object).map(escape_formula).to_csv(index=False).encode("utf-8-sig")


def _drawn(rows: pd.DataFrame, *, axis: str, percent: bool, reference: float | None) -> alt.LayerChart | alt.FacetChart:
    import altair as alt

    look = theme()
    order = rows["label"].tolist()
    tick = "%" if percent else ",~r"
    base = alt.Chart(rows, height=alt.Step(_ROW_PX)).encode(
        y=alt.Y("label:N", sort=order, title=None, axis=_names_axis()),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("text:N", title=axis)],
    )
    value = alt.X(
        "value:Q",
        title=axis,
        axis=alt.Axis(format=tick, grid=True, tickCount=4, labelColor=look.quiet),
        scale=alt.Scale(zero=True),
    )
    bars = base.mark_bar(color=look.time[2], height=_BAR_PX).encode(x=value)
    bounds = base.mark_rule(color=look.ink, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    ends = [
        base.mark_tick(color=look.ink, thickness=1.5, size=8).encode(x=alt.X(f"{end}:Q")) for end in ("low", "high")
    ]
    text = base.transform_calculate(end="isValid(datum.high) ? max(datum.value, datum.high) : datum.value").mark_text(
        align="left", dx=6, color=look.ink, fontSize=14
    ).encode(x="end:Q", text="text:N")  # fmt: skip
    layers = [bars, bounds, *ends, text]
    if reference is not None:
        line = alt.Chart(pd.DataFrame({"at": [reference]})).mark_rule(color=look.ink, strokeDash=[4, 3])
        layers.append(line.encode(x="at:Q"))
    farthest = float(np.nanmax(rows[["value", "high"]].to_numpy(dtype=float)))
    least = float(np.nanmin(rows[["value", "low"]].to_numpy(dtype=float)))
    room = max(farthest, 0.0) * _ROOM or (0.25 * -least) or 1.0
    bars.encoding.x.scale = alt.Scale(domainMin=min(least * _ROOM, 0.0), domainMax=room)
    return alt.layer(*layers)


def _names_axis() -> alt.Axis:
    import altair as alt

    return alt.Axis(
        labelLimit=_LABEL_PX, labelOverlap=False, labelColor=theme().ink, labelFontSize=14, ticks=False, domain=False
    )
