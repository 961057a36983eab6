"""What people say beside what the map calculates, as a layer of the map, in the parts in which voices are published."""

from __future__ import annotations

import base64
from dataclasses import replace

import folium
import numpy as np
import streamlit as st

from sempre_geo.community.felt import class_title
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.answers import GapAnswer
from sempre_geo.pipeline.gaps.felt_places import PublicFelt, felt_in_public
from sempre_geo.publish.grid import UNKNOWN, cell_corners, grid_picture
from sempre_geo.publish.maps import grid_overlay
from sempre_geo.publish.palette import Theme
from sempre_geo.ui.installation import installation
from sempre_geo.ui.legend import class_legend
from sempre_geo.ui.session import theme

SHADED = ("neither", "calculated_more", "felt_more", "both")
"""The classes that have a colour, from light to dark in grey; every other one is dotted."""


def public_felt(answer: GapAnswer, *, category: str) -> PublicFelt | None:
    """The classes as anybody may see them; None where the region has no zones."""
    here = installation()
    try:
        return felt_in_public(here.settings, here.region_name, answer=answer, category=category)
    except MissingDataError:
        return None


def felt_layer(answer: GapAnswer, *, category: str) -> folium.FeatureGroup | None:
    """The classes on the map, with their legend; None where there are none to draw."""
    found = public_felt(answer, category=category)
    look = theme()
    colours = class_colours(look)
    class_legend(
        look, colours=colours, words=[class_title(name) for name in SHADED], dotted=class_title("not_heard"),
        title=_("Said and calculated"),
    )  # fmt: skip
    st.caption(_("By the areas in which voices are published; dotted: too few have spoken. That is silence."))
    if found is None:
        return None
    step = {name: number for number, name in enumerate(SHADED)}
    classes = np.asarray(found.cells.map(step).fillna(UNKNOWN), dtype=np.uint8)
    shades = (*colours, look.time[-1])  # the grid knows five steps; the last is not used
    picture = grid_picture(cell_corners(installation().region.cells), classes, theme=replace(look, time=shades))
    return grid_overlay(f"data:image/png;base64,{base64.b64encode(picture.png).decode()}", picture.bbox)


def class_colours(look: Theme) -> tuple[str, ...]:
    """One colour each of :data:`SHADED`, told apart in grey too."""
    return look.time[0], look.time[1], look.change[-1], look.time[-1]
