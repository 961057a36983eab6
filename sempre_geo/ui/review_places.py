"""Where an entry of the inbox lies: village and zone for every coordinator, the exact place as a look that is recorded.

A map is drawn only when it is asked for, and one at a time: ten of them would make the inbox slow.
"""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.review import exact_place
from sempre_geo.pipeline.explore.views import place_name
from sempre_geo.publish.maps import inert
from sempre_geo.ui import session
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import marker_at
from sempre_geo.ui.map_frame import show_map

_MAP, _LOOKED = "inbox_map", "inbox_looked_at"
_MAP_PX = 320
_Looked = tuple[str, tuple[float, float] | None, str]


def village(row: pd.Series) -> str:
    """The village and the municipality of an entry, as far as its author said."""
    said = row.get("settlement_id")
    near = place_name(installation().region, said, language=current_language()) if isinstance(said, str) else ""
    return ", ".join(dict.fromkeys(part for part in (near, str(row["municipality"])) if part))


def where(row: pd.Series) -> None:
    """Where everybody will see an entry, and on demand its exact place."""
    one, zone = str(row["id"]), str(row["shown_near"])
    shown = _("Everybody will see it here: {place}").format(place=zone or str(row["municipality"]))
    st.html(f'<p class="said">{inert(shown)}</p>')
    looked: _Looked | None = st.session_state.get(_LOOKED)
    if looked is not None and looked[0] == one:
        _exact(looked)
    elif st.session_state.get(_MAP) == one and zone:
        _map(one, float(row["shown_lon"]), float(row["shown_lat"]))
    with st.container(horizontal=True):
        if zone and st.session_state.get(_MAP) != one:
            st.button(_("On the map"), key=f"map_{one}", on_click=_show, args=(one,), icon=":material/map:")
        if row["precision"] == "exact" and (looked is None or looked[0] != one):
            st.button(_("Look at the exact place"), key=f"exact_{one}", on_click=_look, args=(one,),
                      icon=":material/my_location:", help=_("Each look is recorded."))  # fmt: skip


def _exact(looked: _Looked) -> None:
    one, point, problem = looked
    if point is None:
        told = problem or _("The exact place is not kept (any more).")
    else:
        _map(f"{one}-exact", *point)
        told = _("The exact place; that you looked at it is recorded.")
    st.html(f'<p class="said" role="status">{escape(told)}</p>')
    st.button(_("Close"), key=f"close_{one}", on_click=_close)


def _map(one: str, lon: float, lat: float) -> None:
    with st.container(key="inbox_place"):
        show_map(installation().region, [marker_at(lon, lat)], key=f"inbox-{one}", around=(lon, lat), height_px=_MAP_PX)


def _show(one: str) -> None:
    _close()
    st.session_state[_MAP] = one


def _look(one: str) -> None:
    """Look once: the point stays on the page until it is closed or another is looked at, and nowhere else."""
    _close()
    try:
        point, problem = exact_place(installation().settings, one, by=session.login_token()), ""
    except SempreGeoError as refusal:
        point, problem = None, str(refusal)
    st.session_state[_LOOKED] = (one, point, problem)


def _close() -> None:
    for name in (_MAP, _LOOKED):
        st.session_state.pop(name, None)
