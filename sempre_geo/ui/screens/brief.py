"""Brief: a document for those who decide, of the whole region or one municipality, to read and to save."""

from __future__ import annotations

from html import escape

import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import available_languages, current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.brief.report import report
from sempre_geo.pipeline.explore.places import municipality_names
from sempre_geo.publish.brief import Brief, Points, to_html, to_pdf
from sempre_geo.publish.labels import LANGUAGE_NAMES
from sempre_geo.ui import lists, words
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation

MADE = "brief_made"
EVERYWHERE = ""

here, region = installation(), installation().region


def _ask() -> dict[str, object]:
    """Which place, which services, which language."""
    places = {EVERYWHERE: _("The whole region"), **municipality_names(region, current_language())}
    place = lists.selectbox(_("For"), list(places), key="brief_place", format_func=places.__getitem__)
    topics = lists.multiselect(
        _("About (none chosen: every service that has a limit)"), words.category_choices(region), key="brief_topics",
        format_func=words.category, placeholder=_("none chosen"),
    )  # fmt: skip
    languages = list(available_languages())
    wanted = lists.selectbox(
        _("In"), languages, key="brief_language", index=languages.index(current_language()),
        format_func=lambda code: LANGUAGE_NAMES.get(code, code),
    )  # fmt: skip
    return {"municipality": str(place) or None, "categories": tuple(topics), "language": str(wanted)}


def _make(asked: dict[str, object]) -> None:
    bar = st.progress(0.0, text=_("Counting"))

    def progress(stage: str, share: float) -> None:
        bar.progress(min(share, 1.0), text=stage)

    try:
        st.session_state[MADE] = report(here.settings, region.name, progress=progress, **asked)  # type: ignore[arg-type] # as _ask answers
    except SempreGeoError as refusal:
        st.error(str(refusal))
    bar.empty()


def _show(brief: Brief) -> None:
    """The key figures here, the rest in the files."""
    first = next(block for block in brief.sections[0].blocks if isinstance(block, Points))
    lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in first.sentences)
    st.html(f'<div class="answer" role="status"><h2>{escape(brief.title)}</h2><ul>{lines}</ul></div>')
    with st.container(horizontal=True):
        st.download_button(
            _("Save as PDF"), lambda: to_pdf(brief), file_name=f"{brief.file_stem}.pdf", mime="application/pdf",
            key="brief_pdf", icon=":material/picture_as_pdf:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            _("Save as a web page (HTML)"), lambda: to_html(brief).encode(), file_name=f"{brief.file_stem}.html",
            mime="text/html", key="brief_html", icon=":material/download:", on_click="ignore",
        )  # fmt: skip


with st.container(key="reading"):
    page_title(_("Brief"), _("Key figures, maps, reasons, voices and what follows, with sources: four to eight pages."))
    question = _ask()
    if st.button(_("Make the brief"), key="brief_go", type="primary", icon=":material/description:"):
        _make(question)
    if MADE in st.session_state:
        _show(st.session_state[MADE])
