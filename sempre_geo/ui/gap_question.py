"""What Gaps, Compare and Outreach ask alike: a service, a way of getting there, a limit, and who is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from sempre_geo.gaps.standards import Standard
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.visit_views import BUS, has_timetable
from sempre_geo.pipeline.gaps.limits import SAME_DAY_MIN, limit_code, limits_of, own_limit
from sempre_geo.pipeline.gaps.sentences import limit_title
from sempre_geo.publish.speech import duration
from sempre_geo.ui import lists, session, words
from sempre_geo.ui.installation import installation

CATEGORY, MODE, GROUP, HELD, LIMIT = "service", "by", "group", "held", "limit"
OWN = "own"
_STREET_LIMITS = (5, 10, 15, 20, 30, 45, 60, 90, 120)
_BUS_LIMITS = (60, 90, 120, 180, 240, 300, 360)


@dataclass(frozen=True)
class Asked:
    """The answers."""

    category: str
    mode: str
    group: str
    standard: Standard


def take_link() -> None:
    """Take the view that a link names, each part only where it is one of the choices."""
    region = installation().region
    choices = {CATEGORY: words.category_choices(region), MODE: list(_modes()), GROUP: _groups()}
    session.read_link(region, choices)


def ask(usual: Callable[[str], Standard] | None = None) -> Asked:
    """The four questions; their answers are kept from page to page.

    ``usual`` gives the limit to a service that a page holds places against where nobody has chosen one yet.
    """
    categories, modes, groups = words.category_choices(installation().region), _modes(), _groups()
    category = lists.selectbox(
        _("Service"), categories, key=CATEGORY, format_func=words.category, persist_state="session"
    )
    first = usual(str(category)) if usual else None
    by = first.mode if first else "car"
    mode = st.pills(
        _("How people get there"), list(modes), key=MODE, format_func=modes.__getitem__,
        default=None if MODE in st.session_state else by, required=True, persist_state="session",
    )  # fmt: skip
    standard = _ask_limit(str(category), str(mode), first=first)
    group = lists.selectbox(
        _("Who"), groups, key=GROUP, format_func=words.groups().__getitem__, persist_state="session"
    )
    return Asked(str(category), str(mode), str(group), standard)


def keep_link(asked: Asked) -> None:
    """Put the view into the address."""
    session.write_link(
        {CATEGORY: asked.category, MODE: asked.mode, GROUP: asked.group, HELD: limit_code(asked.standard)}
    )


def _modes() -> Mapping[str, str]:
    here = installation()
    return words.modes(with_bus=has_timetable(here.settings, here.region_name))


def _groups() -> list[str]:
    return [name for name in words.groups() if name in installation().region.cells.columns]


def _ask_limit(category: str, mode: str, *, first: Standard | None) -> Standard:
    """A published or own limit, a visit within one day by bus, or one chosen here; the list is that of the mode."""
    here = installation()
    limits = limits_of(here.settings, here.region_name, category=category, mode=mode)
    known = {limit_code(limit): limit for limit in limits}
    if mode == BUS:
        any_visit = own_limit(category=category, mode=mode, limit_min=SAME_DAY_MIN)
        known = {limit_code(any_visit): any_visit} | known
    if first and first.mode == mode:
        known = {limit_code(first): first} | known
    key, wished = f"{HELD}_{category}_{mode}", st.query_params.get(HELD)
    if key not in st.session_state and wished in [*known, OWN]:
        st.session_state[key] = wished
    code = lists.selectbox(
        _("Held against"), [*known, OWN], key=key, persist_state="session",
        format_func=lambda code: _("A limit of your own") if code == OWN else limit_title(known[code]),
    )  # fmt: skip
    if code in known:
        return known[code]
    steps, usual = (_BUS_LIMITS, 240) if mode == BUS else (_STREET_LIMITS, 20)
    limit = st.select_slider(_("Longer than"), steps, value=usual, key=f"{LIMIT}_{mode}", format_func=duration)
    return own_limit(category=category, mode=mode, limit_min=float(limit))
