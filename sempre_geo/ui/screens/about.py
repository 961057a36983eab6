"""Sources: what every number is made from, how old that is, under which licence, and what is not known."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import reworded
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import number, written_date
from sempre_geo.region.bundle import name_alone
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.place_search import as_typed

region = installation().region
catalog = region.catalog
titles = {source["id"]: source["title"] for source in region.sources}

page_title(_("Where the numbers come from"))
if region.fictional:
    lead = _(
        "{title} does not exist. Its people, services, buses and everything said about them are invented, so that the "
        "tool can be tried without anybody's data."
    )
    st.html(f'<div class="empty"><p>{escape(lead.format(title=name_alone(region.title)))}</p></div>')

st.html(f"<h2>{escape(_('Sources'))}</h2>")
st.table(
    pd.DataFrame(
        [
            {
                _("Source"): source["title"],
                _("Where from"): source["origin"],
                _("Date"): written_date(str(source.get("date") or "")) or _("not stated"),
                _("Licence"): source["licence"],
            }
            for source in region.sources
        ]
    ).map(as_typed),
    hide_index=True,
)

st.html(f"<h2>{escape(_('What is made of them'))}</h2>")
st.table(
    pd.DataFrame(
        [
            {
                _("Layer"): reworded(layer["title"]),
                _("Unit"): reworded(layer["units"]),
                _("How it is made"): reworded(layer["method"]),
                _("From"): ", ".join(titles.get(source, source) for source in layer.get("sources", ())),
                _("Rows"): number(layer["rows"]),
            }
            for layer in catalog["layers"].values()
        ]
    ).map(as_typed),
    hide_index=True,
)

st.html(f"<h2>{escape(_('What we do not know'))}</h2>")
notes = [
    *region.notes,
    _("A category without any service in the data is not shown: that need not mean that there is none."),
    _("Travel times are computed from the map, without traffic, snow or road works."),
    _("What people told us shows who spoke. Silence is not satisfaction."),
]
st.html("<ul>" + "".join(f"<li>{inert(note)}</li>" for note in notes) + "</ul>")
st.html(
    f"<p>{escape(_('Made with sempre_geo {version}.').format(version=catalog.get('version', '')))} "
    f"{escape(_('Icons: Material Symbols. Map library: Leaflet. Both are served from here.'))}</p>"
)
