"""Legends beside the map, as text with a colour each, readable without seeing the map."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from sempre_geo.i18n import gettext as _
from sempre_geo.publish.palette import Theme
from sempre_geo.publish.pins import ASSETS
from sempre_geo.ui.words import time_steps


def time_legend(theme: Theme, *, mode: str, title: str, no_way: str = "") -> None:
    """The five steps of time, what the hatch and the dots mean."""
    steps = [(f"background:{colour}", words) for colour, words in zip(theme.time, time_steps(mode), strict=True)]
    _legend(title, [*steps, (_hatch(theme), no_way or _("no way there")), (_dots(theme), _("not known"))])


def limit_legend(theme: Theme, *, title: str) -> None:
    """Within a limit and beyond it."""
    steps = [
        (f"background:{theme.time[0]}", _("within the limit")),
        (f"background:{theme.time[-1]}", _("beyond it")),
        (_hatch(theme), _("no way there")),
        (_dots(theme), _("not known")),
    ]
    _legend(title, steps)


def change_legend(theme: Theme, *, words: Sequence[str], title: str) -> None:
    """What a scenario changes, from gain to loss."""
    steps = [(f"background:{colour}", word) for colour, word in zip(theme.change, words, strict=True)]
    _legend(title, [*steps, (_dots(theme), _("not known"))])


def class_legend(theme: Theme, *, colours: Sequence[str], words: Sequence[str], dotted: str, title: str) -> None:
    """Classes with a colour each, and the one that is dotted."""
    steps = [(f"background:{colour}", word) for colour, word in zip(colours, words, strict=True)]
    _legend(title, [*steps, (_dots(theme), dotted)])


def pin_legend(theme: Theme, pins: Sequence[tuple[str, str]]) -> None:
    """What each pin stands for."""
    rows = "".join(
        f'<li><img src="{ASSETS}/pins/{theme.name}/{pin}.svg" alt="">{escape(words)}</li>' for pin, words in pins
    )
    st.html(f'<ul class="legend">{rows}</ul>')


def _legend(title: str, steps: Sequence[tuple[str, str]]) -> None:
    rows = "".join(f'<li><i style="{style}"></i>{escape(words)}</li>' for style, words in steps)
    st.html(f'<ul class="legend"><li class="title">{escape(title)}</li>{rows}</ul>')


def _hatch(theme: Theme) -> str:
    return (
        f"background:repeating-linear-gradient(135deg,{theme.no_visit} 0 3px,{theme.ground} 3px 6px);"
        f"border-color:{theme.no_visit}"
    )


def _dots(theme: Theme) -> str:
    return f"background:radial-gradient({theme.unknown_dots} 1.2px,{theme.unknown} 1.4px) 0 0/6px 6px"
