"""Needs and ideas as a table and as cards; what people wrote is only ever shown as text."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.publish.maps import inert
from sempre_geo.ui import words
from sempre_geo.ui.installation import installation

_AWAITING = "awaiting_review"


def contributions_table(*, key: str) -> None:
    """Everything that the map shows of needs and ideas, as a table."""
    here = installation()
    table = st.expander(_("Needs and ideas as a table"), key=key, on_change="rerun", icon=":material/table:")
    if not table.open:
        return
    with table:
        said = public_contributions(here.settings, here.region_name)
        if said.empty:
            st.html(f'<p class="lead">{escape(_("Nobody has told us anything yet."))}</p>')
        else:
            st.dataframe(readable(said), hide_index=True, key=f"{key}_rows", placeholder="")


def readable(said: pd.DataFrame) -> pd.DataFrame:
    """Public contributions with headings and values that people read."""
    waiting = said["status"] == _AWAITING
    return pd.DataFrame(
        {
            _("What"): said["kind"].map(dict(words.kinds())),
            _("About"): said["category"].map(words.category),
            _("Near"): said["place_name"].fillna(_("somewhere in the municipality")),
            _("In their words"): said["text"].where(~waiting, _("Awaiting review")),
            _("Voices"): said["voices"],
            _("Where it stands"): said["status"].map(words.status),
        }
    )


def card(row: pd.Series) -> None:
    """One need or idea with its text, inert."""
    kind = words.kinds().get(str(row["kind"]), str(row["kind"]))
    place = row.get("place_name") or row.get("municipality") or ""
    where = f" · {inert(place)}" if isinstance(place, str) and place else ""
    category = words.category(str(row["category"]))
    title = f"<strong>{inert(row['title'])}</strong><br>" if row.get("title") else ""
    st.html(
        f'<p class="said"><span class="tag">{escape(kind)}</span>{escape(category)}{where}</p>'
        f'<p class="said">{title}{inert(row["text"])}</p>'
    )
