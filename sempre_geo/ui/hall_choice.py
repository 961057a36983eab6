"""Choosing the hall of an outreach day: the few that fit, with their door, their hours, and who can come by bus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.halls import Hall, halls_of_place
from sempre_geo.publish.hours_speech import told_hours
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import number, spoken_date
from sempre_geo.publish.tour_document import clock, coming_sentences
from sempre_geo.ui import lists, session, words
from sempre_geo.ui.installation import installation

CHOSEN, _PLACE, _DAY, _HALL = "outreach_halls", "hall_place", "hall_day", "hall_of_"
_SATURDAY = 5


def chosen() -> tuple[tuple[str, str], ...]:
    """The halls that were chosen so far and are still there, as pairs of a settlement and a service."""
    known = installation().region.services.index
    return tuple((place, hall) for place, hall in st.session_state.get(CHOSEN, {}).items() if hall in known)


def show(plan: pd.DataFrame, *, days: Sequence[date]) -> None:
    """One place of the plan with the halls near it, one of them to be chosen."""
    st.subheader(_("Choose a hall"))
    names = plan["name"].to_dict()
    with st.container(horizontal=True):
        place = str(lists.selectbox(_("Place"), list(names), key=_PLACE, format_func=names.__getitem__))
        working = [number for number, day in enumerate(days) if day.weekday() < _SATURDAY]
        day = lists.selectbox(_("Day"), list(days), working[0], key=_DAY, format_func=spoken_date)
    here = installation()
    halls = halls_of_place(here.settings, here.region_name, place_id=place, day=day, by=session.login_token())
    if not halls:
        st.write(_("No hall is known here: ask the municipality."))
        return
    key, now = f"{_HALL}{place}", str(plan["hall_id"][place])
    if key not in st.session_state and now in {hall.id for hall in halls}:
        st.session_state[key] = now
    titles = {hall.id: title(hall.name, hall.category) for hall in halls}
    lines = "".join(f"<li><strong>{inert(titles[hall.id])}</strong><br>{_told(hall)}</li>" for hall in halls)
    st.html(f'<ol class="said">{lines}</ol>')
    lists.selectbox(
        _("Hall"), list(titles), key=key, on_change=_choose, args=(place,), format_func=titles.__getitem__
    )  # fmt: skip


def title(name: str, category: str) -> str:
    """A hall's kind and name."""
    return f"{words.category(category)}: {name}" if name else words.category(category)


def _choose(place: str) -> None:
    st.session_state[CHOSEN] = st.session_state.get(CHOSEN, {}) | {place: st.session_state[f"{_HALL}{place}"]}


def _told(hall: Hall) -> str:
    """What tells one hall from another."""
    near = _("{km} km from the middle of the place.").format(km=number(hall.away_m / 1000, digits=1))
    facts = _("Opening hours: {hours}. With a wheelchair: {wheels}.").format(
        hours=told_hours(hall.opening_hours) or _("not known"), wheels=words.wheelchair(hall.wheelchair)
    )
    if not hall.open:
        return inert(f"{near} {facts}") + f"<br>{escape(_('On this day it is closed.'))}"
    times = ", ".join(f"{clock(first)}-{clock(last)}" for first, last in hall.open)
    then = _("On this day: {times}.").format(times=times)
    coming = coming_sentences(asdict(hall.coming)) if hall.coming else []
    return "<br>".join(inert(line) for line in (f"{near} {facts}", " ".join((then, *coming))))
