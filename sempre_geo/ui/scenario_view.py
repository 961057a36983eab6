"""What a scenario changes, shown: sentences, the map of differences, tables by group, place and reason."""

from __future__ import annotations

import base64
from html import escape

import folium
import pandas as pd
import streamlit as st

from sempre_geo.gaps.reasons import REASONS, reason_sentence, visit_reason_sentence
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import reworded
from sempre_geo.pipeline.gaps.whatif import WhatIf
from sempre_geo.publish.change_grid import CHANGES, change_picture
from sempre_geo.publish.grid import cell_corners
from sempre_geo.publish.maps import grid_overlay
from sempre_geo.publish.speech import number, people, written_date
from sempre_geo.ui import words
from sempre_geo.ui.charts import interval_bars, saved_rows, saved_table
from sempre_geo.ui.installation import installation
from sempre_geo.ui.legend import change_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.session import theme

_MOST_BARS = 12
_LEAST_SHOWN = 0.05


def change_words() -> dict[str, str]:
    """The colours of the map of differences in words."""
    said = (_("people gain"), _("sooner"), _("as before"), _("later"), _("people lose"))
    return dict(zip(CHANGES, said, strict=True))


def change_map(found: WhatIf, *, category: str) -> None:
    """Where people gain and lose."""
    region = installation().region
    cells = found.cells[found.cells["category"] == category].set_index("cell_id").reindex(region.cells.index)
    picture = change_picture(cell_corners(region.cells), cells["change"], theme=theme())
    address = f"data:image/png;base64,{base64.b64encode(picture.png).decode()}"
    change_legend(theme(), words=list(change_words().values()), title=words.category(category))
    show_map(region, [grid_overlay(address, picture.bbox)], key="whatif")


def no_change_map() -> None:
    """The region's map as long as nothing was worked out."""
    show_map(installation().region, [folium.FeatureGroup(name="nothing")], key="whatif")


def answer(found: WhatIf) -> None:
    """The answer in words, and what it rests on."""
    first, *rest = found.sentences or (_("Nothing changes for anybody."),)
    lines = "".join(f'<p class="quiet">{escape(line)}</p>' for line in rest)
    st.html(f'<div class="answer" role="status"><p class="first">{escape(first)}</p>{lines}</div>')
    with st.expander(_("How this was counted"), key="whatif_method"):
        for line in found.method:
            st.write(line)
        sources = ", ".join(reworded(source["title"]) for source in found.sources)
        dated = written_date(found.data_date) or _("dates not stated")
        st.write(_("Data: {sources}; {date}.").format(sources=sources, date=dated))


def tables(found: WhatIf) -> None:
    """Who gains and loses by place, group and reason."""
    st.subheader(_("Where"))
    places = found.table[found.table["group"] == "all"].copy()
    if places.empty:
        places = found.table.copy()
    places["service"] = [words.category(str(name)) for name in places["category"]]
    most = places.groupby("name")[["gain", "lose"]].max()
    net = (most["gain"] - most["lose"]).round()
    net = net[net != 0].sort_values(ascending=False)
    st.write(_told_places(net))
    rows = pd.DataFrame(
        {"label": net.index, "value": net.to_numpy(), "low": float("nan"), "high": float("nan"),
         "text": [f"{value:+.0f}" for value in net]}
    )  # fmt: skip
    interval_bars(rows.head(_MOST_BARS), axis=_("People who gain, less those who lose"), key="whatif_places")
    why = visit_reason_sentence if found.mode == "transit" else reason_sentence
    for column in ("reason_before", "reason_after"):
        places[column] = [why(code) if code in REASONS else "" for code in places[column].astype(str)]
    saved_table(places, name="whatif", columns=_place_columns(), key="whatif_table")
    _sharing(found)
    st.subheader(_("Who"))
    groups = found.groups.copy()
    groups["who"] = [words.everybody_or(str(name)) for name in groups["group"]]
    groups["service"] = [words.category(str(name)) for name in groups["category"]]
    shown = groups[["service", "who", "people", "gain", "lose", "minutes_saved_mean"]].round()
    saved_rows(shown, name="whatif_groups", columns=_place_columns(), key="whatif_groups")


def _told_places(net: pd.Series) -> str:
    """Where most gain, and where most lose, in a sentence; ``net`` by municipality, the most that gain first."""
    if net.empty:
        return _("In no municipality do more people gain than lose, or the other way round.")
    if net.iloc[0] > 0:
        return _("Most of those who gain, less those who lose, live in {name}: {people}.").format(
            name=net.index[0], people=people(float(net.iloc[0]))
        )
    return _("Most of those who lose, less those who gain, live in {name}: {people}.").format(
        name=net.index[-1], people=people(-float(net.iloc[-1]))
    )


def _sharing(found: WhatIf) -> None:
    """How many people share a service before and after, where its staff or places are known."""
    if found.access.empty:
        return
    st.subheader(_("How many share it"))
    table = found.access.assign(
        service=[words.category(str(name)) for name in found.access["category"]],
        change=found.access["access_after"] - found.access["access_before"],
    )
    told = table[table["change"].abs() >= _LEAST_SHOWN].sort_values("change", ascending=False, kind="stable")
    if told.empty:
        st.write(_("In no municipality do more or fewer people share it than today."))
    else:
        most = told.iloc[int(told["change"].abs().to_numpy().argmax())]
        st.write(
            _("The largest change is in {name}: {before} for 1,000 people today, {after} then.").format(
                name=most["name"], before=number(float(most["access_before"]), digits=1),
                after=number(float(most["access_after"]), digits=1),
            )
        )  # fmt: skip
    rows = pd.DataFrame(
        {"label": told["name"] + ", " + told["service"], "value": told["change"], "low": float("nan"),
         "high": float("nan"), "text": [f"{value:+.1f}" for value in told["change"]]}
    )  # fmt: skip
    interval_bars(
        rows.head(_MOST_BARS), axis=_("Staff or places for 1,000 people, more than today"), key="whatif_shared"
    )
    columns = {
        "name": _("Municipality"), "service": _("Service"), "people": _("People"),
        "access_before": _("For 1,000 people today"), "access_after": _("For 1,000 people then"),
        "more": _("People with more"), "fewer": _("People with less"),
    }  # fmt: skip
    saved_table(table.round(2), name="sharing", columns=columns, key="whatif_shared_table")


def _place_columns() -> dict[str, str]:
    return {
        "name": _("Municipality"),
        "service": _("Service"),
        "who": _("Who"),
        "people": _("People"),
        "gain": _("Gain"),
        "lose": _("Lose"),
        "minutes_saved_mean": _("Minutes saved, on average"),
        "reason_before": _("Most frequent reason before"),
        "reason_after": _("Most frequent reason after"),
    }
