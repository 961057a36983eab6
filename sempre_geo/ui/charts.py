"""Plots of numbers with their bounds: readable in grey, with a table below.

Each plot's own menu saves it as a picture in the browser and asks no other host. A plot is written in Vega-Lite as
it is sent and kept: building and checking it anew took most of a page's answer.
"""

from __future__ import annotations

import math
from functools import lru_cache
from textwrap import wrap
from typing import Any

import pandas as pd
import streamlit as st

from sempre_geo.i18n import gettext as _
from sempre_geo.publish.speech import number_marks
from sempre_geo.region.files import escape_formula
from sempre_geo.ui.session import theme

_ROW_PX, _LINE_PX, _BAR_PX, _LEAST_PX = 34, 17, 18, 24
_TEXT_PX, _LETTER_PX, _DIGIT_PX = 14, 7, 7.4
_LINE_LETTERS = 24  # of a label, so that bars and numbers have room beside it on a telephone
_NAMES = {
    "labelLimit": _LINE_LETTERS * _LETTER_PX * 1.3, "labelOverlap": False, "labelFontSize": _TEXT_PX, "ticks": False,
    "domain": False, "labelLineHeight": _LINE_PX,
}  # fmt: skip
_APART = {"labelOverlap": "greedy", "labelSeparation": 6}
_ENDS = ("low", "high")
_COLUMNS = ("label", "value", *_ENDS, "text")
_BEHIND = "isValid(datum.high) ? max(datum.value, datum.high) : datum.value"  # where the number stands
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_MOST_KEPT = 256
_Row = tuple[str, float | None, float | None, float | None, str]


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
    look = theme()
    colours = (look.time[2], look.ink, look.quiet)
    spec = _spec(
        _rows_of(rows), axis, percent=percent, reference=reference, colours=colours, number_marks=number_marks()
    )
    st.vega_lite_chart(spec=spec, width="stretch", key=key, alt=axis)


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


def _rows_of(rows: pd.DataFrame) -> tuple[_Row, ...]:
    """Plain values, None where unknown: what a cache can tell from one another (NaN is never equal to itself)."""
    value, low, high = ([_told(number) for number in rows[name].astype(float)] for name in ("value", *_ENDS))
    labels, texts = rows["label"].astype(str).map(_in_lines), rows["text"].astype(str)
    return tuple(zip(labels, value, low, high, texts, strict=True))


def _in_lines(label: str) -> str:
    return "\n".join(wrap(label, _LINE_LETTERS, break_long_words=False)) or label


def _told(number: float) -> float | None:
    return None if math.isnan(number) else number


@lru_cache(maxsize=_MOST_KEPT)
def _spec(
    rows: tuple[_Row, ...],
    axis: str,
    *,
    percent: bool,
    reference: float | None,
    colours: tuple[str, str, str],
    number_marks: tuple[str, str],
) -> dict[str, Any]:
    """The Vega-Lite chart of some rows; ``axis`` and the labels carry the reader's language."""
    bar, ink, quiet = colours
    tooltip = [_nominal("label", title=" "), _nominal("text", title=axis)]
    labels = [row[0] for row in rows]
    names = {"y": _nominal("label", sort=labels, title=None, axis=_NAMES | {"labelColor": ink})}
    value = _quantity("value") | {
        "title": wrap(axis, _LINE_LETTERS) or axis,
        "axis": {"format": "%" if percent else ",~r", "grid": True, "tickCount": 4, "labelColor": quiet, **_APART},
        "scale": _scale(rows, reference),
    }
    marks: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"type": "bar", "color": bar, "height": _BAR_PX}, {"x": value}),
        ({"type": "rule", "color": ink, "strokeWidth": 1.5}, {"x": _quantity("low"), "x2": {"field": "high"}}),
        *(({"type": "tick", "color": ink, "size": 8, "thickness": 1.5}, {"x": _quantity(end)}) for end in _ENDS),
        ({"type": "text", "color": ink, "align": "left", "dx": 6, "fontSize": 14},
         {"x": _quantity("end"), "text": _nominal("text")}),
    ]  # fmt: skip
    drawn: list[dict[str, Any]] = [
        {"mark": mark, "encoding": {**names, "tooltip": tooltip, **where}} for mark, where in marks
    ]
    drawn[-1]["transform"] = [{"calculate": _BEHIND, "as": "end"}]
    if reference is not None:
        mark = {"type": "rule", "color": ink, "strokeDash": [4, 3]}
        drawn.append({"data": {"values": [{"at": reference}]}, "mark": mark, "encoding": {"x": _quantity("at")}})
    return {
        "$schema": _SCHEMA,
        "height": {"step": _row_px(labels)},
        "data": {"values": [dict(zip(_COLUMNS, row, strict=True)) for row in rows]},
        "layer": drawn,
        "config": {"lineBreak": "\n", "locale": {"number": _number_locale(*number_marks)}},
    }


def _row_px(labels: list[str]) -> int:
    """How high a row is that holds the label with most lines."""
    lines = max(label.count("\n") for label in labels) + 1
    return max(_ROW_PX, lines * _LINE_PX + 6)


def _number_locale(decimal: str, thousands: str) -> dict[str, Any]:
    return {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}


def _scale(rows: tuple[_Row, ...], reference: float | None) -> dict[str, Any]:
    """From zero or the least bar to the longest, with room behind it for the longest number, however narrow the plot.

    The room is counted in pixels: a share of the plot that is enough on a screen cuts numbers on a telephone.
    """
    farthest = max(number for _label, value, _low, high, _text in rows for number in _known(value, high, reference))
    least = min(number for _label, value, low, _high, _text in rows for number in _known(value, low))
    room_px = max(len(row[-1]) for row in rows) * _DIGIT_PX + _TEXT_PX
    return {
        "domainMin": min(least, 0.0),
        "domainMax": max(farthest, 0.0) or (0.0 if least < 0 else 1.0),
        "range": [0, {"expr": f"max({_LEAST_PX}, width - {room_px:g})"}],
        "nice": False,
    }


def _known(*numbers: float | None) -> list[float]:
    return [number for number in numbers if number is not None]


def _quantity(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative"}


def _nominal(field: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "type": "nominal", **more}
