"""What stands above and below every page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

import streamlit as st

from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.service_views import timetable_note
from sempre_geo.publish.labels import LANGUAGE_NAMES
from sempre_geo.publish.speech import written_date
from sempre_geo.region.bundle import Region, name_alone
from sempre_geo.ui import session, ways
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import login_address
from sempre_geo.ui.on_device import speak_in_page
from sempre_geo.ui.streamlit_words import streamlit_words


def header(region: Region, *, languages: Sequence[str]) -> None:
    """The region's name, whether it exists, and the language."""
    with st.container(key="page_head", horizontal=True, vertical_alignment="center"):
        told = f"<strong>Sempre</strong> · {escape(name_alone(region.title) if region.fictional else region.title)}"
        if region.fictional:
            told += (
                f' <span class="fictional">{escape(_("fictional: places, people and timetables are invented"))}</span>'
            )
        st.html(f'<p class="where">{told}</p>')
        ways.way_back()
        if len(languages) > 1:
            st.selectbox(
                _("Language"),
                languages,
                key=session.LANGUAGE,
                format_func=lambda code: LANGUAGE_NAMES.get(code, code),
                label_visibility="collapsed",
                width=150,
                persist_state="session",
                on_change=session.choose_language,
            )
        speak_in_page(streamlit_words(), chosen=session.chosen_language())


def footer(region: Region) -> None:
    """Where the data come from, in a line, and who is logged in."""
    dates = {str(source["date"]) for source in region.sources if source.get("date")}
    sources = ", ".join(dict.fromkeys(str(source["title"]) for source in region.sources))
    newest = _("newest data of {date}").format(date=written_date(max(dates))) if dates else _("dates not stated")
    today = datetime.now(region.country.zone).date()
    buses = timetable_note(installation().settings, region.name, today=today)
    name = session.greeting_name()
    account = (
        f"{escape(_('Logged in as {name}.').format(name=name))} "
        f'<a href="/logout?lang={current_language()}" target="_self">{escape(_("Log out"))}</a>'
        if name
        else f'<a href="{login_address()}" target="_self">{escape(_("Log in"))}</a>'
    )
    light = escape(_("Light pages for weak networks and old phones"))
    with st.container(key="page_foot"):
        st.html(
            f"<footer><span>{escape(_('Data'))}: {escape(sources)}; {escape(newest)}. {escape(buses)}</span>"
            f' <span><a href="/light/" target="_self">{light}</a> · {account}</span></footer>'
        )


def colours() -> str:
    """The palette's colours for the style sheet, in the appearance the visitor sees."""
    look = session.theme()
    names = (
        "ground",
        "panel",
        "ink",
        "quiet",
        "border",
        "primary",
        "on_primary",
        "service",
        "need",
        "idea",
        "proposal",
    )
    return f"<style>:root{{{''.join(f'--sempre-{name}:{getattr(look, name)};' for name in names)}}}</style>"


def page_title(text: str, lead: str = "") -> None:
    """A page's one heading, and a sentence on what it is for."""
    st.html(f'<h1 class="title">{escape(text)}</h1>' + (f'<p class="lead">{escape(lead)}</p>' if lead else ""))
