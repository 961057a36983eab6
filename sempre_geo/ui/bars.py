"""Sorted bars with the number at the end: a table that shows itself, readable by eye and by screen reader."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import streamlit as st

from sempre_geo.i18n import gettext as _
from sempre_geo.publish.maps import inert


def bars(labels: Sequence[str], shares: Sequence[float], *, numbers: Sequence[str], caption: str, colour: str) -> None:
    """One bar a label, as long as its share of one; an unknown share has words instead of a bar."""
    rows = "".join(
        f'<tr><th scope="row">{inert(label)}</th>{_bar(part, colour)}<td class="number">{escape(number)}</td></tr>'
        for label, part, number in zip(labels, shares, numbers, strict=True)
    )
    st.html(f'<table class="bars"><caption>{escape(caption)}</caption>{rows}</table>')


def _bar(part: float, colour: str) -> str:
    if math.isnan(part):
        return f'<td class="bar">{escape(_("not known"))}</td><td class="number"></td>'
    fill = f'<span class="fill" style="width:{100 * part:.1f}%;background:{colour}"></span>'
    return f'<td class="bar"><span class="track">{fill}</span></td><td class="number">{100 * part:.0f} %</td>'
