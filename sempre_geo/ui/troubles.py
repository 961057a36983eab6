"""Errors as sentences: what a page says when something cannot be done."""

from __future__ import annotations

import logging
import secrets

import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _

_log = logging.getLogger(__name__)


def show_trouble(problem: Exception) -> bool:
    """Say what went wrong; an unforeseen error shows a short reference, and what it was goes to the log."""
    if isinstance(problem, SempreGeoError):
        st.warning(str(problem), icon=":material/info:")
        return True
    reference = secrets.token_hex(4)
    _log.error("reference %s", reference, exc_info=problem)
    st.error(
        _(
            "Something unexpected happened. Try again; if it stays, tell the people who run this page "
            "the reference {reference}."
        ).format(reference=reference)
    )
    return True
